use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wharf_engine::{Builders, Engine, Error, Progress, no_credentials};
use wharf_plan::BuildSpec;
use wharf_plan::build::{BuildSecret, SecretSource};
use wharf_test_support::images::BUSYBOX;

use super::{PATIENCE, on_each_engine, unique};

on_each_engine!(
    a_context_arrives_as_docker_reads_it,
    steps_are_told_and_cached,
    a_failed_step_is_named,
    a_dockerfile_may_be_anywhere,
    options_arrive,
    secrets_stay_secret,
    cancelling_leaves_nothing,
    an_unreadable_file_is_named,
    a_missing_base_is_told,
    a_large_context_takes_no_memory,
    builds_of_one_name_do_not_disturb_each_other,
);

struct Built {
    result: Result<String, Error>,
    progress: Vec<Progress>,
}

impl Built {
    fn output(&self) -> String {
        self.progress
            .iter()
            .filter_map(|progress| match progress {
                Progress::Output { text, .. } => Some(String::from_utf8_lossy(text).into_owned()),
                _ => None,
            })
            .collect()
    }

    /// Bytes of context that BuildKit says it got.
    fn transferred(&self) -> u64 {
        let counts = self.progress.iter().filter_map(|progress| match progress {
            Progress::Layer { id, current, .. } if id.starts_with("transferring context") => *current,
            _ => None,
        });
        counts.max().unwrap_or_default()
    }

    /// The last news of each step, in the order of their beginnings.
    fn steps(&self) -> Vec<(String, bool, Option<String>)> {
        let mut steps: Vec<(String, String, bool, Option<String>)> = Vec::new();
        for progress in &self.progress {
            if let Progress::Vertex { id, name, cached, error, .. } = progress {
                match steps.iter_mut().find(|(known, ..)| known == id) {
                    Some(step) => *step = (id.clone(), name.clone(), *cached, error.clone()),
                    None => steps.push((id.clone(), name.clone(), *cached, error.clone())),
                }
            }
        }
        steps.into_iter().map(|(_, name, cached, error)| (name, cached, error)).collect()
    }
}

async fn build(engine: &Engine, spec: &BuildSpec) -> Built {
    let progress = Mutex::new(Vec::new());
    let on_progress = |news: Progress| progress.lock().unwrap().push(news);
    let result = engine
        .build(spec, &Builders::none(), &no_credentials(), &CancellationToken::new(), &on_progress)
        .await;
    let result = result.map(|built| built.id.unwrap());
    Built { result, progress: progress.into_inner().unwrap() }
}

fn write(folder: &Path, path: &str, content: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn spec(folder: &Path, dockerfile: &str) -> BuildSpec {
    BuildSpec {
        dockerfile: dockerfile.to_owned(),
        dockerfile_name: "Dockerfile".to_owned(),
        dockerfile_path: Some(folder.join("Dockerfile")),
        context: Some(folder.to_owned()),
        tags: vec![format!("localhost/{}:latest", unique("image"))],
        ..BuildSpec::default()
    }
}

/// Builds, hands on what came of it, and removes the image.
async fn built(engine: &Engine, spec: &BuildSpec) -> Built {
    let built = build(engine, spec).await;
    if built.result.is_ok() {
        engine.remove_image(&spec.tags[0], true).await.unwrap();
    }
    built
}

async fn a_context_arrives_as_docker_reads_it(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = format!(
        "FROM {BUSYBOX}\nCOPY . /c\nRUN cd /c && find . -type f -o -type l | sort | xargs ls -ld | awk '{{print $1, $9, $10, $11}}' && cat a b/c | md5sum # {}",
        unique("nonce")
    );
    write(folder.path(), "Dockerfile", &dockerfile);
    write(folder.path(), "a", "one");
    write(folder.path(), "b/c", "two");
    write(folder.path(), "b/skip.log", "three");
    write(folder.path(), "out/x", "four");
    write(folder.path(), "out/keep/y", "five");
    write(
        folder.path(),
        ".dockerignore",
        "# comment\n**/*.log\n/out\n!out/keep\nDockerfile\n.dockerignore\n",
    );
    std::os::unix::fs::symlink("b/c", folder.path().join("link")).unwrap();
    std::fs::set_permissions(folder.path().join("a"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let built = built(&engine, &spec(folder.path(), &dockerfile)).await;
    built.result.as_ref().unwrap();
    let output = built.output();
    for wanted in
        ["-rwxr-xr-x ./a", "-rw-r--r-- ./b/c", "lrwxrwxrwx ./link -> b/c", "-rw-r--r-- ./out/keep/y"]
    {
        assert!(output.contains(wanted), "{wanted:?} is missing:\n{output}");
    }
    for unwanted in ["skip.log", "out/x", "Dockerfile", "dockerignore", "dockerfile."] {
        assert!(!output.contains(unwanted), "{unwanted:?} was sent:\n{output}");
    }
    assert!(output.contains("5b9164ad6f496d9dee12ec7634ce253f"), "the contents changed:\n{output}");
}

async fn steps_are_told_and_cached(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "file", &unique("content"));
    let dockerfile = format!("FROM {BUSYBOX} AS base\nCOPY file /file\nRUN echo told; echo loudly >&2\n");
    let spec = spec(folder.path(), &dockerfile);
    let first = build(&engine, &spec).await;
    let id = first.result.as_ref().unwrap().clone();
    assert!(id.starts_with("sha256:"), "{id}");
    assert!(first.output().contains("told\n") && first.output().contains("loudly\n"), "{:?}", first.progress);
    let again = build(&engine, &spec).await;
    // A Docker with a containerd store gives each build a new manifest.
    assert!(again.result.is_ok());
    let run =
        |built: &Built| built.steps().into_iter().find(|(name, ..)| name.contains("RUN echo told")).unwrap();
    assert!(!run(&first).1, "{:?}", first.steps());
    assert!(run(&again).1, "{:?}", again.steps());
    // A change of content alone, with size and time as they were, is noticed by hashing; with another size by everybody.
    write(folder.path(), "file", &(unique("content") + "more"));
    let changed = build(&engine, &spec).await;
    assert!(!run(&changed).1, "{:?}", changed.steps());
    engine.remove_image(&spec.tags[0], true).await.unwrap();
    for id in [id, again.result.unwrap(), changed.result.unwrap()] {
        engine.remove_image(&id, true).await.unwrap();
    }
}

async fn a_failed_step_is_named(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = format!("FROM {BUSYBOX}\nRUN echo before; exit 42\nRUN echo never\n");
    let built = built(&engine, &spec(folder.path(), &dockerfile)).await;
    match built.result.unwrap_err() {
        Error::Build { step, words, .. } => {
            assert!(step.is_some_and(|step| step.contains("exit 42")), "{words}");
            assert!(words.contains("42"), "{words}");
        }
        other => panic!("{other:?}"),
    }
    let error = build(&engine, &spec(folder.path(), "FORM nothing\n")).await.result.unwrap_err();
    assert!(
        matches!(&error, Error::Build { words, .. } if words.contains("FORM") || words.contains("FROM")),
        "{error:?}"
    );
    let error = build(&engine, &spec(folder.path(), &format!("FROM {BUSYBOX}\nCOPY missing /\n")))
        .await
        .result
        .unwrap_err();
    assert!(matches!(&error, Error::Build { words, .. } if words.contains("missing")), "{error:?}");
}

async fn a_dockerfile_may_be_anywhere(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write(folder.path(), "a", "one");
    write(folder.path(), "b", "two");
    write(folder.path(), ".dockerignore", "a\n");
    let dockerfile = format!("FROM {BUSYBOX}\nCOPY . /c\nRUN ls -A /c # {}\n", unique("nonce"));
    let mut spec = spec(folder.path(), &dockerfile);
    spec.dockerfile_name = "Other.Dockerfile".to_owned();
    spec.dockerfile_path = Some(elsewhere.path().join("Other.Dockerfile"));
    let first = built(&engine, &spec).await;
    first.result.as_ref().unwrap();
    let files = |built: &Built| {
        let output = built.output();
        ["a", "b"].into_iter().filter(|name| output.lines().any(|line| line == *name)).collect::<Vec<_>>()
    };
    assert_eq!(files(&first), ["b"], "{}", first.output());
    assert!(
        !first.output().contains("Dockerfile") && !first.output().contains(".dockerfile."),
        "{}",
        first.output()
    );
    // Its own ignore file goes before the context's.
    write(elsewhere.path(), "Other.Dockerfile.dockerignore", "b\n");
    let second = built(&engine, &spec).await;
    second.result.as_ref().unwrap();
    assert_eq!(files(&second), ["a"], "{}", second.output());
    // Without a context there is nothing but the Dockerfile.
    spec.context = None;
    spec.dockerfile = format!("FROM {BUSYBOX}\nRUN echo alone {}\n", unique("nonce"));
    let third = built(&engine, &spec).await;
    third.result.as_ref().unwrap();
    assert!(third.output().contains("alone"), "{}", third.output());
}

async fn options_arrive(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = format!(
        "ARG BASE=nothing\nFROM ${{BASE}} AS one\nARG WHO\nRUN echo \"hello $WHO\"; cat /etc/hosts; ulimit -n; df /dev/shm\nLABEL a=b\nFROM one AS two\nRUN echo {} > /two\n",
        unique("nonce")
    );
    let mut spec = spec(folder.path(), &dockerfile);
    spec.args.insert("BASE".to_owned(), BUSYBOX.to_owned());
    spec.args.insert("WHO".to_owned(), "wörld = \"x\"".to_owned());
    spec.labels.insert("wharf.test".to_owned(), "a=b c".to_owned());
    spec.target = Some("one".to_owned());
    spec.no_cache = true;
    spec.extra_hosts = vec!["some.host:1.2.3.4".to_owned()];
    spec.tags.push(format!("localhost/{}:2", unique("second")));
    let built = build(&engine, &spec).await;
    let id = built.result.as_ref().unwrap();
    let output = built.output();
    assert!(output.contains("hello wörld = \"x\""), "{output}");
    assert!(output.contains("1.2.3.4") && output.contains("some.host"), "{output}");
    let image = engine.inspect_image(&spec.tags[1]).await.unwrap().unwrap();
    assert_eq!(&image.id, id);
    assert_eq!(image.labels.get("wharf.test").map(String::as_str), Some("a=b c"));
    assert_eq!(image.labels.get("a").map(String::as_str), Some("b"));
    for tag in &spec.tags {
        engine.remove_image(tag, true).await.unwrap();
    }
}

async fn secrets_stay_secret(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "secret.txt", "hush");
    let dockerfile = format!(
        "FROM {BUSYBOX}\nRUN --mount=type=secret,id=one md5sum /run/secrets/one # {}\n",
        unique("nonce")
    );
    let mut spec = spec(folder.path(), &dockerfile);
    spec.secrets = vec![BuildSecret {
        id: "one".to_owned(),
        source: SecretSource::File(folder.path().join("secret.txt")),
    }];
    let first = built(&engine, &spec).await;
    if !engine.facts().buildkit {
        let error = first.result.unwrap_err();
        assert!(
            matches!(&error, Error::UnsupportedOption { option, .. } if option == "--secret"),
            "{error:?}"
        );
        return;
    }
    first.result.as_ref().unwrap();
    assert!(first.output().contains("588d39bce7c5fcae6a8529c3997387ea"), "{}", first.output());
    spec.secrets[0].source = SecretSource::File(folder.path().join("absent"));
    let error = built(&engine, &spec).await.result.unwrap_err();
    assert!(matches!(&error, Error::Secret { id, .. } if id == "one"), "{error:?}");
}

async fn cancelling_leaves_nothing(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let nonce = unique("cancel");
    let dockerfile = format!("FROM {BUSYBOX}\nRUN echo begun; sleep 1000 # {nonce}\n");
    let spec = spec(folder.path(), &dockerfile);
    let cancel = CancellationToken::new();
    let on_progress = |news: Progress| {
        if matches!(&news, Progress::Output { text, .. } if text.starts_with(b"begun")) {
            cancel.cancel();
        }
    };
    let result = tokio::time::timeout(
        PATIENCE,
        engine.build(&spec, &Builders::none(), &no_credentials(), &cancel, &on_progress),
    )
    .await
    .expect("the build is not cancelled");
    assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    // The engine needs a moment to notice.
    let gone = async {
        while !processes_with(&nonce).is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let gone = tokio::time::timeout(PATIENCE, gone).await;
    assert!(gone.is_ok(), "the step still runs: {}", processes_with(&nonce));
    assert_eq!(engine.inspect_image(&spec.tags[0]).await.unwrap(), None);
}

/// Processes of this machine, those of its engines included, whose command line holds the text.
fn processes_with(text: &str) -> String {
    let mut found = String::new();
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(text) && line.contains("sleep") {
            found.push_str(&line);
            found.push('\n');
        }
    }
    found
}

async fn an_unreadable_file_is_named(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(folder.path(), &format!("FROM {BUSYBOX}\nCOPY . /c\n"));
    spec.context = Some(folder.path().join("absent"));
    let error = built(&engine, &spec).await.result.unwrap_err();
    assert!(matches!(&error, Error::Context { path, .. } if path.ends_with("absent")), "{error:?}");
    write(folder.path(), ".dockerignore", "fine\n[\n");
    spec.context = Some(folder.path().to_owned());
    let error = built(&engine, &spec).await.result.unwrap_err();
    assert!(matches!(&error, Error::IgnorePattern { line: 2, .. }), "{error:?}");
}

async fn a_missing_base_is_told(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), "FROM localhost:1/wharf/none:1\n");
    let error = built(&engine, &spec).await.result.unwrap_err();
    assert!(matches!(&error, Error::Network { .. } | Error::Build { .. }), "{error:?}");
    assert!(error.to_string().contains("localhost:1"), "{error}");
}

/// What two people on one engine do, or one person in two terminals: the last one names the image, and both have built it.
async fn builds_of_one_name_do_not_disturb_each_other(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..6 {
        let name = format!("localhost/{}:latest", unique("race"));
        let specs = [0, 1, 2, 3].map(|number| BuildSpec {
            tags: vec![name.clone()],
            ..spec(folder.path(), &format!("FROM {BUSYBOX}\nLABEL round={round} number={number}\n"))
        });
        let built = futures_util::future::join_all(specs.iter().map(|spec| build(&engine, spec))).await;
        for built in built {
            assert!(built.result.is_ok(), "round {round}: {:?}", built.result);
        }
        engine.remove_image(&name, true).await.unwrap();
    }
}

/// Each test is a process of its own, so its peak is this build's.
async fn a_large_context_takes_no_memory(engine: Engine) {
    const MEGABYTES: u64 = 128;
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("large")).unwrap();
    file.set_len(MEGABYTES << 20).unwrap();
    let before = peak();
    let spec = spec(folder.path(), &format!("FROM {BUSYBOX}\nCOPY large /large\n"));
    let first = build(&engine, &spec).await;
    first.result.as_ref().unwrap();
    let grown = peak() - before;
    if engine.facts().buildkit {
        let again = built(&engine, &spec).await;
        assert!(first.transferred() > MEGABYTES << 20, "{}", first.transferred());
        assert!(
            again.transferred() < 1 << 20,
            "{} bytes of an unchanged context were sent again",
            again.transferred()
        );
    } else {
        engine.remove_image(&spec.tags[0], true).await.unwrap();
    }
    eprintln!("{MEGABYTES} MiB of context took {grown} KiB of memory on {}", engine.address());
    assert!(grown < 20 * 1024, "{grown} KiB");
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
