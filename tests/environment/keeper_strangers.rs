//! What others get of the keeper: another user of this computer, a keeper that is none, and a container that says whatever it likes.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use wharf_test_support::{PATIENCE, engines};

use crate::kept::{Kept, as_nobody, connect, get, is_alive, kill, processes};
use crate::kit::wait_until;

fn keeper_folder(kept: &Kept) -> PathBuf {
    kept.place.home.path().join(".local/state/wharf/keeper")
}

/// Lets everybody in as far as this folder.
fn open_up(kept: &Kept, folder: &Path) {
    let home = kept.place.home.path();
    for path in folder.ancestors().take_while(|path| path.starts_with(home)) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
}

#[test]
fn another_user_reaches_neither_the_keeper_nor_a_forward() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    kept.up();
    kept.answers();
    let folder = keeper_folder(&kept);
    let (socket, port) = (folder.join("socket"), kept.port);
    as_nobody(|| {
        assert!(std::fs::read_dir(&folder).is_err(), "another user reads {}", folder.display());
        assert!(UnixStream::connect(&socket).is_err(), "another user connects to {}", socket.display());
        let answer = get(port);
        assert!(
            !answer.as_ref().is_ok_and(|text| text.contains("hello")),
            "another user is served: {answer:?}"
        );
    });
    assert!(get(port).unwrap().ends_with("hello"));
    // Even where somebody has let others in, who they are counts.
    open_up(&kept, &folder);
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o777)).unwrap();
    as_nobody(|| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(said.is_empty(), "the keeper speaks to another user: {:?}", String::from_utf8_lossy(&said));
    });
    // Who was turned away is told of, and a person can let everybody in.
    let log = kept.wharf("logs", &["--source", "keeper"]).end().stdout_text();
    assert!(log.contains("of another user of this computer") && log.contains("--address ::1"), "{log}");
    let all = kept.wharf("forward", &[&port.to_string(), "--address", "::1"]).end();
    assert_eq!(all.code, Some(0), "{all}");
    kept.answers();
    as_nobody(|| {
        wait_until("everybody is served", || get(port).is_ok_and(|text| text.ends_with("hello")));
    });
}

/// Says that something is done once it goes, a failure included: a thread that waits for it would otherwise hide why.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A keeper of another user, in the place of ours, is not believed.
#[test]
fn a_socket_of_another_user_is_no_keeper() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    kept.up();
    kept.answers();
    let keeper = kept.keeper().unwrap();
    let left = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["keeper", "--leave"]).end();
    assert_eq!(left.code, Some(0), "{left}");
    wait_until("the keeper leaves", || !is_alive(keeper));
    let folder = keeper_folder(&kept);
    open_up(&kept, &folder);
    let socket = folder.join("socket");
    let listener = as_nobody(|| UnixListener::bind(&socket).unwrap());
    listener.set_nonblocking(true).unwrap();
    let (done, met) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let _done = Done(&done);
        scope.spawn(|| {
            let greeting =
                json!({ "protocol": 1, "pid": 1, "version": "99.0.0", "startedAt": 0 }).to_string();
            loop {
                // Who came before the end is met, too.
                let is_last = done.load(Ordering::SeqCst);
                if let Ok((mut stream, _)) = listener.accept() {
                    met.store(true, Ordering::SeqCst);
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    let _ = stream.write_all(&(greeting.len() as u32).to_be_bytes());
                    let _ = stream.write_all(greeting.as_bytes());
                    let mut heard = [0; 1];
                    let heard = stream.read(&mut heard);
                    assert!(!matches!(heard, Ok(1..)), "something was said to a keeper of another user");
                }
                if is_last {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        assert_eq!(kept.keeper(), None);
    });
    assert!(met.load(Ordering::SeqCst), "nobody came to the socket");
    // A real one takes its place.
    kept.up();
    kept.answers();
}

/// A frame of the agent's protocol.
fn frame(stream: u32, message: &Value) -> Vec<u8> {
    let payload = message.to_string().into_bytes();
    let mut bytes = stream.to_be_bytes().to_vec();
    bytes.push(0);
    bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&payload);
    bytes
}

/// The agent's file is a container's own, and root inside may put anything in its place: a program that says far more than an agent would.
#[test]
fn a_container_that_lies_gets_nothing_but_a_list_of_ports() {
    let mut kept = Kept::new(engines::engine(engines::DOCKER), r#", "userEnvProbe": "none""#);
    let opened = kept.takes_links();
    let container = kept.up();
    kept.answers();
    let before: Vec<u64> = processes(&container, "/.wharf/agent");
    // What an honest agent begins with, then lies: many ports with names that a terminal would obey, and links to everything.
    let sockets: Vec<Value> = (20_000..30_000)
        .map(|port| {
            json!({ "address": "127.0.0.1", "port": port, "inode": 1, "uid": 0,
                "process": { "pid": 1, "name": "\u{1b}]0;owned\u{7}\u{1b}[2J", "command": ["\r\n\u{9b}31m"] } })
        })
        .collect();
    let mut lies = frame(1, &json!({ "ports": { "sockets": sockets } }));
    lies.extend(frame(3, &json!("linksOpen")));
    let links =
        ["http://a@localhost:1/", "http://2130706433/", "https://0x7f000001/", "http://localhost:1/x"];
    for link in links.iter().cycle().take(600) {
        lies.extend(frame(3, &json!({ "link": link })));
    }
    let lies_file = kept.place.home.write("work/lies", "");
    std::fs::write(&lies_file, &lies).unwrap();
    let script = "cd /.wharf && honest=$(ls agent-* | head -n 1) && cp $honest honest
        ./honest < /dev/null > /greeting 2> /dev/null
        length=$(dd if=/greeting bs=1 skip=5 count=4 2> /dev/null | od -An -tu1 | awk '{ print ((($1 * 256 + $2) * 256 + $3) * 256 + $4) + 9 }')
        head -c $length /greeting > /hello && cp lies-of-the-test /lies
        printf '#!/bin/sh\\ncat /hello\\nsleep 1\\ncat /lies\\nexec cat > /dev/null\\n' > liar
        chmod 755 liar && mv liar $honest";
    let script = script.replace("lies-of-the-test", "\"$OLDPWD/lies\"");
    let placed = kept.wharf("exec", &["sh", "-ec", &script]).end();
    assert_eq!(placed.code, Some(0), "{placed}");
    before.into_iter().for_each(kill);
    let ports = || kept.ports()["environments"][0]["ports"].as_array().cloned().unwrap_or_default();
    wait_until("the lies are heard", || ports().len() > 50);
    let told = ports();
    assert!(told.len() <= 101, "{} ports are forwarded", told.len());
    let listed = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["ports"]).end().stdout_text();
    assert!(listed.lines().count() > 50, "{listed}");
    let logged = kept.wharf("logs", &["--source", "keeper"]).end().stdout_text();
    for text in [&listed, &logged] {
        assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    }
    assert!(logged.contains("http://a@localhost:1/ was refused"), "{logged}");
    assert!(logged.lines().count() < 1000, "{} lines", logged.lines().count());
    assert!(!opened.exists(), "{}", std::fs::read_to_string(&opened).unwrap());
    // Nothing of this is beyond loopback, and what a person stops is stopped.
    let one = told.iter().find(|port| port["state"] == "forwarded" && port["port"] != kept.port).unwrap();
    let (port, local) = (one["port"].as_u64().unwrap(), one["local"]["port"].as_u64().unwrap() as u16);
    assert!(
        TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), local)).is_ok(),
        "{local} is bound beyond 127.0.0.1"
    );
    let stopped = kept.wharf("forward", &[&port.to_string(), "--stop"]).end();
    assert_eq!(stopped.code, Some(0), "{stopped}");
    assert!(connect(local).is_err());
    // An honest agent is put there again by whoever finds the liar's version wrong, or by a new container.
    let again = kept.wharf("up", &["--remove-existing-container"]).end();
    assert_eq!(again.code, Some(0), "{again}");
    kept.answers();
}
