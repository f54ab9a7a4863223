//! The board: every environment and engine, told at once and again after every change, without asking in between.
//!
//! Three things tell of changes: each usable engine's own events, the state folder, where whoever works on an environment leaves word,
//! and the files that configurations are made of. Only an engine that went away is looked for again, after pauses that grow to [`LONGEST_PAUSE`]: a way that works for
//! every kind of address, where watching a socket's folder would miss engines behind ssh and TLS, named pipes, and sockets that stay
//! when their engine goes. With every engine in place nothing runs until something happens.

mod changed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use wharf_api::ListResult;
use wharf_engine::{Address, EVENTS_BEGIN, Engine, EngineEvent};

use crate::error::{Error, Result};
use crate::request::ListRequest;
use crate::store::{Store, create_private_folder};
use crate::{CancellationToken, connect, list};

use changed::Changed;

/// Changes that come this close together are told as one.
const TOGETHER: Duration = Duration::from_millis(80);
/// Pauses between looks for an engine that went away: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A stream of events that ends sooner than this is not opened again at once.
const SHORT_LIVED: Duration = Duration::from_secs(10);
/// How long an engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a lock is looked at that somebody holds, on systems that do not tell of its release. Nobody holds one in an idle board.
const LOCK_LOOK: Option<Duration> =
    if cfg!(target_os = "linux") { None } else { Some(Duration::from_secs(1)) };

/// What happens to a container that the board shows. Commands run in containers all the time and change nothing here.
const TELLING: [&str; 11] = [
    "create", "start", "restart", "die", "died", "pause", "unpause", "rename", "update", "destroy", "remove",
];

/// The board of one user, watched.
#[derive(Debug)]
pub struct Board {
    store: Store,
    request: ListRequest,
    cancel: CancellationToken,
    /// Something has changed.
    changed: Arc<Notify>,
    /// Addresses of engines whose events have ended.
    ended: (mpsc::UnboundedSender<String>, mpsc::UnboundedReceiver<String>),
    /// Ends with the board.
    streams: JoinSet<()>,
    streaming: BTreeSet<String>,
    /// Engines that were usable at some time.
    known: BTreeSet<String>,
    last: Option<ListResult>,
    pause: Duration,
    /// Whose configuration has changed.
    configurations: Changed,
    _watcher: RecommendedWatcher,
}

impl Board {
    /// Begins to watch what `request` would list.
    ///
    /// # Errors
    /// When the state folder cannot be made or watched.
    pub fn watch(request: ListRequest, cancel: CancellationToken) -> Result<Self> {
        let store = Store::open(request.user_data_folder.as_deref())?;
        let changed = Arc::new(Notify::new());
        let watcher = watch_state(&store, Arc::clone(&changed))?;
        let configurations = Changed::new(request.user_data_folder.clone(), Arc::clone(&changed))?;
        Ok(Self {
            store,
            request,
            cancel,
            changed,
            ended: mpsc::unbounded_channel(),
            streams: JoinSet::new(),
            streaming: BTreeSet::new(),
            known: BTreeSet::new(),
            last: None,
            pause: FIRST_PAUSE,
            configurations,
            _watcher: watcher,
        })
    }

    /// The board as it is now, the first time; then as soon as it differs from what was told last. None when cancelled.
    pub async fn next(&mut self) -> Option<ListResult> {
        loop {
            if self.last.is_some() && !self.wait().await {
                return None;
            }
            let list = tokio::select! {
                () = self.cancel.cancelled() => return None,
                list = list::gather(&self.request, &self.store) => list,
            };
            let Ok(mut list) = list else {
                // A state folder that cannot be read now: what was told stays, and the next change tries again.
                self.last.get_or_insert_default();
                continue;
            };
            self.follow(&list);
            self.configurations.mark(&mut list.environments);
            if self.last.as_ref() != Some(&list) {
                self.last = Some(list.clone());
                return Some(list);
            }
        }
    }

    /// Waits for a reason to look again; false when cancelled.
    async fn wait(&mut self) -> bool {
        let lost = self.has_lost_an_engine();
        if !lost {
            self.pause = FIRST_PAUSE;
        }
        let working = self.last.iter().flat_map(|list| &list.environments).any(|one| one.working.is_some());
        let lock_look = LOCK_LOOK.filter(|_| working);
        tokio::select! {
            () = self.cancel.cancelled() => return false,
            () = self.changed.notified() => tokio::time::sleep(TOGETHER).await,
            Some(address) = self.ended.1.recv() => {
                self.streaming.remove(&address);
            }
            () = tokio::time::sleep(self.pause), if lost => {
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
            () = tokio::time::sleep(lock_look.unwrap_or_default()), if lock_look.is_some() => {}
        }
        true
    }

    fn has_lost_an_engine(&self) -> bool {
        let Some(list) = &self.last else { return false };
        let usable: BTreeSet<_> =
            list.engines.iter().filter(|engine| engine.usable).map(|engine| &engine.address).collect();
        usable.is_empty() || self.known.iter().any(|address| !usable.contains(address))
    }

    /// Listens to every usable engine that is not listened to yet.
    fn follow(&mut self, list: &ListResult) {
        // Those that have ended are only to be forgotten.
        while self.streams.try_join_next().is_some() {}
        let new: Vec<_> = list
            .engines
            .iter()
            .filter(|engine| engine.usable && !self.streaming.contains(&engine.address))
            .map(|engine| engine.address.clone())
            .collect();
        if new.is_empty() {
            return;
        }
        // What is known of an engine beside its address, such as its certificates, is where its address was found.
        let places: BTreeMap<String, Address> =
            connect::known_places(self.request.engine.as_deref(), &self.store)
                .into_iter()
                .filter_map(|(known, _)| known.address.ok())
                .map(|address| (address.to_string(), address))
                .collect();
        for name in new {
            let Some(address) = places.get(&name).cloned().or_else(|| name.parse().ok()) else { continue };
            self.known.insert(name.clone());
            self.streaming.insert(name.clone());
            let changed = Arc::clone(&self.changed);
            let ended = self.ended.0.clone();
            self.streams.spawn(async move {
                listen(&address, &changed).await;
                // The board may be gone.
                let _ = ended.send(name);
            });
        }
    }
}

/// Passes on that an engine's containers change, until its events end.
async fn listen(address: &Address, changed: &Notify) {
    let started = Instant::now();
    if let Ok(engine) = Engine::connect(address, PATIENCE).await {
        let filters = TELLING.map(|action| ("event", action));
        let filters: Vec<_> = std::iter::once(("type", "container")).chain(filters).collect();
        if let Ok(Ok(mut events)) = tokio::time::timeout(PATIENCE, engine.events(&filters)).await {
            // The list that led here is older than the stream.
            let mut beginning = std::pin::pin!(tokio::time::sleep(EVENTS_BEGIN));
            let mut begun = false;
            loop {
                tokio::select! {
                    () = &mut beginning, if !begun => {
                        begun = true;
                        changed.notify_one();
                    }
                    event = events.next() => match event {
                        Some(Ok(event)) if tells(&event) => changed.notify_one(),
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => break,
                    }
                }
            }
        }
    }
    let lived = started.elapsed();
    if lived < SHORT_LIVED {
        tokio::time::sleep(SHORT_LIVED - lived).await;
    }
}

/// Whether an event changes what the board shows. Not every engine knows every filter.
fn tells(event: &EngineEvent) -> bool {
    event.kind == "container" && TELLING.contains(&event.action.as_str())
}

fn watch_state(store: &Store, changed: Arc<Notify>) -> Result<RecommendedWatcher> {
    let environments = store.root().join("environments");
    let failed =
        |source: std::io::Error| Error::State { path: environments.clone(), action: "watch", source };
    create_private_folder(&environments).map_err(failed)?;
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| is_word_of_an_environment(&event)) {
            changed.notify_one();
        }
    })
    .map_err(|error| failed(std::io::Error::other(error)))?;
    watcher
        .watch(&environments, RecursiveMode::Recursive)
        .map_err(|error| failed(std::io::Error::other(error)))?;
    Ok(watcher)
}

/// Whether a change in the state folder may change the board: a record, a consent, a lock, or an environment's whole folder. Reading them,
/// which making the list does, is none, and neither is the journal, which grows with every line of output.
fn is_word_of_an_environment(event: &notify::Event) -> bool {
    let named = |is: &dyn Fn(&str) -> bool| {
        event.paths.iter().filter_map(|path| path.file_name()).any(|name| is(&name.to_string_lossy()))
    };
    match event.kind {
        // A lock is released by closing it.
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => named(&|name| name == "lock"),
        EventKind::Access(_) => false,
        _ => named(&|name| {
            name == "lock" || !name.contains('.') || (name.ends_with(".json") && !name.starts_with('.'))
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_words_of_environments_are_changes() {
        use notify::event::{CreateKind, DataChange, ModifyKind, RemoveKind, RenameMode};
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let cases = [
            (renamed, "a1/environment.json", true),
            (renamed, "a1/consent.json", true),
            (written, "a1/lock", true),
            (closed, "a1/lock", true),
            (EventKind::Create(CreateKind::Folder), "a1", true),
            (EventKind::Remove(RemoveKind::Folder), "a1", true),
            (read, "a1/environment.json", false),
            (read, "a1/lock", false),
            (closed, "a1/environment.json", false),
            (written, "a1/log.jsonl", false),
            (EventKind::Create(CreateKind::File), "a1/.writing-x.json", false),
        ];
        for (kind, path, expected) in cases {
            let event = notify::Event::new(kind).add_path(Path::new("/state/environments").join(path));
            assert_eq!(is_word_of_an_environment(&event), expected, "{kind:?} {path}");
        }
    }

    #[test]
    fn only_what_happens_to_containers_tells() {
        let cases = [
            ("container", "start", true),
            ("container", "destroy", true),
            ("container", "exec_start: sh", false),
            ("container", "top", false),
            ("image", "create", false),
        ];
        for (kind, action, expected) in cases {
            let event = EngineEvent {
                kind: kind.to_owned(),
                action: action.to_owned(),
                id: String::new(),
                attributes: BTreeMap::new(),
                time: 0,
            };
            assert_eq!(tells(&event), expected, "{kind} {action}");
        }
    }
}
