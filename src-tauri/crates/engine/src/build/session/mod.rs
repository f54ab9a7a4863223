//! A BuildKit session: one connection to the builder on which *we* are the server. The builder asks for files, credentials,
//! secrets and the SSH agent when it needs them, and hands over what is to be written here.

mod auth;
mod content;
mod files;
mod health;
mod messages;
mod receive;
mod secrets;
mod ssh;

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bollard::grpc::build::{health as health_proto, moby};
use futures_util::StreamExt as _;
use http::{HeaderName, HeaderValue, Method, header};
use hyper_util::rt::TokioIo;
use moby::buildkit::secrets::v1::secrets_server::SecretsServer;
use moby::buildkit::v1::BytesMessage;
use moby::filesync::packet::file_sync_server::FileSyncServer;
use moby::filesync::v1::auth_server::AuthServer;
use moby::sshforward::v1::ssh_server::SshServer;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_util::io::ReaderStream;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::transport::Server;
use tonic::transport::server::{Connected, Router};
use wharf_plan::BuildSpec;

use super::control::Control;
use crate::credentials::FindCredentials;
use crate::engine::{Engine, bounded};
use crate::error::{Call, Error};
use crate::transport::empty;
use messages::Served;

pub(super) use content::{Stores, finish, newest};
pub(super) use files::folder_name;
pub(super) use receive::{Pieces, Target};
pub(super) use secrets::check_secrets;
pub(super) use ssh::check_agents;

/// What the builder may call. A method that is not named here is not asked for.
const METHODS: [&str; 6] = [
    "/grpc.health.v1.Health/Check",
    "/moby.filesync.v1.FileSync/DiffCopy",
    "/moby.filesync.v1.Auth/Credentials",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/moby.sshforward.v1.SSH/CheckAgent",
    "/moby.sshforward.v1.SSH/ForwardAgent",
];

/// How much of a session may wait inside a builder's own connection.
const TUNNEL: usize = 128 * 1024;
const PIECE: usize = 32 * 1024;

/// An open session. Dropping it closes the connection, which ends a build that still needs it.
pub(super) struct Session {
    pub(super) id: String,
    /// The Dockerfile's name as the builder has to ask for it.
    pub(super) dockerfile: String,
    methods: Vec<&'static str>,
    troubles: Troubles,
    _close: DropGuard,
}

/// The first thing that went wrong on our side: the builder only hears that something did.
#[derive(Clone, Default)]
struct Troubles(Arc<Mutex<Option<Error>>>);

impl Troubles {
    fn note(&self, error: Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// What a session serves beside the build's own files.
#[derive(Default)]
pub(super) struct Serves {
    /// Where results are written, by the number of their exporter.
    pub(super) targets: Vec<Target>,
    /// Folders that hold a build cache.
    pub(super) stores: Stores,
}

impl Session {
    /// Opens a session through the daemon's own call for it.
    pub(super) async fn open(
        engine: &Engine,
        spec: &BuildSpec,
        credentials: &FindCredentials,
    ) -> Result<Session, Error> {
        let call = Call::engine("open a build session");
        let (session, router, close) = Session::prepare(spec, credentials, Serves::default());
        let mut request = engine.request(Method::POST, "/session", empty(), &call)?;
        let headers = request.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("h2c"));
        for (name, value) in session.introduction(spec) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let upgraded = bounded(engine.name(), &call, Some(engine.read_limit()), async {
            let response = engine.send(request, &call).await?;
            hyper::upgrade::on(response).await.map_err(|error| engine.garbage(&call, &error))
        })
        .await?;
        serve(router, TokioIo::new(upgraded), &close);
        Ok(session)
    }

    /// Opens a session inside a connection to the builder itself.
    pub(super) async fn through(
        control: &mut Control,
        spec: &BuildSpec,
        credentials: &FindCredentials,
        serves: Serves,
    ) -> Result<Session, Error> {
        let (session, router, close) = Session::prepare(spec, credentials, serves);
        let (ours, theirs) = tokio::io::duplex(TUNNEL);
        let (read, mut write) = tokio::io::split(theirs);
        let outgoing = ReaderStream::with_capacity(read, PIECE)
            .take_while(|piece| std::future::ready(piece.is_ok()))
            .filter_map(|piece| std::future::ready(piece.ok()))
            .map(|data| BytesMessage { data: data.to_vec() });
        let mut request = tonic::Request::new(outgoing);
        for (name, value) in session.introduction(spec) {
            if let Ok(value) = AsciiMetadataValue::try_from(value) {
                request.metadata_mut().append(AsciiMetadataKey::from_static(name), value);
            }
        }
        // The builder answers when it has begun to speak, so we must listen before.
        serve(router, ours, &close);
        let answer = control.client.session(request).await;
        let mut incoming = answer.map_err(|status| control.failure(&status))?.into_inner();
        tokio::spawn(async move {
            while let Ok(Some(message)) = incoming.message().await {
                if write.write_all(&message.data).await.is_err() {
                    break;
                }
            }
            // We see the end, whichever side caused it.
            let _ = write.shutdown().await;
        });
        Ok(session)
    }

    fn prepare(
        spec: &BuildSpec,
        credentials: &FindCredentials,
        serves: Serves,
    ) -> (Session, Router, CancellationToken) {
        let troubles = Troubles::default();
        let files = files::Files::new(spec, troubles.clone());
        let dockerfile = files.dockerfile().to_owned();
        let mut methods = METHODS.to_vec();
        let mut router = Server::builder()
            .add_service(health_proto::health_server::HealthServer::new(health::Health))
            .add_service(FileSyncServer::new(files))
            .add_service(AuthServer::new(auth::Auth::new(credentials.clone())))
            .add_service(SecretsServer::new(secrets::Secrets::new(&spec.secrets)))
            .add_service(SshServer::new(ssh::Agents::new(&spec.ssh)));
        if !serves.targets.is_empty() {
            methods.push(receive::METHOD);
            router = router.add_service(Served(receive::FileSend::new(serves.targets, troubles.clone())));
        }
        if !serves.stores.is_empty() {
            methods.extend(content::METHODS);
            router = router.add_service(Served(content::Content::new(serves.stores, troubles.clone())));
        }
        let close = CancellationToken::new();
        let session =
            Session { id: new_id(), dockerfile, methods, troubles, _close: close.clone().drop_guard() };
        (session, router, close)
    }

    /// What the builder has to know of a session before it begins.
    fn introduction(&self, spec: &BuildSpec) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("x-docker-expose-session-uuid", self.id.clone()),
            ("x-docker-expose-session-name", "wharf".to_owned()),
            // The builder keeps what it was sent under this key, so that the next build of the same folder sends what changed.
            ("x-docker-expose-session-sharedkey", shared_key(spec)),
        ];
        let method = |method: &&str| ("x-docker-expose-session-grpc-method", (*method).to_owned());
        lines.extend(self.methods.iter().map(method));
        lines
    }

    /// What went wrong on our side, if anything did.
    pub(super) fn trouble(&self) -> Option<Error> {
        self.troubles.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Serves on one connection until it ends or is closed.
fn serve(
    router: Router,
    io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    close: &CancellationToken,
) {
    let connection = Connection { io, closed: Box::pin(close.clone().cancelled_owned()) };
    tokio::spawn(async move {
        let incoming = tokio_stream::once(Ok::<_, std::io::Error>(connection));
        if let Err(error) = router.serve_with_incoming(incoming).await {
            tracing::debug!(%error, "the build session ended");
        }
    });
}

/// The session's connection, which ends when the session is dropped.
struct Connection<T> {
    io: T,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<T> Connected for Connection<T> {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name that no other session and no other build has. It is no secret: whoever reaches the socket can do more than guess it.
pub(super) fn new_id() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut id = String::from("wharf");
    for _ in 0..2 {
        // Each state is seeded by the system anew.
        let mut hasher = std::hash::RandomState::new().build_hasher();
        hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
        hasher.write_u32(std::process::id());
        id.push_str(&hex(&hasher.finish().to_be_bytes()));
    }
    id
}

fn shared_key(spec: &BuildSpec) -> String {
    let context = spec.context.as_ref().map(|path| path.as_os_str().as_encoded_bytes()).unwrap_or_default();
    hex(&Sha256::new().chain_update(b"wharf:").chain_update(context).finalize())
}
