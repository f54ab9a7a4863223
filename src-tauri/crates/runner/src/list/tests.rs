//! The table from what engines and memory say to what a list shows.

use wharf_api::{EnvironmentState, Maker};
use wharf_plan::WorkspaceSource;

use super::*;

const FOLDER: &str = "devcontainer.local_folder";
const CONFIG: &str = "devcontainer.config_file";

fn container(id: &str, state: ContainerState, labels: &[(&str, &str)]) -> wharf_engine::ContainerSummary {
    wharf_engine::ContainerSummary {
        id: id.into(),
        names: vec![format!("{id}_name")],
        state,
        labels: labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        image: "debian".into(),
        image_id: "sha256:1".into(),
        created: 1_700_000_000,
    }
}

fn labels(folder: &str) -> [(String, String); 2] {
    [(FOLDER.to_owned(), folder.to_owned()), (CONFIG.to_owned(), format!("{folder}/.devcontainer.json"))]
}

fn of_folder(id: &str, state: ContainerState, folder: &str) -> wharf_engine::ContainerSummary {
    let labels = labels(folder);
    let labels: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    container(id, state, &labels)
}

fn memory(name: &str, folder: &str, container: Option<&str>) -> Remembered {
    Remembered {
        record: EnvironmentRecord {
            name: name.into(),
            folder: folder.into(),
            configuration: format!("{folder}/.devcontainer.json"),
            id: DevContainerId::of(&labels(folder).into_iter().collect()).to_string(),
            id_labels: labels(folder).to_vec(),
            source: WorkspaceSource::Folder { path: folder.into() },
            wanted: WantedRecord::Running,
            engine: Some(engine("unix:///one")),
            created: true,
            container: container.map(str::to_owned),
            volumes: Vec::new(),
            applied: None,
            ingredients: Default::default(),
            made_entries: Default::default(),
            applied_entries: Default::default(),
            applied_at: None,
            failure: None,
        },
        working: None,
        last_used: Some(7),
        started: container.map(|container| (container.to_owned(), "2026-01-01T00:00:00Z".to_owned())),
    }
}

fn engine(address: &str) -> api::Engine {
    api::Engine {
        kind: api::EngineKind::Docker,
        version: None,
        address: address.into(),
        local: true,
        rootless: false,
    }
}

fn answered(address: &str, containers: Vec<wharf_engine::ContainerSummary>) -> Asked {
    Asked {
        summary: api::EngineSummary {
            address: address.into(),
            origin: "test".into(),
            kind: Some(api::EngineKind::Docker),
            version: None,
            local: true,
            usable: true,
            problem: None,
            hint: None,
        },
        engine: Some(engine(address)),
        containers,
        is_worth_a_line: true,
    }
}

fn silent(address: &str) -> Asked {
    let error = wharf_engine::Error::Timeout {
        engine: address.into(),
        call: "list its containers".into(),
        after: PATIENCE,
    };
    Asked::failed(address.into(), "test".into(), &error, true, true)
}

/// Name, state, maker, whether it is ours, and its container.
type Row = (&'static str, EnvironmentState, Maker, bool, Option<&'static str>);

#[test]
fn labels_and_memory_become_one_list() {
    use ContainerState as Is;
    use EnvironmentState::{Failing, Gone, Paused, Running, Stopped, Unreachable};
    let one = "unix:///one";
    type Case = (&'static str, Vec<Remembered>, Vec<Asked>, Vec<Row>);
    let cases: Vec<Case> = vec![
        (
            "ours and another tool's, what runs first",
            vec![memory("api", "/w/api", Some("c1"))],
            vec![answered(
                one,
                vec![of_folder("c2", Is::Exited, "/w/web"), of_folder("c1", Is::Running, "/w/api")],
            )],
            vec![
                ("api", Running, Maker::Wharf, true, Some("c1")),
                ("web", Stopped, Maker::Devcontainer, false, Some("c2")),
            ],
        ),
        (
            "a container that somebody removed under our hands",
            vec![memory("api", "/w/api", Some("c1"))],
            vec![answered(one, vec![])],
            vec![("api", Gone, Maker::Wharf, true, None)],
        ),
        (
            "an engine that does not answer",
            vec![memory("api", "/w/api", Some("c1"))],
            vec![silent(one), answered("unix:///two", vec![of_folder("c2", Is::Paused, "/w/web")])],
            vec![
                ("web", Paused, Maker::Devcontainer, false, Some("c2")),
                ("api", Unreachable, Maker::Wharf, true, None),
            ],
        ),
        (
            "adopted: ours by now, but made by another tool",
            vec![{
                let mut memory = memory("api", "/w/api", Some("c1"));
                memory.record.created = false;
                memory
            }],
            vec![answered(one, vec![of_folder("c1", Is::Running, "/w/api")])],
            vec![("api", Running, Maker::Devcontainer, true, Some("c1"))],
        ),
        (
            "one engine under two addresses",
            vec![],
            vec![
                answered(one, vec![of_folder("c1", Is::Restarting, "/w/api")]),
                answered("unix:///two", vec![of_folder("c1", Is::Restarting, "/w/api")]),
            ],
            vec![("api", Failing, Maker::Devcontainer, false, Some("c1"))],
        ),
        (
            "containers that are none: transient, being removed, anybody's",
            vec![],
            vec![answered(
                one,
                vec![
                    container("c1", Is::Created, &[(TRANSIENT_LABEL, "accounts"), (FOLDER, "/w")]),
                    of_folder("c2", Is::Removing, "/w/api"),
                    container("c3", Is::Running, &[("a", "b")]),
                    container("c4", Is::Running, &[("devcontainer.metadata", "[]")]),
                ],
            )],
            vec![],
        ),
        (
            "one that was told by labels of its own",
            vec![{
                let mut memory = memory("api", "/w/api", Some("c1"));
                memory.record.id_labels = vec![("mine".into(), "1".into())];
                memory
            }],
            vec![answered(one, vec![container("c1", Is::Running, &[("mine", "1")])])],
            vec![("api", Running, Maker::Wharf, true, Some("c1"))],
        ),
    ];
    for (what, remembered, asked, expected) in cases {
        let found = summaries(&remembered, &asked, false);
        let rows: Vec<_> = found
            .iter()
            .map(|found| {
                let container = found.container.as_ref().map(|container| container.id.as_str());
                (found.name.as_str(), found.state, found.maker, found.ours, container)
            })
            .collect();
        assert_eq!(rows, expected, "{what}");
    }
}

#[test]
fn what_was_taken_down_shows_only_among_all_or_when_that_failed() {
    let gone = || {
        let mut memory = memory("api", "/w/api", None);
        memory.record.wanted = WantedRecord::Gone;
        memory
    };
    let failed = || {
        let mut memory = gone();
        memory.record.failure = Some("it would not go\nat all".into());
        memory
    };
    for (memory, all, expected) in [(gone(), false, 0), (gone(), true, 1), (failed(), false, 1)] {
        let found = summaries(&[memory], &[answered("unix:///one", vec![])], all);
        assert_eq!(found.len(), expected);
    }
    let found = summaries(&[failed()], &[], false);
    assert_eq!(found[0].problem.as_deref(), Some("it would not go"));
}

#[test]
fn no_two_environments_have_the_same_id_and_the_known_container_has_it() {
    use ContainerState::{Exited, Running};
    let asked = [answered(
        "unix:///one",
        vec![
            of_folder("other", Running, "/w/api"),
            of_folder("known", Exited, "/w/api"),
            container("bare", Running, &[("devcontainer.metadata", "[]")]),
        ],
    )];
    let memory = memory("api", "/w/api", Some("known"));
    let id = memory.record.id.clone();
    let found = summaries(&[memory], &asked, true);
    let ids: Vec<_> = found
        .iter()
        .map(|found| (found.container.as_ref().unwrap().id.as_str(), found.id.as_str()))
        .collect();
    assert_eq!(ids, [("other", "container:other"), ("bare", "container:bare"), ("known", id.as_str())]);
}

#[test]
fn a_summary_tells_how_to_name_the_environment() {
    let found = summaries(
        &[memory("api", "/w/api", Some("c1"))],
        &[answered("unix:///one", vec![of_folder("c1", ContainerState::Running, "/w/api")])],
        false,
    );
    let reference = &found[0].reference;
    assert_eq!(reference.folder.as_deref(), Some("/w/api"));
    assert_eq!(reference.configuration.as_deref(), Some("/w/api/.devcontainer.json"));
    assert_eq!(reference.container.as_deref(), Some("c1"));
    assert_eq!(reference.engine.as_deref(), Some("unix:///one"));
    assert!(reference.id_labels.is_empty());
    let container = found[0].container.as_ref().unwrap();
    assert_eq!(container.created.as_deref(), Some("2023-11-14T22:13:20Z"));
    assert_eq!(container.started_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(found[0].last_used, Some(7));
}
