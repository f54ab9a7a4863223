//! JSON as JavaScript writes it. The expected texts are what node 20 printed.

use std::path::Path;

use serde_json::{Value, json};
use wharf_spec::{Document, javascript};

/// A value as a configuration holds it.
fn value(text: &str) -> Value {
    let (document, _) = Document::parse(Path::new("x.json"), &format!("{{\"x\": {text}}}")).unwrap();
    document.value["x"].clone()
}

#[test]
fn numbers_are_doubles_in_their_shortest_form() {
    for (written, expected) in [
        ("0", "0"),
        ("-0", "0"),
        ("1.0", "1"),
        ("-1.25", "-1.25"),
        ("1.50", "1.5"),
        ("18.0", "18"),
        ("1e2", "100"),
        ("1E5", "100000"),
        ("1e+5", "100000"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1.5e21", "1.5e+21"),
        ("123456789012345680000", "123456789012345680000"),
        ("12345678901234567890", "12345678901234567000"),
        ("9007199254740991", "9007199254740991"),
        ("9007199254740993", "9007199254740992"),
        ("1e-6", "0.000001"),
        ("0.00000123", "0.00000123"),
        ("1e-7", "1e-7"),
        ("1.5e-7", "1.5e-7"),
        ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("4.35", "4.35"),
        ("0.30000000000000004", "0.30000000000000004"),
    ] {
        assert_eq!(javascript::to_text(&value(written)), expected, "{written}");
        assert_eq!(javascript::string(&value(written)), expected, "{written}");
    }
}

#[test]
fn keys_that_look_like_places_come_first() {
    let written = r#"{"b":1,"2":1,"a":{"10":[],"9":{},"x":[1,{"y":null}]},"1":"\u2028\u007f\u0001\ud83d\ude00\n\"\\/","01":0,"-1":0,"4294967294":1,"4294967295":2,"":3}"#;
    let expected = "{\"1\":\"\u{2028}\u{7f}\\u0001😀\\n\\\"\\\\/\",\"2\":1,\"4294967294\":1,\"b\":1,\"a\":{\"9\":{},\"10\":[],\"x\":[1,{\"y\":null}]},\"01\":0,\"-1\":0,\"4294967295\":2,\"\":3}";
    assert_eq!(javascript::to_text(&value(written)), expected);
    // Also where the value did not come out of a document.
    let plain: Value = serde_json::from_str(written).unwrap();
    assert_eq!(javascript::to_text(&plain), expected);
}

#[test]
fn documents_are_indented() {
    let written = json!({ "b": [], "1": {}, "a": [1, { "y": null, "2": [[]] }] });
    insta::assert_snapshot!(javascript::to_indented_text(&written), @r#"
    {
      "1": {},
      "b": [],
      "a": [
        1,
        {
          "2": [
            []
          ],
          "y": null
        }
      ]
    }
    "#);
    for plain in [json!([]), json!({}), json!(null), json!("x"), json!(1)] {
        assert_eq!(javascript::to_indented_text(&plain), javascript::to_text(&plain));
    }
}

#[test]
fn values_become_texts() {
    for (value, expected) in [
        (json!(null), "null"),
        (json!(true), "true"),
        (json!(1.5), "1.5"),
        (json!("x"), "x"),
        (json!([1, [2, null], "y"]), "1,2,,y"),
        (json!({}), "[object Object]"),
        (json!([]), ""),
        (json!([{}, null]), "[object Object],"),
    ] {
        assert_eq!(javascript::string(&value), expected, "{value}");
    }
}
