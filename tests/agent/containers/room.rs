//! Containers to put the agent into, on each engine of the test set.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use indexmap::IndexMap;
use wharf_engine::{Address, Engine};
use wharf_plan::container::CreateBody;
use wharf_plan::step::{HookCommand, HookStep, Rerun};
use wharf_plan::{ContainerFacts, ContainerSpec, InsideSpec};
use wharf_runner::CancellationToken;
use wharf_runner::inside::{CommandSpec, Error, ExecOutcome, Inside, InsideOutcome};
use wharf_spec::{Hook, LifecycleCommand, Source, UserEnvProbe};
use wharf_test_support::engines;

use crate::kit::{Ends, streams};

/// Makes one test for each engine of an async function that takes an [`Engine`].
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        $(mod $test {
            #[tokio::test]
            async fn docker28() {
                super::$test(crate::room::connect(wharf_test_support::engines::DOCKER).await).await;
            }
            #[tokio::test]
            async fn podman5() {
                super::$test(crate::room::connect(wharf_test_support::engines::PODMAN).await).await;
            }
            #[tokio::test]
            async fn docker20() {
                super::$test(crate::room::connect(wharf_test_support::engines::OLD_DOCKER).await).await;
            }
        })*
    };
}
pub(crate) use on_each_engine;

pub(crate) async fn connect(name: &str) -> Engine {
    let address: Address = engines::engine(name).docker_host().parse().unwrap();
    Engine::connect(&address, Duration::from_secs(20)).await.unwrap()
}

/// A running container.
pub(crate) struct Room {
    pub(crate) engine: Engine,
    pub(crate) facts: ContainerFacts,
}

impl Room {
    /// Runs `test` in a container of `image`, and removes the container whatever the test does.
    pub(crate) async fn of<F, Fut>(engine: Engine, image: &str, change: impl FnOnce(&mut CreateBody), test: F)
    where
        F: FnOnce(Room) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wharf-agent-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let line = "trap 'exit 0' TERM; while sleep 1000 & wait $!; do :; done";
        let mut body = CreateBody {
            image: image.to_owned(),
            cmd: Some(["sh", "-c", line].map(str::to_owned).to_vec()),
            labels: BTreeMap::from([("wharf.test".to_owned(), name.clone())]),
            ..CreateBody::default()
        };
        change(&mut body);
        let spec = ContainerSpec { name: Some(name), body, ..ContainerSpec::default() };
        let id = engine.create(&spec).await.unwrap();
        let begin = async {
            engine.start(&id).await?;
            engine.inspect_container(&id).await
        };
        let result = match begin.await {
            Ok(Some(facts)) => tokio::spawn(test(Room { engine: engine.clone(), facts })).await,
            other => {
                let _ = engine.remove(&id, true, true).await;
                panic!("{other:?}");
            }
        };
        let removed = engine.remove(&id, true, true).await;
        if let Err(failure) = result {
            std::panic::resume_unwind(failure.into_panic());
        }
        removed.unwrap();
    }

    pub(crate) fn inside(&self) -> Inside<'_> {
        Inside { engine: &self.engine, container: &self.facts }
    }

    pub(crate) fn command(&self, user: &str, line: &str) -> CommandSpec {
        CommandSpec {
            command: ["sh", "-c", line].map(str::to_owned).to_vec(),
            user: user.to_owned(),
            working_dir: Some("/".to_owned()),
            container_env: self.facts.env.clone(),
            probe: UserEnvProbe::None,
            probed: None,
            session_data_folder: None,
            remote_env: IndexMap::new(),
            terminal: None,
        }
    }

    /// Runs a line of shell and answers its code, output and error output.
    pub(crate) async fn shell(&self, user: &str, line: &str) -> (i32, String, String) {
        let (outcome, ends) = self.exec(&self.command(user, line)).await;
        (outcome.unwrap().code, ends.stdout.text(), ends.stderr.text())
    }

    pub(crate) async fn exec(&self, command: &CommandSpec) -> (Result<ExecOutcome, Error>, Ends) {
        let (streams, ends) = streams(tokio::io::empty());
        let outcome = self.inside().exec(command, streams, &CancellationToken::new()).await;
        (outcome, ends)
    }

    pub(crate) fn hooks(&self, user: &str, lines: &[(Hook, &str)]) -> InsideSpec {
        let hooks = lines.iter().map(|(hook, line)| HookStep {
            hook: *hook,
            rerun: match hook {
                Hook::PostStart => Rerun::OncePerStart,
                Hook::PostAttach => Rerun::Always,
                _ => Rerun::OncePerContainer,
            },
            commands: vec![HookCommand {
                source: Source::Config { path: "devcontainer.json".into() },
                command: LifecycleCommand::Shell((*line).to_owned()),
            }],
        });
        InsideSpec {
            give: None,
            container: self.facts.id.clone(),
            created: self.facts.created.clone(),
            started_at: self.facts.started_at.clone(),
            user: user.to_owned(),
            working_dir: "/".into(),
            set_up: true,
            probe: Some(UserEnvProbe::LoginInteractiveShell),
            data_folder: None,
            system_data_folder: None,
            session_data_folder: None,
            container_env: self.facts.env.clone(),
            remote_env: IndexMap::from([("REMOTE".to_owned(), Some("env".to_owned()))]),
            secrets: Vec::new(),
            dotfiles: None,
            hooks: hooks.collect(),
            ready_after: 0,
        }
    }

    pub(crate) async fn run(&self, spec: &InsideSpec) -> Result<InsideOutcome, Error> {
        let secrets = [("SECRET".to_owned(), "42".to_owned())];
        self.inside().run(spec, &secrets, &mut |_| (), &CancellationToken::new()).await
    }
}
