//! What clients and the keeper say to each other: JSON documents, each behind its length.
//!
//! The keeper speaks first. A client asks once; what follows depends on what it asked. Neither side believes a length: a document is
//! read piece by piece into a bounded buffer, and within a bounded time.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use wharf_api as api;
use wharf_plan::ports::{Forward, InsidePort};

/// The largest document, in bytes. Environments of commands are the largest of what is sent.
pub(crate) const LARGEST: usize = 4 * 1024 * 1024;
/// How long one document may take from its first byte to its last, in either direction.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Raised when a document changes its meaning. Who meets another number says nothing but [`Request::Leave`], which like [`Greeting`] is the
/// same under every number: members may be added to both, and none is ever taken away.
pub(super) const PROTOCOL: u32 = 1;
/// Read at a time.
const PIECE: usize = 16 * 1024;

/// What the keeper begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Greeting {
    pub(super) protocol: u32,
    pub(super) pid: u32,
    pub(super) version: String,
    pub(super) started_at: u64,
}

/// What a client asks. An environment is named by its state folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Request {
    /// Keep an environment from now on, or look at its records again.
    Keep { key: String },
    /// Keep it no longer.
    Release { key: String },
    /// The ports of one environment, or of all.
    Ports { key: Option<String> },
    /// Do something with a port.
    Change { key: String, port: InsidePort, change: api::PortChange },
    /// Tell what happens, until the client goes.
    Watch,
    /// Run a command inside. Three descriptors follow: standard input, output and error.
    Exec(Box<super::exec::ExecMessage>),
    /// Run the rest of an environment's hooks in the background, as a command of this program.
    Finish { arguments: Vec<String>, folder: String, variables: Vec<(String, String)> },
    /// Hand the listeners on, and end once the last connection has.
    HandOver,
    /// End: now, or, to make room for another keeper, once the last connection has ended; nothing listens any more then.
    Leave {
        #[serde(default)]
        drain: bool,
    },
}

/// What the keeper answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Reply {
    /// It is done.
    Done,
    /// The ports that were asked for.
    Ports { result: api::PortsResult },
    /// Something happened.
    Event { event: Box<api::KeeperEvent> },
    /// It cannot be done.
    Refused { message: String },
    /// The environment is not kept, or cannot be reached just now.
    NotHere,
    /// The command ended.
    Exec(Box<super::exec::ExecReply>),
    /// A listener, whose descriptors follow; the last one has none.
    Listener { key: String, forward: Option<Box<Forward>>, descriptors: usize },
}

/// Writes one document.
///
/// # Errors
/// When it is too large, or the other end does not take it.
pub(super) async fn send<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), document: &T) -> io::Result<()> {
    let text = serde_json::to_vec(document)?;
    if text.len() > LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the document is too large"));
    }
    let mut bytes = Vec::with_capacity(text.len() + 4);
    bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&text);
    match tokio::time::timeout(PATIENCE, to.write_all(&bytes)).await {
        Ok(written) => written,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Reads one document; None when the other end has ended before one began.
///
/// # Errors
/// When what comes is no document, is too large, or takes too long.
pub(super) async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    if from.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    let rest = async {
        from.read_exact(&mut length[1..]).await?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LARGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the document is too large"));
        }
        // Memory is taken for what has come, not for what was announced.
        let mut text = Vec::new();
        while text.len() < length {
            let have = text.len();
            text.resize(length.min(have + PIECE.max(have)), 0);
            from.read_exact(&mut text[have..]).await?;
        }
        Ok(serde_json::from_slice(&text)?)
    };
    match tokio::time::timeout(PATIENCE, rest).await {
        Ok(document) => document.map(Some),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// What fuzzers call: everything in these bytes that either end would understand, each as it is understood and as it is once it was written
/// and read again.
#[must_use]
pub fn understood(bytes: &[u8]) -> Vec<[serde_json::Value; 2]> {
    let mut documents = read_all::<Greeting>(bytes);
    documents.extend(read_all::<Request>(bytes));
    documents.extend(read_all::<Reply>(bytes));
    documents
}

fn read_all<T: Serialize + DeserializeOwned>(mut bytes: &[u8]) -> Vec<[serde_json::Value; 2]> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
        return Vec::new();
    };
    let mut documents = Vec::new();
    while let Ok(Some(document)) = runtime.block_on(receive::<T>(&mut bytes)) {
        let again = serde_json::to_string(&document).and_then(|text| serde_json::from_str::<T>(&text));
        let value = |document: &T| serde_json::to_value(document).unwrap_or_default();
        let again = again.map(|again| value(&again)).unwrap_or_default();
        documents.push([value(&document), again]);
    }
    documents
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether these bytes are a request.
    fn read_request(mut bytes: &[u8]) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async { matches!(receive::<Request>(&mut bytes).await, Ok(Some(_))) })
    }

    #[tokio::test]
    async fn a_document_comes_as_it_went() {
        let (mut one, mut other) = tokio::io::duplex(64);
        let request = Request::Change {
            key: "k".repeat(100_000),
            port: InsidePort::own(80),
            change: api::PortChange::Open { local_port: Some(8080), address: None },
        };
        let sent = tokio::spawn(async move { send(&mut one, &request).await });
        let Some(Request::Change { key, port, change }) = receive(&mut other).await.unwrap() else {
            panic!()
        };
        assert_eq!(
            (key.len(), port, change),
            (100_000, InsidePort::own(80), api::PortChange::Open { local_port: Some(8080), address: None })
        );
        sent.await.unwrap().unwrap();
        assert!(receive::<Request>(&mut other).await.unwrap().is_none(), "the other end has ended");
    }

    /// What fuzzers begin with is what both ends say.
    #[test]
    fn the_corpus_of_fuzzers_is_understood() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/keeper");
        for (file, documents) in
            [("greeting", 1), ("requests", 7), ("finish", 1), ("exec", 1), ("replies", 4)]
        {
            let found = understood(&std::fs::read(folder.join(file)).unwrap()).len();
            assert!(found >= documents, "{file}: {found}");
        }
    }

    /// What keepers of all times understand of each other. A change here breaks the takeover of those that run.
    #[test]
    fn what_stays_the_same_under_every_number() {
        let leave = |text: &str| match serde_json::from_str(text) {
            Ok(Request::Leave { drain }) => drain,
            other => panic!("{text}: {other:?}"),
        };
        assert!(!leave(r#"{"request":"leave"}"#));
        assert!(leave(r#"{"request":"leave","drain":true,"later":1}"#));
        let said = serde_json::to_string(&Request::Leave { drain: true }).unwrap();
        assert_eq!(said, r#"{"request":"leave","drain":true}"#);
        let greeting = r#"{"protocol":7,"pid":1,"version":"9.0.0","startedAt":5,"later":{}}"#;
        let expected = Greeting { protocol: 7, pid: 1, version: "9.0.0".to_owned(), started_at: 5 };
        assert_eq!(serde_json::from_str::<Greeting>(greeting).unwrap(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_document_is_refused() {
        let (mut one, mut other) = tokio::io::duplex(64);
        one.write_all(&[0, 1, 0, 0, b'{']).await.unwrap();
        let refused = receive::<Request>(&mut other).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        one.write_all(&[0xff; 4]).await.unwrap();
    }

    proptest! {
        /// Whatever comes, it is a document or an error, and no more memory is taken than came.
        #[test]
        fn nothing_that_comes_is_believed(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            read_request(&bytes);
            let mut framed = (bytes.len() as u32).to_be_bytes().to_vec();
            framed.extend_from_slice(&bytes);
            let understood = read_request(&framed);
            prop_assert!(!understood || bytes.starts_with(b"{"), "{bytes:?} was understood");
            let mut huge = u32::MAX.to_be_bytes().to_vec();
            huge.extend_from_slice(&bytes);
            prop_assert!(!read_request(&huge));
        }
    }
}
