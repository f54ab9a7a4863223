//! What becomes of each port.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use wharf_spec::OnAutoForward;

use super::{Attributes, Forward, InsidePort, Listening, ListeningProcess, PortRules};

/// How many local ports are looked at in place of one that is taken.
const ALTERNATIVES: u16 = 1000;
/// Added to a port that this user may not have, in place of it: 80 becomes 8080, 443 becomes 8443.
const UNPRIVILEGED: [(u16, u16); 2] = [(80, 8080), (443, 8443)];
/// From here on every user may listen.
const FIRST_UNPRIVILEGED: u16 = 1024;
/// Most detected ports of one environment: a program that listens on thousands must not fill this computer.
const MOST_DETECTED: usize = 100;

/// What editors that forward ports themselves are called on this computer.
const EDITORS: [&str; 12] = [
    "code",
    "code-insiders",
    "code-oss",
    "codium",
    "cursor",
    "windsurf",
    "positron",
    "zed",
    "zed-editor",
    "jetbrains_client",
    "gateway",
    "code helper",
];

/// What is known when ports are decided about.
#[derive(Debug, Clone, Default)]
pub struct PortFacts {
    /// Whether the inside can be reached; otherwise nothing can be forwarded yet.
    pub reachable: bool,
    /// The sockets that listen inside.
    pub listening: Vec<Listening>,
    /// Local ports that others have. A port that is missing here is taken for free.
    pub taken: BTreeMap<u16, Holder>,
    /// What this computer said of ports that it does not let anybody listen for, for another reason than that somebody has the local one.
    pub refused: BTreeMap<InsidePort, String>,
    /// Ports that the engine itself publishes on this computer: inside, and local.
    pub published: BTreeMap<u16, u16>,
    /// The container uses the network of this computer: its ports are here already, and a listener of ours would be in its way.
    pub shares_network: bool,
}

/// Who has a local port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Holder {
    /// A process of this computer.
    Process {
        /// Its name.
        name: String,
        /// Its id.
        pid: u32,
    },
    /// Another environment.
    Environment {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// The port inside it.
        port: u16,
    },
    /// The system, which reserves it.
    System,
    /// Somebody who cannot be seen.
    Unknown,
}

impl Holder {
    /// Whether it is an editor, which forwards the port already.
    fn is_editor(&self) -> bool {
        let Holder::Process { name, .. } = self else { return false };
        // `Code Helper (Plugin)` on macOS, `code.exe` on Windows.
        let name = name.to_ascii_lowercase();
        let name = name.split(['(', '.']).next().unwrap_or_default().trim_end();
        EDITORS.contains(&name)
    }
}

/// What a person has said about a port, and what was done about it before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PortChoice {
    /// What a person asked for; None where the configuration decides.
    pub asked: Option<Asked>,
    /// The local port that it had last.
    pub local: Option<u16>,
    /// Whether its address was opened in a browser.
    pub opened: bool,
}

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asked", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Asked {
    /// To forward it.
    Open {
        /// On this local port and no other.
        local_port: Option<u16>,
        /// Bound to this local address; loopback if None.
        address: Option<IpAddr>,
    },
    /// Not to forward it.
    Stop,
}

/// Every choice of an environment, by the port's name.
pub type PortChoices = BTreeMap<InsidePort, PortChoice>;

/// Why a port is in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PortSource {
    /// `forwardPorts` names it.
    Declared,
    /// A person asked for it.
    Asked,
    /// Something listens on it.
    Detected,
}

/// What becomes of one port, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDecision {
    /// The port.
    pub inside: InsidePort,
    /// How the configuration presents it.
    pub attributes: Attributes,
    /// Why it is here.
    pub source: PortSource,
    /// Whether something listens; None where that cannot be seen.
    pub listening: Option<bool>,
    /// What listens.
    pub process: Option<ListeningProcess>,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is forwarded.
    Forward {
        /// The address of this computer that it is bound to.
        address: IpAddr,
        /// The local port.
        local: u16,
        /// Who has the local port that would have been taken first.
        conflict: Option<Conflict>,
    },
    /// It will be, once the inside can be reached.
    Wait,
    /// A person does not want it.
    Stopped,
    /// The configuration does not want it.
    Ignored,
    /// It is an editor's.
    Editor,
    /// The engine publishes it on this local port.
    Published(u16),
    /// It is a port of this computer itself.
    Here,
    /// No local port will do.
    Blocked(Conflict),
    /// This computer does not listen there, in the system's words: the address may be none of its own.
    Refused(String),
}

/// A local port that was wanted, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The local port.
    pub port: u16,
    /// Who has it.
    pub holder: Holder,
}

impl PortDecision {
    /// Whether something of this computer alone stands in its way: it can go without anything telling of that.
    #[must_use]
    pub fn is_held_up_here(&self) -> bool {
        match self.verdict {
            Verdict::Blocked(_) | Verdict::Refused(_) => true,
            // The server of an editor inside is told of when it ends.
            Verdict::Editor => !is_editors(self.process.as_ref()),
            _ => false,
        }
    }

    /// The forward that it asks for.
    #[must_use]
    pub fn forward(&self) -> Option<Forward> {
        match self.verdict {
            Verdict::Forward { address, local, .. } => {
                Some(Forward { inside: self.inside.clone(), address, local })
            }
            _ => None,
        }
    }
}

/// Decides about every port that is declared, asked for, or listens: declared ones first and in their order, then by name.
#[must_use]
pub fn decide(rules: &PortRules, facts: &PortFacts, choices: &PortChoices) -> Vec<PortDecision> {
    let mut decisions = candidates(rules, facts, choices);
    let own: BTreeSet<u16> = decisions.iter().map(|decision| decision.inside.port).collect();
    let mut places = Places { facts, own, used: BTreeSet::new() };
    // Those with the strongest claim choose first: what a person named, what it was the last time, its own number, any other.
    for claim in [Claim::Asked, Claim::Before, Claim::Own, Claim::Any] {
        for decision in &mut decisions {
            if decision.verdict == Verdict::Wait {
                let choice = choices.get(&decision.inside);
                if let Some(verdict) = places.verdict(decision, choice, claim) {
                    decision.verdict = verdict;
                }
            }
        }
    }
    decisions
}

/// Takes back what could not be opened after all: nothing is told as forwarded that does not listen.
pub fn only_open(decisions: &mut [PortDecision], open: &[Forward]) {
    for decision in decisions {
        if let Some(forward) = decision.forward().filter(|forward| !open.contains(forward)) {
            decision.verdict = Verdict::Blocked(Conflict { port: forward.local, holder: Holder::Unknown });
        }
    }
}

/// The ports on which something listens now and nothing did before, of those that can be reached here.
#[must_use]
pub fn newly_listening<'a>(before: &[PortDecision], now: &'a [PortDecision]) -> Vec<&'a PortDecision> {
    let listened = |inside: &InsidePort| {
        before.iter().any(|decision| decision.inside == *inside && decision.listening == Some(true))
    };
    now.iter()
        .filter(|decision| decision.listening == Some(true) && !listened(&decision.inside))
        .filter(|decision| {
            matches!(decision.verdict, Verdict::Forward { .. } | Verdict::Published(_) | Verdict::Here)
        })
        .collect()
}

/// Every port that there is a reason to speak of. Whoever waits for a local port has the verdict `Wait`.
fn candidates(rules: &PortRules, facts: &PortFacts, choices: &PortChoices) -> Vec<PortDecision> {
    let mut named: Vec<(InsidePort, PortSource)> =
        rules.declared().iter().map(|port| (port.clone(), PortSource::Declared)).collect();
    let asked = choices.iter().filter(|(_, choice)| matches!(choice.asked, Some(Asked::Open { .. })));
    let detected: BTreeSet<u16> = facts.listening.iter().map(|socket| socket.port).collect();
    let detected = detected.into_iter().take(MOST_DETECTED).map(InsidePort::own);
    let more: BTreeMap<InsidePort, PortSource> = detected
        .map(|port| (port, PortSource::Detected))
        .chain(asked.map(|(port, _)| (port.clone(), PortSource::Asked)))
        .collect();
    for (port, source) in more {
        if !rules.declared().contains(&port) {
            named.push((port, source));
        }
    }
    named.into_iter().map(|(port, source)| candidate(port, source, rules, facts, choices)).collect()
}

fn candidate(
    inside: InsidePort,
    source: PortSource,
    rules: &PortRules,
    facts: &PortFacts,
    choices: &PortChoices,
) -> PortDecision {
    let socket = facts.listening.iter().filter(|socket| inside.host.is_none() && socket.port == inside.port);
    // Several sockets of one port are its addresses; one of them may tell more than another.
    let process = socket.clone().find_map(|socket| socket.process.clone());
    let listening = (inside.host.is_none() && facts.reachable).then(|| socket.clone().count() > 0);
    let command_line = process.as_ref().map(|process| process.command_line.as_str());
    let attributes = rules.attributes(&inside, command_line);
    // What listens on loopback alone is not reached by what the engine publishes.
    let is_near = socket.clone().count() > 0 && socket.clone().all(|socket| socket.near);
    let published = facts.published.get(&inside.port).filter(|_| inside.host.is_none() && !is_near);
    let asked = choices.get(&inside).and_then(|choice| choice.asked.as_ref());
    let is_here = facts.reachable && facts.shares_network && inside.host.is_none();
    let verdict = match (asked, published) {
        (Some(Asked::Stop), _) => Verdict::Stopped,
        (Some(Asked::Open { local_port: Some(local), .. }), _) if is_here && *local != inside.port => {
            Verdict::Wait
        }
        (Some(Asked::Open { .. }), _) if is_here => Verdict::Here,
        (Some(Asked::Open { .. }), _) => Verdict::Wait,
        (None, Some(local)) => Verdict::Published(*local),
        (None, None) if source == PortSource::Detected && is_editors(process.as_ref()) => Verdict::Editor,
        // What a configuration declares is wanted, whatever is to happen when something listens.
        (None, None) if source == PortSource::Detected && attributes.notice == OnAutoForward::Ignore => {
            Verdict::Ignored
        }
        (None, None) if is_here => Verdict::Here,
        (None, None) => Verdict::Wait,
    };
    let verdict = match facts.refused.get(&inside) {
        Some(words) if verdict == Verdict::Wait => Verdict::Refused(words.clone()),
        _ => verdict,
    };
    PortDecision { inside, attributes, source, listening, process, verdict }
}

fn is_editors(process: Option<&ListeningProcess>) -> bool {
    process.is_some_and(|process| process.editor.is_some())
}

/// Why a port may have a local one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Asked,
    Before,
    Own,
    Any,
}

/// Local ports as they are handed out.
struct Places<'a> {
    facts: &'a PortFacts,
    /// Numbers that ports of this environment would have themselves: nobody gets them in place of another.
    own: BTreeSet<u16>,
    used: BTreeSet<u16>,
}

impl Places<'_> {
    /// None where this claim gives nothing.
    fn verdict(
        &mut self,
        decision: &PortDecision,
        choice: Option<&PortChoice>,
        claim: Claim,
    ) -> Option<Verdict> {
        if !self.facts.reachable {
            return None;
        }
        let (asked_port, address) = match choice.and_then(|choice| choice.asked.as_ref()) {
            Some(Asked::Open { local_port, address }) => (*local_port, *address),
            Some(Asked::Stop) | None => (None, None),
        };
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (own, facts) = (decision.inside.port, self.facts);
        let holder_of_own = facts.taken.get(&own);
        let conflict = |port: u16| {
            let holder = facts.taken.get(&port).cloned();
            holder.map(|holder| Conflict { port, holder })
        };
        if let Some(port) = asked_port {
            // Named by a person: this one or none.
            return match conflict(port) {
                Some(conflict) => Some(Verdict::Blocked(conflict)),
                None if self.used.insert(port) => {
                    Some(Verdict::Forward { address, local: port, conflict: None })
                }
                None => Some(Verdict::Blocked(Conflict { port, holder: Holder::Unknown })),
            };
        }
        if holder_of_own.is_some_and(Holder::is_editor) && choice.is_none_or(|choice| choice.asked.is_none())
        {
            return Some(Verdict::Editor);
        }
        if decision.attributes.require_local_port {
            return match conflict(own) {
                Some(conflict) => Some(Verdict::Blocked(conflict)),
                None if claim == Claim::Own && self.used.insert(own) => {
                    Some(Verdict::Forward { address, local: own, conflict: None })
                }
                None if claim == Claim::Any => {
                    Some(Verdict::Blocked(Conflict { port: own, holder: Holder::Unknown }))
                }
                None => None,
            };
        }
        let local = match claim {
            Claim::Asked => None,
            Claim::Before => choice.and_then(|choice| choice.local).filter(|port| self.is_free(*port)),
            Claim::Own => Some(own).filter(|port| self.is_free(*port)),
            Claim::Any => return Some(self.any(decision, address)),
        }?;
        self.used.insert(local);
        let conflict = if local == own { None } else { conflict(own) };
        Some(Verdict::Forward { address, local, conflict })
    }

    fn is_free(&self, port: u16) -> bool {
        port != 0 && !self.facts.taken.contains_key(&port) && !self.used.contains(&port)
    }

    /// The next port that nobody has and nobody of this environment would rather have.
    fn any(&mut self, decision: &PortDecision, address: IpAddr) -> Verdict {
        let own = decision.inside.port;
        let known = UNPRIVILEGED.iter().find(|(port, _)| *port == own).map(|(_, instead)| *instead);
        // Whoever has this one, this user may not have those beside it either.
        let first = if own < FIRST_UNPRIVILEGED { known.unwrap_or(own + 8000) } else { own };
        let holder = self.facts.taken.get(&own).cloned().unwrap_or(Holder::Unknown);
        let conflict = Conflict { port: own, holder };
        let above = (0..ALTERNATIVES).map(|step| match first.checked_add(step) {
            Some(port) => port,
            // Beyond the last port it goes on with the first ones that everybody may have.
            None => FIRST_UNPRIVILEGED + (step - (u16::MAX - first) - 1),
        });
        let mut free = above.filter(|port| self.is_free(*port) && !self.own.contains(port));
        match free.next() {
            Some(local) => {
                self.used.insert(local);
                Verdict::Forward { address, local, conflict: Some(conflict) }
            }
            None => Verdict::Blocked(conflict),
        }
    }
}
