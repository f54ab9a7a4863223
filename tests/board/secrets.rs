//! Secrets in the keychain: kept where a person says so, found again, and given to nobody without consent.

use std::time::Duration;

use keyring_core::CredentialStore;
use serde_json::json;
use std::sync::Arc;
use tokio::time::timeout;
use wharf_api::{Event, EventKind, OperationName, OperationOutcome, OperationRequest, OperationResult};
use wharf_runner::{Keychain, Operations};
use wharf_test_support::images::DEBIAN;

use crate::operations::Place;

const PATIENCE: Duration = Duration::from_secs(60);
const VALUE: &str = "tr0ub4dor-kept";

/// A hook that shows its secret, which must not be seen anywhere, and fails without it.
fn place() -> Place {
    Place::new(&json!({
        "image": DEBIAN,
        "secrets": { "WHARF_TEST_KEPT": {} },
        "postCreateCommand": "echo \"it is $WHARF_TEST_KEPT\" && test -n \"$WHARF_TEST_KEPT\"",
    }))
}

/// A keychain that lasts as long as the test, and operations that use it.
fn surroundings(place: &Place) -> (Arc<CredentialStore>, Operations) {
    let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
    let operations = place.operations().with_keychain(Keychain::of(Arc::clone(&store)));
    (store, operations)
}

/// Runs an operation. Consent is answered with `allow`; a secret with `value`, which is to be kept.
async fn run(
    place: &Place,
    operations: &Operations,
    name: OperationName,
    allow: bool,
    value: Option<&str>,
) -> (Vec<Event>, OperationResult) {
    let request = OperationRequest { answers_secrets: true, ..place.request(name) };
    operations.begin("one", request).unwrap();
    let mut follower = operations.follow("one").unwrap();
    let mut events = Vec::new();
    while let Some(batch) = timeout(PATIENCE, follower.next()).await.expect("the operation goes on") {
        for event in &batch.events {
            match &event.kind {
                EventKind::ConsentNeeded { .. } => operations.answer("one", allow).unwrap(),
                EventKind::SecretNeeded { .. } => {
                    operations.answer_secret("one", value.map(str::to_owned), true).unwrap();
                }
                _ => {}
            }
        }
        events.extend(batch.events);
        operations.received("one", batch.number);
    }
    (events, follower.result().await)
}

/// What was asked, in words.
fn asked(events: &[Event]) -> Vec<String> {
    let question = |event: &Event| match &event.kind {
        EventKind::ConsentNeeded { request } => {
            Some(request.touches.iter().map(|touch| touch.subject.clone()).collect::<Vec<_>>().join(", "))
        }
        EventKind::SecretNeeded { request } => {
            Some(format!("{}, can be kept: {}", request.name, request.can_be_kept))
        }
        _ => None,
    };
    events.iter().filter_map(question).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_kept_is_asked_for_once() {
    let place = place();
    let (store, operations) = surroundings(&place);
    let (events, result) = run(&place, &operations, OperationName::Up, true, Some(VALUE)).await;
    assert_eq!(result.outcome, OperationOutcome::Done, "{:?}", result.error);
    assert_eq!(asked(&events), ["WHARF_TEST_KEPT, can be kept: true"]);
    let account = format!("WHARF_TEST_KEPT {}", place.folder.path().display());
    assert_eq!(store.build("Wharf", &account, None).unwrap().get_secret().unwrap(), VALUE.as_bytes());

    // The hook of a new container gets it, and nobody is asked: who keeps a value for an environment has allowed it.
    let (events, result) = run(&place, &operations, OperationName::Rebuild, false, None).await;
    assert_eq!(result.outcome, OperationOutcome::Done, "{:?}", result.error);
    assert_eq!(asked(&events), [""; 0]);
    let told = serde_json::to_string(&events).unwrap();
    assert!(told.contains("it is ********") && !told.contains(VALUE), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_keychain_holds_is_not_handed_over_without_consent() {
    let place = place();
    let (store, operations) = surroundings(&place);
    store.build("Wharf", "WHARF_TEST_KEPT", None).unwrap().set_secret(VALUE.as_bytes()).unwrap();
    store.build("Wharf", "WHARF_TEST_KEPT /elsewhere", None).unwrap().set_secret(b"another's").unwrap();
    let (events, result) = run(&place, &operations, OperationName::Up, false, None).await;
    assert_eq!(result.outcome, OperationOutcome::Failed);
    assert_eq!(asked(&events), ["WHARF_TEST_KEPT from your keychain"]);

    let (events, result) = run(&place, &operations, OperationName::Up, true, None).await;
    assert_eq!(result.outcome, OperationOutcome::Done, "{:?}", result.error);
    assert_eq!(asked(&events), ["WHARF_TEST_KEPT from your keychain"]);
    let told = serde_json::to_string(&events).unwrap();
    assert!(told.contains("it is ********") && !told.contains(VALUE), "{told}");
    let kept = walk(place.state.path());
    assert!(!kept.is_empty());
    for (path, content) in kept {
        let found = content.windows(VALUE.len()).any(|window| window == VALUE.as_bytes());
        assert!(!found, "{} holds the secret", path.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match std::fs::read(&path) {
            Ok(content) => found.push((path, content)),
            Err(_) if path.is_dir() => found.extend(walk(&path)),
            Err(_) => {}
        }
    }
    found
}
