//! A project as Compose told it last, which counts for as long as everything that Compose made it of is the same: starting its program
//! only to hear the same again takes as long as several questions to the engine.
//!
//! What it is made of: the program, what it is asked, every file that Compose reads, and the variables that any of them may refer to. Where
//! that cannot be told from the texts, Compose is asked every time. Nothing is kept that only the environment of this process holds, nor what
//! containers are given in theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wharf_spec::PathStyle;
use wharf_spec::compose::{ComposeProject, FileRead, Files as _, ReadFor, may_refer_to};

use super::reads::Disk;

/// Name of the file.
const PROJECT: &str = "compose-project";

/// Another number for another way of reading what Compose answers.
const FORM: &str = concat!("4 ", env!("CARGO_PKG_VERSION"));

/// Variables that say what Compose does, whatever files say.
const OF_COMPOSE: [&str; 2] = ["COMPOSE_", "DOCKER_"];
/// Variables that Compose reads for itself, or that anybody on this computer could tell: no secrets.
const OF_USER: [&str; 7] = ["HOME", "HOSTNAME", "LOGNAME", "PATH", "PWD", "USER", "USERPROFILE"];
/// Lets Compose read other files than those that are looked at here.
const OTHER_FILES: &str = "COMPOSE_ENV_FILES";
/// Where an included project starts depends on which folders are there, too.
const DEPENDS_ON_FOLDERS: &str = "project_directory";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    made_of: String,
    project: Value,
    /// The services that start although they have a profile.
    enabled: Vec<String>,
}

/// What a project is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    /// The program with its version, and every word that it is asked.
    pub(super) asked: &'a [String],
    /// The workspace folder, where it is asked.
    pub(super) folder: &'a Path,
    /// The project's files, absolute.
    pub(super) files: &'a [String],
    /// Every file that is there of those that Compose reads for them, themselves among them.
    pub(super) reads: &'a [FileRead],
    /// The environment of this process.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// How paths are written here.
    pub(super) style: PathStyle,
}

/// Everything that a project is made of, as it is now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MadeOf {
    hash: String,
    /// Values of variables that may have gone in and nobody else may see.
    hidden: Vec<String>,
}

impl Sources<'_> {
    /// Reads all of it; None where it cannot be told, or one of the files is not there.
    pub(super) fn read(&self) -> Option<MadeOf> {
        let is_told = |read: &FileRead| read.purpose != ReadFor::Untold;
        let is_read = |file: &String| self.reads.iter().any(|read| read.path == *file);
        if self.environment.contains_key(OTHER_FILES)
            || !self.reads.iter().all(is_told)
            || !self.files.iter().all(is_read)
        {
            return None;
        }
        // One that was not there, and is by now, is one more.
        let paths: BTreeSet<&str> = self.reads.iter().map(|read| read.path.as_str()).collect();
        let texts: Vec<(&str, String)> =
            paths.into_iter().map(|path| Some((path, Disk.text(path)?))).collect::<Option<_>>()?;
        if texts.iter().any(|(_, text)| text.contains(DEPENDS_ON_FOLDERS)) {
            return None;
        }
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        };
        add(FORM);
        add(&self.folder.display().to_string());
        self.asked.iter().chain(self.files).for_each(|word| add(word));
        for (path, text) in &texts {
            add(path);
            add(text);
        }
        let mut hidden = Vec::new();
        for (name, value) in self.environment {
            let of_compose = OF_COMPOSE.iter().any(|start| name.starts_with(start));
            let known = of_compose || OF_USER.contains(&name.as_str());
            if !known && !texts.iter().any(|(_, text)| may_refer_to(text, name, self.style)) {
                continue;
            }
            add(name);
            add(value);
            if !known && !value.is_empty() {
                hidden.push(value.clone());
            }
        }
        Some(MadeOf { hash: hex::encode(hash.finalize()), hidden })
    }
}

/// The project of the last time, if it was made of the same.
pub(super) fn recall(state: &crate::store::EnvironmentStore, made_of: &MadeOf) -> Option<ComposeProject> {
    let kept = state.peek::<Kept>(PROJECT).filter(|kept| kept.made_of == made_of.hash)?;
    Some(ComposeProject::of_kept(kept.project, kept.enabled))
}

/// Keeps a project for the next time. Where nothing is kept of the environment yet, or a value would be told on, it is not.
pub(super) fn keep(state: &crate::store::EnvironmentStore, made_of: MadeOf, project: &ComposeProject) {
    let kept = Kept { made_of: made_of.hash, project: project.to_kept(), enabled: project.enabled.clone() };
    if !state.folder().is_dir() || holds_any(&kept.project, &made_of.hidden) {
        return;
    }
    if let Err(error) = state.save(PROJECT, &kept) {
        tracing::debug!(%error, "the project is not kept");
    }
}

fn holds_any(value: &Value, hidden: &[String]) -> bool {
    let holds = |text: &str| hidden.iter().any(|hidden| text.contains(hidden.as_str()));
    match value {
        Value::String(text) => holds(text),
        Value::Number(number) => holds(&number.to_string()),
        Value::Bool(switch) => holds(&switch.to_string()),
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| holds_any(item, hidden)),
        Value::Object(entries) => entries.iter().any(|(name, value)| holds(name) || holds_any(value, hidden)),
    }
}

#[cfg(test)]
mod tests {
    use wharf_spec::compose::{Dollars, ReadSources, files_read};

    use super::*;
    use crate::store::EnvironmentStore;

    const FILE: &str = "include: [more.yml]\nservices: {a: {image: 'x:$TAG', env_file: [values, {path: gone, required: false}], environment: [PASSWORD]}}\n";
    const MORE: &str = "services: {b: {extends: {file: base/base.yml, service: b}}}\n";

    struct Place {
        folder: tempfile::TempDir,
        asked: Vec<String>,
        environment: BTreeMap<String, String>,
    }

    impl Place {
        fn new() -> Self {
            let place = Self {
                folder: tempfile::tempdir().unwrap(),
                asked: vec!["config".to_owned()],
                environment: [("HOME", "/home/me"), ("TAG", "17"), ("PASSWORD", "geheim"), ("OTHER", "1")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            };
            place.write("c/compose.yml", FILE);
            place.write("c/values", "A=1");
            place.write("c/more.yml", MORE);
            place.write("c/base/base.yml", "services: {b: {image: 'y:$BASE'}}\n");
            place
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        fn made_of(&self) -> Option<MadeOf> {
            let style = crate::environment::STYLE;
            let files = [self.folder.path().join("c/compose.yml").display().to_string()];
            let folder = self.folder.path().display().to_string();
            let sources = ReadSources { files: &files, folder: &folder, home: None, style };
            Sources {
                asked: &self.asked,
                folder: self.folder.path(),
                files: &files,
                reads: &files_read(&sources, &Disk),
                environment: &self.environment,
                style,
            }
            .read()
        }
    }

    type Change = fn(&mut Place);

    #[test]
    fn a_project_counts_while_it_is_made_of_the_same() {
        let table: [(&str, Change, bool); 14] = [
            ("nothing", |_| {}, true),
            (
                "a variable that no file names",
                |place| drop(place.environment.insert("OTHER".into(), "2".into())),
                true,
            ),
            ("a file that nothing names", |place| place.write("c/other", "x"), true),
            ("the file", |place| place.write("c/compose.yml", &format!("{FILE} ")), false),
            ("a file that it names", |place| place.write("c/values", "A=2"), false),
            ("one that was not there", |place| place.write("c/gone", ""), false),
            ("a project that it includes", |place| place.write("c/more.yml", &format!("{MORE} ")), false),
            ("what that one extends", |place| place.write("c/base/base.yml", "services: {b: {}}"), false),
            (
                "a variable that this one names",
                |place| drop(place.environment.insert("BASE".into(), "1".into())),
                false,
            ),
            ("an .env of its folder", |place| place.write("c/.env", ""), false),
            ("an .env of the workspace", |place| place.write(".env", ""), false),
            (
                "a variable that it names",
                |place| drop(place.environment.insert("TAG".into(), "18".into())),
                false,
            ),
            (
                "a variable of Compose",
                |place| drop(place.environment.insert("COMPOSE_X".into(), "1".into())),
                false,
            ),
            ("what is asked", |place| place.asked.push("--more".into()), false),
        ];
        for (what, change, same) in table {
            let mut place = Place::new();
            let before = place.made_of().unwrap();
            change(&mut place);
            assert_eq!(place.made_of().unwrap().hash == before.hash, same, "{what}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_kept() {
        let table: [(&str, Change); 5] = [
            ("a file that is not there", |place| place.write("c/compose.yml", "include: [gone.yml]")),
            ("a folder that may come", |place| {
                place.write("c/compose.yml", "include: [{path: more.yml, project_directory: x}]");
            }),
            ("another machine's file", |place| place.write("c/compose.yml", "include: ['oci://x/y']")),
            ("no file", |place| std::fs::remove_file(place.folder.path().join("c/compose.yml")).unwrap()),
            ("other files of variables", |place| {
                drop(place.environment.insert("COMPOSE_ENV_FILES".into(), "/e".into()));
            }),
        ];
        for (what, change) in table {
            let mut place = Place::new();
            change(&mut place);
            assert!(place.made_of().is_none(), "{what}");
        }
    }

    #[test]
    fn values_of_this_process_are_not_written_down() {
        let state = tempfile::tempdir().unwrap();
        let state = EnvironmentStore::at(state.path());
        let read = |text: &str| ComposeProject::read(text, Dollars::Doubled).unwrap();
        let place = Place::new();
        let project = read("services: {a: {image: 'x:1', profiles: [p], environment: {PASSWORD: geheim}}}");
        keep(&state, place.made_of().unwrap(), &project.with_enabled("a"));
        let recalled = recall(&state, &place.made_of().unwrap()).unwrap();
        assert_eq!(recalled.services["a"].image.as_deref(), Some("x:1"));
        assert_eq!(recalled.started(&[]), ["a"]);
        let text = std::fs::read_to_string(state.folder().join("compose-project.json")).unwrap();
        assert!(!text.contains("geheim"), "{text}");

        place.write("c/values", "A=3");
        keep(
            &state,
            place.made_of().unwrap(),
            &read("services: {a: {image: x, build: {args: {P: 'my geheim'}, context: .}}}"),
        );
        assert!(recall(&state, &place.made_of().unwrap()).is_none());
    }
}
