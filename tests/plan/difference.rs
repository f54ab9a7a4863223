//! Applying the smallest change comes to what a new environment would be, and leaves nothing to apply.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use wharf_plan::difference::{Change, LabelIsKept, differences, smallest_application};
use wharf_spec::metadata::{entries_for_container, label_for_container, pick_from_config};
use wharf_spec::{AppliedEntries, Document, LocalVariables, ResolvedConfig, merge, resolve};

fn config(value: &Value) -> ResolvedConfig {
    let (document, _) = Document::parse(Path::new("/w/.devcontainer.json"), &value.to_string()).unwrap();
    resolve(&document, &LocalVariables::default(), None).unwrap_or_else(|found| panic!("{found:#?}")).0
}

/// A property and a value that it may have.
fn properties() -> impl Strategy<Value = (&'static str, Value)> {
    let values = vec![
        ("name", json!("a")),
        ("name", json!("b")),
        ("remoteEnv", json!({ "A": "1" })),
        ("remoteEnv", json!({ "A": null, "B": "2" })),
        ("remoteUser", json!("dev")),
        ("forwardPorts", json!([3000])),
        ("forwardPorts", json!([3000, "db:5432"])),
        ("portsAttributes", json!({ "3000": { "label": "app" } })),
        ("customizations", json!({ "vscode": { "extensions": ["a"] } })),
        ("waitFor", json!("postCreateCommand")),
        ("shutdownAction", json!("none")),
        ("postStartCommand", json!("a")),
        ("postStartCommand", json!(["b"])),
        ("postAttachCommand", json!({ "x": "a" })),
        ("postCreateCommand", json!("a")),
        ("containerEnv", json!({ "A": "1" })),
        ("init", json!(true)),
        ("features", json!({ "ghcr.io/a/b:1": {} })),
    ];
    prop::sample::select(values)
}

fn configuration() -> impl Strategy<Value = Value> {
    prop::collection::vec(properties(), 0..7).prop_map(|properties| {
        let mut entries: Map<String, Value> =
            properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        entries.insert("image".to_owned(), json!("debian:12"));
        Value::Object(entries)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_smallest_change_comes_to_what_a_new_container_would_be(
        before in configuration(),
        after in configuration(),
        of_image in configuration(),
    ) {
        let (made, wanted, image) = (config(&before), config(&after), config(&of_image));
        let found = differences(&made.whole(), &wanted.whole(), LabelIsKept::No);
        prop_assert_eq!(found.is_empty(), made.whole() == wanted.whole());
        prop_assert_eq!(differences(&wanted.whole(), &wanted.whole(), LabelIsKept::No), []);

        // A container as it would be made now, and the one that was made of what the configuration said before.
        let below = pick_from_config(&image, &[]);
        let label = |config: &ResolvedConfig| {
            label_for_container(&[below.clone(), pick_from_config(config, &[])].concat())
        };
        let shown = |config: &ResolvedConfig, label: &str| {
            let (entries, _) = entries_for_container(Some(label), "c", true, config);
            let merged = merge(config, &entries).to_json();
            // Where it was written is not what it is.
            merged.as_object().cloned().unwrap_or_default()
        };
        let new = shown(&wanted, &label(&wanted));
        if smallest_application(&found).is_none_or(|change| change <= Change::Restart) {
            let mut applied = wanted.clone();
            applied.set_applied(Some(AppliedEntries {
                container: "c".to_owned(),
                made: pick_from_config(&made, &[]).len(),
                entries: pick_from_config(&wanted, &[]),
            }));
            prop_assert_eq!(shown(&applied, &label(&made)), new);
        }
    }
}
