//! From what is asked for to Features that can be installed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Map, Value};
use tokio::task::JoinSet;
use wharf_api as api;
use wharf_api::{Outcome, StepName};
use wharf_registry::{AuthDiagnostics, Cache, Source};
use wharf_spec::feature::{
    self, AskedFeature, ControlManifest, FeatureManifest, FeatureNode, FeatureReference, FeatureSet, Graph,
    InstalledFeature, LocalBase, LockedFeature, Wanted,
};

use super::control;
use super::error::FeaturesError;
use super::fetch::{self, Content, Failure, Fetcher, Found};
use super::lockfile;
use super::softly::Softly;
use crate::collections;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::request::{FeaturesRequest, LockfileMode};
use crate::store::Store;

/// The folder of the store in which content is kept.
pub(crate) const CACHE: &str = "features";

/// What Features are looked for with.
#[derive(Clone, Copy)]
pub(crate) struct Resolving<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) request: &'a FeaturesRequest,
    pub(crate) operation: &'a Operation<'a>,
    pub(crate) parent: &'a StepRecord<'a>,
    pub(crate) store: &'a Store,
}

/// What was found.
pub(crate) struct Resolved {
    pub(crate) set: FeatureSet,
    pub(crate) diagnostics: api::OciAuthDiagnostics,
}

/// What is on its way, and what has arrived.
#[derive(Default)]
struct Arrivals<'a> {
    /// What Features say of themselves, by reference.
    fetched: HashMap<String, feature::Fetched>,
    /// Content, by reference.
    contents: HashMap<String, Content>,
    /// Content that is being fetched while the graph goes on. Dropped, it is not fetched any further.
    coming: JoinSet<(Wanted, bool, Result<Content, Failure>)>,
    /// Features that have begun and not ended.
    steps: HashMap<String, StepRecord<'a>>,
}

impl<'a> Resolving<'a> {
    /// Finds the Features, fetches what is not here yet, and puts them into order.
    pub(crate) async fn resolve(self) -> Result<Resolved> {
        tokio::select! {
            () = self.operation.cancel.cancelled() => Err(Error::Cancelled),
            resolved = self.found() => resolved,
        }
    }

    async fn found(self) -> Result<Resolved> {
        let asked = self.asked();
        let step = self.operation.begin(Some(self.parent), StepName::Features, None);
        let client = Arc::new(collections::client(&self.request.registries)?);
        let cache = Cache::new(self.store.root().join(CACHE));
        let source = Source { client, cache };
        let found = lockfile::read(self.environment, self.request.lockfile, &self.operation.cancel).await?;
        // Asked while the rest is looked for, so that it costs no time of its own.
        let control = control::manifest(&source.client, self.store);
        let graph = self.graph(&asked.features, &found.lockfile.features, &source, &step);
        let ((mut nodes, warnings, contents), control) = match self.known_control(&asked.features)? {
            Some(control) => (graph.await?, control),
            None => tokio::try_join!(graph, async {
                let control = control.await;
                self.check_allowed(&asked.features, &control)?;
                Ok(control)
            })?,
        };
        for node in &mut nodes {
            complete(node, &contents);
        }
        let (order, idle) = self.order(&nodes)?;
        let lock = FeatureSet::lock(&nodes);
        if self.request.lockfile == LockfileMode::Frozen {
            found.is_as_frozen(self.environment, &lock)?;
        }
        let mut set = FeatureSet {
            features: Vec::new(),
            lockfile: (self.request.lockfile != LockfileMode::None).then_some(lock),
            warnings: asked.warnings.into_iter().chain(warnings).chain(idle).collect(),
        };
        for place in order {
            let node = nodes[place].clone();
            let Some(content) = contents.get(&node.reference.to_string()).cloned() else {
                return Err(self.failed(&wanted_of(&node), false, nothing(&node)));
            };
            set.features.push(InstalledFeature { node, folder: content.folder, content: content.content });
        }
        let advised = control.advised(&nodes);
        if !advised.is_empty() {
            set.warnings.push(feature::advisories_text(&advised));
        }
        set.warnings.extend(feature::retirement_texts(&nodes));
        for warning in &set.warnings {
            step.warn(warning.clone(), None);
        }
        step.finish(Outcome::Done, Some(told(&set)));
        Ok(Resolved { set, diagnostics: diagnostics(source.client.diagnostics()) })
    }

    fn asked(&self) -> feature::Asked {
        let config = &self.environment.configuration.config;
        let own: Map<String, Value> =
            config.features.iter().map(|(id, options)| (id.clone(), options.clone())).collect();
        feature::asked(&own, &self.request.additional, !self.request.skip_auto_mapping)
    }

    /// Where relative references start.
    fn with_base<T>(&self, run: impl FnOnce(&LocalBase<'_>) -> T) -> T {
        let configuration = self.environment.configuration.path.display().to_string();
        run(&self.environment.features_base(&configuration))
    }

    /// All Features that are needed, with everything that was fetched for them.
    async fn graph(
        &self,
        asked: &[AskedFeature],
        locked: &indexmap::IndexMap<String, LockedFeature>,
        source: &Source,
        step: &StepRecord<'a>,
    ) -> Result<(Vec<FeatureNode>, Vec<String>, HashMap<String, Content>)> {
        let fetcher = Fetcher::new(source.clone());
        let mut arrivals = Arrivals::default();
        let mut softly = Softly::open(self.store);
        let mapping = !self.request.skip_auto_mapping;
        let complete = loop {
            let graph = self
                .with_base(|base| feature::graph(asked, base, mapping, &arrivals.fetched, softly.known()));
            let graph = graph.map_err(|error| FeaturesError::Graph(Box::new(error)).of(self.environment))?;
            match graph {
                Graph::Complete { nodes, warnings } => break (nodes, warnings),
                Graph::Incomplete { needed, hoped } => {
                    let level = self.level(needed, locked, &fetcher, step).await?;
                    if level.is_empty() {
                        // Not before everything else is there, which may answer it. Content comes meanwhile.
                        softly.learn(hoped, &arrivals.fetched, &fetcher).await;
                    }
                    self.arrived(level, &mut arrivals, &fetcher);
                }
            }
        };
        softly.keep();
        while let Some(arrived) = arrivals.coming.join_next().await {
            let (wanted, is_locked, content) = arrived.map_err(|error| stopped(&error))?;
            let content = content.map_err(|failure| self.failed(&wanted, is_locked, failure))?;
            let reference = wanted.reference.to_string();
            if let Some(step) = arrivals.steps.remove(&reference) {
                step.finish(Outcome::Done, version(&arrivals.fetched, &reference));
            }
            arrivals.contents.insert(reference, content);
        }
        Ok((complete.0, complete.1, arrivals.contents))
    }

    /// The Features of one level of the graph, at once.
    async fn level(
        &self,
        needed: Vec<Wanted>,
        locked: &indexmap::IndexMap<String, LockedFeature>,
        fetcher: &Fetcher,
        step: &StepRecord<'a>,
    ) -> Result<Vec<(Wanted, bool, StepRecord<'a>, Found)>> {
        let mut asking: FuturesUnordered<_> = needed
            .into_iter()
            .map(|wanted| {
                let locked = locked.get(&wanted.user_id);
                let record =
                    self.operation.begin(Some(step), StepName::Feature, Some(wanted.user_id.clone()));
                async move {
                    let found = self.find(&wanted, locked, fetcher).await;
                    (wanted, locked.is_some(), record, found)
                }
            })
            .collect();
        let mut level = Vec::new();
        while let Some((wanted, is_locked, record, found)) = asking.next().await {
            let found = found.map_err(|failure| self.failed(&wanted, is_locked, failure))?;
            level.push((wanted, is_locked, record, found));
        }
        Ok(level)
    }

    async fn find(
        &self,
        wanted: &Wanted,
        locked: Option<&LockedFeature>,
        fetcher: &Fetcher,
    ) -> Result<Found, Failure> {
        match &wanted.reference {
            FeatureReference::Oci(reference) => fetcher.registry(reference, locked).await,
            FeatureReference::Tarball { url, id } => fetcher.server(url, id, locked).await,
            FeatureReference::GitHub { owner, repository, id, tag } => {
                fetcher.github(owner, repository, id, tag.as_deref()).await
            }
            FeatureReference::Local { folder, .. } => {
                let brought = self.environment.bring(Path::new(folder), &self.operation.cancel).await;
                let folder = brought.map_err(|error| Failure::Manifest {
                    file: folder.into(),
                    problem: format!("cannot be read: {error}"),
                })?;
                fetch::from_folder(folder).await
            }
        }
    }

    /// Takes a level in, and lets content come while the next level is looked at.
    fn arrived(
        &self,
        level: Vec<(Wanted, bool, StepRecord<'a>, Found)>,
        arrivals: &mut Arrivals<'a>,
        fetcher: &Fetcher,
    ) {
        for (wanted, is_locked, record, found) in level {
            let reference = wanted.reference.to_string();
            arrivals.fetched.insert(reference.clone(), found.fetched);
            match (found.content, found.artifact) {
                (Some(content), _) => {
                    record.finish(Outcome::Done, version(&arrivals.fetched, &reference));
                    arrivals.contents.insert(reference, content);
                }
                (None, Some((repository, manifest))) => {
                    let fetcher = fetcher.clone();
                    arrivals.steps.insert(reference, record);
                    arrivals.coming.spawn(async move {
                        let content = fetcher.content(&repository, &manifest).await;
                        (wanted, is_locked, content)
                    });
                }
                (None, None) => drop(record),
            }
        }
    }

    /// The order of installation, and what to tell about entries of it that order nothing.
    fn order(&self, nodes: &[FeatureNode]) -> Result<(Vec<usize>, Vec<String>)> {
        let entries = &self.environment.configuration.config.override_feature_install_order;
        let overrides =
            self.with_base(|base| feature::overrides(entries, base, !self.request.skip_auto_mapping));
        let order = overrides.and_then(|overrides| {
            let idle = feature::idle_overrides(entries, &overrides, nodes);
            Ok((feature::install_order(nodes, &overrides)?, idle))
        });
        order.map_err(|error| FeaturesError::Order(Box::new(error)).of(self.environment))
    }

    /// The control manifest, if it is here: then nothing is fetched that must not be used.
    fn known_control(&self, asked: &[AskedFeature]) -> Result<Option<ControlManifest>> {
        let known = control::known(self.store);
        if let Some(control) = &known {
            self.check_allowed(asked, control)?;
        }
        Ok(known)
    }

    fn check_allowed(&self, asked: &[AskedFeature], control: &ControlManifest) -> Result<()> {
        control::disallowed(control, asked).map_or(Ok(()), |error| Err(error.of(self.environment)))
    }

    fn failed(&self, wanted: &Wanted, locked: bool, failure: Failure) -> Error {
        let (user_id, needed_by) = (wanted.user_id.clone(), wanted.needed_by.clone());
        let error = match failure {
            Failure::Registry(error) => {
                FeaturesError::Fetch { user_id, needed_by, locked, error: Box::new(error) }
            }
            Failure::Manifest { file, problem } => {
                FeaturesError::Manifest { user_id, needed_by, file, problem }
            }
        };
        error.of(self.environment)
    }
}

/// What the content says besides what its registry told, in the content's order; where they differ the registry's word counts, as with
/// the reference.
fn complete(node: &mut FeatureNode, contents: &HashMap<String, Content>) {
    let Some(content) = contents.get(&node.reference.to_string()) else { return };
    let mut said = content.manifest.clone();
    said.extend(node.manifest.raw.clone());
    if said != node.manifest.raw || !said.keys().eq(node.manifest.raw.keys()) {
        let manifest = fetch::read(&Value::Object(said), &node.user_id);
        node.manifest = FeatureManifest { first_version: content.first_version, ..manifest };
    }
}

fn wanted_of(node: &FeatureNode) -> Wanted {
    Wanted { user_id: node.user_id.clone(), reference: node.reference.clone(), needed_by: None }
}

fn nothing(node: &FeatureNode) -> Failure {
    Failure::Manifest { file: node.user_id.clone().into(), problem: "has no content".to_owned() }
}

fn stopped(error: &tokio::task::JoinError) -> Error {
    Error::Impossible {
        message: format!("fetching Features ended early: {error}"),
        location: None,
        hint: None,
    }
}

fn version(fetched: &HashMap<String, feature::Fetched>, reference: &str) -> Option<String> {
    fetched.get(reference)?.manifest.version.clone()
}

/// `3 Features`.
fn told(set: &FeatureSet) -> String {
    match set.features.len() {
        1 => "1 Feature".to_owned(),
        count => format!("{count} Features"),
    }
}

fn diagnostics(found: AuthDiagnostics) -> api::OciAuthDiagnostics {
    api::OciAuthDiagnostics {
        auth_lookup_would_be_blocked: found.lookup_would_be_blocked,
        registry_redirect_would_prevent_credential_forwarding: found.redirect_would_prevent_forwarding,
        auth_server_redirect: found.server_redirect,
    }
}
