//! What is known of what an environment is made from: its container, its base image, its Features, and all of it merged.

use wharf_spec::feature::FeatureSet;
use wharf_spec::{MergedConfig, Scenario};

use super::{composed, impossible, initialize, need, no_project};
use crate::facts::{ContainerFacts, ContainerState, ImageFacts};
use crate::hooks;
use crate::image;
use crate::state::{Blocker, FactQuery, Observed, Running};

/// The environment's container. One that is being removed counts as gone.
pub(super) fn existing(observed: &Observed) -> Result<Option<&ContainerFacts>, Blocker> {
    let container = observed.container.known().ok_or(need(FactQuery::Container))?;
    Ok(container.as_ref().filter(|container| container.state != ContainerState::Removing))
}

/// What the container is made from, before anything of ours is added.
pub(super) enum Base<'a> {
    /// There is a container already.
    Irrelevant,
    /// The configuration's Dockerfile is not there, or not yet: `initializeCommand` may write it.
    NoDockerfile,
    /// `FROM scratch`.
    Scratch,
    /// The engine does not have it.
    Missing(String),
    /// The engine has it.
    Present(String, &'a ImageFacts),
}

impl Base<'_> {
    /// Its name and what is known of it, where the engine has it.
    pub(super) fn image(&self) -> Option<(&str, &ImageFacts)> {
        match self {
            Self::Present(name, facts) => Some((name, facts)),
            _ => None,
        }
    }
}

/// What the configuration names.
pub(super) fn base<'a>(wanted: &Running, observed: &'a Observed) -> Result<Base<'a>, Blocker> {
    let name = match wanted.configuration.config.scenario() {
        Some(Scenario::Image { image }) => image,
        Some(Scenario::Dockerfile { build, .. }) => {
            let Some(text) = observed.dockerfile.known().ok_or(need(FactQuery::Dockerfile))? else {
                return Ok(Base::NoDockerfile);
            };
            let target = crate::platform::of_build(wanted, &build, observed);
            match image::base_name(&build, target.as_deref(), text, observed) {
                Some(name) if name != "scratch" => name,
                _ => return Ok(Base::Scratch),
            }
        }
        // A service is asked about in the words of an image or a Dockerfile.
        Some(Scenario::Compose { .. }) => {
            return Err(if observed.compose.known().is_some() {
                no_project()
            } else {
                need(FactQuery::Compose)
            });
        }
        None => {
            return Err(impossible(
                "",
                "The configuration is missing one of \"image\", \"build\" or \"dockerComposeFile\"",
            ));
        }
    };
    match observed.images.get(&name) {
        None => Err(need(FactQuery::Image { image: name })),
        Some(None) => Ok(Base::Missing(name)),
        Some(Some(facts)) => Ok(Base::Present(name, facts)),
    }
}

/// The Features, if any are asked for. A folder of them may be written by `initializeCommand` first, so that nobody looks for it before.
pub(super) fn features<'a>(
    wanted: &Running,
    observed: &'a Observed,
) -> Result<Option<&'a FeatureSet>, Blocker> {
    let is_folder = |id: &String| id.starts_with('.');
    if !initialize(wanted, observed).is_empty() && image::features::asked(wanted).keys().any(is_folder) {
        return Ok(observed.features.known());
    }
    image::features::known(wanted, observed)
}

/// The merged configuration as far as it is known: an image that is not there yet adds nothing to it, and is looked at again
/// when it is.
pub(super) fn merged(
    wanted: &Running,
    container: Option<&ContainerFacts>,
    base: &Base<'_>,
    features: Option<&FeatureSet>,
) -> MergedConfig {
    let entries = match (container, base) {
        (Some(container), _) => hooks::entries_of_container(wanted, container),
        (None, Base::Present(name, facts)) => image::entries_of_image(wanted, name, facts, features),
        (None, _) => image::entries_without_image(wanted, features),
    };
    wharf_spec::merge(&wanted.configuration, &entries)
}

/// Why the merged configuration cannot be told yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Unknown {
    /// A fact is missing.
    Fact(FactQuery),
    /// The image whose metadata counts is not on the engine.
    Image(String),
    /// It never can.
    Blocked(Blocker),
}

/// The merged configuration: of the container if there is one, else of the image it would be made from.
///
/// # Errors
/// [`Unknown`], until enough is known.
pub fn merged_as_known(wanted: &Running, observed: &Observed) -> Result<MergedConfig, Unknown> {
    let unknown = |blocker| match blocker {
        Blocker::Fact { query } => Unknown::Fact(query),
        other => Unknown::Blocked(other),
    };
    let container = existing(observed).map_err(unknown)?;
    let composed = match container {
        Some(_) => None,
        None => composed(wanted, observed, None).map_err(unknown)?,
    };
    let wanted = composed.as_ref().map_or(wanted, |composed| &composed.one);
    let (base, features) = match container {
        Some(_) => (Base::Irrelevant, None),
        None => (
            base(wanted, observed).map_err(unknown)?,
            image::features::known(wanted, observed).map_err(unknown)?,
        ),
    };
    match base {
        Base::Missing(image) => Err(Unknown::Image(image)),
        known => Ok(merged(wanted, container, &known, features)),
    }
}
