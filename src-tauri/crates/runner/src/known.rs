//! What is remembered of an environment that a list has named, found without reading its configuration: one that is broken just now
//! has a past all the same.

use std::path::Path;

use wharf_api::EnvironmentReference;
use wharf_plan::WorkspaceSource;
use wharf_spec::labels;

use crate::environment::STYLE;
use crate::error::{Error, Result};
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::store::{EnvironmentStore, Store};

/// Bytes of one text in a reference, and labels in it: far more than any environment has.
const LONGEST_TEXT: usize = 8_192;
const MOST_LABELS: usize = 100;

/// Refuses a reference that no list has made. Whoever shows a list hands it back as it was.
///
/// # Errors
/// When it names nothing, or something that cannot be.
pub(crate) fn check(reference: &EnvironmentReference) -> Result<()> {
    let EnvironmentReference { folder, configuration, volume, container, id_labels, engine } = reference;
    let texts = [folder, configuration, volume, container, engine].into_iter().flatten();
    let labels = id_labels.iter().flat_map(|(name, value)| [name, value]);
    let is_plain = |text: &String| text.len() <= LONGEST_TEXT && !text.contains('\0');
    let is_absolute = |path: &Option<String>| path.as_ref().is_none_or(|path| Path::new(path).is_absolute());
    // A folder may lie on another computer, or in a container.
    let is_path = |path: &Option<String>| {
        is_absolute(path) || path.as_ref().is_some_and(|path| path.starts_with('/') || path.contains(":\\"))
    };
    let fits = texts.chain(labels).all(is_plain)
        && id_labels.len() <= MOST_LABELS
        && is_path(folder)
        && is_path(configuration);
    if fits {
        return Ok(());
    }
    Err(Error::Impossible {
        message: "this names no environment".to_owned(),
        location: None,
        hint: Some("environments are named as the list names them".to_owned()),
    })
}

/// The state of the environment that is meant, if Wharf has ever worked on it.
///
/// # Errors
/// When there is no state folder, or it cannot be read.
pub(crate) fn state(
    reference: &EnvironmentReference,
    user_data_folder: Option<&Path>,
) -> Result<Option<EnvironmentStore>> {
    let store = Store::open(user_data_folder)?;
    // Told by labels, its folder is found without looking into those of others.
    if let Some(labels) = labels(reference) {
        let state = store.environment(&labels);
        if state.folder().is_dir() {
            return Ok(Some(state));
        }
    }
    Ok(store.environments()?.into_iter().find(|state| {
        state.peek::<EnvironmentRecord>(ENVIRONMENT).is_some_and(|record| is_meant(reference, &record))
    }))
}

fn labels(reference: &EnvironmentReference) -> Option<Vec<(String, String)>> {
    if !reference.id_labels.is_empty() {
        return Some(reference.id_labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
    }
    Some(labels::usual(STYLE, reference.folder.as_ref()?, reference.configuration.as_ref()?))
}

fn is_meant(reference: &EnvironmentReference, record: &EnvironmentRecord) -> bool {
    if let Some(volume) = &reference.volume {
        return matches!(&record.source, WorkspaceSource::Volume { name, .. } if name == volume);
    }
    if let Some(folder) = &reference.folder {
        let configuration = reference.configuration.as_ref();
        let same = |one: &str, other: &str| STYLE.in_label(one) == STYLE.in_label(other);
        return same(&record.folder, folder)
            && configuration.is_none_or(|configuration| same(configuration, &record.configuration));
    }
    reference.container.is_some() && reference.container == record.container
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_list_has_made_is_refused() {
        let text = |text: &str| Some(text.to_owned());
        let none = EnvironmentReference::default;
        let fine = [
            none(),
            EnvironmentReference {
                folder: text("/w/a"),
                configuration: text("/w/a/.devcontainer.json"),
                ..none()
            },
            EnvironmentReference { folder: text(r"c:\work\web"), container: text("c"), ..none() },
            EnvironmentReference { volume: text("https://example.com/a.git"), ..none() },
        ];
        for reference in fine {
            assert!(check(&reference).is_ok(), "{reference:?}");
        }
        let wrong = [
            EnvironmentReference { folder: text("relative"), ..none() },
            EnvironmentReference { configuration: text("../../etc/passwd"), ..none() },
            EnvironmentReference { container: text("a\0b"), ..none() },
            EnvironmentReference { engine: Some("x".repeat(LONGEST_TEXT + 1)), ..none() },
            EnvironmentReference {
                id_labels: (0..=MOST_LABELS).map(|number| (number.to_string(), String::new())).collect(),
                ..none()
            },
        ];
        for reference in wrong {
            assert!(check(&reference).is_err(), "{reference:?}");
        }
    }

    #[test]
    fn an_environment_is_found_by_whatever_names_it() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(Some(root.path())).unwrap();
        let save = |name: &str, labels: &[(String, String)], source: serde_json::Value| {
            let record = json!({
                "name": name, "folder": format!("/w/{name}"), "configuration": format!("/w/{name}/.devcontainer.json"),
                "id": name, "idLabels": labels, "source": source, "wanted": "running", "container": format!("c-{name}"),
            });
            store.environment(labels).save(ENVIRONMENT, &record).unwrap();
        };
        let own = |name: &str| {
            let folder = format!("/w/{name}");
            let configuration = format!("{folder}/.devcontainer.json");
            labels::usual(STYLE, &folder, &configuration)
        };
        save("api", &own("api"), json!({ "kind": "folder", "path": "/w/api" }));
        save(
            "lab",
            &[("x".into(), "y".into())],
            json!({ "kind": "volume", "name": "lab-volume", "folder": "lab" }),
        );
        let text = |text: &str| Some(text.to_owned());
        let folder =
            |name: &str| EnvironmentReference { folder: text(&format!("/w/{name}")), ..Default::default() };
        let cases = [
            (folder("api"), text("c-api")),
            (
                EnvironmentReference { configuration: text("/w/api/.devcontainer.json"), ..folder("api") },
                text("c-api"),
            ),
            (EnvironmentReference { configuration: text("/w/api/other.json"), ..folder("api") }, None),
            (EnvironmentReference { volume: text("lab-volume"), ..Default::default() }, text("c-lab")),
            (EnvironmentReference { container: text("c-lab"), ..Default::default() }, text("c-lab")),
            (
                EnvironmentReference { id_labels: [("x".into(), "y".into())].into(), ..Default::default() },
                text("c-lab"),
            ),
            (folder("none"), None),
            (EnvironmentReference::default(), None),
        ];
        for (reference, expected) in cases {
            let found = state(&reference, Some(root.path())).unwrap();
            let found = found.and_then(|state| state.peek::<EnvironmentRecord>(ENVIRONMENT)?.container);
            assert_eq!(found, expected, "{reference:?}");
        }
    }
}
