//! What is asked about before Compose makes or builds something, and when.

use serde_json::{Value, json};
use wharf_plan::compose::ServiceFacts;
use wharf_plan::consent::Touch;
use wharf_plan::{
    Blocker, BuildPurpose, Built, Consent, ContainerState, Fact, FactQuery, Observed, Outcome, Step, Wanted,
};

use super::{known, member, next, wanted};
use crate::support::image_facts;

/// What comes next once every fact is known: paths lead nowhere else, and the engine has none of the images that nobody has built.
fn settled(wanted: &Wanted, observed: &mut Observed) -> Outcome {
    for _ in 0..30 {
        match next(wanted.clone(), observed) {
            Outcome::Blocked(Blocker::Fact { query }) => match query {
                FactQuery::Places { paths } => {
                    observed.places.extend(paths.into_iter().map(|path| (path.clone(), path)));
                }
                FactQuery::Image { image } => drop(observed.images.insert(image, None)),
                FactQuery::Service { service } => {
                    let facts =
                        ServiceFacts { dockerfile: Some("FROM x\n".to_owned()), context: String::new() };
                    observed.services.insert(service, facts);
                }
                FactQuery::Dockerfile => observed.dockerfile = Fact::Known(Some("FROM scratch\n".to_owned())),
                FactQuery::Context => observed.context = Fact::Known(String::new()),
                other => panic!("{other:?}"),
            },
            other => return other,
        }
    }
    panic!("no end of questions")
}

/// What a person is asked about first; nothing where the way is free.
fn asks(wanted: &Wanted, observed: &mut Observed) -> Vec<Touch> {
    match settled(wanted, observed) {
        Outcome::Blocked(Blocker::Consent { touches }) => touches,
        Outcome::Next(_) | Outcome::Agreed => Vec::new(),
        other => panic!("{other:?}"),
    }
}

fn shown(touches: &[Touch]) -> Vec<String> {
    touches.iter().map(|touch| format!("{} ({})", touch.what, touch.property)).collect()
}

fn reads(from: &str, context: &str) -> Value {
    json!({"build": {"context": context, "additional_contexts": {"x": format!("service:{from}")}}})
}

/// Services that are never started, as nobody asks for their profile, and whose images others read from.
#[test]
fn builds_that_are_only_read_from_are_asked_about() {
    let aside = |mut service: Value| {
        service["profiles"] = json!(["never"]);
        service["privileged"] = json!(true);
        service
    };
    let services = json!({
        "app": reads("first", "."),
        "other": reads("second", "."),
        "first": aside(reads("deep", "/srv/first")),
        "deep": aside(json!({"build": {"context": ".", "ssh": ["default"]}})),
        "second": aside(json!({"build": {"context": "/srv/second"}})),
        "nobody": aside(json!({"build": {"context": "/srv/nobody"}})),
    });
    let ask = |wanted: &Wanted, services: &Value| {
        let mut observed = known(services, &json!({}));
        observed.consent = Consent::default();
        shown(&asks(wanted, &mut observed))
    };
    let running = wanted(&json!({}));
    let build = Wanted::Built(Box::new(running.clone()));
    let of_app = ["/srv/first (services.first.build)", "--ssh=default (services.deep.build[0])"];
    assert_eq!(ask(&build, &services), of_app);
    let up = Wanted::Running(Box::new(running));
    assert_eq!(ask(&up, &services), [&of_app[..], &["/srv/second (services.second.build)"]].concat());

    // Only the builder fetches it, and may use what is this computer's.
    let afar = |more: Value| {
        let mut build = json!({"context": "https://example.com/x.git"});
        build.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"app": {"build": build}})
    };
    for wanted in [&build, &up] {
        assert!(ask(wanted, &afar(json!({}))).is_empty());
        let found = ask(wanted, &afar(json!({"network": "host"})));
        assert_eq!(found, ["--network=host (services.app.build[0])"]);
    }
    let cached =
        json!({"app": {"build": {"context": ".", "cache_from": ["type=local,src=/srv/cache", "app:cache"]}}});
    for wanted in [&build, &up] {
        assert_eq!(ask(wanted, &cached), ["/srv/cache (services.app.build)"]);
    }
    // Services that read from each other are refused where they are built, and asked about like any other.
    let circle =
        json!({"app": {"image": "debian"}, "a": reads("b", "/srv/a"), "b": aside(reads("a", "/srv/b"))});
    assert_eq!(ask(&up, &circle), ["/srv/a (services.a.build)", "/srv/b (services.b.build)"]);
    // The environment's own is built, whatever its profile says.
    let own = json!({"app": {"build": {"context": "/srv/own"}, "profiles": ["never"]}});
    assert_eq!(ask(&up, &own), ["/srv/own (services.app.build)"]);
}

fn up() -> Wanted {
    Wanted::Running(Box::new(wanted(&json!({"privileged": true, "initializeCommand": "date"}))))
}

/// An environment of these services whose own container is in this state; nobody has been asked yet.
fn kept(services: &Value, state: ContainerState) -> Observed {
    let mut observed = known(services, &json!({}));
    observed.container = Fact::Known(Some(member("c", "app", "", state)));
    observed.consent = Consent::default();
    observed
}

#[test]
fn services_that_a_start_would_make_are_asked_about() {
    let services = json!({
        "app": {"image": "debian"},
        "new": {"image": "debian", "privileged": true, "volumes": ["/:/h"]},
    });
    let command = "date (initializeCommand)";
    let all = [command, "/ at /h (services.new.volumes)", "privileged (services.new.privileged)"];
    let table: [(ContainerState, &[&str]); 4] = [
        (ContainerState::Exited, &all),
        (ContainerState::Created, &all),
        // Compose is asked for nothing.
        (ContainerState::Running, &[command]),
        (ContainerState::Paused, &[command]),
    ];
    for (state, expected) in table {
        let mut observed = kept(&services, state);
        // It runs at every start.
        observed.initialized = false;
        let mut found = shown(&asks(&up(), &mut observed));
        found[1..].sort();
        assert_eq!(found, expected, "{state:?}");
    }
}

#[test]
fn what_has_been_allowed_is_not_asked_about_when_it_starts_again() {
    let services = json!({
        "app": {"image": "debian"},
        "db": {"image": "debian", "cap_add": ["SYS_ADMIN"], "volumes": ["/srv:/srv"]},
    });
    let mut observed = kept(&services, ContainerState::Exited);
    let granted: Vec<Touch> = asks(&up(), &mut observed);
    assert_eq!(granted.len(), 3, "{granted:?}");
    let hashes = granted.iter().map(|touch| touch.hash(&observed.files)).collect();
    observed.consent = Consent::Granted(hashes);
    let mut more = services;
    assert!(asks(&up(), &mut observed).is_empty());
    more["new"] = json!({"image": "debian", "cap_add": ["SYS_ADMIN", "BPF"]});
    let mut observed = Observed { consent: observed.consent, ..kept(&more, ContainerState::Exited) };
    assert_eq!(shown(&asks(&up(), &mut observed)), ["BPF (services.new.cap_add)"]);
}

#[test]
fn services_of_an_active_profile_are_asked_about_and_built() {
    let services = json!({
        "app": {"image": "debian"},
        "tool": {"build": ".", "privileged": true, "profiles": ["x"]},
        "other": {"build": "/srv", "privileged": true, "cap_add": ["BPF"], "profiles": ["y"]},
    });
    let up = Wanted::Running(Box::new(wanted(&json!({}))));
    let mut observed = known(&services, &json!({}));
    let Fact::Known(Some(facts)) = &mut observed.compose else { panic!() };
    facts.project = std::mem::take(&mut facts.project).with_enabled("app\ntool\n");
    let built = |observed: &mut Observed| match settled(&up, observed) {
        Outcome::Next(steps) => match steps.as_slice() {
            [Step::Build { spec, .. }] => spec.tags.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(built(&mut observed), ["project_devcontainer-tool"]);
    observed.consent = Consent::default();
    assert_eq!(shown(&asks(&up, &mut observed)), ["privileged (services.tool.privileged)"]);
}

/// Compose is told to build nothing.
#[test]
fn images_that_are_missing_are_built_before_a_start() {
    let services = json!({
        "app": {"build": "."},
        "there": reads("aside", "."),
        "new": reads("base", "."),
        "base": {"build": ".", "profiles": ["never"]},
        "aside": {"build": ".", "profiles": ["never"]},
    });
    let mut observed = kept(&services, ContainerState::Exited);
    observed.consent = Consent::Everything;
    // Made long ago, by whomever; the container's project is called otherwise than it would be now.
    observed.images.insert("p-there".to_owned(), Some(image_facts(None)));
    let mut built = Vec::new();
    let spec = loop {
        let Outcome::Next(steps) = settled(&up(), &mut observed) else { panic!("{built:?}") };
        match steps.as_slice() {
            [Step::Build { spec, inputs, purpose: BuildPurpose::Service }] => {
                let image = image_facts(None);
                for name in &spec.tags {
                    let record = Built { inputs: inputs.clone(), image: image.id.clone() };
                    observed.built.insert(name.clone(), record);
                    observed.images.insert(name.clone(), Some(image.clone()));
                }
                built.extend(spec.tags.clone());
            }
            [Step::Compose { spec }] => break spec.clone(),
            other => panic!("{other:?}"),
        }
        assert!(built.len() < 5, "{built:?}");
    };
    assert_eq!(built, ["p-base", "p-new"]);
    assert!(spec.keep);
    assert!(!observed.images.contains_key("p-app"), "its container is kept");
}

/// What services and the configuration itself mount, where the Compose file lies above the opened folder.
#[test]
fn mounts_are_asked_about_as_compose_reads_them() {
    let up = |mounts: &Value| Wanted::Running(Box::new(wanted(&json!({ "mounts": mounts }))));
    let ask = |mounts: &Value, services: &Value| {
        let mut observed = known(services, &json!({}));
        observed.consent = Consent::default();
        let Fact::Known(Some(facts)) = &mut observed.compose else { panic!() };
        facts.files = vec!["/home/me/compose.yml".to_owned()];
        shown(&asks(&up(mounts), &mut observed))
    };
    let app = json!({"app": {"image": "debian"}});
    let none: [&str; 0] = [];
    for (mounts, expected) in [
        (json!(["source=/,target=/host"]), &["/ at /host (mounts[0])"][..]),
        (json!(["type=bind,source=~/.ssh,target=/k"]), &["~/.ssh at /k (mounts[0])"]),
        (json!(["type=bind,source=..,target=/up"]), &["/home at /up (mounts[0])"]),
        (json!(["type=bind,source=other,target=/up"]), &["/home/me/other at /up (mounts[0])"]),
        (json!(["type=bind,source=/etc,target=/e "]), &["/etc at /e (mounts[0])"]),
        (
            json!(["type=bind,source=/etc,target=/e,floppy"]),
            &["type=bind,source=/etc,target=/e,floppy (mounts[0])"],
        ),
        (
            json!(["source=v,target=/v,volume-opt=device=/"]),
            &["source=v,target=/v,volume-opt=device=/ (mounts[0])"],
        ),
        (
            json!([
                "source=v,target=/v",
                "type=bind,source=./project/data,target=/d",
                "type=tmpfs,target=/t"
            ]),
            &none,
        ),
        (json!([{"type": "volume", "source": "v", "target": "/v", "external": true}]), &none),
    ] {
        assert_eq!(ask(&mounts, &app), expected, "{mounts}");
    }
    for (volume, expected) in [
        (json!("~/.ssh:/k"), &["~/.ssh at /k (services.app.volumes)"][..]),
        (json!("./project:/w"), &none),
        (json!("./other:/w:ro"), &["/home/me/other at /w (read-only) (services.app.volumes)"]),
        (json!("data:/d"), &none),
        (
            json!({"type": "bind", "source": "./other", "target": "/w"}),
            &["/home/me/other at /w (services.app.volumes)"],
        ),
        (json!({"type": "volume", "source": "data", "target": "/d"}), &none),
        (json!({"source": "/etc", "target": "/d"}), &["volumes of the service app (services.app.volumes)"]),
        (
            json!({"type": "volume", "source": "/etc", "target": "/d"}),
            &["volumes of the service app (services.app.volumes)"],
        ),
    ] {
        assert_eq!(
            ask(&json!([]), &json!({"app": {"image": "debian", "volumes": [volume]}})),
            expected,
            "{volume}"
        );
    }
}

/// The same words mean something else as soon as a value changes, and the same as long as only its order does.
#[test]
fn consent_to_a_property_covers_its_value() {
    let hashes = |service: &Value, more: &Value| {
        let mut observed = known(&json!({"app": {"image": "debian"}, "other": service}), &json!({}));
        observed.consent = Consent::default();
        let Fact::Known(Some(facts)) = &mut observed.compose else { panic!() };
        facts.project.raw.extend(more.as_object().unwrap().clone());
        observed
            .files
            .insert("/home/me/project/.devcontainer/p.json".to_owned(), wharf_plan::HostFile::Absent);
        let up = Wanted::Running(Box::new(wanted(&json!({}))));
        let asked = asks(&up, &mut observed);
        let hashes: Vec<String> = asked.iter().map(|touch| touch.hash(&observed.files)).collect();
        assert_eq!(hashes.len(), 1, "{asked:?}");
        hashes
    };
    let service = |property: &str, value: Value| json!({"image": "debian", property: value});
    for (property, one, other) in [
        ("provider", json!({"type": "x", "options": {"a": 1}}), json!({"type": "x", "options": {"a": 2}})),
        (
            "devices",
            json!([{"source": "/dev/a", "permissions": "r"}]),
            json!([{"source": "/dev/a", "permissions": "rwm"}]),
        ),
        ("gpus", json!([{"count": 1}]), json!("all")),
        ("volumes_from", json!(["container:a"]), json!(["container:b"])),
        ("cgroup_parent", json!("a"), json!("b")),
    ] {
        let nothing = json!({});
        assert_ne!(
            hashes(&service(property, one), &nothing),
            hashes(&service(property, other), &nothing),
            "{property}"
        );
    }
    let plain = json!({"image": "debian"});
    let volume = |options: Value| json!({"volumes": {"data": {"driver_opts": options}}});
    let memory = hashes(&plain, &volume(json!({"type": "tmpfs", "device": "tmpfs"})));
    assert_eq!(memory, hashes(&plain, &volume(json!({"device": "tmpfs", "type": "tmpfs"}))));
    assert_ne!(memory, hashes(&plain, &volume(json!({"type": "none", "o": "bind", "device": "/"}))));
}

/// Compose reads the profile from the project's folder.
#[test]
fn the_content_of_a_profile_is_asked_for() {
    let mut observed =
        known(&json!({"app": {"image": "debian", "security_opt": ["seccomp=p.json"]}}), &json!({}));
    observed.consent = Consent::default();
    let up = Wanted::Running(Box::new(wanted(&json!({}))));
    let asked = next(up.clone(), &observed);
    let Outcome::Blocked(Blocker::Fact { query: FactQuery::Hashes { paths } }) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(paths, ["/home/me/project/.devcontainer/p.json"]);
}

/// Modes of a network that only Podman has, wherever a service names them.
#[test]
fn services_on_podman_are_asked_about_its_modes() {
    let ask = |kind: wharf_plan::EngineKind| {
        let services = json!({"app": {"image": "debian"}, "other": {"image": "debian", "network_mode": "slirp4netns:allow_host_loopback=true"}});
        let mut observed = known(&services, &json!({}));
        observed.engine = crate::support::engine(kind);
        observed.consent = Consent::default();
        shown(&asks(&Wanted::Running(Box::new(wanted(&json!({})))), &mut observed))
    };
    assert_eq!(
        ask(wharf_plan::EngineKind::Podman),
        ["network slirp4netns:allow_host_loopback=true (services.other.network_mode)"]
    );
    assert!(ask(wharf_plan::EngineKind::Docker).is_empty());
}
