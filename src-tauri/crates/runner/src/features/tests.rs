//! Features from a registry in this process and from folders, resolved as `up` does it, without an engine.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wharf_api::{Event, EventKind, StepName};
use wharf_test_support::collection::{Kind, publish};
use wharf_test_support::memory_registry::{Lock, MemoryRegistry};

use super::resolve::{Resolved, Resolving};
use super::write_lockfile;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::request::{EventSink, FeaturesRequest, LockfileMode, Target};
use crate::store::Store;

/// Nobody listens there.
const NOWHERE: &str = "localhost:9";

#[derive(Default)]
struct Events(Mutex<Vec<Event>>);

impl EventSink for Events {
    fn send(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// A workspace, a registry, and a person's state folder.
struct Place {
    folder: tempfile::TempDir,
    registry: Option<MemoryRegistry>,
    host: String,
    events: Events,
}

impl Place {
    /// With these Features published as `<registry>/test/<id>`. `{registry}` stands for its host everywhere.
    fn new(published: &[Value], configuration: &Value) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let registry = MemoryRegistry::start(Lock::Open);
        let place =
            Place { host: registry.host(), folder, registry: Some(registry), events: Events::default() };
        for metadata in published {
            place.write_feature("published", metadata);
        }
        std::fs::create_dir_all(place.path("published")).unwrap();
        place.publish();
        place.write("workspace/.devcontainer/devcontainer.json", &configuration.to_string());
        // Fetched a moment ago, so that no test asks anybody on the internet.
        place.write("state/features/control-manifest.json", "{}");
        place
    }

    fn publish(&self) {
        let registry = self.registry.as_ref().unwrap();
        drop(publish(registry, "test", &self.path("published"), Kind::Feature));
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("{registry}", &self.host)).unwrap();
    }

    fn write_feature(&self, below: &str, metadata: &Value) {
        let id = metadata["id"].as_str().unwrap();
        let mut metadata = metadata.clone();
        if metadata.get("version").is_none() {
            metadata["version"] = json!("1.2.3");
        }
        self.write(&format!("{below}/{id}/devcontainer-feature.json"), &metadata.to_string());
        self.write(&format!("{below}/{id}/install.sh"), &format!("echo {id}"));
    }

    /// No network from here on.
    fn unplug(&mut self) {
        self.registry = None;
    }

    async fn resolve(&self, request: &FeaturesRequest) -> Result<Resolved> {
        let target = Target {
            workspace_folder: Some(self.path("workspace")),
            without_overlay: true,
            ..Target::default()
        };
        let environment = Environment::find(&target)?;
        let operation = Operation::new(&self.events, CancellationToken::new());
        let root = operation.begin(None, StepName::Up, None);
        let store = Store::open(Some(&self.path("state")))?;
        let resolving = Resolving {
            environment: &environment,
            request,
            operation: &operation,
            parent: &root,
            store: &store,
        };
        let resolved = resolving.resolve().await?;
        write_lockfile(&environment, &resolved.set)?;
        Ok(resolved)
    }

    /// The Features in the order of their installation.
    async fn order(&self, request: &FeaturesRequest) -> String {
        match self.resolve(request).await {
            Ok(resolved) => {
                let ids = resolved.set.features.iter().map(|feature| feature.node.user_id.as_str());
                ids.collect::<Vec<_>>().join(" ").replace(&self.host, "R")
            }
            Err(error) => error.to_string().replace(&self.host, "R"),
        }
    }

    fn lockfile(&self) -> Option<String> {
        std::fs::read_to_string(self.path("workspace/.devcontainer/devcontainer-lock.json")).ok()
    }

    /// What is told about Features: how each one's step began.
    fn asked(&self) -> Vec<String> {
        let events = self.events.0.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::StepStarted { name: StepName::Feature, subject, .. } => subject.clone(),
                _ => None,
            })
            .map(|subject| subject.replace(&self.host, "R"))
            .collect()
    }
}

fn features(features: &Value) -> Value {
    json!({ "image": "debian", "features": features })
}

fn mode(lockfile: LockfileMode) -> FeaturesRequest {
    FeaturesRequest { lockfile, ..FeaturesRequest::default() }
}

fn entry(text: &str, id: &str) -> Value {
    let lockfile: Value = serde_json::from_str(text).unwrap();
    lockfile["features"][id].clone()
}

#[tokio::test]
async fn everything_that_is_needed_is_there_and_locked() {
    let mut place = Place::new(
        &[
            json!({"id": "a", "dependsOn": {"{registry}/test/b:1": {"x": "y"}}}),
            json!({"id": "b", "installsAfter": ["{registry}/test/c"]}),
            json!({"id": "c"}),
        ],
        &features(&json!({"{registry}/test/a:1": {}, "./local": {}, "{registry}/test/c": {}})),
    );
    place.write_feature("workspace/.devcontainer", &json!({"id": "local"}));
    let expected = "./local R/test/c R/test/b:1 R/test/a:1";
    assert_eq!(place.order(&FeaturesRequest::default()).await, expected);
    assert_eq!(place.asked(), ["R/test/a:1", "./local", "R/test/c", "R/test/b:1"]);
    let lockfile = place.lockfile().unwrap();
    let id = format!("{}/test/a:1", place.host);
    let locked = entry(&lockfile, &id);
    assert_eq!(locked["version"], "1.2.3");
    assert_eq!(locked["dependsOn"], json!([format!("{}/test/b:1", place.host)]));
    let resolved = format!("{}/test/a@{}", place.host, locked["integrity"].as_str().unwrap());
    assert_eq!(locked["resolved"], resolved);
    assert_eq!(lockfile.matches("integrity").count(), 3, "{lockfile}");

    // The same without a network, from what was fetched.
    place.unplug();
    let begun = std::time::Instant::now();
    let resolved = place.resolve(&FeaturesRequest::default()).await.unwrap();
    assert!(begun.elapsed().as_secs() < 5);
    assert_eq!(place.lockfile().unwrap(), lockfile);
    let script = resolved.set.features[1].folder.join("install.sh");
    assert_eq!(std::fs::read_to_string(script).unwrap(), "echo c");
    assert!(resolved.set.features.iter().all(|feature| feature.content.starts_with("sha256:")));
}

#[tokio::test]
async fn a_locked_feature_stays_what_it_is_until_it_is_upgraded() {
    let place = Place::new(&[json!({"id": "a"})], &features(&json!({"{registry}/test/a:1": {}})));
    place.order(&FeaturesRequest::default()).await;
    let locked = place.lockfile().unwrap();
    place.write_feature("published", &json!({"id": "a", "version": "1.3.0"}));
    place.publish();
    let version = async |lockfile| {
        let resolved = place.resolve(&mode(lockfile)).await.unwrap();
        resolved.set.features[0].node.manifest.version.clone().unwrap()
    };
    assert_eq!(version(LockfileMode::Normal).await, "1.2.3");
    assert_eq!(version(LockfileMode::Frozen).await, "1.2.3");
    assert_eq!(version(LockfileMode::None).await, "1.3.0");
    assert_eq!(place.lockfile().unwrap(), locked, "--no-lockfile writes none");
}

#[tokio::test]
async fn lockfiles_are_read_written_and_frozen() {
    let locked = |place: &Place| place.lockfile();
    let a = json!({"{registry}/test/a:1": {}});
    let local = json!({"./local": {}});
    let stale = r#"{"features": {"{registry}/test/b:1": {"version": "1.0.0", "resolved": "x", "integrity": "sha256:0"}}}"#;
    // The Features, the lockfile before, the mode, what comes of it, and whether there is a lockfile after.
    type Case<'a> = (&'a str, &'a Value, Option<&'a str>, LockfileMode, &'a str, bool);
    let cases: [Case<'_>; 13] = [
        ("first", &a, None, LockfileMode::Normal, "R/test/a:1", true),
        ("asked for", &a, Some(""), LockfileMode::Normal, "R/test/a:1", true),
        ("another's", &a, Some(stale), LockfileMode::Normal, "R/test/a:1", true),
        ("left aside", &a, None, LockfileMode::None, "R/test/a:1", false),
        ("damaged and left aside", &a, Some("{"), LockfileMode::None, "R/test/a:1", true),
        ("damaged", &a, Some("{"), LockfileMode::Normal, "the lockfile is not JSON", true),
        ("in conflict", &a, Some("<<<<<<< HEAD"), LockfileMode::Normal, "the lockfile is not JSON", true),
        ("frozen without one", &a, None, LockfileMode::Frozen, "Lockfile does not exist.", false),
        ("frozen and empty", &a, Some(""), LockfileMode::Frozen, "Lockfile does not match.", true),
        ("frozen and another's", &a, Some(stale), LockfileMode::Frozen, "Lockfile does not match.", true),
        ("nothing to lock", &local, None, LockfileMode::Normal, "./local", false),
        ("nothing to lock, frozen", &local, None, LockfileMode::Frozen, "./local", false),
        ("nothing to lock any more", &local, Some(stale), LockfileMode::Normal, "./local", true),
    ];
    for (name, asked, before, mode_of_case, expected, after) in cases {
        let place = Place::new(&[json!({"id": "a"})], &features(asked));
        place.write_feature("workspace/.devcontainer", &json!({"id": "local"}));
        if let Some(before) = before {
            place.write("workspace/.devcontainer/devcontainer-lock.json", before);
        }
        let found = place.order(&mode(mode_of_case)).await;
        assert!(found.contains(expected), "{name}: {found}");
        assert_eq!(locked(&place).is_some(), after, "{name}");
        if found.starts_with("R/") && mode_of_case == LockfileMode::Normal {
            let text = locked(&place).unwrap();
            assert!(text.contains("test/a@sha256:") && !text.contains("test/b"), "{name}: {text}");
        }
        if name == "nothing to lock any more" {
            assert_eq!(locked(&place).unwrap(), "{\n  \"features\": {}\n}\n");
        }
    }
}

#[tokio::test]
async fn what_only_the_caller_asks_for_is_not_locked() {
    let place =
        Place::new(&[json!({"id": "a"}), json!({"id": "b"})], &features(&json!({"{registry}/test/a:1": {}})));
    let id = format!("{}/test/b:1", place.host);
    let request = FeaturesRequest {
        additional: serde_json::Map::from_iter([(id.clone(), json!({}))]),
        ..FeaturesRequest::default()
    };
    assert_eq!(place.order(&request).await, "R/test/a:1 R/test/b:1");
    let lockfile = place.lockfile().unwrap();
    assert_eq!(entry(&lockfile, &id), Value::Null, "{lockfile}");
}

#[tokio::test]
async fn errors_name_the_feature_and_how_to_go_on() {
    let integrity = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let lock = |integrity: &str| {
        format!(
            r#"{{"features": {{"{{registry}}/test/a:1": {{"version": "1.2.3", "resolved": "{{registry}}/test/a@{integrity}", "integrity": "{integrity}"}}}}}}"#
        )
    };
    let cases: [(&str, Value, Option<String>, &str, &str); 7] = [
        (
            "locked content that is gone",
            json!({"{registry}/test/a:1": {}}),
            Some(lock(&integrity("0"))),
            "Feature 'R/test/a:1' could not be processed: R/test/a@sha256:000",
            "wharf upgrade",
        ),
        (
            "a version that is not there",
            json!({"{registry}/test/a:9": {}}),
            None,
            "Feature 'R/test/a:9' could not be processed: R/test/a:9 does not exist",
            "Check the name and the version",
        ),
        (
            "a registry that is not there",
            json!({"localhost:9/test/a:1": {}}),
            None,
            "Feature 'localhost:9/test/a:1' could not be processed: localhost:9 cannot be reached",
            "Check the network connection",
        ),
        (
            "a dependency that is not there",
            json!({"{registry}/test/needs:1": {}}),
            None,
            "Feature 'R/test/gone:1', which 'R/test/needs:1' depends on, could not be processed",
            "Check the name and the version",
        ),
        (
            "a folder that is not there",
            json!({"./gone": {}}),
            None,
            "devcontainer-feature.json does not exist",
            "devcontainer-feature.json and install.sh",
        ),
        ("a name of the first days", json!({"fish": {}}), None, "Legacy feature 'fish' not supported.", ""),
        (
            "a circle",
            json!({"{registry}/test/ring:1": {}}),
            None,
            "the Features wait for each other",
            "Remove one of them",
        ),
    ];
    for (name, asked, lockfile, expected, hint) in cases {
        let place = Place::new(
            &[
                json!({"id": "a"}),
                json!({"id": "needs", "dependsOn": {"{registry}/test/gone:1": {}}}),
                json!({"id": "ring", "dependsOn": {"{registry}/test/gnir:1": {}}}),
                json!({"id": "gnir", "dependsOn": {"{registry}/test/ring:1": {}}}),
            ],
            &features(&asked),
        );
        if let Some(lockfile) = lockfile {
            place.write("workspace/.devcontainer/devcontainer-lock.json", &lockfile);
        }
        let Err(error) = place.resolve(&FeaturesRequest::default()).await else { panic!("{name} is fine") };
        let message = error.to_string().replace(&place.host, "R");
        assert!(message.contains(expected), "{name}: {message}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{name}: {:?}", error.hint());
        let location = error.location().unwrap();
        assert!(location.path.ends_with("devcontainer.json"), "{name}: {location:?}");
    }
}

#[tokio::test]
async fn other_content_than_the_locked_one_is_not_taken() {
    let place = Place::new(&[json!({"id": "a"})], &features(&json!({"{registry}/test/a:1": {}})));
    place.order(&FeaturesRequest::default()).await;
    let id = format!("{}/test/a:1", place.host);
    let digest = entry(&place.lockfile().unwrap(), &id)["integrity"].as_str().unwrap().to_owned();
    // Another computer, which has fetched nothing yet.
    std::fs::remove_dir_all(place.path("state/features")).unwrap();
    place.write("state/features/control-manifest.json", "{}");
    place.registry.as_ref().unwrap().corrupt_content(&digest);
    let Err(error) = place.resolve(&FeaturesRequest::default()).await else { panic!("it was taken") };
    let message = error.to_string();
    assert!(message.contains(&format!("Feature '{id}'")), "{message}");
    assert!(
        message.contains("Digest did not match for ") && message.contains("Expected sha256:"),
        "{message}"
    );
    assert!(error.hint().unwrap().contains("wharf upgrade"), "{:?}", error.hint());
}

#[tokio::test]
async fn a_soft_dependency_that_cannot_be_had_stops_nothing() {
    let place = Place::new(
        &[
            json!({"id": "a", "installsAfter": [format!("{NOWHERE}/x/y"), "nonsense", "{registry}/test/gone"]}),
            json!({"id": "b"}),
        ],
        &features(&json!({"{registry}/test/a:1": {}, "{registry}/test/b:1": {}})),
    );
    let begun = std::time::Instant::now();
    assert_eq!(place.order(&FeaturesRequest::default()).await, "R/test/a:1 R/test/b:1");
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_renamed_feature_is_known_by_both_names_without_a_network_too() {
    let mut place = Place::new(
        &[
            json!({"id": "today", "legacyIds": ["before"]}),
            json!({"id": "a", "installsAfter": ["{registry}/test/today"]}),
        ],
        &features(&json!({"{registry}/test/a:1": {}, "{registry}/test/before:1": {}})),
    );
    let expected = "R/test/before:1 R/test/a:1";
    assert_eq!(place.order(&FeaturesRequest::default()).await, expected);
    place.unplug();
    assert_eq!(place.order(&FeaturesRequest::default()).await, expected);
}

#[tokio::test]
async fn what_must_not_be_used_is_not_fetched() {
    let place = Place::new(&[json!({"id": "a"})], &features(&json!({"{registry}/test/a:1": {}})));
    let control = r#"{"disallowedFeatures": [{"featureIdPrefix": "{registry}/test/a", "documentationURL": "https://why.example"}]}"#;
    place.write("state/features/control-manifest.json", control);
    let Err(error) = place.resolve(&FeaturesRequest::default()).await else { panic!("it was used") };
    let expected = format!(
        "Cannot use the '{}/test/a:1' Feature since it was reported to be problematic. Please remove this Feature from your configuration and rebuild any dev container using it before continuing. See https://why.example to learn more.",
        place.host
    );
    assert_eq!(error.to_string(), expected);
    assert!(matches!(error, Error::Features { .. }));
    assert!(place.registry.as_ref().unwrap().requests().iter().all(|line| !line.contains("/blobs/")));
}

#[tokio::test]
async fn flaws_are_told() {
    let configuration = json!({
        "image": "debian",
        "features": { "{registry}/test/a:1": {} },
        "overrideFeatureInstallOrder": ["{registry}/test/a", "{registry}/test/typo"],
    });
    let place = Place::new(&[json!({"id": "a"})], &configuration);
    let control = r#"{"featureAdvisories": [{"featureId": "{registry}/test/a", "introducedInVersion": "1.0.0", "fixedInVersion": "1.3.0", "description": "It forgets."}]}"#;
    place.write("state/features/control-manifest.json", control);
    let resolved = place.resolve(&FeaturesRequest::default()).await.unwrap();
    let warnings = resolved.set.warnings.join("\n");
    assert!(warnings.contains("It forgets. (introduced in 1.0.0, fixed in 1.3.0)"), "{warnings}");
    let idle = format!("overrideFeatureInstallOrder names '{}/test/typo', which is none of", place.host);
    assert!(warnings.contains(&idle) && warnings.matches("names").count() == 1, "{warnings}");
}

#[tokio::test]
async fn two_wharfs_at_once_fetch_the_same_without_harm() {
    let published: Vec<Value> = (0..6).map(|number| json!({"id": format!("f{number}")})).collect();
    let asked = (0..6).map(|number| (format!("{{registry}}/test/f{number}:1"), json!({})));
    let place = Place::new(&published, &features(&Value::Object(asked.collect())));
    let (default, ids) = (
        FeaturesRequest::default(),
        "R/test/f0:1 R/test/f1:1 R/test/f2:1 R/test/f3:1 R/test/f4:1 R/test/f5:1",
    );
    let (one, two) = tokio::join!(place.order(&default), place.order(&default));
    assert_eq!((one.as_str(), two.as_str()), (ids, ids));
    let left = std::fs::read_dir(place.path("state/features")).unwrap().flatten();
    let partial = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("partial-"));
    assert_eq!(partial.count(), 0);
    assert!(Path::new(&place.path("workspace/.devcontainer/devcontainer-lock.json")).exists());
}
