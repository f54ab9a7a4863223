//! `wharf status`: what is wanted, what is there, and how they differ.

use serde_json::Value;
use wharf_api as api;
use wharf_api::{Outcome, StepName};
use wharf_plan::{Blocker, ContainerFacts, ContainerState, Fact, FactQuery, Step};
use wharf_spec::Hook;

use crate::changes::{self, Depth};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::reconciler::{self, Reconciler};
use crate::records::{EnvironmentRecord, INSIDE, InsideRecord, WantedRecord};
use crate::request::{EventSink, StatusRequest, UpRequest};
use crate::session::{Access, Session, Subject};
use crate::settings::Settings;
use crate::{CancellationToken, connect, convert, up};

/// Compares desired and observed state of an environment, without acting.
///
/// # Errors
/// When the environment cannot be read. An engine that does not answer is part of the answer.
pub async fn status(
    request: &StatusRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::StatusResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Configuration, None);
    let subject = Subject::find(&request.target, Access::Quiet, &operation, &root).await?;
    let result = match connect::quietly(&subject.target, &subject.store).await {
        Ok(engine) => with_engine(&Session { operation: &operation, root: &root, subject, engine }).await?,
        Err(error @ (Error::NoEngine { .. } | Error::ChosenEngine { .. } | Error::Engine { .. })) => {
            let (environment, record) = (&subject.environment, subject.record.as_ref());
            api::StatusResult {
                environment: environment.document(),
                desired: record.map(desired),
                requirements: Vec::new(),
                observed: api::ObservedState {
                    engine_chosen_by: connect::chosen_by(&subject.target, &subject.store)?,
                    configuration: Some(hash(&environment.configuration.whole())),
                    ..api::ObservedState::default()
                },
                difference: state_differences(None, last_wanted(record)),
                kept: None,
                blocked: Some(api::Blocked {
                    by: api::BlockedBy::Engine,
                    message: error.message(),
                    hint: error.hint(),
                }),
            }
        }
        Err(error) => return Err(error),
    };
    root.finish(Outcome::Done, None);
    Ok(result)
}

async fn with_engine(session: &Session<'_>) -> Result<api::StatusResult> {
    let Subject { environment, state, record, target, .. } = &session.subject;
    let record = record.as_ref();
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    let container = reconciler.observed.container.known().cloned().flatten();
    let inside = container
        .as_ref()
        .and_then(|container| Some((container, state.load::<InsideRecord>(INSIDE).ok()?.found()?)))
        .and_then(|(container, inside)| inside.belongs_to(container).then_some(inside));
    let hooks = hooks(environment, &reconciler, inside.as_ref().and_then(|inside| inside.failed));
    let mut difference = state_differences(container.as_ref(), last_wanted(record));
    if container.is_some() {
        let found = reconciler.changes(record, Depth::Whole).await;
        difference.extend(found.iter().map(|found| changes::to_api(environment, found)));
    }
    difference.extend(unfinished(&hooks));
    let name = match &container {
        // What a service is called is Compose's to say.
        Some(container) if environment.is_composed() => container.image_name.clone(),
        _ => environment.configuration.config.image.clone().unwrap_or_else(|| environment.image_name()),
    };
    let image = session.engine.inspect_image(&name).await.map_err(|error| reconciler.engine_error(error))?;
    let image = api::ObservedImage { name, id: image.map(|facts| facts.id) };
    let mut requirements = Vec::new();
    let blocked = match last_wanted(record) {
        WantedRecord::Running => {
            let up_request = UpRequest { target: target.clone(), ..UpRequest::default() };
            let up_request = Settings::of(&up_request.target)?.below(&up_request);
            match up::desired(&up_request, environment, &[]) {
                Ok(desired) => {
                    let blocker = reconciler.foresee(&desired).await?.1;
                    requirements = reconciler.requirements(&desired).await?;
                    blocker.map(|blocker| blocked(environment, &blocker))
                }
                Err(error) => Some(api::Blocked {
                    by: api::BlockedBy::Configuration,
                    message: error.message(),
                    hint: error.hint(),
                }),
            }
        }
        WantedRecord::Stopped | WantedRecord::Gone => None,
    };
    let failure = record.and_then(|record| record.failure.clone()).map(|message| api::Blocked {
        by: api::BlockedBy::Failure,
        message,
        hint: Some("`wharf up` tries again".to_owned()),
    });
    Ok(api::StatusResult {
        environment: environment.document(),
        desired: record.map(desired),
        difference,
        observed: api::ObservedState {
            engine: Some(convert::engine(&session.engine, session.engine.facts())),
            engine_chosen_by: connect::chosen_by(target, &session.subject.store)?,
            configuration: Some(hash(&environment.configuration.whole())),
            image: Some(image),
            container: container.map(|container| {
                observed_container(environment, container, inside.map(|inside| inside.user.name))
            }),
            hooks,
        },
        requirements,
        kept: crate::ports::kept(&session.subject.store, state).await,
        blocked: failure.or(blocked),
    })
}

/// What was wanted last; who has not said anything is about to say `up`.
fn last_wanted(record: Option<&EnvironmentRecord>) -> WantedRecord {
    record.map_or(WantedRecord::Running, |record| record.wanted)
}

fn desired(record: &EnvironmentRecord) -> api::DesiredState {
    api::DesiredState {
        wanted: match record.wanted {
            WantedRecord::Running => api::Wanted::Running,
            WantedRecord::Stopped => api::Wanted::Stopped,
            WantedRecord::Gone => api::Wanted::Gone,
        },
        source: convert::source(&record.source),
        applied_configuration: record.applied.as_ref().map(hash),
        applied_at: record.applied_at.clone(),
    }
}

fn observed_container(
    environment: &Environment,
    container: ContainerFacts,
    user: Option<String>,
) -> api::ObservedContainer {
    api::ObservedContainer {
        id: container.id,
        name: Some(container.name).filter(|name| !name.is_empty()),
        state: convert::container_state(container.state),
        image: Some(container.image_name),
        created: Some(container.created),
        started_at: Some(container.started_at).filter(|_| container.state != ContainerState::Created),
        remote_user: user,
        remote_workspace_folder: environment.workspace.folder.clone(),
    }
}

fn hooks(
    environment: &Environment,
    reconciler: &Reconciler<'_>,
    failed: Option<Hook>,
) -> Vec<api::ObservedHook> {
    let running = matches!(
        &reconciler.observed.container,
        Fact::Known(Some(container)) if container.state == ContainerState::Running
    );
    if !running {
        return Vec::new();
    }
    Hook::IN_CONTAINER
        .into_iter()
        .filter(|hook| {
            environment.configuration.config.hook(*hook).is_some_and(|command| !command.is_empty())
        })
        .filter(|hook| *hook != Hook::PostAttach)
        .map(|hook| api::ObservedHook {
            name: hook.property_name().to_owned(),
            state: if reconciler.observed.inside.done.contains(&hook) {
                api::HookState::Done
            } else if failed == Some(hook) {
                api::HookState::Failed
            } else {
                api::HookState::Pending
            },
        })
        .collect()
}

/// The hooks that the next `up` runs, as a difference.
fn unfinished(hooks: &[api::ObservedHook]) -> Option<api::Difference> {
    let named = |state: api::HookState, word: &str| {
        let names: Vec<_> =
            hooks.iter().filter(|hook| hook.state == state).map(|hook| hook.name.as_str()).collect();
        (!names.is_empty()).then(|| format!("{} {word}", names.join(", ")))
    };
    let open: Vec<_> =
        [named(api::HookState::Failed, "failed"), named(api::HookState::Pending, "has not run")]
            .into_iter()
            .flatten()
            .collect();
    (!open.is_empty()).then(|| api::Difference {
        subject: "hooks".to_owned(),
        before: Some(Value::from(open.join("; "))),
        after: Some(Value::from("done")),
        change: api::ChangeClass::Hot,
        effect: Some("The next `up` runs it.".to_owned()),
        location: None,
        layer: None,
    })
}

/// How what is there differs from what is wanted: whether there is a container, and what it does.
pub(crate) fn state_differences(
    container: Option<&ContainerFacts>,
    wanted: WantedRecord,
) -> Vec<api::Difference> {
    let mut differences = Vec::new();
    let there = container.map_or("none", |container| match container.state {
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Created => "created",
        ContainerState::Exited | ContainerState::Dead => "stopped",
        ContainerState::Removing => "none",
    });
    let (after, change, agrees) = match wanted {
        WantedRecord::Running if container.is_none() => ("running", api::ChangeClass::Recreate, false),
        WantedRecord::Running => ("running", api::ChangeClass::Restart, there == "running"),
        WantedRecord::Stopped => {
            ("stopped", api::ChangeClass::Restart, !matches!(there, "running" | "paused" | "restarting"))
        }
        WantedRecord::Gone => ("none", api::ChangeClass::Recreate, there == "none"),
    };
    if !agrees {
        differences.push(api::Difference {
            subject: "container".to_owned(),
            before: Some(Value::from(there)),
            after: Some(Value::from(after)),
            change,
            effect: None,
            location: None,
            layer: None,
        });
    }
    differences
}

/// What stands in the way, on the wire.
pub(crate) fn blocked(environment: &Environment, blocker: &Blocker) -> api::Blocked {
    let by = match blocker {
        Blocker::Consent { touches } => {
            let touches: Vec<_> =
                touches.iter().map(|touch| format!("{} ({})", touch.what, touch.property)).collect();
            return api::Blocked {
                by: api::BlockedBy::Consent,
                message: format!("needs consent: {}", touches.join("; ")),
                hint: Some("`wharf up` asks for it".to_owned()),
            };
        }
        Blocker::Fact { .. } => api::BlockedBy::Unknown,
        Blocker::ExpectedContainer
        | Blocker::NoContainer
        | Blocker::NotRunning { .. }
        | Blocker::NoService { .. }
        | Blocker::Impossible { .. } => api::BlockedBy::Configuration,
        Blocker::Failed(_) | Blocker::Ended { .. } => api::BlockedBy::Failure,
    };
    let error = environment.blocked(blocker);
    api::Blocked { by, message: error.message(), hint: error.hint() }
}

/// A step on the wire, with everything it would say.
pub(crate) fn planned_step(step: &Step) -> api::PlannedStep {
    let subject = match step {
        Step::Pull { image, .. } => Some(image.clone()),
        Step::Build { spec, .. } => spec.tags.first().cloned(),
        Step::Create { spec } => Some(spec.body.image.clone()),
        Step::Compose { spec } => Some(spec.project.clone()),
        Step::RemoveNetwork { network } => Some(network.clone()),
        Step::Start { container }
        | Step::Unpause { container }
        | Step::Stop { container, .. }
        | Step::Remove { container } => Some(container.clone()),
        Step::Initialize { command, .. } => {
            let commands: Vec<_> =
                command.commands().iter().map(|(_, command)| crate::host::describe(command)).collect();
            Some(commands.join("; "))
        }
        Step::Inside { spec } => {
            let hooks = spec.hooks.iter().filter(|hook| !hook.commands.is_empty());
            let hooks: Vec<_> = hooks.map(|hook| hook.hook.property_name()).collect();
            (!hooks.is_empty()).then(|| hooks.join(", "))
        }
    };
    let mut details = serde_json::to_value(step).unwrap_or_default();
    if let Some(details) = details.as_object_mut() {
        details.shift_remove("step");
    }
    api::PlannedStep { name: reconciler::name(step), subject, details: Some(details) }
}

/// Identity of a configuration: equal documents, equal text.
fn hash(value: &Value) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(value.to_string().as_bytes()))
}
