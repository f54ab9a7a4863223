//! The editors that are known, and finding them on this computer.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use wharf_api as api;

use crate::error::{Error, Result};

/// How an editor is told of a place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// `--goto path:line:column`
    Goto,
    /// `path:line:column`
    Behind,
    /// `--line line --column column path`
    Flags,
    /// The file alone: nothing is known of the editor.
    File,
}

/// An editor that is known by its program.
pub(super) struct Known {
    pub(super) program: &'static str,
    name: &'static str,
    /// Whether it can work inside a container that it is told of.
    pub(super) inside: bool,
    naming: Naming,
    /// Where it is on macOS, if it is not on the search path.
    #[cfg_attr(
        not(target_os = "macos"),
        allow(dead_code, reason = "other systems have it on the search path")
    )]
    bundle: Option<&'static str>,
}

const fn known(
    program: &'static str,
    name: &'static str,
    inside: bool,
    naming: Naming,
    bundle: Option<&'static str>,
) -> Known {
    Known { program, name, inside, naming, bundle }
}

/// In the order in which they are looked for. Editors of a terminal are started only where somebody names them.
pub(super) const KNOWN: [Known; 10] = [
    known(
        "code",
        "Visual Studio Code",
        true,
        Naming::Goto,
        Some("Visual Studio Code.app/Contents/Resources/app/bin/code"),
    ),
    known(
        "code-insiders",
        "Visual Studio Code Insiders",
        true,
        Naming::Goto,
        Some("Visual Studio Code - Insiders.app/Contents/Resources/app/bin/code"),
    ),
    known("cursor", "Cursor", true, Naming::Goto, Some("Cursor.app/Contents/Resources/app/bin/cursor")),
    known(
        "windsurf",
        "Windsurf",
        false,
        Naming::Goto,
        Some("Windsurf.app/Contents/Resources/app/bin/windsurf"),
    ),
    known("codium", "VSCodium", false, Naming::Goto, Some("VSCodium.app/Contents/Resources/app/bin/codium")),
    known("zed", "Zed", false, Naming::Behind, Some("Zed.app/Contents/MacOS/cli")),
    known("zeditor", "Zed", false, Naming::Behind, None),
    known("idea", "IntelliJ IDEA", false, Naming::Flags, Some("IntelliJ IDEA.app/Contents/MacOS/idea")),
    known(
        "subl",
        "Sublime Text",
        false,
        Naming::Behind,
        Some("Sublime Text.app/Contents/SharedSupport/bin/subl"),
    ),
    known("kate", "Kate", false, Naming::Flags, None),
];

/// An editor that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// As the setting names it.
    setting: String,
    pub(super) name: String,
    pub(super) inside: bool,
    pub(super) naming: Naming,
    pub(super) path: PathBuf,
    /// What the setting says beside the program.
    pub(super) arguments: Vec<OsString>,
}

/// Where programs are looked for.
pub(super) struct Places<'a> {
    search_path: &'a OsStr,
    /// What the names of programs end in, beside nothing.
    endings: &'a [&'a str],
    bundles: &'a [PathBuf],
}

impl Naming {
    pub(super) fn arguments(self, place: &api::Location) -> Vec<OsString> {
        let path = OsString::from(&place.path);
        let Some(line) = place.line else { return vec![path] };
        let column = place.column.unwrap_or(1);
        let behind = OsString::from(format!("{}:{line}:{column}", place.path));
        match self {
            Self::Goto => vec!["--goto".into(), behind],
            Self::Behind => vec![behind],
            Self::Flags => {
                let (line, column) = (line.to_string().into(), column.to_string().into());
                vec!["--line".into(), line, "--column".into(), column, path]
            }
            Self::File => vec![path],
        }
    }
}

/// Looks on this computer.
pub(super) fn with_places<T>(look: impl FnOnce(&Places<'_>) -> T) -> T {
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let bundles: Vec<PathBuf> = if cfg!(target_os = "macos") {
        let own = std::env::home_dir().map(|home| home.join("Applications"));
        std::iter::once(PathBuf::from("/Applications")).chain(own).collect()
    } else {
        Vec::new()
    };
    // What Windows itself starts without being told an ending, and what editors put on the search path there.
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    look(&Places { search_path: &search_path, endings, bundles: &bundles })
}

/// Those that are there, the one that is chosen first.
pub(super) fn list(chosen: Option<&str>, places: &Places<'_>) -> api::EditorList {
    let own = chosen.map(|chosen| named(chosen, places).ok_or_else(|| chosen.to_owned()));
    let mut editors: Vec<Found> = own.iter().filter_map(|own| own.as_ref().ok()).cloned().collect();
    for known in &KNOWN {
        if let Some(found) = known.find(places)
            && editors.iter().all(|other| other.path != found.path && other.name != found.name)
        {
            editors.push(found);
        }
    }
    let editors = editors.into_iter().map(|found| api::EditorSummary {
        program: found.setting,
        name: found.name,
        inside: found.inside,
    });
    api::EditorList { editors: editors.collect(), missing: own.and_then(std::result::Result::err) }
}

/// The one that is chosen, else the first that is there.
pub(super) fn choose(chosen: Option<&str>, places: &Places<'_>) -> Result<Found> {
    let nothing = |message: String, hint: &str| Error::Impossible {
        message,
        location: None,
        hint: Some(hint.to_owned()),
    };
    match chosen {
        Some(chosen) => named(chosen, places).ok_or_else(|| {
            nothing(
                format!("the editor {chosen} is not on the search path"),
                "name another one in the settings: `wharf settings set integration.editor <program>`",
            )
        }),
        None => KNOWN.iter().find_map(|known| known.find(places)).ok_or_else(|| {
            nothing(
                "no editor was found".to_owned(),
                "name yours in the settings: `wharf settings set integration.editor <program>`",
            )
        }),
    }
}

/// The editor that a person has named: a program with or without its path, and what it is to be given beside the folder.
fn named(setting: &str, places: &Places<'_>) -> Option<Found> {
    let known = |name: &str| KNOWN.iter().find(|known| known.program == name);
    let one = |word: &str| {
        // As those are found that nobody has named: some lie where no search path leads.
        if let Some(found) = known(word).and_then(|known| known.find(places)) {
            return Some(found);
        }
        let path = places.program(word)?;
        let program = path.file_stem()?.to_string_lossy().into_owned();
        let (name, inside, naming) = match known(&program) {
            Some(known) => (known.name.to_owned(), known.inside, known.naming),
            None => (program, false, Naming::File),
        };
        Some(Found { setting: word.to_owned(), name, inside, naming, path, arguments: Vec::new() })
    };
    let found = one(setting).or_else(|| {
        let mut words = setting.split_whitespace();
        let found = one(words.next()?)?;
        Some(Found { arguments: words.map(OsString::from).collect(), ..found })
    })?;
    Some(Found { setting: setting.to_owned(), ..found })
}

impl Known {
    fn find(&self, places: &Places<'_>) -> Option<Found> {
        let bundled = || self.bundle.and_then(|bundle| places.bundled(bundle));
        let path = places.program(self.program).or_else(bundled)?;
        Some(Found {
            setting: self.program.to_owned(),
            name: self.name.to_owned(),
            inside: self.inside,
            naming: self.naming,
            path,
            arguments: Vec::new(),
        })
    }
}

impl Places<'_> {
    /// Where a program is. Folders of the search path that depend on where Wharf was started are passed over.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let given = Path::new(name);
        if given.components().count() > 1 {
            return (given.is_absolute() && given.is_file()).then(|| given.to_owned());
        }
        let folders: Vec<_> =
            std::env::split_paths(self.search_path).filter(|folder| folder.is_absolute()).collect();
        let in_folder = |folder: &PathBuf| {
            self.endings
                .iter()
                .map(|ending| folder.join(format!("{name}{ending}")))
                .find(|path| path.is_file())
        };
        folders.iter().find_map(in_folder)
    }

    fn bundled(&self, path: &str) -> Option<PathBuf> {
        self.bundles.iter().map(|folder| folder.join(path)).find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A computer with these programs.
    struct Computer {
        folder: tempfile::TempDir,
        bundles: Vec<PathBuf>,
    }

    impl Computer {
        fn with(programs: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for program in programs {
                let path = folder.path().join(program);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "").unwrap();
            }
            let bundles = vec![folder.path().join("Applications")];
            Self { folder, bundles }
        }

        fn look<T>(&self, look: impl FnOnce(&Places<'_>) -> T) -> T {
            let search_path =
                std::env::join_paths([Path::new("bin"), &self.folder.path().join("bin")]).unwrap();
            look(&Places { search_path: &search_path, endings: &["", ".cmd"], bundles: &self.bundles })
        }
    }

    #[test]
    fn the_persons_editor_comes_first_and_then_those_that_are_there() {
        let computer = Computer::with(&[
            "bin/zed",
            "bin/code.cmd",
            "bin/hx",
            "bin/my editor",
            "Applications/Cursor.app/Contents/Resources/app/bin/cursor",
        ]);
        let cases: [(Option<&str>, &[&str], Option<&str>); 6] = [
            (None, &["Visual Studio Code", "Cursor", "Zed"], None),
            (Some("zed"), &["Zed", "Visual Studio Code", "Cursor"], None),
            (Some("cursor"), &["Cursor", "Visual Studio Code", "Zed"], None),
            (Some("hx --working-dir"), &["hx", "Visual Studio Code", "Cursor", "Zed"], None),
            (Some("my editor"), &["my editor", "Visual Studio Code", "Cursor", "Zed"], None),
            (Some("gone"), &["Visual Studio Code", "Cursor", "Zed"], Some("gone")),
        ];
        for (chosen, expected, missing) in cases {
            let found = computer.look(|places| list(chosen, places));
            let names: Vec<&str> = found.editors.iter().map(|editor| editor.name.as_str()).collect();
            assert_eq!((names.as_slice(), found.missing.as_deref()), (expected, missing), "{chosen:?}");
            let first = computer.look(|places| choose(chosen, places));
            assert_eq!(first.ok().map(|first| first.name), missing.is_none().then(|| expected[0].to_owned()));
        }
        let with_words = computer.look(|places| choose(Some("hx --working-dir"), places)).unwrap();
        assert_eq!(with_words.arguments, ["--working-dir"]);
        let by_path = computer.folder.path().join("bin/code.cmd").display().to_string();
        assert!(computer.look(|places| choose(Some(&by_path), places)).unwrap().inside);
        let none = Computer::with(&["code", "bin/notes.txt"]);
        assert!(none.look(|places| choose(None, places)).is_err());
        assert!(none.look(|places| choose(Some("./code"), places)).is_err(), "not where Wharf was started");
    }

    #[test]
    fn an_editor_is_told_of_a_line_in_its_own_way() {
        let place = |line, column| api::Location {
            path: "/w/a b/devcontainer.json".to_owned(),
            line,
            column,
            ..api::Location::default()
        };
        let (whole, line) = (place(None, None), place(Some(14), None));
        let exact = place(Some(14), Some(3));
        let computer = Computer::with(&["bin/code", "bin/zed", "bin/kate", "bin/hx"]);
        let cases: [(&str, &api::Location, &[&str]); 7] = [
            ("code", &exact, &["--goto", "/w/a b/devcontainer.json:14:3"]),
            ("code", &line, &["--goto", "/w/a b/devcontainer.json:14:1"]),
            ("code", &whole, &["/w/a b/devcontainer.json"]),
            ("zed", &exact, &["/w/a b/devcontainer.json:14:3"]),
            ("kate", &exact, &["--line", "14", "--column", "3", "/w/a b/devcontainer.json"]),
            ("hx", &exact, &["/w/a b/devcontainer.json"]),
            ("hx --config x", &whole, &["/w/a b/devcontainer.json"]),
        ];
        for (chosen, place, expected) in cases {
            let found = computer.look(|places| choose(Some(chosen), places)).unwrap();
            assert_eq!(found.naming.arguments(place), expected, "{chosen}");
        }
    }
}
