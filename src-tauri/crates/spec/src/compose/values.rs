//! Reading values that Compose writes in more than one form.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A scalar as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A scalar of this name, unless it is empty.
pub(super) fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(text).filter(|text| !text.is_empty())
}

/// A switch, which old versions write as text.
pub(super) fn switch_of(object: &Map<String, Value>, name: &str) -> bool {
    matches!(object.get(name).and_then(text).as_deref(), Some("true" | "yes" | "on"))
}

/// A list of scalars; one alone is a list of one.
pub(super) fn texts_of(object: &Map<String, Value>, name: &str) -> Vec<String> {
    match object.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// `NAME: value`, or a list of `NAME=value`; a name without value is None.
pub(super) fn pairs_of(object: &Map<String, Value>, name: &str) -> IndexMap<String, Option<String>> {
    pairs(object.get(name))
}

/// The same of a value.
pub(super) fn pairs(value: Option<&Value>) -> IndexMap<String, Option<String>> {
    match value {
        Some(Value::Object(entries)) => {
            entries.iter().map(|(name, value)| (name.clone(), text(value))).collect()
        }
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(text)
            .map(|item| match item.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (item, None),
            })
            .collect(),
        _ => IndexMap::new(),
    }
}

/// Labels, in either form.
#[must_use]
pub fn labels_of(value: &Value) -> IndexMap<String, Option<String>> {
    pairs(Some(value))
}

/// A command line: a list, or a text that is split as a shell would.
pub(super) fn words_of(object: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    match object.get(name)? {
        Value::Null => None,
        Value::Array(items) => Some(items.iter().filter_map(text).collect()),
        value => text(value).map(|line| split(&line)),
    }
}

/// Words of a line: blanks part them, quotes and backslashes keep them together.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            blank if blank.is_whitespace() => words.extend(word.take()),
            '\'' => word.get_or_insert_default().extend(characters.by_ref().take_while(|next| *next != '\'')),
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(next) = characters.next() {
                    match next {
                        '"' => break,
                        '\\' => match characters.next() {
                            Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                            Some(other) => word.extend(['\\', other]),
                            None => word.push('\\'),
                        },
                        other => word.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_words() {
        let cases: [(&str, &[&str]); 7] = [
            ("", &[]),
            ("sleep infinity", &["sleep", "infinity"]),
            (r#"sh -c "echo 'a b' \"c\" \n""#, &["sh", "-c", r#"echo 'a b' "c" \n"#]),
            ("'a b'c d\\ e", &["a bc", "d e"]),
            ("''", &[""]),
            ("\"open", &["open"]),
            ("end\\", &["end"]),
        ];
        for (line, expected) in cases {
            assert_eq!(split(line), expected, "{line}");
        }
    }
}
