//! Nothing outlives the connection, however it ends.

use rustix::process::{Pid, Signal, kill_process};
use wharf_agent::message::{ExecRequest, HostMessage, TerminalSize};

use crate::kit::{Agent, EXCHANGE, STANDARD, System, eventually, lives};

fn start(system: &System, line: &str, terminal: bool) -> (Agent, Vec<i32>) {
    let mut agent = Agent::start(system);
    let terminal = terminal.then_some(TerminalSize { columns: 80, rows: 24 });
    agent.tell(EXCHANGE, &HostMessage::Exec(ExecRequest { terminal, ..system.shell(line) }));
    let said = agent.until_output(STANDARD, ".");
    let pids = said.split('.').next().unwrap().split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    (agent, pids)
}

fn all_gone(pids: &[i32]) -> bool {
    !pids.iter().any(|&pid| lives(pid))
}

/// Each line says its processes and a full stop, and then waits.
const TREES: [(&str, bool); 6] = [
    ("sleep 300 & echo $$ $! .; wait", false),
    ("sleep 300 & echo $$ $! .; wait", true),
    // Neither a deaf process nor one in a session of its own stays.
    ("trap '' TERM HUP INT; (trap '' TERM HUP INT; exec sleep 300) & echo $$ $! .; wait", false),
    ("setsid sleep 300 & echo $$ $! .; wait", false),
    // An interactive shell gives its jobs their own process groups.
    ("set -m; sleep 300 & sleep 301 & echo $$ $! .; fg", true),
    // A stopped process gets to know it too.
    ("sleep 300 & kill -STOP $!; echo $$ $! .; wait", false),
];

#[test]
fn the_host_goes_away() {
    let system = System::new();
    for (line, terminal) in TREES {
        let (mut agent, pids) = start(&system, line, terminal);
        assert!(pids.iter().all(|&pid| lives(pid)), "{line}: {pids:?}");
        agent.hang_up();
        assert!(agent.ended().success());
        assert!(all_gone(&pids), "{line}: {pids:?}");
    }
}

/// Whatever moment it is: a session that is just being opened belongs to whoever waits for it.
#[test]
fn what_is_just_being_started_ends_too() {
    let system = System::new();
    let sleep = format!("300.{}", std::process::id());
    let line = format!("echo $$ .; while :; do (setsid sleep {sleep}; true) & sleep 0.002; done");
    let sleeping = || {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        lines.filter(|line| line.ends_with(format!("\0{sleep}\0").as_bytes())).count()
    };
    for round in 0..10 {
        let (mut agent, pids) = start(&system, &line, false);
        eventually("some sleep", || sleeping() > 3);
        agent.hang_up();
        assert!(agent.ended().success());
        assert!(all_gone(&pids));
        assert_eq!(sleeping(), 0, "left in round {round}");
    }
}

#[test]
fn whoever_ends_when_asked_may_clean_up() {
    let system = System::new();
    let line = "trap 'sleep 0.3; echo tidy > tidied; exit' TERM; sleep 300 & echo $$ $! .; wait";
    let (mut agent, pids) = start(&system, line, false);
    agent.hang_up();
    assert!(agent.ended().success());
    assert_eq!(system.read("home/guest/tidied"), "tidy\n");
    assert!(all_gone(&pids));
}

#[test]
fn the_agent_is_killed() {
    let system = System::new();
    for terminal in [false, true] {
        let (mut agent, pids) = start(&system, "echo $$ .; exec sleep 300", terminal);
        agent.process.kill().unwrap();
        agent.process.wait().unwrap();
        eventually("the command has ended", || all_gone(&pids));
    }
}

#[test]
fn a_daemon_stays_after_its_command_has_ended() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("setsid sleep 300 > /dev/null 2>&1 & echo $! .")));
    let said = agent.until_output(STANDARD, ".");
    let pid: i32 = said.split_whitespace().next().unwrap().parse().unwrap();
    agent.finish();
    agent.hang_up();
    assert!(agent.ended().success());
    let lived = lives(pid);
    let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
    assert!(lived, "a daemon that hooks start must go on");
}

#[test]
fn the_host_goes_away_while_output_is_stuck() {
    let system = System::new();
    let (mut agent, pids) = start(&system, "echo $$ .; exec cat /dev/zero", false);
    // Nobody reads any more: the agent and the command both stand still.
    std::thread::sleep(std::time::Duration::from_millis(200));
    agent.hang_up();
    assert!(agent.ended().success());
    assert!(all_gone(&pids));
}

#[test]
fn the_host_goes_away_while_input_is_stuck() {
    let system = System::new();
    let (mut agent, pids) = start(&system, "echo $$ .; exec sleep 300", false);
    agent.stuff(STANDARD);
    agent.tell(EXCHANGE, &HostMessage::Signal(18));
    agent.hang_up();
    assert!(agent.ended().success());
    assert!(all_gone(&pids));
}

#[test]
fn nobody_reads_what_the_agent_says() {
    let system = System::new();
    let command = crate::kit::command(&system, env!("CARGO_BIN_EXE_wharf-agent").as_ref());
    let (mut process, stdout) = crate::kit::spawn(command);
    let mut stdin = process.stdin.take().unwrap();
    let mut bytes = Vec::new();
    use wharf_agent::message::Message as _;
    for (stream, message) in [
        (0, HostMessage::Hello(wharf_agent::message::Hello::ours())),
        (1, HostMessage::Exec(system.shell("yes"))),
    ] {
        message.to_frame(stream).unwrap().encode(&mut bytes).unwrap();
    }
    std::io::Write::write_all(&mut stdin, &bytes).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    // Only the way back is gone.
    drop(stdout);
    let status = process.wait().unwrap();
    assert!(status.success(), "{status}");
}

/// As an engine leaves one that was killed itself: with pipes that nobody closes.
#[test]
fn an_agent_ends_those_that_its_keeper_has_left() {
    use std::process::{Child, Command, Stdio};
    let start = |keeper: &str| -> Child {
        let mut agent = Command::new(env!("CARGO_BIN_EXE_wharf-agent"));
        agent.args(["--keeper", keeper]).stdin(Stdio::piped()).stdout(Stdio::piped());
        agent.spawn().unwrap()
    };
    let name = format!("test-{}", std::process::id());
    let (mut left, mut other) = (start(&name), start(&format!("{name}-other")));
    let pid = left.id().cast_signed();
    // Processes' ages are counted in hundredths of a second.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let mut next = start(&name);
    eventually("the one that was left has ended", || !lives(pid));
    assert!(!left.wait().unwrap().success());
    for agent in [&mut other, &mut next] {
        assert!(agent.try_wait().unwrap().is_none(), "an agent has ended that is in use");
        drop(agent.stdin.take());
        assert!(agent.wait().unwrap().success());
    }
}
