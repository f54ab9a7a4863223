//! The build endpoint that every engine has: an archive goes in, text comes out.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use http::{HeaderName, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use wharf_plan::image_reference::{DOCKER_HUB, ImageReference};
use wharf_plan::{BuildSpec, EngineKind};

use super::context::{Sent, sent};
use super::steps::Steps;
use super::{failure, query};
use crate::context::Reason;
use crate::credentials::{FindCredentials, encode, is_loopback};
use crate::engine::{Engine, with_query};
use crate::error::{Call, Error};
use crate::progress::OnProgress;
use crate::pull::News;
use crate::stream::JsonDocuments;
use crate::transport::{empty, streamed};

/// Builds; answers what the builder said about the result.
pub(super) async fn build(
    engine: &Engine,
    spec: &BuildSpec,
    credentials: &FindCredentials,
    on_progress: OnProgress<'_>,
) -> Result<Option<String>, Error> {
    let call = Call::engine("build the image");
    let mut query = query::common(spec);
    let (body, reason) = match &spec.remote {
        Some(remote) => {
            query.push(("remote", remote.clone()));
            query.push(("dockerfile", spec.dockerfile_name.clone()));
            (empty(), Reason::default())
        }
        None => {
            let owned = spec.clone();
            let Sent { tar, dockerfile } = tokio::task::spawn_blocking(move || sent(&owned))
                .await
                .unwrap_or_else(|error| Err(engine.garbage(&call, &error)))?;
            query.push(("dockerfile", dockerfile));
            let (stream, reason) = tar.stream();
            (streamed(stream), reason)
        }
    };
    query::classic_only(spec, &mut query);
    match engine.facts().kind {
        EngineKind::Docker => query::docker_lists(spec, &mut query),
        EngineKind::Podman => {
            query::podman_lists(spec, &mut query);
            // Docker asks a registry of its own machine without encryption if need be. Podman is told to for a whole build.
            if reads_here_alone(spec) {
                query.push(("tlsVerify", "false".to_owned()));
            }
        }
    }
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Only Podman's own call fetches a context; the shared one looks for it in what is sent.
    let own = spec.remote.as_ref().and_then(|_| engine.libpod_path("/build"));
    let path = own.unwrap_or_else(|| "/build".to_owned());
    let mut request = engine.request(Method::POST, &with_query(&path, &query), body, &call)?;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    if let Some(value) = registry_header(spec, credentials).await {
        request.headers_mut().insert(HeaderName::from_static("x-registry-config"), value);
    }
    let why = |error: Error| match reason.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // The connection broke because the context could not be read.
        Some(reason @ Error::Context { .. }) if !matches!(&reason, Error::Context { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe) => {
            reason
        }
        _ => error,
    };
    let response = match engine.send(request, &call).await {
        Ok(response) => response,
        Err(Error::Rejected { status, words, .. }) => return Err(failure(engine, None, status, &words)),
        Err(error) => return Err(why(error)),
    };
    let mut body = response.into_body();
    let mut documents = JsonDocuments::default();
    let mut steps = Steps::default();
    let mut built = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            why(Error::Broken {
                engine: engine.name().to_owned(),
                call: call.verb.clone(),
                detail: error.to_string(),
            })
        })?;
        let Some(bytes) = frame.data_ref() else { continue };
        documents.push(bytes);
        while let Some(news) = documents.next::<News>().map_err(|error| engine.garbage(&call, &error))? {
            if let Some(words) = news.failure() {
                let step = steps.end(Some(words), on_progress);
                return Err(failure(engine, step, 500, words));
            }
            if let Some(text) = &news.stream {
                steps.push(text, on_progress);
            }
            if let Some(id) = news.aux.as_ref().and_then(|aux| aux.get("ID")?.as_str()) {
                built = Some(id.to_owned());
            }
            if let Some(progress) = news.progress() {
                on_progress(progress);
            }
        }
    }
    if documents.has_rest() {
        return Err(why(engine.garbage(&call, &"the stream ends in the middle of a document")));
    }
    steps.end(None, on_progress);
    Ok(built)
}

/// The credentials of every registry that the build may read from.
async fn registry_header(spec: &BuildSpec, credentials: &FindCredentials) -> Option<HeaderValue> {
    let mut known = BTreeMap::new();
    let mut asked = Vec::new();
    let caches = spec.cache_from.iter().filter_map(|source| source.image_name());
    let names = spec.images_read().names;
    let images = names.iter().filter(|found| !found.is_stage).map(|found| found.name.as_str());
    for image in images.chain(caches) {
        let registry = ImageReference::parse(image).registry.to_owned();
        if asked.contains(&registry) {
            continue;
        }
        asked.push(registry.clone());
        if let Some(found) = credentials(registry.clone()).await {
            let key =
                if registry == DOCKER_HUB { "https://index.docker.io/v1/".to_owned() } else { registry };
            known.insert(key, found);
        }
    }
    if known.is_empty() {
        return None;
    }
    let headers: BTreeMap<&str, _> =
        known.iter().map(|(key, found)| (key.as_str(), found.header())).collect();
    encode(&headers).and_then(|text| HeaderValue::from_str(&text).ok())
}

/// Whether every image that the build may fetch is in a registry of the engine's own machine. Where that cannot be told with certainty it is
/// not so: the name of a stage could be that of an image.
fn reads_here_alone(spec: &BuildSpec) -> bool {
    let images = spec.images_read();
    let caches = spec.cache_from.iter().filter_map(|source| source.image_name());
    let mut all = images.names.iter().map(|found| found.name.as_str()).chain(caches);
    images.are_all
        && !images.names.is_empty()
        && all.all(|image| is_loopback(ImageReference::parse(image).registry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_build_that_reads_from_this_machine_alone_is_told_to_do_without_encryption() {
        let cases = [
            ("FROM localhost:5000/a\nRUN true\n", true),
            ("ARG HOST=127.0.0.1:5000\nFROM $HOST/a AS base\n", true),
            ("FROM debian\n", false),
            ("FROM localhost:5000/a\nFROM debian\n", false),
            ("FROM localhost:5000/a AS debian\nFROM debian\n", false),
            ("FROM localhost:5000/a\nCOPY --from=debian /a /b\n", false),
            ("FROM localhost:5000/a\nCOPY \\\n--from=debian /a /b\n", false),
            ("FROM localhost:5000/a\nRUN --mount=type=bind,from=debian true\n", false),
            ("FROM localhost:5000/a\nFR\\\nOM debian\n", false),
            ("# escape=`\nFROM localhost:5000/a\nFR`\nOM debian\n", false),
            ("FROM $UNKNOWN/a\n", false),
            ("FROM localhost:5000/a\nRUN <<EOF\nFROM debian\nEOF\n", false),
            ("FROM ${HOST:-localhost:5000}/a\n", true),
            ("RUN true\n", false),
        ];
        for (dockerfile, expected) in cases {
            let spec = BuildSpec { dockerfile: dockerfile.to_owned(), ..BuildSpec::default() };
            assert_eq!(reads_here_alone(&spec), expected, "{dockerfile:?}");
        }
        let cached = BuildSpec {
            dockerfile: "FROM localhost:5000/a\n".to_owned(),
            cache_from: vec![wharf_plan::build::CacheSource::image("ghcr.io/a/b")],
            ..BuildSpec::default()
        };
        assert!(!reads_here_alone(&cached));
    }
}
