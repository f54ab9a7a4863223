//! Which environment a person means by a word: a folder, else a name, else the beginning of an id.
//!
//! The one rule for every command, and for what a window hands back of a list.

use std::path::{Path, PathBuf};

use wharf_api::{EnvironmentReference, EnvironmentSummary};

use crate::environment::{CONFIG_FILE_LABEL, LOCAL_FOLDER_LABEL, STYLE};
use crate::error::{Error, Result};
use crate::list;
use crate::request::{ListRequest, Target};
use crate::store::Store;
use crate::volume;

impl From<&EnvironmentReference> for Target {
    /// The environment as it is found by its folder, while that is on this computer; else by its container.
    fn from(reference: &EnvironmentReference) -> Self {
        let labels = || reference.id_labels.iter().map(|(name, value)| (name.clone(), value.clone()));
        let target = Self {
            mount_workspace_git_root: true,
            git_in_worktrees: true,
            engine: reference.engine.clone(),
            volume: reference.volume.clone(),
            ..Self::default()
        };
        let configuration = reference.configuration.as_deref().map(PathBuf::from);
        let configuration =
            configuration.filter(|path| crate::locate::check_name(path).is_ok() && path.is_file());
        let Some(folder) = reference.folder.as_deref().filter(|folder| Path::new(folder).is_dir()) else {
            let usual =
                [(LOCAL_FOLDER_LABEL, &reference.folder), (CONFIG_FILE_LABEL, &reference.configuration)];
            let usual = usual
                .into_iter()
                .filter_map(|(name, path)| Some((name.to_owned(), STYLE.in_label(path.as_ref()?))));
            // What was made without a folder has its configuration all the same.
            let configuration =
                configuration.filter(|_| reference.folder.is_none() && !reference.id_labels.is_empty());
            return Self {
                container_id: reference.container.clone().filter(|_| configuration.is_none()),
                config: configuration,
                id_labels: if reference.id_labels.is_empty() { usual.collect() } else { labels().collect() },
                ..target
            };
        };
        Self {
            workspace_folder: Some(PathBuf::from(folder)),
            config: configuration,
            id_labels: labels().collect(),
            ..target
        }
    }
}

/// What a target means, its argument resolved.
///
/// # Errors
/// When the argument is neither a folder nor tells one environment from all others.
pub(crate) async fn resolve(target: &Target, store: &Store) -> Result<Target> {
    let Some(argument) = &target.argument else { return Ok(target.clone()) };
    if let Some(url) = argument.to_str().filter(|text| volume::is_repository_url(text)) {
        return Ok(Target { volume: Some(url.to_owned()), argument: None, ..target.clone() });
    }
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = crate::locate::absolute(&current, argument);
    let Some(word) = argument.to_str().filter(|word| !folder.exists() && !looks_like_a_path(word)) else {
        return Ok(Target { workspace_folder: Some(argument.clone()), argument: None, ..target.clone() });
    };
    let request = ListRequest {
        user_data_folder: target.user_data_folder.clone(),
        engine: target.engine.clone(),
        all: true,
    };
    let all = list::gather(&request, store).await?.environments;
    let meant = match pick(&all, word) {
        Pick::One(meant) => meant,
        Pick::None => return Err(Error::UnknownEnvironment { word: word.to_owned(), folder }),
        Pick::Several(candidates) => {
            return Err(Error::AmbiguousEnvironment {
                word: word.to_owned(),
                candidates: candidates.into_iter().map(candidate).collect(),
            });
        }
    };
    let found = Target::from(&meant.reference);
    Ok(Target {
        workspace_folder: found.workspace_folder,
        config: target.config.clone().or(found.config),
        container_id: found.container_id,
        id_labels: found.id_labels,
        engine: found.engine.or_else(|| target.engine.clone()),
        volume: found.volume,
        argument: None,
        ..target.clone()
    })
}

/// A word with a separator in it, or one that begins with a dot, is never a name.
pub(crate) fn looks_like_a_path(word: &str) -> bool {
    word.is_empty() || word.starts_with(['.', '~']) || word.contains(['/', '\\'])
}

/// What a word may mean.
#[derive(Debug, PartialEq, Eq)]
enum Pick<'a> {
    None,
    One(&'a EnvironmentSummary),
    Several(Vec<&'a EnvironmentSummary>),
}

/// Names count before ids, and a name is never cut short: `api` is not `api-server`.
fn pick<'a>(all: &'a [EnvironmentSummary], word: &str) -> Pick<'a> {
    let rules: [&dyn Fn(&EnvironmentSummary) -> bool; 4] = [
        &|found| found.name == word,
        &|found| found.reference.volume.as_deref() == Some(word),
        &|found| found.container.as_ref().is_some_and(|container| container.name == word),
        &|found| {
            let container = found.container.as_ref().map_or("", |container| container.id.as_str());
            found.id.starts_with(word) || container.starts_with(word)
        },
    ];
    for rule in rules {
        let mut found: Vec<_> = all.iter().filter(|summary| rule(summary)).collect();
        match found.len() {
            0 => {}
            1 => return found.pop().map_or(Pick::None, Pick::One),
            _ => return Pick::Several(found),
        }
    }
    Pick::None
}

/// One line that tells an environment from others of its name.
fn candidate(summary: &EnvironmentSummary) -> String {
    let container = summary.container.as_ref().map(|container| container.id.chars().take(12).collect());
    let id = container.unwrap_or_else(|| summary.id.chars().take(12).collect::<String>());
    let place = summary.reference.folder.as_deref().or(summary.reference.volume.as_deref());
    format!("{id}  {}  {}", summary.name, place.unwrap_or_default()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use wharf_api::{ContainerSummary, EnvironmentState, Maker};

    use super::*;

    fn summary(name: &str, id: &str, container: &str) -> EnvironmentSummary {
        EnvironmentSummary {
            id: id.into(),
            name: name.into(),
            reference: EnvironmentReference::default(),
            source: None,
            configuration: None,
            state: EnvironmentState::Running,
            working: None,
            problem: None,
            maker: Maker::Wharf,
            ours: true,
            engine: None,
            container: Some(ContainerSummary {
                id: container.into(),
                name: format!("{name}_container"),
                image: String::new(),
                created: None,
                started_at: None,
            }),
            changed: false,
            last_used: None,
        }
    }

    #[test]
    fn names_count_before_ids_and_nothing_is_guessed() {
        let all = [
            summary("api", "0aaa", "c1c1"),
            summary("api-server", "0bbb", "c2c2"),
            summary("web", "0ccc", "d3d3"),
            summary("web", "0ddd", "d4d4"),
            summary("d3", "0eee", "e5e5"),
        ];
        let cases: [(&str, &[usize]); 10] = [
            ("api", &[0]),
            ("api-server", &[1]),
            ("api-s", &[]),
            ("web", &[2, 3]),
            ("0b", &[1]),
            ("c2", &[1]),
            ("c", &[0, 1]),
            ("d3", &[4]),
            ("web_container", &[2, 3]),
            ("API", &[]),
        ];
        for (word, expected) in cases {
            let found: Vec<_> = match pick(&all, word) {
                Pick::None => Vec::new(),
                Pick::One(one) => vec![one],
                Pick::Several(several) => several,
            };
            let expected: Vec<_> = expected.iter().map(|index| &all[*index]).collect();
            assert_eq!(found, expected, "{word}");
        }
    }

    #[test]
    fn words_and_paths() {
        let cases = [
            ("api", false),
            ("./api", true),
            ("..", true),
            ("a/b", true),
            (r"c:\x", true),
            ("~x", true),
            ("", true),
        ];
        for (word, expected) in cases {
            assert_eq!(looks_like_a_path(word), expected, "{word}");
        }
    }

    #[test]
    fn a_reference_is_found_by_its_folder_while_that_is_here() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let reference = |folder: &str| EnvironmentReference {
            folder: Some(folder.into()),
            configuration: Some(format!("{folder}/.devcontainer.json")),
            container: Some("c1".into()),
            engine: Some("unix:///x".into()),
            ..EnvironmentReference::default()
        };
        let here = Target::from(&reference(&path));
        assert_eq!(here.workspace_folder, Some(folder.path().to_owned()));
        assert_eq!((here.config, here.container_id, here.id_labels.len()), (None, None, 0));
        let elsewhere = Target::from(&reference("/gone"));
        assert_eq!(elsewhere.container_id.as_deref(), Some("c1"));
        assert_eq!(elsewhere.workspace_folder, None);
        assert_eq!(
            elsewhere.id_labels,
            [
                ("devcontainer.local_folder".to_owned(), "/gone".to_owned()),
                ("devcontainer.config_file".to_owned(), "/gone/.devcontainer.json".to_owned()),
            ]
        );
        assert_eq!(elsewhere.engine.as_deref(), Some("unix:///x"));
    }

    #[test]
    fn what_was_made_without_a_folder_is_found_by_its_labels_and_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("devcontainer.json");
        std::fs::write(&file, "{}").unwrap();
        let reference = EnvironmentReference {
            configuration: Some(file.display().to_string()),
            container: Some("c1".into()),
            id_labels: [("mark".to_owned(), "x".to_owned())].into(),
            ..EnvironmentReference::default()
        };
        let found = Target::from(&reference);
        assert_eq!((found.workspace_folder, found.container_id), (None, None));
        assert_eq!((found.config, found.id_labels), (Some(file), vec![("mark".to_owned(), "x".to_owned())]));
    }
}
