//! Each test runs on each engine of the test set, as a test of its own.

mod build;
mod builders;
mod containers;
mod exec;
mod networks;
mod registry;
mod service;
mod solve;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use wharf_engine::{Address, Engine};
use wharf_plan::ContainerSpec;
use wharf_plan::container::CreateBody;
use wharf_test_support::engines;
use wharf_test_support::images::BUSYBOX;

/// How long anything may take that is not itself about time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(100);

/// Makes one test per engine of an async function that takes an [`Engine`].
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        $(mod $test {
            #[tokio::test]
            async fn docker28() {
                super::$test(crate::real::connect(wharf_test_support::engines::DOCKER).await).await;
            }
            #[tokio::test]
            async fn podman5() {
                super::$test(crate::real::connect(wharf_test_support::engines::PODMAN).await).await;
            }
            #[tokio::test]
            async fn docker20() {
                super::$test(crate::real::connect(wharf_test_support::engines::OLD_DOCKER).await).await;
            }
        })*
    };
}
pub(crate) use on_each_engine;

pub(crate) async fn connect(name: &str) -> Engine {
    let address: Address = engines::engine(name).docker_host().parse().unwrap();
    Engine::connect(&address, Duration::from_secs(20)).await.unwrap()
}

/// A name that no other test uses.
pub(crate) fn unique(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("wharf-engine-{what}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A container that sleeps until it is removed.
pub(crate) fn sleeper(name: &str) -> ContainerSpec {
    ContainerSpec {
        name: Some(name.to_owned()),
        body: CreateBody {
            image: BUSYBOX.to_owned(),
            cmd: Some(
                ["sh", "-c", "trap 'exit 0' TERM; while sleep 1000 & wait $!; do :; done"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            labels: BTreeMap::from([("wharf.test".to_owned(), name.to_owned())]),
            ..CreateBody::default()
        },
        ..ContainerSpec::default()
    }
}

/// Creates and starts a container, hands it to the test, and removes it whatever the test does.
pub(crate) async fn with_container<F, Fut>(engine: &Engine, spec: ContainerSpec, test: F)
where
    F: FnOnce(Engine, String) -> Fut,
    Fut: Future<Output = ()>,
{
    let id = engine.create(&spec).await.unwrap();
    let started = engine.start(&id).await;
    let result = match started {
        Ok(()) => AssertUnwindSafe(test(engine.clone(), id.clone())).catch_unwind().await,
        Err(error) => {
            let _ = engine.remove(&id, true, true).await;
            panic!("{error}");
        }
    };
    let removed = engine.remove(&id, true, true).await;
    if let Err(failure) = result {
        std::panic::resume_unwind(failure);
    }
    removed.unwrap();
}
