//! The lockfile.

use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::json;
use wharf_spec::PathStyle;
use wharf_spec::feature::{FeatureSet, Fetched, LockedFeature, Lockfile, asked, lockfile_path};

use super::{BASE, graph_of, manifest};

const EXAMPLE: &str = r#"{
  "features": {
    "ghcr.io/a/b/color:1": {
      "version": "1.0.4",
      "resolved": "ghcr.io/a/b/color@sha256:6749",
      "integrity": "sha256:6749"
    },
    "https://e.example/devcontainer-feature-x.tgz": {
      "version": "2.0.0",
      "resolved": "https://e.example/devcontainer-feature-x.tgz",
      "integrity": "sha256:41607",
      "dependsOn": [
        "ghcr.io/a/b/color:1",
        "ghcr.io/a/b/flower"
      ]
    }
  }
}
"#;

#[test]
fn a_lockfile_is_printed_as_it_was_read() {
    let lockfile = Lockfile::parse(EXAMPLE).unwrap().unwrap();
    assert_eq!(lockfile.print(), EXAMPLE);
    assert_eq!(lockfile.features["ghcr.io/a/b/color:1"].version.as_deref(), Some("1.0.4"));
}

#[test]
fn an_empty_file_asks_to_be_written() {
    for text in ["", " ", "\r\n\t"] {
        assert_eq!(Lockfile::parse(text), Ok(None));
    }
    assert_eq!(Lockfile::default().print(), "{\n  \"features\": {}\n}\n");
}

#[test]
fn what_is_no_lockfile_is_an_error_that_says_why() {
    for (text, message) in [
        ("{", "the lockfile is not JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "the lockfile's `features` must be an object"),
        (r#"{"features": []}"#, "the lockfile's `features` must be an object"),
        (r#"{"features": {"./a": {}}}"#, r#"the lockfile's `features["./a"].resolved` must be a string"#),
        (
            r#"{"features": {"./a": {"resolved": "", "integrity": "", "dependsOn": [1]}}}"#,
            r#"the lockfile's `features["./a"].dependsOn` must be an array of strings"#,
        ),
    ] {
        assert_eq!(Lockfile::parse(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn layout_is_no_difference_and_everything_else_is() {
    let lockfile = Lockfile::parse(EXAMPLE).unwrap().unwrap();
    let squeezed: String = EXAMPLE.split_whitespace().collect();
    assert!(lockfile.is_written_as(&squeezed));
    assert!(!lockfile.is_written_as(&EXAMPLE.replace("1.0.4", "1.0.5")));
    assert!(
        !lockfile
            .is_written_as(&EXAMPLE.replace("\"version\": \"1.0.4\"", "\"version\": \"1.0.4\", \"x\": 1"))
    );
    assert!(!lockfile.is_written_as(""));
    assert!(!lockfile.is_written_as("{"));
}

#[test]
fn a_lockfile_lies_beside_its_configuration() {
    for (configuration, style, expected) in [
        ("/w/.devcontainer/devcontainer.json", PathStyle::Linux, "/w/.devcontainer/devcontainer-lock.json"),
        ("/w/.devcontainer.json", PathStyle::Linux, "/w/.devcontainer-lock.json"),
        (
            "/w/.devcontainer/one/devcontainer.json",
            PathStyle::Darwin,
            "/w/.devcontainer/one/devcontainer-lock.json",
        ),
        ("C:\\w\\.devcontainer.json", PathStyle::Windows, "C:\\w\\.devcontainer-lock.json"),
    ] {
        assert_eq!(lockfile_path(configuration, style), expected);
    }
}

#[test]
fn what_has_a_version_and_a_digest_is_locked() {
    let features = json!({ "ghcr.io/A/b/top:1": {}, "./local": {}, "owner/repository/old": {} });
    let added = json!({ "ghcr.io/a/b/added": {} });
    let asked = asked(features.as_object().unwrap(), added.as_object().unwrap(), true).features;
    let nodes = graph_of(&asked, &BASE, |key| {
        let depends_on = if key == "ghcr.io/a/b/top:1" {
            json!({ "ghcr.io/a/b/Below:2": {}, "https://e.example/devcontainer-feature-x.tgz": {} })
        } else {
            json!({})
        };
        let digest = (!key.starts_with('/')).then(|| format!("sha256:{}", key.len()));
        let manifest = manifest(&json!({ "id": "x", "version": "1.2.3", "dependsOn": depends_on }));
        Some(Fetched { digest, manifest, artifact: None })
    });
    assert_eq!(
        FeatureSet::lock(&nodes).print(),
        r#"{
  "features": {
    "ghcr.io/a/b/Below:2": {
      "version": "1.2.3",
      "resolved": "ghcr.io/a/b/below@sha256:19",
      "integrity": "sha256:19"
    },
    "ghcr.io/A/b/top:1": {
      "version": "1.2.3",
      "resolved": "ghcr.io/a/b/top@sha256:17",
      "integrity": "sha256:17",
      "dependsOn": [
        "ghcr.io/a/b/Below:2",
        "https://e.example/devcontainer-feature-x.tgz"
      ]
    },
    "https://e.example/devcontainer-feature-x.tgz": {
      "version": "1.2.3",
      "resolved": "https://e.example/devcontainer-feature-x.tgz",
      "integrity": "sha256:44"
    }
  }
}
"#
    );
}

fn locked() -> impl Strategy<Value = LockedFeature> {
    let version = prop::option::of(any::<String>());
    let depends_on = prop::collection::vec(any::<String>(), 0..3);
    (version, any::<String>(), any::<String>(), depends_on).prop_map(
        |(version, resolved, integrity, depends_on)| LockedFeature {
            version,
            resolved,
            integrity,
            depends_on,
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same(
        features in prop::collection::vec((prop_oneof![any::<String>(), "[0-9]{1,3}"], locked()), 0..5)
    ) {
        let features: IndexMap<String, LockedFeature> = features.into_iter().collect();
        let lockfile = Lockfile { features };
        let printed = lockfile.print();
        // An index map is equal to another one in any order, as objects are.
        prop_assert_eq!(Lockfile::parse(&printed).unwrap().unwrap(), lockfile.clone());
        prop_assert!(lockfile.is_written_as(&printed));
    }
}
