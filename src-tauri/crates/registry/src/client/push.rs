//! Publishing: blobs that are not there yet, then the manifest under each of its tags (OCI distribution, "Push").

use bytes::Bytes;
use http::header::LOCATION;
use http::{Method, StatusCode};
use url::Url;

use super::Client;
use super::exchange::{Answer, Question};
use crate::digest::digest_of;
use crate::error::Error;
use crate::manifest::{EMPTY_CONFIGURATION, MANIFEST, ManifestDocument};
use crate::repository::Repository;

impl Client {
    /// Publishes one file under some tags, and tells its manifest's digest.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn push(
        &self,
        repository: &Repository,
        manifest: &ManifestDocument,
        content: Vec<u8>,
        tags: &[String],
    ) -> Result<String, Error> {
        let body = serde_json::to_vec(manifest).map_err(|error| Error::Malformed {
            what: format!("the manifest of {repository}"),
            detail: error.to_string(),
        })?;
        let digest = digest_of(&body);
        if !self.has(repository, &format!("manifests/{digest}")).await? {
            self.push_blob(repository, Bytes::from_static(EMPTY_CONFIGURATION)).await?;
            self.push_blob(repository, Bytes::from(content)).await?;
        }
        let body = Bytes::from(body);
        for tag in tags {
            let url = repository.url(&format!("manifests/{tag}"))?;
            let question = Question::new(Method::PUT, url, &format!("{repository}:{tag}"));
            let answer = self.authorized(repository, question.body(MANIFEST, body.clone())).await?;
            expect(answer, StatusCode::CREATED).await?;
        }
        Ok(digest)
    }

    async fn has(&self, repository: &Repository, rest: &str) -> Result<bool, Error> {
        let question = Question::new(Method::HEAD, repository.url(rest)?, &repository.to_string());
        let question = question.header(http::header::ACCEPT, MANIFEST);
        Ok(self.authorized(repository, question).await?.status == StatusCode::OK)
    }

    async fn push_blob(&self, repository: &Repository, blob: Bytes) -> Result<(), Error> {
        let digest = digest_of(&blob);
        if self.has(repository, &format!("blobs/{digest}")).await? {
            return Ok(());
        }
        let what = format!("an upload to {repository}");
        let begin = Question::new(Method::POST, repository.url("blobs/uploads/")?, &what);
        let answer = expect(self.authorized(repository, begin).await?, StatusCode::ACCEPTED).await?;
        let mut url = upload(&answer).ok_or_else(|| Error::Malformed {
            what: format!("the answer of {}", repository.registry),
            detail: "it does not say where to upload to".to_owned(),
        })?;
        // What the address carries belongs to the upload, and stays.
        url.query_pairs_mut().append_pair("digest", &digest);
        let question = Question::new(Method::PUT, url, &what).body("application/octet-stream", blob);
        expect(self.authorized(repository, question).await?, StatusCode::CREATED).await?;
        Ok(())
    }
}

/// Where an upload goes, whether the registry tells it as a whole address or as a path.
fn upload(answer: &Answer) -> Option<Url> {
    answer.url.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()
}

async fn expect(answer: Answer, status: StatusCode) -> Result<Answer, Error> {
    if answer.status == status { Ok(answer) } else { Err(answer.unexpected().await) }
}
