//! What answers in an agent's place, and agents that refuse or go away.

use wharf_agent::PROTOCOL;
use wharf_agent::message::InsideRequest;
use wharf_runner::CancellationToken;
use wharf_runner::inside::Error;

use crate::kit::{Agent, shell, streams};

/// A line of shell that greets as an agent does.
fn greeting(protocol: u32, version: &str) -> String {
    let hello = format!(r#"{{"hello":{{"protocol":{protocol},"version":"{version}"}}}}"#);
    format!(r"printf '\0\0\0\0\0\0\0\0\{:03o}{hello}'", hello.len())
}

#[tokio::test]
async fn something_else_answers() {
    let ours = greeting(PROTOCOL, "0.1");
    let cases = [
        ("exit 0", "the agent did not start in the container"),
        (
            "echo OCI runtime exec failed: no such file; exit 126",
            "the agent did not start in the container: OCI runtime exec failed: no such file",
        ),
        ("echo no >&2; exit 127", "the agent did not start in the container: no"),
        (
            &format!("{}; sleep 60", greeting(9, "9.9")),
            "the agent inside this wharf (version 9.9) was built from other sources than wharf itself, and they do not understand each other",
        ),
        (
            &format!("{ours}; echo oops >&2; sleep 0.2"),
            "the connection into the container ended before its work was done: oops",
        ),
        (
            &format!("{ours}; printf 'garbage garbage'; sleep 60"),
            "the agent and wharf do not understand each other: a frame on stream 1734439522 is of the unknown kind 97",
        ),
    ];
    for (line, expected) in cases {
        let (_agent, session) = Agent::impostor(line);
        let outcome =
            session.run_inside(&InsideRequest::default(), &mut |_| (), &CancellationToken::new()).await;
        assert_eq!(outcome.unwrap_err().to_string(), expected, "{line}");
        let (_agent, session) = Agent::impostor(line);
        let (mut streams, _ends) = streams(tokio::io::empty());
        let outcome = session.exec(&shell("true"), &mut streams, &CancellationToken::new()).await;
        assert_eq!(outcome.unwrap_err().to_string(), expected, "{line}");
    }
}

#[tokio::test]
async fn an_agent_that_floods_is_stopped_at_its_window() {
    // A greeting, and then data without end on the command's output, whatever credit there is.
    let flood = r"while printf '\0\0\0\003\001\0\0\0\144%0100d' 0; do :; done";
    let (_agent, session) = Agent::impostor(&format!("{}; {flood}", greeting(PROTOCOL, "0.1")));
    let (mut streams, _ends) = streams(tokio::io::empty());
    let (stdout, _never_read) = tokio::io::duplex(64);
    streams.stdout = Box::new(stdout);
    let error = session.exec(&shell("true"), &mut streams, &CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().contains("100 bytes arrived where only"), "{error}");
}

#[tokio::test]
async fn an_agent_that_says_nothing_can_be_cancelled() {
    let cancel = CancellationToken::new();
    let (_agent, session) = Agent::impostor("exec sleep 4");
    let (mut streams, _ends) = streams(tokio::io::empty());
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        cancel.cancel();
    };
    let request = shell("true");
    let (outcome, ()) = tokio::join!(session.exec(&request, &mut streams, &cancel), later);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[tokio::test]
async fn an_unknown_user_is_named() {
    let (_agent, session) = Agent::start();
    let mut request = InsideRequest::default();
    request.context.user = Some("nobody-here".into());
    let error = session.run_inside(&request, &mut |_| (), &CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "unable to find user nobody-here: no matching entries in passwd file");
    assert!(error.hint().unwrap().contains("remoteUser"));
}
