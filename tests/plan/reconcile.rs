//! The loop ends: from any observed state, with any step failing at any time and others interfering, it comes to agreement or to
//! a blocker with a name, and a second pass does nothing.

use proptest::prelude::*;
use serde_json::{Value, json};
use wharf_plan::{
    Blocker, Built, ContainerFacts, ContainerState, Desired, Fact, Failure, Inside, Observed, Outcome, Rerun,
    Running, Step, Wanted, WorkspaceSource, assume, forget, reconcile,
};
use wharf_spec::Hook;

use crate::support::{FOLDER, running};
use crate::world::{Interference, World, image_facts};

/// No operation takes more turns than this: every fact once, every step once, and some interference.
const BOUND: usize = 60;

/// How an operation ended.
#[derive(Debug, PartialEq)]
enum End {
    Agreed,
    Blocked(Box<Blocker>),
}

/// What goes wrong in an operation, turn by turn.
#[derive(Debug, Clone, Default)]
struct Trouble {
    /// Steps that fail, by their number.
    failing: Vec<usize>,
    /// Others' doings, by the number of the step that they follow.
    interference: Vec<(usize, Interference)>,
}

/// One operation, as the runner carries it out. Returns how it ended, the steps it did, and what it knew at the end.
fn operate(
    world: &mut World,
    desired: &Desired,
    mut observed: Observed,
    trouble: &Trouble,
) -> (End, Vec<Step>, Observed) {
    let mut done = Vec::new();
    for _ in 0..BOUND {
        match reconcile(desired, &observed) {
            Outcome::Agreed => return (End::Agreed, done, observed),
            Outcome::Blocked(Blocker::Fact { query }) => world.answer(&query, &mut observed),
            Outcome::Blocked(blocker @ Blocker::Consent { .. }) => {
                if !world.ask(&blocker, &mut observed) {
                    return (End::Blocked(Box::new(blocker)), done, observed);
                }
            }
            Outcome::Blocked(blocker) => return (End::Blocked(Box::new(blocker)), done, observed),
            Outcome::Next(steps) => {
                assert!(!steps.is_empty(), "nothing to do is said by Agreed");
                for step in steps {
                    let outcome = if trouble.failing.contains(&done.len()) {
                        Err("it was to fail".to_owned())
                    } else {
                        world.act(&step, &mut observed)
                    };
                    match outcome {
                        Ok(()) => forget(&step, &mut observed),
                        Err(message) => {
                            observed.failure = Some(Failure { step: format!("{step:?}"), message });
                            break;
                        }
                    }
                    for (_, how) in trouble.interference.iter().filter(|(after, _)| *after == done.len()) {
                        world.interfere(*how);
                    }
                    done.push(step);
                }
            }
        }
    }
    panic!("no end after {BOUND} turns; the last steps: {:?}", done.iter().rev().take(4).collect::<Vec<_>>());
}

fn desired(wanted: Wanted) -> Desired {
    Desired { source: WorkspaceSource::Folder { path: FOLDER.to_owned() }, wanted }
}

fn configurations() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"image": "base"}),
        json!({"image": "base", "initializeCommand": "./setup.sh", "postCreateCommand": "a", "postAttachCommand": "b"}),
        json!({"image": "base", "privileged": true, "remoteUser": "me"}),
        json!({"image": "base", "secrets": {"HOME": {}, "TOKEN": {}}, "postCreateCommand": "a", "postStartCommand": "b"}),
        json!({"image": "base", "runArgs": ["--env-file", "x.env", "--network=host"]}),
        json!({"image": "base", "runArgs": ["--pull=always", "-v", "./data:/data"]}),
        json!({"image": "base", "runArgs": ["--nonsense"]}),
        json!({"build": {"dockerfile": "Dockerfile"}, "remoteUser": "me", "onCreateCommand": "a"}),
        json!({"build": {"dockerfile": "Dockerfile", "options": ["--ssh=default"]}, "initializeCommand": ["true"]}),
        json!({"image": "base", "features": {"./a": {}}, "remoteUser": "me", "initializeCommand": "./write-it.sh"}),
        json!({"build": {"dockerfile": "Dockerfile"}, "features": {"registry.example/a/b:1": {}}, "mounts": ["type=bind,source=/x,target=/x"]}),
        json!({"dockerComposeFile": "compose.yaml", "service": "web"}),
        json!({"name": "nothing to start from"}),
    ])
}

fn states() -> impl Strategy<Value = ContainerState> {
    prop::sample::select(vec![
        ContainerState::Created,
        ContainerState::Running,
        ContainerState::Paused,
        ContainerState::Restarting,
        ContainerState::Removing,
        ContainerState::Exited,
        ContainerState::Dead,
    ])
}

fn containers() -> impl Strategy<Value = Option<ContainerFacts>> {
    prop::option::of((states(), any::<bool>(), prop::bool::ANY).prop_map(|(state, labelled, own)| {
        let mut container = ContainerFacts {
            id: "old container".to_owned(),
            created: "0".to_owned(),
            started_at: "0".to_owned(),
            image_name: "base".to_owned(),
            ..ContainerFacts::new(state)
        };
        if labelled {
            let metadata = r#"[{"postStartCommand":"x"},{"remoteEnv":{"A":"${containerEnv:PATH}"}}]"#;
            container.labels.insert("devcontainer.metadata".to_owned(), metadata.to_owned());
        }
        if own {
            container.labels.insert("devcontainer.local_folder".to_owned(), FOLDER.to_owned());
        }
        container
    }))
}

prop_compose! {
    fn worlds()(
        container in containers(),
        has_base in any::<bool>(),
        has_built in any::<bool>(),
        same_inputs in any::<bool>(),
        dockerfile in prop::option::of(prop::sample::select(vec!["FROM base\n", "FROM scratch\n", "FROM other AS x\nFROM x\n", "nonsense"])),
        asks in any::<bool>(),
        agreeable in any::<bool>(),
        knows_inside in any::<bool>(),
    ) -> World {
        let mut world = World { container, agreeable, clock: 100, ..World::default() };
        world.dockerfile = dockerfile.map(str::to_owned);
        world.granted = asks.then(Default::default);
        if has_base {
            world.images.insert("base".to_owned(), image_facts("base", 1));
        }
        if has_built {
            let name = running(&json!({"image": "base"})).image_name;
            let facts = image_facts(&name, 2);
            let inputs = if same_inputs { "other inputs" } else { "" };
            world.built.insert(name.clone(), Built { inputs: inputs.to_owned(), image: facts.id.clone() });
            world.images.insert(name, facts);
        }
        if knows_inside {
            let inside = Inside { set_up: true, done: [Hook::OnCreate].into(), ..Inside::default() };
            world.inside = Some((("old container".to_owned(), "0".to_owned()), inside));
        }
        world
    }
}

prop_compose! {
    fn wanted()(
        configuration in configurations(),
        replace in any::<bool>(),
        expect_existing in prop::bool::weighted(0.2),
        no_cache in any::<bool>(),
        skip_post_create in prop::bool::weighted(0.2),
        prebuild in prop::bool::weighted(0.2),
        pushes in any::<bool>(),
        only_hooks in any::<bool>(),
        markers_elsewhere in prop::bool::weighted(0.2),
        goal in 0..8,
    ) -> Desired {
        let mut running = Running { replace, expect_existing, no_cache, ..running(&configuration) };
        running.hooks.skip_post_create = skip_post_create;
        running.hooks.prebuild = prebuild;
        running.hooks.data_folder = markers_elsewhere.then(|| "/elsewhere".to_owned());
        desired(match goal {
            0 => Wanted::Stopped { seconds: None },
            1 => Wanted::Gone,
            2 => {
                running.build.names = vec!["registry/a:1".to_owned(), "registry/a:2".to_owned()];
                running.build.push = pushes;
                Wanted::Built(Box::new(running))
            }
            3 => {
                running.hooks.only_hooks = only_hooks;
                Wanted::Inside(Box::new(running))
            }
            _ => Wanted::Running(Box::new(running)),
        })
    }
}

fn interferences() -> impl Strategy<Value = Interference> {
    prop::sample::select(vec![
        Interference::Remove,
        Interference::Pause,
        Interference::Stop,
        Interference::Start,
        Interference::RemoveImages,
    ])
}

prop_compose! {
    fn troubles()(
        failing in prop::collection::vec(0..10_usize, 0..3),
        interference in prop::collection::vec((0..10_usize, interferences()), 0..4),
    ) -> Trouble {
        Trouble { failing, interference }
    }
}

/// What an operation may believe at its beginning: nothing yet, or what was true once.
fn beliefs() -> impl Strategy<Value = Option<Option<ContainerFacts>>> {
    prop::option::of(containers())
}

/// The same wish without what counts only once: `--remove-existing-container` and `--build-no-cache`.
fn without_once(desired: &Desired) -> Desired {
    let mut again = desired.clone();
    if let Wanted::Running(running) | Wanted::Built(running) = &mut again.wanted {
        running.replace = false;
        running.no_cache = false;
    }
    again
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_ends_and_the_next_goes_on(
        world in worlds(), desired in wanted(), trouble in troubles(), belief in beliefs(),
    ) {
        let mut world = world;
        let mut observed = world.first_look();
        // Whoever believes that there is none, while there is one, makes a second: only a look can prevent that.
        let is_there = |container: &ContainerFacts| container.state != ContainerState::Removing;
        if let Some(container) = belief
            && (container.as_ref().is_some_and(is_there) || !world.container.as_ref().is_some_and(is_there))
        {
            observed.container = Fact::Known(container);
        }
        let (end, _, _) = operate(&mut world, &desired, observed, &trouble);
        let asks_itself = matches!(&end, End::Blocked(blocker) if matches!(**blocker, Blocker::Fact { .. }));
        prop_assert!(!asks_itself, "{:?}", end);

        // The next operation meets no trouble: it ends well, or is blocked by what only a person can change.
        let first_look = world.first_look();
        let (end, _, observed) = operate(&mut world, &desired, first_look, &Trouble::default());
        match &end {
            End::Blocked(blocker) => {
                let failed = matches!(**blocker, Blocker::Failed(_));
                prop_assert!(!failed, "{blocker:?}");
            }
            End::Agreed => {
                let state = world.container.as_ref().map(|container| container.state);
                match &desired.wanted {
                    Wanted::Built(built) => prop_assert!(
                        built.build.push || built.build.names.iter().all(|name| world.images.contains_key(name))
                    ),
                    Wanted::Running(_) | Wanted::Inside(_) => prop_assert_eq!(state, Some(ContainerState::Running)),
                    Wanted::Stopped { .. } => prop_assert!(!matches!(state, Some(ContainerState::Running | ContainerState::Paused))),
                    Wanted::Gone => prop_assert!(matches!(state, None | Some(ContainerState::Removing))),
                }
                // Looking once more at the same finds nothing to do.
                prop_assert_eq!(reconcile(&desired, &observed), Outcome::Agreed);

                // A further operation does only what runs every time.
                let first_look = world.first_look();
                let (end, steps, _) = operate(&mut world, &without_once(&desired), first_look, &Trouble::default());
                prop_assert_eq!(end, End::Agreed);
                for step in &steps {
                    let every_time = match step {
                        Step::Initialize { .. } => true,
                        Step::Build { spec, .. } => spec.push,
                        Step::Inside { spec } => spec.hooks.iter().any(|step| step.rerun == Rerun::Always),
                        _ => false,
                    };
                    prop_assert!(every_time, "{:?}", step);
                }
            }
        }
    }

    /// `wharf plan`: the same loop with every step assumed to work ends too, and foresees what is then done.
    #[test]
    fn what_is_planned_is_what_is_done(world in worlds(), desired in wanted()) {
        let mut world = World { granted: None, ..world };
        let mut observed = world.first_look();
        let mut planned = Vec::new();
        let mut end = None;
        for _ in 0..BOUND {
            match reconcile(&desired, &observed) {
                Outcome::Agreed => {
                    end = Some(End::Agreed);
                    break;
                }
                Outcome::Blocked(Blocker::Fact { query }) => world.answer(&query, &mut observed),
                Outcome::Blocked(blocker) => {
                    end = Some(End::Blocked(Box::new(blocker)));
                    break;
                }
                Outcome::Next(steps) => {
                    for step in steps {
                        assume(&step, &mut observed);
                        planned.push(kind(&step));
                    }
                }
            }
        }
        prop_assert!(end.is_some(), "no end after {BOUND} turns: {planned:?}");
        let first_look = world.first_look();
        let (really, done, _) = operate(&mut world, &desired, first_look, &Trouble::default());
        let mut done: Vec<_> = done.iter().map(kind).collect();
        // The accounts of an image that is still to come cannot be foreseen, and with them the image that follows from them.
        done.retain(|kind| *kind != "UserIds" || planned.contains(kind));
        // What is done inside a frozen container is known only when it runs.
        if planned.ends_with(&["Unpause", "Inside"]) && done.ends_with(&["Unpause"]) {
            planned.pop();
        }
        prop_assert_eq!(planned, done);
        prop_assert_eq!(end.map(|end| matches!(end, End::Agreed)), Some(really == End::Agreed));
    }
}

/// A step without its contents.
fn kind(step: &Step) -> &'static str {
    match step {
        Step::Initialize { .. } => "Initialize",
        Step::Compose { .. } => "Compose",
        Step::RemoveNetwork { .. } => "RemoveNetwork",
        Step::Pull { .. } => "Pull",
        Step::Build { purpose: wharf_plan::BuildPurpose::Dockerfile, .. } => "Dockerfile",
        Step::Build { purpose: wharf_plan::BuildPurpose::Features, .. } => "Features",
        Step::Build { purpose: wharf_plan::BuildPurpose::Metadata, .. } => "Metadata",
        Step::Build { purpose: wharf_plan::BuildPurpose::Service, .. } => "Service",
        Step::Build { purpose: wharf_plan::BuildPurpose::UserIds, .. } => "UserIds",
        Step::Create { .. } => "Create",
        Step::Start { .. } => "Start",
        Step::Unpause { .. } => "Unpause",
        Step::Stop { .. } => "Stop",
        Step::Remove { .. } => "Remove",
        Step::Inside { .. } => "Inside",
    }
}

#[test]
fn a_folder_is_not_sought_on_another_computer() {
    let cases = [
        (json!({ "image": "debian" }), true),
        (json!({ "build": { "dockerfile": "Dockerfile" } }), true),
        (
            json!({ "image": "debian", "workspaceMount": "type=volume,source=code,target=/code", "workspaceFolder": "/code" }),
            false,
        ),
        (
            json!({ "image": "debian", "workspaceMount": "type=bind,source=/srv/code,target=/code", "workspaceFolder": "/code" }),
            false,
        ),
        (json!({ "image": "debian", "workspaceMount": "", "workspaceFolder": "/code" }), false),
    ];
    for (configuration, refused) in cases {
        let wanted = running(&configuration);
        let mut observed = crate::support::observed(&serde_json::Map::new());
        observed.container = Fact::Known(None);
        observed.engine.address = "ssh://me@far".to_owned();
        let source = WorkspaceSource::Folder { path: FOLDER.to_owned() };
        let desired = Desired { source, wanted: Wanted::Running(Box::new(wanted)) };
        let is_refused = |observed: &Observed| match reconcile(&desired, observed) {
            Outcome::Blocked(Blocker::Impossible { message, hint, .. }) => {
                assert!(message.contains(FOLDER) && message.contains("ssh://me@far"), "{message}");
                assert!(hint.unwrap().contains("wharf up --volume"));
                true
            }
            _ => false,
        };
        assert!(!is_refused(&observed), "{configuration}: on this computer");
        observed.engine.local = false;
        assert_eq!(is_refused(&observed), refused, "{configuration}");
    }
}
