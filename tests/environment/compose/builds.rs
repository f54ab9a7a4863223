//! What services are built from: addresses, each other's images, and files that change.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use wharf_test_support::engines;

use super::Project;
use crate::kit::{json as document, steps};

/// The address at which an archive with these files is served for as long as the test runs.
fn serve(files: &[(&str, &str)]) -> String {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(text.len() as u64);
        archive.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let archive = archive.into_inner().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/context.tar", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let _rest = lines.take_while(|line| !line.is_empty()).count();
            let length = archive.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // A client that goes away is no error of the server.
            let _ = connection.write_all(head.as_bytes());
            if !first.starts_with("HEAD") {
                let _ = connection.write_all(&archive);
            }
        }
    });
    url
}

/// The environment's own service with a hook, another beside it, both from an address that only the engine asks.
#[test]
fn a_context_that_only_the_builder_can_fetch() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let url = serve(&[
            (
                "Dockerfile",
                "FROM busybox\nARG WHO\nCOPY file /file\nRUN echo \"$WHO\" > /who\nCMD [\"sleep\", \"infinity\"]\n",
            ),
            ("file", "from afar\n"),
        ]);
        let services = format!(
            "services:\n  app:\n    build: {{ context: '{url}', args: {{ WHO: me }} }}\n    \
             command: sleep infinity\n    stop_grace_period: 0s\n    volumes: ['.:/work']\n  \
             db:\n    build: '{url}'\n    stop_grace_period: 0s\n"
        );
        let project = Project::new(engine, "afar", &json!({"containerEnv": {"A": "1"}}), &services);
        project.up(&[]);
        assert_eq!(project.exec("cat /file /who; echo $A"), "from afar\nme\n1\n", "{name}");
        document(&project.place.wharf("down", &["--json"]).end());
        let events = project.place.events(&["--trust", "--docker-compose-path", &project.program]);
        assert!(!steps(&events).contains(&"build"), "{name}: {:?}", steps(&events));
    }
}

#[test]
fn what_no_builder_is_told_of_is_said() {
    let services = "services:\n  app:\n    build: { context: 'https://example.com/x.git', dockerfile_inline: 'FROM busybox' }\n";
    let project = Project::new(engines::engine("docker28"), "inline", &json!({}), services);
    let (said, shown) = project.place.up_fails(&["--trust", "--docker-compose-path", &project.program]);
    assert!(said["message"].as_str().unwrap().contains("dockerfile_inline"), "{said}");
    assert!(shown.contains("hint: clone it"), "{shown}");

    let services = "services:\n  app:\n    build: { context: 'https://example.com/x.git', dockerfile: sub/Dockerfile }\n";
    let project = Project::new(engines::engine(engines::PODMAN), "below", &json!({}), services);
    let (said, _) = project.place.up_fails(&["--trust", "--docker-compose-path", &project.program]);
    assert!(said["message"].as_str().unwrap().contains("the one at the top"), "{said}");
}

/// Named contexts need BuildKit.
#[test]
fn builds_read_from_folders_and_from_other_services() {
    let services = r#"services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        COPY --from=lib file /lib-file
        COPY --from=other /made /made
      additional_contexts: { lib: ./lib, other: "service:db" }
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
  db:
    build: { context: ., dockerfile_inline: "FROM busybox\nRUN echo made > /made\nCMD [\"sleep\", \"infinity\"]\n" }
    stop_grace_period: 0s
"#;
    let project = Project::new(engines::engine("docker28"), "named", &json!({}), services);
    project.place.write("lib/file", "of the folder\n");
    project.up(&[]);
    assert_eq!(project.exec("cat /lib-file /made"), "of the folder\nmade\n");
}

/// The image of another service as the base, by the name of a context that no registry knows.
#[test]
fn a_service_is_built_from_another_service() {
    let services = r#"services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM ground-of-app
        RUN cp /made /copied
      additional_contexts: { ground-of-app: "service:ground" }
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
  ground:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        RUN echo made > /made
        ENV GROUND=yes
        LABEL devcontainer.metadata='{"remoteEnv": {"FROM_GROUND": "$${containerEnv:GROUND}"}}'
"#;
    let configuration = json!({ "runServices": ["app"] });
    let project = Project::new(engines::engine("docker28"), "ground", &configuration, services);
    project.up(&[]);
    assert_eq!(project.exec("cat /copied; echo $FROM_GROUND"), "made\nyes\n");
    assert_eq!(told(&project), []);
}

/// A service that never starts is read from, and nothing but a file of its own changes.
#[test]
fn what_is_read_from_another_service_counts_as_a_change() {
    let services = r#"services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        COPY --from=other /file /made
      additional_contexts: { other: "service:db" }
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
  db:
    build: ./db
"#;
    let configuration = json!({ "runServices": ["app"] });
    let project = Project::new(engines::engine("docker28"), "read", &configuration, services);
    project.place.write("db/Dockerfile", "FROM busybox\nCOPY file /file\n");
    project.place.write("db/file", "first\n");
    project.up(&[]);
    assert_eq!(project.exec("cat /made"), "first\n");
    assert_eq!(told(&project), []);
    project.place.write("db/file", "second\n");
    let expected = ["build context of the service db", "rebuild", "line 2: COPY file /file"];
    assert_eq!(told(&project), [expected.map(str::to_owned).into()]);
    project.up(&["--apply"]);
    assert_eq!(project.exec("cat /made"), "second\n");
    assert_eq!(told(&project), []);
}

/// What `status` tells of changes: what has changed, what it takes, and from which layer.
fn told(project: &Project) -> Vec<(String, String, String)> {
    let path = std::path::Path::new(&project.program).parent().unwrap().display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap_or_default());
    let status = document(&project.place.wharf("status", &["--json"]).variable("PATH", &path).end());
    let found = status["difference"].as_array().cloned().unwrap_or_default();
    let told = |found: &Value| {
        let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        (text("subject"), text("change"), text("layer"))
    };
    found.iter().map(told).collect()
}

#[test]
fn what_services_are_built_from_counts_as_a_change() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let services = r#"services:
  app:
    build: .
    command: sleep infinity
    stop_grace_period: 0s
    volumes: [".:/work"]
  db:
    build: ./db
    command: sleep infinity
    stop_grace_period: 0s
"#;
        let project = Project::new(engine, "changes", &json!({}), services);
        project.place.write("Dockerfile", "FROM busybox\nCOPY mine /mine\n");
        project.place.write("mine", "first\n");
        project.place.write("db/Dockerfile", "FROM busybox\nCOPY file /file\n");
        project.place.write("db/file", "first\n");
        project.up(&[]);
        let told = || told(&project);
        let expected = |all: &[(&str, &str, &str)]| {
            let owned = |(subject, change, layer): &(&str, &str, &str)| {
                (subject.to_string(), change.to_string(), layer.to_string())
            };
            all.iter().map(owned).collect::<Vec<_>>()
        };
        assert_eq!(told(), expected(&[]), "{name}");
        // What no build takes in changes nothing.
        project.place.write("other", "x");
        assert_eq!(told(), expected(&[]), "{name}");
        project.place.write("mine", "second\n");
        project.place.write("db/file", "second\n");
        project.place.write("db/Dockerfile", "FROM busybox\nRUN true\nCOPY file /file\n");
        assert_eq!(
            told(),
            expected(&[
                ("build context", "rebuild", "line 2: COPY mine /mine"),
                ("Dockerfile of the service db", "rebuild", "line 2: RUN true"),
                ("build context of the service db", "rebuild", "line 3: COPY file /file"),
            ]),
            "{name}"
        );
        project.up(&["--apply"]);
        assert_eq!(project.exec("cat /mine"), "second\n", "{name}");
        let db = project.list("containers/json");
        let db = db.iter().find(|one| one["Labels"]["com.docker.compose.service"] == "db").unwrap();
        let id = db["Id"].as_str().unwrap();
        let seen = project.place.home.run(env!("CARGO_BIN_EXE_wharf"));
        let seen = seen
            .variable("DOCKER_HOST", project.place.engine.docker_host())
            .arguments(["exec", "--container-id", id, "cat", "/file"])
            .end();
        assert_eq!(seen.stdout_text(), "second\n", "{name}: {seen}");
        assert_eq!(told(), expected(&[]), "{name}");
    }
}
