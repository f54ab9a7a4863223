//! Engines on other machines: through a real `sshd`, and behind TLS. What works there, and one clear error for what does not.

use serde_json::Value;
use wharf_test_support::command::Home;
use wharf_test_support::engines;
use wharf_test_support::sshd::{Client, Sshd};
use wharf_test_support::tls::{Authority, Validity, engine_behind_tls};

use crate::kept::{Kept, kill};
use crate::kit::{Place, json, wait_until};

/// What `wharf engine list` says about the engine of these variables.
fn engine_with(variables: &[(&str, &str)]) -> Value {
    let home = Home::new();
    let mut exchange = home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["engine", "list", "--json"]);
    for (name, value) in variables {
        exchange = exchange.variable(name, value);
    }
    let answer = exchange.end();
    assert_eq!(answer.code, Some(0), "{answer}");
    json(&answer)["engines"][0].clone()
}

/// Asserts that the engine cannot be used, for this reason, and that there is a way out.
fn refused(engine: &Value, reason: &str, hint: &str) {
    let text = |key: &str| engine[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(engine["usable"], false, "{engine:#}");
    assert!(text("problem").contains(reason), "{reason}: {engine:#}");
    assert!(text("hint").contains(hint), "{hint}: {engine:#}");
}

#[test]
fn ssh_needs_only_the_socket_and_every_failure_says_what_to_do() {
    let server = Sshd::start();
    let socket = engines::engine(engines::DOCKER).socket.display().to_string();
    let address = server.address(&socket);
    let ask = |client: Client, address: &str| {
        engine_with(&[("DOCKER_HOST", address), ("PATH", &server.search_path(client))])
    };
    let engine = ask(Client::Welcome, &address);
    assert_eq!(
        (&engine["usable"], &engine["local"]),
        (&Value::Bool(true), &Value::Bool(false)),
        "{engine:#}"
    );
    refused(&ask(Client::WrongKey, &address), "does not let this user in", "ssh-copy-id");
    refused(&ask(Client::OtherMachine, &address), "key is not the known one", "never accepts a key");
    let nobody = format!("ssh://nobody-here@127.0.0.1:{}{socket}", server.port());
    refused(&ask(Client::Welcome, &nobody), "does not let this user in", "Look at the user's name");
    refused(
        &ask(Client::Welcome, &server.address("/nowhere.sock")),
        "socket there cannot be opened",
        "runs there",
    );
    refused(&ask(Client::Welcome, "ssh://127.0.0.1:1/x.sock"), "does not answer", "name and port");
    refused(
        &engine_with(&[("DOCKER_HOST", address.as_str()), ("PATH", "/nowhere")]),
        "ssh program cannot be started",
        "Install OpenSSH",
    );
}

#[test]
fn a_folder_cannot_be_a_workspace_there_but_what_runs_there_can_be_used() {
    let server = Sshd::start();
    let place = Place::new(engines::engine(engines::DOCKER), r#"{ "image": "busybox" }"#);
    let address = server.address(&place.engine.socket.display().to_string());
    let path = server.search_path(Client::Welcome);
    let far = |verb: &str, arguments: &[&str]| {
        let arguments = [&["--engine", address.as_str()], arguments].concat();
        place.wharf(verb, &arguments).variable("PATH", &path).end()
    };
    let answer = far("up", &[]);
    assert_eq!(answer.code, Some(1), "{answer}");
    let shown = answer.stderr_text();
    assert!(shown.contains("which cannot mount it") && shown.contains("wharf up --volume"), "{shown}");
    assert!(
        shown.contains("the folder [HOME]/work is on this computer") && shown.contains(&address),
        "{shown}"
    );
    assert!(place.containers().is_empty(), "nothing was made");
    // One that is there already works as anywhere.
    let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
    let answer = far("exec", &["sh", "-c", "cat; exit 7"]);
    assert_eq!(answer.code, Some(7), "{answer}");
    assert_eq!(json(&far("up", &[]))["containerId"], id.as_str());
    let answer = far("stop", &[]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(place.inspect(&id)["State"]["Running"], false);
    let answer = far("down", &[]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(place.containers().is_empty());
}

#[test]
fn behind_tls_each_side_has_to_know_the_other() {
    let socket = engines::engine(engines::DOCKER).socket;
    let (authority, stranger) = (Authority::new(), Authority::new());
    let good = engine_behind_tls(&socket, &authority, Validity::Now);
    let old = engine_behind_tls(&socket, &authority, Validity::Expired);
    let home = Home::new();
    let folder = |name: &str| home.path().join(name);
    authority.write(&folder("both"), true);
    authority.write(&folder("trust"), false);
    stranger.write(&folder("stranger"), true);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let plain_port = plain.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            use std::io::Write as _;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let ask = |host: &str, port: u16, certificates: &str| {
        let address = format!("tcp://{host}:{port}");
        let folder = folder(certificates).display().to_string();
        engine_with(&[("DOCKER_HOST", &address), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", &folder)])
    };
    let engine = ask("localhost", good.port(), "both");
    assert_eq!(engine["usable"], true, "{engine:#}");
    refused(&ask("localhost", good.port(), "stranger"), "not issued by the authority in", "ca.pem");
    refused(&ask("localhost", good.port(), "none"), "authority that this system does not trust", "ca.pem");
    refused(&ask("localhost", good.port(), "trust"), "asks for a client certificate", "cert.pem and key.pem");
    refused(&ask("localhost", old.port(), "both"), "has expired", "Renew");
    refused(
        &ask("127.0.0.1", good.port(), "both"),
        "for another name than 127.0.0.1",
        "Call the engine by a name",
    );
    refused(&ask("localhost", plain_port, "both"), "does not speak TLS", "2376");
    // A certificate of ours that the engine does not trust.
    stranger.write(&folder("mixed"), true);
    std::fs::write(folder("mixed").join("ca.pem"), authority.certificate()).unwrap();
    refused(&ask("localhost", good.port(), "mixed"), "refuses the certificate that we showed", "cert.pem");
}

/// The keeper may have been started by another shell, which knew nothing of this engine.
#[test]
fn the_keeper_reaches_an_engine_as_whoever_wants_it_reached() {
    let engine = engines::engine(engines::DOCKER);
    let authority = Authority::new();
    let far = engine_behind_tls(&engine.socket, &authority, Validity::Now);
    let mut kept = Kept::new(engine, "");
    kept.up();
    kept.answers();
    let keeper = kept.keeper();
    let certificates = kept.place.home.path().join("certificates");
    authority.write(&certificates, true);
    let address = format!("tcp://localhost:{}", far.port());
    let variables = [
        ("DOCKER_HOST", address.clone()),
        ("DOCKER_TLS_VERIFY", "1".to_owned()),
        ("DOCKER_CERT_PATH", certificates.display().to_string()),
    ];
    kept.variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
    kept.up();
    kept.answers();
    let ports = kept.ports();
    let environment = &ports["environments"][0];
    assert_eq!(environment["reference"]["engine"], address, "{ports:#}");
    assert_eq!(environment["connection"], "connected", "{ports:#}");
    assert_eq!(kept.keeper(), keeper);
    // The next keeper knows it too, whoever begins it.
    kill(keeper.unwrap());
    wait_until("another keeper begins", || kept.keeper().is_some_and(|next| Some(next) != keeper));
    kept.answers();
}
