//! What a step changes.
//!
//! [`forget`] drops the facts that a step has made stale and notes what this operation has done; the runner calls it after
//! every step and then looks again. [`assume`] also fills in what the step would bring about, so that `wharf plan` can go on to
//! the steps after it, and so that tests can play an engine.

use std::collections::BTreeMap;

use crate::compose::{PROJECT_LABEL, ProjectFacts, SERVICE_LABEL};
use crate::facts::{ContainerFacts, ContainerState, ImageFacts};
use crate::state::{Built, Fact, Inside, Observed};
use crate::step::{Rerun, Step};

/// The id of what does not exist yet but would, in plans.
pub const ASSUMED: &str = "(new)";

/// Drops what `step` has made stale. Facts that are dropped are asked for again.
pub fn forget(step: &Step, observed: &mut Observed) {
    match step {
        // The command may have written whatever is read after it.
        Step::Initialize { .. } => {
            observed.initialized = true;
            observed.dockerfile = Fact::Unknown;
            observed.context = Fact::Unknown;
            observed.compose = Fact::Unknown;
            observed.services.clear();
            observed.features = Fact::Unknown;
            observed.files.clear();
            observed.places.clear();
            observed.images.clear();
            observed.container = Fact::Unknown;
        }
        // Both take long enough for somebody else to make or remove a container meanwhile.
        Step::Pull { image, .. } => {
            observed.images.remove(image);
            observed.pulled_now.insert(image.clone());
            observed.container = Fact::Unknown;
        }
        Step::Build { spec, .. } => {
            observed.container = Fact::Unknown;
            for name in &spec.tags {
                observed.images.remove(name);
                observed.built_now.insert(name.clone());
            }
        }
        Step::Create { .. } => {
            observed.replaced = true;
            observed.container = Fact::Unknown;
            observed.inside = Inside::default();
        }
        Step::Compose { spec } => {
            observed.replaced |= !spec.keep;
            observed.composed = true;
            observed.container = Fact::Unknown;
            observed.projects.clear();
            observed.inside = Inside::default();
        }
        Step::RemoveNetwork { .. } => observed.projects.clear(),
        Step::Start { container } => {
            observed.started.insert(container.clone());
            observed.container = Fact::Unknown;
            observed.inside = Inside::default();
        }
        Step::Stop { .. } | Step::Remove { .. } => {
            observed.container = Fact::Unknown;
            observed.projects.clear();
            observed.inside = Inside::default();
        }
        Step::Unpause { .. } => observed.container = Fact::Unknown,
        // What came of the hooks is told by the step itself.
        Step::Inside { .. } => {}
    }
}

/// Changes `observed` to what it would be if `step` worked.
pub fn assume(step: &Step, observed: &mut Observed) {
    let before = observed.container.known().cloned().flatten();
    let projects = observed.projects.clone();
    forget(step, observed);
    assume_of_projects(step, projects, observed);
    match step {
        Step::Initialize { .. } => {}
        Step::Pull { image, .. } => {
            observed.images.insert(image.clone(), Some(assumed_image(image)));
        }
        Step::Build { spec, inputs, .. } => {
            for name in &spec.tags {
                observed.images.insert(name.clone(), Some(assumed_image(name)));
                let image = assumed_image(name).id;
                observed.built.insert(name.clone(), Built { inputs: inputs.clone(), image });
            }
        }
        Step::Create { spec } => {
            let container = ContainerFacts {
                id: ASSUMED.to_owned(),
                image_name: spec.body.image.clone(),
                env: spec.body.env.clone(),
                user: spec.body.user.clone(),
                labels: spec.body.labels.clone().into_iter().collect(),
                ..ContainerFacts::new(ContainerState::Created)
            };
            observed.container = Fact::Known(Some(container));
        }
        Step::Compose { spec } => {
            let mut container = before.unwrap_or_else(|| ContainerFacts {
                id: ASSUMED.to_owned(),
                ..ContainerFacts::new(ContainerState::Running)
            });
            container.state = ContainerState::Running;
            let labels = [(PROJECT_LABEL, &spec.project), (SERVICE_LABEL, &spec.service)];
            container.labels.extend(labels.map(|(name, value)| (name.to_owned(), value.clone())));
            observed.container = Fact::Known(Some(container));
        }
        Step::RemoveNetwork { .. } => {}
        Step::Start { .. } | Step::Unpause { .. } => {
            observed.container = Fact::Known(with_state(before, ContainerState::Running));
        }
        // A sibling of the environment's own container may be meant.
        Step::Stop { container, .. } if before.as_ref().is_some_and(|before| before.id != *container) => {
            observed.container = Fact::Known(before);
        }
        Step::Remove { container } if before.as_ref().is_some_and(|before| before.id != *container) => {
            observed.container = Fact::Known(before);
        }
        Step::Stop { .. } => observed.container = Fact::Known(with_state(before, ContainerState::Exited)),
        Step::Remove { .. } => observed.container = Fact::Known(None),
        Step::Inside { spec } => {
            observed.inside = observed.inside.marked_in(spec.markers());
            observed.inside.set_up = true;
            observed.inside.dotfiles |= spec.dotfiles.is_some();
            for step in &spec.hooks {
                match step.rerun {
                    Rerun::Always => observed.inside.attached.insert(step.hook),
                    Rerun::OncePerContainer | Rerun::OncePerStart => observed.inside.done.insert(step.hook),
                };
            }
        }
    }
}

/// The same for the other containers and the networks of a Compose project.
fn assume_of_projects(step: &Step, mut projects: BTreeMap<String, ProjectFacts>, observed: &mut Observed) {
    for project in projects.values_mut() {
        match step {
            Step::Stop { container, .. } => {
                for found in project.containers.iter_mut().filter(|found| found.id == *container) {
                    found.state = ContainerState::Exited;
                }
            }
            Step::Remove { container } => project.containers.retain(|found| found.id != *container),
            Step::RemoveNetwork { network } => project.networks.retain(|name| name != network),
            _ => return,
        }
    }
    observed.projects = projects;
}

fn with_state(container: Option<ContainerFacts>, state: ContainerState) -> Option<ContainerFacts> {
    container.map(|container| ContainerFacts { state, ..container })
}

fn assumed_image(name: &str) -> ImageFacts {
    ImageFacts { id: format!("{ASSUMED} {name}"), names: vec![name.to_owned()], ..ImageFacts::default() }
}
