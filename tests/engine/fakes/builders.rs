//! buildx's files, as they decide who is asked for what the engine's own call cannot say.

use std::path::Path;

use tokio_util::sync::CancellationToken;
use wharf_engine::{Builders, Surroundings, System, no_credentials};
use wharf_plan::BuildSpec;
use wharf_test_support::fake_engine::{FakeEngine, docker_ping, refusal};

use super::connect;

/// Paths below buildx's folder, with what stands in them.
type Files = Vec<(String, String)>;

/// The first characters of the hash of a name, as buildx names its files.
fn hash(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

fn builders(folder: &Path, chosen: Option<&str>) -> Builders {
    let config = folder.display().to_string();
    let chosen = chosen.map(str::to_owned);
    let environment = move |name: &str| match name {
        "BUILDX_CONFIG" => Some(config.clone()),
        "BUILDX_BUILDER" => chosen.clone(),
        _ => None,
    };
    Builders::find(&Surroundings {
        environment: &environment,
        home: None,
        user_id: None,
        system: System::Linux,
        read: &|_| None,
        list: &|_| Vec::new(),
        service_folder: None,
    })
}

#[tokio::test]
async fn the_files_of_buildx_say_who_builds() {
    let fake = FakeEngine::answering(|asked| match asked.path.as_str() {
        "/_ping" => docker_ping(),
        _ => refusal(404, "page not found"),
    });
    let engine = connect(&fake).await;
    let own = engine.address().to_string();
    let spec = BuildSpec {
        dockerfile: "FROM x\n".to_owned(),
        no_cache_filter: vec!["stage".to_owned()],
        ..BuildSpec::default()
    };
    let current = |key: &str, global: bool| {
        (
            "current".to_owned(),
            serde_json::json!({ "Key": key, "Name": "mine", "Global": global }).to_string(),
        )
    };
    let instance = |driver: &str| {
        let nodes =
            serde_json::json!([{ "Name": "mine0", "Endpoint": "unix:///nowhere.sock", "DriverOpts": null }]);
        ("instances/mine".to_owned(), serde_json::json!({ "Driver": driver, "Nodes": nodes }).to_string())
    };
    // What is told when nobody beside the engine is asked.
    let nobody = "the engine's build call has no place for it";
    let gone = "the builder mine cannot be used: unix:///nowhere.sock: ";
    let cases: Vec<(Files, Option<&str>, &str)> = vec![
        (vec![], None, nobody),
        (vec![current(&own, false), instance("remote")], None, gone),
        (vec![current("unix:///other", false), instance("remote")], None, nobody),
        (vec![current("unix:///other", true), instance("remote")], None, gone),
        (vec![(format!("defaults/{}", hash(&own)), "mine".to_owned()), instance("remote")], None, gone),
        (vec![instance("remote")], Some("mine"), gone),
        (vec![instance("remote")], Some("default"), nobody),
        (vec![], Some("yours"), "BUILDX_BUILDER names it, but there is none of that name"),
        (vec![], Some("../mine"), "that is no builder's name"),
        (vec![current(&own, false), instance("docker")], None, nobody),
        (vec![current(&own, false)], None, nobody),
        (vec![current(&own, false), instance("kubernetes")], None, "its driver \"kubernetes\" is not one"),
        (
            vec![current(&own, false), ("instances/mine".to_owned(), "{".to_owned())],
            None,
            "instances/mine: EOF",
        ),
        (vec![("current".to_owned(), "{".to_owned()), instance("remote")], None, nobody),
    ];
    for (files, chosen, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in &files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let builders = builders(folder.path(), chosen);
        let built =
            engine.build(&spec, &builders, &no_credentials(), &CancellationToken::new(), &|_| {}).await;
        let error = built.unwrap_err().to_string();
        assert!(error.contains(expected), "{files:?} {chosen:?}: {error}");
    }
    // Nothing but the ping and the look for a builder of its own was asked.
    assert!(fake.asked().iter().all(|asked| asked.path == "/_ping" || asked.path.ends_with("/grpc")));
}
