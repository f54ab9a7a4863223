//! A second `up` does nothing, and what is missing is all that is done.

use wharf_test_support::{engines, images};

use crate::kit::{Place, steps};

#[test]
fn a_second_up_reuses_the_container_and_asks_nothing_inside() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine, r#"{ "image": "busybox", "postCreateCommand": "echo once >> ran" }"#);
        let first = place.up(&[]);
        let second = place.up(&[]);
        assert_eq!(first, second, "{}", place.engine.name);
        assert_eq!(place.read("ran"), "once\n");
        let again = place.events(&[]);
        assert_eq!(steps(&again), ["up", "configuration", "engine"], "{}", place.engine.name);
    }
}

#[test]
fn a_stopped_container_is_started_and_only_its_start_hooks_run() {
    for engine in engines::primary() {
        let place = Place::new(
            engine,
            r#"{ "image": "busybox", "postCreateCommand": "echo create >> ran", "postStartCommand": "echo start >> ran",
                "postAttachCommand": "echo attach >> ran" }"#,
        );
        let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
        place.post(&format!("/containers/{id}/stop?t=0"));
        place.up(&[]);
        assert_eq!(place.read("ran"), "create\nstart\nattach\nstart\nattach\n", "{}", place.engine.name);
        assert_eq!(place.containers().len(), 1);
    }
}

#[test]
fn an_unchanged_build_is_not_sent_again_and_a_changed_file_is() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine, r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
        place.write("Dockerfile", "FROM busybox\nCOPY data /data\n");
        place.write(".dockerignore", "ignored\n");
        place.write("data", "one");
        let built = |arguments: &[&str]| steps(&place.events(arguments)).contains(&"build");
        let name = &place.engine.name;
        assert!(built(&[]), "{name}: first");
        assert!(!built(&["--remove-existing-container"]), "{name}: unchanged");
        place.write("ignored", "whatever");
        assert!(!built(&["--remove-existing-container"]), "{name}: an ignored file");
        place.write("data", "two");
        assert!(built(&["--remove-existing-container"]), "{name}: a changed file");
        let content = place.wharf("exec", &["cat", "/data"]).end();
        assert_eq!(content.stdout_text(), "two", "{name}");
        assert!(built(&["--remove-existing-container", "--build-no-cache"]), "{name}: on demand");
    }
}

#[test]
fn down_leaves_nothing_but_named_volumes() {
    for engine in engines::primary() {
        let place = Place::new(
            engine,
            r#"{ "image": "busybox", "mounts": ["type=volume,source=wharf-test-kept,target=/kept", "type=volume,target=/gone"] }"#,
        );
        let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
        let mounts = place.inspect(&id)["Mounts"].as_array().cloned().unwrap();
        let answer = place.wharf("down", &["--json"]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        let document = crate::kit::json(&answer);
        assert_eq!(document["removedContainers"], serde_json::json!([id]));
        assert_eq!(document["keptVolumes"], serde_json::json!(["wharf-test-kept"]));
        assert!(place.containers().is_empty());
        for mount in mounts.iter().filter(|mount| mount["Type"] == "volume") {
            let name = mount["Name"].as_str().unwrap();
            let found = place.socket().get(&format!("/volumes/{name}")).unwrap();
            assert_eq!(found.is_success(), name == "wharf-test-kept", "{name}");
        }
        let again = place.wharf("down", &[]).end();
        assert_eq!(again.code, Some(0), "nothing to remove is no error: {again}");
        let _ = place.socket().request("DELETE", "/volumes/wharf-test-kept", None);
    }
}

#[test]
fn plan_says_what_up_would_do_and_does_nothing() {
    let place =
        Place::new(engines::engine("docker28"), r#"{ "image": "busybox", "postCreateCommand": "echo x" }"#);
    let plan = || {
        let answer = place.wharf("plan", &["--json"]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        let document = crate::kit::json(&answer);
        let names: Vec<_> = document["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["name"].as_str().unwrap().to_owned())
            .collect();
        (names, document)
    };
    assert_eq!(plan().0, ["create", "start", "hooks"]);
    assert!(place.containers().is_empty());
    place.up(&[]);
    assert!(plan().0.is_empty());
    place.configure(
        r#"{ "image": "busybox", "postCreateCommand": "echo x", "runArgs": ["--hostname", "other"] }"#,
    );
    let (_, changed) = plan();
    let difference = &changed["differences"][0];
    assert_eq!(
        (&difference["subject"], &difference["change"]),
        (&"runArgs".into(), &"recreate".into()),
        "{changed}"
    );
    let status = crate::kit::json(&place.wharf("status", &["--json"]).end());
    assert_eq!(status["difference"], changed["differences"]);
    assert_eq!(status["observed"]["container"]["state"], "running");
    assert_eq!(status["desired"]["wanted"], "running");
}

#[test]
fn a_name_that_means_another_image_by_now_or_none_is_noticed() {
    const NAME: &str = "localhost/wharf-test-moved";
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine, &format!(r#"{{ "image": "{NAME}" }}"#));
        let name = place.engine.name.clone();
        let again = |image: Option<&str>| {
            let down = place.wharf("down", &[]).end();
            assert_eq!(down.code, Some(0), "{down}");
            place.socket().remove_image(NAME);
            if let Some(image) = image {
                place.post(&format!("/images/{image}/tag?repo={NAME}&tag=latest"));
            }
        };
        again(Some("busybox"));
        let first = place.up(&[]);
        assert_eq!(first["remoteUser"], "root", "{name}");
        again(Some("busybox"));
        assert_eq!(steps(&place.events(&[])).iter().filter(|step| **step == "create").count(), 1, "{name}");
        again(Some(images::DEVCONTAINER));
        assert_eq!(place.up(&[])["remoteUser"], "vscode", "{name}: another image");
        assert_eq!(place.containers().len(), 1, "{name}");
        again(None);
        let (error, _) = place.up_fails(&[]);
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains(NAME), "{name}: no image: {error}");
        assert!(place.containers().is_empty(), "{name}");
    }
}
