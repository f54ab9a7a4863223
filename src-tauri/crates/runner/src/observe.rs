//! Looking: every fact that reconciling asks for, read from the engine or the disk.
//!
//! Looking changes nothing that a person would notice. The one exception is named where it happens: the accounts of an image
//! can be read only through a container, which is created, never started, and removed at once.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use wharf_plan::{
    Accounts, ContainerFacts, ContainerSpec, ContainerState, Fact, FactQuery, HostFile, Inside,
};

use crate::compose::{DockerfilePlace, read_if_there};
use crate::environment::STYLE;
use crate::error::{Error, Result};
use crate::own_container::Wanted;
use crate::reconciler::Reconciler;
use crate::records::{INSIDE, InsideRecord};

/// How many images are looked at beside the one that is asked for.
const MOST_IMAGES: usize = 4;

/// Files that a configuration names are settings and scripts; what is longer is not read into memory.
const LONGEST_FILE: u64 = 16 * 1024 * 1024;

impl Reconciler<'_> {
    /// Gathers one fact.
    pub(crate) async fn observe(&mut self, query: &FactQuery) -> Result<()> {
        match query {
            FactQuery::Container => self.observe_container().await,
            FactQuery::Image { image } => self.observe_image(image).await,
            FactQuery::Dockerfile => {
                let text = match self.dockerfile_place()? {
                    DockerfilePlace::File(path) => read_if_there(&self.brought(&path).await?)?,
                    DockerfilePlace::Text(text) => Some(text),
                };
                self.observed.dockerfile = Fact::Known(text);
                Ok(())
            }
            FactQuery::Machine => self.observe_machine().await,
            FactQuery::Context => self.observe_context().await,
            FactQuery::Compose => self.observe_compose().await,
            FactQuery::Service { service } => self.observe_service(service).await,
            FactQuery::Project { project } => self.observe_project(project).await,
            FactQuery::Features => self.observe_features().await,
            FactQuery::Accounts { image, id } => self.observe_accounts(image, id).await,
            FactQuery::Files { paths } => {
                for path in paths {
                    let content = read_file(&self.brought(&self.environment.host_path(path)).await?);
                    let file = match content.map(String::from_utf8) {
                        Some(Ok(content)) => HostFile::Text { content },
                        _ => HostFile::Absent,
                    };
                    self.observed.files.insert(path.clone(), file);
                }
                Ok(())
            }
            FactQuery::KeptSecrets => self.observe_kept_secrets().await,
            FactQuery::Places { paths } => {
                for path in paths {
                    self.observed.places.insert(path.clone(), real_place(Path::new(path)));
                }
                Ok(())
            }
            FactQuery::Hashes { paths } => {
                for path in paths {
                    let file = hash_file(&self.brought(&self.environment.host_path(path)).await?);
                    self.observed.files.insert(path.clone(), file);
                }
                Ok(())
            }
        }
    }

    /// Images that were built for the environment are looked at together with the one that is asked for: what is asked next is usually one
    /// of them, and an engine takes its time over each.
    async fn observe_image(&mut self, image: &str) -> Result<()> {
        let known = &self.observed.images;
        let built = self.observed.built.keys();
        let built = built.filter(|name| *name != image && !known.contains_key(*name)).take(MOST_IMAGES);
        let others: Vec<String> = built.cloned().collect();
        let engine = self.engine;
        let looked =
            others.iter().map(|name| async move { (name.clone(), engine.inspect_image(name).await) });
        let (facts, others) =
            tokio::join!(engine.inspect_image(image), futures_util::future::join_all(looked));
        let facts = facts.map_err(|error| self.engine_error(error))?;
        self.observed.images.insert(image.to_owned(), facts);
        for (name, facts) in others {
            // One that could not be looked at is asked for when it is needed.
            if let Ok(facts) = facts {
                self.observed.images.insert(name, facts);
            }
        }
        Ok(())
    }

    /// A file as the plan names it, where it can be read on this computer.
    pub(crate) async fn brought(&self, path: &Path) -> Result<std::path::PathBuf> {
        self.environment.bring(path, &self.operation.cancel).await
    }

    async fn observe_container(&mut self) -> Result<()> {
        let container = match self.known_container().await? {
            Some(container) => Some(container),
            None => match self.search_container().await? {
                Some(id) => {
                    self.engine.inspect_container(&id).await.map_err(|error| self.engine_error(error))?
                }
                None => None,
            },
        };
        let container = match container {
            Some(made)
                if self.half_made.as_ref() == Some(&made.id) && !self.is_of_its_image(&made).await? =>
            {
                None
            }
            other => other,
        };
        self.container_id = container.as_ref().map(|container| container.id.clone());
        if let Some(container) = container
            .as_ref()
            .filter(|found| matches!(found.state, ContainerState::Running | ContainerState::Paused))
            && !self.observed.inside.set_up
            && let Some(record) = self.state.load::<InsideRecord>(INSIDE)?.found()
            && record.belongs_to(container)
        {
            let attached = std::mem::take(&mut self.observed.inside.attached);
            self.observed.inside = Inside { attached, ..record.inside };
        }
        self.observed.container = Fact::Known(container);
        Ok(())
    }

    /// The container of the last time, if it is still there: one question instead of two.
    async fn known_container(&self) -> Result<Option<ContainerFacts>> {
        let Some(id) = &self.container_id else { return Ok(None) };
        let found = self.engine.inspect_container(id).await.map_err(|error| self.engine_error(error))?;
        Ok(found
            .filter(|container| !matches!(container.state, ContainerState::Removing | ContainerState::Dead))
            .filter(|container| self.environment.carries_labels(&container.labels))
            .filter(|container| self.environment.is_service(&container.labels)))
    }

    /// By both labels; else, as older tools made it, by the folder's label alone where there is no other (inventory 7.2).
    async fn search_container(&mut self) -> Result<Option<String>> {
        if let Some(id) = &self.environment.container_id {
            return Ok(Some(id.clone()));
        }
        let labels = &self.environment.id_labels;
        let wanted = Wanted { style: STYLE, labels, usual: self.environment.has_default_labels };
        let all = match wanted.asked_by_name() {
            Some(name) => self.engine.containers_with_label(name).await,
            // The one question finds both those that carry all of the usual labels and those that older tools made.
            None => self.engine.find_containers(if wanted.usual { &labels[..1] } else { labels }).await,
        };
        let all = all.map_err(|error| self.engine_error(error))?;
        let found = wanted.search(all.iter().filter(|found| self.environment.is_service(&found.labels)));
        self.leaving = found.leaving;
        if found.container.is_none() && self.environment.is_composed() {
            return self.search_service().await;
        }
        Ok(found.container)
    }

    async fn observe_context(&mut self) -> Result<()> {
        let context = self.brought(&self.context_place()?).await?;
        let dockerfile = match self.dockerfile_place()? {
            DockerfilePlace::File(path) => Some(self.brought(&path).await?),
            DockerfilePlace::Text(_) => None,
        };
        let print = self.fingerprint(&context, dockerfile.as_deref(), "context.cache").await?;
        self.observed.context = Fact::Known(print);
        Ok(())
    }

    /// The fingerprint of a context, read again only where its files have changed since `cache` was written.
    pub(crate) async fn fingerprint(
        &self,
        context: &Path,
        dockerfile: Option<&Path>,
        cache: &str,
    ) -> Result<String> {
        let ignore = wharf_engine::Ignore::find(context, dockerfile);
        let ignore = ignore.map_err(|error| self.engine_error(error))?;
        self.fingerprint_of(context, &ignore, cache).await
    }

    /// The same of what is left of a context.
    pub(crate) async fn fingerprint_of(
        &self,
        context: &Path,
        ignore: &wharf_engine::Ignore,
        cache: &str,
    ) -> Result<String> {
        let cache = self.state.folder().join(cache);
        let print = tokio::select! {
            () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
            print = wharf_engine::context_fingerprint(context, ignore, Some(&cache)) => print,
        };
        Ok(print.map_err(|error| self.engine_error(error))?.hash)
    }

    /// An image's accounts never change, so they are read once per image.
    async fn observe_accounts(&mut self, image: &str, id: &str) -> Result<()> {
        let key = format!("accounts/{}", id.trim_start_matches("sha256:"));
        let accounts = match self.store.load::<Accounts>(&key)?.found() {
            Some(accounts) => accounts,
            None => {
                let accounts = self.read_accounts(image).await?;
                self.store.save(&key, &accounts)?;
                accounts
            }
        };
        self.observed.accounts.insert(id.to_owned(), accounts);
        Ok(())
    }

    async fn read_accounts(&self, image: &str) -> Result<Accounts> {
        let mut spec = ContainerSpec::default();
        image.clone_into(&mut spec.body.image);
        spec.body.cmd = Some(vec!["true".to_owned()]);
        spec.body.labels.insert("dev.wharf.transient".to_owned(), "accounts".to_owned());
        let container = self.engine.create(&spec).await.map_err(|error| self.engine_error(error))?;
        let read = async |path: &str| -> Result<String> {
            let tar =
                self.engine.download(&container, path).await.map_err(|error| self.engine_error(error))?;
            Ok(tar.map(|tar| first_file(&tar)).unwrap_or_default())
        };
        let accounts =
            async { Ok(Accounts { passwd: read("/etc/passwd").await?, group: read("/etc/group").await? }) };
        let accounts = accounts.await;
        let removed = self.engine.remove(&container, true, true).await;
        removed.map_err(|error| self.engine_error(error))?;
        accounts
    }
}

/// The content of the first regular file of an archive, as text; empty if there is none.
fn first_file(tar: &[u8]) -> String {
    let mut archive = tar::Archive::new(tar);
    let Ok(entries) = archive.entries() else { return String::new() };
    for entry in entries.flatten() {
        if entry.header().entry_type().is_file() {
            let mut content = Vec::new();
            return match entry.take(LONGEST_FILE).read_to_end(&mut content) {
                Ok(_) => String::from_utf8_lossy(&content).into_owned(),
                Err(_) => String::new(),
            };
        }
    }
    String::new()
}

fn read_file(path: &Path) -> Option<Vec<u8>> {
    let file =
        std::fs::File::open(path).ok().filter(|file| file.metadata().is_ok_and(|found| found.is_file()))?;
    let mut content = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut content).ok()?;
    Some(content)
}

/// Where a path leads, links followed; of one that does not exist yet, where it would be made.
pub(crate) fn real_place(path: &Path) -> String {
    let place = path.ancestors().find_map(|ancestor| {
        let rest = path.strip_prefix(ancestor).ok()?;
        std::fs::canonicalize(ancestor).ok().map(|real| real.join(rest))
    });
    let place = place.unwrap_or_else(|| path.to_owned()).to_string_lossy().into_owned();
    let place = place.strip_suffix('/').filter(|place| !place.is_empty()).unwrap_or(&place);
    // Windows answers with the prefix of its longest paths.
    place.strip_prefix(r"\\?\").unwrap_or(place).to_owned()
}

fn hash_file(path: &Path) -> HostFile {
    let hash = || {
        let mut file = std::fs::File::open(path)
            .ok()
            .filter(|file| file.metadata().is_ok_and(|found| found.is_file()))?;
        let mut hash = Sha256::new();
        std::io::copy(&mut file, &mut hash).ok()?;
        Some(hex::encode(hash.finalize()))
    };
    hash().map_or(HostFile::Absent, |sha256| HostFile::Hash { sha256 })
}
