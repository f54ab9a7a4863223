//! Several networks in `runArgs`: the container is in all of them when its first hook runs, and one that is missing costs nothing but a
//! clear word.

use serde_json::json;
use wharf_test_support::engines;
use wharf_test_support::socket::Socket;

use crate::kit::Place;

/// A network that goes when this is dropped, as long as no container is in it any more.
struct Network {
    name: String,
    socket: Socket,
}

impl Network {
    fn make(engine: &engines::Engine, what: &str) -> Network {
        let socket = Socket::new(&engine.socket);
        let name = format!("wharf-environment-{what}-{}", std::process::id());
        let body = json!({ "Name": name, "Driver": "bridge" });
        let answer = socket.request("POST", "/networks/create", Some(&body)).unwrap();
        assert!(answer.is_success(), "{}", answer.text());
        Network { name, socket }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.socket.request("DELETE", &format!("/networks/{}", self.name), None);
    }
}

fn on(engine: &str) {
    let engine = engines::engine(engine);
    let networks = ["one", "two"].map(|what| Network::make(&engine, what));
    let [first, second] = [&networks[0].name, &networks[1].name];
    let configuration = |second: &str| {
        json!({
            "image": "busybox",
            "runArgs": [format!("--network={first}"), "--network", format!("name={second},alias=db")],
            "postCreateCommand": "ip -o -4 addr show | grep -vc ' lo ' > interfaces",
        })
    };
    let missing = "wharf-environment-no-such-network";
    let place = Place::new(engine, &configuration(missing).to_string());
    let (document, said) = place.up_fails(&[]);
    assert!(document["message"].as_str().unwrap().contains(missing), "{document}");
    assert!(said.contains("correct its name in runArgs"), "{said}");
    assert!(place.containers().is_empty(), "a half-made container is left: {:?}", place.containers());

    place.configure(&configuration(second).to_string());
    let document = place.up(&[]);
    let inspected = place.inspect(document["containerId"].as_str().unwrap());
    let joined = inspected["NetworkSettings"]["Networks"].as_object().unwrap();
    let mut names: Vec<&String> = joined.keys().collect();
    names.sort();
    assert_eq!(names, [first, second]);
    assert_eq!(place.read("interfaces"), "2\n");
    // The container goes before its networks.
    drop(place);
}

#[test]
fn on_docker_28() {
    on(engines::DOCKER);
}

#[test]
fn on_docker_20() {
    on(engines::OLD_DOCKER);
}

#[test]
fn on_podman() {
    on(engines::PODMAN);
}
