//! What only BuildKit's own interface can do, on the engine's own BuildKit.

use wharf_engine::{Builders, BuiltImage, Engine, Error, Progress, no_credentials};
use wharf_plan::build::{BuildOutput, CacheSource, NamedContext};
use wharf_plan::{BuildFeature, BuildSpec};
use wharf_test_support::engines::{DOCKER, OLD_DOCKER, PODMAN};
use wharf_test_support::images::BUSYBOX;
use wharf_test_support::registry::Registry;

use std::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{connect, unique};

pub(crate) fn spec(dockerfile: String) -> BuildSpec {
    BuildSpec {
        dockerfile,
        dockerfile_name: "Dockerfile".to_owned(),
        tags: vec![format!("localhost/{}:latest", unique("solve"))],
        ..BuildSpec::default()
    }
}

pub(crate) async fn build_with(
    engine: &Engine,
    builders: &Builders,
    spec: &BuildSpec,
) -> (Result<BuiltImage, Error>, String) {
    let output = Mutex::new(String::new());
    let on_progress = |news: Progress| {
        let mut output = output.lock().unwrap();
        match news {
            Progress::Output { text, .. } => output.push_str(&String::from_utf8_lossy(&text)),
            Progress::Message(text) => output.push_str(&format!("message: {text}\n")),
            _ => {}
        }
    };
    let result =
        engine.build(spec, builders, &no_credentials(), &CancellationToken::new(), &on_progress).await;
    (result, output.into_inner().unwrap())
}

async fn build(engine: &Engine, spec: &BuildSpec) -> (Result<BuiltImage, Error>, String) {
    build_with(engine, &Builders::none(), spec).await
}

/// The names of the files in an archive.
fn names(path: &std::path::Path) -> Vec<String> {
    let mut archive = tar::Archive::new(std::fs::File::open(path).unwrap());
    let names = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    names.collect()
}

#[tokio::test]
async fn named_contexts_and_stages_without_cache() {
    let engine = connect(DOCKER).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), unique("content")).unwrap();
    let nonce = unique("nonce");
    let mut spec = spec(format!(
        "FROM {BUSYBOX} AS kept\nRUN cat /proc/sys/kernel/random/uuid > /id; echo kept-$(cat /id) # {nonce}\n\
         FROM {BUSYBOX} AS fresh\nRUN cat /proc/sys/kernel/random/uuid > /id; echo fresh-$(cat /id) # {nonce}\n\
         FROM kept\nCOPY --from=fresh /id /fresh\nCOPY --from=beside file /file\n\
         RUN --mount=from=other,target=/other echo other-$(ls /other | grep -c ^bin); echo given-$(cat /file)\n"
    ));
    spec.named_contexts.insert("beside".to_owned(), NamedContext::Folder(folder.path().to_owned()));
    spec.named_contexts.insert("other".to_owned(), NamedContext::Source(format!("docker-image://{BUSYBOX}")));
    let (first, output) = build(&engine, &spec).await;
    first.unwrap();
    assert!(output.contains("other-1") && output.contains("given-wharf-engine-content"), "{output}");
    assert!(output.contains("kept-") && output.contains("fresh-"), "{output}");
    spec.no_cache_filter = vec!["fresh".to_owned()];
    let (again, output) = build(&engine, &spec).await;
    let id = again.unwrap().id.unwrap();
    assert!(!output.contains("kept-") && output.contains("fresh-"), "{output}");
    assert_eq!(engine.inspect_image(&spec.tags[0]).await.unwrap().unwrap().id, id);
    engine.remove_image(&spec.tags[0], true).await.unwrap();
}

#[tokio::test]
async fn entitlements_are_the_daemon_s_to_give() {
    let engine = connect(DOCKER).await;
    let mut spec = spec(format!(
        "FROM {BUSYBOX}\nRUN --network=host echo host-$(ls /sys/class/net | grep -c docker28) # {}\n",
        unique("nonce")
    ));
    let (refused, _) = build(&engine, &spec).await;
    assert!(refused.unwrap_err().to_string().contains("network.host"));
    spec.entitlements = vec!["network.host".to_owned()];
    let (built, output) = build(&engine, &spec).await;
    built.unwrap();
    assert!(output.contains("host-1"), "{output}");
    engine.remove_image(&spec.tags[0], true).await.unwrap();
}

#[tokio::test]
async fn results_go_where_they_are_wanted() {
    let engine = connect(DOCKER).await;
    let folder = tempfile::tempdir().unwrap();
    let nonce = unique("nonce");
    std::fs::create_dir(folder.path().join("out")).unwrap();
    std::fs::write(folder.path().join("out/mine"), "mine").unwrap();
    let mut spec = spec(format!(
        "FROM {BUSYBOX} AS made\nRUN mkdir -p /made/deep && echo {nonce} > /made/deep/file && ln -s deep/file /made/link && chmod 750 /made/deep/file && ln /made/deep/file /made/hard\nFROM scratch\nCOPY --from=made /made /\n"
    ));
    let output = |text: &str| BuildOutput::parse(text, &folder.path().display().to_string()).unwrap();
    for (text, file, inside) in [
        ("out", None, ""),
        ("type=tar,dest=made.tar", Some("made.tar"), "deep/file"),
        ("type=oci,dest=oci.tar", Some("oci.tar"), "index.json"),
        ("type=docker,dest=docker.tar", Some("docker.tar"), "manifest.json"),
    ] {
        spec.outputs = vec![output(text)];
        let (built, words) = build(&engine, &spec).await;
        let built = built.unwrap_or_else(|error| panic!("{text}: {error}\n{words}"));
        assert_eq!(built.id, None, "{text}");
        if let Some(file) = file {
            let names = names(&folder.path().join(file));
            assert!(names.iter().any(|name| name == inside), "{text}: {names:?}");
        }
    }
    // What was there stays, and what arrives is as it was made.
    let read = |path: &str| std::fs::read_to_string(folder.path().join("out").join(path)).unwrap();
    assert_eq!(read("mine"), "mine");
    for path in ["deep/file", "link", "hard"] {
        assert_eq!(read(path).trim(), nonce, "{path}");
    }
    let mode = std::fs::metadata(folder.path().join("out/deep/file")).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o750);
    // Several at once, one of them the engine itself.
    spec.outputs = vec![output("type=docker"), output("type=tar,dest=second.tar")];
    let (built, words) = build(&engine, &spec).await;
    built.unwrap_or_else(|error| panic!("{error}\n{words}"));
    assert!(names(&folder.path().join("second.tar")).iter().any(|name| name == "deep/file"));
    assert!(engine.inspect_image(&spec.tags[0]).await.unwrap().is_some());
    engine.remove_image(&spec.tags[0], true).await.unwrap();
    // A place that cannot be written is named, and nothing is left there.
    std::fs::write(folder.path().join("file"), "").unwrap();
    spec.outputs = vec![output("type=tar,dest=file/below.tar")];
    let error = build(&engine, &spec).await.0.unwrap_err();
    assert!(matches!(&error, Error::Output { path, .. } if path.ends_with("file")), "{error:?}");
}

#[tokio::test]
async fn a_cache_in_a_folder_is_found_again() {
    let engine = connect(DOCKER).await;
    let folder = tempfile::tempdir().unwrap();
    let nonce = unique("nonce");
    let cache = |text: &str| CacheSource::parse(&text.replace("DIR", &folder.path().display().to_string()));
    let mut spec =
        spec(format!("FROM {BUSYBOX}\nRUN echo made-here > /made; echo made-$(cat /made) # {nonce}\n"));
    // Nothing is there yet, which is how every cache begins.
    spec.cache_from = vec![cache("type=local,src=DIR/cache").unwrap()];
    spec.cache_to = vec![cache("type=local,dest=DIR/cache,mode=max").unwrap()];
    let (first, output) = build(&engine, &spec).await;
    first.unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert!(output.contains("made-made-here"), "{output}");
    let index = std::fs::read_to_string(folder.path().join("cache/index.json")).unwrap();
    assert!(index.contains("sha256:"), "{index}");
    assert!(folder.path().join("cache/oci-layout").is_file());
    assert!(!folder.path().join("cache/ingest").exists());
    // The engine's own cache of this step goes, so that only the folder has it.
    engine.remove_image(&spec.tags[0], true).await.unwrap();
    forget_steps(&nonce);
    let (again, output) = build(&engine, &spec).await;
    again.unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert!(!output.contains("made-made-here"), "{output}");
    engine.remove_image(&spec.tags[0], true).await.unwrap();
}

/// Removes the engine's cache of the steps whose command holds these words, and nothing else of it.
fn forget_steps(words: &str) {
    let socket = wharf_test_support::socket::Socket::new(&wharf_test_support::engines::engine(DOCKER).socket);
    let caches = socket.get("/system/df?type=build-cache").unwrap().json();
    let known = caches["BuildCache"].as_array().cloned().unwrap_or_default();
    let of_step =
        known.iter().filter(|cache| cache["Description"].as_str().is_some_and(|text| text.contains(words)));
    let mut forgotten = 0;
    for cache in of_step {
        let id = cache["ID"].as_str().unwrap();
        let filter = format!("%7B%22id%22%3A%7B%22{id}%22%3Atrue%7D%7D");
        let answer =
            socket.request("POST", &format!("/build/prune?all=true&filters={filter}"), None).unwrap();
        forgotten += answer.json()["CachesDeleted"].as_array().map_or(0, Vec::len);
    }
    assert!(forgotten > 0, "no cache of {words} was removed: {caches}");
}

#[tokio::test]
async fn one_image_for_several_platforms_is_pushed() {
    let engine = connect(DOCKER).await;
    let registry = Registry::open();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), unique("content")).unwrap();
    let mut spec = spec("FROM scratch\nCOPY file /file\n".to_owned());
    spec.context = Some(folder.path().to_owned());
    spec.platforms = vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()];
    spec.tags =
        vec![format!("{}/some/where:1", registry.host()), format!("{}/some/where:2", registry.host())];
    spec.push = true;
    let (built, output) = build(&engine, &spec).await;
    let built = built.unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert_eq!(built.id, None);
    assert!(built.digest.is_some_and(|digest| digest.starts_with("sha256:")));
    let mut tags = registry.tags("some/where");
    tags.sort();
    assert_eq!(tags, ["1", "2"]);
    let index = registry.manifest("some/where", "2");
    let platforms: Vec<&str> = index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|manifest| manifest["platform"]["architecture"].as_str())
        .filter(|architecture| *architecture != "unknown")
        .collect();
    assert_eq!(platforms, ["amd64", "arm64"], "{index}");
    for tag in &spec.tags {
        engine.remove_image(tag, true).await.unwrap();
    }
    // One foreign platform alone needs nothing but the platform's name.
    spec.platforms = vec!["linux/arm64".to_owned()];
    spec.push = false;
    spec.tags.truncate(1);
    let (built, output) = build(&engine, &spec).await;
    built.unwrap_or_else(|error| panic!("{error}\n{output}"));
    let image = engine.inspect_image(&spec.tags[0]).await.unwrap().unwrap();
    assert_eq!(image.architecture, "arm64");
    engine.remove_image(&spec.tags[0], true).await.unwrap();
}

/// Each engine of the tests, by what its builders say of a feature: `+`, or the beginning of the reason.
#[tokio::test]
async fn what_an_engine_cannot_build_is_known_before() {
    let old = "Docker can do it only with containerd's image store";
    let call = "the engine's build call has no place for it";
    let classic = "it needs BuildKit, which this engine does not have";
    let kinds = |kind: fn(String) -> BuildFeature, name: &str| kind(name.to_owned());
    for (name, index, feature, expected) in [
        (DOCKER, 0, BuildFeature::Secrets, "+"),
        (DOCKER, 0, BuildFeature::NamedContexts, call),
        (DOCKER, 1, BuildFeature::NamedContexts, "+"),
        (DOCKER, 1, BuildFeature::SeveralPlatforms, "+"),
        (DOCKER, 1, BuildFeature::Push, "+"),
        (DOCKER, 1, kinds(BuildFeature::Output, "oci"), "+"),
        (DOCKER, 1, kinds(BuildFeature::CacheTo, "registry"), "+"),
        (DOCKER, 1, kinds(BuildFeature::CacheTo, "nowhere"), "\"nowhere\" is none of"),
        (OLD_DOCKER, 1, BuildFeature::NamedContexts, "it needs BuildKit 0.10, and this one is 0.8"),
        (OLD_DOCKER, 1, BuildFeature::SeveralPlatforms, old),
        (OLD_DOCKER, 1, BuildFeature::Push, old),
        (OLD_DOCKER, 1, BuildFeature::NoCacheFilter, "+"),
        (OLD_DOCKER, 1, kinds(BuildFeature::Output, "oci"), old),
        (OLD_DOCKER, 1, kinds(BuildFeature::Output, "tar"), "+"),
        (OLD_DOCKER, 1, kinds(BuildFeature::CacheTo, "inline"), "+"),
        (OLD_DOCKER, 1, kinds(BuildFeature::CacheTo, "registry"), old),
        (PODMAN, 0, BuildFeature::Secrets, classic),
        (PODMAN, 0, BuildFeature::Push, classic),
    ] {
        let engine = connect(name).await;
        let abilities = engine.build_abilities(&Builders::none()).await.unwrap();
        let told = abilities[index].can(&feature).err().unwrap_or_else(|| "+".to_owned());
        assert!(told.starts_with(expected), "{name} {feature:?}: {told}");
    }
}

#[tokio::test]
async fn an_older_docker_writes_folders_and_says_what_it_cannot() {
    let engine = connect(OLD_DOCKER).await;
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(format!(
        "FROM {BUSYBOX} AS made\nRUN echo {} > /file\nFROM scratch\nCOPY --from=made /file /\n",
        unique("nonce")
    ));
    let place = folder.path().display().to_string();
    spec.outputs = vec![BuildOutput::parse("out", &place).unwrap()];
    let (built, output) = build(&engine, &spec).await;
    built.unwrap_or_else(|error| panic!("{error}\n{output}"));
    assert!(folder.path().join("out/file").is_file());
    spec.outputs = vec![BuildOutput::parse("type=oci,dest=x.tar", &place).unwrap()];
    let error = build(&engine, &spec).await.0.unwrap_err();
    assert!(
        matches!(&error, Error::UnsupportedOption { option, .. } if option == "--output type=oci"),
        "{error:?}"
    );
    assert!(!folder.path().join("x.tar").exists());
}
