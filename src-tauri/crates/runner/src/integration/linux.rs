//! Linux: a desktop entry that no menu shows, a menu of KDE's, a script of GNOME's and of Cinnamon's file managers.
//!
//! The entry that says that Wharf opens folders is one of its own and hidden: were it the app's, a desktop without a choice for folders
//! could take Wharf for its file manager. For the same reason no file of associations is written.

use std::path::Path;

use wharf_api::FileManager;

use super::files::{File, Made};
use super::{Content, MARK, Place, TITLE, TITLE_CHINESE, run_quietly};

/// The icon that the app's package installs.
const ICON: &str = "wharf-desktop";
/// The index that desktops look associations up in.
const INDEX: &str = "mimeinfo.cache";

pub(super) fn places(data: &Path, program: &str) -> Vec<Place> {
    let place = |manager, path: &str, text, executable| Place {
        manager,
        content: Content::Files(vec![File { path: data.join(path), text, executable }]),
    };
    vec![
        place(
            FileManager::OpenWith,
            "applications/dev.wharf.desktop.open-folder.desktop",
            entry(program),
            false,
        ),
        place(
            FileManager::Dolphin,
            "kio/servicemenus/dev.wharf.desktop.open-folder.desktop",
            service_menu(program),
            // KDE runs what a person has installed only if it may be executed.
            true,
        ),
        place(FileManager::Nautilus, &format!("nautilus/scripts/{TITLE}"), script(program), true),
        place(FileManager::Nemo, &format!("nemo/scripts/{TITLE}"), script(program), true),
    ]
}

/// Lets the desktop's index of associations be made anew.
pub(super) fn tell(data: &Path, made: &mut Made) {
    let folder = data.join("applications");
    let index = folder.join(INDEX);
    let was_there = index.exists();
    if folder.is_dir() {
        run_quietly(Path::new("update-desktop-database"), &["--quiet".as_ref(), folder.as_os_str()]);
    }
    if !was_there && index.exists() {
        made.index = Some(index);
    }
}

fn entry(program: &str) -> String {
    format!(
        "[Desktop Entry]
Type=Application
Name=Wharf
Comment=Open a folder's development environment
Comment[zh_CN]=打开文件夹的开发环境
Exec={} -- %f
Icon={ICON}
Terminal=false
NoDisplay=true
MimeType=inode/directory;
X-Wharf={MARK}
",
        quoted(program)
    )
}

fn service_menu(program: &str) -> String {
    format!(
        "[Desktop Entry]
Type=Service
MimeType=inode/directory;
Actions=openWithWharf;
X-KDE-Priority=TopLevel
X-Wharf={MARK}

[Desktop Action openWithWharf]
Name={TITLE}
Name[zh_CN]={TITLE_CHINESE}
Icon={ICON}
Exec={} -- %f
",
        quoted(program)
    )
}

/// The selected folders are its arguments, named from the folder that is shown, in which it is started.
fn script(program: &str) -> String {
    format!(
        "#!/bin/sh
# Written by Wharf ({MARK}); `wharf unintegrate` takes it away.
[ \"$#\" -gt 0 ] || set -- .
for folder in \"$@\"; do
    [ -d \"$folder\" ] && {} -- \"$folder\"
done
",
        in_shell(program)
    )
}

/// A word of an `Exec` line. Its rules apply twice: those of quoted words, then those of texts in a desktop entry.
fn quoted(program: &str) -> String {
    let mut word = String::from("\"");
    for character in program.chars() {
        match character {
            '"' | '`' | '$' => word.extend(['\\', '\\', character]),
            '\\' => word.push_str("\\\\\\\\"),
            '%' => word.push_str("%%"),
            '\n' => word.push_str("\\n"),
            _ => word.push(character),
        }
    }
    word.push('"');
    word
}

/// A word of a shell's command.
fn in_shell(program: &str) -> String {
    format!("'{}'", program.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_quoted_for_a_desktop_entry() {
        for (program, expected) in [
            ("/usr/bin/wharf-desktop", r#""/usr/bin/wharf-desktop""#),
            ("/home/a b/wharf", r#""/home/a b/wharf""#),
            ("/100%/wharf", r#""/100%%/wharf""#),
            (r#"/a"b/wharf"#, r#""/a\\"b/wharf""#),
            ("/a$b`c/wharf", r#""/a\\$b\\`c/wharf""#),
            (r"/a\b/wharf", r#""/a\\\\b/wharf""#),
        ] {
            assert_eq!(quoted(program), expected, "{program}");
        }
    }

    #[test]
    fn programs_are_quoted_for_a_shell() {
        assert_eq!(in_shell("/a'b/wharf $x"), r"'/a'\''b/wharf $x'");
    }
}
