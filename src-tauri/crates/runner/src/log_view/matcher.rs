//! Which lines of a log a person wants to see.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};
use wharf_api::{LogEntry, LogFilter, LogSource, LogText};

use crate::error::{Error, Result};

/// Bytes of a text to look for.
const LONGEST: usize = 2_000;
/// Bytes that a regular expression may take when it is made ready: one that needs more was not written by a person.
const LARGEST: usize = 1024 * 1024;

/// A wish, ready to be asked about many lines.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    sources: Vec<LogSource>,
    text: Option<Regex>,
}

impl Matcher {
    /// What a filter says; None when it lets everything through.
    pub(super) fn of_filter(filter: &LogFilter) -> Result<Option<Self>> {
        let text = filter.text.as_ref().filter(|text| !text.text.is_empty()).map(expression).transpose()?;
        let all = filter.sources.is_empty() && text.is_none();
        Ok((!all).then(|| Self { sources: filter.sources.clone(), text }))
    }

    /// What a search says.
    pub(super) fn of_text(text: &LogText) -> Result<Self> {
        Ok(Self { sources: Vec::new(), text: Some(expression(text)?) })
    }

    pub(super) fn matches(&self, entry: &LogEntry) -> bool {
        (self.sources.is_empty() || self.sources.contains(&entry.source))
            && self.text.as_ref().is_none_or(|text| text.is_match(&without_colours(&entry.text)))
    }
}

fn expression(text: &LogText) -> Result<Regex> {
    let wrong = |message: String| Error::Impossible { message, location: None, hint: None };
    if text.text.len() > LONGEST {
        return Err(wrong(format!("a text to look for has at most {LONGEST} bytes")));
    }
    let pattern = if text.regex { Cow::from(&text.text) } else { regex::escape(&text.text).into() };
    RegexBuilder::new(&pattern)
        .case_insensitive(!text.case_sensitive)
        .size_limit(LARGEST)
        .build()
        .map_err(|error| wrong(format!("this is no regular expression: {}", last_line(&error.to_string()))))
}

/// The words of the library after its drawing of the place, which needs letters of one width.
fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ")
}

/// A line as a terminal would show it, without what only colours it or moves about.
pub(super) fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::from(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        shown.push_str(&rest[..start]);
        rest = after_sequence(&rest[start + 1..]);
    }
    shown.push_str(rest);
    Cow::from(shown)
}

/// What follows on a control sequence, of which the escape has been read. One that does not end takes the rest with it.
fn after_sequence(text: &str) -> &str {
    let mut characters = text.char_indices();
    match characters.next() {
        Some((_, '[')) => {
            let end = characters.find(|(_, character)| ('\u{40}'..='\u{7e}').contains(character));
            end.map_or("", |(place, _)| &text[place + 1..])
        }
        // Titles, links and the like end with a bell or with `ESC \`.
        Some((_, ']' | 'P' | '_' | '^' | 'X')) => {
            let end = text.find(['\u{7}', '\u{1b}']);
            end.map_or("", |place| text[place + 1..].strip_prefix('\\').unwrap_or(&text[place + 1..]))
        }
        Some((place, character)) => &text[place + character.len_utf8()..],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use wharf_api::OutputStream;

    use super::*;

    fn entry(source: LogSource, text: &str) -> LogEntry {
        LogEntry { timestamp: None, source, step: None, stream: OutputStream::Stdout, text: text.into() }
    }

    fn text(text: &str, regex: bool, case_sensitive: bool) -> LogText {
        LogText { text: text.into(), regex, case_sensitive }
    }

    #[test]
    fn texts_are_found_as_they_are_meant() {
        let cases = [
            (text("error", false, false), "An ERROR came", true),
            (text("error", false, true), "An ERROR came", false),
            (text("a.b", false, false), "axb", false),
            (text("a.b", true, false), "axb", true),
            (text(r"^\d+$", true, false), "\u{1b}[31m42\u{1b}[0m", true),
            (text("ünï", false, false), "ÜNÏ", true),
            (text("[0m", false, false), "\u{1b}[31mred\u{1b}[0m", false),
            // A whole line cannot hold up anybody, whatever the expression.
            (text("(a*)*b", true, false), &"a".repeat(10_000), false),
        ];
        for (wanted, line, expected) in cases {
            let matcher = Matcher::of_text(&wanted).unwrap();
            assert_eq!(matcher.matches(&entry(LogSource::Hooks, line)), expected, "{wanted:?} {line:?}");
        }
    }

    #[test]
    fn sources_and_text_count_together() {
        let filter = LogFilter { sources: vec![LogSource::Build], text: Some(text("x", false, false)) };
        let matcher = Matcher::of_filter(&filter).unwrap().unwrap();
        assert!(matcher.matches(&entry(LogSource::Build, "x")));
        assert!(!matcher.matches(&entry(LogSource::Hooks, "x")));
        assert!(!matcher.matches(&entry(LogSource::Build, "y")));
        assert!(Matcher::of_filter(&LogFilter::default()).unwrap().is_none());
        let empty = LogFilter { text: Some(text("", true, false)), ..LogFilter::default() };
        assert!(Matcher::of_filter(&empty).unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_refused_in_words() {
        let cases = [
            (text("(", true, false), "unclosed group"),
            (text("(a{1000}){1000}", true, false), "exceeds size limit"),
            (text(&"x".repeat(LONGEST + 1), false, false), "at most"),
        ];
        for (wanted, words) in cases {
            let error = Matcher::of_text(&wanted).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn colours_and_links_are_no_text() {
        let cases = [
            ("plain", "plain"),
            ("\u{1b}[1;31mred\u{1b}[m!", "red!"),
            ("\u{1b}]8;;https://x\u{7}link\u{1b}]8;;\u{1b}\\ on", "link on"),
            ("\u{1b}(Bä\u{1b}", "Bä"),
            ("cut \u{1b}[38;5", "cut "),
            ("cut \u{1b}]0;title", "cut "),
        ];
        for (text, expected) in cases {
            assert_eq!(without_colours(text), expected, "{text:?}");
        }
    }
}
