//! `--log-format json`: one event a line, each of the published type, and nothing else on standard error.

use wharf_api::{Event, EventKind};
use wharf_test_support::command::{Answer, Home};

use crate::{exchange, wharf};

fn events(answer: &Answer) -> Vec<Event> {
    let text = String::from_utf8(answer.stderr.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn a_failed_operation_ends_with_the_failure() {
    let home = Home::new();
    home.write("p/.devcontainer/devcontainer.json", r#"{ "image": "debian", "forwardPort": 1 }"#);
    let answer = exchange(&home, "--log-format json up").within("p").end();
    let events = events(&answer);
    assert_eq!(answer.code, Some(1));
    let is = |wanted: fn(&EventKind) -> bool| events.iter().any(|event| wanted(&event.kind));
    assert!(is(|kind| matches!(kind, EventKind::EnvironmentFound { .. })));
    assert!(is(|kind| matches!(kind, EventKind::Diagnostic { .. })));
    match &events.last().unwrap().kind {
        EventKind::Failed { error } => assert!(error.message.contains("engine"), "{error:?}"),
        other => panic!("{other:?}"),
    }
    // Whatever began has also ended.
    let started = events.iter().filter(|event| matches!(event.kind, EventKind::StepStarted { .. }));
    for begun in started {
        let ended =
            |event: &&Event| event.step == begun.step && matches!(event.kind, EventKind::StepFinished { .. });
        assert_eq!(events.iter().filter(ended).count(), 1, "{begun:?}");
    }
}

#[test]
fn what_is_refused_before_it_begins_is_an_event_too() {
    let answer =
        wharf(&Home::new(), "--log-format json templates apply --template-id x --template-args nonsense");
    let events = events(&answer);
    assert_eq!((answer.code, events.len()), (Some(2), 1));
    assert!(matches!(events[0].kind, EventKind::Failed { .. }));
}
