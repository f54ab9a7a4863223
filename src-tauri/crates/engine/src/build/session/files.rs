//! Sending files to the builder: it gets a list of what is there and asks for the contents that it does not have yet.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bollard::grpc::build::fsutil::types::packet::PacketType;
use bollard::grpc::build::fsutil::types::{Packet, Stat};
use bollard::grpc::build::moby::filesync::packet::file_sync_server::FileSync;
use bytes::Bytes;
use futures_util::Stream;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};
use wharf_plan::BuildSpec;
use wharf_plan::build::NamedContext;

use super::Troubles;
use crate::context::{Entry, EntryKind, Filter, Ignore, Walk, follow, io_error};
use crate::error::Error;

/// The size of a piece of a file, and how many packets may wait.
const PIECE: usize = 32 * 1024;
const WAITING: usize = 16;

/// Go's bits for what a file is.
const FOLDER: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
const PIPE: u32 = 1 << 25;
const SET_USER: u32 = 1 << 23;
const SET_GROUP: u32 = 1 << 22;
const STICKY: u32 = 1 << 20;

/// Serves the build's folders by the names that the builder knows them by.
pub(super) struct Files {
    folders: BTreeMap<String, Folder>,
    dockerfile: String,
    troubles: Troubles,
}

/// One of them.
#[derive(Clone)]
enum Folder {
    OnDisk(PathBuf),
    InMemory(Arc<BTreeMap<String, Bytes>>),
}

impl Files {
    pub(super) fn new(spec: &BuildSpec, troubles: Troubles) -> Files {
        let name =
            spec.dockerfile_name.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("Dockerfile");
        let mut beside = BTreeMap::from([(name.to_owned(), Bytes::from(spec.dockerfile.clone()))]);
        // The builder looks for the Dockerfile's own ignore file beside it.
        if let Some(path) = &spec.dockerfile_path {
            let mut ignore = path.as_os_str().to_owned();
            ignore.push(".dockerignore");
            if let Ok(content) = std::fs::read(PathBuf::from(ignore)) {
                beside.insert(format!("{name}.dockerignore"), Bytes::from(content));
            }
        }
        let context = match &spec.context {
            Some(path) => Folder::OnDisk(path.clone()),
            None => Folder::InMemory(Arc::default()),
        };
        let mut folders = BTreeMap::from([
            ("context".to_owned(), context),
            ("dockerfile".to_owned(), Folder::InMemory(Arc::new(beside))),
        ]);
        for (name, context) in &spec.named_contexts {
            if let NamedContext::Folder(path) = context {
                folders.insert(folder_name(name), Folder::OnDisk(path.clone()));
            }
        }
        Files { folders, dockerfile: name.to_owned(), troubles }
    }

    pub(super) fn dockerfile(&self) -> &str {
        &self.dockerfile
    }
}

/// What the builder asks for when it wants the folder of a named context: the name, unless that is one of the build's own two.
pub(in crate::build) fn folder_name(context: &str) -> String {
    if matches!(context, "context" | "dockerfile") { format!("_{context}") } else { context.to_owned() }
}

type Packets = Pin<Box<dyn Stream<Item = Result<Packet, Status>> + Send>>;

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = Packets;

    async fn diff_copy(&self, request: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        let metadata = request.metadata();
        let name = values(metadata, "dir-name").into_iter().next().unwrap_or_default();
        let folder = self
            .folders
            .get(&name)
            .cloned()
            .ok_or_else(|| Status::not_found(format!("there is no folder {name:?} in this build")))?;
        let wanted = Wanted {
            include: values(metadata, "include-patterns"),
            exclude: values(metadata, "exclude-patterns"),
            follow: values(metadata, "followpaths"),
        };
        tracing::debug!(name, ?wanted, "the builder asks for files");
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(serve(folder, wanted, request.into_inner(), sender, self.troubles.clone()));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    type TarStreamStream = Packets;

    async fn tar_stream(&self, _: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("files are sent by their differences"))
    }
}

/// What the builder asks for.
#[derive(Debug)]
struct Wanted {
    include: Vec<String>,
    exclude: Vec<String>,
    follow: Vec<String>,
}

impl Wanted {
    fn filter(&self, folder: &Folder) -> Result<Filter, String> {
        let mut include = self.include.clone();
        if !self.follow.is_empty() {
            match folder {
                Folder::OnDisk(path) => include.extend(follow(path, &self.follow).unwrap_or_default()),
                // Nothing in memory is a link.
                Folder::InMemory(_) => include.extend(self.follow.iter().cloned()),
            }
        }
        let compile = |patterns: &[String]| Ignore::from_patterns(patterns).map_err(str::to_owned);
        Ok(Filter {
            include: if include.is_empty() { None } else { Some(compile(&include)?) },
            exclude: compile(&self.exclude)?,
        })
    }
}

/// Values that are not plain ASCII travel encoded as in a query.
fn values(metadata: &MetadataMap, key: &str) -> Vec<String> {
    let encoded = metadata.get(format!("{key}-encoded")).is_some_and(|value| value.as_bytes() == b"1");
    metadata
        .get_all(key)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(|value| if encoded { decode(value) } else { value.to_owned() })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let value =
                    std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.extend(value);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the content behind a number is.
enum Content {
    OnDisk(PathBuf),
    InMemory(Bytes),
}

type Contents = Arc<Mutex<HashMap<u32, Content>>>;

/// The whole exchange over one folder.
async fn serve(
    folder: Folder,
    wanted: Wanted,
    mut from_builder: Streaming<Packet>,
    sender: mpsc::Sender<Result<Packet, Status>>,
    troubles: Troubles,
) {
    let contents = Contents::default();
    let (ask, asked) = mpsc::unbounded_channel();
    let list = {
        let (contents, sender, troubles) = (contents.clone(), sender.clone(), troubles.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = send_list(&folder, &wanted, &contents, &sender) {
                fail(&sender, &troubles, error);
            }
        })
    };
    let answers = {
        let (contents, sender, troubles) = (contents.clone(), sender.clone(), troubles.clone());
        tokio::task::spawn_blocking(move || send_contents(asked, &contents, &sender, &troubles))
    };
    while let Ok(Some(packet)) = from_builder.message().await {
        match PacketType::try_from(packet.r#type) {
            // Nobody answers any more: one of the two has failed and said so.
            Ok(PacketType::PacketReq) if ask.send(packet.id).is_err() => break,
            Ok(PacketType::PacketFin) => {
                // The builder has everything.
                let _ = sender.send(Ok(packet_of(PacketType::PacketFin))).await;
                break;
            }
            Ok(PacketType::PacketErr) => {
                tracing::debug!(words = %String::from_utf8_lossy(&packet.data), "the builder stopped the transfer");
                break;
            }
            _ => {}
        }
    }
    drop(ask);
    // Both end by themselves: they notice when nobody listens.
    let _ = tokio::join!(list, answers);
}

fn packet_of(kind: PacketType) -> Packet {
    Packet { r#type: kind as i32, ..Packet::default() }
}

/// Ends the exchange with the reason, for the builder and for the person.
fn fail(sender: &mpsc::Sender<Result<Packet, Status>>, troubles: &Troubles, error: Trouble) {
    let Trouble::Real(error) = error else { return };
    let words = error.to_string();
    troubles.note(error);
    let packet = Packet { data: words.clone().into_bytes(), ..packet_of(PacketType::PacketErr) };
    let _ = sender.blocking_send(Ok(packet));
    let _ = sender.blocking_send(Err(Status::aborted(words)));
}

/// Why an exchange ends early.
enum Trouble {
    /// The builder went away: not our trouble.
    Gone,
    Real(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Real(error)
    }
}

fn send_list(
    folder: &Folder,
    wanted: &Wanted,
    contents: &Contents,
    sender: &mpsc::Sender<Result<Packet, Status>>,
) -> Result<(), Trouble> {
    let filter = wanted.filter(folder).map_err(|reason| Error::IgnorePattern {
        path: PathBuf::from(".dockerignore"),
        line: 0,
        pattern: wanted.exclude.join(" "),
        reason,
    })?;
    let mut number = 0;
    let mut send = |stat: Stat, content: Option<Content>| {
        if let Some(content) = content {
            contents.lock().unwrap_or_else(PoisonError::into_inner).insert(number, content);
        }
        number += 1;
        let packet = Packet { stat: Some(stat), ..packet_of(PacketType::PacketStat) };
        sender.blocking_send(Ok(packet)).map_err(|_| Trouble::Gone)
    };
    match folder {
        Folder::InMemory(files) => {
            for (name, content) in files.iter() {
                let is_wanted = filter.include.as_ref().is_none_or(|include| include.leaves_out(name))
                    && !filter.exclude.leaves_out(name);
                if is_wanted {
                    send(stat_in_memory(name, content), Some(Content::InMemory(content.clone())))?;
                }
            }
        }
        Folder::OnDisk(path) => {
            for entry in Walk::new(path, &filter)? {
                let entry = entry?;
                let stat = stat_on_disk(&entry);
                let content = matches!(entry.kind, EntryKind::File(_)).then_some(Content::OnDisk(entry.full));
                send(stat, content)?;
            }
        }
    }
    // An entry without anything ends the list.
    sender.blocking_send(Ok(packet_of(PacketType::PacketStat))).map_err(|_| Trouble::Gone)
}

fn stat_in_memory(name: &str, content: &Bytes) -> Stat {
    // The builder takes a file of the same size and time for the same file, so the time follows from the content.
    let hash = Sha256::digest(content);
    let time = hash.iter().take(7).fold(0_i64, |time, byte| (time << 8) | i64::from(*byte));
    Stat {
        path: name.to_owned(),
        mode: 0o644,
        size: i64::try_from(content.len()).unwrap_or(i64::MAX),
        mod_time: time,
        ..Stat::default()
    }
}

fn stat_on_disk(entry: &Entry) -> Stat {
    let (kind, size, linkname) = match &entry.kind {
        EntryKind::Folder => (FOLDER, 0, String::new()),
        EntryKind::File(size) => (0, i64::try_from(*size).unwrap_or(i64::MAX), String::new()),
        EntryKind::Symlink(target) => {
            let target = target.to_string_lossy().into_owned();
            (SYMLINK, i64::try_from(target.len()).unwrap_or(i64::MAX), target)
        }
        EntryKind::Pipe => (PIPE, 0, String::new()),
    };
    let special = [(0o4000, SET_USER), (0o2000, SET_GROUP), (0o1000, STICKY)];
    let special = special.iter().filter(|(bit, _)| entry.mode & bit != 0).fold(0, |bits, (_, go)| bits | go);
    // Nothing in the image belongs to whoever built it.
    Stat {
        path: entry.path.clone(),
        mode: kind | special | (entry.mode & 0o777),
        size,
        mod_time: entry.modified,
        linkname,
        ..Stat::default()
    }
}

fn send_contents(
    mut asked: mpsc::UnboundedReceiver<u32>,
    contents: &Contents,
    sender: &mpsc::Sender<Result<Packet, Status>>,
    troubles: &Troubles,
) {
    while let Some(number) = asked.blocking_recv() {
        let content = contents.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        let sent = match content {
            Some(content) => send_content(number, content, sender),
            // Asked twice, or for something that is no file.
            None => Ok(()),
        };
        if let Err(trouble) = sent {
            fail(sender, troubles, trouble);
            return;
        }
    }
}

fn send_content(
    number: u32,
    content: Content,
    sender: &mpsc::Sender<Result<Packet, Status>>,
) -> Result<(), Trouble> {
    let send = |data: Vec<u8>| {
        let packet = Packet { id: number, data, ..packet_of(PacketType::PacketData) };
        sender.blocking_send(Ok(packet)).map_err(|_| Trouble::Gone)
    };
    match content {
        Content::InMemory(bytes) => {
            for piece in bytes.chunks(PIECE) {
                send(piece.to_vec())?;
            }
        }
        Content::OnDisk(path) => {
            let failed = |error| io_error(&path, error);
            let mut file = std::fs::File::open(&path).map_err(failed)?;
            loop {
                let mut piece = vec![0; PIECE];
                let count = file.read(&mut piece).map_err(failed)?;
                if count == 0 {
                    break;
                }
                piece.truncate(count);
                send(piece)?;
            }
        }
    }
    send(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_values_are_read() {
        for (text, expected) in [("plain", "plain"), ("a+b%2Fc", "a b/c"), ("%C3%BC*", "ü*"), ("%", "")] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn equal_sizes_with_other_contents_get_other_times() {
        let time =
            |content: &'static str| stat_in_memory("x", &Bytes::from_static(content.as_bytes())).mod_time;
        assert_eq!(time("FROM a"), time("FROM a"));
        assert_ne!(time("FROM a"), time("FROM b"));
        assert!(time("FROM a") >= 0);
    }
}
