//! A server of git repositories on loopback: `git http-backend` behind as much HTTP as git needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Serves while it lives, and ends with the test's process.
pub struct GitServer {
    folder: tempfile::TempDir,
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// `user:password` that must be given.
    login: std::sync::Mutex<Option<String>>,
    /// Connections are taken and never answered.
    silent: AtomicBool,
    connections: AtomicU32,
}

impl GitServer {
    /// Begins to serve, on a port of its own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<State>::default();
        let (root, shared) = (folder.path().to_owned(), state.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (root, state) = (root.clone(), shared.clone());
                state.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    // A client that goes away is no error of the server.
                    let _ = serve(&connection, &root, &state);
                });
            }
        });
        Self { folder, port, state }
    }

    /// Asks every client for this `user:password` from now on.
    pub fn require(&self, login: &str) {
        *self.state.login.lock().unwrap() = Some(login.to_owned());
    }

    /// Takes connections without answering them, or answers them again.
    pub fn silent(&self, silent: bool) {
        self.state.silent.store(silent, Ordering::SeqCst);
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> u32 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The address of a repository.
    pub fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}.git", self.port)
    }

    /// The same with a login in it.
    pub fn url_as(&self, login: &str, name: &str) -> String {
        format!("http://{login}@127.0.0.1:{}/{name}.git", self.port)
    }

    /// Where a repository lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.git"))
    }

    /// A repository with these files on `main`; `more` is run in its working tree afterwards.
    pub fn repository(&self, name: &str, files: &[(&str, &str)], more: &str) {
        let tree = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = tree.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let bare = self.folder.path().join(format!("{name}.git"));
        let script = format!(
            "set -e; git init -q -b main; git config user.name Test; git config user.email test@example.com; \
             git add -A; git commit -q -m first; {more}; git clone -q --bare . {}",
            bare.display()
        );
        run(&script, tree.path());
    }
}

/// Runs a script of git's without a person's configuration.
pub fn run(script: &str, folder: &Path) {
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

fn serve(connection: &TcpStream, root: &PathBuf, state: &State) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) =
        (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    while state.silent.load(Ordering::SeqCst) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mut writer = connection;
    if let Some(login) = state.login.lock().unwrap().clone() {
        use base64::Engine as _;
        let expected = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(login));
        if header("authorization") != Some(expected) {
            return writer.write_all(
                b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        }
    }
    let mut body = Vec::new();
    if let Some(length) = header("content-length").and_then(|length| length.parse().ok()) {
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type").unwrap_or_default())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding").unwrap_or_default())
        .env("GIT_PROTOCOL", header("git-protocol").unwrap_or_default())
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdin = backend.stdin.take().unwrap();
    stdin.write_all(&body)?;
    drop(stdin);
    let output = backend.wait_with_output()?.stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    let rest: String =
        head.lines().filter(|line| !line.starts_with("Status: ")).map(|line| format!("{line}\r\n")).collect();
    let content = output.get(end + 4..).unwrap_or_default();
    write!(
        writer,
        "HTTP/1.1 {status}\r\n{rest}Content-Length: {}\r\nConnection: close\r\n\r\n",
        content.len()
    )?;
    writer.write_all(content)
}
