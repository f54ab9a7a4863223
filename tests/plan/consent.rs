//! What a configuration may do to the host. The cases are in `consent.json`: `gives` lists the kind, the thing and the property.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wharf_plan::consent::{named_workspace_files, secrets, tells, touches, unknown_places};
use wharf_plan::{HostFile, Inside};
use wharf_spec::Hook;

use crate::support::{check_cases, image_facts, merged, observed, running};

fn found(case: &Map<String, Value>) -> Value {
    let wanted = running(&case["configuration"]);
    let image = image_facts(case.get("image"));
    let touches = touches(&wanted, &merged(&wanted, &image), &observed(case));
    let lines = touches.iter().map(|touch| {
        let files =
            if touch.files.is_empty() { String::new() } else { format!(" [{}]", touch.files.join(", ")) };
        let kind = serde_json::to_value(touch.kind).unwrap();
        Value::from(format!("{}: {} ({}){files}", kind.as_str().unwrap(), touch.what, touch.property))
    });
    Value::Array(lines.collect())
}

#[test]
fn touches_are_found() {
    check_cases("consent.json", found);
}

#[test]
fn every_touch_says_what_it_means() {
    let cases: Vec<Map<String, Value>> = serde_json::from_str(include_str!("consent.json")).unwrap();
    for case in &cases {
        let wanted = running(&case["configuration"]);
        let image = image_facts(case.get("image"));
        for touch in touches(&wanted, &merged(&wanted, &image), &observed(case)) {
            assert!(touch.detail.ends_with('.'), "{}: {:?}", touch.what, touch.detail);
        }
    }
}

#[test]
fn consent_follows_the_thing_and_not_its_place() {
    let hash = |configuration: &Value, files: &BTreeMap<String, HostFile>| {
        let wanted = running(configuration);
        let all = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed(&Map::new()));
        all.iter().map(|touch| touch.hash(files)).collect::<Vec<_>>()
    };
    let none = BTreeMap::new();
    let first = json!({"image": "i", "runArgs": ["--init", "--device", "/dev/fuse"]});
    let moved = json!({"image": "i", "runArgs": ["--device=/dev/fuse", "--init", "--cpus=1"]});
    let other = json!({"image": "i", "runArgs": ["--device", "/dev/kvm"]});
    assert_eq!(hash(&first, &none), hash(&moved, &none));
    assert_ne!(hash(&first, &none), hash(&other, &none));

    let script = json!({"image": "i", "initializeCommand": "./setup.sh"});
    let text = |content: &str| HostFile::Text { content: content.to_owned() };
    let with = |file: HostFile| BTreeMap::from([("./setup.sh".to_owned(), file)]);
    let a = hash(&script, &with(text("a")));
    assert_ne!(a, hash(&script, &with(text("b"))));
    assert_ne!(a, hash(&script, &with(HostFile::Absent)));
    // However the content became known.
    let sha256 = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb".to_owned();
    assert_eq!(a, hash(&script, &with(HostFile::Hash { sha256 })));
    assert_eq!(named_workspace_files(&running(&script)), ["./setup.sh"]);
    // Stored consents must be found again by later versions.
    assert_eq!(a, ["a260c4ab3cb140b3894f163b944c71fdb2a731c16dd04d7deadeb8865362b61f"]);
}

/// What a touch is called does not say everything that it does.
#[test]
fn consent_covers_the_effect_and_not_only_its_name() {
    let asked = |configuration: &Value, files: &BTreeMap<String, HostFile>| {
        let wanted = running(configuration);
        let all = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed(&Map::new()));
        let hashes: Vec<String> = all.iter().map(|touch| touch.hash(files)).collect();
        (all, hashes)
    };
    let none = BTreeMap::new();
    let mount = |text: &str| json!({"image": "i", "mounts": [format!("type=bind,source=/srv,{text}")]});
    let (read_only, one) = asked(&mount("target=/x,readonly"), &none);
    let (writable, other) = asked(&mount("target=/x (read-only)"), &none);
    assert_eq!(read_only[0].what, writable[0].what);
    assert_ne!(one, other);
    let both = json!({"image": "i", "mounts": ["type=bind,source=/srv,target=/x,readonly", "type=bind,source=/srv,target=/x (read-only)"]});
    assert_eq!(asked(&both, &none).1.len(), 2);

    let text = |content: &str| HostFile::Text { content: content.to_owned() };
    let profile = |content: &str| BTreeMap::from([("p.json".to_owned(), text(content))]);
    for configuration in [
        json!({"image": "i", "securityOpt": ["seccomp=p.json"]}),
        json!({"image": "i", "runArgs": ["--security-opt", "seccomp=p.json"]}),
    ] {
        assert_ne!(asked(&configuration, &profile("{}")).1, asked(&configuration, &profile("[]")).1);
    }
    let script = |content: &str| BTreeMap::from([("tools/x.sh".to_owned(), text(content))]);
    let command = json!({"image": "i", "initializeCommand": "cd tools && ./x.sh"});
    assert_ne!(asked(&command, &script("a")).1, asked(&command, &script("b")).1);
}

#[test]
fn labels_that_the_person_chose_for_the_environment_are_asked_about() {
    let mut wanted = running(&json!({"image": "i", "runArgs": ["-l", "mine=other", "-l", "theirs=x"]}));
    wanted.id_labels = vec![("mine".to_owned(), "this".to_owned())];
    let found = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed(&Map::new()));
    let lines: Vec<_> = found.iter().map(|touch| touch.what.as_str()).collect();
    assert_eq!(lines, ["--label=mine=other"]);
}

#[test]
fn links_that_lead_out_of_the_workspace_are_followed() {
    let wanted = running(&json!({
        "image": "i",
        "mounts": ["type=bind,source=${localWorkspaceFolder}/data,target=/data"],
        "runArgs": ["--env-file=.env", "-v", "./data:/again", "-v", ".:/all"],
    }));
    let merged = merged(&wanted, &image_facts(None));
    let mut known = observed(&Map::new());
    let asked = unknown_places(&wanted, &merged, &known);
    assert_eq!(asked, ["/home/me/project", "/home/me/project/.env", "/home/me/project/data"]);

    let place = |path: &str, real: &str| (path.to_owned(), real.to_owned());
    // The workspace itself may be reached through a link.
    known.places = [
        place("/home/me/project", "/disk/project"),
        place("/home/me/project/.env", "/disk/project/.env"),
        place("/home/me/project/data", "/home/me/.ssh"),
    ]
    .into();
    assert_eq!(unknown_places(&wanted, &merged, &known), Vec::<String>::new());
    let found: Vec<String> = touches(&wanted, &merged, &known).into_iter().map(|touch| touch.what).collect();
    assert_eq!(
        found,
        [
            "/home/me/project/data (leads to /home/me/.ssh) at /data",
            "/home/me/project/data (leads to /home/me/.ssh) at /again"
        ]
    );
}

#[test]
fn a_dockerfile_that_leads_out_of_the_workspace_is_asked_about() {
    let wanted = running(&json!({"build": {"dockerfile": "Dockerfile", "context": "..", "options": []}}));
    let merged = merged(&wanted, &image_facts(None));
    let mut known = observed(&Map::new());
    let file = "/home/me/project/.devcontainer/Dockerfile";
    assert_eq!(unknown_places(&wanted, &merged, &known), ["/home/me/project", file]);
    known.places = ["/home/me/project", file].map(|path| (path.to_owned(), path.to_owned())).into();
    assert!(touches(&wanted, &merged, &known).is_empty());
    known.places.insert(file.to_owned(), "/home/me/.ssh/id_ed25519".to_owned());
    let found = touches(&wanted, &merged, &known);
    let lines: Vec<_> = found.iter().map(|touch| format!("{} ({})", touch.what, touch.property)).collect();
    assert_eq!(lines, [format!("{file} (leads to /home/me/.ssh/id_ed25519) (build.dockerfile)")]);
}

#[test]
fn tells_say_what_is_worth_knowing() {
    let wanted = running(&json!({
        "image": "debian",
        "containerEnv": {"A": "${localEnv:HOME}"},
        "runArgs": ["-e", "LC_ALL"],
    }));
    let lines: Vec<String> = tells(&wanted, &observed(&Map::new()))
        .into_iter()
        .map(|tell| format!("{} ({})", tell.text, tell.property))
        .collect();
    assert_eq!(
        lines,
        [
            "The image debian is not pinned: what it holds can change. (image)",
            "The variable HOME of this computer flows in. (containerEnv.A)",
            "The variable LC_ALL of this computer flows in. (runArgs[0])",
        ]
    );
}

#[test]
fn secrets_that_this_computer_would_hand_over_are_asked_for() {
    let hooks = json!({"postCreateCommand": "make", "postStartCommand": "serve"});
    let of_image = json!({"labels": {"devcontainer.metadata": "[{\"postAttachCommand\": \"motd\"}]"}});
    let declared = json!({"HOME": {}, "EMPTY": {}, "NOWHERE": {}, "LC_ALL": {"description": "x"}});
    let both = ["HOME from your environment (secrets.HOME)", "LC_ALL from your environment (secrets.LC_ALL)"];
    let none: [&str; 0] = [];
    let done = |hooks: &[Hook]| Inside { done: hooks.iter().copied().collect(), ..Inside::default() };
    let all = done(&[Hook::PostCreate, Hook::PostStart]);
    for (hooks, image, given, inside, expected) in [
        (&hooks, None, &[][..], &Inside::default(), &both[..]),
        (&hooks, None, &["HOME"], &Inside::default(), &both[1..]),
        (&hooks, None, &["HOME", "LC_ALL"], &Inside::default(), &none),
        // A command that has not run can still read it, whoever wrote it; without one nothing is handed over.
        (&hooks, None, &[], &done(&[Hook::PostCreate]), &both),
        (&hooks, None, &[], &all, &none),
        (&json!({}), None, &[], &Inside::default(), &none),
        (&json!({}), Some(&of_image), &[], &all, &both),
    ] {
        let mut configuration = json!({"image": "i", "secrets": declared});
        configuration.as_object_mut().unwrap().extend(hooks.as_object().unwrap().clone());
        let mut wanted = running(&configuration);
        wanted.hooks.secrets = given.iter().map(|&name| name.to_owned()).collect();
        let mut observed = observed(&Map::new());
        observed.host.environment.insert("EMPTY".to_owned(), String::new());
        let found = secrets(&wanted, &merged(&wanted, &image_facts(image)), &observed, inside);
        let lines: Vec<_> =
            found.iter().map(|touch| format!("{} ({})", touch.what, touch.property)).collect();
        assert_eq!(lines, expected, "{configuration} {given:?} {inside:?}");
    }
}

/// A workspace in a volume is looked at as a copy, which lies elsewhere each time; what was allowed once is to be known again.
#[test]
fn what_is_named_relative_to_a_volume_is_remembered_wherever_its_copy_lies() {
    let mut wanted = running(&json!({
        "build": { "dockerfile": "Dockerfile", "cacheFrom": "type=local,src=../cache" },
        "runArgs": ["--env-file", "../.env", "-v", "../x:/y"],
    }));
    wanted.give = Some("/workspaces".to_owned());
    let asked = |copy: &str| {
        let mut observed = observed(&serde_json::Map::new());
        observed.host.folder = format!("/state/rooms/{copy}/content/repo");
        observed.host.copy = Some(format!("/state/rooms/{copy}"));
        let touches = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed);
        touches.iter().map(|touch| touch.hash(&BTreeMap::new())).collect::<Vec<_>>()
    };
    let first = asked("1");
    assert!(first.len() >= 3, "{first:?}");
    assert_eq!(first, asked("2"));
}
