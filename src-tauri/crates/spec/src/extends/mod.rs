//! A configuration that is put together from several files: those that it extends below it, a person's own overlay above it
//! (devcontainers/spec, proposals 22 and 305; the merge is the specification's "Merge Logic").
//!
//! ```text
//! base files, weakest first ++ the configuration ++ overlay --compose--> one Document, every value with its file
//! ```
//!
//! Of properties that the specification merges each file contributes its own entry to the metadata, so that its commands run as its own and
//! nothing of an overlay gets into an image's label. The document that comes out shows one value for each property; where only
//! one can be shown, it is the strongest file's. Reading the files is for others: nothing is opened here.

mod paths;
mod rules;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Position, Severity};
use crate::document::Document;
use crate::feature::OciReference;
use crate::paths::PathStyle;
use crate::pointer::join_key;
use crate::source::Source;

/// The property that names the files below a configuration.
pub const PROPERTY: &str = "extends";
/// How many files may stand below one another.
pub const MAXIMUM_DEPTH: usize = 16;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A file that is extended.
    Base,
    /// The configuration itself.
    Own,
    /// The person's overlay.
    Personal,
}

/// One file of a configuration.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The file.
    pub document: Document,
    /// Whose it is.
    pub role: Role,
    /// The folder that its paths start in, absolute.
    pub folder: String,
}

impl Layer {
    /// Who an entry of this file comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        let path = self.document.path.clone();
        match self.role {
            Role::Base | Role::Own => Source::Config { path },
            Role::Personal => Source::Overlay { path },
        }
    }
}

/// How a document was put together.
#[derive(Debug, Clone)]
pub(crate) struct Composition {
    /// The files, weakest first.
    pub(crate) layers: Vec<Layer>,
    /// By JSON pointer into the whole: which file, and the pointer there.
    origins: BTreeMap<String, (usize, String)>,
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub struct Place<'d> {
    /// The file that it stands in.
    pub document: &'d Document,
    /// The bytes of that file's text.
    pub span: Range<usize>,
}

impl Place<'_> {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.document.path
    }

    /// Where the value begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.document.position_at(self.span.start)
    }

    /// How many characters it has on its first line.
    #[must_use]
    pub fn length(&self) -> usize {
        self.document.length(&self.span)
    }

    /// The line that it begins on.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        self.document.line(self.position().line)
    }
}

/// The files that a document extends, as written, each with its JSON pointer.
///
/// # Errors
/// `extends` is neither a text nor an array of texts, or one of them is empty.
pub fn references(document: &Document) -> Result<Vec<(String, String)>, Diagnostic> {
    let pointer = format!("/{PROPERTY}");
    let wrong = |pointer: &str, message: &str| {
        let place = document.place(pointer);
        Diagnostic {
            severity: Severity::Error,
            path: document.path.clone(),
            position: place.as_ref().map(Place::position),
            length: place.as_ref().map_or(0, Place::length),
            property: PROPERTY.to_owned(),
            message: message.to_owned(),
            hint: Some("Name a file beside this one: \"./base.json\"".to_owned()),
        }
    };
    let one = |pointer: String, value: &Value| match value.as_str() {
        Some(text) if !text.is_empty() => Ok((text.to_owned(), pointer)),
        _ => Err(wrong(&pointer, "`extends` must name a file, or several files in an array")),
    };
    match document.value.get(PROPERTY) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().enumerate().map(|(index, item)| one(format!("{pointer}/{index}"), item)).collect()
        }
        Some(value) => Ok(vec![one(pointer, value)?]),
    }
}

/// What a reference names in a registry, if it is written as one: a host, then a path, then a version. Files begin with `.`, or
/// with a folder that is no host.
#[must_use]
pub fn in_registry(reference: &str) -> Option<OciReference> {
    let (host, rest) = reference.split_once('/')?;
    let is_host = host == "localhost" || host.contains(':') || host.trim_matches('.').contains('.');
    if host.starts_with('.') || !is_host || rest.is_empty() || reference.contains("://") {
        return None;
    }
    OciReference::parse(reference).ok()
}

/// Puts the files of a configuration together, weakest first. Paths come out relative to the folder of the configuration itself.
///
/// One file alone stays as it is. Without a configuration among them there is nothing to put together.
#[must_use]
pub fn compose(mut layers: Vec<Layer>, style: PathStyle) -> Option<Document> {
    let own = layers.iter().position(|layer| layer.role == Role::Own)?;
    if layers.len() == 1 && layers[own].document.value.get(PROPERTY).is_none() {
        return layers.pop().map(|layer| layer.document);
    }
    let folder = layers[own].folder.clone();
    let mut given: Vec<Map<String, Value>> = layers
        .iter()
        .map(|layer| {
            let value = paths::rebased(&layer.document.value, &layer.folder, &folder, style);
            let mut entries = value.as_object().cloned().unwrap_or_default();
            entries.shift_remove(PROPERTY);
            entries
        })
        .collect();
    rules::settle_scenario(&mut given);
    let mut whole = Map::new();
    let mut origins = BTreeMap::from([(String::new(), (own, String::new()))]);
    let mut properties: Vec<&String> = Vec::new();
    for property in given.iter().flat_map(|entries| entries.keys()) {
        if !properties.contains(&property) {
            properties.push(property);
        }
    }
    for property in properties {
        let authors: Vec<(usize, &Value)> = given
            .iter()
            .enumerate()
            .filter_map(|(author, entries)| Some((author, entries.get(property)?)))
            .collect();
        let Some(merged) = rules::merge(property, &authors) else { continue };
        let pointer = join_key("", property);
        for (below, author, origin) in merged.origins {
            origins.insert(format!("{pointer}{below}"), (author, format!("{pointer}{origin}")));
        }
        whole.insert(property.clone(), merged.value);
    }
    let base = layers[own].document.clone();
    Some(base.composed(Value::Object(whole), Composition { layers, origins }))
}

impl Composition {
    /// The file that a value of the whole comes from, and the pointer there.
    pub(crate) fn origin(&self, pointer: &str) -> Option<(&Layer, String)> {
        let mut known = pointer;
        loop {
            if let Some((author, origin)) = self.origins.get(known) {
                return Some((self.layers.get(*author)?, format!("{origin}{}", &pointer[known.len()..])));
            }
            known = &known[..known.rfind('/')?];
        }
    }
}
