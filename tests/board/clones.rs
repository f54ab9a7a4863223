//! A repository that a window clones: into a volume, with its progress, and what is told when it cannot be.

use wharf_api::{
    CloneSource, EnvironmentReference, Event, EventKind, OperationName, OperationOutcome, OperationRequest,
    OperationResult, StepName,
};
use wharf_runner::Operations;
use wharf_test_support::engines::{self, DOCKER, Engine};
use wharf_test_support::git_server::GitServer;
use wharf_test_support::images::DEBIAN;
use wharf_test_support::socket::Socket;

use crate::operations::read;

/// What was cloned from a server goes with this value.
struct Clones<'a> {
    engine: Engine,
    server: &'a GitServer,
}

impl Clones<'_> {
    fn containers(&self) -> Vec<serde_json::Value> {
        let all = Socket::new(&self.engine.socket).get("/containers/json?all=true").unwrap().json();
        all.as_array().into_iter().flatten().filter(|container| self.has(container)).cloned().collect()
    }

    fn has(&self, container: &serde_json::Value) -> bool {
        let url = self.server.url("");
        let served = url.trim_end_matches(".git");
        container["Labels"]["vsch.local.repository"].as_str().is_some_and(|url| url.starts_with(served))
    }
}

impl Drop for Clones<'_> {
    fn drop(&mut self) {
        let socket = Socket::new(&self.engine.socket);
        for container in socket.remove_containers(|container| self.has(container)) {
            for mount in container["Mounts"].as_array().into_iter().flatten() {
                if let Some(name) = mount["Name"].as_str() {
                    let _ = socket.request("DELETE", &format!("/volumes/{name}"), None);
                }
            }
        }
    }
}

async fn clone(
    operations: &Operations,
    engine: &Engine,
    repository: String,
) -> (Vec<Event>, OperationResult) {
    let request = OperationRequest {
        operation: OperationName::Up,
        reference: EnvironmentReference {
            engine: Some(engine.docker_host()),
            ..EnvironmentReference::default()
        },
        remove_volumes: false,
        only_hot: false,
        clone: Some(CloneSource { repository, branch: None, folder: None, depth: None }),
        answers_secrets: false,
    };
    operations.begin("clone", request).unwrap();
    let mut follower = operations.follow("clone").unwrap();
    let (events, _) = read(operations, "clone", &mut follower, true).await;
    (events, follower.result().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_cloned_into_a_volume_and_brought_up_in_one_operation() {
    let server = GitServer::start();
    let clones = Clones { engine: engines::engine(DOCKER), server: &server };
    let state = tempfile::tempdir().unwrap();
    let operations = Operations::new(Some(state.path().to_path_buf()));
    let name = format!("board{}", std::process::id());
    let configuration =
        serde_json::json!({ "image": DEBIAN, "postCreateCommand": "cat lamp.txt" }).to_string();
    server.repository(&name, &[(".devcontainer.json", &configuration), ("lamp.txt", "lit\n")], "true");

    let (events, result) = clone(&operations, &clones.engine, server.url(&name)).await;
    assert_eq!(result.outcome, OperationOutcome::Done, "{:?}", result.error);
    let begun = |wanted: StepName| {
        events
            .iter()
            .position(|event| matches!(&event.kind, EventKind::StepStarted { name, .. } if *name == wanted))
    };
    assert!(
        begun(StepName::Clone) < begun(StepName::Fill) && begun(StepName::Fill) < begun(StepName::Create)
    );
    assert!(begun(StepName::Clone).is_some());
    let said = |text: &str| {
        events.iter().any(
            |event| matches!(&event.kind, EventKind::StepOutput { text: said, .. } if said.contains(text)),
        )
    };
    assert!(said("lit"), "the hook sees the repository's files");
    let found = events.iter().find_map(|event| match &event.kind {
        EventKind::EnvironmentFound { subject } => Some(subject.clone()),
        _ => None,
    });
    let found = found.expect("the window is told what it becomes");
    assert_eq!(found.name, name);
    let containers = clones.containers();
    assert_eq!(containers.len(), 1);
    let mounts = containers[0]["Mounts"].as_array().unwrap();
    assert!(mounts.iter().any(|mount| mount["Type"] == "volume" && mount["Destination"] == "/workspaces"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_cannot_be_had_leaves_nothing_and_says_why() {
    let server = GitServer::start();
    let clones = Clones { engine: engines::engine(DOCKER), server: &server };
    let state = tempfile::tempdir().unwrap();
    let operations = Operations::new(Some(state.path().to_path_buf()));
    let (_, result) = clone(&operations, &clones.engine, server.url("there-is-none")).await;
    assert_eq!(result.outcome, OperationOutcome::Failed);
    let error = result.error.unwrap();
    assert!(error.message.contains("there-is-none"), "{error:?}");
    assert!(clones.containers().is_empty());
    let (_, result) = clone(&operations, &clones.engine, "--upload-pack=evil".to_owned()).await;
    assert_eq!(result.outcome, OperationOutcome::Failed, "no flag of git's");
}
