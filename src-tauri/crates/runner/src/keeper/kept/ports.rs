//! Decisions about an environment's ports, carried out.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use wharf_agent::network::Ports;
use wharf_api as api;
use wharf_plan::ports::{
    Asked, ForwardStep, Holder, InsidePort, Listening, ListeningProcess, PortDecision, PortFacts, decide,
    newly_listening, reconcile_forwards,
};
use wharf_spec::OnAutoForward;

use super::super::browse::{self, Link};
use super::super::{local, report};
use super::Kept;

/// Local ports that are found taken, one after the other, before it is left at that.
const MOST_TRIES: usize = 64;
/// How long a link waits for the port that it leads to: programs open the browser just before or after they listen.
const LINK_PATIENCE: Duration = Duration::from_secs(3);

impl Kept {
    /// Decides and opens and closes, until nothing is left to do. Without a way inside everything is closed.
    pub(super) async fn settle(&mut self, reachable: bool) {
        let mut facts = PortFacts {
            reachable,
            listening: self.listening.clone(),
            taken: self.shared.locals_of_others(&self.key),
            published: self.published.clone(),
        };
        self.see_local_ports(&mut facts);
        for _ in 0..MOST_TRIES {
            self.decisions = decide(&self.rules, &facts, &self.choices);
            let wanted: Vec<_> = self.decisions.iter().filter_map(PortDecision::forward).collect();
            let mut taken = None;
            for step in reconcile_forwards(&wanted, &self.forwards.all()) {
                match step {
                    ForwardStep::Close(forward) => self.forwards.close(&forward),
                    ForwardStep::Open(forward) => {
                        let (port, handed) = (forward.local, self.shared.handed(&self.key, &forward));
                        match self.forwards.open(forward, handed).await {
                            Ok(()) => {}
                            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                                taken = Some((port, Holder::System));
                            }
                            Err(_) => taken = Some((port, holder(port))),
                        }
                    }
                }
                if taken.is_some() {
                    break;
                }
            }
            match taken {
                Some((port, holder)) => facts.taken.insert(port, holder),
                None => break,
            };
        }
        self.remember();
        let (id, name) = (self.record.id.clone(), self.record.name.clone());
        let locals = self.forwards.all().into_iter().map(|forward| {
            let holder =
                Holder::Environment { id: id.clone(), name: name.clone(), port: forward.inside.port };
            (forward.local, holder)
        });
        self.shared.set_locals(&self.key, locals.collect::<Vec<_>>());
    }

    /// Looks up who has the local ports that may be wanted.
    fn see_local_ports(&self, facts: &mut PortFacts) {
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
        for (port, socket) in local::taken() {
            if self.forwards.has(port) || handed.contains(&port) || facts.taken.contains_key(&port) {
                continue;
            }
            // Who has a port that nobody wants does not matter.
            let holder = if wanted.contains(&port) { local::holder(socket) } else { Holder::Unknown };
            facts.taken.insert(port, holder);
        }
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
        let changed = self.state.send_if_modified(|last| {
            let changed = *last != state;
            if changed {
                last.clone_from(&state);
            }
            changed
        });
        if changed {
            self.shared.tell(api::KeeperEvent::Ports { environment: state });
        }
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
            let wants = match decision.attributes.notice {
                OnAutoForward::OpenBrowser => true,
                OnAutoForward::OpenBrowserOnce => !opened,
                _ => false,
            };
            if let (true, Some(url)) = (wants, url) {
                self.choices.entry(decision.inside).or_default().opened = true;
                self.chosen.set_choices(&self.choices);
                self.save();
                self.browse(url);
            }
        }
    }

    /// Opens an address in the browser of this computer, if not too many were of late.
    fn browse(&self, url: String) {
        let allowed = self.rate.allows(Instant::now());
        let shared = std::sync::Arc::clone(&self.shared);
        let (id, name) = (self.record.id.clone(), self.record.name.clone());
        tokio::spawn(async move {
            let outcome = match allowed {
                false => api::LinkOutcome::HeldBack,
                true if browse::open(&url).await => api::LinkOutcome::Opened,
                true => api::LinkOutcome::Failed,
            };
            shared.tell(api::KeeperEvent::Link { id, name, url, outcome });
        });
    }

    /// A program inside wants a link opened.
    pub(super) fn open_link(&self, url: String) {
        let (port, scheme, rest) = match browse::read(&url) {
            Link::Elsewhere => return self.browse(url),
            Link::Inside { port, scheme, rest } => (port, scheme.to_ascii_lowercase(), rest.to_owned()),
            Link::Refused => return self.refuse(url),
        };
        // The port may be seen a moment later than the link that leads to it.
        let mut state = self.state.subscribe();
        let shared = std::sync::Arc::clone(&self.shared);
        let rate = std::sync::Arc::clone(&self.rate);
        let (id, name) = (self.record.id.clone(), self.record.name.clone());
        tokio::spawn(async move {
            let local = |state: &api::EnvironmentPorts| {
                let of_port = state.ports.iter().find(|found| found.host.is_none() && found.port == port);
                of_port.and_then(|found| found.local.as_ref().map(|local| local.port))
            };
            let seen =
                tokio::time::timeout(LINK_PATIENCE, state.wait_for(|state| local(state).is_some())).await;
            let found = seen.ok().and_then(Result::ok).and_then(|state| local(&state));
            let (url, outcome) = match found {
                None => (url, api::LinkOutcome::Refused),
                Some(local) => {
                    let url = format!("{scheme}://localhost:{local}{rest}");
                    let outcome = match rate.allows(Instant::now()) {
                        false => api::LinkOutcome::HeldBack,
                        true if browse::open(&url).await => api::LinkOutcome::Opened,
                        true => api::LinkOutcome::Failed,
                    };
                    (url, outcome)
                }
            };
            shared.tell(api::KeeperEvent::Link { id, name, url, outcome });
        });
    }

    fn refuse(&self, url: String) {
        let (id, name) = (self.record.id.clone(), self.record.name.clone());
        // What is shown is no link; nothing may be hidden in it.
        let url: String = url.chars().filter(|letter| !letter.is_control()).take(200).collect();
        self.shared.tell(api::KeeperEvent::Link { id, name, url, outcome: api::LinkOutcome::Refused });
    }
}

/// Who has a port that could not be bound.
fn holder(port: u16) -> Holder {
    local::taken().get(&port).map_or(Holder::Unknown, |socket| local::holder(*socket))
}

/// What listens, in the words of the rules.
pub(super) fn listening(ports: &Ports) -> Vec<Listening> {
    let sockets = ports.sockets.iter();
    sockets
        .map(|socket| Listening {
            port: socket.port,
            process: socket.process.as_ref().map(|process| ListeningProcess {
                name: process.name.clone(),
                pid: process.pid,
                command_line: process.command.join(" "),
                editor: process.editor().map(str::to_owned),
            }),
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_bound_is_told_with_its_holder() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = holder(port);
        assert!(matches!(found, Holder::Process { pid, .. } if pid == std::process::id()), "{found:?}");
    }
}
