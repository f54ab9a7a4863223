//! How a host is reached: encrypted, directly or through a proxy, or (this computer alone) in the open.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;
use tower_service::Service;

use crate::credentials::Surroundings;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Direct = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Hosts that no proxy stands before, whatever the environment says: they are this computer.
const HERE: &str = "localhost,127.0.0.0/8,::1";

/// Opens connections that are encrypted, through a proxy where the environment names one.
#[derive(Clone)]
pub(crate) struct Encrypted {
    direct: HttpsConnector<HttpConnector>,
    encryption: Arc<ClientConfig>,
    proxies: Arc<Matcher>,
}

/// Opens connections in the open: to this computer, which no proxy stands before.
pub(crate) fn plain() -> HttpConnector {
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_nodelay(true);
    plain
}

/// Waits no longer than this for a connection.
#[derive(Clone)]
pub(crate) struct Bounded<C> {
    pub(crate) connector: C,
    pub(crate) patience: Duration,
}

/// It took longer than anybody waits.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {} s", .0.as_secs())]
pub(crate) struct TooSlow(pub(crate) Duration);

impl Encrypted {
    pub(crate) fn new(surroundings: &Surroundings<'_>, encryption: ClientConfig) -> Encrypted {
        let encryption = Arc::new(encryption);
        Encrypted {
            direct: HttpsConnector::from((plain(), Arc::clone(&encryption))),
            encryption,
            proxies: Arc::new(proxies(surroundings)),
        }
    }

    async fn connect(mut self, uri: Uri) -> Result<Stream, Failure> {
        let Some(proxy) = self.proxies.intercept(&uri) else {
            return Ok(Stream::Direct(Box::new(self.direct.call(uri).await?)));
        };
        let through = if proxy.uri().scheme_str().is_some_and(|scheme| scheme.starts_with("socks")) {
            let mut tunnel = SocksV5::new(proxy.uri().clone(), self.direct);
            if let Some((user, password)) = proxy.raw_auth() {
                tunnel = tunnel.with_auth(user.to_owned(), password.to_owned());
            }
            HttpsConnector::from((tunnel, self.encryption)).call(uri).await?
        } else {
            let mut tunnel = Tunnel::new(proxy.uri().clone(), self.direct);
            if let Some(credentials) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            HttpsConnector::from((tunnel, self.encryption)).call(uri).await?
        };
        Ok(Stream::Through(Box::new(through)))
    }
}

/// `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either spelling. `HTTP_PROXY` speaks of addresses without encryption, and the only
/// ones of those are on this computer.
fn proxies(surroundings: &Surroundings<'_>) -> Matcher {
    let set =
        |names: [&str; 2]| names.into_iter().find_map(|name| surroundings.set(name)).unwrap_or_default();
    let none = set(["no_proxy", "NO_PROXY"]);
    Matcher::builder()
        .https(set(["https_proxy", "HTTPS_PROXY"]))
        .all(set(["all_proxy", "ALL_PROXY"]))
        .no(format!("{none},{HERE}"))
        .build()
}

impl Service<Uri> for Encrypted {
    type Response = Stream;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

impl<C> Service<Uri> for Bounded<C>
where
    C: Service<Uri, Error: Into<Failure>, Future: Send + 'static>,
{
    type Response = C::Response;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let patience = self.patience;
        let connect = self.connector.call(uri);
        Box::pin(async move {
            let connected = tokio::time::timeout(patience, connect).await;
            connected
                .map_or_else(|_| Err(TooSlow(patience).into()), |connected| connected.map_err(Into::into))
        })
    }
}

/// A connection that is open.
pub(crate) enum Stream {
    Direct(Box<Direct>),
    Through(Box<MaybeHttpsStream<Direct>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Stream::Direct(stream) => stream.connected(),
            Stream::Through(stream) => stream.connected(),
        }
    }
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
            Stream::Through(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match self.get_mut() {
            Stream::Direct(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
            Stream::Through(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(stream) => Pin::new(stream.as_mut()).poll_flush(context),
            Stream::Through(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Stream::Direct(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
            Stream::Through(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_s_proxies_are_used_but_for_this_computer() {
        type Variables<'a> = &'a [(&'a str, &'a str)];
        let cases: [(Variables<'_>, &str, Option<&str>); 10] = [
            (&[], "https://ghcr.io/", None),
            (&[("HTTPS_PROXY", "http://p:3128")], "https://ghcr.io/", Some("http://p:3128/")),
            (
                &[("https_proxy", "http://q"), ("HTTPS_PROXY", "http://p")],
                "https://ghcr.io/",
                Some("http://q/"),
            ),
            (&[("HTTP_PROXY", "http://p")], "https://ghcr.io/", None),
            (&[("ALL_PROXY", "socks5h://p:1080")], "https://ghcr.io/", Some("socks5h://p:1080/")),
            (&[("HTTPS_PROXY", "http://p"), ("NO_PROXY", "ghcr.io")], "https://ghcr.io/", None),
            (&[("HTTPS_PROXY", "http://p"), ("no_proxy", ".io, 10.0.0.0/8")], "https://ghcr.io/", None),
            (&[("HTTPS_PROXY", "http://p"), ("no_proxy", "10.0.0.0/8")], "https://10.1.2.3/", None),
            (&[("ALL_PROXY", "http://p")], "http://localhost:5000/", None),
            (&[("HTTPS_PROXY", "http://p")], "https://127.0.0.1:5000/", None),
        ];
        for (variables, address, expected) in cases {
            let environment = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            let surroundings = Surroundings { environment: &environment, home: None };
            let found = proxies(&surroundings).intercept(&address.parse().unwrap());
            let found = found.map(|proxy| proxy.uri().to_string());
            assert_eq!(found.as_deref(), expected, "{variables:?} {address}");
        }
    }
}
