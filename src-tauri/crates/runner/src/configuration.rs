//! A configuration as a window explains it, and word of its changes. Nothing is pulled, built or asked of anybody but the engine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use wharf_api as api;
use wharf_api::{ConfigurationFileRole, EnvironmentReference, StepName};
use wharf_plan::FactQuery;

use crate::environment::{Environment, SourceFile};
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::request::{EventSink, ReadConfigurationRequest, Target};
use crate::session::{Access, Session, Subject};
use crate::watch::FileWatch;
use crate::{CancellationToken, connect, convert, folder, locate, read_configuration};

/// Bytes of a file that are shown.
const LONGEST_SHOWN: u64 = 1024 * 1024;
/// Changes that come this close together are told as one.
const TOGETHER: Duration = Duration::from_millis(120);

/// Everything that is known of a configuration. One that cannot be understood is part of the answer.
pub(crate) async fn report(
    target: &Target,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::ConfigurationReport> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Configuration, None);
    let subject = match Subject::find(target, Access::Quiet, &operation, &root).await {
        Ok(subject) => subject,
        Err(error) => return broken(target, error),
    };
    let environment = &subject.environment;
    let mut files = Vec::new();
    for file in environment.files() {
        files.push(shown(environment, file, &operation.cancel).await);
    }
    let mut report = api::ConfigurationReport {
        environment: Some(environment.document()),
        configuration: Some(environment.to_json(None)),
        diagnostics: folder::diagnostics_of(environment),
        files,
        ..api::ConfigurationReport::default()
    };
    match connect::quietly(&subject.target, &subject.store).await {
        Ok(engine) => {
            let session = Session { operation: &operation, root: &root, subject, engine };
            merge(&mut report, &session).await;
        }
        Err(error) => {
            report.origins = environment.origins(None);
            report.unmerged = Some(error.to_result());
        }
    }
    Ok(report)
}

/// Adds what image, Features and container bring.
async fn merge(report: &mut api::ConfigurationReport, session: &Session<'_>) {
    let environment = session.environment();
    let merged = async {
        let mut reconciler = session.reconciler()?;
        reconciler.observe(&FactQuery::Container).await?;
        let container = reconciler.observed.container.known().cloned().flatten();
        let request =
            ReadConfigurationRequest { target: session.subject.target.clone(), ..Default::default() };
        let merged = reconciler.merged_configuration(&request, container.as_ref(), false).await?;
        Ok::<_, Error>((merged, container))
    };
    match merged.await {
        Ok((merged, container)) => {
            let variables = container.as_ref().map(read_configuration::variables);
            report.origins = environment.origins(Some(&merged));
            report.merged = Some(environment.resolved(merged.to_json(), variables.as_ref()));
            report.configuration = Some(environment.to_json(variables.as_ref()));
        }
        Err(error) => {
            report.origins = environment.origins(None);
            report.unmerged = Some(error.to_result());
        }
    }
}

/// What can be said of a configuration that cannot be understood: what is wrong, and the files where it stands.
fn broken(target: &Target, error: Error) -> Result<api::ConfigurationReport> {
    let diagnostics = match &error {
        Error::Configuration { diagnostics, text } => {
            let events = diagnostics.iter().map(|found| convert::diagnostic(found, text));
            events.filter_map(folder::diagnostic).collect()
        }
        // Another reason, such as a folder that is not there, leaves nothing to show.
        _ if own_file(target).is_none() => return Err(error),
        _ => vec![api::FolderDiagnostic {
            severity: api::Severity::Error,
            message: error.message(),
            location: error.location(),
            hint: error.hint(),
        }],
    };
    let own = own_file(target).into_iter().map(|path| (path, ConfigurationFileRole::Configuration));
    let mut files: Vec<(PathBuf, ConfigurationFileRole)> = own.collect();
    if let Error::Configuration { diagnostics, .. } = &error {
        for found in diagnostics {
            if files.iter().all(|(path, _)| *path != found.path) {
                files.push((found.path.clone(), ConfigurationFileRole::Extended));
            }
        }
    }
    let files = files.into_iter().map(|(path, role)| read(&path, &path, role)).collect();
    Ok(api::ConfigurationReport { diagnostics, files, ..api::ConfigurationReport::default() })
}

/// The file of a configuration, found by its name alone.
fn own_file(target: &Target) -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    match locate::locate(target, &current) {
        Ok(located) => Some(located.content),
        Err(_) => target.config.clone(),
    }
}

async fn shown(
    environment: &Environment,
    file: SourceFile,
    cancel: &CancellationToken,
) -> api::ConfigurationFile {
    let SourceFile { path, role, text } = file;
    if let Some(text) = text {
        let path = path.display().to_string();
        return api::ConfigurationFile { path, role, text: Some(text), problem: None };
    }
    match environment.bring(&path, cancel).await {
        Ok(place) => read(&path, &place, role),
        Err(error) => api::ConfigurationFile {
            path: path.display().to_string(),
            role,
            text: None,
            problem: Some(error.message()),
        },
    }
}

fn read(path: &Path, place: &Path, role: ConfigurationFileRole) -> api::ConfigurationFile {
    let text = match std::fs::metadata(place) {
        Ok(metadata) if !metadata.is_file() => Err("it is no file".to_owned()),
        Ok(metadata) if metadata.len() > LONGEST_SHOWN => Err("it is too long to be shown".to_owned()),
        Ok(_) => std::fs::read_to_string(place).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let path = path.display().to_string();
    match text {
        Ok(text) => api::ConfigurationFile { path, role, text: Some(text), problem: None },
        Err(problem) => api::ConfigurationFile { path, role, text: None, problem: Some(problem) },
    }
}

/// The files of this computer that an environment is made of, and whether its configuration could be understood. One that cannot be has
/// at least its own.
pub(crate) fn files(target: &Target) -> (BTreeSet<PathBuf>, bool) {
    let current = || std::env::current_dir().unwrap_or_default();
    match Environment::find(target) {
        Ok(environment) if environment.is_in_volume() => (BTreeSet::new(), true),
        Ok(environment) => (environment.files().into_iter().map(|file| file.path).collect(), true),
        Err(Error::Configuration { diagnostics, .. }) => {
            let named = diagnostics.into_iter().map(|found| found.path);
            (named.chain(own_file(target)).map(|path| locate::absolute(&current(), &path)).collect(), false)
        }
        Err(_) => {
            (own_file(target).map(|path| locate::absolute(&current(), &path)).into_iter().collect(), false)
        }
    }
}

/// Hears of changes to the files of one configuration.
#[derive(Debug)]
pub struct ConfigurationWatch {
    target: Target,
    known: BTreeSet<PathBuf>,
    changed: Arc<Notify>,
    files: FileWatch,
}

impl ConfigurationWatch {
    pub(crate) fn new(target: Target) -> Result<Self> {
        let changed = Arc::new(Notify::new());
        let hear = Arc::clone(&changed);
        let files = FileWatch::new(move |_| hear.notify_one())?;
        let mut watch = Self { target, known: BTreeSet::new(), changed, files };
        watch.look();
        Ok(watch)
    }

    /// Waits for the next change.
    pub async fn next(&mut self) {
        self.changed.notified().await;
        tokio::time::sleep(TOGETHER).await;
        self.look();
    }

    /// Watches what the configuration names now. While it cannot be understood, what it named before stays watched.
    fn look(&mut self) {
        let (files, understood) = files(&self.target);
        if understood {
            self.known = files;
        } else {
            self.known.extend(files);
        }
        self.files.set(&self.known);
    }
}

impl crate::Operations {
    /// Everything that is known of an environment's configuration. One that cannot be understood is part of the answer.
    ///
    /// # Errors
    /// When there is no configuration to show.
    pub async fn configuration(&self, reference: &EnvironmentReference) -> Result<api::ConfigurationReport> {
        report(&self.target(reference)?, &crate::operations::Silence, CancellationToken::new()).await
    }

    /// Begins to watch the files that an environment's configuration is made of. Those of a volume change only from within.
    ///
    /// # Errors
    /// When the system lets nobody watch.
    pub fn watch_configuration(&self, reference: &EnvironmentReference) -> Result<ConfigurationWatch> {
        ConfigurationWatch::new(self.target(reference)?)
    }
}
