//! The kernel's table of listening sockets: asked over a socket made for such questions, read from `/proc` where that is refused.
//!
//! The question costs some fifty microseconds, and reading the files some milliseconds. Half of it is the kernel's way through its table, so the
//! older of its two forms is asked first, which answers for both families in one go.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

/// Where the engine's own name server listens in a container of a network of its own.
const ENGINE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));
/// The state of a socket that listens, in the kernel's numbers.
const LISTEN: u8 = 10;
const DUMP_FLAGS: u16 = 0x301;
const DIAG_BOTH: u16 = 18;
const DIAG_BY_FAMILY: u16 = 20;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const HEADER: usize = 16;
/// A message about one socket, without its header.
const ANSWER: usize = 72;
const TCP: u8 = 6;

/// A socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listening {
    pub(super) port: u16,
    pub(super) address: IpAddr,
    pub(super) inode: u32,
    pub(super) uid: u32,
}

/// Who is asked.
#[derive(Debug)]
pub(super) enum Table {
    /// The kernel, in the form that this question has.
    Kernel {
        socket: OwnedFd,
        buffer: Vec<u8>,
        question: u16,
    },
    Files,
}

impl Table {
    pub(super) fn open() -> Table {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            SocketFlags::CLOEXEC,
            Some(netlink::SOCK_DIAG),
        );
        match socket {
            // The kernel sets as much aside for an answer as it has been offered room for.
            Ok(socket) => Table::Kernel { socket, buffer: vec![0; 8 * 1024], question: DIAG_BOTH },
            Err(_) => Table::Files,
        }
    }

    /// All sockets that listen, in order, the engine's own left out.
    pub(super) fn read(&mut self) -> Vec<Listening> {
        let mut found = loop {
            match self {
                Table::Kernel { socket, buffer, question } => {
                    match (ask(socket, buffer, *question), *question) {
                        (Ok(found), _) => break found,
                        (Err(_), DIAG_BOTH) => *question = DIAG_BY_FAMILY,
                        // A sandbox may well give out the socket and then not answer.
                        (Err(_), _) => *self = Table::Files,
                    }
                }
                Table::Files => break from_files(),
            }
        };
        found.retain(|socket| socket.address != ENGINE && socket.port != 0);
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn ask(socket: &OwnedFd, buffer: &mut [u8], question: u16) -> io::Result<Vec<Listening>> {
    let mut found = Vec::new();
    let questions = match question {
        DIAG_BOTH => vec![for_both()],
        // The numbers of the two families, in the question as in the answers.
        _ => vec![for_family(2), for_family(10)],
    };
    for question in questions {
        send(socket, &question, SendFlags::empty())?;
        loop {
            let (length, _) = recv(socket, &mut *buffer, RecvFlags::empty())?;
            if read_answers(&buffer[..length], &mut found)? {
                break;
            }
        }
    }
    Ok(found)
}

fn header(length: u32, kind: u16) -> Vec<u8> {
    let mut message = vec![0; length as usize];
    message[..4].copy_from_slice(&length.to_ne_bytes());
    message[4..6].copy_from_slice(&kind.to_ne_bytes());
    message[6..8].copy_from_slice(&DUMP_FLAGS.to_ne_bytes());
    message
}

fn for_both() -> Vec<u8> {
    let mut question = header(76, DIAG_BOTH);
    question[68..72].copy_from_slice(&(1_u32 << LISTEN).to_ne_bytes());
    question
}

fn for_family(family: u8) -> Vec<u8> {
    let mut question = header(72, DIAG_BY_FAMILY);
    (question[16], question[17]) = (family, TCP);
    question[20..24].copy_from_slice(&(1_u32 << LISTEN).to_ne_bytes());
    question
}

/// Reads what one call has yielded. True when that was all.
fn read_answers(mut bytes: &[u8], found: &mut Vec<Listening>) -> io::Result<bool> {
    while bytes.len() >= HEADER {
        let length = number(bytes, 0) as usize;
        let kind = u16::from_ne_bytes([bytes[4], bytes[5]]);
        if length < HEADER || length > bytes.len() {
            break;
        }
        match kind {
            DONE => return Ok(true),
            ERROR => return Err(io::ErrorKind::Unsupported.into()),
            DIAG_BOTH | DIAG_BY_FAMILY if length >= HEADER + ANSWER => {
                found.extend(socket(&bytes[HEADER..length]));
            }
            _ => {}
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

fn socket(answer: &[u8]) -> Option<Listening> {
    let address = match answer[0] {
        2 => IpAddr::from(<[u8; 4]>::try_from(&answer[8..12]).ok()?),
        10 => IpAddr::from(<[u8; 16]>::try_from(&answer[8..24]).ok()?),
        _ => return None,
    };
    (answer[1] == LISTEN).then(|| Listening {
        port: u16::from_be_bytes([answer[4], answer[5]]),
        address: address.to_canonical(),
        inode: number(answer, 68),
        uid: number(answer, 64),
    })
}

fn from_files() -> Vec<Listening> {
    let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    let texts = [read("/proc/net/tcp"), read("/proc/net/tcp6")];
    texts.iter().flat_map(|text| text.lines().filter_map(line)).collect()
}

/// One line of such a file; addresses are in words of the machine's order.
fn line(line: &str) -> Option<Listening> {
    let mut fields = line.split_ascii_whitespace();
    let (address, port) = fields.nth(1)?.split_once(':')?;
    let state = u8::from_str_radix(fields.nth(1)?, 16).ok()?;
    let uid = fields.nth(3)?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    let words: Vec<u32> = (0..address.len() / 8)
        .map_while(|word| u32::from_str_radix(address.get(word * 8..word * 8 + 8)?, 16).ok())
        .collect();
    let address = match words[..] {
        [word] => IpAddr::V4(Ipv4Addr::from(word.to_ne_bytes())),
        [a, b, c, d] => {
            let bytes = [a, b, c, d].map(u32::to_ne_bytes).concat();
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)).to_canonical()
        }
        _ => return None,
    };
    let port = u16::from_str_radix(port, 16).ok()?;
    (state == LISTEN).then_some(Listening { port, address, inode, uid })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_the_files() {
        let cases = [
            (
                "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0 100 0 0 10 0",
                Some(("127.0.0.1", 8080, 12345, 1000)),
            ),
            (
                "   1: 00000000000000000000000001000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0",
                Some(("::1", 3000, 99, 0)),
            ),
            (
                "   2: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 12346 1",
                None,
            ),
            (
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                None,
            ),
            ("", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(address, port, inode, uid)| Listening {
                port,
                address: address.parse().unwrap(),
                inode,
                uid,
            });
            // The words are in the order of this machine, which all that we build for have in common.
            assert_eq!(line(text), expected, "{text}");
        }
    }

    #[test]
    fn all_ways_find_the_same() {
        let four = TcpListener::bind("127.0.0.1:0").unwrap();
        let six = TcpListener::bind("[::1]:0").ok();
        let listeners = [Some(four), six];
        let addresses = listeners.iter().flatten().map(|listener| listener.local_addr().unwrap());
        let mut both = Table::open();
        let Table::Kernel { socket, buffer, .. } = Table::open() else {
            panic!("the kernel gives no socket")
        };
        let mut each = Table::Kernel { socket, buffer, question: DIAG_BY_FAMILY };
        for address in addresses {
            for (found, how) in [(both.read(), "both"), (each.read(), "each"), (Table::Files.read(), "files")]
            {
                let found = found.iter().find(|socket| socket.port == address.port());
                assert_eq!(found.map(|socket| socket.address), Some(address.ip()), "{how}");
            }
        }
        for (table, asked) in [(both, DIAG_BOTH), (each, DIAG_BY_FAMILY)] {
            let is_asked = matches!(table, Table::Kernel { question, .. } if question == asked);
            assert!(is_asked, "this kernel does not answer question {asked}");
        }
    }

    proptest! {
        #[test]
        fn nonsense_is_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[ 0-9A-F:]{0,90}") {
            let _ = read_answers(&bytes, &mut Vec::new());
            let mut bytes = bytes;
            if bytes.len() >= 6 {
                let length = bytes.len() as u32;
                bytes[..4].copy_from_slice(&length.to_ne_bytes());
                bytes[4..6].copy_from_slice(&DIAG_BY_FAMILY.to_ne_bytes());
            }
            let _ = read_answers(&bytes, &mut Vec::new());
            let _ = line(&text);
        }
    }
}
