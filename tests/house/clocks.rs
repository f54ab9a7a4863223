//! Which clock is read where: what waits and measures must not care when a computer sleeps or somebody sets its time.

use std::path::Path;

use crate::metadata::root;

/// Rooms whose work lasts.
const LASTING: [&str; 3] = [
    "src-tauri/crates/agent/src",
    "src-tauri/crates/runner/src/inside",
    "src-tauri/crates/runner/src/keeper",
];
/// The only thing that the time of day is for there: telling people when something was.
const TELLING: &str = "milliseconds_since_1970(SystemTime::now())";

#[test]
fn the_keeper_and_the_agent_measure_with_a_clock_that_nobody_sets() {
    let (mut files, mut broken) = (0, Vec::new());
    for folder in LASTING {
        walk(&root().join(folder), &mut |path, text| {
            files += 1;
            for (index, line) in text.lines().enumerate() {
                let reads =
                    line.contains("SystemTime") || line.contains("now_utc") || line.contains("UNIX_EPOCH");
                if reads && !line.trim_start().starts_with("use ") && !line.contains(TELLING) {
                    broken.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
                }
            }
        });
    }
    assert!(files > 40, "only {files} files were looked at");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn walk(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}
