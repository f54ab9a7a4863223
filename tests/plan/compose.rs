//! Environments that are a service of a Compose project: what Compose is asked, and what it is told beside the person's own files.

mod asking;
mod builds;
mod touches;
mod volume;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use wharf_plan::compose::{ComposeFacts, ComposeUp, Override, ProjectFacts, ServiceFacts, project_in_order};
use wharf_plan::container::GpuAvailability;
use wharf_plan::{
    Blocker, BuildPurpose, Consent, ContainerFacts, ContainerState, Desired, EngineKind, Fact, FactQuery,
    GpuAccess, ImageFacts, MachineFacts, Observed, Outcome, Running, Step, Wanted, WorkspaceSource,
    reconcile,
};
use wharf_spec::compose::{ComposeProject, Dollars, read_yaml};
use wharf_spec::feature::FeatureSet;

use crate::features::feature;
use crate::support::{FOLDER, engine, host, image_facts, running};

const FILE: &str = "/home/me/project/.devcontainer/docker-compose.yml";

/// A configuration that names the service `app`, with what a case adds.
fn wanted(more: &Value) -> Running {
    let mut configuration = json!({"dockerComposeFile": "docker-compose.yml", "service": "app"});
    configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Running { update_uid_default: None, ..running(&configuration) }
}

fn facts(services: &Value) -> ComposeFacts {
    let text = json!({ "services": services }).to_string();
    ComposeFacts {
        program: "docker-compose 2.26.1".to_owned(),
        files: vec![FILE.to_owned()],
        name: "project_devcontainer".to_owned(),
        project: ComposeProject::read(&text, Dollars::Plain).unwrap(),
        ..ComposeFacts::default()
    }
}

/// Everything known that a project of images needs.
fn known(services: &Value, image: &Value) -> Observed {
    let facts = facts(services);
    let images = facts.project.services.values().filter_map(|service| service.image.clone());
    Observed {
        engine: engine(EngineKind::Docker),
        host: host(),
        container: Fact::Known(None),
        images: images.map(|name| (name, Some(image_facts(Some(image))))).collect(),
        compose: Fact::Known(Some(facts)),
        consent: Consent::Everything,
        initialized: true,
        machine: Fact::Known(MachineFacts::default()),
        ..Observed::default()
    }
}

fn next(wanted: Wanted, observed: &Observed) -> Outcome {
    let desired = Desired { source: WorkspaceSource::Folder { path: FOLDER.to_owned() }, wanted };
    reconcile(&desired, observed)
}

fn up(wanted: &Running, observed: &Observed) -> ComposeUp {
    match next(Wanted::Running(Box::new(wanted.clone())), observed) {
        Outcome::Next(steps) => match steps.as_slice() {
            [Step::Compose { spec }] => (**spec).clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// What Compose reads of the file of our own, its dollars single again.
fn overriding(wanted: &Running, observed: &Observed) -> Value {
    let Override::Text(text) = up(wanted, observed).overriding else { panic!("no text") };
    undoubled(read_yaml(&text).unwrap())
}

fn undoubled(value: Value) -> Value {
    match value {
        Value::String(text) => {
            assert!(!text.replace("$$", "").contains('$'), "Compose would put a variable into {text}");
            Value::from(text.replace("$$", "$"))
        }
        Value::Array(items) => items.into_iter().map(undoubled).collect(),
        Value::Object(entries) => {
            entries.into_iter().map(|(name, value)| (name, undoubled(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// The service in the file of our own, without its script and its labels, which are the same everywhere.
fn said(configuration: &Value, service: &Value, image: &Value) -> Value {
    let observed = known(&json!({ "app": service }), image);
    let file = overriding(&wanted(configuration), &observed);
    let mut said = file["services"]["app"].clone();
    let object = said.as_object_mut().unwrap();
    object.shift_remove("labels");
    let words = object["entrypoint"].as_array().unwrap()[4..].to_vec();
    object.insert("entrypoint".to_owned(), Value::from(words));
    if let Some(volumes) = file.get("volumes") {
        object.insert("declared".to_owned(), volumes.clone());
    }
    said
}

#[test]
fn what_a_configuration_adds_to_its_service() {
    let debian = json!({"command": ["bash"]});
    let plain = json!({"image": "debian"});
    let cases = [
        // The command: the service's, else the image's, else waiting for ever.
        (json!({}), plain.clone(), json!({"entrypoint": [], "command": ["bash"]})),
        (json!({}), json!({"image": "debian", "command": ["sleep", "$x"]}), json!({"entrypoint": []})),
        (
            json!({}),
            json!({"image": "debian", "entrypoint": ["/e", "$HOME"]}),
            json!({"entrypoint": ["/e", "$HOME"], "command": []}),
        ),
        (
            json!({"overrideCommand": true}),
            json!({"image": "debian", "command": "x"}),
            json!({"entrypoint": [], "command": []}),
        ),
        (json!({"overrideCommand": false}), plain.clone(), json!({"entrypoint": [], "command": ["bash"]})),
        // Rights and user.
        (
            json!({"init": true, "privileged": true, "containerUser": "u:g", "capAdd": ["A"], "securityOpt": ["b=c"]}),
            plain.clone(),
            json!({"entrypoint": [], "command": ["bash"], "init": true, "user": "u:g", "privileged": true, "cap_add": ["A"], "security_opt": ["b=c"]}),
        ),
        // Values of the environment, exactly; a line break becomes two letters, as in the reference.
        (
            json!({"containerEnv": {"A": "H\"\n\ne\"'''llo M:;a/t?h&^iKa%#@!``ni,sk_a-", "B": "[$${x}] $y", "C": "back \\slash", "D": " é\t "}}),
            plain.clone(),
            json!({"entrypoint": [], "command": ["bash"], "environment": ["A=H\"\\n\\ne\"'''llo M:;a/t?h&^iKa%#@!``ni,sk_a-", "B=[$${x}] $y", "C=back \\slash", "D= é\t "]}),
        ),
        // Mounts keep their options.
        (
            json!({"mounts": [
                "type=bind,source=/a b,target=/a,readonly,consistency=cached,bind-propagation=rshared",
                "source=cache,target=/cache,type=volume,volume-nocopy=true",
                "type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770",
                {"type": "volume", "target": "/anonymous"},
                {"type": "volume", "source": "theirs", "target": "/theirs", "external": true},
                "source=/plain,target=/plain",
            ]}),
            plain.clone(),
            json!({"entrypoint": [], "command": ["bash"], "volumes": [
                {"type": "bind", "source": "/a b", "target": "/a", "read_only": true, "consistency": "cached", "bind": {"create_host_path": true, "propagation": "rshared"}},
                {"type": "volume", "source": "cache", "target": "/cache", "volume": {"nocopy": true}},
                {"type": "tmpfs", "target": "/t", "tmpfs": {"size": 67108864, "mode": 1016}},
                {"type": "volume", "target": "/anonymous", "volume": {}},
                {"type": "volume", "source": "theirs", "target": "/theirs", "volume": {}},
                {"type": "bind", "source": "/plain", "target": "/plain", "bind": {"create_host_path": true}},
            ], "declared": {"cache": null, "theirs": {"external": true}}}),
        ),
    ];
    for (configuration, service, expected) in cases {
        assert_eq!(said(&configuration, &service, &debian), expected, "{configuration} {service}");
    }
}

#[test]
fn gpus_come_to_a_service_as_the_engine_gives_them() {
    let runtime = json!({"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}});
    let (reserved, device) = ((Some(runtime), None), (None, Some(json!(["nvidia.com/gpu=all"]))));
    let nothing = (None, None);
    let (all, detect, never) = (GpuAvailability::All, GpuAvailability::Detect, GpuAvailability::None);
    let (needed, optional, unwanted) = (json!(true), json!("optional"), json!(false));
    let cases = [
        (&needed, detect, Some(GpuAccess::Runtime), &reserved),
        (&needed, detect, Some(GpuAccess::Cdi), &device),
        (&needed, detect, None, &nothing),
        (&needed, all, None, &reserved),
        (&needed, all, Some(GpuAccess::Cdi), &device),
        (&needed, never, Some(GpuAccess::Runtime), &nothing),
        (&optional, detect, Some(GpuAccess::Runtime), &reserved),
        (&unwanted, detect, Some(GpuAccess::Runtime), &nothing),
    ];
    for (asked, availability, access, expected) in cases {
        let mut observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
        observed.machine = Fact::Known(MachineFacts { gpu: access, ..MachineFacts::default() });
        let mut wanted = wanted(&json!({"hostRequirements": {"gpu": asked}}));
        wanted.create.gpu = availability;
        let said = overriding(&wanted, &observed)["services"]["app"].clone();
        let found = (said.get("deploy").cloned(), said.get("devices").cloned());
        assert_eq!(&found, expected, "{asked} {availability:?} {access:?}");
    }
}

/// `--mount`, after what the configuration mounts.
#[test]
fn mounts_of_the_caller_are_mounts_of_the_service() {
    let volume =
        |name: &str, target: &str| json!({"type": "volume", "source": name, "target": target, "volume": {}});
    let external = json!({"external": true});
    let cases = [
        ("type=volume,source=v,target=/v,external=true", volume("v", "/v"), Some(("v", external.clone()))),
        ("type=volume,source=v,target=/v,external", volume("v", "/v"), Some(("v", external))),
        ("type=volume,source=v,target=/v,external=false", volume("v", "/v"), Some(("v", Value::Null))),
        ("type=volume,source=v,target=/v", volume("v", "/v"), Some(("v", Value::Null))),
        (
            "type=bind,source=/a,target=/a",
            json!({"type": "bind", "source": "/a", "target": "/a", "bind": {"create_host_path": true}}),
            None,
        ),
    ];
    for (mount, expected, declared) in cases {
        let observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
        let mut wanted = wanted(&json!({"mounts": ["type=volume,source=own,target=/own"]}));
        wanted.create.mounts = vec![mount.to_owned()];
        let file = overriding(&wanted, &observed);
        assert_eq!(file["services"]["app"]["volumes"], json!([volume("own", "/own"), expected]), "{mount}");
        let mut volumes = json!({"own": null});
        if let Some((name, declared)) = declared {
            volumes[name] = declared;
        }
        assert_eq!(file["volumes"], volumes, "{mount}");
    }
}

/// What Features are told of users: the configuration's, else the service's, else the image's.
#[test]
fn features_of_a_service_are_told_its_user() {
    let cases = [
        (json!({}), json!({}), "dev", "dev"),
        (json!({"user": "me"}), json!({}), "me", "me"),
        (json!({"user": "me:staff"}), json!({}), "me", "me"),
        (json!({"user": ""}), json!({}), "dev", "dev"),
        (json!({"user": "me"}), json!({"remoteUser": "you"}), "me", "you"),
        (json!({"user": "me"}), json!({"containerUser": "own"}), "own", "own"),
    ];
    for (service, more, container_user, remote_user) in cases {
        for mut app in [json!({"image": "debian"}), json!({"build": "."})] {
            app.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
            let mut observed = known(&json!({ "app": app }), &json!({}));
            observed.images =
                [("debian".to_owned(), Some(image_facts(Some(&json!({"user": "dev"})))))].into();
            observed.dockerfile = Fact::Known(Some("FROM debian\n".to_owned()));
            observed.context = Fact::Known("context".to_owned());
            let features = vec![feature("color", json!({}), json!({"id": "color"}))];
            observed.features = Fact::Known(FeatureSet { features, ..FeatureSet::default() });
            let mut configuration = json!({"features": {"./color": {}}});
            configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let outcome = next(Wanted::Running(Box::new(wanted(&configuration))), &observed);
            let Outcome::Next(steps) = outcome else { panic!("{outcome:?}") };
            let [Step::Build { purpose: BuildPurpose::Features, spec, .. }] = steps.as_slice() else {
                panic!("{steps:?}")
            };
            let files = &spec.content.as_ref().unwrap().files;
            let told = files.iter().find(|file| file.at == "devcontainer-features.builtin.env").unwrap();
            let expected = format!("_CONTAINER_USER={container_user}\n_REMOTE_USER={remote_user}\n");
            assert_eq!(told.text, expected, "{app} {more}");
        }
    }
}

#[test]
fn labels_find_the_container_and_hold_its_metadata() {
    let observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
    let file = overriding(&wanted(&json!({"remoteEnv": {"fo$o": "ba'r"}})), &observed);
    assert_eq!(
        file["services"]["app"]["labels"],
        json!([
            "devcontainer.local_folder=/home/me/project",
            "devcontainer.config_file=/home/me/project/.devcontainer/devcontainer.json",
            "devcontainer.metadata=[{\"remoteEnv\":{\"fo$o\":\"ba'r\"}}]",
        ])
    );
}

#[test]
fn the_script_is_the_references() {
    let observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
    let file = overriding(&wanted(&json!({})), &observed);
    let script =
        "echo Container started\n trap \"exit 0\" 15\n \n exec \"$@\"\n while sleep 1 & wait $!; do :; done";
    assert_eq!(file["services"]["app"]["entrypoint"], json!(["/bin/sh", "-c", script, "-"]));
}

#[test]
fn a_service_that_is_built() {
    let services = json!({
        "app": {"build": {"context": "..", "dockerfile": "D", "target": "dev", "args": {"A": "$x"}}, "user": "me", "pull_policy": "build", "depends_on": ["db"]},
        "db": {"build": "/db", "image": "db:1"},
        "tool": {"build": "/tool", "profiles": ["x"]},
    });
    let mut observed = Observed {
        images: [("base".to_owned(), Some(image_facts(None)))].into(),
        ..known(&services, &json!({}))
    };
    let wanted = Running { no_cache: true, ..wanted(&json!({"runServices": ["db"]})) };
    let mut asked = Vec::new();
    let mut built = Vec::new();
    let spec = loop {
        match next(Wanted::Running(Box::new(wanted.clone())), &observed) {
            Outcome::Blocked(Blocker::Fact { query }) => {
                match &query {
                    FactQuery::Dockerfile => {
                        observed.dockerfile = Fact::Known(Some("FROM base AS dev\nFROM x\n".to_owned()))
                    }
                    FactQuery::Context => observed.context = Fact::Known("1".to_owned()),
                    FactQuery::Service { service } => {
                        let found = ServiceFacts {
                            dockerfile: Some("FROM busybox\n".to_owned()),
                            context: "2".to_owned(),
                        };
                        observed.services.insert(service.clone(), found);
                    }
                    FactQuery::Image { image } => {
                        let there =
                            built.iter().any(|(_, tags, _, _): &(_, Vec<String>, _, _)| tags.contains(image));
                        observed.images.insert(image.clone(), there.then(|| image_facts(None)));
                    }
                    other => panic!("{other:?}"),
                }
                asked.push(query);
            }
            Outcome::Next(steps) => match steps.as_slice() {
                [step @ Step::Build { purpose, spec, inputs }] => {
                    assert!(spec.no_cache && !spec.pull, "the reference lets Compose keep its base images");
                    built.push((*purpose, spec.tags.clone(), spec.target.clone(), spec.args.clone()));
                    for name in &spec.tags {
                        let record =
                            wharf_plan::Built { inputs: inputs.clone(), image: "sha256:base".to_owned() };
                        observed.built.insert(name.clone(), record);
                    }
                    wharf_plan::forget(step, &mut observed);
                    observed.container = Fact::Known(None);
                }
                [Step::Compose { spec }] => break spec.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    let purposes: Vec<_> =
        built.iter().map(|(purpose, tags, target, args)| json!([purpose, tags, target, args])).collect();
    assert_eq!(
        Value::from(purposes),
        json!([
            ["dockerfile", ["project_devcontainer-app"], "dev", {"A": "$x"}],
            ["service", ["db:1"], null, {}],
        ])
    );
    assert!(!asked.contains(&FactQuery::Service { service: "tool".to_owned() }));
    assert_eq!(
        (spec.services.as_slice(), spec.keep),
        (["db".to_owned(), "app".to_owned()].as_slice(), false)
    );
    let Override::Text(text) = &spec.overriding else { panic!("no text") };
    // Its own name is what Compose looks for; nothing is pulled in its place.
    let said = read_yaml(text).unwrap()["services"]["app"].clone();
    assert_eq!((said.get("image"), said.get("pull_policy")), (None, Some(&json!("never"))));
}

#[test]
fn a_container_that_ended_is_started_with_the_files_that_made_it() {
    let own = "/state/docker-compose/docker-compose.devcontainer.containerFeatures-1.yml";
    let container = ContainerFacts {
        id: "c".to_owned(),
        labels: [
            ("com.docker.compose.project", "project_devcontainer".to_owned()),
            ("com.docker.compose.service", "app".to_owned()),
            ("com.docker.compose.project.config_files", format!("{FILE},/x/other.yml,{own}")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        ..ContainerFacts::new(ContainerState::Exited)
    };
    let mut observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
    observed.container = Fact::Known(Some(container));
    let spec = up(&wanted(&json!({})), &observed);
    assert_eq!((spec.keep, &spec.overriding), (true, &Override::Kept(vec![own.to_owned()])));
    // What has ended again after that ends again.
    observed.composed = true;
    let outcome = next(Wanted::Running(Box::new(wanted(&json!({})))), &observed);
    assert!(matches!(outcome, Outcome::Blocked(Blocker::Ended { .. })), "{outcome:?}");
}

fn member(id: &str, service: &str, needs: &str, state: ContainerState) -> ContainerFacts {
    let labels = [
        ("com.docker.compose.project", "p"),
        ("com.docker.compose.service", service),
        ("com.docker.compose.depends_on", needs),
    ];
    ContainerFacts {
        id: id.to_owned(),
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..ContainerFacts::new(state)
    }
}

#[test]
fn a_project_stops_and_goes_as_a_whole() {
    let app =
        member("app", "app", "db:service_healthy:true,cache:service_started:false", ContainerState::Running);
    let containers = vec![
        member("db", "db", "", ContainerState::Running),
        app.clone(),
        member("cache", "cache", "db:service_started:false", ContainerState::Paused),
        member("old", "job", "", ContainerState::Exited),
    ];
    let ids = |containers: &[ContainerFacts]| -> Vec<String> {
        project_in_order(containers).into_iter().map(|container| container.id.clone()).collect()
    };
    assert_eq!(ids(&containers), ["app", "cache", "db", "old"]);
    let mut observed = Observed { container: Fact::Known(Some(app)), ..Observed::default() };
    let query = FactQuery::Project { project: "p".to_owned() };
    assert_eq!(next(Wanted::Gone, &observed), Outcome::Blocked(Blocker::Fact { query }));
    let project = ProjectFacts { containers, networks: vec!["p_default".to_owned()] };
    observed.projects.insert("p".to_owned(), project);
    let stop = |id: &str| Step::Stop { container: id.to_owned(), seconds: Some(3) };
    assert_eq!(
        next(Wanted::Stopped { seconds: Some(3) }, &observed),
        Outcome::Next(vec![stop("app"), Step::Unpause { container: "cache".to_owned() }, stop("db")])
    );
    let remove = |id: &str| Step::Remove { container: id.to_owned() };
    let network = Step::RemoveNetwork { network: "p_default".to_owned() };
    assert_eq!(
        next(Wanted::Gone, &observed),
        Outcome::Next(vec![remove("cache"), remove("db"), remove("old"), remove("app"), network])
    );
}

#[test]
fn containers_that_need_each_other_have_an_order_too() {
    let running = ContainerState::Running;
    let circle = [member("a", "a", "b:x:y", running), member("b", "b", "a:x:y", running)];
    assert_eq!(project_in_order(&circle).len(), 2);
}

#[test]
fn what_cannot_be_is_said() {
    let check = |configuration: &Value, services: &Value, expected: &str| {
        let mut running = wanted(configuration);
        if configuration.get("service") == Some(&Value::Null) {
            running.configuration.config.service = None;
        }
        let outcome = next(Wanted::Running(Box::new(running)), &known(services, &json!({})));
        let Outcome::Blocked(blocker) = outcome else { panic!("{outcome:?}") };
        assert!(format!("{blocker:?}").contains(expected), "{blocker:?}");
    };
    check(
        &json!({"service": "web"}),
        &json!({"app": {"image": "x"}}),
        "NoService { service: \"web\", known: [\"app\"] }",
    );
    check(&json!({"service": ""}), &json!({"app": {"image": "x"}}), "does not say which");
    check(&json!({}), &json!({"app": {}}), "names neither an image nor a build");
    check(
        &json!({}),
        &json!({"app": {"build": {"context": "https://github.com/o/r.git", "dockerfile_inline": "FROM x"}}}),
        "with `dockerfile_inline`",
    );
    check(&json!({"mounts": ["type=bind,target=/x"]}), &json!({"app": {"image": "x"}}), "needs a source");
}

/// Texts of characters that YAML, Compose or a shell treats in a way of its own.
fn hostile() -> impl Strategy<Value = String> {
    let special =
        "'\"\\$`!#%&*()[]{}<>|;~^=:.?@ \t\n\ra0-_é\u{85}\u{2028}\u{2029}\u{7f}\u{1b}\u{9f}\u{feff}☃";
    let special = prop::sample::select(special.chars().collect::<Vec<_>>());
    prop::collection::vec(special, 0..24).prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #[test]
    fn every_value_comes_through(value in hostile(), user in hostile(), argument in hostile(), label in hostile()) {
        let mut wanted = wanted(&json!({"containerEnv": {"A": value}, "containerUser": user, "capAdd": [label]}));
        wanted.id_labels = vec![("l".to_owned(), label.clone())];
        let image: ImageFacts = image_facts(Some(&json!({"entrypoint": [argument]})));
        let mut observed = known(&json!({"app": {"image": "debian"}}), &json!({}));
        observed.images.insert("debian".to_owned(), Some(image));
        let said = overriding(&wanted, &observed)["services"]["app"].clone();
        prop_assert_eq!(&said["environment"][0], &json!(format!("A={}", value.replace('\n', "\\n"))));
        prop_assert_eq!(said.get("user").and_then(Value::as_str).unwrap_or_default(), user.as_str());
        prop_assert_eq!(&said["entrypoint"][4], &json!(argument));
        prop_assert_eq!(&said["labels"][0], &json!(format!("l={label}")));
        prop_assert_eq!(&said["cap_add"][0], &json!(label));
    }
}
