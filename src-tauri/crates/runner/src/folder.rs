//! What is to be known of a folder before its environment is started: its configurations, and what is wrong with the only one.

use std::path::{Path, PathBuf};

use wharf_api as api;
use wharf_api::EventKind;

use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::request::{ListRequest, Target};
use crate::store::Store;
use crate::{convert, gallery, list, locate};

/// Looks into a folder. A configuration with errors is part of the answer.
///
/// # Errors
/// When it is no folder, or the state folder cannot be read.
pub(crate) async fn inspect(folder: &Path, user_data_folder: Option<&Path>) -> Result<api::FolderReport> {
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = locate::absolute(&current, folder);
    match std::fs::metadata(&folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(Error::WorkspaceFolder { path: folder, problem: "is not a folder" }),
        Err(_) => return Err(Error::WorkspaceFolder { path: folder, problem: "does not exist" }),
    }
    let found: Vec<_> = locate::configurations(&folder)
        .into_iter()
        .map(|path| {
            let target = Target {
                workspace_folder: Some(folder.clone()),
                config: Some(path.clone()),
                user_data_folder: user_data_folder.map(Path::to_path_buf),
                ..Target::default()
            };
            (path, Environment::find(&target))
        })
        .collect();
    let base_name = folder
        .file_name()
        .map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned());
    let configurations: Vec<_> = found
        .iter()
        .map(|(path, environment)| api::ConfigurationChoice {
            path: path.display().to_string(),
            name: choice_name(&folder, path, environment.as_ref().ok(), &base_name),
        })
        .collect();
    let (name, diagnostics) = match found.as_slice() {
        [(_, environment)] => (
            environment.as_ref().map_or_else(|_| base_name.clone(), Environment::name),
            diagnostics(environment),
        ),
        _ => (base_name, Vec::new()),
    };
    let suggestions = if configurations.is_empty() { gallery::suggestions(&folder) } else { Vec::new() };
    let folder = folder.display().to_string();
    Ok(api::FolderReport {
        environment: known(&folder, &configurations, user_data_folder).await?,
        folder,
        name,
        configurations,
        diagnostics,
        suggestions,
    })
}

/// What the configuration calls itself, else the sub-folder that it is in, else the workspace folder.
fn choice_name(folder: &Path, path: &Path, environment: Option<&Environment>, base_name: &str) -> String {
    let own = environment.map(Environment::name).filter(|name| name != base_name);
    let dot_folder = folder.join(".devcontainer");
    let below = path.parent().filter(|parent| parent.parent() == Some(&dot_folder)).and_then(Path::file_name);
    own.or_else(|| below.map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_else(|| base_name.to_owned())
}

fn diagnostics(environment: &Result<Environment>) -> Vec<api::FolderDiagnostic> {
    let found: Vec<_> = match environment {
        Ok(environment) => return diagnostics_of(environment),
        Err(Error::Configuration { diagnostics, text }) => {
            diagnostics.iter().map(|found| convert::diagnostic(found, text)).collect()
        }
        Err(error) => {
            return vec![api::FolderDiagnostic {
                severity: api::Severity::Error,
                message: error.message(),
                location: error.location(),
                hint: error.hint(),
            }];
        }
    };
    found.into_iter().filter_map(diagnostic).collect()
}

/// What a person should know of a configuration that can be understood.
pub(crate) fn diagnostics_of(environment: &Environment) -> Vec<api::FolderDiagnostic> {
    let found = environment.diagnostics.iter();
    found.filter_map(|found| diagnostic(convert::diagnostic(found, environment.text_of(found)))).collect()
}

/// A diagnostic, out of the event that tells it.
pub(crate) fn diagnostic(event: EventKind) -> Option<api::FolderDiagnostic> {
    match event {
        EventKind::Diagnostic { severity, message, location, hint } => {
            Some(api::FolderDiagnostic { severity, message, location, hint })
        }
        _ => None,
    }
}

/// The environment of this folder that the board shows, of several the one of the first configuration.
async fn known(
    folder: &str,
    configurations: &[api::ConfigurationChoice],
    user_data_folder: Option<&Path>,
) -> Result<Option<api::EnvironmentSummary>> {
    let request =
        ListRequest { user_data_folder: user_data_folder.map(PathBuf::from), ..ListRequest::default() };
    let list = list::gather(&request, &Store::open(user_data_folder)?).await?;
    let position = |summary: &api::EnvironmentSummary| {
        configurations.iter().position(|choice| summary.configuration.as_deref() == Some(&choice.path))
    };
    Ok(list
        .environments
        .into_iter()
        .filter(|summary| summary.reference.folder.as_deref() == Some(folder))
        .min_by_key(|summary| position(summary).unwrap_or(usize::MAX)))
}
