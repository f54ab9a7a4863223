//! Hooks: events, outcomes, failures with their last lines, cancelling.

use wharf_agent::message::{Command, End, Hook, InsideRequest, Marker, Place, SingleCommand};
use wharf_runner::CancellationToken;
use wharf_runner::inside::{Error, HookFailure, HookOutcome, InsideEvent, InsideOutcome};

use crate::kit::Agent;

fn hook(marker: &str, lines: &[&str]) -> Hook {
    Hook {
        marker: Some(Marker { file_name: marker.to_owned(), content: "T0".into(), rerun: false }),
        commands: lines.iter().map(|line| Command::Shell((*line).to_owned())).collect(),
    }
}

fn request(agent: &Agent, hooks: Vec<Hook>) -> InsideRequest {
    let mut request = InsideRequest { hooks, ..InsideRequest::default() };
    let folder = agent.path("").display().to_string();
    request.context.working_dir = Some(folder.clone());
    request.user_data_folder = Some(folder);
    request
}

fn word(event: &InsideEvent<'_>) -> Option<String> {
    Some(match event {
        InsideEvent::HookStarted(hook) => format!("hook {hook}"),
        InsideEvent::HookSkipped(hook) => format!("skip {hook}"),
        InsideEvent::HookFinished { hook, .. } => format!("done {hook}"),
        InsideEvent::CommandStarted(place) => format!("run {}.{}", place.hook, place.command),
        InsideEvent::CommandFinished { end, .. } => format!("end {}", end.code()),
        InsideEvent::Output(_, bytes) => format!("say {}", String::from_utf8_lossy(bytes).trim_end()),
        InsideEvent::Warning(_) | InsideEvent::Resolved(_) | InsideEvent::Probed(_) => return None,
    })
}

#[tokio::test]
async fn a_run_and_its_story() {
    let (agent, connection) = Agent::start();
    std::fs::write(agent.path("done-before"), "T0\n").unwrap();
    let hooks =
        vec![hook("done-before", &["echo never"]), hook("fresh", &["echo one", "true"]), hook("empty", &[])];
    let mut story = Vec::new();
    let mut note = |event: InsideEvent<'_>| story.extend(word(&event));
    let outcome =
        connection.run_inside(&request(&agent, hooks), &mut note, &CancellationToken::new()).await.unwrap();
    let InsideOutcome { resolved, probed, hooks, failed, .. } = outcome;
    assert_eq!(hooks, [HookOutcome::Skipped, HookOutcome::Done, HookOutcome::Done]);
    assert_eq!((probed, failed), (None, None));
    assert_eq!(resolved.unwrap().uid, rustix::process::getuid().as_raw());
    let expected = "skip 0|hook 1|run 1.0|say one|end 0|run 1.1|end 0|done 1|hook 2|done 2";
    assert_eq!(story.join("|"), expected);
}

#[tokio::test]
async fn a_failure_with_its_last_lines() {
    let (agent, connection) = Agent::start();
    let hooks =
        vec![hook("a", &["seq 100; printf '\\033[31mno\\033[0m\\n' >&2; exit 5"]), hook("b", &["true"])];
    let outcome =
        connection.run_inside(&request(&agent, hooks), &mut |_| (), &CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.hooks, [HookOutcome::Failed, HookOutcome::NotRun]);
    let mut lines: Vec<String> = (82..=100).map(|number| number.to_string()).collect();
    lines.push("no".into());
    let place = Place { hook: 0, command: 0, entry: None };
    assert_eq!(outcome.failed, Some(HookFailure { place, end: End::Code(5), lines }));
}

#[tokio::test]
async fn parallel_output_is_told_apart() {
    let (agent, connection) = Agent::start();
    let entries = (0..8).map(|number| {
        let line =
            format!("for i in $(seq 2000); do echo {number}; done; exit {}", if number == 3 { 1 } else { 0 });
        (number.to_string(), SingleCommand::Shell(line))
    });
    let hooks = vec![Hook { marker: None, commands: vec![Command::Parallel(entries.collect())] }];
    let mut output = vec![String::new(); 8];
    let mut note = |event: InsideEvent<'_>| {
        if let InsideEvent::Output(place, bytes) = event {
            output[place.entry.unwrap()].push_str(std::str::from_utf8(bytes).unwrap());
        }
    };
    let outcome =
        connection.run_inside(&request(&agent, hooks), &mut note, &CancellationToken::new()).await.unwrap();
    for (number, output) in output.iter().enumerate() {
        assert!(*output == format!("{number}\n").repeat(2000), "{number}: {} bytes", output.len());
    }
    let failed = outcome.failed.unwrap();
    assert_eq!((failed.place.entry, failed.lines), (Some(3), vec!["3".to_owned(); 20]));
}

#[tokio::test]
async fn cancelling_ends_hooks_before_it_returns() {
    let (mut agent, connection) = Agent::start();
    let request = request(&agent, vec![hook("a", &["echo $$; sleep 300"])]);
    let cancel = CancellationToken::new();
    let mut pid = String::new();
    let mut note = |event: InsideEvent<'_>| {
        if let InsideEvent::Output(_, bytes) = event {
            pid.push_str(String::from_utf8_lossy(bytes).trim());
            cancel.cancel();
        }
    };
    let outcome = connection.run_inside(&request, &mut note, &cancel).await;
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert!(!std::path::Path::new("/proc").join(&pid).exists());
    assert!(!agent.path("a").exists());
    drop(connection);
    agent.ended().await;
}
