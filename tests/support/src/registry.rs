//! A real registry on loopback, for as long as a test holds it: Debian's `docker-registry`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::PATIENCE;
use crate::engines::{COMMAND, home};
use crate::ports::free_port;

/// The program, and the package that brings it.
pub const PROGRAM: &str = "docker-registry";
/// Where xtask unpacks what the package holds, inside its folder.
pub const FOLDER: &str = "registry";
/// The user that a registry with a lock knows.
pub const USER: &str = "wharf";
/// And the password.
pub const PASSWORD: &str = "correct horse";

/// `PASSWORD` as the registry keeps it: bcrypt, which is all that it reads, at its lowest cost.
const HASH: &str = "$2b$04$c5cEq6/3HkNzjEVUetxHwetuCkVvE5UX8xvwt5.7tHzX/Bt.d5ff2";

/// A registry that ends with this value.
#[derive(Debug)]
pub struct Registry {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Registry {
    /// One that everybody may read and write.
    #[must_use]
    pub fn open() -> Registry {
        Registry::start(false)
    }

    /// One that knows [`USER`] alone.
    #[must_use]
    pub fn locked() -> Registry {
        Registry::start(true)
    }

    /// Its host, as image names begin: `localhost:12345`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// `user:password` as Docker's files keep it.
    #[must_use]
    pub fn encoded(password: &str) -> String {
        STANDARD.encode(format!("{USER}:{password}"))
    }

    /// The tags of a repository; none when there is no such thing. Asked as [`USER`].
    ///
    /// # Panics
    /// When the registry does not answer.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        let answer = self.get(&format!("/v2/{repository}/tags/list"), "application/json");
        let document: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        let tags = document["tags"].as_array().cloned().unwrap_or_default();
        tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
    }

    /// A manifest or an index, as it is stored.
    ///
    /// # Panics
    /// When the registry does not answer.
    #[must_use]
    pub fn manifest(&self, repository: &str, tag: &str) -> serde_json::Value {
        let accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                      application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.docker.distribution.manifest.v2+json";
        let answer = self.get(&format!("/v2/{repository}/manifests/{tag}"), accept);
        serde_json::from_str(&answer).unwrap_or_default()
    }

    fn start(locked: bool) -> Registry {
        let folder = match tempfile::tempdir() {
            Ok(folder) => folder,
            Err(error) => panic!("cannot make a folder for a registry: {error}"),
        };
        let port = free_port();
        let process = Command::new(program())
            .arg("serve")
            .arg(configure(folder.path(), port, locked))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{PROGRAM}: {error}; run `{COMMAND}`, which brings it"));
        let mut registry = Registry { process, port, folder };
        // Whoever else listens there does not know this folder.
        let own = registry.folder.path().display().to_string();
        let end = Instant::now() + PATIENCE;
        while !registry.ask("/v2/", "*/*").is_ok_and(|answer| answer.contains(&own)) {
            let runs = matches!(registry.process.try_wait(), Ok(None));
            assert!(runs && Instant::now() < end, "{PROGRAM} does not listen on {port}");
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }

    fn get(&self, path: &str, accept: &str) -> String {
        match self.ask(path, accept) {
            Ok(answer) => answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned(),
            Err(error) => panic!("the registry does not answer: {error}"),
        }
    }

    /// The whole answer, with its head.
    fn ask(&self, path: &str, accept: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let credentials = Self::encoded(PASSWORD);
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: {accept}\r\nAuthorization: Basic {credentials}\r\n\r\n",
            self.host()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The one that xtask unpacked, else the machine's own.
fn program() -> PathBuf {
    let unpacked = home().map(|home| home.join(FOLDER).join("usr/bin").join(PROGRAM));
    unpacked.ok().filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from(PROGRAM))
}

fn configure(folder: &std::path::Path, port: u16, locked: bool) -> PathBuf {
    let shown = folder.display();
    let mut text = format!(
        "version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\nstorage: {{ filesystem: {{ rootdirectory: {shown}/data }} }}\nhttp: {{ addr: \"127.0.0.1:{port}\", headers: {{ X-Folder: [\"{shown}\"] }} }}\n"
    );
    if locked {
        text.push_str(&format!("auth: {{ htpasswd: {{ realm: wharf, path: {shown}/users }} }}\n"));
    }
    let path = folder.join("config.yml");
    let written = std::fs::write(&path, text)
        .and_then(|()| std::fs::write(folder.join("users"), format!("{USER}:{HASH}\n")));
    if let Err(error) = written {
        panic!("cannot write the registry's configuration: {error}");
    }
    path
}
