//! Features installed on real engines: what is in the image, what the container gets of it, and what is not built again.

use serde_json::Value;
use wharf_test_support::engines::{self, DOCKER, Engine};
use wharf_test_support::images::DEBIAN;

use crate::kit::{Place, json, steps};

/// Two Features that need nothing but a shell. The second looks at what the first left.
fn features(place: &Place) {
    place.write(
        ".devcontainer/color/devcontainer-feature.json",
        r#"{ "id": "color", "version": "1.0.0", "options": { "favorite": { "type": "string", "default": "red" } },
             "containerEnv": { "COLOR_HOME": "/opt/color", "PATH": "${COLOR_HOME}:${PATH}" },
             "entrypoint": "/entry", "onCreateCommand": "echo color >> ran", "mounts": ["type=volume,target=/of-color"] }"#,
    );
    place.write(
        ".devcontainer/color/install.sh",
        "set -e\nprintf %s \"$FAVORITE\" > /color\nprintf %s \"$_REMOTE_USER:$_REMOTE_USER_HOME\" > /user\n\
         printf '#!/bin/sh\\necho entered > /entered\\nexec \"$@\"\\n' > /entry\nchmod +x /entry\n",
    );
    place.write(
        ".devcontainer/hello/devcontainer-feature.json",
        r#"{ "id": "hello", "version": "1.0.0", "installsAfter": ["./.devcontainer/color"], "onCreateCommand": "echo hello >> ran" }"#,
    );
    place.write(".devcontainer/hello/install.sh", "echo \"hello after $(cat /color)\" > /hello\n");
}

const BOTH: &str = r#""features": { "./.devcontainer/hello": {}, "./.devcontainer/color": { "favorite": "go\"ld $x `y` \\" } }"#;

fn place(engine: Engine, configuration: &str) -> Place {
    let place = Place::new(engine, &configuration.replace("FEATURES", BOTH));
    features(&place);
    place
}

fn said(place: &Place, command: &str) -> String {
    let answer = place.wharf("exec", &["sh", "-c", command]).end();
    assert_eq!(answer.code, Some(0), "{answer}");
    answer.stdout_text().to_owned()
}

/// Nothing of what Features were installed from is in the image, beside it on the engine, or on this computer.
fn nothing_stays(place: &Place) {
    let found = said(place, "find / -xdev \\( -name install.sh -o -name devcontainer-feature.json \\)");
    assert_eq!(found, "", "{}", place.engine.name);
    assert!(!place.left_content(), "{}", place.engine.name);
}

#[test]
fn features_are_installed_in_their_order_on_every_engine() {
    for engine in engines::primary_and_oldest_docker() {
        let place = place(
            engine,
            r#"{ "image": "busybox", FEATURES, "containerEnv": { "LINES": "a\nb" }, "onCreateCommand": "echo own >> ran" }"#,
        );
        place.up(&[]);
        let name = &place.engine.name;
        assert_eq!(said(&place, "cat /color"), "go\"ld $x `y` \\", "{name}");
        assert_eq!(said(&place, "cat /hello"), "hello after go\"ld $x `y` \\\n", "{name}");
        assert_eq!(said(&place, "cat /user"), "root:/root", "{name}");
        assert_eq!(said(&place, "cat /entered"), "entered\n", "{name}");
        assert_eq!(said(&place, "mount | grep -c /of-color"), "1\n", "{name}");
        assert_eq!(place.read("ran"), "color\nhello\nown\n", "{name}");
        assert_eq!(said(&place, "echo \"$LINES\""), "a\nb\n", "{name}");
        assert!(said(&place, "echo $PATH").starts_with("/opt/color:"), "{name}");
        nothing_stays(&place);
        let label = place.inspect(place.containers()[0]["Id"].as_str().unwrap())["Config"]["Labels"]
            ["devcontainer.metadata"]
            .clone();
        let entries: Value = serde_json::from_str(label.as_str().unwrap()).unwrap();
        let ids: Vec<&str> =
            entries.as_array().unwrap().iter().filter_map(|entry| entry["id"].as_str()).collect();
        assert_eq!(ids, ["./.devcontainer/color", "./.devcontainer/hello"], "{name}");
    }
}

#[test]
fn features_come_on_top_of_a_dockerfile_and_give_its_user_back() {
    for engine in engines::primary_and_oldest_docker() {
        let place = place(
            engine,
            r#"{ "build": { "dockerfile": "Dockerfile", "args": { "WHO": "me" } }, FEATURES }"#,
        );
        place.write(
            "Dockerfile",
            "ARG WHO\nFROM busybox\nARG WHO\nRUN mkdir -p /home /etc && echo \"$WHO:x:1000:1000::/home/$WHO:/bin/sh\" >> /etc/passwd && mkdir /home/$WHO\n\
             COPY . /context\nUSER $WHO\n",
        );
        place.write(".dockerignore", "*\n!kept\n");
        place.write("kept", "kept");
        // The workspace belongs to root here, so that hooks of this user could not write into it.
        place.up(&["--skip-post-create"]);
        let name = &place.engine.name;
        assert_eq!(said(&place, "cat /user"), "me:/home/me", "{name}");
        assert_eq!(said(&place, "ls -A /context"), "kept\n", "{name}");
        assert_eq!(said(&place, "id -un"), "me\n", "{name}");
        let found = said(&place, "find /tmp/dev-container-features -name install.sh 2>/dev/null; true");
        assert_eq!(found, "", "{name}");
    }
}

/// Without BuildKit Docker can only copy; no container sees the copy, and the image of the content is gone.
#[test]
fn without_buildkit_no_container_sees_what_features_were_installed_from() {
    let place = place(engines::engine(DOCKER), r#"{ "image": "busybox", FEATURES }"#);
    place.up(&["--buildkit", "never"]);
    assert_eq!(said(&place, "cat /color"), "go\"ld $x `y` \\");
    nothing_stays(&place);
}

#[test]
fn a_changed_last_feature_is_all_that_is_installed_again() {
    for engine in engines::primary_and_oldest_docker() {
        let place = place(engine, r#"{ "image": "busybox", FEATURES }"#);
        place.up(&[]);
        let name = place.engine.name.clone();
        let again = place.events(&["--remove-existing-container"]);
        assert!(!steps(&again).contains(&"build"), "{name}: nothing changed");
        // Unlike what any earlier build of the engine was given.
        let other = place.home.path().file_name().unwrap().to_string_lossy().into_owned();
        place.write(".devcontainer/hello/install.sh", &format!("echo {other} > /hello\n"));
        let changed = place.events(&["--remove-existing-container"]);
        let outcome = |feature: &str| {
            let begun = changed.iter().find(|event| {
                event["type"] == "stepStarted"
                    && event["name"] == "vertex"
                    && event["subject"]
                        .as_str()
                        .is_some_and(|text| text.contains(feature) && text.contains("install.sh"))
            });
            let step =
                &begun.unwrap_or_else(|| panic!("{name}: no step of {feature} in {changed:#?}"))["step"];
            let end = changed.iter().find(|event| event["type"] == "stepFinished" && event["step"] == *step);
            end.unwrap()["outcome"].clone()
        };
        assert_eq!(outcome("color_0"), "cached", "{name}");
        assert_eq!(outcome("hello_1"), "done", "{name}");
        assert_eq!(said(&place, "cat /hello"), format!("{other}\n"), "{name}");
    }
}

#[test]
fn a_feature_that_fails_is_named_with_its_place() {
    for engine in engines::primary() {
        let place = place(engine, r#"{ "image": "busybox", FEATURES }"#);
        place.write(".devcontainer/hello/install.sh", "echo cannot; exit 3\n");
        let (document, shown) = place.up_fails(&[]);
        assert_eq!(document["outcome"], "error");
        assert!(shown.contains("cannot"), "{shown}");
        assert!(
            shown.contains("the Feature ./.devcontainer/hello could not be installed (exit 3)"),
            "{shown}"
        );
        assert!(shown.contains("failed to install!"), "{shown}");
        assert!(shown.contains(".devcontainer.json:1:"), "{shown}");
        assert!(place.built_image().is_none());
        assert!(!place.left_content(), "{}", place.engine.name);
    }
}

#[test]
fn what_a_feature_brings_is_asked_about_in_its_name() {
    let place = place(engines::engine(DOCKER), r#"{ "image": "busybox", FEATURES }"#);
    place.write(
        ".devcontainer/hello/devcontainer-feature.json",
        r#"{ "id": "hello", "version": "1.0.0", "privileged": true, "capAdd": ["SYS_ADMIN"],
             "mounts": ["type=bind,source=/var/run/docker.sock,target=/docker.sock"] }"#,
    );
    let (_, shown) = place.up_fails(&[]);
    for words in ["privileged", "docker.sock", "./.devcontainer/hello"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(place.built_image().is_none(), "nothing is built before it is allowed");
}

/// Two folders with the same Features at one time: neither sees the other's content.
#[test]
fn builds_at_one_time_do_not_meet() {
    for engine in engines::primary() {
        let places: Vec<Place> = (0..3)
            .map(|number| {
                let place = place(engine.clone(), r#"{ "image": "busybox", FEATURES }"#);
                place.write(".devcontainer/hello/install.sh", &format!("echo {number} > /hello\n"));
                place
            })
            .collect();
        let children: Vec<_> = places.iter().map(|place| place.start(&[])).collect();
        for (number, (child, place)) in children.into_iter().zip(&places).enumerate() {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(said(place, "cat /hello"), format!("{number}\n"), "{}", place.engine.name);
        }
    }
}

#[test]
fn build_makes_an_image_with_features_under_every_name_and_label() {
    for engine in engines::primary() {
        for base in [r#""image": "busybox""#, r#""build": { "dockerfile": "Dockerfile" }"#] {
            let place = place(engine.clone(), &format!("{{ {base}, FEATURES }}"));
            place.write("Dockerfile", "FROM busybox\n");
            let hash = format!("wharf-features-{}", std::process::id());
            let names = [format!("{hash}:one"), format!("{hash}:two")];
            let answer = place
                .wharf("build", &["--image-name", &names[0], "--image-name", &names[1], "--label", "of=test"])
                .end();
            assert_eq!(answer.code, Some(0), "{answer}");
            assert_eq!(json(&answer)["imageName"], serde_json::json!(names));
            for name in &names {
                let image = place.socket().get(&format!("/images/{name}/json")).unwrap().json();
                let labels = &image["Config"]["Labels"];
                assert_eq!(labels["of"], "test", "{image}");
                assert!(labels["devcontainer.metadata"].as_str().unwrap().contains("./.devcontainer/hello"));
                place.socket().remove_image(name);
            }
        }
    }
}

/// A collection with a test of each kind: one that passes, one that does not, a scenario of its own files, the same Feature twice.
#[test]
fn the_tests_of_a_collection() {
    let place = Place::new(engines::engine(DOCKER), r#"{ "image": "debian" }"#);
    let write = |path: &str, text: &str| place.write(&format!("collection/{path}"), text);
    write(
        "src/color/devcontainer-feature.json",
        r#"{ "id": "color", "version": "1.0.0", "name": "Color",
             "options": { "favorite": { "type": "string", "enum": ["red", "gold"], "default": "red" } } }"#,
    );
    write("src/color/install.sh", "#!/bin/sh\nset -e\necho \"$FAVORITE\" >> /color\n");
    const TEST: &str = "#!/bin/bash\nset -e\nsource dev-container-features-test-lib\n";
    let test = |path: &str, rest: &str| write(path, &format!("{TEST}{rest}\nreportResults\n"));
    test("test/color/test.sh", "check 'red by default' grep -x red /color");
    test(
        "test/color/duplicate.sh",
        "check 'both' sh -c \"grep -x $FAVORITE /color && grep -x $FAVORITE__DEFAULT /color\"\ncheck 'another' test $FAVORITE = gold",
    );
    test(
        "test/color/golden.sh",
        "check 'gold' grep -x gold /color\ncheck 'beside' test -f .devcontainer/beside",
    );
    test("test/color/wrong.sh", "check 'green' grep -x green /color");
    write("test/color/golden/beside", "");
    write(
        "test/color/scenarios.json",
        &serde_json::json!({
            "golden": { "image": DEBIAN, "features": { "color": { "favorite": "gold" } } },
            "wrong": { "image": DEBIAN, "features": { "color": {} } },
        })
        .to_string(),
    );
    let folder = place.folder.join("collection").display().to_string();
    let projects = place.home.folder("tests").display().to_string();
    let run = |more: &[&str]| {
        let arguments: Vec<&str> = ["test", "--project-folder", &folder, "--base-image", DEBIAN]
            .iter()
            .chain(more)
            .copied()
            .collect();
        let exchange =
            place.home.run(env!("CARGO_BIN_EXE_wharf")).arguments(["features"]).arguments(arguments);
        let exchange = exchange.variable("TMPDIR", &projects);
        exchange.variable("DOCKER_HOST", place.engine.docker_host()).end()
    };
    let all = run(&[]);
    assert_eq!(all.code, Some(1), "{all}");
    let report: Vec<_> = all.stdout_text().lines().skip(1).map(str::to_owned).collect();
    assert_eq!(
        report,
        [
            "\u{2705} Passed:      'color'",
            "\u{2705} Passed:      'golden'",
            "\u{274c} Failed:      'wrong'",
            "\u{2705} Passed:      'color executed twice with randomized options'",
        ],
        "{all}"
    );
    assert!(all.stderr_text().contains("Failed: green"), "what a test writes is shown: {all}");
    let golden =
        run(&["--features", "color", "--skip-autogenerated", "--skip-duplicated", "--filter", "gold"]);
    assert_eq!(golden.code, Some(0), "{golden}");
    // Nothing of all that is left on the engine.
    let left = place.socket().get("/containers/json?all=true").unwrap().json();
    let of_tests = |container: &Value| {
        container["Labels"]["devcontainer.local_folder"].as_str().is_some_and(|at| at.starts_with(&projects))
    };
    assert!(!left.as_array().unwrap().iter().any(of_tests), "{left}");
}
