//! Operations that a window begins: asked, answered, followed, cancelled.

use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;
use wharf_api::{
    EnvironmentReference, Event, EventKind, OperationName, OperationOutcome, OperationRequest,
    OperationResult,
};
use wharf_runner::{Follower, Operations, Told};
use wharf_test_support::engines::{self, DOCKER, Engine};
use wharf_test_support::images::DEBIAN;
use wharf_test_support::socket::Socket;

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a configuration, a state folder, and an engine that gets its containers back at the end.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) state: TempDir,
    pub(crate) engine: Engine,
}

impl Place {
    pub(crate) fn new(configuration: &serde_json::Value) -> Self {
        let folder = engines::shared_folder();
        std::fs::write(folder.path().join(".devcontainer.json"), configuration.to_string()).unwrap();
        Self { folder, state: tempfile::tempdir().unwrap(), engine: engines::engine(DOCKER) }
    }

    pub(crate) fn operations(&self) -> Operations {
        Operations::new(Some(self.state.path().to_path_buf()))
    }

    pub(crate) fn request(&self, operation: OperationName) -> OperationRequest {
        OperationRequest {
            operation,
            reference: EnvironmentReference {
                folder: Some(self.folder.path().display().to_string()),
                engine: Some(self.engine.docker_host()),
                ..EnvironmentReference::default()
            },
            remove_volumes: false,
            only_hot: false,
            clone: None,
            answers_secrets: false,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let socket = Socket::new(&self.engine.socket);
        let folder = self.folder.path().display().to_string();
        socket.remove_containers(|container| {
            container["Labels"]["devcontainer.local_folder"] == folder.as_str()
        });
    }
}

/// Reads to the end, answering every batch and, with `allow`, what is asked.
pub(crate) async fn read(
    operations: &Operations,
    id: &str,
    follower: &mut Follower,
    allow: bool,
) -> (Vec<Event>, bool) {
    let mut events = Vec::new();
    let mut truncated = false;
    while let Some(batch) = timeout(PATIENCE, follower.next()).await.expect("the operation goes on") {
        for event in &batch.events {
            // One that has ended tells of its question, too.
            let runs = || operations.running().iter().any(|operation| operation.id == id);
            if matches!(event.kind, EventKind::ConsentNeeded { .. }) && runs() {
                operations.answer(id, allow).unwrap();
            }
        }
        truncated |= batch.truncated;
        events.extend(batch.events);
        operations.received(id, batch.number);
    }
    (events, truncated)
}

pub(crate) async fn run(
    place: &Place,
    operations: &Operations,
    name: OperationName,
    allow: bool,
) -> (Vec<Event>, OperationResult) {
    operations.begin("one", place.request(name)).unwrap();
    let mut follower = operations.follow("one").unwrap();
    let (events, _) = read(operations, "one", &mut follower, allow).await;
    (events, follower.result().await)
}

fn configuration() -> serde_json::Value {
    serde_json::json!({ "image": DEBIAN, "initializeCommand": "true" })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_is_done_and_what_is_refused_is_not() {
    let place = Place::new(&configuration());
    let operations = place.operations();
    let mut told = operations.told();
    let (_, refused) = run(&place, &operations, OperationName::Up, false).await;
    assert_eq!(refused.outcome, OperationOutcome::Failed);
    assert!(refused.error.is_some() && refused.up.is_none());

    let (events, done) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(done.outcome, OperationOutcome::Done, "{:?}", done.error);
    assert!(done.up.is_some());
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::Ready { .. })));
    assert!(operations.running().is_empty());
    assert!(operations.answer("one", true).is_err(), "nothing is asked any more");

    for (name, state) in [(OperationName::Stop, "exited"), (OperationName::Start, "running")] {
        let (_, result) = run(&place, &operations, name, true).await;
        assert_eq!(result.outcome, OperationOutcome::Done, "{name:?}: {:?}", result.error);
        let container = Socket::new(&place.engine.socket)
            .get(&format!("/containers/{}/json", done.up.as_ref().unwrap().container_id))
            .unwrap()
            .json();
        assert_eq!(container["State"]["Status"], state);
    }
    let (_, down) = run(&place, &operations, OperationName::Down, true).await;
    assert_eq!(down.outcome, OperationOutcome::Done, "{:?}", down.error);

    // Somebody who followed none of them hears of each, of the last one a moment after its result.
    let mut heard = Vec::new();
    let ended = |heard: &[(String, Option<(OperationName, OperationOutcome)>)]| {
        matches!(heard.last(), Some((_, Some((OperationName::Down, _)))))
    };
    while !ended(&heard) {
        let one = timeout(PATIENCE, told.recv()).await.expect("the last one is told, too").unwrap();
        heard.push(match one {
            Told::Asks { name } => (name, None),
            Told::Ended { operation, name, outcome, .. } => (name, Some((operation, outcome))),
        });
    }
    assert!(heard.iter().all(|(name, _)| *name == heard[0].0 && !name.is_empty()), "{heard:?}");
    let (done, failed) = (OperationOutcome::Done, OperationOutcome::Failed);
    assert_eq!(
        heard.into_iter().map(|(_, what)| what).collect::<Vec<_>>(),
        [
            None,
            Some((OperationName::Up, failed)),
            None,
            Some((OperationName::Up, done)),
            Some((OperationName::Stop, done)),
            Some((OperationName::Start, done)),
            Some((OperationName::Down, done)),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_loaded_anew_reads_everything_and_the_old_one_nothing_more() {
    let place = Place::new(&configuration());
    let operations = place.operations();
    operations.begin("one", place.request(OperationName::Up)).unwrap();
    assert!(operations.begin("one", place.request(OperationName::Up)).is_err(), "the name is taken");
    let mut old = operations.follow("one").unwrap();
    assert!(timeout(PATIENCE, old.next()).await.unwrap().is_some());
    assert_eq!(operations.running()[0].request, place.request(OperationName::Up));
    let mut new = operations.follow("one").unwrap();
    assert!(timeout(PATIENCE, old.next()).await.unwrap().is_none());
    let (events, _) = read(&operations, "one", &mut new, true).await;
    assert!(matches!(events[0].kind, EventKind::StepStarted { .. }), "{:?}", events[0]);
    assert_eq!(new.result().await.outcome, OperationOutcome::Done);
    // Also when it has ended already.
    let (again, _) = read(&operations, "one", &mut operations.follow("one").unwrap(), true).await;
    assert_eq!(again.len(), events.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_operation_ends_in_order() {
    let place = Place::new(&configuration());
    let operations = place.operations();
    operations.begin("one", place.request(OperationName::Up)).unwrap();
    let mut follower = operations.follow("one").unwrap();
    // It stands at the question by then, or is on its way there.
    timeout(PATIENCE, follower.next()).await.unwrap();
    operations.cancel("one").unwrap();
    assert_eq!(follower.result().await.outcome, OperationOutcome::Cancelled);
    assert!(operations.running().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_does_not_answer_holds_up_nobody_and_costs_no_memory() {
    let written = 40_000_000;
    let hook = format!("yes 0123456789abcdef | head -c {written}");
    let place = Place::new(&serde_json::json!({ "image": DEBIAN, "postCreateCommand": hook }));
    let operations = place.operations();
    operations.begin("one", place.request(OperationName::Up)).unwrap();
    let mut slow = operations.follow("one").unwrap();
    for _ in 0..2 {
        assert!(timeout(PATIENCE, slow.next()).await.expect("two batches come unanswered").is_some());
    }
    assert_eq!(slow.result().await.outcome, OperationOutcome::Done, "it went on all the same");
    // By now there is everything that there will be.
    let third = timeout(Duration::from_secs(1), slow.next()).await;
    assert!(third.is_err(), "no third batch comes before the first is answered");
    let mut follower = operations.follow("one").unwrap();
    let (events, truncated) = read(&operations, "one", &mut follower, true).await;
    let kept: usize = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::StepOutput { text, .. } => text.len(),
            _ => 0,
        })
        .sum();
    assert!(truncated);
    assert!((1_000_000..5_000_000).contains(&kept), "{kept} bytes of output are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_configuration_declares_is_asked_for_and_told_to_nobody_else() {
    let secrets =
        serde_json::json!({ "WHARF_TEST_TOKEN": { "description": "for the test" }, "WHARF_TEST_OTHER": {} });
    let hook = "test \"$WHARF_TEST_TOKEN\" = tr0ub4dor && test -z \"$WHARF_TEST_OTHER\" && echo \"it is $WHARF_TEST_TOKEN\"";
    let place =
        Place::new(&serde_json::json!({ "image": DEBIAN, "secrets": secrets, "postCreateCommand": hook }));
    let operations = place.operations();
    let request = OperationRequest { answers_secrets: true, ..place.request(OperationName::Up) };
    operations.begin("one", request).unwrap();
    assert!(operations.answer_secret("one", Some("early".into()), false).is_err(), "nothing is asked yet");
    let mut follower = operations.follow("one").unwrap();
    let mut told = String::new();
    let mut asked = Vec::new();
    while let Some(batch) = timeout(PATIENCE, follower.next()).await.expect("the operation goes on") {
        told += &serde_json::to_string(&batch).unwrap();
        for event in &batch.events {
            if let EventKind::SecretNeeded { request } = &event.kind {
                asked.push(request.name.clone());
                let value =
                    (request.description.as_deref() == Some("for the test")).then(|| "tr0ub4dor".into());
                operations.answer_secret("one", value, false).unwrap();
            }
        }
        operations.received("one", batch.number);
    }
    let result = follower.result().await;
    assert_eq!(result.outcome, OperationOutcome::Done, "{:?}", result.error);
    assert_eq!(asked, ["WHARF_TEST_TOKEN", "WHARF_TEST_OTHER"]);
    assert!(told.contains("it is ***") && !told.contains("tr0ub4dor"), "{told}");
    assert!(operations.answer_secret("one", None, false).is_err(), "nothing is asked any more");
}
