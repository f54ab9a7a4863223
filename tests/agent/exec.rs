//! One command: its input, output, exit code, terminal and signals.

use wharf_agent::frame::Frame;
use wharf_agent::message::{
    AgentMessage, Context, End, ExecRequest, HostMessage, Probe, ProbeShell, TerminalSize,
};

use crate::kit::{Agent, ERROR, EXCHANGE, STANDARD, System};

#[test]
fn exit_codes_as_a_shell_shows_them() {
    let cases = [
        ("true", End::Code(0)),
        ("exit 123", End::Code(123)),
        ("kill -KILL $$", End::Signal(9)),
        ("kill -TERM $$", End::Signal(15)),
    ];
    let system = System::new();
    for (line, expected) in cases {
        let (end, log) = Agent::start(&system).exec(system.shell(line));
        assert_eq!(end, expected, "{line}");
        assert_eq!(log.ended, [STANDARD, ERROR], "{line}");
    }
}

#[test]
fn what_cannot_be_started_says_why() {
    let system = System::new();
    system.write("home/guest/not-executable", "");
    let home = system.home().display().to_string();
    let cases = [
        ("/", "nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH".to_owned()),
        ("/", "/no/such", 127, "exec: \"/no/such\": no such file or directory".to_owned()),
        (home.as_str(), "./not-executable", 126, "exec: \"./not-executable\": permission denied".to_owned()),
        ("/", "/etc", 126, "exec: \"/etc\": is a directory".to_owned()),
        ("/no/where", "true", 127, "chdir to cwd (\"/no/where\"): no such file or directory".to_owned()),
        ("/etc/passwd", "true", 126, "chdir to cwd (\"/etc/passwd\"): not a directory".to_owned()),
    ];
    for (folder, program, code, message) in cases {
        let mut request = system.shell("");
        request.arguments = vec![program.to_owned()];
        request.context.working_dir = Some(folder.to_owned());
        let (end, _) = Agent::start(&system).exec(request);
        assert_eq!(end, End::NotStarted { code, message });
    }
}

#[test]
fn without_a_command_it_is_the_users_login_shell() {
    let system = System::new();
    let shell = system.path("home/guest/my-shell");
    system.write("home/guest/my-shell", "#!/bin/sh\necho \"$0 $*\"\n");
    std::fs::set_permissions(&shell, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut request = system.shell("");
    request.arguments.clear();
    request.context.container_env = vec![("SHELL".into(), shell.display().to_string())];
    let (end, log) = Agent::start(&system).exec(request);
    assert_eq!((end, log.text(STANDARD)), (End::Code(0), format!("{} -l\n", shell.display())));
}

#[test]
fn output_and_errors_stay_apart() {
    let system = System::new();
    let (end, log) = Agent::start(&system)
        .exec(system.shell("echo out; echo err >&2; [ -t 0 ] || [ -t 1 ] || echo plain"));
    assert_eq!(
        (end, log.text(STANDARD).as_str(), log.text(ERROR).as_str()),
        (End::Code(0), "out\nplain\n", "err\n")
    );
}

#[test]
fn a_user_may_open_standard_output_by_its_name() {
    let system = System::new();
    let (end, log) =
        Agent::start(&system).exec(system.shell("echo one > /dev/stdout && echo two > /proc/self/fd/2"));
    assert_eq!(
        (end, log.text(STANDARD).as_str(), log.text(ERROR).as_str()),
        (End::Code(0), "one\n", "two\n")
    );
}

#[test]
fn a_megabyte_of_anything_goes_both_ways() {
    let mut state = 88172645463325252u64;
    let sent: Vec<u8> = (0..1_048_583)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("cat; echo end >&2")));
    let mut window = wharf_agent::flow::SendWindow::default();
    let (mut received, mut errors) = (Vec::new(), Vec::new());
    let mut rest = &sent[..];
    let mut ended = false;
    while received.len() < sent.len() {
        while !rest.is_empty() && window.left() > 0 {
            let (chunk, after) = rest.split_at(rest.len().min(window.left()).min(60_000));
            agent.send(&[Frame::data(STANDARD, chunk)]);
            window.sent(chunk.len());
            rest = after;
        }
        if rest.is_empty() && !ended {
            agent.send(&[Frame::end(STANDARD)]);
            ended = true;
        }
        let frame = agent.next().unwrap();
        match frame.kind {
            wharf_agent::frame::Kind::Data if frame.stream == STANDARD => {
                received.extend_from_slice(&frame.payload)
            }
            // The two outputs race each other.
            wharf_agent::frame::Kind::Data => errors.extend_from_slice(&frame.payload),
            wharf_agent::frame::Kind::Credit => window.credit(frame.credited().unwrap()).unwrap(),
            _ => {}
        }
    }
    assert!(received == sent, "what came back differs");
    let (end, log) = agent.finish();
    errors.extend_from_slice(log.text(ERROR).as_bytes());
    assert_eq!((end, errors.as_slice()), (End::Code(0), &b"end\n"[..]));
}

#[test]
fn the_input_ends_and_the_output_goes_on() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(
        EXCHANGE,
        &HostMessage::Exec(system.shell("while read line; do echo got $line; done; echo over")),
    );
    agent.send(&[Frame::data(STANDARD, "a\nb\n")]);
    assert_eq!(agent.until_output(STANDARD, "got b\n"), "got a\ngot b\n");
    agent.send(&[Frame::end(STANDARD)]);
    let (end, log) = agent.finish();
    assert_eq!((end, log.text(STANDARD).as_str()), (End::Code(0), "over\n"));
}

#[test]
fn the_environment_in_layers() {
    let system = System::new();
    let mut request = system.shell("echo $FROM_CONTAINER $FROM_PROBE $A $B ${GONE-unset} $HOME ${TERM-none}");
    std::fs::write(system.home().join(".profile"), "export FROM_PROBE=probed A=probed GONE=x\n").unwrap();
    request.context = Context {
        probe: Probe::Run { shell: ProbeShell::LoginShell, session_data_folder: None },
        remote_env: vec![
            ("A".into(), Some("remote".into())),
            ("B".into(), Some("1=2".into())),
            ("GONE".into(), None),
        ],
        ..system.context()
    };
    let (_, log) = Agent::start(&system).exec(request);
    assert_eq!(log.text(STANDARD), format!("yes probed remote 1=2 unset {} none\n", system.home().display()));
}

#[test]
fn the_working_folder_is_the_home_folder_unless_told() {
    let system = System::new();
    let (_, log) = Agent::start(&system).exec(system.shell("pwd"));
    assert_eq!(log.text(STANDARD), format!("{}\n", system.home().display()));
    let mut request = system.shell("pwd");
    request.context.working_dir = Some("/usr".into());
    let (_, log) = Agent::start(&system).exec(request);
    assert_eq!(log.text(STANDARD), "/usr\n");
}

fn on_terminal(system: &System, line: &str) -> ExecRequest {
    ExecRequest { terminal: Some(TerminalSize { columns: 91, rows: 17 }), ..system.shell(line) }
}

#[test]
fn a_terminal_of_its_own() {
    let system = System::new();
    let line = "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size && echo $TERM && echo tty > /dev/tty && exit 7";
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(on_terminal(&system, line)));
    let (end, log) = agent.finish();
    assert_eq!((end, log.text(STANDARD).as_str()), (End::Code(7), "17 91\r\nxterm\r\ntty\r\n"));
}

#[test]
fn a_terminal_that_changes_its_size() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let line = "trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.05; done";
    agent.tell(EXCHANGE, &HostMessage::Exec(on_terminal(&system, line)));
    agent.until_output(STANDARD, "17 91\r\n");
    agent.tell(EXCHANGE, &HostMessage::Resize(TerminalSize { columns: 120, rows: 40 }));
    let (end, log) = agent.finish();
    assert_eq!((end, log.text(STANDARD).as_str()), (End::Code(0), "40 120\r\n"));
}

#[test]
fn a_size_and_a_signal_that_come_before_the_command_are_kept() {
    let system = System::new();
    let ask = |line: &str, early: HostMessage| {
        [HostMessage::Exec(on_terminal(&system, line)), early]
            .map(|message| wharf_agent::message::Message::to_frame(&message, EXCHANGE).unwrap())
    };
    let mut agent = Agent::start(&system);
    let size = TerminalSize { columns: 33, rows: 22 };
    agent.send(&ask("while :; do stty size; sleep 0.05; done", HostMessage::Resize(size)));
    agent.until_output(STANDARD, "22 33\r\n");
    let mut agent = Agent::start(&system);
    agent.send(&ask("sleep 60", HostMessage::Signal(15)));
    assert_eq!(agent.finish().0, End::Signal(15));
}

#[test]
fn typing_into_a_terminal() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(on_terminal(&system, "stty -echo; echo ready; cat; echo over")));
    agent.until_output(STANDARD, "ready\r\n");
    agent.send(&[Frame::data(STANDARD, "line\nrest")]);
    agent.send(&[Frame::end(STANDARD)]);
    let (end, log) = agent.finish();
    assert_eq!((end, log.text(STANDARD).as_str()), (End::Code(0), "line\r\nrestover\r\n"));
}

#[test]
fn control_c_reaches_the_foreground_job() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let line = "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.05; done";
    agent.tell(EXCHANGE, &HostMessage::Exec(on_terminal(&system, line)));
    agent.until_output(STANDARD, "ready\r\n");
    agent.send(&[Frame::data(STANDARD, "\x03")]);
    assert_eq!(agent.finish().0, End::Code(9));
}

#[test]
fn signals_reach_the_process_group() {
    let system = System::new();
    for (line, number, expected) in [
        ("trap 'exit 40' TERM; echo ready; while :; do sleep 0.05; done", 15, End::Code(40)),
        ("trap 'exit 41' HUP; echo ready; while :; do sleep 0.05; done", 1, End::Code(41)),
        ("trap 'exit 42' USR1; echo ready; while :; do sleep 0.05; done", 10, End::Code(42)),
        // The child of the shell gets it too, or the shell would wait for it.
        ("trap 'exit 43' INT; sh -c 'echo ready; exec sleep 300'", 2, End::Code(43)),
        ("echo ready; sleep 300", 9, End::Signal(9)),
    ] {
        let mut agent = Agent::start(&system);
        agent.tell(EXCHANGE, &HostMessage::Exec(system.shell(line)));
        agent.until_output(STANDARD, "ready\n");
        agent.tell(EXCHANGE, &HostMessage::Signal(number));
        assert_eq!(agent.finish().0, expected, "{line}");
    }
}

#[test]
fn signals_on_a_terminal_reach_the_foreground_group_only() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    // With job control each command line has its own process group, and the shell itself is not in the foreground.
    let line = "set -m; sh -c 'trap \"echo inner; exit 5\" TERM; echo ready; while :; do sleep 0.05; done'; echo outer $?";
    agent.tell(EXCHANGE, &HostMessage::Exec(on_terminal(&system, line)));
    agent.until_output(STANDARD, "ready\r\n");
    agent.tell(EXCHANGE, &HostMessage::Signal(15));
    let (end, log) = agent.finish();
    // The inner shell may also tell that its own child was hit.
    assert_eq!(end, End::Code(0));
    assert!(log.text(STANDARD).ends_with("inner\r\nouter 5\r\n"), "{}", log.text(STANDARD));
}

#[test]
fn no_signal_is_ignored_or_blocked_to_begin_with() {
    let system = System::new();
    let (_, log) = Agent::start(&system).exec(system.shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
    for line in log.text(STANDARD).lines() {
        let mask = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
        // Those beyond 31 belong to the C library.
        assert_eq!(mask & 0x7fff_ffff, 0, "{line}");
    }
}

#[test]
fn several_commands_over_one_connection() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let slow = ExecRequest { standard: 13, error: 15, ..system.shell("read line; echo slow $line") };
    agent.tell(11, &HostMessage::Exec(slow));
    let (end, log) = agent.exec(system.shell("echo fast"));
    assert_eq!((end, log.text(STANDARD).as_str()), (End::Code(0), "fast\n"));
    agent.send(&[Frame::data(13, "but sure\n")]);
    let (message, log) = agent.until(|message| matches!(message, AgentMessage::ExecFinished { .. }));
    assert!(matches!(message, AgentMessage::ExecFinished { end: End::Code(0), .. }));
    assert_eq!(log.text(13), "slow but sure\n");
}

#[test]
fn a_background_child_does_not_hold_the_command_up() {
    let system = System::new();
    let began = std::time::Instant::now();
    for request in [system.shell("sleep 10 & echo done"), on_terminal(&system, "sleep 10 & echo done")] {
        let mut agent = Agent::start(&system);
        agent.tell(EXCHANGE, &HostMessage::Exec(request));
        let (end, log) = agent.finish();
        assert_eq!((end, log.text(STANDARD).trim_end()), (End::Code(0), "done"));
    }
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}
