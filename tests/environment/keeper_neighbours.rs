//! Ports of this computer that somebody else has, or that its user may not have, and ports that an editor looks after itself.
#![cfg(target_os = "linux")]

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Child;

use serde_json::Value;
use wharf_test_support::{engines, other_user};

use crate::kept::{Kept, NOBODY, as_nobody, get, kill, serve};
use crate::kit::{Following, wait_until};

/// A program of that name that has a port of this computer.
fn holder(kept: &Kept, name: &str, port: u16) -> Child {
    let script = format!(
        "#!/usr/bin/perl\nuse IO::Socket::INET;\nmy $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1:{port}', Listen => 1) or die $!;\n\
         print STDERR \"listens\\n\";\nsleep;\n"
    );
    let program = kept.place.home.write(&format!("bin/{name}"), &script);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let following = Following::errors(&kept.place.home.run(program));
    following.until("listens");
    following.child
}

/// What is told of a port.
fn told(kept: &Kept, port: u16) -> Value {
    let ports = kept.ports();
    let all = ports["environments"][0]["ports"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|found| found["port"] == port).unwrap_or_default()
}

#[test]
fn what_an_editor_has_is_left_to_it() {
    let kept = Kept::new(engines::engine(engines::DOCKER), "");
    let mut editor = holder(&kept, "code", kept.port);
    kept.up();
    wait_until("the port is left to the editor", || told(&kept, kept.port)["state"] == "editor");
    let found = told(&kept, kept.port);
    assert_eq!(found["reason"], "an editor forwards it", "{found:#}");
    assert!(found["local"].is_null() && found["conflict"].is_null(), "{found:#}");
    let listed = kept.anywhere(&["ports"]).end().stdout_text();
    assert!(listed.contains("left to the editor"), "{listed}");
    // Once the editor is gone it is ours.
    kill(editor.id().into());
    editor.wait().unwrap();
    kept.answers();
    assert_eq!(kept.local(), Some(kept.port));
    // The server of an editor inside, on a port that nobody has declared, is left to it too.
    let inside = wharf_test_support::ports::free_port();
    let folder = "/root/.vscode-server/bin/1";
    let line = format!(
        "mkdir -p {folder} && cp /bin/busybox {folder}/httpd && {folder}/httpd -p 127.0.0.1:{inside} -h /tmp/www"
    );
    let served = kept.wharf("exec", &["sh", "-c", &line]).end();
    assert_eq!(served.code, Some(0), "{served}");
    wait_until("its port is seen", || told(&kept, inside)["state"] == "editor");
    assert_eq!(told(&kept, inside)["reason"], "a server of Visual Studio Code");
    assert!(get(inside).is_err());
    // A person's word comes first.
    let asked = kept.wharf("forward", &[&inside.to_string()]).end();
    assert_eq!(asked.code, Some(0), "{asked}");
    wait_until("it is forwarded", || get(inside).is_ok_and(|text| text.ends_with("hello")));
}

/// Two ports that ordinary users may not have and that nobody has.
fn privileged_ports() -> [u16; 2] {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let first: u16 = first.trim().parse().unwrap();
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let mut free = (600..first).filter(is_free);
    [free.next(), free.next()].map(|port| port.expect("every port here is one that ordinary users may have"))
}

/// The keeper of an ordinary user is as good as root's, but for ports that are root's alone: another one is taken, or none, and it is said why.
#[test]
fn a_user_without_rights_is_told_which_ports_need_some() {
    let mut kept = Kept::new(engines::engine(engines::DOCKER), "");
    let [moved, held] = privileged_ports();
    kept.place.configure(&format!(
        r#"{{ "image": "busybox", "forwardPorts": [{moved}, {held}], "postStartCommand": "{serve} && httpd -p 127.0.0.1:{held} -h /tmp/www",
            "portsAttributes": {{ "{moved}": {{ "elevateIfNeeded": true }}, "{held}": {{ "requireLocalPort": true }} }} }}"#,
        serve = serve(moved)
    ));
    let home = kept.place.home.path().to_owned();
    let socket = home.join("engine.sock");
    other_user::relay(&kept.place.engine.socket, &socket).unwrap();
    other_user::give(&home, NOBODY).unwrap();
    kept.variables.push(("DOCKER_HOST".to_owned(), format!("unix://{}", socket.display())));
    kept.user = Some(NOBODY);
    kept.up();
    wait_until("the other port is forwarded", || told(&kept, moved)["state"] == "forwarded");
    let found = told(&kept, moved);
    let local = found["local"]["port"].as_u64().unwrap() as u16;
    assert_eq!(local, moved + 8000, "{found:#}");
    assert_eq!(
        (&found["conflict"]["port"], &found["conflict"]["holder"]["kind"]),
        (&moved.into(), &"system".into())
    );
    as_nobody(|| wait_until("it answers", || get(local).is_ok_and(|text| text.ends_with("hello"))));
    let how = format!("sysctl net.ipv4.ip_unprivileged_port_start={moved}");
    assert!(found["reason"].as_str().is_some_and(|reason| reason.contains(&how)), "{found:#}");
    let listed = kept.anywhere(&["ports"]).end().stdout_text();
    assert!(listed.contains(&how), "{listed}");
    // Another one would not do, and nobody has asked how it could be had.
    let found = told(&kept, held);
    assert_eq!(
        (&found["state"], &found["conflict"]["holder"]["kind"]),
        (&"blocked".into(), &"system".into()),
        "{found:#}"
    );
    assert!(found["local"].is_null() && found["reason"].is_null(), "{found:#}");
}

/// A listener here would be in the way of what begins to listen inside, and every server of this computer would seem to be the container's.
#[test]
fn ports_of_a_container_with_this_computers_network_are_here_already() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let kept = Kept::new(engine, r#", "runArgs": ["--network", "host"]"#);
        let up = kept.wharf("up", &["--trust"]).end();
        assert_eq!(up.code, Some(0), "{name}: {up}");
        wait_until("the port is seen", || told(&kept, kept.port)["listening"] == true);
        let ports = kept.ports();
        let found = &ports["environments"][0]["ports"];
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{name}: {found:#}");
        assert_eq!(
            (&found[0]["state"], &found[0]["local"]["port"]),
            (&"published".into(), &kept.port.into()),
            "{name}"
        );
        assert_eq!(found[0]["reason"], "on this computer's own network", "{name}");
        assert!(get(kept.port).is_ok_and(|text| text.ends_with("hello")), "{name}");
    }
}

/// What the engine publishes leads to the container's own address, where a server on loopback does not listen.
#[test]
fn a_server_on_loopback_is_reached_though_its_port_is_published() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let kept = Kept::new(engine, "");
        let port = kept.port;
        kept.place.configure(&format!(
            r#"{{ "image": "busybox", "appPort": [{port}], "postStartCommand": "{}" }}"#,
            serve(port)
        ));
        kept.up();
        kept.answers();
        let found = told(&kept, port);
        assert_ne!(found["local"]["port"], port, "{name}: {found:#}");
        assert_eq!(found["conflict"]["port"], port, "{name}: {found:#}");
    }
}
