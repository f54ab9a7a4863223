use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wharf_engine::discover::{known, named, places};
use wharf_engine::{CandidateState, Error, Surroundings, System, discover, find_engine};
use wharf_test_support::fake_engine::{Answer, FakeEngine, docker_ping, podman_ping};

use super::{PATIENCE, variant};

struct World {
    variables: HashMap<String, String>,
    files: HashMap<PathBuf, String>,
    system: System,
    user_id: Option<u32>,
    service_folder: Option<PathBuf>,
}

impl World {
    fn new(variables: &[(&str, &str)]) -> World {
        World {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            files: HashMap::new(),
            system: System::Linux,
            user_id: Some(1000),
            service_folder: None,
        }
    }

    fn file(mut self, path: &str, text: &str) -> World {
        self.files.insert(PathBuf::from(path), text.to_owned());
        self
    }

    async fn find(&self) -> Result<wharf_engine::Engine, Error> {
        let environment = |name: &str| self.variables.get(name).cloned();
        let read = |path: &Path| self.files.get(path).cloned();
        let list = |path: &Path| self.list(path);
        find_engine(&self.surroundings(&environment, &read, &list), None, PATIENCE).await
    }

    fn surroundings<'a>(
        &self,
        environment: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
        read: &'a (dyn Fn(&Path) -> Option<String> + Send + Sync),
        list: &'a (dyn Fn(&Path) -> Vec<String> + Send + Sync),
    ) -> Surroundings<'a> {
        Surroundings {
            environment,
            home: Some(PathBuf::from("/home/u")),
            user_id: self.user_id,
            system: self.system,
            read,
            list,
            service_folder: self.service_folder.clone(),
        }
    }

    /// What the files there are make of a folder.
    fn list(&self, folder: &Path) -> Vec<String> {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(folder).ok());
        let names =
            below.filter_map(|path| path.iter().next()).map(|name| name.to_string_lossy().into_owned());
        names.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    /// With everything that a surrounding borrows.
    fn within<T>(&self, look: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let environment = |name: &str| self.variables.get(name).cloned();
        let read = |path: &Path| self.files.get(path).cloned();
        let list = |path: &Path| self.list(path);
        look(&self.surroundings(&environment, &read, &list))
    }

    /// Everything that is written down, as `name address`, without what is there on every system.
    fn known(&self) -> Vec<String> {
        self.within(|surroundings| {
            let known = known(surroundings).into_iter();
            known
                .map(|known| match known.address {
                    Ok(address) => format!("{} {address}", known.name),
                    Err(error) => format!("{} {}", known.name, variant(&error)),
                })
                .collect()
        })
    }

    fn named(&self, text: &str) -> Result<String, Error> {
        self.within(|surroundings| Ok(format!("{:?}", named(text, surroundings)?.address)))
    }

    fn places(&self) -> Result<(bool, Vec<String>), Error> {
        let found = self.within(places)?;
        Ok((found.chosen, found.places.into_iter().map(|place| place.address.to_string()).collect()))
    }
}

/// The folder of a context is the hash of its name.
fn meta(name: &str) -> String {
    use sha2::Digest as _;
    let hash: String =
        sha2::Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/home/u/.docker/contexts/meta/{hash}/meta.json")
}

const ENDPOINT: &str =
    r#"{"Name":"work","Endpoints":{"docker":{"Host":"ssh://me@far","SkipTLSVerify":false}}}"#;

#[test]
fn what_a_person_chose_is_the_only_place() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("DOCKER_HOST", "unix:///a.sock")], "unix:///a.sock"),
        (&[("DOCKER_HOST", "tcp://far:1")], "tcp://far:1"),
        (&[("DOCKER_HOST", "tcp://far")], "tcp://far:2375"),
        (&[("DOCKER_HOST", "unix:///a.sock"), ("DOCKER_CONTEXT", "work")], "unix:///a.sock"),
        (&[("DOCKER_CONTEXT", "work")], "ssh://me@far"),
        (&[("DOCKER_CONTEXT", "work"), ("CONTAINER_HOST", "unix:///p.sock")], "ssh://me@far"),
        (&[("CONTAINER_HOST", "unix:///p.sock")], "unix:///p.sock"),
        (&[("DOCKER_HOST", ""), ("CONTAINER_HOST", "unix:///p.sock")], "unix:///p.sock"),
    ];
    for (variables, expected) in cases {
        let world = World::new(variables).file(&meta("work"), ENDPOINT);
        assert_eq!(world.places().unwrap(), (true, vec![(*expected).to_owned()]), "{variables:?}");
    }
}

#[test]
fn what_a_person_chose_wrongly_is_an_error() {
    for (variables, expected) in [
        ([("DOCKER_HOST", "/var/run/docker.sock")], "Address"),
        ([("DOCKER_HOST", "tcp://far:99999")], "Address"),
        ([("DOCKER_HOST", "fd://")], "Address"),
        ([("DOCKER_CONTEXT", "absent")], "DockerContext"),
        ([("CONTAINER_HOST", "ssh://")], "Address"),
    ] {
        let error = World::new(&variables).places().unwrap_err();
        assert_eq!(variant(&error), expected, "{variables:?}");
        assert!(error.hint().is_some());
    }
    let damaged = World::new(&[("DOCKER_CONTEXT", "work")]).file(&meta("work"), "{");
    assert_eq!(variant(&damaged.places().unwrap_err()), "DockerContext");
}

#[test]
fn default_places_are_those_of_the_engines_own_tools() {
    let (chosen, list) = World::new(&[("XDG_RUNTIME_DIR", "/run/user/1000")]).places().unwrap();
    assert!(!chosen);
    assert_eq!(
        list,
        [
            "unix:///var/run/docker.sock",
            "unix:///run/user/1000/docker.sock",
            "unix:///home/u/.docker/run/docker.sock",
            "unix:///home/u/.docker/desktop/docker.sock",
            "unix:///home/u/.orbstack/run/docker.sock",
            "unix:///home/u/.colima/default/docker.sock",
            "unix:///home/u/.config/colima/default/docker.sock",
            "unix:///home/u/.rd/docker.sock",
            "unix:///run/user/1000/podman/podman.sock",
            "unix:///run/podman/podman.sock",
            "unix:///run/user/1000/podman/podman-machine-default-api.sock",
        ]
    );
    let root = World { user_id: Some(0), ..World::new(&[]) };
    let list = root.places().unwrap().1;
    assert_eq!(list.last().unwrap(), "unix:///run/podman/podman.sock");
    let mac = World { system: System::Mac, ..World::new(&[("TMPDIR", "/var/folders/x/")]) };
    let list = mac.places().unwrap().1;
    assert!(
        list.contains(&"unix:///var/folders/x/podman/podman-machine-default-api.sock".to_owned()),
        "{list:?}"
    );
    let windows = World { system: System::Windows, ..World::new(&[]) };
    assert_eq!(
        windows.places().unwrap().1,
        [
            "npipe:////./pipe/docker_engine",
            "npipe:////./pipe/dockerDesktopLinuxEngine",
            "npipe:////./pipe/podman-machine-default",
        ]
    );
}

const CONNECTIONS: &str = r#"{"Connection":{"Default":"podman-machine-default","Connections":{
    "podman-machine-default":{"URI":"ssh://core@127.0.0.1:50100/run/user/501/podman/podman.sock","Identity":"/k/machine","IsMachine":true},
    "podman-machine-default-root":{"URI":"ssh://root@127.0.0.1:50100/run/podman/podman.sock","Identity":"/k/machine","IsMachine":true},
    "small":{"URI":"ssh://core@127.0.0.1:50200/run/user/501/podman/podman.sock","Identity":"/k/small","IsMachine":true},
    "broken":{"URI":"nonsense"}}},"Farm":{}}"#;
const OLDER_CONNECTIONS: &str = r#"
[engine]
active_service = "build"
[engine.service_destinations.build]
uri = "ssh://me@build/run/podman/podman.sock"
identity = "/k/build"
"#;

/// What is there only because of a file, on each system.
#[test]
fn contexts_profiles_machines_and_connections_are_known_by_their_names() {
    let files = |world: World, config: &str| {
        world
            .file(&meta("work"), ENDPOINT)
            .file("/home/u/.colima/big/docker.sock", "")
            .file("/home/u/.colima/_lima/colima/lima.yaml", "")
            .file(&format!("{config}/containers/podman-connections.json"), CONNECTIONS)
            .file(&format!("{config}/containers/containers.conf"), OLDER_CONNECTIONS)
    };
    let linux = files(World::new(&[("XDG_RUNTIME_DIR", "/run/user/1000")]), "/home/u/.config");
    let mac = World { system: System::Mac, ..files(World::new(&[("TMPDIR", "/tmp/u")]), "/home/u/.config") };
    let windows =
        World { system: System::Windows, ..files(World::new(&[("APPDATA", "/roaming")]), "/roaming") };
    let everywhere = [
        "work ssh://me@far",
        "podman-machine-default-root ssh://root@127.0.0.1:50100/run/podman/podman.sock",
        "small ssh://core@127.0.0.1:50200/run/user/501/podman/podman.sock",
        "build ssh://me@build/run/podman/podman.sock",
        "broken Address",
    ];
    let cases: [(&World, &[&str]); 3] = [
        (
            &linux,
            &[
                "docker unix:///var/run/docker.sock",
                "docker-rootless unix:///run/user/1000/docker.sock",
                "colima-big unix:///home/u/.colima/big/docker.sock",
                "small unix:///run/user/1000/podman/small-api.sock",
            ],
        ),
        (
            &mac,
            &[
                "docker-desktop unix:///home/u/.docker/run/docker.sock",
                "podman-machine-default unix:///tmp/u/podman/podman-machine-default-api.sock",
                "small unix:///tmp/u/podman/small-api.sock",
                "podman-machine-default ssh://core@127.0.0.1:50100/run/user/501/podman/podman.sock",
            ],
        ),
        (
            &windows,
            &[
                "docker npipe:////./pipe/docker_engine",
                "podman-machine-default npipe:////./pipe/podman-machine-default",
                "small npipe:////./pipe/podman-small",
            ],
        ),
    ];
    for (world, own) in cases {
        let known = world.known();
        for expected in everywhere.iter().chain(own) {
            assert!(
                known.iter().any(|known| known == expected),
                "{:?}: {expected}: {known:#?}",
                world.system
            );
        }
    }
    // A default connection is where Podman's client goes on systems without an engine of their own, and nowhere else.
    let tried = |world: &World| world.places().unwrap().1.iter().any(|place| place.contains("50100"));
    assert!(tried(&mac) && tried(&windows) && !tried(&linux));
}

#[test]
fn an_engine_is_chosen_by_a_name_or_an_address() {
    let world = World::new(&[])
        .file(&meta("work"), ENDPOINT)
        .file("/home/u/.config/containers/podman-connections.json", CONNECTIONS);
    for (text, expected) in [
        ("work", "ssh://me@far"),
        ("podman", "unix:///run/podman/podman.sock"),
        ("unix:///x.sock", "unix:///x.sock"),
        ("ssh://a@b", "ssh://a@b"),
    ] {
        let place = world.within(|surroundings| named(text, surroundings)).unwrap();
        assert_eq!(place.address.to_string(), expected, "{text}");
    }
    assert!(
        world.named("podman-machine-default-root").unwrap().contains("/k/machine"),
        "the key belongs to the connection"
    );
    for (text, expected) in [("nowhere", "UnknownEngine"), ("broken", "Address"), ("ssh://", "Address")] {
        let error = world.named(text).unwrap_err();
        assert_eq!(variant(&error), expected, "{text}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_connection_is_chosen_by_its_variable() {
    let config = "/home/u/.config/containers/podman-connections.json";
    let world = World::new(&[("CONTAINER_CONNECTION", "small")]).file(config, CONNECTIONS);
    assert_eq!(
        world.places().unwrap(),
        (true, vec!["ssh://core@127.0.0.1:50200/run/user/501/podman/podman.sock".to_owned()])
    );
    let host = World::new(&[("CONTAINER_CONNECTION", "small"), ("CONTAINER_HOST", "unix:///p.sock")]);
    assert_eq!(host.places().unwrap(), (true, vec!["unix:///p.sock".to_owned()]));
    let gone = World::new(&[("CONTAINER_CONNECTION", "gone")]).file(config, CONNECTIONS);
    assert_eq!(variant(&gone.places().unwrap_err()), "PodmanConnection");
}

#[test]
fn the_current_context_comes_first() {
    let world = World::new(&[])
        .file("/home/u/.docker/config.json", r#"{"currentContext":"work","auths":{}}"#)
        .file(&meta("work"), ENDPOINT);
    let (chosen, list) = world.places().unwrap();
    assert_eq!(
        (chosen, list[0].as_str(), list[1].as_str()),
        (false, "ssh://me@far", "unix:///var/run/docker.sock")
    );
    // One that was removed, or the default one, changes nothing.
    for config in [r#"{"currentContext":"gone"}"#, r#"{"currentContext":"default"}"#, "{}", "damaged"] {
        let world = World::new(&[]).file("/home/u/.docker/config.json", config);
        assert_eq!(world.places().unwrap().1[0], "unix:///var/run/docker.sock", "{config}");
    }
}

#[test]
fn encryption_is_asked_for_as_docker_s_tools_are_asked() {
    let world = World::new(&[
        ("DOCKER_HOST", "tcp://far:2376"),
        ("DOCKER_TLS_VERIFY", "1"),
        ("DOCKER_CERT_PATH", "/c"),
    ]);
    let found = world.within(places).unwrap();
    let wharf_engine::Address::Tcp { tls: Some(tls), .. } = &found.places[0].address else {
        panic!("{found:?}")
    };
    assert_eq!((tls.folder.as_deref(), tls.verify), (Some(Path::new("/c")), true));
}

#[tokio::test]
async fn the_first_that_answers_is_taken_and_each_other_has_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let hanging = FakeEngine::answering(|_| Answer::Hang);
    let docker = FakeEngine::answering(|_| docker_ping());
    let podman = FakeEngine::answering(|_| podman_ping());
    let world = World {
        user_id: None,
        ..World::new(&[
            ("XDG_RUNTIME_DIR", folder.path().to_str().unwrap()),
            ("COLIMA_HOME", path("colima").to_str().unwrap()),
        ])
    };
    let environment = |name: &str| world.variables.get(name).cloned();
    let read = |_: &Path| None;
    let list = |_: &Path| Vec::new();
    let look = async |patience: Duration| {
        let surroundings = world.surroundings(&environment, &read, &list);
        let found = discover(&surroundings, patience).await.into_iter();
        let of_test =
            |address: &wharf_engine::Address| address.to_string().contains(folder.path().to_str().unwrap());
        found
            .filter(|found| found.address.as_ref().is_some_and(of_test))
            .map(|found| found.engine.err().map_or(CandidateState::Usable, |error| (&error).into()))
            .collect::<Vec<_>>()
    };
    assert!(look(PATIENCE).await.iter().all(|state| *state == CandidateState::Absent));
    std::fs::create_dir_all(path("colima/default")).unwrap();
    drop(std::os::unix::net::UnixListener::bind(path("colima/default/docker.sock")).unwrap());
    std::fs::create_dir_all(path("podman")).unwrap();
    std::os::unix::fs::symlink(podman.socket(), path("podman/podman.sock")).unwrap();
    assert_eq!(
        look(PATIENCE).await,
        [
            CandidateState::Absent,
            CandidateState::Refused,
            CandidateState::Usable,
            // The machine that Podman makes unless told otherwise.
            CandidateState::Absent
        ]
    );
    // Only who never answers is given little time.
    std::os::unix::fs::symlink(hanging.socket(), path("docker.sock")).unwrap();
    assert_eq!(look(Duration::from_millis(300)).await[0], CandidateState::Silent);
    drop(docker);
}

#[tokio::test]
async fn without_any_engine_everything_that_was_tried_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent").display().to_string();
    let chosen = World::new(&[("DOCKER_HOST", &format!("unix://{absent}"))]);
    assert_eq!(variant(&chosen.find().await.unwrap_err()), "Absent");
    // Windows' pipes exist nowhere here, so nothing of this machine can answer.
    let none = World { system: System::Windows, ..World::new(&[]) };
    match none.find().await.unwrap_err() {
        error @ Error::NoEngine { .. } => {
            let text = error.to_string();
            assert!(text.contains("npipe:////./pipe/docker_engine (Docker): "), "{text}");
            assert!(error.hint().unwrap().contains("Install Docker or Podman"));
        }
        other => panic!("{other:?}"),
    }
}

/// A machine on which nothing runs and a program named podman is installed.
fn machine_with_podman(script: &str) -> (tempfile::TempDir, World) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("podman");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let world = World {
        system: System::Windows,
        service_folder: Some(folder.path().join("service")),
        ..World::new(&[("PATH", folder.path().to_str().unwrap())])
    };
    (folder, world)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn podman_s_service_is_started_once_and_found_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let fake = FakeEngine::answering(|_| podman_ping());
    // The program gets its socket last, as a URL. It leaves when the test's folder is gone.
    let script = format!(
        "echo \"$@\" >> \"$(dirname \"$0\")/started\"\nfor last; do :; done\nln -s '{}' \"${{last#unix://}}\"\nwhile [ -e \"$0\" ]; do sleep 0.1; done",
        fake.socket().display()
    );
    let (folder, world) = machine_with_podman(&script);
    let (one, two) = tokio::join!(world.find(), world.find());
    assert_eq!(one.unwrap().facts().version, "5.8.6");
    two.unwrap();
    world.find().await.unwrap();
    let started = std::fs::read_to_string(folder.path().join("started")).unwrap();
    let socket = folder.path().join("service/podman.sock");
    assert_eq!(started, format!("system service --time=300 unix://{}\n", socket.display()));
    let mode = folder.path().join("service").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_podman_that_does_not_start_says_why() {
    let (_folder, world) = machine_with_podman("echo 'Error: no subuid ranges found' >&2; exit 125");
    match world.find().await.unwrap_err() {
        Error::Service { detail, .. } => assert!(detail.contains("no subuid ranges found"), "{detail}"),
        other => panic!("{other:?}"),
    }
}
