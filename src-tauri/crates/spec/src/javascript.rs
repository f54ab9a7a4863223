//! JSON as JavaScript reads and writes it.
//!
//! The reference is a JavaScript program, and labels and documents are compared byte by byte. Two of JavaScript's habits
//! show in them: keys that look like array indices come first and in the order of their numbers, and every number is a double.

mod compare;

use serde_json::{Map, Number, Value};

pub use compare::{locale_compare, sort, type_of};

/// The largest key that JavaScript treats as an array index.
const LAST_INDEX: u64 = 4_294_967_294;

/// The value as JavaScript would hold it after parsing: keys ordered, numbers as doubles.
#[must_use]
pub fn normalize(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(normalize).collect()),
        Value::Object(entries) => {
            Value::Object(in_order(entries).into_iter().map(|(key, value)| (key, normalize(value))).collect())
        }
        Value::Number(number) => Value::Number(normalize_number(&number)),
        other => other,
    }
}

/// The text that `JSON.stringify` would give.
#[must_use]
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// The text that `JSON.stringify` would give with an indentation of two spaces.
#[must_use]
pub fn to_indented_text(value: &Value) -> String {
    to_text_indented_by("  ", value)
}

/// The same with another indentation.
#[must_use]
pub fn to_text_indented_by(indentation: &str, value: &Value) -> String {
    let mut text = String::new();
    write_indented(value, indentation, 0, &mut text);
    text
}

/// The text that `String(value)` would give.
#[must_use]
pub fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(items) => {
            let texts = items.iter().map(|item| if item.is_null() { String::new() } else { string(item) });
            texts.collect::<Vec<_>>().join(",")
        }
        other => to_text(other),
    }
}

/// Whether JavaScript sorts this key before others.
fn index(key: &str) -> Option<u64> {
    let canonical = key == "0" || (!key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit()));
    key.parse().ok().filter(|index| canonical && *index <= LAST_INDEX)
}

fn in_order(entries: Map<String, Value>) -> Vec<(String, Value)> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    // The sort is stable, so names keep the order in which they were written.
    entries.sort_by_key(|(key, _)| index(key).unwrap_or(u64::MAX));
    entries
}

fn normalize_number(number: &Number) -> Number {
    let double = number.as_f64().unwrap_or(0.0);
    // Up to 2^53 every whole double is the integer it looks like; -0 prints as 0 in JavaScript too.
    if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 {
        #[expect(clippy::cast_possible_truncation, reason = "the line above checked the range")]
        return Number::from(double as i64);
    }
    Number::from_f64(double).unwrap_or_else(|| number.clone())
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => write_string(string, text),
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            text.push('{');
            for (place, (key, item)) in ordered(entries).into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_string(key, text);
                text.push(':');
                write(item, text);
            }
            text.push('}');
        }
    }
}

fn write_indented(value: &Value, indentation: &str, depth: usize, text: &mut String) {
    let line = |depth: usize| format!("\n{}", indentation.repeat(depth));
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                text.push(if place == 0 { '[' } else { ',' });
                text.push_str(&line(depth + 1));
                write_indented(item, indentation, depth + 1, text);
            }
            text.push_str(&line(depth));
            text.push(']');
        }
        Value::Object(entries) if !entries.is_empty() => {
            for (place, (key, item)) in ordered(entries).into_iter().enumerate() {
                text.push(if place == 0 { '{' } else { ',' });
                text.push_str(&line(depth + 1));
                write_string(key, text);
                text.push_str(": ");
                write_indented(item, indentation, depth + 1, text);
            }
            text.push_str(&line(depth));
            text.push('}');
        }
        // What holds nothing else is the same on one line.
        other => write(other, text),
    }
}

/// The members of an object in the order in which JavaScript lists them.
fn ordered(entries: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = entries.iter().collect();
    // The sort is stable, so names keep the order in which they were written.
    entries.sort_by_key(|(key, _)| index(key).unwrap_or(u64::MAX));
    entries
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if u32::from(control) < 0x20 => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => text.push(other),
        }
    }
    text.push('"');
}

/// A number as ECMAScript's Number::toString writes it.
fn number_text(number: &Number) -> String {
    let double = number.as_f64().unwrap_or(0.0);
    if !double.is_finite() {
        return "null".to_owned();
    }
    if double == 0.0 {
        return "0".to_owned();
    }
    // Rust's `{:e}` gives the shortest digits that read back as the same double, which are the ones JavaScript uses.
    let scientific = format!("{:e}", double.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let sign = if double < 0.0 { "-" } else { "" };
    format!("{sign}{}", place_point(&digits, exponent))
}

/// Puts the decimal point into `digits`, the first of which stands before the point at exponent 0.
fn place_point(digits: &str, exponent: i64) -> String {
    let count = digits.len();
    // The number of digits before the point, counted as ECMAScript counts it.
    let point = exponent + 1;
    if (1..=21).contains(&point) {
        let point = usize::try_from(point).unwrap_or(count);
        if count <= point {
            return format!("{digits}{}", "0".repeat(point - count));
        }
        return format!("{}.{}", &digits[..point], &digits[point..]);
    }
    if (-5..=0).contains(&point) {
        let zeros = usize::try_from(-point).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    let size = exponent.unsigned_abs();
    if count == 1 {
        format!("{digits}e{exponent_sign}{size}")
    } else {
        format!("{}.{}e{exponent_sign}{size}", &digits[..1], &digits[1..])
    }
}
