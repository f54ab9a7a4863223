//! What a Feature says of itself.

use std::path::Path;

use serde_json::json;
use wharf_spec::feature::{FeatureManifest, OptionKind};

#[test]
fn everything_that_a_feature_may_say_is_read() {
    let text = r#"{
        // A comment.
        "id": "color", "version": "1.2.3", "name": "Color", "description": "Colours", "documentationURL": "https://d",
        "licenseURL": "https://l", "keywords": ["k"],
        "options": {
            "favorite": { "type": "string", "enum": ["red"], "default": "red", "description": "Which" },
            "other": { "type": "string", "proposals": ["a", "b"] },
            "loud": { "type": "boolean", "default": false },
        },
        "containerEnv": { "A": "b" }, "dependsOn": { "./x": { "y": "z" }, "./v": "1" }, "installsAfter": ["./w"],
        "legacyIds": ["colour"], "currentId": "color", "deprecated": true,
        "privileged": true, "init": true, "capAdd": ["X"], "securityOpt": ["y"], "entrypoint": "/e",
        "mounts": ["type=volume,target=/t", { "type": "bind", "source": "/s", "target": "/t" }],
        "customizations": { "vscode": {} }, "onCreateCommand": "a", "updateContentCommand": ["a"],
        "postCreateCommand": { "a": "b" }, "postStartCommand": "", "postAttachCommand": "${devcontainerId}",
    }"#;
    let (manifest, diagnostics) = FeatureManifest::parse(Path::new("f.json"), text).unwrap();
    assert_eq!(diagnostics, []);
    assert_eq!(manifest.id.as_deref(), Some("color"));
    assert_eq!(manifest.version.as_deref(), Some("1.2.3"));
    assert_eq!(manifest.documentation_url.as_deref(), Some("https://d"));
    assert_eq!(manifest.license_url.as_deref(), Some("https://l"));
    assert_eq!(manifest.keywords, ["k"]);
    assert_eq!(manifest.options["favorite"].allowed, ["red"]);
    assert_eq!(manifest.options["favorite"].default, Some(json!("red")));
    assert_eq!(manifest.options["other"].proposals, ["a", "b"]);
    assert_eq!(manifest.options["loud"].kind, OptionKind::Boolean);
    assert_eq!(manifest.container_env["A"], "b");
    assert_eq!(manifest.depends_on["./x"], json!({ "y": "z" }));
    assert_eq!(manifest.installs_after, ["./w"]);
    assert_eq!(manifest.aliases(), ["color", "colour"]);
    assert_eq!(manifest.renamed_to(), None);
    assert!(manifest.deprecated);
    assert_eq!(manifest.raw["entrypoint"], "/e");
}

#[test]
fn findings_have_their_places() {
    let text = "{\n  \"id\": 1,\n  \"version\": \"1\",\n  \"options\": { \"a\": { \"type\": \"strong\" }, \"b\": 1 },\n  \"instalsAfter\": [],\n  \"mounts\": [1]\n}";
    let (manifest, diagnostics) = FeatureManifest::parse(Path::new("f.json"), text).unwrap();
    let found: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    f.json:2:9: `id` must be a string, but is a number
    f.json:4:31: `options.a.type` must be one of "string" or "boolean", but is "strong"
    f.json:4:48: `options.b` must be an object, but is a number
    f.json:5:3: `instalsAfter` is not a known property and is ignored
    f.json:6:14: `mounts[0]` must be a string or an object, but is a number
    "#);
    assert_eq!((manifest.id, manifest.version.as_deref()), (None, Some("1")));
    assert_eq!(manifest.options.keys().collect::<Vec<_>>(), ["a"]);

    let errors = FeatureManifest::parse(Path::new("f.json"), "{").unwrap_err();
    assert!(errors[0].to_string().starts_with("f.json:1:1:"), "{}", errors[0]);
    let (_, diagnostics) = FeatureManifest::read(&json!([]), "ghcr.io/a/b/c:1");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
}
