//! A folder, a home and an engine, and `wharf` between them.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use wharf_test_support::PATIENCE;
use wharf_test_support::command::{Answer, Exchange, Home};
use wharf_test_support::engines::Engine;
use wharf_test_support::socket::Socket;

/// The label of images of what a build reads.
const CONTENT_OF: &str = "dev.wharf.content-of";

/// One environment's surroundings. What was made on the engine goes when this is dropped.
pub struct Place {
    pub home: Home,
    pub engine: Engine,
    pub folder: PathBuf,
}

impl Place {
    /// A workspace with this configuration.
    pub fn new(engine: Engine, configuration: &str) -> Self {
        let home = Home::new();
        home.write("work/.devcontainer.json", configuration);
        let folder = home.path().join("work");
        Self { home, engine, folder }
    }

    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        self.home.write(&format!("work/{path}"), text)
    }

    pub fn configure(&self, configuration: &str) {
        self.write(".devcontainer.json", configuration);
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap_or_default()
    }

    /// `wharf <verb> --workspace-folder <folder> …`, ready to run.
    pub fn wharf(&self, verb: &str, arguments: &[&str]) -> Exchange<'_> {
        let folder = self.folder.to_str().unwrap();
        self.home
            .run(env!("CARGO_BIN_EXE_wharf"))
            .variable("DOCKER_HOST", self.engine.docker_host())
            .arguments([verb, "--workspace-folder", folder])
            .arguments(arguments.iter().copied())
    }

    /// `wharf up` that works; returns its document.
    pub fn up(&self, arguments: &[&str]) -> Value {
        let answer = self.wharf("up", arguments).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        json(&answer)
    }

    /// `wharf up` that fails; returns its document and what a person reads.
    pub fn up_fails(&self, arguments: &[&str]) -> (Value, String) {
        let answer = self.wharf("up", arguments).end();
        assert_eq!(answer.code, Some(1), "{answer}");
        (json(&answer), answer.stderr_text())
    }

    /// The events of an `up`.
    pub fn events(&self, arguments: &[&str]) -> Vec<Value> {
        let answer = self.wharf("up", &[arguments, &["--log-format", "json"]].concat()).end();
        lines(&answer.stderr)
    }

    /// Starts `wharf up` and goes on.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let exchange = self.wharf("up", arguments).arguments(["--log-format", "json"]);
        exchange.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn socket(&self) -> Socket {
        Socket::new(&self.engine.socket)
    }

    /// The environment's containers, in any state.
    pub fn containers(&self) -> Vec<Value> {
        let label = format!("devcontainer.local_folder={}", self.folder.display());
        let filters = serde_json::json!({ "label": [label] }).to_string();
        let answer =
            self.socket().get(&format!("/containers/json?all=true&filters={}", escape(&filters))).unwrap();
        answer.json().as_array().cloned().unwrap_or_default()
    }

    pub fn inspect(&self, container: &str) -> Value {
        self.socket().get(&format!("/containers/{container}/json")).unwrap().json()
    }

    /// One POST without a body.
    pub fn post(&self, path: &str) {
        let answer = self.socket().request("POST", path, None).unwrap();
        assert!(answer.is_success(), "{path}: {}", answer.text());
    }

    /// The image that is built for this folder, if it is there.
    pub fn built_image(&self) -> Option<Value> {
        self.built_images().unwrap().into_iter().next()
    }

    /// All of them: one may be made from another.
    fn built_images(&self) -> Result<Vec<Value>, String> {
        let hash = self.folder_hash();
        let mut images = self.images(&serde_json::json!({ "reference": [format!("*{hash}*")] }))?;
        images.retain(|image| image["RepoTags"].to_string().contains(&hash));
        Ok(images)
    }

    /// Whether an image of what a build of this folder read is left on the engine.
    pub fn left_content(&self) -> bool {
        let images = self.images(&serde_json::json!({ "label": [CONTENT_OF] })).unwrap();
        let hash = self.folder_hash();
        images
            .iter()
            .any(|image| image["Labels"][CONTENT_OF].as_str().is_some_and(|name| name.contains(&hash)))
    }

    /// The engine's images of a kind. (All of them cannot be listed while another test removes one: Docker answers that it is not there.)
    fn images(&self, filters: &Value) -> Result<Vec<Value>, String> {
        let answer = self.socket().get(&format!("/images/json?filters={}", escape(&filters.to_string())));
        let answer = answer.map_err(|error| error.to_string())?;
        let images = answer.json().as_array().filter(|_| answer.is_success()).cloned();
        images.ok_or_else(|| format!("no list of images but {}: {}", answer.status, answer.text()))
    }

    /// What the name of an image built for this folder ends with.
    fn folder_hash(&self) -> String {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(self.folder.to_str().unwrap().as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Files that only a half-done write would leave.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, found);
                } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".writing-"))
                {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(self.home.path(), &mut found);
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A test's own engine may be gone. Nothing of it is left to be removed, and a second panic would hide why.
        if self.socket().get("/_ping").is_err() {
            return;
        }
        let folder = self.folder.display().to_string();
        self.socket().remove_containers(|container| {
            container["Labels"]["devcontainer.local_folder"] == folder.as_str()
        });
        // By name, never by id: a Dockerfile that adds nothing gives, on Podman, the very image that it starts from.
        for image in self.built_images().unwrap_or_default() {
            let names = image["RepoTags"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for name in names.filter(|name| name.contains(&self.folder_hash())) {
                self.socket().remove_image(name);
            }
        }
    }
}

pub fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// JSON documents, one a line; other lines are left out.
pub fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(bytes).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The names of steps that were begun, in order.
pub fn steps(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .filter(|event| event["type"] == "stepStarted")
        .filter_map(|event| event["name"].as_str())
        .collect()
}

/// A program that runs, and the lines that it writes.
pub struct Following {
    pub child: Child,
    lines: Receiver<String>,
}

impl Following {
    /// Starts it, to read what it writes for people on its standard error.
    pub fn errors(exchange: &Exchange<'_>) -> Self {
        let mut child = Self::spawn(exchange, Stdio::null(), Stdio::piped());
        let stderr = child.stderr.take().unwrap();
        Self { child, lines: lines_of(stderr) }
    }

    /// Starts it, to read what it writes on its standard output.
    pub fn output(exchange: &Exchange<'_>) -> Self {
        let mut child = Self::spawn(exchange, Stdio::piped(), Stdio::null());
        let stdout = child.stdout.take().unwrap();
        Self { child, lines: lines_of(stdout) }
    }

    fn spawn(exchange: &Exchange<'_>, stdout: Stdio, stderr: Stdio) -> Child {
        exchange.command().stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().unwrap()
    }

    /// The next line that contains this.
    pub fn until(&self, text: &str) -> String {
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("no {text:?} in\n{}", seen.join("\n"));
    }

    /// Waits for its end.
    pub fn code(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

/// Waits until something is true.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// A text as a part of a request's line.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
