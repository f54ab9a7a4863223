//! Decisions about an environment's ports, carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};

use wharf_agent::network::{LONGEST_COMMAND, MOST_SOCKETS, Ports};
use wharf_api as api;
use wharf_plan::ports::{
    Asked, ForwardStep, Holder, InsidePort, Listening, ListeningProcess, PortDecision, PortFacts, decide,
    newly_listening, only_open, reconcile_forwards,
};
use wharf_spec::OnAutoForward;

use super::super::forwards::probe;
use super::super::{local, report, say};
use super::Kept;
use super::links::Owner;

/// Local ports that are found taken, one after the other, before it is left at that.
const MOST_TRIES: usize = 64;
/// How far beyond a port that the system keeps for itself another one is looked for.
const RESERVED: u16 = 100;
/// Longest name of a process that is told, in bytes; the kernel's are shorter.
const LONGEST_NAME: usize = 64;

impl Kept {
    /// Decides and opens and closes, until nothing is left to do. Without a way inside everything is closed.
    pub(super) async fn settle(&mut self, reachable: bool) {
        let mut facts = PortFacts {
            reachable,
            listening: self.listening.clone(),
            taken: self.shared.locals_of_others(&self.key),
            refused: BTreeMap::new(),
            published: self.published.clone(),
            shares_network: self.shares_network,
        };
        self.see_local_ports(&mut facts);
        // On some engines what is published has no listener of its own, and goes past all others.
        for published in self.published.values() {
            facts.taken.entry(*published).or_insert(Holder::Unknown);
        }
        self.see_own_numbers(&mut facts);
        for _ in 0..MOST_TRIES {
            self.decisions = decide(&self.rules, &facts, &self.choices);
            let wanted: Vec<_> = self.decisions.iter().filter_map(PortDecision::forward).collect();
            let mut has_failed = false;
            for step in reconcile_forwards(&wanted, &self.forwards.all()) {
                match step {
                    ForwardStep::Close(forward) => self.forwards.close(&forward).await,
                    ForwardStep::Open(forward) => {
                        let (inside, port) = (forward.inside.clone(), forward.local);
                        let handed = self.shared.handed(&self.key, &forward);
                        // The others are opened all the same: what one cannot have is no reason for them to wait.
                        if let Err(error) = self.forwards.open(forward, handed).await {
                            has_failed = true;
                            self.note_failure(&mut facts, inside, port, &error);
                        }
                    }
                }
            }
            if !has_failed {
                break;
            }
        }
        only_open(&mut self.decisions, &self.forwards.all());
        self.remember();
        let (id, name) = (self.record.id.clone(), self.record.name.clone());
        let locals = self.forwards.all().into_iter().map(|forward| {
            let holder =
                Holder::Environment { id: id.clone(), name: name.clone(), port: forward.inside.port };
            (forward.local, holder)
        });
        self.shared.set_locals(&self.key, locals.collect::<Vec<_>>());
    }

    /// On the network of the engine's machine everything that listens there is seen: what belongs to a process of the container is meant, and what
    /// somebody has named.
    pub(super) fn keep_own_sockets(&mut self) {
        let (declared, choices) = (self.rules.declared(), &self.choices);
        let is_named = |port: u16| {
            let port = InsidePort::own(port);
            declared.contains(&port) || choices.get(&port).is_some_and(|choice| choice.asked.is_some())
        };
        self.listening.retain(|socket| socket.process.is_some() || is_named(socket.port));
    }

    /// Notes why a port could not be had, for the next decision.
    fn note_failure(&mut self, facts: &mut PortFacts, inside: InsidePort, port: u16, error: &std::io::Error) {
        let holder = match self.why_not(error, port) {
            Ok(holder) => holder,
            Err(words) => return drop(facts.refused.insert(inside, words)),
        };
        // Systems keep whole ranges for themselves. One in place of another is looked for beyond, but for numbers that somebody wants.
        if holder == Holder::System && !self.decisions.iter().any(|decision| decision.inside.port == port) {
            let wanted: BTreeSet<u16> = self.decisions.iter().map(|decision| decision.inside.port).collect();
            let range = port..=port.saturating_add(RESERVED);
            for port in range.filter(|port| !wanted.contains(port) && !self.forwards.has(*port)) {
                facts.taken.entry(port).or_insert(Holder::System);
            }
        }
        facts.taken.insert(port, holder);
    }

    /// Looks up who has the local ports that may be wanted.
    fn see_local_ports(&mut self, facts: &mut PortFacts) {
        let of_choices = self.choices.values().flat_map(|choice| {
            let asked = match choice.asked {
                Some(Asked::Open { local_port, .. }) => local_port,
                Some(Asked::Stop) | None => None,
            };
            [choice.local, asked].into_iter().flatten()
        });
        let wanted: BTreeSet<u16> = facts
            .listening
            .iter()
            .map(|socket| socket.port)
            .chain(self.rules.declared().iter().map(|port| port.port))
            .chain(self.choices.keys().map(|port| port.port))
            .chain(of_choices)
            .collect();
        let handed = self.shared.handed_ports(&self.key);
        let mut others = local::taken();
        others.retain(|port, _| {
            !self.forwards.has(*port) && !handed.contains(port) && !facts.taken.contains_key(port)
        });
        // Who has a port that nobody wants does not matter.
        let holders = self.holders.of(others.iter().filter(|(port, _)| wanted.contains(port)));
        for port in others.into_keys() {
            facts.taken.insert(port, holders.get(&port).cloned().unwrap_or(Holder::Unknown));
        }
    }

    /// Finds out whether the numbers of those that stay on another one can still not be had: who has them is told for as long as that lasts, and no
    /// system tells of a port that it keeps for itself.
    fn see_own_numbers(&mut self, facts: &mut PortFacts) {
        if !facts.reachable {
            return;
        }
        let handed = self.shared.handed_ports(&self.key);
        for (port, address) in self.moved(facts) {
            if self.forwards.has(port) || handed.contains(&port) || facts.taken.contains_key(&port) {
                continue;
            }
            if let Err(error) = probe(address, port)
                && let Ok(holder) = self.why_not(&error, port)
            {
                facts.taken.insert(port, holder);
            }
        }
    }

    /// Who has a port that could not be bound; the system's words where another one would be no better.
    fn why_not(&mut self, error: &std::io::Error, port: u16) -> Result<Holder, String> {
        match error.kind() {
            ErrorKind::PermissionDenied => Ok(Holder::System),
            ErrorKind::AddrInUse => {
                let socket = local::taken().get(&port).copied();
                Ok(socket.map_or(Holder::Unknown, |socket| self.holders.one(port, socket)))
            }
            _ => Err(error.to_string()),
        }
    }

    /// The numbers of ports that have another one on this computer, with the address that they are wanted on.
    fn moved(&self, facts: &PortFacts) -> Vec<(u16, IpAddr)> {
        let listens = |inside: &InsidePort| {
            inside.host.is_none() && facts.listening.iter().any(|socket| socket.port == inside.port)
        };
        let moved = self.choices.iter().filter_map(|(inside, choice)| {
            let address = match &choice.asked {
                None if !listens(inside) && !self.rules.declared().contains(inside) => return None,
                None | Some(Asked::Open { local_port: None, address: None }) => Ipv4Addr::LOCALHOST.into(),
                Some(Asked::Open { local_port: None, address: Some(address) }) => *address,
                Some(Asked::Open { .. } | Asked::Stop) => return None,
            };
            choice.local.filter(|local| *local != inside.port).map(|_| (inside.port, address))
        });
        moved.collect()
    }

    /// Keeps which local ports were taken, so that the next start takes the same.
    fn remember(&mut self) {
        let mut changed = false;
        for forward in self.decisions.iter().filter_map(PortDecision::forward) {
            let choice = self.choices.entry(forward.inside).or_default();
            changed |= choice.local != Some(forward.local);
            choice.local = Some(forward.local);
        }
        if changed {
            self.chosen.set_choices(&self.choices);
            self.save();
        }
    }

    /// What a person wants done with a port.
    pub(super) fn change(&mut self, port: InsidePort, change: api::PortChange) -> Result<(), String> {
        let asked = match change {
            api::PortChange::Open { local_port: Some(0), .. } => return Err("port 0 is no port".to_owned()),
            api::PortChange::Open { local_port, address } => {
                let address = match address.as_deref().map(str::parse::<IpAddr>) {
                    None => None,
                    Some(Ok(address)) => Some(address),
                    Some(Err(_)) => return Err("the address is none of this computer's".to_owned()),
                };
                Some(Asked::Open { local_port, address })
            }
            api::PortChange::Stop => Some(Asked::Stop),
            api::PortChange::Reset => None,
        };
        match asked {
            Some(asked) => self.choices.entry(port).or_default().asked = Some(asked),
            None => drop(self.choices.remove(&port)),
        }
        self.chosen.set_choices(&self.choices);
        self.save();
        Ok(())
    }

    /// Tells whoever watches what the ports are now.
    pub(super) fn publish(&self, connection: api::KeptConnection, problem: Option<String>) {
        let state = report::environment(&self.record, connection, problem, &self.decisions);
        if *self.state.borrow() == state {
            return;
        }
        // Written when nobody has to wait for the disk to see the state.
        let last = self.state.send_replace(state.clone());
        say::changes(&last, &state, &mut |about, text| self.log.write(about, &text));
        self.shared.tell(api::KeeperEvent::Ports { environment: state });
    }

    /// Tells of what has begun to listen, as its attributes say.
    pub(super) async fn announce(&mut self, before: &[PortDecision]) {
        let news: Vec<PortDecision> = newly_listening(before, &self.decisions).into_iter().cloned().collect();
        for decision in news {
            let port = report::port(&decision);
            let url = port.local.as_ref().map(|local| local.url.clone());
            let (id, name) = (self.record.id.clone(), self.record.name.clone());
            self.shared.tell(api::KeeperEvent::PortOpened { id, name, port });
            let opened = self.choices.get(&decision.inside).is_some_and(|choice| choice.opened);
            if let (true, Some(url)) = (is_shown(decision.attributes.notice, opened), url) {
                self.choices.entry(decision.inside).or_default().opened = true;
                self.chosen.set_choices(&self.choices);
                self.save();
                self.links.open(self.owner(), url);
            }
        }
    }

    fn owner(&self) -> Owner {
        Owner { id: self.record.id.clone(), name: self.record.name.clone() }
    }

    /// A program inside wants a link opened.
    pub(super) fn open_link(&self, url: String) {
        self.links.asked(self.owner(), url, self.state.subscribe());
    }
}

/// Whether the address of what has begun to listen is opened in a browser. `opened` says that it has been before. A preview is an editor's:
/// who asks for one wants to see what listens, and the browser shows it.
fn is_shown(notice: OnAutoForward, opened: bool) -> bool {
    match notice {
        OnAutoForward::OpenBrowser | OnAutoForward::OpenPreview => true,
        OnAutoForward::OpenBrowserOnce => !opened,
        OnAutoForward::Notify | OnAutoForward::Silent | OnAutoForward::Ignore => false,
    }
}

/// What listens, in the words of the rules. Whoever says it may be anybody: there is no more of it than an agent of ours would say, and
/// nothing in it that a terminal would obey.
pub(super) fn listening(ports: &Ports) -> Vec<Listening> {
    let sockets = ports.sockets.iter().filter(|socket| socket.port != 0).take(MOST_SOCKETS);
    sockets
        .map(|socket| Listening {
            port: socket.port,
            near: socket.address.to_canonical().is_loopback(),
            process: socket.process.as_ref().map(|process| ListeningProcess {
                name: plain(&process.name, LONGEST_NAME),
                pid: process.pid,
                command_line: plain(&process.command.join(" "), LONGEST_COMMAND),
                editor: process.editor().map(str::to_owned),
            }),
        })
        .collect()
}

/// A text without control characters, and no longer than this.
fn plain(text: &str, longest: usize) -> String {
    let end = text.floor_char_boundary(longest);
    text[..end].chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod shown {
    use super::*;

    #[test]
    fn a_browser_shows_what_the_configuration_wants_seen() {
        let table = [
            (OnAutoForward::Notify, [false, false]),
            (OnAutoForward::OpenBrowser, [true, true]),
            (OnAutoForward::OpenBrowserOnce, [true, false]),
            (OnAutoForward::OpenPreview, [true, true]),
            (OnAutoForward::Silent, [false, false]),
            (OnAutoForward::Ignore, [false, false]),
        ];
        assert_eq!(table.len(), OnAutoForward::VALUES.len());
        for (notice, expected) in table {
            assert_eq!([false, true].map(|opened| is_shown(notice, opened)), expected, "{notice:?}");
        }
    }
}

#[cfg(test)]
mod hostile {
    use wharf_agent::network::{ListeningSocket, Process};

    use super::*;

    #[test]
    fn what_an_agent_says_is_bounded_and_plain() {
        let process = |name: &str| Process {
            pid: 1,
            name: name.to_owned(),
            command: vec!["\u{1b}]0;x\u{7}ä".repeat(LONGEST_COMMAND), "\u{9b}2J".to_owned()],
        };
        let socket = |port| ListeningSocket {
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            port,
            inode: 1,
            uid: 0,
            process: Some(process("\u{1b}[31mred\r\n")),
        };
        let found = listening(&Ports { sockets: (0..=u16::MAX).map(socket).collect() });
        assert_eq!(found.len(), MOST_SOCKETS);
        for one in found {
            let process = one.process.unwrap();
            assert_ne!(one.port, 0);
            assert_eq!(process.name, "[31mred");
            assert!(process.command_line.len() <= LONGEST_COMMAND);
            assert!(!process.command_line.contains(char::is_control), "{:?}", process.command_line);
        }
    }
}

#[cfg(test)]
pub(super) mod settled;
