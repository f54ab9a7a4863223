//! Reading the files that a configuration is put together from: what it extends, itself, and the person's overlay.
//!
//! What lies in a registry was fetched before ([`extended`]) and is read from where it is kept: reading asks no network.

use std::path::{Path, PathBuf};

use wharf_spec::extends::{self, Layer, Role};
use wharf_spec::{Diagnostic, Document, Severity};

use super::STYLE;
use crate::error::{Error, Result};
use crate::extended::{self, Kept};
use crate::locate;
use crate::store::Store;

/// A configuration as it lies on the disk.
pub(super) struct Own<'a> {
    /// The file that is read.
    pub(super) content: &'a Path,
    /// The folder that its paths start in.
    pub(super) folder: &'a Path,
    /// What a file is called in messages.
    pub(super) show: &'a dyn Fn(&Path) -> PathBuf,
    /// Where is kept what lies in registries.
    pub(super) store: Store,
}

/// Reads it with everything that belongs to it. Without `extends` and overlay it is its one file.
pub(super) fn read(own: &Own<'_>, overlays: &[PathBuf]) -> Result<(Document, Vec<Diagnostic>)> {
    let mut reading = Reading {
        show: own.show,
        store: &own.store,
        layers: Vec::new(),
        diagnostics: Vec::new(),
        chain: Vec::new(),
    };
    reading.add(own.content, Role::Own, Some(own.folder), None)?;
    let plain = |path: &Path| path.to_path_buf();
    reading.show = &plain;
    for overlay in overlays {
        reading.add(overlay, Role::Personal, None, None)?;
    }
    let Reading { layers, diagnostics, .. } = reading;
    let document = extends::compose(layers, STYLE)
        .ok_or_else(|| Error::ConfigurationNotFound { path: own.content.to_owned(), choices: Vec::new() })?;
    Ok((document, diagnostics))
}

/// The files that a file extends, as far as it can be read: for whoever has to bring them first.
pub(crate) fn extended_files(content: &Path) -> Vec<PathBuf> {
    let Ok(text) = std::fs::read_to_string(content) else { return Vec::new() };
    let Ok((document, _)) = Document::parse(content, &text) else { return Vec::new() };
    let references = extends::references(&document).unwrap_or_default();
    let files = references.iter().map(|(reference, _)| (beside(content, reference), reference));
    // What is named like something in a registry is a file only if it is there.
    files
        .filter(|(path, reference)| path.is_file() || extends::in_registry(reference).is_none())
        .map(|(path, _)| path)
        .collect()
}

/// What of a file lies in registries, and where the file says so: for whoever has to fetch it first.
pub(crate) fn extended_in_registries(content: &Path) -> Vec<(String, Named)> {
    let Ok(text) = std::fs::read_to_string(content) else { return Vec::new() };
    let Ok((document, _)) = Document::parse(content, &text) else { return Vec::new() };
    let references = extends::references(&document).unwrap_or_default();
    let named = references.into_iter().filter(|(reference, _)| {
        extends::in_registry(reference).is_some() && !beside(content, reference).is_file()
    });
    named
        .map(|(reference, pointer)| {
            let place = refusal(&document, &pointer, String::new(), "");
            (reference, Named { place, text: text.clone() })
        })
        .collect()
}

/// Where a file names something.
#[derive(Debug)]
pub(crate) struct Named {
    place: Diagnostic,
    text: String,
}

impl Named {
    /// What is wrong with it, as an error with its place.
    pub(crate) fn refuse(self, message: String, hint: Option<String>) -> Error {
        Error::Configuration {
            diagnostics: vec![Diagnostic { message, hint, ..self.place }],
            text: self.text,
        }
    }
}

struct Reading<'a> {
    show: &'a dyn Fn(&Path) -> PathBuf,
    store: &'a Store,
    layers: Vec<Layer>,
    diagnostics: Vec<Diagnostic>,
    /// The files that led to the one that is being read.
    chain: Vec<PathBuf>,
}

impl Reading<'_> {
    /// Adds a file behind those that it extends. A file that several others extend counts once, where it is weakest.
    /// What came from a registry stands in what is kept of it.
    fn add(&mut self, path: &Path, role: Role, folder: Option<&Path>, kept: Option<&Kept>) -> Result<()> {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let text = kept.map_or_else(|| text.clone(), |kept| kept.filled_in(&text));
        let show = |path: &Path| kept.map_or_else(|| (self.show)(path), |kept| kept.shown(path));
        let shown = show(path);
        let (document, found) = Document::parse(&shown, &text)
            .map_err(|diagnostics| Error::Configuration { diagnostics, text: text.clone() })?;
        let wrong = |found: Diagnostic| Error::Configuration { diagnostics: vec![found], text: text.clone() };
        let references = extends::references(&document).map_err(wrong)?;
        self.chain.push(path.to_owned());
        for (reference, pointer) in references {
            let refuse = |message: String, hint: &str| wrong(refusal(&document, &pointer, message, hint));
            if reference.contains("://") {
                let message = format!("`extends` names {reference}, which is no file of this computer");
                return Err(refuse(
                    message,
                    "Keep a copy beside this file and name it: \"./base.json\"; or name one in a registry: \"ghcr.io/me/base:1\"",
                ));
            }
            if role != Role::Personal && STYLE.is_absolute(&reference) {
                let message =
                    format!("`extends` must name a file relative to this one, but names {reference}");
                return Err(refuse(message, "Other computers have other folders: write \"./base.json\""));
            }
            let beside = beside(path, &reference);
            let fetched = match extends::in_registry(&reference).filter(|_| !beside.is_file()) {
                Some(named) => match extended::kept(self.store, &named)? {
                    Some(kept) => Some(kept),
                    None => {
                        let message = format!("`extends` names {reference}, which was not fetched yet");
                        return Err(refuse(
                            message,
                            "`wharf up` fetches it, and so does `wharf check --outdated`",
                        ));
                    }
                },
                None => None,
            };
            let next = fetched.as_ref().map_or(beside, |kept| kept.configuration.clone());
            let inner = fetched.as_ref().or(kept);
            if inner.is_some_and(|kept| !kept.holds(&next)) {
                let message = format!("`extends` names {reference}, which leads out of what was fetched");
                return Err(refuse(message, "What is published may only name its own files"));
            }
            let name = inner.map_or_else(|| (self.show)(&next), |kept| kept.shown(&next));
            if self.chain.contains(&next) {
                let names: Vec<String> = self
                    .chain
                    .iter()
                    .chain([&next])
                    .skip_while(|file| **file != next)
                    .map(|file| if *file == next { name.clone() } else { (self.show)(file) })
                    .map(|file| file.display().to_string())
                    .collect();
                let message = format!("`extends` goes round in a circle: {}", names.join(" extends "));
                return Err(refuse(message, "Remove one of these"));
            }
            if self.chain.len() >= extends::MAXIMUM_DEPTH {
                let message = format!(
                    "`extends` is deeper than {} files: {} would be the next",
                    extends::MAXIMUM_DEPTH,
                    name.display()
                );
                return Err(refuse(message, "Let fewer files stand below one another"));
            }
            if self.layers.iter().any(|layer| layer.document.path == name) {
                continue;
            }
            if !next.is_file() {
                let message = format!("`extends` names {}, which is not there", name.display());
                return Err(refuse(message, "The path is relative to the folder of this file"));
            }
            let role = if role == Role::Own { Role::Base } else { role };
            self.add(&next, role, None, inner)?;
        }
        self.chain.pop();
        self.diagnostics.extend(found);
        // What was fetched is not where it is said to be.
        let real = if kept.is_some() { path.parent() } else { shown.parent() };
        let folder = folder.or(real).unwrap_or(Path::new("/"));
        self.layers.push(Layer { document, role, folder: folder.to_string_lossy().into_owned() });
        Ok(())
    }
}

/// A file as another one names it.
fn beside(path: &Path, reference: &str) -> PathBuf {
    locate::absolute(path.parent().unwrap_or(Path::new("/")), Path::new(reference))
}

fn refusal(document: &Document, pointer: &str, message: String, hint: &str) -> Diagnostic {
    let place = document.place(pointer);
    Diagnostic {
        severity: Severity::Error,
        path: document.path.clone(),
        position: place.as_ref().map(extends::Place::position),
        length: place.as_ref().map_or(0, extends::Place::length),
        property: extends::PROPERTY.to_owned(),
        message,
        hint: Some(hint.to_owned()),
    }
}

/// What is wrong with a configuration, with the text of the file in which the first error stands.
pub(super) fn wrong(document: &Document, diagnostics: Vec<Diagnostic>) -> Error {
    let first = diagnostics.iter().find(|found| found.is_error()).map(|found| found.path.clone());
    let layer = document.layers().iter().find(|layer| Some(&layer.document.path) == first.as_ref());
    let text = layer.map_or(&document.text, |layer| &layer.document.text).clone();
    let diagnostics = diagnostics.into_iter().filter(|found| Some(&found.path) == first.as_ref()).collect();
    Error::Configuration { diagnostics, text }
}
