//! Publishing, to a registry of the test's own and to a real one.

use indexmap::IndexMap;
use wharf_registry::{CONTENT, Client, Descriptor, METADATA, ManifestDocument, Options, Repository, Source};
use wharf_test_support::registry::{PASSWORD, Registry, USER};

use crate::server::{Reply, Server};
use crate::{client, client_with};

fn document(content: &[u8]) -> ManifestDocument {
    let layer = Descriptor::of(content, CONTENT, "devcontainer-feature-color.tgz");
    let metadata = r#"{"id":"color","version":"1.0.0"}"#.to_owned();
    ManifestDocument::of(layer, Some(IndexMap::from([(METADATA.to_owned(), metadata)])))
}

fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn archive() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in [("./devcontainer-feature.json", r#"{"id":"color"}"#), ("./install.sh", "echo")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        builder.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

async fn publish_and_fetch(client: Client, repository: &Repository) {
    let content = archive();
    let digest =
        client.push(repository, &document(&content), content.clone(), &tags(&["1.0.0", "latest"])).await;
    let digest = digest.unwrap();
    let again = client.push(repository, &document(&content), content, &tags(&["1"])).await.unwrap();
    assert_eq!(again, digest);
    let mut found = client.tags(repository).await.unwrap();
    found.sort();
    assert_eq!(found, ["1", "1.0.0", "latest"]);
    let folder = tempfile::tempdir().unwrap();
    let cache = wharf_registry::Cache::new(folder.path());
    let source = Source { client: client.into(), cache };
    let manifest = source.manifest(repository, "1").await.unwrap();
    assert_eq!(manifest.digest, digest);
    let cached = source.content(repository, &manifest).await.unwrap();
    assert_eq!(std::fs::read_to_string(cached.folder.join("install.sh")).unwrap(), "echo");
}

#[tokio::test]
async fn a_registry_takes_what_is_published_and_gives_it_back() {
    let registry = Registry::open();
    publish_and_fetch(client(), &Repository::new(registry.host(), "features/color")).await;
}

#[tokio::test]
async fn a_registry_with_a_lock_takes_it_from_those_whom_it_knows() {
    let registry = Registry::locked();
    let repository = Repository::new(registry.host(), "features/color");
    let content = archive();
    let error = client().push(&repository, &document(&content), content, &tags(&["1"])).await.unwrap_err();
    assert!(error.to_string().contains("refuses"), "{error}");
    let variable = format!("{}|{USER}|{PASSWORD}", registry.host());
    let known = client_with(&[("DEVCONTAINERS_OCI_AUTH", &variable)], None, Options::default());
    publish_and_fetch(known, &repository).await;
}

#[tokio::test]
async fn uploads_go_where_the_registry_says() {
    for (location, expected) in [
        ("/v2/a/b/blobs/uploads/1?state=x", "PUT /v2/a/b/blobs/uploads/1?state=x&digest=sha256%3A"),
        ("http://HOST/upload", "PUT /upload?digest=sha256%3A"),
    ] {
        let server = Server::start(move |asked| match asked.method.as_str() {
            "HEAD" => Reply::status(404),
            "POST" => Reply::with(202, &[("Location", location.replace("HOST", &asked.host))], ""),
            _ => Reply::status(201),
        });
        let repository = Repository::new(server.host(), "a/b");
        client().push(&repository, &document(b"x"), b"x".to_vec(), &tags(&["1"])).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked.iter().filter(|line| line.starts_with(expected)).count(), 2, "{asked:?}");
        assert_eq!(asked.last().unwrap(), "PUT /v2/a/b/manifests/1 -");
    }
}

#[tokio::test]
async fn what_a_registry_does_not_take_is_told() {
    let denied = r#"{"errors":[{"code":"DENIED","message":"read only"}]}"#;
    for (status, expected) in [(403, "refuses"), (500, "DENIED: read only"), (200, "answers 200")] {
        let server = Server::start(move |asked| match asked.method.as_str() {
            "HEAD" => Reply::status(404),
            _ => Reply::with(status, &[], denied),
        });
        let repository = Repository::new(server.host(), "a/b");
        let error =
            client().push(&repository, &document(b"x"), b"x".to_vec(), &tags(&["1"])).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{status}: {error}");
    }
}
