//! Servers and links in containers whose image has nothing, on every kind of engine.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wharf_agent::network::ListeningSocket;
use wharf_engine::Engine;
use wharf_plan::container::CreateBody;
use wharf_runner::CancellationToken;
use wharf_runner::inside::{AgentConnection, LinkNews, PortWatch};
use wharf_test_support::engines::ROOTLESS_PODMAN;
use wharf_test_support::images::BUSYBOX;

use crate::kit::{PATIENCE, streams};
use crate::room::{Room, connect, on_each_engine};

on_each_engine!(a_server_on_loopback);

#[tokio::test]
async fn a_server_on_loopback_without_root_on_the_host() {
    a_server_on_loopback(connect(ROOTLESS_PODMAN).await).await;
}

/// Waits until a port is told, or is told no longer.
async fn told(ports: &mut PortWatch, port: u16, there: bool) -> Vec<ListeningSocket> {
    let wait = async {
        loop {
            let mut sockets = ports.next().await.unwrap().sockets;
            sockets.retain(|socket| socket.port == port);
            if sockets.is_empty() != there {
                return sockets;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the port does not change")
}

/// Starts a server as a user, sees it, asks it, and ends it.
async fn see_and_reach(room: &Room, connection: &AgentConnection, user: &str, uid: u32) {
    let mut ports = connection.watch_ports().unwrap();
    let line =
        "mkdir -p /tmp/w && echo hello > /tmp/w/index.html && exec httpd -f -p 127.0.0.1:8123 -h /tmp/w";
    let request = room.inside().exec_request(&room.command(user, line));
    let (mut streams, _ends) = streams(tokio::io::empty());
    let cancel = CancellationToken::new();
    let look = async {
        let sockets = told(&mut ports, 8123, true).await;
        let process = sockets[0].process.clone().expect("its process cannot be seen");
        assert_eq!((sockets[0].address.to_string().as_str(), sockets[0].uid), ("127.0.0.1", uid));
        assert_eq!((process.name.as_str(), process.command[1].as_str()), ("httpd", "-f"));
        for host in ["127.0.0.1", "localhost"] {
            let mut stream = connection.dial(host, 8123).await.unwrap();
            stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
            assert!(answer.ends_with("\r\n\r\nhello\n"), "{answer}");
        }
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(connection.exec(&request, &mut streams, &cancel), look);
    assert!(outcome.is_err());
    told(&mut ports, 8123, false).await;
}

async fn a_server_on_loopback(engine: Engine) {
    // A server of another user than the agent's.
    Room::of(engine.clone(), BUSYBOX, |_| (), |room| async move {
        let connection = room.inside().connect("4711").await.unwrap();
        see_and_reach(&room, &connection, "4711", 4711).await;
        // A link from that user.
        let mut links = connection.watch_links().await.unwrap();
        let mut request = room.inside().exec_request(&room.command("4711", "$BROWSER http://localhost:8123/"));
        request.context.browser = true;
        let (mut streams, ends) = streams(tokio::io::empty());
        let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
        assert_eq!((outcome.code, ends.stderr.text().as_str()), (0, ""));
        let link = tokio::time::timeout(PATIENCE, links.next()).await.expect("no link").unwrap();
        assert_eq!(link, LinkNews::Link("http://localhost:8123/".to_owned()));
        connection.close().await;
        // Neither a process nor a file of it stays.
        let line = "ls -A /.wharf; for f in /proc/[0-9]*/exe; do readlink $f; done 2> /dev/null | grep -c /.wharf/agent";
        let (_, left, _) = room.shell("root", line).await;
        assert!(left.starts_with("agent-") && left.ends_with("\n1\n") && left.lines().count() == 2, "{left}");
    })
    .await;
    // Nothing of what root usually may.
    let nothing = |body: &mut CreateBody| {
        body.host_config.cap_drop = vec!["ALL".into()];
        body.user = "1000".into();
    };
    Room::of(engine, BUSYBOX, nothing, |room| async move {
        let connection = room.inside().connect("1000").await.unwrap();
        see_and_reach(&room, &connection, "1000", 1000).await;
        let mut links = connection.watch_links().await.unwrap();
        let mut request = room.inside().exec_request(&room.command("1000", "$BROWSER https://a.example/"));
        request.context.browser = true;
        let (mut streams, _ends) = streams(tokio::io::empty());
        connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
        let link = tokio::time::timeout(PATIENCE, links.next()).await.expect("no link").unwrap();
        assert_eq!(link, LinkNews::Link("https://a.example/".to_owned()));
    })
    .await;
}
