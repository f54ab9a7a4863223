//! Options of a build that the engine's own build call cannot say.

use wharf_test_support::engines::{self, DOCKER, OLD_DOCKER};

use crate::kit::Place;

const CONFIGURATION: &str = r#"{
    "build": {
        "dockerfile": "Dockerfile",
        "options": ["--build-context", "beside=other", "--cache-to", "type=local,dest=CACHE"]
    },
    "userEnvProbe": "none"
}"#;

fn place(engine: &str) -> Place {
    let place = Place::new(engines::engine(engine), "{}");
    let cache = place.folder.join("cache").display().to_string();
    place.configure(&CONFIGURATION.replace("CACHE", &cache));
    place.write("Dockerfile", "FROM busybox\nCOPY --from=beside file /file\n");
    place.write("other/file", "from beside");
    place
}

#[test]
fn options_go_to_buildkit_itself() {
    let place = place(DOCKER);
    place.up(&[]);
    let answer = place.wharf("exec", &["cat", "/file"]).end();
    assert_eq!(answer.stdout_text().trim(), "from beside", "{answer}");
    assert!(place.read("cache/index.json").contains("sha256:"));
}

#[test]
fn an_engine_that_cannot_says_so_before_it_builds() {
    let place = place(OLD_DOCKER);
    let (document, text) = place.up_fails(&[]);
    assert_eq!(document["outcome"], "error");
    assert!(text.contains("--build-context cannot be used with "), "{text}");
    assert!(text.contains("it needs BuildKit 0.10, and this one is 0.8"), "{text}");
    assert!(place.built_image().is_none());
}

/// Nothing of the image runs, so that it need not be one that this machine can run.
#[test]
fn the_default_platform_of_docker_s_programs_is_what_an_image_is_built_for() {
    let configuration = r#"{ "build": { "dockerfile": "Dockerfile" } }"#;
    let place = Place::new(engines::engine(DOCKER), configuration);
    place.write("Dockerfile", "FROM scratch\nCOPY file /file\n");
    place.write("file", "content");
    for platform in ["arm64", "amd64"] {
        let wanted = format!("linux/{platform}");
        let answer = place.wharf("build", &[]).variable("DOCKER_DEFAULT_PLATFORM", wanted).end();
        assert_eq!(answer.code, Some(0), "{answer}");
        let image = place.built_image().unwrap();
        let path = format!("/images/{}/json", image["Id"].as_str().unwrap());
        assert_eq!(place.socket().get(&path).unwrap().json()["Architecture"], platform);
    }
}
