//! The folder that a test runs in: a configuration with copies of the Features, the test's files, and the library for them.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use wharf_spec::feature::safe_name;
use wharf_spec::javascript;

use super::super::impossible;
use crate::error::{Error, Result};

/// The file that tests read their functions from.
const LIBRARY: &str = "dev-container-features-test-lib";
const FUNCTIONS: &str = include_str!("library.sh");

/// A folder for one container. Gone when dropped.
#[derive(Debug)]
pub(super) struct Project {
    folder: TempDir,
    path: PathBuf,
    configuration: Map<String, Value>,
}

impl Project {
    /// Makes the folder. Features that are named without a slash are copied from `source`; what lies in `beside` comes beside the
    /// configuration.
    pub(super) fn new(
        configuration: &Map<String, Value>,
        source: &Path,
        beside: Option<&Path>,
    ) -> Result<Self> {
        let made = tempfile::Builder::new().prefix("wharf-features-test-").tempdir();
        let folder = made.map_err(|source| Error::Write { path: std::env::temp_dir(), source })?;
        // Engines are told paths without links.
        let path = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
        let mut project = Self { folder, path, configuration: configuration.clone() };
        if let Some(beside) = beside.filter(|folder| folder.is_dir()) {
            copy(beside, &project.configurations())?;
        }
        let asked = configuration.get("features").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut features = Map::new();
        for (name, options) in asked {
            if name.contains('/') {
                features.insert(name, options);
            } else {
                project.copy_feature(&name, &name, source)?;
                features.insert(format!("./{name}"), options);
            }
        }
        project.configuration.insert("features".to_owned(), features.into());
        project.write()?;
        Ok(project)
    }

    /// Installs a Feature once more, without options.
    pub(super) fn install_again(&mut self, feature: &str, source: &Path) -> Result<()> {
        let copy = format!("{feature}-0");
        self.copy_feature(feature, &copy, source)?;
        if let Some(Value::Object(features)) = self.configuration.get_mut("features") {
            features.insert(format!("./{copy}"), json!({}));
        }
        self.write()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.path
    }

    /// Puts the files of tests into the folder, and the library for them.
    pub(super) fn add(&self, tests: &Path) -> Result<()> {
        copy(tests, &self.path)?;
        let path = self.path.join(LIBRARY);
        std::fs::write(&path, FUNCTIONS).map_err(|source| Error::Write { path, source })
    }

    /// The user in the container may be anybody.
    pub(super) fn open_to_everybody(&self) -> Result<()> {
        open(&self.path).map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    /// Leaves the folder where it is.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }

    fn configurations(&self) -> PathBuf {
        self.path.join(".devcontainer")
    }

    fn copy_feature(&self, name: &str, to: &str, source: &Path) -> Result<()> {
        let from = source.join(name);
        if !from.is_dir() {
            return Err(impossible(format!("there is no Feature {}", from.display()), None));
        }
        copy(&from, &self.configurations().join(to))
    }

    fn write(&self) -> Result<()> {
        let path = self.configurations().join("devcontainer.json");
        let text = javascript::to_indented_text(&Value::Object(self.configuration.clone()));
        std::fs::create_dir_all(self.configurations())
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| Error::Write { path, source })
    }
}

/// Copies a folder with what links in it lead to.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).map_err(|source| Error::Write { path: to.to_owned(), source })?;
    let unreadable = |source| Error::Read { path: from.to_owned(), source };
    for entry in std::fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).map_err(|source| Error::Read { path, source })?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // What a container's user made is that user's, and open to whom it is open.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777));
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            open(&entry.path())?;
        } else if kind.is_file() {
            let _ = std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o777));
        }
    }
    Ok(())
}

/// Engines on this system show all files as open.
#[cfg(not(unix))]
fn open(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Options that are not what counts without any: switches turned, and another of the values that there are.
pub(super) fn other_options(description: &Map<String, Value>, drawn: bool) -> Map<String, Value> {
    let mut chosen = Map::new();
    for (name, option) in declared(description) {
        let default = option.get("default");
        let is = |kind: &str| option.get("type").and_then(Value::as_str) == Some(kind);
        if is("boolean") {
            let turned = !default.and_then(Value::as_bool).unwrap_or_default();
            chosen.insert(name.clone(), turned.into());
            continue;
        }
        for values in ["proposals", "enum"].iter().filter_map(|key| option.get(*key)?.as_array()) {
            if is("string") && !values.is_empty() {
                let usual = values.iter().position(|value| Some(value) == default);
                let mut place = if drawn { draw(values.len()) } else { 0 };
                if Some(place) == usual.or(default.is_none().then_some(0)) {
                    place = (place + 1) % values.len();
                }
                chosen.insert(name.clone(), values[place].clone());
            }
        }
    }
    chosen
}

/// What a test is told of the options: each as it was chosen, and as it is without.
pub(super) fn variables(
    description: &Map<String, Value>,
    chosen: &Map<String, Value>,
) -> Vec<(String, String)> {
    let usual = declared(description)
        .filter_map(|(name, option)| Some((format!("{name}__DEFAULT"), option.get("default")?)));
    chosen
        .iter()
        .map(|(name, value)| (name.clone(), value))
        .chain(usual)
        .map(|(name, value)| (safe_name(&name), javascript::string(value)))
        .collect()
}

fn declared(description: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    description.get("options").and_then(Value::as_object).into_iter().flatten()
}

/// A number below another one.
fn draw(below: usize) -> usize {
    let random = RandomState::new().build_hasher().finish();
    usize::try_from(random % (below.max(1) as u64)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_are_not_the_usual_ones() {
        let description = json!({ "options": {
            "on": { "type": "boolean", "default": true },
            "off": { "type": "boolean" },
            "one": { "type": "string", "enum": ["a", "b"], "default": "a" },
            "two": { "type": "string", "proposals": ["a", "b"], "default": "b" },
            "three": { "type": "string", "proposals": ["a", "b"] },
            "free": { "type": "string", "default": "x" },
        }});
        let description = description.as_object().unwrap();
        let chosen = other_options(description, false);
        assert_eq!(
            Value::Object(chosen.clone()),
            json!({ "on": false, "off": true, "one": "b", "two": "a", "three": "b" })
        );
        let variables = variables(description, &chosen);
        assert!(variables.contains(&("ONE".to_owned(), "b".to_owned())), "{variables:?}");
        assert!(variables.contains(&("FREE__DEFAULT".to_owned(), "x".to_owned())), "{variables:?}");
        for _ in 0..32 {
            let drawn = other_options(description, true);
            assert_ne!(drawn["one"], json!("a"));
            assert_ne!(drawn["two"], json!("b"));
        }
    }

    #[test]
    fn a_project_has_copies_of_its_features() {
        let place = tempfile::tempdir().unwrap();
        let source = place.path().join("src");
        std::fs::create_dir_all(source.join("color/lib")).unwrap();
        std::fs::write(source.join("color/lib/words"), "x").unwrap();
        let beside = place.path().join("scenario");
        std::fs::create_dir_all(&beside).unwrap();
        std::fs::write(beside.join("Dockerfile"), "FROM x").unwrap();
        let configuration = json!({ "image": "x", "features": { "color": {}, "ghcr.io/a/b/c:1": {} } });
        let mut project = Project::new(configuration.as_object().unwrap(), &source, Some(&beside)).unwrap();
        project.install_again("color", &source).unwrap();
        let folder = project.folder().join(".devcontainer");
        let written = std::fs::read_to_string(folder.join("devcontainer.json")).unwrap();
        let written: Value = serde_json::from_str(&written).unwrap();
        let names: Vec<_> = written["features"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["./color", "ghcr.io/a/b/c:1", "./color-0"]);
        for path in ["Dockerfile", "color/lib/words", "color-0/lib/words"] {
            assert!(folder.join(path).is_file(), "{path}");
        }
        assert!(
            Project::new(json!({ "features": { "none": {} } }).as_object().unwrap(), &source, None).is_err()
        );
    }

    /// The functions that tests are written with, played by the shell that they are for.
    #[cfg(unix)]
    #[test]
    fn the_library_counts_what_fails() {
        let play = |script: &str| {
            let text = format!("{FUNCTIONS}\n{script}");
            let ended = std::process::Command::new("bash").arg("-c").arg(text).output().unwrap();
            (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
        };
        assert_eq!(play("check one test -d /; reportResults"), (Some(0), String::new()));
        let (code, said) = play("check 'a b' false; check two true; reportResults");
        assert_eq!((code, said.as_str()), (Some(1), "Failed: a b\nFailed tests: a b\n"));
        assert_eq!(play("checkMultiple x 2 'true' 'false' 'test -d /'; reportResults").0, Some(0));
        assert_eq!(play("checkMultiple x 3 'true' 'false' 'test -d /'; reportResults").0, Some(1));
        // A script that ends at the first failure ends there.
        assert_eq!(play("set -e; check x false; exit 0").0, Some(1));
    }
}
