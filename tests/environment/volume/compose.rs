//! Workspaces in volumes whose environment is a service of a Compose project.

use serde_json::{Value, json};
use wharf_test_support::{engines, plugins};

use super::{Place, json as document};

const FILE: &str = r#"services:
  app:
    build: { context: .., dockerfile: .devcontainer/Dockerfile }
    command: sleep infinity
    stop_grace_period: 0s
    env_file: [values.env]
    volumes: ["../..:/workspaces:cached", "../server:/server:ro", "cache:/cache"]
    configs: [greeting]
    depends_on: [db]
  db:
    build: ./db
    command: sleep infinity
    stop_grace_period: 0s
    volumes: ["./init.sql:/init.sql:ro", "../server:/work"]
configs:
  greeting: { file: ./greeting }
volumes:
  cache:
"#;

fn configuration(more: &Value) -> String {
    let mut all = json!({
        "dockerComposeFile": "compose.yml",
        "service": "app",
        "workspaceFolder": "/workspaces/${localWorkspaceFolderBasename}",
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all.to_string()
}

#[test]
fn a_project_in_a_volume_is_given_parts_of_it() {
    // Podman mounts no parts.
    let place = Place::new(engines::engine(engines::DOCKER));
    let name = &place.engine.name;
    let configuration =
        configuration(&json!({"containerEnv": {"A": "$b"}, "postCreateCommand": "echo ran > ran"}));
    let files = [
        (".devcontainer/devcontainer.json", configuration.as_str()),
        (".devcontainer/compose.yml", FILE),
        (".devcontainer/Dockerfile", "FROM busybox\nCOPY server/main.py /copied\n"),
        (".devcontainer/db/Dockerfile", "FROM busybox\nCOPY made /made\n"),
        (".devcontainer/db/made", "of the volume\n"),
        (".devcontainer/values.env", "VALUE=from the file\n"),
        (".devcontainer/greeting", "good day\n"),
        (".devcontainer/init.sql", "select 1\n"),
        ("server/main.py", "print()\n"),
        ("README.md", "hello\n"),
    ];
    place.server.repository(&place.name, &files, "true");
    let url = place.server.url(&place.name);
    let program = plugins::compose().display().to_string();
    let up = || place.up(&[&url, "--trust", "--docker-compose-path", &program]);
    let result = up();
    assert_eq!(result["remoteWorkspaceFolder"], format!("/workspaces/{}", place.name), "{name}");
    let project = result["composeProjectName"].as_str().unwrap().to_owned();
    let volumes = place.volumes();
    let own: Vec<_> = volumes.iter().filter(|volume| !volume.contains("_cache")).collect();
    assert_eq!(own, [&project], "{name}");

    let seen = place.inside(
        &url,
        "pwd; cat README.md ran /copied /server/main.py /greeting; echo \"$VALUE $A\"; touch /server/x || echo read only; \
         echo more > server/made && cat server/made",
    );
    let expected = format!(
        "/workspaces/{}\nhello\nran\nprint()\nprint()\ngood day\nfrom the file $b\nread only\nmore",
        place.name
    );
    assert_eq!(seen.replace("touch: /server/x: Read-only file system\n", ""), expected, "{name}");
    let db = container_of(&place, &project, "db");
    let seen = place.works(&["exec", "--container-id", &db, "cat", "/init.sql", "/made", "/work/made"]);
    assert_eq!(seen.stdout_text(), "select 1\nof the volume\nmore\n", "{name}");

    // What is there is gone on with, and nothing is made a second time.
    assert_eq!(up()["containerId"], result["containerId"], "{name}");
    place.works(&["stop", &url]);
    assert_eq!(up()["containerId"], result["containerId"], "{name}");
    assert_eq!(container_of(&place, &project, "db"), db, "{name}");

    // What the files say now counts for the next container.
    place.inside(&url, "sed -i 's/from the file/from inside/' .devcontainer/values.env");
    let again =
        place.up(&[&url, "--trust", "--remove-existing-container", "--docker-compose-path", &program]);
    assert_ne!(again["containerId"], result["containerId"], "{name}");
    assert_eq!(place.inside(&url, "echo $VALUE; cat server/made"), "from inside\nmore", "{name}");

    let down = document(&place.works(&["down", &url, "--volumes", "--yes", "--json"]));
    assert_eq!(down["removedVolumes"].as_array().map(Vec::len), Some(2), "{name}: {down}");
    for service in ["app", "db"] {
        place.socket().remove_image(&format!("{project}-{service}"));
    }
    place.nothing_is_left();
}

#[test]
fn podman_is_given_the_volume_as_a_whole() {
    let place = Place::new(engines::engine(engines::PODMAN));
    let program = plugins::compose().display().to_string();
    let configuration = configuration(&json!({}));
    let file = |mounts: &str| {
        format!(
            "services: {{app: {{build: .., command: sleep infinity, stop_grace_period: 0s, volumes: {mounts}}}}}"
        )
    };
    let (parts, whole) = (file("['..:/work']"), file("['../..:/workspaces:cached']"));
    let files = |file| {
        [
            (".devcontainer/devcontainer.json", configuration.as_str()),
            (".devcontainer/compose.yml", file),
            ("Dockerfile", "FROM busybox\nCOPY README.md /copied\n"),
            ("README.md", "hello\n"),
        ]
    };
    place.server.repository(&place.name, &files(&whole), "true");
    let url = place.server.url(&place.name);
    let arguments = [url.as_str(), "--trust", "--docker-compose-path", &program];
    let result = place.up(&arguments);
    let seen = place.inside(&url, "cat README.md /copied; echo more > more; ls /workspaces");
    assert_eq!(seen, format!("hello\nhello\n{}", place.name));
    place.works(&["stop", &url]);
    assert_eq!(place.up(&arguments)["containerId"], result["containerId"]);
    place.works(&["down", &url, "--volumes", "--yes"]);
    let project = result["composeProjectName"].as_str().unwrap();
    place.socket().remove_image(&format!("{project}-app"));
    place.nothing_is_left();

    let other = format!("{}-parts", place.name);
    place.server.repository(&other, &files(&parts), "true");
    let said = place.fails(&["up", &place.server.url(&other), "--trust", "--docker-compose-path", &program]);
    assert!(said.contains("mounts volumes only as a whole") && said.contains("Docker 26"), "{said}");
}

#[test]
fn a_project_that_leads_out_of_its_volume_is_refused() {
    let place = Place::new(engines::engine(engines::DOCKER));
    let configuration = configuration(&json!({}));
    let files = [
        (".devcontainer/devcontainer.json", configuration.as_str()),
        (
            ".devcontainer/compose.yml",
            "services: {app: {image: busybox, command: sleep infinity, volumes: ['../../..:/above']}}",
        ),
    ];
    place.server.repository(&place.name, &files, "true");
    let program = plugins::compose().display().to_string();
    let said =
        place.fails(&["up", &place.server.url(&place.name), "--trust", "--docker-compose-path", &program]);
    assert!(said.contains("outside of the volume"), "{said}");
}

fn container_of(place: &Place, project: &str, service: &str) -> String {
    let all = place.socket().get("/containers/json?all=true").unwrap().json();
    let is_wanted = |container: &&Value| {
        container["Labels"]["com.docker.compose.project"] == project
            && container["Labels"]["com.docker.compose.service"] == service
    };
    let found: Vec<_> = all.as_array().unwrap().iter().filter(is_wanted).collect();
    assert_eq!(found.len(), 1, "{service}");
    found[0]["Id"].as_str().unwrap().to_owned()
}
