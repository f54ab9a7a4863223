//! Encrypted connections, with the certificates that Docker's own tools use: `ca.pem` says whom to trust, `cert.pem` and
//! `key.pem` who we are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::address::Tls;
use crate::reach::{TlsProblem, cause};

/// Encrypts a connection that is open.
pub(crate) async fn encrypt(stream: TcpStream, host: &str, tls: &Tls) -> io::Result<TlsStream<TcpStream>> {
    let config = config(tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
        let problem = match cause::<Error>(&error).map(|error| TlsProblem::of(error, host)) {
            Some(TlsProblem::Authority { .. }) => TlsProblem::Authority { trusted: file(tls, "ca.pem") },
            Some(problem) => problem,
            None => return error,
        };
        io::Error::other(problem)
    })
}

/// Whether the folder holds what shows an engine who calls.
pub(super) fn has_certificate(folder: &Path) -> bool {
    ["cert.pem", "key.pem"].iter().all(|name| folder.join(name).is_file())
}

fn file(tls: &Tls, name: &str) -> Option<PathBuf> {
    tls.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_file())
}

fn config(tls: &Tls) -> io::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let file = |name: &str| file(tls, name);
    let builder = if tls.verify {
        builder.with_root_certificates(roots(file("ca.pem").as_deref())?)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    };
    match (file("cert.pem"), file("key.pem")) {
        (Some(certificate), Some(key)) => builder
            .with_client_auth_cert(certificates(&certificate)?, private_key(&key)?)
            .map_err(io::Error::other),
        _ => Ok(builder.with_no_client_auth()),
    }
}

/// How a builder on a network address is known, in three files of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificates {
    /// The name that its certificate must carry.
    pub(crate) server: String,
    /// Whom to trust.
    pub(crate) authority: PathBuf,
    /// Our own certificate and its key.
    pub(crate) own: Option<(PathBuf, PathBuf)>,
}

/// The same for a connection that speaks HTTP/2 from its first byte, which both sides have to agree on.
pub(super) async fn encrypt_with(
    stream: TcpStream,
    certificates: &Certificates,
) -> io::Result<TlsStream<TcpStream>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots(Some(&certificates.authority))?);
    let mut config = match &certificates.own {
        Some((certificate, key)) => builder
            .with_client_auth_cert(self::certificates(certificate)?, private_key(key)?)
            .map_err(io::Error::other)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from(certificates.server.clone()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// The given authority alone, or whom the system trusts.
fn roots(authority: Option<&Path>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| about(path, &error))?;
            }
        }
        // A damaged certificate among the system's must not take the others away.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    Ok(roots)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| about(path, &error))
}

fn private_key(path: &PathBuf) -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| about(path, &error))
}

fn about(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(TlsProblem::File { path: path.to_owned(), reason: error.to_string() })
}

/// Encryption without knowing by whom: what a person asks for with `DOCKER_TLS` and without `DOCKER_TLS_VERIFY`.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::server::WebPkiClientVerifier;

    use crate::address::Address;
    use crate::engine::Engine;

    /// An engine behind TLS that wants to know its clients; answers pings until the test ends.
    async fn engine(folder: &Path) -> u16 {
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let authority_certificate = authority.self_signed(&authority_key).unwrap();
        let issuer = rcgen::Issuer::from_params(&authority, &authority_key);
        let issue = |name: &str| {
            let key = rcgen::KeyPair::generate().unwrap();
            let parameters = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
            (parameters.signed_by(&key, &issuer).unwrap(), key)
        };
        let (client, client_key) = issue("client");
        std::fs::write(folder.join("ca.pem"), authority_certificate.pem()).unwrap();
        std::fs::write(folder.join("cert.pem"), client.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), client_key.serialize_pem()).unwrap();
        let (server, server_key) = issue("localhost");
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(roots(Some(&folder.join("ca.pem"))).unwrap());
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider.clone()).build().unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![server.der().clone()],
                PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        port
    }

    #[tokio::test]
    async fn both_sides_have_to_be_known() {
        let folder = tempfile::tempdir().unwrap();
        let port = engine(folder.path()).await;
        let other = tempfile::tempdir().unwrap();
        engine(other.path()).await;
        let without_key = tempfile::tempdir().unwrap();
        std::fs::copy(folder.path().join("ca.pem"), without_key.path().join("ca.pem")).unwrap();
        let damaged = tempfile::tempdir().unwrap();
        std::fs::write(damaged.path().join("ca.pem"), "no certificate").unwrap();
        for (folder, verify, works) in [
            (Some(folder.path()), true, true),
            (Some(folder.path()), false, true),
            (Some(other.path()), true, false),
            (Some(without_key.path()), true, false),
            (Some(damaged.path()), true, false),
            (None, true, false),
        ] {
            let tls = Some(Tls { folder: folder.map(Path::to_owned), verify });
            let address = Address::Tcp { host: "localhost".to_owned(), port, tls };
            let result = Engine::connect(&address, Duration::from_secs(5)).await;
            assert_eq!(result.is_ok(), works, "{folder:?} {verify}: {result:?}");
        }
    }
}
