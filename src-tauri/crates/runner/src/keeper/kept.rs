//! One environment that is kept: look at its container, decide about its ports, open and close, and again when something has changed.
//!
//! Nothing runs while nothing happens: the engine tells of the container, the agent of what listens and of its own end, clients of what a
//! person wants. Only an engine that is away is looked for, after pauses that grow.

mod command;
mod links;
mod ports;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_api as api;
use wharf_engine::{Address, EVENTS_BEGIN, Engine, EngineEvent, Incoming};
use wharf_plan::ports::{DeclaredPorts, Listening, PortChoices, PortDecision, PortRules};
use wharf_plan::{ContainerFacts, ContainerState};

pub(super) use command::{Command, Word};

use super::forwards::{Forwards, LinkWatch};
use super::link::Link;
use super::local::{self, Holders};
use super::records::{FORWARDS, ForwardsRecord, PORTS, REACHED_WITH};
use super::report;
use super::shared::Shared;
use crate::connect::{self, Variables};
use crate::error::Result;
use crate::inside::{Inside, LinkNews};
use crate::journal::KeeperLog;
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::store::{EnvironmentStore, Store};

/// How long an engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between looks for what is away: the first, and the longest for an engine of this computer, for any other, and for what has been away for
/// long, where each look may be a login.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE_HERE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE_AFTER_LONG: Duration = Duration::from_secs(15);
/// See [`LONGEST_PAUSE_AFTER_LONG`].
const LONG: Duration = Duration::from_secs(10 * 60);
/// Why an engine is away that let all of its time go by.
const NO_ANSWER: &str = "the engine does not answer in time";
/// Between two looks at what listens inside, at least: whoever says something new all the time is heard no more often.
const BETWEEN_PORTS: Duration = Duration::from_millis(20);
/// Between two looks at local ports while one is wanted that somebody else has: nothing tells when it is free.
const BETWEEN_TRIES: Duration = Duration::from_secs(3);

/// What is seen of an environment's container.
enum Seen {
    Running(Engine, Box<ContainerFacts>),
    Stopped,
    /// There is none any more.
    Gone,
    /// The engine does not answer, and why.
    Away(String),
}

/// Where to go on.
enum Next {
    Look,
    End,
}

pub(super) struct Kept {
    key: String,
    shared: Arc<Shared>,
    store: Store,
    files: EnvironmentStore,
    commands: mpsc::Receiver<Command>,
    state: watch::Sender<api::EnvironmentPorts>,
    link: watch::Sender<Option<Arc<Link>>>,
    forwards: Forwards,
    record: EnvironmentRecord,
    rules: PortRules,
    chosen: ForwardsRecord,
    choices: PortChoices,
    decisions: Vec<PortDecision>,
    listening: Vec<Listening>,
    /// Whether the agent of this connection has told it.
    heard: bool,
    published: BTreeMap<u16, u16>,
    /// The container uses the network of this computer.
    shares_network: bool,
    /// Who has which socket of this computer, as it was found out.
    holders: Holders,
    /// The run of the container that connections to its own address belong to.
    run: Option<(String, CancellationToken)>,
    events: Option<(String, Incoming<EngineEvent>)>,
    /// Those events have not been waited for yet.
    fresh: bool,
    log: Arc<KeeperLog>,
    word: Arc<Word>,
    links: links::Links,
    /// Answers that wait until the environment has been looked at again.
    renewed: Vec<oneshot::Sender<()>>,
    pause: Duration,
    /// Since when the engine has not answered, if it does not.
    away: Option<Instant>,
    /// Since when there has been no way inside, though the container runs.
    shut: Option<Instant>,
}

impl Kept {
    /// None when nothing is known of the environment.
    pub(super) fn new(
        shared: Arc<Shared>,
        store: &Store,
        key: &str,
        commands: mpsc::Receiver<Command>,
        word: Arc<Word>,
    ) -> Result<Option<(Kept, watch::Receiver<api::EnvironmentPorts>, LinkWatch)>> {
        let Some(files) = store.environment_of_key(key) else { return Ok(None) };
        let Some(record) = files.peek::<EnvironmentRecord>(ENVIRONMENT) else { return Ok(None) };
        let mut chosen = files.load::<ForwardsRecord>(FORWARDS)?.found().unwrap_or_default();
        if !chosen.kept {
            chosen.kept = true;
            files.save(FORWARDS, &chosen)?;
        }
        let (state, told) =
            watch::channel(report::environment(&record, api::KeptConnection::Connecting, None, &[]));
        let (link, links) = watch::channel(None);
        let rules = PortRules::new(&files.peek::<DeclaredPorts>(PORTS).unwrap_or_default());
        let log = Arc::new(KeeperLog::new(files.folder()));
        let forwards = Forwards::new(links.clone(), shared.connections.clone(), Arc::clone(&log));
        let kept = Kept {
            key: key.to_owned(),
            shared: Arc::clone(&shared),
            store: store.clone(),
            files,
            commands,
            state,
            link,
            forwards,
            record,
            rules,
            choices: chosen.choices(),
            chosen,
            decisions: Vec::new(),
            listening: Vec::new(),
            heard: false,
            published: BTreeMap::new(),
            shares_network: false,
            holders: Holders::default(),
            run: None,
            events: None,
            fresh: false,
            word,
            links: links::Links::new(shared, Arc::clone(&log)),
            log,
            renewed: Vec::new(),
            pause: FIRST_PAUSE,
            away: None,
            shut: None,
        };
        Ok(Some((kept, told, links)))
    }

    /// Goes on until the environment is kept no longer.
    pub(super) async fn run(mut self) {
        loop {
            let word = Arc::clone(&self.word);
            let seen = tokio::select! {
                seen = self.look() => seen,
                () = word.giving.cancelled() => {
                    self.give_away_at_once().await;
                    break;
                }
            };
            // What could not be reached for long is looked for often again once it is back.
            if !matches!(seen, Seen::Away(_)) && self.away.take().is_some() {
                self.pause = FIRST_PAUSE;
            }
            let next = match seen {
                Seen::Running(engine, container) => self.inside(&engine, &container).await,
                Seen::Stopped => {
                    self.end_run();
                    self.rest(api::KeptConnection::Stopped, None).await;
                    self.wait(None).await
                }
                Seen::Gone => {
                    let _ = note_released(&self.files);
                    Next::End
                }
                Seen::Away(problem) => {
                    self.end_run();
                    self.rest(api::KeptConnection::Unreachable, Some(problem)).await;
                    self.away.get_or_insert_with(Instant::now);
                    let pause = self.next_pause();
                    self.wait(Some(pause)).await
                }
            };
            if matches!(next, Next::End) {
                break;
            }
        }
        self.end_run();
        self.forwards.close_all().await;
        self.answer_all();
    }

    /// Asks the engine for the container.
    async fn look(&mut self) -> Seen {
        let Some(engine) = &self.record.engine else { return Seen::Gone };
        // As whoever wanted it kept last has reached it: what this process was started with may be another shell's.
        let variables = self.files.peek::<Variables>(REACHED_WITH).unwrap_or_else(connect::variables);
        let Some(address) = connect::address_of(&engine.address, &self.store, &variables) else {
            return Seen::Gone;
        };
        let engine = match Engine::connect(&address, PATIENCE).await {
            Ok(engine) => engine,
            Err(error) => {
                self.events = None;
                return Seen::Away(error.to_string());
            }
        };
        let Some(id) = self.record.container.clone() else { return Seen::Gone };
        if self.events.as_ref().is_none_or(|(of, _)| *of != id) {
            // Listening begins before the look, so that nothing in between is missed. An engine that tells nothing is one whose events end.
            let filters = [("type", "container"), ("container", id.as_str())];
            let events = match tokio::time::timeout(PATIENCE, engine.events(&filters)).await {
                Ok(events) => events.unwrap_or_else(|_| stream::empty().boxed()),
                Err(_) => return Seen::Away(NO_ANSWER.to_owned()),
            };
            self.events = Some((id.clone(), events));
            self.fresh = true;
        }
        match tokio::time::timeout(PATIENCE, engine.inspect_container(&id)).await {
            Ok(Ok(Some(container))) if container.state == ContainerState::Running => {
                Seen::Running(engine, Box::new(container))
            }
            Ok(Ok(Some(container))) if container.state != ContainerState::Removing => Seen::Stopped,
            Ok(Ok(_)) => Seen::Gone,
            Ok(Err(error)) => Seen::Away(error.to_string()),
            Err(_) => Seen::Away(NO_ANSWER.to_owned()),
        }
    }

    /// Connects to the agent and stays for as long as that lasts.
    async fn inside(&mut self, engine: &Engine, container: &ContainerFacts) -> Next {
        let run = format!("{} {}", container.id, container.started_at);
        let ended = match &self.run {
            Some((known, ended)) if *known == run => ended.clone(),
            _ => {
                self.end_run();
                let ended = CancellationToken::new();
                self.run = Some((run.clone(), ended.clone()));
                ended
            }
        };
        let user = report::remote_user(&self.files, container);
        let inside = Inside { engine, container };
        let connected = async {
            let network = engine.network(&container.id).await.ok().flatten().unwrap_or_default();
            let keeper = self.shared.agents_name(&self.key);
            let (agent, is_here) =
                tokio::join!(inside.connect_as(&user, Some(&keeper)), has_our_networks(engine));
            (agent, network, is_here)
        };
        let word = Arc::clone(&self.word);
        let connected = tokio::select! {
            connected = tokio::time::timeout(PATIENCE, connected) => connected,
            () = word.giving.cancelled() => return self.give_away_at_once().await,
        };
        let (agent, network, is_here) = match connected {
            Ok((Ok(agent), network, is_here)) => (agent, network, is_here),
            Ok((Err(error), ..)) => return self.connect_later(error.to_string(), error.is_lasting()).await,
            Err(_) => {
                return self.connect_later("the agent does not answer in time".to_owned(), false).await;
            }
        };
        // An engine behind a socket of this computer may still be on another machine, or in a virtual one; and on the same machine, in a container as
        // much as for a user without rights, there is more than one network.
        let (own, machine) = (local::machine(), agent.machine());
        let is_here = is_here && own.is_same_kernel(&machine);
        let is_host_network = container.network_mode == "host";
        self.shares_network = is_host_network && own.is_same_network(&machine);
        // What a far engine publishes is reached on its machine, and not on this computer.
        self.published = if engine.facts().local { network.published.clone() } else { BTreeMap::new() };
        let link = Arc::new(Link::new(
            &container.id,
            &container.started_at,
            agent.clone(),
            &network,
            is_here,
            ended,
        ));
        // The agent's end tells all that matters from here on.
        self.events = None;
        self.heard = false;
        let Ok(mut ports) = agent.watch_ports() else { return Next::Look };
        // Refused where the container leaves no place for it; forwarding does without.
        let mut links = tokio::select! {
            links = tokio::time::timeout(PATIENCE, agent.watch_links()) => links.ok().and_then(Result::ok),
            () = word.giving.cancelled() => return self.give_away_at_once().await,
        };
        let mut is_news = self.chosen.seen.as_deref() != Some(run.as_str());
        let mut earliest = Instant::now();
        loop {
            tokio::select! {
                told = async { tokio::time::sleep_until(earliest).await; ports.next().await } => {
                    earliest = Instant::now() + BETWEEN_PORTS;
                    let Ok(told) = told else { break };
                    link.listens(&told);
                    self.listening = ports::listening(&told);
                    if is_host_network {
                        self.keep_own_sockets();
                    }
                    self.heard = true;
                    self.link.send_replace(Some(Arc::clone(&link)));
                    (self.pause, self.shut) = (FIRST_PAUSE, None);
                    let before = std::mem::take(&mut self.decisions);
                    self.settle(true).await;
                    self.publish(api::KeptConnection::Connected, None);
                    if is_news {
                        self.announce(&before).await;
                    }
                    if self.chosen.seen.as_deref() != Some(run.as_str()) {
                        self.chosen.seen = Some(run.clone());
                        self.save();
                    }
                    is_news = true;
                    self.answer_all();
                }
                () = tokio::time::sleep(BETWEEN_TRIES), if self.decisions.iter().any(PortDecision::is_held_up_here) => {
                    self.settle_what_is_heard().await;
                }
                news = next_link(&mut links) => match news {
                    Some(LinkNews::Link(url)) => self.open_link(url),
                    Some(LinkNews::Dropped(count)) => self.links.dropped(count),
                    None => links = None,
                },
                command = self.commands.recv() => {
                    let Some(command) = command else { return Next::End };
                    if let Some(next) = self.obey(command, true).await {
                        self.link.send_replace(None);
                        return next;
                    }
                }
                _ = agent.closed() => break,
            }
        }
        self.link.send_replace(None);
        Next::Look
    }

    /// Nothing can be reached: what is open is closed, unless it will be back in a moment.
    async fn rest(&mut self, connection: api::KeptConnection, problem: Option<String>) {
        self.link.send_replace(None);
        self.listening.clear();
        if connection != api::KeptConnection::Connecting {
            self.settle(false).await;
        }
        self.publish(connection, problem);
        self.answer_all();
    }

    /// Waits for a reason to look again.
    async fn wait(&mut self, pause: Option<Duration>) -> Next {
        // What happened before the engine's events began to flow is looked for once more.
        let mut fresh = std::mem::take(&mut self.fresh) && pause.is_none();
        let mut pause = pause.or(fresh.then_some(EVENTS_BEGIN));
        let mut pausing = std::pin::pin!(tokio::time::sleep(pause.unwrap_or_default()));
        loop {
            tokio::select! {
                () = &mut pausing, if pause.is_some() => return Next::Look,
                event = next_event(&mut self.events) => match event {
                    Some(event) if tells(&event) => return Next::Look,
                    Some(_) => {}
                    // Where nothing is told any more, or never was, it is looked at now and then.
                    None => {
                        self.events = None;
                        if pause.is_none() || std::mem::take(&mut fresh) {
                            let next = self.next_pause();
                            pausing.as_mut().reset(Instant::now() + next);
                            pause = Some(next);
                        }
                    }
                },
                command = self.commands.recv() => {
                    let Some(command) = command else { return Next::End };
                    if let Some(next) = self.obey(command, false).await {
                        return next;
                    }
                }
            }
        }
    }

    /// Does what it is told; says where to go on if that is elsewhere.
    async fn obey(&mut self, command: Command, reachable: bool) -> Option<Next> {
        match command {
            Command::Renew(answer) => {
                self.renewed.push(answer);
                // Whoever gave up waiting for a release has noted one.
                if self.files.peek::<ForwardsRecord>(FORWARDS).is_none_or(|record| !record.kept) {
                    self.save();
                }
                let before = self.record.container.clone();
                if let Some(record) = self.files.peek::<EnvironmentRecord>(ENVIRONMENT) {
                    self.record = record;
                }
                self.rules = PortRules::new(&self.files.peek::<DeclaredPorts>(PORTS).unwrap_or_default());
                // The container that is connected may be the same, run as before.
                if !reachable || before != self.record.container {
                    return Some(Next::Look);
                }
                self.settle_what_is_heard().await;
            }
            Command::Settle(answer) => {
                self.renewed.push(answer);
                if reachable {
                    self.settle_what_is_heard().await;
                } else {
                    self.answer_all();
                }
            }
            Command::Change(port, change, answer) => {
                let changed = self.change(port, change);
                if reachable && changed.is_ok() {
                    self.settle_what_is_heard().await;
                }
                let _ = answer.send(changed);
            }
            Command::Release(wanted, _) if wanted != self.word.wanted.load(Ordering::SeqCst) => {}
            Command::Release(_, answer) => {
                let _ = note_released(&self.files);
                self.forwards.close_all().await;
                self.shared.set_locals(&self.key, []);
                let _ = answer.send(());
                return Some(Next::End);
            }
            Command::GiveAway(answer) => {
                let _ = answer.send(self.forwards.give_away());
                // What is connected goes on to its end; nothing else is done here.
                self.connections_end().await;
                return Some(Next::End);
            }
        }
        None
    }

    /// Gives its listeners away where nothing else can be done before: everybody who has asked for something asks the next keeper.
    async fn give_away_at_once(&mut self) -> Next {
        while let Some(command) = self.commands.recv().await {
            if let command @ Command::GiveAway(_) = command {
                return self.obey(command, false).await.unwrap_or(Next::End);
            }
        }
        Next::End
    }

    /// Settles what is to be done by what listens, and answers whoever waits for that. Before the agent of this connection has told what listens,
    /// its first word will do both: until then a server that is there all the time would seem to have gone.
    async fn settle_what_is_heard(&mut self) {
        if self.heard {
            self.settle(true).await;
            self.publish(api::KeptConnection::Connected, None);
            self.answer_all();
        }
    }

    fn answer_all(&mut self) {
        for answer in self.renewed.drain(..) {
            let _ = answer.send(());
        }
    }

    /// Waits until every connection has ended, with the way inside kept open for them.
    async fn connections_end(&mut self) {
        self.shared.connections.close();
        let shared = Arc::clone(&self.shared);
        tokio::select! {
            () = shared.connections.wait() => {}
            () = async { while self.commands.recv().await.is_some() {} } => {}
        }
    }

    fn end_run(&mut self) {
        if let Some((_, ended)) = self.run.take() {
            ended.cancel();
        }
    }

    /// The way inside is not there yet. Each try is an exec of the engine's: what lasts, or has lasted, is tried seldom.
    async fn connect_later(&mut self, problem: String, is_lasting: bool) -> Next {
        self.rest(api::KeptConnection::Connecting, Some(problem)).await;
        let since = *self.shut.get_or_insert_with(Instant::now);
        let is_lasting = is_lasting || since.elapsed() > LONG;
        let pause = if is_lasting { LONGEST_PAUSE_AFTER_LONG } else { self.next_pause() };
        self.wait(Some(pause)).await
    }

    fn next_pause(&mut self) -> Duration {
        let is_here = self.record.engine.as_ref().is_none_or(|engine| engine.local);
        let longest = match self.away {
            _ if is_here => LONGEST_PAUSE_HERE,
            Some(since) if since.elapsed() > LONG => LONGEST_PAUSE_AFTER_LONG,
            _ => LONGEST_PAUSE,
        };
        let pause = self.pause.min(longest);
        self.pause = (pause * 2).min(longest);
        pause
    }

    fn save(&self) {
        // What cannot be written is chosen anew after the next start.
        let _ = self.files.save(FORWARDS, &self.chosen);
    }
}

/// Notes that an environment is kept no longer.
pub(crate) fn note_released(files: &EnvironmentStore) -> Result<()> {
    match files.load::<ForwardsRecord>(FORWARDS)?.found() {
        Some(record) if record.kept => files.save(FORWARDS, &ForwardsRecord { kept: false, ..record }),
        _ => Ok(()),
    }
}

/// Whether the engine's networks are this computer's, so that an address in them means the same here. One without root's rights has networks of its
/// own, with numbers that may be somebody else's here; only its whole description tells that, and not knowing is as good as a no.
async fn has_our_networks(engine: &Engine) -> bool {
    cfg!(target_os = "linux")
        && matches!(engine.address(), Address::Unix(_))
        && engine.info().await.is_ok_and(|facts| !facts.rootless)
}

/// The next event of the container; None when the engine has gone away, and never when nobody listens to it.
async fn next_event(events: &mut Option<(String, Incoming<EngineEvent>)>) -> Option<EngineEvent> {
    match events {
        Some((_, events)) => events.next().await.and_then(|event| event.ok()),
        None => std::future::pending().await,
    }
}

/// Whether a container may be in another state after this. Not every engine knows every filter.
fn tells(event: &EngineEvent) -> bool {
    const TELLING: [&str; 8] = ["start", "restart", "unpause", "die", "died", "destroy", "remove", "pause"];
    event.kind == "container" && TELLING.contains(&event.action.as_str())
}

/// What is told of links next; None when nothing is told any more.
async fn next_link(links: &mut Option<crate::inside::LinkWatch>) -> Option<LinkNews> {
    match links {
        Some(links) => links.next().await.ok(),
        None => std::future::pending().await,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
