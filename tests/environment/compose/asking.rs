//! What is asked about before Compose makes something.

use serde_json::json;
use wharf_test_support::engines;

use super::Project;
use crate::kit::json as document;

const APP: &str = "services:\n  app:\n    image: busybox\n    command: sleep infinity\n    stop_grace_period: 0s\n    \
                   volumes: ['.:/work']\n";

/// A service that is built, and asks for more than others.
fn more(name: &str, properties: &str) -> String {
    format!(
        "  {name}:\n    build: ./{name}\n    cap_add: [SYS_PTRACE]\n    stop_grace_period: 0s\n{properties}"
    )
}

const DOCKERFILE: &str = "FROM busybox\nCMD [\"sleep\", \"infinity\"]\n";

/// Compose makes whatever is missing when it starts what is there, and is told to build nothing.
#[test]
fn a_service_that_is_new_is_asked_about_and_built_before_a_project_starts_again() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let project = Project::new(engine, "new", &json!({}), APP);
        let arguments = ["--docker-compose-path", project.program.as_str()];
        let first = project.up(&[]);
        document(&project.place.wharf("stop", &["--json"]).end());
        project.place.write("new/Dockerfile", DOCKERFILE);
        project.place.write("compose.yml", &format!("name: {}\n{APP}{}", project.name, more("new", "")));
        let (_, shown) = project.place.up_fails(&arguments);
        assert!(shown.contains("SYS_PTRACE") && shown.contains("--trust"), "{name}: {shown}");
        assert_eq!((project.running(), project.list("containers/json").len()), (0, 1), "{name}");

        let again = project.up(&[]);
        assert_eq!(again["containerId"], first["containerId"], "{name}");
        assert_eq!(project.running(), 2, "{name}");
        // What has been allowed is remembered.
        document(&project.place.wharf("stop", &["--json"]).end());
        project.place.up(&arguments);
        assert_eq!(project.running(), 2, "{name}");
    }
}

#[test]
fn a_service_of_an_active_profile_is_asked_about_and_built() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let services = format!("{APP}{}", more("tool", "    profiles: [tools]\n"));
        let project = Project::new(engine, "profile", &json!({}), &services);
        let arguments = ["--docker-compose-path", project.program.as_str()];
        project.place.write("tool/Dockerfile", DOCKERFILE);
        project.place.up(&arguments);
        assert_eq!(project.running(), 1, "{name}");
        document(&project.place.wharf("down", &["--json"]).end());

        // From the file of the project, and what the environment says wins over it.
        project.place.write(".env", "export COMPOSE_PROFILES=\"other,tools\"\n");
        let (_, shown) = project.place.up_fails(&arguments);
        assert!(shown.contains("SYS_PTRACE"), "{name}: {shown}");
        assert!(project.list("containers/json").is_empty(), "{name}");
        let answer = project.place.wharf("up", &arguments).variable("COMPOSE_PROFILES", "other").end();
        assert_eq!((answer.code, project.running()), (Some(0), 1), "{name}: {answer}");
        document(&project.place.wharf("down", &["--json"]).end());

        project.up(&[]);
        assert_eq!(project.running(), 2, "{name}");
    }
}

/// Compose answers with their content, and does not say where that came from.
#[test]
fn files_outside_the_workspace_that_compose_reads_are_asked_about() {
    for engine in engines::primary() {
        let name = engine.name.clone();
        let reads = |more: &str| format!("{APP}{more}");
        let project = Project::new(engine, "reads", &json!({}), APP);
        let arguments = ["--docker-compose-path", project.program.as_str()];
        let write = |services: &str| {
            project.place.write("compose.yml", &format!("name: {}\n{services}", project.name));
        };
        let refused = |file: &str| {
            let (_, shown) = project.place.up_fails(&arguments);
            assert!(shown.contains(file) && shown.contains("--trust"), "{name}: {shown}");
            assert!(!shown.contains("tr0ub4dor"), "{name}: {shown}");
            assert!(project.list("containers/json").is_empty(), "{name}");
        };
        let secret = project.place.home.write("other/values", "SECRET=tr0ub4dor\n");
        project.place.home.write("other/more.yml", "services: {}\n");
        write(&format!("include: [../other/more.yml]\n{APP}"));
        refused("other/more.yml");
        write(&reads("    environment: ['A=${SECRET:-none}']\n"));
        std::os::unix::fs::symlink(&secret, project.place.folder.join(".env")).unwrap();
        refused("leads to");
        std::fs::remove_file(project.place.folder.join(".env")).unwrap();
        write(&reads("    env_file: ../other/values\n"));
        refused("services.app.env_file of [HOME]/work/compose.yml");

        project.up(&[]);
        assert_eq!(project.exec("echo $SECRET"), "tr0ub4dor\n", "{name}");
        // What has been allowed is remembered, and what lies in the workspace or nowhere asks nothing.
        project.place.up(&arguments);
        document(&project.place.wharf("down", &["--json"]).end());
        project.place.write("values", "SECRET=own\n");
        write(&reads("    env_file: [values, {path: ../gone, required: false}]\n"));
        project.place.up(&arguments);
        assert_eq!(project.exec("echo $SECRET"), "own\n", "{name}");
    }
}

/// A label is written by whoever has the container made, and may name any file.
#[test]
fn a_file_of_the_workspace_is_none_that_a_container_was_kept_with() {
    let planted = "docker-compose.devcontainer.containerFeatures-1.yml";
    let project = Project::new(engines::engine("docker28"), "planted", &json!({}), APP);
    project.place.write(planted, "services: { app: { labels: { a: b } } }\n");
    let path = |name: &str| project.place.folder.join(name).display().to_string();
    let made = std::process::Command::new(&project.program)
        .args(["-f", &path("compose.yml"), "-f", &path(planted), "create"])
        .env("DOCKER_HOST", project.place.engine.docker_host())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    project.place.write(planted, "services: { more: { image: busybox, command: sleep infinity } }\n");
    project.up(&[]);
    assert_eq!((project.running(), project.list("containers/json").len()), (1, 1));
}
