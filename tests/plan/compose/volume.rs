//! A project whose files lie in a volume: what Compose is given in their place.

use serde_json::{Value, json};
use wharf_plan::compose::ProjectVolume;
use wharf_plan::{Blocker, ContainerState, EngineKind, Fact, Observed, Outcome, Step, Wanted};
use wharf_spec::compose::{ComposeProject, Dollars};

use super::{known, member, next, overriding, up, wanted};

/// What is known of a project that Compose told of in these words, every dollar doubled.
fn in_volume(document: Value) -> Observed {
    let mut observed = known(&document["services"], &json!({}));
    if let Fact::Known(Some(facts)) = &mut observed.compose {
        facts.project = ComposeProject::of_document(document.clone(), Dollars::Doubled);
        facts.in_volume =
            Some(ProjectVolume { name: "vol".to_owned(), at: "/workspaces".to_owned(), document });
    }
    observed
}

fn started(document: Value) -> Value {
    up(&wanted(&json!({})), &in_volume(document)).document.unwrap()
}

#[test]
fn folders_and_files_become_parts_of_the_volume() {
    let part = |below: &str, target: &str| json!({"type": "volume", "source": "vol", "target": target, "volume": {"nocopy": true, "subpath": below}});
    let read_only = |below: &str, target: &str| {
        let mut mount = part(below, target);
        mount["read_only"] = json!(true);
        mount
    };
    let whole = json!({"type": "volume", "source": "vol", "target": "/all", "volume": {"nocopy": true}});
    let bind = |source: &str, target: &str| json!({"type": "bind", "source": source, "target": target});
    let cases = [
        (bind("/workspaces/api/server", "/s"), vec![part("api/server", "/s")]),
        (
            json!({"type": "bind", "source": "/workspaces/api/a", "target": "/a", "read_only": true, "bind": {"create_host_path": true}}),
            vec![read_only("api/a", "/a")],
        ),
        (bind("/workspaces", "/all"), vec![whole]),
        (json!("/workspaces/api:/work:ro,z"), vec![read_only("api", "/work")]),
        // Everything else stays as it is.
        (bind("/workspaces-of-others", "/s"), vec![bind("/workspaces-of-others", "/s")]),
        (json!("/var/run/x:/x"), vec![json!("/var/run/x:/x")]),
        (
            json!({"type": "volume", "source": "data", "target": "/d"}),
            vec![json!({"type": "volume", "source": "data", "target": "/d"})],
        ),
        // What the environment's service has anyway is not mounted once more.
        (bind("/workspaces", "/workspaces"), vec![]),
        (bind("/workspaces/api", "/workspaces/api"), vec![]),
    ];
    for (mount, expected) in cases {
        let document = started(json!({"services": {"app": {"image": "x", "volumes": [mount]}}}));
        let found = document["services"]["app"].get("volumes").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(found, Value::Array(expected), "{mount}");
        assert_eq!(document["volumes"], json!({"vol": {"name": "vol", "external": true}}));
    }
    // Another service has it where it asks for it.
    let services = json!({"app": {"image": "x"}, "db": {"image": "x", "volumes": [bind("/workspaces/api", "/workspaces/api")]}});
    assert_eq!(
        started(json!({"services": services}))["services"]["db"]["volumes"],
        json!([part("api", "/workspaces/api")])
    );
}

#[test]
fn secrets_and_configs_of_the_workspace_are_mounted() {
    let document = started(json!({
        "services": {"app": {
            "image": "x",
            "secrets": [{"source": "mine"}, {"source": "named", "target": "other"}, {"source": "theirs"}],
            "configs": ["plain", {"source": "placed", "target": "/etc/placed"}],
        }},
        "secrets": {"mine": {"file": "/workspaces/api/m"}, "named": {"file": "/workspaces/api/n"}, "theirs": {"environment": "T"}},
        "configs": {"plain": {"file": "/workspaces/api/p"}, "placed": {"file": "/workspaces/api/q"}, "text": {"content": "a$$b"}},
    }));
    let service = &document["services"]["app"];
    let mounts: Vec<(&str, &str)> = service["volumes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mount| (mount["volume"]["subpath"].as_str().unwrap(), mount["target"].as_str().unwrap()))
        .collect();
    assert_eq!(
        mounts,
        [
            ("api/m", "/run/secrets/mine"),
            ("api/n", "/run/secrets/other"),
            ("api/p", "/plain"),
            ("api/q", "/etc/placed")
        ]
    );
    assert_eq!((&service["secrets"], &service["configs"]), (&json!([{"source": "theirs"}]), &json!([])));
    assert_eq!(document["secrets"], json!({"theirs": {"environment": "T"}}));
    assert_eq!(document["configs"], json!({"text": {"content": "a$$b"}}));
}

#[test]
fn what_is_built_is_named_and_the_volume_is_the_environment_s() {
    let services = json!({
        "app": {"image": "x", "environment": {"A": "$$b"}},
        "db": {"build": {"context": "/workspaces/api"}, "image": "mine", "pull_policy": "build", "develop": {"watch": []}},
    });
    let mut observed = in_volume(json!({"services": services}));
    observed.services.insert(
        "db".to_owned(),
        wharf_plan::compose::ServiceFacts { dockerfile: Some("FROM y\n".to_owned()), context: String::new() },
    );
    // Its image is there already.
    let Outcome::Next(steps) = next(Wanted::Running(Box::new(wanted(&json!({})))), &observed) else {
        panic!()
    };
    let [Step::Build { spec, inputs, .. }] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!(spec.tags, ["mine"]);
    let image = observed.images["x"].clone().unwrap();
    observed
        .built
        .insert("mine".to_owned(), wharf_plan::Built { inputs: inputs.clone(), image: image.id.clone() });
    observed.images.insert("mine".to_owned(), Some(image));

    let document = up(&wanted(&json!({})), &observed).document.unwrap();
    assert_eq!(document["services"]["db"], json!({"image": "mine", "pull_policy": "never"}));
    assert_eq!(document["services"]["app"]["environment"], json!({"A": "$$b"}));
    let said = overriding(&wanted(&json!({})), &observed);
    assert_eq!(
        said["services"]["app"]["volumes"],
        json!([{"type": "volume", "source": "vol", "target": "/workspaces", "volume": {}}])
    );
}

/// The file that Compose is given lies where no `.env` is.
#[test]
fn a_profile_that_is_active_needs_no_word_anymore() {
    let service = json!({"image": "x", "profiles": ["p"]});
    let mut observed =
        in_volume(json!({"services": {"app": {"image": "x"}, "tool": service, "other": service}}));
    let Fact::Known(Some(facts)) = &mut observed.compose else { panic!() };
    facts.project = std::mem::take(&mut facts.project).with_enabled("app\ntool");
    let document = up(&wanted(&json!({})), &observed).document.unwrap();
    assert_eq!(document["services"]["tool"], json!({"image": "x"}));
    assert_eq!(document["services"]["other"], service);
}

#[test]
fn an_engine_that_mounts_no_parts_is_told_of() {
    let services = |target: &str| json!({"services": {"app": {"image": "x", "volumes": [{"type": "bind", "source": "/workspaces/api", "target": target}]}}});
    for (kind, version, api) in
        [(EngineKind::Docker, "25.0.0", "1.44"), (EngineKind::Podman, "5.8.6", "1.44")]
    {
        let mut observed = in_volume(services("/work"));
        version.clone_into(&mut observed.engine.version);
        api.clone_into(&mut observed.engine.api_version);
        observed.engine.kind = kind;
        let found = next(Wanted::Running(Box::new(wanted(&json!({})))), &observed);
        let Outcome::Blocked(Blocker::Impossible { message, .. }) = found else { panic!("{found:?}") };
        assert!(message.contains("/workspaces/api") && message.contains(version), "{message}");
        // What lies where the volume has it needs no part.
        let mut observed = Observed { engine: observed.engine, ..in_volume(services("/workspaces/api")) };
        observed.engine.buildkit = false;
        assert!(up(&wanted(&json!({})), &observed).document.is_some());
    }
}

/// A container of another project's name is gone on with under that one.
#[test]
fn what_is_there_keeps_its_project() {
    let mut observed = in_volume(json!({"services": {"app": {"image": "x"}}}));
    let mut container = member("1", "app", "", ContainerState::Exited);
    container.labels.insert("com.docker.compose.project".to_owned(), "theirs".to_owned());
    observed.container = Fact::Known(Some(container));
    assert_eq!(up(&wanted(&json!({})), &observed).project, "theirs");
}

/// Nobody is asked about what lies in the volume.
#[test]
fn what_lies_in_the_volume_touches_nothing_of_this_computer() {
    let bind = |source: &str| json!({"type": "bind", "source": source, "target": "/t"});
    let observed = in_volume(json!({
        "services": {"app": {
            "build": {"context": "/workspaces/api"},
            "volumes": [bind("/workspaces/api/x"), bind("/workspaces"), bind("/home/me/.ssh")],
        }},
        "secrets": {"s": {"file": "/workspaces/api/s"}},
    }));
    let wanted = wanted(&json!({}));
    let merged = wharf_spec::merge(&wanted.configuration, &[]);
    let touches = wharf_plan::consent::touches(&wanted, &merged, &observed);
    let told: Vec<_> = touches.iter().map(|touch| touch.what.as_str()).collect();
    assert_eq!(told, ["/home/me/.ssh at /t"]);
}
