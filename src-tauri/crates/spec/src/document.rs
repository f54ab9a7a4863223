//! A configuration's text, read as JSON with comments: the value, and where each part of it stands.
//!
//! Two parsers share the work. jsonc-parser knows positions and holds to the grammar that editors accept (comments and
//! trailing commas, nothing more); json5 gives the value. A test holds both to agree.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Position, Severity};
use crate::extends::{Composition, Layer, Place};
use crate::javascript;
use crate::pointer::At;

/// How deep arrays and objects may be nested. Every reader after this one recurses, so the limit protects the stack.
pub const MAXIMUM_DEPTH: usize = 200;

/// A text that is a JSON object, with positions.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, as it is named in messages.
    pub path: PathBuf,
    /// The text as it was read.
    pub text: String,
    /// The whole value, keys in the order in which JavaScript lists them.
    pub value: Value,
    spans: HashMap<String, Span>,
    lines: Lines,
    /// The files that it was put together from, if it is more than one. Text and lines are the configuration's own.
    composition: Option<Box<Composition>>,
}

/// Where one value stands, in bytes of the text.
#[derive(Debug, Clone)]
struct Span {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl Document {
    /// Reads a text as JSON with comments and trailing commas.
    ///
    /// # Errors
    /// The diagnostics say what keeps the text from being a JSON object: a syntax error, too deep a nesting, another kind of value.
    /// The warnings that come with a document name keys that are written twice.
    pub fn parse(path: &Path, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let body = &text[start..];
        let lines = Lines::of(text, start);
        let error = |range: Range<usize>, message: String, hint: Option<&str>| {
            vec![Diagnostic {
                severity: Severity::Error,
                path: path.to_owned(),
                position: Some(lines.position(text, range.start)),
                length: characters(text, &range),
                property: String::new(),
                message,
                hint: hint.map(str::to_owned),
            }]
        };

        let parsed = parse_to_ast(body, &CollectOptions::default(), &grammar()).map_err(|problem| {
            let (message, hint) = explain(&problem);
            let range = problem.range();
            error(start + range.start..start + range.end, message, hint)
        })?;
        let Some(ast::Value::Object(root)) = parsed.value else {
            let range =
                parsed.value.as_ref().map_or(start..start, |value| shifted(value_range(value), start));
            let message =
                format!("Dev container config ({}) must contain a JSON object literal.", path.display());
            let hint = "Write the configuration as one object: { \"image\": \"debian\" }";
            return Err(error(range, message, Some(hint)));
        };

        let mut walk = Walk { path, text, start, lines: &lines, spans: HashMap::new(), warnings: Vec::new() };
        walk.object(&root, &At::Root, 1).map_err(|deep| {
            let message = format!("nesting is deeper than {MAXIMUM_DEPTH} levels");
            error(
                deep,
                message,
                Some("A configuration is never this deep; look for a bracket that was meant to close here"),
            )
        })?;
        walk.spans.insert(String::new(), Span { key: None, value: shifted(range(root.range), start) });
        let (spans, warnings) = (walk.spans, walk.warnings);

        let value: Value = json5::from_str(body).map_err(|problem| {
            let offset = problem.position().map_or(start, |at| lines.offset(text, at.line, at.column));
            if problem.code() == Some(json5::ErrorCode::LineTerminatorInString) {
                let message = "a string cannot go on behind the end of a line".to_owned();
                return error(offset..offset, message, Some("Write \\n where the line should end"));
            }
            let message = problem.code().map_or_else(|| problem.to_string(), |code| code.to_string());
            error(offset..offset, message, None)
        })?;
        let document = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            value: javascript::normalize(value),
            spans,
            lines,
            composition: None,
        };
        Ok((document, warnings))
    }

    /// The same configuration with the value that it has together with other files.
    pub(crate) fn composed(self, value: Value, composition: Composition) -> Self {
        Self { value, composition: Some(Box::new(composition)), ..self }
    }

    /// The files that it was put together from, weakest first; none if it is one file alone.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        self.composition.as_ref().map_or(&[], |composition| &composition.layers)
    }

    /// Where the value stands that a JSON pointer leads to, in whichever file that is.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Option<Place<'_>> {
        self.place_of(pointer, |span| Some(span.value.clone()))
    }

    /// The same for the key of a member, quotes included.
    #[must_use]
    pub fn key_place(&self, pointer: &str) -> Option<Place<'_>> {
        self.place_of(pointer, |span| span.key.clone())
    }

    fn place_of(&self, pointer: &str, part: fn(&Span) -> Option<Range<usize>>) -> Option<Place<'_>> {
        match &self.composition {
            None => Some(Place { document: self, span: part(self.spans.get(pointer)?)? }),
            Some(composition) => {
                let (layer, origin) = composition.origin(pointer)?;
                layer.document.place_of(&origin, part)
            }
        }
    }

    /// The bytes of the value that a JSON pointer leads to, where it stands in this file.
    #[must_use]
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        self.place(pointer).filter(|place| place.document.path == self.path).map(|place| place.span)
    }

    /// The bytes of the key, quotes included, of the member that a JSON pointer leads to, where it stands in this file.
    #[must_use]
    pub fn key_span(&self, pointer: &str) -> Option<Range<usize>> {
        self.key_place(pointer).filter(|place| place.document.path == self.path).map(|place| place.span)
    }

    /// Where the value starts that a JSON pointer leads to.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.span(pointer).map(|span| self.position_at(span.start))
    }

    /// The place of a byte of the text.
    #[must_use]
    pub fn position_at(&self, byte: usize) -> Position {
        self.lines.position(&self.text, byte)
    }

    /// A line of the text without its ending, the first being 1; for showing the place of a diagnostic.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<&str> {
        source_line(&self.text, number)
    }

    /// How many characters a range of bytes holds on its first line.
    #[must_use]
    pub fn length(&self, span: &Range<usize>) -> usize {
        characters(&self.text, span)
    }
}

/// A line of a text without its ending, the first being 1.
#[must_use]
pub fn source_line(text: &str, number: u32) -> Option<&str> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines::of(text, 0);
    let start = *lines.starts.get(index)?;
    let end = lines.starts.get(index + 1).copied().unwrap_or(text.len());
    Some(text.get(start..end)?.trim_end_matches(['\r', '\n']))
}

/// JSON with comments as editors understand it for this file: comments and trailing commas, and otherwise JSON.
pub(crate) fn grammar() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_loose_object_property_names: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// What is wrong, in this program's voice, and what to do.
fn explain(problem: &ParseError) -> (String, Option<&'static str>) {
    use ParseErrorKind as Kind;
    let (message, hint) = match problem.kind() {
        Kind::ExpectedComma => ("expected a comma", Some("Put a comma between this value and the next")),
        Kind::ExpectedColonAfterObjectKey => ("expected a colon after the property's name", None),
        Kind::ExpectedObjectValue => ("expected a value after the colon", None),
        Kind::ExpectedStringObjectProperty | Kind::UnexpectedTokenInObject => {
            ("expected a property's name in double quotes", Some("Write it as \"name\": value"))
        }
        Kind::SingleQuotedStringsNotAllowed => {
            ("single quotes do not make a string", Some("Use double quotes"))
        }
        Kind::UnexpectedWord => {
            ("expected a value, but found a bare word", Some("Put text in double quotes"))
        }
        Kind::UnexpectedCloseBrace => {
            ("a closing brace does not belong here", Some("Look before it for a missing value or an open ["))
        }
        Kind::UnexpectedCloseBracket => (
            "a closing bracket does not belong here",
            Some("Look before it for a missing value or an open {"),
        ),
        Kind::UnexpectedColon => ("a colon does not belong here", None),
        Kind::UnexpectedComma => ("a comma does not belong here", None),
        Kind::UnexpectedToken => ("this does not belong here", None),
        Kind::UnterminatedArray => ("this array is never closed", Some("Add the missing ]")),
        Kind::UnterminatedObject => ("this object is never closed", Some("Add the missing }")),
        Kind::UnterminatedCommentBlock => ("this comment is never closed", Some("Add the missing */")),
        Kind::MultipleRootJsonValues => ("the text goes on after the object's end", None),
        Kind::NestingDepthExceeded => ("nesting is too deep", None),
        other => return (lower_first(&other.to_string()), None),
    };
    (message.to_owned(), hint)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Collects the span of every value, and the keys that are written twice.
struct Walk<'a> {
    path: &'a Path,
    text: &'a str,
    start: usize,
    lines: &'a Lines,
    spans: HashMap<String, Span>,
    warnings: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// # Errors
    /// The place at which the nesting becomes too deep.
    fn value(&mut self, value: &ast::Value<'_>, at: &At<'_>, depth: usize) -> Result<(), Range<usize>> {
        match value {
            ast::Value::Object(object) => self.object(object, at, depth + 1),
            ast::Value::Array(array) => {
                self.check_depth(depth + 1, &range(array.range))?;
                for (index, element) in array.elements.iter().enumerate() {
                    let at = at.index(index);
                    let span = Span { key: None, value: shifted(value_range(element), self.start) };
                    self.spans.insert(at.pointer(), span);
                    self.value(element, &at, depth + 1)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn object(&mut self, object: &ast::Object<'_>, at: &At<'_>, depth: usize) -> Result<(), Range<usize>> {
        self.check_depth(depth, &range(object.range))?;
        for property in &object.properties {
            let name = property.name.as_str();
            let at = at.key(name);
            let pointer = at.pointer();
            let key = shifted(property_name_range(&property.name), self.start);
            if let Some(before) = self.spans.get(&pointer).and_then(|span| span.key.clone()) {
                self.warn_twice(&at, &key, &before);
                // What was known about the earlier value's parts is not true of this one.
                let inside = format!("{pointer}/");
                self.spans.retain(|known, _| !known.starts_with(&inside));
            }
            let value = shifted(value_range(&property.value), self.start);
            self.spans.insert(pointer, Span { key: Some(key), value });
            self.value(&property.value, &at, depth)?;
        }
        Ok(())
    }

    fn check_depth(&self, depth: usize, range: &Range<usize>) -> Result<(), Range<usize>> {
        if depth > MAXIMUM_DEPTH { Err(shifted(range.clone(), self.start)) } else { Ok(()) }
    }

    fn warn_twice(&mut self, at: &At<'_>, key: &Range<usize>, before: &Range<usize>) {
        let property = at.property();
        let first = self.lines.position(self.text, before.start);
        self.warnings.push(Diagnostic {
            severity: Severity::Warning,
            path: self.path.to_owned(),
            position: Some(self.lines.position(self.text, key.start)),
            length: characters(self.text, key),
            message: format!("`{property}` is written twice; only this one counts"),
            property,
            hint: Some(format!("The first one is on line {}; remove one of them", first.line)),
        });
    }
}

fn range(range: jsonc_parser::common::Range) -> Range<usize> {
    range.start..range.end
}

fn value_range(value: &ast::Value<'_>) -> Range<usize> {
    use jsonc_parser::common::Ranged;
    range(value.range())
}

fn property_name_range(name: &ast::ObjectPropName<'_>) -> Range<usize> {
    use jsonc_parser::common::Ranged;
    range(name.range())
}

fn shifted(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The characters of a range, up to the end of its first line.
fn characters(text: &str, range: &Range<usize>) -> usize {
    let piece = text.get(range.clone()).unwrap_or_default();
    piece.lines().next().map_or(0, |line| line.chars().count())
}

/// The byte at which each line starts. Lines end as JavaScript's readers end them: `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone)]
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// `start` is where the first line's first character stands, behind a byte order mark.
    fn of(text: &str, start: usize) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(index, byte)| {
            **byte == b'\n' || (**byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'))
        });
        Self { starts: std::iter::once(start).chain(ends.map(|(index, _)| index + 1)).collect() }
    }

    fn position(&self, text: &str, byte: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = text.get(start..byte.max(start)).map_or(0, |before| before.chars().count());
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX - 1).saturating_add(1);
        Position { line: number(line), column: number(column) }
    }

    /// The byte of a place whose line and column both count from 0.
    fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let rest = text.get(start..).unwrap_or_default();
        start + rest.char_indices().nth(column).map_or(rest.len(), |(index, _)| index)
    }
}
