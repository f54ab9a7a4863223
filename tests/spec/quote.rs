//! Hostile texts through every escape, and back through a reader of the language.

use proptest::prelude::*;
use wharf_spec::quote;

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
    fn a_quoted_word_is_one_word_in_quotes(text in hostile()) {
        let word = quote::shell_quoted(&text);
        prop_assert!(word.starts_with('\'') && word.ends_with('\''), "{}", word);
        prop_assert_eq!(shlex::split(&word), Some(vec![text]));
    }

    #[test]
    fn a_dockerfile_reads_the_same_value_between_its_line_breaks(text in hostile()) {
        let value = quote::dockerfile_value(&text, '\\', true, "BREAK");
        let lines: Option<Vec<String>> = value.split("${BREAK}").map(dockerfile_reader).collect();
        prop_assert_eq!(lines.map(|lines| lines.join("\n")), Some(text));
    }

    #[test]
    fn an_expression_matches_the_text_alone(text in hostile()) {
        let expression = quote::extended_expression(&text);
        let mut read = String::new();
        let mut characters = expression.chars();
        while let Some(character) = characters.next() {
            prop_assert!(!".*+?^$(){}|[]".contains(character), "{}", expression);
            read.extend(if character == '\\' { characters.next() } else { Some(character) });
        }
        prop_assert_eq!(read, text);
    }

    #[test]
    fn yaml_keeps_a_text_on_its_line(text in hostile()) {
        let document = quote::yaml_document(&serde_json::json!({ "key": text }));
        prop_assert_eq!(document.matches('\n').count(), 3, "{}", document);
        prop_assert!(!document.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{7f}']), "{}", document);
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
    assert_eq!(
        quote::yaml_document(&serde_json::json!({ "a": "\"b\n\u{2028}\u{85}" })),
        "{\n  \"a\": \"\\\"b\\n\\u2028\\x85\"\n}\n"
    );
}
