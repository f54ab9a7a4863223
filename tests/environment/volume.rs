//! Workspaces in volumes: clones and copies, what they look like inside, and what is left when they go.

mod compose;
mod far;
mod shared;

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::Signal;
use serde_json::Value;
use wharf_test_support::command::{Answer, Exchange, Home};
use wharf_test_support::engines::{self, Engine};
use wharf_test_support::images::DEVCONTAINER;
use wharf_test_support::socket::Socket;
use wharf_test_support::terminal::Terminal;

use crate::kit::{json, lines, signal, steps, wait_until};
use wharf_test_support::git_server::{GitServer, run};

/// A home, an engine and a server. What was made on the engine goes when this is dropped.
struct Place {
    home: Home,
    engine: Engine,
    server: GitServer,
    /// What repositories and folders of this test are called.
    name: String,
}

impl Place {
    fn new(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wt{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        Self { home: Home::new(), engine, server: GitServer::start(), name }
    }

    /// A repository of this name with this configuration and a few files.
    fn repository(&self, configuration: &str, more: &str) -> String {
        let files = [
            (".devcontainer.json", configuration),
            ("README.md", "hello\n"),
            ("server/.devcontainer/devcontainer.json", configuration),
            ("server/main.py", "print()\n"),
        ];
        self.server.repository(&self.name, &files, more);
        self.server.url(&self.name)
    }

    fn wharf(&self, arguments: &[&str]) -> Exchange<'_> {
        self.home
            .run(env!("CARGO_BIN_EXE_wharf"))
            .variable("DOCKER_HOST", self.engine.docker_host())
            .arguments(arguments.iter().copied())
    }

    fn works(&self, arguments: &[&str]) -> Answer {
        let answer = self.wharf(arguments).end();
        assert_eq!(answer.code, Some(0), "{}: {answer}", self.engine.name);
        answer
    }

    fn up(&self, arguments: &[&str]) -> Value {
        json(&self.works(&[&["up"], arguments].concat()))
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let answer = self.wharf(arguments).end();
        assert_eq!(answer.code, Some(1), "{}: {answer}", self.engine.name);
        answer.stderr_text()
    }

    /// What a command in the environment prints.
    fn inside(&self, environment: &str, script: &str) -> String {
        self.works(&["exec", "--environment", environment, "sh", "-c", script])
            .stdout_text()
            .trim_end()
            .to_owned()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let exchange =
            self.wharf(&["up"]).arguments(arguments.iter().copied()).arguments(["--log-format", "json"]);
        exchange.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn socket(&self) -> Socket {
        Socket::new(&self.engine.socket)
    }

    /// Names of this test's volumes.
    fn volumes(&self) -> Vec<String> {
        self.listed_volumes().unwrap()
    }

    fn listed_volumes(&self) -> std::io::Result<Vec<String>> {
        let all = self.socket().get("/volumes")?.json();
        let names = all["Volumes"].as_array().cloned().unwrap_or_default();
        Ok(names
            .iter()
            .filter_map(|volume| volume["Name"].as_str())
            .filter(|name| name.starts_with(&format!("{}-", self.name)))
            .map(str::to_owned)
            .collect())
    }

    /// Ids of this test's containers, those that only held a volume included.
    fn containers(&self) -> Vec<String> {
        let all = self.socket().get("/containers/json?all=true").unwrap().json();
        let all = all.as_array().cloned().unwrap_or_default();
        all.iter()
            .filter(|container| self.has(container))
            .filter_map(|container| container["Id"].as_str().map(str::to_owned))
            .collect()
    }

    fn has(&self, container: &Value) -> bool {
        container["Labels"].to_string().contains(&self.name)
    }

    /// Folders of operations that were not removed.
    fn rooms(&self) -> Vec<PathBuf> {
        let rooms = self.home.path().join(".local/state/wharf/rooms");
        std::fs::read_dir(rooms).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    }

    fn nothing_is_left(&self) {
        assert_eq!(self.volumes(), [""; 0], "{}", self.engine.name);
        assert_eq!(self.containers(), [""; 0], "{}", self.engine.name);
        assert!(self.rooms().is_empty(), "{}: {:?}", self.engine.name, self.rooms());
    }

    /// Everything that is in the volume, as an archive.
    fn content(&self) -> Vec<u8> {
        let container = &self.containers()[0];
        self.socket()
            .get(&format!("/containers/{container}/archive?path=/workspaces/{}", self.name))
            .unwrap()
            .body
    }

    fn remove_all(&self) {
        self.socket().remove_containers(|container| self.has(container));
        for volume in self.listed_volumes().unwrap_or_default() {
            let _ = self.socket().request("DELETE", &format!("/volumes/{volume}"), None);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove_all();
    }
}

/// Docker and Podman; the floor has its own test.
fn both() -> [Engine; 2] {
    [engines::engine(engines::DOCKER), engines::engine(engines::PODMAN)]
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_clone_is_the_user_s_own_and_is_found_again() {
    for engine in engines::primary_and_oldest_docker() {
        let place = Place::new(engine);
        let configuration = format!(
            r#"{{ "image": "{DEVCONTAINER}", "remoteEnv": {{ "WHERE": "${{localWorkspaceFolder}}" }} }}"#
        );
        let url = place.repository(&configuration, "true");
        let result = place.up(&[&url]);
        let folder = format!("/workspaces/{}", place.name);
        assert_eq!(result["remoteWorkspaceFolder"], folder);
        let container = result["containerId"].as_str().unwrap().to_owned();

        let seen = place.inside(&url, "id -un; pwd; stat -c %U . README.md .git .git/config; echo $WHERE; touch made && rm made && echo writable");
        assert_eq!(
            seen,
            format!("vscode\n{folder}\nvscode\nvscode\nvscode\nvscode\n{folder}\nwritable"),
            "{}",
            place.engine.name
        );
        let labels =
            place.socket().get(&format!("/containers/{container}/json")).unwrap().json()["Config"]["Labels"]
                .clone();
        assert_eq!(labels["vsch.local.repository"], url);
        assert_eq!(labels["vsch.local.repository.volume"], place.volumes()[0]);
        assert_eq!(labels["devcontainer.config_file"], format!("{folder}/.devcontainer.json"));

        // The same address means the same environment, and nothing is cloned again.
        let connections = place.server.connections();
        let events = lines(&place.works(&["up", &url, "--log-format", "json"]).stderr);
        assert!(
            !steps(&events).contains(&"clone") && !steps(&events).contains(&"fill"),
            "{:?}",
            steps(&events)
        );
        assert_eq!(place.server.connections(), connections);
        assert_eq!(place.up(&[&format!("{url}/")])["containerId"], container);

        // What is edited inside counts from then on, and stays when the container goes.
        let changed = configuration.replace("WHERE", "CHANGED");
        place.inside(&url, &format!("echo kept > note; cat > .devcontainer.json <<'END'\n{changed}\nEND"));
        assert_eq!(place.inside(&url, "echo $CHANGED"), folder);
        place.works(&["down", &url]);
        assert_eq!((place.containers().len(), place.volumes().len()), (0, 1));
        assert_ne!(place.up(&[&url])["containerId"], container);
        assert_eq!(
            place.inside(&url, "cat note; stat -c %U note; echo $CHANGED"),
            format!("kept\nvscode\n{folder}")
        );

        let status = json(&place.works(&["status", &url, "--json"]));
        assert_eq!(status["desired"]["source"]["kind"], "volume");
        assert_eq!(status["desired"]["source"]["repository"]["url"], url);
        assert_eq!(status["difference"], serde_json::json!([]), "{status}");
        place.works(&["down", &url, "--volumes", "--yes"]);
        place.nothing_is_left();
    }
}

#[test]
fn branch_folder_and_depth() {
    for engine in both() {
        let place = Place::new(engine);
        let configuration = r#"{ "image": "busybox", "workspaceFolder": "/src", "workspaceMount": "type=bind,source=${localWorkspaceFolder},target=/src", "initializeCommand": "touch ran" }"#;
        let url = place.repository(
            configuration,
            "git checkout -q -b feature/x; echo more > server/more; git add -A; git commit -q -m second; git commit -q --allow-empty -m third; git checkout -q main",
        );
        let answer =
            place.works(&["up", &url, "--branch", "feature/x", "--subfolder", "server", "--depth", "1"]);
        let folder = format!("/workspaces/{}/server", place.name);
        assert_eq!(json(&answer)["remoteWorkspaceFolder"], folder);
        let said = answer.stderr_text();
        assert!(
            said.contains("initializeCommand is not run") && said.contains("workspaceMount is not used"),
            "{said}"
        );
        assert_eq!(
            place.inside(
                &url,
                "pwd; cat more; cat ../.git/HEAD; wc -l < ../.git/shallow; test -e /src || echo no mount"
            ),
            format!("{folder}\nmore\nref: refs/heads/feature/x\n1\nno mount")
        );
        // Another branch is another volume, and nothing is planned for what has not been cloned.
        let said = place.fails(&["plan", &url]);
        assert!(said.contains("has no volume"), "{said}");
        place.up(&[&url]);
        assert_eq!(place.volumes().len(), 2);
        let said = place.fails(&["exec", "--environment", &url, "true"]);
        assert!(said.contains("has been cloned more than once"), "{said}");
        assert!(place.rooms().is_empty(), "{:?}", place.rooms());
    }
}

#[test]
fn the_person_s_credentials_are_used_and_stay_here() {
    let login = "somebody:Sesam-4711";
    for engine in both() {
        let place = Place::new(engine);
        place.server.require(login);
        let url = place.repository(r#"{ "image": "busybox" }"#, "true");
        // Nobody is there to ask, and git does not wait for anybody.
        let said = place.fails(&["up", &url]);
        assert!(said.contains("it asks who you are") && said.contains("credential helper"), "{said}");
        place.nothing_is_left();

        // In the address.
        let with_login = place.server.url_as(login, &place.name);
        let answer = place.works(&["up", &with_login, "--log-format", "json"]);
        let state = walk(place.home.path());
        for (what, bytes) in [
            ("the volume", &place.content()),
            ("the output", &[answer.stdout, answer.stderr].concat()),
            ("the state", &state),
        ] {
            assert!(contains(bytes, &place.name), "{what} says nothing of the repository");
            assert!(!contains(bytes, "Sesam"), "{what} holds the password");
        }
        assert_eq!(
            place.inside(&url, "cat README.md; grep url .git/config"),
            format!("hello\n\turl = {url}")
        );
        place.remove_all();

        // By a helper.
        place.home.write(".gitconfig", "[credential]\n\thelper = store\n");
        place.home.write(
            ".git-credentials",
            &format!("{}\n", place.server.url_as(login, &place.name).rsplit_once('/').unwrap().0),
        );
        place.up(&[&url]);
        assert!(!contains(&place.content(), "Sesam"));
    }
}

#[test]
fn git_asks_on_the_terminal_when_somebody_is_there() {
    let place = Place::new(engines::engine(engines::DOCKER));
    place.server.require("somebody:Sesam-4711");
    let url = place.repository(r#"{ "image": "busybox" }"#, "true");
    // Git opens the terminal that its session controls, so the session is made for this.
    let command = place
        .home
        .run("setsid")
        .variable("DOCKER_HOST", place.engine.docker_host())
        .arguments(["-c", "-w", env!("CARGO_BIN_EXE_wharf"), "up", &url])
        .command();
    let mut terminal = Terminal::start(command, 100, 30);
    terminal.until("Username for");
    terminal.keys("somebody\n");
    terminal.until("Password for");
    terminal.keys("Sesam-4711\n");
    terminal.until("remoteWorkspaceFolder");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(!contains(&place.content(), "Sesam"));
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes.extend(walk(&path));
        } else {
            bytes.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
    bytes
}

#[test]
fn what_cannot_be_cloned_is_said_in_one_error_and_leaves_nothing() {
    let place = Place::new(engines::engine(engines::DOCKER));
    let url = place.repository(r#"{ "image": "busybox" }"#, "true");
    let empty = format!("{}-empty", place.name);
    place.server.repository(&empty, &[("README.md", "x")], "true");
    let (missing, empty) = (place.server.url("nowhere"), place.server.url(&empty));
    let cases: [(&[&str], &str); 9] = [
        (&[&missing], "there is no such repository"),
        (&["http://127.0.0.1:1/x.git"], "its host does not answer"),
        (&[&url, "--branch", "nope"], "it has no branch or tag nope"),
        (&[&url, "--branch", "--upload-pack=id"], "cannot be the name of a branch"),
        (&[&url, "--subfolder", "nope"], "it has no folder nope"),
        (&[&url, "--subfolder", "../.."], "is no folder in the repository"),
        (&[&empty], "Dev container config (/workspaces/"),
        (&["ext::sh -c touch% /tmp/ran"], "starts a program on this computer"),
        (&["file:///etc"], "it lies on this computer"),
    ];
    for (arguments, expected) in cases {
        let said = place.fails(&[&["up"], arguments].concat());
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert_eq!(said.matches("error").count(), 1, "{arguments:?}: {said}");
        place.nothing_is_left();
    }
}

#[test]
fn a_folder_is_copied_as_it_is() {
    for engine in both() {
        let place = Place::new(engine);
        let work = place.home.folder(&place.name);
        std::fs::write(work.join(".devcontainer.json"), format!(r#"{{ "image": "{DEVCONTAINER}" }}"#))
            .unwrap();
        run(
            "mkdir -p out deep/er; echo out > .gitignore; echo built > out/it; echo '#!/bin/sh' > run; chmod 751 run; ln -s ../run deep/link; ln -s /nowhere broken; git init -q",
            &work,
        );
        let folder = format!("/workspaces/{}", place.name);
        assert_eq!(place.up(&["--volume", work.to_str().unwrap()])["remoteWorkspaceFolder"], folder);
        let volume = place.volumes().remove(0);
        let seen = place.inside(&volume, "stat -c '%a %U' run; cat out/it; readlink deep/link broken; test -d .git && echo git; echo changed > inside");
        assert_eq!(seen, "751 vscode\nbuilt\n../run\n/nowhere\ngit");
        let listed = json(&place.works(&["list", "--json"]));
        let listed = listed["environments"]
            .as_array()
            .unwrap()
            .iter()
            .find(|found| found["reference"]["volume"] == volume.as_str());
        let listed =
            listed.unwrap_or_else(|| panic!("{}: the list does not know {volume}", place.engine.name));
        assert_eq!(
            (&listed["source"]["kind"], &listed["source"]["folder"]),
            (&"volume".into(), &place.name.as_str().into()),
            "{listed}"
        );
        assert_eq!((&listed["state"], &listed["ours"]), (&"running".into(), &true.into()), "{listed}");
        // The copy is a copy, and asking again means the same one.
        assert!(!work.join("inside").exists());
        place.up(&["--volume", work.to_str().unwrap()]);
        assert_eq!(
            (place.volumes(), place.inside(&volume, "cat inside")),
            (vec![volume.clone()], "changed".to_owned())
        );
        place.works(&["down", &volume, "--volumes", "--yes"]);
        place.nothing_is_left();
    }
}

#[test]
fn an_image_is_built_from_the_volume() {
    for engine in both() {
        let place = Place::new(engine);
        let url = place.repository(
            r#"{ "build": { "dockerfile": "server/Dockerfile", "context": "." } }"#,
            "printf 'FROM busybox\\nCOPY README.md /copied\\n' > server/Dockerfile; git add -A; git commit -q -m second",
        );
        place.up(&[&url]);
        assert_eq!(place.inside(&url, "cat /copied"), "hello");
        // What the volume holds is what is built, and what was built from the same is not built again.
        place.works(&["down", &url]);
        let events = lines(&place.works(&["up", &url, "--log-format", "json"]).stderr);
        assert!(!steps(&events).contains(&"build"), "{:?}", steps(&events));
        place.inside(&url, "echo edited > README.md");
        place.works(&["down", &url]);
        place.up(&[&url]);
        assert_eq!(place.inside(&url, "cat /copied"), "edited");
        let image =
            place.socket().get(&format!("/containers/{}/json", place.containers()[0])).unwrap().json();
        let image = image["Config"]["Image"].as_str().unwrap().to_owned();
        place.remove_all();
        place.socket().remove_image(&image);
    }
}

#[test]
fn cancelling_leaves_nothing_and_the_next_up_goes_on() {
    for (engine, with) in both().into_iter().zip([Signal::INT, Signal::TERM]) {
        let place = Place::new(engine);
        let url = place.repository(r#"{ "image": "busybox" }"#, "true");
        place.server.silent(true);
        let connections = place.server.connections();
        cancel(&place, &[&url], with, || place.server.connections() > connections);
        place.nothing_is_left();
        place.server.silent(false);
        place.up(&[&url]);
        place.works(&["down", &url, "--volumes", "--yes"]);

        let work = large_folder(&place);
        cancel(&place, &["--volume", work.to_str().unwrap()], with, || !place.volumes().is_empty());
        place.nothing_is_left();
    }
}

#[test]
fn half_a_volume_of_a_killed_wharf_is_not_taken_for_a_whole_one() {
    for engine in both() {
        let place = Place::new(engine);
        let work = large_folder(&place);
        let mut child = place.start(&["--volume", work.to_str().unwrap()]);
        wait_until("the volume is being filled", || !place.volumes().is_empty());
        std::thread::sleep(std::time::Duration::from_millis(300));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(place.volumes().len(), 1);
        std::fs::remove_file(work.join("large")).unwrap();
        std::fs::write(work.join("zz-last"), "whole\n").unwrap();
        place.up(&["--volume", work.to_str().unwrap()]);
        let volume = place.volumes().remove(0);
        assert_eq!(place.inside(&volume, "cat zz-last; ls"), "whole\nzz-last");
        assert_eq!((place.volumes().len(), place.containers().len()), (1, 1), "{}", place.engine.name);
        assert!(place.rooms().is_empty(), "{:?}", place.rooms());
    }
}

/// A folder that takes a while to copy.
fn large_folder(place: &Place) -> PathBuf {
    let work = place.home.folder(&place.name);
    std::fs::write(work.join(".devcontainer.json"), r#"{ "image": "busybox" }"#).unwrap();
    std::fs::File::create(work.join("large")).unwrap().set_len(6_000_000_000).unwrap();
    work
}

fn cancel(place: &Place, arguments: &[&str], with: Signal, begun: impl FnMut() -> bool) {
    let child = place.start(arguments);
    wait_until("the step has begun", begun);
    // Somewhere in the middle of it.
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&child, with);
    let started = std::time::Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(started.elapsed().as_secs() < 20, "it took {:?} to end", started.elapsed());
}

#[test]
fn work_that_is_nowhere_else_is_told_before_it_goes() {
    for engine in both() {
        let place = Place::new(engine);
        let url = place.repository(r#"{ "image": "busybox" }"#, "true");
        place.up(&[&url]);
        place.inside(&url, "echo changed >> README.md; echo new > new; printf '%s\\n' '[core]' 'fsmonitor = touch /tmp/wharf-ran' >> .git/config");
        // Without a person and without --yes nothing goes.
        let answer = place.wharf(&["down", &url, "--volumes"]).end();
        assert_ne!(answer.code, Some(0), "{answer}");
        let said = answer.stderr_text();
        assert!(said.contains("2 changed files"), "{said}");
        assert_eq!((place.volumes().len(), place.containers().len()), (1, 1));
        assert!(!std::path::Path::new("/tmp/wharf-ran").exists());
        place.works(&["down", &url, "--volumes", "--yes"]);
        place.nothing_is_left();
    }
}
