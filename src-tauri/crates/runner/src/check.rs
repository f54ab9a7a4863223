//! `wharf check`: what can be said of any number of configurations without executing anything, and without an engine.
//!
//! A configuration that is broken is part of the answer, and its findings say where. Only a folder that is none, or that nothing is
//! found in at all, is an error.

mod configuration;
mod features;
mod files;
mod findings;
mod needs;
mod newer;
mod places;

use std::path::PathBuf;

use wharf_api as api;

use crate::collections;
use crate::error::{Error, Result};
use crate::extended;
use crate::locate;
use crate::request::RegistriesRequest;

/// What is to be checked.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Workspace folders and configuration files; empty for the current folder, or its nearest parent with a configuration.
    pub places: Vec<PathBuf>,
    /// How registries are asked for newer versions; None asks nobody.
    pub registries: Option<RegistriesRequest>,
}

/// Checks every configuration of every place.
///
/// # Errors
/// When a place does not exist or is no configuration, or none of them has one. A registry that does not answer is a finding.
pub async fn check(request: &CheckRequest) -> Result<api::CheckResult> {
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let named: Vec<PathBuf> = request.places.iter().map(|place| locate::absolute(&current, place)).collect();
    let named = if named.is_empty() { vec![locate::nearest_with_configuration(&current)] } else { named };
    let mut result = api::CheckResult::default();
    for place in &named {
        let found = places::configurations(place)?;
        if found.is_empty() {
            result.without.push(place.display().to_string());
        }
        for place in &found {
            // What cannot be fetched is found by whoever reads it.
            if request.registries.is_some() {
                let _ =
                    extended::bring_for(&configuration::target(&place.folder, &place.configuration)).await;
            }
            result.configurations.push(configuration::check(&place.folder, &place.configuration));
        }
    }
    if let (Some(folder), []) = (result.without.first(), result.configurations.as_slice()) {
        return Err(Error::ConfigurationNotFound {
            path: PathBuf::from(folder).join(".devcontainer").join("devcontainer.json"),
            choices: Vec::new(),
        });
    }
    if let Some(registries) = &request.registries {
        newer::add(&mut result, &collections::client(registries)?).await;
    }
    Ok(result)
}
