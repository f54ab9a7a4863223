//! Connections from inside: both ways, each end by itself, many at once, and none that holds up another.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wharf_agent::flow::{INITIAL_WINDOW, LARGEST_WINDOW, SendWindow};
use wharf_agent::frame::{Frame, Kind};
use wharf_agent::message::{AgentMessage, HostMessage, Message as _};
use wharf_agent::network::{DialFailure, DialRequest, Ports};

use crate::bounds::memory;
use crate::kit::{Agent, PATIENCE, System, eventually};

pub(crate) fn dial(agent: &mut Agent, number: u32, host: &str, port: u16) {
    agent.tell(number, &HostMessage::Dial(DialRequest { host: host.to_owned(), port }));
}

/// The next message of one exchange, and what was sent on its number before.
pub(crate) fn message_on(agent: &mut Agent, number: u32) -> (AgentMessage, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let frame = agent.next().expect("the agent ended");
        match frame.kind {
            Kind::Control if frame.stream == number => {
                return (AgentMessage::from_frame(&frame).unwrap(), bytes);
            }
            Kind::Data if frame.stream == number => bytes.extend_from_slice(&frame.payload),
            _ => {}
        }
    }
}

/// What is sent on a number until it ends, and how it ends.
fn to_the_end(agent: &mut Agent, number: u32) -> (Vec<u8>, Option<AgentMessage>) {
    let mut bytes = Vec::new();
    loop {
        let frame = agent.next().expect("the agent ended");
        match frame.kind {
            Kind::End if frame.stream == number => return (bytes, None),
            Kind::Control if frame.stream == number => {
                return (bytes, Some(AgentMessage::from_frame(&frame).unwrap()));
            }
            Kind::Data if frame.stream == number => bytes.extend_from_slice(&frame.payload),
            _ => {}
        }
    }
}

/// A server for one connection.
pub(crate) fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        serve(connection);
    });
    (port, thread)
}

fn echo(mut connection: TcpStream) {
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    connection.write_all(&bytes).unwrap();
}

#[test]
fn each_end_ends_by_itself() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    // The server answers only once it has heard our end.
    let (port, serving) = server(echo);
    dial(&mut agent, 7, "127.0.0.1", port);
    assert_eq!(message_on(&mut agent, 7).0, AgentMessage::Dialed);
    agent.send(&[Frame::data(7, "one "), Frame::data(7, "two"), Frame::end(7)]);
    assert_eq!(to_the_end(&mut agent, 7), (b"one two".to_vec(), None));
    serving.join().unwrap();

    // The server ends first, and still hears us.
    let (port, serving) = server(|mut connection| {
        connection.write_all(b"first").unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        let mut heard = String::new();
        connection.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "after that");
    });
    dial(&mut agent, 9, "localhost", port);
    assert_eq!(message_on(&mut agent, 9).0, AgentMessage::Dialed);
    assert_eq!(to_the_end(&mut agent, 9), (b"first".to_vec(), None));
    agent.send(&[Frame::data(9, "after that"), Frame::end(9)]);
    serving.join().unwrap();

    // A number is free again once its connection is over.
    let (port, serving) = server(echo);
    dial(&mut agent, 7, "127.0.0.1", port);
    agent.send(&[Frame::end(7)]);
    assert_eq!(message_on(&mut agent, 7).0, AgentMessage::Dialed);
    assert_eq!(to_the_end(&mut agent, 7), (Vec::new(), None));
    serving.join().unwrap();
}

#[test]
fn names_and_failures() {
    let system = System::new();
    system.write("etc/hosts", "127.0.0.1 db other\n");
    let mut agent = Agent::start(&system);
    for (number, host) in [(1, "db"), (3, "DB"), (5, "127.0.0.1"), (7, "localhost"), (9, "")] {
        let (port, serving) = server(echo);
        dial(&mut agent, number, host, port);
        assert_eq!(message_on(&mut agent, number).0, AgentMessage::Dialed, "{host}");
        agent.send(&[Frame::end(number)]);
        serving.join().unwrap();
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (number, host, expected) in [
        (11, "127.0.0.1", DialFailure::Refused),
        (13, "localhost", DialFailure::Refused),
        (15, "nobody-here.invalid", DialFailure::UnknownName),
        (17, "..", DialFailure::UnknownName),
    ] {
        dial(&mut agent, number, host, closed);
        assert_eq!(message_on(&mut agent, number).0, AgentMessage::DialFailed(expected), "{host}");
    }
    dial(&mut agent, 19, "255.255.255.255", closed);
    let (failure, _) = message_on(&mut agent, 19);
    assert!(matches!(failure, AgentMessage::DialFailed(DialFailure::Unreachable { .. })), "{failure:?}");
}

#[test]
fn a_server_on_the_newer_kind_of_address() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let port = listener.local_addr().unwrap().port();
    let system = System::new();
    let mut agent = Agent::start(&system);
    // Nobody listens on the older kind; the other one is tried next.
    for (number, host) in [(1, "::1"), (3, "[::1]"), (5, "localhost")] {
        dial(&mut agent, number, host, port);
        assert_eq!(message_on(&mut agent, number).0, AgentMessage::Dialed, "{host}");
        drop(listener.accept().unwrap());
    }
}

#[test]
fn a_connection_that_breaks() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let (port, serving) = server(|connection| {
        // Unread input makes the kernel send a reset.
        let mut first = [0];
        (&connection).read_exact(&mut first).unwrap();
    });
    dial(&mut agent, 1, "127.0.0.1", port);
    agent.send(&[Frame::data(1, vec![0; 1000])]);
    assert_eq!(message_on(&mut agent, 1).0, AgentMessage::Dialed);
    serving.join().unwrap();
    assert_eq!(to_the_end(&mut agent, 1).1, Some(AgentMessage::Reset));
    // Nobody minds what still comes for it.
    agent.send(&[Frame::data(1, "x"), Frame::credit(1, 1), Frame::end(1)]);
    agent.tell(1, &HostMessage::Close);
    let (port, serving) = server(echo);
    dial(&mut agent, 3, "127.0.0.1", port);
    assert_eq!(message_on(&mut agent, 3).0, AgentMessage::Dialed);
    // We cut it off: the server notices.
    agent.tell(3, &HostMessage::Close);
    serving.join().unwrap();
}

#[test]
fn whoever_stalls_holds_up_nobody() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let (deaf, hold) = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        (listener.local_addr().unwrap().port(), listener)
    };
    // A server that takes nothing: what it does not take is never more than a window.
    dial(&mut agent, 1, "127.0.0.1", deaf);
    assert_eq!(message_on(&mut agent, 1).0, AgentMessage::Dialed);
    let mut window = SendWindow::default();
    while window.left() > 0 {
        let piece = window.left().min(60_000);
        agent.send(&[Frame::data(1, vec![0; piece])]);
        window.sent(piece);
    }
    // A server that sends without end, and a reader that takes nothing of it.
    let (endless, _serving) = server(|mut connection| while connection.write_all(&[0; 4096]).is_ok() {});
    dial(&mut agent, 3, "127.0.0.1", endless);
    let mut received = 0;
    while received < INITIAL_WINDOW as usize {
        let frame = agent.next_without_credit().unwrap();
        if frame.kind == Kind::Data && frame.stream == 3 {
            received += frame.payload.len();
        }
    }
    assert_eq!(received, INITIAL_WINDOW as usize);
    // Others go on, as often as they like.
    for number in (5..105).step_by(2) {
        let (port, serving) = server(echo);
        dial(&mut agent, number, "127.0.0.1", port);
        agent.send(&[Frame::data(number, "other"), Frame::end(number)]);
        assert_eq!(message_on(&mut agent, number).0, AgentMessage::Dialed);
        assert_eq!(to_the_end(&mut agent, number), (b"other".to_vec(), None));
        serving.join().unwrap();
    }
    let memory = memory(agent.process.id());
    assert!(memory < 8 * 1024, "{memory} KiB");
    drop(hold);
}

#[test]
fn greed_is_refused() {
    let system = System::new();
    let (port, _hold) = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        (listener.local_addr().unwrap().port(), listener)
    };
    let frames: [(&str, Vec<Frame>); 4] = [
        (
            " bytes arrived where only",
            // The kernel takes some megabytes for a server that reads nothing.
            (0..400).map(|_| Frame::data(1, vec![0; 65_536])).collect(),
        ),
        ("stream 1: a credit of", vec![Frame::credit(1, LARGEST_WINDOW)]),
        ("exchange 1 cannot be opened", vec![HostMessage::Dial(DialRequest::default()).to_frame(1).unwrap()]),
        (
            "exchange 5: ports are watched already",
            [3, 5].map(|number| HostMessage::WatchPorts.to_frame(number).unwrap()).to_vec(),
        ),
    ];
    for (expected, frames) in frames {
        let mut agent = Agent::start(&system);
        dial(&mut agent, 1, "127.0.0.1", port);
        agent.send(&frames);
        let (fault, _) = agent.until(|message| matches!(message, AgentMessage::Fault(_)));
        let AgentMessage::Fault(fault) = fault else { unreachable!() };
        assert!(fault.contains(expected), "{fault}");
        assert_eq!(agent.ended().code(), Some(1));
    }
}

#[test]
fn connections_end_with_the_agent() {
    let system = System::new();
    let (heard, end) = std::sync::mpsc::channel();
    let (port, serving) = server(move |mut connection| {
        let outcome = connection.read(&mut [0]);
        heard.send(outcome.map_err(|error| error.kind())).unwrap();
    });
    let mut agent = Agent::start(&system);
    dial(&mut agent, 1, "127.0.0.1", port);
    assert_eq!(message_on(&mut agent, 1).0, AgentMessage::Dialed);
    agent.hang_up();
    assert!(agent.ended().success());
    assert_eq!(end.recv_timeout(PATIENCE).unwrap(), Ok(0));
    serving.join().unwrap();
}

#[test]
fn what_listens_is_told_and_what_no_longer_does() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let before = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    agent.tell(1, &HostMessage::WatchPorts);
    let mut told = |wanted: u16, there: bool| loop {
        let (AgentMessage::Ports(ports), _) = message_on(&mut agent, 1) else { panic!("no ports") };
        let found: Vec<_> = ports.sockets.into_iter().filter(|socket| socket.port == wanted).collect();
        if found.is_empty() != there {
            return found;
        }
    };
    let own = std::process::id();
    let program = std::fs::read_to_string("/proc/self/comm").unwrap();
    for socket in told(port(&before), true) {
        let process = socket.process.clone().unwrap();
        assert_eq!((socket.address.to_string().as_str(), process.pid), ("127.0.0.1", own));
        assert_eq!(process.name, program.trim());
        let command: Vec<String> = std::env::args().collect();
        assert_eq!(process.command[0], command[0]);
        assert!(process.editor().is_none());
    }
    let any = TcpListener::bind("0.0.0.0:0").unwrap();
    assert_eq!(told(port(&any), true)[0].address.to_string(), "0.0.0.0");
    if let Ok(six) = TcpListener::bind("[::1]:0") {
        assert_eq!(told(port(&six), true)[0].address.to_string(), "::1");
    }
    let gone = port(&any);
    drop(any);
    assert!(told(gone, false).is_empty());
    // The watch ends when it is closed, and may begin anew under another number.
    agent.tell(1, &HostMessage::Close);
    agent.tell(3, &HostMessage::WatchPorts);
    let (message, _) = message_on(&mut agent, 3);
    assert!(matches!(message, AgentMessage::Ports(_)), "{message:?}");
}

/// What a process has cost, in hundredths of a second.
fn processor_time(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// As test runs have them: servers that are there for some milliseconds, one more whenever somebody looks.
#[test]
fn a_server_is_told_while_others_come_and_go() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let pid = agent.process.id();
    agent.until(|message| matches!(message, AgentMessage::Hello(_)));
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let others = std::thread::spawn(move || {
        let bind = || TcpListener::bind("127.0.0.1:0").unwrap();
        let mut last = bind();
        while let Err(std::sync::mpsc::TryRecvError::Empty) = stopped.try_recv() {
            let next = bind();
            std::thread::sleep(Duration::from_micros(100));
            last = next;
        }
        drop(last);
    });
    // Those that were started last are searched first: a search takes longer than most of the others are there.
    let sleep = |_| std::process::Command::new("sleep").arg("120").spawn().unwrap();
    let mut sleeping: Vec<std::process::Child> = (0..80).map(sleep).collect();
    let started = processor_time(pid);
    agent.tell(1, &HostMessage::WatchPorts);
    assert!(matches!(message_on(&mut agent, 1).0, AgentMessage::Ports(_)));
    let (began, before) = (Instant::now(), processor_time(pid));
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    // What other tests start holds all of this for a moment too.
    let is_told = |ports: Ports| {
        let own = Some(std::process::id());
        let mut sockets = ports.sockets.into_iter().filter(|socket| socket.port == port);
        sockets.any(|socket| socket.process.map(|process| process.pid) == own)
    };
    loop {
        assert!(began.elapsed() < PATIENCE, "the server is not told");
        let (AgentMessage::Ports(ports), _) = message_on(&mut agent, 1) else { panic!("no ports") };
        if is_told(ports) {
            break;
        }
    }
    let told_after = began.elapsed();
    // A hundred times what a search costs, which is more on a slow machine: the last one, after which nobody pauses, adds a hundredth.
    let window = Duration::from_secs((before - started).max(3));
    std::thread::sleep(window.saturating_sub(told_after));
    let cost = processor_time(pid) - before;
    let share = cost as f64 / 100.0 / began.elapsed().as_secs_f64();
    assert!(share < 0.1, "{share} of a processor; the server was told after {told_after:?}");
    drop(stop);
    others.join().unwrap();
    for process in &mut sleeping {
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

#[test]
fn links_are_handed_over_where_the_host_takes_them() {
    let system = System::new();
    let mut agent = Agent::start_for_everybody(&system);
    let run = |agent: &mut Agent, number: u32, browser: bool, own: Option<&str>, line: &str| {
        let mut request = system.shell(line);
        (request.standard, request.error) = (number + 2, number + 4);
        request.context.browser = browser;
        request.context.remote_env =
            own.map(|own| ("BROWSER".to_owned(), Some(own.to_owned()))).into_iter().collect();
        agent.tell(number, &HostMessage::Exec(request));
        let (end, log) = agent.until(|message| matches!(message, AgentMessage::ExecFinished { .. }));
        let AgentMessage::ExecFinished { end, .. } = end else { unreachable!() };
        let links = log.messages.iter().filter_map(|message| match message {
            AgentMessage::Link(link) => Some(link.clone()),
            _ => None,
        });
        (end.code(), log.text(number + 2), log.text(number + 4), links.collect::<Vec<String>>())
    };
    let nothing = |code| (code, "\n".to_owned(), String::new(), Vec::new());
    assert_eq!(run(&mut agent, 11, true, None, "echo $BROWSER"), nothing(0));
    agent.tell(1, &HostMessage::WatchLinks);
    assert_eq!(message_on(&mut agent, 1).0, AgentMessage::LinksOpen);
    assert_eq!(run(&mut agent, 21, false, None, "echo $BROWSER"), nothing(0));
    // As whoever the command runs as, and the link is there before the command has ended.
    let place = run(&mut agent, 31, true, None, "echo $WHARF_LINKS").1.trim().to_owned();
    let line = "$BROWSER 'http://localhost:8080/a?b=c#d'; echo $?; $BROWSER file:///etc/passwd";
    let (code, output, error, mut links) = run(&mut agent, 41, true, None, line);
    assert_eq!((code, output.as_str()), (1, "0\n"));
    assert_eq!(error, "only http and https links can be opened\n");
    if links.is_empty() {
        let (AgentMessage::Link(link), _) = message_on(&mut agent, 1) else { panic!("no link") };
        links.push(link);
    }
    assert_eq!(links, ["http://localhost:8080/a?b=c#d"]);
    // A browser of the user's own stays.
    assert_eq!(run(&mut agent, 51, true, Some("own"), "echo $BROWSER").1, "own\n");
    agent.hang_up();
    assert!(agent.ended().success());
    eventually("the place for links is gone", || !std::path::Path::new(&place).exists());
}

#[test]
fn a_command_ends_when_its_exchange_is_closed_and_others_go_on() {
    let system = System::new();
    let mut agent = Agent::start(&system);
    let mut other = system.shell("read line; echo got $line");
    (other.standard, other.error) = (13, 15);
    agent.tell(11, &HostMessage::Exec(other));
    // Its output is stuck, and it is deaf to the first signal.
    agent.tell(1, &HostMessage::Exec(system.shell("trap '' TERM; cat /dev/zero & wait; exec cat /dev/zero")));
    let mut received = 0;
    while received < INITIAL_WINDOW as usize {
        let frame = agent.next_without_credit().unwrap();
        received += if frame.kind == Kind::Data { frame.payload.len() } else { 0 };
    }
    agent.tell(1, &HostMessage::Close);
    agent.tell(1, &HostMessage::Close);
    let (message, _) = message_on(&mut agent, 1);
    assert!(matches!(message, AgentMessage::ExecFinished { .. }), "{message:?}");
    agent.send(&[Frame::data(13, "line\n")]);
    let (_, log) = agent.until(|message| matches!(message, AgentMessage::ExecFinished { .. }));
    assert_eq!(log.text(13), "got line\n");
    // The number may be used again.
    assert_eq!(agent.exec(system.shell("echo again")).1.text(3), "again\n");
}
