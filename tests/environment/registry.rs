//! Images from a real registry, as the credentials of a person's tools open it.

use serde_json::json;
use wharf_test_support::engines::{self, DOCKER, PODMAN};
use wharf_test_support::registry::{PASSWORD, Registry};

use crate::kit::{self, Place};

/// Builds an image for this registry and pushes it, through Wharf itself.
fn fill(registry: &Registry) -> String {
    let image = format!("{}/some/base:1", registry.host());
    let maker = Place::new(engines::engine(DOCKER), r#"{ "build": { "dockerfile": "Dockerfile" } }"#);
    let label = r#"[{"customizations": {"tool": {"from": "the registry"}}}]"#;
    maker.write(
        "Dockerfile",
        &format!("FROM busybox\nENV FROM_REGISTRY=yes\nLABEL devcontainer.metadata='{label}'\n"),
    );
    maker.home.write(".docker/config.json", &auths(registry, PASSWORD));
    let answer = maker.wharf("build", &["--image-name", &image, "--push", "true"]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(registry.tags("some/base"), ["1"]);
    maker.socket().remove_image(&image);
    image
}

fn auths(registry: &Registry, password: &str) -> String {
    json!({ "auths": { registry.host(): { "auth": Registry::encoded(password) } } }).to_string()
}

/// A place whose configuration names the image, with the container's end before the image's.
fn check(engine: &str, registry: &Registry, image: &str) {
    let place = Place::new(
        engines::engine(engine),
        &json!({ "image": image, "userEnvProbe": "none", "postCreateCommand": "echo $FROM_REGISTRY > seen" })
            .to_string(),
    );
    let configuration = place.home.write(".docker/config.json", &auths(registry, "wrong"));
    let (document, text) = place.up_fails(&[]);
    assert_eq!(document["outcome"], "error");
    for words in [
        registry.host(),
        "from [HOME]/.docker/config.json".to_owned(),
        format!("docker login {}", registry.host()),
    ] {
        assert!(text.contains(&words), "{words} is missing:\n{text}");
    }
    std::fs::remove_file(&configuration).unwrap();
    let (_, text) = place.up_fails(&[]);
    assert!(text.contains("without credentials"), "{text}");
    // A helper, which is asked by the host alone.
    let helper = place.home.write(
        "bin/docker-credential-kept",
        &format!(
            "#!/bin/sh\n[ \"$(cat)\" = {} ] && echo '{{\"Username\":\"wharf\",\"Secret\":\"{PASSWORD}\"}}'\n",
            registry.host()
        ),
    );
    std::fs::set_permissions(&helper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    place.home.write(".docker/config.json", &json!({ "credsStore": "kept" }).to_string());
    let path = format!("{}:{}", helper.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let answer = place.wharf("up", &[]).variable("PATH", &path).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(place.read("seen").trim(), "yes");
    let down = place.wharf("down", &[]).end();
    assert_eq!(down.code, Some(0), "{down}");
    place.socket().remove_image(image);
    // The same from the file.
    place.home.write(".docker/config.json", &auths(registry, PASSWORD));
    place.up(&[]);
    let down = place.wharf("down", &[]).end();
    assert_eq!(down.code, Some(0), "{down}");
    place.socket().remove_image(image);
}

#[test]
fn a_locked_registry_opens_to_the_right_credentials() {
    let registry = Registry::locked();
    let image = fill(&registry);
    for engine in [DOCKER, PODMAN] {
        check(engine, &registry, &image);
    }
}

#[test]
fn an_open_registry_asks_nobody() {
    let registry = Registry::open();
    let image = fill(&registry);
    for engine in [DOCKER, PODMAN] {
        let place = Place::new(engines::engine(engine), &json!({ "image": image }).to_string());
        // What it brings can be read before anything is started, and no engine has it yet.
        let read = place.wharf("read-configuration", &["--include-merged-configuration"]).end();
        assert_eq!(read.code, Some(0), "{read}");
        let customizations = &kit::json(&read)["mergedConfiguration"]["customizations"];
        assert_eq!(*customizations, json!({ "tool": [{ "from": "the registry" }] }), "{engine}: {read}");
        place.up(&[]);
        let down = place.wharf("down", &[]).end();
        assert_eq!(down.code, Some(0), "{down}");
        place.socket().remove_image(&image);
    }
}

/// As Docker's command line: the container and the build know them, and what a person wrote stays.
#[test]
fn proxies_of_docker_s_configuration_arrive() {
    for engine in [DOCKER, PODMAN] {
        let place = Place::new(
            engines::engine(engine),
            r#"{ "build": { "dockerfile": "Dockerfile" }, "containerEnv": { "NO_PROXY": "mine" }, "userEnvProbe": "none",
                 "postCreateCommand": "env | grep -i proxy | sort > seen" }"#,
        );
        place.write("Dockerfile", "FROM busybox\nRUN echo $HTTP_PROXY > /built\n");
        place.home.write(
            ".docker/config.json",
            r#"{ "proxies": { "default": { "httpProxy": "http://proxy.example:1", "noProxy": "localhost" } } }"#,
        );
        let container = place.up(&[])["containerId"].as_str().unwrap().to_owned();
        assert_eq!(
            place.read("seen").lines().collect::<Vec<_>>(),
            [
                "HTTP_PROXY=http://proxy.example:1",
                "NO_PROXY=mine",
                "http_proxy=http://proxy.example:1",
                "no_proxy=localhost"
            ]
        );
        let built = place.wharf("exec", &["cat", "/built"]).end();
        assert_eq!(built.stdout_text().trim(), "http://proxy.example:1", "{built}");
        // Another proxy is no other image.
        place.home.write(".docker/config.json", "{}");
        assert_eq!(place.up(&["--expect-existing-container"])["containerId"], container.as_str());
    }
}
