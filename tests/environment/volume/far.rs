//! Repositories and engines behind ssh.

use wharf_test_support::engines;
use wharf_test_support::sshd::{Client, Sshd};

use super::{Place, json};

#[test]
fn a_repository_behind_ssh_is_cloned_with_the_person_s_ssh() {
    let server = Sshd::start();
    let place = Place::new(engines::engine(engines::PODMAN));
    place.repository(r#"{ "image": "busybox" }"#, "true");
    let url = server.address(place.server.path(&place.name).to_str().unwrap());
    let up = |client: Client| place.wharf(&["up", &url]).variable("PATH", server.search_path(client)).end();
    for (client, expected) in [
        (Client::WrongKey, "it asks who you are"),
        (Client::OtherMachine, "its host is not one that ssh trusts"),
    ] {
        let answer = up(client);
        assert_eq!(answer.code, Some(1), "{answer}");
        assert!(answer.stderr_text().contains(expected), "{answer}");
        place.nothing_is_left();
    }
    let answer = up(Client::Welcome);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(place.inside(&url, "cat README.md; grep url .git/config"), format!("hello\n\turl = {url}"));
}

#[test]
fn an_engine_behind_ssh_is_filled_like_any_other() {
    let server = Sshd::start();
    for engine in super::both() {
        let place = Place::new(engine);
        let url =
            place.repository(r#"{ "image": "busybox", "postCreateCommand": "echo made > made" }"#, "true");
        let address = server.address(&place.engine.socket.display().to_string());
        let far = |arguments: &[&str]| {
            let answer = place
                .wharf(arguments)
                .variable("DOCKER_HOST", &address)
                .variable("PATH", server.search_path(Client::Welcome))
                .end();
            assert_eq!(answer.code, Some(0), "{}: {answer}", place.engine.name);
            answer
        };
        assert_eq!(json(&far(&["up", &url]))["remoteWorkspaceFolder"], format!("/workspaces/{}", place.name));
        let seen = far(&["exec", "--environment", &url, "cat", "made", "README.md"]);
        assert_eq!(seen.stdout_text(), "made\nhello\n");
        far(&["down", &url, "--volumes", "--yes"]);
        place.nothing_is_left();
    }
}
