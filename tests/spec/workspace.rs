//! Where the workspace is, on three operating systems. In the cases `~` is a person's folder, and paths are written with slashes.

use std::path::Path;

use serde_json::Value;
use wharf_spec::paths::join_in_container;
use wharf_spec::{Document, PathStyle, Workspace, WorkspaceFacts, read};

const STYLES: [(PathStyle, &str); 3] = [
    (PathStyle::Linux, "/home/user"),
    (PathStyle::Darwin, "/Users/user"),
    (PathStyle::Windows, "C:/Users/user"),
];

#[test]
fn every_case_on_every_system() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("workspace.json")).unwrap();
    assert!(cases.len() >= 20);
    for case in &cases {
        for (style, home) in STYLES {
            let host = |path: &str| {
                let path = path.replacen('~', home, 1);
                if style == PathStyle::Windows { path.replace('/', "\\") } else { path }
            };
            let git_file = case["gitFile"].as_str().map(|content| {
                if style == PathStyle::Windows { content.replace(" /", " C:/") } else { content.to_owned() }
            });
            for consistency in [None, Some("cached")] {
                let facts = WorkspaceFacts {
                    folder: host(case["folder"].as_str().unwrap()),
                    git_root: case["gitRoot"].as_str().map(host),
                    git_file: git_file.clone(),
                    style,
                    consistency: consistency.map(str::to_owned),
                };
                let config = case.get("config").map_or_else(|| "{}".to_owned(), Value::to_string);
                let (document, _) = Document::parse(Path::new("devcontainer.json"), &config).unwrap();
                let workspace = Workspace::of(&facts, &read(&document).0);

                let mount = |name: &str| {
                    let ends = case[name].as_array()?;
                    let (source, target) = (host(ends[0].as_str().unwrap()), ends[1].as_str().unwrap());
                    let quoted =
                        |field: String| if field.contains(',') { format!("\"{field}\"") } else { field };
                    let suffix = match (style, consistency) {
                        (PathStyle::Linux, _) => "",
                        (_, None) => ",consistency=consistent",
                        (_, Some(_)) => ",consistency=cached",
                    };
                    let (source, target) =
                        (quoted(format!("source={source}")), quoted(format!("target={target}")));
                    Some(format!("type=bind,{source},{target}{suffix}"))
                };
                let about = format!("{} on {style:?}", case["case"]);
                assert_eq!(workspace.folder.as_deref(), case["workspaceFolder"].as_str(), "{about}");
                let expected = case["mountText"].as_str().map(str::to_owned).or_else(|| mount("mount"));
                assert_eq!(workspace.mount, expected, "{about}");
                assert_eq!(workspace.additional_mount, mount("additionalMount"), "{about}");
                // Until somebody has looked, only the file says so.
                assert_eq!(
                    workspace.additional_mount_is_told,
                    workspace.additional_mount.is_some(),
                    "{about}"
                );
                assert_eq!(
                    workspace.host_mount_folder,
                    facts.git_root.clone().unwrap_or(facts.folder),
                    "{about}"
                );
            }
        }
    }
}

#[test]
fn paths_of_three_systems() {
    use PathStyle::{Linux, Windows};
    for (style, path, base, parent, absolute) in [
        (Linux, "/a/b", "b", "/a", true),
        (Linux, "/a/b/", "b", "/a", true),
        (Linux, "/a", "a", "/", true),
        (Linux, "/", "", "/", true),
        (Linux, "", "", "", false),
        (Linux, "a/b", "b", "a", false),
        (Linux, r"/a\b", r"a\b", "/", true),
        (Windows, r"C:\a\b", "b", r"C:\a", true),
        (Windows, r"C:\a\b\", "b", r"C:\a", true),
        (Windows, r"C:\a", "a", r"C:\", true),
        (Windows, r"C:\", "", r"C:\", true),
        (Windows, "C:", "", "C:", false),
        (Windows, "C:/a/b", "b", "C:/a", true),
        (Windows, r"a\b", "b", "a", false),
        (Windows, r"\\server\share\a", "a", r"\\server\share", true),
    ] {
        assert_eq!(
            (style.basename(path), style.dirname(path), style.is_absolute(path)),
            (base, parent, absolute),
            "{path}"
        );
    }
    for (style, folder, path, resolved) in [
        (Linux, "/a/b", "../c", "/a/c"),
        (Linux, "/a/b", "/c/./d/../e", "/c/e"),
        (Linux, "/a", "../../..", "/"),
        (Linux, "/a", "", "/a"),
        (Windows, r"C:\a\b", "../c", r"C:\a\c"),
        (Windows, r"C:\a\b", r"D:\c", r"D:\c"),
        (Windows, r"C:\a", "../../..", r"C:\"),
    ] {
        assert_eq!(style.resolve(folder, path), resolved, "{folder} {path}");
    }
    for (style, folder, path, relative) in [
        (Linux, "/a/b", "/a/b/c/d", "c/d"),
        (Linux, "/a/b", "/a/b", ""),
        (Linux, "/a/b", "/a/c", "../c"),
        (Linux, "/a/B", "/a/b", "../b"),
        (Windows, r"C:\a\B", r"c:\A\b\c\d", r"c\d"),
    ] {
        assert_eq!(style.relative(folder, path), relative, "{folder} {path}");
    }
    for (style, path, folder, inside) in [
        (Linux, "/a/b", "/a", true),
        (Linux, "/a", "/a", false),
        (Linux, "/ab", "/a", false),
        (Linux, "/a/../b", "/a", false),
        (Linux, "/a", "/", true),
        (Windows, r"C:\a\b", r"C:\a", true),
        (Windows, r"C:\a\b", "C:/a/", true),
        (Windows, r"C:\ab", r"C:\a", false),
    ] {
        assert_eq!(style.is_inside(path, folder), inside, "{path} {folder}");
    }
    for (folder, path, joined) in [
        ("/workspaces", "a", "/workspaces/a"),
        ("/w", "../..", "/"),
        ("/w", "a/../b", "/w/b"),
        ("/w", "", "/w"),
    ] {
        assert_eq!(join_in_container(folder, path), joined);
    }
}
