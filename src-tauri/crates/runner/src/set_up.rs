//! `wharf set-up` and `wharf run-user-commands`: what is done inside a container that somebody else made and started.

use wharf_api as api;
use wharf_api::StepName;
use wharf_plan::{ContainerFacts, Desired, Running, Wanted, hooks};
use wharf_spec::MergedConfig;

use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::request::{
    ConsentAsker, EventSink, RunUserCommandsRequest, SetUpRequest, Target, Trust, UpRequest,
};
use crate::session::{Access, Session};
use crate::settings::Settings;
use crate::{CancellationToken, read_configuration, secrets, up};

/// Makes a container that exists one to develop in: set-up, then the hooks.
///
/// # Errors
/// When there is no such container, it does not run, a hook fails, or may not be given what it asks for.
pub async fn set_up(
    request: &SetUpRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::SetUpResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::SetUpContainer, None);
    let result = set_up_in(request, &operation, &root, asker).await;
    operation.end(root, &result);
    result
}

async fn set_up_in(
    request: &SetUpRequest,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
    asker: &dyn ConsentAsker,
) -> Result<api::SetUpResult> {
    let target = Target { stands_alone: true, ..request.target.clone() };
    let session = Session::open(&target, Access::Change("set-up"), operation, root).await?;
    let up = UpRequest {
        data_folders: request.data_folders.clone(),
        default_user_env_probe: request.default_user_env_probe.clone(),
        remote_env: request.remote_env.clone(),
        dotfiles: request.dotfiles.clone(),
        skip_post_create: request.skip_post_create,
        skip_non_blocking_commands: request.skip_non_blocking_commands,
        ..UpRequest::default()
    };
    let settings = Settings::of(&request.target)?;
    settings.report(root);
    let up = settings.below(&up);
    let wanted = up::running(&up, session.environment(), &[])?;
    let (container, merged) = inside(&session, wanted, Vec::new(), request.trust, asker).await?;
    let environment = session.environment();
    let variables = read_configuration::variables(&container);
    Ok(api::SetUpResult {
        configuration: request.include_configuration.then(|| environment.to_json(Some(&variables))),
        merged_configuration: request
            .include_merged_configuration
            .then(|| environment.resolved(merged.to_json(), Some(&variables))),
    })
}

/// Runs the hooks of a container that is up, as far as they have not run yet.
///
/// # Errors
/// When there is no such container, it does not run, a hook fails, or may not be given what it asks for.
pub async fn run_user_commands(
    request: &RunUserCommandsRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::RunUserCommandsResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::RunUserCommands, None);
    let result = run_user_commands_in(request, &operation, &root, asker).await;
    operation.end(root, &result);
    result
}

async fn run_user_commands_in(
    request: &RunUserCommandsRequest,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
    asker: &dyn ConsentAsker,
) -> Result<api::RunUserCommandsResult> {
    let secrets = secrets::read(request.secrets_file.as_deref())?;
    let session =
        Session::open(&request.target, Access::Change("run-user-commands"), operation, root).await?;
    let up = UpRequest {
        data_folders: request.data_folders.clone(),
        default_user_env_probe: request.default_user_env_probe.clone(),
        remote_env: request.remote_env.clone(),
        dotfiles: request.dotfiles.clone(),
        skip_non_blocking_commands: request.skip_non_blocking_commands,
        prebuild: request.prebuild,
        skip_post_attach: request.skip_post_attach,
        ..UpRequest::default()
    };
    let settings = Settings::of(&request.target)?;
    settings.report(root);
    let up = settings.below(&up);
    let mut wanted = up::running(&up, session.environment(), &secrets)?;
    wanted.hooks.only_hooks = true;
    wanted.hooks.stop_for_personalization = request.stop_for_personalization;
    let options = wanted.hooks.clone();
    let (_, merged) = inside(&session, wanted, secrets, request.trust, asker).await?;
    let result = match hooks::end(&merged, &options) {
        hooks::End::Done => api::HooksEnd::Done,
        hooks::End::WaitPoint => api::HooksEnd::SkipNonBlocking,
        hooks::End::Prebuild => api::HooksEnd::Prebuild,
        hooks::End::Personalization => api::HooksEnd::StopForPersonalization,
    };
    Ok(api::RunUserCommandsResult { result })
}

/// Brings the inside of the session's container to what is wanted. All of the host that it can touch is what hooks are given of its
/// secrets.
async fn inside(
    session: &Session<'_>,
    wanted: Running,
    secrets: Vec<(String, String)>,
    trust: Trust,
    asker: &dyn ConsentAsker,
) -> Result<(ContainerFacts, MergedConfig)> {
    let desired =
        Desired { source: session.environment().source(), wanted: Wanted::Inside(Box::new(wanted.clone())) };
    let mut reconciler = session.reconciler_that_asks(trust, asker, secrets)?;
    reconciler.run(&desired).await?;
    if trust == Trust::Compatible {
        reconciler.tell_what_was_let_through(&reconciler.handed_over);
    }
    let container =
        reconciler.observed.container.known().cloned().flatten().ok_or(Error::ContainerNotFound)?;
    let entries = hooks::entries_of_container(&wanted, &container);
    let merged = wharf_spec::merge(&wanted.configuration, &entries);
    Ok((container, merged))
}
