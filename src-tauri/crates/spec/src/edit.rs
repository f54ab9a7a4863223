//! Changes to a `devcontainer.json` that leave everything else as its author wrote it: comments, order, indentation, line endings.

use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode, ObjectPropName};
use serde_json::{Map, Value};

use crate::document::grammar;
use crate::javascript;

/// The property that holds the Features.
const FEATURES: &str = "features";

/// Why a text cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no JSON with comments.
    #[error("{problem}")]
    Syntax {
        /// What the parser says.
        problem: String,
    },
    /// A part of it is not the object that the change needs.
    #[error("{} is not an object", if property.is_empty() { "the configuration" } else { property.as_str() })]
    NotAnObject {
        /// The property; empty for the whole text.
        property: String,
    },
}

/// Adds Features with their options, or gives new options to those that are there.
///
/// # Errors
/// The text is no JSON object, or its `features` are none.
pub fn add_features<'a>(
    text: &str,
    features: impl IntoIterator<Item = (&'a str, &'a Map<String, Value>)>,
) -> Result<String, EditError> {
    let (mark, root) = parse(text)?;
    let whole = root.object_value().ok_or_else(|| EditError::NotAnObject { property: String::new() })?;
    let all = match member(&whole, FEATURES) {
        Some(property) => {
            property.object_value().ok_or_else(|| EditError::NotAnObject { property: FEATURES.to_owned() })?
        }
        None => whole
            .append(FEATURES, CstInputValue::Object(Vec::new()))
            .object_value()
            .ok_or_else(|| EditError::NotAnObject { property: FEATURES.to_owned() })?,
    };
    for (reference, options) in features {
        let options = input(&Value::Object(options.clone()));
        match member(&all, reference) {
            Some(property) => property.set_value(options),
            None => {
                all.append(reference, options);
            }
        }
    }
    Ok(format!("{mark}{root}"))
}

/// Writes another reference in the place of a Feature's, options and comments kept. The same text where it is not among the
/// Features.
///
/// # Errors
/// The text is no JSON object, or its `features` are none.
pub fn rename_feature(text: &str, from: &str, to: &str) -> Result<String, EditError> {
    let (mark, root) = parse(text)?;
    let whole = root.object_value().ok_or_else(|| EditError::NotAnObject { property: String::new() })?;
    let Some(property) = member(&whole, FEATURES) else { return Ok(text.to_owned()) };
    let all =
        property.object_value().ok_or_else(|| EditError::NotAnObject { property: FEATURES.to_owned() })?;
    if let Some(ObjectPropName::String(name)) = member(&all, from).and_then(|property| property.name()) {
        name.set_raw_value(javascript::to_text(&Value::from(to)));
    }
    Ok(format!("{mark}{root}"))
}

/// Gives the member that `path` leads to a value, or takes it away where there is none; objects on the way are made, and stay
/// when they become empty.
///
/// # Errors
/// The text is no JSON object, or something on the way is none.
pub fn set_member(text: &str, path: &[&str], value: Option<&Value>) -> Result<String, EditError> {
    let (mark, root) = parse(text)?;
    let mut object = root.object_value().ok_or_else(|| EditError::NotAnObject { property: String::new() })?;
    let Some((last, way)) = path.split_last() else { return Ok(text.to_owned()) };
    for name in way {
        let inner = match (member(&object, name), value) {
            (Some(property), _) => property,
            (None, None) => return Ok(text.to_owned()),
            (None, Some(_)) => object.append(name, CstInputValue::Object(Vec::new())),
        };
        object =
            inner.object_value().ok_or_else(|| EditError::NotAnObject { property: (*name).to_owned() })?;
    }
    match (member(&object, last), value) {
        (Some(property), Some(value)) => property.set_value(input(value)),
        (None, Some(value)) => {
            object.append(last, input(value));
        }
        // Of one that is written several times none may stay, or another one would count from now on.
        (Some(_), None) => {
            while let Some(property) = member(&object, last) {
                property.remove();
            }
        }
        (None, None) => {}
    }
    Ok(format!("{mark}{root}"))
}

/// The member that counts: of those that are written twice, the last.
fn member(object: &CstObject, name: &str) -> Option<CstObjectProp> {
    let is_named = |property: &CstObjectProp| property.decoded_name().as_deref() == Some(name);
    object.properties().into_iter().rev().find(is_named)
}

/// The text as a tree, and the byte order mark that it began with.
fn parse(text: &str) -> Result<(&str, CstRootNode), EditError> {
    let (mark, body) = text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    let root = CstRootNode::parse(body, &grammar())
        .map_err(|problem| EditError::Syntax { problem: problem.to_string() })?;
    Ok((mark, root))
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(_) => CstInputValue::Number(javascript::to_text(value)),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(entries) => {
            CstInputValue::Object(entries.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}
