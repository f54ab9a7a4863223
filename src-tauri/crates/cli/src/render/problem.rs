//! Errors and warnings: what, where, why, and what to do.

use std::path::Path;

use unicode_width::UnicodeWidthChar;
use wharf_api::{ErrorResult, Location, Severity};

use super::{Theme, relative};
use crate::text::{ACCENT, ERROR, FAINT, HINT, Line, PLAIN, STRONG, Style, WARNING};

/// An error, with the place that causes it and the words of whoever refused. Paths are shown as seen from `folder`.
pub(crate) fn error(error: &ErrorResult, folder: Option<&Path>, theme: &Theme) -> Vec<Line> {
    let mut message = error.message.lines();
    let mut lines =
        vec![Line::new().add(ERROR, "error:").text(" ").add(STRONG, message.next().unwrap_or_default())];
    lines.extend(message.map(|line| Line::new().text("  ").text(line)));
    lines.extend(excerpt(error.location.as_ref(), &error.quotes, folder, ERROR, theme));
    if error.container_id.is_some() {
        lines.push(Line::new());
        lines.push(Line::new().text("The container is kept. Nothing after this step has run."));
    }
    lines.extend(hint(error.hint.as_deref()));
    lines
}

/// A warning or an error about the configuration while the operation goes on.
pub(crate) fn diagnostic(
    severity: Severity,
    message: &str,
    location: Option<&Location>,
    hint_text: Option<&str>,
    folder: Option<&Path>,
    theme: &Theme,
) -> Vec<Line> {
    let (style, word) = match severity {
        Severity::Warning => (WARNING, "warning:"),
        Severity::Error => (ERROR, "error:"),
    };
    let mut lines = vec![Line::new().add(style, word).text(" ").text(message)];
    lines.extend(excerpt(location, &[], folder, style, theme));
    lines.extend(hint(hint_text));
    lines
}

fn hint(text: Option<&str>) -> Vec<Line> {
    let mut lines = text.unwrap_or_default().lines();
    let first = lines.next().map(|line| Line::new().add(HINT, "hint:").text(" ").text(line));
    first.into_iter().chain(lines.map(|line| Line::new().text("      ").text(line))).collect()
}

/// The place in the file with the line and what is meant of it, and the quotes.
fn excerpt(
    location: Option<&Location>,
    quotes: &[String],
    folder: Option<&Path>,
    style: Style,
    theme: &Theme,
) -> Vec<Line> {
    let symbols = &theme.symbols;
    let number = location.and_then(|location| location.line).map(|line| line.to_string()).unwrap_or_default();
    let gutter = number.len().max(2);
    let bar = |text: &str| Line::new().add(FAINT, format!("{text:>gutter$}{}", symbols.bar)).text(" ");
    let mut lines = Vec::new();
    if let Some(location) = location {
        let mut place = relative(&location.path, folder);
        for part in [location.line, location.column].into_iter().flatten() {
            place.push_str(&format!(":{part}"));
        }
        let corner = Line::new().add(FAINT, format!("{:gutter$}{}", "", symbols.corner)).text(" ");
        lines.push(corner.add(ACCENT, place));
        if let Some(source) = &location.source_line {
            lines.push(bar(&number).text(source.trim_end()));
            if let Some(column) = location.column {
                let before = source.chars().take(column.saturating_sub(1) as usize);
                let indent: usize = before.map(|character| character.width().unwrap_or(1)).sum();
                let meant = source.chars().skip(column.saturating_sub(1) as usize);
                let length = location.length.unwrap_or(1).max(1) as usize;
                let width: usize = meant.take(length).map(|character| character.width().unwrap_or(1)).sum();
                lines.push(bar("").text(" ".repeat(indent)).add(style, "~".repeat(width.max(1))));
            }
        }
    }
    lines.extend(quotes.iter().map(|quote| bar("").add(PLAIN, crate::text::visible(quote))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Symbols;

    fn draw(lines: &[Line]) -> String {
        lines.iter().map(|line| line.plain() + "\n").collect()
    }

    #[test]
    fn an_error_says_what_where_why_and_what_to_do() {
        let problem = ErrorResult {
            message: "postCreateCommand failed (exit 127)".into(),
            quotes: vec!["deps: sh: 1: pnpm: not found".into(), "db:   stopped because deps failed".into()],
            location: Some(Location {
                path: "/home/me/api-server/.devcontainer/devcontainer.json".into(),
                line: Some(14),
                column: Some(35),
                length: Some(14),
                property: Some("postCreateCommand.deps".into()),
                source_line: Some(
                    r#"  "postCreateCommand": { "deps": "pnpm install", "db": "make seed" }"#.into(),
                ),
            }),
            hint: Some("`wharf shell` opens a shell where it failed".into()),
            container_id: Some("0123".into()),
            ..ErrorResult::default()
        };
        let folder = Some(Path::new("/home/me/api-server"));
        insta::assert_snapshot!(draw(&error(&problem, folder, &Theme { symbols: Symbols::UNICODE })), @r#"
        error: postCreateCommand failed (exit 127)
          ╭─ .devcontainer/devcontainer.json:14:35
        14│   "postCreateCommand": { "deps": "pnpm install", "db": "make seed" }
          │                                   ~~~~~~~~~~~~~~
          │ deps: sh: 1: pnpm: not found
          │ db:   stopped because deps failed

        The container is kept. Nothing after this step has run.
        hint: `wharf shell` opens a shell where it failed
        "#);
        insta::assert_snapshot!(draw(&error(&problem, None, &Theme { symbols: Symbols::ASCII })), @r#"
        error: postCreateCommand failed (exit 127)
          ,- /home/me/api-server/.devcontainer/devcontainer.json:14:35
        14|   "postCreateCommand": { "deps": "pnpm install", "db": "make seed" }
          |                                   ~~~~~~~~~~~~~~
          | deps: sh: 1: pnpm: not found
          | db:   stopped because deps failed

        The container is kept. Nothing after this step has run.
        hint: `wharf shell` opens a shell where it failed
        "#);
    }

    #[test]
    fn a_warning_in_wide_characters_is_underlined_where_it_stands() {
        let location = Location {
            path: "/w/devcontainer.json".into(),
            line: Some(3),
            column: Some(14),
            length: Some(2),
            source_line: Some(r#"  "name": "日本語", "x": 1"#.into()),
            ..Location::default()
        };
        let theme = Theme { symbols: Symbols::UNICODE };
        let lines = diagnostic(
            Severity::Warning,
            "unknown property \"x\"",
            Some(&location),
            Some("remove it\nor spell it right"),
            Some(Path::new("/w")),
            &theme,
        );
        insta::assert_snapshot!(draw(&lines), @r#"
        warning: unknown property "x"
          ╭─ devcontainer.json:3:14
         3│   "name": "日本語", "x": 1
          │                ~~~
        hint: remove it
              or spell it right
        "#);
    }
}
