//! Hosts behind certificates and proxies.

use std::sync::Arc;

use wharf_registry::{Client, Options};
use wharf_test_support::tls::{Authority, intercepting_proxy};

use crate::server::{Reply, Server};
use crate::{client_with, patience, surroundings};

/// A proxy that reads what passes through it, as companies have them, answers with certificates of its own authority.
#[tokio::test(flavor = "multi_thread")]
async fn an_authority_is_believed_when_a_file_names_it() {
    let authority = Arc::new(Authority::new());
    let proxy = intercepting_proxy(&authority);
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.certificate()).unwrap();
    let file = file.display().to_string();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let empty = empty.display().to_string();
    let missing = folder.path().join("missing.pem").display().to_string();
    for (name, variables, expected) in [
        ("nobody", vec![], "certificate"),
        ("SSL_CERT_FILE", vec![("SSL_CERT_FILE", file.as_str())], "registry.invalid "),
        ("NODE_EXTRA_CA_CERTS", vec![("NODE_EXTRA_CA_CERTS", file.as_str())], "registry.invalid "),
        ("a file without any", vec![("SSL_CERT_FILE", empty.as_str())], "there is no certificate"),
        ("a file that is not there", vec![("SSL_CERT_FILE", missing.as_str())], "cannot read"),
    ] {
        let mut variables = variables;
        variables.push(("HTTPS_PROXY", &address));
        let client = client_with(&variables, None, Options::default());
        let error = client.document("https://registry.invalid/file", 1024).await.unwrap_err();
        let unknown = matches!(error, wharf_registry::Error::Unreachable { certificate: true, .. });
        assert_eq!(unknown, name == "nobody", "{name}: {error}");
        assert!(error.to_string().contains(expected), "{name}: {error}");
        if unknown {
            assert!(error.hint().contains("SSL_CERT_FILE"), "{}", error.hint());
        }
    }
}

/// Reading the certificates of all authorities takes longer than asking such a registry.
#[tokio::test]
async fn a_registry_of_this_computer_without_encryption_needs_no_authorities() {
    let server = Server::start(|_| Reply::ok("here"));
    let client = client_with(&[("SSL_CERT_FILE", "/none/ca.pem")], None, Options::default());
    let found = client.document(&format!("http://{}/file", server.host()), 1024).await;
    assert_eq!(found.unwrap(), b"here");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let variables = [("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))];
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let options = Options { patience: patience(), ..Options::default() };
    let client = Client::new(surroundings(&variables, None), options).unwrap();
    let error = client.document("https://registry.invalid/file", 1024).await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
    assert!(error.hint().contains("HTTPS_PROXY"), "{}", error.hint());
}
