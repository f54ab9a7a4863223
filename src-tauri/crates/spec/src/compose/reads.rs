//! Which files Compose reads for a project beside those that it is given, before it says what the project is: its answer does not tell,
//! as the content of these files stands in it already.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::yaml::read_documents;
use crate::paths::PathStyle;

/// No project comes near to this; where files name ever more files, the rest cannot be told.
const MOST_FILES: usize = 256;

/// The name that Compose looks for in a project's folder.
const ENV_FILE: &str = ".env";

/// What is named where no file is meant.
const NOTHING: &str = "/dev/null";

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReadFor {
    /// It is a part of the project, or holds values of its variables: anything can be made of it.
    Project,
    /// Its content goes into containers, and nowhere else.
    Containers,
    /// What is read because of it cannot be told.
    Untold,
}

/// One file that Compose reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRead {
    /// Its absolute path; as it is written where that cannot be told.
    pub path: String,
    /// The Compose file that names it; itself where the configuration does, or where nobody has to.
    pub from: String,
    /// The property there.
    pub property: String,
    /// What it is read for.
    pub purpose: ReadFor,
}

/// What can be seen of this computer's files.
pub trait Files {
    /// Whether there is something at an absolute path.
    fn is_there(&self, path: &str) -> bool;
    /// Whether that is a folder.
    fn is_folder(&self, path: &str) -> bool;
    /// The text of a file; None where there is none, or it cannot be read.
    fn text(&self, path: &str) -> Option<String>;
}

/// What Compose is given.
#[derive(Debug, Clone, Copy)]
pub struct ReadSources<'a> {
    /// The project's files, absolute.
    pub files: &'a [String],
    /// Where Compose is started.
    pub folder: &'a str,
    /// The person's home folder.
    pub home: Option<&'a str>,
    /// How paths are written here.
    pub style: PathStyle,
}

/// The files that Compose reads, as far as they are there, in the order in which they are found and each once.
#[must_use]
pub fn files_read(sources: &ReadSources<'_>, files: &dyn Files) -> Vec<FileRead> {
    let mut reader = Reader { sources, files, found: Vec::new(), visited: BTreeSet::new() };
    let first = sources.files.first().map(|file| sources.style.dirname(file));
    for folder in first.into_iter().chain([sources.folder]) {
        reader.environment_of(folder);
    }
    for file in sources.files {
        let place =
            Place { file, folder: first.unwrap_or(sources.folder), extended: None, is_included: false };
        reader.add_if_there(file, &place, "dockerComposeFile", ReadFor::Project);
        if files.is_there(file) {
            reader.visit(&place, "dockerComposeFile");
        }
    }
    reader.found
}

/// A Compose file, and the folder where its relative paths start.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    folder: &'a str,
    /// Services of another file extend those of this one; of the folder, whether it is only where some programs look.
    extended: Option<Guess>,
    /// Another project includes this one.
    is_included: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Guess(bool);

struct Reader<'a> {
    sources: &'a ReadSources<'a>,
    files: &'a dyn Files,
    found: Vec<FileRead>,
    visited: BTreeSet<(String, String, Option<Guess>, bool)>,
}

impl Reader<'_> {
    fn add(&mut self, path: &str, place: &Place<'_>, property: &str, purpose: ReadFor) {
        let read = FileRead {
            path: path.to_owned(),
            from: place.file.to_owned(),
            property: property.to_owned(),
            purpose,
        };
        if !self.found.contains(&read) {
            self.found.push(read);
        }
    }

    fn add_if_there(&mut self, path: &str, place: &Place<'_>, property: &str, purpose: ReadFor) {
        if self.files.is_there(path) && path != NOTHING {
            self.add(path, place, property, purpose);
        }
    }

    /// The values of variables that lie in a project's folder.
    fn environment_of(&mut self, folder: &str) {
        let path = self.sources.style.resolve(folder, ENV_FILE);
        let place = Place { file: &path, folder, extended: None, is_included: false };
        self.add_if_there(&path, &place, "dockerComposeFile", ReadFor::Project);
    }

    /// What a Compose file names.
    fn visit(&mut self, place: &Place<'_>, named_by: &str) {
        let Place { file, folder, extended, is_included } = *place;
        if !self.visited.insert((file.to_owned(), folder.to_owned(), extended, is_included)) {
            return;
        }
        let text = if self.visited.len() > MOST_FILES { None } else { self.files.text(place.file) };
        let Some(documents) = text.and_then(|text| read_documents(&text).ok()) else {
            return self.add(place.file, place, named_by, ReadFor::Untold);
        };
        for document in &documents {
            // What is extended brings its services along, and no projects.
            if let Some(include) = document.get("include").filter(|_| place.extended.is_none()) {
                self.includes(include, place);
            }
            self.gather(document, place, "", 0);
        }
    }

    /// What is named at a place of the text, so many names deep.
    fn gather(&mut self, value: &Value, place: &Place<'_>, property: &str, depth: usize) {
        match value {
            Value::Array(items) => {
                items.iter().for_each(|item| self.gather(item, place, property, depth + 1));
            }
            Value::Object(entries) => {
                for (name, value) in entries {
                    let is_top = property.is_empty();
                    // Anything else may be called so, a secret for example. What services take over may stand anywhere in an extension.
                    let of_service =
                        depth == 2 && property.starts_with("services.") || property.starts_with("x-");
                    let property = if is_top { name.clone() } else { format!("{property}.{name}") };
                    match name.as_str() {
                        "include" if is_top => {}
                        "env_file" | "label_file" if of_service => {
                            self.each_file(value, place, &property, ReadFor::Containers)
                        }
                        "extends" if of_service => {
                            if let Some(file) = value.get("file") {
                                self.extends(file, place, &property);
                            }
                        }
                        _ => self.gather(value, place, &property, depth + 1),
                    }
                }
            }
            _ => {}
        }
    }

    /// Files with values: one, many, or each with what is said about it.
    fn each_file(&mut self, value: &Value, place: &Place<'_>, property: &str, purpose: ReadFor) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                items.iter().for_each(|item| self.each_file(item, place, property, purpose))
            }
            Value::Object(entry) if entry.get("path").is_some_and(Value::is_string) => {
                self.each_file(&entry["path"], place, property, purpose);
            }
            _ => match self.places(value, place.folder) {
                Some(paths) => {
                    paths.iter().for_each(|path| self.add_if_there(path, place, property, purpose));
                }
                None => self.add(&written(value), place, property, ReadFor::Untold),
            },
        }
    }

    /// Services of another file. Its relative paths start where it lies; some programs start them where the project's do.
    fn extends(&mut self, file: &Value, place: &Place<'_>, property: &str) {
        let Some(paths) = self.local(file, place, property) else { return };
        for path in &paths {
            let own = self.sources.style.dirname(path);
            for folder in [own, place.folder] {
                self.part(path, folder, place, property, Some(Guess(folder != own)));
            }
        }
    }

    /// Other projects.
    fn includes(&mut self, include: &Value, place: &Place<'_>) {
        let property = "include";
        let style = self.sources.style;
        let items = include.as_array().map_or(std::slice::from_ref(include), Vec::as_slice);
        for item in items {
            let path = if item.is_object() { item.get("path") } else { Some(item) };
            let paths: Vec<&Value> = match path {
                None | Some(Value::Null) => continue,
                Some(Value::Array(paths)) => paths.iter().collect(),
                Some(path) => vec![path],
            };
            let said = item.get("project_directory").filter(|folder| !folder.is_null());
            let known =
                |said| self.places(said, place.folder).filter(|_| !self.starts_elsewhere(said, place));
            let mut folders = match said.map(|said| (said, known(said))) {
                Some((said, None)) => {
                    self.add(&written(said), place, property, ReadFor::Untold);
                    Vec::new()
                }
                Some((_, Some(places))) => places.into_iter().map(|path| self.folder_of(path)).collect(),
                None => Vec::new(),
            };
            for path in paths {
                for path in self.local(path, place, property).unwrap_or_default() {
                    // Those that follow start where the first one lies, too.
                    if folders.is_empty() {
                        folders.push(style.dirname(&path).to_owned());
                    }
                    for folder in folders.clone() {
                        self.part(&path, &folder, place, property, None);
                    }
                }
            }
            folders.iter().for_each(|folder| self.environment_of(folder));
            match item.get("env_file") {
                Some(files) if self.starts_elsewhere(files, place) => {
                    self.add(&written(files), place, property, ReadFor::Untold);
                }
                Some(files) => self.each_file(files, place, property, ReadFor::Project),
                None => {}
            }
        }
    }

    /// Compose takes what is no folder for a file in the one that is meant.
    fn folder_of(&self, path: String) -> String {
        if self.files.is_folder(&path) { path } else { self.sources.style.dirname(&path).to_owned() }
    }

    /// Whether paths may start elsewhere than the file that names them: in projects that are included, Compose lets the relative ones of further
    /// projects start where it was started itself.
    fn starts_elsewhere(&self, value: &Value, place: &Place<'_>) -> bool {
        let paths = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let is_relative = |path: &Value| {
            path.as_str().is_some_and(|path| !path.starts_with('~') && !self.sources.style.is_absolute(path))
        };
        place.is_included && paths.iter().any(is_relative)
    }

    /// A file that is a part of the project because another one names it.
    fn part(&mut self, path: &str, folder: &str, place: &Place<'_>, property: &str, extended: Option<Guess>) {
        if self.files.is_there(path) {
            self.add(path, place, property, ReadFor::Project);
            let is_included = extended.is_none();
            self.visit(&Place { file: path, folder, extended, is_included }, property);
        }
    }

    /// Where a part of the project may lie; None where it is told already that this cannot be told: it is fetched from elsewhere, or
    /// nobody knows what its name becomes.
    fn local(&mut self, value: &Value, place: &Place<'_>, property: &str) -> Option<Vec<String>> {
        let text = value.as_str().unwrap_or_default();
        let absolute = self.sources.style.is_absolute(text);
        // Compose takes these for addresses even where a file of that name lies there.
        let is_address = !absolute && (text.contains(':') || text.starts_with("github.com/"));
        let places = self.places(value, place.folder).filter(|_| !is_address);
        let is_known = places.is_some();
        let there = places.filter(|places| places.iter().any(|path| self.files.is_there(path)));
        // What is not where some programs would look for it is where the others do.
        if there.is_none() && !(is_known && place.extended == Some(Guess(true))) {
            self.add(&written(value), place, property, ReadFor::Untold);
        }
        there
    }

    /// Where a path that is written in a Compose file may lead; None where nobody knows: it is made from variables, or is no text.
    fn places(&self, value: &Value, folder: &str) -> Option<Vec<String>> {
        let text = value.as_str().filter(|text| !text.contains('$'))?;
        let style = self.sources.style;
        let mut places = Vec::new();
        if let Some(below) = text.strip_prefix('~') {
            places.push(style.resolve(self.sources.home?, below.trim_start_matches(['/', '\\'])));
        }
        places.push(style.resolve(folder, text));
        Some(places)
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
