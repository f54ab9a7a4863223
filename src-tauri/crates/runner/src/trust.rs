//! `wharf trust list|revoke`: what has been allowed, and taking it back.

use std::path::Path;

use wharf_api as api;
use wharf_plan::WorkspaceSource;

use crate::consent::{self, Given};
use crate::error::{Error, Result};
use crate::locate::absolute;
use crate::names::looks_like_a_path;
use crate::store::Store;

/// Every stored consent, newest first.
///
/// # Errors
/// When the state folder cannot be read.
pub fn trust_list(user_data_folder: Option<&Path>) -> Result<api::TrustList> {
    consent::list(&Store::open(user_data_folder)?)
}

/// Takes back the consents of a folder or of an environment by its name or id, or all of them. No engine is asked: what was allowed
/// stays so without one, and for environments that are gone.
///
/// # Errors
/// When the state folder cannot be read or written, and when nothing is known by that word, or several environments are.
pub fn trust_revoke(of: Option<&Path>, user_data_folder: Option<&Path>) -> Result<api::TrustRevoked> {
    let all = consent::given(&Store::open(user_data_folder)?)?;
    let Some(argument) = of else { return consent::revoke(all) };
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = absolute(&current, argument);
    let word = argument.to_str().filter(|word| !folder.exists() && !looks_like_a_path(word));
    consent::revoke(meant(all, argument, word, &folder)?)
}

/// What the argument means: a folder that is there, else a name, else the beginning of an id, else a folder that is there no more. A
/// folder may have several environments, and means all of them; a name means one.
fn meant(all: Vec<Given>, argument: &Path, word: Option<&str>, folder: &Path) -> Result<Vec<Given>> {
    let mut found: Vec<Given> = Vec::new();
    let mut others = all;
    if let Some(word) = word {
        for rule in [is_named, is_in_volume, has_id] {
            (found, others) = others.into_iter().partition(|given| rule(given, word));
            match found.len() {
                0 => {}
                1 => return Ok(found),
                _ => {
                    let candidates = found.iter().map(candidate).collect();
                    return Err(Error::AmbiguousEnvironment { word: word.to_owned(), candidates });
                }
            }
        }
    }
    found.extend(others.into_iter().filter(|given| is_of(given, folder)));
    if found.is_empty() {
        let word = argument.display().to_string();
        return Err(Error::NothingAllowed { word, folder: folder.to_owned() });
    }
    Ok(found)
}

fn is_named(given: &Given, word: &str) -> bool {
    given.entries.iter().any(|entry| entry.environment.name == word)
}

fn is_in_volume(given: &Given, word: &str) -> bool {
    volume(given) == Some(word)
}

fn has_id(given: &Given, word: &str) -> bool {
    let container = given.environment.as_ref().and_then(|record| record.container.as_deref());
    let mut ids = given.entries.iter().filter_map(|entry| entry.environment.id.as_deref()).chain(container);
    ids.any(|id| id.starts_with(word))
}

/// Whether its workspace is this folder of this computer. The folder of a workspace in a volume is one inside its container.
fn is_of(given: &Given, folder: &Path) -> bool {
    volume(given).is_none()
        && given.entries.iter().any(|entry| Path::new(&entry.environment.folder) == folder)
}

fn volume(given: &Given) -> Option<&str> {
    match given.environment.as_ref().map(|record| &record.source) {
        Some(WorkspaceSource::Volume { name, .. }) => Some(name),
        Some(WorkspaceSource::Folder { .. }) | None => None,
    }
}

/// One line that tells an environment from others of its name.
fn candidate(given: &Given) -> String {
    let newest = given.entries.last().map(|entry| &entry.environment);
    let id = newest.and_then(|environment| environment.id.as_deref()).unwrap_or_default();
    let name = newest.map_or("", |environment| environment.name.as_str());
    let place = volume(given).or(newest.map(|environment| environment.folder.as_str()));
    format!("{}  {name}  {}", id.get(..12).unwrap_or(id), place.unwrap_or_default()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The state folder of somebody who has allowed things to four environments.
    fn state() -> tempfile::TempDir {
        let state = tempfile::tempdir().unwrap();
        let current = std::env::current_dir().unwrap();
        let volume = serde_json::json!({ "kind": "volume", "name": "api-b", "folder": "project" });
        for (key, name, folder, id, source) in [
            ("a", "api", "/src/api", "0aaa", None),
            ("b", "project", "/workspaces/project", "1bbb", Some(&volume)),
            ("c", "web", "/src/web", "0ccc", None),
            ("d", "web", "/src/other", "2ddd", None),
            ("e", "second of other", "/src/other", "3eee", None),
        ] {
            let store = Store::open(Some(state.path())).unwrap().environment(&[("key".into(), key.into())]);
            let here = absolute(&current, Path::new(folder)).display().to_string();
            let environment = api::Environment {
                name: name.into(),
                folder: source.map_or(here, |_| folder.to_owned()),
                configuration: None,
                id: Some(id.into()),
            };
            store
                .save(
                    "consent",
                    &serde_json::json!([{
                        "environment": environment, "hash": key, "grantedAt": "2026-01-01T00:00:00Z", "touches": {},
                    }]),
                )
                .unwrap();
            if let Some(source) = source {
                store
                    .save(
                        "environment",
                        &serde_json::json!({
                            "name": name, "folder": folder, "configuration": "", "id": id, "source": source,
                            "wanted": "running", "container": "c0ffee", "applied": null, "appliedAt": null,
                            "failure": null,
                        }),
                    )
                    .unwrap();
            }
        }
        state
    }

    #[test]
    fn what_was_allowed_is_taken_back_by_folder_name_volume_and_id() {
        let cases: [(&str, Option<&[&str]>); 13] = [
            ("api", Some(&["a"])),
            ("/src/api", Some(&["a"])),
            ("project", Some(&["b"])),
            ("api-b", Some(&["b"])),
            ("1b", Some(&["b"])),
            ("c0ff", Some(&["b"])),
            ("2ddd", Some(&["d"])),
            ("/src/other", Some(&["d", "e"])),
            // Inside its container, and none of this computer's.
            ("/workspaces/project", None),
            ("web", None),
            ("0", None),
            ("ap", None),
            ("nowhere", None),
        ];
        for (argument, expected) in cases {
            let state = state();
            let revoked = trust_revoke(Some(Path::new(argument)), Some(state.path()));
            let left = trust_list(Some(state.path())).unwrap().entries.len();
            match (revoked, expected) {
                (Ok(revoked), Some(expected)) => {
                    let mut hashes: Vec<_> =
                        revoked.revoked.iter().map(|entry| entry.hash.as_str()).collect();
                    hashes.sort_unstable();
                    assert_eq!(hashes, expected, "{argument}");
                    assert_eq!(left, 5 - expected.len(), "{argument}");
                }
                (Err(error), None) => {
                    let several = matches!(argument, "web" | "0");
                    assert_eq!(
                        matches!(error, Error::AmbiguousEnvironment { .. }),
                        several,
                        "{argument}: {error}"
                    );
                    assert!(several || matches!(error, Error::NothingAllowed { .. }), "{argument}: {error}");
                    assert_eq!(left, 5, "{argument}");
                }
                (revoked, _) => panic!("{argument}: {revoked:?}"),
            }
        }
    }

    #[test]
    fn everything_is_taken_back_at_once() {
        let state = state();
        assert_eq!(trust_revoke(None, Some(state.path())).unwrap().revoked.len(), 5);
        assert!(trust_list(Some(state.path())).unwrap().entries.is_empty());
    }
}
