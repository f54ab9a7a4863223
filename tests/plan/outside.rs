//! What lies outside the workspace although no property of the configuration names it.

use serde_json::json;
use wharf_plan::Running;
use wharf_plan::consent::touches;
use wharf_spec::Workspace;

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
