//! A registry in this process: the Distribution API as far as Features and Templates need it, on a free port of loopback, gone with its value.
//!
//! Unlike the real one of [`crate::registry`] it is there at once, can be told to misbehave, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The type of the manifests that it keeps.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The user that a locked registry knows.
pub const USER: &str = "myuser";
/// And the password.
pub const PASSWORD: &str = "mypass";
/// What an encrypted connection begins with.
const TLS: u8 = 0x16;
/// What a token server gives to who knows the password.
const TOKEN: &str = "the-token-of-the-registry";

/// What a registry asks before it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    /// Nothing.
    #[default]
    Open,
    /// [`USER`] and [`PASSWORD`] with every request.
    Basic,
    /// A token, which its own `/token` gives for the password; or to everybody, for reading.
    Bearer,
}

/// One registry. It answers until its value goes.
#[derive(Debug)]
pub struct MemoryRegistry {
    address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
    ended: Arc<AtomicBool>,
}

/// What it keeps.
#[derive(Debug, Default)]
struct Shelf {
    lock: Lock,
    /// Token servers give no token without credentials.
    members_only: bool,
    /// The token server listens at another port than the registry.
    elsewhere: Option<SocketAddr>,
    blobs: BTreeMap<String, Vec<u8>>,
    /// Repository and reference (a tag or a digest) to the manifest's bytes.
    manifests: BTreeMap<(String, String), Vec<u8>>,
    /// Repository to its tags, in the order in which they came.
    tags: BTreeMap<String, Vec<String>>,
    /// Uploads that were begun, and how many there have been.
    uploads: usize,
    requests: Vec<String>,
}

impl MemoryRegistry {
    /// One that holds nothing and asks nothing.
    ///
    /// # Panics
    /// When no port of loopback is free.
    #[must_use]
    pub fn start(lock: Lock) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf { lock, ..Shelf::default() }));
        let ended = Arc::new(AtomicBool::new(false));
        let address = listen(&shelf, &ended);
        Self { address, shelf, ended }
    }

    /// Its host, as references begin: `localhost:12345`.
    #[must_use]
    pub fn host(&self) -> String {
        host_of(self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A token server gives nothing to who names no user.
    pub fn members_only(&self) {
        self.shelf().members_only = true;
    }

    /// The token server is another one, at a port of its own.
    ///
    /// # Panics
    /// When no port of loopback is free.
    pub fn tokens_are_elsewhere(&self) {
        let address = listen(&self.shelf, &self.ended);
        self.shelf().elsewhere = Some(address);
    }

    /// The host of the token server, if it is another than the registry's.
    #[must_use]
    pub fn elsewhere(&self) -> Option<String> {
        self.shelf().elsewhere.map(host_of)
    }

    /// Keeps a blob, and answers its digest.
    pub fn put_blob(&self, bytes: Vec<u8>) -> String {
        let digest = digest_of(&bytes);
        self.shelf().blobs.insert(digest.clone(), bytes);
        digest
    }

    /// Keeps a manifest under these tags, and answers its digest.
    pub fn put_manifest(&self, repository: &str, tags: &[String], bytes: &[u8]) -> String {
        self.shelf().put_manifest(repository, tags, bytes)
    }

    /// Serves other bytes for the layers of this manifest than those that it names.
    pub fn corrupt_content(&self, manifest: &str) {
        let mut shelf = self.shelf();
        let found = shelf.manifests.iter().find(|((_, reference), _)| reference == manifest);
        let document: serde_json::Value =
            found.and_then(|(_, bytes)| serde_json::from_slice(bytes).ok()).unwrap_or_default();
        for layer in document["layers"].as_array().into_iter().flatten() {
            if let Some(blob) = layer["digest"].as_str().and_then(|digest| shelf.blobs.get_mut(digest)) {
                blob.extend_from_slice(b"more than was published");
            }
        }
    }

    /// The tags of a repository.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        self.shelf().tags.get(repository).cloned().unwrap_or_default()
    }

    /// The repositories that something was published to.
    #[must_use]
    pub fn repositories(&self) -> Vec<String> {
        self.shelf().tags.keys().cloned().collect()
    }

    /// The manifest of a tag or digest.
    #[must_use]
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Vec<u8>> {
        self.shelf().manifests.get(&(repository.to_owned(), reference.to_owned())).cloned()
    }

    /// A blob by its digest.
    #[must_use]
    pub fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.shelf().blobs.get(digest).cloned()
    }

    /// What it was asked so far: `GET /v2/…`, without the port.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shelf().requests.clone()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryRegistry {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // The listener wakes up for a last time.
        drop(TcpStream::connect(self.address));
    }
}

/// `sha256:` and the digest of these bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// A request as far as it matters.
struct Request {
    method: String,
    path: String,
    query: String,
    authorization: String,
    body: Vec<u8>,
}

/// An answer: status, headers, body.
struct Answer(u16, Vec<(&'static str, String)>, Vec<u8>);

impl Answer {
    fn empty(status: u16) -> Self {
        Self(status, Vec::new(), Vec::new())
    }

    fn error(status: u16, code: &str) -> Self {
        let body = format!(r#"{{"errors":[{{"code":"{code}","message":"{code}"}}]}}"#);
        Self(status, vec![("Content-Type", "application/json".to_owned())], body.into_bytes())
    }
}

/// Answers one connection's requests, one after the other.
fn serve(stream: &TcpStream, shelf: &Mutex<Shelf>, address: SocketAddr) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    if reader.fill_buf()?.first() == Some(&TLS) {
        // Engines try encryption first, and go on in the open with a registry on loopback that answers in the open.
        return writer.write_all(b"HTTP/1.1 400 -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    while let Some(request) = read(&mut reader)? {
        let answer = {
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.requests.push(format!("{} {}", request.method, request.path));
            shelf.answer(&request, address)
        };
        let Answer(status, headers, body) = answer;
        let mut head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        writer.write_all(head.as_bytes())?;
        writer.write_all(b"\r\n")?;
        if request.method != "HEAD" {
            writer.write_all(&body)?;
        }
        writer.flush()?;
    }
    Ok(())
}

fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: String::new(),
        body: Vec::new(),
    };
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
            "authorization" => request.authorization = value.trim().to_owned(),
            _ => {}
        }
    }
    if chunked {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            request.body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    } else {
        request.body = vec![0; length];
        reader.read_exact(&mut request.body)?;
    }
    Ok(Some(request))
}

impl Shelf {
    fn put_manifest(&mut self, repository: &str, tags: &[String], bytes: &[u8]) -> String {
        let digest = digest_of(bytes);
        self.manifests.insert((repository.to_owned(), digest.clone()), bytes.to_vec());
        for tag in tags {
            self.manifests.insert((repository.to_owned(), tag.clone()), bytes.to_vec());
            let known = self.tags.entry(repository.to_owned()).or_default();
            if !known.contains(tag) {
                known.push(tag.clone());
            }
        }
        digest
    }

    fn answer(&mut self, request: &Request, address: SocketAddr) -> Answer {
        if request.path == "/token" {
            return self.token(request);
        }
        if let Some(refusal) = self.refusal(request, address) {
            return refusal;
        }
        let Some(path) = request.path.strip_prefix("/v2/") else { return Answer::error(404, "NAME_UNKNOWN") };
        if path.is_empty() {
            return Answer::empty(200);
        }
        if let Some(repository) = path.strip_suffix("/tags/list") {
            return self.tag_list(repository);
        }
        if let Some((repository, reference)) = path.split_once("/manifests/") {
            return self.manifest(request, repository, reference);
        }
        match path.split_once("/blobs/") {
            Some((repository, upload)) if upload.starts_with("uploads/") => self.upload(request, repository),
            Some((_, digest)) => match self.blobs.get(digest) {
                Some(blob) => {
                    let kind = ("Content-Type", "application/octet-stream".to_owned());
                    Answer(200, vec![kind, ("Docker-Content-Digest", digest.to_owned())], blob.clone())
                }
                None => Answer::error(404, "BLOB_UNKNOWN"),
            },
            None => Answer::error(404, "NAME_UNKNOWN"),
        }
    }

    fn tag_list(&self, repository: &str) -> Answer {
        match self.tags.get(repository) {
            Some(tags) => {
                let document = serde_json::json!({ "name": repository, "tags": tags });
                let kind = ("Content-Type", "application/json".to_owned());
                Answer(200, vec![kind], document.to_string().into_bytes())
            }
            None => Answer::error(404, "NAME_UNKNOWN"),
        }
    }

    fn manifest(&mut self, request: &Request, repository: &str, reference: &str) -> Answer {
        if request.method == "PUT" {
            let tags: Vec<String> =
                if reference.starts_with("sha256:") { Vec::new() } else { vec![reference.to_owned()] };
            let digest = self.put_manifest(repository, &tags, &request.body);
            let place = ("Location", format!("/v2/{repository}/manifests/{digest}"));
            return Answer(201, vec![place, ("Docker-Content-Digest", digest)], Vec::new());
        }
        match self.manifests.get(&(repository.to_owned(), reference.to_owned())) {
            Some(bytes) => {
                let document: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
                let kind = document["mediaType"].as_str().unwrap_or(MANIFEST).to_owned();
                let headers = vec![("Content-Type", kind), ("Docker-Content-Digest", digest_of(bytes))];
                Answer(200, headers, bytes.clone())
            }
            None => Answer::error(404, "MANIFEST_UNKNOWN"),
        }
    }

    fn upload(&mut self, request: &Request, repository: &str) -> Answer {
        match (request.method.as_str(), digest_in(&request.query)) {
            ("POST", None) => {
                self.uploads += 1;
                let place = format!("/v2/{repository}/blobs/uploads/{}?state=begun", self.uploads);
                Answer(202, vec![("Location", place)], Vec::new())
            }
            ("POST" | "PUT", Some(digest)) if digest == digest_of(&request.body) => {
                self.blobs.insert(digest.clone(), request.body.clone());
                let place = ("Location", format!("/v2/{repository}/blobs/{digest}"));
                Answer(201, vec![place, ("Docker-Content-Digest", digest)], Vec::new())
            }
            _ => Answer::error(400, "DIGEST_INVALID"),
        }
    }

    /// The answer to who may not, or must first say who they are.
    fn refusal(&self, request: &Request, address: SocketAddr) -> Option<Answer> {
        let port = address.port();
        let (may, how) = match self.lock {
            Lock::Open => return None,
            Lock::Basic => (knows_password(&request.authorization), "Basic realm=\"registry\"".to_owned()),
            Lock::Bearer => {
                let host = host_of(self.elsewhere.unwrap_or(address));
                (
                    request.authorization == format!("Bearer {TOKEN}"),
                    format!("Bearer realm=\"http://{host}/token\",service=\"localhost:{port}\""),
                )
            }
        };
        if may {
            return None;
        }
        let Answer(status, mut headers, body) = Answer::error(401, "UNAUTHORIZED");
        headers.push(("WWW-Authenticate", how));
        Some(Answer(status, headers, body))
    }

    fn token(&self, request: &Request) -> Answer {
        let asked = knows_password(&request.authorization);
        if asked || (!self.members_only && request.authorization.is_empty()) {
            let document = serde_json::json!({ "token": TOKEN, "expires_in": 300 });
            let kind = ("Content-Type", "application/json".to_owned());
            return Answer(200, vec![kind], document.to_string().into_bytes());
        }
        Answer::error(401, "UNAUTHORIZED")
    }
}

fn host_of(address: SocketAddr) -> String {
    format!("localhost:{}", address.port())
}

/// Answers at a port of loopback until it is over.
fn listen(shelf: &Arc<Mutex<Shelf>>, ended: &Arc<AtomicBool>) -> SocketAddr {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Ok(listener) => listener,
        Err(error) => panic!("no port of loopback is free: {error}"),
    };
    let address = match listener.local_addr() {
        Ok(address) => address,
        Err(error) => panic!("the registry's port is not known: {error}"),
    };
    let (shared, over) = (Arc::clone(shelf), Arc::clone(ended));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if over.load(Ordering::SeqCst) {
                break;
            }
            let shelf = Arc::clone(&shared);
            std::thread::spawn(move || drop(serve(&stream, &shelf, address)));
        }
    });
    address
}

fn digest_in(query: &str) -> Option<String> {
    let digest = query.split('&').find_map(|part| part.strip_prefix("digest="))?;
    Some(digest.replace("%3A", ":").replace("%3a", ":"))
}

fn knows_password(authorization: &str) -> bool {
    authorization == format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))
}
