//! What a person is told of ports and links while they look elsewhere, over keepers that come and go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use wharf_api as api;

use super::keepers::Keepers;
use crate::error::Result;
use crate::keeper::KeeperWatch;
use crate::store::Store;

/// What is told of one environment at a time; the page of its ports has the rest.
const MOST_AT_ONCE: usize = 3;

/// Something new about the ports of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortNews {
    /// The environment's name.
    pub environment: String,
    /// What it is.
    pub kind: PortNewsKind,
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortNewsKind {
    /// Something has begun to listen and can be reached.
    Opened(Box<api::Port>),
    /// Somebody else has the local port that was wanted.
    Conflict(Box<api::Port>),
    /// A program inside wanted a link opened.
    Link {
        /// The address.
        url: String,
        /// What came of it.
        outcome: api::LinkOutcome,
    },
}

/// Hears what is new, as it happens.
#[derive(Debug)]
pub struct PortNewsWatch {
    keepers: Keepers,
    keeper: Option<KeeperWatch>,
    seen: Seen,
    /// Whether a keeper has been looked for: what one has that was there before is no news.
    begun: bool,
    waiting: VecDeque<PortNews>,
}

impl PortNewsWatch {
    /// Nothing of what is there already is new. `user_data_folder` is where state is kept instead of the user's state folder.
    ///
    /// # Errors
    /// When the state folder cannot be found, or the system lets nobody watch.
    pub fn new(user_data_folder: Option<&Path>) -> Result<Self> {
        let keepers = Keepers::new(Store::open(user_data_folder)?)?;
        Ok(Self { keepers, keeper: None, seen: Seen::default(), begun: false, waiting: VecDeque::new() })
    }

    /// What is new next.
    pub async fn next(&mut self) -> PortNews {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return news;
            }
            let Some(watch) = &mut self.keeper else {
                self.keeper = self.keepers.find().await;
                let is_first = !std::mem::replace(&mut self.begun, true);
                if self.keeper.is_none() {
                    self.keepers.wait().await;
                } else if is_first {
                    for environment in self.keepers.kept().await {
                        self.seen.look(environment);
                    }
                }
                continue;
            };
            match watch.next().await {
                Some(event) => self.waiting.extend(self.seen.take(event)),
                None => self.keeper = None,
            }
        }
    }
}

/// Whose port it is: the environment's id, the service, the number inside.
type Key = (String, Option<String>, u16);

/// What a person knows of already, whichever keeper has told it.
#[derive(Debug, Default)]
struct Seen {
    /// The local port that somebody else has.
    conflicts: BTreeMap<Key, u16>,
    /// Ports that can be reached.
    open: BTreeSet<Key>,
}

impl Seen {
    /// What an event means for a person.
    fn take(&mut self, event: api::KeeperEvent) -> Vec<PortNews> {
        match event {
            api::KeeperEvent::Ports { environment } => self.look(environment),
            // Seen by the ports themselves: a watch that begins just now would miss this one.
            api::KeeperEvent::PortOpened { .. } => Vec::new(),
            api::KeeperEvent::Released { id } => {
                self.conflicts.retain(|(environment, ..), _| *environment != id);
                self.open.retain(|(environment, ..)| *environment != id);
                Vec::new()
            }
            api::KeeperEvent::Link { name, url, outcome, .. } => {
                vec![PortNews { environment: name, kind: PortNewsKind::Link { url, outcome } }]
            }
        }
    }

    /// What is new of an environment's ports. A conflict of a port that has just begun to listen is told as a part of that.
    fn look(&mut self, environment: api::EnvironmentPorts) -> Vec<PortNews> {
        let api::EnvironmentPorts { id, name, connection, ports, .. } = environment;
        if connection == api::KeptConnection::Stopped {
            self.open.retain(|(environment, ..)| *environment != id);
        }
        // Without a connection it cannot be seen what listens.
        let is_seen = connection == api::KeptConnection::Connected;
        let mut news = Vec::new();
        for port in ports {
            let key = (id.clone(), port.host.clone(), port.port);
            let listens = port.listening == Some(true);
            if is_seen && !listens {
                self.open.remove(&key);
            }
            let is_reached = matches!(port.state, api::PortState::Forwarded | api::PortState::Published);
            let is_open = is_seen && listens && is_reached;
            let is_opened = is_open && self.open.insert(key.clone());
            let is_conflict = match &port.conflict {
                Some(conflict) => self.conflicts.insert(key, conflict.port) != Some(conflict.port),
                None => {
                    self.conflicts.remove(&key);
                    false
                }
            };
            if !is_told(&port) || news.len() >= MOST_AT_ONCE {
                continue;
            }
            let kind = match (is_opened, is_conflict) {
                (true, _) => PortNewsKind::Opened(Box::new(port)),
                (false, true) => PortNewsKind::Conflict(Box::new(port)),
                (false, false) => continue,
            };
            news.push(PortNews { environment: name.clone(), kind });
        }
        news
    }
}

/// Whether the configuration lets anything be said of a port.
fn is_told(port: &api::Port) -> bool {
    !matches!(port.notice, api::PortNotice::Silent | api::PortNotice::Ignore)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn port(number: u16, more: Value) -> Value {
        let mut port = json!({
            "port": number, "source": "declared", "state": "forwarded", "notice": "notify",
        });
        port.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        port
    }

    fn taken(port: u16) -> Value {
        json!({ "conflict": { "port": port, "holder": { "kind": "process", "name": "postgres", "pid": 812 } } })
    }

    fn listens() -> Value {
        json!({ "listening": true })
    }

    fn listens_elsewhere(number: u16) -> Value {
        let mut port = taken(number);
        port["listening"] = json!(true);
        port
    }

    fn ports(connection: &str, ports: &[Value]) -> Value {
        json!({ "type": "ports", "environment": {
            "id": "a1", "name": "api", "reference": {}, "connection": connection, "ports": ports,
        } })
    }

    fn said(PortNews { environment, kind }: PortNews) -> String {
        match kind {
            PortNewsKind::Opened(port) => format!("{environment} opened {}", port.port),
            PortNewsKind::Conflict(port) => format!("{environment} conflict {}", port.port),
            PortNewsKind::Link { url, outcome } => format!("{environment} link {url} {outcome:?}"),
        }
    }

    #[test]
    fn what_is_new_is_told_once() {
        let link = json!({ "type": "link", "id": "a1", "name": "api", "url": "http://localhost:1/", "outcome": "opened" });
        let opened =
            json!({ "type": "portOpened", "id": "a1", "name": "api", "port": port(8080, listens()) });
        let both = ports("connected", &[port(3000, taken(3000)), port(5432, taken(5432))]);
        let silent = json!({ "notice": "silent", "listening": true });
        let waiting = json!({ "state": "waiting", "listening": true });
        let many: Vec<Value> = (1..9).map(|number| port(number, listens())).collect();
        let steps: Vec<(Value, &[&str])> = vec![
            (both.clone(), &["api conflict 3000", "api conflict 5432"]),
            (both.clone(), &[]),
            // A conflict that is over may come again.
            (ports("connected", &[port(3000, taken(3000)), port(5432, json!({}))]), &[]),
            (both.clone(), &["api conflict 5432"]),
            (ports("connected", &[port(3000, taken(3001)), port(5432, taken(5432))]), &["api conflict 3000"]),
            // One that opens, with what stands in its way; and what is not to be told.
            (
                ports("connected", &[port(9000, listens_elsewhere(9000)), port(9001, silent)]),
                &["api opened 9000"],
            ),
            (ports("connected", &[port(9000, listens_elsewhere(9000))]), &[]),
            // It cannot be seen for a while.
            (ports("connecting", &[port(9000, json!({}))]), &[]),
            (ports("connected", &[port(9000, listens())]), &[]),
            (ports("connected", &[port(9000, json!({ "listening": false }))]), &[]),
            (ports("connected", &[port(9000, listens())]), &["api opened 9000"]),
            // The container ends and starts.
            (ports("stopped", &[port(9000, json!({}))]), &[]),
            (ports("connected", &[port(9000, waiting)]), &[]),
            (ports("connected", &[port(9000, listens())]), &["api opened 9000"]),
            (opened, &[]),
            (link, &["api link http://localhost:1/ Opened"]),
            (ports("connected", &many), &["api opened 1", "api opened 2", "api opened 3"]),
            (json!({ "type": "released", "id": "a1" }), &[]),
        ];
        let mut seen = Seen::default();
        for (event, expected) in steps {
            let news = seen.take(serde_json::from_value(event.clone()).unwrap());
            assert_eq!(news.into_iter().map(said).collect::<Vec<_>>(), expected, "{event}");
        }
        assert!(seen.conflicts.is_empty() && seen.open.is_empty(), "what was released is forgotten");
    }
}
