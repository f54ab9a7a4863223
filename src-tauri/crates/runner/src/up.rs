//! `wharf up` and `wharf plan`: wanting an environment to run.

use wharf_api as api;
use wharf_api::{EventKind, Outcome as StepOutcome, StepName};
use wharf_plan::container::{CreateOptions, GpuAvailability as PlannedGpu};
use wharf_plan::difference::smallest_application;
use wharf_plan::hooks::HookOptions;
use wharf_plan::{BuildOptions, Desired, Dotfiles, FactQuery, Running, Step, Wanted, consent};
use wharf_spec::{MergedConfig, UserEnvProbe};

use crate::changes::{self, Depth};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::reconciler::Reconciler;
use crate::records::WantedRecord;
use crate::request::{
    ConsentAsker, EventSink, GpuAvailability, RebuildRequest, StartRequest, Trust, UpRequest,
    UpdateUidDefault,
};
use crate::session::{Access, Session};
use crate::settings::Settings;
use crate::{CancellationToken, apply, build, journal, losses, ports, read_configuration, secrets, volume};

/// Brings an environment up: container running, hooks done.
///
/// # Errors
/// Everything that stands in the way; the environment is left in a state from which the next `up` goes on.
pub async fn up(
    request: &UpRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::UpResult> {
    bring_up(request, "up", sink, asker, cancel).await
}

/// Starts the container that is there, and runs the hooks that belong to a start.
///
/// # Errors
/// When there is no container, and everything that can stand in the way of `up`.
pub async fn start(
    request: &StartRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::UpResult> {
    let up = UpRequest {
        target: request.target.clone(),
        trust: request.trust,
        expect_existing_container: true,
        stop_first: request.stop_first,
        keeper: request.keeper.clone(),
        ..UpRequest::default()
    };
    bring_up(&up, "start", sink, asker, cancel).await.map_err(|error| match error {
        Error::ExpectedContainer => Error::NothingToStart,
        other => other,
    })
}

/// Builds the image again and replaces the container. The old one goes only when the new one can be made.
///
/// # Errors
/// Everything that can stand in the way of `up`.
pub async fn rebuild(
    request: &RebuildRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::UpResult> {
    let up = UpRequest {
        target: request.target.clone(),
        trust: request.trust,
        remove_existing_container: true,
        build_no_cache: request.no_cache,
        build_again: true,
        keeper: request.keeper.clone(),
        ..UpRequest::default()
    };
    bring_up(&up, "rebuild", sink, asker, cancel).await
}

/// What all of them are: an environment that is to run, under the lock of the command of this name.
async fn bring_up(
    request: &UpRequest,
    command: &'static str,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::UpResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Up, None);
    let result = up_in(request, command, &operation, &root, asker).await;
    operation.end(root, &result);
    result
}

async fn up_in(
    request: &UpRequest,
    command: &'static str,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
    asker: &dyn ConsentAsker,
) -> Result<api::UpResult> {
    let settings = Settings::of(&request.target)?;
    settings.report(root);
    let request = &settings.below(request);
    let secrets = secrets::read(request.secrets_file.as_deref())?;
    let target = volume::prepare(&request.source, &request.target, asker, operation, root).await?;
    let mut session = Session::open(&target, Access::Change(command), operation, root).await?;
    let apply::Accounted { request, change } = apply::account_for(&mut session, request).await?;
    let detaches = request.detach_hooks && request.keeper.is_some();
    let request =
        &UpRequest { skip_non_blocking_commands: request.skip_non_blocking_commands || detaches, ..request };
    let environment = &session.subject.environment;
    let record = session.subject.record.as_ref();
    let desired = desired(request, environment, &secrets)?;
    let mut reconciler = session.reconciler_that_asks(request.trust, asker, secrets)?;
    reconciler.features = request.features.clone();
    session.announce(&reconciler)?;
    let result = if request.stop_first {
        match reconciler.run(&stopped(environment)).await {
            Ok(()) => reconciler.run(&desired).await,
            failed => failed,
        }
    } else {
        reconciler.run(&desired).await
    };
    // A container that was made is what was wanted, even if its hooks have failed.
    let is_new = reconciler.observed.replaced;
    let is_known = record.is_some_and(|record| record.applied.is_some());
    if is_new || result.is_ok() && (change.is_some() || !is_known) {
        reconciler.note_applied(record, &apply::written(&desired.wanted), request.apply).await;
    }
    session.remember(&reconciler, WantedRecord::Running, result.as_ref().err())?;
    result?;

    let container =
        reconciler.observed.container.known().cloned().flatten().ok_or(Error::ContainerNotFound)?;
    let merged = merged(&reconciler, &desired);
    if request.trust == Trust::Compatible
        && let Wanted::Running(wanted) = &desired.wanted
    {
        let mut touches = consent::touches(wanted, &merged, &reconciler.observed);
        touches.extend(reconciler.handed_over.clone());
        reconciler.tell_what_was_let_through(&touches);
    }
    let remote_user = wharf_plan::hooks::user_name(&merged, &container);
    let variables = read_configuration::variables(&container);
    let folder = environment.workspace.folder.clone();
    if !reconciler.ready {
        root.send(EventKind::Ready {
            milliseconds: operation.milliseconds(),
            container_id: container.id.clone(),
            remote_user: remote_user.clone(),
            remote_workspace_folder: folder.clone().unwrap_or_else(|| "/".to_owned()),
        });
    }
    ports::keep(&session, &merged, request.keeper.as_deref(), root).await?;
    if detaches {
        ports::finish(&session, request, root).await;
    }
    if reconciler.applied.is_none() {
        apply::tell_what_waits(&mut reconciler, root, record).await;
    }
    Ok(api::UpResult {
        container_id: container.id,
        compose_project_name: container
            .labels
            .get(wharf_plan::compose::PROJECT_LABEL)
            .filter(|_| environment.is_composed())
            .cloned(),
        remote_user,
        remote_workspace_folder: folder,
        configuration: request.include_configuration.then(|| environment.to_json(Some(&variables))),
        merged_configuration: request
            .include_merged_configuration
            .then(|| environment.resolved(merged.to_json(), Some(&variables))),
        oci_auth_diagnostics: reconciler.oci_auth,
    })
}

/// Says what `up` would do, without doing it.
///
/// # Errors
/// When the environment cannot be read or the engine not be asked.
pub async fn plan(
    request: &UpRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::PlanResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Up, None);
    let settings = Settings::of(&request.target)?;
    settings.report(&root);
    let request = &settings.below(request);
    let secrets = secrets::read(request.secrets_file.as_deref())?;
    let target = volume::foresee(&request.source, &request.target)?;
    let mut session = Session::open(&target, Access::Look, &operation, &root).await?;
    let accounted = apply::account_for(&mut session, request).await?;
    let request = &accounted.request;
    let environment = &session.subject.environment;
    let desired = desired(request, environment, &secrets)?;
    let mut reconciler = session.reconciler_that_asks(request.trust, asker, secrets)?;
    reconciler.features = request.features.clone();
    reconciler.observe(&FactQuery::Container).await?;
    let container = reconciler.observed.container.known().cloned().flatten();
    let (mut steps, mut blocker) = (Vec::new(), None);
    if request.stop_first {
        (steps, blocker) = reconciler.foresee(&stopped(environment)).await?;
    }
    if blocker.is_none() {
        let (rest, found) = reconciler.foresee(&desired).await?;
        steps.extend(rest);
        blocker = found;
    }
    let (kept, lost) = if steps.iter().any(|step| matches!(step, Step::Remove { .. })) {
        losses::words(&losses::of(&session, container.as_slice(), false).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    let record = session.subject.record.as_ref();
    let mut differences = crate::status::state_differences(container.as_ref(), WantedRecord::Running);
    let mut expected_milliseconds = None;
    if container.is_some() {
        let found = reconciler.changes(record, Depth::Whole).await;
        expected_milliseconds = accounted
            .change
            .or_else(|| smallest_application(&found))
            .and_then(|change| journal::expected(&journal::history(&session.subject.state), change));
        differences.extend(found.iter().map(|found| changes::to_api(environment, found)));
    }
    let result = api::PlanResult {
        environment: environment.document(),
        steps: steps.iter().map(crate::status::planned_step).collect(),
        differences,
        expected_milliseconds,
        requirements: reconciler.requirements(&desired).await?,
        kept,
        lost,
        blocked: blocker.map(|blocker| crate::status::blocked(environment, &blocker)),
    };
    drop(reconciler);
    root.finish(StepOutcome::Done, None);
    Ok(result)
}

/// The state in between, where a container is started anew.
fn stopped(environment: &Environment) -> Desired {
    Desired { source: environment.source(), wanted: Wanted::Stopped { seconds: None } }
}

/// The state that a request wants.
pub(crate) fn desired(
    request: &UpRequest,
    environment: &Environment,
    secrets: &[(String, String)],
) -> Result<Desired> {
    let running = running(request, environment, secrets)?;
    // A container that is only to be started is what it is, whatever it was made from.
    if environment.configuration_path.is_some() || !running.expect_existing {
        running.configuration.scenario()?;
    }
    Ok(Desired { source: environment.source(), wanted: Wanted::Running(Box::new(running)) })
}

/// What the environment would be made from. Whether its configuration can be served is not looked at: what is done in a
/// container that exists does not depend on it.
pub(crate) fn running(
    request: &UpRequest,
    environment: &Environment,
    secrets: &[(String, String)],
) -> Result<Running> {
    let default_probe = request.default_user_env_probe.as_deref().and_then(probe);
    Ok(Running {
        workspace: environment.workspace.clone(),
        id_labels: environment.id_labels.clone(),
        label_names: environment.label_names.clone(),
        image_name: environment.image_name(),
        replace: request.remove_existing_container,
        expect_existing: request.expect_existing_container,
        no_cache: request.build_no_cache,
        build_again: request.build_again,
        create: CreateOptions {
            mounts: request.mounts.clone(),
            gpu: match request.gpu_availability.unwrap_or_default() {
                GpuAvailability::Detect => PlannedGpu::Detect,
                GpuAvailability::All => PlannedGpu::All,
                GpuAvailability::None => PlannedGpu::None,
            },
            omit_remote_env_from_metadata: request.omit_config_remote_env_from_metadata,
        },
        build: BuildOptions {
            dockerfile: environment.dockerfile_path().ok(),
            context: environment.context_path().ok(),
            cache_from: build::caches("--cache-from", &request.cache_from)?,
            cache_to: build::caches("--cache-to", &request.cache_to)?,
            without_buildkit: request.without_buildkit.unwrap_or_default(),
            without_syntax: request.omit_syntax_directive,
            ..BuildOptions::default()
        },
        additional_features: request.features.additional.clone(),
        hooks: HookOptions {
            only_hooks: false,
            skip_post_create: request.skip_post_create,
            skip_non_blocking: request.skip_non_blocking_commands,
            prebuild: request.prebuild,
            stop_for_personalization: false,
            skip_post_attach: request.skip_post_attach,
            remote_env: request.remote_env.iter().cloned().collect(),
            default_probe,
            secrets: secrets.iter().map(|(name, _)| name.clone()).collect(),
            dotfiles: request.dotfiles.repository.clone().map(|repository| Dotfiles {
                repository,
                install_command: request.dotfiles.install_command.clone(),
                target_path: request.dotfiles.target_path.clone(),
            }),
            data_folder: request.data_folders.container_data_folder.clone(),
            system_data_folder: request.data_folders.container_system_data_folder.clone(),
            session_data_folder: request.data_folders.container_session_data_folder.clone(),
        },
        give: environment.given_folder(),
        update_uid_default: match request.update_remote_user_uid_default.unwrap_or_default() {
            UpdateUidDefault::Never => None,
            // Files in a volume have no owner on this computer.
            _ if !cfg!(target_os = "linux") || environment.is_in_volume() => None,
            UpdateUidDefault::On => Some(true),
            UpdateUidDefault::Off => Some(false),
        },
        configuration: environment.configuration.clone(),
    })
}

/// The value of a property or flag such as `loginShell`.
pub(crate) fn probe(text: &str) -> Option<UserEnvProbe> {
    UserEnvProbe::VALUES.iter().find(|(name, _)| *name == text).map(|(_, probe)| *probe)
}

/// The merged configuration of the container as it is now.
pub(crate) fn merged(reconciler: &Reconciler<'_>, desired: &Desired) -> MergedConfig {
    let container = reconciler.observed.container.known().and_then(Option::as_ref);
    match (&desired.wanted, container) {
        (Wanted::Running(wanted), Some(container)) => {
            let entries = wharf_plan::hooks::entries_of_container(wanted, container);
            wharf_spec::merge(&wanted.configuration, &entries)
        }
        _ => wharf_spec::merge(&reconciler.environment.configuration, &[]),
    }
}
