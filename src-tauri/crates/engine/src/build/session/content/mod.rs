//! Folders that hold a build cache, as the builder reads and writes them: containerd's content service over a folder in the form of
//! an OCI image layout. What `--cache-from type=local` and `--cache-to type=local` name.

mod index;
mod messages;
mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc, ServerStreamingService, StreamingService, UnaryService};
use tonic::{Request, Response, Status, Streaming};

use super::Troubles;
use super::messages::{Raw, RawService};
use store::Store;

pub(in crate::build) use index::{finish, newest};

/// What the builder may ask of a folder. The rest of the service is for a store's own housekeeping.
pub(super) const METHODS: [&str; 5] = [
    "/containerd.services.content.v1.Content/Info",
    "/containerd.services.content.v1.Content/Read",
    "/containerd.services.content.v1.Content/Status",
    "/containerd.services.content.v1.Content/Write",
    "/containerd.services.content.v1.Content/Abort",
];

/// Names the folder that a call is about.
const FOLDER: &str = "buildkit-attachable-store-id";

/// Folders by the names that the builder knows them by: `local:` and the path.
pub(in crate::build) type Stores = BTreeMap<String, PathBuf>;

/// The service over all folders of a build.
#[derive(Clone)]
pub(super) struct Content {
    stores: Arc<Stores>,
    troubles: Troubles,
}

impl Content {
    pub(super) fn new(stores: Stores, troubles: Troubles) -> Content {
        Content { stores: Arc::new(stores), troubles }
    }

    fn store(&self, metadata: &MetadataMap) -> Result<Store, Status> {
        let name = metadata.get(FOLDER).and_then(|name| name.to_str().ok()).unwrap_or_default();
        let folder = self.stores.get(name);
        let folder = folder.ok_or_else(|| Status::not_found(format!("no cache is known as {name:?}")))?;
        Ok(Store::new(folder.clone(), self.troubles.clone()))
    }
}

impl RawService for Content {
    const NAME: &'static str = "containerd.services.content.v1.Content";

    async fn answer(
        self,
        mut grpc: Grpc<Raw>,
        request: http::Request<tonic::body::Body>,
    ) -> http::Response<tonic::body::Body> {
        match request.uri().path().rsplit('/').next() {
            Some("Info") => grpc.unary(Ask(self, Question::Info), request).await,
            Some("Status") => grpc.unary(Ask(self, Question::Status), request).await,
            Some("Abort") => grpc.unary(Ask(self, Question::Abort), request).await,
            Some("Read") => grpc.server_streaming(Read(self), request).await,
            Some("Write") => grpc.streaming(Write(self), request).await,
            _ => Status::unimplemented("a cache folder is only read and written").into_http(),
        }
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send>>;

fn decode<M: Message + Default>(bytes: Bytes) -> Result<M, Status> {
    M::decode(bytes).map_err(|error| Status::invalid_argument(error.to_string()))
}

fn encode(message: &impl Message) -> Bytes {
    Bytes::from(message.encode_to_vec())
}

#[derive(Clone, Copy)]
enum Question {
    Info,
    Status,
    Abort,
}

/// A call with one answer.
struct Ask(Content, Question);

impl UnaryService<Bytes> for Ask {
    type Response = Bytes;
    type Future = Answer<Bytes>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let (service, question) = (self.0.clone(), self.1);
        Box::pin(async move {
            let store = service.store(request.metadata())?;
            let body = request.into_inner();
            let answer = match question {
                Question::Info => encode(&store.info(&decode::<messages::InfoRequest>(body)?.digest).await?),
                Question::Status => {
                    encode(&store.status(&decode::<messages::StatusRequest>(body)?.r#ref).await?)
                }
                Question::Abort => {
                    store.abort(&decode::<messages::AbortRequest>(body)?.r#ref).await?;
                    Bytes::new()
                }
            };
            Ok(Response::new(answer))
        })
    }
}

/// A blob's bytes on their way to the builder.
struct Read(Content);

impl ServerStreamingService<Bytes> for Read {
    type Response = Bytes;
    type ResponseStream = ReceiverStream<Result<Bytes, Status>>;
    type Future = Answer<Self::ResponseStream>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let service = self.0.clone();
        Box::pin(async move {
            let store = service.store(request.metadata())?;
            let wanted = decode::<messages::ReadContentRequest>(request.into_inner())?;
            let (sender, stream) = mpsc::channel(4);
            let reader = store.open(&wanted).await?;
            tokio::spawn(reader.send(sender));
            Ok(Response::new(ReceiverStream::new(stream)))
        })
    }
}

/// A blob's bytes on their way to the folder.
struct Write(Content);

impl StreamingService<Bytes> for Write {
    type Response = Bytes;
    type ResponseStream = ReceiverStream<Result<Bytes, Status>>;
    type Future = Answer<Self::ResponseStream>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let service = self.0.clone();
        Box::pin(async move {
            let store = service.store(request.metadata())?;
            let (answers, stream) = mpsc::channel(4);
            tokio::spawn(async move {
                if let Err(status) = write(store, request.into_inner(), &answers).await {
                    let _ = answers.send(Err(status)).await;
                }
            });
            Ok(Response::new(ReceiverStream::new(stream)))
        })
    }
}

/// One blob: every message is answered, so that the builder knows how far it came.
async fn write(
    store: Store,
    mut messages: Streaming<Bytes>,
    answers: &mpsc::Sender<Result<Bytes, Status>>,
) -> Result<(), Status> {
    let Some(message) = messages.message().await? else { return Ok(()) };
    let mut request = decode::<messages::WriteContentRequest>(message)?;
    let mut writer = store.write(&request).await?;
    loop {
        let answer = writer.take(request).await?;
        if answers.send(Ok(encode(&answer))).await.is_err() {
            return Ok(());
        }
        let Some(message) = messages.message().await? else { return Ok(()) };
        request = decode(message)?;
    }
}
