//! Splits a Dockerfile into instructions: directives, comments, continued lines and here-documents are understood, and every
//! character keeps its place, so that the text can be edited.

use super::words::heredoc_names;

/// A character and the byte of the text at which it stands.
pub(super) type Placed = (usize, char);

/// One instruction on one line, however many it was written on.
pub(super) struct Line {
    /// The keyword in upper case.
    pub(super) keyword: String,
    /// What follows the keyword, without the space around it.
    pub(super) rest: Vec<Placed>,
}

/// The directives at the top of a text, such as `syntax` and `escape`, keys in lower case. The first of a name counts.
pub(super) fn directives(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
        let directive = line
            .trim_start()
            .strip_prefix('#')
            .and_then(|comment| comment.split_once('='))
            .map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned()))
            .filter(|(key, value)| {
                !key.is_empty() && !key.contains(char::is_whitespace) && !value.is_empty()
            });
        // The first line that is no directive ends them.
        let Some(directive) = directive else { break };
        if !found.iter().any(|(key, _)| *key == directive.0) {
            found.push(directive);
        }
    }
    found
}

/// The instructions of a text whose continued lines end in `escape`.
pub(super) fn instructions(text: &str, escape: char) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Vec<Placed> = Vec::new();
    let mut physical = physical_lines(text).into_iter();
    while let Some((start, content)) = physical.next() {
        let visible = content.trim_start();
        // Comments and blank lines may stand between the parts of a continued instruction.
        if visible.is_empty() || visible.starts_with('#') {
            continue;
        }
        let (content, continues) = match continued(content, escape) {
            Some(before) => (before, true),
            None => (content, false),
        };
        open.extend(content.char_indices().map(|(index, character)| (start + index, character)));
        if continues {
            continue;
        }
        let line = Line::of(&std::mem::take(&mut open));
        for (name, indented) in line.heredocs() {
            for (_, content) in physical.by_ref() {
                let content = if indented { content.trim_start_matches('\t') } else { content };
                if content == name {
                    break;
                }
            }
        }
        lines.push(line);
    }
    if !open.is_empty() {
        lines.push(Line::of(&open));
    }
    lines
}

/// Lines with the byte at which each starts, endings removed.
fn physical_lines(text: &str) -> Vec<(usize, &str)> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = Vec::new();
    for line in text[start..].split_inclusive('\n') {
        lines.push((start, line.trim_end_matches(['\n', '\r'])));
        start += line.len();
    }
    lines
}

/// What stands before the escape character at the end of a line that goes on.
fn continued(content: &str, escape: char) -> Option<&str> {
    let before = content.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    // Twice the character is the character itself.
    (!before.ends_with(escape)).then_some(before)
}

impl Line {
    fn of(characters: &[Placed]) -> Self {
        let start = characters.iter().position(|(_, character)| !character.is_whitespace()).unwrap_or(0);
        let characters = &characters[start..];
        let end = characters
            .iter()
            .position(|(_, character)| character.is_whitespace())
            .unwrap_or(characters.len());
        let keyword = characters[..end].iter().map(|(_, character)| character.to_ascii_uppercase()).collect();
        let rest = &characters[end..];
        let first = rest.iter().position(|(_, character)| !character.is_whitespace()).unwrap_or(rest.len());
        let last =
            rest.iter().rposition(|(_, character)| !character.is_whitespace()).map_or(first, |last| last + 1);
        Self { keyword, rest: rest[first..last].to_vec() }
    }

    /// What follows the keyword.
    pub(super) fn text(&self) -> String {
        self.rest.iter().map(|(_, character)| character).collect()
    }

    /// The here-documents that follow this instruction: the word that ends each, and whether tabs before it are ignored.
    fn heredocs(&self) -> Vec<(String, bool)> {
        match self.keyword.as_str() {
            "RUN" | "COPY" | "ADD" => heredoc_names(&self.text()),
            "ONBUILD" => Self::of(&self.rest).heredocs(),
            _ => Vec::new(),
        }
    }
}
