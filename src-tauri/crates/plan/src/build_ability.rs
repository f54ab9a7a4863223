//! What a builder can do, asked before anything is built: a build that cannot end well must not begin.

use serde::Serialize;

use crate::build::{BuildOutput, BuildSpec, CacheSource, ContentReach};

/// Something that a build may ask of its builder and that not every one has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase", tag = "feature", content = "kind")]
pub enum BuildFeature {
    /// One image for several platforms.
    SeveralPlatforms,
    /// `--build-context`.
    NamedContexts,
    /// `--allow`.
    Entitlements,
    /// `--no-cache-filter`.
    NoCacheFilter,
    /// `--secret`.
    Secrets,
    /// `--ssh`.
    Agents,
    /// `--push`, or an output that is sent to a registry.
    Push,
    /// `--output` of this kind, to a file or a folder.
    Output(String),
    /// More than one `--output`.
    SeveralOutputs,
    /// `--cache-to` of this kind.
    CacheTo(String),
    /// `--cache-from` of this kind.
    CacheFrom(String),
}

impl BuildFeature {
    /// Every feature, with the kinds that BuildKit knows: what a table of abilities shows.
    #[must_use]
    pub fn all() -> Vec<BuildFeature> {
        let kinds = |kinds: &[&str], make: fn(String) -> BuildFeature| {
            kinds.iter().map(|kind| make((*kind).to_owned())).collect::<Vec<_>>()
        };
        let mut all = vec![
            BuildFeature::SeveralPlatforms,
            BuildFeature::NamedContexts,
            BuildFeature::Entitlements,
            BuildFeature::NoCacheFilter,
            BuildFeature::Secrets,
            BuildFeature::Agents,
            BuildFeature::Push,
            BuildFeature::SeveralOutputs,
        ];
        all.extend(kinds(&["docker", "oci", "tar", "local"], BuildFeature::Output));
        all.extend(kinds(&["inline", "registry", "local", "gha", "s3", "azblob"], BuildFeature::CacheTo));
        all.extend(kinds(&["registry", "local", "gha", "s3", "azblob"], BuildFeature::CacheFrom));
        all
    }

    /// The option that asks for it, as a person writes it.
    #[must_use]
    pub fn option(&self) -> String {
        match self {
            BuildFeature::SeveralPlatforms => "--platform with several platforms".to_owned(),
            BuildFeature::NamedContexts => "--build-context".to_owned(),
            BuildFeature::Entitlements => "--allow".to_owned(),
            BuildFeature::NoCacheFilter => "--no-cache-filter".to_owned(),
            BuildFeature::Secrets => "--secret".to_owned(),
            BuildFeature::Agents => "--ssh".to_owned(),
            BuildFeature::Push => "--push".to_owned(),
            BuildFeature::SeveralOutputs => "--output given more than once".to_owned(),
            BuildFeature::Output(kind) => format!("--output type={kind}"),
            BuildFeature::CacheTo(kind) => format!("--cache-to type={kind}"),
            BuildFeature::CacheFrom(kind) => format!("--cache-from type={kind}"),
        }
    }
}

impl BuildSpec {
    /// What it asks of its builder beyond what every one has.
    #[must_use]
    pub fn features(&self) -> Vec<BuildFeature> {
        let mut features = Vec::new();
        let mut add = |used: bool, feature: BuildFeature| {
            if used && !features.contains(&feature) {
                features.push(feature);
            }
        };
        add(self.platforms.len() > 1, BuildFeature::SeveralPlatforms);
        let content_is_context =
            matches!(self.content.as_ref().map(|content| &content.reach), Some(ContentReach::Context(_)));
        add(!self.named_contexts.is_empty() || content_is_context, BuildFeature::NamedContexts);
        add(!self.entitlements.is_empty(), BuildFeature::Entitlements);
        add(!self.no_cache_filter.is_empty(), BuildFeature::NoCacheFilter);
        add(!self.secrets.is_empty(), BuildFeature::Secrets);
        add(!self.ssh.is_empty(), BuildFeature::Agents);
        add(self.push || self.outputs.iter().any(pushes), BuildFeature::Push);
        for output in self.outputs.iter().filter(|output| !output.loads() && !pushes(output)) {
            add(true, BuildFeature::Output(output.kind.clone()));
        }
        add(self.outputs.len() > 1, BuildFeature::SeveralOutputs);
        for cache in &self.cache_to {
            add(true, BuildFeature::CacheTo(cache.kind.clone()));
        }
        // A registry's cache that is only an image's name is what every builder knows.
        for cache in self.cache_from.iter().filter(|cache| !is_plain(cache)) {
            add(true, BuildFeature::CacheFrom(cache.kind.clone()));
        }
        features
    }
}

/// Whether a result is sent to the registries of its names. Go's tools read a switch in these spellings.
#[must_use]
pub fn pushes(output: &BuildOutput) -> bool {
    let push = output.attributes.get("push").map(String::as_str);
    output.kind == "registry"
        || (output.kind == "image" && matches!(push, Some("1" | "t" | "T" | "true" | "TRUE" | "True")))
}

/// Whether a cache is no more than an image's name.
fn is_plain(cache: &CacheSource) -> bool {
    cache.image_name().is_some() && cache.attributes.len() == 1
}

/// A builder, as far as it decides what can be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Builder {
    /// What people know it by: the engine's address, or the name that buildx gave.
    pub name: String,
    /// What it is.
    pub kind: BuilderKind,
    /// BuildKit's version, major and minor; None when it does not say.
    pub version: Option<(u32, u32)>,
}

/// What a builder is, and how it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BuilderKind {
    /// The build call that all engines share.
    Classic,
    /// The engine's BuildKit through that same call.
    Call,
    /// The engine's BuildKit through its own interface.
    Engine {
        /// Whether the engine keeps images in containerd's store, which can hold what the older one cannot.
        containerd_images: bool,
    },
    /// A BuildKit beside the engine.
    Own,
}

/// Why something cannot be built here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildRefusal {
    /// The option, as a person writes it.
    pub option: String,
    /// Why not.
    pub reason: String,
}

/// What one builder can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildAbility {
    /// Whose.
    pub builder: Builder,
}

impl BuildAbility {
    /// Whether it can do this, or why not.
    ///
    /// # Errors
    /// The reason, as a half sentence.
    pub fn can(&self, feature: &BuildFeature) -> Result<(), String> {
        match self.builder.kind {
            BuilderKind::Classic => Err("it needs BuildKit, which this engine does not have".to_owned()),
            BuilderKind::Call => call_can(feature),
            BuilderKind::Engine { containerd_images } => {
                if !containerd_images {
                    engine_without_containerd_can(feature)?;
                }
                self.version_can(feature)?;
                known(feature)
            }
            BuilderKind::Own => {
                self.version_can(feature)?;
                known(feature)
            }
        }
    }

    /// The first thing that stands in a build's way; None when it can be built.
    #[must_use]
    pub fn refusal(&self, spec: &BuildSpec) -> Option<BuildRefusal> {
        spec.features().iter().find_map(|feature| {
            let reason = self.can(feature).err()?;
            Some(BuildRefusal { option: feature.option(), reason })
        })
    }

    fn version_can(&self, feature: &BuildFeature) -> Result<(), String> {
        let since = match feature {
            BuildFeature::NamedContexts => (0, 10),
            BuildFeature::SeveralOutputs => (0, 13),
            _ => return Ok(()),
        };
        match self.builder.version {
            Some(version) if version < since => Err(format!(
                "it needs BuildKit {}.{}, and this one is {}.{}",
                since.0, since.1, version.0, version.1
            )),
            _ => Ok(()),
        }
    }
}

/// The daemon's build call has no place for some of what BuildKit itself could do.
fn call_can(feature: &BuildFeature) -> Result<(), String> {
    match feature {
        BuildFeature::Secrets | BuildFeature::Agents => Ok(()),
        BuildFeature::CacheTo(kind) if kind == "inline" => Ok(()),
        _ => Err("the engine's build call has no place for it".to_owned()),
    }
}

/// Docker with its older store of images has no BuildKit for what that store cannot hold.
fn engine_without_containerd_can(feature: &BuildFeature) -> Result<(), String> {
    let can = match feature {
        BuildFeature::SeveralPlatforms | BuildFeature::Push | BuildFeature::SeveralOutputs => false,
        BuildFeature::Output(kind) => matches!(kind.as_str(), "tar" | "local" | "image" | "cacheonly"),
        BuildFeature::CacheTo(kind) => kind == "inline",
        BuildFeature::CacheFrom(kind) => matches!(kind.as_str(), "registry" | "local"),
        _ => true,
    };
    if can {
        return Ok(());
    }
    Err("Docker can do it only with containerd's image store, which is not turned on here; \
         a builder made by `docker buildx create --use` can do it too"
        .to_owned())
}

/// Kinds that nobody knows are said to be so before a builder does.
fn known(feature: &BuildFeature) -> Result<(), String> {
    let kinds: &[&str] = match feature {
        BuildFeature::Output(_) => &["docker", "oci", "tar", "local", "image", "registry", "cacheonly"],
        BuildFeature::CacheTo(_) => &["inline", "registry", "local", "gha", "s3", "azblob"],
        BuildFeature::CacheFrom(_) => &["registry", "local", "gha", "s3", "azblob"],
        _ => return Ok(()),
    };
    let (BuildFeature::Output(kind) | BuildFeature::CacheTo(kind) | BuildFeature::CacheFrom(kind)) = feature
    else {
        return Ok(());
    };
    if kinds.contains(&kind.as_str()) {
        Ok(())
    } else {
        Err(format!("{kind:?} is none of {}", kinds.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thing_in_the_way_is_told() {
        let ability =
            |kind, version| BuildAbility { builder: Builder { name: "b".to_owned(), kind, version } };
        let output = |text: &str| BuildOutput::parse(text, "/w").unwrap();
        let cache = |text: &str| CacheSource::parse(text).unwrap();
        let older = BuilderKind::Engine { containerd_images: false };
        let newer = BuilderKind::Engine { containerd_images: true };
        let spec = BuildSpec::default;
        let push = || BuildSpec { push: true, ..spec() };
        for (kind, version, spec, expected) in [
            (BuilderKind::Classic, None, spec(), None),
            (BuilderKind::Classic, None, push(), Some("--push")),
            (BuilderKind::Call, None, BuildSpec { cache_to: vec![cache("type=inline")], ..spec() }, None),
            (BuilderKind::Call, None, BuildSpec { cache_from: vec![cache("a/b:c")], ..spec() }, None),
            (
                BuilderKind::Call,
                None,
                BuildSpec { cache_from: vec![cache("type=gha")], ..spec() },
                Some("--cache-from type=gha"),
            ),
            (BuilderKind::Call, None, BuildSpec { outputs: vec![output("type=docker")], ..spec() }, None),
            (
                BuilderKind::Call,
                None,
                BuildSpec { outputs: vec![output("x")], ..spec() },
                Some("--output type=local"),
            ),
            (older, None, BuildSpec { outputs: vec![output("x")], ..spec() }, None),
            (
                older,
                None,
                BuildSpec { outputs: vec![output("type=image,push=true")], ..spec() },
                Some("--push"),
            ),
            (newer, None, push(), None),
            (
                newer,
                Some((0, 12)),
                BuildSpec { outputs: vec![output("a"), output("b")], ..spec() },
                Some("--output given more than once"),
            ),
            (
                BuilderKind::Own,
                None,
                BuildSpec { cache_to: vec![cache("type=paper")], ..spec() },
                Some("--cache-to type=paper"),
            ),
        ] {
            let told = ability(kind, version).refusal(&spec).map(|refusal| refusal.option);
            assert_eq!(told.as_deref(), expected, "{kind:?} {spec:?}");
        }
    }
}
