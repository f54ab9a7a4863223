//! Features in a build: what is installed into an image, from where, and what the image says of itself afterwards
//! (inventory of the reference, sections 4.4 and 4.5).
//!
//! Where the image comes from does not matter: [`install`] adds the Features to a build of a Dockerfile, or makes one of an image.

mod text;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use wharf_spec::dockerfile::{Arguments, BuildContexts, Dockerfile, without_syntax};
use wharf_spec::feature::{self, FeatureSet};
use wharf_spec::{Entry, metadata};

use super::{builders_arguments, to_hex, user_of};
use crate::build::{BuildContent, BuildSpec, ContentFile, ContentFolder, ContentReach};
use crate::build_ability::{BuildAbility, Builder, BuilderKind};
use crate::facts::{EngineKind, ImageFacts};
use crate::state::{Blocker, FactQuery, Observed, Running};
use text::{Layer, Text, Way};

pub(crate) use text::TARGET_STAGE;

/// What Features are installed onto.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ground<'a> {
    /// The image, by name; None: what the build's own Dockerfile makes.
    pub image: Option<&'a str>,
    /// That image, or the one that the Dockerfile finally rests on; None where it rests on nothing.
    pub facts: Option<&'a ImageFacts>,
    /// The user that a Compose service runs as.
    pub service_user: Option<&'a str>,
}

/// The Features that the configuration and its caller ask for, as written.
#[must_use]
pub fn asked(wanted: &Running) -> Map<String, Value> {
    let own = &wanted.configuration.config.features;
    let added = wanted.additional_features.iter().filter(|(id, _)| !own.contains_key(*id));
    own.iter().chain(added).map(|(id, options)| (id.clone(), options.clone())).collect()
}

/// Whether any Feature is asked for.
#[must_use]
pub fn are_asked(wanted: &Running) -> bool {
    !wanted.configuration.config.features.is_empty() || !wanted.additional_features.is_empty()
}

/// The Features to install; None if none is asked for.
///
/// # Errors
/// They have not been looked for yet.
pub fn known<'a>(wanted: &Running, observed: &'a Observed) -> Result<Option<&'a FeatureSet>, Blocker> {
    if !are_asked(wanted) {
        return Ok(None);
    }
    observed.features.known().map(Some).ok_or(Blocker::Fact { query: FactQuery::Features })
}

/// What Features contribute to an environment, in the order of their installation.
#[must_use]
pub fn entries(wanted: &Running, features: &FeatureSet) -> Vec<Entry> {
    let omit: &[&str] = if wanted.build.without_customizations { &["customizations"] } else { &[] };
    features.features.iter().map(|installed| feature::entry_of_feature(&installed.node, omit)).collect()
}

/// Adds the Features to a build, and the metadata to its image. `entries` is everything that the image is to say of itself.
///
/// # Errors
/// A name or a user cannot stand in a Dockerfile.
pub fn install(
    spec: &mut BuildSpec,
    ground: &Ground<'_>,
    features: &FeatureSet,
    entries: &[Entry],
    wanted: &Running,
    observed: &Observed,
) -> Result<(), Blocker> {
    let written = spec.dockerfile.clone();
    let dockerfile = Dockerfile::parse(&written);
    let environment = &wanted.configuration.config.container_env;
    check(features, environment)?;
    let merged = wharf_spec::merge(&wanted.configuration, entries);
    let image_user = image_user(spec, ground, &dockerfile, observed);
    let service_user = ground.service_user.filter(|user| !user.is_empty());
    let of_container = merged.container_user.as_deref().or(service_user).unwrap_or(&image_user);
    let container_user = account(of_container)?.to_owned();
    let remote_user = account(merged.remote_user.as_deref().unwrap_or(of_container))?.to_owned();

    let way = way(spec, wanted, observed);
    // A build upon an image alone sends nothing else.
    let alone = way != Way::Context && ground.image.is_some() && spec.context.is_none();
    let reach = match way {
        Way::Context => ContentReach::Context(text::CONTENT.to_owned()),
        Way::Mounted | Way::Copied if alone => ContentReach::Alone,
        Way::Mounted | Way::Copied => ContentReach::Image(text::CONTENT_IMAGE.to_owned()),
    };
    let content = content(features, reach, &container_user, &remote_user);
    let layers: Vec<Layer<'_>> = (features.features.iter().enumerate())
        .zip(&content.folders)
        .map(|((index, feature), folder)| Layer {
            folder: features.folder_name(index).unwrap_or_default(),
            source: folder.at.clone(),
            environment: &feature.node.manifest.container_env,
            first_version: feature.node.manifest.first_version,
        })
        .collect();
    let escape = dockerfile.escape();
    // In other words than the usual ones the label goes beside the Dockerfile instead of into it.
    let in_words = escape == '\\';
    let label = if in_words { metadata::label_for_dockerfile(entries) } else { String::new() };
    if !in_words {
        spec.labels.extend(super::label(entries));
    }
    let mounts = match observed.engine.kind {
        EngineKind::Podman => text::MOUNTS_OF_PODMAN,
        EngineKind::Docker => text::MOUNTS,
    };
    let text = Text {
        way,
        alone,
        mounts,
        escape,
        container_user: &container_user,
        remote_user: &remote_user,
        image_user: &image_user,
        layers: &layers,
        label: &label,
        environment,
    };
    let (base, named) = match ground.image {
        Some(image) => (image.to_owned(), None),
        None => match spec.target.clone().filter(|target| !target.is_empty()) {
            Some(target) => (target, None),
            None => stage(&dockerfile)?,
        },
    };
    let own = if ground.image.is_some() { String::new() } else { named.unwrap_or(written) };
    spec.dockerfile = format!(
        "{}{}{}\n{}",
        directives(&dockerfile, way, wanted),
        text.arguments(),
        without_syntax(&own),
        text.stages()
    );
    spec.args.insert(text::BASE.to_owned(), base);
    if text.plain_user().is_none() {
        spec.args.insert(text::IMAGE_USER.to_owned(), image_user.clone());
    }
    if text.has_line_break() {
        spec.args.insert(text::LINE_BREAK.to_owned(), "\n".to_owned());
    }
    spec.target = Some(TARGET_STAGE.to_owned());
    if matches!(content.reach, ContentReach::Image(_)) {
        // The image of the content is in no registry.
        spec.pull = false;
    }
    spec.content = Some(content);
    if observed.engine.labels_builds() {
        spec.security_opt.push("label=disable".to_owned());
    }
    Ok(())
}

/// Named contexts where the builder has them: what goes in then never is an image. What only BuildKit's own interface can do
/// (several platforms, outputs) is done by a builder that has them too.
fn way(spec: &BuildSpec, wanted: &Running, observed: &Observed) -> Way {
    let engine = &observed.engine;
    let buildkit = engine.buildkit && !wanted.build.without_buildkit;
    let call =
        BuildAbility { builder: Builder { name: String::new(), kind: BuilderKind::Call, version: None } };
    if buildkit && (engine.has_named_contexts() || call.refusal(spec).is_some()) {
        Way::Context
    } else if engine.mounts_stages(buildkit) {
        Way::Mounted
    } else {
        Way::Copied
    }
}

/// The files of all Features. Where builders do not look at what a mount holds, a folder is named after its content, so that other
/// content is another command.
fn content(
    features: &FeatureSet,
    reach: ContentReach,
    container_user: &str,
    remote_user: &str,
) -> BuildContent {
    let mut folders = Vec::new();
    let mut files = vec![ContentFile {
        at: feature::BUILTIN_ENVIRONMENT_FILE.to_owned(),
        text: feature::builtin_environment_file(container_user, remote_user),
    }];
    for (index, installed) in features.features.iter().enumerate() {
        let name = features.folder_name(index).unwrap_or_default();
        let first_version = installed.node.manifest.first_version;
        let (options, script) = if first_version {
            (feature::first_environment_file(&installed.node, &name), String::new())
        } else {
            (feature::environment_file(&installed.node), feature::install_script(&installed.node))
        };
        let digest = digest([installed.content.as_str(), &options, &script]);
        let at = match reach {
            ContentReach::Context(_) => name,
            ContentReach::Alone | ContentReach::Image(_) => format!("{name}-{}", &digest[..16]),
        };
        files.push(ContentFile { at: format!("{at}/{}", feature::ENVIRONMENT_FILE), text: options });
        if !first_version {
            files.push(ContentFile { at: format!("{at}/{}", feature::INSTALL_SCRIPT_FILE), text: script });
        }
        folders.push(ContentFolder {
            at,
            from: installed.folder.clone(),
            digest,
            owner: installed.node.user_id.clone(),
        });
    }
    BuildContent { reach, folders, files }
}

fn digest<const N: usize>(parts: [&str; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    to_hex(&hash.finalize())
}

/// The user that the image has before Features are installed as root.
fn image_user(spec: &BuildSpec, ground: &Ground<'_>, dockerfile: &Dockerfile, observed: &Observed) -> String {
    let of_image = || ground.facts.map_or("root", user_of).to_owned();
    if ground.image.is_some() {
        return of_image();
    }
    let platform = builders_arguments(spec.platforms.first().map(String::as_str), observed);
    let arguments = Arguments { build: &spec.args, platform: &platform };
    let environment: BTreeMap<String, String> = ground
        .facts
        .into_iter()
        .flat_map(|facts| &facts.env)
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    dockerfile.user(&arguments, &environment, spec.target.as_deref()).unwrap_or_else(of_image)
}

/// The account in `user:group`, which is what Features are told.
fn account(user: &str) -> Result<&str, Blocker> {
    if user.contains(char::is_control) {
        return Err(impossible("remoteUser", format!("{user:?} cannot be a user's name")));
    }
    Ok(user.split(':').next().unwrap_or(user))
}

/// The last stage and, if it had no name, the Dockerfile in which it has one.
fn stage(dockerfile: &Dockerfile) -> Result<(String, Option<String>), Blocker> {
    dockerfile
        .with_stage_name("dev_container_auto_added_stage_label")
        .map_err(|error| impossible("build.dockerfile", error.to_string()))
}

/// The directives of the person's Dockerfile, which count only at the top. A frontend too old for named contexts gives way to the
/// builder's own, which can do all that it could.
fn directives(dockerfile: &Dockerfile, way: Way, wanted: &Running) -> String {
    let too_old = way == Way::Context && dockerfile.build_contexts() == BuildContexts::Unsupported;
    dockerfile
        .directives()
        .filter(|(key, _)| *key != "syntax" || !(too_old || wanted.build.without_syntax))
        .map(|(key, value)| format!("# {key}={value}\n"))
        .collect()
}

/// Refuses what no Dockerfile can hold.
fn check(features: &FeatureSet, environment: &IndexMap<String, String>) -> Result<(), Blocker> {
    let authors = features.features.iter().map(|feature| {
        let id = &feature.node.user_id;
        (&feature.node.manifest.container_env, format!("the Feature {id}"), format!("features.{id}"))
    });
    let own = (environment, "the configuration".to_owned(), "containerEnv".to_owned());
    for (variables, author, property) in authors.chain([own]) {
        for (name, value) in variables {
            if !is_variable(name) || value.contains('\0') {
                return Err(impossible(
                    &property,
                    format!("{author} sets the environment variable {name:?}, which an image cannot have"),
                ));
            }
        }
    }
    Ok(())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(|character: char| {
            character.is_whitespace() || character.is_control() || "=\"'\\`$#".contains(character)
        })
}

fn impossible(property: &str, message: String) -> Blocker {
    Blocker::Impossible { message, property: Some(property.to_owned()), hint: None }
}
