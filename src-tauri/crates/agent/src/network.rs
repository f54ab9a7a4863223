//! What the two ends say about the container's network: connections, listening sockets, links to open.
//!
//! A connection's bytes travel on the number of its own exchange, both ways. Either end of it ends by itself ([`Kind::End`]), and the exchange
//! is over once both have; [`AgentMessage::Reset`] and [`HostMessage::Close`] end both at once.
//!
//! [`Kind::End`]: crate::frame::Kind::End
//! [`AgentMessage::Reset`]: crate::message::AgentMessage::Reset
//! [`HostMessage::Close`]: crate::message::HostMessage::Close

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The longest link that is passed on, in bytes.
pub const LONGEST_LINK: usize = 8 * 1024;
/// The most listening sockets that are told; a container with more is told as having these.
pub const MOST_SOCKETS: usize = 512;
/// The most that is told of a command line, in bytes.
pub const LONGEST_COMMAND: usize = 1024;

/// A connection to make from inside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DialRequest {
    /// An address, or a name as a program in the container would use it: `localhost`, a service of Compose.
    pub host: String,
    /// A TCP port.
    pub port: u16,
}

/// Why a connection could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DialFailure {
    /// Nobody listens there.
    Refused,
    /// No way leads there.
    Unreachable {
        /// The system's words.
        reason: String,
    },
    /// Nobody answered.
    TimedOut,
    /// The name means nothing inside.
    UnknownName,
    /// The agent has as many connections as it may have, or the system gives it no more.
    Busy,
}

impl std::fmt::Display for DialFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DialFailure::Refused => formatter.write_str("connection refused"),
            DialFailure::Unreachable { reason } => formatter.write_str(reason),
            DialFailure::TimedOut => formatter.write_str("nobody answered in time"),
            DialFailure::UnknownName => formatter.write_str("the name is not known in the container"),
            DialFailure::Busy => formatter.write_str("there are too many connections already"),
        }
    }
}

/// Everything that listens for TCP connections in the container, apart from the engine's own name server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ports {
    /// In the order of port and address.
    pub sockets: Vec<ListeningSocket>,
}

/// A listening socket, and who listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListeningSocket {
    /// Where it listens: `127.0.0.1`, `::`, …
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// The kernel's number of the socket.
    pub inode: u32,
    /// Whose it is.
    pub uid: u32,
    /// Who listens, if that can be found out from inside.
    pub process: Option<Process>,
}

/// A process inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// Its number inside.
    pub pid: u32,
    /// The kernel's short name of it.
    pub name: String,
    /// Its arguments, the program first, as far as [`LONGEST_COMMAND`] reaches.
    pub command: Vec<String>,
}

impl Process {
    /// The editor whose own server this process is, if it is one: such a server looks after its ports itself.
    #[must_use]
    pub fn editor(&self) -> Option<&'static str> {
        const SIGNS: [(&str, &str); 11] = [
            ("/.vscode-server/", "Visual Studio Code"),
            ("/.vscode-server-insiders/", "Visual Studio Code"),
            ("/.vscode-remote/", "Visual Studio Code"),
            ("/vscode-server/", "Visual Studio Code"),
            ("/.vscodium-server/", "VSCodium"),
            ("/.cursor-server/", "Cursor"),
            ("/.windsurf-server/", "Windsurf"),
            ("/.positron-server/", "Positron"),
            ("/.zed_server/", "Zed"),
            ("/.cache/JetBrains/RemoteDev", "JetBrains"),
            ("/.jbdevcontainer/", "JetBrains"),
        ];
        // The program, and what an interpreter was told to run: no other argument says who somebody is.
        let mut words = self.command.iter().take(2);
        words.find_map(|word| SIGNS.iter().find(|(sign, _)| word.contains(sign)).map(|(_, editor)| *editor))
    }
}

/// Whether a text is a link that may be opened on the host: `http` or `https`, a host, and nothing that a terminal, a shell or another
/// scheme could make something of. Both ends ask this, since neither believes what comes from inside.
#[must_use]
pub fn is_link(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let rest = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
        (Some(_), _) => text.get(8..),
        (None, Some(_)) => text.get(7..),
        (None, None) => None,
    };
    let starts = rest.and_then(|rest| rest.chars().next());
    text.len() <= LONGEST_LINK
        && starts.is_some_and(|first| first.is_ascii_alphanumeric() || first == '[')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'`<>\\^{}|".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_link() {
        let long = format!("http://a/{}", "x".repeat(LONGEST_LINK));
        let cases = [
            ("http://localhost:8080/", true),
            ("HTTPS://example.org/a?b=c%20d&e=f#g", true),
            ("http://[::1]:3000", true),
            ("https://user@host/", true),
            ("http://", false),
            ("http:///etc/passwd", false),
            ("https:/a", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("-http://a", false),
            ("http://a b", false),
            ("http://a\nhttp://b", false),
            ("http://a/\u{1b}[2J", false),
            ("http://a/\"&calc", false),
            ("http://-oProxyCommand", false),
            ("http://ä.example", false),
            ("ä", false),
            ("", false),
            (&long, false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_link(text), expected, "{text}");
        }
    }

    #[test]
    fn servers_of_editors() {
        let cases: [(&[&str], Option<&str>); 5] = [
            (
                &[
                    "/home/node/.vscode-server/bin/abc/node",
                    "/home/node/.vscode-server/bin/abc/out/server-main.js",
                ],
                Some("Visual Studio Code"),
            ),
            (&["node", "/root/.cursor-server/cli/x.js"], Some("Cursor")),
            (&["/root/.cache/JetBrains/RemoteDev/dist/bin/remote-dev-server"], Some("JetBrains")),
            (&["python3", "-m", "http.server", "--directory", "/root/.vscode-server/"], None),
            (&[], None),
        ];
        for (command, expected) in cases {
            let command = command.iter().map(|&word| word.to_owned()).collect();
            let process = Process { pid: 1, name: "x".into(), command };
            assert_eq!(process.editor(), expected, "{process:?}");
        }
    }
}
