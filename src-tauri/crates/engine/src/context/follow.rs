//! Following symbolic links inside a context: who asks for a path that is a link, or leads through one, needs what it points
//! to as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::pattern::Pattern;

/// How many links may lead to one another; a circle ends here.
const DEEPEST: usize = 255;

/// The paths and everything that they lead to, as patterns of what to send. None when the whole context is among them.
///
/// Links are resolved inside the context only: one that points above it ends at its top, as it would in a container.
pub(crate) fn follow(context: &Path, paths: &[String]) -> Option<Vec<String>> {
    let mut found = BTreeSet::new();
    for path in paths {
        resolve(context, &parts(path), &mut found, DEEPEST);
    }
    let mut kept: Vec<String> = Vec::new();
    for path in found {
        if path.is_empty() {
            return None;
        }
        // What lies below a path that is sent is sent with it.
        if !kept.last().is_some_and(|last| path.starts_with(&format!("{last}/"))) {
            kept.push(path);
        }
    }
    Some(kept)
}

/// The parts of a path, without dots; what goes above the top stays there.
fn parts(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part.to_owned()),
        }
    }
    parts
}

fn resolve(context: &Path, wanted: &[String], found: &mut BTreeSet<String>, left: usize) {
    for end in 1..=wanted.len() {
        let (before, after) = wanted.split_at(end);
        let targets = links(context, before);
        if targets.is_empty() {
            continue;
        }
        // The link itself is sent, and what the rest of the path means at its target.
        if found.insert(before.join("/")) || !after.is_empty() {
            for target in targets {
                if left > 0 {
                    let mut next = target;
                    next.extend_from_slice(after);
                    let joined = parts(&next.join("/"));
                    resolve(context, &joined, found, left - 1);
                }
            }
        }
        return;
    }
    found.insert(wanted.join("/"));
}

/// Where the last part points to, if it is a link; with a wildcard, where each link that it matches points to.
fn links(context: &Path, path: &[String]) -> Vec<Vec<String>> {
    let Some((last, parents)) = path.split_last() else { return Vec::new() };
    let folder = parents.iter().fold(context.to_owned(), |folder, part| folder.join(part));
    let target = |name: &str| {
        let target = fs::read_link(folder.join(name)).ok()?;
        let target = target.to_str()?.replace('\\', "/");
        Some(if target.starts_with('/') {
            parts(&target)
        } else {
            parts(&format!("{}/{target}", parents.join("/")))
        })
    };
    if !last.contains(['*', '?', '[']) {
        return target(last).into_iter().collect();
    }
    let Ok(pattern) = Pattern::new(last) else { return Vec::new() };
    let Ok(children) = fs::read_dir(&folder) else { return Vec::new() };
    let mut names: Vec<String> =
        children.flatten().filter_map(|child| child.file_name().into_string().ok()).collect();
    names.sort();
    names.iter().filter(|name| pattern.matches(name)).filter_map(|name| target(name)).collect()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_lead_to_what_they_point_to() {
        let folder = tempfile::tempdir().unwrap();
        let context = folder.path();
        fs::create_dir_all(context.join("real/deep")).unwrap();
        fs::write(context.join("real/deep/file"), "").unwrap();
        for (target, link) in [
            ("real", "alias"),
            ("/real/deep", "absolute"),
            ("../../../real", "real/up"),
            ("circle", "circle"),
            ("deep/file", "real/file"),
            (".", "here"),
        ] {
            symlink(target, context.join(link)).unwrap();
        }
        let cases: &[(&[&str], Option<&[&str]>)] = &[
            (&["plain"], Some(&["plain"])),
            (&["real", "real/deep"], Some(&["real"])),
            (&["alias/deep"], Some(&["alias", "real/deep"])),
            (&["alias/file"], Some(&["alias", "real/deep/file", "real/file"])),
            (&["absolute"], Some(&["absolute", "real/deep"])),
            (&["real/up/deep"], Some(&["real/deep", "real/up"])),
            (&["a*"], Some(&["a*", "real"])),
            (&["circle"], Some(&["circle"])),
            (&["circle/x"], Some(&["circle"])),
            (&["/", "plain"], None),
            (&["here"], None),
        ];
        for (paths, expected) in cases {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            let expected =
                expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
            assert_eq!(follow(context, &paths), expected, "{paths:?}");
        }
    }
}
