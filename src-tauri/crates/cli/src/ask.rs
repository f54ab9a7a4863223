//! Asks the person at the terminal for consent, and for secrets.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use wharf_api::ConsentRequest;
use wharf_runner::{Answer, ConsentAsker, Keychain, LentTerminal, SecretAnswer, SecretQuestion};

use crate::printer::Printer;
use crate::progress::{Display, Pause};
use crate::render;
use crate::terminal::Hidden;
use crate::text::{Line, STRONG};

/// Asks on standard error and reads the answer from standard input.
pub(crate) struct Asker {
    printer: Printer,
    pause: Pause,
    keychain: Keychain,
    /// Restores the terminal when the operation ends while somebody types.
    hidden: Arc<Mutex<Option<Hidden>>>,
}

impl Asker {
    pub(crate) fn new(printer: &Printer, display: &Display) -> Self {
        let keychain = Keychain::of_system();
        Self { printer: printer.clone(), pause: display.pause(), keychain, hidden: Arc::default() }
    }

    /// Reads a line without showing it; None where nobody types one. What ends the operation shows what is typed again.
    pub(crate) async fn hidden_line(&self, prompt: String) -> Option<String> {
        let (printer, pause, hidden) = (self.printer.clone(), self.pause.clone(), Arc::clone(&self.hidden));
        let read = move || pause.during(|| hidden_line(&printer, &prompt, &hidden));
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl ConsentAsker for Asker {
    fn ask<'a>(&'a self, request: &'a ConsentRequest) -> BoxFuture<'a, Answer> {
        if !self.printer.can_ask() {
            return std::future::ready(Answer::Nobody).boxed();
        }
        let (printer, pause, request) = (self.printer.clone(), self.pause.clone(), request.clone());
        async move {
            let answer = tokio::task::spawn_blocking(move || pause.during(|| talk(&printer, &request)));
            answer.await.unwrap_or(Answer::Nobody)
        }
        .boxed()
    }

    fn ask_secret<'a>(&'a self, question: &'a SecretQuestion) -> BoxFuture<'a, SecretAnswer> {
        if !self.printer.can_ask() {
            return std::future::ready(SecretAnswer::Nobody).boxed();
        }
        let (printer, pause, question) = (self.printer.clone(), self.pause.clone(), question.clone());
        let hidden = Arc::clone(&self.hidden);
        async move {
            let talk = move || pause.during(|| ask_for(&printer, &question, &hidden));
            tokio::task::spawn_blocking(talk).await.unwrap_or(SecretAnswer::Nobody)
        }
        .boxed()
    }

    fn keychain(&self) -> Keychain {
        self.keychain.clone()
    }

    fn lend_terminal(&self) -> Option<LentTerminal> {
        self.printer.can_ask().then(|| Box::new(self.pause.hold()) as LentTerminal)
    }
}

/// Reads a value without showing it. An empty one is none.
fn ask_for(printer: &Printer, question: &SecretQuestion, hidden: &Mutex<Option<Hidden>>) -> SecretAnswer {
    let about = [&question.description, &question.documentation_url];
    let about: Vec<&str> = about.into_iter().flatten().map(String::as_str).collect();
    let mut lines = vec![
        Line::new()
            .text(format!("{} asks for the secret ", question.environment))
            .add(STRONG, &question.name)
            .text(match question.can_be_kept {
                true => ". It goes to its hooks, and is kept where you say so.",
                false => ". It goes to its hooks and is kept nowhere.",
            }),
    ];
    lines.extend(about.iter().map(|text| Line::new().text("  ").text(text)));
    let text: String = lines.iter().map(|line| printer.paint(line) + "\n").collect();
    let prompt = format!("{text}Value (not shown; Enter alone goes on without it): ");
    let value = match hidden_line(printer, &prompt, hidden) {
        None => return SecretAnswer::Nobody,
        Some(value) if value.is_empty() => return SecretAnswer::Without,
        Some(value) => value,
    };
    if !question.can_be_kept {
        return SecretAnswer::Value(value);
    }
    printer.write("Keep it in the keychain for this environment? [y/N] ");
    let mut answer = String::new();
    match std::io::stdin().lock().read_line(&mut answer) {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => SecretAnswer::Keep(value),
        _ => SecretAnswer::Value(value),
    }
}

/// Reads a line without showing it, but for the end of the line; None where nobody types one.
fn hidden_line(printer: &Printer, prompt: &str, hidden: &Mutex<Option<Hidden>>) -> Option<String> {
    let slot = || hidden.lock().unwrap_or_else(PoisonError::into_inner);
    *slot() = Some(Hidden::enter().ok()?);
    printer.write(prompt);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    slot().take();
    match read {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

fn talk(printer: &Printer, request: &ConsentRequest) -> Answer {
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    let theme = &printer.theme;
    let mut lines = render::consent(request, home.as_deref(), theme);
    let mut stdin = std::io::stdin().lock();
    loop {
        lines.push(Line::new());
        let prompt = Line::new()
            .text(format!("Allow this for {}? ", request.environment.name))
            .add(STRONG, "[y]")
            .text(" yes  ")
            .add(STRONG, "[n]")
            .text(" no  ")
            .add(STRONG, "[d]")
            .text(" show details  ");
        let text: String = lines.drain(..).map(|line| printer.paint(&line) + "\n").collect();
        // The prompt ends in a space, and the answer is typed behind it.
        printer.write(&format!("{text}{} ", printer.paint(&prompt)));
        let mut answer = String::new();
        match stdin.read_line(&mut answer) {
            Ok(0) | Err(_) => {
                printer.write("\n");
                return Answer::Nobody;
            }
            Ok(_) => {}
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => {
                printer.write("\n");
                return Answer::Allow;
            }
            "n" | "no" => return Answer::Refuse,
            "d" | "details" => {
                lines.push(Line::new());
                lines.extend(render::consent_details(request, theme));
            }
            _ => {}
        }
    }
}
