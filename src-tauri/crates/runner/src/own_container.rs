//! Which of an engine's containers is an environment's own.
//!
//! Inventory of the reference: section 7.2.

use wharf_engine::ContainerSummary;
use wharf_plan::ContainerState;
use wharf_spec::{PathStyle, labels};

/// What tells an environment's container.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) style: PathStyle,
    pub(crate) labels: &'a [(String, String)],
    /// Whether these are the usual labels: older tools wrote only the first of them.
    pub(crate) usual: bool,
}

/// What a search has found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The environment's container.
    pub(crate) container: Option<String>,
    /// One of its containers that somebody is removing: until it is gone its name and its ports are taken.
    pub(crate) leaving: Option<String>,
}

impl Wanted<'_> {
    /// The label whose name alone the engine is asked for, because its value may be written in several ways.
    pub(crate) fn asked_by_name(&self) -> Option<&'static str> {
        let has_folder = self.labels.iter().any(|(name, _)| name == labels::LOCAL_FOLDER);
        (self.style == PathStyle::Windows && has_folder).then_some(labels::LOCAL_FOLDER)
    }

    /// Labels as they are written count before others that mean the same, both before a container without the second one, and what
    /// can be started before what the engine could not remove whole.
    pub(crate) fn search<'a>(&self, all: impl Iterator<Item = &'a ContainerSummary> + Clone) -> Found {
        let is_exact = |found: &ContainerSummary| {
            self.labels.iter().all(|(name, value)| found.labels.get(name) == Some(value))
        };
        let means_the_same =
            |found: &ContainerSummary| labels::carries(self.style, self.labels, &found.labels);
        let is_old = |found: &ContainerSummary| {
            self.usual
                && !found.labels.contains_key(labels::CONFIG_FILE)
                && labels::carries(self.style, &self.labels[..1], &found.labels)
        };
        let rules: [&dyn Fn(&ContainerSummary) -> bool; 3] = [&is_exact, &means_the_same, &is_old];
        let first = |may_be: fn(ContainerState) -> bool| {
            let all = all.clone().filter(|found| may_be(found.state));
            let found = rules.iter().find_map(|rule| all.clone().find(|found| rule(found)));
            found.map(|found| found.id.clone())
        };
        let can_start = |state| !matches!(state, ContainerState::Removing | ContainerState::Dead);
        Found {
            container: first(can_start).or_else(|| first(|state| state == ContainerState::Dead)),
            leaving: first(|state| state == ContainerState::Removing),
        }
    }
}

#[cfg(test)]
mod tests {
    use PathStyle::{Linux, Windows};

    use super::*;

    const FOLDER: &str = labels::LOCAL_FOLDER;
    const CONFIG: &str = labels::CONFIG_FILE;

    fn container(id: &str, state: ContainerState, labels: &[(&str, &str)]) -> ContainerSummary {
        ContainerSummary {
            id: id.to_owned(),
            names: Vec::new(),
            state,
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            image: String::new(),
            image_id: String::new(),
            created: 0,
        }
    }

    #[test]
    fn the_container_is_the_one_whose_labels_say_so() {
        use ContainerState::{Dead, Exited, Removing, Running};
        let own = [(FOLDER, r"C:\Api"), (CONFIG, r"C:\Api\.devcontainer.json")];
        let small = [(FOLDER, r"c:\Api"), (CONFIG, r"c:\Api\.devcontainer.json")];
        let slashes = [(FOLDER, "C:/Api"), (CONFIG, "C:/Api/.devcontainer.json")];
        let other = [(FOLDER, r"c:\Api"), (CONFIG, r"c:\Api\.devcontainer\a\devcontainer.json")];
        let old = [(FOLDER, r"C:\Api")];
        type Row<'a> = (&'a str, ContainerState, &'a [(&'static str, &'static str)]);
        type Case<'a> = (PathStyle, &'a [Row<'a>], Option<&'a str>, Option<&'a str>);
        let cases: [Case<'_>; 10] = [
            (Windows, &[], None, None),
            (Windows, &[("a", Exited, &own)], Some("a"), None),
            (Windows, &[("a", Running, &own), ("b", Exited, &small)], Some("b"), None),
            (Windows, &[("a", Running, &other), ("b", Exited, &slashes)], Some("b"), None),
            (Windows, &[("a", Running, &other)], None, None),
            (Windows, &[("a", Running, &old), ("b", Exited, &own)], Some("b"), None),
            (Windows, &[("a", Removing, &small), ("b", Exited, &old)], Some("b"), Some("a")),
            (Windows, &[("a", Removing, &own)], None, Some("a")),
            (Windows, &[("a", Dead, &small), ("b", Exited, &old)], Some("b"), None),
            (Linux, &[("a", Running, &own), ("b", Running, &slashes), ("c", Dead, &small)], Some("a"), None),
        ];
        for (style, rows, container_id, leaving) in cases {
            let all: Vec<_> = rows.iter().map(|(id, state, labels)| container(id, *state, labels)).collect();
            let labels = labels::usual(style, r"C:\Api", r"C:\Api\.devcontainer.json");
            let wanted = Wanted { style, labels: &labels, usual: true };
            let found = wanted.search(all.iter());
            assert_eq!(found.container.as_deref(), container_id, "{style:?} {rows:?}");
            assert_eq!(found.leaving.as_deref(), leaving, "{style:?} {rows:?}");
        }
    }

    #[test]
    fn labels_of_a_persons_own_are_all_that_counts() {
        let labels = [("mine".to_owned(), "1".to_owned())];
        let wanted = Wanted { style: Windows, labels: &labels, usual: false };
        let all = [
            container("a", ContainerState::Running, &[(FOLDER, r"c:\Api")]),
            container("b", ContainerState::Running, &[("mine", "1"), (FOLDER, r"c:\Other")]),
        ];
        assert_eq!(wanted.search(all.iter()).container.as_deref(), Some("b"));
        assert_eq!(wanted.asked_by_name(), None);
    }

    #[test]
    fn an_engine_is_asked_by_name_only_where_paths_have_several_spellings() {
        let labels = labels::usual(Windows, r"C:\Api", r"C:\Api\.devcontainer.json");
        let asked = |style| Wanted { style, labels: &labels, usual: true }.asked_by_name();
        assert_eq!([Windows, Linux, PathStyle::Darwin].map(asked), [Some(FOLDER), None, None]);
    }
}
