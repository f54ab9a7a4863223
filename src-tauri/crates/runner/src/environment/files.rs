//! The files that an environment is made of, for whoever shows or watches them.

use std::path::PathBuf;

use wharf_api::ConfigurationFileRole;
use wharf_spec::Scenario;
use wharf_spec::extends::Role;
use wharf_spec::feature::lockfile_path;

use super::{Environment, STYLE};

/// A file that an environment is made of. It need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) role: ConfigurationFileRole,
    /// What it says, where it has been read already.
    pub(crate) text: Option<String>,
}

impl Environment {
    /// Every file that the configuration reads and names: what it extends, itself, the person's overlay, then what it is built from.
    pub(crate) fn files(&self) -> Vec<SourceFile> {
        let mut files: Vec<SourceFile> = self
            .layers()
            .iter()
            .map(|layer| SourceFile {
                path: layer.document.path.clone(),
                role: match layer.role {
                    Role::Base => ConfigurationFileRole::Extended,
                    Role::Own => ConfigurationFileRole::Configuration,
                    Role::Personal => ConfigurationFileRole::Overlay,
                },
                text: Some(layer.document.text.clone()),
            })
            .collect();
        let Some(path) = &self.configuration_path else { return files };
        if files.is_empty() {
            let text = Some(self.text().to_owned());
            files.push(SourceFile { path: path.clone(), role: ConfigurationFileRole::Configuration, text });
        }
        let mut name = |path, role| files.push(SourceFile { path, role, text: None });
        match self.configuration.config.scenario() {
            Some(Scenario::Dockerfile { dockerfile, .. }) => {
                name(self.beside_configuration(&dockerfile), ConfigurationFileRole::Dockerfile);
            }
            Some(Scenario::Compose { files, .. }) => {
                for file in &files {
                    name(self.beside_configuration(file), ConfigurationFileRole::Compose);
                }
            }
            Some(Scenario::Image { .. }) | None => {}
        }
        if !self.configuration.config.features.is_empty() {
            let lockfile = lockfile_path(&self.configuration.path.to_string_lossy(), STYLE);
            name(PathBuf::from(lockfile), ConfigurationFileRole::Lockfile);
        }
        files
    }
}
