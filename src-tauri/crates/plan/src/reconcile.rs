//! The idea at the centre: one pure function from what is wanted and what is there to what is done next.
//!
//! It decides only the next turn. Later turns depend on facts that come to be by acting: the label of a pulled image, the
//! environment of a started container. The runner acts, looks again and asks again, until the answer is [`Outcome::Agreed`] or
//! a blocker that it cannot remove. So going on after a crash, a cancelled build or a container removed by somebody else is no
//! special case: it is the next turn.

use serde::Serialize;
use wharf_spec::MergedConfig;

use crate::compose::{self, ComposeFacts, ProjectFacts};
use crate::container::{self, CreateProblem};
use crate::facts::{ContainerFacts, ContainerState, ImageFacts};
use crate::hooks;
use crate::image::{self, PlannedBuild};
use crate::state::{Blocker, Desired, FactQuery, Observed, Running, Wanted};
use crate::step::{BuildPurpose, Step};

mod allowed;
mod known;

use allowed::{Makes, allowed, build_allowed, secrets_allowed};
use known::{Base, base, existing, features, merged};

pub use known::{Unknown, merged_as_known};

/// What to do next.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", content = "value", rename_all = "camelCase")]
pub enum Outcome {
    /// What is there is what is wanted.
    Agreed,
    /// These steps, in order; then look again.
    Next(Vec<Step>),
    /// Nothing can be done before this is out of the way.
    Blocked(Blocker),
}

/// Compares `desired` with `observed` and says what to do next.
#[must_use]
pub fn reconcile(desired: &Desired, observed: &Observed) -> Outcome {
    if let Some(failure) = &observed.failure {
        return Outcome::Blocked(Blocker::Failed(failure.clone()));
    }
    let steps = match &desired.wanted {
        Wanted::Running(wanted) => running(wanted, observed),
        Wanted::Inside(wanted) => inside_alone(wanted, observed),
        Wanted::Built(wanted) => built(wanted, observed),
        Wanted::Stopped { seconds } => stopped(observed, *seconds),
        Wanted::Gone => gone(observed),
    };
    match steps {
        Ok(steps) if steps.is_empty() => Outcome::Agreed,
        Ok(steps) => Outcome::Next(steps),
        Err(blocker) => Outcome::Blocked(blocker),
    }
}

type Next = Result<Vec<Step>, Blocker>;

fn gone(observed: &Observed) -> Next {
    let Some(container) = existing(observed)? else { return Ok(Vec::new()) };
    let remove = |container: &ContainerFacts| Step::Remove { container: container.id.clone() };
    let Some(project) = project(observed, container)? else { return Ok(vec![remove(container)]) };
    // The environment's own container goes last: while it is there, what is left of the project is found again.
    let others =
        compose::project_in_order(&project.containers).into_iter().filter(|one| one.id != container.id);
    let networks = project.networks.iter().map(|network| Step::RemoveNetwork { network: network.clone() });
    Ok(others.chain([container]).map(remove).chain(networks).collect())
}

/// Everything that was made of the Compose project that a container belongs to, if it belongs to one.
fn project<'a>(
    observed: &'a Observed,
    container: &ContainerFacts,
) -> Result<Option<&'a ProjectFacts>, Blocker> {
    let Some(project) = container.labels.get(compose::PROJECT_LABEL) else { return Ok(None) };
    let found = observed.projects.get(project);
    found.map(Some).ok_or_else(|| need(FactQuery::Project { project: project.clone() }))
}

fn stopped(observed: &Observed, seconds: Option<u32>) -> Next {
    let Some(container) = existing(observed)? else { return Ok(Vec::new()) };
    let containers = match project(observed, container)? {
        Some(project) => compose::project_in_order(&project.containers),
        None => vec![container],
    };
    Ok(containers.into_iter().filter_map(|container| stop(container, seconds)).collect())
}

fn stop(container: &ContainerFacts, seconds: Option<u32>) -> Option<Step> {
    let id = container.id.clone();
    match container.state {
        ContainerState::Running | ContainerState::Restarting => Some(Step::Stop { container: id, seconds }),
        // A frozen process cannot hear the signal to end, and Podman refuses to send it.
        ContainerState::Paused => Some(Step::Unpause { container: id }),
        ContainerState::Created
        | ContainerState::Exited
        | ContainerState::Dead
        | ContainerState::Removing => None,
    }
}

fn running(wanted: &Running, observed: &Observed) -> Next {
    // What the engine could not remove whole cannot be started either: it goes when the new one comes.
    let kept = existing(observed)?
        .filter(|container| container.state != ContainerState::Dead)
        .filter(|_| !wanted.replace || observed.replaced);
    let composed = composed(wanted, observed, kept)?;
    let made = composed.as_ref().map_or(wanted, |composed| &composed.one);
    let (base, features) = match kept {
        Some(_) => (Base::Irrelevant, None),
        // Its files cannot be read before `initializeCommand` has run.
        None if compose::is_compose(made) => (Base::NoDockerfile, None),
        None => {
            within_reach(made, observed)?;
            (base(made, observed)?, features(made, observed)?)
        }
    };
    let merged = merged(made, kept, &base, features);
    let makes = match (kept, &composed) {
        (None, _) => Makes::Everything,
        (Some(_), Some(_)) => Makes::Services,
        (Some(_), None) => Makes::Nothing,
    };
    allowed(wanted, observed, &merged, makes)?;
    let first = initialize(wanted, observed);
    if !first.is_empty() {
        return Ok(first);
    }
    let Some(container) = kept else {
        let make = Make { wanted, made, composed: composed.as_ref() };
        return create(&make, observed, &base, &merged);
    };
    let id = container.id.clone();
    match container.state {
        ContainerState::Running => inside(wanted, observed, container, &merged),
        ContainerState::Paused => Ok(vec![Step::Unpause { container: id }]),
        // A container that keeps restarting cannot be worked in; once stopped, it is started in order.
        ContainerState::Restarting => Ok(vec![Step::Stop { container: id, seconds: None }]),
        ContainerState::Exited if observed.started.contains(&id) || observed.composed => {
            Err(Blocker::Ended { container: id, code: container.exit_code })
        }
        ContainerState::Created | ContainerState::Exited | ContainerState::Dead => match &composed {
            Some(composed) => go_on(wanted, composed.facts, container, observed),
            None => Ok(vec![Step::Start { container: id }]),
        },
        ContainerState::Removing => Err(need(FactQuery::Container)),
    }
}

/// The environment as a service of a Compose project.
struct Composed<'a> {
    facts: &'a ComposeFacts,
    /// The same in the words of a configuration that names an image or a Dockerfile.
    one: Running,
}

/// The project, where Compose has to make or start something; None where it has not, and before `initializeCommand` has written what
/// it is made of.
fn composed<'a>(
    wanted: &Running,
    observed: &'a Observed,
    kept: Option<&ContainerFacts>,
) -> Result<Option<Composed<'a>>, Blocker> {
    let waits = kept
        .is_none_or(|container| matches!(container.state, ContainerState::Created | ContainerState::Exited));
    if !compose::is_compose(wanted) || !waits {
        return Ok(None);
    }
    let facts = observed.compose.known().ok_or(need(FactQuery::Compose))?;
    let Some(facts) = facts else {
        return if initialize(wanted, observed).is_empty() { Err(no_project()) } else { Ok(None) };
    };
    Ok(Some(Composed { facts, one: facts.as_container(wanted)? }))
}

/// There is nothing to make a service of, and nothing left that would write it.
fn no_project() -> Blocker {
    Blocker::Impossible {
        message: "Compose makes no project of the files that dockerComposeFile names".to_owned(),
        property: Some("dockerComposeFile".to_owned()),
        hint: Some("Where initializeCommand writes them, `wharf up` runs it first.".to_owned()),
    }
}

/// What a container is made by.
struct Make<'a> {
    wanted: &'a Running,
    /// The same in the words of a configuration that names an image or a Dockerfile.
    made: &'a Running,
    composed: Option<&'a Composed<'a>>,
}

/// A folder of this computer cannot be mounted by an engine on another one. A path that the configuration itself names may well be
/// there, and is left to the engine.
fn within_reach(wanted: &Running, observed: &Observed) -> Result<(), Blocker> {
    let folder = &wanted.workspace.host_mount_folder;
    let source =
        wanted.workspace.mount.clone().and_then(|text| wharf_spec::Mount::Text(text).fields().source);
    if observed.engine.local || folder.is_empty() || source.as_ref() != Some(folder) {
        return Ok(());
    }
    Err(Blocker::Impossible {
        message: format!(
            "the folder {folder} is on this computer, and the engine at {} runs on another one, which cannot mount it",
            observed.engine.address
        ),
        property: None,
        hint: Some(
            "`wharf up --volume` copies the folder into a volume on that engine and starts there; `wharf up <git-url>` clones a repository there"
                .to_owned(),
        ),
    })
}

/// The commands that run on this computer first, of each file that asks for one.
fn initialize(wanted: &Running, observed: &Observed) -> Vec<Step> {
    if observed.initialized {
        return Vec::new();
    }
    let commands = wanted.configuration.initialize_commands().into_iter();
    commands
        .map(|command| Step::Initialize { command: command.value, folder: observed.host.folder.clone() })
        .collect()
}

/// From no container to one: base image, image, image with the user's ids, container. Each is asked of the engine only when
/// the one before is there.
fn create(make: &Make<'_>, observed: &Observed, base: &Base<'_>, merged: &MergedConfig) -> Next {
    let wanted = make.made;
    if wanted.expect_existing {
        return Err(Blocker::ExpectedContainer);
    }
    if let Some(step) = build_before(make.wanted, make.composed, observed)? {
        return Ok(vec![step]);
    }
    if let Some(step) = fetch(wanted, observed, base, container::pulls_always(wanted))? {
        return Ok(vec![step]);
    }
    let (name, built) = match image::environment_build(wanted, base.image(), observed)? {
        None => {
            let facts = base.image().map(|(_, facts)| facts);
            (wanted.configuration.config.image.clone().unwrap_or_default(), facts)
        }
        Some((purpose, build)) => match done(wanted, observed, &build)? {
            Some(facts) => (build.name().to_owned(), Some(facts)),
            None => return Ok(vec![build.into_step(purpose)]),
        },
    };
    let Some(facts) = built else { return Err(need(FactQuery::Image { image: name })) };
    let (name, facts) = match image::user_ids_build(wanted, merged, &name, facts, observed)? {
        None => (name, facts),
        Some(build) => match recorded(observed, &build)? {
            Some(facts) => (build.name().to_owned(), facts),
            None => return Ok(vec![build.into_step(BuildPurpose::UserIds)]),
        },
    };
    // The old container goes only now: whatever failed until here has cost nothing.
    let old = existing(observed)?.map(|container| Step::Remove { container: container.id.clone() });
    if let Some(composed) = make.composed {
        return start_services(make.wanted, composed, observed, merged, (&name, facts), old);
    }
    let spec =
        container::container_spec(wanted, merged, &name, facts, observed).map_err(
            |problem| match problem {
                CreateProblem::Files(paths) => need(FactQuery::Files { paths }),
                CreateProblem::Machine => need(FactQuery::Machine),
                CreateProblem::Impossible(blocker) => blocker,
            },
        )?;
    Ok(old.into_iter().chain([Step::Create { spec: Box::new(spec) }]).collect())
}

/// The first build that the environment's own starts from and that is not there yet.
fn build_before(
    wanted: &Running,
    composed: Option<&Composed<'_>>,
    observed: &Observed,
) -> Result<Option<Step>, Blocker> {
    let Some(composed) = composed else { return Ok(None) };
    first_undone(compose::builds_before(wanted, composed.facts, observed)?, wanted, observed)
}

/// The first of these builds of services whose image is not there yet.
fn first_undone(
    builds: impl Iterator<Item = Result<PlannedBuild, Blocker>>,
    wanted: &Running,
    observed: &Observed,
) -> Result<Option<Step>, Blocker> {
    for build in builds {
        let build = build?;
        if done(wanted, observed, &build)?.is_none() {
            return Ok(Some(build.into_step(BuildPurpose::Service)));
        }
    }
    Ok(None)
}

/// From a container that does not run to all services running: Compose starts those that are there and makes those that are not, and
/// is told to build nothing.
fn go_on(wanted: &Running, facts: &ComposeFacts, container: &ContainerFacts, observed: &Observed) -> Next {
    let facts = facts.as_made(container);
    if let Some(step) = first_undone(compose::missing_builds(wanted, &facts, observed)?, wanted, observed)? {
        return Ok(vec![step]);
    }
    let spec = compose::go_on(wanted, &facts, container, observed)?;
    Ok(vec![Step::Compose { spec: Box::new(spec) }])
}

/// The images of the other services, then all of them started by Compose.
fn start_services(
    wanted: &Running,
    composed: &Composed<'_>,
    observed: &Observed,
    merged: &MergedConfig,
    (name, facts): (&str, &ImageFacts),
    old: Option<Step>,
) -> Next {
    let others = compose::other_builds(wanted, composed.facts, observed)?;
    if let Some(step) = first_undone(others, wanted, observed)? {
        return Ok(vec![step]);
    }
    if merged.host_requirements.is_some() && observed.machine.known().is_none() {
        return Err(need(FactQuery::Machine));
    }
    let spec = compose::up(wanted, composed.facts, merged, name, facts, observed)?;
    Ok(old.into_iter().chain([Step::Compose { spec: Box::new(spec) }]).collect())
}

/// What is left to do about the base image before anything can be built on it; `always` pulls one that is there already.
fn fetch(
    wanted: &Running,
    observed: &Observed,
    base: &Base<'_>,
    always: bool,
) -> Result<Option<Step>, Blocker> {
    let pull = |image: &String| Step::Pull {
        image: image.clone(),
        platform: crate::platform::asked(wanted, observed),
    };
    match base {
        Base::Missing(image) => Ok(Some(pull(image))),
        Base::NoDockerfile => {
            let path = wanted.build.dockerfile.as_ref().map(|path| format!(" {}", path.display()));
            let message = format!("the Dockerfile{} does not exist", path.unwrap_or_default());
            Err(impossible("build.dockerfile", &message))
        }
        Base::Present(image, _) if always && !observed.pulled_now.contains(image) => Ok(Some(pull(image))),
        Base::Irrelevant | Base::Scratch | Base::Present(..) => Ok(None),
    }
}

/// To an image and no container: the Dockerfile's, else the one that the configuration names with the metadata added.
fn built(wanted: &Running, observed: &Observed) -> Next {
    let (asked, composed) = (wanted, composed(wanted, observed, None)?);
    let wanted = composed.as_ref().map_or(wanted, |composed| &composed.one);
    let base = base(wanted, observed)?;
    // In its own words a project tells of builds that others read from, too.
    build_allowed(asked, observed)?;
    if let Some(step) = build_before(asked, composed.as_ref(), observed)? {
        return Ok(vec![step]);
    }
    // How containers are started says nothing about builds.
    if let Some(step) = fetch(wanted, observed, &base, false)? {
        return Ok(vec![step]);
    }
    let (purpose, build) = match (image::environment_build(wanted, base.image(), observed)?, &base) {
        (Some(build), _) => build,
        (None, Base::Present(name, facts)) => {
            (BuildPurpose::Metadata, image::labelled_build(wanted, name, facts, observed)?)
        }
        (None, _) => return Err(impossible("image", "the configuration names no image")),
    };
    let is_done = if build.spec.stays_on_the_engine() {
        done(wanted, observed, &build)?.is_some()
    } else {
        // What went to a file or a registry is not looked for there: it is made once in each operation.
        observed.built_now.contains(build.name())
    };
    Ok(if is_done { Vec::new() } else { vec![build.into_step(purpose)] })
}

/// The image of a build, if it came from the same inputs and is still what all its names point to.
fn done<'a>(
    wanted: &Running,
    observed: &'a Observed,
    build: &PlannedBuild,
) -> Result<Option<&'a ImageFacts>, Blocker> {
    if (wanted.no_cache || wanted.build_again) && !observed.built_now.contains(build.name()) {
        return Ok(None);
    }
    recorded(observed, build)
}

fn recorded<'a>(observed: &'a Observed, build: &PlannedBuild) -> Result<Option<&'a ImageFacts>, Blocker> {
    let mut found = None;
    for name in &build.spec.tags {
        let Some(record) = observed.built.get(name).filter(|record| record.inputs == build.inputs) else {
            return Ok(None);
        };
        let facts = observed
            .images
            .get(name)
            .ok_or_else(|| need(FactQuery::Image { image: name.clone() }))?
            .as_ref()
            .filter(|facts| facts.id == record.image);
        if facts.is_none() {
            return Ok(None);
        }
        found = found.or(facts);
    }
    Ok(found)
}

/// To set-up and hooks done in a container that is somebody else's to make and to start.
fn inside_alone(wanted: &Running, observed: &Observed) -> Next {
    let container = existing(observed)?.ok_or(Blocker::NoContainer)?;
    if container.state != ContainerState::Running {
        return Err(Blocker::NotRunning { container: container.id.clone(), state: container.state });
    }
    let merged = merged(wanted, Some(container), &Base::Irrelevant, None);
    secrets_allowed(wanted, observed, container, &merged)?;
    inside(wanted, observed, container, &merged)
}

/// Set-up, probe and hooks: whatever is not known to be done since this start goes into one exec.
fn inside(wanted: &Running, observed: &Observed, container: &ContainerFacts, merged: &MergedConfig) -> Next {
    let mut spec = hooks::inside_spec(wanted, merged, container)?;
    let done = &observed.inside.marked_in(spec.markers());
    let pending = spec.hooks.iter().any(|step| hooks::is_pending(step.hook, step.rerun, done));
    spec.set_up = !done.set_up && !wanted.hooks.only_hooks;
    spec.dotfiles = spec.dotfiles.filter(|_| !done.dotfiles);
    if !spec.set_up && !pending && spec.dotfiles.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Step::Inside { spec: Box::new(spec) }])
}

fn need(query: FactQuery) -> Blocker {
    Blocker::Fact { query }
}

fn impossible(property: &str, message: &str) -> Blocker {
    Blocker::Impossible {
        message: message.to_owned(),
        property: Some(property.to_owned()).filter(|property| !property.is_empty()),
        hint: None,
    }
}
