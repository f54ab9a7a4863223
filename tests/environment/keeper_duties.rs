//! What the keeper does beside forwarding: it tells who watches, writes down what it did, runs hooks to their end, and gives way to a newer one
//! that speaks otherwise.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;

use serde_json::{Value, json};
use wharf_test_support::engines;

use crate::kept::{Kept, free_port, is_alive, serve};
use crate::kit::{Following, json as document, wait_until};

#[test]
fn who_watches_is_told_and_what_was_done_stands_in_the_log() {
    let mut kept = Kept::new(engines::engine(engines::DOCKER), "");
    let opened = kept.takes_links();
    kept.up();
    kept.answers();
    let wharf = |arguments: &[&str]| {
        kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(arguments.iter().copied())
    };
    let people = Following::output(&wharf(&["ports", "--watch"]));
    let programs = Following::output(&wharf(&["ports", "--watch", "--json"]));
    people.until("connected");
    people.until(&format!("localhost:{}", kept.port));
    let first: Value = serde_json::from_str(&programs.until("\"ports\"")).unwrap();
    assert_eq!(first["environment"]["connection"], "connected", "{first:#}");
    // A server that is new.
    let port = free_port();
    let served = kept.wharf("exec", &["sh", "-c", &serve(port)]).end();
    assert_eq!(served.code, Some(0), "{served}");
    people.until(&format!("localhost:{port}"));
    let news: Value = serde_json::from_str(&programs.until("\"portOpened\"")).unwrap();
    assert_eq!((&news["port"]["port"], &news["port"]["process"]["name"]), (&json!(port), &json!("httpd")));
    // More links than anybody wants to see: the first few are opened, the others are told of.
    let links = "for number in 1 2 3 4 5 6 7; do \"$BROWSER\" http://localhost:PORT/$number; sleep 2; done";
    let asked = kept.wharf("exec", &["sh", "-c", &links.replace("PORT", &kept.port.to_string())]).end();
    assert_eq!(asked.code, Some(0), "{asked}");
    people.until("was held back");
    programs.until("\"heldBack\"");
    let opened = std::fs::read_to_string(opened).unwrap();
    assert_eq!(opened.lines().count(), 5, "{opened}");
    let logs = kept.wharf("logs", &["--source", "keeper", "--json"]).end().stdout_text();
    let texts: Vec<String> = logs
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["source"], "keeper");
            format!("{}: {}", line["step"].as_str().unwrap(), line["text"].as_str().unwrap())
        })
        .collect();
    for expected in [
        "connection: connected to the container".to_owned(),
        format!("ports: {0} is forwarded from 127.0.0.1:{0}", kept.port),
        format!("ports: {port} is forwarded from 127.0.0.1:{port}"),
        format!("links: http://localhost:{}/1 was opened", kept.port),
        format!("links: http://localhost:{}/6 was held back: there were too many of late", kept.port),
    ] {
        assert!(texts.contains(&expected), "{expected:?} is not in {texts:#?}");
    }
    // They are woven into everything else.
    let all = kept.wharf("logs", &[]).end().stdout_text();
    assert!(all.contains("was held back") && all.contains("Container started"), "{all}");
    assert_eq!(kept.wharf("stop", &[]).end().code, Some(0));
    programs.until("\"released\"");
    assert_eq!((people.code(), programs.code()), (Some(0), Some(0)));
}

#[test]
fn who_watches_nothing_is_told_so() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    let watch = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["ports", "--watch"]).end();
    assert_eq!(watch.code, Some(0), "{watch}");
    assert!(watch.stdout_text().contains("Nothing is forwarded"), "{watch}");
}

/// A keeper of another time: it greets, hears one request, and lets go of its lock when it is asked to leave.
struct Elder {
    heard: std::sync::mpsc::Receiver<Value>,
}

impl Elder {
    fn begin(kept: &Kept, greeting: Value) -> Self {
        let folder = kept.place.home.folder(".local/state/wharf/keeper");
        let lock = std::fs::File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        let listener = UnixListener::bind(folder.join("socket")).unwrap();
        let (hears, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let _lock = lock;
            // Its socket stays; whoever comes next puts another one there.
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let text = greeting.to_string();
                let _ = stream.write_all(&(text.len() as u32).to_be_bytes());
                let _ = stream.write_all(text.as_bytes());
                let mut length = [0; 4];
                if stream.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut text = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut text).unwrap();
                let _ = hears.send(serde_json::from_slice(&text).unwrap());
                return;
            }
        });
        Self { heard }
    }
}

#[test]
fn a_newer_wharf_makes_a_keeper_leave_that_speaks_otherwise() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    let greeting = json!({ "protocol": 0, "pid": 1, "version": "0.0.1", "startedAt": 0, "other": [] });
    let elder = Elder::begin(&kept, greeting);
    kept.up();
    assert_eq!(elder.heard.recv().unwrap(), json!({ "request": "leave", "drain": true }));
    kept.answers();
    assert!(kept.keeper().is_some_and(is_alive));
}

#[test]
fn an_older_wharf_leaves_a_newer_keeper_alone() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    let greeting = json!({ "protocol": 4711, "pid": 1, "version": "99.0.0", "startedAt": 0 });
    let elder = Elder::begin(&kept, greeting);
    let up = kept.wharf("up", &[]).end();
    assert_eq!(up.code, Some(0), "{up}");
    assert!(up.stderr_text().contains("no port is forwarded: "), "{up}");
    assert!(up.stderr_text().contains("wharf 99.0.0"), "{up}");
    assert!(elder.heard.try_recv().is_err(), "it was asked for something");
    // Commands go on without it.
    let served = kept.wharf("exec", &["true"]).end();
    assert_eq!(served.code, Some(0), "{served}");
    assert_eq!(kept.keeper(), None);
    // A person may end it all the same.
    let left = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["keeper", "--leave"]).end();
    assert_eq!(elder.heard.recv().unwrap()["request"], "leave", "{left}");
}

#[test]
fn hooks_of_a_workspace_in_a_volume_run_in_the_background_too() {
    let hook = r#", "postCreateCommand": "until [ -e go ]; do sleep 0.1; done; echo told; echo done > ran""#;
    let kept = Kept::new(engines::engine(engines::DOCKER), hook);
    let up = kept.wharf("up", &["--volume", "--detach-hooks"]).end();
    assert_eq!(up.code, Some(0), "{up}");
    let wharf = |arguments: &[&str]| kept.anywhere(arguments).end();
    let volume = kept.volume();
    let state = || {
        let status = document(&wharf(&["status", &volume, "--json"]));
        let hooks = status["observed"]["hooks"].as_array().cloned().unwrap_or_default();
        let hook = hooks.into_iter().find(|hook| hook["name"] == "postCreateCommand").unwrap_or_default();
        hook["state"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(state(), "pending");
    let went = wharf(&["exec", "--environment", &volume, "touch", "go"]);
    assert_eq!(went.code, Some(0), "{went}");
    wait_until("the hook is done", || state() == "done");
    // The server begins with a hook that comes after it.
    kept.answers();
    let ran = wharf(&["exec", "--environment", &volume, "cat", "ran"]);
    assert_eq!(ran.stdout_text(), "done\n", "{ran}");
    let logs = wharf(&["logs", &volume, "--source", "hooks"]);
    assert!(logs.stdout_text().contains("told"), "{logs}");
    let down = wharf(&["down", &volume, "--volumes", "--yes"]);
    assert_eq!(down.code, Some(0), "{down}");
}
