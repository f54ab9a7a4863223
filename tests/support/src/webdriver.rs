//! As much of a WebDriver client as the tests and the measurements of the window need: one session, elements by CSS, text, clicks and
//! scripts.
//!
//! Written here and not taken from a crate: it is a handful of small JSON requests over HTTP on loopback, and the crates for it bring an
//! asynchronous runtime and a whole HTTP stack along.
// A test fails by panicking; so does what it steers a window by.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::PATIENCE;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a script in the page may take to answer.
const LONGEST_SCRIPT: Duration = Duration::from_secs(120);

/// A running window, steered through the driver that listens on `port`. It ends with this value.
#[derive(Debug)]
pub struct Window {
    port: u16,
    path: String,
}

impl Window {
    /// Starts the program and waits for its window.
    ///
    /// # Errors
    /// When the driver does not answer, or the program shows no window.
    pub fn open(port: u16, program: &str, arguments: &[&str]) -> Result<Self, String> {
        let options = json!({ "application": program, "args": arguments });
        let body = json!({ "capabilities": { "alwaysMatch": { "tauri:options": options } } });
        let answer = request(port, "POST", "/session", Some(&body))?;
        let id = answer["sessionId"].as_str().ok_or_else(|| format!("no session: {answer}"))?;
        Ok(Self { port, path: format!("/session/{id}") })
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        request(self.port, method, &format!("{}{path}", self.path), body)
    }

    /// The first element that the selector picks, if there is one now.
    fn find(&self, selector: &str) -> Option<String> {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.ask("POST", "/element", Some(&body)).ok()?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    /// Whether something is shown now.
    #[must_use]
    pub fn shows(&self, selector: &str) -> bool {
        self.find(selector).is_some()
    }

    /// Waits until something is shown.
    ///
    /// # Panics
    /// When it never is.
    pub fn wait_for(&self, selector: &str) -> String {
        self.wait(selector, || self.find(selector))
    }

    /// Waits until something is not shown any more.
    ///
    /// # Panics
    /// When it stays.
    pub fn wait_until_gone(&self, selector: &str) {
        self.wait(&format!("{selector} to go"), || (!self.shows(selector)).then_some(()));
    }

    /// Waits for whatever `look` finds.
    ///
    /// # Panics
    /// When it finds nothing in time, with what the window shows instead.
    pub fn wait<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(
                Instant::now() < end,
                "the window does not show {what}; it shows:\n{}",
                self.text("body")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The text of what the selector picks, as a person reads it.
    #[must_use]
    pub fn text(&self, selector: &str) -> String {
        let text =
            self.find(selector).and_then(|id| self.ask("GET", &format!("/element/{id}/text"), None).ok());
        text.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// An attribute of what the selector picks; empty where it has none.
    ///
    /// # Panics
    /// When nothing is picked.
    #[must_use]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let id = self.wait_for(selector);
        let value = self.ask("GET", &format!("/element/{id}/attribute/{name}"), None).unwrap();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for an element that can be clicked, and clicks it.
    ///
    /// # Panics
    /// When there is none in time.
    pub fn click(&self, selector: &str) {
        self.wait(&format!("{selector} to click"), || {
            let id = self.find(selector)?;
            self.ask("POST", &format!("/element/{id}/click"), Some(&json!({}))).ok()
        });
    }

    /// Waits for an element that can be typed into, and types. `\u{E007}` is the key that ends a line.
    ///
    /// # Panics
    /// When there is none in time.
    pub fn type_into(&self, selector: &str, text: &str) {
        self.wait(&format!("{selector} to type into"), || {
            let id = self.find(selector)?;
            self.ask("POST", &format!("/element/{id}/value"), Some(&json!({ "text": text }))).ok()
        });
    }

    /// Runs a script in the page and answers what it hands to the function that is its last argument, within two minutes.
    ///
    /// # Errors
    /// When the script throws, or answers nothing in time.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        self.ask("POST", "/timeouts", Some(&json!({ "script": LONGEST_SCRIPT.as_millis() as u64 })))?;
        let body = json!({ "script": script, "args": arguments });
        self.ask("POST", "/execute/async", Some(&body))
    }

    /// Loads the page anew.
    ///
    /// # Panics
    /// When the driver does not answer.
    pub fn reload(&self) {
        self.ask("POST", "/refresh", Some(&json!({}))).unwrap();
    }

    /// Waits until the page is painted as it is by now.
    ///
    /// # Panics
    /// When the page does not answer.
    pub fn painted(&self) {
        let painted =
            "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 150)))";
        self.run(painted, &[]).unwrap();
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", "", None);
    }
}

/// Whether a driver takes requests.
#[must_use]
pub fn is_ready(port: u16) -> bool {
    request(port, "GET", "/status", None).is_ok_and(|status| status["ready"] == true)
}

/// One request on a connection of its own; the answer's `value`.
fn request(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let text = exchange(port, method, path, body).map_err(|error| format!("{method} {path}: {error}"))?;
    let answer: Value =
        serde_json::from_str(&text).map_err(|error| format!("{method} {path}: {error}: {text}"))?;
    let value = answer["value"].clone();
    match value["error"].as_str() {
        Some(error) => Err(format!("{method} {path}: {error}: {}", value["message"])),
        None => Ok(value),
    }
}

/// No `Connection: close`: the driver would hand it on to the web view's own, which then closes a connection that the driver takes for
/// one it can use again, and the next request on it is lost.
fn exchange(port: u16, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE + LONGEST_SCRIPT))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        if answer.read_line(&mut line)? == 0 {
            return Err(std::io::Error::other("no answer"));
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let mut body = vec![0; length.ok_or_else(|| std::io::Error::other("an answer of unknown length"))?];
    answer.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
