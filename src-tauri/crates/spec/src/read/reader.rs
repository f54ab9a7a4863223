//! Reads JSON values as the types they should have, and says where one does not.

use std::collections::BTreeSet;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::suggest::closest;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::extends::Place;
use crate::pointer::At;

/// What a member of an object does to the thing that is read.
pub(crate) type Apply<T> = fn(&mut Reader<'_>, &At<'_>, &Value, &mut T);

/// The members that an object may have, and how each is read.
pub(crate) type Table<T> = [(&'static str, Apply<T>)];

/// Which part of a member a finding is about.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Key,
    Value,
}

/// Collects findings while values are read.
pub(crate) struct Reader<'a> {
    path: PathBuf,
    document: Option<&'a Document>,
    /// What stands before every property's name: nothing for a file, the label's name for an image's metadata.
    prefix: &'static str,
    /// Variables are still as written, so a text that holds one is not judged by its form yet.
    pending_variables: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The pointers of values that could not be read.
    pub(crate) rejected: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// A reader of a file's values.
    pub(crate) fn of_document(document: &'a Document, pending_variables: bool) -> Self {
        Self {
            path: document.path.clone(),
            document: Some(document),
            prefix: "",
            pending_variables,
            diagnostics: Vec::new(),
            rejected: BTreeSet::new(),
        }
    }

    /// A reader of values that have no positions.
    pub(crate) fn of_label(name: &str, prefix: &'static str) -> Self {
        Self {
            path: PathBuf::from(name),
            document: None,
            prefix,
            pending_variables: true,
            diagnostics: Vec::new(),
            rejected: BTreeSet::new(),
        }
    }

    pub(crate) fn error(&mut self, at: &At<'_>, message: String, hint: Option<String>) {
        self.rejected.insert(at.pointer());
        self.report(Severity::Error, at, Part::Value, message, hint);
    }

    pub(crate) fn warn(&mut self, at: &At<'_>, part: Part, message: String, hint: Option<String>) {
        self.report(Severity::Warning, at, part, message, hint);
    }

    fn report(&mut self, severity: Severity, at: &At<'_>, part: Part, message: String, hint: Option<String>) {
        let pointer = at.pointer();
        let found = self.document.and_then(|document| match part {
            Part::Key => document.key_place(&pointer),
            Part::Value => document.place(&pointer),
        });
        self.diagnostics.push(Diagnostic {
            severity,
            path: found.as_ref().map_or_else(|| self.path.clone(), |place| place.path().to_owned()),
            position: found.as_ref().map(Place::position),
            length: found.as_ref().map_or(0, Place::length),
            property: self.property(at),
            message,
            hint,
        });
    }

    /// The property's name as messages show it.
    pub(crate) fn property(&self, at: &At<'_>) -> String {
        format!("{}{}", self.prefix, at.property())
    }

    /// A value that is not what it should be.
    pub(crate) fn wrong(&mut self, at: &At<'_>, expected: &str, value: &Value) {
        let hint = match value {
            Value::Number(_) | Value::Bool(_) if matches!(expected, "a string" | "a string or null") => {
                Some(format!("Put it in quotes: \"{value}\""))
            }
            Value::String(text)
                if expected == "true or false" && matches!(text.as_str(), "true" | "false") =>
            {
                Some(format!("Write {text} without quotes"))
            }
            Value::String(_) if expected == "an array of strings" => {
                Some("Write each word as an element: [\"first\", \"second\"]".to_owned())
            }
            Value::Null => Some("Remove it to keep the default".to_owned()),
            _ => None,
        };
        let message = format!("`{}` must be {expected}, but is {}", self.property(at), kind(value));
        self.error(at, message, hint);
    }

    /// Whether a text cannot be judged yet.
    pub(crate) fn is_pending(&self, text: &str) -> bool {
        self.pending_variables && text.contains("${")
    }

    pub(crate) fn text(&mut self, at: &At<'_>, value: &Value) -> Option<String> {
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(at, "a string", value);
        }
        text
    }

    pub(crate) fn flag(&mut self, at: &At<'_>, value: &Value) -> Option<bool> {
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong(at, "true or false", value);
        }
        flag
    }

    /// A whole number of at least 1.
    pub(crate) fn count(&mut self, at: &At<'_>, value: &Value) -> Option<u32> {
        let count = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|count| *count > 0);
        if count.is_none() {
            let written = if value.is_number() { value.to_string() } else { kind(value).to_owned() };
            let message =
                format!("`{}` must be a whole number of at least 1, but is {written}", self.property(at));
            self.error(at, message, None);
        }
        count
    }

    pub(crate) fn object<'v>(&mut self, at: &At<'_>, value: &'v Value) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.wrong(at, "an object", value);
        }
        object
    }

    pub(crate) fn texts(&mut self, at: &At<'_>, value: &Value) -> Option<Vec<String>> {
        let Some(items) = value.as_array() else {
            self.wrong(at, "an array of strings", value);
            return None;
        };
        Some(items.iter().enumerate().filter_map(|(place, item)| self.text(&at.index(place), item)).collect())
    }

    /// One string, or an array of them.
    pub(crate) fn one_or_many(&mut self, at: &At<'_>, value: &Value) -> Option<Vec<String>> {
        match value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(_) => self.texts(at, value),
            other => {
                self.wrong(at, "a string or an array of strings", other);
                None
            }
        }
    }

    /// An object, each member read in the same way. A member that cannot be read is left out.
    pub(crate) fn map<T>(
        &mut self,
        at: &At<'_>,
        value: &Value,
        mut member: impl FnMut(&mut Self, &At<'_>, &Value) -> Option<T>,
    ) -> IndexMap<String, T> {
        let Some(object) = self.object(at, value) else {
            return IndexMap::new();
        };
        object
            .iter()
            .filter_map(|(key, value)| member(self, &at.key(key), value).map(|value| (key.clone(), value)))
            .collect()
    }

    /// An array, each element read in the same way. An element that cannot be read is left out.
    pub(crate) fn list<T>(
        &mut self,
        at: &At<'_>,
        value: &Value,
        mut element: impl FnMut(&mut Self, &At<'_>, &Value) -> Option<T>,
    ) -> Vec<T> {
        let Some(items) = value.as_array() else {
            self.wrong(at, "an array", value);
            return Vec::new();
        };
        items.iter().enumerate().filter_map(|(place, item)| element(self, &at.index(place), item)).collect()
    }

    /// One of some words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        at: &At<'_>,
        value: &Value,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let names = words.iter().map(|(name, _)| *name);
        let allowed = alternatives(names.clone());
        let Some(text) = value.as_str() else {
            self.wrong(at, &format!("one of {allowed}"), value);
            return None;
        };
        let found = words.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if found.is_none() && !self.is_pending(text) {
            let message = format!("`{}` must be one of {allowed}, but is \"{text}\"", self.property(at));
            let hint = closest(text, names).map(|name| format!("Did you mean \"{name}\"?"));
            self.error(at, message, hint);
        }
        found
    }

    /// An object with known members; one that is not known is named, with the known one that was probably meant.
    pub(crate) fn members<T>(
        &mut self,
        at: &At<'_>,
        value: &Value,
        table: &'static Table<T>,
        target: &mut T,
    ) {
        let Some(object) = self.object(at, value) else {
            return;
        };
        for (key, value) in object {
            let at = at.key(key);
            if let Some((_, apply)) = table.iter().find(|(name, _)| name == key) {
                apply(self, &at, value, target);
            } else {
                self.unknown(&at, key, table.iter().map(|(name, _)| *name));
            }
        }
    }

    fn unknown(&mut self, at: &At<'_>, key: &str, known: impl Iterator<Item = &'static str>) {
        let hint = closest(key, known).map(|name| format!("Did you mean `{name}`?"));
        let message = format!("`{}` is not a known property and is ignored", self.property(at));
        self.warn(at, Part::Key, message, hint);
    }
}

/// What a value is, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// `"a", "b" or "c"`.
fn alternatives(names: impl Iterator<Item = &'static str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
