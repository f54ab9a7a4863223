//! Programs that call `devcontainer`, replayed call by call with their own argument lists: a CI action and editors' extensions.
//!
//! What each of them does was read in its public source: devcontainers/ci (`common/src/dev-container-cli.ts`,
//! `github-action/src/main.ts`), Zed (`dev_container.rs`), devcontainer-cli.nvim (`devcontainer_utils.lua`), devcontainer.vim
//! (`start.go`, `devcontainerStartVimArgs.go`) and devcontainer.el for Emacs.

use serde_json::Value;
use wharf_test_support::command::Answer;
use wharf_test_support::engines;

use crate::kit::{Place, json};

/// A workspace, and calls by the name `devcontainer` from outside of it.
struct Caller {
    place: Place,
}

impl Caller {
    fn new(configuration: &str) -> Self {
        Self { place: Place::new(engines::engine(engines::DOCKER), configuration) }
    }

    fn folder(&self) -> &str {
        self.place.folder.to_str().unwrap()
    }

    /// One call, with what the caller adds to the environment.
    fn call(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
        let mut exchange = self
            .place
            .home
            .run(env!("CARGO_BIN_EXE_wharf"))
            .called("devcontainer")
            .variable("DOCKER_HOST", self.place.engine.docker_host())
            .arguments(arguments.iter().copied());
        for (name, value) in variables {
            exchange = exchange.variable(*name, *value);
        }
        exchange.end()
    }

    /// A call whose standard output the caller parses whole.
    fn answer(&self, arguments: &[&str]) -> Value {
        let answer = self.call(arguments, BUILDKIT);
        assert_eq!(answer.code, Some(0), "{arguments:?}: {answer}");
        json(&answer)
    }

    fn image(&self, name: &str) -> Value {
        self.place.socket().get(&format!("/images/{name}/json")).unwrap().json()
    }
}

/// What the CI action sets for every call.
const BUILDKIT: &[(&str, &str)] = &[("DOCKER_BUILDKIT", "1"), ("COMPOSE_DOCKER_CLI_BUILD", "1")];

#[test]
fn the_ci_action_builds_starts_and_runs() {
    let caller =
        Caller::new(r#"{ "build": { "dockerfile": "Dockerfile" }, "postCreateCommand": "touch made" }"#);
    caller.place.write("Dockerfile", "FROM debian:bookworm\nENV BUILT=1\n");
    let output = caller.place.home.write("github/output", "");
    let folder = caller.folder();
    let data = caller.place.home.path().join("data").display().to_string();
    let image = "wharf-test-callers/action:latest";

    // Only the exit code counts: anything but 0 makes the action install the reference.
    assert_eq!(caller.call(&["--help"], &[]).code, Some(0));

    let build = ["build", "--workspace-folder", folder, "--image-name", image];
    let build = [&build[..], &["--user-data-folder", &data, "--cache-from", image]].concat();
    assert_eq!(caller.answer(&build)["outcome"], "success");
    assert!(caller.image(image)["Config"]["Env"].to_string().contains("BUILT=1"));

    let mount = format!("type=bind,source={},target=/mnt/github/output", output.display());
    let up = [
        "up",
        "--workspace-folder",
        folder,
        "--remote-env",
        "INPUT=a value",
        "--remote-env",
        "GITHUB_OUTPUT=/mnt/github/output",
        "--cache-from",
        image,
        "--user-data-folder",
        &data,
        "--update-remote-user-uid-default",
        "off",
        "--mount",
        &mount,
    ];
    let document = caller.answer(&up);
    assert_eq!(document["outcome"], "success");
    assert_eq!(document["remoteUser"], "root");
    assert!(caller.place.folder.join("made").exists());

    let exec = [
        "exec",
        "--workspace-folder",
        folder,
        "--remote-env",
        "INPUT=a value",
        "--remote-env",
        "GITHUB_OUTPUT=/mnt/github/output",
        "--user-data-folder",
        &data,
        "bash",
        "-c",
        "echo \"said $INPUT\"; echo result=1 >> $GITHUB_OUTPUT; exit 7",
    ];
    let answer = caller.call(&exec, BUILDKIT);
    assert_eq!(answer.code, Some(7), "{answer}");
    // Both streams become the action's output, so nothing of our own may be among them.
    assert_eq!((answer.stdout_text(), answer.stderr_text()), ("said a value\n".to_owned(), String::new()));
    assert_eq!(std::fs::read_to_string(output).unwrap(), "result=1\n");
    caller.place.socket().remove_image(image);
}

#[test]
fn the_ci_action_builds_for_several_platforms() {
    let caller = Caller::new(r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    caller.place.write("Dockerfile", "FROM --platform=$BUILDPLATFORM busybox:latest\nENV BUILT=1\n");
    let archive = caller.place.home.path().join("output.tar");
    let (first, second) = ("wharf-test-callers/platforms:a", "wharf-test-callers/platforms:b");
    let output = format!("type=oci,dest={}", archive.display());
    let document = caller.answer(&[
        "build",
        "--workspace-folder",
        caller.folder(),
        "--image-name",
        first,
        "--image-name",
        second,
        "--platform",
        "linux/amd64,linux/arm64",
        "--output",
        &output,
        "--cache-to",
        "type=inline",
    ]);
    assert_eq!(document["imageName"], serde_json::json!([first, second]));
    // skopeo looks for each tag in the archive's index.
    let index = in_archive(&archive, "index.json");
    for tag in [first, second] {
        assert!(index.contains(tag), "{index}");
    }
}

#[test]
fn the_ci_action_reads_why_a_build_failed() {
    let caller = Caller::new(r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    caller.place.write("Dockerfile", "FROM busybox:latest\nRUN exit 3\n");
    let answer = caller.call(&["build", "--workspace-folder", caller.folder()], BUILDKIT);
    assert_eq!(answer.code, Some(1), "{answer}");
    let document = json(&answer);
    assert_eq!(document["outcome"], "error");
    assert_eq!(document["description"], "An error occurred building the image.");
    assert!(document["message"].as_str().unwrap().contains("exit 3"), "{document}");
}

#[test]
fn zed_starts_an_environment_and_asks_for_its_name() {
    let caller = Caller::new(r#"{ "name": "a name", "image": "busybox:latest" }"#);
    assert_eq!(caller.call(&["--version"], &[]).stdout_text(), "0.89.0\n");
    let up = caller.answer(&["up", "--workspace-folder", caller.folder()]);
    for key in ["outcome", "containerId", "remoteUser", "remoteWorkspaceFolder"] {
        assert!(up[key].is_string(), "{up}");
    }
    let read = caller.answer(&["read-configuration", "--workspace-folder", caller.folder()]);
    assert_eq!(read["configuration"]["name"], "a name");
}

#[test]
fn neovim_begins_anew_and_runs_a_shell() {
    let caller = Caller::new(r#"{ "image": "busybox:latest" }"#);
    let folder = caller.folder();
    let up = [
        "up",
        "--workspace-folder",
        folder,
        "--remove-existing-container",
        "--update-remote-user-uid-default",
        "off",
    ];
    let (first, second) = (caller.answer(&up), caller.answer(&up));
    assert_ne!(first["containerId"], second["containerId"]);
    let exec = caller.call(&["exec", "--workspace-folder", folder, "sh", "-c", "echo here; exit 4"], &[]);
    assert_eq!((exec.code, exec.stdout_text()), (Some(4), "here\n".to_owned()), "{exec}");
}

#[test]
fn vim_brings_its_own_configuration_and_names_the_container() {
    let caller = Caller::new(r#"{ "image": "busybox:latest", "forwardPorts": [8080] }"#);
    let folder = caller.folder();
    let own = caller
        .place
        .home
        .write("vim/devcontainer.json", r#"{ "image": "busybox:latest", "containerEnv": { "VIM": "1" } }"#);
    let read = caller.answer(&["read-configuration", "--workspace-folder", folder]);
    assert_eq!(read["configuration"]["forwardPorts"], serde_json::json!([8080]));
    let up = caller.answer(&["up", "--override-config", own.to_str().unwrap(), "--workspace-folder", folder]);
    let container = up["containerId"].as_str().unwrap();
    let exec = ["exec", "--container-id", container, "--workspace-folder", folder, "sh", "-c", "echo $VIM"];
    assert_eq!(caller.call(&exec, &[]).stdout_text(), "1\n");
}

#[test]
fn emacs_names_the_engine_s_program_first() {
    let caller = Caller::new(r#"{ "image": "busybox:latest", "postCreateCommand": "echo $SECRET > made" }"#);
    let secrets = caller.place.write("secrets.json", r#"{ "SECRET": "hidden" }"#);
    // Emacs hands over folders with a slash at their end.
    let folder = format!("{}/", caller.folder());
    let up = caller.answer(&[
        "up",
        "--docker-path",
        "docker",
        "--workspace-folder",
        &folder,
        "--secrets-file",
        secrets.to_str().unwrap(),
    ]);
    assert_eq!(up["outcome"], "success");
    assert_eq!(caller.place.read("made"), "hidden\n");
    // It looks for the container by this label, the slash taken off.
    let labels = caller.place.inspect(up["containerId"].as_str().unwrap())["Config"]["Labels"].clone();
    assert_eq!(labels["devcontainer.local_folder"], caller.folder());
    let exec = [
        "exec",
        "--docker-path",
        "docker",
        "--workspace-folder",
        &folder,
        "--remote-env",
        "TERM=xterm-256color",
        "sh",
        "-c",
        "echo $TERM",
    ];
    assert_eq!(caller.call(&exec, &[]).stdout_text(), "xterm-256color\n");
}

/// The text of one file of an archive.
fn in_archive(archive: &std::path::Path, name: &str) -> String {
    let mut archive = tar::Archive::new(std::fs::File::open(archive).unwrap());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().to_str() == Some(name) {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
            return text;
        }
    }
    panic!("no {name} in the archive");
}
