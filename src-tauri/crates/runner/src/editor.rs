//! An editor on an environment: `wharf edit`, and the window's button.
//!
//! Editors of one family work inside the container, told of it by an address; every other one opens the folder on this computer. Which one
//! is the person's choice (`integration.editor`), else the first that is found. What a configuration says has no part in it. A file of the
//! configuration itself is opened at its line in the same editor.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::json;
use wharf_api as api;
use wharf_engine::Address;
use wharf_plan::ContainerState;

use crate::error::{Error, Result};
use crate::events::Operation;
use crate::request::{EventSink, Target};
use crate::session::{Access, Subject};
use crate::{CancellationToken, configuration, settings};

mod known;

use known::{Found, KNOWN, choose, list, with_places};

/// Opens an editor on an environment.
#[derive(Debug, Clone, Default)]
pub struct EditRequest {
    /// The environment.
    pub target: Target,
    /// The editor's program; None: the one of the person's settings, else the first that is found.
    pub editor: Option<String>,
}

/// How an editor is started on an environment. Whoever asked starts it: a terminal's editor needs the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorStart {
    /// What people call it.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// The editors of this computer, the one that is used first.
///
/// # Errors
/// When the person's settings cannot be read.
pub fn editors() -> Result<api::EditorList> {
    let chosen = settings::load()?.settings.integration.editor;
    Ok(with_places(|places| list(chosen.as_deref(), places)))
}

/// How an editor is started on an environment.
///
/// # Errors
/// When there is no editor or no such environment, or it has to run for this editor and does not.
pub async fn edit(
    request: &EditRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<EditorStart> {
    let editor = editor(request.editor.as_deref())?;
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, api::StepName::Configuration, None);
    let subject = Subject::find(&request.target, Access::Quiet, &operation, &root).await?;
    let what = if editor.inside {
        let session = subject.connect_quietly(&operation, &root).await?;
        let container = session.container().await?.ok_or(Error::ContainerNotFound)?;
        if container.state != ContainerState::Running {
            return Err(Error::ContainerNotRunning {
                container: container.id,
                state: format!("{:?}", container.state).to_lowercase(),
            });
        }
        let folder = session.environment().workspace.folder.clone();
        let folder = folder.unwrap_or_else(|| "/".to_owned());
        vec!["--folder-uri".into(), inside(&container.name, session.engine.address(), &folder).into()]
    } else {
        vec![outside(&subject, &editor)?.into_os_string()]
    };
    root.finish(api::Outcome::Done, None);
    let arguments = editor.arguments.into_iter().chain(what).collect();
    Ok(EditorStart { name: editor.name, program: editor.path, arguments })
}

/// How the person's editor is started on a file of this computer that the configuration of `target` is made of.
///
/// # Errors
/// When it is no such file, or there is no editor.
pub(crate) fn edit_file(target: &Target, place: &api::Location) -> Result<EditorStart> {
    let path = Path::new(&place.path);
    let (files, _) = configuration::files(target);
    // Whoever names a file has it opened in a program that may do more with some than show them.
    if !files.contains(path) {
        return Err(Error::Impossible {
            message: format!("{} is no file of this configuration", place.path),
            location: None,
            hint: None,
        });
    }
    if !path.is_file() {
        return Err(Error::Impossible {
            message: format!("{} is not there any more", place.path),
            location: None,
            hint: None,
        });
    }
    let editor = editor(None)?;
    let arguments = editor.arguments.iter().cloned().chain(editor.naming.arguments(place)).collect();
    Ok(EditorStart { name: editor.name, program: editor.path, arguments })
}

/// The editor that is named, else the person's, else the first that is found.
fn editor(named: Option<&str>) -> Result<Found> {
    let chosen = match named {
        Some(editor) => Some(editor.to_owned()),
        None => settings::load()?.settings.integration.editor,
    };
    with_places(|places| choose(chosen.as_deref(), places))
}

/// The folder on this computer.
fn outside(subject: &Subject, editor: &Found) -> Result<PathBuf> {
    let folder = Path::new(&subject.environment.folder);
    if subject.target.volume.is_none() && folder.is_dir() {
        return Ok(folder.to_owned());
    }
    let able: Vec<_> = KNOWN.iter().filter(|known| known.inside).map(|known| known.program).collect();
    Err(Error::Impossible {
        message: format!("{} opens folders of this computer, and this environment has none", editor.name),
        location: None,
        hint: Some(format!("choose an editor that works inside the container: {}", able.join(", "))),
    })
}

/// How the family of editors that work inside names a folder in a running container.
fn inside(container: &str, engine: &Address, folder: &str) -> String {
    let name = format!("/{container}");
    let address = engine.to_string();
    let is_usual = address == "unix:///var/run/docker.sock" || address == "npipe:////./pipe/docker_engine";
    let told = if is_usual {
        json!({ "containerName": name })
    } else {
        json!({ "containerName": name, "settings": { "host": address } })
    };
    let hex: String = told.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut uri = format!("vscode-remote://attached-container+{hex}");
    for byte in folder.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_named_as_the_editors_that_work_inside_name_it() {
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let named = hex(r#"{"containerName":"/keen"}"#);
        let far = hex(r#"{"containerName":"/keen","settings":{"host":"unix:///run/user/7/podman.sock"}}"#);
        for (engine, folder, expected) in [
            (
                "unix:///var/run/docker.sock",
                "/workspaces/a",
                format!("vscode-remote://attached-container+{named}/workspaces/a"),
            ),
            (
                "unix:///run/user/7/podman.sock",
                "/work/ü & b#",
                format!("vscode-remote://attached-container+{far}/work/%C3%BC%20%26%20b%23"),
            ),
        ] {
            assert_eq!(inside("keen", &engine.parse().unwrap(), folder), expected);
        }
    }

    #[test]
    fn only_a_file_of_the_configuration_is_opened() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().canonicalize().unwrap();
        let configuration = folder.join(".devcontainer.json");
        std::fs::write(&configuration, r#"{ "build": { "dockerfile": "Dockerfile" } }"#).unwrap();
        std::fs::write(folder.join("other"), "").unwrap();
        let target = Target {
            workspace_folder: Some(folder.clone()),
            config: Some(configuration),
            user_data_folder: Some(folder.join("state")),
            ..Target::default()
        };
        for (file, expected) in
            [("other", "is no file of this configuration"), ("Dockerfile", "is not there any more")]
        {
            let path = folder.join(file).display().to_string();
            let found = edit_file(&target, &api::Location { path, ..api::Location::default() });
            assert!(found.unwrap_err().message().ends_with(expected), "{file}");
        }
    }
}
