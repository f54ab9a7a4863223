//! Who asks: what a registry wants to see, what it is shown, and what nobody else is.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wharf_registry::{AuthDiagnostics, Options, Repository, digest_of};

use crate::server::{Asked, Reply, Server};
use crate::{client_with, manifest};

const PAIR: &str = "dTpw"; // u:p

/// What a server for tokens gives, and to whom.
#[derive(Clone, Copy)]
enum Tokens {
    /// To everybody.
    Open,
    /// To those who show `u:p`.
    Locked,
    /// As `Open`, under the other name.
    AccessToken,
    /// To those with the refresh token `r`.
    Refresh,
    /// No token.
    Nonsense,
    /// Sends on to itself.
    Redirecting,
}

impl Tokens {
    fn answer(self, asked: &Asked) -> Reply {
        let shown = asked.authorization.as_deref();
        let token = |who: &str| Reply::ok(format!(r#"{{"token":"for-{who}"}}"#));
        match self {
            Tokens::Open => token("anybody"),
            Tokens::Locked if shown == Some("Basic dTpw") => token("u"),
            Tokens::Refresh if asked.method == "POST" => {
                let form =
                    "client_id=devcontainer&grant_type=refresh_token&service=s&scope=pull&refresh_token=r";
                if asked.body == form { token("refresh") } else { Reply::status(401) }
            }
            Tokens::Locked | Tokens::Refresh if shown.is_some() || asked.method == "POST" => {
                Reply::status(401)
            }
            Tokens::Locked | Tokens::Refresh => token("anybody"),
            Tokens::AccessToken => Reply::ok(r#"{"access_token":"for-anybody"}"#),
            Tokens::Nonsense => Reply::ok("{}"),
            Tokens::Redirecting if asked.path.starts_with("/token?") => {
                Reply::with(307, &[("Location", "/other".to_owned())], "")
            }
            Tokens::Redirecting => token("anybody"),
        }
    }
}

/// A registry that wants to see something.
fn registry(challenge: String, accepted: &'static [&'static str]) -> Server {
    Server::start(move |asked| {
        if asked.authorization.as_deref().is_some_and(|shown| accepted.contains(&shown)) {
            return Reply::ok(manifest(&digest_of(b"")));
        }
        Reply::with(401, &[("WWW-Authenticate", challenge.clone())], "")
    })
}

/// Sends to a host for a token.
fn bearer(host: &str) -> Reply {
    let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"s\",scope=\"pull\"");
    Reply::with(401, &[("WWW-Authenticate", challenge)], "")
}

fn write_config(home: &Path, text: &str) {
    std::fs::create_dir_all(home.join(".docker")).unwrap();
    std::fs::write(home.join(".docker/config.json"), text).unwrap();
}

#[tokio::test]
async fn basic_is_shown_where_it_is_wanted() {
    for (name, kept, accepted, expected) in [
        (
            "known",
            Some(PAIR),
            true,
            vec![
                "GET /v2/a/b/manifests/1 -",
                "GET /v2/a/b/manifests/1 Basic dTpw",
                "GET /v2/a/b/manifests/2 Basic dTpw",
            ],
        ),
        ("unknown", None, false, vec!["GET /v2/a/b/manifests/1 -"]),
        (
            "wrong",
            Some("eDp5"),
            false,
            vec!["GET /v2/a/b/manifests/1 -", "GET /v2/a/b/manifests/1 Basic eDp5"],
        ),
    ] {
        let server = registry("Basic realm=\"x\"".to_owned(), &["Basic dTpw"]);
        let home = tempfile::tempdir().unwrap();
        if let Some(pair) = kept {
            write_config(home.path(), &format!(r#"{{"auths":{{"{}":{{"auth":"{pair}"}}}}}}"#, server.host()));
        }
        let client = client_with(&[], Some(home.path()), Options::default());
        let repository = Repository::new(server.host(), "a/b");
        let first = client.manifest(&repository, "1").await;
        assert_eq!(first.is_ok(), accepted, "{name}: {first:?}");
        match first {
            Ok(_) => drop(client.manifest(&repository, "2").await.unwrap()),
            Err(error) => {
                let login = format!("docker login {}", server.host());
                assert!(error.hint().contains(&login), "{name}: {}", error.hint());
                assert_eq!(error.hint().contains("config.json"), kept.is_some(), "{name}: {}", error.hint());
            }
        }
        assert_eq!(server.asked(), expected, "{name}");
    }
}

#[tokio::test]
async fn tokens_are_asked_for_with_what_is_kept() {
    let refresh = r#"{"auths":{"HOST":{"identitytoken":"r"}}}"#;
    let basic = r#"{"auths":{"HOST":{"auth":"dTpw"}}}"#;
    let stale = r#"{"auths":{"HOST":{"auth":"eDp5"}}}"#;
    let get = "GET /token?service=s&scope=pull";
    // What it is, the server for tokens, what is kept, the token, and what the server is asked.
    type Case<'a> = (&'a str, Tokens, Option<&'a str>, &'static str, Vec<String>);
    let cases: [Case<'_>; 8] = [
        ("anonymous", Tokens::Open, None, "for-anybody", vec![format!("{get} -")]),
        ("other name", Tokens::AccessToken, None, "for-anybody", vec![format!("{get} -")]),
        ("with a password", Tokens::Locked, Some(basic), "for-u", vec![format!("{get} Basic dTpw")]),
        (
            "with one that expired",
            Tokens::Locked,
            Some(stale),
            "for-anybody",
            vec![format!("{get} Basic eDp5"), format!("{get} -")],
        ),
        ("with a token", Tokens::Refresh, Some(refresh), "for-refresh", vec!["POST /token -".to_owned()]),
        (
            "with a token that expired",
            Tokens::Locked,
            Some(refresh),
            "for-anybody",
            vec!["POST /token -".to_owned(), format!("{get} -")],
        ),
        ("none", Tokens::Nonsense, None, "", vec![format!("{get} -")]),
        (
            "redirected",
            Tokens::Redirecting,
            None,
            "for-anybody",
            vec![format!("{get} -"), "GET /other -".to_owned()],
        ),
    ];
    for (name, tokens, kept, token, expected) in cases {
        let server = Server::start(move |asked| {
            if asked.path.starts_with("/token") || asked.path == "/other" {
                return tokens.answer(asked);
            }
            match asked.authorization.as_deref() {
                Some(shown) if shown == format!("Bearer {token}") => Reply::ok(manifest(&digest_of(b""))),
                _ => bearer(&asked.host),
            }
        });
        let home = tempfile::tempdir().unwrap();
        if let Some(kept) = kept {
            write_config(home.path(), &kept.replace("HOST", &server.host()));
        }
        let client = client_with(&[], Some(home.path()), Options::default());
        let found = client.manifest(&Repository::new(server.host(), "a/b"), "1").await;
        assert_eq!(found.is_ok(), !token.is_empty(), "{name}: {found:?}");
        let asked: Vec<String> = server.asked().into_iter().filter(|line| !line.contains("/v2/")).collect();
        assert_eq!(asked, expected, "{name}");
        let noticed = client.diagnostics();
        let redirected =
            AuthDiagnostics { server_redirect: name == "redirected", ..AuthDiagnostics::default() };
        assert_eq!(noticed, redirected, "{name}");
    }
}

/// Everything that a test of two hosts looks at.
struct Two {
    found: Result<wharf_registry::Manifest, wharf_registry::Error>,
    registry: Vec<String>,
    other: Vec<String>,
    noticed: AuthDiagnostics,
}

/// A registry on one host that has to do with another, for a person who has a password for the first one.
async fn ask(registry: &Server, other: &Server, options: Options) -> Two {
    let home = tempfile::tempdir().unwrap();
    write_config(home.path(), &format!(r#"{{"auths":{{"{}":{{"auth":"{PAIR}"}}}}}}"#, registry.host()));
    let client = client_with(&[], Some(home.path()), options);
    let found = client.manifest(&Repository::new(registry.host(), "a/b"), "1").await;
    Two { found, registry: registry.asked(), other: other.asked(), noticed: client.diagnostics() }
}

fn hardened(allowed: Vec<String>) -> Options {
    Options { auth_hardening: true, allowed_auth_hosts: allowed, ..Options::default() }
}

#[tokio::test]
async fn a_realm_on_another_host_is_noticed_or_refused() {
    let tokens = || Server::start(|asked| Tokens::Locked.answer(asked));
    let sends_to = |other: &Server| {
        let host = other.host();
        Server::start(move |asked| match asked.authorization.as_deref() {
            Some("Bearer for-u") => Reply::ok(manifest(&digest_of(b""))),
            _ => bearer(&host),
        })
    };
    let get = "GET /token?service=s&scope=pull Basic dTpw";
    let other = tokens();
    let two = ask(&sends_to(&other), &other, Options::default()).await;
    assert!(two.found.is_ok(), "{:?}", two.found);
    assert_eq!(two.other, [get]);
    assert!(two.noticed.lookup_would_be_blocked);

    let other = tokens();
    let registry = sends_to(&other);
    let two = ask(&registry, &other, hardened(Vec::new())).await;
    let error = two.found.unwrap_err();
    let realm = format!("http://{}/token, which is another host", other.host());
    assert!(error.to_string().contains(&realm), "{error}");
    assert_eq!(two.other, Vec::<String>::new());
    assert!(two.noticed.lookup_would_be_blocked);

    // What is not encrypted is not allowed by anybody, so the exception does not help.
    let allowed = vec![format!("{}={}", registry.host(), other.host())];
    assert!(ask(&registry, &other, hardened(allowed)).await.found.is_err());
}

#[tokio::test]
async fn nobody_s_password_follows_a_redirect() {
    for challenge in ["Basic realm=\"x\"", "Bearer realm=\"http://HOST/token\",service=\"s\",scope=\"pull\""]
    {
        let other = Server::start(move |asked| {
            if asked.path.starts_with("/token") {
                return Tokens::Locked.answer(asked);
            }
            match asked.authorization.as_deref() {
                Some("Bearer for-anybody") => Reply::ok(manifest(&digest_of(b""))),
                _ => {
                    let challenge = challenge.replace("HOST", &asked.host);
                    Reply::with(401, &[("WWW-Authenticate", challenge)], "")
                }
            }
        });
        let target = format!("http://{}/elsewhere", other.host());
        let registry = Server::start(move |_| Reply::with(307, &[("Location", target.clone())], ""));
        let two = ask(&registry, &other, Options::default()).await;
        let shown = two.other.iter().filter(|line| line.contains("Basic") || line.contains("for-u"));
        assert_eq!(shown.count(), 0, "{challenge}: {:?}", two.other);
        assert!(two.noticed.redirect_would_prevent_forwarding, "{challenge}");
        assert!(!two.registry.is_empty());
    }
}

#[tokio::test]
async fn a_password_goes_to_its_host_and_no_further() {
    // The registry knows who asks, and sends on to where its content lies.
    let other = Server::start(|_| Reply::ok(manifest(&digest_of(b""))));
    let target = format!("http://{}/storage", other.host());
    let registry = Server::start(move |asked| match asked.authorization {
        Some(_) => Reply::with(307, &[("Location", target.clone())], ""),
        None => Reply::with(401, &[("WWW-Authenticate", "Basic realm=\"x\"".to_owned())], ""),
    });
    let two = ask(&registry, &other, Options::default()).await;
    assert!(two.found.is_ok(), "{:?}", two.found);
    assert_eq!(two.registry.last().unwrap(), "GET /v2/a/b/manifests/1 Basic dTpw");
    assert_eq!(two.other, ["GET /storage -"]);
}

#[tokio::test]
async fn a_server_for_tokens_that_redirects_is_refused_when_hardened() {
    let server = Server::start(|asked| match asked.path.as_str() {
        path if path.starts_with("/token") || path == "/other" => Tokens::Redirecting.answer(asked),
        _ if asked.authorization.is_some() => Reply::ok(manifest(&digest_of(b""))),
        _ => bearer(&asked.host),
    });
    let found = ask(&server, &server, hardened(Vec::new())).await.found;
    let error = found.unwrap_err().to_string();
    assert!(error.contains("a request for a token is not sent on"), "{error}");
}

#[tokio::test]
async fn the_environment_s_credentials_come_first() {
    let encoded = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let variable = "localhost:1|x|y,HOST|me|secret,HOST|later|one";
    for (name, variables, file, expected) in [
        ("variable", vec![("DEVCONTAINERS_OCI_AUTH", variable)], Some(PAIR), encoded("me:secret")),
        (
            "variable for others",
            vec![("DEVCONTAINERS_OCI_AUTH", "ghcr.io|x|y,broken")],
            Some(PAIR),
            encoded("u:p"),
        ),
        ("file", vec![], Some(PAIR), encoded("u:p")),
        ("token for GitHub alone", vec![("GITHUB_TOKEN", "t")], None, "-".to_owned()),
    ] {
        let server = registry("Basic realm=\"x\"".to_owned(), &[]);
        let home = tempfile::tempdir().unwrap();
        if let Some(pair) = file {
            write_config(home.path(), &format!(r#"{{"auths":{{"{}":{{"auth":"{pair}"}}}}}}"#, server.host()));
        }
        let variables: Vec<(&str, String)> =
            variables.iter().map(|(name, value)| (*name, value.replace("HOST", &server.host()))).collect();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let client = client_with(&variables, Some(home.path()), Options::default());
        client.manifest(&Repository::new(server.host(), "a/b"), "1").await.unwrap_err();
        let last = server.asked().pop().unwrap();
        assert_eq!(last.strip_prefix("GET /v2/a/b/manifests/1 ").unwrap(), expected, "{name}");
    }
}

/// A helper for registries: a program on the path, as Docker's tools call it.
#[cfg(unix)]
fn helper(folder: &Path, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(format!("docker-credential-{name}"));
    std::fs::write(&path, format!("#!/bin/sh\necho asked >> {}/asked\n{script}\n", folder.display()))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn helpers_are_asked_once_and_their_failures_stop_nothing() {
    let gives = r#"read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"u\",\"Secret\":\"p\"}""#;
    let own = r#"{"credHelpers":{"HOST":"test"}}"#;
    let general = r#"{"credsStore":"test"}"#;
    let fallback = r#"{"credsStore":"test","auths":{"HOST":{"auth":"eDp5"}}}"#;
    for (name, config, program, script, expected, asked) in [
        ("own helper", own, "test", gives, Some("Basic dTpw"), 1),
        ("general helper", general, "test", gives, Some("Basic dTpw"), 1),
        ("helper that fails", fallback, "test", "exit 1", Some("Basic eDp5"), 1),
        (
            "helper without it",
            fallback,
            "test",
            "echo credentials not found in native keychain; exit 1",
            Some("Basic eDp5"),
            1,
        ),
        ("helper that talks nonsense", fallback, "test", "echo hello", Some("Basic eDp5"), 1),
        ("helper that is not there", fallback, "other", gives, Some("Basic eDp5"), 0),
        ("another registry's helper", r#"{"credHelpers":{"ghcr.io":"test"}}"#, "test", gives, None, 0),
        ("the system's helper", "{}", "secretservice", gives, Some("Basic dTpw"), 1),
        ("the system's helper by its other name", "{}", "secret", gives, Some("Basic dTpw"), 1),
        ("damaged file", "{", "test", gives, None, 0),
    ] {
        if cfg!(target_os = "macos") && name.starts_with("the system's") {
            continue;
        }
        let server = Server::start(|asked| match asked.authorization {
            Some(_) if asked.path.ends_with("/1") => Reply::ok(manifest(&digest_of(b""))),
            _ => Reply::with(401, &[("WWW-Authenticate", "Basic realm=\"x\"".to_owned())], ""),
        });
        let home = tempfile::tempdir().unwrap();
        write_config(home.path(), &config.replace("HOST", &server.host()));
        helper(home.path(), program, script);
        let path = format!("{}:/usr/bin:/bin", home.path().display());
        let client = client_with(&[("PATH", &path)], Some(home.path()), Options::default());
        for path in ["a/b", "a/c"] {
            let found = client.manifest(&Repository::new(server.host(), path), "1").await;
            assert_eq!(found.is_ok(), expected.is_some(), "{name}: {found:?}");
        }
        let shown = server
            .asked()
            .iter()
            .find_map(|line| line.split_once(" Basic ").map(|(_, pair)| format!("Basic {pair}")));
        assert_eq!(shown.as_deref(), expected, "{name}");
        let log = std::fs::read_to_string(home.path().join("asked")).unwrap_or_default();
        assert_eq!(log.lines().count(), asked, "{name}");
    }
}
