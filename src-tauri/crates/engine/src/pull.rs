//! Fetching an image, layer by layer.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use wharf_plan::image_reference::ImageReference;

use crate::credentials::{Credentials, encode, is_loopback};
use crate::engine::{Engine, with_query};
use crate::error::{Call, Error, refusal};
use crate::progress::{OnProgress, Progress};
use crate::stream::JsonDocuments;
use crate::transport::empty;

/// Waits between the attempts after the network's fault. An image that does not exist is told at once.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// One document of a pull's or a classic build's stream.
#[derive(Deserialize, Default, Debug)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct News {
    #[serde(deserialize_with = "crate::answers::nullable")]
    pub(crate) id: String,
    pub(crate) status: Option<String>,
    pub(crate) stream: Option<String>,
    pub(crate) progress_detail: Option<ProgressDetail>,
    pub(crate) error: Option<String>,
    pub(crate) error_detail: Option<ErrorDetail>,
    pub(crate) aux: Option<serde_json::Value>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(crate) struct ProgressDetail {
    current: Option<i64>,
    total: Option<i64>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(crate) struct ErrorDetail {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<i64>,
}

impl News {
    /// The engine's words when this is the news that it failed. Docker says it twice, Podman in one of the two places.
    pub(crate) fn failure(&self) -> Option<&str> {
        let detail = self.error_detail.as_ref().and_then(|detail| detail.message.as_deref());
        self.error.as_deref().or(detail).filter(|words| !words.is_empty())
    }

    /// News of a layer, or a line.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let status = self.status.as_deref()?;
        if self.id.is_empty() || status.starts_with("Pulling from ") {
            return Some(Progress::Message(status.to_owned()));
        }
        let bytes =
            |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0);
        let detail = self.progress_detail.as_ref();
        Some(Progress::Layer {
            id: self.id.clone(),
            status: status.to_owned(),
            current: detail.and_then(|detail| bytes(detail.current)),
            total: detail.and_then(|detail| bytes(detail.total)),
        })
    }
}

impl Engine {
    /// Fetches an image from its registry. `platform` is `os/architecture[/variant]`.
    ///
    /// The network's faults are tried again twice. There is no bound on the time; cancelling ends the call at once, and the
    /// engine keeps no half image.
    ///
    /// # Errors
    /// When there is no such image, the registry wants other credentials, or cannot be reached.
    pub async fn pull(
        &self,
        image: &str,
        platform: Option<&str>,
        credentials: Option<&Credentials>,
        cancel: &CancellationToken,
        on_progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let mut pauses = PAUSES.iter();
        loop {
            let attempt = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Error::Cancelled),
                attempt = self.pull_once(image, platform, credentials, on_progress) => attempt,
            };
            match attempt {
                Err(error) if error.is_transient() => {
                    let Some(pause) = pauses.next() else { return Err(error) };
                    on_progress(Progress::Message(format!("{error}; trying again in {} s", pause.as_secs())));
                    tokio::select! {
                        () = cancel.cancelled() => return Err(Error::Cancelled),
                        () = tokio::time::sleep(*pause) => {}
                    }
                }
                other => return other,
            }
        }
    }

    async fn pull_once(
        &self,
        image: &str,
        platform: Option<&str>,
        credentials: Option<&Credentials>,
        on_progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let call = Call::image("pull", image);
        let named = ImageReference::parse(image);
        // A digest goes where the tag goes; without either the engine would fetch every tag there is.
        let tag = named.digest.or(named.tag).unwrap_or("latest");
        let path = match self.libpod_path("/images/pull").filter(|_| is_loopback(named.registry)) {
            Some(path) => with_query(&path, &libpod_query(image, platform)),
            None => {
                let mut query = vec![("fromImage", named.repository), ("tag", tag)];
                query.extend(platform.map(|platform| ("platform", platform)));
                with_query("/images/create", &query)
            }
        };
        let mut request = self.request(Method::POST, &path, empty(), &call)?;
        if let Some(value) = credentials
            .and_then(|credentials| encode(&credentials.header()))
            .and_then(|text| HeaderValue::from_str(&text).ok())
        {
            request.headers_mut().insert(HeaderName::from_static("x-registry-auth"), value);
        }
        let shown = |error: Error| error.asked_with(credentials);
        let body = self.send(request, &call).await.map_err(shown)?.into_body();
        self.follow_news(body, &call, on_progress).await.map_err(shown)
    }

    /// Reads what an engine tells of a call that takes long, to its end. The status was sent before it was known how that is.
    ///
    /// # Errors
    /// What the engine says of a failure, and when it breaks off.
    pub(crate) async fn follow_news(
        &self,
        mut body: Incoming,
        call: &Call,
        on_progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let mut documents = JsonDocuments::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Error::Broken {
                engine: self.name().to_owned(),
                call: call.verb.clone(),
                detail: error.to_string(),
            })?;
            let Some(bytes) = frame.data_ref() else { continue };
            documents.push(bytes);
            while let Some(news) = documents.next::<News>().map_err(|error| self.garbage(call, &error))? {
                if let Some(words) = news.failure() {
                    return Err(refusal(self.name(), call, 500, words));
                }
                if let Some(progress) = news.progress() {
                    on_progress(progress);
                }
            }
        }
        if documents.has_rest() {
            return Err(self.garbage(call, &"the stream ends in the middle of a document"));
        }
        Ok(())
    }
}

/// Docker asks a registry of its own machine without encryption if need be. Podman does the same when its own call says so; the one
/// that it has in common with Docker has no place for it.
fn libpod_query<'a>(image: &'a str, platform: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
    let mut query =
        vec![("reference", image), ("tlsVerify", "false"), ("compatMode", "true"), ("policy", "always")];
    let mut parts = platform.unwrap_or_default().splitn(3, '/');
    for name in ["OS", "Arch", "Variant"] {
        query.extend(parts.next().filter(|part| !part.is_empty()).map(|part| (name, part)));
    }
    query
}
