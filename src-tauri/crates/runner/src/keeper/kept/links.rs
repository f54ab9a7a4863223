//! Links of one environment, opened on this computer: as its attributes say when something listens, or because a program inside asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use wharf_api as api;

use super::super::browse::{self, Link, Rate};
use super::super::shared::Shared;
use crate::journal::KeeperLog;

/// How long a link waits for the port that it leads to: programs open the browser just before or after they listen.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most links that are opened within [`SPAN`].
const MOST_OPENED: usize = 5;
/// Most links of which is told what became of them within [`SPAN`]: whoever asks without end is not to fill logs and screens.
const MOST_TOLD: usize = 30;
/// See [`MOST_OPENED`].
const SPAN: Duration = Duration::from_secs(30);
/// Longest link that is shown, in characters.
const SHOWN: usize = 200;

/// What opens links, and tells of them.
#[derive(Clone)]
pub(super) struct Links {
    shared: Arc<Shared>,
    log: Arc<KeeperLog>,
    opened: Arc<Rate>,
    told: Arc<Rate>,
    /// Links of which nothing was told.
    untold: Arc<AtomicU32>,
}

/// Whose link it is.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) id: String,
    pub(super) name: String,
}

impl Links {
    pub(super) fn new(shared: Arc<Shared>, log: Arc<KeeperLog>) -> Links {
        Links {
            shared,
            log,
            opened: Arc::new(Rate::new(MOST_OPENED, SPAN)),
            told: Arc::new(Rate::new(MOST_TOLD, SPAN)),
            untold: Arc::default(),
        }
    }

    /// Opens an address in the browser of this computer, if not too many were of late.
    pub(super) fn open(&self, owner: Owner, url: String) {
        if !self.opened.allows(Instant::now()) {
            return self.tell(owner, &url, api::LinkOutcome::HeldBack);
        }
        let links = self.clone();
        tokio::spawn(async move {
            let outcome = outcome(browse::open(&url).await);
            links.tell(owner, &url, outcome);
        });
    }

    /// A program inside wants a link opened. One that leads to a port of the environment is opened where `state` says that the port is.
    pub(super) fn asked(&self, owner: Owner, url: String, mut state: watch::Receiver<api::EnvironmentPorts>) {
        let (port, scheme, rest) = match browse::read(&url) {
            Link::Elsewhere(address) => return self.open(owner, address),
            Link::Inside { port, scheme, rest } => (port, scheme, rest),
            Link::Refused => return self.tell(owner, &url, api::LinkOutcome::Refused),
        };
        // Counted before anything waits: those that wait are as few as those that are opened.
        if !self.opened.allows(Instant::now()) {
            return self.tell(owner, &url, api::LinkOutcome::HeldBack);
        }
        let links = self.clone();
        tokio::spawn(async move {
            let local = |state: &api::EnvironmentPorts| {
                let of_port = state.ports.iter().find(|found| found.host.is_none() && found.port == port);
                of_port.and_then(|found| found.local.as_ref().map(|local| local.port))
            };
            // The port may be seen a moment later than the link that leads to it.
            let seen = tokio::time::timeout(PATIENCE, state.wait_for(|state| local(state).is_some())).await;
            match seen.ok().and_then(Result::ok).and_then(|state| local(&state)) {
                None => links.tell(owner, &url, api::LinkOutcome::Refused),
                Some(local) => {
                    let url = format!("{scheme}://localhost:{local}{rest}");
                    let outcome = outcome(browse::open(&url).await);
                    links.tell(owner, &url, outcome);
                }
            }
        });
    }

    /// So many links were too many for the agent already.
    pub(super) fn dropped(&self, count: u32) {
        let _ = self
            .untold
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |untold| Some(untold.saturating_add(count)));
        if self.told.allows(Instant::now()) {
            self.tell_untold();
        }
    }

    fn tell_untold(&self) {
        let untold = self.untold.swap(0, Ordering::Relaxed);
        if untold > 0 {
            self.log.write("links", &format!("{untold} more were not opened: there were too many of late"));
        }
    }

    fn tell(&self, Owner { id, name }: Owner, url: &str, outcome: api::LinkOutcome) {
        if !self.told.allows(Instant::now()) {
            self.untold.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.tell_untold();
        // What is shown is no link; nothing may be hidden in it.
        let url: String = url.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect();
        let became = match outcome {
            api::LinkOutcome::Opened => "was opened",
            api::LinkOutcome::Failed => "could not be opened: no program of this computer took it",
            api::LinkOutcome::Refused => "was refused: it is none that may be opened here",
            api::LinkOutcome::HeldBack => "was held back: there were too many of late",
        };
        self.log.write("links", &format!("{url} {became}"));
        self.shared.tell(api::KeeperEvent::Link { id, name, url, outcome });
    }
}

fn outcome(opened: bool) -> api::LinkOutcome {
    if opened { api::LinkOutcome::Opened } else { api::LinkOutcome::Failed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// Whatever asks without end: what is told of it, and what waits, is bounded.
    #[tokio::test(start_paused = true)]
    async fn a_flood_of_links_is_told_of_within_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let shared = Shared::new(Store::open(Some(folder.path())).unwrap());
        let mut events = shared.events.subscribe();
        let links = Links::new(shared, Arc::new(KeeperLog::new(folder.path())));
        let owner = Owner { id: "id".to_owned(), name: "name".to_owned() };
        let nothing = api::EnvironmentPorts {
            id: "id".to_owned(),
            name: "name".to_owned(),
            reference: api::EnvironmentReference::default(),
            connection: api::KeptConnection::Connected,
            problem: None,
            ports: Vec::new(),
        };
        let (_state, ports) = watch::channel(nothing);
        let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        for number in 0..1000 {
            links.asked(
                owner.clone(),
                format!("http://localhost:{}/\u{1b}]8;;", 1000 + number),
                ports.clone(),
            );
            links.asked(owner.clone(), format!("http://localhost:{}/", 1000 + number), ports.clone());
            links.asked(owner.clone(), format!("file:///etc/{number}"), ports.clone());
        }
        let waiting = tokio::runtime::Handle::current().metrics().num_alive_tasks() - before;
        assert!(waiting <= MOST_OPENED, "{waiting} wait");
        let mut told = Vec::new();
        while let Ok(api::KeeperEvent::Link { url, outcome, .. }) = events.try_recv() {
            assert!(!url.contains(char::is_control), "{url:?}");
            told.push(outcome);
        }
        assert_eq!(told.len(), MOST_TOLD);
        assert!(!told.contains(&api::LinkOutcome::Opened), "{told:?}");
        let log = std::fs::read_to_string(folder.path().join("keeper.jsonl")).unwrap();
        assert_eq!(log.lines().count(), MOST_TOLD, "{log}");
        // What the agent has dropped already counts with what nothing was told of, and is told as seldom.
        let untold = links.untold.load(Ordering::Relaxed);
        links.dropped(4);
        let quiet = Links { told: Arc::new(Rate::new(MOST_TOLD, SPAN)), ..links };
        assert_eq!(quiet.untold.load(Ordering::Relaxed), untold + 4);
        quiet.dropped(3);
        let log = std::fs::read_to_string(folder.path().join("keeper.jsonl")).unwrap();
        assert!(log.contains(&format!("{} more were not opened", untold + 7)), "{log}");
    }
}
