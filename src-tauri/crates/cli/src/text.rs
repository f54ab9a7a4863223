//! Lines of styled text that know how wide they are, and the two sets of characters they are drawn with.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::AnsiColor;
pub(crate) use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What draws the eye: the one accent.
pub(crate) const ACCENT: Style = AnsiColor::Cyan.on_default();
/// What may be overlooked.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Names.
pub(crate) const STRONG: Style = Style::new().bold();
/// The word `error` and what failed.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `warning`.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The word `hint`.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// Everything else.
pub(crate) const PLAIN: Style = Style::new();

/// The characters that are not letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbols {
    pub(crate) done: &'static str,
    pub(crate) skipped: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) running: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) arrow: &'static str,
    pub(crate) dot: &'static str,
    pub(crate) corner: &'static str,
    pub(crate) bar: &'static str,
    pub(crate) ellipsis: &'static str,
    pub(crate) spinner: &'static [&'static str],
}

impl Symbols {
    /// For terminals that show Unicode.
    pub(crate) const UNICODE: Self = Self {
        done: "✓",
        skipped: "–",
        failed: "✗",
        running: "●",
        stopped: "○",
        arrow: "→",
        dot: "·",
        corner: "╭─",
        bar: "│",
        ellipsis: "…",
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    };
    /// For all others.
    pub(crate) const ASCII: Self = Self {
        done: "*",
        skipped: "-",
        failed: "x",
        running: "*",
        stopped: "o",
        arrow: "->",
        dot: "-",
        corner: ",-",
        bar: "|",
        ellipsis: "...",
        spinner: &["|", "/", "-", "\\"],
    };
}

/// A line of text in parts, each with its style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(Style, String)>);

impl Line {
    /// An empty line.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends text. Control characters, which could move the cursor or start an escape sequence, are dropped.
    #[must_use]
    pub(crate) fn add(mut self, style: Style, text: impl AsRef<str>) -> Self {
        let text = clean(text.as_ref());
        if !text.is_empty() {
            self.0.push((style, text.into_owned()));
        }
        self
    }

    /// Appends unstyled text.
    #[must_use]
    pub(crate) fn text(self, text: impl AsRef<str>) -> Self {
        self.add(PLAIN, text)
    }

    /// Appends another line.
    #[must_use]
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Columns that the line takes.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }

    /// Fills up with spaces to a column; at least one when there already is text beyond it.
    #[must_use]
    pub(crate) fn pad_to(self, column: usize) -> Self {
        let width = self.width();
        let spaces = if width < column { column - width } else { usize::from(width > 0) };
        self.text(" ".repeat(spaces))
    }

    /// Cuts the line so that it takes no more than `width` columns.
    #[must_use]
    pub(crate) fn cut(self, width: usize, symbols: &Symbols) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut left = width.saturating_sub(symbols.ellipsis.width());
        let mut parts = Vec::new();
        for (style, text) in self.0 {
            let mut kept = String::new();
            for character in text.chars() {
                let columns = character.width().unwrap_or(0);
                if columns > left {
                    left = 0;
                    break;
                }
                left -= columns;
                kept.push(character);
            }
            let whole = kept.len() == text.len();
            parts.push((style, kept));
            if !whole {
                break;
            }
        }
        Self(parts).add(PLAIN, symbols.ellipsis)
    }

    /// The line with escape sequences for its styles.
    pub(crate) fn styled(&self) -> String {
        let mut styled = String::new();
        for (style, text) in &self.0 {
            // Writing to a String cannot fail.
            let _ = write!(styled, "{style}{text}{style:#}");
        }
        styled
    }

    /// The line without styles.
    pub(crate) fn plain(&self) -> String {
        let text: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        text.trim_end().to_owned()
    }
}

/// Text without control characters; a tab becomes a space.
fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|character| if character == '\t' { ' ' } else { character })
            .filter(|character| !character.is_control())
            .collect(),
    )
}

/// What a terminal would show of a piece of output: without escape sequences, and without what a carriage return or a
/// backspace has overwritten.
pub(crate) fn visible(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    let line = stripped.trim_end_matches(['\r', '\n']);
    let line = line.rsplit('\r').next().unwrap_or(line);
    clean(line).trim_end().to_owned()
}

/// A duration as a person reads it.
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", seconds, milliseconds % 1000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Milliseconds of a duration that a person writes: `30s`, `10m`, `2h`, `1d`.
pub(crate) fn duration_of(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    number.checked_mul(seconds)?.checked_mul(1000)
}

/// A number of bytes as a person reads it.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    UNITS.iter().find(|(_, size)| count >= *size).map_or_else(
        || format!("{count} B"),
        |(unit, size)| format!("{}.{} {unit}", count / size, count % size * 10 / size),
    )
}

/// Text in which every hash is cut to the twelve digits that tell it apart.
pub(crate) fn shorten(text: &str) -> String {
    const KEPT: usize = 12;
    const HASH: usize = 64;
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        short.push_str(if digits.len() == HASH { &digits[..KEPT] } else { digits });
        let next = after.find(|character: char| character.is_ascii_hexdigit()).unwrap_or(after.len());
        short.push_str(&after[..next]);
        rest = &after[next..];
    }
    short
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (milliseconds, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1.0 s"),
            (14_949, "14.9 s"),
            (59_999, "59.9 s"),
            (65_000, "1 min 05 s"),
            (3_661_000, "1 h 01 min"),
        ] {
            assert_eq!(duration(milliseconds), expected);
        }
    }

    #[test]
    fn sizes() {
        for (count, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (34_250_000, "34.2 MB"),
            (2_000_000_000, "2.0 GB"),
        ] {
            assert_eq!(bytes(count), expected);
        }
    }

    #[test]
    fn hashes_are_cut_to_what_tells_them_apart() {
        let hash = "795535e56e4ed3104852cb0458562e9a4c365bc44ed9802c6c0123456789abcd";
        for (text, expected) in [
            (format!("vsc-b-{hash}"), "vsc-b-795535e56e4e"),
            (format!("sha256:{hash} present"), "sha256:795535e56e4e present"),
            (format!("{hash}{hash}"), &*format!("{hash}{hash}")),
            ("cafe – déjà 12".to_owned(), "cafe – déjà 12"),
            (String::new(), ""),
        ] {
            assert_eq!(shorten(&text), expected);
        }
    }

    #[test]
    fn what_a_terminal_shows() {
        for (text, expected) in [
            ("plain\n", "plain"),
            ("\u{1b}[32mgreen\u{1b}[0m\r\n", "green"),
            ("10%\r50%\r100%", "100%"),
            ("a\tb\u{8}\u{7}", "a b"),
            ("\u{1b}]0;title\u{7}text", "text"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn cutting_counts_columns_not_bytes() {
        for (text, width, expected) in [
            ("short", 10, "short"),
            ("exactly 10", 10, "exactly 10"),
            ("more than ten", 10, "more than…"),
            ("日本語のテキスト", 7, "日本語…"),
            ("日本語のテキスト", 8, "日本語…"),
        ] {
            let line = Line::new().text(text).cut(width, &Symbols::UNICODE);
            assert_eq!(line.plain(), expected);
            assert!(line.width() <= width);
        }
    }

    #[test]
    fn nothing_written_moves_the_cursor() {
        let line = Line::new().text("a\u{1b}[2Jb\rc\nd");
        assert_eq!(line.plain(), "a[2Jbcd");
    }
}
