//! Encryption on loopback: an authority of the test's own, an engine behind TLS, and a proxy that reads what passes through it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Now,
    /// Until some years ago.
    Expired,
}

/// Somebody who issues certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// One that nobody knows yet.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new() -> Self {
        let made = (|| {
            let mut parameters = CertificateParams::new(Vec::new())?;
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let key = KeyPair::generate()?;
            let certificate = parameters.self_signed(&key)?.pem();
            Ok::<_, rcgen::Error>(Self { issuer: Issuer::new(parameters, key), certificate })
        })();
        made.unwrap_or_else(|error| panic!("no authority for a test: {error}"))
    }

    /// Its own certificate, in PEM form.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for that name and its key, in PEM form.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn issue(&self, name: &str, validity: Validity) -> (String, String) {
        let issued = (|| {
            let mut parameters = CertificateParams::new(vec![name.to_owned()])?;
            if validity == Validity::Expired {
                parameters.not_before = date_time_ymd(2020, 1, 1);
                parameters.not_after = date_time_ymd(2021, 1, 1);
            }
            let key = KeyPair::generate()?;
            Ok::<_, rcgen::Error>((parameters.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
        })();
        issued.unwrap_or_else(|error| panic!("no certificate for a test: {error}"))
    }

    /// Writes `ca.pem`, and with `client` also `cert.pem` and `key.pem`, as Docker's tools look for them.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path, client: bool) {
        let write = |name: &str, text: &str| {
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(folder.join(name), text))
                .unwrap_or_else(|error| panic!("cannot write {name}: {error}"));
        };
        write("ca.pem", &self.certificate);
        if client {
            let (certificate, key) = self.issue("client", Validity::Now);
            write("cert.pem", &certificate);
            write("key.pem", &key);
        }
    }
}

/// Something that listens on loopback until the test ends.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
}

impl Listening {
    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

/// Puts an engine's socket behind TLS as `localhost`. Only callers with a certificate of this authority are let in.
///
/// # Panics
/// When no port can be opened.
#[must_use]
pub fn engine_behind_tls(socket: &Path, authority: &Authority, validity: Validity) -> Listening {
    let mut roots = RootCertStore::empty();
    for certificate in pem_certificates(&authority.certificate) {
        roots.add(certificate).unwrap_or_else(|error| panic!("{error}"));
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let (certificate, key) = authority.issue("localhost", validity);
    let config = server(&certificate, &key, Some(verifier));
    let socket = socket.to_path_buf();
    listen(move |stream| relay(stream, config.clone(), socket.clone()))
}

/// A proxy that takes every `CONNECT` and answers in the other side's name with a certificate of this authority, as companies' do.
///
/// # Panics
/// When no port can be opened.
#[must_use]
pub fn intercepting_proxy(authority: &Arc<Authority>) -> Listening {
    answering_proxy(authority, |_| Reply { status: 401, ..Reply::default() })
}

/// One that answers itself what anybody beyond it is asked.
///
/// # Panics
/// When no port can be opened.
#[must_use]
pub fn answering_proxy(
    authority: &Arc<Authority>,
    answer: impl Fn(&Question) -> Reply + Send + Sync + 'static,
) -> Listening {
    let (authority, answer) = (authority.clone(), Arc::new(answer));
    listen(move |stream| intercept(stream, authority.clone(), answer.clone()))
}

/// What somebody beyond a proxy is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The host that is meant.
    pub host: String,
    /// The path, with what follows a `?`.
    pub path: String,
    head: String,
}

impl Question {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// What is answered; nothing found, unless more is said.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers beside those about the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Default for Reply {
    fn default() -> Self {
        Self { status: 404, headers: Vec::new(), body: Vec::new() }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn pem_certificates(text: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn server(
    certificate: &str,
    key: &str,
    verifier: Option<Arc<dyn tokio_rustls::rustls::server::danger::ClientCertVerifier>>,
) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap_or_else(|error| panic!("{error}"));
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let config = builder.with_single_cert(pem_certificates(certificate), key);
    Arc::new(config.unwrap_or_else(|error| panic!("{error}")))
}

/// Serves every connection in a thread of its own that ends with the test.
fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Listening
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .unwrap_or_else(|error| panic!("no port on loopback: {error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
    std::thread::spawn(move || -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::spawn(serve(stream));
            }
        })
    });
    Listening { address }
}

async fn relay(stream: TcpStream, config: Arc<ServerConfig>, socket: PathBuf) -> io::Result<()> {
    let mut stream = TlsAcceptor::from(config).accept(stream).await?;
    let mut engine = UnixStream::connect(socket).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut engine).await.map(drop)
}

async fn head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

async fn intercept(
    mut stream: TcpStream,
    authority: Arc<Authority>,
    answer: Arc<impl Fn(&Question) -> Reply>,
) -> io::Result<()> {
    let head_of_proxy = head(&mut stream).await?;
    let host = head_of_proxy.split([' ', ':']).nth(1).unwrap_or("localhost").to_owned();
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let (certificate, key) = authority.issue(&host, Validity::Now);
    let config = server(&certificate, &key, None);
    let mut stream = TlsAcceptor::from(config).accept(stream).await?;
    let head = head(&mut stream).await?;
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let reply = answer(&Question { host, path, head });
    let mut text = format!(
        "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all(&[(text + "\r\n").as_bytes(), &reply.body].concat()).await?;
    stream.shutdown().await
}
