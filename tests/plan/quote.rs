//! Hostile texts through every escape, and back through a reader of the language.

use proptest::prelude::*;
use wharf_plan::quote;

/// Texts of characters that some language treats in a way of its own.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "'\"\\$`!#%&*()[]{}<>|;~^=,:.?@ \t\n\ra0-_é\u{85}\u{2028}\u{2029}\u{7f}\u{1b}☃"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(special, 0..24).prop_map(|characters| characters.into_iter().collect())
}

/// What a Dockerfile's reader makes of the inside of double quotes (backslash before a special character; variables).
fn dockerfile_reader(text: &str) -> Option<String> {
    let mut read = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                special @ ('\\' | '"' | '$') => read.push(special),
                other => read.extend(['\\', other]),
            },
            '"' | '$' => return None,
            other => read.push(other),
        }
    }
    Some(read)
}

proptest! {
    #[test]
    fn a_shell_reads_the_same_words(words in prop::collection::vec(hostile(), 0..5)) {
        let line = quote::shell_words(words.iter().map(String::as_str));
        prop_assert_eq!(shlex::split(&line), Some(words));
    }

    #[test]
    fn a_word_never_becomes_a_comment_or_a_home_or_an_assignment(text in hostile()) {
        let word = quote::shell(&text);
        prop_assert!(!word.starts_with(['#', '~', '=']), "{}", word);
    }

    #[test]
    fn a_dockerfile_reads_the_same_text(text in hostile()) {
        prop_assert_eq!(dockerfile_reader(&quote::dockerfile(&text)), Some(text));
    }

    #[test]
    fn the_exec_form_is_one_line_and_reads_the_same(words in prop::collection::vec(hostile(), 0..5)) {
        let form = quote::dockerfile_json(words.iter().map(String::as_str));
        prop_assert!(!form.contains(['\n', '\r']));
        prop_assert_eq!(serde_json::from_str::<Vec<String>>(&form).unwrap(), words);
    }

    #[test]
    fn an_environment_file_holds_one_line_or_nothing(name in hostile(), value in hostile()) {
        if let Some(line) = quote::env_file(&name, &value) {
            prop_assert_eq!(line.lines().count(), 1);
            prop_assert_eq!(line.split_once('='), Some((name.as_str(), value.as_str())));
        } else {
            let odd_name = name.is_empty() || name.contains(['=', '#']) || name.contains(char::is_whitespace);
            prop_assert!(odd_name || value.contains(['\n', '\r']));
        }
    }

    #[test]
    fn yaml_stays_on_one_line_and_compose_expands_nothing(text in hostile()) {
        let scalar = quote::compose(&text);
        prop_assert!(scalar.starts_with('"') && scalar.ends_with('"'));
        let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{7f}'];
        prop_assert!(!scalar.contains(breaks));
        prop_assert!(!scalar.replace("$$", "").contains('$'));
    }

    #[test]
    fn sed_patterns_match_only_themselves(text in hostile()) {
        let pattern = quote::sed_pattern(&text);
        let unescaped: String = {
            let mut characters = pattern.chars();
            std::iter::from_fn(|| match characters.next()? {
                '\\' => characters.next(),
                other => Some(other),
            })
            .collect()
        };
        prop_assert_eq!(unescaped, text);
    }
}

#[test]
fn texts_that_need_nothing_stay_readable() {
    let table = [
        ("plain", "plain"),
        ("/usr/bin/x-1.2", "/usr/bin/x-1.2"),
        ("", "''"),
        ("two words", "'two words'"),
        ("it's", "'it'\\''s'"),
        ("-rf", "-rf"),
        ("$HOME", "'$HOME'"),
        ("a=b", "'a=b'"),
    ];
    for (text, expected) in table {
        assert_eq!(quote::shell(text), expected, "{text}");
    }
    assert_eq!(quote::yaml("a\"b\n\u{2028}"), "\"a\\\"b\\n\\u2028\"");
    assert_eq!(quote::dockerfile_with_variables("$PATH:\"x\\"), "$PATH:\\\"x\\\\");
    assert_eq!(quote::sed_replacement("a/b&c\\"), "a\\/b\\&c\\\\");
}
