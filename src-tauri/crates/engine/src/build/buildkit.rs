//! Building with the BuildKit that lives in the daemon: the call says what, the session gives the files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::grpc::build::moby::buildkit::v1::StatusResponse;
use http::Method;
use http_body_util::BodyExt as _;
use prost::Message as _;
use wharf_plan::BuildSpec;

use super::session::{Session, check_agents, check_secrets};
use super::vertices::Vertices;
use super::{failure, query};
use crate::credentials::FindCredentials;
use crate::engine::{Engine, with_query};
use crate::error::{Call, Error};
use crate::progress::{OnProgress, Progress};
use crate::pull::News;
use crate::stream::JsonDocuments;
use crate::transport::empty;

/// Builds. None when the daemon turns out to have no sessions.
pub(super) async fn build(
    engine: &Engine,
    spec: &BuildSpec,
    credentials: &FindCredentials,
    on_progress: OnProgress<'_>,
) -> Result<Option<Option<String>>, Error> {
    check_secrets(&spec.secrets)?;
    check_agents(engine, &spec.ssh)?;
    let session = match Session::open(engine, spec, credentials).await {
        Ok(session) => session,
        Err(Error::Rejected { status: 404 | 405 | 501, .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    for flag in query::ignored_by_buildkit(spec) {
        on_progress(Progress::Message(format!("{flag} has no effect: BuildKit does not know it")));
    }
    let call = Call::engine("build the image");
    let mut query = query::common(spec);
    let dockerfile = if spec.remote.is_some() { &spec.dockerfile_name } else { &session.dockerfile };
    query.push(("dockerfile", dockerfile.clone()));
    query.push(("version", "2".to_owned()));
    query.push(("session", session.id.clone()));
    // The files come through the session, not with this call, unless the builder fetches them itself.
    query.push(("remote", spec.remote.clone().unwrap_or_else(|| "client-session".to_owned())));
    query::docker_lists(spec, &mut query);
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = engine.request(Method::POST, &with_query("/build", &query), empty(), &call)?;
    let response = match engine.send(request, &call).await {
        Ok(response) => response,
        Err(Error::Rejected { status, words, .. }) => return Err(failure(engine, None, status, &words)),
        Err(error) => return Err(error),
    };
    let mut body = response.into_body();
    let mut documents = JsonDocuments::default();
    let mut vertices = Vertices::default();
    let mut built = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Broken {
            engine: engine.name().to_owned(),
            call: call.verb.clone(),
            detail: error.to_string(),
        })?;
        let Some(bytes) = frame.data_ref() else { continue };
        documents.push(bytes);
        while let Some(news) = documents.next::<News>().map_err(|error| engine.garbage(&call, &error))? {
            if let Some(words) = news.failure() {
                return Err(session
                    .trouble()
                    .unwrap_or_else(|| failure(engine, vertices.failed.clone(), 500, words)));
            }
            match (news.id.as_str(), &news.aux) {
                ("moby.buildkit.trace", Some(serde_json::Value::String(text))) => {
                    let status = STANDARD
                        .decode(text)
                        .map_err(|error| engine.garbage(&call, &error))
                        .and_then(|bytes| {
                            StatusResponse::decode(bytes.as_slice())
                                .map_err(|error| engine.garbage(&call, &error))
                        })?;
                    vertices.tell(status, on_progress);
                }
                (_, Some(aux)) => {
                    if let Some(id) = aux.get("ID").and_then(serde_json::Value::as_str) {
                        built = Some(id.to_owned());
                    }
                }
                _ => {
                    if let Some(progress) = news.progress() {
                        on_progress(progress);
                    }
                }
            }
        }
    }
    if documents.has_rest() {
        return Err(engine.garbage(&call, &"the stream ends in the middle of a document"));
    }
    Ok(Some(built))
}
