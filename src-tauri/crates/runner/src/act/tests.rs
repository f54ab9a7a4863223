use std::sync::Mutex;

use wharf_api::{Event, EventKind, OutputStream, StepName};
use wharf_engine::Progress;

use super::Vertices;
use crate::CancellationToken;
use crate::events::Operation;
use crate::request::EventSink;

#[derive(Default)]
struct Events(Mutex<Vec<Event>>);

impl EventSink for Events {
    fn send(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

fn vertex(name: &str, completed: Option<i64>, cached: bool) -> Progress {
    Progress::Vertex {
        id: name.into(),
        name: name.into(),
        started: Some(1_000),
        completed,
        cached,
        error: None,
    }
}

/// A step of a build begins once, has what is written in it, and ends once.
#[test]
fn a_step_of_a_build_is_open_until_it_is_completed() {
    let events = Events::default();
    let operation = Operation::new(&events, CancellationToken::new());
    let build = operation.begin(None, StepName::Build, None);
    let vertices = Vertices::new(&operation, &build);
    vertices.show(vertex("RUN make", None, false));
    vertices.show(Progress::Output {
        vertex: "RUN make".into(),
        stream: wharf_engine::OutputStream::Stdout,
        text: "made\n".into(),
    });
    vertices.show(vertex("RUN make", Some(1_250), false));
    vertices.show(vertex("COPY . .", Some(1_000), true));

    let seen: Vec<String> = events.0.lock().unwrap().iter().skip(1).map(line).collect();
    assert_eq!(
        seen,
        [
            "2 begins RUN make",
            "2 writes made",
            "2 ends Done after 250 ms",
            "3 begins COPY . .",
            "3 ends Cached after 0 ms"
        ]
    );
}

fn line(event: &Event) -> String {
    let step = event.step.0;
    match &event.kind {
        EventKind::StepStarted { subject, .. } => {
            format!("{step} begins {}", subject.as_deref().unwrap_or_default())
        }
        EventKind::StepOutput { stream: OutputStream::Stdout, text } => {
            format!("{step} writes {}", text.trim_end())
        }
        EventKind::StepFinished { outcome, milliseconds, .. } => {
            format!("{step} ends {outcome:?} after {milliseconds} ms")
        }
        other => format!("{step} {other:?}"),
    }
}
