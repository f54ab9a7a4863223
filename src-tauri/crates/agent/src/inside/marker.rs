//! Markers: small files that say what has been done for which container, or which start of it.
//!
//! They are written once the thing is done, so that what failed is tried again.

use std::ffi::OsString;
use std::io;
use std::path::Path;

/// Whether the file says that it is done. An empty file always does: that is how the reference implementation reads it.
pub(crate) fn is_done(path: &Path, content: &str) -> bool {
    match std::fs::read(path) {
        Ok(bytes) => {
            let found = String::from_utf8_lossy(&bytes);
            let found = found.trim_end_matches('\n');
            found.is_empty() || found == content
        }
        Err(_) => false,
    }
}

/// Writes the file, its folder included. A crash leaves the old content or the new one, never an empty file, which would count as done.
pub(crate) fn write(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = if content.is_empty() { String::new() } else { format!("{content}\n") };
    let mut beside = OsString::from(path);
    beside.push(".new");
    let beside = Path::new(&beside);
    std::fs::write(beside, &text)?;
    std::fs::rename(beside, path).inspect_err(|_| {
        let _ = std::fs::remove_file(beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_as_done() {
        let folder = std::env::temp_dir().join(format!("wharf-agent-marker-{}", std::process::id()));
        let path = folder.join("data/.marker");
        let cases: [(Option<&str>, bool); 6] = [
            (None, false),
            (Some(""), true),
            (Some("\n"), true),
            (Some("T1\n"), true),
            (Some("T1"), true),
            (Some("T0\n"), false),
        ];
        for (found, expected) in cases {
            let _ = std::fs::remove_dir_all(&folder);
            if let Some(found) = found {
                write(&path, "").unwrap();
                std::fs::write(&path, found).unwrap();
            }
            assert_eq!(is_done(&path, "T1"), expected, "{found:?}");
        }
        write(&path, "T2").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "T2\n");
        assert_eq!(std::fs::read_dir(folder.join("data")).unwrap().count(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
