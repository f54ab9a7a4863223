//! What is known of a project: its files and name from the disk, its services from Compose, what was made of it from the engine.

use std::path::{Path, PathBuf};

use wharf_engine::ComposeKind;
use wharf_plan::compose::{ComposeFacts, PROJECT_LABEL, ProjectFacts, SERVICE_LABEL, ServiceFacts};
use wharf_plan::{ContainerState, Fact};
use wharf_spec::compose::{
    ComposeProject, Dollars, FileRead, FileSources, NameSources, YamlError, compose_files, may_have_profiles,
    names_project, project_name, read_yaml,
};
use wharf_spec::{Hook, Scenario};

use super::kept::{self, Sources};
use super::program::{Asked, Compose, RETRIEVING};
use crate::environment::STYLE;
use crate::error::{Error, Result};
use crate::reconciler::Reconciler;

impl Reconciler<'_> {
    /// Asks Compose about the project. What `initializeCommand` may still write is no error before it has run.
    pub(crate) async fn observe_compose(&mut self) -> Result<()> {
        let initialize = self.environment.configuration.config.hook(Hook::Initialize);
        let waits = !self.observed.initialized && initialize.is_some_and(|command| !command.is_empty());
        let facts = match self.compose_facts().await {
            Ok(facts) => Some(facts),
            Err(Error::Compose(failure)) if waits && failure.problem.is_none() => None,
            Err(error) => return Err(error),
        };
        self.observed.compose = Fact::Known(facts);
        Ok(())
    }

    async fn compose_facts(&self) -> Result<ComposeFacts> {
        let folder = Path::new(&self.environment.folder);
        let style = self.environment.style();
        let env_path = self.brought(&folder.join(".env")).await?;
        let env_text = std::fs::read_to_string(&env_path).ok();
        let variable = |name: &str| self.observed.host.environment.get(name).map(String::as_str);
        let configured = match self.environment.configuration.config.scenario() {
            Some(Scenario::Compose { files, .. }) => files,
            _ => Vec::new(),
        };
        let overriding = folder.join("docker-compose.override.yml");
        let files = compose_files(
            &FileSources {
                configured: &configured,
                configuration_folder: &parent(&self.environment.configuration.path),
                folder: &self.environment.folder,
                variable: variable("COMPOSE_FILE"),
                env_file: env_text.as_deref(),
                has_override: configured.is_empty() && self.brought(&overriding).await?.is_file(),
            },
            style,
        );
        let env_file = (configured.is_empty() && env_path.is_file()).then(|| env_path.display().to_string());
        let compose = self.compose().await?;
        let on_disk = self.bring_project(&files).await?;
        let reads = self.files_read(&on_disk);
        let texts: Vec<String> =
            on_disk.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
        let content = self.environment.content();
        let named = NameSources {
            variable: variable("COMPOSE_PROJECT_NAME"),
            env_file: env_text.as_deref(),
            folder: &self.environment.folder,
            first_file: files.first().map(String::as_str),
            is_named: texts.iter().any(|text| names_project(text)),
            volume: content.map(|content| content.place.volume.as_str()),
            letters_alone: compose.program.kind == ComposeKind::Docker && compose.numbers() < (1, 21),
        };
        let asking = Asking { compose: &compose, files: &on_disk, env_file: env_file.as_deref() };
        let (name, project, in_volume) = match content {
            None => {
                let project = self.known_or_asked(&asking, &named, &reads).await?;
                (project_name(&named, &project, style), project, None)
            }
            Some(content) => {
                let mut answer = self.answer(&asking, &named, Question::Project).await?;
                let told = self.read_project(&compose, &answer)?;
                let name = project_name(&named, &told, style);
                // Networks and volumes are named after the project already.
                if told.name.as_deref() != Some(name.as_str()) {
                    answer = self.answer_as(&asking, Some(&name), Question::Project).await?;
                }
                let volume = self.in_volume(content, &compose, &answer)?;
                let project = ComposeProject::of_document(volume.document.clone(), Dollars::Doubled);
                let project = self.with_profiles(project, &asking, &named).await?;
                (name, project, Some(volume))
            }
        };
        Ok(ComposeFacts {
            program: format!("{} {}", compose.program.shown(), compose.version),
            old_image_names: match compose.program.kind {
                ComposeKind::Docker => compose.numbers() < (2, 8),
                ComposeKind::PodmanCompose => true,
            },
            name,
            file_version: texts.first().and_then(|text| version(text)),
            files,
            env_file: env_file.filter(|_| in_volume.is_none()),
            project,
            reads,
            in_volume,
        })
    }

    /// The project as Compose told it the last time, if it is made of the same; else Compose is asked.
    async fn known_or_asked(
        &self,
        asking: &Asking<'_>,
        named: &NameSources<'_>,
        reads: &[FileRead],
    ) -> Result<ComposeProject> {
        let Compose { program, version } = asking.compose;
        let first = [program.shown(), version.clone(), program.program.display().to_string()];
        let asked: Vec<_> = first.into_iter().chain(asking.words(None, Question::Project)).collect();
        let made_of = |reads: &[FileRead]| {
            let sources = Sources {
                asked: &asked,
                folder: Path::new(&self.environment.folder),
                files: asking.files,
                reads,
                environment: &self.observed.host.environment,
                style: STYLE,
            };
            sources.read()
        };
        // podman-compose has rules of its own about what it reads.
        let before = made_of(reads).filter(|_| program.kind == ComposeKind::Docker);
        if let Some(project) = before.as_ref().and_then(|made_of| kept::recall(&self.state, made_of)) {
            return Ok(project);
        }
        let answer = self.answer(asking, named, Question::Project).await?;
        let project = self.read_project(asking.compose, &answer)?;
        let project = self.with_profiles(project, asking, named).await?;
        // What changed while Compose read it is not told apart from what it read.
        let after = before.as_ref().and_then(|_| made_of(&self.files_read(asking.files)));
        if let Some(made_of) = after.filter(|after| before.as_ref() == Some(after)) {
            kept::keep(&self.state, made_of, &project);
        }
        Ok(project)
    }

    /// The same project with the services that start although they have a profile. Compose tells which those are, and is asked only
    /// where there can be any: hardly ever.
    async fn with_profiles(
        &self,
        project: ComposeProject,
        asking: &Asking<'_>,
        named: &NameSources<'_>,
    ) -> Result<ComposeProject> {
        if !project.has_profiles() {
            return Ok(project);
        }
        let first = asking.files.first().and_then(|file| Path::new(file).parent());
        let folders = [Some(self.folder_of_compose().as_path()), first]
            .map(|folder| folder.map(|folder| folder.join(".env")));
        let env_files = folders
            .into_iter()
            .flatten()
            .chain(asking.env_file.map(PathBuf::from))
            .filter_map(|path| std::fs::read(path).ok())
            .collect::<Vec<_>>();
        let variables = self.observed.host.environment.keys().map(String::as_str);
        if !may_have_profiles(variables, env_files.iter().map(Vec::as_slice)) {
            return Ok(project);
        }
        match self.answer(asking, named, Question::Services).await {
            Ok(answer) => Ok(project.with_enabled(&answer)),
            // It cannot tell, as an early podman-compose, or refuses the project without its profiles: any of them may start.
            Err(Error::Compose(failure)) if failure.problem.is_none() => {
                let all = project.services.keys().cloned().collect::<Vec<_>>().join("\n");
                Ok(project.with_enabled(&all))
            }
            Err(error) => Err(error),
        }
    }

    async fn answer(
        &self,
        asking: &Asking<'_>,
        named: &NameSources<'_>,
        question: Question,
    ) -> Result<String> {
        match self.answer_as(asking, None, question).await {
            // Of a folder whose name has no letter that a project's can have, Compose makes no name by itself.
            Err(Error::Compose(failure))
                if failure.lines.iter().any(|line| line.contains("project name")) =>
            {
                let name = project_name(named, &ComposeProject::default(), self.environment.style());
                self.answer_as(asking, Some(&name), question).await
            }
            answer => answer,
        }
    }

    async fn answer_as(
        &self,
        asking: &Asking<'_>,
        project: Option<&str>,
        question: Question,
    ) -> Result<String> {
        let asked = Asked { words: asking.words(project, question), description: RETRIEVING, record: None };
        self.run_compose(&asking.compose.program, asked).await
    }

    fn read_project(&self, compose: &Compose, answer: &str) -> Result<ComposeProject> {
        let dollars = match compose.program.kind {
            ComposeKind::Docker => Dollars::Doubled,
            ComposeKind::PodmanCompose => Dollars::Plain,
        };
        ComposeProject::read(answer, dollars).map_err(|error| self.unreadable(compose, &error))
    }

    pub(super) fn unreadable(&self, compose: &Compose, error: &YamlError) -> Error {
        Error::Impossible {
            message: format!("what {} answers cannot be read: {error}", compose.program.shown()),
            location: self.environment.property_location("dockerComposeFile").map(Box::new),
            hint: None,
        }
    }

    /// What the build of a service is made from.
    pub(crate) async fn observe_service(&mut self, name: &str) -> Result<()> {
        let Some(facts) = self.observed.compose.known().and_then(Option::as_ref) else {
            return self.observe_compose().await;
        };
        let Some(build) = facts.project.services.get(name).and_then(|service| service.build.as_ref()) else {
            self.observed.services.insert(name.to_owned(), ServiceFacts::default());
            return Ok(());
        };
        let (dockerfile, context) = (facts.dockerfile_of(build), facts.context_of(build));
        let (dockerfile, text) = match dockerfile {
            Some(path) => {
                let path = self.brought(&path).await?;
                let text = read_if_there(&path)?;
                (Some(path), text)
            }
            None => (None, build.inline.clone()),
        };
        let context = self.brought(&context).await?;
        let print = self.fingerprint(&context, dockerfile.as_deref(), &cache_of("context", name)).await?;
        self.observed.services.insert(name.to_owned(), ServiceFacts { dockerfile: text, context: print });
        Ok(())
    }

    /// Everything that was made of a project.
    pub(crate) async fn observe_project(&mut self, name: &str) -> Result<()> {
        let label = [(PROJECT_LABEL.to_owned(), name.to_owned())];
        let found = self.engine.find_containers(&label).await.map_err(|error| self.engine_error(error))?;
        let mut project = ProjectFacts::default();
        for summary in found {
            let container = self.engine.inspect_container(&summary.id).await;
            let container = container.map_err(|error| self.engine_error(error))?;
            project
                .containers
                .extend(container.filter(|container| container.state != ContainerState::Removing));
        }
        project.networks =
            self.engine.find_networks(PROJECT_LABEL, name).await.map_err(|error| self.engine_error(error))?;
        self.observed.projects.insert(name.to_owned(), project);
        Ok(())
    }

    /// The container of the project's service, for one that was started without Wharf. A project that cannot be told has none.
    pub(crate) async fn search_service(&mut self) -> Result<Option<String>> {
        if self.observed.compose.known().is_none() {
            match self.observe_compose().await {
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(_) => return Ok(None),
                Ok(()) => {}
            }
        }
        let service = self.environment.configuration.config.service.clone();
        let (Some(facts), Some(service)) = (self.observed.compose.known().and_then(Option::as_ref), service)
        else {
            return Ok(None);
        };
        let labels = [(PROJECT_LABEL, facts.name.clone()), (SERVICE_LABEL, service)];
        let labels = labels.map(|(name, value)| (name.to_owned(), value));
        let found = self.engine.find_containers(&labels).await.map_err(|error| self.engine_error(error))?;
        Ok(found.into_iter().find(|found| found.state != ContainerState::Removing).map(|found| found.id))
    }

    /// The Dockerfile that the environment is built from: a file, or the text that the project holds.
    pub(crate) fn dockerfile_place(&self) -> Result<DockerfilePlace> {
        let Some(build) = self.build_of_service() else {
            return Ok(DockerfilePlace::File(self.environment.dockerfile_path()?));
        };
        let (facts, build) = build?;
        Ok(match facts.dockerfile_of(build) {
            Some(path) => DockerfilePlace::File(path),
            None => DockerfilePlace::Text(build.inline.clone().unwrap_or_default()),
        })
    }

    /// The folder that the build of the environment sends.
    pub(crate) fn context_place(&self) -> Result<PathBuf> {
        match self.build_of_service() {
            Some(build) => build.map(|(facts, build)| facts.context_of(build)),
            None => self.environment.context_path(),
        }
    }

    fn build_of_service(&self) -> Option<Result<(&ComposeFacts, &wharf_spec::compose::ServiceBuild)>> {
        let config = &self.environment.configuration.config;
        let Some(Scenario::Compose { service, .. }) = config.scenario() else { return None };
        let facts = self.observed.compose.known().and_then(Option::as_ref);
        let build = facts.and_then(|facts| {
            Some((facts, facts.project.services.get(service.as_deref()?)?.build.as_ref()?))
        });
        Some(build.ok_or_else(|| self.environment.impossible("service", "the service is not built")))
    }
}

/// What Compose is asked about.
struct Asking<'a> {
    compose: &'a Compose,
    /// The project's files where they lie on this computer.
    files: &'a [String],
    env_file: Option<&'a str>,
}

/// What it is asked.
#[derive(Debug, Clone, Copy)]
enum Question {
    /// The whole project.
    Project,
    /// Which services start by themselves.
    Services,
}

impl Asking<'_> {
    fn words(&self, project: Option<&str>, question: Question) -> Vec<String> {
        let (program, files) = (&self.compose.program, self.files);
        match question {
            Question::Project => program.config(files, self.env_file, project, self.compose.numbers().0),
            Question::Services => program.services(files, self.env_file, project),
        }
    }
}

/// Where a Dockerfile is.
pub(crate) enum DockerfilePlace {
    /// A file of this computer.
    File(PathBuf),
    /// Nowhere but here.
    Text(String),
}

/// The text of a file; None if there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn parent(path: &Path) -> String {
    path.parent().unwrap_or(Path::new(".")).display().to_string()
}

/// `version` of a Compose file: some versions refuse files that differ in it.
fn version(text: &str) -> Option<String> {
    let value = read_yaml(text).ok()?;
    let version = value.get("version")?;
    version.as_str().map(str::to_owned).or_else(|| version.as_f64().map(|number| number.to_string()))
}

/// The file in which the fingerprint of a service's build context is kept, by what it is kept for. Services differ in their marks, too.
pub(crate) fn cache_of(purpose: &str, service: &str) -> String {
    let plain =
        |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    format!("{purpose}-{}.cache", service.chars().map(plain).collect::<String>())
}
