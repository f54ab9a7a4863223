//! A Feature's options as variables of its install script (Features specification, "Option resolution").

use serde_json::{Map, Value};

use super::graph::FeatureNode;
use super::manifest::FeatureManifest;
use crate::javascript;
use crate::read::suggest::closest;

/// The option that a plain text or boolean sets, if the Feature has it.
const MAIN_OPTION: &str = "version";

/// The options of a Feature: those given over the defaults, the Feature's own first. Options that it does not declare count too.
fn values(manifest: &FeatureManifest, given: &Value) -> Map<String, Value> {
    let mut values: Map<String, Value> = manifest
        .options
        .iter()
        .filter_map(|(name, option)| Some((name.clone(), option.default.clone()?)))
        .collect();
    match given {
        Value::Object(given) => {
            for (name, value) in given {
                values.insert(name.clone(), value.clone());
            }
        }
        Value::Null => {}
        plain if manifest.options.contains_key(MAIN_OPTION) => {
            values.insert(MAIN_OPTION.to_owned(), plain.clone());
        }
        _ => {}
    }
    values
}

/// What is given that the Feature does not know, a sentence each. Its script decides what becomes of it.
pub(super) fn findings(user_id: &str, manifest: &FeatureManifest, given: &Value) -> Vec<String> {
    let known = || manifest.options.keys().map(String::as_str);
    match given {
        Value::Object(given) => given
            .iter()
            .filter_map(|(name, value)| {
                let Some(option) = manifest.options.get(name) else {
                    let meant = closest(name, known()).map(|name| format!(" Did you mean '{name}'?"));
                    let meant = meant.unwrap_or_default();
                    return Some(format!(
                        "The Feature '{user_id}' does not know the option '{name}'.{meant}"
                    ));
                };
                let text = javascript::string(value);
                let fits = option.allowed.is_empty() || option.allowed.contains(&text);
                let allowed = option.allowed.join(", ");
                (!fits).then(|| {
                    format!(
                        "The option '{name}' of the Feature '{user_id}' is '{text}', and it knows {allowed}."
                    )
                })
            })
            .collect(),
        // What everything that is asked for without options may have, an older form of an empty object.
        Value::String(version) if version != "latest" && !manifest.options.contains_key(MAIN_OPTION) => {
            vec![format!("The Feature '{user_id}' has no option 'version', so '{version}' has no effect.")]
        }
        _ => Vec::new(),
    }
}

/// The variables that a Feature's install script gets.
#[must_use]
pub fn environment(manifest: &FeatureManifest, given: &Value) -> Vec<(String, String)> {
    let Value::Object(values) = javascript::normalize(Value::Object(values(manifest, given))) else {
        return Vec::new();
    };
    values.iter().map(|(name, value)| (safe_name(name), javascript::string(value))).collect()
}

/// The lines of the file that holds these variables, one a variable, as a shell reads them.
///
/// A value stays what it is: the shell expands nothing in it.
pub(super) fn environment_lines(node: &FeatureNode) -> Vec<String> {
    let variables = environment(&node.manifest, &node.options);
    variables.into_iter().map(|(name, value)| format!("{name}=\"{}\"", in_double_quotes(&value))).collect()
}

/// The same for a Feature of the first version, as its script knows them; none if it is switched off.
pub(super) fn first_environment_lines(node: &FeatureNode) -> Vec<String> {
    let is_off = matches!(&node.options, Value::Null | Value::Bool(false))
        || node.options.as_str().is_some_and(str::is_empty);
    if is_off {
        return Vec::new();
    }
    let feature = safe_name(node.id());
    let variables = environment(&node.manifest, &node.options);
    let main = variables.iter().find(|(name, _)| *name == safe_name(MAIN_OPTION));
    let main = main.filter(|_| node.manifest.options.contains_key(MAIN_OPTION));
    let argument = node.manifest.raw.get("buildArg").and_then(Value::as_str).map(|argument| {
        let value = main.map_or("true", |(_, value)| value);
        format!("{argument}=\"{}\"", in_double_quotes(value))
    });
    let line = |(name, value): &(String, String)| {
        format!("_BUILD_ARG_{feature}_{name}=\"{}\"", in_double_quotes(value))
    };
    let lines = variables.iter().map(line);
    lines.chain([format!("_BUILD_ARG_{feature}=true")]).chain(argument).collect()
}

/// An option's name as a variable's: letters, digits and `_` in capitals, without digits or `_` at the start but one `_`.
#[must_use]
pub fn safe_name(name: &str) -> String {
    // JavaScript replaces UTF-16 units, so a character beyond the first plane becomes two.
    let word: String = name
        .encode_utf16()
        .map(|unit| match u8::try_from(unit).map(char::from) {
            Ok(character) if character.is_ascii_alphanumeric() => character.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    let rest = word.trim_start_matches(|character: char| character.is_ascii_digit() || character == '_');
    if rest.len() < word.len() { format!("_{rest}") } else { word }
}

/// The text between the double quotes of a shell's word.
pub(super) fn in_double_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = match character {
            '"' | '$' | '`' => true,
            // Elsewhere a backslash stands for itself, and what the reference writes can stay as it is.
            '\\' => characters.peek().is_none_or(|next| matches!(next, '"' | '$' | '`' | '\\' | '\n')),
            // A shell ends its text here, and so do Docker's variables.
            '\0' => continue,
            _ => false,
        };
        if escaped {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted
}
