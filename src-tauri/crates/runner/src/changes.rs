//! What has changed since an environment was last applied, and what is remembered so that the next look can tell.
//!
//! Looking asks no registry, of whose Features what the lockfile holds counts, and starts no program but Compose, where it is not known
//! any more what that said of the same files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api as api;
use wharf_plan::compose::{ComposeFacts, built_services};
use wharf_plan::difference::{
    self, BaseImage, Built, Change, Difference, Ingredients, LabelIsKept, smallest_application,
};
use wharf_plan::{Fact, FactQuery};
use wharf_spec::compose::ServiceBuild;
use wharf_spec::feature::{Lockfile, lockfile_path};
use wharf_spec::{Build, Entry, Scenario, metadata};

use crate::CancellationToken;
use crate::compose::cache_of;
use crate::environment::{Environment, STYLE};
use crate::error::Result;
use crate::reconciler::Reconciler;
use crate::records::EnvironmentRecord;
use crate::request::Apply;

/// The file in which the fingerprint of the environment's own build context is kept.
const CACHE: &str = "changes.cache";

/// How far is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// At files alone, and not at all that a build may copy: what a start can afford.
    Quick,
    /// At everything.
    Whole,
}

/// What was last applied to an environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Applied {
    /// The configuration, its variables resolved.
    pub(crate) configuration: Option<Value>,
    /// What else it was made of.
    pub(crate) ingredients: Option<Ingredients>,
    /// How many entries at the end of the container's label are the configuration's.
    pub(crate) made_entries: Option<usize>,
    /// What counts in their place.
    pub(crate) entries: Option<Vec<Entry>>,
    /// When, in RFC 3339.
    pub(crate) at: Option<String>,
}

impl Applied {
    /// As it was remembered.
    pub(crate) fn of_record(record: &EnvironmentRecord) -> Self {
        Self {
            configuration: record.applied.clone(),
            ingredients: record.ingredients.clone(),
            made_entries: record.made_entries,
            entries: record.applied_entries.clone(),
            at: record.applied_at.clone(),
        }
    }
}

/// A difference on the wire, with its place in the configuration.
pub(crate) fn to_api(environment: &Environment, found: &Difference) -> api::Difference {
    api::Difference {
        location: environment.property_location(&found.property),
        subject: found.property.clone(),
        before: found.before.clone(),
        after: found.after.clone(),
        change: class(found.change),
        effect: Some(found.effect.clone()),
        layer: found.layer.clone(),
    }
}

/// What a change takes, on the wire.
pub(crate) fn class(change: Change) -> api::ChangeClass {
    match change {
        Change::Hot => api::ChangeClass::Hot,
        Change::Restart => api::ChangeClass::Restart,
        Change::Recreate => api::ChangeClass::Recreate,
        Change::Rebuild => api::ChangeClass::Rebuild,
    }
}

/// Whether files that an environment was made from say something else than when it was applied last. Only files are looked at, and not
/// those that a build may copy: no engine is asked.
pub(crate) async fn are_in_files(
    environment: &Environment,
    record: &EnvironmentRecord,
    container: Option<&str>,
) -> bool {
    let Some(applied) = &record.applied else { return false };
    let label = label_is_kept(record, container);
    if !difference::differences(applied, &environment.configuration.whole(), label).is_empty() {
        return true;
    }
    let Some(before) = &record.ingredients else { return false };
    let cancel = CancellationToken::new();
    let mut now = Ingredients {
        features: features_content(environment, Depth::Quick, &cancel).await.unwrap_or_default(),
        ..Ingredients::default()
    };
    match environment.configuration.config.scenario() {
        Some(Scenario::Dockerfile { .. }) => {
            let path = environment.dockerfile_path().ok();
            now.dockerfile = path.and_then(|path| std::fs::read_to_string(path).ok());
        }
        Some(Scenario::Compose { files, .. }) => {
            now.compose = compose_content(environment, &files, &cancel).await
        }
        Some(Scenario::Image { .. }) | None => {}
    }
    !difference::of_ingredients(before, &now).is_empty()
}

/// Whether the label of a container still tells what counts, or what was applied without making it anew counts in its place.
fn label_is_kept(record: &EnvironmentRecord, container: Option<&str>) -> LabelIsKept {
    match record.made_entries {
        Some(_) if record.container.as_deref() == container => LabelIsKept::No,
        _ => LabelIsKept::Yes,
    }
}

impl Reconciler<'_> {
    /// What differs from what was last applied. An environment of which nothing is remembered has no differences.
    pub(crate) async fn changes(
        &mut self,
        record: Option<&EnvironmentRecord>,
        depth: Depth,
    ) -> Vec<Difference> {
        let Some((record, applied)) = record.and_then(|record| Some((record, record.applied.as_ref()?)))
        else {
            return Vec::new();
        };
        let label = label_is_kept(record, self.container_id.as_deref());
        let mut found = difference::differences(applied, &self.environment.configuration.whole(), label);
        if let Some(before) = &record.ingredients {
            found.extend(difference::of_ingredients(before, &self.ingredients(depth).await));
        }
        found
    }

    /// Notes that the environment is now as the configuration wants it: its container was made for it, or needed no other.
    /// Or, of a container that was not made for it, that what of the configuration is hot counts now.
    pub(crate) async fn note_applied(
        &mut self,
        before: Option<&EnvironmentRecord>,
        written: &[Entry],
        apply: Apply,
    ) {
        let container = self.observed.container.known().and_then(Option::as_ref);
        let label = container.and_then(|container| container.labels.get(metadata::LABEL));
        let made_now = self.observed.replaced;
        let only_hot = before.filter(|_| apply == Apply::Hot && !made_now);
        let configuration = &self.environment.configuration;
        let (made_entries, entries) = if made_now {
            (label.and_then(|label| ends_with(label, written)), None)
        } else {
            let made = before.and_then(|before| before.made_entries);
            let counting = configuration.applied().filter(|_| only_hot.is_some());
            let entries = counting.map(|counting| counting.entries.clone());
            (made, made.map(|_| entries.unwrap_or_else(|| metadata::pick_from_config(configuration, &[]))))
        };
        let mut whole = configuration.whole();
        if let Some((record, applied)) = only_hot.and_then(|record| Some((record, record.applied.as_ref()?)))
        {
            let label = label_is_kept(record, self.container_id.as_deref());
            whole = difference::with_what_is_hot(applied, &whole, label);
        }
        let mut ingredients = self.ingredients(Depth::Whole).await;
        if let Some(before) = only_hot.and_then(|record| record.ingredients.as_ref()) {
            let takes = smallest_application(&difference::of_ingredients(before, &ingredients));
            if takes > Some(Change::Hot) {
                ingredients = before.clone();
            }
        }
        self.applied = Some(Applied {
            configuration: Some(whole),
            ingredients: Some(ingredients),
            made_entries,
            entries,
            at: OffsetDateTime::now_utc().format(&Rfc3339).ok(),
        });
    }

    /// What the environment would be made of now. What cannot be read is left out, and so is not compared.
    async fn ingredients(&mut self, depth: Depth) -> Ingredients {
        let mut ingredients = Ingredients {
            features: features_content(self.environment, depth, &self.operation.cancel)
                .await
                .unwrap_or_default(),
            ..Ingredients::default()
        };
        match self.environment.configuration.config.scenario() {
            Some(Scenario::Dockerfile { build, .. }) => {
                ingredients.dockerfile = self.dockerfile_text().await;
                if depth == Depth::Whole {
                    let text = ingredients.dockerfile.clone().unwrap_or_default();
                    let place =
                        self.environment.context_path().ok().zip(self.environment.dockerfile_path().ok());
                    if let Some((context, path)) = place {
                        ingredients.context =
                            self.context_print(&text, &context, Some(&path), CACHE).await.ok();
                    }
                    let text = ingredients.dockerfile.as_deref();
                    let name = text
                        .and_then(|text| wharf_plan::image::base_name(&build, None, text, &self.observed));
                    ingredients.base = self.base_image(name).await;
                }
            }
            Some(Scenario::Image { image }) if depth == Depth::Whole => {
                ingredients.base = self.base_image(Some(image)).await;
            }
            Some(Scenario::Compose { files, .. }) => {
                ingredients.compose = compose_content(self.environment, &files, &self.operation.cancel).await;
                if depth == Depth::Whole {
                    self.services(&mut ingredients).await;
                }
            }
            Some(Scenario::Image { .. }) | None => {}
        }
        ingredients
    }

    /// What the services that start, and those whose images they read from, are built from: the environment's own as a Dockerfile of its
    /// own would be, the others by their names.
    async fn services(&mut self, ingredients: &mut Ingredients) {
        if self.observed.compose == Fact::Unknown && self.observe_compose().await.is_err() {
            return;
        }
        let Some(facts) = self.observed.compose.known().cloned().flatten() else { return };
        let config = &self.environment.configuration.config;
        let Ok(names) = built_services(&facts.project, config) else { return };
        for name in names {
            let Some(service) = facts.project.services.get(name) else { continue };
            let is_own = config.service.as_deref() == Some(name);
            match &service.build {
                // What only the builder can fetch is looked at by nobody else.
                Some(build) if build.is_elsewhere() => {}
                Some(build) if is_own => {
                    let built = self.built(&facts, build, CACHE).await;
                    let text = built.dockerfile.as_deref();
                    let build =
                        Build { args: build.args.clone(), target: build.target.clone(), ..Build::default() };
                    let base = text
                        .and_then(|text| wharf_plan::image::base_name(&build, None, text, &self.observed));
                    ingredients.base = self.base_image(base).await;
                    (ingredients.dockerfile, ingredients.context) = (built.dockerfile, built.context);
                }
                Some(build) => {
                    let built = self.built(&facts, build, &cache_of("changes", name)).await;
                    ingredients.services.insert(name.to_owned(), built);
                }
                None if is_own => ingredients.base = self.base_image(service.image.clone()).await,
                None => {}
            }
        }
    }

    async fn built(&self, facts: &ComposeFacts, build: &ServiceBuild, cache: &str) -> Built {
        let path = facts.dockerfile_of(build);
        let dockerfile = match &path {
            Some(path) => self.brought(path).await.ok().and_then(|path| std::fs::read_to_string(path).ok()),
            None => build.inline.clone(),
        };
        let Some(text) = &dockerfile else { return Built::default() };
        let context = self.context_print(text, &facts.context_of(build), path.as_deref(), cache).await.ok();
        Built { dockerfile, context }
    }

    async fn dockerfile_text(&mut self) -> Option<String> {
        if self.observed.dockerfile == Fact::Unknown {
            self.observe(&FactQuery::Dockerfile).await.ok()?;
        }
        self.observed.dockerfile.known().cloned().flatten()
    }

    /// The fingerprint of what a Dockerfile takes out of its context. What the configuration says is compared by itself, so its file
    /// does not count. `cache` is the name of the file in which the fingerprint is kept.
    async fn context_print(
        &self,
        dockerfile: &str,
        context: &Path,
        path: Option<&Path>,
        cache: &str,
    ) -> Result<String> {
        let context = self.brought(context).await?;
        let path = match path {
            Some(path) => Some(self.brought(path).await?),
            None => None,
        };
        let ignore = wharf_engine::Ignore::find(&context, path.as_deref());
        let mut ignore = ignore.map_err(|error| self.engine_error(error))?;
        if let Some(paths) = wharf_spec::Dockerfile::parse(dockerfile).context_paths() {
            ignore = ignore.of_paths(&paths).unwrap_or(ignore);
        }
        let configuration = self.brought(&self.environment.configuration.path).await?;
        if let Ok(below) = configuration.strip_prefix(&context) {
            ignore = ignore.without(&below.to_string_lossy().replace('\\', "/"));
        }
        self.fingerprint_of(&context, &ignore, cache).await
    }

    async fn base_image(&mut self, name: Option<String>) -> Option<BaseImage> {
        let name = name.filter(|name| name != "scratch")?;
        // What was looked at on the way is what counts, and an engine with containerd's store takes its time to say it once more.
        if let Some(Some(facts)) = self.observed.images.get(&name) {
            return Some(BaseImage { id: facts.id.clone(), name });
        }
        let facts = self.engine.inspect_image(&name).await.ok()??;
        Some(BaseImage { name, id: facts.id })
    }
}

/// Of a Feature in a registry what the lockfile holds, of a folder what lies in it.
async fn features_content(
    environment: &Environment,
    depth: Depth,
    cancel: &CancellationToken,
) -> Result<BTreeMap<String, String>> {
    let configuration = &environment.configuration;
    let mut content = BTreeMap::new();
    if configuration.config.features.is_empty() {
        return Ok(content);
    }
    let lockfile = PathBuf::from(lockfile_path(&configuration.path.to_string_lossy(), STYLE));
    let text = std::fs::read_to_string(environment.bring(&lockfile, cancel).await?).unwrap_or_default();
    let lockfile = Lockfile::parse(&text).ok().flatten().unwrap_or_default();
    for id in configuration.config.features.keys() {
        if let Some(locked) = lockfile.features.get(id) {
            content.insert(id.clone(), locked.resolved.clone());
        } else if id.starts_with('.') && depth == Depth::Whole {
            let folder = environment.bring(&environment.beside_configuration(id), cancel).await?;
            let everything = wharf_engine::Ignore::default();
            if let Ok(print) = wharf_engine::context_fingerprint(&folder, &everything, None).await {
                content.insert(id.clone(), print.hash);
            }
        }
    }
    Ok(content)
}

async fn compose_content(
    environment: &Environment,
    files: &[String],
    cancel: &CancellationToken,
) -> BTreeMap<String, String> {
    let mut content = BTreeMap::new();
    for file in files {
        let path = environment.beside_configuration(file);
        let Ok(brought) = environment.bring(&path, cancel).await else { continue };
        if let Ok(bytes) = std::fs::read(brought) {
            content.insert(path.display().to_string(), hex::encode(Sha256::digest(bytes)));
        }
    }
    content
}

/// How many entries `written` has, if a label ends with them.
fn ends_with(label: &str, written: &[Entry]) -> Option<usize> {
    let (entries, _) = metadata::read_label(label, "");
    let end = entries.get(entries.len().checked_sub(written.len())?..)?;
    end.iter().zip(written).all(|(one, other)| one.value == other.value).then_some(written.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wharf_spec::Source;

    use super::*;

    #[test]
    fn what_a_label_ends_with() {
        let entry = |value: Value| Entry { id: None, value, source: Source::Config { path: "x".into() } };
        let label = r#"[{"id":"feature"},{"remoteUser":"a"},{"init":true}]"#;
        let cases: [(&[Value], Option<usize>); 4] = [
            (&[json!({"remoteUser": "a"}), json!({"init": true})], Some(2)),
            (&[json!({"init": true})], Some(1)),
            (&[json!({"init": false})], None),
            (&[json!({}), json!({}), json!({}), json!({})], None),
        ];
        for (written, expected) in cases {
            let written: Vec<Entry> = written.iter().cloned().map(entry).collect();
            assert_eq!(ends_with(label, &written), expected, "{written:?}");
        }
    }
}
