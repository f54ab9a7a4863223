//! Configurations as a window explains them, and word of their changes.

use std::time::Duration;

use tokio::time::timeout;
use wharf_api::{ConfigurationFileRole, ListResult, OperationName, OperationOutcome, ValueAuthor};
use wharf_runner::{Board, CancellationToken, ListRequest};
use wharf_test_support::images::DEBIAN;

use crate::operations::{Place, run};

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn values_have_authors_and_faults_have_lines() {
    let place = Place::new(&serde_json::json!({}));
    let path = place.folder.path().join(".devcontainer.json");
    let base = place.folder.path().join("base.json");
    std::fs::write(&base, "{ \"remoteEnv\": { \"FROM\": \"base\" } }").unwrap();
    let text = format!(
        "{{\n  // why\n  \"extends\": \"./base.json\",\n  \"image\": \"{DEBIAN}\",\n  \"forwardPort\": [1]\n}}\n"
    );
    std::fs::write(&path, &text).unwrap();
    let operations = place.operations();
    let reference = place.request(OperationName::Up).reference;
    let report = operations.configuration(&reference).await.unwrap();
    assert!(report.environment.is_some() && report.configuration.is_some());
    assert_eq!(report.unmerged, None);
    assert_eq!(report.merged.unwrap()["remoteEnv"]["FROM"], "base");
    let author = |property: &str| {
        let origin = report.origins.iter().find(|origin| origin.property == property).unwrap();
        (origin.from, origin.location.as_ref().and_then(|location| location.line))
    };
    assert_eq!(author("image"), (ValueAuthor::Configuration, Some(4)));
    assert_eq!(author("remoteEnv.FROM"), (ValueAuthor::Extended, Some(1)));
    let unknown = report.diagnostics.iter().find(|found| found.message.contains("forwardPort")).unwrap();
    assert_eq!(unknown.location.as_ref().unwrap().line, Some(5));
    let files: Vec<_> = report.files.iter().map(|file| (file.role, file.text.clone().unwrap())).collect();
    assert_eq!(files.len(), 2);
    assert!(
        files[0].0 == ConfigurationFileRole::Extended
            && files[1] == (ConfigurationFileRole::Configuration, text)
    );

    // One that cannot be understood is shown with its faults.
    std::fs::write(&path, "{\n  \"image\": 7\n").unwrap();
    let report = operations.configuration(&reference).await.unwrap();
    assert!(report.configuration.is_none() && report.environment.is_none());
    assert!(!report.diagnostics.is_empty());
    assert_eq!(report.files[0].text.as_deref(), Some("{\n  \"image\": 7\n"));
    std::fs::remove_file(&path).unwrap();
    assert!(operations.configuration(&reference).await.is_err(), "there is nothing to show");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_is_read_is_watched_and_files_that_are_replaced_too() {
    let place = Place::new(&serde_json::json!({}));
    let folder = place.folder.path();
    let path = folder.join(".devcontainer.json");
    let write = |text: &str| {
        // As editors do.
        std::fs::write(folder.join(".new"), text).unwrap();
        std::fs::rename(folder.join(".new"), &path).unwrap();
    };
    let (base, other, dockerfile) =
        (folder.join("base.json"), folder.join("other.json"), folder.join("Dockerfile"));
    std::fs::write(&base, "{}").unwrap();
    std::fs::write(&other, "{}").unwrap();
    std::fs::write(&dockerfile, "FROM x").unwrap();
    let configuration = |base: &str| {
        format!("{{ \"extends\": \"{base}\", \"build\": {{ \"dockerfile\": \"Dockerfile\" }} }}")
    };
    write(&configuration("./base.json"));
    let reference = place.request(OperationName::Up).reference;
    let mut watch = place.operations().watch_configuration(&reference).unwrap();
    std::fs::write(&base, "{ \"name\": \"x\" }").unwrap();
    timeout(PATIENCE, watch.next()).await.expect("the base");
    std::fs::write(&dockerfile, "FROM y").unwrap();
    timeout(PATIENCE, watch.next()).await.expect("the Dockerfile");
    write("{");
    timeout(PATIENCE, watch.next()).await.expect("what breaks it");
    write(&configuration("./other.json"));
    timeout(PATIENCE, watch.next()).await.expect("what mends it");
    std::fs::write(&other, "{ \"name\": \"y\" }").unwrap();
    timeout(PATIENCE, watch.next()).await.expect("the base that is new");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_marks_what_has_changed_until_it_is_applied() {
    let configuration = |words: &str| serde_json::json!({ "image": DEBIAN, "remoteEnv": { "WORDS": words } });
    let place = Place::new(&configuration("one"));
    let operations = place.operations();
    let (_, up) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(up.outcome, OperationOutcome::Done, "{:?}", up.error);
    let folder = place.folder.path().display().to_string();
    let request = ListRequest {
        engine: Some(place.engine.docker_host()),
        user_data_folder: Some(place.state.path().to_path_buf()),
        ..ListRequest::default()
    };
    let mut board = Board::watch(request, CancellationToken::new()).unwrap();
    let changed = |list: &ListResult| {
        let mine = list.environments.iter().find(|one| one.reference.folder.as_deref() == Some(&folder));
        mine.is_some_and(|one| one.changed)
    };
    assert!(!changed(&timeout(PATIENCE, board.next()).await.unwrap().unwrap()));
    let write = |words: &str| {
        let text = configuration(words).to_string();
        std::fs::write(place.folder.path().join(".devcontainer.json"), text).unwrap();
    };
    let until = async |board: &mut Board, wanted: bool| {
        let reached = timeout(PATIENCE, async { while changed(&board.next().await.unwrap()) != wanted {} });
        reached.await.unwrap_or_else(|_| panic!("the board never says {wanted}"));
    };
    // Whether the board has looked at the file before or after this, it comes to know.
    write("two");
    until(&mut board, true).await;
    write("one");
    until(&mut board, false).await;
    write("three");
    until(&mut board, true).await;
    let (_, applied) = run(&place, &operations, OperationName::Apply, true).await;
    assert_eq!(applied.outcome, OperationOutcome::Done, "{:?}", applied.error);
    until(&mut board, false).await;
}
