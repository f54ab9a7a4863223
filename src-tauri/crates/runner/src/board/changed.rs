//! Whose configuration says something else than when it was applied last: told by the files that it is made of, which are watched.
//!
//! The board does not wait for it. What is not known yet is found out beside it, one environment after the other, and the board is told
//! anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wharf_api::{EnvironmentReference, EnvironmentSummary, WorkspaceSource};

use crate::environment::Environment;
use crate::error::Result;
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::request::Target;
use crate::watch::FileWatch;
use crate::{changes, configuration, known};

/// What is known of the configurations that a board shows.
#[derive(Debug)]
pub(super) struct Changed {
    user_data_folder: Option<PathBuf>,
    shared: Arc<Shared>,
    /// Files that have changed.
    heard: Mutex<std::sync::mpsc::Receiver<PathBuf>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    watch: Mutex<FileWatch>,
    /// Tells the board that there is something new.
    board: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    /// By the environment's id.
    known: BTreeMap<String, Known>,
    /// Whether somebody finds out just now.
    working: bool,
}

/// What is known of one configuration.
#[derive(Debug, Default)]
struct Known {
    /// What it was found out about: the container, and when the environment was last worked on.
    about: Option<(String, Option<u64>)>,
    /// A file has changed since.
    stale: bool,
    changed: bool,
    files: BTreeSet<PathBuf>,
}

/// Something to find out.
struct Question {
    id: String,
    reference: EnvironmentReference,
    about: (String, Option<u64>),
}

impl Changed {
    /// Nothing is known yet. `board` is told when something is.
    pub(super) fn new(user_data_folder: Option<PathBuf>, board: Arc<Notify>) -> Result<Self> {
        let (sender, heard) = std::sync::mpsc::channel::<PathBuf>();
        let hear = Arc::clone(&board);
        let watch = FileWatch::new(move |path| {
            // Nobody takes it any more when the board is gone.
            let _ = sender.send(path.to_owned());
            hear.notify_one();
        })?;
        let shared = Shared { state: Mutex::default(), watch: Mutex::new(watch), board };
        Ok(Self { user_data_folder, shared: Arc::new(shared), heard: Mutex::new(heard) })
    }

    /// Marks those that have changed, as far as that is known, and begins to find out the rest.
    pub(super) fn mark(&self, environments: &mut [EnvironmentSummary]) {
        let mut state = lock(&self.shared.state);
        for path in lock(&self.heard).try_iter() {
            let concerned = |known: &&mut Known| {
                known.files.iter().any(|file| *file == path || file.parent() == Some(path.as_path()))
            };
            state.known.values_mut().filter(concerned).for_each(|known| known.stale = true);
        }
        let mut shown = BTreeSet::new();
        let mut questions = Vec::new();
        for environment in environments {
            let Some(about) = about(environment) else { continue };
            shown.insert(environment.id.clone());
            let known = state.known.entry(environment.id.clone()).or_default();
            environment.changed = known.changed;
            // While somebody works on it, what was applied is about to change.
            if environment.working.is_none() && (known.stale || known.about.as_ref() != Some(&about)) {
                questions.push(Question {
                    id: environment.id.clone(),
                    reference: environment.reference.clone(),
                    about,
                });
            }
        }
        state.known.retain(|id, _| shown.contains(id));
        if questions.is_empty() || std::mem::replace(&mut state.working, true) {
            return;
        }
        for question in &questions {
            if let Some(known) = state.known.get_mut(&question.id) {
                known.stale = false;
            }
        }
        drop(state);
        tokio::spawn(find_out(Arc::clone(&self.shared), questions, self.user_data_folder.clone()));
    }
}

/// What is to be found out about an environment; None where there is nothing to compare or no file of this computer to look at.
fn about(environment: &EnvironmentSummary) -> Option<(String, Option<u64>)> {
    let container = environment.container.as_ref()?;
    let is_folder = matches!(environment.source, Some(WorkspaceSource::Folder { .. }));
    (environment.ours && is_folder).then(|| (container.id.clone(), environment.last_used))
}

async fn find_out(shared: Arc<Shared>, questions: Vec<Question>, user_data_folder: Option<PathBuf>) {
    let mut news = false;
    for Question { id, reference, about } in questions {
        let target = Target { user_data_folder: user_data_folder.clone(), ..Target::from(&reference) };
        let (files, understood) = configuration::files(&target);
        let watched: BTreeSet<PathBuf> = {
            let mut state = lock(&shared.state);
            let Some(known) = state.known.get_mut(&id) else { continue };
            if understood {
                known.files = files;
            } else {
                // What it named before is where it is mended.
                known.files.extend(files);
            }
            state.known.values().flat_map(|known| known.files.iter().cloned()).collect()
        };
        // Before the look, so that nothing changes unheard after it.
        lock(&shared.watch).set(&watched);
        // What cannot be understood is not what was applied.
        let changed = !understood || differs(&target, &reference, &about.0).await;
        if let Some(known) = lock(&shared.state).known.get_mut(&id) {
            news |= known.changed != changed;
            known.changed = changed;
            known.about = Some(about);
        }
    }
    {
        let mut state = lock(&shared.state);
        state.working = false;
        // What became stale meanwhile was not asked about.
        news |= state.known.values().any(|known| known.stale || known.about.is_none());
    }
    if news {
        shared.board.notify_one();
    }
}

async fn differs(target: &Target, reference: &EnvironmentReference, container: &str) -> bool {
    let Ok(Some(state)) = known::state(reference, target.user_data_folder.as_deref()) else { return false };
    let Some(record) = state.peek::<EnvironmentRecord>(ENVIRONMENT) else { return false };
    let Ok(mut environment) = Environment::find(target) else { return true };
    environment.configuration.set_applied(record.applied_to_container());
    changes::are_in_files(&environment, &record, Some(container)).await
}

/// A panic elsewhere must not take the board down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
