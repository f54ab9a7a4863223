//! What becomes of forwards when something dies in the middle of a transfer: the connection ends on both sides, no port stays bound and no
//! process stays behind, and the forward is back soon after what it needs is.
// How long it took is for whoever reads what the tests write.
#![allow(clippy::print_stderr)]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use wharf_test_support::clock::Clock;
use wharf_test_support::engines;
use wharf_test_support::small_engine::SmallEngine;

use crate::kept::{Kept, connect, free_port, get, kill, processes, processes_of, serve, tell};
use crate::kit::wait_until;

/// How soon a forward is back, counted from when what it needs is there.
const SOON: Duration = Duration::from_secs(2);
/// How often a fault is made before it is believed that this is missed: other programs of a busy machine may be the reason.
const TRIES: u32 = 3;
/// How large the file is that nobody ever reads to its end.
const LARGE: u64 = 1 << 30;
/// How much of it is read before the fault.
const BEFORE: usize = 4 << 20;
/// How long everything stands still.
const SUSPENDED: Duration = Duration::from_secs(60);
/// What the time of day is wrong by meanwhile, in seconds.
const JUMP: i64 = 26 * 60 * 60;

fn kept(engine: engines::Engine) -> Kept {
    Kept::new(engine, r#", "runArgs": ["--network", "none"], "userEnvProbe": "none""#)
}

/// A kept environment whose server has a large file.
fn begin(engine: engines::Engine) -> (Kept, String) {
    let kept = kept(engine);
    let container = serves_a_large_file(&kept);
    (kept, container)
}

/// Brings it up; its container.
fn serves_a_large_file(kept: &Kept) -> String {
    let container = kept.up();
    kept.answers();
    assert_eq!(kept.local(), Some(kept.port));
    let large = format!("dd if=/dev/zero of=/tmp/www/large bs=1 count=0 seek={LARGE} 2> /dev/null");
    let made = kept.wharf("exec", &["sh", "-c", &large]).end();
    assert_eq!(made.code, Some(0), "{made}");
    container
}

/// A connection in the middle of a transfer.
struct Transfer(TcpStream);

impl Transfer {
    fn begin(kept: &Kept) -> Transfer {
        let mut stream = connect(kept.port).unwrap();
        stream.write_all(b"GET /large HTTP/1.0\r\n\r\n").unwrap();
        let mut read = vec![0; BEFORE];
        stream.read_exact(&mut read).unwrap();
        Transfer(stream)
    }

    /// Reads to the end, which has to come, and not because everything was said.
    fn breaks(mut self, what: &str) {
        let (mut buffer, mut length) = (vec![0; 1 << 16], BEFORE as u64);
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => break,
                Ok(more) => length += more as u64,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{what}: {error}");
                    break;
                }
            }
        }
        assert!(length < LARGE, "{what}: {length} bytes came");
    }

    /// Reads on; the connection is as good as it was.
    fn goes_on(mut self) -> Transfer {
        let mut read = vec![0; 8 * BEFORE];
        self.0.read_exact(&mut read).unwrap();
        assert!(read.iter().all(|byte| *byte == 0));
        self
    }
}

/// How long it takes from now until the server answers through the forward.
fn back(kept: &Kept) -> Duration {
    let began = Instant::now();
    wait_until("the forward is back", || get(kept.port).is_ok_and(|text| text.ends_with("hello")));
    began.elapsed()
}

/// Makes a fault until the forward was back soon; each time a transfer is under way, which ends on both sides.
fn comes_back(name: &str, kept: &Kept, container: &str, mut fault: impl FnMut()) {
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let transfer = Transfer::begin(kept);
        fault();
        took.push(back(kept));
        transfer.breaks(name);
        wait_until("the server's end of the connection ends", || processes(container, "httpd").len() == 1);
        wait_until("no agent but one is left", || processes(container, "/.wharf/agent").len() == 1);
        if took.last().is_some_and(|took| *took <= SOON) {
            eprintln!("{name}: back after {took:?}");
            return;
        }
    }
    panic!("{name}: the forward is not back within {SOON:?}: {took:?}");
}

/// Brings the environment down; nothing is left of it.
fn ends_clean(name: &str, kept: &Kept) {
    let down = kept.wharf("down", &["--yes"]).end();
    assert_eq!(down.code, Some(0), "{name}: {down}");
    wait_until("the port is free", || connect(kept.port).is_err());
    let home = kept.place.home.path();
    wait_until("no process is left", || processes_of(home).is_empty());
}

fn keeper_and_guard(kept: &Kept) -> Vec<u64> {
    let all = processes_of(kept.place.home.path());
    assert_eq!(all.len(), 2, "a keeper and its guard: {all:?}");
    all
}

#[test]
fn the_keeper_is_killed() {
    for engine in engines::primary() {
        let name = format!("keeper on {}", engine.name);
        let (kept, container) = begin(engine);
        comes_back(&name, &kept, &container, || kill(kept.keeper().unwrap()));
        wait_until("the next one has its guard", || processes_of(kept.place.home.path()).len() == 2);
        // Nobody is left to go on: nothing is either, until somebody wants something of it again.
        let transfer = Transfer::begin(&kept);
        let both = keeper_and_guard(&kept);
        both.iter().copied().for_each(|pid| tell(pid, Signal::STOP));
        both.into_iter().for_each(kill);
        transfer.breaks(&name);
        wait_until("the port is free", || connect(kept.port).is_err());
        wait_until("the agent ends", || processes(&container, "/.wharf/agent").is_empty());
        wait_until("the server's end ends", || processes(&container, "httpd").len() == 1);
        kept.up();
        kept.answers();
        ends_clean(&name, &kept);
    }
}

#[test]
fn the_agent_is_killed() {
    for engine in engines::primary() {
        let name = format!("agent on {}", engine.name);
        let (kept, container) = begin(engine);
        comes_back(&name, &kept, &container, || {
            processes(&container, "/.wharf/agent").into_iter().for_each(kill);
        });
        ends_clean(&name, &kept);
    }
}

#[test]
fn the_container_is_restarted_and_killed() {
    for engine in engines::primary() {
        let name = format!("container on {}", engine.name);
        let (kept, container) = begin(engine);
        // Its server needs somebody who starts it again, and its file.
        let served =
            format!("{} && {}", serve(kept.port), "dd if=/dev/zero of=/tmp/www/large bs=1 count=0 seek=1G");
        comes_back(&name, &kept, &container, || {
            kept.place.post(&format!("/containers/{container}/restart?t=0"));
            execute(&kept, &container, &served);
        });
        let transfer = Transfer::begin(&kept);
        kept.place.post(&format!("/containers/{container}/kill"));
        let began = Instant::now();
        transfer.breaks(&name);
        wait_until("the port is free", || connect(kept.port).is_err());
        eprintln!("{name}: closed after {:?}", began.elapsed());
        ends_clean(&name, &kept);
    }
}

/// A command that the engine itself starts, so that nobody waits for the keeper.
fn execute(kept: &Kept, container: &str, script: &str) {
    let post = |path: &str, body: &serde_json::Value| {
        let answer = kept.place.socket().request("POST", path, Some(body)).unwrap();
        assert!(answer.is_success(), "{path}: {}", answer.text());
        answer
    };
    let exec = json!({ "Cmd": ["sh", "-c", script] });
    let made = post(&format!("/containers/{container}/exec"), &exec).json();
    let id = made["Id"].as_str().unwrap();
    post(&format!("/exec/{id}/start"), &json!({ "Detach": true }));
}

/// An engine of its own is killed and started again: containers go on meanwhile, as on every Podman, and on a Docker that is told so.
fn an_engine_dies(lender: &str) {
    let small = SmallEngine::start(&engines::engine(lender), 400);
    let name = small.engine.name.clone();
    let (kept, container) = begin(small.engine.clone());
    comes_back(&name, &kept, &container, || {
        small.kill();
        wait_until("the port is free while the engine is away", || connect(kept.port).is_err());
        small.start_again();
    });
    ends_clean(&name, &kept);
}

#[test]
fn docker_is_killed() {
    an_engine_dies(engines::DOCKER);
}

#[test]
fn podman_is_killed() {
    an_engine_dies(engines::PODMAN);
}

/// Everything stands still for a minute, as on a laptop that is closed; the time of day is another one afterwards, and then somebody sets it back.
fn a_laptop_is_closed(lender: &str) {
    let small = SmallEngine::start(&engines::engine(lender), 400);
    let name = small.engine.name.clone();
    let mut kept = kept(small.engine.clone());
    let clock = Clock::new(kept.place.home.path());
    kept.variables = clock.variables();
    let container = serves_a_large_file(&kept);
    let transfer = Transfer::begin(&kept);
    let keeper = kept.keeper();
    let mut all = keeper_and_guard(&kept);
    all.extend(processes(&container, ""));
    all.iter().for_each(|pid| tell(*pid, Signal::STOP));
    small.signal("STOP");
    std::thread::sleep(SUSPENDED);
    clock.set(JUMP);
    small.signal("CONT");
    all.iter().for_each(|pid| tell(*pid, Signal::CONT));
    let took = back(&kept);
    eprintln!("{name}: back {took:?} after it stood still");
    assert!(took <= SOON, "{name}: {took:?}");
    let transfer = transfer.goes_on();
    // What begins to listen is still soon found, whichever way the time of day goes.
    for seconds in [JUMP, -JUMP, 0] {
        clock.set(seconds);
        let port = free_port();
        execute(&kept, &container, &serve(port));
        wait_until("a new server is reached", || get(port).is_ok_and(|text| text.ends_with("hello")));
    }
    transfer.goes_on();
    assert_eq!(kept.keeper(), keeper, "{name}: another keeper has come");
    ends_clean(&name, &kept);
}

#[test]
fn a_laptop_is_closed_with_docker() {
    a_laptop_is_closed(engines::DOCKER);
}

#[test]
fn a_laptop_is_closed_with_podman() {
    a_laptop_is_closed(engines::PODMAN);
}
