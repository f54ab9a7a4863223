//! Who may know whom.

use crate::metadata::{Metadata, direct, root};
use std::collections::BTreeSet;

/// A room, the rooms it may use, and what must never be built into it, however far down.
struct Room {
    package: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// Crates that touch files, the network, the clock or an asynchronous runtime. A pure room has none of them below it.
const IMPURE: &[&str] = &[
    "async-std",
    "bollard",
    "chrono",
    "directories",
    "dirs",
    "futures-util",
    "getrandom",
    "hyper",
    "mio",
    "notify",
    "reqwest",
    "rustix",
    "smol",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "ureq",
    "walkdir",
    "which",
];

/// What only a window needs, and what only a door needs.
const WINDOW: &[&str] = &["gtk", "gtk-sys", "tao", "tauri", "webkit2gtk", "webkit2gtk-sys", "wry"];
const DOORS: &[&str] = &["clap", "gtk", "gtk-sys", "tao", "tauri", "webkit2gtk", "webkit2gtk-sys", "wry"];

/// The table. ARCHITECTURE.md shows it to people.
const ROOMS: &[Room] = &[
    Room { package: "wharf-spec", may_use: &[], never: IMPURE },
    Room { package: "wharf-plan", may_use: &["wharf-spec"], never: IMPURE },
    Room { package: "wharf-engine", may_use: &["wharf-plan"], never: DOORS },
    Room { package: "wharf-registry", may_use: &["wharf-spec"], never: &["bollard", "clap", "tauri"] },
    Room { package: "wharf-agent", may_use: &[], never: &["bollard", "clap", "hyper", "tauri"] },
    Room { package: "wharf-api", may_use: &[], never: IMPURE },
    Room {
        package: "wharf-runner",
        may_use: &["wharf-spec", "wharf-plan", "wharf-engine", "wharf-registry", "wharf-agent", "wharf-api"],
        never: DOORS,
    },
    Room { package: "wharf-cli", may_use: &["wharf-runner", "wharf-api"], never: WINDOW },
    Room { package: "wharf-desktop", may_use: &["wharf-runner", "wharf-api", "wharf-cli"], never: &[] },
    // Tools of the house, in no product.
    Room { package: "wharf-xtask", may_use: &["wharf-test-support"], never: WINDOW },
    Room { package: "wharf-test-support", may_use: &[], never: WINDOW },
];

#[test]
fn every_room_uses_only_what_the_table_allows() {
    let metadata = Metadata::read();
    let mut broken = Vec::new();
    for (name, package) in metadata.members() {
        let Some(room) = ROOMS.iter().find(|room| room.package == name) else {
            broken.push(format!("{name} is not in the table of rooms"));
            continue;
        };
        for dependency in direct(package).into_iter().filter(|name| name.starts_with("wharf-")) {
            if !room.may_use.contains(&dependency) {
                broken.push(format!("{name} uses {dependency}, which the table does not allow"));
            }
        }
        let built_into = metadata.built_into(name);
        for never in room.never.iter().filter(|never| built_into.contains(*never)) {
            broken.push(format!("{name} has {never} below it, which the table forbids"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The command line's binary builds on a machine without GTK or WebKit. `linkage.rs` looks at the binary itself.
#[test]
fn nothing_of_a_window_is_built_into_the_command_line() {
    let metadata = Metadata::read();
    let built_into = metadata.built_into("wharf-cli");
    let window: BTreeSet<&str> = built_into.iter().copied().filter(|name| WINDOW.contains(name)).collect();
    assert!(window.is_empty(), "{window:?}");
    assert!(
        built_into.contains("wharf-runner"),
        "the walk over dependencies found nothing, so it proves nothing"
    );
}

/// Clippy reads the nearest clippy.toml only. The pure rooms forbid files, environment and clock in theirs, both the same, and must repeat
/// the root's lines.
#[test]
fn the_pure_rooms_forbid_files_environment_and_clock() {
    let common = std::fs::read_to_string(root().join("clippy.toml")).unwrap();
    for room in ["spec", "plan"] {
        let path = root().join("src-tauri/crates").join(room).join("clippy.toml");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for line in common.lines().filter(|line| line.contains(" = ")) {
            assert!(text.contains(line), "{} lacks the root's line `{line}`", path.display());
        }
    }
    let [spec, plan] = ["spec", "plan"].map(forbidden);
    assert_eq!(spec, plan, "one rule, two lists");
    for name in ["std::fs::read", "std::fs::File", "std::env::var", "std::time::SystemTime::now"] {
        assert!(spec.contains(name), "neither disallows {name}");
    }
}

/// What a pure room's clippy.toml forbids, by its path.
fn forbidden(room: &str) -> BTreeSet<String> {
    let path = root().join("src-tauri/crates").join(room).join("clippy.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lists = ["disallowed-methods", "disallowed-types"].map(|list| table[list].as_array().unwrap());
    let paths = lists.into_iter().flatten().map(|entry| entry["path"].as_str().unwrap().to_owned());
    paths.collect()
}
