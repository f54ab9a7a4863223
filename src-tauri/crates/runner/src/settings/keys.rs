//! Every setting that there is: its name, what it can be, and what counts without it.
//!
//! A test holds this table and the schema of the file to each other.

use serde_json::{Value, json};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its name, with a dot between objects.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What counts without it, as JSON; None where that depends on something else.
    default: Option<&'static str>,
    /// A variable of the environment that comes before it.
    pub(super) variable: Option<&'static str>,
}

/// What a setting can be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Flag,
    Number { least: f64, most: f64 },
    OneOf(&'static [&'static str]),
}

const fn key(name: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key { name, kind, default, variable: None }
}

const fn behind(variable: &'static str, key: Key) -> Key {
    Key { variable: Some(variable), ..key }
}

/// In the order in which they are listed.
pub(super) const KEYS: &[Key] = &[
    key("engine", Kind::Text, None),
    behind("WHARF_DOTFILES_REPOSITORY", key("dotfiles.repository", Kind::Text, None)),
    behind("WHARF_DOTFILES_INSTALL_COMMAND", key("dotfiles.installCommand", Kind::Text, None)),
    behind("WHARF_DOTFILES_TARGET_PATH", key("dotfiles.targetPath", Kind::Text, Some(r#""~/dotfiles""#))),
    key("up.defaultUserEnvProbe", Kind::OneOf(PROBES), Some(r#""loginInteractiveShell""#)),
    key("up.updateRemoteUserUidDefault", Kind::OneOf(&["never", "on", "off"]), Some(r#""on""#)),
    key("up.gpuAvailability", Kind::OneOf(&["all", "detect", "none"]), Some(r#""detect""#)),
    key("up.workspaceMountConsistency", Kind::OneOf(CONSISTENCIES), Some(r#""cached""#)),
    key("build.buildkit", Kind::OneOf(&["auto", "never"]), Some(r#""auto""#)),
    key("build.cacheFrom", Kind::Text, None),
    key("appearance.theme", Kind::OneOf(&["system", "light", "dark"]), Some(r#""system""#)),
    key("appearance.language", Kind::Text, Some(r#""system""#)),
    key("appearance.zoom", Kind::Number { least: 0.5, most: 3.0 }, Some("1")),
    key("notifications.finished", Kind::Flag, Some("true")),
    key("notifications.failed", Kind::Flag, Some("true")),
    key("notifications.questions", Kind::Flag, Some("true")),
    key("notifications.ports", Kind::Flag, Some("true")),
    key("autostart", Kind::Flag, Some("false")),
    key("integration.fileManager", Kind::Flag, Some("false")),
    key("integration.links", Kind::Flag, Some("true")),
    key("integration.tray", Kind::Flag, Some("true")),
    key("integration.keepInTray", Kind::Flag, Some("false")),
    key("integration.editor", Kind::Text, None),
];

const CONSISTENCIES: &[&str] = &["consistent", "cached", "delegated"];
const PROBES: &[&str] = &["none", "loginInteractiveShell", "interactiveShell", "loginShell"];

impl Key {
    pub(super) fn default(&self) -> Option<Value> {
        self.default.and_then(|text| serde_json::from_str(text).ok())
    }

    /// The names of the objects that it stands in, and its own.
    pub(super) fn path(&self) -> Vec<&'static str> {
        self.name.split('.').collect()
    }

    /// What is wrong with a value.
    pub(super) fn problem(&self, value: &Value) -> Option<String> {
        let is = match self.kind {
            Kind::Text => value.is_string(),
            Kind::Flag => value.is_boolean(),
            Kind::Number { least, most } => {
                value.as_f64().is_some_and(|number| (least..=most).contains(&number))
            }
            Kind::OneOf(choices) => value.as_str().is_some_and(|text| choices.contains(&text)),
        };
        (!is).then(|| format!("{} is {}", self.name, self.words()))
    }

    /// What it can be, for a sentence.
    fn words(&self) -> String {
        match self.kind {
            Kind::Text => "a text".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Number { least, most } => format!("a number from {least} to {most}"),
            Kind::OneOf(choices) => {
                let (last, before) = choices.split_last().unwrap_or((&"", &[]));
                format!("{} or {last}", before.join(", "))
            }
        }
    }

    pub(super) fn choices(&self) -> Vec<String> {
        match self.kind {
            Kind::OneOf(choices) => choices.iter().map(|&choice| choice.to_owned()).collect(),
            Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
            Kind::Text | Kind::Number { .. } => Vec::new(),
        }
    }

    /// A value as it is typed on a command line.
    pub(super) fn typed(&self, text: &str) -> Value {
        match self.kind {
            Kind::Text | Kind::OneOf(_) => Value::from(text),
            Kind::Flag | Kind::Number { .. } => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        }
    }
}

/// The setting of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether settings stand in an object of this name.
pub(super) fn is_object(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The setting that somebody who wrote this may have meant: the same but for capitals and the object that it stands in.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let same = KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name));
    let mut alike = KEYS.iter().filter(|key| last(key.name) == last(name));
    let alike = match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    same.or(alike).map(|key| key.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of a schema's properties that hold a value, and what each accepts.
    fn leaves(schema: &Value, at: &Value, name: &str, found: &mut Vec<(String, Value)>) {
        let named = |at: &Value| at.pointer("/$ref").and_then(Value::as_str).map(str::to_owned);
        let reference = named(at)
            .or_else(|| at.pointer("/allOf/0").and_then(named))
            .or_else(|| at.pointer("/anyOf/0").and_then(named));
        let target = reference.and_then(|text| schema.pointer(text.trim_start_matches('#')).cloned());
        let at = target.unwrap_or_else(|| at.clone());
        match at.get("properties").and_then(Value::as_object) {
            Some(properties) => {
                for (property, inner) in properties {
                    let name = if name.is_empty() { property.clone() } else { format!("{name}.{property}") };
                    leaves(schema, inner, &name, found);
                }
            }
            None => found.push((name.to_owned(), at)),
        }
    }

    #[test]
    fn the_table_and_the_schema_agree() {
        let schema = wharf_api::schema::settings();
        let mut found = Vec::new();
        leaves(&schema, &schema, "", &mut found);
        found.retain(|(name, _)| name != "$schema");
        let mut names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let mut known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
        for (name, property) in &found {
            let key = find(name).unwrap();
            if let Kind::OneOf(choices) = key.kind {
                for choice in choices {
                    let value = json!(choice);
                    let listed = property["enum"].as_array().is_some_and(|all| all.contains(&value))
                        || property["oneOf"]
                            .as_array()
                            .is_some_and(|all| all.iter().any(|one| one["const"] == value));
                    assert!(listed, "{name}: {choice} is not in {property}");
                }
            }
        }
    }

    #[test]
    fn every_default_is_a_value_of_its_setting() {
        for key in KEYS {
            assert_eq!(key.default.is_some(), key.default().is_some(), "{}", key.name);
            assert_eq!(key.default().and_then(|value| key.problem(&value)), None, "{}", key.name);
        }
    }

    #[test]
    fn what_was_meant() {
        for (written, expected) in [
            ("Dotfiles.Repository", Some("dotfiles.repository")),
            ("zoom", Some("appearance.zoom")),
            ("app.theme", Some("appearance.theme")),
            ("colour", None),
        ] {
            assert_eq!(meant(written), expected, "{written}");
        }
    }
}
