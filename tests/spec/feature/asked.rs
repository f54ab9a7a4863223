//! Which Features a configuration and its caller ask for.

use serde_json::{Value, json};
use wharf_spec::feature::asked;

fn check(features: &Value, additional: &Value, expected: &Value, warnings: &[&str]) {
    let found = asked(features.as_object().unwrap(), additional.as_object().unwrap(), true);
    let shown: Vec<Value> = found
        .features
        .iter()
        .map(|feature| json!([feature.user_id, feature.id, feature.options, feature.additional]))
        .collect();
    assert_eq!(Value::from(shown), *expected);
    assert_eq!(found.warnings.len(), warnings.len(), "{:?}", found.warnings);
    for (warning, part) in found.warnings.iter().zip(warnings) {
        assert!(warning.contains(part), "{warning}");
    }
}

#[test]
fn what_the_configuration_says_of_a_feature_wins() {
    check(
        &json!({ "ghcr.io/a/b/c:1": {}, "./x": "1" }),
        &json!({ "./y": true, "./x": "2" }),
        &json!([
            ["ghcr.io/a/b/c:1", "ghcr.io/a/b/c:1", {}, false],
            ["./x", "./x", "1", false],
            ["./y", "./y", true, true],
        ]),
        &[],
    );
}

#[test]
fn short_names_are_references_of_today() {
    check(
        &json!({ "golang": "1.20", "docker-in-docker": {}, "fish": {}, "common": {} }),
        &json!({}),
        &json!([
            ["golang", "ghcr.io/devcontainers/features/go:1", "1.20", false],
            ["docker-in-docker", "ghcr.io/devcontainers/features/docker-in-docker:1", {}, false],
            ["fish", "fish", {}, false],
            ["common", "ghcr.io/devcontainers/features/common-utils:1", {}, false],
        ]),
        &[
            "deprecated 'golang'",
            "features/tree/main/src/docker-in-docker#example-usage",
            "src/common-utils#",
        ],
    );
}

#[test]
fn short_names_that_became_options_are_options() {
    let java = "ghcr.io/devcontainers/features/java:1";
    check(
        &json!({ "gradle": {}, "maven": "latest" }),
        &json!({}),
        &json!([[java, java, { "installGradle": true, "installMaven": true }, false]]),
        &["now part of the 'java' Feature", "deprecated 'maven'"],
    );
    check(
        &json!({ "java": "17", "gradle": "7" }),
        &json!({}),
        &json!([["java", java, { "version": "17", "installGradle": true }, false]]),
        &["deprecated 'gradle'", "deprecated 'java'"],
    );
    check(
        &json!({ "jupyterlab": {}, "ghcr.io/devcontainers/features/python": { "installJupyterlab": false, "x": 1 } }),
        &json!({}),
        &json!([[
            "ghcr.io/devcontainers/features/python",
            "ghcr.io/devcontainers/features/python",
            { "installJupyterlab": true, "x": 1 },
            false,
        ]]),
        &["deprecated 'jupyterlab'"],
    );
}

#[test]
fn short_names_can_be_left_alone() {
    let features = json!({ "golang": {}, "gradle": {} });
    let found = asked(features.as_object().unwrap(), &serde_json::Map::new(), false);
    let ids: Vec<&str> = found.features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!((ids, found.warnings), (vec!["golang", "gradle"], vec![]));
}
