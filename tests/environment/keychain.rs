//! Where there is no keychain, or none that answers: a quiet fact, and never a hang.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json as value};
use wharf_test_support::command::Exchange;
use wharf_test_support::engines;

use crate::kit::{Place, json};

const VALUE: &str = "tr0ub4dor";

fn place() -> Place {
    Place::new(
        engines::engine("docker28"),
        &value!({ "image": "busybox", "secrets": { "TOKEN": {} }, "postCreateCommand": "echo ${TOKEN:-none} > got" })
            .to_string(),
    )
}

fn with_bus<'a>(place: &Place, exchange: Exchange<'a>, socket: &str) -> Exchange<'a> {
    let address = format!("unix:path={}", place.home.path().join(socket).display());
    exchange.variable("DBUS_SESSION_BUS_ADDRESS", address)
}

#[test]
fn a_computer_without_a_keychain_is_told_so_once_and_by_doctor() {
    let place = place();
    let answer = with_bus(&place, place.wharf("up", &[]), "no-bus").end();
    assert_eq!(answer.code, Some(0), "{answer}");
    let said = answer.stderr_text();
    assert!(said.contains("TOKEN") && said.contains("wharf secrets set"), "{said}");
    assert!(!said.contains("keychain"), "nothing is wrong with this computer: {said}");
    assert_eq!(place.read("got"), "none\n");

    let doctor = |place: &Place| {
        let exchange =
            place.home.run(env!("CARGO_BIN_EXE_wharf")).variable("DOCKER_HOST", place.engine.docker_host());
        let folder = place.folder.to_str().unwrap();
        json(&with_bus(place, exchange.arguments(["doctor", "--json", folder]), "no-bus").end())
    };
    let kinds = |result: &Value| {
        let findings = result["findings"].as_array().unwrap().clone();
        findings.into_iter().filter(|found| found["kind"] == "noKeychain").count()
    };
    let result = doctor(&place);
    assert!(result["checked"].as_array().unwrap().contains(&value!("keychain")), "{result:#}");
    assert_eq!(kinds(&result), 1, "{result:#}");
    place.configure(r#"{ "image": "busybox" }"#);
    let result = doctor(&place);
    assert!(!result["checked"].as_array().unwrap().contains(&value!("keychain")), "{result:#}");
    assert_eq!(kinds(&result), 0, "where nothing asks for one, none is missed: {result:#}");
}

#[test]
fn a_keychain_that_does_not_answer_holds_nobody_up() {
    let place = place();
    // It takes connections, as a bus does, and then says nothing.
    let _bus = UnixListener::bind(place.home.path().join("bus")).unwrap();
    let begin = Instant::now();
    let answer = with_bus(&place, place.wharf("up", &[]), "bus").end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(answer.stderr_text().contains("the keychain did not answer within 5 s"), "{answer}");
    assert_eq!(place.read("got"), "none\n");
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    // A pipeline and the reference's name do not even look for one.
    let exchange = place.wharf("up", &["--remove-existing-container"]).called("devcontainer");
    let answer = with_bus(&place, exchange, "bus").end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(!answer.stderr_text().contains("keychain did not answer"), "{answer}");
}

#[test]
fn nothing_of_a_value_is_told_when_it_cannot_be_kept() {
    let place = place();
    let exchange = place.home.run(env!("CARGO_BIN_EXE_wharf")).within("work");
    let exchange = exchange.arguments(["--log-level", "trace", "secrets", "set", "TOKEN"]).stdin(VALUE);
    let answer = with_bus(&place, exchange, "no-bus").end();
    assert_eq!(answer.code, Some(1), "{answer}");
    let said = answer.stderr_text() + &answer.stdout_text();
    assert!(said.contains("no keychain can be used here") && said.contains("--secrets-file"), "{said}");
    assert!(!said.contains(VALUE), "{said}");
}

/// What is for every environment has to do with no folder.
#[test]
fn a_secret_for_every_environment_asks_for_no_folder() {
    let place = place();
    let set = |more: &str| {
        let script =
            format!("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" secrets set TOKEN {more}");
        let exchange = place.home.run("sh").within("work").stdin(VALUE);
        let exchange = exchange.arguments(["-c", &script, env!("CARGO_BIN_EXE_wharf")]);
        let answer = with_bus(&place, exchange, "no-bus").end();
        assert_eq!(answer.code, Some(1), "{answer}");
        answer.stderr_text()
    };
    assert!(set("").contains("cannot read"), "{}", set(""));
    assert!(set("--global").contains("no keychain can be used here"), "{}", set("--global"));
}
