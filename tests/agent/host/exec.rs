//! Commands: data both ways, codes, signals, and what happens when one of our own ends goes away.

use std::io::Cursor;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use wharf_agent::message::{End, Probe, ProbeShell, TerminalSize};
use wharf_runner::inside::Error;
use wharf_runner::{CancellationToken, ExecControl};

use crate::kit::{Agent, shell, streams};

#[tokio::test]
async fn input_output_errors_and_code() {
    let (mut agent, connection) = Agent::start();
    let (mut streams, ends) = streams(Cursor::new(b"in".to_vec()));
    let request = shell("cat; echo; echo err >&2; exit 42");
    let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    assert_eq!((outcome.code, outcome.end), (42, End::Code(42)));
    assert_eq!((ends.stdout.text().as_str(), ends.stderr.text().as_str()), ("in\n", "err\n"));
    drop(connection);
    agent.ended().await;
}

#[tokio::test]
async fn ten_megabytes_both_ways() {
    let (_agent, connection) = Agent::start();
    let bytes: Vec<u8> =
        (0..10_000_019_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let (mut streams, ends) = streams(Cursor::new(bytes.clone()));
    let outcome = connection.exec(&shell("cat"), &mut streams, &CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.code, 0);
    assert!(ends.stdout.bytes() == bytes, "{} of {} bytes came back", ends.stdout.bytes().len(), bytes.len());
}

#[tokio::test]
async fn what_cannot_be_started_is_told_on_standard_error() {
    let (_agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let request =
        wharf_agent::message::ExecRequest { arguments: vec!["no-such-program".into()], ..shell("") };
    let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.code, 127);
    assert_eq!(ends.stderr.text(), "exec: \"no-such-program\": executable file not found in $PATH\n");
}

#[tokio::test]
async fn an_input_that_stays_open_holds_nothing_up() {
    let (_agent, connection) = Agent::start();
    let (stdin, _never_closed) = tokio::io::duplex(64);
    let (mut streams, _ends) = streams(stdin);
    let began = Instant::now();
    let outcome = connection.exec(&shell("exit 3"), &mut streams, &CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.code, 3);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn signals_and_sizes_are_passed_on() {
    let (_agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let mut request =
        shell("trap 'stty size' WINCH; trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
    request.terminal = Some(TerminalSize { columns: 80, rows: 24 });
    let act = async {
        ends.stdout.until("ready").await;
        ends.control.send(ExecControl::Resize { columns: 99, rows: 33 }).await.unwrap();
        ends.stdout.until("33 99").await;
        ends.control.send(ExecControl::Signal(15)).await.unwrap();
    };
    let cancel = CancellationToken::new();
    let (outcome, ()) = tokio::join!(connection.exec(&request, &mut streams, &cancel), act);
    assert_eq!(outcome.unwrap().code, 9);
}

#[tokio::test]
async fn the_environment_is_handed_back_to_be_remembered() {
    let (_agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let mut request = shell("echo $PROBED");
    request.context.container_env = vec![("SHELL".into(), "/bin/sh".into())];
    request.context.probe = Probe::Run { shell: ProbeShell::LoginShell, session_data_folder: None };
    let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    let mut known = outcome.probed.unwrap();
    assert!(known.env.iter().any(|(name, _)| name == "PATH"), "{known:?}");
    assert_eq!(ends.stdout.text(), "\n");

    let (_agent, connection) = Agent::start();
    known.env = vec![("PROBED".into(), "yes".into())];
    request.context.probe = Probe::Known { known: known.clone(), shell: ProbeShell::LoginShell };
    let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    assert_eq!((outcome.probed, ends.stdout.text().as_str()), (None, "\nyes\n"));

    // What rests on start-up files that have changed since is asked for again.
    let (_agent, connection) = Agent::start();
    known.files.push('x');
    request.context.probe = Probe::Known { known, shell: ProbeShell::LoginShell };
    let outcome = connection.exec(&request, &mut streams, &CancellationToken::new()).await.unwrap();
    assert!(outcome.probed.is_some());
    assert_eq!(ends.stdout.text(), "\nyes\n\n");
}

#[tokio::test]
async fn cancelling_ends_the_command_before_it_returns() {
    let (mut agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let cancel = CancellationToken::new();
    let request = shell("echo $$ .; sleep 300");
    let act = async {
        ends.stdout.until(".").await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(connection.exec(&request, &mut streams, &cancel), act);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    let pid = ends.stdout.text().split_whitespace().next().unwrap().to_owned();
    assert!(!std::path::Path::new("/proc").join(pid).exists());
    drop(connection);
    agent.ended().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_the_command_along() {
    let (mut agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let cancel = CancellationToken::new();
    let request = shell("echo $$ .; sleep 300");
    tokio::select! {
        outcome = connection.exec(&request, &mut streams, &cancel) => panic!("{outcome:?}"),
        () = ends.stdout.until(".") => {}
    }
    drop(connection);
    agent.ended().await;
    let pid = ends.stdout.text().split_whitespace().next().unwrap().to_owned();
    assert!(!std::path::Path::new("/proc").join(pid).exists());
}

#[tokio::test]
async fn an_output_that_nobody_takes_any_more_ends_the_command() {
    let (mut agent, connection) = Agent::start();
    let (mut streams, _ends) = streams(tokio::io::empty());
    let (stdout, reader) = tokio::io::duplex(64);
    drop(reader);
    streams.stdout = Box::new(stdout);
    let outcome = connection.exec(&shell("yes"), &mut streams, &CancellationToken::new()).await;
    assert!(matches!(outcome, Err(Error::Local { stream: "standard output", .. })), "{outcome:?}");
    drop(connection);
    agent.ended().await;
}

#[tokio::test]
async fn a_stalled_output_does_not_hold_up_signals_or_the_other_output() {
    let (_agent, connection) = Agent::start();
    let (mut streams, ends) = streams(tokio::io::empty());
    let (stdout, mut reader) = tokio::io::duplex(64);
    streams.stdout = Box::new(stdout);
    let request = shell("trap 'echo caught >&2; kill $!; exit 7' TERM; cat /dev/zero & echo ready >&2; wait");
    let act = async {
        ends.stderr.until("ready").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        ends.control.send(ExecControl::Signal(15)).await.unwrap();
        ends.stderr.until("caught").await;
        // Only now the output moves again.
        tokio::io::copy(&mut reader, &mut tokio::io::sink()).await.unwrap();
    };
    let cancel = CancellationToken::new();
    let run = async {
        let outcome = connection.exec(&request, &mut streams, &cancel).await;
        let _ = streams.stdout.shutdown().await;
        drop(streams);
        outcome
    };
    let (outcome, ()) = tokio::join!(run, act);
    assert_eq!(outcome.unwrap().code, 7);
}
