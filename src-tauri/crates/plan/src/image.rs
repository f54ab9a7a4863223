//! Images: what they are called, what goes into the ones that are built, and when one need not be built at all.
//!
//! Inventory of the reference: sections 7.4 (names), 4.5 (metadata of a built image) and 7.6 (builds).

mod asked;
pub mod features;
mod names;
mod user_ids;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use wharf_spec::dockerfile::{Arguments, Dockerfile, Platform, platform_arguments};
use wharf_spec::feature::FeatureSet;
use wharf_spec::{Build, Entry, Scenario, metadata};

use crate::build::{BuildSpec, NamedContext};
use crate::facts::ImageFacts;
use crate::state::{Blocker, FactQuery, Observed, Running};
use crate::step::{BuildPurpose, Step};
use features::{Ground, TARGET_STAGE};

pub use names::{image_name, own_name};
pub use user_ids::{UserIds, user_ids, user_ids_build};

/// A build that may already have been done.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedBuild {
    /// Hash of everything that goes in.
    pub inputs: String,
    /// What the engine is asked.
    pub spec: BuildSpec,
}

impl PlannedBuild {
    pub(crate) fn new(spec: BuildSpec, content: &[&str]) -> Self {
        let mut hash = Sha256::new();
        // How an image is built is not what goes into it.
        let what = BuildSpec {
            no_cache: false,
            no_cache_filter: Vec::new(),
            pull: false,
            cache_from: Vec::new(),
            cache_to: Vec::new(),
            inline_cache: false,
            outputs: Vec::new(),
            push: false,
            classic: false,
            ..spec.clone()
        };
        // A specification is made of texts and numbers, so writing it cannot fail; nothing but a rebuild would come of it.
        hash.update(serde_json::to_vec(&what).unwrap_or_default());
        for part in content {
            hash.update([0]);
            hash.update(part.as_bytes());
        }
        Self { inputs: to_hex(&hash.finalize()), spec }
    }

    /// What the image is called first.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec.tags.first().map_or("", String::as_str)
    }

    /// The same as a step.
    #[must_use]
    pub fn into_step(self, purpose: BuildPurpose) -> Step {
        Step::Build { purpose, spec: Box::new(self.spec), inputs: self.inputs }
    }
}

/// The image that the target stage of a Dockerfile rests on, or `scratch`; where a context of the build has the name that `FROM` says, the
/// image that the context is. None if it cannot be told. `target` is the platform that is built for, the engine's own if None.
#[must_use]
pub fn base_name(build: &Build, target: Option<&str>, text: &str, observed: &Observed) -> Option<String> {
    let platform = builders_arguments(target, observed);
    let arguments = Arguments { build: &build.args, platform: &platform };
    let name = Dockerfile::parse(text).base_image(&arguments, build.target.as_deref())?;
    match crate::build_options::context_named(&build.options, &name) {
        None => Some(name),
        // What is in a folder, only the builder finds out.
        Some(place) => place.strip_prefix("docker-image://").map(str::to_owned),
    }
}

/// What a builder defines by itself where it builds for this platform, the engine's own if None.
fn builders_arguments(target: Option<&str>, observed: &Observed) -> BTreeMap<String, String> {
    let engine = &observed.engine;
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let own = Platform {
        os: or(&engine.os, "linux"),
        architecture: or(&engine.architecture, "amd64"),
        variant: None,
    };
    platform_arguments(&own, &target.map_or_else(|| own.clone(), Platform::parse))
}

/// The metadata of an environment that would be made from this image: the image's entries, then the Features', then the
/// configuration's.
#[must_use]
pub fn entries_of_image(
    wanted: &Running,
    name: &str,
    facts: &ImageFacts,
    features: Option<&FeatureSet>,
) -> Vec<Entry> {
    let label = facts.labels.get(metadata::LABEL).map_or("", String::as_str);
    let (mut entries, _) = metadata::read_label(label, name);
    entries.extend(entries_without_image(wanted, features));
    entries
}

/// The same where there is no image, or none yet.
#[must_use]
pub fn entries_without_image(wanted: &Running, features: Option<&FeatureSet>) -> Vec<Entry> {
    let mut entries = features.map(|features| features::entries(wanted, features)).unwrap_or_default();
    entries.extend(entries_of_configuration(wanted));
    entries
}

/// What the configuration alone contributes.
#[must_use]
pub fn entries_of_configuration(wanted: &Running) -> Vec<Entry> {
    let omit: &[&str] = if wanted.create.omit_remote_env_from_metadata { &["remoteEnv"] } else { &[] };
    metadata::pick_from_config(&wanted.configuration, omit).into_iter().collect()
}

/// What an environment's container is made from, where that is not the image that the configuration names as it is: its Dockerfile,
/// and its Features on top.
///
/// # Errors
/// The context's fingerprint or the Features are missing, or an option cannot be expressed.
pub fn environment_build(
    wanted: &Running,
    base: Option<(&str, &ImageFacts)>,
    observed: &Observed,
) -> Result<Option<(BuildPurpose, PlannedBuild)>, Blocker> {
    if let Some(build) = dockerfile_build(wanted, base.map(|(_, facts)| facts), observed)? {
        let purpose =
            if features::are_asked(wanted) { BuildPurpose::Features } else { BuildPurpose::Dockerfile };
        return Ok(Some((purpose, build)));
    }
    let (Some(features), Some((name, facts))) = (features::known(wanted, observed)?, base) else {
        return Ok(None);
    };
    let build = features_build(wanted, name, facts, features, observed)?;
    Ok(Some((BuildPurpose::Features, build)))
}

/// The build of the configuration's Dockerfile, with its Features; None if it has none.
///
/// Without Features the metadata goes into the image as a label of the build itself, so that the text that a person wrote is sent as
/// it is.
///
/// # Errors
/// The context's fingerprint or the Features are missing, or an option cannot be expressed.
pub fn dockerfile_build(
    wanted: &Running,
    base: Option<&ImageFacts>,
    observed: &Observed,
) -> Result<Option<PlannedBuild>, Blocker> {
    let Some(Scenario::Dockerfile { build, .. }) = wanted.configuration.config.scenario() else {
        return Ok(None);
    };
    let Some(Some(text)) = observed.dockerfile.known() else {
        return Err(Blocker::Fact { query: FactQuery::Dockerfile });
    };
    let Some(context) = observed.context.known() else {
        return Err(Blocker::Fact { query: FactQuery::Context });
    };
    let features = features::known(wanted, observed)?;
    let entries = match base {
        Some(facts) => {
            entries_of_image(wanted, facts.names.first().map_or("", String::as_str), facts, features)
        }
        None => entries_without_image(wanted, features),
    };
    // Without BuildKit the reference leaves the base image as it is, which may be in no registry.
    let buildkit = observed.engine.buildkit && !wanted.build.without_buildkit;
    let mut spec = BuildSpec {
        dockerfile: text.clone(),
        dockerfile_name: "Dockerfile".to_owned(),
        dockerfile_path: wanted.build.dockerfile.clone(),
        context: wanted.build.context.clone(),
        tags: asked::names(wanted),
        args: build.args.clone(),
        target: build.target.clone(),
        pull: wanted.no_cache && !wanted.build.of_service && buildkit,
        ..BuildSpec::default()
    };
    asked::apply(&mut spec, wanted, &build.cache_from, observed)?;
    if wanted.build.of_service {
        crate::build_options::apply_of_service(&mut spec, &build.options, observed)?;
    } else {
        crate::build_options::apply(&mut spec, &build.options, observed)?;
    }
    crate::platform::complete(&mut spec, wanted, observed);
    match features {
        Some(features) => {
            let ground = Ground {
                facts: base,
                service_user: wanted.build.service_user.as_deref(),
                ..Ground::default()
            };
            features::install(&mut spec, &ground, features, &entries, wanted, observed)?;
        }
        None => add_label(&mut spec, &entries, observed),
    }
    let mut prints = vec![context.as_str(), base.map_or("", |facts| facts.id.as_str())];
    prints.extend(ids_read(&spec, observed)?);
    Ok(Some(PlannedBuild::new(spec, &prints)))
}

/// The ids of the images that a build reads from by their names (`--build-context`): what such a name means is another image when
/// that was built anew. One that the engine does not have is the builder's to fetch.
///
/// # Errors
/// An image has not been looked at.
pub(crate) fn ids_read<'a>(spec: &BuildSpec, observed: &'a Observed) -> Result<Vec<&'a str>, Blocker> {
    let images = spec.named_contexts.values().filter_map(|context| match context {
        NamedContext::Source(source) => source.strip_prefix("docker-image://"),
        NamedContext::Folder(_) => None,
    });
    let id = |image: &str| match observed.images.get(image) {
        None => Err(Blocker::Fact { query: FactQuery::Image { image: image.to_owned() } }),
        Some(found) => Ok(found.as_ref().map_or("", |facts| facts.id.as_str())),
    };
    images.map(id).collect()
}

/// The build of an image with Features installed into it.
///
/// # Errors
/// Something cannot be expressed.
pub fn features_build(
    wanted: &Running,
    name: &str,
    facts: &ImageFacts,
    features: &FeatureSet,
    observed: &Observed,
) -> Result<PlannedBuild, Blocker> {
    let entries = entries_of_image(wanted, name, facts, Some(features));
    let mut spec = BuildSpec {
        dockerfile_name: "Dockerfile".to_owned(),
        tags: asked::names(wanted),
        ..BuildSpec::default()
    };
    asked::apply(&mut spec, wanted, &[], observed)?;
    if spec.platforms.is_empty() {
        spec.platforms.extend(crate::platform::asked(wanted, observed));
    }
    let service_user = wanted.build.service_user.as_deref();
    let ground = Ground { image: Some(name), facts: Some(facts), service_user };
    features::install(&mut spec, &ground, features, &entries, wanted, observed)?;
    Ok(PlannedBuild::new(spec, &[&facts.id]))
}

/// The build of an image that is `name` and carries the environment's metadata: what the reference builds of a configuration
/// that only names an image. Nothing but the label is added.
///
/// # Errors
/// An option cannot be expressed.
pub fn labelled_build(
    wanted: &Running,
    name: &str,
    facts: &ImageFacts,
    observed: &Observed,
) -> Result<PlannedBuild, Blocker> {
    let entries = entries_of_image(wanted, name, facts, None);
    let mut spec = BuildSpec {
        dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\n".to_owned(),
        dockerfile_name: "Dockerfile".to_owned(),
        tags: asked::names(wanted),
        args: IndexMap::from([("BASE_IMAGE".to_owned(), name.to_owned())]),
        ..BuildSpec::default()
    };
    asked::apply(&mut spec, wanted, &[], observed)?;
    crate::platform::complete(&mut spec, wanted, observed);
    add_label(&mut spec, &entries, observed);
    Ok(PlannedBuild::new(spec, &[&facts.id]))
}

/// The metadata label of an image; none where there is nothing to say.
fn label(entries: &[Entry]) -> IndexMap<String, String> {
    let value = metadata::label_value_of_image(entries);
    value.map(|value| (metadata::LABEL.to_owned(), value)).into_iter().collect()
}

/// Gives the image its metadata. What the caller or the configuration sets under that name counts more.
fn add_label(spec: &mut BuildSpec, entries: &[Entry], observed: &Observed) {
    for (name, value) in label(entries) {
        spec.labels.entry(name).or_insert(value);
    }
    if observed.engine.expands_given_labels() {
        write_label(spec, entries);
    }
}

/// Moves the metadata label with a dollar in it from what the engine is given into the Dockerfile: a last stage that adds nothing else.
fn write_label(spec: &mut BuildSpec, entries: &[Entry]) {
    if !spec.labels.get(metadata::LABEL).is_some_and(|value| value.contains('$')) {
        return;
    }
    let dockerfile = Dockerfile::parse(&spec.dockerfile);
    let (stage, text) = match spec.target.clone() {
        Some(target) => (target, None),
        // Without a stage nothing can be built, which the engine says better.
        None => match dockerfile.with_stage_name("dev_container_auto_added_stage_label") {
            Ok(named) => named,
            Err(_) => return,
        },
    };
    let text = text.unwrap_or_else(|| spec.dockerfile.clone());
    let label = metadata::label_for_dockerfile(entries);
    spec.dockerfile = format!("{text}\nFROM {stage} AS {TARGET_STAGE}\n{label}\n");
    spec.target = Some(TARGET_STAGE.to_owned());
    spec.labels.shift_remove(metadata::LABEL);
}

/// The user of an image; an image that names none runs as root.
fn user_of(facts: &ImageFacts) -> &str {
    if facts.user.is_empty() { "root" } else { &facts.user }
}

/// Bytes in hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
