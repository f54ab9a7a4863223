//! BuildKit's own interface, spoken over whatever connection leads to one: the engine's `/grpc`, a builder's container, a socket.
//!
//! bollard has drivers for this with sessions of their own; ours serves files without holding them in memory, so only its messages
//! and its client are used.

mod builders;
mod dial;
mod wire;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bollard::grpc::build::moby::buildkit::v1::control_client::ControlClient;
use bollard::grpc::build::moby::buildkit::v1::{InfoRequest, ListWorkersRequest};
use http::{HeaderValue, Method, Uri, header};
use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};
use tower_service::Service;
use wharf_plan::build_ability::{Builder, BuilderKind};

use crate::engine::{Engine, bounded};
use crate::error::{Call, Error};
use crate::transport::empty;

pub use builders::Builders;
use dial::OtherBuilder;
use wire::Wire;

/// The largest message that BuildKit sends.
const LARGEST: usize = 16 << 20;

/// The label by which a builder tells how it keeps its layers. An engine whose images are kept without containerd has none.
const SNAPSHOTTER: &str = "org.mobyproject.buildkit.worker.snapshotter";

/// The BuildKit inside Docker by Docker's API, newest first: builds of Docker by others often do not tell.
const DOCKER_VERSIONS: [((u32, u32), (u32, u32)); 4] =
    [((1, 45), (0, 13)), ((1, 44), (0, 12)), ((1, 42), (0, 11)), ((1, 39), (0, 8))];

/// One connection to a BuildKit. It ends when the last copy of its client is dropped.
#[derive(Debug, Clone)]
pub(super) struct Control {
    pub(super) client: ControlClient<Channel>,
    /// What people know it by.
    pub(super) name: String,
}

impl Control {
    /// The BuildKit inside the engine. None when the engine has no such door.
    pub(super) async fn of_engine(engine: &Engine) -> Result<Option<Control>, Error> {
        let call = Call::engine("open its builder");
        let mut request = engine.request(Method::POST, "/grpc", empty(), &call)?;
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("h2c"));
        let upgraded = bounded(engine.name(), &call, Some(engine.read_limit()), async {
            let response = engine.send(request, &call).await?;
            hyper::upgrade::on(response).await.map_err(|error| engine.garbage(&call, &error))
        })
        .await;
        match upgraded {
            Ok(upgraded) => {
                let wire = Wire::new(TokioIo::new(upgraded));
                Control::over(wire, engine.name().to_owned(), "localhost").await.map(Some)
            }
            Err(Error::Rejected { status: 404 | 405 | 501, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A builder beside the engine.
    pub(super) async fn of_builder(engine: &Engine, builder: &OtherBuilder) -> Result<Control, Error> {
        let wire = builder.dial(engine).await?;
        Control::over(wire, builder.name.clone(), builder.authority()).await
    }

    async fn over(wire: Wire, name: String, authority: &str) -> Result<Control, Error> {
        let failed = |detail: String| Error::Builder { builder: name.clone(), detail };
        let endpoint = Endpoint::from_shared(format!("http://{authority}"))
            .map_err(|error| failed(error.to_string()))?
            .http2_adaptive_window(true);
        let words = wire.words();
        let channel = endpoint
            .connect_with_connector(Once(Some(wire)))
            .await
            .map_err(|error| failed(words.said().unwrap_or_else(|| chain(&error))))?;
        let client =
            ControlClient::new(channel).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
        Ok(Control { client, name })
    }

    /// What it says about itself; with the engine, if it is that one's own.
    pub(super) async fn describe(&mut self, engine: Option<&Engine>) -> Result<Builder, Error> {
        let workers = self.client.list_workers(ListWorkersRequest::default()).await;
        let workers = workers.map_err(|status| self.failure(&status))?;
        let snapshotter =
            workers.get_ref().record.iter().any(|worker| worker.labels.contains_key(SNAPSHOTTER));
        let version = match self.client.info(InfoRequest {}).await {
            Ok(info) => info.into_inner().buildkit_version.and_then(|version| read_version(&version.version)),
            // Builders older than this call do not know it.
            Err(_) => None,
        };
        let (kind, version) = match engine {
            Some(engine) => {
                let facts = engine.facts();
                let version = version.or_else(|| {
                    DOCKER_VERSIONS
                        .iter()
                        .find(|((major, minor), _)| facts.api_at_least(*major, *minor))
                        .map(|(_, version)| *version)
                });
                (BuilderKind::Engine { containerd_images: snapshotter }, version)
            }
            None => (BuilderKind::Own, version),
        };
        Ok(Builder { name: self.name.clone(), kind, version })
    }

    /// A failed call that is not the build's own failure.
    pub(super) fn failure(&self, status: &tonic::Status) -> Error {
        Error::Builder { builder: self.name.clone(), detail: status.message().to_owned() }
    }
}

/// `v0.12.5` → `(0, 12)`. A version that is no number, or 0.0, tells nothing.
fn read_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split(['.', '+', '-']);
    let version = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (version != (0, 0)).then_some(version)
}

/// An error with its causes, which say more than itself.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Hands out the one connection there is.
struct Once(Option<Wire>);

impl Service<Uri> for Once {
    type Response = TokioIo<Wire>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Wire>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let wire = self.0.take();
        Box::pin(async move {
            wire.map(TokioIo::new)
                .ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the connection has ended"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in [
            ("v0.12.5", Some((0, 12))),
            ("0.26.1+dfsg", Some((0, 26))),
            ("v0.0+unknown", None),
            ("dev", None),
            ("v1", None),
        ] {
            assert_eq!(read_version(text), expected, "{text}");
        }
    }
}
