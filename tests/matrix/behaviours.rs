//! The behaviours: each makes an environment on the engine that it is given, and says in a few words what came out.

use std::os::unix::fs::MetadataExt as _;

use serde_json::Value;
use wharf_test_support::engines::{Engine, ROOTLESS_PODMAN};
use wharf_test_support::images::DEVCONTAINER;

use crate::kit::{Place, json};

/// Something that engines do differently.
pub struct Behaviour {
    /// For the name of its test.
    pub name: &'static str,
    /// For the table.
    pub title: &'static str,
    /// Tries it, and returns what the table is to say.
    pub try_out: fn(Engine) -> String,
}

const fn behaviour(name: &'static str, title: &'static str, try_out: fn(Engine) -> String) -> Behaviour {
    Behaviour { name, title, try_out }
}

/// All of them, in the order of the table.
pub const BEHAVIOURS: &[Behaviour] = &[
    behaviour("starts", "an environment comes up, runs its hooks and goes", starts),
    behaviour("owner", "files that root makes in the workspace belong to", owner),
    behaviour("user", "a remote user other than root gets", user),
    behaviour("keep-id", "`--userns=keep-id` in `runArgs`", keep_id),
    behaviour("labels", "SELinux labels of the container", labels),
    behaviour("builder", "images are built with", builder),
    behaviour("image-name", "a built image `vsc-…` is called", image_name),
    behaviour("exec", "`exec` passes bytes and exit codes on", exec),
    behaviour("start-again", "a stopped container is started again", start_again),
    behaviour("mount-missing", "a bind mount whose folder is missing", mount_missing),
    behaviour("comma", "a comma in the workspace's path", comma),
    behaviour("volumes", "named volumes and tmpfs mounts", volumes),
    behaviour("features", "Features are installed from, and none of it stays in the image", features),
    behaviour("last-feature", "when the last Feature changes, the build runs", last_feature),
];

/// The workspace as it would be where the engine runs: owned by whoever runs it.
fn place(engine: Engine, configuration: &str) -> Place {
    let rootless = engine.name == ROOTLESS_PODMAN;
    let place = Place::new(engine, configuration);
    if rootless {
        // The one that the test's engine without root belongs to.
        let status =
            std::process::Command::new("chown").args(["-R", "1000:1000"]).arg(place.home.path()).status();
        assert!(status.unwrap().success());
        let open = std::process::Command::new("chmod").arg("a+rx").arg(place.home.path()).status();
        assert!(open.unwrap().success());
    }
    place
}

/// What the container was created with.
fn inspected(place: &Place) -> Value {
    let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
    place.inspect(&id)
}

fn starts(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox", "postCreateCommand": "echo ran > ran" }"#);
    place.up(&[]);
    assert_eq!(place.read("ran"), "ran\n");
    let answer = place.wharf("down", &[]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(place.containers().is_empty());
    "yes".to_owned()
}

fn owner(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox", "postCreateCommand": "touch made" }"#);
    place.up(&[]);
    let owner = |path: &str| place.folder.join(path).metadata().unwrap().uid();
    match owner("made") {
        made if made == owner(".") => "whoever runs the engine".to_owned(),
        0 => "root".to_owned(),
        other => format!("user {other}"),
    }
}

fn user(engine: Engine) -> String {
    let configuration =
        format!(r#"{{ "image": "{DEVCONTAINER}", "remoteUser": "vscode", "userEnvProbe": "none" }}"#);
    let place = place(engine, &configuration);
    let inspected = inspected(&place);
    // Podman names the mode otherwise than it was asked for.
    let mode = inspected["HostConfig"]["UsernsMode"].as_str().unwrap_or_default();
    if mode.is_empty() { "the image's user" } else { "a namespace with the person's id (`keep-id`)" }
        .to_owned()
}

fn keep_id(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox", "runArgs": ["--userns=keep-id"] }"#);
    let answer = place.wharf("up", &["--trust"]).end();
    match answer.code {
        Some(0) => "works".to_owned(),
        Some(1) if answer.stderr_text().contains("keep-id") => "an error that names it".to_owned(),
        _ => panic!("{answer}"),
    }
}

fn labels(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox" }"#);
    let options = inspected(&place)["HostConfig"]["SecurityOpt"].to_string();
    if options.contains("label=disable") { "`label=disable`" } else { "the engine's own" }.to_owned()
}

fn builder(engine: Engine) -> String {
    let place = place(engine, r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    place.write("Dockerfile", "FROM busybox\nRUN echo built > /built\n");
    place.up(&[]);
    let answer = place.wharf("exec", &["cat", "/built"]).end();
    assert_eq!(answer.stdout_text(), "built\n");
    let list = place
        .home
        .run(env!("CARGO_BIN_EXE_wharf"))
        .variable("DOCKER_HOST", place.engine.docker_host())
        .arguments(["engine", "list", "--json"])
        .end();
    let abilities = json(&list)["engines"][0]["abilities"].clone();
    if abilities.to_string().contains("buildKit") { "BuildKit" } else { "the classic endpoint" }.to_owned()
}

fn image_name(engine: Engine) -> String {
    let place = place(engine, r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    place.write("Dockerfile", "FROM busybox\nLABEL wharf.matrix=1\n");
    place.up(&[]);
    // The image is found again by its name, whatever the engine calls it: nothing is built twice.
    let again = place.events(&["--remove-existing-container"]);
    assert!(!crate::kit::steps(&again).contains(&"build"), "{again:#?}");
    let image = place.built_image().unwrap();
    let name = image["RepoTags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .find(|name| name.contains("vsc-"));
    let (before, _) = name.unwrap().split_once("vsc-").unwrap();
    format!("`{before}vsc-…`")
}

fn exec(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox" }"#);
    place.up(&[]);
    let bytes: Vec<u8> = (0..=255).collect();
    let answer = place.wharf("exec", &["sh", "-c", "cat; exit 7"]).stdin(bytes.clone()).end();
    assert_eq!((answer.code, answer.stdout), (Some(7), bytes));
    "yes".to_owned()
}

fn start_again(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox", "postStartCommand": "echo started >> ran" }"#);
    let id = place.up(&[])["containerId"].as_str().unwrap().to_owned();
    place.post(&format!("/containers/{id}/stop?t=0"));
    assert_eq!(place.up(&[])["containerId"], id.as_str());
    assert_eq!(place.read("ran"), "started\nstarted\n");
    "yes".to_owned()
}

fn mount_missing(engine: Engine) -> String {
    let place = place(
        engine,
        r#"{ "image": "busybox", "mounts": ["type=bind,source=${localWorkspaceFolder}/none,target=/x"] }"#,
    );
    let (_, shown) = place.up_fails(&["--trust"]);
    assert!(shown.contains("none") && !place.folder.join("none").exists(), "{shown}");
    "refused".to_owned()
}

fn comma(engine: Engine) -> String {
    let place = place(engine, r#"{ "image": "busybox" }"#);
    let folder = place.home.path().join("a, b");
    std::fs::rename(&place.folder, &folder).unwrap();
    let run = |verb: &str| {
        place
            .home
            .run(env!("CARGO_BIN_EXE_wharf"))
            .variable("DOCKER_HOST", place.engine.docker_host())
            .arguments([verb, "--workspace-folder", folder.to_str().unwrap()])
            .end()
    };
    let answer = run("up");
    let cell = match answer.code {
        Some(0) => "works",
        Some(1) if answer.stderr_text().contains("error: ") => "refused by the engine",
        _ => panic!("{answer}"),
    };
    run("down");
    cell.to_owned()
}

fn volumes(engine: Engine) -> String {
    let name = format!("wharf-matrix-{}-{}", engine.name, std::process::id());
    let configuration = format!(
        r#"{{ "image": "busybox", "mounts": ["type=volume,source={name},target=/volume", "type=tmpfs,target=/memory"] }}"#
    );
    let place = place(engine, &configuration);
    place.up(&[]);
    let answer = place
        .wharf("exec", &["sh", "-c", "touch /volume/a /memory/b && grep -c ' /memory tmpfs' /proc/mounts"])
        .end();
    let (code, shown) = (answer.code, answer.stdout_text());
    let down = place.wharf("down", &[]).end();
    assert_eq!(down.code, Some(0), "{down}");
    let _ = place.socket().request("DELETE", &format!("/volumes/{name}"), None);
    assert_eq!((code, shown.as_str()), (Some(0), "1\n"));
    "work".to_owned()
}

/// Two Features that need nothing but a shell.
fn place_with_features(engine: Engine) -> Place {
    let place = place(
        engine,
        r#"{ "image": "busybox", "userEnvProbe": "none",
             "features": { "./.devcontainer/first": { "what": "a\"$b" }, "./.devcontainer/second": {} } }"#,
    );
    let feature = |id: &str, more: &str, install: &str| {
        let manifest = format!(r#"{{ "id": "{id}", "version": "1.0.0", {more} }}"#);
        place.write(&format!(".devcontainer/{id}/devcontainer-feature.json"), &manifest);
        place.write(&format!(".devcontainer/{id}/install.sh"), install);
    };
    feature(
        "first",
        r#""options": { "what": { "type": "string", "default": "" } }"#,
        "printf %s \"$WHAT\" > /first\n",
    );
    feature("second", r#""installsAfter": ["./.devcontainer/first"]"#, "cat /first > /second\n");
    place
}

fn said(place: &Place, command: &str) -> String {
    let answer = place.wharf("exec", &["sh", "-c", command]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    answer.stdout_text().to_owned()
}

fn features(engine: Engine) -> String {
    let place = place_with_features(engine);
    let plan = json(&place.wharf("plan", &["--json"]).end());
    let steps = plan["steps"].as_array().unwrap();
    let reach = steps.iter().find_map(|step| step["details"]["spec"]["content"]["reach"]["type"].as_str());
    place.up(&[]);
    assert_eq!(said(&place, "cat /second"), "a\"$b");
    assert_eq!(said(&place, "find / -xdev -name install.sh"), "");
    assert_eq!(said(&place, "stat -c %a /tmp"), "1777\n", "it stays open to everybody");
    assert!(!place.left_content());
    match reach {
        Some("context") => "a named context",
        Some("alone") => "the only context",
        Some("image") => "an image that is gone afterwards",
        other => panic!("{other:?} in {plan}"),
    }
    .to_owned()
}

fn last_feature(engine: Engine) -> String {
    let place = place_with_features(engine);
    place.write(".devcontainer/first/install.sh", "cat /proc/sys/kernel/random/uuid > /first\n");
    place.up(&[]);
    let before = said(&place, "cat /first");
    place.write(".devcontainer/second/install.sh", "echo changed > /second\n");
    place.up(&["--remove-existing-container"]);
    assert_eq!(said(&place, "cat /second"), "changed\n");
    if said(&place, "cat /first") == before { "that Feature alone" } else { "every Feature" }.to_owned()
}
