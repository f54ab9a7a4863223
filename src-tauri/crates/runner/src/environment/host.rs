//! This computer, as far as an environment depends on it.

use std::collections::BTreeMap;
use std::path::Path;

use wharf_plan::{HostFacts, HostSystem};

use super::Environment;
use crate::platform;

impl Environment {
    /// This computer, as plans want to know it.
    pub(crate) fn host(&self) -> HostFacts {
        let ids = platform::user_ids();
        HostFacts {
            system: if cfg!(windows) {
                HostSystem::Windows
            } else if cfg!(target_os = "macos") {
                HostSystem::MacOs
            } else {
                HostSystem::Linux
            },
            uid: ids.map(|(user, _)| user),
            gid: ids.map(|(_, group)| group),
            home: directories::BaseDirs::new().map(|folders| folders.home_dir().display().to_string()),
            folder: self.volume.as_ref().map_or_else(
                || self.folder.clone(),
                |content| content.on_disk(Path::new(&self.folder)).display().to_string(),
            ),
            copy: self.volume.as_ref().map(|content| content.spare_folder().display().to_string()),
            environment: host_environment(),
            ..HostFacts::default()
        }
    }
}

pub(super) fn host_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
