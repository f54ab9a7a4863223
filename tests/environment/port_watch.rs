//! Ports as a window sees them, and what it has to tell of them, while keepers come and go.

use std::path::Path;
use std::process::Command;

use wharf_api::{EnvironmentPorts, EnvironmentReference, PortState};
use wharf_runner::{Operations, PortNewsKind, PortNewsWatch, PortsLook};
use wharf_test_support::PATIENCE;
use wharf_test_support::engines::{self, DOCKER};

use crate::kept::{Kept, free_port, kill, serve};

fn state_of(home: &Path) -> std::path::PathBuf {
    home.join(".local/state/wharf")
}

/// Looks until the ports are as they should be.
async fn until(look: &mut PortsLook, what: &str, is: impl Fn(Option<&EnvironmentPorts>) -> bool) {
    let found = tokio::time::timeout(PATIENCE, async { while !is(look.next().await.as_ref()) {} });
    found.await.unwrap_or_else(|_| panic!("it is never told that {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_sees_ports_over_keepers_that_come_and_go_and_is_told_what_is_new() {
    let kept = Kept::new(engines::engine(DOCKER), "");
    let port = kept.port;
    let state = state_of(kept.place.home.path());
    let operations = Operations::new(Some(state.clone()));
    let reference = EnvironmentReference {
        folder: Some(kept.place.folder.display().to_string()),
        engine: Some(kept.place.engine.docker_host()),
        ..EnvironmentReference::default()
    };
    let mut look = operations.look_at_ports(&reference).unwrap();
    assert!(look.next().await.is_none(), "nothing is kept yet");
    let mut news = PortNewsWatch::new(Some(&state)).unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            if let PortNewsKind::Opened(port) = news.next().await.kind
                && tell.send((port.port, port.local.is_some())).is_err()
            {
                break;
            }
        }
    });
    let mut opened = async || tokio::time::timeout(PATIENCE, told.recv()).await.expect("it is told").unwrap();

    let forwarded = |ports: Option<&EnvironmentPorts>, wanted: u16| {
        ports.is_some_and(|ports| {
            ports.ports.iter().any(|port| {
                port.port == wanted && port.state == PortState::Forwarded && port.listening == Some(true)
            })
        })
    };
    kept.up();
    until(&mut look, "the declared port is forwarded", |ports| forwarded(ports, port)).await;
    assert_eq!(opened().await, (port, true));
    kill(kept.keeper().unwrap());
    until(&mut look, "the next keeper has it", |ports| forwarded(ports, port)).await;
    let other = free_port();
    let served = kept.wharf("exec", &["sh", "-c", &serve(other)]).end();
    assert_eq!(served.code, Some(0), "{served}");
    until(&mut look, "a port has appeared", |ports| forwarded(ports, other)).await;
    // The keeper that was killed has told of the first; the one after it takes that up, and tells of what is new.
    assert_eq!(opened().await, (other, true));

    let stopped = kept.wharf("stop", &[]).end();
    assert_eq!(stopped.code, Some(0), "{stopped}");
    until(&mut look, "nothing is kept any more", |ports| ports.is_none()).await;
}

#[test]
fn an_editor_is_opened_on_the_folder_or_inside_the_container() {
    let kept = Kept::new(engines::engine(DOCKER), "");
    let home = kept.place.home.path().to_owned();
    for program in ["code", "zed"] {
        let script = format!("#!/bin/sh\nprintf '%s\\n' {program} \"$@\" > \"$HOME/edited\"\n");
        let path = kept.place.home.write(&format!("bin/{program}"), &script);
        assert!(Command::new("chmod").arg("755").arg(path).status().unwrap().success());
    }
    // An absolute path joined to the home is that path.
    let paths = std::env::join_paths(["bin", "/usr/bin", "/bin"].map(|path| home.join(path))).unwrap();
    let edit = |arguments: &[&str]| {
        let answer = kept.wharf("edit", arguments).variable("PATH", &paths).end();
        let edited = std::fs::read_to_string(home.join("edited")).unwrap_or_default();
        // What is there of an earlier one says nothing of this one.
        let _ = std::fs::remove_file(home.join("edited"));
        (answer, edited.lines().map(str::to_owned).collect::<Vec<_>>())
    };
    let (answer, _) = edit(&[]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stderr_text().contains("`wharf up` brings it up"), "{answer}");
    // Another one needs no container.
    let folder = kept.place.folder.display().to_string();
    let (answer, edited) = edit(&["--editor", "zed"]);
    assert_eq!((answer.code, edited), (Some(0), vec!["zed".to_owned(), folder.clone()]), "{answer}");

    let container = kept.up();
    let (answer, edited) = edit(&[]);
    assert_eq!(answer.code, Some(0), "{answer}");
    let name = kept.place.inspect(&container)["Name"].as_str().unwrap().to_owned();
    let [program, flag, uri] = edited.as_slice() else { panic!("{edited:?}") };
    assert_eq!((program.as_str(), flag.as_str()), ("code", "--folder-uri"));
    let hex = uri.strip_prefix("vscode-remote://attached-container+").unwrap().split('/').next().unwrap();
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(told["containerName"], name);
    assert_eq!(told["settings"]["host"], kept.place.engine.docker_host());
    assert!(uri.ends_with("/workspaces/work"), "{uri}");

    // As the settings say.
    let answer = kept.place.home.run(env!("CARGO_BIN_EXE_wharf"));
    let answer = answer.arguments(["settings", "set", "integration.editor", "zed --new"]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    let (answer, edited) = edit(&[]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(edited, ["zed".to_owned(), "--new".to_owned(), folder]);
    let (answer, _) = edit(&["--editor", "no-such-editor"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stderr_text().contains("no-such-editor is not on the search path"), "{answer}");
}
