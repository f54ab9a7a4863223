//! Compose projects: which files, what they are called, and what `compose config` says, in every form that was seen.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use wharf_spec::PathStyle;
use wharf_spec::compose::{
    ComposeProject, Dollars, FileSources, NameSources, compose_files, may_have_profiles, names_project,
    project_name, read_yaml,
};

/// The name of a project whose resolved name, first file, variable and `.env` are these.
fn name(resolved: Option<&str>, first_file: &str, variable: Option<&str>, env_file: Option<&str>) -> String {
    let project = ComposeProject { name: resolved.map(str::to_owned), ..ComposeProject::default() };
    let folder = "/src/My Project.v2";
    let sources =
        NameSources { variable, env_file, folder, first_file: Some(first_file), ..NameSources::default() };
    project_name(&sources, &project, PathStyle::Linux)
}

/// What Compose says, the first file, the variable, the `.env` file, and the name that comes of them.
type Case<'a> = (Option<&'a str>, &'a str, Option<&'a str>, Option<&'a str>, &'a str);

#[test]
fn a_project_is_called_as_the_reference_calls_it() {
    let own = "/src/My Project.v2/.devcontainer/docker-compose.yml";
    let cases: [Case<'_>; 16] = [
        // Compose makes up `devcontainer` of the folder; nobody has named the project.
        (Some("devcontainer"), own, None, None, "myprojectv2_devcontainer"),
        (None, own, None, None, "myprojectv2_devcontainer"),
        (Some("custom-project-name"), own, None, None, "custom-project-name"),
        (Some("devcontainer"), "/src/My Project.v2/compose.yml", None, None, "myprojectv2"),
        (None, "/src/My Project.v2/sub/Dir_1/compose.yml", None, None, "dir_1"),
        (Some("x"), own, Some("From-Env"), None, "from-env"),
        (Some("x"), own, Some(""), Some("COMPOSE_PROJECT_NAME=dotted.env\n"), "dottedenv"),
        (
            Some("x"),
            own,
            None,
            Some("A=1\nCOMPOSE_PROJECT_NAME= spaced \nCOMPOSE_PROJECT_NAME=second"),
            "spaced",
        ),
        (Some("x"), own, None, Some("export COMPOSE_PROJECT_NAME=y"), "x"),
        (Some("x"), own, None, Some("COMPOSE_PROJECT_NAME="), "x"),
        (Some("x"), own, Some("日本"), None, "x"),
        // Names that Compose would refuse, or take for an option.
        (None, "/src/-dash/compose.yml", None, None, "dash"),
        (None, "/src/__/compose.yml", None, None, "devcontainer"),
        (None, "/src/日本/compose.yml", None, None, "devcontainer"),
        (None, "/src/o'brien, \"q\": $x/compose.yml", None, None, "obrienqx"),
        (Some("-x"), own, None, None, "x"),
    ];
    for (resolved, file, variable, env_file, expected) in cases {
        assert_eq!(
            name(resolved, file, variable, env_file),
            expected,
            "{resolved:?} {file} {variable:?} {env_file:?}"
        );
    }
}

#[test]
fn the_name_devcontainer_counts_where_a_file_gives_it() {
    let project = ComposeProject { name: Some("devcontainer".to_owned()), ..ComposeProject::default() };
    let sources = |is_named, letters_alone| NameSources {
        folder: "/src/web-app",
        first_file: Some("/src/web-app/.devcontainer/c.yml"),
        is_named,
        letters_alone,
        ..NameSources::default()
    };
    assert_eq!(project_name(&sources(true, false), &project, PathStyle::Linux), "devcontainer");
    assert_eq!(project_name(&sources(false, false), &project, PathStyle::Linux), "web-app_devcontainer");
    assert_eq!(project_name(&sources(false, true), &project, PathStyle::Linux), "webappdevcontainer");
}

/// Other volumes have folders of the same name.
#[test]
fn a_project_in_a_volume_is_named_after_that() {
    let project = |name: &str| ComposeProject { name: Some(name.to_owned()), ..ComposeProject::default() };
    let sources = |is_named, variable| NameSources {
        folder: "/workspaces/api",
        first_file: Some("/workspaces/api/.devcontainer/c.yml"),
        volume: Some("api.x-0f"),
        is_named,
        variable,
        ..NameSources::default()
    };
    let named = |is_named, variable, name: &str| {
        project_name(&sources(is_named, variable), &project(name), PathStyle::Linux)
    };
    assert_eq!(named(false, None, "devcontainer"), "apix-0f");
    assert_eq!(named(false, None, "api"), "apix-0f");
    assert_eq!(named(true, None, "mine"), "mine");
    assert_eq!(named(false, Some("given"), "given"), "given");
}

#[test]
fn whether_a_file_names_its_project() {
    let cases = [
        ("name: devcontainer\nservices: {}", true),
        ("name: ${NAME:-devcontainer}", true),
        ("services:\n  app:\n    name: no", false),
        ("name: ''", false),
        ("name: x\nservices:\n  app:\n    ports: !reset []\n    environment: !override {A: 1}", true),
        ("name: x\n  bad: [", false),
        ("", false),
        ("[]", false),
    ];
    for (text, expected) in cases {
        assert_eq!(names_project(text), expected, "{text}");
    }
}

#[test]
fn which_files() {
    let check = |configured: &[&str], variable, env_file, has_override, style, expected: &[&str]| {
        let configured: Vec<String> = configured.iter().map(|file| (*file).to_owned()).collect();
        let windows = style == PathStyle::Windows;
        let sources = FileSources {
            configured: &configured,
            configuration_folder: if windows { r"C:\w\.devcontainer" } else { "/w/.devcontainer" },
            folder: if windows { r"C:\w" } else { "/w" },
            variable,
            env_file,
            has_override,
        };
        assert_eq!(compose_files(&sources, style), expected, "{configured:?} {variable:?} {env_file:?}");
    };
    let linux = PathStyle::Linux;
    check(
        &["docker-compose.yml"],
        Some("no.yml"),
        None,
        true,
        linux,
        &["/w/.devcontainer/docker-compose.yml"],
    );
    check(
        &["../a.yml", "b.yml", "/c.yml"],
        None,
        None,
        false,
        linux,
        &["/w/a.yml", "/w/.devcontainer/b.yml", "/c.yml"],
    );
    check(
        &[],
        Some("a.yml:sub/b.yml"),
        Some("COMPOSE_FILE=no.yml"),
        true,
        linux,
        &["/w/a.yml", "/w/sub/b.yml"],
    );
    check(&[], None, Some("X=1\nCOMPOSE_FILE=e.yml\n"), true, linux, &["/w/e.yml"]);
    check(&[], None, None, false, linux, &["/w/docker-compose.yml"]);
    check(&[], Some(""), None, true, linux, &["/w/docker-compose.yml", "/w/docker-compose.override.yml"]);
    check(&[], Some(r"a.yml;C:\b.yml"), None, false, PathStyle::Windows, &[r"C:\w\a.yml", r"C:\b.yml"]);
}

fn service(text: &str) -> Value {
    let project = ComposeProject::read(text, Dollars::Doubled).unwrap();
    serde_json::to_value(&project.services["app"]).unwrap()
}

/// What a service gives, without what is absent.
fn check(text: &str, expected: &Value) {
    let Value::Object(mut found) = service(&format!("services:\n  app: {text}")) else { panic!("no object") };
    found.retain(|_, value| !value.is_null() && *value != json!([]));
    if let Some(build) = found.get_mut("build").and_then(Value::as_object_mut) {
        build.retain(|_, value| !value.is_null() && *value != json!([]) && *value != json!({}));
    }
    assert_eq!(Value::Object(found), *expected, "{text}");
}

#[test]
fn a_service_in_all_its_forms() {
    check(
        "{image: 'debian:bookworm', user: 1000, command: null, entrypoint: null}",
        &json!({"image": "debian:bookworm", "user": "1000"}),
    );
    check("{build: ./app}", &json!({"build": {"context": "./app", "dockerfile": "Dockerfile"}}));
    check(
        "{build: {context: /w, dockerfile: sub/File, target: dev}}",
        &json!({"build": {"context": "/w", "dockerfile": "sub/File", "target": "dev"}}),
    );
    check(
        "{build: {context: /w, args: {A: 1, B: null, C: 'x$$y'}}}",
        &json!({"build": {"context": "/w", "dockerfile": "Dockerfile", "args": {"A": "1", "C": "x$y"}}}),
    );
    check(
        "{build: {context: /w, args: ['A=1', 'B', 'C=x=y']}}",
        &json!({"build": {"context": "/w", "dockerfile": "Dockerfile", "args": {"A": "1", "C": "x=y"}}}),
    );
    check(
        "{build: {dockerfile_inline: 'FROM x'}}",
        &json!({"build": {"dockerfile": "Dockerfile", "inline": "FROM x"}}),
    );
    check(
        "{image: x, command: sleep infinity, entrypoint: ['/e', '$$HOME']}",
        &json!({"image": "x", "command": ["sleep", "infinity"], "entrypoint": ["/e", "$HOME"]}),
    );
    check(
        "{image: x, depends_on: [db, cache], links: ['q:queue'], network_mode: 'service:vpn', volumes_from: ['data:ro', 'container:z']}",
        &json!({"image": "x", "needs": ["db", "cache", "q", "vpn", "data"]}),
    );
    check(
        "{image: x, depends_on: {db: {condition: service_healthy}}, profiles: dev}",
        &json!({"image": "x", "needs": ["db"], "profiles": ["dev"]}),
    );
    // What cannot be read is left out; the rest is kept.
    check(
        "{image: [x], build: [], user: {}, ports: [8080, {target: 80, published: '8080'}], command: 5}",
        &json!({"command": ["5"]}),
    );
}

#[test]
fn what_a_build_says_beside_its_context() {
    let text = "secrets: {s: {file: '/s,x'}, e: {environment: TOKEN}}\nservices: {app: {build: {context: /w, network: host, extra_hosts: ['a=1.2.3.4', 'b:::1'], labels: {l: v}, ssh: [default], additional_contexts: {n: /n}, ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}, shm_size: '64m', no_cache: true, platforms: [linux/amd64], secrets: [s, {source: e, target: id}], cache_from: [x], tags: [t], cache_to: ['type=local,dest=/c', 'img:1'], no_cache_filter: [one, two], entitlements: [network.host], privileged: true}}}";
    let found = service(text);
    assert_eq!(
        found["build"]["options"],
        json!([
            "--network=host",
            "--add-host=a:1.2.3.4",
            "--add-host=b:::1",
            "--label=l=v",
            "--shm-size=64m",
            "--ssh=default",
            "--build-context=n=/n",
            "--platform=linux/amd64",
            "--ulimit=nofile=1:2",
            "--ulimit=nproc=3",
            "--secret=id=s,\"src=/s,x\"",
            "--secret=id=id,env=TOKEN",
            "--cache-to=type=local,dest=/c",
            "--cache-to=img:1",
            "--no-cache-filter=one",
            "--no-cache-filter=two",
            "--allow=network.host",
            "--allow=security.insecure",
            "--no-cache=true"
        ])
    );
    assert_eq!((&found["build"]["cacheFrom"], &found["build"]["tags"]), (&json!(["x"]), &json!(["t"])));
}

/// Old versions write a switch as text, and one alone instead of a list.
#[test]
fn what_a_build_may_do_is_read_in_every_form() {
    for (build, expected) in [
        (json!({"privileged": "true"}), json!(["--allow=security.insecure"])),
        (json!({"privileged": false}), json!([])),
        (json!({"no_cache_filter": "one"}), json!(["--no-cache-filter=one"])),
        (json!({"platforms": ["linux/amd64", "linux/arm64"]}), json!([])),
    ] {
        let found = service(&json!({"services": {"app": {"build": build}}}).to_string());
        assert_eq!(found["build"]["options"], expected, "{build}");
    }
}

#[test]
fn a_build_from_elsewhere_is_told_from_a_folder() {
    let cases = [
        ("https://github.com/o/r.git#main", true),
        ("git@github.com:o/r.git", true),
        ("github.com/o/r", true),
        ("ssh://git@example.com/o/r.git", true),
        ("/w/git", false),
        ("/w/git@example.com/app", false),
        ("/w/x://y", false),
        (r"C:\w\git@example.com", false),
        ("C:/w/git@example.com", false),
        ("./git@example.com", false),
        ("./github.com", false),
    ];
    for (context, expected) in cases {
        let project = json!({"services": {"app": {"build": {"context": context}}}}).to_string();
        let project = ComposeProject::read(&project, Dollars::Plain).unwrap();
        assert_eq!(project.services["app"].build.as_ref().unwrap().is_elsewhere(), expected, "{context}");
    }
}

#[test]
fn dollars_are_written_twice_by_one_program_and_once_by_the_other() {
    let text = "services: {app: {image: x, command: ['$$A', '$$$$']}}";
    let read =
        |dollars| ComposeProject::read(text, dollars).unwrap().services["app"].command.clone().unwrap();
    assert_eq!(read(Dollars::Doubled), ["$A", "$$"]);
    assert_eq!(read(Dollars::Plain), ["$$A", "$$$$"]);
}

#[test]
fn which_services_start() {
    let text = "services: {db: {image: d}, app: {image: a, depends_on: [db]}, tool: {image: t, profiles: [x], depends_on: [app]}, other: {image: o}}";
    let project = ComposeProject::read(text, Dollars::Doubled).unwrap();
    let check = |named: &[&str], expected: &[&str]| {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(project.started(&named), expected, "{named:?}");
    };
    check(&[], &["db", "app", "other"]);
    check(&["app"], &["db", "app"]);
    check(&["tool"], &["db", "app", "tool"]);
    check(&["other", "nobody"], &["other"]);
}

#[test]
fn a_profile_that_is_active_starts_its_services() {
    let text = "services: {app: {image: a}, tool: {image: t, profiles: [x], depends_on: [db]}, db: {image: d, profiles: [y]}, other: {image: o, profiles: [z]}}";
    let project = |answer: &str| ComposeProject::read(text, Dollars::Doubled).unwrap().with_enabled(answer);
    let check = |answer: &str, named: &[&str], expected: &[&str]| {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(project(answer).started(&named), expected, "{answer:?} {named:?}");
    };
    assert!(project("").has_profiles());
    check("app\n", &[], &["app"]);
    check("app\ntool\n", &[], &["app", "tool", "db"]);
    check("other\r\napp\r\nnobody", &[], &["app", "other"]);
    // Who is named alone starts alone.
    check("app\ntool\n", &["app"], &["app"]);
    let without = "services: {app: {image: a, profiles: []}}";
    assert!(!ComposeProject::read(without, Dollars::Doubled).unwrap().has_profiles());
}

#[test]
fn where_profiles_may_be_active() {
    let cases: [(&[&str], &[&str], bool); 9] = [
        (&["HOME", "COMPOSE_PROJECT_NAME"], &["A=1\nCOMPOSE_PROJECT_NAME=x", ""], false),
        (&[], &[], false),
        (&["COMPOSE_PROFILES"], &[], true),
        (&["Compose_Profiles"], &[], true),
        (&["COMPOSE_ENV_FILES"], &[], true),
        (&[], &["", "A=1\nCOMPOSE_PROFILES=x"], true),
        (&[], &["\u{feff}export COMPOSE_PROFILES = \"${X:-a},b\""], true),
        (&[], &["compose_profiles: '*'"], true),
        (&["MY_PROFILES"], &["PROFILES=x\nCOMPOSE=y"], false),
    ];
    for (variables, env_files, expected) in cases {
        let found =
            may_have_profiles(variables.iter().copied(), env_files.iter().map(|text| text.as_bytes()));
        assert_eq!(found, expected, "{variables:?} {env_files:?}");
    }
}

#[test]
fn which_images_builds_read_from() {
    let reads = |from: &str| json!({"build": {"context": ".", "additional_contexts": {"x": format!("service:{from}")}}});
    let services = json!({"a": reads("b"), "b": reads("c"), "c": reads("a"), "d": {"image": "d", "depends_on": ["a"]}, "e": reads("nobody")});
    let text = json!({"services": services}).to_string();
    let project = ComposeProject::read(&text, Dollars::Plain).unwrap();
    for (services, expected) in
        [(&["b"][..], &["a", "b", "c"][..]), (&["d"], &["d"]), (&["e", "d"], &["d", "e"]), (&[], &[])]
    {
        assert_eq!(project.with_contexts(services), expected, "{services:?}");
    }
}

#[test]
fn a_circle_of_needs_ends() {
    let text = "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a, b]}}";
    assert_eq!(ComposeProject::read(text, Dollars::Doubled).unwrap().started(&["a".to_owned()]), ["a", "b"]);
}

#[test]
fn documents_that_unfold_themselves_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(read_yaml(&text).is_err());
    assert!(read_yaml(&"[".repeat(100_000)).is_err());
}

/// Texts made of what YAML treats in a way of its own.
fn yaml() -> impl Strategy<Value = String> {
    let pieces = [
        "services:",
        "app:",
        "build:",
        "image:",
        "name:",
        "command:",
        "args:",
        "depends_on:",
        "ports:",
        "- ",
        "  ",
        "\n",
        "\n  ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ": ",
        "&a ",
        "*a",
        "!reset ",
        "!!binary ",
        "|",
        ">",
        "'",
        "\"",
        "\\",
        "$$",
        "#",
        "---\n",
        "null",
        "true",
        "1e9",
        "0x1f",
        ".inf",
        "~",
        "<<: ",
        "? ",
        "x",
        "é",
        "\u{85}",
        "\t",
        "%YAML 9\n",
        "\u{feff}",
        "\0",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..48).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in prop_oneof![yaml(), ".{0,64}"], dollars in any::<bool>()) {
        let dollars = if dollars { Dollars::Doubled } else { Dollars::Plain };
        if let Ok(project) = ComposeProject::read(&text, dollars) {
            let _ = project.started(&["app".to_owned()]);
        }
        let _ = names_project(&text);
    }

    #[test]
    fn a_name_is_one_that_compose_takes(
        resolved in prop::option::of(".{0,12}"), folder in "/.{0,12}/.{0,12}", variable in prop::option::of(".{0,12}"),
        env_file in prop::option::of("(COMPOSE_PROJECT_NAME=)?.{0,12}"), is_named in any::<bool>(), letters_alone in any::<bool>(),
        volume in prop::option::of(".{0,12}"),
    ) {
        let project = ComposeProject { name: resolved, ..ComposeProject::default() };
        let file = format!("{folder}/c.yml");
        let sources = NameSources {
            variable: variable.as_deref(), env_file: env_file.as_deref(), folder: &folder, first_file: Some(&file), is_named,
            letters_alone, volume: volume.as_deref(),
        };
        let name = project_name(&sources, &project, PathStyle::Linux);
        let allowed = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-' | '_');
        prop_assert!(name.chars().all(allowed) && name.starts_with(|first: char| first.is_ascii_alphanumeric()), "{}", name);
    }

    #[test]
    fn texts_come_through_unchanged(values in prop::collection::btree_map("[A-Z]{1,6}", ".{0,16}", 0..4)) {
        let doubled: BTreeMap<&String, String> = values.iter().map(|(name, value)| (name, value.replace('$', "$$"))).collect();
        let text = json!({"services": {"app": {"build": {"context": "/w", "args": doubled}}}}).to_string();
        // JSON's texts are YAML's but for what YAML does not print, which Compose escapes.
        prop_assume!(!text.contains(|character: char| matches!(character, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')));
        let project = ComposeProject::read(&text, Dollars::Doubled).unwrap();
        let args: BTreeMap<String, String> = project.services["app"].build.as_ref().unwrap().args.clone().into_iter().collect();
        prop_assert_eq!(args, values);
    }
}
