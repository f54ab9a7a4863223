//! From a name to a folder, with and without a network.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wharf_registry::{Cache, Repository, Source, digest_of};

use crate::server::{Reply, Server};
use crate::{client, manifest};

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A registry with one thing in it.
fn registry(content: Vec<u8>) -> Server {
    let body = manifest(&digest_of(&content));
    Server::start(move |asked| {
        if asked.path.contains("/manifests/") {
            return Reply::ok(body.clone());
        }
        Reply::ok(content.clone())
    })
}

fn source(folder: &std::path::Path) -> Source {
    Source { client: Arc::new(client()), cache: Cache::new(folder) }
}

#[tokio::test]
async fn what_was_fetched_by_its_digest_needs_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(archive(&[("./install.sh", "echo")]));
    let repository = Repository::new(server.host(), "a/b");
    let fetched = source(folder.path());
    let manifest = fetched.manifest(&repository, "1").await.unwrap();
    let content = fetched.content(&repository, &manifest).await.unwrap();
    drop(server);
    // Another process, with the same folder and nobody to ask.
    let later = source(folder.path());
    let again = later.manifest(&repository, &manifest.digest).await.unwrap();
    assert_eq!(again, manifest);
    assert_eq!(later.content(&repository, &again).await.unwrap(), content);
    assert!(later.manifest(&repository, "1").await.unwrap_err().is_unreachable());
}

#[tokio::test]
async fn two_that_fetch_the_same_at_once_have_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(archive(&[("./install.sh", "echo"), ("./lib/x", "1")]));
    let repository = Repository::new(server.host(), "a/b");
    let fetch = async || {
        let source = source(folder.path());
        let manifest = source.manifest(&repository, "1").await.unwrap();
        source.content(&repository, &manifest).await.unwrap()
    };
    let (one, two, three) = tokio::join!(fetch(), fetch(), fetch());
    assert!(one == two && two == three);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_is_broken_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let content = archive(&[("./install.sh", "echo")]);
    let body = manifest(&digest_of(&content));
    let turn = AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        if asked.path.contains("/manifests/") {
            return Reply::ok(body.clone());
        }
        match turn.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::Truncated { body: content[..100].to_vec() },
            1 => Reply::ok("something else"),
            2 => Reply::Silence,
            _ => Reply::ok(content.clone()),
        }
    });
    let repository = Repository::new(server.host(), "a/b");
    let source = source(folder.path());
    let manifest = source.manifest(&repository, "1").await.unwrap();
    for _ in 0..3 {
        source.content(&repository, &manifest).await.unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    source.content(&repository, &manifest).await.unwrap();
}

#[tokio::test]
async fn tarballs_are_compared_and_kept() {
    let files = [("./devcontainer-feature.json", "{}"), ("./install.sh", "echo"), ("./.git", "x")];
    for content in [archive(&files), compressed(&archive(&files))] {
        let folder = tempfile::tempdir().unwrap();
        let digest = digest_of(&content);
        let server = Server::start(move |_| Reply::ok(content.clone()));
        let address = format!("http://{}/devcontainer-feature-x.tgz", server.host());
        let source = source(folder.path());
        let other = digest_of(b"other");
        let error = source.tarball(&address, Some(&other)).await.unwrap_err().to_string();
        assert!(error.contains(&other) && error.contains(&digest), "{error}");
        let cached = source.tarball(&address, None).await.unwrap();
        assert_eq!(cached.digest, digest);
        assert!(cached.folder.join("install.sh").exists());
        assert!(!cached.folder.join(".git").exists(), "hidden files stay out, as with the reference");
        drop(server);
        assert_eq!(source.tarball(&address, Some(&digest)).await.unwrap(), cached);
    }
}

/// Whoever opens a configuration with many Features waits for all of them.
#[tokio::test]
async fn what_the_cache_has_is_taken_without_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = registry(archive(&[("./devcontainer-feature.json", "{}"), ("./install.sh", "echo 1")]));
    let repository = Repository::new(server.host(), "a/b");
    let source = source(folder.path());
    let manifest = source.manifest(&repository, "1").await.unwrap();
    let content = source.content(&repository, &manifest).await.unwrap();
    drop(server);
    // As long as before: only who reads it finds something else, and has nobody to ask.
    std::fs::write(content.folder.join("install.sh"), "echo 2").unwrap();
    let manifest = source.manifest(&repository, &manifest.digest).await.unwrap();
    assert_eq!(source.content(&repository, &manifest).await.unwrap(), content);
}
