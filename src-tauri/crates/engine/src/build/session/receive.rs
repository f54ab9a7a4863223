//! Taking what a build hands over: an archive as one stream, or a folder file by file.

mod folder;

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bollard::grpc::build::moby::filesync::v1::BytesMessage;
use bytes::Bytes;
use prost::Message as _;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::server::{Grpc, StreamingService};
use tonic::{Request, Response, Status, Streaming};

use super::Troubles;
use super::messages::{Raw, RawService};
use crate::error::Error;

pub(super) const METHOD: &str = "/moby.filesync.v1.FileSend/DiffCopy";

/// Names the exporter whose result arrives; without it there is only one.
const EXPORTER: &str = "buildkit-attachable-exporter-id";

/// Pieces on their way to somebody who reads along. Whoever closes it first ends the stream for both.
#[derive(Debug, Clone)]
pub(in crate::build) struct Pieces(Arc<Mutex<Option<mpsc::Sender<io::Result<Bytes>>>>>);

impl Pieces {
    pub(in crate::build) fn new(sender: mpsc::Sender<io::Result<Bytes>>) -> Pieces {
        Pieces(Arc::new(Mutex::new(Some(sender))))
    }

    /// Takes the way in; None when it was taken or closed.
    pub(in crate::build) fn take(&self) -> Option<mpsc::Sender<io::Result<Bytes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Where one result goes.
#[derive(Debug, Clone)]
pub(in crate::build) enum Target {
    /// Nothing comes back here.
    Nowhere,
    /// One file, which is there whole or as it was.
    File(PathBuf),
    /// Files below a folder; what was there stays.
    Folder(PathBuf),
    /// To somebody who reads along, such as an engine that loads the image.
    Stream(Pieces),
}

/// The service by which a builder hands over.
#[derive(Clone)]
pub(super) struct FileSend {
    targets: Arc<Vec<Target>>,
    troubles: Troubles,
}

impl FileSend {
    pub(super) fn new(targets: Vec<Target>, troubles: Troubles) -> FileSend {
        FileSend { targets: Arc::new(targets), troubles }
    }
}

impl RawService for FileSend {
    const NAME: &'static str = "moby.filesync.v1.FileSend";

    async fn answer(
        self,
        mut grpc: Grpc<Raw>,
        request: http::Request<tonic::body::Body>,
    ) -> http::Response<tonic::body::Body> {
        // The service has one method only.
        grpc.streaming(self, request).await
    }
}

/// Our half of an exchange.
type Answers = mpsc::Sender<Result<Bytes, Status>>;

impl StreamingService<Bytes> for FileSend {
    type Response = Bytes;
    type ResponseStream = ReceiverStream<Result<Bytes, Status>>;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::ResponseStream>, Status>> + Send>>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let number = request.metadata().get(EXPORTER).and_then(|id| id.to_str().ok()?.parse().ok());
            let target = service.targets.get(number.unwrap_or(0_usize)).cloned();
            let target = target.ok_or_else(|| Status::not_found("nothing is asked for under that number"))?;
            let (answers, stream) = mpsc::channel(16);
            tokio::spawn(async move {
                let result = take(target, request.into_inner(), &answers).await;
                if let Err(error) = result {
                    let words = error.to_string();
                    service.troubles.note(error);
                    // The builder waits for our end of the exchange, and hears why it came.
                    let _ = answers.send(Err(Status::aborted(words))).await;
                }
            });
            Ok(Response::new(ReceiverStream::new(stream)))
        })
    }
}

async fn take(target: Target, mut messages: Streaming<Bytes>, answers: &Answers) -> Result<(), Error> {
    match target {
        Target::Nowhere => Ok(()),
        Target::File(path) => {
            let partial = partial(&path);
            let result = write_file(&partial, &mut messages).await;
            let result = match result {
                Ok(()) => tokio::fs::rename(&partial, &path).await.map_err(|error| output(&path, error)),
                Err(error) => Err(error),
            };
            if result.is_err() {
                let _ = tokio::fs::remove_file(&partial).await;
            }
            result
        }
        Target::Folder(path) => folder::receive(&path, &mut messages, answers).await,
        Target::Stream(pieces) => {
            let Some(sender) = pieces.take() else { return Ok(()) };
            loop {
                match piece(&mut messages).await {
                    Ok(Some(bytes)) => {
                        // Who reads along has said elsewhere why it stopped.
                        if sender.send(Ok(bytes)).await.is_err() {
                            return Err(Error::Cancelled);
                        }
                    }
                    Ok(None) => return Ok(()),
                    Err(error) => {
                        let _ = sender.send(Err(io::Error::other(error.to_string()))).await;
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// A name beside the file, so that the last step is a renaming.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".wharf-{}", std::process::id()));
    path.with_file_name(name)
}

async fn write_file(path: &Path, messages: &mut Streaming<Bytes>) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(|error| output(folder, error))?;
    }
    let mut file = tokio::fs::File::create(path).await.map_err(|error| output(path, error))?;
    loop {
        match piece(messages).await {
            Ok(Some(bytes)) => file.write_all(&bytes).await.map_err(|error| output(path, error))?,
            Ok(None) => break,
            Err(status) => return Err(output(path, io::Error::other(status.message().to_owned()))),
        }
    }
    file.flush().await.map_err(|error| output(path, error))
}

/// The next piece of a stream; None at its end.
async fn piece(messages: &mut Streaming<Bytes>) -> Result<Option<Bytes>, Status> {
    let Some(message) = messages.message().await? else { return Ok(None) };
    let message =
        BytesMessage::decode(message).map_err(|error| Status::invalid_argument(error.to_string()))?;
    Ok(Some(Bytes::from(message.data)))
}

fn output(path: &Path, source: io::Error) -> Error {
    Error::Output { path: path.to_owned(), source }
}
