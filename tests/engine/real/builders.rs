//! Builders beside the engine, as `docker buildx create` leaves them in its files. Here each leads to a real BuildKit, that of the
//! test engine, by another road: a container's program, a socket, an encrypted address.

use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wharf_engine::{Builders, Engine, Error, Surroundings, System};
use wharf_plan::BuildFeature;
use wharf_plan::build::BuildOutput;
use wharf_test_support::engines::{self, DOCKER, PODMAN};
use wharf_test_support::images::{BUSYBOX, DEBIAN};

use super::solve::{build_with, spec};
use super::{connect, sleeper, unique, with_container};

/// A relay from a connection to the BuildKit inside the test engine: what a BuildKit of its own would listen on.
async fn relay<S>(mut client: S)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let socket = engines::engine(DOCKER).socket;
    let mut engine = tokio::net::UnixStream::connect(socket).await.unwrap();
    engine
        .write_all(b"POST /grpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = engine.read_u8().await.unwrap();
        head.push(byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    let _ = tokio::io::copy_bidirectional(&mut client, &mut engine).await;
}

/// A unix socket below this folder that a BuildKit listens on.
fn listen(folder: &Path) -> String {
    let path = folder.join("buildkitd.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay(client));
        }
    });
    path.display().to_string()
}

/// buildx's folder with one builder in use for all engines.
fn buildx(folder: &Path, builder: &serde_json::Value) {
    std::fs::create_dir_all(folder.join("buildx/instances")).unwrap();
    std::fs::write(folder.join("buildx/instances/mine"), builder.to_string()).unwrap();
    let current = serde_json::json!({ "Key": "unix:///elsewhere", "Name": "mine", "Global": true });
    std::fs::write(folder.join("buildx/current"), current.to_string()).unwrap();
}

fn builders(folder: &Path) -> Builders {
    let config = folder.display().to_string();
    let environment = move |name: &str| (name == "DOCKER_CONFIG").then(|| config.clone());
    Builders::find(&Surroundings {
        environment: &environment,
        home: None,
        user_id: None,
        system: System::Linux,
        read: &|path| std::fs::read_to_string(path).ok(),
        list: &|_| Vec::new(),
        service_folder: None,
    })
}

/// Builds with it: once into the engine, once into a folder of this machine.
async fn use_it(engine: &Engine, builders: &Builders, folder: &Path) {
    let abilities = engine.build_abilities(builders).await.unwrap();
    let ability = abilities.iter().find(|ability| ability.builder.name == "mine").unwrap();
    assert_eq!(ability.can(&BuildFeature::SeveralPlatforms), Ok(()));
    let nonce = unique("nonce");
    let mut spec = spec(format!("FROM scratch\nCOPY file /{nonce}\n"));
    let context = tempfile::tempdir().unwrap();
    std::fs::write(context.path().join("file"), "content").unwrap();
    spec.context = Some(context.path().to_owned());
    // Something that the engine's own call has no place for, so that the builder is what is asked.
    spec.no_cache_filter = vec!["none".to_owned()];
    let (built, output) = build_with(engine, builders, &spec).await;
    let id = built.unwrap_or_else(|error| panic!("{error}\n{output}")).id.unwrap();
    let image = engine.inspect_image(&spec.tags[0]).await.unwrap().unwrap();
    assert_eq!(image.id, id);
    engine.remove_image(&spec.tags[0], true).await.unwrap();
    spec.outputs = vec![BuildOutput::parse("out", &folder.display().to_string()).unwrap()];
    let (built, output) = build_with(engine, builders, &spec).await;
    built.unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert_eq!(std::fs::read_to_string(folder.join("out").join(&nonce)).unwrap(), "content");
    // A failed step is told as everywhere.
    let failing = super::solve::spec(format!("FROM {BUSYBOX}\nRUN exit 42 # {nonce}\n"));
    let failing = wharf_plan::BuildSpec { no_cache_filter: vec!["x".to_owned()], ..failing };
    let (failed, _) = build_with(engine, builders, &failing).await;
    match failed.unwrap_err() {
        Error::Build { step, words, .. } => {
            assert!(step.is_some_and(|step| step.contains("exit 42")) && words.contains("42"), "{words}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn on_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix://{}", listen(folder.path()));
    buildx(
        folder.path(),
        &serde_json::json!({ "Name": "mine", "Driver": "remote", "Nodes": [{ "Name": "mine0", "Endpoint": address }] }),
    );
    let engine = connect(DOCKER).await;
    use_it(&engine, &builders(folder.path()), folder.path()).await;
}

/// Podman has no BuildKit of its own, and takes what a builder beside it makes.
#[tokio::test]
async fn on_a_socket_beside_podman() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("unix://{}", listen(folder.path()));
    buildx(
        folder.path(),
        &serde_json::json!({ "Name": "mine", "Driver": "remote", "Nodes": [{ "Name": "mine0", "Endpoint": address }] }),
    );
    let engine = connect(PODMAN).await;
    use_it(&engine, &builders(folder.path()), folder.path()).await;
}

/// The container's program is one that relays its standard streams to a BuildKit, which is all that buildx's driver asks of it.
#[tokio::test]
async fn in_a_container() {
    let folder = engines::shared_folder();
    let socket = listen(folder.path());
    let node = unique("builder0");
    let container = format!("buildx_buildkit_{node}");
    let program = folder.path().join("buildctl");
    std::fs::write(
        &program,
        format!(
            r#"#!/usr/bin/perl
use strict; use IO::Socket::UNIX; use IO::Select;
die "unknown command" unless "@ARGV" eq "dial-stdio";
my $peer = IO::Socket::UNIX->new(Peer => "{socket}") or die "no buildkitd: $!";
my $select = IO::Select->new(\*STDIN, $peer);
OUTER: while (my @ready = $select->can_read) {{
    for my $from (@ready) {{
        my $count = sysread($from, my $bytes, 65536);
        last OUTER unless $count;
        my $to = $from == $peer ? \*STDOUT : $peer;
        my $done = 0;
        while ($done < $count) {{ $done += syswrite($to, $bytes, $count - $done, $done) or last OUTER }}
    }}
}}
"#
        ),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    buildx(
        folder.path(),
        &serde_json::json!({ "Name": "mine", "Driver": "docker-container", "Nodes": [
            { "Name": node, "Endpoint": engines::engine(DOCKER).docker_host(), "DriverOpts": null }
        ]}),
    );
    let mut spec = sleeper(&container);
    spec.body.image = DEBIAN.to_owned();
    spec.body.env = vec![format!("PATH={}:/usr/bin:/bin", folder.path().display())];
    spec.body.host_config.binds = vec![format!("{0}:{0}", folder.path().display())];
    let engine = connect(DOCKER).await;
    let found = builders(folder.path());
    let absent = engine.build_abilities(&found).await.unwrap_err().to_string();
    assert!(absent.contains(&format!("its container {container} does not exist")), "{absent}");
    let path = folder.path().to_owned();
    with_container(&engine, spec, |engine, _| async move { use_it(&engine, &found, &path).await }).await;
}

#[tokio::test]
async fn behind_certificates() {
    use std::sync::Arc;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    let folder = tempfile::tempdir().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = rcgen::Issuer::from_params(&authority, &key);
    let server_key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new(vec!["builder.example".to_owned()]).unwrap();
    let server = server.signed_by(&server_key, &issuer).unwrap();
    let mut config =
        tokio_rustls::rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![server.der().clone()],
                PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
            )
            .unwrap();
    // Go's servers insist on it.
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if let Ok(client) = acceptor.accept(client).await {
                assert_eq!(client.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
                tokio::spawn(relay(client));
            }
        }
    });
    let ca = folder.path().join("ca.pem").display().to_string();
    let node = |options: serde_json::Value| {
        serde_json::json!({ "Name": "mine", "Driver": "remote", "Nodes": [
            { "Name": "mine0", "Endpoint": format!("tcp://127.0.0.1:{port}"), "DriverOpts": options }
        ]})
    };
    let engine = connect(DOCKER).await;
    for (options, words) in [
        (serde_json::json!({ "cacert": ca }), "127.0.0.1"),
        (serde_json::json!({ "servername": "builder.example" }), "`cacert` does not say whom to trust"),
        (serde_json::json!({ "cacert": ca, "cert": "/x" }), "it needs both `cert` and `key`"),
    ] {
        buildx(folder.path(), &node(options));
        let error = engine.build_abilities(&builders(folder.path())).await.unwrap_err();
        assert!(matches!(&error, Error::Builder { builder, .. } if builder == "mine"), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
    buildx(folder.path(), &node(serde_json::json!({ "cacert": ca, "servername": "builder.example" })));
    use_it(&engine, &builders(folder.path()), folder.path()).await;
}

/// A builder that is gone must not stop what the engine can do, and must be named when nothing else can.
#[tokio::test]
async fn a_builder_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    buildx(
        folder.path(),
        &serde_json::json!({ "Name": "mine", "Driver": "remote", "Nodes": [{ "Name": "mine0", "Endpoint": "unix:///nowhere.sock" }] }),
    );
    let found = builders(folder.path());
    let spec = wharf_plan::BuildSpec {
        no_cache_filter: vec!["x".to_owned()],
        ..spec(format!("FROM {BUSYBOX}\nLABEL a={}\n", unique("nonce")))
    };
    let engine = connect(DOCKER).await;
    let (built, output) = build_with(&engine, &found, &spec).await;
    built.unwrap();
    assert!(output.contains("message: the builder mine cannot be used"), "{output}");
    assert!(output.contains("; the engine builds instead"), "{output}");
    engine.remove_image(&spec.tags[0], true).await.unwrap();
    let (built, _) = build_with(&connect(PODMAN).await, &found, &spec).await;
    let error = built.unwrap_err();
    assert!(matches!(&error, Error::Builder { builder, .. } if builder == "mine"), "{error:?}");
}
