//! The labels that tell an environment's container from all others, and when a container has them.
//!
//! One folder may be written in several ways: Windows takes `C:\work` and `c:/work` for the same, and programs start with
//! either. So a path is written into a label in one way, and read leniently, because older tools wrote it as they were given it.

use std::collections::BTreeMap;

use crate::paths::PathStyle;

/// The label that holds the workspace folder.
pub const LOCAL_FOLDER: &str = "devcontainer.local_folder";
/// The label that holds the configuration's path.
pub const CONFIG_FILE: &str = "devcontainer.config_file";

/// The labels of an environment to which nobody has given others: its folder and its configuration.
#[must_use]
pub fn usual(style: PathStyle, folder: &str, configuration: &str) -> Vec<(String, String)> {
    [(LOCAL_FOLDER, folder), (CONFIG_FILE, configuration)]
        .map(|(name, path)| (name.to_owned(), style.in_label(path)))
        .to_vec()
}

/// Whether a container's labels are those that are wanted. Paths may be written in any way that means the same.
#[must_use]
pub fn carries(style: PathStyle, wanted: &[(String, String)], labels: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(name, value)| {
        labels.get(name).is_some_and(|found| {
            found == value || (is_path(name) && style.in_label(found) == style.in_label(value))
        })
    })
}

/// The names of the usual labels.
#[must_use]
pub fn usual_names() -> Vec<String> {
    [LOCAL_FOLDER, CONFIG_FILE].map(str::to_owned).to_vec()
}

/// Whether a label of this name tells whose a container is, and so what may be done with it: an environment's, a project's, or
/// another tool's. The metadata is none of them.
#[must_use]
pub fn tells_whose(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let starts = ["devcontainer.", "vsch.", "dev.wharf.", "com.docker.compose.", "io.podman.compose."];
    starts.iter().any(|start| name.starts_with(start)) && name != crate::metadata::LABEL
}

/// Whether an annotation of this name (or `name=value`) is an instruction for whatever runs the container, and no description.
#[must_use]
pub fn tells_runtime(annotation: &str) -> bool {
    let name = annotation.trim().to_ascii_lowercase();
    let starts = ["run.oci.", "org.systemd.", "io.podman.", "io.kubernetes.cri-o.", "io.katacontainers."];
    starts.iter().any(|start| name.starts_with(start))
}

/// Whether a container has labels of these names, which says that it was made for an environment and holds what that was made
/// from. One that an older tool made has no label for the configuration.
#[must_use]
pub fn has_names(wanted: &[String], labels: &BTreeMap<String, String>) -> bool {
    let has = |name: &str| labels.get(name).is_some_and(|value| !value.is_empty());
    let is_old = has(LOCAL_FOLDER) && !labels.contains_key(CONFIG_FILE);
    !wanted.is_empty() && wanted.iter().all(|name| has(name) || (is_old && name == CONFIG_FILE))
}

fn is_path(name: &str) -> bool {
    name == LOCAL_FOLDER || name == CONFIG_FILE
}

#[cfg(test)]
mod tests {
    use PathStyle::{Darwin, Linux, Windows};

    use super::*;

    #[test]
    fn annotations_that_are_instructions() {
        for (name, expected) in [
            ("run.oci.keep_original_groups=1", true),
            ("org.systemd.property.DeviceAllow", true),
            ("io.podman.annotations.x", true),
            ("com.example.team=run.oci", false),
        ] {
            assert_eq!(tells_runtime(name), expected, "{name}");
        }
    }

    #[test]
    fn labels_that_tell_whose_a_container_is() {
        let table = [
            ("devcontainer.local_folder", true),
            (" Devcontainer.Config_File", true),
            ("devcontainer.metadata", false),
            ("com.docker.compose.project", true),
            ("io.podman.compose.project", true),
            ("vsch.local.folder", true),
            ("dev.wharf.transient", true),
            ("com.example.team", false),
            ("devcontainer", false),
        ];
        for (name, expected) in table {
            assert_eq!(tells_whose(name), expected, "{name}");
        }
    }

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_path_is_written_in_one_way() {
        let cases = [
            (Windows, r"C:\Users\Me\Api", r"c:\Users\Me\Api"),
            (Windows, r"c:\Users\Me\Api", r"c:\Users\Me\Api"),
            (Windows, "C:/Users/Me/Api", r"c:\Users\Me\Api"),
            (Windows, r"C:\\Users\.\Me\..\You\", r"c:\Users\You\"),
            (Windows, r"C:\", r"c:\"),
            (Windows, r"\\Server\Share\Api", r"\\Server\Share\Api"),
            (Windows, "//Server/Share/Api", r"\\Server\Share\Api"),
            (Windows, r"\\wsl.localhost\Debian\home\me", r"\\wsl.localhost\Debian\home\me"),
            (Linux, "/home/Me/C:/x", "/home/Me/C:/x"),
            (Linux, r"C:\x", r"C:\x"),
            (Darwin, "/Users/Me/./x", "/Users/Me/./x"),
        ];
        for (style, path, expected) in cases {
            assert_eq!(style.in_label(path), expected, "{style:?} {path}");
        }
        assert_eq!(
            usual(Windows, r"C:\Api", r"C:\Api/.devcontainer.json"),
            [
                (LOCAL_FOLDER.into(), r"c:\Api".into()),
                (CONFIG_FILE.into(), r"c:\Api\.devcontainer.json".into())
            ]
        );
    }

    #[test]
    fn a_container_is_found_however_its_paths_are_written() {
        let own = |style| usual(style, r"C:\Api", r"C:\Api\.devcontainer.json");
        let cases = [
            (
                Windows,
                labels(&[(LOCAL_FOLDER, r"c:\Api"), (CONFIG_FILE, r"c:\Api\.devcontainer.json")]),
                true,
            ),
            (Windows, labels(&[(LOCAL_FOLDER, r"C:\Api"), (CONFIG_FILE, "C:/Api/.devcontainer.json")]), true),
            (
                Windows,
                labels(&[(LOCAL_FOLDER, r"d:\Api"), (CONFIG_FILE, r"c:\Api\.devcontainer.json")]),
                false,
            ),
            (
                Windows,
                labels(&[(LOCAL_FOLDER, r"c:\Api"), (CONFIG_FILE, r"c:\Api\other\devcontainer.json")]),
                false,
            ),
            (Windows, labels(&[(LOCAL_FOLDER, r"c:\Api")]), false),
            // Elsewhere a colon and a backslash are letters like others.
            (Linux, labels(&[(LOCAL_FOLDER, r"c:\Api"), (CONFIG_FILE, r"c:\Api\.devcontainer.json")]), false),
        ];
        for (style, labels, expected) in cases {
            assert_eq!(carries(style, &own(style), &labels), expected, "{style:?} {labels:?}");
        }
        let mine = [("mine".to_owned(), r"C:\Api".to_owned())];
        assert!(carries(Windows, &mine, &labels(&[("mine", r"C:\Api")])));
        assert!(!carries(Windows, &mine, &labels(&[("mine", r"c:\Api")])), "no path that is known to be one");
    }

    #[test]
    fn names_of_labels_tell_that_a_container_is_an_environment() {
        let own = usual_names();
        let mine = vec!["mine".to_owned()];
        let cases = [
            (&own, labels(&[(LOCAL_FOLDER, "/other"), (CONFIG_FILE, "/other/.devcontainer.json")]), true),
            (&own, labels(&[(LOCAL_FOLDER, "/w")]), true),
            (&own, labels(&[(CONFIG_FILE, "/w/.devcontainer.json")]), false),
            (&own, labels(&[(LOCAL_FOLDER, "/w"), (CONFIG_FILE, "")]), false),
            (&own, labels(&[]), false),
            (&mine, labels(&[("mine", "2")]), true),
            (&mine, labels(&[(LOCAL_FOLDER, "/w")]), false),
            (&Vec::new(), labels(&[(LOCAL_FOLDER, "/w")]), false),
        ];
        for (wanted, labels, expected) in cases {
            assert_eq!(has_names(wanted, &labels), expected, "{wanted:?} {labels:?}");
        }
    }
}
