//! Every example comes up as its README says, and what it says to run inside works.

use std::path::{Path, PathBuf};

use wharf_test_support::command::Home;
use wharf_test_support::engines;

use crate::kit::Place;

/// One test per folder, so that each has its own name and time.
macro_rules! examples {
    ($($test:ident: $folder:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check($folder);
            }
        )*

        #[test]
        fn every_folder_has_a_test() {
            let mut found: Vec<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            found.sort();
            assert_eq!(found, [$($folder),*]);
        }
    };
}

examples! {
    dockerfile: "dockerfile",
    extends: "extends",
    features: "features",
    image: "image",
    lifecycle: "lifecycle",
    notes_service: "notes-service",
    smallest: "smallest",
    user: "user",
    variables: "variables",
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples")
}

fn check(name: &str) {
    for engine in engines::primary() {
        let home = Home::new();
        let copy = home.path().join(name);
        copy_folder(&folder().join(name), &copy);
        let readme = std::fs::read_to_string(copy.join("README.md")).unwrap();
        let place = Place { home, engine, folder: copy };
        let shown = format!("{name} on {}", place.engine.name);

        let up = documented(&readme, "up", name);
        assert_eq!(up.len(), 1, "{shown}: the README says once how to bring it up");
        let flags: Vec<&str> = up[0].iter().map(String::as_str).collect();
        let first = place.up(&flags);
        assert_eq!(first["outcome"], "success", "{shown}");

        let commands = documented(&readme, "exec", name);
        assert!(!commands.is_empty(), "{shown}: the README says what to run inside");
        for command in commands {
            let command: Vec<&str> = command.iter().map(String::as_str).collect();
            let answer = place.wharf("exec", &command).end();
            assert_eq!(answer.code, Some(0), "{shown}: {answer}");
            assert!(!answer.stdout.is_empty(), "{shown}: {command:?} says nothing");
        }

        assert_eq!(place.up(&flags), first, "{shown}: a second time");
        remove_volumes(&place);
    }
}

/// The arguments that follow the folder where the README writes `wharf <verb> --workspace-folder examples/<name> …`.
fn documented(readme: &str, verb: &str, name: &str) -> Vec<Vec<String>> {
    let begin = format!("    wharf {verb} --workspace-folder examples/{name}");
    readme
        .lines()
        .filter_map(|line| line.strip_prefix(&begin))
        .map(|rest| rest.split_whitespace().map(str::to_owned).collect())
        .collect()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// `down` keeps named volumes, which is right for a person and not for a test.
fn remove_volumes(place: &Place) {
    let mounts = place.containers().first().map(|container| container["Mounts"].clone()).unwrap_or_default();
    let answer = place.wharf("down", &[]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    for mount in mounts.as_array().into_iter().flatten().filter(|mount| mount["Type"] == "volume") {
        if let Some(volume) = mount["Name"].as_str() {
            let _ = place.socket().request("DELETE", &format!("/volumes/{volume}?force=true"), None);
        }
    }
}
