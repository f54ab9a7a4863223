//! Doing: every step that reconciling plans, carried out whole or undone.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use wharf_api::{Outcome, OutputStream, StepName};
use wharf_engine::Progress;
use wharf_plan::build::{NamedContext, SecretSource};
use wharf_plan::container::PullPolicy;
use wharf_plan::{BuildPurpose, BuildSpec, Built, ContainerSpec, Step};

use crate::connect;
use crate::credentials;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::host::{self, LastLines};
use crate::proxies;
use crate::reconciler::{Reconciler, name};
use crate::records::{BUILT, BuiltRecord};

impl Reconciler<'_> {
    /// Carries out one step.
    pub(crate) async fn act(&mut self, step: &Step) -> Result<()> {
        let subject = match step {
            Step::Pull { image, .. } => Some(image.clone()),
            Step::Build { spec, .. } => spec.tags.first().cloned(),
            Step::Create { spec } => Some(spec.body.image.clone()),
            Step::Compose { spec } => Some(spec.project.clone()),
            Step::RemoveNetwork { network } => Some(network.clone()),
            _ => None,
        };
        let record = self.operation.begin(Some(self.root), name(step), subject);
        let cancel = self.operation.cancel.clone();
        if matches!(step, Step::Create { .. } | Step::Compose { .. }) {
            self.let_go().await?;
        }
        match step {
            Step::Initialize { command, folder } => {
                let run = host::run(command, Path::new(folder), self.operation, &record).await;
                run.map_err(|error| self.located(error))?;
            }
            Step::Pull { image, platform } => self.pull(image, platform.as_deref(), &record).await?,
            Step::Build { purpose, spec, inputs } => self.build(*purpose, spec, inputs, &record).await?,
            Step::Create { spec } => self.create(spec, &record).await?,
            Step::Compose { spec } => self.compose_up(spec, &record).await?,
            Step::RemoveNetwork { network } => self.remove_network(network).await?,
            Step::Start { container } => {
                let started = self.engine.start(container).await;
                started.map_err(|error| self.container_error(error, container))?;
                // From here on it is a container like any other: the next `up` goes on with it.
                self.half_made = None;
            }
            Step::Unpause { container } => {
                let done = self.engine.unpause(container).await;
                done.map_err(|error| self.container_error(error, container))?;
            }
            Step::Stop { container, seconds } => {
                let stopped = tokio::select! {
                    () = cancel.cancelled() => return Err(Error::Cancelled),
                    stopped = self.engine.stop(container, *seconds) => stopped,
                };
                stopped.map_err(|error| self.container_error(error, container))?;
            }
            Step::Remove { container } => {
                // Anonymous volumes go with their container; named ones stay.
                let removed = self.engine.remove(container, true, true).await;
                removed.map_err(|error| self.container_error(error, container))?;
                self.container_id = None;
            }
            Step::Inside { spec } => self.inside(spec, &record).await?,
        }
        record.finish(Outcome::Done, None);
        Ok(())
    }

    async fn pull(&mut self, image: &str, platform: Option<&str>, record: &StepRecord<'_>) -> Result<()> {
        let credentials = credentials::of_image(image).await;
        let credentials = credentials.unwrap_or_else(|error| {
            record.warn(error.to_string(), None);
            None
        });
        let view = Layers::new(record);
        let show = |progress: Progress| view.show(progress);
        let pull = self.engine.pull(image, platform, credentials.as_ref(), &self.operation.cancel, &show);
        pull.await.map_err(|error| match error {
            wharf_engine::Error::Cancelled => Error::Cancelled,
            error => Error::Engine {
                error: Box::new(error),
                description: "An error occurred setting up the container.",
                location: self.environment.property_location("image").map(Box::new),
            },
        })
    }

    /// The same build with its files where they lie on this computer.
    async fn on_disk(&self, spec: &BuildSpec) -> Result<BuildSpec> {
        let mut spec = spec.clone();
        let named = spec.named_contexts.values_mut().filter_map(|context| match context {
            NamedContext::Folder(path) => Some(path),
            NamedContext::Source(_) => None,
        });
        let secrets = spec.secrets.iter_mut().filter_map(|secret| match &mut secret.source {
            SecretSource::File(path) => Some(path),
            SecretSource::Variable(_) | SecretSource::Named(_) => None,
        });
        let own = [&mut spec.dockerfile_path, &mut spec.context].into_iter().flatten();
        for path in own.chain(named).chain(secrets) {
            *path = self.environment.bring(path, &self.operation.cancel).await?;
        }
        Ok(spec)
    }

    async fn build(
        &mut self,
        purpose: BuildPurpose,
        spec: &BuildSpec,
        inputs: &str,
        record: &StepRecord<'_>,
    ) -> Result<()> {
        let mut on_disk = self.on_disk(spec).await?;
        let engine = &self.observed.engine;
        proxies::add_to_build(&mut on_disk, &self.observed.host.proxies, engine);
        let view = Vertices::new(self.operation, record);
        let show = |progress: Progress| view.show(progress);
        let (builders, credentials) = (connect::builders(self.store), credentials::finder());
        let built = self.engine.build(&on_disk, &builders, &credentials, &self.operation.cancel, &show).await;
        let lines = view.last.take();
        drop(view);
        let built = built.map_err(|error| match error {
            wharf_engine::Error::Cancelled => Error::Cancelled,
            error => {
                let feature = feature_of_build(spec, &error);
                let location = match &feature {
                    // One that only another Feature asks for stands nowhere here.
                    Some(feature) => self
                        .environment
                        .feature_location(feature)
                        .or_else(|| self.environment.property_location("features")),
                    None => self.environment.property_location(property_of_build(purpose, spec)),
                };
                Error::Build {
                    error: Box::new(error),
                    feature,
                    of_dockerfile: purpose != BuildPurpose::Features || spec.dockerfile_path.is_some(),
                    lines,
                    location: location.map(Box::new),
                }
            }
        })?;
        // What went elsewhere is nothing that the engine has.
        let Some(image) = built.id else { return Ok(()) };
        for name in &spec.tags {
            self.observed
                .built
                .insert(name.clone(), Built { inputs: inputs.to_owned(), image: image.clone() });
        }
        let mut all = self.state.load::<BuiltRecord>(BUILT)?.found().unwrap_or_default();
        all.extend(self.observed.built.clone());
        self.state.save(BUILT, &all)
    }

    /// Waits for a container of this environment that somebody else is removing: its name and its ports are taken until it is gone.
    /// Where that never ends, the engine says what is in the way, if anything is.
    async fn let_go(&mut self) -> Result<()> {
        let Some(leaving) = self.leaving.take() else { return Ok(()) };
        let gone = tokio::select! {
            () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
            gone = self.engine.wait_until_gone(&leaving, wharf_engine::LONGEST_REMOVAL) => gone,
        };
        gone.map(drop).map_err(|error| self.engine_error(error))
    }

    /// Never broken off in the middle: a container whose id never arrived could not be removed again.
    async fn create(&mut self, spec: &ContainerSpec, record: &StepRecord<'_>) -> Result<()> {
        // Podman's interface would make what is missing, as root and without a word.
        if let Some(missing) = spec.required_sources().find(|source| !Path::new(source).exists())
            && self.observed.engine.local
        {
            return Err(Error::Impossible {
                message: format!("{missing} is to be mounted into the container, but does not exist"),
                location: self.environment.place_of_text(missing).map(Box::new),
                hint: Some("make it, or correct the path in the configuration".to_owned()),
            });
        }
        let container = match self.engine.create(spec).await {
            Ok(container) => container,
            // It was there the last time; whether it has to be pulled is found out by the look that comes now.
            Err(wharf_engine::Error::ImageNotFound { .. }) if self.stop_recalling() => return Ok(()),
            // It is there for another platform only: as Docker's own program does, the right one is fetched.
            Err(wharf_engine::Error::ImageNotFound { .. })
                if spec.platform.is_some()
                    && spec.pull != PullPolicy::Never
                    && self.image_used_as_it_is().as_ref() == Some(&spec.body.image) =>
            {
                self.pull(&spec.body.image, spec.platform.as_deref(), record).await?;
                let created = self.engine.create(spec).await;
                created.map_err(|error| self.engine_error(error))?
            }
            Err(error) => return Err(self.engine_error(error)),
        };
        self.half_made = Some(container.clone());
        self.container_id = Some(container.clone());
        for connection in &spec.further_networks {
            let connected = self.engine.connect_network(&container, connection).await;
            connected.map_err(|error| self.engine_error(error))?;
        }
        // While nothing runs in it yet the agent costs one upload and no waiting.
        self.place_agent(&container, spec.body.host_config.readonly_rootfs).await
    }

    /// An error of the engine about the environment's container.
    pub(crate) fn container_error(&self, error: wharf_engine::Error, container: &str) -> Error {
        match error {
            wharf_engine::Error::ContainerNotFound { .. } => Error::ContainerLost {
                container: container.to_owned(),
                what: "was removed by somebody else meanwhile".to_owned(),
            },
            error => self.engine_error(error),
        }
    }

    pub(crate) fn engine_error(&self, error: wharf_engine::Error) -> Error {
        Error::Engine {
            error: Box::new(error),
            description: "An error occurred setting up the container.",
            location: None,
        }
    }

    /// Adds to a failed command where it stands.
    pub(crate) fn located(&self, error: Error) -> Error {
        let locate = |mut failure: Box<crate::error::CommandFailure>| {
            if self.environment.has_command(&failure) {
                let property = match &failure.name {
                    Some(name) => format!("{}.{name}", failure.hook),
                    None => failure.hook.clone(),
                };
                failure.location = self.environment.property_location(&property);
            }
            failure
        };
        match error {
            Error::Initialize(failure) => Error::Initialize(locate(failure)),
            Error::Hook(failure) => Error::Hook(locate(failure)),
            other => other,
        }
    }
}

/// The Feature whose step failed, where it was one's.
fn feature_of_build(spec: &BuildSpec, error: &wharf_engine::Error) -> Option<String> {
    let wharf_engine::Error::Build { step: Some(step), .. } = error else { return None };
    let folder = spec.content.as_ref()?.folder_of_step(step)?;
    Some(folder.owner.clone())
}

/// The property that a build is made for.
fn property_of_build(purpose: BuildPurpose, spec: &BuildSpec) -> &'static str {
    match purpose {
        BuildPurpose::Features if spec.dockerfile_path.is_none() => "features",
        BuildPurpose::Dockerfile | BuildPurpose::Features => "build.dockerfile",
        BuildPurpose::Metadata => "image",
        BuildPurpose::Service => "dockerComposeFile",
        BuildPurpose::UserIds => "updateRemoteUserUID",
    }
}

/// The layers of a pull, summed up into one step's progress.
struct Layers<'a> {
    record: &'a StepRecord<'a>,
    layers: Mutex<HashMap<String, (u64, u64)>>,
}

impl<'a> Layers<'a> {
    fn new(record: &'a StepRecord<'a>) -> Self {
        Self { record, layers: Mutex::default() }
    }

    fn show(&self, progress: Progress) {
        let (text, sum) = match progress {
            Progress::Layer { id, status, current, total } => {
                let mut layers = self.layers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if let (Some(current), Some(total)) = (current, total)
                    && status.starts_with("Downloading")
                {
                    layers.insert(id.clone(), (current, total));
                } else if status.ends_with("complete")
                    && let Some((current, total)) = layers.get_mut(&id)
                {
                    *current = *total;
                }
                let sum = layers.values().fold((0, 0), |sum, layer| (sum.0 + layer.0, sum.1 + layer.1));
                (format!("{id} {status}"), sum)
            }
            Progress::Message(text) => (text, (0, 0)),
            Progress::Vertex { .. } | Progress::Output { .. } => return,
        };
        self.record.send(wharf_api::EventKind::StepProgress {
            current: Some(sum.0).filter(|_| sum.1 > 0),
            total: Some(sum.1).filter(|total| *total > 0),
            text: Some(text),
        });
    }
}

/// The vertices of a build, each a step of its own.
struct Vertices<'a> {
    operation: &'a Operation<'a>,
    record: &'a StepRecord<'a>,
    open: Mutex<HashMap<String, StepRecord<'a>>>,
    /// What was written last: where a build fails, by the step that failed.
    last: LastLines,
}

impl<'a> Vertices<'a> {
    fn new(operation: &'a Operation<'a>, record: &'a StepRecord<'a>) -> Self {
        Self { operation, record, open: Mutex::default(), last: LastLines::default() }
    }

    fn show(&self, progress: Progress) {
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match progress {
            Progress::Vertex { id, name, started, completed, cached, error } => {
                if started.is_none() && !cached {
                    return;
                }
                if !open.contains_key(&id) {
                    open.insert(
                        id.clone(),
                        self.operation.begin(Some(self.record), StepName::Vertex, Some(name)),
                    );
                }
                let Some(completed) = completed else { return };
                let Some(vertex) = open.remove(&id) else { return };
                let outcome = match (error.is_some(), cached) {
                    (true, _) => Outcome::Failed,
                    (false, true) => Outcome::Cached,
                    (false, false) => Outcome::Done,
                };
                let milliseconds = started.map_or(0, |started| (completed - started).max(0).unsigned_abs());
                vertex.finish_after(outcome, milliseconds, None);
            }
            Progress::Output { vertex, stream, text } => {
                let stream = match stream {
                    wharf_engine::OutputStream::Stdout => OutputStream::Stdout,
                    wharf_engine::OutputStream::Stderr => OutputStream::Stderr,
                };
                self.last.push(&text);
                open.get(&vertex).unwrap_or(self.record).output(stream, &text);
            }
            Progress::Message(text) => {
                self.record.output(OutputStream::Stdout, format!("{text}\n").as_bytes())
            }
            Progress::Layer { id, status, .. } => self.record.send(wharf_api::EventKind::StepProgress {
                current: None,
                total: None,
                text: Some(format!("{id} {status}")),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
