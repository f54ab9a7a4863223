//! What a name means inside: the container's hosts file, else its name servers.
//!
//! A static program cannot load the C library's name services, and an image need not have any. What is asked is small: the addresses of
//! a host, over UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::inside::SystemRoot;

/// How long a name server may take, the first time and the second.
const PATIENCE: [Duration; 2] = [Duration::from_millis(1500), Duration::from_millis(3000)];
/// As many as a C library asks.
const MOST_SERVERS: usize = 3;
const MOST_DOMAINS: usize = 6;
const MOST_ADDRESSES: usize = 16;
/// The longest answer over UDP that a server sends to whoever does not ask for more.
const LONGEST_ANSWER: usize = 512;
const A: u16 = 1;
const AAAA: u16 = 28;

/// The addresses of a host, the older kind first. Empty when nobody knows the name.
pub(super) fn resolve(root: &SystemRoot, host: &str) -> Vec<IpAddr> {
    let read = |path: &str| {
        String::from_utf8_lossy(&std::fs::read(root.path(path)).unwrap_or_default()).into_owned()
    };
    let listed = in_hosts(&read("/etc/hosts"), host);
    if !listed.is_empty() {
        return listed;
    }
    let servers = Servers::parse(&read("/etc/resolv.conf"));
    let plain = host.trim_end_matches('.');
    // The plain name first: that is what a service of Compose is called, whatever domains the host searches.
    let searched = servers.domains.iter().filter(|_| !host.ends_with('.'));
    let names = std::iter::once(plain.to_owned()).chain(searched.map(|domain| format!("{plain}.{domain}")));
    names.map(|name| servers.ask(&name)).find(|addresses| !addresses.is_empty()).unwrap_or_default()
}

fn in_hosts(text: &str, host: &str) -> Vec<IpAddr> {
    let plain = host.trim_end_matches('.');
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let address: IpAddr = words.next()?.parse().ok()?;
        words.any(|name| name.eq_ignore_ascii_case(plain)).then_some(address)
    });
    ordered(lines.take(MOST_ADDRESSES).collect())
}

fn ordered(mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    addresses.sort_by_key(IpAddr::is_ipv6);
    let mut seen = Vec::new();
    addresses.retain(|address| {
        !seen.contains(address) && {
            seen.push(*address);
            true
        }
    });
    addresses.truncate(MOST_ADDRESSES);
    addresses
}

/// What `/etc/resolv.conf` says.
#[derive(Debug, PartialEq, Eq)]
struct Servers {
    addresses: Vec<IpAddr>,
    domains: Vec<String>,
}

impl Servers {
    fn parse(text: &str) -> Servers {
        let mut servers = Servers { addresses: Vec::new(), domains: Vec::new() };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    // An address of a link may name its interface, which needs more than a socket to be of use.
                    servers.addresses.extend(words.next().and_then(|word| word.parse::<IpAddr>().ok()));
                }
                Some("search" | "domain") => {
                    servers.domains = words.map(|word| word.trim_matches('.').to_owned()).collect();
                }
                _ => {}
            }
        }
        if servers.addresses.is_empty() {
            servers.addresses.push(Ipv4Addr::LOCALHOST.into());
        }
        servers.addresses.truncate(MOST_SERVERS);
        servers.domains.retain(|domain| !domain.is_empty());
        servers.domains.truncate(MOST_DOMAINS);
        servers
    }

    fn ask(&self, name: &str) -> Vec<IpAddr> {
        let (Some(four), Some(six)) = (question(name, A), question(name, AAAA)) else { return Vec::new() };
        for patience in PATIENCE {
            for server in &self.addresses {
                if let Some(addresses) = ask_server(SocketAddr::new(*server, 53), &[&four, &six], patience) {
                    return ordered(addresses);
                }
            }
        }
        Vec::new()
    }
}

/// What a server answers to all questions; `None` if it does not.
fn ask_server(server: SocketAddr, questions: &[&[u8]], patience: Duration) -> Option<Vec<IpAddr>> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // From then on only this server's answers are received.
    socket.connect(server).ok()?;
    for question in questions {
        socket.send(question).ok()?;
    }
    let deadline = Instant::now() + patience;
    let mut open: Vec<&[u8]> = questions.to_vec();
    let mut found = Vec::new();
    let mut buffer = [0; LONGEST_ANSWER];
    while !open.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left)).ok()?;
        let length = match socket.recv(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let answer = &buffer[..length];
        let Some(position) = open.iter().position(|question| answers(answer, question)) else { continue };
        open.remove(position);
        found.extend(addresses(answer).unwrap_or_default());
    }
    // One kind of address is enough where the server keeps silent about the other.
    (!found.is_empty() || open.is_empty()).then_some(found)
}

/// The question for one kind of address; `None` for what can be no name.
fn question(name: &str, kind: u16) -> Option<Vec<u8>> {
    // Any number will do that nobody guesses in time; the address of an allocation is as good as any that is at hand.
    let id = std::fs::read("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let digit = |at: usize| id.get(at).copied().unwrap_or_default();
    let id = [digit(0) ^ (digit(1) << 4), digit(2) ^ (digit(3) << 4)];
    let mut question = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        question.push(length);
        question.extend_from_slice(label.as_bytes());
    }
    question.push(0);
    question.extend_from_slice(&kind.to_be_bytes());
    question.extend_from_slice(&[0, 1]);
    (question.len() <= 12 + 255 + 4).then_some(question)
}

/// Whether a message is the answer to this question and no other.
fn answers(answer: &[u8], question: &[u8]) -> bool {
    let same_question = answer.get(12..question.len()).zip(question.get(12..));
    answer.get(..2) == question.get(..2)
        && answer.get(2).is_some_and(|flags| flags & 0x80 != 0)
        && same_question.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// The addresses in an answer; `None` where it is cut short.
fn addresses(answer: &[u8]) -> Option<Vec<IpAddr>> {
    let number = |at: usize| Some(u16::from_be_bytes([*answer.get(at)?, *answer.get(at + 1)?]));
    let (questions, records) = (number(4)?, number(6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = after_name(answer, at)? + 4;
    }
    let mut found = Vec::new();
    for _ in 0..records {
        at = after_name(answer, at)?;
        let (kind, length) = (number(at)?, usize::from(number(at + 8)?));
        let data = answer.get(at + 10..at + 10 + length)?;
        at += 10 + length;
        match kind {
            A => found.extend(<[u8; 4]>::try_from(data).ok().map(IpAddr::from)),
            AAAA => found.extend(<[u8; 16]>::try_from(data).ok().map(IpAddr::from)),
            // The chain of other names on the way to them.
            _ => {}
        }
    }
    Some(found)
}

/// What comes behind a name. A name that goes on elsewhere ends here all the same.
fn after_name(answer: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *answer.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length if length & 0xc0 == 0 => at += usize::from(length) + 1,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_in_the_hosts_file() {
        let text =
            "127.0.0.1 localhost\n::1 box localhost # ip6\n10.0.0.7\tbox Box.local\n# 1.1.1.1 box\nx box\n";
        let cases: [(&str, &[&str]); 4] = [
            ("box", &["10.0.0.7", "::1"]),
            ("BOX.local.", &["10.0.0.7"]),
            ("localhost", &["127.0.0.1", "::1"]),
            ("nobody", &[]),
        ];
        for (host, expected) in cases {
            let expected: Vec<IpAddr> = expected.iter().map(|address| address.parse().unwrap()).collect();
            assert_eq!(in_hosts(text, host), expected, "{host}");
        }
    }

    #[test]
    fn name_servers() {
        let read = Servers::parse(
            "# x\nnameserver 127.0.0.11\nnameserver fe80::1%eth0\nsearch a.example b.\noptions ndots:0\n",
        );
        let expected = Servers {
            addresses: vec!["127.0.0.11".parse().unwrap()],
            domains: vec!["a.example".into(), "b".into()],
        };
        assert_eq!(read, expected);
        assert_eq!(Servers::parse("").addresses, [Ipv4Addr::LOCALHOST]);
    }

    /// An answer as a server of names packs it: the question, another name for the host, and that one's addresses.
    fn answer(question: &[u8]) -> Vec<u8> {
        let mut answer = question.to_vec();
        answer[2] = 0x81;
        answer[7] = 3;
        answer.extend_from_slice(&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, b'x', 0xc0, 12]);
        answer.extend_from_slice(&[1, b'x', 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 5]);
        answer.extend_from_slice(&[0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 9, 0, 16]);
        answer.extend_from_slice(&Ipv6Addr::LOCALHOST.octets());
        answer
    }

    #[test]
    fn an_answer_and_its_question() {
        let asked = question("db.internal", A).unwrap();
        let answer = answer(&asked);
        assert!(answers(&answer, &asked) && !answers(&asked, &asked));
        assert!(!answers(&answer, &question("db2.internal", A).unwrap()));
        let expected: [IpAddr; 2] = ["10.0.0.5".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(addresses(&answer).unwrap(), expected);
        for name in ["", ".", "a..b", &"x".repeat(64), &"x.".repeat(200)] {
            assert_eq!(question(name, A), None, "{name}");
        }
    }

    #[test]
    fn a_server_that_answers() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let serve = std::thread::spawn(move || {
            let mut buffer = [0; 512];
            for _ in 0..2 {
                let (length, peer) = server.recv_from(&mut buffer).unwrap();
                // What does not answer the question is no answer.
                server.send_to(b"nonsense", peer).unwrap();
                server.send_to(&answer(&buffer[..length]), peer).unwrap();
            }
        });
        let (four, six) = (question("db", A).unwrap(), question("db", AAAA).unwrap());
        let found = ask_server(address, &[&four, &six], Duration::from_secs(20)).unwrap();
        serve.join().unwrap();
        assert_eq!(ordered(found), [IpAddr::from([10, 0, 0, 5]), Ipv6Addr::LOCALHOST.into()]);
    }

    proptest! {
        #[test]
        fn nonsense_is_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = addresses(&bytes);
            let mut answer = answer(&question("db", A).unwrap());
            for (at, byte) in bytes.iter().enumerate().filter(|(at, _)| at % 7 == 0) {
                if let Some(place) = answer.get_mut(at % 60) {
                    *place = *byte;
                }
            }
            let _ = addresses(&answer);
        }
    }
}
