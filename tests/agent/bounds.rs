//! Bad frames, greedy hosts, stalled readers: refused or waited for, within bounded memory.

use std::time::Duration;

use wharf_agent::PROTOCOL;
use wharf_agent::flow::INITIAL_WINDOW;
use wharf_agent::frame::{CONNECTION, Frame, Kind};
use wharf_agent::message::{AgentMessage, End, ExecRequest, Hello, HostMessage, Message as _};

use crate::kit::{Agent, ERROR, EXCHANGE, STANDARD, System};

/// Resident memory of a process, in KiB.
pub(crate) fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn fault(agent: &mut Agent) -> String {
    let (message, _) = agent.until(|message| matches!(message, AgentMessage::Fault(_)));
    let AgentMessage::Fault(fault) = message else { unreachable!() };
    assert_eq!(agent.ended().code(), Some(1));
    fault
}

#[test]
fn whoever_does_not_greet_is_sent_away() {
    let system = System::new();
    let other = Hello { protocol: 99, ..Hello::ours() };
    let another = format!("the host speaks protocol 99, this agent {PROTOCOL}");
    let frames = [
        (
            HostMessage::Exec(system.shell("true")).to_frame(EXCHANGE).unwrap(),
            "the first frame is no greeting",
        ),
        (HostMessage::Signal(1).to_frame(CONNECTION).unwrap(), "the first message is no greeting"),
        (Frame::data(CONNECTION, "x"), "the first frame is no greeting"),
        (HostMessage::Hello(other).to_frame(CONNECTION).unwrap(), &another),
    ];
    for (frame, expected) in frames {
        let mut agent = Agent::start_silently(&system);
        agent.send(&[frame]);
        assert_eq!(fault(&mut agent), expected);
    }
}

#[test]
fn garbage_is_refused_at_once() {
    let system = System::new();
    let cases: [(&[u8], &str); 4] = [
        (b"GET / HTTP/1.1\r\n\r\n", "a frame on stream 1195725856 is of the unknown kind 47"),
        (
            &[0, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff],
            "a frame on stream 1 has 4294967295 bytes of payload; at most 4194304 are allowed",
        ),
        (
            &[0, 0, 0, 1, 1, 0, 1, 0, 1],
            "a frame on stream 1 has 65537 bytes of payload; at most 65536 are allowed",
        ),
        (&[0, 0, 0, 1, 0, 0, 0, 0, 1, b'{'], "stream 1: EOF while parsing an object at line 1 column 1"),
    ];
    for (bytes, expected) in cases {
        let mut agent = Agent::start(&system);
        agent.send_bytes(bytes);
        assert_eq!(fault(&mut agent), expected);
    }
}

#[test]
fn whatever_comes_the_agent_ends_in_order() {
    let system = System::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..40 {
        let mut agent = Agent::start(&system);
        // Headers that are almost right get further than noise alone.
        for _ in 0..20 {
            let mut bytes = [0; 40];
            for byte in &mut bytes {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = state as u8;
            }
            let (stream, kind, length) = (bytes[3] % 6, bytes[4] % 4, bytes[9] % 30);
            bytes[..9].copy_from_slice(&[0, 0, 0, stream, kind, 0, 0, 0, length]);
            agent.send_bytes(&bytes[..9 + usize::from(length)]);
        }
        agent.hang_up();
        let status = agent.ended();
        assert!(matches!(status.code(), Some(0 | 1)), "round {round}: {status}");
    }
}

#[test]
fn a_connection_that_ends_within_a_frame() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.send_bytes(&[0, 0, 0, 1, 1, 0, 0, 0, 9, b'x']);
    agent.hang_up();
    assert_eq!(fault(&mut agent), "the connection ended within a frame, 10 bytes into it");
}

#[test]
fn garbage_ends_what_runs() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("echo $$ .; exec sleep 300")));
    let said = agent.until_output(STANDARD, ".");
    let pid: i32 = said.split_whitespace().next().unwrap().parse().unwrap();
    agent.send_bytes(&[0xff; 64]);
    fault(&mut agent);
    assert!(!crate::kit::lives(pid));
}

#[test]
fn numbers_that_are_taken_or_reserved() {
    let system = System::new();
    let mut cases = vec![(EXCHANGE, system.shell("true"), "exchange 1 cannot be opened")];
    cases.push((CONNECTION, system.shell("true"), "exchange 0 cannot be opened"));
    cases.push((
        7,
        ExecRequest { standard: 0, ..system.shell("true") },
        "exchange 7: its streams are 0 and 5",
    ));
    cases.push((
        7,
        ExecRequest { error: STANDARD, ..system.shell("true") },
        "exchange 7: its streams are 3 and 3",
    ));
    cases.push((7, system.shell("true"), "stream 3 is in use"));
    for (exchange, request, expected) in cases {
        let mut agent = Agent::start(&system);
        agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("sleep 300")));
        agent.tell(exchange, &HostMessage::Exec(request));
        assert_eq!(fault(&mut agent), expected);
    }
}

#[test]
fn a_host_that_sends_more_than_the_window() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("sleep 300")));
    // The pipe takes some of it, but never as much as this.
    for _ in 0..(2 * INITIAL_WINDOW / 65_536 + 4) {
        agent.send(&[Frame::data(STANDARD, vec![0; 65_536])]);
    }
    let fault = fault(&mut agent);
    // What has come of the frame when the window is used up.
    assert!(fault.starts_with("stream 3: ") && fault.contains(" bytes arrived where only"), "{fault}");
}

#[test]
fn credit_that_was_never_used() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("echo .; sleep 300")));
    agent.until_output(STANDARD, ".");
    agent.send(&[Frame::credit(STANDARD, u32::MAX)]);
    assert!(fault(&mut agent).starts_with("stream 3: a credit of 4294967295 bytes"));
}

#[test]
fn a_reader_that_stalls_costs_no_memory_and_holds_nobody_up() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("exec cat /dev/zero")));
    // Takes in everything, but gives no credit: the stream stands still after one window.
    let mut received = 0;
    while received < INITIAL_WINDOW as usize {
        let frame = agent.next_without_credit().unwrap();
        if frame.kind == Kind::Data {
            received += frame.payload.len();
        }
    }
    assert_eq!(received, INITIAL_WINDOW as usize);
    std::thread::sleep(Duration::from_millis(300));
    let memory = memory(agent.process.id());
    assert!(memory < 8 * 1024, "{memory} KiB");
    // Another stream of the same connection goes on.
    let other = ExecRequest { standard: 13, error: ERROR, ..system.shell("echo other") };
    agent.tell(11, &HostMessage::Exec(other));
    let (message, log) = agent.until(|message| matches!(message, AgentMessage::ExecFinished { .. }));
    assert!(matches!(message, AgentMessage::ExecFinished { end: End::Code(0), .. }));
    assert_eq!((log.text(13).as_str(), log.data.contains_key(&STANDARD)), ("other\n", false));
}

#[test]
fn signals_pass_input_that_nobody_reads() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    agent.tell(EXCHANGE, &HostMessage::Exec(system.shell("echo .; exec sleep 300")));
    agent.until_output(STANDARD, ".");
    agent.stuff(STANDARD);
    agent.tell(EXCHANGE, &HostMessage::Signal(15));
    assert_eq!(agent.finish().0, End::Signal(15));
}
