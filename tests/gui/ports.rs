//! A port that appears inside is opened outside, in the person's browser.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;
use wharf_test_support::images::BUSYBOX;

use crate::screen::{Desk, environment};

/// What a server answers to a plain request.
fn answer(url: &str) -> std::io::Result<String> {
    let place = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&place)?;
    write!(stream, "GET / HTTP/1.0\r\nHost: {place}\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn a_server_that_begins_to_listen_is_seen_and_opened() {
    let desk = Desk::new();
    // It listens inside on loopback, where no published port could reach it.
    let serve = "mkdir -p /tmp/www && echo the lamp is lit > /tmp/www/index.html && httpd -p 127.0.0.1:8123 -h /tmp/www";
    let configuration = json!({
        "name": "Serving",
        "image": BUSYBOX,
        "postStartCommand": serve,
        "portsAttributes": { "8123": { "label": "lamp", "onAutoForward": "silent", "protocol": "http" } },
    });
    desk.folder("serving", &configuration.to_string());
    let window = desk.open(&["serving"]);
    window.click("[data-testid=folder-start]");
    window.wait_for(&environment("running"));
    window.click("[data-testid=tab][data-tab=ports]");
    window.wait_for("[data-testid=port][data-port='8123'][data-state=forwarded]");
    assert!(window.text("[data-testid=port][data-port='8123']").contains("lamp"));
    desk.picture(&window, "15-ports");
    window.click("[data-testid=port][data-port='8123'] [data-testid=port-open]");
    let opened = window.wait("the address in the browser", || desk.opened());
    assert!(answer(&opened).unwrap().contains("the lamp is lit"), "{opened}");
}
