//! Environments that are a service of a Compose project: made, used, stopped and taken away as a whole.

mod asking;
mod builds;

use rustix::process::Signal;
use serde_json::{Value, json};
use wharf_test_support::{engines, plugins};

use crate::kept::{Leaving, connect, free_port, get};
use crate::kit::{Following, Place, json as document, lines, signal, steps, wait_until};

/// A place with a Compose file, whose project goes when this is dropped.
struct Project {
    place: Place,
    name: String,
    program: String,
}

impl Project {
    /// The project has a name of its own: other tests have folders of the same name on this engine.
    fn new(engine: engines::Engine, test: &str, configuration: &Value, services: &str) -> Self {
        let name = format!("wharf-{test}-{}", std::process::id());
        let mut all =
            json!({"dockerComposeFile": "compose.yml", "service": "app", "workspaceFolder": "/work"});
        all.as_object_mut().unwrap().extend(configuration.as_object().unwrap().clone());
        let place = Place::new(engine, &all.to_string());
        place.write("compose.yml", &format!("name: {name}\n{services}"));
        Self { place, name, program: plugins::compose().display().to_string() }
    }

    fn up(&self, arguments: &[&str]) -> Value {
        self.place.up(&[&["--trust", "--docker-compose-path", &self.program], arguments].concat())
    }

    fn exec(&self, script: &str) -> String {
        let answer = self.place.wharf("exec", &["sh", "-c", script]).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        answer.stdout_text()
    }

    /// How many of its containers run.
    fn running(&self) -> usize {
        self.list("containers/json").iter().filter(|container| container["State"] == "running").count()
    }

    /// What the engine lists of this project: names of containers, networks or volumes.
    fn list(&self, what: &str) -> Vec<Value> {
        self.listed(what).unwrap()
    }

    fn listed(&self, what: &str) -> std::io::Result<Vec<Value>> {
        let filters = json!({ "label": [format!("com.docker.compose.project={}", self.name)] }).to_string();
        let filters: String = filters.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = self.place.socket().get(&format!("/{what}?all=true&filters={filters}"))?.json();
        Ok(answer.get("Volumes").unwrap_or(&answer).as_array().cloned().unwrap_or_default())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let delete = |path: String| drop(self.place.socket().request("DELETE", &path, None));
        for (what, one) in [("containers/json", "Id"), ("networks", "Name"), ("volumes", "Name")] {
            for found in self.listed(what).unwrap_or_default() {
                let kind = what.split('/').next().unwrap_or_default();
                delete(format!("/{kind}/{}?force=true&v=true", found[one].as_str().unwrap_or_default()));
            }
        }
        for service in ["app", "db"] {
            self.place.socket().remove_image(&format!("{}-{service}", self.name));
        }
    }
}

const TWO_SERVICES: &str = r#"services:
  app:
    image: busybox
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
    depends_on: [db]
    environment: { FOO: "a$$b" }
  db:
    image: busybox
    command: sleep infinity
    stop_grace_period: 0s
    volumes: ["data:/data"]
  other:
    image: busybox
    command: sleep infinity
    profiles: [other]
volumes:
  data:
"#;

#[test]
fn a_project_comes_up_stops_and_goes_as_a_whole() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let configuration = json!({
            "containerEnv": { "A": "x $HOME 'q' \"d\" \\ $${v}" },
            "mounts": [
                "source=cache,target=/cache,type=volume",
                "type=tmpfs,target=/memory,tmpfs-size=1m",
                "type=bind,source=${localWorkspaceFolder},target=/read,readonly",
            ],
            "postCreateCommand": "echo create >> ran",
            "postStartCommand": "echo start >> ran",
        });
        let project = Project::new(engine, "whole", &configuration, TWO_SERVICES);
        let up = project.up(&[]);
        assert_eq!(up["composeProjectName"], json!(project.name), "{name}");
        assert_eq!(up["remoteWorkspaceFolder"], "/work", "{name}");
        assert_eq!(
            project.exec("pwd; echo \"$A\"; echo \"$FOO\""),
            "/work\nx $HOME 'q' \"d\" \\ $${v}\na$b\n",
            "{name}"
        );
        let mounts = project
            .exec("grep -E ' /(cache|memory|read) ' /proc/mounts | cut -d' ' -f2,4 | cut -d, -f1 | sort");
        assert_eq!(mounts, "/cache rw\n/memory rw\n/read ro\n", "{name}");
        assert_eq!(
            project.list("containers/json").len(),
            2,
            "{name}: a service with a profile does not start by itself"
        );

        let again = project.up(&[]);
        assert_eq!(again["containerId"], up["containerId"], "{name}");

        let stopped = document(&project.place.wharf("stop", &["--json"]).end());
        assert_eq!(stopped["stoppedContainers"].as_array().unwrap().len(), 2, "{name}: {stopped}");
        let restarted = project.up(&[]);
        assert_eq!(restarted["containerId"], up["containerId"], "{name}");
        assert_eq!(project.place.read("ran"), "create\nstart\nstart\n", "{name}");

        let down = document(&project.place.wharf("down", &["--json"]).end());
        assert_eq!(down["removedContainers"].as_array().unwrap().len(), 2, "{name}: {down}");
        let volumes = json!([format!("{}_cache", project.name), format!("{}_data", project.name)]);
        assert_eq!(down["keptVolumes"], volumes, "{name}");
        assert!(project.list("containers/json").is_empty() && project.list("networks").is_empty(), "{name}");

        project.up(&[]);
        let down = document(&project.place.wharf("down", &["--json", "--volumes", "--yes"]).end());
        assert_eq!(down["removedVolumes"], volumes, "{name}: {down}");
        assert!(project.list("volumes").is_empty(), "{name}");
    }
}

/// What `shutdownAction` says goes for the whole project: `stopCompose`, which is the default, and `none`.
#[test]
fn a_project_in_the_foreground_stops_as_a_whole_or_not_at_all() {
    for engine in engines::primary() {
        for (action, running) in [("", 0), ("stopCompose", 0), ("none", 2)] {
            let name = format!("{} {action:?}", engine.name);
            let configuration =
                if action.is_empty() { json!({}) } else { json!({ "shutdownAction": action }) };
            let project = Project::new(engine.clone(), "foreground", &configuration, TWO_SERVICES);
            let home = &project.place.home;
            let foreground = Following::errors(
                &home
                    .run(env!("CARGO_BIN_EXE_wharf"))
                    .variable("DOCKER_HOST", project.place.engine.docker_host())
                    .arguments(["--headless", project.place.folder.to_str().unwrap()])
                    .arguments(["--trust", "--docker-compose-path", &project.program]),
            );
            foreground.until("Container started");
            assert_eq!(project.running(), 2, "{name}");
            signal(&foreground.child, Signal::TERM);
            assert_eq!(foreground.code(), Some(0), "{name}");
            assert_eq!(project.running(), running, "{name}");
            assert_eq!(project.list("containers/json").len(), 2, "{name}: they are kept");
        }
    }
}

#[test]
fn services_are_built_here_and_only_started_by_compose() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let services = r#"services:
  app:
    build: { context: ., dockerfile: Dockerfile, target: dev, args: { WHO: "me$$x" } }
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
    pull_policy: build
    depends_on: [db]
  db:
    build: { dockerfile_inline: "FROM busybox\nCMD [\"sleep\", \"infinity\"]\n", context: ./db }
    stop_grace_period: 0s
"#;
        let project = Project::new(engine, "build", &json!({"runServices": ["db"]}), services);
        project.place.write(
            "Dockerfile",
            "FROM busybox AS dev\nARG WHO\nRUN echo \"$WHO\" > /who\nFROM dev\nRUN false\n",
        );
        project.place.write("db/file", "");
        project.up(&[]);
        assert_eq!(project.exec("cat /who"), "me$x\n", "{name}");
        let id = project.place.containers()[0]["Id"].as_str().unwrap().to_owned();
        let container = project.place.inspect(&id);
        let image = container["Config"]["Image"].as_str().unwrap();
        assert!(image.contains(&format!("{}-app", project.name)), "{name}: {image}");

        // What was built is known: neither service is sent again.
        document(&project.place.wharf("down", &["--json"]).end());
        let arguments = ["--trust", "--docker-compose-path", &project.program];
        let events = project.place.events(&arguments);
        assert!(!steps(&events).contains(&"build"), "{name}: {:?}", steps(&events));
        assert!(steps(&events).contains(&"compose"), "{name}: {:?}", steps(&events));
    }
}

#[test]
fn one_that_compose_alone_started_is_taken_over() {
    let engine = engines::engine("docker28");
    let project = Project::new(engine, "alone", &json!({}), TWO_SERVICES);
    let started = std::process::Command::new(&project.program)
        .args(["-f", project.place.folder.join("compose.yml").to_str().unwrap(), "up", "-d"])
        .env("DOCKER_HOST", project.place.engine.docker_host())
        .output()
        .unwrap();
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    let up = project.up(&[]);
    let ids: Vec<Value> = project.list("containers/json").iter().map(|found| found["Id"].clone()).collect();
    assert!(ids.len() == 2 && ids.contains(&up["containerId"]), "{ids:?} {up}");
}

#[test]
fn folders_whose_names_no_project_can_have() {
    let engine = engines::engine("docker28");
    for folder in ["-x y, 'q' \"d\": $z", "日本", "__"] {
        let home = wharf_test_support::command::Home::new();
        let path = home.folder(folder);
        let file = |name: &str, text: &str| std::fs::write(path.join(name), text).unwrap();
        let configuration = r#"{ "dockerComposeFile": "c.yml", "service": "app", "workspaceFolder": "/w" }"#;
        file(".devcontainer.json", configuration);
        file(
            "c.yml",
            "services: { app: { image: busybox, command: sleep infinity, volumes: [{type: bind, source: ., target: /w}] } }",
        );
        let wharf = |verb: &str, more: &[&str]| {
            home.run(env!("CARGO_BIN_EXE_wharf"))
                .variable("DOCKER_HOST", engine.docker_host())
                .arguments([verb, "--workspace-folder", path.to_str().unwrap()])
                .arguments(more.iter().copied())
                .end()
        };
        let program = plugins::compose().display().to_string();
        let up = wharf("up", &["--trust", "--docker-compose-path", &program]);
        let list = (up.code == Some(0)).then(|| wharf("exec", &["ls", "-a", "/w"]).stdout_text());
        let down = wharf("down", &["--volumes", "--yes"]);
        assert_eq!(up.code, Some(0), "{folder}: {up}");
        assert!(list.unwrap().contains("c.yml"), "{folder}");
        assert_eq!(down.code, Some(0), "{folder}: {down}");
    }
}

#[test]
fn what_goes_wrong_is_said_in_the_references_words() {
    let engine = engines::engine("docker28");
    let project = Project::new(engine, "wrong", &json!({"service": "nobody"}), TWO_SERVICES);
    let arguments = ["--trust", "--docker-compose-path", &project.program];
    let sentence =
        "Service 'nobody' configured in devcontainer.json not found in Docker Compose configuration.";
    let (said, shown) = project.place.up_fails(&arguments);
    assert_eq!((&said["message"], &said["description"]), (&json!(sentence), &json!(sentence)));
    assert!(shown.contains("hint: the project has these services: app, db, other"), "{shown}");

    project.place.write("compose.yml", "services: { nobody: { image: [] } }\n");
    let (said, shown) = project.place.up_fails(&arguments);
    assert_eq!(
        said["description"], "An error occurred retrieving the Docker Compose configuration.",
        "{shown}"
    );
    assert!(said["message"].as_str().unwrap().starts_with("Command failed: docker-compose -f "), "{said}");

    project.place.write("compose.yml", "services: { nobody: { image: busybox, ports: ['1:1', '1:2'] } }\n");
    let (said, shown) = project.place.up_fails(&arguments);
    assert_eq!(said["description"], "An error occurred starting Docker Compose up.", "{shown}");

    let answer = project.place.wharf("build", &["--push", "true"]).end();
    assert!(answer.stderr_text().contains("--platform or --push not supported."), "{answer}");
}

#[test]
fn without_a_program_it_is_said_what_to_install() {
    let project = Project::new(engines::engine("docker28"), "none", &json!({}), TWO_SERVICES);
    let answer = project.place.wharf("up", &["--trust"]).variable("PATH", "/nowhere").end();
    let shown = answer.stderr_text();
    // Where this computer has Docker's own plugin installed for everybody, it is found without a search path.
    if answer.code != Some(0) {
        assert!(shown.contains("Compose is not on this computer"), "{shown}");
        assert!(shown.contains("hint: Install Docker Compose; it works with Podman too."), "{shown}");
    }
}

/// `initializeCommand` writes what the project is made of; nothing of it can be read before.
#[test]
fn initialize_command_may_write_the_project() {
    let configuration = json!({"initializeCommand": "touch app.env; printf 'B=c' > app.env"});
    let services = "services: { app: { image: busybox, command: sleep infinity, env_file: app.env, volumes: ['.:/work'] } }\n";
    let project = Project::new(engines::engine("docker28"), "first", &configuration, services);
    project.up(&[]);
    assert_eq!(project.exec("echo $B"), "c\n");
}

#[test]
fn cancelling_ends_compose_and_the_next_up_goes_on() {
    let services = r#"services:
  app: { image: busybox, command: sleep infinity, volumes: [".:/work"], depends_on: { db: { condition: service_healthy } } }
  db:
    image: busybox
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
    healthcheck: { test: ["CMD", "test", "-e", "/work/healthy"], interval: 200ms, retries: 1000 }
"#;
    let project = Project::new(engines::engine("docker28"), "cancel", &json!({}), services);
    let child = project.place.start(&["--trust", "--docker-compose-path", &project.program]);
    wait_until("the other service runs", || {
        project.list("containers/json").iter().any(|found| found["State"] == "running")
    });
    signal(&child, Signal::INT);
    let began = std::time::Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(began.elapsed().as_secs() < 10, "it took {:?} to end", began.elapsed());
    // What Compose wrote came as output of its step.
    let events = lines(&output.stderr);
    assert!(events.iter().any(|event| event["type"] == "stepOutput"), "{events:?}");
    project.place.write("healthy", "");
    project.up(&[]);
}

/// `service:port` is a port of another container of the project, which the agent reaches by its name.
#[test]
fn a_port_of_another_service_is_forwarded() {
    for engine in engines::primary() {
        let (name, port) = (engine.name.clone(), free_port());
        let serves =
            format!("mkdir -p /www && printf hello > /www/index.html && exec httpd -f -p {port} -h /www");
        let services = format!(
            r#"services:
  app:
    image: busybox
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
    depends_on: [db]
  db:
    image: busybox
    command: ["sh", "-c", "{serves}"]
    stop_grace_period: 0s
"#
        );
        let inside = format!("db:{port}");
        let attributes = json!({ &inside: { "label": "database", "requireLocalPort": true } });
        let configuration = json!({ "forwardPorts": [&inside], "portsAttributes": attributes });
        let project = Project::new(engine, "ports", &configuration, &services);
        let _leaving = Leaving(&project.place);
        let kept = |verb: &str, arguments: &[&str]| {
            let answer = project.place.wharf(verb, arguments).variable("WHARF_NO_KEEPER", "").end();
            assert_eq!(answer.code, Some(0), "{name}: {answer}");
            answer
        };
        kept("up", &["--trust", "--docker-compose-path", &project.program]);
        wait_until("the service answers", || get(port).is_ok_and(|text| text.ends_with("hello")));
        let listed = project.place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["ports", "--json"]).end();
        let told = document(&listed)["environments"][0]["ports"][0].clone();
        assert_eq!((&told["host"], &told["port"]), (&json!("db"), &json!(port)), "{name}: {told:#}");
        assert_eq!((&told["label"], &told["local"]["port"]), (&json!("database"), &json!(port)), "{name}");
        // A person's word about it, and the end of it all.
        kept("forward", &[&inside, "--stop"]);
        wait_until("it is not forwarded any more", || connect(port).is_err());
        kept("forward", &[&inside]);
        wait_until("the service answers again", || get(port).is_ok_and(|text| text.ends_with("hello")));
        kept("stop", &[]);
        wait_until("nothing listens any more", || connect(port).is_err());
    }
}
