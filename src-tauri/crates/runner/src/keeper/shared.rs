//! Every environment that is kept, and what they share: local ports, events, connections.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;
use wharf_api as api;
use wharf_plan::ports::{Forward, Holder, InsidePort};

use super::forwards::LinkWatch;
use super::kept::{Command, Kept, Word};
use super::records::{FORWARDS, ForwardsRecord};
use crate::error::Result;
use crate::events::milliseconds_since_1970;
use crate::store::{EnvironmentStore, Store};

/// How long a client waits for an environment's first answer.
const FIRST_ANSWER: Duration = Duration::from_secs(5);
/// How long an environment may take to give its listeners away.
const GIVING: Duration = Duration::from_secs(2);
/// Events that a slow watcher may be behind before it misses some.
const BEHIND: usize = 256;

/// What all environments share.
pub(crate) struct Shared {
    store: Store,
    /// When it began, in milliseconds since 1970.
    began: u64,
    kept: Mutex<BTreeMap<String, Handle>>,
    locals: Mutex<BTreeMap<u16, (String, Holder)>>,
    handed: Mutex<HashMap<(String, Forward), Vec<TcpListener>>>,
    pub(super) events: broadcast::Sender<api::KeeperEvent>,
    /// Connections that are open, of whichever environment.
    pub(super) connections: TaskTracker,
    /// An environment is not kept any more, or a client has had its answer: the keeper may be free to leave.
    pub(super) released: Notify,
}

/// One environment as the others see it.
#[derive(Clone)]
struct Handle {
    commands: mpsc::Sender<Command>,
    state: watch::Receiver<api::EnvironmentPorts>,
    link: LinkWatch,
    word: Arc<Word>,
}

impl Shared {
    pub(crate) fn new(store: Store) -> Arc<Shared> {
        Arc::new(Shared {
            store,
            began: milliseconds_since_1970(SystemTime::now()),
            kept: Mutex::default(),
            locals: Mutex::default(),
            handed: Mutex::default(),
            events: broadcast::channel(BEHIND).0,
            connections: TaskTracker::new(),
            released: Notify::new(),
        })
    }

    /// Where what is kept is written down.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// The environments that were kept when nobody said otherwise, by the names of their state folders.
    pub(crate) fn remembered(&self) -> Vec<String> {
        let stores = self.store.environments().unwrap_or_default();
        let kept = stores
            .iter()
            .filter(|state| state.peek::<ForwardsRecord>(FORWARDS).is_some_and(|record| record.kept));
        kept.filter_map(EnvironmentStore::key).collect()
    }

    /// Keeps an environment from now on; one that is kept already looks at its records again.
    ///
    /// False when nothing is known of it, or this keeper has handed over.
    ///
    /// # Errors
    /// When its records cannot be written.
    pub(crate) async fn keep(self: &Arc<Self>, key: &str) -> Result<bool> {
        let mut handle = loop {
            // Its listeners are another keeper's by now; what is left here only comes to its end.
            if self.connections.is_closed() {
                return Ok(false);
            }
            let Some((handle, is_new)) = self.begin(key)? else { return Ok(false) };
            if is_new {
                break handle;
            }
            handle.word.wanted.fetch_add(1, Ordering::SeqCst);
            let (answer, answered) = oneshot::channel();
            let is_sent = handle.commands.send(Command::Renew(answer)).await.is_ok();
            // One that does not take the word any more was released a moment ago, and is not what is to be kept.
            if is_sent && !matches!(tokio::time::timeout(FIRST_ANSWER, answered).await, Ok(Err(_))) {
                break handle;
            }
        };
        let settled = handle.state.wait_for(|state| state.connection != api::KeptConnection::Connecting);
        let _ = tokio::time::timeout(FIRST_ANSWER, settled).await;
        Ok(true)
    }

    /// The environment as it is kept, and whether that begins now; None when nothing is known of it. One that has ended and is only not
    /// forgotten yet makes room. Looked up and put down in one go: whoever takes environments up again and a client that wants one kept
    /// may come at the same time.
    fn begin(self: &Arc<Self>, key: &str) -> Result<Option<(Handle, bool)>> {
        let mut all = lock(&self.kept);
        if let Some(handle) = all.get(key).filter(|handle| !handle.commands.is_closed()) {
            return Ok(Some((handle.clone(), false)));
        }
        let (commands, receiver) = mpsc::channel(16);
        let word = Arc::new(Word::default());
        let kept = Kept::new(Arc::clone(self), &self.store, key, receiver, Arc::clone(&word))?;
        let Some((kept, state, link)) = kept else { return Ok(None) };
        let handle = Handle { commands, state, link, word };
        let ended = handle.commands.clone();
        all.insert(key.to_owned(), handle.clone());
        drop(all);
        let (shared, key) = (Arc::clone(self), key.to_owned());
        tokio::spawn(async move {
            kept.run().await;
            shared.forget(&key, &ended);
        });
        Ok(Some((handle, true)))
    }

    /// Lets go of the environment that took these commands, unless it has begun anew since.
    fn forget(&self, key: &str, ended: &mpsc::Sender<Command>) {
        let mut all = lock(&self.kept);
        if all.get(key).is_some_and(|handle| handle.commands.same_channel(ended))
            && let Some(handle) = all.remove(key)
        {
            lock(&self.locals).retain(|_, (holder, _)| holder != key);
            let _ = self.events.send(api::KeeperEvent::Released { id: handle.state.borrow().id.clone() });
        }
        self.released.notify_one();
    }

    /// Keeps an environment no longer; its listeners are closed when this comes back.
    pub(crate) async fn release(&self, key: &str) {
        let handle = lock(&self.kept).get(key).cloned();
        if let Some(handle) = handle {
            let wanted = handle.word.wanted.load(Ordering::SeqCst);
            let released = ask(&handle.commands, |answer| Command::Release(wanted, answer));
            if tokio::time::timeout(FIRST_ANSWER, released).await.is_ok() {
                return;
            }
        }
        // One that was kept before a crash and has not been taken up again, or one whose engine keeps it waiting: it hears of it later.
        if let Some(state) = self.store.environment_of_key(key) {
            let _ = super::kept::note_released(&state);
        }
    }

    /// Whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.kept).is_empty()
    }

    /// The ports of one environment or of all, looked at once more.
    pub(crate) async fn ports(&self, key: Option<&str>) -> Vec<api::EnvironmentPorts> {
        let handles: Vec<_> = lock(&self.kept)
            .iter()
            .filter(|(name, _)| key.is_none_or(|key| key == *name))
            .map(|(_, handle)| handle.clone())
            .collect();
        let asked = handles.into_iter().map(|handle| async move {
            let _ = tokio::time::timeout(FIRST_ANSWER, ask(&handle.commands, Command::Settle)).await;
            handle.state.borrow().clone()
        });
        let mut found = join_all(asked).await;
        found.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        found
    }

    /// The last that was told of every environment.
    pub(super) fn known(&self) -> Vec<api::EnvironmentPorts> {
        lock(&self.kept).values().map(|handle| handle.state.borrow().clone()).collect()
    }

    /// Does something with a port; None when the environment is not kept.
    pub(crate) async fn change(
        &self,
        key: &str,
        port: InsidePort,
        change: api::PortChange,
    ) -> Option<std::result::Result<(), String>> {
        let handle = lock(&self.kept).get(key).cloned()?;
        let changed = ask(&handle.commands, |answer| Command::Change(port, change, answer));
        let late =
            || Err("its engine is being looked for; what was asked is done when it is there".to_owned());
        tokio::time::timeout(FIRST_ANSWER, changed).await.unwrap_or_else(|_| Some(late()))
    }

    /// What agents inside know this keeper and one of its environments by: no other keeper is called so, not even the one that it follows, whose
    /// connections may still be going on.
    pub(super) fn agents_name(&self, key: &str) -> String {
        let all = format!("{} {} {key}", std::process::id(), self.began);
        hex::encode(&Sha256::digest(all.as_bytes())[..8])
    }

    /// The way into an environment, while there is one.
    pub(super) fn link(&self, key: &str) -> Option<Arc<super::link::Link>> {
        lock(&self.kept).get(key).and_then(|handle| handle.link.borrow().clone())
    }

    /// Gives all listeners away, and ends.
    pub(super) async fn give_away(&self) -> Vec<(String, Forward, Vec<Arc<TcpListener>>)> {
        let handles: Vec<_> =
            lock(&self.kept).iter().map(|(key, handle)| (key.clone(), handle.clone())).collect();
        let asked = handles.into_iter().map(|(key, handle)| async move {
            // Whatever it waits for just now, an engine for example.
            handle.word.giving.cancel();
            let given = tokio::time::timeout(GIVING, ask(&handle.commands, Command::GiveAway)).await;
            let given = given.ok().flatten().unwrap_or_default();
            given.into_iter().map(move |(forward, listeners)| (key.clone(), forward, listeners))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// Takes a listener over from another keeper, for when its environment wants it.
    pub(super) fn hand(&self, key: String, forward: Forward, listeners: Vec<TcpListener>) {
        lock(&self.handed).insert((key, forward), listeners);
    }

    /// Closes what was handed over and nobody wanted.
    pub(super) fn drop_handed(&self) {
        lock(&self.handed).clear();
    }

    /// The listeners of a forward that another keeper has handed over.
    pub(super) fn handed(&self, key: &str, forward: &Forward) -> Vec<TcpListener> {
        lock(&self.handed).remove(&(key.to_owned(), forward.clone())).unwrap_or_default()
    }

    /// Local ports that were handed over for an environment and are not its own yet.
    pub(super) fn handed_ports(&self, key: &str) -> Vec<u16> {
        let handed = lock(&self.handed);
        handed.keys().filter(|(of, _)| of == key).map(|(_, forward)| forward.local).collect()
    }

    /// Local ports that environments other than this one have.
    pub(super) fn locals_of_others(&self, key: &str) -> BTreeMap<u16, Holder> {
        let locals = lock(&self.locals);
        let others = locals.iter().filter(|(_, (holder, _))| holder != key);
        others.map(|(port, (_, holder))| (*port, holder.clone())).collect()
    }

    /// Notes which local ports an environment has now.
    pub(super) fn set_locals(&self, key: &str, ports: impl IntoIterator<Item = (u16, Holder)>) {
        let mut locals = lock(&self.locals);
        locals.retain(|_, (holder, _)| holder != key);
        locals.extend(ports.into_iter().map(|(port, holder)| (port, (key.to_owned(), holder))));
    }

    pub(super) fn tell(&self, event: api::KeeperEvent) {
        // Nobody may be watching.
        let _ = self.events.send(event);
    }
}

/// Tells an environment something and waits for its answer; None when it has ended.
async fn ask<T>(
    commands: &mpsc::Sender<Command>,
    command: impl FnOnce(oneshot::Sender<T>) -> Command,
) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    commands.send(command(answer)).await.ok()?;
    answered.await.ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
