//! An engine that does what a test tells it, for what a real one does too seldom: nothing at all, garbage, a refusal, half an
//! answer.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as they were sent, without the version.
    pub path: String,
    /// Header lines in lower case.
    pub headers: Vec<String>,
    /// The whole body.
    pub body: Vec<u8>,
    /// The first line as it was sent.
    pub line: String,
}

/// What the fake does with one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// An ordinary answer.
    Document(u16, String),
    /// An ordinary answer with header lines of its own.
    WithHeaders(u16, Vec<String>, String),
    /// These bytes instead of HTTP; then the connection ends.
    Raw(Vec<u8>),
    /// An answer that ends in the middle: these bytes are less than what was promised.
    Cut(String),
    /// The beginning of an answer, and then nothing while the test runs: what an engine says of which nothing happens.
    Begun,
    /// Nothing, while the test runs.
    Hang,
    /// The connection ends at once.
    Close,
    /// Hands the connection over: 101, then these bytes, then whatever comes back is dropped.
    Upgrade(Vec<u8>),
}

/// A simple way to behave, always the same.
#[derive(Debug, Clone, Copy)]
pub enum Behaviour {
    /// Takes connections and never answers.
    Hangs,
    /// Answers what is no HTTP.
    TalksGarbage,
    /// Answers requests whose path, without the version before it, begins like one of these: method, path, status, body.
    /// What is not listed is not found.
    Answers(&'static [(&'static str, &'static str, u16, &'static str)]),
}

/// The answers of an engine that has nothing.
pub const EMPTY: Behaviour = Behaviour::Answers(&[
    ("HEAD", "/_ping", 200, ""),
    ("GET", "/_ping", 200, "OK"),
    ("GET", "/containers/json", 200, "[]"),
]);

/// A running fake. Its threads end with the test.
#[derive(Debug)]
pub struct FakeEngine {
    socket: PathBuf,
    asked: Arc<Mutex<Vec<Asked>>>,
    _folder: Option<TempDir>,
}

/// What a Docker says to a ping.
#[must_use]
pub fn docker_ping() -> Answer {
    let headers =
        ["Api-Version: 1.51", "Ostype: linux", "Builder-Version: 2", "Server: Docker/28.5.2 (linux)"];
    Answer::WithHeaders(200, headers.map(str::to_owned).to_vec(), "OK".to_owned())
}

/// What a Podman says to a ping.
#[must_use]
pub fn podman_ping() -> Answer {
    let headers = ["Api-Version: 1.44", "Libpod-Api-Version: 5.8.6", "Server: Libpod/5.8.6 (linux)"];
    Answer::WithHeaders(200, headers.map(str::to_owned).to_vec(), "OK".to_owned())
}

/// Docker's way to say no.
#[must_use]
pub fn refusal(status: u16, words: &str) -> Answer {
    Answer::Document(status, serde_json::json!({ "message": words }).to_string())
}

impl FakeEngine {
    /// Listens on a socket in `folder`.
    ///
    /// # Panics
    /// When no socket can be made there.
    #[must_use]
    pub fn start(folder: &Path, behaviour: Behaviour) -> FakeEngine {
        listen(folder.join("engine.sock"), None, move |asked| behaviour.answer(asked))
    }

    /// Listens on a socket of its own; `answer` decides about every request.
    ///
    /// # Panics
    /// When no socket can be made.
    #[must_use]
    pub fn answering(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> FakeEngine {
        let folder = match tempfile::Builder::new().prefix("wharf-fake-").tempdir() {
            Ok(folder) => folder,
            Err(error) => panic!("cannot make a folder for a fake engine: {error}"),
        };
        listen(folder.path().join("engine.sock"), Some(folder), answer)
    }

    /// Answers pings as Docker does, and everything else with the same answer.
    #[must_use]
    pub fn docker(answer: Answer) -> FakeEngine {
        FakeEngine::answering(
            move |asked| if asked.path == "/_ping" { docker_ping() } else { answer.clone() },
        )
    }

    /// The socket's path.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The value for `DOCKER_HOST`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Everything that was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections there are now. Of one that has ended, everything that was sent over it is in what was asked.
    #[must_use]
    pub fn connections(&self) -> usize {
        // Beside each of them, the listener and this one hold it.
        Arc::strong_count(&self.asked).saturating_sub(2)
    }

    /// First lines of the requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Behaviour {
    fn answer(self, asked: &Asked) -> Answer {
        let answers = match self {
            Behaviour::Hangs => return Answer::Hang,
            Behaviour::TalksGarbage => return Answer::Raw(b"\x00\x01 I am no engine \xff\r\n".to_vec()),
            Behaviour::Answers(answers) => answers,
        };
        let found =
            answers.iter().find(|(method, path, ..)| *method == asked.method && asked.path.starts_with(path));
        let (status, body) =
            found.map_or((404, r#"{"message":"not found"}"#), |(_, _, status, body)| (*status, *body));
        let headers = ["Api-Version: 1.47", "Server: Docker/27.0.0 (linux)"];
        Answer::WithHeaders(status, headers.map(str::to_owned).to_vec(), body.to_owned())
    }
}

fn listen(
    socket: PathBuf,
    folder: Option<TempDir>,
    answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> FakeEngine {
    let listener = match UnixListener::bind(&socket) {
        Ok(listener) => listener,
        Err(error) => panic!("cannot bind {}: {error}", socket.display()),
    };
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
            // A connection that ends early is part of what is tested.
            std::thread::spawn(move || drop(serve(stream, &*answer, &seen)));
        }
    });
    FakeEngine { socket, asked, _folder: folder }
}

fn serve(
    stream: UnixStream,
    answer: &(dyn Fn(&Asked) -> Answer + Send + Sync),
    seen: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader)? {
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        match answer(&asked) {
            Answer::Document(status, body) => document(&mut writer, status, &[], &body)?,
            Answer::WithHeaders(status, headers, body) => document(&mut writer, status, &headers, &body)?,
            Answer::Raw(bytes) => {
                writer.write_all(&bytes)?;
                return Ok(());
            }
            Answer::Cut(body) => {
                let promised = body.len() + 100;
                write!(writer, "HTTP/1.1 200 Answer\r\nContent-Length: {promised}\r\n\r\n{body}")?;
                return Ok(());
            }
            // Reads on, so that the connection stays open.
            Answer::Begun => write!(writer, "HTTP/1.1 200 Answer\r\nTransfer-Encoding: chunked\r\n\r\n")?,
            Answer::Hang => {}
            Answer::Close => return Ok(()),
            Answer::Upgrade(bytes) => {
                write!(writer, "HTTP/1.1 101 Answer\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")?;
                writer.write_all(&bytes)?;
                writer.shutdown(std::net::Shutdown::Write)?;
                io::copy(&mut reader, &mut io::sink())?;
                return Ok(());
            }
        }
    }
    Ok(())
}

fn document(writer: &mut UnixStream, status: u16, headers: &[String], body: &str) -> io::Result<()> {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let kind = if body.starts_with(['{', '[']) { "application/json" } else { "text/plain" };
    let length = body.len();
    write!(
        writer,
        "HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Reads one request; None at the end of the connection.
fn read(reader: &mut BufReader<UnixStream>) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let line = line.trim_end().to_owned();
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let path = unversioned(words.next().unwrap_or_default()).to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        headers.push(header.trim_end().to_ascii_lowercase());
    }
    let header = |name: &str| headers.iter().find_map(|line| line.strip_prefix(name).map(str::trim));
    let mut body = Vec::new();
    if header("transfer-encoding:").is_some_and(|value| value.contains("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = u64::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            reader.by_ref().take(size).read_to_end(&mut body)?;
            reader.read_line(&mut String::new())?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = header("content-length:") {
        let length = length.parse().map_err(io::Error::other)?;
        reader.by_ref().take(length).read_to_end(&mut body)?;
    }
    Ok(Some(Asked { method, path, headers, body, line }))
}

/// `/v1.51/containers/json` → `/containers/json`.
fn unversioned(path: &str) -> &str {
    match path.strip_prefix("/v").and_then(|rest| rest.find('/').map(|slash| rest.split_at(slash))) {
        Some((version, rest)) if version.starts_with(|first: char| first.is_ascii_digit()) => rest,
        _ => path,
    }
}
