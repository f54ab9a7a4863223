//! Which images a build may fetch, for whoever has to show credentials for them.

use std::collections::BTreeMap;

use wharf_spec::dockerfile::{Arguments, Dockerfile, ImageName};

use super::BuildSpec;

/// The images that a Dockerfile names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImagesRead {
    /// Their names, build arguments filled in as far as they are known, and those of stages.
    pub names: Vec<ImageName>,
    /// Whether no builder reads any other into the text, whatever of the language it understands.
    pub are_all: bool,
}

impl BuildSpec {
    /// What the Dockerfile reads from.
    #[must_use]
    pub fn images_read(&self) -> ImagesRead {
        let arguments = Arguments { build: &self.args, platform: &BTreeMap::new() };
        // Mounts, another character that continues a line, and texts inside the text are read otherwise by some builders than by others.
        let is_plain = ["from=", "escape=", "<<"].iter().all(|words| !self.dockerfile.contains(words));
        ImagesRead { names: Dockerfile::parse(&self.dockerfile).image_names(&arguments), are_all: is_plain }
    }
}
