//! What lies outside the workspace although no property of the configuration names it.

use serde_json::json;
use wharf_plan::compose::{ComposeFacts, ProjectVolume};
use wharf_plan::consent::{
    Touch, touches, touches_of_build, touches_of_services, unknown_places, unknown_places_of_build,
};
use wharf_plan::{Fact, Observed, Running};
use wharf_spec::Workspace;
use wharf_spec::compose::{ComposeProject, Dollars, FileRead, ReadFor};

use crate::support::{image_facts, merged, observed, running};

#[test]
fn a_repository_of_which_only_the_workspace_tells_is_asked_about() {
    let mount = |source: &str| format!("type=bind,source={source},target=/workspaces/.ssh");
    for (source, told, expected) in [
        ("/home/me/.ssh", true, Some("/home/me/.ssh at /workspaces/.ssh")),
        // The repository knows the worktree.
        ("/home/me/.ssh", false, None),
        ("/home/me/project/.git", true, None),
    ] {
        let wanted = running(&json!({"image": "i"}));
        let workspace = Workspace {
            additional_mount: Some(mount(source)),
            additional_mount_is_told: told,
            ..wanted.workspace.clone()
        };
        let wanted = Running { workspace, ..wanted };
        let observed = observed(&serde_json::Map::new());
        let found = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed);
        let found: Vec<_> = found.iter().map(|touch| touch.what.as_str()).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{source} {told}");
    }
}

const COMPOSE_FILE: &str = "/home/me/project/compose.yml";

/// An environment whose project Compose has read these files for.
fn compose(reads: &[(&str, ReadFor)]) -> (Running, Observed) {
    let wanted = running(&json!({"dockerComposeFile": "../compose.yml", "service": "app"}));
    let reads = reads.iter().map(|(path, purpose)| FileRead {
        path: (*path).to_owned(),
        from: COMPOSE_FILE.to_owned(),
        property: "services.app.env_file".to_owned(),
        purpose: *purpose,
    });
    let facts = ComposeFacts {
        files: vec![COMPOSE_FILE.to_owned()],
        reads: reads.collect(),
        project: ComposeProject::read("services: {app: {image: i}}", Dollars::Plain).unwrap(),
        ..ComposeFacts::default()
    };
    let observed = Observed { compose: Fact::Known(Some(facts)), ..observed(&serde_json::Map::new()) };
    (wanted, observed)
}

fn shown(touches: &[Touch]) -> Vec<String> {
    touches.iter().map(|touch| format!("{:?}: {}", touch.kind, touch.what)).collect()
}

/// Compose answers what it has read, and no longer where.
#[test]
fn files_that_compose_reads_are_asked_about() {
    let cases: [(&str, ReadFor, Option<&str>, bool); 8] = [
        ("/home/me/other/.env", ReadFor::Containers, Some("Secret: /home/me/other/.env"), false),
        ("/home/me/other/c.yml", ReadFor::Project, Some("Secret: /home/me/other/c.yml"), true),
        ("${X}/.env", ReadFor::Untold, Some("RawOption: ${X}/.env"), true),
        ("/home/me/project/.env", ReadFor::Containers, None, false),
        ("/home/me/project/sub/c.yml", ReadFor::Project, None, false),
        (COMPOSE_FILE, ReadFor::Project, None, false),
        // Links in the workspace.
        (
            "/home/me/project/link",
            ReadFor::Project,
            Some("Secret: /home/me/project/link (leads to /home/me/.ssh/id)"),
            true,
        ),
        ("/home/me/project/near", ReadFor::Project, None, false),
    ];
    for (path, purpose, expected, in_build) in cases {
        let (wanted, mut observed) = compose(&[(path, purpose)]);
        let merged = merged(&wanted, &image_facts(None));
        let unknown = unknown_places(&wanted, &merged, &observed);
        if purpose != ReadFor::Containers {
            assert_eq!(unknown_places_of_build(&wanted, &observed), unknown, "{path}");
        }
        for place in unknown {
            let real = match place.as_str() {
                "/home/me/project/link" => "/home/me/.ssh/id",
                "/home/me/project/near" => "/home/me/project/there",
                other => other,
            };
            observed.places.insert(place.clone(), real.to_owned());
        }
        let expected: Vec<_> = expected.into_iter().collect();
        let found = touches(&wanted, &merged, &observed);
        assert_eq!(shown(&found), expected, "{path}");
        for touch in &found {
            assert_eq!(touch.property, "services.app.env_file");
            assert_eq!(touch.source, wharf_spec::Source::Config { path: COMPOSE_FILE.into() });
        }
        assert_eq!(touches_of_services(&wanted, &observed), found, "{path}");
        let of_build = if in_build { found } else { Vec::new() };
        assert_eq!(touches_of_build(&wanted, &observed), of_build, "{path}");
    }
}

#[test]
fn what_lies_in_the_volume_of_the_workspace_is_its_own() {
    for (path, expected) in
        [("/workspaces/api/.env", None), ("/home/me/.aws/credentials", Some("/home/me/.aws/credentials"))]
    {
        let (mut wanted, mut observed) = compose(&[(path, ReadFor::Project)]);
        wanted.workspace.host_mount_folder = String::new();
        observed.host.folder = "/workspaces/api".to_owned();
        let Fact::Known(Some(facts)) = &mut observed.compose else { panic!() };
        let at = "/workspaces".to_owned();
        facts.in_volume = Some(ProjectVolume { name: "v".to_owned(), at, document: json!({}) });
        let found = touches(&wanted, &merged(&wanted, &image_facts(None)), &observed);
        let found: Vec<_> = found.iter().map(|touch| touch.what.as_str()).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{path}");
    }
}
