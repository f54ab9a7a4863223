//! Which of several configurations of a folder is meant, when nobody says.
//!
//! The specification leaves the choice to the tool. A person is asked once; afterwards the one that an environment was made from
//! is meant, for every command.

use std::path::{Path, PathBuf};

use wharf_spec::labels;

use crate::environment::STYLE;
use crate::error::Error;
use crate::locate;
use crate::records::{ENVIRONMENT, EnvironmentRecord, WantedRecord};
use crate::request::Target;
use crate::store::Store;

/// The configurations that a person has to choose from, each as `--config` takes it. Empty when there is nothing to choose, or
/// what was chosen before counts.
#[must_use]
pub fn configuration_choices(target: &Target) -> Vec<PathBuf> {
    let Some((folder, choices)) = several(target) else { return Vec::new() };
    let store = Store::open(target.user_data_folder.as_deref());
    match store.ok().and_then(|store| made_before(&folder, &choices, &store)) {
        Some(_) => Vec::new(),
        None => choices,
    }
}

/// The configuration that counts because an environment was made from it and from no other of its folder.
pub(crate) fn remembered(target: &Target, store: &Store) -> Option<PathBuf> {
    let (folder, choices) = several(target)?;
    made_before(&folder, &choices, store)
}

/// The folder that a target means and its configurations, where there are several and none comes first.
fn several(target: &Target) -> Option<(PathBuf, Vec<PathBuf>)> {
    let is_told = target.config.is_some()
        || target.container_id.is_some()
        || !target.id_labels.is_empty()
        || target.volume.is_some()
        || target.stands_alone;
    if is_told {
        return None;
    }
    let current = std::env::current_dir().ok()?;
    let folder = target.argument.as_ref().or(target.workspace_folder.as_ref());
    let folder = folder.map(|folder| locate::absolute(&current, folder));
    let folder = folder.unwrap_or_else(|| locate::meant_without_a_name(target, &current));
    let inside = Target { workspace_folder: Some(folder.clone()), ..Target::default() };
    match locate::locate(&inside, &current) {
        Err(Error::ConfigurationNotFound { choices, .. }) if choices.len() > 1 => Some((folder, choices)),
        _ => None,
    }
}

fn made_before(folder: &Path, choices: &[PathBuf], store: &Store) -> Option<PathBuf> {
    let is_known = |configuration: &&PathBuf| {
        let text = |path: &Path| path.display().to_string();
        let labels = labels::usual(STYLE, &text(folder), &text(configuration));
        let record = store.environment(&labels).peek::<EnvironmentRecord>(ENVIRONMENT);
        record.is_some_and(|record| record.wanted != WantedRecord::Gone)
    };
    let mut known = choices.iter().filter(is_known);
    match (known.next(), known.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the configurations `a`, `b` and `c` are left to choose from when these were made before.
    fn left(made: &[(&str, WantedRecord)], configurations: &[&str]) -> (usize, Option<String>) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().canonicalize().unwrap().join("project");
        let path = |name: &str| folder.join(".devcontainer").join(name).join("devcontainer.json");
        for name in configurations {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), "{}").unwrap();
        }
        let state = root.path().join("state");
        let store = Store::open(Some(&state)).unwrap();
        for (name, wanted) in made {
            let text = |path: &Path| path.display().to_string();
            let labels = labels::usual(STYLE, &text(&folder), &text(&path(name)));
            let record = serde_json::json!({
                "name": "project", "folder": folder, "configuration": path(name), "id": "x", "idLabels": labels,
                "source": { "kind": "folder", "path": folder }, "wanted": wanted,
            });
            store.environment(&labels).save(ENVIRONMENT, &record).unwrap();
        }
        let target =
            Target { workspace_folder: Some(folder), user_data_folder: Some(state), ..Target::default() };
        let meant = remembered(&target, &store);
        let name = |path: PathBuf| path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        (configuration_choices(&target).len(), meant.map(name))
    }

    #[test]
    fn what_an_environment_was_made_from_counts() {
        use WantedRecord::{Gone, Running, Stopped};
        let own = |name: &str| Some(name.to_owned());
        assert_eq!(left(&[], &["a"]), (0, None), "there is nothing to choose");
        assert_eq!(left(&[], &["a", "b", "c"]), (3, None));
        assert_eq!(left(&[("b", Running)], &["a", "b", "c"]), (0, own("b")));
        assert_eq!(left(&[("b", Stopped), ("c", Gone)], &["a", "b", "c"]), (0, own("b")));
        assert_eq!(left(&[("b", Running), ("a", Stopped)], &["a", "b", "c"]), (3, None));
        assert_eq!(left(&[("b", Gone)], &["a", "b"]), (2, None));
    }
}
