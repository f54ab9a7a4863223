//! Terminals in environments. They belong to the program and not to the page that shows them: a page that is loaded anew, or a window
//! that comes back from the tray, finds them as they are.
//!
//! What a program writes goes into a bounded [`Scrollback`]. A reader gets it in batches and answers each; while one keeps up, the
//! program waits for it, so that nothing is lost however much is written. One that has gone holds up nobody.

mod scrollback;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wharf_api::{TerminalBatch, TerminalEnd, TerminalRequest, TerminalSize, TerminalSummary};

use crate::error::{Error, Result};
use crate::events::milliseconds_since_1970;
use crate::exec::exec;
use crate::known;
use crate::operations::Silence;
use crate::request::{ExecControl, ExecRequest, ExecStreams, Target};

use scrollback::Scrollback;

/// Terminals that may be open at once.
const MOST_OPEN: usize = 64;
/// The largest that a terminal can be.
const LARGEST: TerminalSize = TerminalSize { columns: 2_000, rows: 1_000 };
/// Bytes of a command with its arguments.
const LONGEST_COMMAND: usize = 128 * 1024;
/// Bytes that can be typed, or pasted, at once; and pieces that may wait for a program that does not read.
const LONGEST_INPUT: usize = 4 * 1024 * 1024;
const MOST_INPUT: usize = 1_024;
/// Bytes of a batch, and batches that a reader may have been sent without having answered.
const BATCH: usize = 64 * 1024;
const UNANSWERED: u64 = 3;
/// Pauses between batches: a screen is not drawn more often.
const BETWEEN_BATCHES: Duration = Duration::from_millis(8);
/// Bytes that a reader may be behind before the program waits for it.
const BEHIND: u64 = 256 * 1024;
/// How long the program waits for a reader that does not answer. After that it is regarded as gone until it answers again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes on the way between the program and the scrollback.
const PIPE: usize = 64 * 1024;

/// Every terminal of a program.
#[derive(Debug, Default)]
pub struct Terminals {
    user_data_folder: Option<PathBuf>,
    counter: AtomicU64,
    open: Mutex<Vec<Arc<Terminal>>>,
}

impl Terminals {
    /// None yet. `user_data_folder` is where state is kept instead of the user's state folder.
    #[must_use]
    pub fn new(user_data_folder: Option<PathBuf>) -> Self {
        Self { user_data_folder, ..Self::default() }
    }

    /// Opens a terminal, whose program begins by itself. Needs a tokio runtime. That it could not begin is told by its end.
    ///
    /// # Errors
    /// When the size or the command is nothing that a terminal could have, or too many are open.
    pub fn open(&self, request: TerminalRequest) -> Result<TerminalSummary> {
        known::check(&request.reference)?;
        check_size(request.size)?;
        let length: usize = request.command.iter().map(|word| word.len() + 1).sum();
        if length > LONGEST_COMMAND || request.command.iter().any(|word| word.contains('\0')) {
            return Err(refused("this is no command that can be run"));
        }
        let number = self.counter.fetch_add(1, Ordering::Relaxed) + 1;
        let (input, typed) = mpsc::channel(MOST_INPUT);
        let (control, controls) = mpsc::channel(16);
        let terminal = Arc::new(Terminal {
            summary: TerminalSummary {
                id: number.to_string(),
                reference: request.reference.clone(),
                command: request.command.clone(),
                started_at: milliseconds_since_1970(SystemTime::now()),
                end: None,
            },
            content: Mutex::default(),
            changed: Notify::new(),
            input,
            control,
            cancel: CancellationToken::new(),
            end: watch::Sender::new(None),
        });
        {
            let mut open = lock(&self.open);
            if open.len() >= MOST_OPEN {
                return Err(refused("too many terminals are open: close one first"));
            }
            open.push(Arc::clone(&terminal));
        }
        let summary = terminal.summary();
        let target =
            Target { user_data_folder: self.user_data_folder.clone(), ..Target::from(&request.reference) };
        tokio::spawn(run(terminal, request, target, typed, controls));
        Ok(summary)
    }

    /// Every terminal that nobody has closed, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<TerminalSummary> {
        lock(&self.open).iter().map(|terminal| terminal.summary()).collect()
    }

    /// Reads a terminal from the oldest output that is kept. Whoever read it before gets no more.
    ///
    /// # Errors
    /// When there is no such terminal.
    pub fn read(&self, id: &str) -> Result<TerminalReader> {
        let terminal = self.find(id)?;
        let (number, attached, position) = {
            let mut content = lock(&terminal.content);
            let number = content.reader.as_ref().map_or(0, |reader| reader.number) + 1;
            let position = content.scrollback.start();
            content.reader = Some(Reader { number, answered: 0, position, heard: Instant::now() });
            (number, content.scrollback.end(), position)
        };
        terminal.changed.notify_waiters();
        let earliest = Instant::now();
        Ok(TerminalReader { terminal, number, attached, position, sent: 0, earliest })
    }

    /// A reader is done with the batch of this number.
    pub fn received(&self, id: &str, number: u64) {
        if let Ok(terminal) = self.find(id) {
            if let Some(reader) = &mut lock(&terminal.content).reader {
                reader.answered = reader.answered.max(number);
                reader.heard = Instant::now();
            }
            terminal.changed.notify_waiters();
        }
    }

    /// Types into a terminal. Into one whose program has ended nothing can be typed, which is no error.
    ///
    /// # Errors
    /// When there is no such terminal, or its program takes nothing and too much waits for it.
    pub fn write(&self, id: &str, text: &str) -> Result<()> {
        let terminal = self.find(id)?;
        if text.len() > LONGEST_INPUT {
            return Err(refused("this is more than can be pasted at once"));
        }
        match terminal.input.try_send(text.as_bytes().to_vec()) {
            Err(mpsc::error::TrySendError::Full(_)) => {
                Err(refused("the program in the terminal does not read what is typed"))
            }
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// Gives a terminal another size.
    ///
    /// # Errors
    /// When there is no such terminal, or no such size.
    pub fn resize(&self, id: &str, size: TerminalSize) -> Result<()> {
        check_size(size)?;
        let control = ExecControl::Resize { columns: size.columns, rows: size.rows };
        // Of many sizes in a row one is lost at most while the program has ended or hangs.
        let _ = self.find(id)?.control.try_send(control);
        Ok(())
    }

    /// Ends the program in a terminal, and forgets the terminal.
    ///
    /// # Errors
    /// When there is no such terminal.
    pub fn close(&self, id: &str) -> Result<()> {
        let terminal = self.find(id)?;
        lock(&self.open).retain(|one| one.summary.id != id);
        terminal.cancel.cancel();
        Ok(())
    }

    /// Closes every terminal, and waits until their programs have ended.
    pub async fn close_all(&self) {
        let open = std::mem::take(&mut *lock(&self.open));
        for terminal in &open {
            terminal.cancel.cancel();
        }
        for terminal in open {
            terminal.ended().await;
        }
    }

    fn find(&self, id: &str) -> Result<Arc<Terminal>> {
        let open = lock(&self.open);
        let found = open.iter().find(|terminal| terminal.summary.id == id);
        found.cloned().ok_or_else(|| refused("this terminal was closed"))
    }
}

/// One terminal.
#[derive(Debug)]
struct Terminal {
    /// Without its end.
    summary: TerminalSummary,
    content: Mutex<Content>,
    /// Something was written, answered or has ended.
    changed: Notify,
    input: mpsc::Sender<Vec<u8>>,
    control: mpsc::Sender<ExecControl>,
    cancel: CancellationToken,
    end: watch::Sender<Option<TerminalEnd>>,
}

#[derive(Debug, Default)]
struct Content {
    scrollback: Scrollback,
    reader: Option<Reader>,
}

/// Who reads a terminal.
#[derive(Debug)]
struct Reader {
    /// Counts the readers; only the last one gets anything.
    number: u64,
    /// The last batch that it is done with.
    answered: u64,
    /// What it has been sent, in bytes since the beginning.
    position: u64,
    /// When it was last heard of.
    heard: Instant,
}

impl Terminal {
    fn summary(&self) -> TerminalSummary {
        TerminalSummary { end: self.end.borrow().clone(), ..self.summary.clone() }
    }

    async fn ended(&self) -> TerminalEnd {
        let mut receiver = self.end.subscribe();
        // The sender is ours, so it cannot have gone.
        receiver.wait_for(Option::is_some).await.ok().and_then(|end| end.clone()).unwrap_or_default()
    }

    /// Takes what the program writes, no faster than a reader that keeps up.
    async fn take(&self, bytes: &[u8]) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let patience = {
                let mut content = lock(&self.content);
                let end = content.scrollback.end();
                let behind = content.reader.as_ref().filter(|reader| end - reader.position.min(end) > BEHIND);
                match behind.map(|reader| reader.heard + PATIENCE).filter(|gone| *gone > Instant::now()) {
                    Some(gone) => gone,
                    None => {
                        content.scrollback.push(bytes);
                        break;
                    }
                }
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(patience) => {}
                () = self.cancel.cancelled() => return,
            }
        }
        self.changed.notify_waiters();
    }
}

/// Runs the program of a terminal to its end.
async fn run(
    terminal: Arc<Terminal>,
    request: TerminalRequest,
    target: Target,
    typed: mpsc::Receiver<Vec<u8>>,
    control: mpsc::Receiver<ExecControl>,
) {
    let (stdin, keyboard) = duplex(PIPE);
    let (stdout, written) = duplex(PIPE);
    let (stderr, told) = duplex(PIPE);
    let exec_request = ExecRequest {
        target,
        command: request.command,
        remote_env: [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        terminal: Some((request.size.columns, request.size.rows)),
        ..ExecRequest::default()
    };
    let streams =
        ExecStreams { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr: Box::new(stderr), control };
    let program = async {
        tokio::select! {
            code = exec(&exec_request, streams, &Silence, terminal.cancel.clone()) => code,
            () = type_in(typed, keyboard) => std::future::pending().await,
        }
    };
    let (code, (), ()) = tokio::join!(program, show(&terminal, written), show(&terminal, told));
    let end = match code {
        Ok(code) => TerminalEnd { code: Some(code), error: None },
        Err(Error::Cancelled) => TerminalEnd::default(),
        Err(error) => TerminalEnd { code: None, error: Some(error.to_result()) },
    };
    terminal.end.send_replace(Some(end));
    terminal.changed.notify_waiters();
}

async fn type_in(mut typed: mpsc::Receiver<Vec<u8>>, mut keyboard: DuplexStream) {
    while let Some(bytes) = typed.recv().await {
        // A program that has closed its input reads no more; it may go on.
        if keyboard.write_all(&bytes).await.is_err() {
            break;
        }
    }
    std::future::pending().await
}

async fn show(terminal: &Terminal, mut written: DuplexStream) {
    let mut buffer = vec![0; PIPE];
    while let Ok(length @ 1..) = written.read(&mut buffer).await {
        terminal.take(&buffer[..length]).await;
    }
}

/// Reads one terminal.
#[derive(Debug)]
pub struct TerminalReader {
    terminal: Arc<Terminal>,
    number: u64,
    /// Where what is written now begins.
    attached: u64,
    position: u64,
    sent: u64,
    /// When the next batch may go.
    earliest: Instant,
}

impl TerminalReader {
    /// The next batch, as soon as there is something and the reader has kept up. None at the end, or when another reader has taken over.
    pub async fn next(&mut self) -> Option<TerminalBatch> {
        let terminal = Arc::clone(&self.terminal);
        loop {
            let mut changed = std::pin::pin!(terminal.changed.notified());
            // From here on nothing that changes is missed.
            changed.as_mut().enable();
            let ended = terminal.end.borrow().is_some();
            let (answered, end) = {
                let content = lock(&terminal.content);
                let reader = content.reader.as_ref().filter(|reader| reader.number == self.number)?;
                (reader.answered, content.scrollback.end())
            };
            if end > self.position && self.sent < answered + UNANSWERED {
                tokio::time::sleep_until(self.earliest).await;
                self.earliest = Instant::now() + BETWEEN_BATCHES;
                return self.take();
            }
            if ended && end == self.position {
                return None;
            }
            changed.await;
        }
    }

    fn take(&mut self) -> Option<TerminalBatch> {
        let (bytes, truncated) = {
            let mut content = lock(&self.terminal.content);
            let start = content.scrollback.start();
            let truncated = self.sent == 0 && start > 0 || self.position < start;
            self.position = self.position.max(start);
            let replayed = usize::try_from(self.attached.saturating_sub(self.position)).unwrap_or(usize::MAX);
            let most = if replayed > 0 { replayed.min(BATCH) } else { BATCH };
            let bytes = content.scrollback.read(self.position, most);
            let reader = content.reader.as_mut().filter(|reader| reader.number == self.number)?;
            reader.position = self.position + bytes.len() as u64;
            (bytes, truncated)
        };
        let replayed = self.position < self.attached;
        self.position += bytes.len() as u64;
        self.sent += 1;
        self.terminal.changed.notify_waiters();
        Some(TerminalBatch { number: self.sent, replayed, truncated, data: STANDARD.encode(bytes) })
    }

    /// How the program has ended, when it has.
    pub async fn end(&self) -> TerminalEnd {
        self.terminal.ended().await
    }
}

fn check_size(size: TerminalSize) -> Result<()> {
    let fits = (1..=LARGEST.columns).contains(&size.columns) && (1..=LARGEST.rows).contains(&size.rows);
    if fits { Ok(()) } else { Err(refused("no terminal has this size")) }
}

fn refused(message: &str) -> Error {
    Error::Impossible { message: message.to_owned(), location: None, hint: None }
}

/// A panic elsewhere must not take the terminals down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
