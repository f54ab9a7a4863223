//! "Open with Wharf" in the file manager, put there and taken away.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use wharf_test_support::command::{Answer, Exchange, Home};

use crate::{WHARF, check};

/// A home with the command line alone in a folder: the app that was built lies beside the one of the tests.
fn home_without_the_app() -> Home {
    let home = Home::new();
    let program = home.write("alone/wharf", "");
    std::fs::remove_file(&program).unwrap();
    if std::fs::hard_link(WHARF, &program).is_err() {
        std::fs::copy(WHARF, &program).unwrap();
    }
    home
}

/// One where the app is installed, in a folder that a person might have.
fn home() -> Home {
    let home = home_without_the_app();
    let app = home.write("my apps/wharf-desktop", "");
    std::fs::set_permissions(app, std::fs::Permissions::from_mode(0o755)).unwrap();
    home
}

fn wharf(home: &Home, line: &str) -> Answer {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let ours = std::iter::once(home.path().join("my apps")).chain(std::env::split_paths(&paths));
    alone(home, line).variable("PATH", std::env::join_paths(ours).unwrap()).end()
}

fn alone<'a>(home: &'a Home, line: &str) -> Exchange<'a> {
    home.run(home.path().join("alone/wharf")).arguments(line.split_whitespace())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .flat_map(|entry| {
            let path = entry.path();
            let below = if path.is_dir() { files(&path) } else { Vec::new() };
            std::iter::once(path).chain(below)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn it_is_put_there_once_and_taken_away_whole() {
    let home = home();
    let before = files(home.path());
    check!(wharf(&home, "integrate --dry-run"), @r"
    $ wharf integrate --dry-run
    exit code: 0
    --- stdout
    Open with               would change  · [HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop
    Dolphin                 would change  · [HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop
    Files (GNOME)           would change  · [HOME]/.local/share/nautilus/scripts/Open with Wharf
    Nemo                    would change  · [HOME]/.local/share/nemo/scripts/Open with Wharf
    Nothing was changed.
    --- stderr
    ");
    assert_eq!(files(home.path()), before);
    check!(wharf(&home, "integrate"), @r"
    $ wharf integrate
    exit code: 0
    --- stdout
    Open with               written       · [HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop
    Dolphin                 written       · [HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop
    Files (GNOME)           written       · [HOME]/.local/share/nautilus/scripts/Open with Wharf
    Nemo                    written       · [HOME]/.local/share/nemo/scripts/Open with Wharf
    --- stderr
    ");
    check!(wharf(&home, "integrate"), @r"
    $ wharf integrate
    exit code: 0
    --- stdout
    Open with               there         · [HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop
    Dolphin                 there         · [HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop
    Files (GNOME)           there         · [HOME]/.local/share/nautilus/scripts/Open with Wharf
    Nemo                    there         · [HOME]/.local/share/nemo/scripts/Open with Wharf
    Nothing to change.
    --- stderr
    ");
    let entry = home.path().join(".local/share/applications/dev.wharf.desktop.open-folder.desktop");
    let text = std::fs::read_to_string(entry).unwrap();
    let program = home.path().join("my apps/wharf-desktop");
    assert!(text.contains(&format!("Exec=\"{}\" -- %f\n", program.display())), "{text}");
    check!(wharf(&home, "unintegrate --json"), @r#"
    $ wharf unintegrate --json
    exit code: 0
    --- stdout
    {"installed":false,"places":[{"manager":"openWith","path":"[HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop","state":"absent"},{"manager":"dolphin","path":"[HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop","state":"absent"},{"manager":"nautilus","path":"[HOME]/.local/share/nautilus/scripts/Open with Wharf","state":"absent"},{"manager":"nemo","path":"[HOME]/.local/share/nemo/scripts/Open with Wharf","state":"absent"}],"changed":["[HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop","[HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop","[HOME]/.local/share/nautilus/scripts/Open with Wharf","[HOME]/.local/share/nemo/scripts/Open with Wharf"]}
    --- stderr
    "#);
    check!(wharf(&home, "unintegrate"), @r"
    $ wharf unintegrate
    exit code: 0
    --- stdout
    Open with               not there     · [HOME]/.local/share/applications/dev.wharf.desktop.open-folder.desktop
    Dolphin                 not there     · [HOME]/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop
    Files (GNOME)           not there     · [HOME]/.local/share/nautilus/scripts/Open with Wharf
    Nemo                    not there     · [HOME]/.local/share/nemo/scripts/Open with Wharf
    Nothing to change.
    --- stderr
    ");
    let after: Vec<_> = files(home.path()).into_iter().filter(|path| !before.contains(path)).collect();
    // The state folder itself may stay; nothing is in it, and nothing is anywhere else.
    assert!(after.iter().all(|path| path.is_dir() && path.to_string_lossy().contains("wharf")), "{after:?}");
}

#[test]
fn without_the_app_there_is_nothing_to_open_folders_with() {
    let home = home_without_the_app();
    let answer = alone(&home, "integrate").variable("PATH", "/nowhere").end();
    check!(answer, @r"
    $ wharf integrate
    exit code: 1
    --- stdout

    --- stderr
    error: the app is not installed: there is no wharf-desktop beside wharf or on PATH
    hint: install Wharf's app: it is what a folder is opened with
    ");
}
