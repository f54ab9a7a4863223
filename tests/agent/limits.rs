//! A container at its limit of processes and threads: what cannot be begun is answered, and everything else goes on.
//!
//! Root may exceed the limit, so as root these agents run as users that nobody else is.

use std::io::{Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Gid, Pid, Resource, Rlimit, Uid, getrlimit, getuid, prlimit};
use rustix::thread::{set_thread_res_gid, set_thread_res_uid};
use wharf_agent::frame::{CONNECTION, Frame};
use wharf_agent::message::{
    AgentMessage, Command as HookCommand, Context, End, ExecRequest, Hello, Hook, HostMessage, InsideRequest,
    Refusal, SingleCommand,
};
use wharf_agent::network::DialFailure;

use crate::kit::{Agent, System, command, copied, eventually};
use crate::network::{dial, message_on, server};

const LIMIT: &str = "the container may be at its limit of processes";

/// A user for one agent. As long as this process lives, a socket's name says that it is taken.
fn user() -> u32 {
    if !getuid().is_root() {
        return getuid().as_raw();
    }
    let first = std::process::id() * 16;
    let mut users = (first..first + 40_000).map(|number| 20_000 + number % 40_000);
    let free = users.find(|user| {
        let name = SocketAddr::from_abstract_name(format!("wharf-test-user-{user}")).unwrap();
        UnixDatagram::bind_addr(&name).map(std::mem::forget).is_ok()
    });
    free.expect("every user is taken")
}

/// Processes and threads of a user.
fn tasks_of(user: u32) -> u64 {
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let owned = processes.filter(|process| {
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next());
        uid.is_some_and(|uid| uid == user.to_string())
    });
    owned.map(|process| tasks_in(&process)).sum()
}

fn tasks_in(process: &Path) -> u64 {
    std::fs::read_dir(process.join("task")).map_or(0, |tasks| tasks.count() as u64)
}

/// How many more processes and threads a process may have; without a number as many as before.
fn allow(process: u32, user: u32, more: Option<u64>) {
    let own = getrlimit(Resource::Nproc);
    let current = match more {
        None => own.current,
        // Whatever else the user has.
        Some(0) => Some(0),
        Some(more) => Some(tasks_of(user) + more),
    };
    let process = Pid::from_raw(process.cast_signed()).unwrap();
    let limit = move || {
        if getuid().is_root() {
            // A user may limit what is its own; root must have been given leave to limit others.
            let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
            set_thread_res_gid(gid, gid, gid).unwrap();
            set_thread_res_uid(uid, uid, uid).unwrap();
        }
        prlimit(Some(process), Resource::Nproc, Rlimit { current, ..own }).unwrap();
    };
    // Only that thread becomes the user, and is gone when this one goes on.
    std::thread::spawn(limit).join().unwrap();
}

struct Limited {
    agent: Agent,
    user: u32,
}

impl Limited {
    fn start(system: &System) -> Limited {
        let user = user();
        let mut command = command(system, &copied(system));
        command.uid(user).gid(user);
        let mut agent = Agent::start_command(command);
        agent.tell(CONNECTION, &HostMessage::Hello(Hello::ours()));
        // All that it starts by itself is there.
        agent.until(|message| matches!(message, AgentMessage::Hello(_)));
        Limited { agent, user }
    }

    fn allow(&self, more: Option<u64>) {
        allow(self.agent.process.id(), self.user, more);
    }

    /// Its threads now.
    fn threads(&self) -> u64 {
        tasks_in(format!("/proc/{}", self.agent.process.id()).as_ref())
    }

    fn exec(&mut self, number: u32, arguments: &[&str]) {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (standard, error) = (number + 2, number + 4);
        let request = ExecRequest { context: context(), arguments, standard, error, terminal: None };
        self.agent.tell(number, &HostMessage::Exec(request));
        self.agent.send(&[Frame::end(standard)]);
    }

    /// How a command ends, with both of its outputs ended before.
    fn end(&mut self, number: u32) -> End {
        let (message, log) = self.agent.until(|message| matches!(message, AgentMessage::ExecFinished { .. }));
        let AgentMessage::ExecFinished { end, .. } = message else { unreachable!() };
        assert_eq!(log.ended, [number + 2, number + 4], "{end:?} after {log:?}");
        end
    }
}

fn context() -> Context {
    Context { working_dir: Some("/".to_owned()), ..Context::default() }
}

#[test]
fn a_forward_goes_on_while_commands_cannot_be_begun() {
    let system = System::new();
    let mut limited = Limited::start(&system);
    let (port, serving) = server(|mut connection| {
        let mut bytes = [0; 64];
        while let Ok(length @ 1..) = connection.read(&mut bytes) {
            connection.write_all(&bytes[..length]).unwrap();
        }
    });
    dial(&mut limited.agent, 1, "127.0.0.1", port);
    assert_eq!(message_on(&mut limited.agent, 1).0, AgentMessage::Dialed);
    let threads = limited.threads();
    let mut ends = Vec::new();
    // A command takes some threads and a process: each of them is once the first that cannot be had.
    for more in 0..8 {
        eventually("the last command's threads have gone", || limited.threads() == threads);
        limited.allow(Some(more));
        let number = 101 + 10 * more as u32;
        limited.exec(number, &["/bin/echo", "said"]);
        ends.push(limited.end(number));
        let text = format!("still here after {more}");
        limited.agent.send(&[Frame::data(1, text.as_bytes())]);
        assert!(limited.agent.until_output(1, &text).ends_with(&text));
    }
    let started = ends.iter().position(|end| *end == End::Code(0)).unwrap_or(ends.len());
    assert!(started > 0, "{ends:?}");
    for end in &ends[..started] {
        let End::NotStarted { code: 126, message } = end else { panic!("{ends:?}") };
        assert!(message.starts_with("exec: \"/bin/echo\": ") && message.ends_with(LIMIT), "{message}");
    }
    limited.allow(None);
    limited.exec(901, &["/bin/true"]);
    assert_eq!(limited.end(901), End::Code(0));
    limited.agent.send(&[Frame::end(1)]);
    serving.join().unwrap();
}

#[test]
fn hooks_that_cannot_be_begun_are_answered_each_by_itself() {
    let system = System::new();
    let mut limited = Limited::start(&system);
    let threads = limited.threads();
    let entry = |name: &str| (name.to_owned(), SingleCommand::Exec(vec!["/bin/true".to_owned()]));
    let commands = vec![
        HookCommand::Exec(vec!["/bin/true".to_owned()]),
        HookCommand::Parallel(vec![entry("one"), entry("other")]),
    ];
    let request = InsideRequest {
        context: context(),
        hooks: vec![Hook { marker: None, commands }],
        ..InsideRequest::default()
    };
    for (number, more) in (1..).step_by(2).zip((0..10).map(Some).chain([None])) {
        eventually("the last hooks' threads have gone", || limited.threads() == threads);
        limited.allow(more);
        limited.agent.tell(number, &HostMessage::Inside(request.clone()));
        let is_last = |message: &AgentMessage| {
            matches!(message, AgentMessage::InsideFinished { .. } | AgentMessage::Refused(_))
        };
        let (last, log) = limited.agent.until(is_last);
        match (&last, more) {
            (AgentMessage::Refused(Refusal::NoPlace { reason }), Some(_)) => {
                assert!(reason.ends_with(LIMIT), "{reason}")
            }
            (AgentMessage::InsideFinished { failed: Some(failed) }, Some(1..)) => {
                assert!(matches!(failed.end, End::NotStarted { code: 126, .. }), "{failed:?}");
            }
            (AgentMessage::InsideFinished { failed: None }, Some(1..) | None) => {}
            _ => panic!("{more:?}: {last:?} after {log:?}"),
        }
        // Whatever was told to begin was told to have ended.
        let mut open = 0_usize;
        for message in &log.messages {
            match message {
                AgentMessage::CommandStarted { .. } => open += 1,
                AgentMessage::CommandFinished { .. } => open -= 1,
                _ => {}
            }
        }
        assert_eq!(open, 0, "{more:?}: {log:?}");
    }
}

#[test]
fn what_waits_for_a_thread_begins_when_there_is_one() {
    let system = System::new();
    let mut limited = Limited::start(&system);
    limited.allow(Some(0));
    dial(&mut limited.agent, 1, "127.0.0.1", 1);
    assert_eq!(message_on(&mut limited.agent, 1).0, AgentMessage::DialFailed(DialFailure::Busy));
    limited.agent.tell(3, &HostMessage::WatchPorts);
    limited.agent.tell(5, &HostMessage::WatchLinks);
    assert_eq!(message_on(&mut limited.agent, 5).0, AgentMessage::LinksOpen);
    limited.allow(None);
    let (told, _) = message_on(&mut limited.agent, 3);
    assert!(matches!(told, AgentMessage::Ports(_)), "{told:?}");
}

#[test]
fn what_runs_can_be_ended_without_another_thread() {
    let system = System::new();
    let mut limited = Limited::start(&system);
    limited.exec(1, &["/bin/sh", "-c", "echo . >&2; exec sleep 300"]);
    // The thread that reads its error output is the last that it takes.
    limited.agent.until_output(5, ".");
    limited.allow(Some(0));
    limited.agent.tell(1, &HostMessage::Close);
    assert_eq!(limited.end(1), End::Signal(15));
    // Nor does it take one to say what is wrong with the host.
    limited.agent.tell(3, &HostMessage::Hello(Hello::ours()));
    let (fault, _) = limited.agent.until(|message| matches!(message, AgentMessage::Fault(_)));
    assert_eq!(fault, AgentMessage::Fault("a second greeting".to_owned()));
    assert_eq!(limited.agent.ended().code(), Some(1));
}

#[test]
fn an_agent_that_gets_no_thread_at_all_says_so() {
    let system = System::new();
    let user = user();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "read line; exec \"$0\""]).arg(copied(&system));
    shell.uid(user).gid(user).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = shell.spawn().unwrap();
    allow(process.id(), user, Some(0));
    process.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    let said = process.wait_with_output().unwrap();
    let words = String::from_utf8(said.stderr).unwrap();
    assert_eq!((said.status.code(), said.stdout.as_slice()), (Some(1), &b""[..]), "{words}");
    assert!(
        words.starts_with("the agent cannot work here: ") && words.trim_end().ends_with(LIMIT),
        "{words}"
    );
}
