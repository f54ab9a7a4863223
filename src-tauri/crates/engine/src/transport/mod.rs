//! One HTTP client per engine, over whatever the engine listens on. Connections are kept and used again, because a warm
//! command makes three calls and nothing else.
//!
//! bollard gets this client as its transport, so that its calls and ours share the connections, the version prefix and the
//! reading of errors.

mod connection;
mod ssh;
mod tls;

use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio_rustls::rustls;

use crate::address::{Address, Tls};
use crate::error::{Call, Error};
use crate::reach::{SshFailure, TlsProblem, cause};
use connection::Connector;
pub(crate) use connection::{open as open_plain, open_with};
pub(crate) use tls::{Certificates, encrypt};

/// A request's body: all at once or streamed. The same type that bollard uses.
pub(crate) type Body =
    Either<Full<Bytes>, StreamBody<Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, io::Error>> + Send>>>>;

/// A body with nothing in it.
pub(crate) fn empty() -> Body {
    Either::Left(Full::new(Bytes::new()))
}

/// A body that is in memory.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// A body that is made while it is sent.
pub(crate) fn streamed(stream: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static) -> Body {
    Either::Right(StreamBody::new(stream.map_ok(Frame::data).boxed()))
}

/// The client. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub(crate) struct Transport {
    address: Arc<Address>,
    client: Client<Connector, Body>,
    /// `/v1.41`, once the engine has said what it speaks.
    version: Arc<OnceLock<String>>,
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Transport({})", self.address)
    }
}

impl Transport {
    pub(crate) fn new(address: &Address) -> Transport {
        let connector = Connector::new(address.clone());
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(8)
            .build(connector);
        Transport { address: Arc::new(address.clone()), client, version: Arc::new(OnceLock::new()) }
    }

    /// Fixes the API version that every later call asks for.
    pub(crate) fn set_version(&self, version: &str) {
        self.version.get_or_init(|| format!("/v{version}"));
    }

    /// Sends one request. The path is without version; `unversioned` ones (`/_ping`, libpod's) start with what they need.
    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Failure> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let prefix = if path.starts_with("/_ping") || is_versioned(path) {
            ""
        } else {
            self.version.get().map_or("", String::as_str)
        };
        let host = match &*self.address {
            Address::Tcp { host, port, .. } if host.contains(':') => format!("[{host}]:{port}"),
            Address::Tcp { host, port, .. } => format!("{host}:{port}"),
            // Engines on sockets do not look at the name, but Go's server refuses a request without one.
            _ => "localhost".to_owned(),
        };
        parts.uri = format!("http://{host}{prefix}{path}")
            .parse::<Uri>()
            .map_err(|error| Failure::Request(format!("{path}: {error}")))?;
        parts.headers.remove(header::HOST);
        parts.headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static(concat!("wharf/", env!("CARGO_PKG_VERSION"))),
        );
        tracing::debug!(engine = %self.address, method = %parts.method, uri = %parts.uri, "request");
        let sent = self.client.request(Request::from_parts(parts, body)).await;
        sent.map_err(|error| Failure::from(error).about(&self.address))
    }

    /// The address as people read it.
    pub(crate) fn name(&self) -> String {
        self.address.to_string()
    }
}

fn is_versioned(path: &str) -> bool {
    path.strip_prefix("/v").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// Why a request got no answer at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Connect(io::Error),
    #[error("{0}")]
    NotHttp(String),
    #[error("{0}")]
    Broken(String),
    #[error("{0}")]
    Request(String),
    #[error("{0}")]
    Encryption(TlsProblem),
    #[error("{0}")]
    Ssh(SshFailure),
}

impl From<hyper_util::client::legacy::Error> for Failure {
    fn from(error: hyper_util::client::legacy::Error) -> Failure {
        if let Some(failure) = cause::<SshFailure>(&error) {
            return Failure::Ssh(failure.clone());
        }
        if let Some(problem) = cause::<TlsProblem>(&error) {
            return Failure::Encryption(problem.clone());
        }
        // An engine that wants another certificate says so only after the handshake.
        if let Some(problem) = cause::<rustls::Error>(&error) {
            return Failure::Encryption(TlsProblem::of(problem, ""));
        }
        let mut deepest = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            if error.is_connect()
                && let Some(io) = cause.downcast_ref::<io::Error>()
            {
                return Failure::Connect(io::Error::new(io.kind(), io.to_string()));
            }
            if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
                && hyper.is_parse()
            {
                return Failure::NotHttp(hyper.to_string());
            }
            deepest = cause.to_string();
            source = cause.source();
        }
        Failure::Broken(deepest)
    }
}

impl Failure {
    /// The same with what only the address tells: which certificate was shown.
    fn about(self, address: &Address) -> Failure {
        match (self, address) {
            (
                Failure::Encryption(TlsProblem::ClientCertificate { .. }),
                Address::Tcp { tls: Some(Tls { folder, .. }), .. },
            ) => {
                let given = folder.as_deref().is_some_and(tls::has_certificate);
                Failure::Encryption(TlsProblem::ClientCertificate { folder: folder.clone(), given })
            }
            (failure, _) => failure,
        }
    }

    /// The same, said of a call.
    pub(crate) fn into_error(self, engine: &str, call: &Call) -> Error {
        let engine = engine.to_owned();
        match self {
            Failure::Connect(error) => match error.kind() {
                io::ErrorKind::NotFound => Error::Absent { engine },
                io::ErrorKind::PermissionDenied => Error::NoPermission { engine },
                io::ErrorKind::ConnectionRefused => Error::Refused { engine },
                _ => Error::Unreachable { engine, detail: error.to_string() },
            },
            Failure::NotHttp(detail) => Error::NotAnEngine { engine, detail },
            Failure::Broken(detail) => Error::Broken { engine, call: call.verb.clone(), detail },
            Failure::Request(detail) => Error::Garbage { engine, call: call.verb.clone(), detail },
            Failure::Encryption(problem) => Error::Encryption { engine, problem },
            Failure::Ssh(SshFailure { problem, words }) => Error::Ssh { engine, problem, words },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_connection_is_told_apart() {
        let call = Call::engine("answer a ping");
        for (kind, expected) in [
            (io::ErrorKind::NotFound, "no engine listens at unix:///x"),
            (io::ErrorKind::PermissionDenied, "no permission to open unix:///x"),
            (io::ErrorKind::ConnectionRefused, "unix:///x refuses connections"),
            (io::ErrorKind::HostUnreachable, "cannot reach unix:///x: host unreachable"),
        ] {
            let error = Failure::Connect(io::Error::from(kind)).into_error("unix:///x", &call);
            assert_eq!(error.to_string(), expected);
            assert!(error.hint().is_some());
        }
    }
}
