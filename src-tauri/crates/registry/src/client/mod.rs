//! A client of registries (OCI distribution specification): pulls manifests, blobs and tags, pushes, and downloads tarballs.
//!
//! Nothing that comes back is believed: everything has a bound in size and time, and what has a digest is compared with it. Credentials
//! go to the registry that they belong to and to nobody else. Dropping a call's future ends it.

mod authorize;
mod challenge;
mod connector;
mod exchange;
mod origin;
mod push;
mod trust;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, LINK};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use url::Url;

use crate::credentials::Surroundings;
use crate::digest::digest_of;
use crate::error::Error;
use crate::manifest::{Descriptor, MANIFEST, Manifest};
use crate::repository::Repository;
use authorize::Known;
pub(crate) use authorize::encoded;
use exchange::{Answer, Exchange, Question};
use origin::{AuthHosts, is_private};

const USER_AGENT: &str = concat!("wharf/", env!("CARGO_PKG_VERSION"), " (devcontainer)");

/// The most that the specification lets registries take for a manifest.
const LARGEST_MANIFEST: u64 = 4 * 1024 * 1024;
/// A page of tags, and as many pages as anybody fills.
const LARGEST_PAGE: u64 = 4 * 1024 * 1024;
const MOST_PAGES: usize = 100;
/// What is taken into memory: lists of collections, and Templates.
const LARGEST_IN_MEMORY: u64 = 64 * 1024 * 1024;
/// What is written to disk: Features with everything that they bring.
pub(crate) const LARGEST_ON_DISK: u64 = 1024 * 1024 * 1024;

/// How a client behaves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Tokens only from servers that are the registry's own or allowed (`--oci-auth-hardening`).
    pub auth_hardening: bool,
    /// The allowed ones, `registry=host` (`--allow-cross-origin-auth-host`).
    pub allowed_auth_hosts: Vec<String>,
    /// How long it waits.
    pub patience: Patience,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection, a proxy's part and encryption included.
    pub connect: Duration,
    /// For the next sign of life on it.
    pub idle: Duration,
    /// Before it asks a busy host again, if that does not say how long.
    pub pause: Duration,
    /// The longest that it lets a busy host say.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// What was noticed about credentials, as the reference's documents tell it (`ociAuthDiagnostics`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthDiagnostics {
    /// A registry named a server for tokens that hardening would not ask.
    pub lookup_would_be_blocked: bool,
    /// A registry redirected to a host that wanted credentials.
    pub redirect_would_prevent_forwarding: bool,
    /// A server for tokens redirected.
    pub server_redirect: bool,
}

/// A client. It opens nothing before the first question, and keeps connections and tokens for the next ones.
pub struct Client {
    surroundings: Surroundings<'static>,
    hardening: bool,
    hosts: AuthHosts,
    exchange: Exchange,
    known: Known,
    diagnostics: Mutex<AuthDiagnostics>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Client").field("hardening", &self.hardening).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Tags {
    /// Registries write `null` where there are none.
    tags: Option<Vec<String>>,
}

impl Client {
    /// A client for a person's surroundings.
    ///
    /// # Errors
    /// When an allowed host cannot be read.
    pub fn new(surroundings: Surroundings<'static>, options: Options) -> Result<Client, Error> {
        Ok(Client {
            surroundings: surroundings.clone(),
            hardening: options.auth_hardening,
            hosts: AuthHosts::new(&options.allowed_auth_hosts)?,
            exchange: Exchange::new(surroundings, options.patience),
            known: Known::default(),
            diagnostics: Mutex::default(),
        })
    }

    /// What was noticed about credentials so far.
    #[must_use]
    pub fn diagnostics(&self) -> AuthDiagnostics {
        *self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The manifest that a tag or a digest names.
    ///
    /// # Errors
    /// When there is none, it cannot be had, or its content has another digest than the asked one or the one the registry tells.
    pub async fn manifest(&self, repository: &Repository, reference: &str) -> Result<Manifest, Error> {
        let separator = if reference.contains(':') { '@' } else { ':' };
        let what = format!("{repository}{separator}{reference}");
        let url = repository.url(&format!("manifests/{reference}"))?;
        let answer = self.get(repository, url, MANIFEST, &what).await?;
        let told = answer.headers.get("docker-content-digest").and_then(|value| value.to_str().ok());
        let told = told.filter(|digest| digest.starts_with("sha256:")).map(str::to_owned);
        let body = answer.bytes(LARGEST_MANIFEST).await?;
        let expected =
            Some(reference).filter(|reference| reference.contains(':')).map(str::to_owned).or(told);
        check(&what, expected.as_deref(), &digest_of(&body))?;
        Manifest::read(body, &what)
    }

    /// A blob, in memory.
    ///
    /// # Errors
    /// When it cannot be had, is too large, or has another digest.
    pub async fn blob(&self, repository: &Repository, blob: &Descriptor) -> Result<Vec<u8>, Error> {
        let body = self.ask_for_blob(repository, blob).await?.bytes(LARGEST_IN_MEMORY).await?;
        check(&repository.to_string(), Some(&blob.digest), &digest_of(&body))?;
        Ok(body)
    }

    /// A blob, into a file.
    ///
    /// # Errors
    /// As [`Client::blob`], and when the file cannot be written.
    pub async fn save_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        path: &Path,
    ) -> Result<(), Error> {
        let found = self.ask_for_blob(repository, blob).await?.save(path, LARGEST_ON_DISK).await?;
        check(&repository.to_string(), Some(&blob.digest), &found)
    }

    async fn ask_for_blob(&self, repository: &Repository, blob: &Descriptor) -> Result<Answer, Error> {
        let url = repository.url(&format!("blobs/{}", blob.digest))?;
        self.get(repository, url, "*/*", &format!("the content of {repository}")).await
    }

    /// All tags, as the registry orders them; none if there is no such repository.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn tags(&self, repository: &Repository) -> Result<Vec<String>, Error> {
        let what = format!("the tags of {repository}");
        let mut url = repository.url("tags/list")?;
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = match self.get(repository, url.clone(), "application/json", &what).await {
                Err(Error::NotFound { .. }) => return Ok(all),
                answer => answer?,
            };
            let next = next_page(&url, &answer.headers);
            let body = answer.bytes(LARGEST_PAGE).await?;
            let page: Tags = serde_json::from_slice(&body)
                .map_err(|error| Error::Malformed { what: what.clone(), detail: error.to_string() })?;
            all.extend(page.tags.unwrap_or_default());
            let Some(next) = next else { break };
            url = next;
        }
        Ok(all)
    }

    /// Downloads a file and tells its digest. GitHub gets the token of the environment's `GITHUB_TOKEN`, nobody else anything.
    ///
    /// # Errors
    /// When it cannot be had or written.
    pub async fn download(&self, address: &str, path: &Path) -> Result<String, Error> {
        self.fetch(address, "application/octet-stream").await?.save(path, LARGEST_ON_DISK).await
    }

    /// Whether the environment has a token for GitHub.
    #[must_use]
    pub fn has_github_token(&self) -> bool {
        self.surroundings.set("GITHUB_TOKEN").is_some()
    }

    /// Downloads a document of at most `limit` bytes, as [`Client::download`] does.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn document(&self, address: &str, limit: u64) -> Result<Vec<u8>, Error> {
        self.fetch(address, "application/json").await?.bytes(limit).await
    }

    async fn fetch(&self, address: &str, accept: &str) -> Result<Answer, Error> {
        let malformed =
            |detail: &str| Error::Malformed { what: address.to_owned(), detail: detail.to_owned() };
        let url = Url::parse(address).map_err(|error| malformed(&error.to_string()))?;
        if !is_private(&url) {
            return Err(malformed("its address does not begin with https://"));
        }
        let mut question = Question::new(Method::GET, url, address).header(ACCEPT, accept);
        let github = matches!(question.url.host_str(), Some("github.com" | "api.github.com"));
        if github && let Some(token) = self.surroundings.set("GITHUB_TOKEN") {
            question = question.header(AUTHORIZATION, &format!("Bearer {token}"));
        }
        let answer = self.exchange.ask(&question).await?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::NOT_FOUND => Err(Error::NotFound { what: address.to_owned() }),
            _ => Err(answer.unexpected().await),
        }
    }

    /// What a registry has at an address.
    async fn get(
        &self,
        repository: &Repository,
        url: Url,
        accept: &str,
        what: &str,
    ) -> Result<Answer, Error> {
        let question = Question::new(Method::GET, url, what).header(ACCEPT, accept);
        let answer = self.authorized(repository, question).await?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::NOT_FOUND => Err(Error::NotFound { what: what.to_owned() }),
            _ => Err(answer.unexpected().await),
        }
    }

    fn notice(&self, note: impl FnOnce(&mut AuthDiagnostics)) {
        note(&mut self.diagnostics.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Compares a digest with the one that was expected.
pub(crate) fn check(what: &str, expected: Option<&str>, found: &str) -> Result<(), Error> {
    match expected.filter(|expected| *expected != found) {
        None => Ok(()),
        Some(expected) => Err(Error::Digest {
            what: what.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }),
    }
}

/// The next page of a list (OCI distribution, "Listing Tags"), which is the same registry's.
fn next_page(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let link = links.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))?;
    let address = link.trim().strip_prefix('<')?.split_once('>')?.0;
    url.join(address).ok().filter(|next| next.origin() == url.origin() && next != url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_same_registry_s() {
        let url = Url::parse("https://r/v2/a/tags/list").unwrap();
        for (link, expected) in [
            ("</v2/a/tags/list?last=b>; rel=\"next\"", Some("https://r/v2/a/tags/list?last=b")),
            ("<https://r/v2/a/tags/list?last=b>; rel=\"next\"", Some("https://r/v2/a/tags/list?last=b")),
            ("<https://evil/v2/a/tags/list>; rel=\"next\"", None),
            ("</v2/a/tags/list>; rel=\"next\"", None),
            ("</v2/a/tags/list?last=b>; rel=\"prev\"", None),
            ("nonsense", None),
        ] {
            let headers = HeaderMap::from_iter([(LINK, link.parse().unwrap())]);
            assert_eq!(next_page(&url, &headers).as_ref().map(Url::as_str), expected, "{link}");
        }
    }
}
