//! What happens inside, told as it happens.

use wharf_agent::message::{AgentMessage, HostMessage, Refusal};
use wharf_agent::network::Ports;

use super::connection::Opened;
use super::line::Arrival;
use super::{AgentConnection, Error};

impl AgentConnection {
    /// Watches what listens for TCP connections inside. One watch at a time: another one ends the connection.
    ///
    /// # Errors
    /// When the connection has ended.
    pub fn watch_ports(&self) -> Result<PortWatch, Error> {
        let mut opened = self.open();
        opened.ask(&HostMessage::WatchPorts)?;
        Ok(PortWatch(opened))
    }

    /// Takes links that programs inside want opened, from as soon as this comes back; commands that ask for it (`browser` in their context) find
    /// the agent as their `BROWSER` then. The agent passes on only a few, and only `http` and `https`; a reader that comes too late
    /// misses some. One watch at a time: another one ends the connection.
    ///
    /// # Errors
    /// [`Error::NoLinks`] when the container has no place to leave them; when the connection has ended.
    pub async fn watch_links(&self) -> Result<LinkWatch, Error> {
        let mut opened = self.open();
        opened.ask(&HostMessage::WatchLinks)?;
        loop {
            match opened.next().await? {
                Arrival::Message(AgentMessage::LinksOpen) => return Ok(LinkWatch(opened)),
                Arrival::Message(AgentMessage::Refused(refusal)) => {
                    opened.over = true;
                    return Err(match refusal {
                        Refusal::NoPlace { reason } => Error::NoLinks { reason },
                        other => other.into(),
                    });
                }
                _ => {}
            }
        }
    }
}

/// What listens inside, as it changes, until it is dropped.
pub struct PortWatch(Opened);

impl PortWatch {
    /// Everything that listens: at once the first time, then when it has changed. Who comes late is told the newest only. Safe to drop while
    /// it waits.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn next(&mut self) -> Result<Ports, Error> {
        loop {
            if let Arrival::Message(AgentMessage::Ports(ports)) = self.0.next().await? {
                return Ok(ports);
            }
        }
    }
}

/// What is told of links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkNews {
    /// One that a program inside wants opened; `http` or `https` and nothing that hides something.
    Link(String),
    /// So many more were too many to be told.
    Dropped(u32),
}

/// Links that programs inside want opened, until it is dropped.
pub struct LinkWatch(Opened);

impl LinkWatch {
    /// The next link, or how many there were that are not told. Safe to drop while it waits.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn next(&mut self) -> Result<LinkNews, Error> {
        loop {
            match self.0.next().await? {
                Arrival::Message(AgentMessage::Link(link)) => return Ok(LinkNews::Link(link)),
                Arrival::Message(AgentMessage::LinksDropped(count)) => return Ok(LinkNews::Dropped(count)),
                _ => {}
            }
        }
    }
}

impl std::fmt::Debug for PortWatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PortWatch").field("number", &self.0.number).finish()
    }
}

impl std::fmt::Debug for LinkWatch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LinkWatch").field("number", &self.0.number).finish()
    }
}
