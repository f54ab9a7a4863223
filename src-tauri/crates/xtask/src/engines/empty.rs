//! What tests have left in an engine goes before the engine ends: the next run is to find what the first one found, and engines with hundreds
//! of images are slow.

use serde_json::Value;
use wharf_test_support::engines::Kind;
use wharf_test_support::images::NAMES;
use wharf_test_support::socket::Socket;

use super::self_test;

/// Removes containers and networks, while the engine can still take down what belongs to them, then volumes, the images that tests have built
/// and what builders keep. What the engine cannot remove stays, or ends with its process.
pub(super) fn run(socket: &Socket, kind: Kind) {
    for container in listed(socket, "/containers/json?all=1") {
        if let Some(id) = container["Id"].as_str() {
            let _ = self_test::remove_container(socket, id);
        }
    }
    let predefined: &[&str] = match kind {
        Kind::Docker => &["bridge", "host", "none"],
        Kind::Podman => &["podman"],
    };
    for network in listed(socket, "/networks") {
        if let Some(name) = network["Name"].as_str().filter(|name| !predefined.contains(name)) {
            remove(socket, &format!("/networks/{name}"));
        }
    }
    let volumes = self_test::send(socket, "GET", "/volumes", None).map(|answer| answer.json());
    for volume in volumes.unwrap_or_default()["Volumes"].as_array().into_iter().flatten() {
        if let Some(name) = volume["Name"].as_str() {
            remove(socket, &format!("/volumes/{name}?force=1"));
        }
    }
    for image in listed(socket, "/images/json") {
        let names = image["RepoTags"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(id) = image["Id"].as_str()
            && !names.iter().filter_map(Value::as_str).any(is_kept)
        {
            remove(socket, &format!("/images/{id}?force=1"));
        }
    }
    if kind == Kind::Docker {
        let _ = self_test::send(socket, "POST", "/build/prune?all=1", None);
    }
}

/// Whether an image stays: the base images, and what the conformance suite makes of them, both under the names that Podman gives them too.
fn is_kept(name: &str) -> bool {
    let short = ["docker.io/library/", "docker.io/", "localhost/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    short.starts_with("conformance/") || NAMES.iter().any(|(base, _)| *base == short)
}

fn listed(socket: &Socket, path: &str) -> Vec<Value> {
    let answer = self_test::send(socket, "GET", path, None).map(|answer| answer.json()).unwrap_or_default();
    answer.as_array().cloned().unwrap_or_default()
}

fn remove(socket: &Socket, path: &str) {
    let _ = self_test::send(socket, "DELETE", path, None);
}

#[cfg(test)]
mod tests {
    use super::is_kept;

    #[test]
    fn base_images_stay_under_every_name() {
        for (name, expected) in [
            ("debian:bookworm", true),
            ("docker.io/library/busybox:latest", true),
            ("mcr.microsoft.com/devcontainers/base:debian", true),
            ("localhost/conformance/user:0123", true),
            ("docker.io/conformance/base:0123", true),
            ("vsc-wharf-test-0123:latest", false),
            ("localhost/vsc-debian:bookworm", false),
            ("<none>:<none>", false),
        ] {
            assert_eq!(is_kept(name), expected, "{name}");
        }
    }
}
