//! The text behind a configuration: two parsers that agree, positions that are right, and nothing that makes them panic.

use std::path::Path;

use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};
use proptest::prelude::*;
use serde_json::Value;
use wharf_spec::document::{MAXIMUM_DEPTH, source_line};
use wharf_spec::{Document, Position, javascript};

/// Texts that are configurations as far as the grammar goes.
const VALID: [&str; 14] = [
    "{}",
    " \t\r\n{ } \n",
    "\u{feff}{ \"a\": 1 }",
    "{ // to the end\n\"a\": /* inside */ 1 /* and\nover lines */ }",
    "{ \"a\": [1, 2,], \"b\": { \"c\": null, }, }",
    "{ \"a\": 1, \"a\": 2, \"b\": { \"a\": 3 } }",
    r#"{ "escapes": "\" \\ \/ \b \f \n \r \t \u00e9 \ud83d\ude00" }"#,
    "{ \"wide\": \"日本 😀\", \"ключ\": \"é\" }",
    "{ \"numbers\": [0, -0, 1, -1, 1.5, 1e3, 1E-3, 12.50e+2, 9007199254740993, 18446744073709551615, 18446744073709551616, 1e400] }",
    "{ \"words\": [true, false, null] }",
    "{ \"\": { \"\": [] } }",
    "{\"a~b\":{\"c/d\":[{\"e\":1}]}}",
    "{\r\n\t\"windows\": true,\r\n\t\"lines\": 2\r\n}\r\n",
    "// before\n{ \"a\": 1 }\n// behind",
];

fn parse(text: &str) -> Document {
    Document::parse(Path::new("devcontainer.json"), text)
        .unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"))
        .0
}

/// What jsonc-parser alone makes of a text, in the order and with the numbers of JavaScript.
fn by_the_other_parser(text: &str) -> Value {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).unwrap();
    javascript::normalize(value_of(&tree.value.unwrap()))
}

fn value_of(tree: &ast::Value<'_>) -> Value {
    match tree {
        ast::Value::StringLit(text) => Value::from(text.value.as_ref()),
        // A number too large for a double is infinite, which JSON cannot say.
        ast::Value::NumberLit(number) => Value::from(number.value.parse::<f64>().unwrap()),
        ast::Value::BooleanLit(flag) => Value::from(flag.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => array.elements.iter().map(value_of).collect(),
        ast::Value::Object(object) => Value::Object(
            object
                .properties
                .iter()
                .map(|entry| (entry.name.as_str().to_owned(), value_of(&entry.value)))
                .collect(),
        ),
    }
}

#[test]
fn both_parsers_agree() {
    for text in VALID {
        assert_eq!(
            javascript::to_text(&parse(text).value),
            javascript::to_text(&by_the_other_parser(text)),
            "{text}"
        );
    }
}

#[test]
fn positions_of_values_and_keys() {
    let text =
        "\u{feff}{\n\t\"é\": \"日本\", \"build\": { \"args\": [1,\r\n 22, {\"a/b~c\": true}] },\n\"é2\": 1 }";
    let document = parse(text);
    for (pointer, line, column, written) in [
        ("/é", 2, 7, "\"日本\""),
        ("/build", 2, 22, "{ \"args\": [1,\r\n 22, {\"a/b~c\": true}] }"),
        ("/build/args/0", 2, 33, "1"),
        ("/build/args/1", 3, 2, "22"),
        ("/build/args/2/a~1b~0c", 3, 16, "true"),
        ("/é2", 4, 7, "1"),
    ] {
        assert_eq!(document.position(pointer), Some(Position { line, column }), "{pointer}");
        assert_eq!(&document.text[document.span(pointer).unwrap()], written, "{pointer}");
    }
    let key = document.key_span("/é2").unwrap();
    assert_eq!(
        (&document.text[key.clone()], document.position_at(key.start)),
        ("\"é2\"", Position { line: 4, column: 1 })
    );
    assert_eq!(document.position("/nothing"), None);
    assert_eq!(document.position(""), Some(Position { line: 1, column: 1 }));
    assert_eq!(document.line(3), Some(" 22, {\"a/b~c\": true}] },"));
    assert_eq!([source_line(text, 0), source_line(text, 5)], [None, None]);
}

#[test]
fn the_last_of_two_keys_counts_and_is_the_one_that_is_found() {
    let text = "{ \"a\": { \"x\": 1, \"y\": 2 }, \"a\": { \"y\": 3 } }";
    let document = parse(text);
    assert_eq!(document.value["a"], serde_json::json!({ "y": 3 }));
    assert_eq!(document.position("/a/y").unwrap().column, 40);
    assert_eq!(document.position("/a/x"), None);
}

#[test]
fn nesting_up_to_the_limit() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let path = Path::new("devcontainer.json");
    assert!(Document::parse(path, &nested(MAXIMUM_DEPTH - 1)).is_ok());
    for depth in [MAXIMUM_DEPTH, MAXIMUM_DEPTH + 1, 511, 512, 513, 100_000] {
        let errors = Document::parse(path, &nested(depth)).unwrap_err();
        assert!(errors[0].message.contains("nesting"), "{depth}: {errors:#?}");
    }
}

/// Any JSON value, not too large.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Texts with a liking for what means something here.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{0,6}",
        "[0-9]{1,4}",
        r"(\$\{(localEnv|containerEnv|devcontainerId|env|)[:a-z${}]{0,8}\}?[a-z ]?){1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_parsers_agree_on_any_object(value in prop::collection::vec((text(), json()), 0..6)) {
        let value = Value::Object(value.into_iter().collect());
        let text = format!("{value:#}");
        let document = parse(&text);
        prop_assert_eq!(javascript::to_text(&document.value), javascript::to_text(&by_the_other_parser(&text)));
        prop_assert_eq!(javascript::to_text(&document.value), javascript::to_text(&value));
    }

    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        let _ = Document::parse(Path::new("x"), &text);
    }

    #[test]
    fn no_changed_text_is_too_much(index in 0..VALID.len(), edits in prop::collection::vec((any::<usize>(), "[\\PC\\s\"{}\\[\\],:/*\\\\]{0,3}", 0..3_usize), 1..6)) {
        let mut characters: Vec<char> = VALID[index].chars().collect();
        for (place, insert, remove) in edits {
            let start = place % (characters.len() + 1);
            let end = (start + remove).min(characters.len());
            characters.splice(start..end, insert.chars());
        }
        let text: String = characters.into_iter().collect();
        match Document::parse(Path::new("x"), &text) {
            // What both accept, both must understand alike.
            Ok((document, _)) => {
                prop_assert_eq!(javascript::to_text(&document.value), javascript::to_text(&by_the_other_parser(&text)));
            }
            Err(diagnostics) => prop_assert!(diagnostics.iter().all(|diagnostic| diagnostic.position.is_some())),
        }
    }
}
