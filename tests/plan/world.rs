//! A small world for reconciling: an engine with the rules that matter, a disk, a person, and others who interfere.

use std::collections::{BTreeMap, BTreeSet};

use wharf_plan::{
    Accounts, Blocker, Built, Consent, ContainerFacts, ContainerState, Fact, FactQuery, HostFile, ImageFacts,
    Inside, Observed, Rerun, Step,
};

use wharf_spec::feature::FeatureSet;

use crate::support::{engine, host};

/// What is really there, whoever looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) container: Option<ContainerFacts>,
    pub(crate) images: BTreeMap<String, ImageFacts>,
    /// Wharf's own record of its builds.
    pub(crate) built: BTreeMap<String, Built>,
    /// Wharf's own record of what was done inside, with the container and start that it belongs to.
    pub(crate) inside: Option<((String, String), Inside)>,
    pub(crate) dockerfile: Option<String>,
    /// What the person has allowed so far; `None` allows everything.
    pub(crate) granted: Option<BTreeSet<String>>,
    /// Whether the person allows what is asked.
    pub(crate) agreeable: bool,
    /// Counts everything that happens, for ids and times.
    pub(crate) clock: u32,
}

/// What others do to the container while we work.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Interference {
    Remove,
    Pause,
    Stop,
    Start,
    RemoveImages,
}

impl World {
    fn tick(&mut self) -> u32 {
        self.clock += 1;
        self.clock
    }

    pub(crate) fn interfere(&mut self, how: Interference) {
        let state = match how {
            Interference::Remove => {
                self.container = None;
                return;
            }
            Interference::RemoveImages => {
                self.images.clear();
                return;
            }
            Interference::Pause => ContainerState::Paused,
            Interference::Stop => ContainerState::Exited,
            Interference::Start => ContainerState::Running,
        };
        let now = self.tick();
        if let Some(container) = &mut self.container {
            container.state = state;
            if state == ContainerState::Running {
                container.started_at = now.to_string();
            }
        }
    }

    /// What an operation knows at its beginning.
    pub(crate) fn first_look(&self) -> Observed {
        Observed {
            engine: engine(wharf_plan::EngineKind::Docker),
            host: host(),
            built: self.built.clone(),
            consent: self.granted.clone().map_or(Consent::Everything, Consent::Granted),
            ..Observed::default()
        }
    }

    /// Answers one question, as the runner does.
    pub(crate) fn answer(&self, query: &FactQuery, observed: &mut Observed) {
        match query {
            FactQuery::Container => {
                let there =
                    self.container.clone().filter(|container| container.state != ContainerState::Removing);
                if let (Some(container), Some((belongs_to, inside))) = (&there, &self.inside)
                    && container.state == ContainerState::Running
                    && *belongs_to == (container.id.clone(), container.started_at.clone())
                    && !observed.inside.set_up
                {
                    let attached = std::mem::take(&mut observed.inside.attached);
                    observed.inside = Inside { attached, ..inside.clone() };
                }
                observed.container = Fact::Known(there);
            }
            FactQuery::Image { image } => {
                observed.images.insert(image.clone(), self.images.get(image).cloned());
            }
            FactQuery::Dockerfile => observed.dockerfile = Fact::Known(self.dockerfile.clone()),
            FactQuery::Context => observed.context = Fact::Known("context".to_owned()),
            // There is no Compose in this world.
            FactQuery::Compose => observed.compose = Fact::Known(None),
            FactQuery::Service { .. } | FactQuery::Project { .. } => {
                unreachable!("asked of a Compose that is not there")
            }
            FactQuery::Machine => observed.machine = Fact::Known(wharf_plan::MachineFacts::default()),
            FactQuery::Features => observed.features = Fact::Known(FeatureSet::default()),
            FactQuery::Accounts { id, .. } => {
                let accounts = Accounts {
                    passwd: "me:x:4321:4321::/home/me:/bin/sh\n".to_owned(),
                    group: "me:x:4321:\n".to_owned(),
                };
                observed.accounts.insert(id.clone(), accounts);
            }
            FactQuery::Files { paths } => {
                for path in paths {
                    observed.files.insert(path.clone(), HostFile::Text { content: "A=1\n".to_owned() });
                }
            }
            FactQuery::KeptSecrets => {
                observed.kept_secrets = Fact::Known(["TOKEN".to_owned()].into());
            }
            FactQuery::Places { paths } => {
                observed.places.extend(paths.iter().map(|path| (path.clone(), path.clone())));
            }
            FactQuery::Hashes { paths } => {
                for path in paths {
                    observed.files.insert(path.clone(), HostFile::Absent);
                }
            }
        }
    }

    /// Asks the person.
    pub(crate) fn ask(&mut self, blocker: &Blocker, observed: &mut Observed) -> bool {
        let Blocker::Consent { touches } = blocker else { return false };
        assert!(!touches.is_empty(), "asked about nothing");
        if self.agreeable {
            let hashes: Vec<String> = touches.iter().map(|touch| touch.hash(&observed.files)).collect();
            if let Consent::Granted(granted) = &mut observed.consent {
                granted.extend(hashes.iter().cloned());
            }
            self.granted.get_or_insert_default().extend(hashes);
        }
        self.agreeable
    }

    /// Does one step, or refuses it as an engine would.
    pub(crate) fn act(&mut self, step: &Step, observed: &mut Observed) -> Result<(), String> {
        let now = self.tick();
        match step {
            Step::Initialize { .. } => {}
            Step::Compose { .. } | Step::RemoveNetwork { .. } => {
                return Err("there is no Compose in this world".to_owned());
            }
            Step::Pull { image, .. } => {
                self.images.insert(image.clone(), image_facts(image, now));
            }
            Step::Build { spec, inputs, .. } => {
                if let Some(base) = spec.args.get("BASE_IMAGE")
                    && !self.images.contains_key(base)
                {
                    return Err(format!("no image {base}"));
                }
                for name in spec.tags.iter().filter(|_| spec.stays_on_the_engine()) {
                    let facts = ImageFacts {
                        labels: spec.labels.clone().into_iter().collect(),
                        ..image_facts(name, now)
                    };
                    let record = Built { inputs: inputs.clone(), image: facts.id.clone() };
                    self.images.insert(name.clone(), facts);
                    self.built.insert(name.clone(), record.clone());
                    observed.built.insert(name.clone(), record);
                }
            }
            Step::Create { spec } => {
                let there =
                    self.container.as_ref().filter(|container| container.state != ContainerState::Removing);
                assert!(there.is_none(), "a second container is made beside {there:?}");
                if !self.images.contains_key(&spec.body.image) {
                    return Err(format!("no image {}", spec.body.image));
                }
                self.container = Some(ContainerFacts {
                    id: format!("container {now}"),
                    created: now.to_string(),
                    labels: spec.body.labels.clone(),
                    image_name: spec.body.image.clone(),
                    ..ContainerFacts::new(ContainerState::Created)
                });
            }
            Step::Start { container } => {
                let there =
                    self.container_of(container, &[ContainerState::Created, ContainerState::Exited])?;
                there.state = ContainerState::Running;
                there.started_at = now.to_string();
            }
            Step::Unpause { container } => {
                self.container_of(container, &[ContainerState::Paused])?.state = ContainerState::Running;
            }
            Step::Stop { container, .. } => {
                let states = [ContainerState::Running, ContainerState::Restarting];
                self.container_of(container, &states)?.state = ContainerState::Exited;
            }
            Step::Remove { container } => {
                if self.container.as_ref().is_some_and(|there| there.id == *container) {
                    self.container = None;
                }
            }
            Step::Inside { spec } => {
                let there = self.container_of(&spec.container, &[ContainerState::Running])?;
                let belongs_to = (there.id.clone(), there.started_at.clone());
                let mut inside = Inside { set_up: true, ..observed.inside.marked_in(spec.markers()) };
                for step in &spec.hooks {
                    match step.rerun {
                        Rerun::Always => inside.attached.insert(step.hook),
                        Rerun::OncePerContainer | Rerun::OncePerStart => inside.done.insert(step.hook),
                    };
                }
                observed.inside = inside.clone();
                self.inside = Some((belongs_to, Inside { attached: BTreeSet::new(), ..inside }));
            }
        }
        Ok(())
    }

    fn container_of(&mut self, id: &str, states: &[ContainerState]) -> Result<&mut ContainerFacts, String> {
        let there = self.container.as_mut().filter(|there| there.id == id);
        let there = there.ok_or_else(|| format!("no such container: {id}"))?;
        if states.contains(&there.state) { Ok(there) } else { Err(format!("{id} is {:?}", there.state)) }
    }
}

pub(crate) fn image_facts(name: &str, now: u32) -> ImageFacts {
    ImageFacts { id: format!("sha256:{now}"), names: vec![name.to_owned()], ..ImageFacts::default() }
}
