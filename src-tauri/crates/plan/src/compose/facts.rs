//! What is known of a project before anything is done.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Serialize;
use wharf_spec::compose::{ComposeProject, ComposeService, FileRead, ServiceBuild};
use wharf_spec::{Build, Scenario};

use super::in_volume::ProjectVolume;
use crate::facts::ContainerFacts;
use crate::state::{Blocker, Running};

/// The label by which every Compose tells the project of what it made.
pub const PROJECT_LABEL: &str = "com.docker.compose.project";
/// The label by which every Compose tells the service of a container.
pub const SERVICE_LABEL: &str = "com.docker.compose.service";

/// What Compose tells of the configuration's project.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComposeFacts {
    /// The program that told it, with its version.
    pub program: String,
    /// Whether that names images that it would build with an underscore, as it did before 2.8.
    pub old_image_names: bool,
    /// The project's files, absolute.
    pub files: Vec<String>,
    /// `.env` of the workspace folder, where it has to be named.
    pub env_file: Option<String>,
    /// What the project is called.
    pub name: String,
    /// `version` as the first file writes it: some versions refuse files that differ in it.
    pub file_version: Option<String>,
    /// The project itself.
    pub project: ComposeProject,
    /// The files that Compose reads for it, with their places in the volume for those that lie in one.
    pub reads: Vec<FileRead>,
    /// The volume that its files lie in, where they are none of this computer's.
    pub in_volume: Option<ProjectVolume>,
}

/// What was made of a project, whoever made it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectFacts {
    /// Its containers.
    pub containers: Vec<ContainerFacts>,
    /// Names of its networks.
    pub networks: Vec<String>,
}

/// What the build of a service is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceFacts {
    /// The Dockerfile; None if there is no such file.
    pub dockerfile: Option<String>,
    /// Fingerprint of the build context's content.
    pub context: String,
}

impl ComposeFacts {
    /// The service that is the environment.
    ///
    /// # Errors
    /// When the configuration names none, or none of the project.
    pub fn service(&self, wanted: &Running) -> Result<(&str, &ComposeService), Blocker> {
        let Some(name) = service_name(wanted) else {
            return Err(Blocker::Impossible {
                message: "the configuration does not say which of the project's services is the environment"
                    .to_owned(),
                property: Some("dockerComposeFile".to_owned()),
                hint: Some(format!("add `service`: one of {}", self.names().join(", "))),
            });
        };
        let service = self.project.services.get_key_value(name);
        service
            .map(|(name, service)| (name.as_str(), service))
            .ok_or_else(|| Blocker::NoService { service: name.to_owned(), known: self.names() })
    }

    /// The project under the name with which a container of it was made: under another one everything would be made a second time.
    pub(crate) fn as_made(&self, container: &ContainerFacts) -> Cow<'_, Self> {
        match container.labels.get(PROJECT_LABEL).filter(|name| **name != self.name) {
            Some(name) => Cow::Owned(Self { name: name.clone(), ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    fn names(&self) -> Vec<String> {
        self.project.services.keys().cloned().collect()
    }

    /// What a service's image is called: as it says, else what Compose would call the one that it builds.
    #[must_use]
    pub fn image_of(&self, name: &str, service: &ComposeService) -> String {
        let separator = if self.old_image_names { '_' } else { '-' };
        service.image.clone().unwrap_or_else(|| format!("{}{separator}{name}", self.name))
    }

    /// The folder where relative paths of the project start.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.files.first().and_then(|file| Path::new(file).parent()).unwrap_or(Path::new("."))
    }

    /// The folder that the build of a service sends.
    #[must_use]
    pub fn context_of(&self, build: &ServiceBuild) -> PathBuf {
        build.context.as_ref().map_or_else(|| self.folder().to_owned(), |context| self.folder().join(context))
    }

    /// The Dockerfile of a service; None where the project holds its text.
    #[must_use]
    pub fn dockerfile_of(&self, build: &ServiceBuild) -> Option<PathBuf> {
        build.inline.is_none().then(|| self.context_of(build).join(&build.dockerfile))
    }

    /// What the build of a service is asked beside what has a place of its own, in the words of the engine's own program. What the
    /// service runs on is what it is built for, whatever else its build could be built for.
    pub(super) fn options_of(&self, service: &ComposeService, build: &ServiceBuild) -> Vec<String> {
        let mut options = build.options_with_images(|service| {
            let found = self.project.services.get(service);
            found.map_or_else(|| service.to_owned(), |found| self.image_of(service, found))
        });
        options.extend(service.platform.iter().map(|platform| format!("--platform={platform}")));
        options
    }

    /// The environment in the words of a configuration that names an image or a Dockerfile itself: what the service says about them,
    /// and the service's user as an argument of the container.
    ///
    /// # Errors
    /// When there is no such service, or it is made from neither.
    pub fn as_container(&self, wanted: &Running) -> Result<Running, Blocker> {
        let (name, service) = self.service(wanted)?;
        let mut one = wanted.clone();
        let config = &mut one.configuration.config;
        config.docker_compose_file = None;
        config.image = None;
        config.build = None;
        one.build.service_user.clone_from(&service.user);
        one.build.of_service = true;
        config.run_args = [("--user", &service.user), ("--platform", &service.platform)]
            .into_iter()
            .filter_map(|(flag, value)| Some(format!("{flag}={}", value.as_ref()?)))
            .collect();
        let own_names =
            [wanted.image_name.clone()].into_iter().chain(wanted.build.names.iter().cloned()).collect();
        match (&service.build, &service.image) {
            // Its image is built before everything else, by whoever can fetch what it is made of.
            (Some(build), _) if build.is_elsewhere() => {
                buildable(name, build)?;
                config.image = Some(self.image_of(name, service));
                one.build.names = own_names;
            }
            (Some(build), _) => {
                config.build = Some(Build {
                    dockerfile: Some(build.dockerfile.clone()),
                    context: build.context.clone(),
                    args: build.args.clone(),
                    target: build.target.clone(),
                    cache_from: build.cache_from.clone(),
                    options: self.options_of(service, build),
                });
                one.build.dockerfile = self.dockerfile_of(build);
                one.build.context = Some(self.context_of(build));
                one.build.names = [self.image_of(name, service)]
                    .into_iter()
                    .chain(build.tags.iter().cloned())
                    .chain(wanted.build.names.iter().cloned())
                    .collect();
            }
            (None, Some(image)) => {
                config.image = Some(image.clone());
                // An image that was pulled keeps its name to itself.
                one.build.names = own_names;
            }
            (None, None) => {
                return Err(Blocker::Impossible {
                    message: format!("the service {name} names neither an image nor a build"),
                    property: Some("service".to_owned()),
                    hint: Some("add `image` or `build` to the service in the Compose file".to_owned()),
                });
            }
        }
        Ok(one)
    }
}

/// Refuses what no builder is told of: a Dockerfile from here for a context that only the builder fetches.
pub(super) fn buildable(name: &str, build: &ServiceBuild) -> Result<(), Blocker> {
    if !build.is_elsewhere() || build.inline.is_none() {
        return Ok(());
    }
    Err(Blocker::Impossible {
        message: format!(
            "the service {name} is built from {} with `dockerfile_inline`, and what a builder fetches itself it builds with a Dockerfile in there",
            build.context.as_deref().unwrap_or_default()
        ),
        property: Some("dockerComposeFile".to_owned()),
        hint: Some(
            "clone it and name the folder as the service's `build.context`, or name a Dockerfile in it with `dockerfile`"
                .to_owned(),
        ),
    })
}

/// The service that the configuration names.
pub(crate) fn service_name(wanted: &Running) -> Option<&str> {
    wanted.configuration.config.service.as_deref().filter(|name| !name.is_empty())
}

/// Whether the environment is a service of a Compose project.
pub(crate) fn is_compose(wanted: &Running) -> bool {
    matches!(wanted.configuration.config.scenario(), Some(Scenario::Compose { .. }))
}
