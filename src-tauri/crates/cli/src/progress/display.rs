//! Standard error while an operation runs.
//!
//! A thread of its own draws, so that a busy operation never waits for a slow terminal and a silent one still shows that time
//! passes. Operations hand it their events through a queue and never block on it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wharf_api::Event;
use wharf_runner::EventSink;

use super::Sheet;
use super::model::{Detail, Model};
use super::reference::{Said, Translation, level};
use crate::printer::Printer;
use crate::terminal;
use crate::text::Line;

/// Time between two drawings of the block.
const FRAME: Duration = Duration::from_millis(100);
/// What takes less than this is over before a person could read it, so no block is drawn before.
const PATIENCE: Duration = Duration::from_millis(120);
/// A hook that began this many milliseconds ago and has not been skipped runs.
const SETTLED: u64 = 50;

/// What standard error carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing.
    Silent,
    /// Lines that are final, in order.
    Lines(Detail),
    /// The same above a block that shows what runs now.
    Live(Detail),
    /// One JSON event a line.
    Json,
    /// The same in the reference's words.
    Reference,
}

/// Shows the events of one operation.
pub(crate) struct Display {
    queue: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

enum Message {
    Event(Box<Event>),
    /// A line that no event says.
    Notice(Line),
    /// Clears the block and answers when it is gone; nothing is drawn until `Resume`.
    Pause(Sender<()>),
    Resume,
    Close,
}

impl Display {
    pub(crate) fn start(printer: &Printer, mode: Mode) -> Self {
        let (queue, messages) = channel();
        let thread = (mode != Mode::Silent).then(|| {
            let printer = printer.clone();
            std::thread::spawn(move || Screen::new(printer, mode).run(&messages))
        });
        Self { queue, thread }
    }

    /// Writes a line above the block.
    pub(crate) fn notice(&self, line: Line) {
        let _ = self.queue.send(Message::Notice(line));
    }

    /// A way to stop the drawing for a while, for whoever talks to the person meanwhile.
    pub(crate) fn pause(&self) -> Pause {
        Pause(self.queue.clone())
    }

    /// Draws what is left and gives standard error back.
    pub(crate) fn close(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        let _ = self.queue.send(Message::Close);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.stop();
    }
}

impl EventSink for Display {
    fn send(&self, event: Event) {
        // Without a receiver nobody wants to see it.
        let _ = self.queue.send(Message::Event(Box::new(event)));
    }
}

/// While it lives, nothing is drawn.
pub(crate) struct Held(Sender<Message>);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.send(Message::Resume);
    }
}

/// Stops the drawing for a while.
#[derive(Clone)]
pub(crate) struct Pause(Sender<Message>);

impl Pause {
    /// Runs `talk` while nothing is drawn.
    pub(crate) fn during<T>(&self, talk: impl FnOnce() -> T) -> T {
        let _held = self.hold();
        talk()
    }

    /// Draws nothing until what is returned is dropped.
    pub(crate) fn hold(&self) -> Held {
        let (done, wait) = channel();
        if self.0.send(Message::Pause(done)).is_ok() {
            // An error means that no thread draws.
            let _ = wait.recv();
        }
        Held(self.0.clone())
    }
}

/// What the thread owns.
struct Screen {
    printer: Printer,
    mode: Mode,
    model: Model,
    translation: Translation,
    /// The block that is on the screen.
    drawn: Vec<Line>,
    /// When the block is drawn next; before that, only final lines are.
    next_frame: Instant,
    paused: bool,
}

impl Screen {
    fn new(printer: Printer, mode: Mode) -> Self {
        let detail = match mode {
            Mode::Lines(detail) | Mode::Live(detail) => detail,
            Mode::Silent | Mode::Json | Mode::Reference => Detail::Notices,
        };
        Self {
            printer,
            mode,
            model: Model::new(detail),
            translation: Translation::default(),
            drawn: Vec::new(),
            next_frame: Instant::now() + PATIENCE,
            paused: false,
        }
    }

    fn run(mut self, messages: &Receiver<Message>) {
        let live = matches!(self.mode, Mode::Live(_));
        let translated = self.mode == Mode::Reference;
        if translated {
            self.tell(&[Said::greeting(now())]);
        }
        loop {
            let message = if live || translated {
                messages.recv_timeout(self.next_frame.saturating_duration_since(Instant::now()))
            } else {
                messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match message {
                Ok(Message::Event(event)) => self.event(&event),
                Ok(Message::Notice(line)) if self.mode == Mode::Json => drop(line),
                Ok(Message::Notice(line)) => self.write_above(&[line]),
                Ok(Message::Pause(done)) => {
                    self.paused = true;
                    self.write(&[], Vec::new());
                    let _ = done.send(());
                }
                Ok(Message::Resume) => self.paused = false,
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if Instant::now() >= self.next_frame {
                self.next_frame = Instant::now() + FRAME;
                if live {
                    let block = self.block();
                    self.write(&[], block);
                } else if translated {
                    let said = self.translation.flush(now().saturating_sub(SETTLED));
                    self.tell(&said);
                }
            }
        }
        let theme = self.printer.theme;
        let mut sheet = Sheet::new(&theme, self.width());
        self.model.close(&mut sheet);
        let lines = sheet.lines;
        if translated {
            let said = self.translation.flush(u64::MAX);
            self.tell(&said);
            self.write_above(&lines);
        } else {
            self.write(&lines, Vec::new());
        }
    }

    /// Writes lines of the reference's.
    fn tell(&self, said: &[Said]) {
        if !said.is_empty() {
            self.printer.write(&said.iter().map(Said::line).collect::<String>());
        }
    }

    fn event(&mut self, event: &Event) {
        if self.mode == Mode::Json {
            if let Ok(text) = serde_json::to_string(event) {
                self.printer.write(&format!("{text}\n"));
            }
            return;
        }
        if self.mode == Mode::Reference {
            let said = self.translation.apply(event);
            self.tell(&said);
        }
        let theme = self.printer.theme;
        let mut sheet = Sheet::new(&theme, self.width());
        self.model.apply(event, &mut sheet);
        if !sheet.lines.is_empty() {
            let lines = sheet.lines;
            self.write_above(&lines);
        }
    }

    /// Writes final lines and draws the block anew below them, if there is one already.
    fn write_above(&mut self, lines: &[Line]) {
        if self.mode == Mode::Reference {
            let said = |line: &Line| Said::text(level::INFO, now(), line.plain());
            self.tell(&lines.iter().map(said).collect::<Vec<_>>());
            return;
        }
        let block = if self.drawn.is_empty() { Vec::new() } else { self.block() };
        self.write(lines, block);
    }

    /// What runs now, as many rows of it as the terminal has.
    fn block(&self) -> Vec<Line> {
        if self.paused || !matches!(self.mode, Mode::Live(_)) {
            return Vec::new();
        }
        let theme = self.printer.theme;
        let mut sheet = Sheet::new(&theme, self.width());
        self.model.draw(now(), &mut sheet);
        let height = terminal::size().map_or(24, |(_, rows)| usize::from(rows));
        sheet.lines.truncate(height.saturating_sub(1).max(1));
        sheet.lines
    }

    /// Writes final lines, and below them the block, in place of the block that is on the screen.
    fn write(&mut self, lines: &[Line], block: Vec<Line>) {
        if lines.is_empty() && block == self.drawn {
            return;
        }
        let mut text = String::new();
        let rows = self.rows_on_screen();
        if rows > 0 {
            // Up to the block's first row, then clear everything below.
            text.push_str(&format!("\x1b[{rows}A\r\x1b[J"));
        }
        for line in lines.iter().chain(&block) {
            text.push_str(&self.printer.paint(line));
            text.push('\n');
        }
        self.drawn = block;
        self.printer.write(&text);
    }

    /// Rows that the block takes now: a terminal that was made narrower has wrapped its lines.
    fn rows_on_screen(&self) -> usize {
        let columns = terminal::size().map_or(usize::MAX, |(columns, _)| usize::from(columns).max(1));
        self.drawn.iter().map(|line| line.width().div_ceil(columns).max(1)).sum()
    }

    /// Columns to draw in. The terminal's last one stays empty, because some terminals wrap there.
    fn width(&self) -> usize {
        match terminal::size() {
            Some((columns, _)) if matches!(self.mode, Mode::Live(_)) => {
                usize::from(columns).saturating_sub(1)
            }
            _ => Sheet::WIDEST,
        }
    }
}

/// Milliseconds since 1970, as events count.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as u64)
}
