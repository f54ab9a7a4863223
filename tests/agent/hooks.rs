//! Set-up and hooks: order, forms, markers, failures.

use std::os::unix::fs::MetadataExt as _;
use std::time::Instant;

use rustix::process::{Pid, Signal, getuid, kill_process};
use wharf_agent::message::{
    AgentMessage, Command, CommandFailure, End, Hook, HostMessage, InsideRequest, Marker, Place, SetUp,
    SingleCommand, TerminalSize,
};

use crate::kit::{Agent, EXCHANGE, Log, System};

fn shell(line: &str) -> Command {
    Command::Shell(line.to_owned())
}

fn exec(arguments: &[&str]) -> Command {
    Command::Exec(arguments.iter().map(|&argument| argument.to_owned()).collect())
}

fn marked(name: &str, content: &str, commands: Vec<Command>) -> Hook {
    let marker = Marker { file_name: format!(".{name}Marker"), content: content.to_owned(), rerun: false };
    Hook { marker: Some(marker), commands }
}

fn unmarked(commands: Vec<Command>) -> Hook {
    Hook { marker: None, commands }
}

fn request(system: &System, hooks: Vec<Hook>) -> InsideRequest {
    InsideRequest { context: system.context(), hooks, ..InsideRequest::default() }
}

fn run(system: &System, request: InsideRequest) -> (Option<CommandFailure>, Log) {
    let mut agent = Agent::start(system);
    agent.tell(EXCHANGE, &HostMessage::Inside(request));
    match agent
        .until(|message| matches!(message, AgentMessage::InsideFinished { .. } | AgentMessage::Refused(_)))
    {
        (AgentMessage::InsideFinished { failed }, log) => (failed, log),
        (other, log) => panic!("{other:?} after {log:?}"),
    }
}

fn place(hook: usize, command: usize, entry: Option<usize>) -> Place {
    Place { hook, command, entry }
}

/// The output of each command, by its place.
fn output(log: &Log, wanted: Place) -> String {
    let stream = log.messages.iter().find_map(|message| match message {
        AgentMessage::CommandStarted { place, output } if *place == wanted => Some(*output),
        _ => None,
    });
    log.text(stream.unwrap_or_else(|| panic!("{wanted:?} was not started: {log:?}")))
}

/// What happened to hooks, in order.
fn story(log: &Log) -> Vec<String> {
    log.messages
        .iter()
        .filter_map(|message| match message {
            AgentMessage::HookStarted { hook } => Some(format!("{hook} started")),
            AgentMessage::HookSkipped { hook } => Some(format!("{hook} skipped")),
            AgentMessage::HookFinished { hook, .. } => Some(format!("{hook} finished")),
            _ => None,
        })
        .collect()
}

#[test]
fn three_forms_one_after_the_other() {
    let system = System::new();
    let hooks = vec![
        marked(
            "onCreateCommand",
            "T0",
            vec![shell("echo $0 one; echo two >&2; pwd"), exec(&["echo", "$HOME", "a b"])],
        ),
        unmarked(vec![Command::Parallel(vec![
            ("first".into(), SingleCommand::Shell("echo from first".into())),
            ("second".into(), SingleCommand::Exec(vec!["echo".into(), "from second".into()])),
        ])]),
    ];
    let (failed, log) = run(&system, request(&system, hooks));
    assert_eq!(failed, None);
    assert_eq!(output(&log, place(0, 0, None)), format!("/bin/sh one\ntwo\n{}\n", system.home().display()));
    assert_eq!(output(&log, place(0, 1, None)), "$HOME a b\n");
    assert_eq!(output(&log, place(1, 0, Some(0))), "from first\n");
    assert_eq!(output(&log, place(1, 0, Some(1))), "from second\n");
    assert_eq!(story(&log), ["0 started", "0 finished", "1 started", "1 finished"]);
    assert_eq!(system.read("home/guest/.devcontainer/.onCreateCommandMarker"), "T0\n");
    let marker = std::fs::metadata(system.home().join(".devcontainer/.onCreateCommandMarker")).unwrap();
    assert_eq!((marker.uid(), marker.gid()), (system.user().uid, system.user().gid));
}

#[test]
fn entries_run_at_the_same_time() {
    let system = System::new();
    let entry = |name: &str, line: &str| (name.to_owned(), SingleCommand::Shell(line.to_owned()));
    // Each waits for a file that the other makes.
    let wait = |own: &str, other: &str| format!("touch {own}; while [ ! -e {other} ]; do sleep 0.02; done");
    let entries = vec![entry("a", &wait("x", "y")), entry("b", &wait("y", "x"))];
    let (failed, _) = run(&system, request(&system, vec![unmarked(vec![Command::Parallel(entries)])]));
    assert_eq!(failed, None);
}

#[test]
fn all_entries_end_before_the_first_failure_counts() {
    let system = System::new();
    let entry = |name: &str, line: &str| (name.to_owned(), SingleCommand::Shell(line.to_owned()));
    let entries = vec![
        entry("ok", "sleep 0.3; touch slow"),
        entry("late", "sleep 0.2; exit 5"),
        entry("early", "exit 6"),
    ];
    let hooks = vec![unmarked(vec![Command::Parallel(entries), shell("touch never")])];
    let (failed, _) = run(&system, request(&system, hooks));
    assert_eq!(failed, Some(CommandFailure { place: place(0, 0, Some(1)), end: End::Code(5) }));
    assert!(system.home().join("slow").exists());
    assert!(!system.home().join("never").exists());
}

#[test]
fn a_failure_stops_everything_and_is_tried_again() {
    let system = System::new();
    let hooks = || {
        vec![
            marked("onCreateCommand", "T0", vec![shell("echo x >> created")]),
            marked(
                "postCreateCommand",
                "T0",
                vec![shell("echo broken; [ -e fixed ] || exit 4"), shell("touch second")],
            ),
            marked("postStartCommand", "T1", vec![shell("touch started")]),
        ]
    };
    let (failed, log) = run(&system, request(&system, hooks()));
    assert_eq!(failed, Some(CommandFailure { place: place(1, 0, None), end: End::Code(4) }));
    assert_eq!(story(&log), ["0 started", "0 finished", "1 started"]);
    assert!(!system.home().join(".devcontainer/.postCreateCommandMarker").exists());

    system.write("home/guest/fixed", "");
    let (failed, log) = run(&system, request(&system, hooks()));
    assert_eq!(
        (failed, story(&log)),
        (
            None,
            ["0 skipped", "1 started", "1 finished", "2 started", "2 finished"].map(str::to_owned).to_vec()
        )
    );
    assert_eq!(system.read("home/guest/created"), "x\n");
    assert!(system.home().join("second").exists() && system.home().join("started").exists());

    let (_, log) = run(&system, request(&system, hooks()));
    assert_eq!(story(&log), ["0 skipped", "1 skipped", "2 skipped"]);
}

#[test]
fn when_a_hook_runs_again() {
    let system = System::new();
    let folder = system.home().join("data");
    let cases = [
        (None, false, true),
        (Some("T0\n"), false, true),
        (Some("T1\n"), false, false),
        (Some(""), false, false),
        (Some("T1\n"), true, true),
    ];
    for (found, rerun, runs) in cases {
        let _ = std::fs::remove_dir_all(&folder);
        if let Some(found) = found {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(".m"), found).unwrap();
            std::os::unix::fs::chown(&folder, Some(system.user().uid), None).unwrap();
        }
        let marker = Marker { file_name: ".m".into(), content: "T1".into(), rerun };
        let hook = Hook { marker: Some(marker), commands: vec![shell("true")] };
        let request = InsideRequest { user_data_folder: Some("data".into()), ..request(&system, vec![hook]) };
        let (_, log) = run(&system, request);
        let expected: &[&str] = if runs { &["0 started", "0 finished"] } else { &["0 skipped"] };
        assert_eq!(story(&log), expected, "{found:?} {rerun}");
        if runs {
            assert_eq!(system.read("home/guest/data/.m"), "T1\n");
        }
    }
}

#[test]
fn a_marker_that_cannot_be_written_is_told() {
    let system = System::new();
    system.write("home/guest/file", "");
    let hook = marked("onCreateCommand", "T0", vec![shell("true")]);
    let (failed, log) =
        run(&system, InsideRequest { user_data_folder: Some("file".into()), ..request(&system, vec![hook]) });
    assert_eq!((failed, story(&log)), (None, vec!["0 started".to_owned(), "0 finished".to_owned()]));
    let told = log
        .messages
        .iter()
        .any(|message| matches!(message, AgentMessage::Warning(text) if text.contains("run again")));
    assert!(told, "{log:?}");
}

#[test]
fn interrupted_is_not_failed() {
    let system = System::new();
    let hooks = vec![unmarked(vec![shell("exit 130"), shell("kill -INT $$"), shell("touch after")])];
    let (failed, log) = run(&system, request(&system, hooks));
    assert_eq!(failed, None);
    let ends: Vec<End> = log
        .messages
        .iter()
        .filter_map(|message| match message {
            AgentMessage::CommandFinished { end, .. } => Some(end.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [End::Code(130), End::Signal(2), End::Code(0)]);
    assert!(system.home().join("after").exists());
}

#[test]
fn nothing_to_run_is_done() {
    let system = System::new();
    let hooks = vec![
        marked("onCreateCommand", "T0", vec![]),
        unmarked(vec![
            shell("  "),
            exec(&[]),
            Command::Parallel(vec![]),
            Command::Parallel(vec![("x".into(), SingleCommand::Shell(String::new()))]),
        ]),
    ];
    let (failed, log) = run(&system, request(&system, hooks));
    assert_eq!(failed, None);
    assert!(!log.messages.iter().any(|message| matches!(message, AgentMessage::CommandStarted { .. })));
    assert_eq!(system.read("home/guest/.devcontainer/.onCreateCommandMarker"), "T0\n");
}

#[test]
fn a_program_that_is_missing_fails_its_hook() {
    let system = System::new();
    let (failed, _) = run(&system, request(&system, vec![unmarked(vec![exec(&["no-such-program"])])]));
    let message = "exec: \"no-such-program\": executable file not found in $PATH".to_owned();
    assert_eq!(
        failed,
        Some(CommandFailure { place: place(0, 0, None), end: End::NotStarted { code: 127, message } })
    );
}

#[test]
fn a_hook_is_over_when_its_process_is() {
    let system = System::new();
    let began = Instant::now();
    for line in ["sleep 60 & echo $! kept; exit 0", "yes & echo $! kept; sleep 0.1; exit 0"] {
        for terminal in [None, Some(TerminalSize { columns: 80, rows: 24 })] {
            let request = InsideRequest { terminal, ..request(&system, vec![unmarked(vec![shell(line)])]) };
            let (failed, log) = run(&system, request);
            assert_eq!(failed, None);
            let output = output(&log, place(0, 0, None));
            let kept = output.lines().find_map(|line| line.trim_end().strip_suffix(" kept")?.parse().ok());
            let kept = kept.unwrap_or_else(|| panic!("{line}: {} bytes without a process", output.len()));
            // What was left behind on purpose is none of the agent's business, but of this test's.
            let _ = kill_process(Pid::from_raw(kept).unwrap(), Signal::KILL);
        }
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

#[test]
fn a_hook_with_a_terminal() {
    let system = System::new();
    let terminal = Some(TerminalSize { columns: 77, rows: 11 });
    let entries = vec![("piped".to_owned(), SingleCommand::Shell("[ -t 1 ] || echo no terminal".into()))];
    let hooks = vec![unmarked(vec![shell("[ -t 1 ] && stty size"), Command::Parallel(entries)])];
    let (failed, log) = run(&system, InsideRequest { terminal, ..request(&system, hooks) });
    assert_eq!(failed, None);
    assert_eq!(output(&log, place(0, 0, None)), "11 77\r\n");
    assert_eq!(output(&log, place(0, 1, Some(0))), "no terminal\n");
}

#[test]
fn nobody_answers_what_a_hook_asks() {
    let system = System::new();
    let (failed, log) =
        run(&system, request(&system, vec![unmarked(vec![shell("read answer; echo \"<$answer>\"")])]));
    assert_eq!((failed, output(&log, place(0, 0, None)).as_str()), (None, "<>\n"));
}

#[test]
fn a_hook_that_says_a_lot() {
    let system = System::new();
    let (failed, log) =
        run(&system, request(&system, vec![unmarked(vec![shell("head -c 3000000 /dev/zero")])]));
    assert_eq!((failed, output(&log, place(0, 0, None)).len()), (None, 3_000_000));
}

#[test]
fn set_up_happens_once_and_only_as_root() {
    let system = System::new();
    let request = || InsideRequest {
        set_up: Some(SetUp { system_data_folder: "/var/devcontainer".into(), give: None }),
        ..request(&system, vec![unmarked(vec![shell("true")])])
    };
    let mut with_env = request();
    with_env.context.container_env = vec![("A".into(), "1".into())];
    run(&system, with_env);
    run(&system, request());
    if getuid().is_root() {
        assert_eq!(system.read("etc/environment"), "\nA=\"1\"\n");
        assert_eq!(system.read("etc/profile"), "PATH=${PATH:-\"/usr/bin:/bin\"}\nexport PATH\n");
        assert_eq!(
            std::fs::metadata(system.path("var/devcontainer/.patchEtcProfileMarker")).unwrap().uid(),
            0
        );
    } else {
        assert!(!system.path("etc/environment").exists());
    }
}

#[test]
fn the_host_goes_away_in_the_middle() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let entry = |line: &str| SingleCommand::Shell(line.to_owned());
    let entries = vec![
        ("a".into(), entry("echo $$ > pid-a; sleep 300")),
        ("b".into(), entry("echo $$ > pid-b; sleep 300")),
    ];
    let hooks = vec![marked("onCreateCommand", "T0", vec![Command::Parallel(entries), shell("touch never")])];
    agent.tell(EXCHANGE, &HostMessage::Inside(request(&system, hooks)));
    let pid = |name: &str| system.read(&format!("home/guest/{name}")).trim().parse::<i32>();
    crate::kit::eventually("both run", || pid("pid-a").is_ok() && pid("pid-b").is_ok());
    let pids = [pid("pid-a").unwrap(), pid("pid-b").unwrap()];
    agent.hang_up();
    assert!(agent.ended().success());
    assert!(!pids.iter().any(|&pid| crate::kit::lives(pid)));
    assert!(!system.home().join("never").exists());
    assert!(!system.home().join(".devcontainer/.onCreateCommandMarker").exists());
}
