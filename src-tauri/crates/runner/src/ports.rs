//! `wharf ports` and `wharf forward`, and what other use cases ask of the keeper.

mod keepers;
mod look;
mod news;

use std::path::{Path, PathBuf};

use wharf_api as api;
use wharf_api::{EventKind, Outcome, Severity, StepName};
use wharf_plan::ports::{DeclaredPorts, InsidePort};
use wharf_spec::MergedConfig;

use crate::CancellationToken;
use crate::connect::{self, Variables};
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::keeper::{Keeper, KeeperWatch, PORTS, REACHED_WITH, note_released};
use crate::request::{EventSink, Target, UpRequest};
use crate::session::{Access, Session, Subject};
use crate::store::{EnvironmentStore, Store};

pub use look::PortsLook;
pub use news::{PortNews, PortNewsKind, PortNewsWatch};

/// `wharf ports`.
#[derive(Debug, Clone, Default)]
pub struct PortsRequest {
    /// The environment; None: all that are kept.
    pub target: Option<Target>,
    /// `--user-data-folder`.
    pub user_data_folder: Option<PathBuf>,
}

/// `wharf forward`.
#[derive(Debug, Clone)]
pub struct ForwardRequest {
    /// The environment.
    pub target: Target,
    /// The program that is started as the keeper if none runs.
    pub program: PathBuf,
    /// The port inside: `80`, or `db:5432` for another service.
    pub port: String,
    /// What is to be done with it.
    pub change: api::PortChange,
}

/// The ports of one environment, or of all that are kept.
///
/// # Errors
/// When the environment cannot be found, or the keeper breaks off.
pub async fn ports(
    request: &PortsRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::PortsResult> {
    let (store, key) = match &request.target {
        Some(target) => {
            let subject = subject(target, sink, cancel).await?;
            (subject.store, subject.state.key())
        }
        None => (Store::open(request.user_data_folder.as_deref())?, None),
    };
    match Keeper::connect(&store).await {
        Some(keeper) => keeper.ports(key.as_deref()).await,
        None => Ok(api::PortsResult::default()),
    }
}

/// Forwards a port, moves it to another place, or stops it. The choice is remembered for the environment.
///
/// # Errors
/// When the environment cannot be found or has never been brought up, the port is none, or the keeper cannot be had.
pub async fn forward(
    request: &ForwardRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::PortsResult> {
    let port =
        InsidePort::parse(&request.port).ok_or_else(|| Error::NoPort { text: request.port.clone() })?;
    let subject = subject(&request.target, sink, cancel).await?;
    let key = subject.state.key().filter(|_| subject.record.is_some()).ok_or(Error::NotKept)?;
    if matches!(request.change, api::PortChange::Stop) {
        let keeper = Keeper::connect(&subject.store).await.ok_or(Error::NotKept)?;
        return keeper.change(&key, port, request.change.clone()).await;
    }
    // Who has reached the engine knows better how that is done.
    if subject.state.peek::<Variables>(REACHED_WITH).is_none() {
        note_reach(&subject.state)?;
    }
    Keeper::keep(&subject.store, &request.program, &key).await?;
    let keeper = Keeper::ensure(&subject.store, &request.program).await?;
    keeper.change(&key, port, request.change.clone()).await
}

/// Watches the ports of everything that is kept; None when there is no keeper to watch.
///
/// # Errors
/// When the state folder cannot be found, or the keeper breaks off.
pub async fn watch_ports(user_data_folder: Option<&Path>) -> Result<Option<KeeperWatch>> {
    let store = Store::open(user_data_folder)?;
    match Keeper::connect(&store).await {
        Some(keeper) => keeper.watch(&store).await.map(Some),
        None => Ok(None),
    }
}

/// Asks the keeper, if one runs, to end now; what it keeps is taken up again by the next one.
///
/// # Errors
/// When the state folder cannot be found, or the keeper does not answer.
pub async fn leave_keeper(user_data_folder: Option<&Path>) -> Result<()> {
    let store = Store::open(user_data_folder)?;
    match Keeper::greet(&store).await {
        Some(keeper) => keeper.leave().await,
        None => Ok(()),
    }
}

async fn subject(target: &Target, sink: &dyn EventSink, cancel: CancellationToken) -> Result<Subject> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Configuration, None);
    let subject = Subject::find(target, Access::Quiet, &operation, &root).await?;
    root.finish(Outcome::Done, None);
    Ok(subject)
}

/// Notes how this process reaches engines, for the keeper, which may have been started from elsewhere.
fn note_reach(state: &EnvironmentStore) -> Result<()> {
    let variables = connect::variables();
    if state.peek::<Variables>(REACHED_WITH).as_ref() != Some(&variables) {
        state.save(REACHED_WITH, &variables)?;
    }
    Ok(())
}

/// Notes what an environment that is up says about ports, and has it kept where that is wanted. An environment that is up is up, whatever
/// becomes of its forwards.
pub(crate) async fn keep(
    session: &Session<'_>,
    merged: &MergedConfig,
    program: Option<&Path>,
    root: &StepRecord<'_>,
) -> Result<()> {
    let state = &session.subject.state;
    let is_known =
        session.subject.environment.configuration_path.is_some() || session.subject.record.is_some();
    let Some(key) = state.key().filter(|_| is_known) else { return Ok(()) };
    let declared = DeclaredPorts::of(merged);
    if state.peek::<DeclaredPorts>(PORTS).as_ref() != Some(&declared) {
        state.save(PORTS, &declared)?;
    }
    let Some(program) = program else { return Ok(()) };
    note_reach(state)?;
    match Keeper::keep(&session.subject.store, program, &key).await {
        Ok(result) => {
            let ports = result.environments.into_iter().flat_map(|environment| environment.ports).collect();
            root.send(EventKind::Forwarding { ports });
        }
        Err(error) => root.send(EventKind::Diagnostic {
            severity: Severity::Warning,
            message: format!("no port is forwarded: {}", error.message()),
            location: None,
            hint: error.hint(),
        }),
    }
    Ok(())
}

/// Has the keeper run the hooks that come after the wait point. Where it cannot, they wait for the next `up`.
pub(crate) async fn finish(session: &Session<'_>, request: &UpRequest, root: &StepRecord<'_>) {
    let Some(program) = &request.keeper else { return };
    let environment = &session.subject.environment;
    let mut arguments = vec!["run-user-commands".to_owned()];
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            arguments.extend([format!("--{name}"), value]);
        }
    };
    let text = |path: &Path| std::path::absolute(path).ok().map(|path| path.display().to_string());
    let target = &session.subject.target;
    let in_folder = !environment.is_in_volume();
    flag("workspace-folder", Some(environment.folder.clone()).filter(|_| in_folder && !target.is_alone()));
    flag("config", environment.configuration_path.as_deref().filter(|_| in_folder).and_then(text));
    flag("override-config", target.override_config.as_deref().and_then(text));
    flag("user-data-folder", text(session.subject.store.root()));
    flag("engine", target.engine.clone());
    flag("docker-path", target.docker_path.clone());
    for (name, value) in &target.id_labels {
        flag("id-label", Some(format!("{name}={value}")));
    }
    for (name, value) in &request.remote_env {
        flag("remote-env", Some(format!("{name}={value}")));
    }
    flag("default-user-env-probe", request.default_user_env_probe.clone());
    flag("secrets-file", request.secrets_file.as_deref().and_then(text));
    flag("container-data-folder", request.data_folders.container_data_folder.clone());
    flag("container-system-data-folder", request.data_folders.container_system_data_folder.clone());
    flag("container-session-data-folder", request.data_folders.container_session_data_folder.clone());
    flag("dotfiles-repository", request.dotfiles.repository.clone());
    flag("dotfiles-install-command", request.dotfiles.install_command.clone());
    flag("dotfiles-target-path", request.dotfiles.target_path.clone());
    if request.skip_post_attach {
        arguments.push("--skip-post-attach".to_owned());
    }
    if target.without_overlay {
        arguments.push("--no-overlay".to_owned());
    }
    if !in_folder {
        // A workspace in a volume has no folder here; its id is nobody else's.
        arguments.push(environment.id.to_string());
    }
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let folder = if in_folder { environment.folder.clone() } else { "/".to_owned() };
    let variables = variables.collect();
    let store = &session.subject.store;
    if let Err(error) = Keeper::finish(store, program, arguments, folder, variables).await {
        root.send(EventKind::Diagnostic {
            severity: Severity::Warning,
            message: format!("hooks after the wait point have not run: {}", error.message()),
            location: None,
            hint: Some("`wharf up` runs them".to_owned()),
        });
    }
}

/// Has an environment kept no longer that does not run any more.
pub(crate) async fn release(store: &Store, state: &EnvironmentStore) {
    let Some(key) = state.key() else { return };
    match Keeper::connect(store).await {
        // Its container has ended: it cannot forward anything, whatever it answers.
        Some(keeper) => drop(keeper.release(&key).await),
        None => drop(note_released(state)),
    }
}

/// What the keeper does for an environment; None while it is not kept.
pub(crate) async fn kept(store: &Store, state: &EnvironmentStore) -> Option<api::EnvironmentPorts> {
    let key = state.key()?;
    let result = Keeper::connect(store).await?.ports(Some(&key)).await.ok()?;
    result.environments.into_iter().next()
}
