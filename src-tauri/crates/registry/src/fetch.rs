//! From a name to a folder: what the cache has not yet is fetched, compared with its digest, and unpacked.

use std::path::Path;
use std::sync::Arc;

use crate::cache::{Cache, Cached, Partial};
use crate::client::{Client, check};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::repository::Repository;

/// The file that archives of Features' first days carried themselves in.
const ITSELF: &str = "devcontainer-features.tgz";

/// Where things come from: a registry or a server, unless they were here before. A clone is the same one.
#[derive(Debug, Clone)]
pub struct Source {
    /// Who asks.
    pub client: Arc<Client>,
    /// What was fetched before.
    pub cache: Cache,
}

impl Source {
    /// The manifest that a tag or digest names. One that is named by its digest and was fetched before needs no network.
    ///
    /// # Errors
    /// As [`Client::manifest`].
    pub async fn manifest(&self, repository: &Repository, reference: &str) -> Result<Manifest, Error> {
        if let Some(body) = self.cache.get(reference).and_then(|cached| cached.manifest) {
            return Manifest::read(body, &repository.to_string());
        }
        self.client.manifest(repository, reference).await
    }

    /// The content that a manifest names.
    ///
    /// # Errors
    /// When it cannot be had, has another digest, or is not fit to be unpacked.
    pub async fn content(&self, repository: &Repository, manifest: &Manifest) -> Result<Cached, Error> {
        if let Some(found) = self.cache.get(&manifest.digest) {
            return Ok(found);
        }
        let what = repository.to_string();
        let partial = self.cache.begin()?;
        self.client.save_blob(repository, manifest.content(&what)?, &partial.archive()).await?;
        let (digest, body) = (manifest.digest.clone(), manifest.body.clone());
        self.unpack(partial, what, |_| true, digest, Some(body)).await
    }

    /// A tarball. With a digest it is compared, and if it was fetched before there is no network needed.
    ///
    /// # Errors
    /// As [`Source::content`].
    pub async fn tarball(&self, address: &str, expected: Option<&str>) -> Result<Cached, Error> {
        if let Some(found) = expected.and_then(|digest| self.cache.get(digest)) {
            return Ok(found);
        }
        let partial = self.cache.begin()?;
        let digest = self.client.download(address, &partial.archive()).await?;
        check(address, expected, &digest)?;
        if let Some(found) = self.cache.get(&digest) {
            return Ok(found);
        }
        // As the reference: no hidden files at the top, and not the archive itself.
        let wanted = |path: &str| {
            let path = path.strip_prefix("./").unwrap_or(path);
            !path.starts_with('.') && path != ITSELF
        };
        self.unpack(partial, address.to_owned(), wanted, digest, None).await
    }

    async fn unpack(
        &self,
        partial: Partial,
        what: String,
        wanted: impl Fn(&str) -> bool + Send + 'static,
        digest: String,
        manifest: Option<Vec<u8>>,
    ) -> Result<Cached, Error> {
        let cache = self.cache.clone();
        let name = what.clone();
        let unpacked = tokio::task::spawn_blocking(move || {
            partial.unpack(&what, &wanted)?;
            cache.keep(partial, &digest, manifest.as_deref())
        });
        let stopped =
            |error: tokio::task::JoinError| Error::Malformed { what: name, detail: error.to_string() };
        unpacked.await.map_err(stopped)?
    }
}

/// Reads one file of something that is unpacked; None if there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read_file(folder: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Disk { path, action: "read", source }),
    }
}
