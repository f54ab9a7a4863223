//! What the program was started for, decided before anything of a window is touched.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What is printed for `--help`.
pub(crate) const HELP: &str = "\
The Wharf app: dev environments in a window

Usage: wharf-desktop [FOLDER]
       wharf-desktop --headless [FOLDER] [FLAGS]

Arguments:
  [FOLDER]    A folder to open; a window that is open already takes it

Options:
      --headless  Bring the environment up without a window and stay, as `wharf --headless` does
  -h, --help      Print this help
  -V, --version   Print the version";

/// What the program was started for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A window, with a folder to open in it.
    Window(Option<PathBuf>),
    /// No window: these arguments are the command line's, the program's name included.
    Headless(Vec<OsString>),
    /// This text on standard output.
    Print(String),
    /// Nothing, since this argument cannot be understood.
    Wrong(OsString),
}

/// Reads the arguments, of which the first is the program's name.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Start {
    let rest: Vec<OsString> = arguments.into_iter().skip(1).collect();
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
    let mut folder = None;
    let mut only_folders = false;
    for argument in rest {
        if !only_folders && argument == "--" {
            only_folders = true;
        } else if !only_folders && is_flag(&argument) || folder.is_some() {
            return Start::Wrong(argument);
        } else {
            folder = Some(PathBuf::from(argument));
        }
    }
    Start::Window(folder)
}

fn is_flag(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_tell_a_window_from_everything_else() {
        let window = |folder: &str| Start::Window(Some(folder.into()));
        let headless = |words: &[&str]| Start::Headless(words.iter().map(OsString::from).collect());
        let cases: [(&[&str], Start); 10] = [
            (&[], Start::Window(None)),
            (&["folder"], window("folder")),
            (&["--", "--headless"], window("--headless")),
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
