//! Configurations of several files: what they extend, and what a person adds to all of them.

use serde_json::{Value, json};
use wharf_test_support::engines;

use crate::kit::{Place, json};

const BASE: &str = r#"{
  "build": { "dockerfile": "Dockerfile" },
  "containerEnv": { "FROM_BASE": "1", "BOTH": "base" },
  "postCreateCommand": "echo base >> ran"
}"#;
const OWN: &str = r#"{
  "extends": "./base/base.json",
  "containerEnv": { "BOTH": "own" },
  "postCreateCommand": "echo own >> ran"
}"#;
const MINE: &str = r#"{
  // Only mine.
  "remoteEnv": { "EDITOR": "mine" },
  "postAttachCommand": "echo mine >> ran"
}"#;

fn layered(engine: engines::Engine) -> Place {
    let place = Place::new(engine, OWN);
    place.write("base/base.json", BASE);
    place.write("base/Dockerfile", "FROM busybox\nCOPY here /here\n");
    place.write("base/here", "beside the Dockerfile");
    place.home.write(".config/wharf/devcontainer.json", MINE);
    place
}

#[test]
fn every_file_has_its_say_and_nothing_personal_is_in_the_image() {
    for engine in engines::primary_and_oldest_docker() {
        let place = layered(engine);
        let name = place.engine.name.clone();
        let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
        assert_eq!(
            place.read("ran"),
            "base\nown\nmine\n",
            "{name}: the commands of all files, weakest first"
        );
        let said = place.wharf("exec", &["sh", "-c", "echo $FROM_BASE $BOTH $EDITOR; cat /here"]).end();
        assert_eq!(said.stdout_text(), "1 own mine\nbeside the Dockerfile", "{name}: {said}");

        let label = |facts: &Value| facts["Config"]["Labels"]["devcontainer.metadata"].to_string();
        let container = place.inspect(&id);
        assert!(label(&container).contains("EDITOR"), "{name}: {container}");
        let image = place.built_image().expect("an image is built");
        let image =
            place.socket().get(&format!("/images/{}/json", image["Id"].as_str().unwrap())).unwrap().json();
        assert!(label(&image).contains("FROM_BASE"), "{name}: {image}");
        assert!(!label(&image).contains("EDITOR"), "{name}: the overlay is nobody else's business: {image}");

        place.up(&[]);
        assert_eq!(
            place.read("ran"),
            "base\nown\nmine\nmine\n",
            "{name}: the second time only what attaches"
        );
        let status = json(&place.wharf("status", &["--json"]).end());
        let (there, applied) =
            (&status["observed"]["configuration"], &status["desired"]["appliedConfiguration"]);
        assert!(there.is_string() && there == applied, "{name}: nothing has changed: {status}");
        let plain = place.wharf("up", &["--no-overlay", "--remove-existing-container"]).end();
        assert_eq!(plain.code, Some(0), "{plain}");
        let id = json(&plain)["containerId"].as_str().unwrap().to_owned();
        assert!(!label(&place.inspect(&id)).contains("EDITOR"), "{name}");
    }
}

/// Property, kind of author, and where it stands, of every value.
fn origins(document: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let shown = |origin: &Value| {
        let location = &origin["location"];
        let file = text(&location["path"]).rsplit('/').next().unwrap_or_default().to_owned();
        let place = match origin["image"].as_str() {
            Some(image) => format!("{image}[{}]", origin["entry"]),
            None => format!("{file}:{}:{}", location["line"], location["column"]),
        };
        (text(&origin["property"]), text(&origin["from"]), place)
    };
    document["origins"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn every_value_says_where_it_comes_from() {
    for engine in engines::primary() {
        let place = Place::new(
            engine,
            "{ \"extends\": \"base.json\",\n  \"image\": \"mcr.microsoft.com/devcontainers/base:debian\",\n  \"capAdd\": [\"SYS_PTRACE\"] }",
        );
        place.write("base.json", "{ \"capAdd\": [\"NET_ADMIN\"], \"runArgs\": [\"--init\"] }");
        place.home.write(".config/wharf/devcontainer.json", "{ \"remoteEnv\": { \"EDITOR\": \"vi\" } }");
        let own = place.wharf("read-configuration", &["--show-origin"]).end();
        let expected = [
            ("capAdd[0]", "extended", "base.json:1:14"),
            ("capAdd[1]", "configuration", ".devcontainer.json:3:14"),
            ("runArgs[0]", "extended", "base.json:1:40"),
            ("image", "configuration", ".devcontainer.json:2:12"),
            ("remoteEnv.EDITOR", "overlay", "devcontainer.json:1:28"),
        ];
        let expected = expected.map(|(one, two, three)| (one.to_owned(), two.to_owned(), three.to_owned()));
        assert_eq!(origins(&json(&own)), expected, "{own}");

        let merged =
            place.wharf("read-configuration", &["--show-origin", "--include-merged-configuration"]).end();
        let found = origins(&json(&merged));
        let of = |property: &str| {
            let found = found.iter().find(|(name, _, _)| name == property);
            found.map(|(_, from, place)| (from.as_str(), place.as_str()))
        };
        assert_eq!(of("remoteUser"), Some(("image", "mcr.microsoft.com/devcontainers/base:debian[0]")));
        assert_eq!(of("capAdd[1]"), Some(("configuration", ".devcontainer.json:3:14")));
        assert_eq!(of("remoteEnv.EDITOR"), Some(("overlay", "devcontainer.json:1:28")));
        let more = r#"{ "ghcr.io/a/b:1": {} }"#;
        let added =
            place.wharf("read-configuration", &["--show-origin", "--additional-features", more]).end();
        let added = json(&added);
        let last = added["origins"].as_array().unwrap().last().unwrap();
        let expected = json!({ "property": "features[\"ghcr.io/a/b:1\"]", "from": "flag", "flag": "--additional-features" });
        assert_eq!(*last, expected);
        let without = place.wharf("read-configuration", &[]).end();
        assert_eq!(json(&without).get("origins"), None, "{without}");
    }
}

#[test]
fn what_cannot_be_extended_is_named_where_it_is_asked_for() {
    let table = [
        (json!({ "extends": "gone.json" }), json!({}), "which is not there"),
        (
            json!({ "extends": "a.json" }),
            json!({ "extends": ".devcontainer.json" }),
            "goes round in a circle",
        ),
        (
            json!({ "extends": "a.json" }),
            json!({ "extends": "/etc/a.json" }),
            "must name a file relative to this one",
        ),
        (json!({ "extends": "https://example.com/a.json" }), json!({}), "which is no file of this computer"),
        (json!({ "extends": "a.json" }), json!({ "image": 5 }), "`image` must be a string, but is a number"),
    ];
    for engine in engines::primary() {
        for (own, base, expected) in &table {
            let place = Place::new(engines::engine(&engine.name), &own.to_string());
            place.write("a.json", &base.to_string());
            let answer = place.wharf("read-configuration", &[]).end();
            assert_eq!(answer.code, Some(1), "{answer}");
            assert!(answer.stderr_text().contains(expected), "{own}: {answer}");
            let file = if base.as_object().unwrap().is_empty() { ".devcontainer.json" } else { "a.json" };
            assert!(answer.stderr_text().contains(&format!("{file}:1:")), "{own}: {answer}");
        }
    }
}

#[test]
fn an_overlay_counts_where_it_says() {
    for engine in engines::primary() {
        let place = Place::new(engine, r#"{ "image": "busybox" }"#);
        place.write(".git/config", "[remote \"origin\"]\n\turl = git@example.com:acme/app.git\n");
        place.write(".git/HEAD", "ref: refs/heads/main\n");
        place.home.folder("work/.git/objects");
        place.home.folder("work/.git/refs");
        let overlay = |pattern: &str| {
            let text = json!({ "name": "mine", "customizations": { "wharf": { "appliesTo": [pattern] } } });
            place.home.write(".config/wharf/devcontainer/one.json", &text.to_string());
            let answer = place.wharf("read-configuration", &[]).end();
            json(&answer)["configuration"]["name"] == "mine"
        };
        assert!(overlay("example.com/acme/*"));
        assert!(!overlay("example.com/other/*"));
        assert!(overlay(place.folder.to_str().unwrap()));
    }
}
