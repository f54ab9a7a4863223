//! What an image was when a container was last made of it, so that the next one can be made before the engine has described the
//! image again.
//!
//! An engine with containerd's store takes nearly as long to describe an image as to make a container of it. So what it said last is
//! taken at first, and the container itself, which is looked at anyway before it starts, says what it was really made of. Is that
//! another image, or is the image gone, then nothing has run yet: the container goes, and the image is looked at after all. Whatever
//! else than a container would be made of the image waits for that look.

use serde::{Deserialize, Serialize};
use wharf_plan::{ContainerFacts, Fact, FactQuery, ImageFacts, Step};
use wharf_spec::Scenario;

use crate::error::Result;
use crate::reconciler::Reconciler;

/// Name of [`ImageRecord`]'s file.
const IMAGE: &str = "image";

/// An image of which a container was made that said so itself: its `Image` was the image's `Id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ImageRecord {
    name: String,
    facts: ImageFacts,
}

/// How far an operation goes by what is remembered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Recall {
    /// Nothing was remembered yet.
    #[default]
    Unused,
    /// What is known of the image of this name is remembered.
    Trusted(String),
    /// What counts has been seen, or has to be.
    Ended,
}

impl Reconciler<'_> {
    /// Answers a question from memory; false: it has to be looked up.
    pub(crate) fn recall(&mut self, query: &FactQuery) -> bool {
        let FactQuery::Image { image } = query else { return false };
        if self.recalled == Recall::Ended
            || self.observed.container != Fact::Known(None)
            || self.image_used_as_it_is().as_ref() != Some(image)
        {
            return false;
        }
        let Some(record) = self.state.peek::<ImageRecord>(IMAGE).filter(|record| record.name == *image)
        else {
            return false;
        };
        self.recalled = Recall::Trusted(record.name.clone());
        self.observed.images.insert(record.name, Some(record.facts));
        true
    }

    /// The image of a configuration that adds nothing to it.
    pub(crate) fn image_used_as_it_is(&self) -> Option<String> {
        let configuration = &self.environment.configuration.config;
        match configuration.scenario() {
            Some(Scenario::Image { image }) if configuration.features.is_empty() => Some(image),
            _ => None,
        }
    }

    /// Whether a question is about the image itself, so that memory is not enough. What was remembered is dropped then.
    pub(crate) fn asks_beyond_memory(&mut self, query: &FactQuery) -> bool {
        matches!(query, FactQuery::Accounts { .. }) && self.stop_recalling()
    }

    /// Whether steps do more with the image than make a container of it. What was remembered is dropped then.
    pub(crate) fn acts_beyond_memory(&mut self, steps: &[Step]) -> bool {
        let is_safe = |step: &Step| {
            matches!(
                step,
                Step::Initialize { .. } | Step::Create { .. } | Step::Start { .. } | Step::Inside { .. }
            )
        };
        !steps.iter().all(is_safe) && self.stop_recalling()
    }

    /// Drops what was remembered. Returns whether there was anything.
    pub(crate) fn stop_recalling(&mut self) -> bool {
        let Recall::Trusted(name) = std::mem::replace(&mut self.recalled, Recall::Ended) else {
            return false;
        };
        self.observed.images.remove(&name);
        true
    }

    /// Compares a container that was just made with the image that it was to be made of, and remembers the image if they agree.
    /// Returns whether it is the right one; one that is not is removed.
    pub(crate) async fn is_of_its_image(&mut self, container: &ContainerFacts) -> Result<bool> {
        // The engine may know the image by a longer name than the configuration.
        let Some(name) = self.image_used_as_it_is() else { return Ok(true) };
        let Some(facts) = self.observed.images.get(&name).cloned().flatten() else { return Ok(true) };
        let is_same = facts.id == container.image_id;
        if matches!(self.recalled, Recall::Trusted(_)) {
            if is_same {
                // What is true now is not asked again later in this operation.
                self.recalled = Recall::Ended;
                return Ok(true);
            }
            let removed = self.engine.remove(&container.id, true, true).await;
            removed.map_err(|error| self.container_error(error, &container.id))?;
            self.half_made = None;
            self.container_id = None;
            self.stop_recalling();
            return Ok(false);
        }
        let record = ImageRecord { name, facts };
        if is_same && self.state.peek::<ImageRecord>(IMAGE).as_ref() != Some(&record) {
            self.state.save(IMAGE, &record)?;
        }
        Ok(true)
    }
}
