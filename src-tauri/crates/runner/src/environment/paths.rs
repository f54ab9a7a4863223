//! Where the files lie that a configuration names: each relative to what the specification says.

use std::path::{Path, PathBuf};

use wharf_spec::Scenario;
use wharf_spec::feature::LocalBase;

use super::{Environment, STYLE};
use crate::CancellationToken;
use crate::error::Result;
use crate::locate;

impl Environment {
    /// A path as the plan has it, made to lie on this computer: what is in a volume is taken out.
    pub(crate) async fn bring(&self, path: &Path, cancel: &CancellationToken) -> Result<PathBuf> {
        match &self.volume {
            Some(content) => content.bring(path, cancel).await,
            None => Ok(path.to_owned()),
        }
    }

    /// What local Features are seen from. `configuration` is the configuration's path as text.
    pub(crate) fn features_base<'a>(&'a self, configuration: &'a str) -> LocalBase<'a> {
        LocalBase { configuration, workspace: &self.folder, style: STYLE, fetched: &self.fetched }
    }

    /// A path as the configuration's `runArgs` and host commands write it, seen from the workspace folder.
    pub(crate) fn host_path(&self, path: &str) -> PathBuf {
        locate::absolute(Path::new(&self.folder), Path::new(path))
    }

    /// The Dockerfile, relative to the configuration's folder.
    pub(crate) fn dockerfile_path(&self) -> Result<PathBuf> {
        match self.configuration.config.scenario() {
            Some(Scenario::Dockerfile { dockerfile, .. }) => Ok(self.beside_configuration(&dockerfile)),
            _ => Err(self.impossible("build.dockerfile", "the configuration names no Dockerfile")),
        }
    }

    /// The build context: as configured, else the Dockerfile's folder, which is what the reference does.
    pub(crate) fn context_path(&self) -> Result<PathBuf> {
        let dockerfile = self.dockerfile_path()?;
        let configured = self.configuration.config.build.as_ref().and_then(|build| build.context.as_ref());
        Ok(match configured {
            Some(context) => self.beside_configuration(context),
            None => dockerfile.parent().unwrap_or(Path::new(".")).to_path_buf(),
        })
    }

    /// A path as the configuration writes it.
    pub(crate) fn beside_configuration(&self, path: &str) -> PathBuf {
        let folder = self.configuration.path.parent().unwrap_or(Path::new("."));
        locate::absolute(folder, Path::new(path))
    }
}

impl Environment {
    /// Whether it is a service of a Compose project.
    pub(crate) fn is_composed(&self) -> bool {
        matches!(self.configuration.config.scenario(), Some(Scenario::Compose { .. }))
    }

    /// Whether a container with these labels can be the environment's: where that is a service, another service's is not.
    pub(crate) fn is_service(&self, labels: &std::collections::BTreeMap<String, String>) -> bool {
        let service = self.configuration.config.service.as_ref();
        !self.is_composed() || labels.get(wharf_plan::compose::SERVICE_LABEL) == service
    }
}
