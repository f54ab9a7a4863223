//! Building through BuildKit's own interface, which can do all that BuildKit can.

mod cache;
mod export;
mod request;

use bollard::grpc::build::moby::buildkit::v1::StatusRequest;
use tokio_util::sync::CancellationToken;
use wharf_plan::BuildSpec;
use wharf_plan::build_ability::{Builder, BuilderKind};

use super::control::Control;
use super::session::{Serves, Session, check_agents, check_secrets};
use super::vertices::Vertices;
use super::{Outcome, builder_failure, query};
use crate::credentials::FindCredentials;
use crate::engine::Engine;
use crate::error::Error;
use crate::progress::{OnProgress, Progress};

use cache::Caches;
use export::Exports;

/// How long the last news of a build may take to arrive after its end.
const LAST_NEWS: std::time::Duration = std::time::Duration::from_secs(5);

/// Builds with this builder.
pub(super) async fn build(
    engine: &Engine,
    mut control: Control,
    builder: &Builder,
    spec: &BuildSpec,
    credentials: &FindCredentials,
    on_progress: OnProgress<'_>,
) -> Result<Outcome, Error> {
    check_secrets(&spec.secrets)?;
    check_agents(engine, &spec.ssh)?;
    for flag in query::ignored_by_buildkit(spec) {
        on_progress(Progress::Message(format!("{flag} has no effect: BuildKit does not know it")));
    }
    let Exports { exporters, targets, load } = Exports::of(engine, builder, spec)?;
    let caches = Caches::of(spec);
    let serves = Serves { targets, stores: caches.stores.clone() };
    let session = Session::through(&mut control, spec, credentials, serves).await?;
    let request = request::solve(spec, builder, &session, &caches, exporters)?;
    let status = StatusRequest { r#ref: request.r#ref.clone() };
    let mut vertices = Vertices::default();
    let ended = CancellationToken::new();
    let mut solver = control.client.clone();
    let unsent = load.as_ref().map(export::Load::sender);
    let solved = async {
        let solved = solver.solve(request).await;
        ended.cancel();
        // A build that failed before its end sends nothing, and the engine must not wait for it.
        let unsent = unsent.and_then(|unsent| unsent.take());
        (solved, unsent.is_none())
    };
    let mut watcher = control.client.clone();
    let watched = async {
        let Ok(stream) = watcher.status(status).await else { return };
        let mut stream = stream.into_inner();
        loop {
            let news = tokio::select! {
                news = stream.message() => news,
                () = async { ended.cancelled().await; tokio::time::sleep(LAST_NEWS).await } => return,
            };
            match news {
                Ok(Some(news)) => vertices.tell(news, on_progress),
                _ => return,
            }
        }
    };
    let loaded = async {
        match load {
            Some(load) => load.into_engine(engine, on_progress).await.map(Some),
            None => Ok(None),
        }
    };
    let ((solved, sent), (), loaded) = tokio::join!(solved, watched, loaded);
    let answer = match solved {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            // What went wrong on our side is the cause of what the builder says.
            if let Some(trouble) = session.trouble().filter(|trouble| !matches!(trouble, Error::Cancelled)) {
                return Err(trouble);
            }
            // An engine that does not take the image ends the build too.
            if let Err(error) = loaded
                && sent
            {
                return Err(error);
            }
            return Err(builder_failure(&control.name, vertices.failed, status.message()));
        }
    };
    loaded?;
    caches.finish(answer.exporter_response.get("cache.manifest"))?;
    let told = |key: &str| answer.exporter_response.get(key).cloned();
    let on_engine = match builder.kind {
        BuilderKind::Engine { .. } => {
            told("containerimage.digest").or_else(|| told("containerimage.config.digest"))
        }
        _ => None,
    };
    Ok(Outcome { told: on_engine, digest: told("containerimage.digest") })
}
