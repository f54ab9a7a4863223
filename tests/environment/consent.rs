//! Nothing on the host without consent: refused, given, remembered, asked again after a change, taken back.

use wharf_test_support::engines;

use crate::kit::{Place, json};

const CONFIGURATION: &str = r#"{ "image": "busybox", "initializeCommand": "sh scripts/start.sh" }"#;

fn place() -> Place {
    let place = Place::new(engines::engine("docker28"), CONFIGURATION);
    place.write("scripts/start.sh", "echo ran >> ran");
    place
}

#[test]
fn nobody_to_ask_is_a_refusal_that_names_the_way() {
    let place = place();
    let (document, shown) = place.up_fails(&[]);
    assert!(document["message"].as_str().unwrap().contains("has not been allowed"), "{document}");
    assert!(shown.contains("sh scripts/start.sh") && shown.contains("--trust"), "{shown}");
    assert_eq!(place.read("ran"), "", "no host command ran");
    assert!(place.containers().is_empty());
}

#[test]
fn trust_is_remembered_for_just_what_was_seen() {
    let place = place();
    place.up(&["--trust"]);
    place.up(&[]);
    assert_eq!(place.read("ran"), "ran\nran\n");
    // The script is part of what was allowed: another content is another question.
    place.write("scripts/start.sh", "echo other >> ran");
    place.up_fails(&[]);
    assert_eq!(place.read("ran"), "ran\nran\n");
    place.write("scripts/start.sh", "echo ran >> ran");
    place.up(&[]);
    // What does not touch the host asks nothing.
    place.configure(
        r#"{ "image": "busybox", "initializeCommand": "sh scripts/start.sh", "remoteEnv": { "A": "b" } }"#,
    );
    place.up(&[]);
}

#[test]
fn trust_can_be_listed_and_taken_back() {
    let place = place();
    place.up(&["--trust"]);
    let run = |arguments: &[&str]| {
        json(&place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(arguments.iter().copied()).end())
    };
    let list = run(&["trust", "list", "--json"]);
    assert_eq!(list["entries"][0]["touches"][0]["subject"], "sh scripts/start.sh", "{list}");
    let folder = place.folder.to_str().unwrap();
    assert_eq!(run(&["trust", "revoke", folder, "--json"])["revoked"].as_array().unwrap().len(), 1);
    assert!(run(&["trust", "list", "--json"])["entries"].as_array().unwrap().is_empty());
    place.up_fails(&[]);
}

#[test]
fn a_pipeline_and_the_name_devcontainer_let_through_and_say_so() {
    let place = place();
    let answer = place.wharf("up", &[]).variable("CI", "true").end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(answer.stderr_text().contains("sh scripts/start.sh"), "{answer}");
    let answer = place.wharf("up", &[]).called("devcontainer").end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(answer.stderr_text().contains("sh scripts/start.sh"), "{answer}");
    // Neither is an answer of a person.
    place.up_fails(&[]);
}

#[test]
fn what_initialize_command_makes_possible_is_asked_before_it_happens() {
    // The image is there only after the pull, and what its label wants is found then.
    let place = Place::new(
        engines::engine("docker28"),
        r#"{ "build": { "dockerfile": "made/Dockerfile" }, "initializeCommand": "mkdir -p made && cp template made/Dockerfile" }"#,
    );
    place.write("template", "FROM busybox\n");
    place.up(&["--trust"]);
    assert_eq!(place.containers().len(), 1);
}

/// What every test's caller has in its environment, and a stranger's configuration only has to name.
const VALUE: &str = "tr0ub4dor-of-the-caller";

fn wants_a_secret(engine: engines::Engine) -> Place {
    let tell = "printf '%s ' ${TOKEN:-none} >> got";
    Place::new(
        engine,
        &serde_json::json!({
            "image": "busybox",
            "secrets": { "TOKEN": {} },
            "postCreateCommand": tell,
            "postAttachCommand": tell,
        })
        .to_string(),
    )
}

#[test]
fn a_secret_that_the_configuration_merely_names_is_not_handed_over() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let place = wants_a_secret(engine);
        let run =
            |verb: &str, arguments: &[&str]| place.wharf(verb, arguments).variable("TOKEN", VALUE).end();
        let refused = |verb: &str| {
            let answer = run(verb, &[]);
            assert_eq!(answer.code, Some(1), "{name}: {answer}");
            let said = answer.stderr_text() + &answer.stdout_text();
            assert!(
                said.contains("TOKEN from your environment") && said.contains("--trust"),
                "{name}: {said}"
            );
            assert!(!said.contains(VALUE), "{name}: {said}");
        };
        refused("up");
        assert!(place.containers().is_empty(), "{name}: nothing was begun");
        let planned = run("plan", &["--json"]);
        assert!(planned.stdout_text().contains("TOKEN from your environment"), "{name}: {planned}");
        assert!(!planned.stdout_text().contains(VALUE), "{name}: {planned}");

        // Where there is nothing to hand over, nothing is asked; and who gives a file has decided.
        place.up(&[]);
        assert_eq!(place.read("got"), "none none ", "{name}");
        let file = place.home.write("secrets.json", r#"{ "TOKEN": "given" }"#);
        let answer = run("up", &["--secrets-file", file.to_str().unwrap()]);
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        assert_eq!(place.read("got"), "none none given ", "{name}");

        // The same where only hooks are run.
        refused("run-user-commands");
        refused("up");
        place.write("got", "");
        let answer = run("run-user-commands", &["--trust"]);
        assert_eq!(answer.code, Some(0), "{name}: {answer}");
        let answer = run("up", &[]);
        assert_eq!(answer.code, Some(0), "{name}: what was allowed is remembered: {answer}");
        assert_eq!(place.read("got"), format!("{VALUE} {VALUE} "), "{name}");
    }
}

#[test]
fn a_pipeline_and_the_name_devcontainer_hand_secrets_over_and_say_so() {
    let place = wants_a_secret(engines::engine("docker28"));
    for (index, verb) in ["up", "run-user-commands"].into_iter().enumerate() {
        for called in [false, true] {
            let exchange = place.wharf(verb, &[]).variable("TOKEN", VALUE);
            let answer = if called {
                exchange.called("devcontainer").end()
            } else {
                exchange.variable("CI", "true").end()
            };
            assert_eq!(answer.code, Some(0), "{answer}");
            assert!(answer.stderr_text().contains("TOKEN from your environment"), "{answer}");
            assert!(!answer.to_string().contains(VALUE), "{answer}");
        }
        assert_eq!(place.read("got"), format!("{VALUE} ").repeat(3 + 2 * index));
    }
    // Neither is an answer of a person.
    let answer = place.wharf("up", &[]).variable("TOKEN", VALUE).end();
    assert_eq!(answer.code, Some(1), "{answer}");
}
