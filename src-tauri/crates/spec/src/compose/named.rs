//! Which files a Compose file names, as far as its text alone tells: what has to be at hand before Compose can be asked.

use serde_json::Value;

use super::yaml::read_yaml;

/// The files that Compose reads because this Compose file names them (`env_file`, `label_file`), as written. None where its text alone
/// does not tell what is read: other projects that it includes, services of other files, names that are put together from
/// variables, more than one document.
#[must_use]
pub fn named_files(text: &str) -> Option<Vec<String>> {
    let is_separator = |line: &str| line.starts_with("---") || line.starts_with("...");
    let document = text.lines().skip_while(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line == "---"
    });
    if document.into_iter().any(is_separator) {
        return None;
    }
    let value = read_yaml(text).ok()?;
    if value.get("include").is_some() {
        return None;
    }
    let mut found = Vec::new();
    gather(&value, &mut found).then_some(found)
}

/// False where it cannot be told.
fn gather(value: &Value, found: &mut Vec<String>) -> bool {
    match value {
        Value::Object(entries) => entries.iter().all(|(name, value)| match name.as_str() {
            "extends" => value.get("file").is_none() && gather(value, found),
            "env_file" | "label_file" => each_file(value, found),
            _ => gather(value, found),
        }),
        Value::Array(items) => items.iter().all(|item| gather(item, found)),
        _ => true,
    }
}

fn each_file(value: &Value, found: &mut Vec<String>) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(|item| each_file(item, found)),
        Value::Object(entry) => {
            entry.get("path").is_some_and(|path| path.is_string() && each_file(path, found))
        }
        Value::String(path) if !path.contains('$') && !path.starts_with('~') => {
            found.push(path.clone());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_a_compose_file_names() {
        let table: [(&str, Option<&[&str]>); 14] = [
            ("services: {a: {image: x}}", Some(&[])),
            ("", Some(&[])),
            ("# a\n---\nservices: {a: {env_file: .a}}", Some(&[".a"])),
            (
                "services: {a: {env_file: [a, {path: b, required: false}], label_file: c}}",
                Some(&["a", "b", "c"]),
            ),
            ("x-all: &all {env_file: a}\nservices: {a: {<<: *all, image: x}}", Some(&["a"])),
            ("services: {a: {extends: {service: b}}, b: {image: x}}", Some(&[])),
            ("services: {a: {extends: {service: b, file: c.yml}}}", None),
            ("include: [other.yml]\nservices: {}", None),
            ("services: {a: {env_file: $HOME/a}}", None),
            ("services: {a: {env_file: ~/a}}", None),
            ("services: {a: {env_file: {path: 1}}}", None),
            ("services: {a: {env_file: {file: a}}}", None),
            ("services: {a: {image: x}}\n---\nservices: {b: {env_file: a}}", None),
            ("services: [", None),
        ];
        for (text, expected) in table {
            let expected =
                expected.map(|files| files.iter().map(|&file| file.to_owned()).collect::<Vec<_>>());
            assert_eq!(
                named_files(text).map(|mut files| {
                    files.dedup();
                    files
                }),
                expected,
                "{text}"
            );
        }
    }
}
