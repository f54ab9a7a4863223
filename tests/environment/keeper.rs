//! Ports that are forwarded by the keeper, what becomes of them when something dies, and commands through its agent. The images have
//! busybox and nothing else.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wharf_test_support::engines;
use wharf_test_support::sshd::{Client, Sshd};

use crate::kept::{Kept, connect, free_port, get, is_alive, kill, processes, serve};
use crate::kit::{escape, json, wait_until};

/// How soon a new server is reached on an engine of this computer.
const SOON: Duration = Duration::from_millis(300);
/// How many new servers may be slower than that before it is believed that all are.
const NEW_SERVERS: usize = 10;

#[test]
fn a_server_on_loopback_is_reached_from_here_on_every_engine() {
    for engine in engines::MATRIX.map(engines::engine) {
        let name = engine.name.clone();
        let kept = Kept::new(engine, "");
        let up = kept.wharf("up", &["--log-format", "json"]).end();
        assert_eq!(up.code, Some(0), "{name}: {up}");
        kept.answers();
        let told = kept.told();
        assert_eq!(told["local"]["port"], kept.port, "{name}: {told:#}");
        assert_eq!(
            (told["label"].as_str(), told["state"].as_str()),
            (Some("web"), Some("forwarded")),
            "{name}"
        );
        assert_eq!(told["source"], "declared", "{name}");
        let status = json(&kept.wharf("status", &["--json"]).end());
        assert_eq!(status["kept"]["connection"], "connected", "{name}");
        let keeper = kept.keeper().unwrap();
        let stopped = kept.wharf("stop", &[]).end();
        assert_eq!(stopped.code, Some(0), "{name}: {stopped}");
        kept.is_gone(keeper, kept.port);
    }
}

#[test]
fn a_far_engine_forwards_as_a_near_one_does() {
    let server = Sshd::start();
    let engine = engines::engine(engines::DOCKER);
    let address = server.address(&engine.socket.display().to_string());
    let mut kept = Kept::new(engine, "");
    let path = server.search_path(Client::Welcome);
    kept.variables = vec![("DOCKER_HOST".to_owned(), address), ("PATH".to_owned(), path)];
    let up = kept.wharf("up", &["--volume"]).end();
    assert_eq!(up.code, Some(0), "{up}");
    kept.answers();
    let down = kept.anywhere(&["down", &kept.volume(), "--volumes", "--yes"]).end();
    assert_eq!(down.code, Some(0), "{down}");
}

#[test]
fn a_conflict_names_its_holder_and_the_choice_stays() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, kept.port)).unwrap();
    kept.up();
    kept.answers();
    let told = kept.told();
    let instead = kept.local().unwrap();
    assert_ne!(instead, kept.port);
    assert_eq!(told["conflict"]["port"], kept.port, "{told:#}");
    assert_eq!(told["conflict"]["holder"]["pid"], std::process::id(), "{told:#}");
    drop(holder);
    assert_eq!(kept.wharf("stop", &[]).end().code, Some(0));
    let start = kept.wharf("start", &[]).end();
    assert_eq!(start.code, Some(0), "{start}");
    kept.answers();
    assert_eq!(kept.local(), Some(instead), "{:#}", kept.told());
    assert!(kept.told()["conflict"].is_null());
    // A person's word comes first.
    let own = format!("{0}:{0}", kept.port);
    let moved = kept.wharf("forward", &[&own, "--json"]).end();
    assert_eq!(moved.code, Some(0), "{moved}");
    kept.answers();
    assert_eq!(kept.local(), Some(kept.port));
    let port = kept.port.to_string();
    let stopped = kept.wharf("forward", &[&port, "--stop"]).end();
    assert_eq!(stopped.code, Some(0), "{stopped}");
    assert_eq!(kept.told()["state"], "stopped");
    assert!(connect(kept.port).is_err());
}

#[test]
fn forwards_come_back_whatever_dies() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let kept = Kept::new(engine, "");
        let container = kept.up();
        kept.answers();
        // The keeper.
        let first = kept.keeper().unwrap();
        kill(first);
        wait_until("another keeper begins", || kept.keeper().is_some_and(|keeper| keeper != first));
        kept.answers();
        assert_eq!(kept.local(), Some(kept.port), "{name}");
        // The agent.
        let agents = processes(&container, "/.wharf/");
        assert!(!agents.is_empty(), "{name}: no agent runs");
        agents.into_iter().for_each(kill);
        kept.answers();
        // The container: its server comes back with a command of ours.
        kept.place.post(&format!("/containers/{container}/restart?t=0"));
        wait_until("the keeper is connected again", || {
            kept.ports()["environments"][0]["connection"] == "connected"
        });
        let served = kept.wharf("exec", &["sh", "-c", &serve(kept.port)]).end();
        assert_eq!(served.code, Some(0), "{name}: {served}");
        kept.answers();
        // Gone for good.
        let keeper = kept.keeper().unwrap();
        kept.place.post(&format!("/containers/{container}/kill"));
        wait_until("nothing listens for a container that does not run", || connect(kept.port).is_err());
        let down = kept.wharf("down", &["--yes"]).end();
        assert_eq!(down.code, Some(0), "{name}: {down}");
        kept.is_gone(keeper, kept.port);
    }
}

#[test]
fn a_newer_keeper_takes_over_and_connections_go_on() {
    let kept = Kept::new(engines::engine(engines::PODMAN), "");
    kept.up();
    kept.answers();
    let old = kept.keeper().unwrap();
    let mut connection = connect(kept.port).unwrap();
    connection.write_all(b"GET / HTTP/1.0\r\n").unwrap();
    let takes_over = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["keeper", "--take-over"]);
    let mut next = takes_over.command().spawn().unwrap();
    wait_until("the newer one answers", || kept.keeper().is_some_and(|keeper| keeper != old));
    kept.answers();
    assert_eq!(kept.local(), Some(kept.port));
    assert!(is_alive(old), "the old one has left its connection");
    connection.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("hello"), "{answer:?}");
    // A connection is over when both sides have ended it.
    drop(connection);
    wait_until("the old one leaves", || !is_alive(old));
    kept.answers();
    assert_eq!(kept.wharf("stop", &[]).end().code, Some(0));
    assert!(next.wait().unwrap().success());
}

#[test]
fn many_connections_at_once_and_one_that_does_not_read() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    kept.up();
    kept.answers();
    let large = "head -c 33554432 /dev/zero > /tmp/www/large";
    assert_eq!(kept.wharf("exec", &["sh", "-c", large]).end().code, Some(0));
    let port = kept.local().unwrap();
    let mut stalled = connect(port).unwrap();
    stalled.write_all(b"GET /large HTTP/1.0\r\n\r\n").unwrap();
    let mut all: Vec<_> = (0..60).map(|_| connect(port).unwrap()).collect();
    all.iter_mut().for_each(|stream| stream.write_all(b"GET / HTTP/1.0\r\n").unwrap());
    all.iter_mut().for_each(|stream| stream.write_all(b"\r\n").unwrap());
    for stream in &mut all {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("hello"), "{answer:?}");
    }
    // Nor does it hold up another that is as large, through the same agent.
    let mut beside = connect(port).unwrap();
    beside.write_all(b"GET /large HTTP/1.0\r\n\r\n").unwrap();
    for mut stream in [beside, stalled] {
        let mut large = Vec::new();
        stream.read_to_end(&mut large).unwrap();
        assert!(large.len() > 32 << 20, "{} bytes", large.len());
    }
}

#[test]
fn a_command_through_the_keeper_is_like_any_other() {
    let kept = Kept::new(engines::engine(engines::DOCKER), r#", "remoteEnv": { "FLAVOUR": "sweet" }"#);
    let container = kept.up();
    kept.answers();
    let cases: [(&[&str], &str); 5] = [
        (&["true"], ""),
        (&["sh", "-c", "echo out; echo err >&2; exit 7"], ""),
        (&["sh", "-c", "cat; echo $FLAVOUR; pwd"], "some\ninput"),
        (&["sh", "-c", "kill -TERM $$"], ""),
        (&["no-such-program"], ""),
    ];
    let run = |command: &[&str], input: &str| {
        let answer = kept.wharf("exec", command).stdin(input).end();
        (answer.code, answer.stdout_text(), answer.stderr_text())
    };
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let begun = now();
    let warm: Vec<_> = cases.iter().map(|(command, input)| run(command, input)).collect();
    // Those that have ended are in no list of the container's any more.
    let filters = serde_json::json!({ "container": [container], "event": ["exec_create"] }).to_string();
    let path = format!("/events?since={begun}&until={}&filters={}", now(), escape(&filters));
    let execs = kept.place.socket().get(&path).unwrap();
    assert_eq!((execs.status, execs.text().as_str()), (200, ""), "the engine was asked for an exec");
    // A client that dies takes its command along.
    let sleeping = kept.wharf("exec", &["sleep", "4711"]);
    let mut client = sleeping.command().spawn().unwrap();
    wait_until("the command runs", || !processes(&container, "sleep 4711").is_empty());
    client.kill().unwrap();
    client.wait().unwrap();
    wait_until("its command ends", || processes(&container, "sleep 4711").is_empty());
    let keeper = kept.keeper().unwrap();
    let left = kept.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["keeper", "--leave"]).end();
    assert_eq!(left.code, Some(0), "{left}");
    kept.is_gone(keeper, kept.port);
    let cold: Vec<_> = cases.iter().map(|(command, input)| run(command, input)).collect();
    assert_eq!(warm, cold);
}

/// Nobody else comes near: the folder is private, and nothing listens beyond loopback.
#[test]
fn the_keeper_is_its_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    kept.up();
    kept.answers();
    let folder = kept.place.home.path().join(".local/state/wharf/keeper");
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
    let everywhere = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), kept.local().unwrap()));
    assert!(everywhere.is_ok(), "the forward listens on more than 127.0.0.1: {everywhere:?}");
    // What is no request ends that client, and nothing else.
    for noise in
        [&[0xff; 64][..], &[0, 0, 0, 3, b'{', b'}', b'x'], b"\0\0\0\x02[]", b"GET / HTTP/1.1\r\n\r\n"]
    {
        let mut stream = std::os::unix::net::UnixStream::connect(folder.join("socket")).unwrap();
        let _ = stream.write_all(noise);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
    }
    kept.answers();
}

/// From listening inside to being reached here. Not all of them have to be in time: other programs of a busy machine hold up one or the other,
/// and a Wharf that is too slow is so each time.
#[test]
fn a_new_server_is_soon_here() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    kept.up();
    kept.answers();
    // One command begins them all: what a command takes to start is not what is measured.
    let script = format!("while read port; do {} || exit; echo up; done", serve("$port"));
    let mut command = kept.wharf("exec", &["sh", "-c", &script]).command();
    let mut servers = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut asked = servers.stdin.take().unwrap();
    let mut told = BufReader::new(servers.stdout.take().unwrap()).lines();
    let mut took = Vec::new();
    while took.len() < NEW_SERVERS && took.last().is_none_or(|last| *last > SOON) {
        let port = free_port();
        writeln!(asked, "{port}").unwrap();
        assert_eq!(told.next().unwrap().unwrap(), "up");
        let begun = Instant::now();
        wait_until("the new server is reached", || get(port).is_ok_and(|text| text.ends_with("hello")));
        took.push(begun.elapsed());
        let ports = kept.ports();
        let all = ports["environments"][0]["ports"].as_array().unwrap();
        let found = all.iter().find(|found| found["port"] == port).unwrap();
        assert_eq!(
            (&found["source"], &found["process"]["name"]),
            (&"detected".into(), &"httpd".into()),
            "{found:#}"
        );
    }
    assert!(took.last().is_some_and(|last| *last <= SOON), "{took:?}");
    drop(asked);
    assert!(servers.wait().unwrap().success());
}

#[test]
fn hooks_after_the_wait_point_run_in_the_background() {
    let hook = r#", "postCreateCommand": "until [ -e go ]; do sleep 0.1; done; echo told; echo done > ran""#;
    let kept = Kept::new(engines::engine(engines::DOCKER), hook);
    let up = kept.wharf("up", &["--detach-hooks"]).end();
    assert_eq!(up.code, Some(0), "{up}");
    let state = || {
        let status = json(&kept.wharf("status", &["--json"]).end());
        let hooks = status["observed"]["hooks"].as_array().cloned().unwrap_or_default();
        let hook = hooks.into_iter().find(|hook| hook["name"] == "postCreateCommand").unwrap_or_default();
        hook["state"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(state(), "pending");
    kept.place.write("go", "");
    wait_until("the hook is done", || kept.place.read("ran") == "done\n" && state() == "done");
    let logs = kept.wharf("logs", &["--source", "hooks"]).end();
    assert!(logs.stdout_text().contains("told"), "{logs}");
}
