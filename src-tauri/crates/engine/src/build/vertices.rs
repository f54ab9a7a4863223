//! BuildKit's news of its steps, as both ways of asking it bring them.

use std::collections::HashMap;

use bollard::grpc::build::moby::buildkit::v1::{StatusResponse, Vertex};

use crate::progress::{OnProgress, OutputStream, Progress};

/// What has been told of each step.
#[derive(Default)]
pub(super) struct Vertices {
    told: HashMap<String, Progress>,
    /// The first step that failed.
    pub(super) failed: Option<String>,
}

impl Vertices {
    pub(super) fn tell(&mut self, status: StatusResponse, on_progress: OnProgress<'_>) {
        for vertex in status.vertexes {
            // Steps that were stopped because another one failed say so too.
            if !vertex.error.is_empty() && !vertex.error.contains("context canceled") {
                self.failed.get_or_insert_with(|| vertex.name.clone());
            }
            let id = vertex.digest.clone();
            let progress = vertex_progress(vertex);
            if self.told.get(&id) != Some(&progress) {
                on_progress(progress.clone());
                self.told.insert(id, progress);
            }
        }
        for layer in status.statuses {
            let bytes = |count: i64| u64::try_from(count).ok().filter(|count| *count > 0);
            let status = if layer.completed.is_some() { "done" } else { "working" };
            on_progress(Progress::Layer {
                id: layer.id,
                status: status.to_owned(),
                current: bytes(layer.current),
                total: bytes(layer.total),
            });
        }
        for log in status.logs {
            let stream = if log.stream == 2 { OutputStream::Stderr } else { OutputStream::Stdout };
            on_progress(Progress::Output { vertex: log.vertex, stream, text: log.msg.into() });
        }
        for warning in status.warnings {
            on_progress(Progress::Message(String::from_utf8_lossy(&warning.short).into_owned()));
        }
    }
}

fn vertex_progress(vertex: Vertex) -> Progress {
    let milliseconds =
        |seconds: i64, nanos: i32| seconds.saturating_mul(1000).saturating_add(i64::from(nanos) / 1_000_000);
    Progress::Vertex {
        id: vertex.digest,
        name: vertex.name,
        started: vertex.started.map(|time| milliseconds(time.seconds, time.nanos)),
        completed: vertex.completed.map(|time| milliseconds(time.seconds, time.nanos)),
        cached: vertex.cached,
        error: (!vertex.error.is_empty()).then_some(vertex.error),
    }
}
