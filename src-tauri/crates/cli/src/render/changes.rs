//! The one line about what has changed and waits.

use wharf_api::ChangeClass;

use crate::text::{FAINT, Line, STRONG, count};

/// Most names that are listed.
const LISTED: usize = 3;

/// What has changed, and what to do to apply it.
pub(crate) fn changes_wait(subjects: &[String], change: ChangeClass) -> Line {
    let takes = match change {
        ChangeClass::Hot => "applies them",
        ChangeClass::Restart => "restarts the container with them",
        ChangeClass::Recreate => "replaces the container",
        ChangeClass::Rebuild => "builds the image again and replaces the container",
    };
    let mut named = subjects.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if subjects.len() > LISTED {
        named = format!("{named} and {}", count(subjects.len() - LISTED, "more", "more"));
    }
    Line::new()
        .text("  ")
        .text(format!("{} not applied: ", count(subjects.len(), "change", "changes")))
        .text(named)
        .add(FAINT, "; ")
        .add(STRONG, "wharf up --apply")
        .add(FAINT, format!(" {takes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_names_what_changed_and_what_it_takes() {
        let cases: [(&[&str], ChangeClass, &str); 3] = [
            (
                &["Dockerfile"],
                ChangeClass::Rebuild,
                "  1 change not applied: Dockerfile; wharf up --apply builds the image again and replaces the container",
            ),
            (
                &["init", "mounts"],
                ChangeClass::Recreate,
                "  2 changes not applied: init, mounts; wharf up --apply replaces the container",
            ),
            (
                &["a", "b", "c", "d", "e"],
                ChangeClass::Restart,
                "  5 changes not applied: a, b, c and 2 more; wharf up --apply restarts the container with them",
            ),
        ];
        for (subjects, change, expected) in cases {
            let subjects: Vec<String> = subjects.iter().map(|subject| (*subject).to_owned()).collect();
            assert_eq!(changes_wait(&subjects, change).plain(), expected);
        }
    }
}
