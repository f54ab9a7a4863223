//! Builds that only the builder can begin, and builds that read from each other's images.

use serde_json::{Value, json};
use wharf_plan::build::{CacheSource, NamedContext};
use wharf_plan::compose::ServiceFacts;
use wharf_plan::{
    Blocker, BuildPurpose, BuildSpec, Built, EngineKind, ImageFacts, Observed, Outcome, Step, Wanted,
};

use super::{facts, known, next, up, wanted};
use crate::support::{engine, image_facts};

/// The builds in their order, each taken as done.
fn builds(observed: &mut Observed) -> Vec<BuildSpec> {
    let mut found = Vec::new();
    for _ in 0..10 {
        let steps = match next(Wanted::Running(Box::new(wanted(&json!({})))), observed) {
            Outcome::Next(steps) => steps,
            other => panic!("{other:?}"),
        };
        let [Step::Build { spec, inputs, purpose }] = steps.as_slice() else { return found };
        assert!(matches!(purpose, BuildPurpose::Service | BuildPurpose::Dockerfile), "{purpose:?}");
        // As with engines, other content is another image.
        let image = ImageFacts { id: format!("sha256:{inputs}"), ..image_facts(Some(&json!({}))) };
        for name in &spec.tags {
            observed.built.insert(name.clone(), Built { inputs: inputs.clone(), image: image.id.clone() });
            observed.images.insert(name.clone(), Some(image.clone()));
        }
        found.push((**spec).clone());
    }
    panic!("no end: {found:?}")
}

fn with_dockerfiles(services: &Value) -> Observed {
    let mut observed = known(services, &json!({}));
    observed.dockerfile = wharf_plan::Fact::Known(Some("FROM debian\n".to_owned()));
    observed.context = wharf_plan::Fact::Known(String::new());
    observed.images.insert("debian".to_owned(), Some(image_facts(Some(&json!({})))));
    for name in services.as_object().unwrap().keys() {
        let facts = ServiceFacts { dockerfile: Some("FROM debian\n".to_owned()), context: String::new() };
        observed.services.insert(name.clone(), facts);
    }
    observed
}

#[test]
fn an_address_is_the_builder_s_to_fetch() {
    let build = json!({"context": "https://example.com/x.git#main:sub", "dockerfile": "d/Dockerfile", "args": {"A": "1"}, "target": "t"});
    let services = json!({"app": {"build": build}, "db": {"build": "https://example.com/y.tar"}});
    let mut observed = known(&services, &json!({}));
    for name in ["project_devcontainer-app", "project_devcontainer-db"] {
        observed.images.insert(name.to_owned(), None);
    }
    let builds = builds(&mut observed);
    let shown: Vec<_> = builds
        .iter()
        .map(|spec| {
            (spec.tags.as_slice(), spec.remote.as_deref(), spec.dockerfile_name.as_str(), &spec.context)
        })
        .collect();
    assert_eq!(
        shown,
        [
            (
                ["project_devcontainer-app".to_owned()].as_slice(),
                Some("https://example.com/x.git#main:sub"),
                "d/Dockerfile",
                &None
            ),
            (
                ["project_devcontainer-db".to_owned()].as_slice(),
                Some("https://example.com/y.tar"),
                "Dockerfile",
                &None
            ),
        ]
    );
    assert_eq!((builds[0].args["A"].as_str(), builds[0].target.as_deref()), ("1", Some("t")));
    assert_eq!(up(&wanted(&json!({})), &observed).service, "app");
}

#[test]
fn images_of_services_are_built_before_who_reads_from_them() {
    let reads = |from: &str| json!({"context": ".", "additional_contexts": {"x": format!("service:{from}"), "y": "./folder"}});
    let services = json!({
        "last": {"build": reads("middle")},
        "app": {"build": reads("first")},
        "middle": {"build": reads("app")},
        "first": {"build": "."},
    });
    let builds = builds(&mut with_dockerfiles(&services));
    let names: Vec<_> =
        builds.iter().map(|spec| spec.tags[0].trim_start_matches("project_devcontainer-")).collect();
    assert_eq!(names, ["first", "app", "middle", "last"]);
    let context = |name: &str| NamedContext::Source(format!("docker-image://project_devcontainer-{name}"));
    assert_eq!(builds[1].named_contexts["x"], context("first"));
    assert_eq!(builds[3].named_contexts["x"], context("middle"));
    assert!(matches!(builds[3].named_contexts["y"], NamedContext::Folder(_)));
}

/// What is built, without the project's name.
fn built(observed: &mut Observed) -> Vec<String> {
    let name = |spec: BuildSpec| spec.tags[0].trim_start_matches("project_devcontainer-").to_owned();
    builds(observed).into_iter().map(name).collect()
}

fn reads(from: &str) -> Value {
    json!({"build": {"context": ".", "additional_contexts": {"x": format!("service:{from}")}}})
}

#[test]
fn what_a_service_reads_from_counts_in_its_image() {
    let services = json!({
        "last": reads("middle"),
        "app": reads("first"),
        "middle": reads("app"),
        "first": {"build": "."},
        "aside": {"build": "."},
    });
    let mut observed = with_dockerfiles(&services);
    assert_eq!(built(&mut observed), ["first", "app", "middle", "last", "aside"]);
    assert!(built(&mut observed).is_empty());
    let changes = |observed: &mut Observed, name: &str, content: &str| {
        observed.services.get_mut(name).unwrap().context = content.to_owned();
    };
    changes(&mut observed, "first", "2");
    assert_eq!(built(&mut observed), ["first", "app", "middle", "last"]);
    changes(&mut observed, "middle", "2");
    assert_eq!(built(&mut observed), ["middle", "last"]);
    changes(&mut observed, "aside", "2");
    assert_eq!(built(&mut observed), ["aside"]);
    observed.context = wharf_plan::Fact::Known("2".to_owned());
    assert_eq!(built(&mut observed), ["app", "middle", "last"]);
    assert!(built(&mut observed).is_empty());
}

/// One that no build of here makes: somebody pulled another image under its name.
#[test]
fn an_image_that_is_read_from_by_its_name_counts_too() {
    let mut observed = with_dockerfiles(&json!({"app": reads("db"), "db": {"image": "redis"}}));
    observed.images.insert("redis".to_owned(), None);
    assert_eq!(built(&mut observed), ["app"]);
    assert!(built(&mut observed).is_empty());
    observed.images.insert("redis".to_owned(), Some(image_facts(None)));
    assert_eq!(built(&mut observed), ["app"]);
}

#[test]
fn services_that_read_from_each_other_in_a_circle_are_refused() {
    // The first that starts is the first of the chain.
    let mut chain = json!({"app": {"build": "."}});
    for number in (1..200).rev() {
        chain[format!("s{number}")] = reads(&format!("s{}", number - 1));
    }
    for (services, expected) in [
        (json!({"app": reads("app")}), "in a circle: app, app"),
        (json!({"app": reads("a"), "a": reads("b"), "b": reads("app")}), "in a circle: app, a, b, app"),
        (json!({"app": reads("a"), "a": reads("b"), "b": reads("a")}), "in a circle: a, b, a"),
        (json!({"app": {"build": "."}, "a": reads("b"), "b": reads("a")}), "in a circle: a, b, a"),
        (chain, "more than 100 times over, down to s99"),
    ] {
        let mut observed = with_dockerfiles(&services);
        let image = image_facts(Some(&json!({})));
        for name in ["project_devcontainer-app", "project_devcontainer-a", "project_devcontainer-b"] {
            observed.images.insert(name.to_owned(), Some(image.clone()));
        }
        // Those that are built before the circle is met.
        let refused = loop {
            match next(Wanted::Running(Box::new(wanted(&json!({})))), &observed) {
                Outcome::Next(steps) => steps.iter().for_each(|step| {
                    wharf_plan::assume(step, &mut observed);
                    observed.container = wharf_plan::Fact::Known(None);
                }),
                other => break other,
            }
        };
        let Outcome::Blocked(Blocker::Impossible { message, property, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(message, format!("builds of services read from each other's images {expected}"));
        assert_eq!(property.as_deref(), Some("dockerComposeFile"));
    }
}

/// What each service's image is built for: the environment's own, then the other's.
fn built_for(service: &Value, observed: impl Fn(&Value) -> Observed) -> Vec<Vec<String>> {
    let mut observed = observed(&json!({"app": service, "other": service}));
    for name in ["project_devcontainer-app", "project_devcontainer-other"] {
        observed.images.insert(name.to_owned(), None);
    }
    builds(&mut observed).into_iter().map(|spec| spec.platforms).collect()
}

#[test]
fn an_image_is_built_for_what_its_service_runs_on() {
    let cases = [
        (json!({"build": "."}), vec![]),
        (json!({"build": ".", "platform": "linux/arm64"}), vec!["linux/arm64"]),
        (json!({"build": "https://example.com/x.git", "platform": "linux/arm64"}), vec!["linux/arm64"]),
    ];
    for (service, expected) in cases {
        let found = built_for(&service, with_dockerfiles);
        assert_eq!(found, [expected.clone(), expected], "{service}");
    }
}

/// `build.platforms` says what the image can be built for, and only one of them can start.
#[test]
fn of_several_platforms_that_a_build_is_made_for_the_service_s_counts() {
    let (one, both) = (json!(["linux/arm64"]), json!(["linux/amd64", "linux/arm64"]));
    let cases = [
        (&one, None, vec!["linux/arm64"]),
        (&both, None, vec![]),
        (&both, Some("linux/amd64"), vec!["linux/amd64"]),
        (&one, Some("linux/arm64"), vec!["linux/arm64"]),
    ];
    for (platforms, platform, expected) in cases {
        let service = json!({"build": {"context": ".", "platforms": platforms}, "platform": platform});
        let found = built_for(&service, with_dockerfiles);
        assert_eq!(found, [expected.clone(), expected], "{service}");
    }
}

/// `DOCKER_DEFAULT_PLATFORM` comes after all that the project says.
#[test]
fn a_service_that_says_no_platform_is_built_for_the_person_s_own() {
    let default = |services: &Value| {
        let mut observed = with_dockerfiles(services);
        let variable = ("DOCKER_DEFAULT_PLATFORM".to_owned(), "linux/arm64".to_owned());
        observed.host.environment.extend([variable]);
        observed
    };
    for (service, expected) in [
        (json!({"build": "."}), "linux/arm64"),
        (json!({"build": ".", "platform": "linux/amd64"}), "linux/amd64"),
        (json!({"build": {"context": ".", "platforms": ["linux/amd64"]}}), "linux/amd64"),
        (json!({"build": {"context": ".", "platforms": ["linux/amd64", "linux/arm64"]}}), "linux/arm64"),
    ] {
        assert_eq!(built_for(&service, default), [[expected], [expected]], "{service}");
    }
}

/// What the builds of the environment's service and of another one are told beside their contexts.
#[test]
fn what_a_service_s_build_may_do_and_keep_goes_into_it() {
    let service = json!({"build": {"context": ".", "cache_to": ["type=local,dest=/c"], "no_cache_filter": ["one"], "entitlements": ["network.host"]}});
    let planned = |kind: EngineKind, service: &Value| {
        let mut observed = with_dockerfiles(&json!({"app": service, "other": service}));
        observed.engine = engine(kind);
        for name in ["project_devcontainer-app", "project_devcontainer-other"] {
            observed.images.insert(name.to_owned(), None);
        }
        builds(&mut observed)
    };
    let found = planned(EngineKind::Docker, &service);
    assert_eq!(found.len(), 2);
    for spec in found {
        assert_eq!(spec.cache_to, [CacheSource::parse("type=local,dest=/c").unwrap()]);
        assert_eq!(
            (spec.no_cache_filter, spec.entitlements),
            (vec!["one".to_owned()], vec!["network.host".to_owned()])
        );
    }
    let cached = json!({"build": {"context": ".", "cache_from": ["type=local,src=from"]}});
    for spec in planned(EngineKind::Docker, &cached) {
        assert_eq!(spec.cache_from, [CacheSource::parse("type=local,src=/home/me/project/from").unwrap()]);
    }
    // Compose tells builders without BuildKit none of that, and refuses to build there with more rights.
    let found = planned(EngineKind::Podman, &service);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|spec| spec.needs_buildkit().is_empty()), "{found:?}");
    let more = json!({"app": {"build": {"context": ".", "privileged": true}}});
    let mut observed = with_dockerfiles(&more);
    observed.engine = engine(EngineKind::Podman);
    let refused = next(Wanted::Running(Box::new(wanted(&json!({})))), &observed);
    let Outcome::Blocked(Blocker::Impossible { message, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(message, "`--allow` cannot be used here: it needs BuildKit, which this engine does not offer");
}

/// Once, a folder was put before what it already began with.
#[test]
fn zed_53473_paths_of_a_build_count_from_the_compose_file() {
    let facts = facts(&json!({
        "app": {"build": {"context": "..", "dockerfile": ".devcontainer/Dockerfile"}},
        "db": {"build": {"context": "/elsewhere/db", "dockerfile": "Dockerfile"}},
        "plain": {"build": "."},
    }));
    let place = |name: &str| {
        let build = facts.project.services[name].build.clone().unwrap();
        let shown = |path: std::path::PathBuf| path.display().to_string();
        (shown(facts.context_of(&build)), shown(facts.dockerfile_of(&build).unwrap()))
    };
    let folder = "/home/me/project/.devcontainer";
    let file = format!("{folder}/../.devcontainer/Dockerfile");
    assert_eq!(place("app"), (format!("{folder}/.."), file));
    assert_eq!(place("db"), ("/elsewhere/db".to_owned(), "/elsewhere/db/Dockerfile".to_owned()));
    assert_eq!(place("plain"), (format!("{folder}/."), format!("{folder}/./Dockerfile")));
}
