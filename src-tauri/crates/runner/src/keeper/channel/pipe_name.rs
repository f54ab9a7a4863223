//! Names of Windows' pipes, and who may open them, as text.
//!
//! Names of pipes are the computer's, so that any user may make one that looks like ours, and any file or message may name one that is on
//! another computer. So a keeper's pipe has a name that nobody can know before it is there, the name stands in the user's own folder, and
//! what stands there is a name of this form or is not followed.

use sha2::{Digest as _, Sha256};

/// What names of our pipes begin with: this computer's own.
const BEGINNING: &str = r"\\.\pipe\wharf-keeper-";
/// Letters of the part that tells the user and the folder, and of the part that is another one each time.
const PART: usize = 16;

/// A name for a pipe of this user, by the user's security identifier, and of this state folder. `unique` is another number each time.
pub(super) fn pipe_name(user: &str, folder: &str, unique: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(user.as_bytes());
    hash.update([0]);
    hash.update(same_folder(folder).as_bytes());
    format!("{BEGINNING}{}-{unique:016x}", hex::encode(&hash.finalize()[..PART / 2]))
}

/// Whether this is the name of a pipe as [`pipe_name`] makes them, so that nothing else is ever opened.
pub(super) fn is_pipe_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.len() == PART && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let parts = text.strip_prefix(BEGINNING).and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(folder, unique)| is_part(folder) && is_part(unique))
}

/// The same text for every way to write a folder that Windows takes for the same, as far as text tells.
fn same_folder(folder: &str) -> String {
    let folder = folder.replace('/', r"\").to_lowercase();
    let folder = match folder.strip_prefix(r"\\?\unc\") {
        Some(share) => format!(r"\\{share}"),
        None => folder.strip_prefix(r"\\?\").unwrap_or(&folder).to_owned(),
    };
    folder.trim_end_matches('\\').to_owned()
}

/// What makes a pipe this user's alone, in the language of security descriptors: the user owns it, and nobody else is let in. One of an
/// elevated process takes nothing from processes of the same user that are not: what a keeper is asked to run, it runs with its own rights.
pub(super) fn descriptor(user: &str, elevated: bool) -> String {
    let label = if elevated { "S:(ML;;NW;;;HI)" } else { "" };
    format!("O:{user}D:P(A;;GA;;;{user}){label}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1004336348-1177238915-682003330-512";

    #[test]
    fn a_name_belongs_to_a_user_and_a_folder() {
        let folder = r"C:\Users\Anna\AppData\Roaming\wharf\data";
        let name = pipe_name(USER, folder, 7);
        assert!(is_pipe_name(&name), "{name}");
        assert!(name.ends_with("-0000000000000007"), "{name}");
        let same = [
            "c:/users/anna/appdata/roaming/wharf/data",
            r"C:\Users\Anna\AppData\Roaming\wharf\data\",
            r"\\?\C:\Users\Anna\AppData\Roaming\wharf\data",
        ];
        for other in same {
            assert_eq!(pipe_name(USER, other, 7), name, "{other}");
        }
        let others = [
            pipe_name(USER, folder, 8),
            pipe_name(USER, r"C:\Users\Anna\AppData\Roaming\wharf", 7),
            pipe_name("S-1-5-18", folder, 7),
        ];
        for other in others {
            assert!(is_pipe_name(&other) && other != name, "{other}");
        }
        let share = pipe_name(USER, r"\\server\share\wharf", 7);
        assert_eq!(pipe_name(USER, r"\\?\UNC\server\share\wharf", 7), share);
        assert_ne!(pipe_name(USER, r"C:\server\share\wharf", 7), share);
    }

    #[test]
    fn nothing_but_a_pipe_of_ours_is_opened() {
        let cases = [
            (r"\\.\pipe\wharf-keeper-0123456789abcdef-0123456789abcdef", true),
            (r"\\evil\pipe\wharf-keeper-0123456789abcdef-0123456789abcdef", false),
            (r"\\.\pipe\wharf-keeper-0123456789abcdef-0123456789abcde", false),
            (r"\\.\pipe\wharf-keeper-0123456789abcdef-0123456789abcdef0", false),
            (r"\\.\pipe\wharf-keeper-0123456789ABCDEF-0123456789abcdef", false),
            (r"\\.\pipe\wharf-keeper-..\..\docker_en-0123456789abcdef", false),
            (r"\\.\pipe\docker_engine", false),
            (r"\\.\C:", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_pipe_name(text), expected, "{text}");
        }
    }

    #[test]
    fn only_its_user_may_open_a_pipe() {
        assert_eq!(descriptor("S-1-5-18", false), "O:S-1-5-18D:P(A;;GA;;;S-1-5-18)");
        assert_eq!(descriptor("S-1-5-18", true), "O:S-1-5-18D:P(A;;GA;;;S-1-5-18)S:(ML;;NW;;;HI)");
    }
}
