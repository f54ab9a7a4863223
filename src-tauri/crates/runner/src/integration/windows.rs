//! Windows: verbs of Explorer on a folder and on the background of an open one, for this user alone.

use wharf_api::FileManager;

use super::{Content, Key, MARK, Place, TITLE};

pub(super) fn places(program: &str) -> Vec<Place> {
    // Without the dot a drive's root would end in a backslash, which would make the closing quote part of the name.
    let place = |manager, class: &str, folder: &str| Place {
        manager,
        content: Content::Key(Key {
            path: format!(r"Software\Classes\{class}\shell\{MARK}"),
            values: vec![
                ("", "", TITLE.to_owned()),
                ("", "Icon", format!("\"{program}\",0")),
                ("command", "", format!("\"{program}\" -- \"{folder}\\.\"")),
            ],
        }),
    };
    vec![
        place(FileManager::ExplorerFolder, "Directory", "%1"),
        place(FileManager::ExplorerBackground, r"Directory\Background", "%V"),
    ]
}
