//! Answers of every kind, and what becomes of them.

use std::time::{Duration, Instant};

use wharf_registry::{Client, Descriptor, Error, Options, Patience, Repository, digest_of};

use crate::server::{Reply, Server};
use crate::{client, manifest, patience, surroundings};

fn told<T: std::fmt::Debug>(result: Result<T, Error>, host: &str) -> String {
    match result {
        Ok(found) => format!("{found:?}"),
        Err(error) => error.to_string().replace(host, "HOST"),
    }
}

fn digest() -> String {
    digest_of(b"content")
}

#[tokio::test]
async fn a_manifest_is_taken_only_as_it_should_be() {
    let body = manifest(&digest());
    let good = digest_of(body.as_bytes());
    let other = digest_of(b"other");
    let with = |name: &'static str, value: &str| Reply::with(200, &[(name, value.to_owned())], body.clone());
    let error = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#;
    let wrong = format!("HOST/a/b:1. Expected {other}, found {good}");
    let pinned = format!("HOST/a/b@{other}. Expected {other}, found {good}");
    let cases: [(&str, &str, Reply, &str); 14] = [
        ("as it should be", "1", Reply::ok(body.clone()), &good),
        ("with its digest", "1", with("Docker-Content-Digest", &good), &good),
        ("with another digest", "1", with("Docker-Content-Digest", &other), &wrong),
        ("by its digest", &good, Reply::ok(body.clone()), &good),
        ("by another's digest", &other, Reply::ok(body.clone()), &pinned),
        ("not there", "1", Reply::status(404), "HOST/a/b:1 does not exist"),
        (
            "an image",
            "1",
            Reply::ok(body.replace("vnd.devcontainers\",", "x\",")),
            "it is of the kind application/x",
        ),
        ("a page", "1", Reply::ok("<html>"), "HOST/a/b:1 is not usable: its manifest"),
        ("truncated", "1", Reply::Truncated { body: body.clone().into_bytes() }, "HOST cannot be reached"),
        ("endless", "1", Reply::Long { bytes: 1 << 40 }, "HOST/a/b:1 is larger than 4194304 bytes"),
        ("a fault", "1", Reply::with(500, &[], "on fire"), "HOST answers 500 for HOST/a/b:1: on fire"),
        (
            "busy",
            "1",
            Reply::with(429, &[], error),
            "HOST answers 429 for HOST/a/b:1: TOOMANYREQUESTS: slow down",
        ),
        ("silent", "1", Reply::Silence, "HOST has not answered for 4 s while asking for HOST/a/b:1"),
        ("refused", "1", Reply::status(403), "HOST refuses HOST/a/b:1 (403)"),
    ];
    for (name, reference, reply, expected) in cases {
        let server = Server::start(move |_| reply.clone());
        let found = client().manifest(&Repository::new(server.host(), "a/b"), reference).await;
        let found = told(found.map(|manifest| manifest.digest), &server.host());
        assert!(found.contains(expected), "{name}: {found}");
    }
}

#[tokio::test]
async fn who_is_busy_is_asked_again() {
    for (busy, expected) in [(1, true), (2, true), (3, false)] {
        let left = std::sync::atomic::AtomicI32::new(busy);
        let body = manifest(&digest());
        let server = Server::start(move |_| {
            if left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) > 0 {
                return Reply::with(429, &[("Retry-After", "0".to_owned())], "");
            }
            Reply::ok(body.clone())
        });
        let found = client().manifest(&Repository::new(server.host(), "a/b"), "1").await;
        assert_eq!(found.is_ok(), expected, "{busy}: {found:?}");
    }
}

#[tokio::test]
async fn nobody_s_wish_makes_a_person_wait_for_ever() {
    let server = Server::start(|_| Reply::with(503, &[("Retry-After", "86400".to_owned())], ""));
    let begun = Instant::now();
    client().manifest(&Repository::new(server.host(), "a/b"), "1").await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_blob_is_what_its_digest_says() {
    let blob = Descriptor { media_type: String::new(), digest: digest(), size: 7, annotations: None };
    for (reply, expected) in [
        (Reply::ok("content"), "content".to_owned()),
        (Reply::ok("contend"), format!("Expected {}, found {}", digest(), digest_of(b"contend"))),
        (Reply::ok(""), format!("found {}", digest_of(b""))),
        (Reply::Truncated { body: b"content".to_vec() }, "cannot be reached".to_owned()),
        (Reply::status(404), "the content of HOST/a/b does not exist".to_owned()),
    ] {
        let server = Server::start(move |_| reply.clone());
        let (client, repository) = (client(), Repository::new(server.host(), "a/b"));
        let found = client.blob(&repository, &blob).await.map(|body| String::from_utf8(body).unwrap());
        let found = told(found, &server.host());
        assert!(found.contains(&expected), "{found}");
        let folder = tempfile::tempdir().unwrap();
        let saved = client.save_blob(&repository, &blob, &folder.path().join("blob")).await;
        assert_eq!(saved.is_ok(), expected == "content", "{saved:?}");
    }
}

#[tokio::test]
async fn tags_come_page_by_page() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v2/a/b/tags/list" => Reply::with(
            200,
            &[("Link", "</v2/a/b/tags/list?last=1.0.0>; rel=\"next\"".to_owned())],
            r#"{"name":"a/b","tags":["1","1.0.0"]}"#,
        ),
        "/v2/a/b/tags/list?last=1.0.0" => Reply::ok(r#"{"tags":["latest"]}"#),
        "/v2/a/empty/tags/list" => Reply::ok(r#"{"tags":null}"#),
        "/v2/a/loop/tags/list" => Reply::with(
            200,
            &[("Link", "</v2/a/loop/tags/list>; rel=\"next\"".to_owned())],
            r#"{"tags":["1"]}"#,
        ),
        "/v2/a/broken/tags/list" => Reply::ok("[]"),
        _ => Reply::status(404),
    });
    for (path, expected) in [
        ("a/b", Some(&["1", "1.0.0", "latest"][..])),
        ("a/empty", Some(&[])),
        ("a/loop", Some(&["1"])),
        ("a/new", Some(&[])),
        ("a/broken", None),
    ] {
        let found = client().tags(&Repository::new(server.host(), path)).await.ok();
        assert_eq!(
            found.as_deref().map(|tags| tags.iter().map(String::as_str).collect::<Vec<_>>()),
            expected.map(<[_]>::to_vec),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = client().tags(&Repository::new(format!("localhost:{port}"), "a/b")).await.unwrap_err();
    assert!(error.is_unreachable(), "{error}");
    assert!(error.to_string().contains(&format!("localhost:{port} cannot be reached: ")), "{error}");
    assert!(error.hint().contains("lockfile"), "{}", error.hint());
}

#[tokio::test]
async fn a_dropped_call_asks_nothing_more() {
    let server = Server::start(|_| Reply::Silence);
    let for_hours = Duration::from_secs(3600);
    // Nothing else ends the call or its connection.
    let patience = Patience { connect: for_hours, idle: for_hours, ..patience() };
    let client = Client::new(surroundings(&[], None), Options { patience, ..Options::default() }).unwrap();
    let repository = Repository::new(server.host(), "a/b");
    tokio::select! {
        answer = client.tags(&repository) => panic!("{answer:?}"),
        () = until(|| !server.asked().is_empty()) => {}
    }
    until(|| server.connections_ended() > 0).await;
    assert_eq!(server.asked().len(), 1);
}

/// Waits for what the server has seen.
async fn until(seen: impl Fn() -> bool) {
    let waiting = async {
        while !seen() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(100), waiting).await.unwrap();
}

#[tokio::test]
async fn downloads_are_bounded_and_private() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/file" => Reply::ok("content"),
        "/away" => Reply::with(302, &[("Location", "http://example.invalid/file".to_owned())], ""),
        "/here" => Reply::with(302, &[("Location", "/file".to_owned())], ""),
        "/round" => Reply::with(302, &[("Location", "/round".to_owned())], ""),
        "/long" => Reply::Long { bytes: 1 << 40 },
        _ => Reply::status(404),
    });
    let address = |path: &str| format!("http://{}{path}", server.host());
    for (address, expected) in [
        (address("/file"), "content"),
        (address("/here"), "content"),
        (address("/away"), "redirects to http://example.invalid/file, which is not encrypted"),
        (address("/round"), "after too many other redirects"),
        (address("/long"), "is larger than 10 bytes"),
        (address("/none"), "does not exist"),
        ("http://example.invalid/file".to_owned(), "does not begin with https://"),
        ("file:///etc/passwd".to_owned(), "does not begin with https://"),
        ("nonsense".to_owned(), "nonsense is not usable"),
    ] {
        let found = client().document(&address, 10).await;
        let found = match found {
            Ok(body) => String::from_utf8(body).unwrap(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{address}: {found}");
    }
    let folder = tempfile::tempdir().unwrap();
    let digest = client().download(&address("/file"), &folder.path().join("file")).await.unwrap();
    assert_eq!(digest, digest_of(b"content"));
}
