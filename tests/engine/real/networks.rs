//! `--network` and what goes with it, as each engine takes it: some at the container's creation, others afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use wharf_engine::{Engine, Error};
use wharf_plan::flags::Argument;
use wharf_plan::{ContainerSpec, HostFacts, run_args};
use wharf_test_support::images::BUSYBOX;
use wharf_test_support::socket::Socket;

use super::{on_each_engine, unique};

on_each_engine!(
    several_are_joined_before_the_start,
    a_hardware_address_is_kept,
    one_that_is_not_there_is_named
);

fn socket(engine: &Engine) -> Socket {
    let address = engine.address().to_string();
    Socket::new(&PathBuf::from(address.strip_prefix("unix://").unwrap()))
}

/// A container as `runArgs` ask for it.
fn spec(engine: &Engine, arguments: &[&str]) -> ContainerSpec {
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let arguments = Argument::list("runArgs", &arguments);
    let command = ["sh", "-c", "while sleep 1000 & wait $!; do :; done"].map(str::to_owned).to_vec();
    let host = HostFacts::default();
    run_args::parse(&arguments, BUSYBOX, command, engine.facts(), &host, &BTreeMap::new()).unwrap()
}

/// Makes a container in its networks and starts it, as a whole `up` does.
async fn start(engine: &Engine, spec: &ContainerSpec) -> Result<String, Error> {
    let id = engine.create(spec).await?;
    let started = async {
        for connection in &spec.further_networks {
            engine.connect_network(&id, connection).await?;
        }
        engine.start(&id).await
    };
    match started.await {
        Ok(()) => Ok(id),
        Err(error) => {
            engine.remove(&id, true, true).await.unwrap();
            Err(error)
        }
    }
}

/// Networks that go away with the test. A container in them is removed first.
async fn with_networks<F, Fut>(engine: &Engine, count: usize, test: F)
where
    F: FnOnce(Vec<String>) -> Fut,
    Fut: Future<Output = ()>,
{
    let socket = socket(engine);
    let names: Vec<String> = (0..count).map(|_| unique("net")).collect();
    for name in &names {
        let body = json!({ "Name": name, "Driver": "bridge" });
        let answer = socket.request("POST", "/networks/create", Some(&body)).unwrap();
        assert!(answer.is_success(), "{}", answer.text());
    }
    let result = AssertUnwindSafe(test(names.clone())).catch_unwind().await;
    for name in &names {
        let answer = socket.request("DELETE", &format!("/networks/{name}"), None).unwrap();
        assert!(answer.is_success() || result.is_err(), "{}", answer.text());
    }
    if let Err(failure) = result {
        std::panic::resume_unwind(failure);
    }
}

fn networks(engine: &Engine, container: &str) -> BTreeMap<String, Value> {
    let answer = socket(engine).get(&format!("/containers/{container}/json")).unwrap();
    let inspected: Value = serde_json::from_str(&answer.text()).unwrap();
    serde_json::from_value(inspected["NetworkSettings"]["Networks"].clone()).unwrap()
}

async fn several_are_joined_before_the_start(engine: Engine) {
    with_networks(&engine, 3, async |names| {
        let [first, second, third] = [0, 1, 2].map(|index| names[index].clone());
        let arguments =
            ["--network", &first, "--network", &format!("name={second},alias=db"), &format!("--net={third}")];
        let id = start(&engine, &spec(&engine, &arguments)).await.unwrap();
        let joined = networks(&engine, &id);
        engine.remove(&id, true, true).await.unwrap();
        assert_eq!(joined.keys().collect::<BTreeSet<_>>(), names.iter().collect::<BTreeSet<_>>());
        for (name, settings) in &joined {
            assert_ne!(settings["IPAddress"], json!(""), "{name} gave no address: {settings}");
        }
        let aliases: Vec<String> = serde_json::from_value(joined[&second]["Aliases"].clone()).unwrap();
        assert!(aliases.contains(&"db".to_owned()), "{aliases:?}");
    })
    .await;
}

async fn a_hardware_address_is_kept(engine: Engine) {
    with_networks(&engine, 1, async |names| {
        let arguments = ["--network", &names[0], "--mac-address", "92:d0:c6:0a:29:33"];
        let id = start(&engine, &spec(&engine, &arguments)).await.unwrap();
        let joined = networks(&engine, &id);
        engine.remove(&id, true, true).await.unwrap();
        assert_eq!(joined[&names[0]]["MacAddress"], json!("92:d0:c6:0a:29:33"));
    })
    .await;
}

async fn one_that_is_not_there_is_named(engine: Engine) {
    with_networks(&engine, 1, async |names| {
        for arguments in
            [vec!["--network", "wharf-test-none"], vec!["--network", &names[0], "--net=wharf-test-none"]]
        {
            let error = start(&engine, &spec(&engine, &arguments)).await.unwrap_err();
            assert!(matches!(&error, Error::NetworkNotFound { .. }), "{arguments:?}: {error:?}");
            assert!(error.to_string().contains("wharf-test-none"), "{error}");
        }
    })
    .await;
}
