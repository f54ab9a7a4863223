//! Logs as a window looks at them, and the record of starts that leads to their parts.

use std::time::Duration;

use tokio::time::timeout;
use wharf_api::{
    LogFilter, LogRequest, LogSource, LogState, LogText, OperationName, OperationOutcome, Outcome, StepName,
};
use wharf_runner::{LogStates, LogViews};
use wharf_test_support::images::DEBIAN;
use wharf_test_support::socket::Socket;

use crate::operations::{Place, run};

const PATIENCE: Duration = Duration::from_secs(100);

fn request(place: &Place) -> LogRequest {
    LogRequest {
        reference: place.request(OperationName::Up).reference,
        start: None,
        step: None,
        filter: LogFilter::default(),
    }
}

fn text(text: &str) -> Option<LogText> {
    Some(LogText { text: text.to_owned(), ..LogText::default() })
}

fn lines(state: &LogState, source: LogSource) -> u64 {
    state.counts.iter().find(|count| count.source == source).map_or(0, |count| count.lines)
}

/// The next state for which `is` holds, answering each. How many came before it.
async fn until(
    logs: &LogViews,
    id: &str,
    states: &mut LogStates,
    is: impl Fn(&LogState) -> bool,
) -> (LogState, u64) {
    let found = timeout(PATIENCE, async {
        let mut count = 0;
        loop {
            let state = states.next().await.expect("the log is open");
            logs.received(id, state.number);
            count += 1;
            if is(&state) {
                return (state, count);
            }
        }
    });
    found.await.expect("the log gets there")
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_lead_to_their_output_and_starts_are_compared() {
    let hooks = serde_json::json!({ "deps": "echo deps-one; echo deps-two", "other": "echo other" });
    let place = Place::new(&serde_json::json!({ "image": DEBIAN, "postCreateCommand": hooks }));
    let operations = place.operations();
    let reference = place.request(OperationName::Up).reference;
    assert!(operations.history(&reference).unwrap().is_empty());
    for name in [OperationName::Up, OperationName::Restart] {
        let (_, result) = run(&place, &operations, name, true).await;
        assert_eq!(result.outcome, OperationOutcome::Done, "{name:?}: {:?}", result.error);
    }
    let [restart, first] = operations.history(&reference).unwrap().try_into().unwrap();
    assert_eq!((first.outcome, first.operation), (Outcome::Done, StepName::Up));
    let names = |record: &wharf_api::StartRecord| -> Vec<StepName> {
        record.steps.iter().map(|step| step.name).collect()
    };
    assert!(names(&first).contains(&StepName::Create) && !names(&restart).contains(&StepName::Create));
    assert!(names(&restart).contains(&StepName::Stop) && names(&restart).contains(&StepName::Start));
    let deps = first.steps.iter().find(|step| step.subject.as_deref() == Some("deps")).unwrap();
    assert_eq!(deps.lines, 2);

    let logs = LogViews::new(Some(place.state.path().to_path_buf()));
    let part = LogRequest { start: Some(first.id.clone()), step: Some(deps.id), ..request(&place) };
    let mut states = logs.open("part", part).unwrap();
    let (state, _) = until(&logs, "part", &mut states, |state| state.complete).await;
    assert_eq!((state.end, state.following), (2, false));
    let page = logs.page("part", 0, 10).unwrap();
    let told: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(told, ["deps-one", "deps-two"]);

    // A configuration that is broken has a past, too.
    std::fs::write(place.folder.path().join(".devcontainer.json"), "{").unwrap();
    assert_eq!(operations.history(&reference).unwrap().len(), 2);
    let mut states = logs.open("all", request(&place)).unwrap();
    let (state, _) = until(&logs, "all", &mut states, |state| state.complete).await;
    assert!(state.problem.is_some() && lines(&state, LogSource::Hooks) >= 3, "{state:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_lines_is_counted_paged_filtered_and_searched() {
    let flood =
        "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); echo \"line $i\"; done; echo done >&2; exec sleep 600";
    let place = Place::new(&serde_json::json!({
        "build": { "dockerfile": "Dockerfile" }, "overrideCommand": false, "postCreateCommand": "echo created",
    }));
    std::fs::write(
        place.folder.path().join("Dockerfile"),
        format!("FROM {DEBIAN}\nCMD {}\n", serde_json::json!(["sh", "-c", flood])),
    )
    .unwrap();
    let operations = place.operations();
    let (_, up) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(up.outcome, OperationOutcome::Done, "{:?}", up.error);
    let container = up.up.unwrap().container_id;
    let logs = LogViews::new(Some(place.state.path().to_path_buf()));
    let mut states = logs.open("log", request(&place)).unwrap();
    let (state, words) =
        until(&logs, "log", &mut states, |state| lines(state, LogSource::Container) >= 200_001).await;
    // One more may be the start's own. However many lines there are, a window hears a few words.
    assert!(words < 2_000, "{words}");
    assert!(lines(&state, LogSource::Hooks) > 0 && lines(&state, LogSource::Build) > 0, "{state:?}");
    let page = logs.page("log", state.end - 1, 100).unwrap();
    assert_eq!(page.lines.len(), 1, "fewer come where there are fewer");
    assert_eq!(logs.page("log", 0, 1_000_000).unwrap().lines.len(), 2_000, "no page is longer");

    let found = logs.search("log", &text("line 19999").unwrap()).await.unwrap();
    assert_eq!(found.total, 11);
    let line = logs.page("log", found.positions[0], 1).unwrap();
    assert_eq!(line.lines[0].text, "line 19999");

    let filter = LogFilter { sources: vec![LogSource::Container], text: text("9999") };
    logs.filter("log", &filter).unwrap();
    let (state, _) = until(&logs, "log", &mut states, |state| state.filter == 2 && state.complete).await;
    assert_eq!(state.end - state.first, 38);
    let page = logs.page("log", state.first, 2).unwrap();
    let told: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!((page.filter, told), (2, vec!["line 9999", "line 19999"]));
    let folder = tempfile::tempdir().unwrap();
    let exported = logs.export("log", &folder.path().join("log.txt")).await.unwrap();
    assert_eq!(exported.lines, 38);
    let written = std::fs::read_to_string(&exported.path).unwrap();
    assert!(written.lines().all(|line| line.contains(" container | line ")), "{written}");

    // What comes is followed, also over an end of the container.
    logs.filter("log", &LogFilter { sources: vec![LogSource::Container], text: text("done") }).unwrap();
    until(&logs, "log", &mut states, |state| state.filter == 3 && state.end == 1).await;
    let socket = Socket::new(&place.engine.socket);
    assert!(socket.request("POST", &format!("/containers/{container}/kill"), None).unwrap().is_success());
    assert!(socket.request("POST", &format!("/containers/{container}/start"), None).unwrap().is_success());
    // The last word goes another way than the lines before it, and may be there before them.
    until(&logs, "log", &mut states, |state| state.end == 2 && lines(state, LogSource::Container) >= 400_002)
        .await;

    logs.close("log");
    assert!(timeout(PATIENCE, states.next()).await.unwrap().is_none());
    assert!(logs.page("log", 0, 1).is_err());
}
