//! Proof that an engine in a folder behaves like one on a machine of its own: its exec sees the container and not this machine, and a
//! bind mount below a shared folder sees this machine's files.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use wharf_test_support::socket::{Answer, Socket};

/// Fails when tests on this engine would pass or fail for the wrong reason.
pub(super) fn check(socket: &Socket, home: &Path, image: &str) -> Result<()> {
    let canary = home.join("canary");
    std::fs::write(&canary, "").with_context(|| format!("cannot write {}", canary.display()))?;
    let shared = home.join("share/self-test");
    std::fs::create_dir_all(&shared).with_context(|| format!("cannot make {}", shared.display()))?;
    std::fs::write(shared.join("token"), "visible")?;

    let body = json!({
        "Image": image,
        "Cmd": ["sleep", "60"],
        "HostConfig": { "Binds": [format!("{}:/shared", shared.display())] },
    });
    let created = send(socket, "POST", "/containers/create", Some(&body))?;
    let container = text_of(&created, "Id")?;
    let seen = look(socket, &container, &canary);
    remove_container(socket, &container)?;
    let _ = std::fs::remove_file(&canary);
    match seen?.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["outside", "visible"] => Ok(()),
        ["inside", ..] => bail!("an exec on this engine runs in this machine's own file system"),
        other => bail!("a container does not see the files below {} ({other:?})", shared.display()),
    }
}

/// What a program that is executed in the container says about both files.
fn look(socket: &Socket, container: &str, canary: &Path) -> Result<String> {
    send(socket, "POST", &format!("/containers/{container}/start"), None)?;
    let script = format!("test -e '{}' && echo inside || echo outside; cat /shared/token", canary.display());
    let body = json!({ "AttachStdout": true, "AttachStderr": true, "Cmd": ["sh", "-c", script] });
    let exec = text_of(&send(socket, "POST", &format!("/containers/{container}/exec"), Some(&body))?, "Id")?;
    let output = send(
        socket,
        "POST",
        &format!("/exec/{exec}/start"),
        Some(&json!({ "Detach": false, "Tty": false })),
    )?;
    Ok(frames(&output.body))
}

/// Joins the payloads of the engine's frames: eight bytes of head, the last four of them the length.
fn frames(mut bytes: &[u8]) -> String {
    let mut text = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let (payload, rest) = rest.split_at(length.min(rest.len()));
        text.extend_from_slice(payload);
        bytes = rest;
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Removes a container with its anonymous volumes, in whatever state it is.
pub(super) fn remove_container(socket: &Socket, id: &str) -> Result<()> {
    // Killed first, because Podman's removal would wait for it to end by itself; one that does not run cannot be killed, and need not.
    let _ = send(socket, "POST", &format!("/containers/{id}/kill"), None);
    send(socket, "DELETE", &format!("/containers/{id}?force=1&v=1"), None).map(drop)
}

/// Sends a request whose failure is an error with the engine's own words.
pub(super) fn send(socket: &Socket, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
    let answer = socket.request(method, path, body).with_context(|| format!("{method} {path}"))?;
    if !answer.is_success() {
        bail!("the engine answers {} to {method} {path}: {}", answer.status, answer.text().trim());
    }
    Ok(answer)
}

fn text_of(answer: &Answer, key: &str) -> Result<String> {
    answer.json()[key].as_str().map(str::to_owned).with_context(|| format!("the answer has no {key}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn frames_are_joined() {
        let bytes = b"\x01\0\0\0\0\0\0\x03abc\x02\0\0\0\0\0\0\x02de";
        assert_eq!(super::frames(bytes), "abcde");
        assert_eq!(super::frames(b"\x01\0\0\0\0\0\0\x09abc"), "abc");
    }
}
