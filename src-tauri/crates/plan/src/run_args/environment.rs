//! `--env`, `--env-file` and `--label-file`.

use std::collections::BTreeMap;

use super::values::Reason;

/// The lines of an environment or label file: `NAME=value`; a bare `NAME` is looked up, and left out when `lookup` has none.
pub(crate) fn file_lines(
    text: &str,
    lookup: Option<&BTreeMap<String, String>>,
) -> Result<Vec<String>, Reason> {
    let mut lines = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (line, None),
        };
        if name.is_empty() {
            return Err(format!("has no name in line {}", index + 1));
        }
        if name.contains([' ', '\t']) {
            return Err(format!("has a space inside the name in line {}", index + 1));
        }
        match (value, lookup) {
            (Some(_), _) => lines.push(line.to_owned()),
            (None, Some(environment)) => {
                if let Some(value) = environment.get(name) {
                    lines.push(format!("{name}={value}"));
                }
            }
            (None, None) => {}
        }
    }
    Ok(lines)
}

/// One `--env`. A bare name takes the host's value; without one it stays bare, which removes the image's variable.
/// On Podman a name that ends in `*` means every variable of the host that begins so.
pub(crate) fn variables(
    text: &str,
    environment: &BTreeMap<String, String>,
    podman: bool,
) -> Result<Vec<String>, Reason> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    if name.is_empty() {
        return Err("the variable's name is missing".to_owned());
    }
    if value.is_some() {
        return Ok(vec![text.to_owned()]);
    }
    if podman && let Some(prefix) = name.strip_suffix('*') {
        let matching = environment.iter().filter(|(name, _)| name.starts_with(prefix));
        return Ok(matching.map(|(name, value)| format!("{name}={value}")).collect());
    }
    Ok(vec![match environment.get(name) {
        Some(value) => format!("{name}={value}"),
        None => name.to_owned(),
    }])
}

/// One line for each name, the last value winning at the place of the first, then the proxies that are not named.
pub(crate) fn settle(lines: Vec<String>, proxies: &BTreeMap<String, String>) -> Vec<String> {
    let mut settled: indexmap::IndexMap<String, String> = indexmap::IndexMap::new();
    for line in lines {
        let name = line.split_once('=').map_or(line.as_str(), |(name, _)| name).to_owned();
        settled.insert(name, line);
    }
    for (name, value) in proxies {
        settled.entry(name.clone()).or_insert_with(|| format!("{name}={value}"));
    }
    settled.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> BTreeMap<String, String> {
        [("HOME", "/home/me"), ("LC_ALL", "C"), ("LC_TIME", "de")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn files() {
        let text = "\u{feff}# comment\n\n  A=1\nB= two words \nHOME\nNONE\nC=\"quoted\"\r\nD=a=b";
        assert_eq!(
            file_lines(text, Some(&environment())).unwrap(),
            ["A=1", "B= two words ", "HOME=/home/me", "C=\"quoted\"", "D=a=b"]
        );
        assert_eq!(file_lines("a=b\nc", None).unwrap(), ["a=b"]);
        assert!(file_lines("=x", None).unwrap_err().contains("line 1"));
        assert!(file_lines("A=1\nB C=1", None).unwrap_err().contains("line 2"));
    }

    #[test]
    fn single_variables() {
        let table: [(&str, bool, Option<&[&str]>); 7] = [
            ("A=1", false, Some(&["A=1"])),
            ("A=", false, Some(&["A="])),
            ("HOME", false, Some(&["HOME=/home/me"])),
            ("NONE", false, Some(&["NONE"])),
            ("LC_*", false, Some(&["LC_*"])),
            ("LC_*", true, Some(&["LC_ALL=C", "LC_TIME=de"])),
            ("=x", false, None),
        ];
        for (text, podman, expected) in table {
            let expected =
                expected.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
            assert_eq!(variables(text, &environment(), podman).ok(), expected, "{text}");
        }
    }

    #[test]
    fn last_value_wins_and_proxies_yield() {
        let lines = ["A=1", "B=2", "A=3", "http_proxy=mine"].map(str::to_owned).to_vec();
        let proxies = [("http_proxy", "theirs"), ("no_proxy", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        assert_eq!(settle(lines, &proxies), ["A=3", "B=2", "http_proxy=mine", "no_proxy=x"]);
    }
}
