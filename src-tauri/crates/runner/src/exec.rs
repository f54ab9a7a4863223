//! `wharf exec`: a command in a running environment, as its remote user and with that user's environment.

use wharf_engine::Engine;
use wharf_plan::{ContainerFacts, ContainerState, FactQuery};
use wharf_spec::{UserEnvProbe, labels, merge, metadata};

use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::inside::{CommandSpec, Inside};
use crate::keeper::warm_exec;
use crate::reconciler::Reconciler;
use crate::records::{INSIDE, InsideRecord, ResolvedUser};
use crate::request::{EventSink, ExecRequest, ExecStreams};
use crate::session::{Access, Session};
use crate::settings::Settings;
use crate::{CancellationToken, read_configuration, up};

/// Runs a command and returns its exit code; 128 + signal if a signal ended it.
///
/// # Errors
/// When there is no running container or the command cannot be handed to it.
pub async fn exec(
    request: &ExecRequest,
    streams: ExecStreams,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<i32> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, wharf_api::StepName::Command, None);
    let code = within(request, streams, &operation, &root).await?;
    root.finish(wharf_api::Outcome::Done, None);
    Ok(code)
}

/// The same as part of an operation.
pub(crate) async fn within(
    request: &ExecRequest,
    streams: ExecStreams,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<i32> {
    let session = Session::open(&request.target, Access::Quiet, operation, root).await?;
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    let container =
        reconciler.observed.container.known().cloned().flatten().ok_or(Error::ContainerNotFound)?;
    if container.state != ContainerState::Running {
        return Err(Error::ContainerNotRunning {
            container: container.id,
            state: format!("{:?}", container.state).to_lowercase(),
        });
    }
    session.subject.state.touch();
    run(request, streams, &reconciler, &session.engine, &container).await
}

async fn run(
    request: &ExecRequest,
    streams: ExecStreams,
    reconciler: &Reconciler<'_>,
    engine: &Engine,
    container: &ContainerFacts,
) -> Result<i32> {
    let environment = reconciler.environment;
    let label = container.labels.get(metadata::LABEL).map(String::as_str);
    let labelled = labels::has_names(&environment.label_names, &container.labels);
    let (entries, _) =
        metadata::entries_for_container(label, &container.id, labelled, &environment.configuration);
    let merged =
        merge(&environment.configuration, &entries).for_container(&read_configuration::variables(container));
    let asked_probe = Settings::of(&request.target)?.probe(request.default_user_env_probe.as_ref());
    let probe =
        merged.user_env_probe.or_else(|| asked_probe.as_deref().and_then(up::probe)).unwrap_or_default();
    let known =
        reconciler.state.load::<InsideRecord>(INSIDE)?.found().filter(|record| record.belongs_to(container));
    let user = wharf_plan::hooks::remote_user(&merged, container);
    let known_as = known_as(&user, probe);
    let probed = known.as_ref().and_then(|record| record.probed.get(&known_as).cloned());
    let remote_env = wharf_plan::hooks::remote_env(&merged, &request.remote_env.iter().cloned().collect());
    let command = CommandSpec {
        command: request.command.clone(),
        user,
        working_dir: environment.workspace.folder.clone(),
        container_env: container.env.clone(),
        probe,
        probed,
        session_data_folder: request.data_folders.container_session_data_folder.clone(),
        remote_env,
        terminal: request.terminal,
    };
    let inside = Inside { engine, container };
    let cancel = &reconciler.operation.cancel;
    let mut streams = streams;
    let warm = match reconciler.state.key() {
        Some(key) => {
            let mut request = inside.exec_request(&command);
            // The keeper opens links; a connection of our own opens none.
            request.context.browser = true;
            warm_exec(reconciler.store, &key, container, request, &mut streams, cancel).await
        }
        None => None,
    };
    let outcome = match warm {
        Some(outcome) => outcome?,
        None => inside.exec(&command, streams, cancel).await?,
    };
    if let (Some(probed), Some(resolved)) = (outcome.probed, outcome.resolved) {
        let mut record = known.unwrap_or_else(|| InsideRecord {
            container: container.id.clone(),
            started_at: container.started_at.clone(),
            inside: wharf_plan::Inside::default(),
            failed: None,
            user: ResolvedUser { name: resolved.user, home: resolved.home, shell: resolved.shell },
            probed: std::collections::BTreeMap::new(),
        });
        record.probed.insert(known_as, probed);
        reconciler.state.save(INSIDE, &record)?;
    }
    Ok(outcome.code)
}

/// What a user's environment is kept under: the user as the configuration names it, and the probe.
pub(crate) fn known_as(user: &str, probe: UserEnvProbe) -> String {
    let probe =
        UserEnvProbe::VALUES.iter().find(|(_, value)| *value == probe).map_or("none", |(name, _)| name);
    format!("{user} {probe}")
}
