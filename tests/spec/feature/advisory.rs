//! Warnings of the specification's maintainers.

use serde_json::json;
use wharf_spec::feature::{ControlManifest, Fetched, advisories_text, retirement_texts};

use super::{BASE, asked_for, graph_of, manifest};

#[test]
fn a_prefix_ends_where_a_name_does() {
    let control = ControlManifest::parse(
        r#"{"disallowedFeatures": [{"featureIdPrefix": "example.io/test/node", "documentationURL": "https://x"},
            {"documentationURL": "no prefix"}, 1], "featureAdvisories": "none"}"#,
    );
    assert_eq!(control.disallowed_features.len(), 1);
    for (id, disallowed) in [
        ("example.io/test/node", true),
        ("example.io/test/node:1", true),
        ("example.io/test/node/js", true),
        ("example.io/test/node@sha256:1", true),
        ("example.io/test/nodejs", false),
        ("example.io/test/node-js", false),
        ("example.io/test/nod", false),
        ("example.io/test/Node", false),
    ] {
        assert_eq!(control.disallowed(id).is_some(), disallowed, "{id}");
    }
}

#[test]
fn any_text_is_a_control_manifest() {
    for text in ["", "{", "[]", "null", "{}", r#"{"disallowedFeatures": null}"#] {
        assert_eq!(ControlManifest::parse(text), ControlManifest::default(), "{text}");
    }
}

#[test]
fn advisories_concern_the_versions_between_flaw_and_cure() {
    let advisory = |id: &str, introduced: &str, fixed: &str| {
        json!({ "featureId": id, "introducedInVersion": introduced, "fixedInVersion": fixed,
            "description": format!("since {introduced}"), "documentationURL": "https://x" })
    };
    let control = json!({ "featureAdvisories": [
        advisory("ghcr.io/a/b/c", "1.0.7", "1.1.10"),
        advisory("ghcr.io/a/b/c", "1.1.9", "1.1.10"),
        advisory("ghcr.io/a/b/c", "one", "2"),
        advisory("ghcr.io/a/b/other", "1", "2"),
        { "featureId": "ghcr.io/a/b/c" },
    ] });
    let control = ControlManifest::parse(&control.to_string());
    let check = |version: &str, expected: &[&str]| {
        let nodes = graph_of(&asked_for(&json!({ "ghcr.io/A/b/c:1": {} })), &BASE, |_| {
            let manifest = manifest(&json!({ "id": "c", "version": version }));
            Some(Fetched { manifest, digest: Some("sha256:1".to_owned()), artifact: None })
        });
        let advised = control.advised(&nodes);
        let found: Vec<_> = advised.iter().flat_map(|feature| &feature.advisories).collect();
        let found: Vec<_> = found.iter().map(|advisory| advisory.introduced_in_version.as_str()).collect();
        assert_eq!(found, expected, "{version}");
        advised
    };
    check("1.0.6", &[]);
    check("1.0.7", &["1.0.7"]);
    check("v1.0.7-rc", &["1.0.7"]);
    check("1.1", &["1.0.7"]);
    check("1.1.10", &[]);
    check("1.1.10.0", &[]);
    check("none", &[]);
    let advised = check("1.1.9", &["1.0.7", "1.1.9"]);
    assert_eq!(
        advisories_text(&advised),
        "

-----------------------------------------------------------------------------------------------------------
FEATURE ADVISORIES:
- ghcr.io/a/b/c:1.1.9:
  - since 1.0.7 (introduced in 1.0.7, fixed in 1.1.10, see https://x)
  - since 1.1.9 (introduced in 1.1.9, fixed in 1.1.10, see https://x)

It is recommended that you update your configuration to versions of these features with the fixes applied.
-----------------------------------------------------------------------------------------------------------

"
    );
}

#[test]
fn features_that_were_given_up_or_renamed_are_told() {
    let asked =
        json!({ "example.io/test/fine": {}, "example.io/test/given-up:1": {}, "example.io/test/old": {} });
    let nodes = graph_of(&asked_for(&asked), &BASE, |canonical| {
        let name = canonical.rsplit('/').next().unwrap_or_default();
        let name = name.split([':', '@']).next().unwrap_or_default();
        let manifest = manifest(&match name {
            "given-up" => json!({ "id": "given-up", "version": "1.0.0", "deprecated": true }),
            "old" => json!({ "id": "old", "version": "1.0.0", "currentId": "new", "legacyIds": ["old"] }),
            id => {
                json!({ "id": id, "version": "1.0.0", "deprecated": false, "currentId": id, "legacyIds": ["older"] })
            }
        });
        Some(Fetched { manifest, digest: Some(format!("sha256:{name}")), artifact: None })
    });
    assert_eq!(
        retirement_texts(&nodes),
        [
            "the Feature example.io/test/given-up:1 is deprecated: it will not receive any further updates",
            "the Feature example.io/test/old has been renamed: put \"new\" into devcontainer.json",
        ]
    );
}
