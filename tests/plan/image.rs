//! Builds that are planned: what goes in, and what makes a build unnecessary.

use serde_json::json;
use wharf_plan::build::CacheSource;
use wharf_plan::{
    Accounts, Blocker, BuildOptions, BuildSpec, EngineKind, Fact, FactQuery, Observed, Running, image,
};

use crate::support::{image_facts, merged, observed, running};

fn with_dockerfile(text: &str) -> Observed {
    Observed {
        dockerfile: Fact::Known(Some(text.to_owned())),
        context: Fact::Known("context".to_owned()),
        ..observed(&serde_json::Map::new())
    }
}

fn build(wanted: &Running, observed: &Observed) -> image::PlannedBuild {
    let base = image_facts(None);
    image::dockerfile_build(wanted, Some(&base), observed).unwrap().unwrap()
}

#[test]
fn a_build_is_the_dockerfile_as_written_and_a_label() {
    let wanted = running(&json!({
        "build": {"dockerfile": "Dockerfile", "context": "..", "args": {"A": "1"}, "target": "dev", "cacheFrom": "cache:1",
                  "options": ["--label", "x=y", "--add-host=db:10.0.0.2"]},
        "remoteUser": "me",
    }));
    let text = "# syntax=docker/dockerfile:1\nFROM debian AS dev\nFROM dev\n";
    let planned = build(&wanted, &with_dockerfile(text));
    assert_eq!(planned.name(), wanted.image_name);
    assert_eq!(planned.spec.dockerfile, text);
    assert_eq!(planned.spec.target.as_deref(), Some("dev"));
    assert_eq!(planned.spec.tags, std::slice::from_ref(&wanted.image_name));
    assert_eq!(planned.spec.labels["devcontainer.metadata"], "[ {\"remoteUser\":\"me\"} ]");
    assert_eq!(planned.spec.labels["x"], "y");
    assert_eq!(planned.spec.extra_hosts, ["db:10.0.0.2"]);
    assert_eq!(planned.spec.cache_from[0].image_name(), Some("cache:1"));
    assert_eq!(
        planned.spec.context.as_deref(),
        Some(std::path::Path::new("/home/me/project/.devcontainer/.."))
    );
}

/// `FROM` of a name that a context of the build has.
#[test]
fn the_base_image_is_what_a_context_of_its_name_says() {
    let cases = [
        (json!([]), Some("x")),
        (json!(["--build-context", "y=docker-image://other"]), Some("x")),
        (json!(["--build-context", "x=docker-image://other:1"]), Some("other:1")),
        (json!(["--build-context=docker.io/library/x:latest=docker-image://other"]), Some("other")),
        (
            json!(["--build-context=x=docker-image://one", "--build-context=x=docker-image://two"]),
            Some("two"),
        ),
        (json!(["--build-context=x:1=docker-image://other"]), Some("x")),
        (json!(["--build-context", "x=./layout"]), None),
        (json!(["--build-context", "x=oci-layout:///layout"]), None),
    ];
    for (options, expected) in cases {
        let build = wharf_spec::Build {
            args: [("BASE".to_owned(), "x".to_owned())].into_iter().collect(),
            options: serde_json::from_value(options.clone()).unwrap(),
            ..wharf_spec::Build::default()
        };
        let text = "ARG BASE\nFROM $BASE AS one\nFROM one\n";
        let found = image::base_name(&build, None, text, &with_dockerfile(text));
        assert_eq!(found.as_deref(), expected, "{options}");
    }
}

/// Podman reads `$HOME` in a label that its interface is given as a variable of the build.
#[test]
fn a_label_with_a_dollar_stands_in_the_dockerfile_on_podman() {
    let cases = [
        (
            None,
            "FROM debian",
            "FROM debian AS dev_container_auto_added_stage_label",
            "dev_container_auto_added_stage_label",
        ),
        (None, "FROM debian AS last", "FROM debian AS last", "last"),
        (Some("dev"), "FROM debian AS dev\nFROM dev", "FROM debian AS dev\nFROM dev", "dev"),
    ];
    for (target, text, kept, stage) in cases {
        let mut configuration =
            json!({"build": {"dockerfile": "Dockerfile"}, "postCreateCommand": "echo $HOME"});
        if let Some(target) = target {
            configuration["build"]["target"] = json!(target);
        }
        let wanted = running(&configuration);
        let docker = with_dockerfile(text);
        let mut podman = with_dockerfile(text);
        podman.engine.kind = EngineKind::Podman;

        let planned = build(&wanted, &podman).spec;
        let begin =
            format!("{kept}\nFROM {stage} AS dev_containers_target_stage\nLABEL devcontainer.metadata=");
        assert!(planned.dockerfile.starts_with(&begin), "{}", planned.dockerfile);
        assert!(planned.dockerfile.contains("echo \\$HOME"), "{}", planned.dockerfile);
        assert_eq!(planned.target.as_deref(), Some("dev_containers_target_stage"));
        assert!(planned.labels.is_empty(), "{:?}", planned.labels);

        let planned = build(&wanted, &docker).spec;
        assert_eq!(planned.dockerfile, text);
        assert!(planned.labels["devcontainer.metadata"].contains("echo $HOME"));

        let wanted = running(&json!({"build": {"dockerfile": "Dockerfile"}, "postCreateCommand": "echo"}));
        assert_eq!(build(&wanted, &podman).spec.dockerfile, text, "nothing to keep from being read");
    }
}

#[test]
fn only_what_goes_in_makes_another_build() {
    let configuration = json!({"build": {"dockerfile": "Dockerfile", "args": {"A": "1"}}});
    let wanted = running(&configuration);
    let first = build(&wanted, &with_dockerfile("FROM debian\n")).inputs;
    assert_eq!(first, build(&wanted, &with_dockerfile("FROM debian\n")).inputs);
    assert_ne!(first, build(&wanted, &with_dockerfile("FROM debian\nRUN true\n")).inputs);
    let mut context = with_dockerfile("FROM debian\n");
    context.context = Fact::Known("other".to_owned());
    assert_ne!(first, build(&wanted, &context).inputs);
    let other = running(&json!({"build": {"dockerfile": "Dockerfile", "args": {"A": "2"}}}));
    assert_ne!(first, build(&other, &with_dockerfile("FROM debian\n")).inputs);
    // How it is built is not what is built.
    let no_cache = Running { no_cache: true, ..running(&configuration) };
    assert_eq!(first, build(&no_cache, &with_dockerfile("FROM debian\n")).inputs);
    assert!(build(&no_cache, &with_dockerfile("FROM debian\n")).spec.pull);
    let mut classic = no_cache;
    classic.build.without_buildkit = true;
    assert!(
        !build(&classic, &with_dockerfile("FROM debian\n")).spec.pull,
        "the base image may be here alone"
    );
}

/// What `build` asks for beside the configuration, on both ways to an image.
#[test]
fn what_the_caller_asks_goes_into_the_build() {
    let ask = |wanted: Running| Running {
        build: BuildOptions {
            names: vec!["a/b:1".to_owned(), "a/b:2".to_owned()],
            labels: vec![("x".to_owned(), "y".to_owned())],
            platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
            cache_from: vec![CacheSource::image("mine")],
            cache_to: vec![CacheSource::parse("type=inline").unwrap()],
            push: true,
            ..wanted.build.clone()
        },
        ..wanted
    };
    let wanted = ask(running(&json!({
        "build": {"dockerfile": "Dockerfile", "cacheFrom": "type=local,src=cache"}, "remoteUser": "me",
    })));
    let planned = build(&wanted, &with_dockerfile("FROM debian\n")).spec;
    let caches: Vec<&str> = planned.cache_from.iter().map(|cache| cache.kind.as_str()).collect();
    assert_eq!(caches, ["registry", "local"]);
    assert_eq!(planned.cache_from[1].attributes["src"], "/home/me/project/cache");
    check_asked(&planned);

    let wanted = ask(running(&json!({"image": "debian", "remoteUser": "me"})));
    let planned =
        image::labelled_build(&wanted, "debian", &image_facts(None), &observed(&serde_json::Map::new()));
    let planned = planned.unwrap().spec;
    assert_eq!(planned.args["BASE_IMAGE"], "debian");
    assert_eq!(planned.context, None);
    check_asked(&planned);
}

fn check_asked(planned: &BuildSpec) {
    assert_eq!(planned.tags, ["a/b:1", "a/b:2"]);
    assert_eq!(planned.labels["x"], "y");
    assert!(planned.labels["devcontainer.metadata"].contains("\"remoteUser\":\"me\""));
    assert_eq!(planned.platforms, ["linux/amd64", "linux/arm64"]);
    assert!(planned.push && !planned.stays_on_the_engine());
    assert!(!planned.inline_cache, "the caller has said where the cache goes into the image");
}

#[test]
fn an_image_that_nobody_names_is_named_after_its_folder() {
    let cases =
        [(json!({"image": "debian"}), "-features"), (json!({"build": {"dockerfile": "Dockerfile"}}), "")];
    for (configuration, ending) in cases {
        let wanted = running(&configuration);
        assert_eq!(image::own_name(&wanted), format!("{}{ending}", wanted.image_name));
    }
}

#[test]
fn a_cache_that_cannot_be_read_names_its_property() {
    let wanted = running(&json!({"build": {"dockerfile": "Dockerfile", "cacheFrom": "src=/cache"}}));
    let base = image_facts(None);
    let blocked = image::dockerfile_build(&wanted, Some(&base), &with_dockerfile("FROM debian\n"));
    assert!(
        matches!(&blocked, Err(Blocker::Impossible { property: Some(property), .. }) if property == "build.cacheFrom"),
        "{blocked:?}"
    );
}

#[test]
fn ids_are_changed_only_where_that_changes_anything() {
    let mut image = image_facts(Some(&json!({"user": "root"})));
    (image.os, image.architecture) = ("linux".to_owned(), "amd64".to_owned());
    let accounts = Accounts {
        passwd:
            "root:x:0:0::/root:/bin/sh\nme:x:1234:1234::/home/me's:/bin/sh\nsame:x:1000:1000::/h:/bin/sh\n"
                .to_owned(),
        group: "root:x:0:\nme:x:1234:\n".to_owned(),
    };
    let known =
        Observed { accounts: [(image.id.clone(), accounts)].into(), ..observed(&serde_json::Map::new()) };
    let plan = |configuration, observed: &Observed| {
        let wanted = running(&configuration);
        image::user_ids_build(&wanted, &merged(&wanted, &image), "base", &image, observed)
    };
    let none = [
        json!({"image": "base"}),
        json!({"image": "base", "remoteUser": "root"}),
        json!({"image": "base", "remoteUser": "1234"}),
        json!({"image": "base", "remoteUser": "me", "updateRemoteUserUID": false}),
    ];
    for configuration in none {
        let unknown = observed(&serde_json::Map::new());
        assert_eq!(plan(configuration.clone(), &unknown), Ok(None), "{configuration}");
    }
    assert_eq!(plan(json!({"image": "base", "remoteUser": "same"}), &known), Ok(None));
    let asked = plan(json!({"image": "base", "remoteUser": "me"}), &observed(&serde_json::Map::new()));
    assert!(matches!(asked, Err(Blocker::Fact { query: FactQuery::Accounts { .. } })), "{asked:?}");

    // Another account has the host's user's id, so it is taken.
    assert_eq!(plan(json!({"image": "base", "remoteUser": "me"}), &known), Ok(None));
    let mut other = known.clone();
    other.host.uid = Some(2000);
    other.host.gid = Some(2000);
    let planned = plan(json!({"image": "base", "remoteUser": "me"}), &other).unwrap().unwrap();
    assert!(planned.name().ends_with("-uid"));
    assert_eq!(planned.spec.args["BASE_IMAGE"], "base");
    assert_eq!(planned.spec.args["IMAGE_USER"], "root");
    let run = planned.spec.dockerfile.lines().find(|line| line.starts_with("RUN ")).unwrap();
    let words: Vec<String> = serde_json::from_str(run.trim_start_matches("RUN ")).unwrap();
    assert_eq!(&words[..2], ["/bin/sh", "-c"]);
    assert!(words[2].ends_with("chown -R 2000:2000 '/home/me'\\''s'"), "{}", words[2]);

    assert!(planned.spec.platforms.is_empty(), "the builder's own");
    let mut foreign = other;
    foreign.engine.architecture = "arm64".to_owned();
    let planned = plan(json!({"image": "base", "remoteUser": "me"}), &foreign).unwrap().unwrap();
    assert_eq!(planned.spec.platforms, ["linux/amd64"], "of the image, or the builder does not find it");
}

/// `--update-remote-user-uid-default`: what the configuration says counts before it, and nothing where ids never change.
#[test]
fn the_configuration_decides_about_ids_before_the_caller_s_default() {
    let image = image_facts(Some(&json!({"user": "root"})));
    let accounts = Accounts {
        passwd: "root:x:0:0::/root:/bin/sh\nme:x:1234:1234::/home/me:/bin/sh\n".to_owned(),
        group: "root:x:0:\nme:x:1234:\n".to_owned(),
    };
    let known =
        Observed { accounts: [(image.id.clone(), accounts)].into(), ..observed(&serde_json::Map::new()) };
    let cases = [
        (Some(true), None, true),
        (Some(true), Some(false), false),
        (Some(false), None, false),
        (Some(false), Some(false), false),
        (Some(false), Some(true), true),
        (None, None, false),
        (None, Some(true), false),
    ];
    for (default, said, expected) in cases {
        let mut configuration = json!({"image": "base", "remoteUser": "me"});
        if let Some(said) = said {
            configuration["updateRemoteUserUID"] = json!(said);
        }
        let wanted = Running { update_uid_default: default, ..running(&configuration) };
        let planned =
            image::user_ids_build(&wanted, &merged(&wanted, &image), "base", &image, &known).unwrap();
        assert_eq!(planned.is_some(), expected, "{default:?} {said:?}");
        if let Some(planned) = planned {
            assert!(planned.name().ends_with("-uid"), "{}", planned.name());
        }
    }
}
