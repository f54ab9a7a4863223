//! Findings, with the place of the file that each is about.

use std::path::Path;

use wharf_api as api;
use wharf_api::{CheckRule, CheckSeverity};
use wharf_spec::{Diagnostic, Document, Severity};

use crate::convert;
use crate::error::Error;

/// Collects what is found about one configuration.
pub(super) struct Findings<'a> {
    path: &'a Path,
    document: Option<Document>,
    found: Vec<api::CheckFinding>,
}

impl<'a> Findings<'a> {
    /// For a configuration whose text could be read.
    pub(super) fn of(path: &'a Path, text: &str) -> Self {
        let document = Document::parse(path, text).ok().map(|(document, _)| document);
        Self { path, document, found: Vec::new() }
    }

    /// Adds one about a value, told by its JSON pointer. Where the value is not written in the file, it is about the file.
    pub(super) fn add(
        &mut self,
        rule: CheckRule,
        severity: CheckSeverity,
        pointer: &str,
        message: String,
        hint: Option<String>,
    ) {
        let location = Some(self.location(pointer));
        self.found.push(api::CheckFinding { rule, severity, message, location, hint });
    }

    /// Adds one about another file.
    pub(super) fn add_elsewhere(
        &mut self,
        rule: CheckRule,
        severity: CheckSeverity,
        path: &Path,
        message: String,
        hint: Option<String>,
    ) {
        let location = Some(api::Location { path: path.display().to_string(), ..api::Location::default() });
        self.found.push(api::CheckFinding { rule, severity, message, location, hint });
    }

    /// Adds what was found in a text.
    pub(super) fn add_diagnostics(&mut self, rule: CheckRule, diagnostics: &[Diagnostic], text: &str) {
        self.found.extend(diagnostics.iter().map(|found| of_diagnostic(rule, found, text)));
    }

    /// Where the value of a pointer stands, or as much of the way to it as is written.
    pub(super) fn location(&self, pointer: &str) -> api::Location {
        let here = api::Location { path: self.path.display().to_string(), ..api::Location::default() };
        let Some(document) = &self.document else { return here };
        // A Feature is meant by its key, and its options say nothing of it.
        let span = if pointer.starts_with("/features/") {
            document.key_span(pointer)
        } else {
            document.span(pointer)
        };
        let Some(span) = span.filter(|_| !pointer.is_empty()) else { return here };
        let position = document.position_at(span.start);
        api::Location {
            line: Some(position.line),
            column: Some(position.column),
            length: u32::try_from(document.length(&span)).ok(),
            property: Some(
                pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~"),
            ),
            source_line: document.line(position.line).map(str::to_owned),
            ..here
        }
    }

    /// Whether something is written at a pointer.
    pub(super) fn has(&self, pointer: &str) -> bool {
        self.document.as_ref().is_some_and(|document| document.span(pointer).is_some())
    }

    /// What was found, in the order of the file.
    pub(super) fn into_sorted(self) -> Vec<api::CheckFinding> {
        let mut found = self.found;
        sort(&mut found);
        found
    }
}

/// Puts findings into the order of the file.
pub(super) fn sort(found: &mut [api::CheckFinding]) {
    found.sort_by_key(|finding| {
        let location = finding.location.as_ref();
        location.map(|location| (location.line.unwrap_or(0), location.column.unwrap_or(0)))
    });
}

/// The JSON pointer of a Feature.
pub(super) fn pointer_of_feature(id: &str) -> String {
    format!("/features/{}", id.replace('~', "~0").replace('/', "~1"))
}

/// What a text's reader says, as a finding.
pub(super) fn of_diagnostic(rule: CheckRule, found: &Diagnostic, text: &str) -> api::CheckFinding {
    api::CheckFinding {
        rule,
        severity: match found.severity {
            Severity::Error => CheckSeverity::Error,
            Severity::Warning => CheckSeverity::Warning,
        },
        message: found.message.clone(),
        location: Some(convert::location(found, text)),
        hint: found.hint.clone(),
    }
}

/// Why a configuration could not be read, as a finding.
pub(super) fn of_error(path: &Path, error: &Error) -> api::CheckFinding {
    let here = || api::Location { path: path.display().to_string(), ..api::Location::default() };
    api::CheckFinding {
        rule: CheckRule::Configuration,
        severity: CheckSeverity::Error,
        message: error.message(),
        location: Some(error.location().unwrap_or_else(here)),
        hint: error.hint(),
    }
}
