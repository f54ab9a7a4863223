//! What the program was started for, decided before anything of a window is touched.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What is printed for `--help`.
pub(crate) const HELP: &str = "\
The Wharf app: dev environments in a window

Usage: wharf-desktop [FOLDER | LINK]
       wharf-desktop --headless [FOLDER] [FLAGS]

Arguments:
  [FOLDER]    A folder to open; a window that is open already takes it
  [LINK]      A wharf://open link; the window asks before it follows one

Options:
      --background  Stay in the tray until somebody asks for the window
      --headless    Bring the environment up without a window and stay, as `wharf --headless` does
  -h, --help        Print this help
  -V, --version     Print the version";

/// The flag that the session's start is given.
pub(crate) const BACKGROUND: &str = "--background";

/// What the program was started for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A window, with something to open in it.
    Window(Option<Opening>),
    /// No window yet: the session has just begun.
    Background,
    /// No window: these arguments are the command line's, the program's name included.
    Headless(Vec<OsString>),
    /// This text on standard output.
    Print(String),
    /// Nothing, since this argument cannot be understood.
    Wrong(OsString),
}

/// Something to open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A folder, as it was written.
    Folder(PathBuf),
    /// A link to Wharf, as it was written.
    Link(String),
}

/// Reads the arguments, of which the first is the program's name.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Start {
    let rest: Vec<OsString> = arguments.into_iter().skip(1).collect();
    // The keeper is this program itself, started in the background by the window.
    if rest.first().is_some_and(|argument| argument == "keeper") && rest.len() > 1 {
        return Start::Headless(std::iter::once(OsString::from("wharf")).chain(rest).collect());
    }
    let before_dashes = || rest.iter().take_while(|argument| *argument != "--");
    if before_dashes().any(|argument| argument == "--headless") {
        return Start::Headless(std::iter::once(OsString::from("wharf")).chain(rest).collect());
    }
    if before_dashes().any(|argument| argument == "--help" || argument == "-h") {
        return Start::Print(HELP.to_owned());
    }
    if before_dashes().any(|argument| argument == "--version" || argument == "-V") {
        return Start::Print(format!("wharf-desktop {}", env!("CARGO_PKG_VERSION")));
    }
    let mut opening = None;
    let mut only_folders = false;
    let mut background = false;
    for argument in rest {
        if !only_folders && argument == "--" {
            only_folders = true;
        } else if !only_folders && argument == BACKGROUND {
            background = true;
        } else if !only_folders && is_flag(&argument) || opening.is_some() {
            return Start::Wrong(argument);
        } else {
            let link = argument.to_str().filter(|word| !only_folders && wharf_runner::is_link(word));
            opening = Some(match link {
                Some(link) => Opening::Link(link.to_owned()),
                None => Opening::Folder(PathBuf::from(argument)),
            });
        }
    }
    if background && opening.is_none() { Start::Background } else { Start::Window(opening) }
}

fn is_flag(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_tell_a_window_from_everything_else() {
        let window = |folder: &str| Start::Window(Some(Opening::Folder(folder.into())));
        let link = |link: &str| Start::Window(Some(Opening::Link(link.to_owned())));
        let headless = |words: &[&str]| Start::Headless(words.iter().map(OsString::from).collect());
        let cases: [(&[&str], Start); 17] = [
            (&["keeper"], window("keeper")),
            (&["keeper", "--guard"], headless(&["wharf", "keeper", "--guard"])),
            (&[], Start::Window(None)),
            (&["folder"], window("folder")),
            (&["--", "--headless"], window("--headless")),
            (&["wharf://open?folder=/a"], link("wharf://open?folder=/a")),
            (&["--", "wharf://open?folder=/a"], window("wharf://open?folder=/a")),
            (&["--background"], Start::Background),
            (&["--background", "folder"], window("folder")),
            (&["wharf://open?folder=/a", "--trust"], Start::Wrong("--trust".into())),
            (&["--headless"], headless(&["wharf", "--headless"])),
            (&["--headless", "folder", "--trust"], headless(&["wharf", "--headless", "folder", "--trust"])),
            (&["folder", "--headless"], headless(&["wharf", "folder", "--headless"])),
            (&["-h"], Start::Print(HELP.to_owned())),
            (&["--version"], Start::Print(format!("wharf-desktop {}", env!("CARGO_PKG_VERSION")))),
            (&["--wrong"], Start::Wrong("--wrong".into())),
            (&["one", "two"], Start::Wrong("two".into())),
        ];
        for (arguments, expected) in cases {
            let all = ["wharf-desktop"].iter().chain(arguments).map(OsString::from);
            assert_eq!(read(all), expected, "{arguments:?}");
        }
    }
}
