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
