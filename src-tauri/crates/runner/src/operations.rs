//! Operations that a window has begun: kept while they run, followed by whoever shows them, answered and cancelled by name.
//!
//! An operation belongs to the program and not to the page that began it: a page that is loaded anew asks what runs and follows it from
//! the beginning. Its events wait in a bounded [`log`](Log); a reader gets them in batches and answers each, so that a slow
//! page holds up nobody and costs no memory.

mod log;
mod look;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use tokio::sync::{Notify, broadcast, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_api::{
    CloneSource, ConsentRequest, EnvironmentReference, Event, EventBatch, EventKind, OperationName,
    OperationOutcome, OperationRequest, OperationResult, RunningOperation, UpResult,
};

use crate::error::{Error, Result};
use crate::keychain::Keychain;
use crate::request::{
    Answer, Apply, CloneRequest, ConsentAsker, DownRequest, EventSink, RebuildRequest, SecretAnswer,
    SecretQuestion, SourceRequest, StartRequest, StopRequest, Target, UpRequest,
};
use crate::{down, known, stop, up};

use log::Log;
pub(crate) use look::Silence;

/// At most sixty batches a second: more often than a screen is drawn helps nobody.
const BETWEEN_BATCHES: Duration = Duration::from_millis(17);
/// Batches that a reader may have been sent without having answered.
const UNANSWERED: u64 = 2;
/// About how many bytes of events a batch holds.
const BATCH: usize = 256 * 1024;
/// Bytes of one text about a repository.
const LONGEST_TEXT: usize = 8_192;
/// Bytes of a secret.
const LONGEST_SECRET: usize = 64 * 1024;
/// Operations that have ended and can still be followed: a page that was just loaded anew must not miss the end.
const ENDED_KEPT: usize = 4;
/// What may be told before a slow listener misses some of it.
const TOLD_KEPT: usize = 64;

/// Every operation of a program, by the names that its windows chose.
#[derive(Debug)]
pub struct Operations {
    user_data_folder: Option<PathBuf>,
    keeper: Option<PathBuf>,
    keychain: Keychain,
    known: Mutex<VecDeque<Arc<Known>>>,
    tell: broadcast::Sender<Told>,
}

/// What somebody hears of operations who follows none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The environment of this name waits for an answer: consent, or a secret.
    Asks {
        /// What a person calls it.
        name: String,
    },
    /// An operation has ended.
    Ended {
        /// What was done.
        operation: OperationName,
        /// What a person calls the environment that it was done to.
        name: String,
        /// How it ended.
        outcome: OperationOutcome,
        /// Why it failed, in one line.
        problem: Option<String>,
    },
}

impl Operations {
    /// None yet. `user_data_folder` is where state is kept instead of the user's state folder.
    #[must_use]
    pub fn new(user_data_folder: Option<PathBuf>) -> Self {
        Self {
            user_data_folder,
            keeper: None,
            keychain: Keychain::none(),
            known: Mutex::default(),
            tell: broadcast::Sender::new(TOLD_KEPT),
        }
    }

    /// Has environments kept that are brought up, by this program as a process of its own.
    #[must_use]
    pub fn kept_by(self, keeper: Option<PathBuf>) -> Self {
        Self { keeper, ..self }
    }

    /// Looks for secrets in this keychain, and keeps there what a person wants kept.
    #[must_use]
    pub fn with_keychain(self, keychain: Keychain) -> Self {
        Self { keychain, ..self }
    }

    /// What is asked and what ends from now on, of every operation.
    #[must_use]
    pub fn told(&self) -> broadcast::Receiver<Told> {
        self.tell.subscribe()
    }

    /// Begins an operation, which goes on by itself. Needs a tokio runtime.
    ///
    /// # Errors
    /// When an operation of that name runs already, or the request is nothing that a window can mean.
    pub fn begin(&self, id: &str, request: OperationRequest) -> Result<()> {
        known::check(&request.reference)?;
        check_clone(&request)?;
        let known = Known::new(id, request, self.tell.clone(), self.keychain.clone());
        let operation = Arc::new(known);
        {
            let mut known = lock(&self.known);
            if known.iter().any(|one| one.id == id && !one.has_ended()) {
                return Err(Error::Impossible {
                    message: format!("an operation named {id} runs already"),
                    location: None,
                    hint: None,
                });
            }
            known.retain(|one| one.id != id);
            let ended = known.iter().filter(|one| one.has_ended()).count();
            if ended >= ENDED_KEPT
                && let Some(oldest) = known.iter().position(|one| one.has_ended())
            {
                known.remove(oldest);
            }
            known.push_back(Arc::clone(&operation));
        }
        let (user_data_folder, keeper) = (self.user_data_folder.clone(), self.keeper.clone());
        tokio::spawn(async move {
            let result = perform(&operation, user_data_folder, keeper).await;
            operation.end(result);
        });
        Ok(())
    }

    /// What runs now, oldest first.
    #[must_use]
    pub fn running(&self) -> Vec<RunningOperation> {
        lock(&self.known)
            .iter()
            .filter(|operation| !operation.has_ended())
            .map(|operation| RunningOperation {
                id: operation.id.clone(),
                request: operation.request.clone(),
                started_at: operation.started_at,
            })
            .collect()
    }

    /// Reads an operation's events from the first that is kept. Whoever read it before gets no more: there is one reader at a time.
    ///
    /// # Errors
    /// When there is no operation of that name.
    pub fn follow(&self, id: &str) -> Result<Follower> {
        let operation = self.find(id)?;
        let reader = {
            let mut reader = lock(&operation.reader);
            *reader = Reader { number: reader.number + 1, answered: 0 };
            reader.number
        };
        operation.changed.notify_waiters();
        let earliest = Instant::now();
        Ok(Follower { operation, reader, position: 0, sent: 0, earliest })
    }

    /// A reader has taken the batch of this number.
    pub fn received(&self, id: &str, number: u64) {
        if let Ok(operation) = self.find(id) {
            {
                let mut reader = lock(&operation.reader);
                reader.answered = reader.answered.max(number);
            }
            operation.changed.notify_waiters();
        }
    }

    /// Answers the consent that an operation asks for.
    ///
    /// # Errors
    /// When there is no such operation, or it asks for nothing.
    pub fn answer(&self, id: &str, allow: bool) -> Result<()> {
        let asked = lock(&self.find(id)?.question).answer.take();
        let answer = if allow { Answer::Allow } else { Answer::Refuse };
        match asked.map(|asked| asked.send(answer)) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(Error::Impossible {
                message: format!("the operation {id} asks for no consent"),
                location: None,
                hint: None,
            }),
        }
    }

    /// Gives an operation the secret that it asks for; None: there is none, and it goes on without. `keep` has the keychain keep it.
    ///
    /// # Errors
    /// When there is no such operation, it asks for nothing, or the value is far too long.
    pub fn answer_secret(&self, id: &str, value: Option<String>, keep: bool) -> Result<()> {
        let refused = |message: String| Error::Impossible { message, location: None, hint: None };
        let operation = self.find(id)?;
        if value.as_ref().is_some_and(|value| value.len() > LONGEST_SECRET || value.contains('\0')) {
            return Err(refused("this is no value that a variable can have".to_owned()));
        }
        let asked = lock(&operation.secret).answer.take();
        let answer = match value {
            Some(value) if keep => SecretAnswer::Keep(value),
            Some(value) => SecretAnswer::Value(value),
            None => SecretAnswer::Without,
        };
        match asked.map(|asked| asked.send(answer)) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(refused(format!("the operation {id} asks for no secret"))),
        }
    }

    /// Asks an operation to end in order. One that has ended stays as it is.
    ///
    /// # Errors
    /// When there is no operation of that name.
    pub fn cancel(&self, id: &str) -> Result<()> {
        self.find(id)?.cancel.cancel();
        Ok(())
    }

    /// Asks everything that runs to end in order, and waits until it has.
    pub async fn cancel_all(&self) {
        let running: Vec<_> = lock(&self.known).iter().filter(|one| !one.has_ended()).cloned().collect();
        for operation in &running {
            operation.cancel.cancel();
        }
        for operation in running {
            operation.result().await;
        }
    }

    fn find(&self, id: &str) -> Result<Arc<Known>> {
        lock(&self.known).iter().find(|operation| operation.id == id).cloned().ok_or_else(|| {
            Error::Impossible {
                message: format!("there is no operation named {id}"),
                location: None,
                hint: None,
            }
        })
    }
}

/// One operation, running or ended.
#[derive(Debug)]
struct Known {
    id: String,
    request: OperationRequest,
    /// What a person calls the environment, as far as it is known by now.
    name: Mutex<String>,
    tell: broadcast::Sender<Told>,
    keychain: Keychain,
    started_at: u64,
    cancel: CancellationToken,
    log: Mutex<Log>,
    question: Mutex<Question<Answer>>,
    secret: Mutex<Question<SecretAnswer>>,
    reader: Mutex<Reader>,
    /// Something was told, answered or has ended.
    changed: Notify,
    result: watch::Sender<Option<OperationResult>>,
}

/// What an operation asks just now. Both ends are made when the question is told: its answer may come before the operation begins to wait.
struct Question<T> {
    answer: Option<oneshot::Sender<T>>,
    answered: Option<oneshot::Receiver<T>>,
}

impl<T> Default for Question<T> {
    fn default() -> Self {
        Self { answer: None, answered: None }
    }
}

/// Answers may be secrets, so nothing of them is shown.
impl<T> std::fmt::Debug for Question<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Question").field("open", &self.answer.is_some()).finish_non_exhaustive()
    }
}

impl<T> Question<T> {
    fn new() -> Self {
        let (answer, answered) = oneshot::channel();
        Self { answer: Some(answer), answered: Some(answered) }
    }
}

/// Who reads an operation's events.
#[derive(Debug, Default)]
struct Reader {
    /// Counts the readers; only the last one gets anything.
    number: u64,
    /// The last batch that it has taken.
    answered: u64,
}

impl Known {
    fn new(id: &str, request: OperationRequest, tell: broadcast::Sender<Told>, keychain: Keychain) -> Self {
        Self {
            id: id.to_owned(),
            name: Mutex::new(name(&request.reference)),
            request,
            tell,
            keychain,
            started_at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |elapsed| elapsed.as_millis() as u64),
            cancel: CancellationToken::new(),
            log: Mutex::default(),
            question: Mutex::default(),
            secret: Mutex::default(),
            reader: Mutex::default(),
            changed: Notify::new(),
            result: watch::Sender::new(None),
        }
    }

    fn has_ended(&self) -> bool {
        self.result.borrow().is_some()
    }

    fn end(&self, result: Result<Option<UpResult>>) {
        let result = match result {
            Ok(up) => OperationResult { outcome: OperationOutcome::Done, error: None, up },
            Err(Error::Cancelled) => {
                OperationResult { outcome: OperationOutcome::Cancelled, error: None, up: None }
            }
            Err(error) => OperationResult {
                outcome: OperationOutcome::Failed,
                error: Some(error.to_result()),
                up: None,
            },
        };
        let told = Told::Ended {
            operation: self.request.operation,
            name: lock(&self.name).clone(),
            outcome: result.outcome,
            problem: result.error.as_ref().map(|error| error.message.clone()),
        };
        self.result.send_replace(Some(result));
        self.changed.notify_waiters();
        // Where nobody listens, nobody wants to know.
        let _ = self.tell.send(told);
    }

    async fn result(&self) -> OperationResult {
        let mut receiver = self.result.subscribe();
        let ended = receiver.wait_for(Option::is_some).await.ok().and_then(|result| result.clone());
        // The sender is ours, so it cannot have gone; what is said here is never heard.
        ended.unwrap_or(OperationResult { outcome: OperationOutcome::Cancelled, error: None, up: None })
    }
}

impl EventSink for Known {
    fn send(&self, event: Event) {
        if matches!(event.kind, EventKind::ConsentNeeded { .. }) {
            *lock(&self.question) = Question::new();
            let _ = self.tell.send(Told::Asks { name: lock(&self.name).clone() });
        }
        if matches!(event.kind, EventKind::SecretNeeded { .. }) {
            *lock(&self.secret) = Question::new();
            let _ = self.tell.send(Told::Asks { name: lock(&self.name).clone() });
        }
        if let EventKind::EnvironmentFound { subject } = &event.kind {
            lock(&self.name).clone_from(&subject.name);
        }
        lock(&self.log).push(event);
        self.changed.notify_waiters();
    }
}

impl ConsentAsker for Known {
    fn ask<'a>(&'a self, _: &'a ConsentRequest) -> BoxFuture<'a, Answer> {
        let answered = lock(&self.question).answered.take();
        Box::pin(async {
            match answered {
                Some(answered) => answered.await.unwrap_or(Answer::Nobody),
                None => Answer::Nobody,
            }
        })
    }

    fn hears_of_secrets(&self) -> bool {
        self.request.answers_secrets
    }

    fn keychain(&self) -> Keychain {
        self.keychain.clone()
    }

    fn ask_secret<'a>(&'a self, _: &'a SecretQuestion) -> BoxFuture<'a, SecretAnswer> {
        let answered = lock(&self.secret).answered.take();
        Box::pin(async {
            match answered {
                Some(answered) => answered.await.unwrap_or(SecretAnswer::Nobody),
                None => SecretAnswer::Nobody,
            }
        })
    }
}

/// A reader of one operation's events.
#[derive(Debug)]
pub struct Follower {
    operation: Arc<Known>,
    reader: u64,
    position: u64,
    sent: u64,
    /// When the next batch may go.
    earliest: Instant,
}

impl Follower {
    /// The next batch, as soon as there is something and the reader has kept up. None at the end, or when another reader has taken over.
    pub async fn next(&mut self) -> Option<EventBatch> {
        let operation = Arc::clone(&self.operation);
        loop {
            let mut changed = std::pin::pin!(operation.changed.notified());
            // From here on nothing that changes is missed.
            changed.as_mut().enable();
            let ended = operation.has_ended();
            let answered = {
                let reader = lock(&operation.reader);
                if reader.number != self.reader {
                    return None;
                }
                reader.answered
            };
            let more = lock(&operation.log).has_more(self.position);
            if more && self.sent < answered + UNANSWERED {
                tokio::time::sleep_until(self.earliest).await;
                self.earliest = Instant::now() + BETWEEN_BATCHES;
                let part = lock(&operation.log).after(self.position, BATCH);
                self.position = part.last;
                self.sent += 1;
                return Some(EventBatch {
                    number: self.sent,
                    truncated: part.truncated,
                    events: part.events,
                });
            }
            if ended && !more {
                return None;
            }
            changed.await;
        }
    }

    /// What came of the operation, when it has ended.
    pub async fn result(&self) -> OperationResult {
        self.operation.result().await
    }
}

async fn perform(
    operation: &Known,
    user_data_folder: Option<PathBuf>,
    keeper: Option<PathBuf>,
) -> Result<Option<UpResult>> {
    let OperationRequest { operation: name, reference, remove_volumes, only_hot, clone, .. } =
        &operation.request;
    let target = Target { user_data_folder, ..Target::from(reference) };
    let cancel = operation.cancel.clone();
    match name {
        OperationName::Up => {
            let request =
                UpRequest { target, source: source(clone.as_ref()), keeper, ..UpRequest::default() };
            up::up(&request, operation, operation, cancel).await.map(Some)
        }
        OperationName::Apply => {
            let apply = if *only_hot { Apply::Hot } else { Apply::Everything };
            let request = UpRequest { target, apply, keeper, ..UpRequest::default() };
            up::up(&request, operation, operation, cancel).await.map(Some)
        }
        OperationName::Start => {
            let request = StartRequest { target, keeper, ..StartRequest::default() };
            up::start(&request, operation, operation, cancel).await.map(Some)
        }
        OperationName::Restart => {
            let request = StartRequest { target, stop_first: true, keeper, ..StartRequest::default() };
            up::start(&request, operation, operation, cancel).await.map(Some)
        }
        OperationName::Rebuild => {
            let request = RebuildRequest { target, keeper, ..RebuildRequest::default() };
            up::rebuild(&request, operation, operation, cancel).await.map(Some)
        }
        OperationName::Stop => {
            let request = StopRequest { target, ..StopRequest::default() };
            stop::stop(&request, operation, cancel).await.map(|_| None)
        }
        OperationName::Down => {
            let request = DownRequest { target, remove_volumes: *remove_volumes };
            down::down(&request, operation, cancel).await.map(|_| None)
        }
    }
}

/// Only `up` clones, and what it clones has an address.
fn check_clone(request: &OperationRequest) -> Result<()> {
    let Some(clone) = &request.clone else { return Ok(()) };
    let texts = [Some(&clone.repository), clone.branch.as_ref(), clone.folder.as_ref()];
    let fits = texts.into_iter().flatten().all(|text| text.len() <= LONGEST_TEXT && !text.contains('\0'));
    if fits && request.operation == OperationName::Up && !clone.repository.trim().is_empty() {
        return Ok(());
    }
    Err(Error::Impossible {
        message: "this is no repository that can be cloned".to_owned(),
        location: None,
        hint: Some("Write its address, such as https://github.com/owner/repository".to_owned()),
    })
}

fn source(clone: Option<&CloneSource>) -> SourceRequest {
    clone.map_or(SourceRequest::Folder, |clone| {
        SourceRequest::Clone(CloneRequest {
            url: clone.repository.clone(),
            branch: clone.branch.clone(),
            folder: clone.folder.clone(),
            depth: clone.depth,
        })
    })
}

/// What to call an environment of which nothing is known yet: the last part of where it lies.
fn name(reference: &EnvironmentReference) -> String {
    let folder = reference.folder.as_deref().and_then(|folder| Path::new(folder).file_name());
    let folder = folder.map(|name| name.to_string_lossy().into_owned());
    folder.or_else(|| reference.container.clone()).unwrap_or_default()
}

/// A panic elsewhere must not take the operations down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
