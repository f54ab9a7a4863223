//! What is written on each system, and that nothing of it stays.

use std::collections::BTreeMap;

use super::*;

const LINUX_PROGRAM: &str = "/opt/Wharf & \"Co\"/wharf-desktop";

fn all() -> Vec<(System, Vec<Place>)> {
    let folders = Folders { home: "/home/ada".into(), data: "/home/ada/.local/share".into() };
    [
        (System::Linux, LINUX_PROGRAM),
        (System::MacOs, "/Applications/Wharf.app/Contents/MacOS/wharf-desktop"),
        (System::Windows, r"C:\Users\Ada L\AppData\Local\Wharf\wharf-desktop.exe"),
    ]
    .map(|(system, program)| (system, places(system, &folders, program)))
    .into()
}

/// Every file and folder below one, with the files' content.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.insert(path.clone(), None);
                folders.push(path);
            } else {
                found.insert(path.clone(), Some(std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

struct Person {
    home: tempfile::TempDir,
    state: tempfile::TempDir,
}

impl Person {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), state: tempfile::tempdir().unwrap() }
    }

    fn request(&self) -> IntegrationRequest {
        IntegrationRequest {
            program: "/opt/wharf/wharf-desktop".into(),
            home: Some(self.home.path().to_path_buf()),
            user_data_folder: Some(self.state.path().to_path_buf()),
            dry_run: false,
        }
    }
}

#[test]
fn every_file_and_key_is_told_to_be_ours() {
    for (system, places) in all() {
        for place in places {
            match &place.content {
                Content::Files(files) => {
                    assert!(!files.is_empty());
                    for file in files {
                        assert!(file.text.contains(MARK), "{system:?}: {}", file.path.display());
                        assert!(file.path.starts_with("/home/ada"), "{system:?}: {}", file.path.display());
                    }
                }
                Content::Key(key) => {
                    assert!(key.path.starts_with(r"Software\Classes\Directory\"), "{}", key.path);
                    assert!(key.path.ends_with(&format!(r"\{MARK}")), "{}", key.path);
                }
            }
        }
    }
}

#[test]
fn the_texts_are_as_they_were_looked_at() {
    let mut text = String::new();
    for (system, places) in all() {
        for place in places {
            text.push_str(&format!("== {system:?} {:?}: {}\n", place.manager, name(&place)));
            match place.content {
                Content::Files(files) => {
                    for file in files {
                        let executable = if file.executable { ", executable" } else { "" };
                        text.push_str(&format!("-- {}{executable}\n{}", file.path.display(), file.text));
                    }
                }
                Content::Key(key) => {
                    for (below, value, content) in key.values {
                        text.push_str(&format!("[{below}] {value:?} = {content}\n"));
                    }
                }
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn what_is_installed_twice_is_gone_after_once() {
    let person = Person::new();
    std::fs::create_dir_all(person.home.path().join(".local/share/nautilus")).unwrap();
    let (before, state_before) = (tree(person.home.path()), tree(person.state.path()));
    let request = person.request();
    assert!(!integration(&request).unwrap().installed);

    let planned = integrate(&IntegrationRequest { dry_run: true, ..request.clone() }).unwrap();
    assert_eq!(tree(person.home.path()), before, "a dry run writes nothing");
    let first = integrate(&request).unwrap();
    assert!(first.installed);
    assert_eq!(planned.changed, first.changed);
    let once = tree(person.home.path());
    let second = integrate(&request).unwrap();
    assert!(second.installed);
    assert!(second.changed.is_empty(), "{:?}", second.changed);
    assert_eq!(tree(person.home.path()), once);

    let gone = unintegrate(&request).unwrap();
    assert_eq!(gone.changed, first.changed);
    assert_eq!(tree(person.home.path()), before);
    assert_eq!(tree(person.state.path()), state_before);
    let again = unintegrate(&request).unwrap();
    assert!(again.changed.is_empty(), "{:?}", again.changed);
    assert_eq!(tree(person.home.path()), before);
}

#[cfg(unix)]
#[test]
fn a_program_that_has_moved_is_told_and_written_anew() {
    let person = Person::new();
    integrate(&person.request()).unwrap();
    let moved = IntegrationRequest { program: "/usr/bin/wharf-desktop".into(), ..person.request() };
    if System::HERE == System::MacOs {
        // The system finds the app by its identifier.
        assert!(integration(&moved).unwrap().installed);
        return;
    }
    let report = integration(&moved).unwrap();
    assert!(report.places.iter().all(|place| place.state == IntegrationState::Outdated), "{report:?}");
    assert!(integrate(&moved).unwrap().installed);
    // Whichever version wrote it, it goes.
    unintegrate(&person.request()).unwrap();
    assert!(tree(person.home.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_not_ours_stays() {
    let person = Person::new();
    let first = integrate(&person.request()).unwrap().changed[0].clone();
    unintegrate(&person.request()).unwrap();
    let path = Path::new(&first);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "somebody else's").unwrap();
    let refused = integrate(&person.request()).unwrap_err();
    assert!(refused.to_string().contains("not Wharf's"), "{refused}");
    unintegrate(&person.request()).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "somebody else's");
}

#[cfg(unix)]
#[test]
fn a_folder_that_somebody_else_uses_by_now_stays() {
    let person = Person::new();
    integrate(&person.request()).unwrap();
    let folder = tree(person.home.path()).into_keys().find(|path| path.is_dir()).unwrap();
    std::fs::write(folder.join("theirs"), "").unwrap();
    unintegrate(&person.request()).unwrap();
    let left = tree(person.home.path());
    assert!(left.contains_key(&folder.join("theirs")));
    assert!(left.values().flatten().all(Vec::is_empty), "{left:?}");
}
