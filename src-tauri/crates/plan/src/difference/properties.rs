//! What differs between two configurations. One table says for each property what a change of it takes.

use serde_json::{Map, Value};
use wharf_spec::Entry;

use super::{Change, Difference};

/// Whether what a configuration says of a container can be changed although the container's label keeps what it was made with:
/// only where this program made the container and knows which part of its label that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelIsKept {
    /// The label counts as it is.
    Yes,
    /// What was applied later counts in its place.
    No,
}

/// Properties that count from the container's label as long as it lives, and would otherwise be applied without a new one.
const FROM_LABEL: [&str; 11] = [
    "customizations",
    "extensions",
    "settings",
    "devPort",
    "forwardPorts",
    "portsAttributes",
    "otherPortsAttributes",
    "shutdownAction",
    "waitFor",
    "postStartCommand",
    "postAttachCommand",
];

/// What a change of each property takes, with the sentence that a person reads.
const TABLE: [(&str, Change, &str); 47] = [
    ("$schema", Change::Hot, "Only editors look at it."),
    ("name", Change::Hot, "Only the name that is shown changes."),
    ("customizations", Change::Hot, "Tools read it when they attach."),
    ("extensions", Change::Hot, "Tools read it when they attach."),
    ("settings", Change::Hot, "Tools read it when they attach."),
    ("devPort", Change::Hot, "Tools read it when they attach."),
    ("forwardPorts", Change::Hot, "Forwards follow at once."),
    ("portsAttributes", Change::Hot, "Forwards follow at once."),
    ("otherPortsAttributes", Change::Hot, "Forwards follow at once."),
    ("remoteEnv", Change::Hot, "The next command gets it."),
    (
        "remoteUser",
        Change::Hot,
        "The next command runs as this user; ids that follow the host's need a new container.",
    ),
    ("userEnvProbe", Change::Hot, "The next start of a command reads the environment this way."),
    ("shutdownAction", Change::Hot, "It counts when the environment is left."),
    ("waitFor", Change::Hot, "It counts at the next start."),
    ("secrets", Change::Hot, "They are asked for at the next start."),
    ("hostRequirements", Change::Recreate, "What the container may use is settled when it is made."),
    ("initializeCommand", Change::Hot, "It runs at the next start."),
    ("postStartCommand", Change::Restart, "It runs after the next start of the container."),
    ("postAttachCommand", Change::Hot, "It runs at the next `up`."),
    ("onCreateCommand", Change::Recreate, "It runs once, in a new container."),
    ("updateContentCommand", Change::Recreate, "It runs once, in a new container."),
    ("postCreateCommand", Change::Recreate, "It runs once, in a new container."),
    ("image", Change::Recreate, "The container is made from another image."),
    ("runArgs", Change::Recreate, "These options count when the container is made."),
    ("appPort", Change::Recreate, "Ports are published when the container is made."),
    ("mounts", Change::Recreate, "Mounts are settled when the container is made."),
    ("init", Change::Recreate, "It is settled when the container is made."),
    ("privileged", Change::Recreate, "Rights are settled when the container is made."),
    ("capAdd", Change::Recreate, "Rights are settled when the container is made."),
    ("securityOpt", Change::Recreate, "Rights are settled when the container is made."),
    ("containerEnv", Change::Recreate, "The container keeps its own environment for as long as it lives."),
    ("containerUser", Change::Recreate, "The user is settled when the container is made."),
    (
        "updateRemoteUserUID",
        Change::Recreate,
        "Ids are settled in the image that the container is made from.",
    ),
    ("overrideCommand", Change::Recreate, "The command is settled when the container is made."),
    ("workspaceMount", Change::Recreate, "Mounts are settled when the container is made."),
    ("workspaceFolder", Change::Recreate, "Where the workspace lies is settled when the container is made."),
    ("dockerComposeFile", Change::Recreate, "The services are made anew."),
    ("service", Change::Recreate, "Another service becomes the environment."),
    ("runServices", Change::Recreate, "Other services are started."),
    ("build", Change::Rebuild, "The image is built anew."),
    ("dockerFile", Change::Rebuild, "The image is built anew."),
    ("context", Change::Rebuild, "The image is built anew."),
    ("features", Change::Rebuild, "Features are installed into the image."),
    ("overrideFeatureInstallOrder", Change::Rebuild, "Features are installed into the image."),
    // Where the file lies is part of the labels by which a container is found.
    ("configFilePath", Change::Recreate, "The container is found by the configuration's path."),
    ("additionalProperties", Change::Hot, "Nothing reads it."),
    ("codespaces", Change::Hot, "Nothing reads it."),
];

/// Properties whose entries are told one by one.
const BY_ENTRY: [&str; 8] = [
    "build",
    "containerEnv",
    "remoteEnv",
    "customizations",
    "portsAttributes",
    "secrets",
    "features",
    "hostRequirements",
];

/// What a change of a property takes. What is unknown is read by nobody here.
fn takes(property: &str) -> (Change, &'static str) {
    TABLE
        .iter()
        .find(|(name, _, _)| *name == property)
        .map_or((Change::Hot, "Wharf does not know this property."), |(_, change, effect)| (*change, *effect))
}

/// The same of a property of a container whose label may be kept.
fn takes_in(property: &str, label: LabelIsKept) -> (Change, &'static str) {
    if label == LabelIsKept::Yes && FROM_LABEL.contains(&property) {
        return (Change::Recreate, "The container's label keeps what it was made with.");
    }
    takes(property)
}

/// The properties in which two configurations differ, in the order of the current one and then of what is gone.
///
/// Both are documents as `read-configuration` shows them, variables replaced.
#[must_use]
pub fn differences(applied: &Value, current: &Value, label: LabelIsKept) -> Vec<Difference> {
    let mut found = Vec::new();
    for (property, before, after) in pairs(Some(applied), Some(current)) {
        if property == "configFilePath" && same_file(before, after) {
            continue;
        }
        let (change, effect) = takes_in(&property, label);
        let mut add = |property: String, before: Option<&Value>, after: Option<&Value>| {
            found.push(Difference {
                property,
                before: before.cloned(),
                after: after.cloned(),
                change,
                effect: effect.to_owned(),
                layer: None,
            });
        };
        let entries_on_both_sides =
            before.is_some_and(Value::is_object) && after.is_some_and(Value::is_object);
        if BY_ENTRY.contains(&property.as_str()) && entries_on_both_sides {
            for (key, before, after) in pairs(before, after) {
                add(format!("{property}.{key}"), before, after);
            }
        } else {
            add(property, before, after);
        }
    }
    found
}

/// The configuration that counts after nothing but what is hot was applied: the applied one, with what of the current one is hot.
#[must_use]
pub fn with_what_is_hot(applied: &Value, current: &Value, label: LabelIsKept) -> Value {
    let mut mixed = applied.clone();
    if let Some(properties) = mixed.as_object_mut() {
        for (property, _, after) in pairs(Some(applied), Some(current)) {
            if takes_in(&property, label).0 != Change::Hot {
                continue;
            }
            match after {
                Some(value) => properties.insert(property, value.clone()),
                None => properties.shift_remove(&property),
            };
        }
    }
    mixed
}

/// The same of what a configuration contributes to a container whose label is not kept. A merge looks at each property by itself, so
/// entries may be taken apart.
#[must_use]
pub fn entries_with_what_is_hot(applied: &[Entry], current: &[Entry]) -> Vec<Entry> {
    let part = |entry: &Entry, hot: bool| {
        let properties = entry.value.as_object()?.iter();
        let properties = properties.filter(|(property, _)| (takes(property).0 == Change::Hot) == hot);
        let value: Map<String, Value> =
            properties.map(|(property, value)| (property.clone(), value.clone())).collect();
        (!value.is_empty()).then(|| Entry { value: Value::Object(value), ..entry.clone() })
    };
    let kept = applied.iter().filter_map(|entry| part(entry, false));
    kept.chain(current.iter().filter_map(|entry| part(entry, true))).collect()
}

/// The keys under which two objects differ, with both values.
fn pairs<'a>(
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> impl Iterator<Item = (String, Option<&'a Value>, Option<&'a Value>)> {
    let before = before.and_then(Value::as_object);
    let after = after.and_then(Value::as_object);
    let current = after.into_iter().flat_map(|after| after.keys());
    let gone = before
        .into_iter()
        .flat_map(|before| before.keys())
        .filter(move |key| after.is_none_or(|after| !after.contains_key(*key)));
    current
        .chain(gone)
        .map(move |key| {
            (key.clone(), before.and_then(|object| object.get(key)), after.and_then(|object| object.get(key)))
        })
        .filter(|(_, before, after)| before != after)
}

fn same_file(before: Option<&Value>, after: Option<&Value>) -> bool {
    let path = |value: Option<&Value>| value.and_then(|value| value.get("fsPath")).cloned();
    path(before) == path(after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::smallest_application;
    use super::*;

    #[test]
    fn changes_and_what_they_take() {
        let before = json!({
            "name": "a", "image": "debian:12", "containerEnv": {"A": "1", "B": "2"},
            "remoteEnv": {"X": "1"}, "postStartCommand": "a", "runArgs": ["--init"],
        });
        let table = [
            (json!({"name": "b"}), "name", Change::Hot),
            (json!({"remoteEnv": {"X": "2"}}), "remoteEnv.X", Change::Hot),
            (json!({"remoteEnv": {}}), "remoteEnv.X", Change::Hot),
            (json!({"containerEnv": {"A": "1", "B": "3"}}), "containerEnv.B", Change::Recreate),
            (json!({"containerEnv": null}), "containerEnv", Change::Recreate),
            (json!({"postStartCommand": "b"}), "postStartCommand", Change::Restart),
            (json!({"build": {"dockerfile": "D"}}), "build", Change::Rebuild),
            (json!({"runArgs": []}), "runArgs", Change::Recreate),
            (json!({"mine": 1}), "mine", Change::Hot),
        ];
        for (patch, property, change) in table {
            let mut after = before.clone();
            for (key, value) in patch.as_object().unwrap() {
                after[key] = value.clone();
            }
            let found = differences(&before, &after, LabelIsKept::No);
            assert_eq!(found.len(), 1, "{patch}");
            assert_eq!((found[0].property.as_str(), found[0].change), (property, change), "{patch}");
            assert_eq!(smallest_application(&found), Some(change));
        }
        assert_eq!(differences(&before, &before, LabelIsKept::No), []);
        assert_eq!(smallest_application(&[]), None);
    }

    #[test]
    fn the_largest_change_counts() {
        let found = differences(
            &json!({"name": "a", "init": true}),
            &json!({"name": "b", "features": {"x": {}}}),
            LabelIsKept::No,
        );
        assert_eq!(
            found.iter().map(|found| found.property.as_str()).collect::<Vec<_>>(),
            ["name", "features", "init"]
        );
        assert_eq!(smallest_application(&found), Some(Change::Rebuild));
    }

    #[test]
    fn a_label_that_is_kept_takes_a_new_container() {
        let (before, after) = (json!({"forwardPorts": [1]}), json!({"forwardPorts": [2]}));
        for (label, change) in [(LabelIsKept::No, Change::Hot), (LabelIsKept::Yes, Change::Recreate)] {
            assert_eq!(differences(&before, &after, label)[0].change, change, "{label:?}");
        }
        for property in FROM_LABEL {
            assert!(takes(property).0 <= Change::Restart, "{property} takes a new container anyway");
        }
    }

    #[test]
    fn what_is_hot_is_applied_and_the_rest_still_differs() {
        let before = json!({
            "name": "a", "remoteEnv": {"X": "1"}, "init": false, "forwardPorts": [1], "postStartCommand": "a", "userEnvProbe": "none",
        });
        let after = json!({
            "name": "b", "remoteEnv": {"X": "2", "Y": "3"}, "init": true, "forwardPorts": [1, 2], "postStartCommand": "b",
            "features": {"x": {}}, "remoteUser": "u",
        });
        for label in [LabelIsKept::No, LabelIsKept::Yes] {
            let mixed = with_what_is_hot(&before, &after, label);
            let left = differences(&mixed, &after, label);
            let expected: Vec<_> = differences(&before, &after, label)
                .into_iter()
                .filter(|difference| difference.change != Change::Hot)
                .collect();
            assert!(!expected.is_empty() && left == expected, "{label:?}: {left:?}");
            assert_eq!(
                with_what_is_hot(&mixed, &after, label),
                mixed,
                "{label:?}: once more changes nothing"
            );
        }
        assert_eq!(with_what_is_hot(&before, &before, LabelIsKept::No), before);
    }

    #[test]
    fn entries_are_taken_apart_by_what_is_hot() {
        let entry = |value: Value| Entry {
            id: None,
            value,
            source: wharf_spec::Source::Image { name: "x".to_owned(), index: 0, feature: None },
        };
        let applied = [
            entry(json!({"remoteEnv": {"X": "1"}, "mounts": ["a"], "postStartCommand": "a"})),
            entry(json!({"forwardPorts": [1]})),
        ];
        let current = [entry(json!({"remoteEnv": {"X": "2"}, "mounts": ["b"], "init": true}))];
        let values: Vec<Value> =
            entries_with_what_is_hot(&applied, &current).into_iter().map(|entry| entry.value).collect();
        assert_eq!(
            values,
            [json!({"mounts": ["a"], "postStartCommand": "a"}), json!({"remoteEnv": {"X": "2"}})]
        );
    }

    #[test]
    fn no_property_twice() {
        let mut names: Vec<&str> = TABLE.iter().map(|(name, _, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
    }
}
