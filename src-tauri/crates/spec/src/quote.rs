//! Putting a text into a language of another: one function for each, and no other place that does it.

/// One word of a POSIX shell.
///
/// A text that a shell would read as itself stays as it is; everything else stands in single quotes.
#[must_use]
pub fn shell(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./,:@%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    shell_quoted(text)
}

/// One word of a POSIX shell, in quotes whatever it holds.
#[must_use]
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", in_single_quotes(text))
}

/// The inside of single quotes of a POSIX shell.
#[must_use]
pub fn in_single_quotes(text: &str) -> String {
    text.replace('\'', "'\\''")
}

/// Words of a POSIX shell.
#[must_use]
pub fn shell_words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(shell).collect::<Vec<_>>().join(" ")
}

/// The inside of double quotes in a Dockerfile's `ENV`, `LABEL` or `ARG`, variables kept as text.
///
/// A line break cannot stand in an instruction; use [`dockerfile_value`] for a text that may hold one.
#[must_use]
pub fn dockerfile(text: &str) -> String {
    escaped(text, &['\\', '"', '$'])
}

/// The inside of double quotes in a Dockerfile's `ENV`, for a value that may hold line breaks: each stands as the variable
/// `line_break`, an argument of the build that holds one. `escape` is what the Dockerfile escapes with; unless it is meant
/// `literally`, `$NAME` keeps its meaning.
#[must_use]
pub fn dockerfile_value(text: &str, escape: char, literally: bool, line_break: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut value, character| {
        match character {
            '\n' => {
                value.push_str("${");
                value.push_str(line_break);
                value.push('}');
                return value;
            }
            '"' => value.push(escape),
            '$' if literally => value.push(escape),
            other if other == escape => value.push(escape),
            _ => {}
        }
        value.push(character);
        value
    })
}

/// A literal text inside an extended regular expression.
#[must_use]
pub fn extended_expression(text: &str) -> String {
    escaped(text, &['.', '*', '+', '?', '^', '$', '{', '}', '(', ')', '|', '[', ']', '\\'])
}

/// A whole document of YAML, an entry on each line.
#[must_use]
pub fn yaml_document(value: &serde_json::Value) -> String {
    format!("{}\n", yaml_of_json(&format!("{value:#}")))
}

/// JSON's texts are YAML's, except for line separators that YAML would fold and characters that it does not print; all of them can
/// only stand inside quotes.
fn yaml_of_json(json: &str) -> String {
    use std::fmt::Write as _;
    json.chars().fold(String::with_capacity(json.len()), |mut yaml, character| {
        match character {
            '\u{7f}'..='\u{9f}' => {
                // Writing into a text cannot fail.
                let _ = write!(yaml, "\\x{:02x}", u32::from(character));
            }
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(yaml, "\\u{:04x}", u32::from(character));
            }
            other => yaml.push(other),
        }
        yaml
    })
}

fn escaped(text: &str, special: &[char]) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        if special.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
        escaped
    })
}
