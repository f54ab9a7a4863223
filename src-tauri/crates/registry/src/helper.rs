//! Credential helpers: programs named `docker-credential-…` that give a registry's credentials on request.

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::credentials::Credentials;
use crate::error::Error;

/// A helper may ask a person for a passphrase.
const PATIENCE: Duration = Duration::from_secs(120);

/// `CREATE_NO_WINDOW`: where this program has no console, as the app has none, a window would open for each question.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;

/// The user name under which helpers give tokens instead of passwords.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// Asks a helper, which is looked for on `path`; None when it keeps nothing for this registry.
pub(crate) async fn ask(name: &str, server: &str, path: Option<&str>) -> Result<Option<Credentials>, Error> {
    let program = format!("docker-credential-{name}");
    let failed =
        |detail: String| Error::Helper { program: program.clone(), registry: server.to_owned(), detail };
    // The name becomes part of a program's name and nothing else.
    if name.contains(['/', '\\', '\0']) {
        return Err(failed("its name is not a program's".to_owned()));
    }
    let mut command = Command::new(&program);
    #[cfg(windows)]
    command.creation_flags(NO_WINDOW);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let run = async {
        if let Some(mut input) = child.stdin.take() {
            // A helper that ends without reading says more by its output than by the broken pipe.
            let _ = input.write_all(server.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let output = tokio::time::timeout(PATIENCE, run)
        .await
        .map_err(|_| failed(format!("no answer within {} s", PATIENCE.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        if said.contains("credentials not found") {
            return Ok(None);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let words = [said.trim(), errors.trim()]
            .into_iter()
            .find(|words| !words.is_empty())
            .unwrap_or("no reason given");
        return Err(failed(format!("{words} ({})", output.status)));
    }
    let answer: Answer = serde_json::from_str(&said)
        .map_err(|error| failed(format!("its answer is not understood: {error}")))?;
    if answer.secret.is_empty() {
        return Ok(None);
    }
    let server = server.to_owned();
    Ok(Some(if answer.username == TOKEN_USER {
        Credentials { server, identity_token: Some(answer.secret), ..Credentials::default() }
    } else {
        Credentials { server, username: answer.username, password: answer.secret, ..Credentials::default() }
    }))
}
