//! Whether Compose is there. It is looked for, never started.

use wharf_api::{Finding, FindingKind, Severity};
use wharf_engine::{ComposePlaces, System};

use super::cures;

/// Where programs are on this computer.
pub(crate) fn here() -> ComposePlaces {
    let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_path_buf());
    ComposePlaces::of(&|name| std::env::var(name).ok(), home.as_deref())
}

/// Podman's own program has the verb, but needs one of the others to do it.
fn has_compose(places: &ComposePlaces) -> bool {
    let found = places.find(None, true);
    found.is_some_and(|found| found.program.file_stem().is_some_and(|name| name != "podman"))
}

/// What to say when the configuration needs Compose.
pub(super) fn check(places: &ComposePlaces, system: System) -> Option<Finding> {
    if has_compose(places) {
        return None;
    }
    let (fix, commands) = cures::compose(system);
    Some(Finding {
        kind: FindingKind::MissingCompose,
        severity: Severity::Error,
        what: "the folder's configuration names dockerComposeFile, and Compose is not on this computer".to_owned(),
        why: "Its services are started by Compose: neither docker-compose nor podman-compose is on the search path, and Docker has no compose plugin."
            .to_owned(),
        fix,
        commands,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_of_its_forms_is_found() {
        let place = tempfile::tempdir().unwrap();
        let folder = |files: &[&str]| {
            let folder = place.path().join(files.join("+"));
            std::fs::create_dir_all(&folder).unwrap();
            for file in files {
                let path = folder.join(file);
                std::fs::write(&path, "").unwrap();
                std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            }
            folder
        };
        for (path, plugins, expected) in [
            (vec![], vec![], false),
            (vec!["docker", "podman"], vec![], false),
            (vec![], vec!["docker-compose"], true),
            (vec!["docker-compose"], vec![], true),
            (vec!["podman-compose"], vec![], true),
        ] {
            let places = ComposePlaces { path: vec![folder(&path)], plugins: vec![folder(&plugins)] };
            assert_eq!(has_compose(&places), expected, "{path:?} {plugins:?}");
        }
    }
}
