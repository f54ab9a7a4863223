//! One operation on one environment: what it works with, from the folder on the disk to the engine.
//!
//! Every use case opens its environment here and differs only in how: who changes something holds the environment's lock and
//! keeps a journal, who looks does neither.

use std::collections::{BTreeMap, BTreeSet};

use wharf_api as api;
use wharf_api::{EventKind, Outcome, StepName};
use wharf_engine::Engine;
use wharf_plan::{ContainerFacts, Fact, FactQuery, HostFacts, Observed};

use crate::changes::Applied;
use crate::consent as stored_consent;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::journal::Journal;
use crate::lock::Lock;
use crate::proxies;
use crate::recall::Recall;
use crate::reconciler::Reconciler;
use crate::records::{BUILT, BuiltRecord, ENVIRONMENT, EnvironmentRecord, WantedRecord};
use crate::request::{Answer, ConsentAsker, FeaturesRequest, Target, Trust};
use crate::store::{EnvironmentStore, Loaded, Store};
use crate::{choice, connect, convert, extended, losses, names, volume};

/// What a use case does with its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It reads, without a word.
    Quiet,
    /// It reads, and says what it found.
    Look,
    /// The same with a configuration of any name, and with warnings alone.
    LookAnywhere,
    /// It changes something, as the command of this name.
    Change(&'static str),
}

/// An environment and what is remembered of it. No engine has been asked yet, unless to find it by its name.
#[derive(Debug)]
pub(crate) struct Subject {
    /// What the request means, names resolved.
    pub(crate) target: Target,
    /// As it stands on the disk.
    pub(crate) environment: Environment,
    /// All state of this user.
    pub(crate) store: Store,
    /// The state of this environment.
    pub(crate) state: EnvironmentStore,
    /// What the last operation has left.
    pub(crate) record: Option<EnvironmentRecord>,
    _lock: Option<Lock>,
}

/// An environment and the engine that it runs on, for one operation.
pub(crate) struct Session<'a> {
    pub(crate) operation: &'a Operation<'a>,
    pub(crate) root: &'a StepRecord<'a>,
    pub(crate) subject: Subject,
    pub(crate) engine: Engine,
}

/// Stands in where nothing that is done needs consent.
pub(crate) struct Nobody;

impl ConsentAsker for Nobody {
    fn ask<'a>(&'a self, _: &'a api::ConsentRequest) -> futures_util::future::BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(Answer::Nobody))
    }
}

impl Access {
    /// Whether what tags of registries name is asked for anew, where something is kept of them.
    pub(crate) fn asks_again(self) -> bool {
        matches!(self, Self::Change("rebuild" | "build"))
    }
}

impl Subject {
    /// Finds what `target` means, and waits for its lock where it is to be changed.
    pub(crate) async fn find(
        target: &Target,
        access: Access,
        operation: &Operation<'_>,
        root: &StepRecord<'_>,
    ) -> Result<Self> {
        let store = Store::open(target.user_data_folder.as_deref())?;
        let target = tokio::select! {
            () = operation.cancel.cancelled() => return Err(Error::Cancelled),
            target = names::resolve(target, &store) => target?,
        };
        let chosen = choice::remembered(&target, &store);
        let target = Target { config: chosen.or(target.config.clone()), ..target };
        if access != Access::Quiet && target.volume.is_none() {
            let files = Environment::layer_paths(&target);
            extended::bring(files, access.asks_again(), &store, operation, root).await?;
        }
        let environment = match access {
            _ if target.volume.is_some() => volume::read(&target, &store, access, operation, root).await?,
            Access::Quiet => Environment::find(&target)?,
            Access::LookAnywhere => {
                let environment = Environment::find_any(&target)?;
                environment.report(root);
                environment
            }
            Access::Look | Access::Change(_) => read(&target, operation, root)?,
        };
        operation.is_about(&environment.folder, Some(environment.id.as_str()));
        let state = store.environment(&environment.id_labels);
        let lock = match access {
            Access::Quiet | Access::Look | Access::LookAnywhere => None,
            Access::Change(command) => {
                let lock = take_lock(&state, command, operation, root).await?;
                operation.keep(Journal::new(state.folder()));
                Some(lock)
            }
        };
        let record = load_record(&state, root)?;
        let mut environment = environment;
        let applied = record.as_ref().and_then(EnvironmentRecord::applied_to_container);
        environment.configuration.set_applied(applied);
        Ok(Self { target, environment, store, state, record, _lock: lock })
    }

    /// Connects to the engine, as a step of its own.
    pub(crate) async fn connect<'a>(
        self,
        operation: &'a Operation<'a>,
        root: &'a StepRecord<'a>,
    ) -> Result<Session<'a>> {
        let engine = connect::connect(&self.target, &self.store, operation, root).await?;
        Ok(Session { operation, root, subject: self, engine })
    }

    /// The same without a word.
    pub(crate) async fn connect_quietly<'a>(
        self,
        operation: &'a Operation<'a>,
        root: &'a StepRecord<'a>,
    ) -> Result<Session<'a>> {
        let engine = tokio::select! {
            () = operation.cancel.cancelled() => return Err(Error::Cancelled),
            engine = connect::quietly(&self.target, &self.store) => engine?,
        };
        Ok(Session { operation, root, subject: self, engine })
    }
}

impl<'a> Session<'a> {
    /// Finds the environment and connects to its engine.
    pub(crate) async fn open(
        target: &Target,
        access: Access,
        operation: &'a Operation<'a>,
        root: &'a StepRecord<'a>,
    ) -> Result<Self> {
        let subject = Subject::find(target, access, operation, root).await?;
        match access {
            Access::Quiet => subject.connect_quietly(operation, root).await,
            _ => subject.connect(operation, root).await,
        }
    }

    /// The environment.
    pub(crate) fn environment(&self) -> &Environment {
        &self.subject.environment
    }

    /// The loop for an operation that needs no consent.
    pub(crate) fn reconciler(&self) -> Result<Reconciler<'_>> {
        self.reconciler_that_asks(Trust::Ask, &Nobody, Vec::new())
    }

    /// The loop, with what it needs to ask a person and to run hooks. Nothing has been looked at but this computer, the
    /// engine's greeting and what was remembered.
    pub(crate) fn reconciler_that_asks<'b>(
        &'b self,
        trust: Trust,
        asker: &'b dyn ConsentAsker,
        secrets: Vec<(String, String)>,
    ) -> Result<Reconciler<'b>> {
        let Subject { environment, store, state, record, target, .. } = &self.subject;
        self.operation.hide(&secrets);
        Ok(Reconciler {
            operation: self.operation,
            root: self.root,
            engine: &self.engine,
            environment,
            store,
            state: state.clone(),
            trust,
            asker,
            secrets,
            keychain: asker.keychain(),
            keychain_answers: false,
            kept: BTreeMap::new(),
            handed_over: Vec::new(),
            features: FeaturesRequest::default(),
            oci_auth: wharf_api::OciAuthDiagnostics::default(),
            compose_path: target.docker_compose_path.clone(),
            observed: Observed {
                engine: self.engine.facts().clone(),
                host: HostFacts { proxies: proxies::of(&self.engine), ..environment.host() },
                container: Fact::Unknown,
                built: state.load::<BuiltRecord>(BUILT)?.found().unwrap_or_default(),
                consent: stored_consent::granted(state, trust)?,
                ..Observed::default()
            },
            half_made: None,
            recalled: Recall::default(),
            container_id: record.as_ref().and_then(|record| record.container.clone()),
            ready: false,
            applied: None,
            leaving: None,
            told_short: BTreeSet::new(),
        })
    }

    /// Looks for the environment's container.
    pub(crate) async fn container(&self) -> Result<Option<ContainerFacts>> {
        let mut reconciler = self.reconciler()?;
        reconciler.observe(&FactQuery::Container).await?;
        Ok(reconciler.observed.container.known().cloned().flatten())
    }

    /// Lets `list` and the window know of an environment that was never there before, while its first operation runs: as much as
    /// would be known if it were cancelled now.
    pub(crate) fn announce(&self, reconciler: &Reconciler<'_>) -> Result<()> {
        match self.subject.record {
            Some(_) => Ok(()),
            None => self.remember(reconciler, WantedRecord::Running, Some(&Error::Cancelled)),
        }
    }

    /// Keeps what the next operation starts from.
    pub(crate) fn remember(
        &self,
        reconciler: &Reconciler<'_>,
        wanted: WantedRecord,
        failure: Option<&Error>,
    ) -> Result<()> {
        let Subject { target, environment, state, record: before, .. } = &self.subject;
        let before = before.as_ref();
        // A container that was named by its id alone is no environment of its own, and of one whose configuration is not here
        // more is known already.
        if environment.configuration_path.is_none() {
            let Some(before) = before.filter(|_| !environment.id_labels.is_empty()) else { return Ok(()) };
            let failure = failure.filter(|error| !matches!(error, Error::Cancelled)).map(Error::message);
            let container = reconciler.container_id.clone();
            return state
                .save(ENVIRONMENT, &EnvironmentRecord { wanted, container, failure, ..before.clone() });
        }
        let applied = match &reconciler.applied {
            Some(applied) => applied.clone(),
            None => before.map(Applied::of_record).unwrap_or_default(),
        };
        let record = EnvironmentRecord {
            name: environment.name(),
            // None of this computer's belongs to a container that was named without one.
            folder: if target.is_alone() { String::new() } else { environment.folder.clone() },
            configuration: environment.configuration.path.display().to_string(),
            id: environment.id.to_string(),
            id_labels: environment.id_labels.clone(),
            source: environment.source(),
            wanted,
            engine: Some(convert::engine(&self.engine, self.engine.facts())),
            created: reconciler.observed.replaced
                || before.is_some_and(|before| before.created && before.container == reconciler.container_id),
            container: reconciler.container_id.clone(),
            volumes: match &reconciler.observed.container {
                Fact::Known(Some(container)) => losses::named_volumes(container),
                _ => before.map(|before| before.volumes.clone()).unwrap_or_default(),
            },
            applied: applied.configuration,
            ingredients: applied.ingredients,
            made_entries: applied.made_entries,
            applied_entries: applied.entries,
            applied_at: applied.at,
            failure: failure.filter(|error| !matches!(error, Error::Cancelled)).map(Error::message),
        };
        if before == Some(&record) {
            return Ok(());
        }
        state.save(ENVIRONMENT, &record)
    }
}

impl Session<'_> {
    /// Keeps the names of volumes that have outlived their container.
    pub(crate) fn remember_volumes(&self, volumes: &[String]) -> Result<()> {
        let state = &self.subject.state;
        let Some(record) = state.load::<EnvironmentRecord>(ENVIRONMENT)?.found() else { return Ok(()) };
        if record.volumes == volumes {
            return Ok(());
        }
        state.save(ENVIRONMENT, &EnvironmentRecord { volumes: volumes.to_vec(), ..record })
    }
}

/// Reads the configuration as the operation's first step.
fn read(target: &Target, operation: &Operation<'_>, root: &StepRecord<'_>) -> Result<Environment> {
    let step = operation.begin(Some(root), StepName::Configuration, None);
    let environment = Environment::find(target).inspect_err(|error| report_all_but_first(error, &step))?;
    operation.is_about(&environment.folder, Some(environment.id.as_str()));
    step.send(EventKind::EnvironmentFound { subject: environment.document() });
    environment.report(&step);
    let detail = match environment.diagnostics.len() {
        0 => None,
        1 => Some("1 warning".to_owned()),
        count => Some(format!("{count} warnings")),
    };
    step.finish(Outcome::Done, detail);
    Ok(environment)
}

/// The first error is the operation's own; a person who mends several at once wants to see the others too.
fn report_all_but_first(error: &Error, step: &StepRecord<'_>) {
    if let Error::Configuration { diagnostics, text } = error {
        let errors = diagnostics.iter().filter(|found| found.is_error()).skip(1);
        for found in errors {
            step.send(convert::diagnostic(found, text));
        }
    }
}

async fn take_lock(
    state: &EnvironmentStore,
    command: &str,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<Lock> {
    let mut waiting = None;
    let lock = Lock::acquire(state.folder(), command, &operation.cancel, |holder| {
        let step = operation.begin(Some(root), StepName::Lock, Some(holder.to_owned()));
        let pid = holder.rsplit_once("pid ").and_then(|(_, pid)| pid.trim_end_matches(')').parse().ok());
        let command = holder.split_once(" (pid").map(|(command, _)| command.to_owned());
        step.send(EventKind::Waiting { on: api::WaitingFor::Lock { pid, command } });
        waiting = Some(step);
    })
    .await?;
    if let Some(step) = waiting {
        step.finish(Outcome::Done, None);
    }
    Ok(lock)
}

/// What was remembered of the environment; a damaged record is reported and set aside.
fn load_record(state: &EnvironmentStore, root: &StepRecord<'_>) -> Result<Option<EnvironmentRecord>> {
    Ok(match state.load(ENVIRONMENT)? {
        Loaded::Found(record) => Some(record),
        Loaded::Absent => None,
        Loaded::SetAside(path) => {
            root.warn(
                format!("a state file was damaged and has been set aside as {}", path.display()),
                Some("nothing is lost: what it held is gathered again".to_owned()),
            );
            None
        }
    })
}
