//! Builds with Features: the Dockerfiles, whole, and what goes in beside them.

use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Value, json};
use wharf_plan::build::{BuildContent, ContentReach};
use wharf_plan::{
    BuildOptions, BuildSpec, EngineFacts, EngineKind, Fact, ImageFacts, Observed, Running, image,
};
use wharf_spec::feature::{FeatureManifest, FeatureNode, FeatureReference, FeatureSet, InstalledFeature};

use crate::support::{engine, image_facts, observed, running};

/// A local Feature as its folder says.
pub(crate) fn feature(id: &str, options: Value, manifest: Value) -> InstalledFeature {
    let (mut manifest, diagnostics) = FeatureManifest::read(&manifest, id);
    assert_eq!(diagnostics, []);
    manifest.id.get_or_insert_with(|| id.to_owned());
    let node = FeatureNode {
        user_id: format!("./{id}"),
        reference: FeatureReference::Local { path: format!("./{id}"), folder: format!("/features/{id}") },
        options,
        additional: false,
        manifest,
        digest: None,
        artifact: None,
        depends_on: Vec::new(),
        installs_after: Vec::new(),
    };
    InstalledFeature { node, folder: format!("/features/{id}").into(), content: format!("content of {id}") }
}

fn two() -> Vec<InstalledFeature> {
    vec![
        feature(
            "color",
            json!({"favorite": "gold"}),
            json!({"id": "color", "version": "1.0.0", "name": "Color", "options": {"favorite": {"type": "string", "default": "red"}},
                   "containerEnv": {"COLOR_HOME": "/usr/local/color", "PATH": "${COLOR_HOME}/bin:${PATH}"}}),
        ),
        feature(
            "hello",
            json!({}),
            json!({"id": "hello", "privileged": true, "postCreateCommand": "echo $HOME", "customizations": {"vscode": {}}}),
        ),
    ]
}

fn wanted(configuration: Value) -> Running {
    let mut configuration = configuration;
    let features = json!({"./color": {"favorite": "gold"}, "./hello": {}});
    configuration.as_object_mut().unwrap().entry("features").or_insert(features);
    running(&configuration)
}

fn world(engine: EngineFacts, features: Vec<InstalledFeature>, dockerfile: Option<&str>) -> Observed {
    Observed {
        engine,
        features: Fact::Known(FeatureSet { features, ..FeatureSet::default() }),
        dockerfile: Fact::Known(dockerfile.map(str::to_owned)),
        context: Fact::Known("context".to_owned()),
        ..observed(&serde_json::Map::new())
    }
}

fn base() -> ImageFacts {
    image_facts(Some(&json!({
        "user": "dev", "env": ["PATH=/bin"], "labels": {"devcontainer.metadata": "{\"remoteUser\": \"dev\"}"},
    })))
}

fn build(wanted: &Running, observed: &Observed) -> BuildSpec {
    let facts = base();
    let (_, planned) = image::environment_build(wanted, Some(("debian", &facts)), observed).unwrap().unwrap();
    planned.spec
}

fn content(spec: &BuildSpec) -> &BuildContent {
    spec.content.as_ref().unwrap()
}

/// Docker before named contexts: API 1.41.
fn older() -> EngineFacts {
    EngineFacts {
        version: "20.10.24".to_owned(),
        api_version: "1.41".to_owned(),
        ..engine(EngineKind::Docker)
    }
}

/// Compares with a file beside the suite, or writes it where `WHARF_UPDATE_CASES` is set, to be read in a review.
fn check(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/plan/features")
        .join(format!("{name}.Dockerfile"));
    if std::env::var_os("WHARF_UPDATE_CASES").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn dockerfiles_of_every_engine_and_scenario() {
    let image = json!({"image": "debian", "containerEnv": {"MINE": "a \"$b\""}});
    let docker = || engine(EngineKind::Docker);
    let with = |text: &str| world(docker(), two(), Some(text));
    let dockerfile = json!({"build": {"dockerfile": "Dockerfile"}, "remoteUser": "o'neil"});
    let classic = || BuildOptions { without_buildkit: true, ..BuildOptions::default() };
    let cases = [
        ("image", wanted(image.clone()), world(docker(), two(), None)),
        ("image-older-buildkit", wanted(image.clone()), world(older(), two(), None)),
        ("image-podman", wanted(image.clone()), world(engine(EngineKind::Podman), two(), None)),
        ("image-classic", Running { build: classic(), ..wanted(image) }, world(docker(), two(), None)),
        ("dockerfile", wanted(dockerfile.clone()), with("FROM debian\nUSER me\n")),
        (
            "dockerfile-podman",
            wanted(dockerfile.clone()),
            world(engine(EngineKind::Podman), two(), Some("FROM debian\nUSER me\n")),
        ),
        (
            "dockerfile-classic",
            Running { build: classic(), ..wanted(dockerfile.clone()) },
            with("FROM debian\nUSER me\n"),
        ),
        (
            "dockerfile-target",
            wanted(json!({"build": {"dockerfile": "Dockerfile", "target": "dev", "args": {"WHO": "you"}}})),
            with(
                "# syntax=docker/dockerfile:1\nFROM debian AS dev\nARG WHO=me\nUSER $WHO\nFROM dev\nUSER other\n",
            ),
        ),
        (
            "dockerfile-directives",
            wanted(dockerfile),
            with("# syntax=docker/dockerfile:1.0\n# escape=`\nFROM debian\nRUN echo a && `\n    echo b\n"),
        ),
    ];
    for (name, wanted, observed) in cases {
        check(name, &build(&wanted, &observed).dockerfile);
    }
}

/// Nothing that a person or a Feature's author writes becomes an instruction.
#[test]
fn hostile_values_stay_values() {
    let hostile = "a\"b\\c$d`e'f\nRUN touch /pwned\n#é\u{2028}";
    let features = vec![
        feature(
            "we ird\"/$(x)",
            json!({"opt ion": hostile}),
            json!({"id": "../we ird\"$(x)\nRUN x", "name": hostile, "containerEnv": {"A": hostile},
                   "postCreateCommand": hostile, "entrypoint": hostile}),
        ),
        feature("-rf", json!({}), json!({"id": "-rf"})),
    ];
    let wanted = wanted(json!({
        "image": "debian", "containerEnv": {"B": hostile}, "remoteUser": "a'b\"$(c) d", "containerUser": "x|y.*:z",
        "features": {"./a": {}},
    }));
    let observed = world(engine(EngineKind::Docker), features, None);
    let spec = build(&wanted, &observed);
    check("hostile", &spec.dockerfile);
    // Every line that begins an instruction is one of ours.
    let mut continued = false;
    for line in spec.dockerfile.lines() {
        let begins = !continued && !line.trim().is_empty();
        let known = ["ARG ", "FROM ", "USER ", "COPY ", "RUN ", "RUN --mount", "ENV ", "LABEL "]
            .iter()
            .any(|word| line.starts_with(word));
        assert!(!begins || known, "{line:?}");
        continued = line.ends_with('\\');
    }
    assert_eq!(spec.args["_DEV_CONTAINERS_LINE_BREAK"], "\n");
    assert_eq!(spec.args["_DEV_CONTAINERS_BASE_IMAGE"], "debian");
    for folder in &content(&spec).folders {
        assert!(
            folder.at.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character)),
            "{}",
            folder.at
        );
    }
}

#[test]
fn names_that_no_image_can_have_are_refused_with_their_author() {
    let bad = ["", "A B", "A=B", "A\nRUN x", "A\"", "$A", "#A"];
    for name in bad {
        let features = vec![feature("bad", json!({}), json!({"containerEnv": {name: "x"}}))];
        let observed = world(engine(EngineKind::Docker), features, None);
        let wanted = wanted(json!({"image": "debian", "features": {"./bad": {}}}));
        let facts = base();
        let refused = image::environment_build(&wanted, Some(("debian", &facts)), &observed).unwrap_err();
        let shown = serde_json::to_value(&refused).unwrap();
        assert_eq!(shown["property"], "features../bad", "{name:?}: {shown}");
    }
}

/// What an engine can do decides how the content of Features comes in.
#[test]
fn content_comes_in_as_the_builder_can_take_it() {
    let (image, dockerfile) = (json!({"image": "debian"}), json!({"build": {"dockerfile": "Dockerfile"}}));
    let (docker, podman) = (engine(EngineKind::Docker), engine(EngineKind::Podman));
    let context = ContentReach::Context("dev_containers_feature_content_source".to_owned());
    let own_image = ContentReach::Image("_DEV_CONTAINERS_FEATURE_CONTENT_SOURCE".to_owned());
    let classic = BuildOptions { without_buildkit: true, ..BuildOptions::default() };
    let pushed = BuildOptions { push: true, ..BuildOptions::default() };
    let usual = BuildOptions::default;
    let alone = ContentReach::Alone;
    // Upon an image, and upon a Dockerfile, which has a context of its own.
    let cases = [
        (docker.clone(), usual(), &context, &context, "RUN --mount"),
        (docker, classic, &alone, &own_image, "COPY --chown"),
        (older(), usual(), &alone, &own_image, "RUN --mount"),
        // Only a BuildKit of its own can push, and that has named contexts.
        (older(), pushed, &context, &context, "RUN --mount"),
        (podman, usual(), &alone, &own_image, "RUN --mount"),
    ];
    for (engine, build_options, upon_image, upon_dockerfile, words) in cases {
        for (configuration, text, reach) in
            [(&image, None, upon_image), (&dockerfile, Some("FROM debian\n"), upon_dockerfile)]
        {
            let wanted = Running { build: build_options.clone(), ..wanted(configuration.clone()) };
            let spec = build(&wanted, &world(engine.clone(), two(), text));
            assert_eq!(content(&spec).reach, *reach);
            assert!(spec.dockerfile.contains(words), "{}", spec.dockerfile);
            let source = spec.dockerfile.contains("from=dev_containers_feature_content_source");
            assert_eq!(source, *reach != alone, "{}", spec.dockerfile);
            assert!(!spec.pull);
        }
    }
}

/// The image says what it is made of: the base image first, then the Features, then the configuration.
#[test]
fn the_image_s_metadata_is_in_the_order_of_its_making() {
    let told = |wanted: &Running| {
        let text = build(wanted, &world(engine(EngineKind::Docker), two(), None)).dockerfile;
        let label = text.lines().skip_while(|line| !line.starts_with("LABEL")).skip(1);
        label.take_while(|line| *line != "]\"").map(str::to_owned).collect::<Vec<_>>()
    };
    let configured =
        json!({"image": "debian", "remoteUser": "me", "containerEnv": {"A": "${localEnv:HOME}"}});
    let usual = wanted(configured.clone());
    let expected = [
        r#"{\"remoteUser\":\"dev\"}, \"#,
        r#"{\"id\":\"./color\"}, \"#,
        r#"{\"id\":\"./hello\",\"postCreateCommand\":\"echo \$HOME\",\"privileged\":true,\"customizations\":{\"vscode\":{}}}, \"#,
        r#"{\"containerEnv\":{\"A\":\"\${localEnv:HOME}\"},\"remoteUser\":\"me\"} \"#,
    ];
    assert_eq!(told(&usual), expected);
    let without = Running {
        build: BuildOptions { without_customizations: true, ..BuildOptions::default() },
        ..wanted(configured)
    };
    assert!(!told(&without)[2].contains("customizations"));
}

#[test]
fn only_what_goes_in_makes_another_build() {
    let wanted = wanted(json!({"image": "debian"}));
    let inputs = |features: Vec<InstalledFeature>| {
        let facts = base();
        let observed = world(engine(EngineKind::Docker), features, None);
        image::environment_build(&wanted, Some(("debian", &facts)), &observed).unwrap().unwrap().1.inputs
    };
    let first = inputs(two());
    assert_eq!(first, inputs(two()));
    let change = |change: fn(&mut Vec<InstalledFeature>)| {
        let mut features = two();
        change(&mut features);
        inputs(features)
    };
    // Where the content lies on this computer is nothing that goes in.
    assert_eq!(first, change(|features| features[0].folder = "/elsewhere".into()));
    let changes: [fn(&mut Vec<InstalledFeature>); 4] = [
        |features| features[0].content = "other".to_owned(),
        |features| features[1].node.options = json!({"a": "b"}),
        |features| features.swap(0, 1),
        |features| drop(features.pop()),
    ];
    for other in changes {
        assert_ne!(first, change(other));
    }
}

/// They are of one archive with one script, which runs by itself and gets its options under other names.
#[test]
fn features_of_the_first_version_come_before_all_others() {
    let mut features = two();
    let mut tool = feature(
        "tool",
        json!("2"),
        json!({"id": "tool", "options": {"version": {"type": "string", "default": "1"}}, "containerEnv": {"TOOL": "x"}}),
    );
    tool.node.manifest.first_version = true;
    features.push(tool);
    let wanted = wanted(json!({"image": "debian"}));
    let spec = build(&wanted, &world(engine(EngineKind::Docker), features, None));
    let place = |words: &str| {
        let found = spec.dockerfile.find(words);
        found.unwrap_or_else(|| panic!("{words} is not in {}", spec.dockerfile))
    };
    let in_order = [
        "cd /tmp/dev-container-features/tool_2",
        "&& ./install.sh",
        "ENV COLOR_HOME=",
        "cd /tmp/dev-container-features/color_0",
        "&& ./devcontainer-features-install.sh",
        "cd /tmp/dev-container-features/hello_1",
        "ENV TOOL=\"x\"",
        "USER $_DEV_CONTAINERS_IMAGE_USER",
    ];
    let places = in_order.map(place);
    assert!(places.is_sorted(), "{places:?} in {}", spec.dockerfile);
    let file = |name: &str| content(&spec).files.iter().find(|file| file.at == name);
    assert_eq!(file("tool_2/devcontainer-features-install.sh"), None);
    assert_eq!(
        file("tool_2/devcontainer-features.env").unwrap().text,
        "_BUILD_ARG_TOOL_VERSION=\"2\"\n_BUILD_ARG_TOOL=true\n\
         _BUILD_ARG_TOOL_TARGETPATH=/usr/local/devcontainer-features/tool_2"
    );
}

/// Where mounts are no part of what a builder remembers a layer by, the layer's words are.
#[test]
fn changed_content_is_another_command_where_mounts_do_not_count() {
    let text = |engine: EngineFacts, content: &str| {
        let mut features = two();
        content.clone_into(&mut features[1].content);
        build(&wanted(json!({"image": "debian"})), &world(engine, features, None)).dockerfile
    };
    let podman = || engine(EngineKind::Podman);
    let (before, after) = (text(podman(), "before"), text(podman(), "after"));
    let changed: Vec<&str> = before
        .lines()
        .zip(after.lines())
        .filter(|(before, after)| before != after)
        .map(|(line, _)| line)
        .collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].contains("hello_1-"), "{changed:?}");
    let docker = || engine(EngineKind::Docker);
    assert_eq!(text(docker(), "before"), text(docker(), "after"));
}

#[test]
fn features_of_the_caller_are_installed_too() {
    let mut wanted = running(&json!({"image": "debian", "features": {"./color": {"favorite": "gold"}}}));
    wanted.additional_features =
        json!({"./color": {"favorite": "other"}, "./hello": {}}).as_object().unwrap().clone();
    let asked = image::features::asked(&wanted);
    assert_eq!(Value::Object(asked), json!({"./color": {"favorite": "gold"}, "./hello": {}}));
    let none = running(&json!({"image": "debian"}));
    assert!(!image::features::are_asked(&none));
}

#[test]
fn a_failed_step_names_the_feature() {
    let spec = build(&wanted(json!({"image": "debian"})), &world(engine(EngineKind::Docker), two(), None));
    let cases = [
        (
            "[dev_containers_target_stage 6/6] RUN --mount=…,source=hello_1,target=/tmp/build-features-src/hello_1 cp -ar …",
            Some("./hello"),
        ),
        ("RUN cd /tmp/dev-container-features/color_0 && ./x", Some("./color")),
        ("RUN --mount=type=bind,source=hello_1,target=/mnt/x cp -ar …", Some("./hello")),
        ("RUN cd /tmp/dev-container-features/color_01", None),
        ("RUN mkdir -p /tmp/dev-container-features", None),
    ];
    for (step, expected) in cases {
        assert_eq!(
            content(&spec).folder_of_step(step).map(|folder| folder.owner.as_str()),
            expected,
            "{step}"
        );
    }
}

#[test]
fn a_build_s_own_arguments_and_labels_stay() {
    let wanted = wanted(
        json!({"build": {"dockerfile": "Dockerfile", "args": {"A": "1"}, "options": ["--label", "x=y"]}}),
    );
    let spec = build(&wanted, &world(engine(EngineKind::Docker), two(), Some("FROM debian\n")));
    let arguments: IndexMap<&str, &str> =
        spec.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(arguments["A"], "1");
    assert_eq!(arguments["_DEV_CONTAINERS_BASE_IMAGE"], "dev_container_auto_added_stage_label");
    assert_eq!(arguments["_DEV_CONTAINERS_IMAGE_USER"], "dev");
    assert_eq!(spec.labels["x"], "y");
    assert_eq!(spec.target.as_deref(), Some("dev_containers_target_stage"));
    assert_eq!(spec.tags, std::slice::from_ref(&wanted.image_name));
}

/// What a build mounts from this computer has another label there than what containers may read.
#[test]
fn podman_with_selinux_builds_without_labels() {
    let origins = [
        (json!({"image": "debian"}), None),
        (json!({"build": {"dockerfile": "Dockerfile"}}), Some("FROM debian\n")),
    ];
    let cases = [
        (EngineKind::Podman, true, vec!["label=disable"]),
        (EngineKind::Podman, false, vec![]),
        (EngineKind::Docker, true, vec![]),
    ];
    for (configuration, text) in &origins {
        for (kind, selinux, expected) in &cases {
            let engine = EngineFacts { selinux: *selinux, ..engine(*kind) };
            let spec = build(&wanted(configuration.clone()), &world(engine, two(), *text));
            assert_eq!(spec.security_opt, *expected, "{configuration} {kind:?} {selinux}");
        }
    }
}

/// `--omit-syntax-directive`: the other directives stay, and so does everything without the flag.
#[test]
fn the_frontend_that_a_dockerfile_names_can_be_left_out() {
    const SYNTAX: &str = "# syntax=docker/dockerfile:1.9\n";
    let configuration = json!({"build": {"dockerfile": "Dockerfile"}});
    for rest in ["FROM debian\n", "# escape=`\nFROM debian\n"] {
        for (without_syntax, begin) in [(false, SYNTAX), (true, "")] {
            let build_options = BuildOptions { without_syntax, ..BuildOptions::default() };
            let wanted = Running { build: build_options, ..wanted(configuration.clone()) };
            let text = format!("{SYNTAX}{rest}");
            let found = build(&wanted, &world(engine(EngineKind::Docker), two(), Some(&text))).dockerfile;
            let escape = if rest.starts_with("# escape") { "# escape=`\n" } else { "" };
            let expected = format!("{begin}{escape}ARG _DEV_CONTAINERS_BASE_IMAGE=");
            assert!(found.starts_with(&expected), "{without_syntax}: {found}");
            assert_eq!(found.matches("syntax=").count(), usize::from(!without_syntax), "{found}");
        }
    }
}
