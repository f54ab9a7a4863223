//! Whether a proxy lets an encrypted connection through as it is, or answers in the other side's name with a certificate of its own.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::address::Tls;
use crate::reach::{TlsProblem, cause};
use crate::transport;

/// What came of trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThroughProxy {
    /// The other side's certificate is one that this system trusts.
    Trusted,
    /// What answers shows a certificate that this system does not trust.
    Untrusted,
    /// No connection came about, which says nothing about certificates.
    NoConnection,
}

/// Opens an encrypted connection to `host` through the proxy at `proxy`, such as `http://proxy:3128`, and closes it again.
pub async fn through_proxy(proxy: &str, host: &str, patience: Duration) -> ThroughProxy {
    let attempt = tokio::time::timeout(patience, attempt(proxy, host)).await;
    match attempt {
        Ok(Ok(())) => ThroughProxy::Trusted,
        Ok(Err(error)) if matches!(cause::<TlsProblem>(&error), Some(TlsProblem::Authority { .. })) => {
            ThroughProxy::Untrusted
        }
        Ok(Err(_)) | Err(_) => ThroughProxy::NoConnection,
    }
}

async fn attempt(proxy: &str, host: &str) -> io::Result<()> {
    const LONGEST: usize = 16 * 1024;
    let address = authority(proxy).ok_or(io::ErrorKind::InvalidInput)?;
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"HTTP/1.1 200") && !head.starts_with(b"HTTP/1.0 200") {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    transport::encrypt(stream, host, &Tls { folder: None, verify: true }).await.map(drop)
}

/// `http://user:password@proxy:3128/` → `proxy:3128`. A proxy that is itself encrypted is not tried.
fn authority(proxy: &str) -> Option<String> {
    let rest = match proxy.split_once("://") {
        Some(("http", rest)) => rest,
        Some(_) => return None,
        None => proxy,
    };
    let rest = rest.split('/').next()?;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let has_port = rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    (!rest.is_empty()).then(|| if has_port { rest.to_owned() } else { format!("{rest}:80") })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_proxy_s_address_is_read_from_its_variable() {
        for (text, expected) in [
            ("http://proxy:3128", Some("proxy:3128")),
            ("http://me:secret@proxy:3128/", Some("proxy:3128")),
            ("proxy", Some("proxy:80")),
            ("proxy:8080", Some("proxy:8080")),
            ("https://proxy:3128", None),
            ("socks5://proxy", None),
            ("", None),
        ] {
            assert_eq!(super::authority(text).as_deref(), expected, "{text}");
        }
    }
}
