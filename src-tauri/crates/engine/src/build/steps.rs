//! The classic builders' text, read back into steps. Docker says `Step 2/5 : RUN make`, Podman `[1/2] STEP 2/5: RUN make`.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::progress::{OnProgress, OutputStream, Progress};

/// Reads the text and tells the steps.
#[derive(Default)]
pub(super) struct Steps {
    line: String,
    count: u32,
    current: Option<Step>,
}

struct Step {
    id: String,
    name: String,
    started: i64,
    cached: bool,
}

/// What one line is.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Step(&'a str),
    Cached,
    /// The builder's own remark about layers and containers.
    Remark,
    Written,
}

impl Steps {
    pub(super) fn push(&mut self, text: &str, on_progress: OnProgress<'_>) {
        for piece in text.split_inclusive(['\n', '\r']) {
            self.line.push_str(piece);
            if piece.ends_with(['\n', '\r']) || self.line.len() > 8192 {
                let line = std::mem::take(&mut self.line);
                self.tell(&line, on_progress);
            }
        }
    }

    /// The end of the text; `error` is why it failed, if it did. Answers the step that was at work.
    pub(super) fn end(&mut self, error: Option<&str>, on_progress: OnProgress<'_>) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.tell(&line, on_progress);
        }
        let name = self.current.as_ref().map(|step| step.name.clone());
        self.complete(error, on_progress);
        name
    }

    fn tell(&mut self, line: &str, on_progress: OnProgress<'_>) {
        match read(line) {
            Line::Step(name) => {
                self.complete(None, on_progress);
                self.count += 1;
                let step = Step {
                    id: format!("step-{}", self.count),
                    name: name.to_owned(),
                    started: now(),
                    cached: false,
                };
                on_progress(step.progress(None, None));
                self.current = Some(step);
            }
            Line::Cached => {
                if let Some(step) = &mut self.current {
                    step.cached = true;
                }
            }
            Line::Remark => {}
            Line::Written => match &self.current {
                Some(step) => on_progress(Progress::Output {
                    vertex: step.id.clone(),
                    stream: OutputStream::Stdout,
                    text: Bytes::copy_from_slice(line.as_bytes()),
                }),
                None if line.trim().is_empty() => {}
                None => on_progress(Progress::Message(line.trim_end().to_owned())),
            },
        }
    }

    fn complete(&mut self, error: Option<&str>, on_progress: OnProgress<'_>) {
        if let Some(step) = self.current.take() {
            on_progress(step.progress(Some(now()), error));
        }
    }
}

impl Step {
    fn progress(&self, completed: Option<i64>, error: Option<&str>) -> Progress {
        Progress::Vertex {
            id: self.id.clone(),
            name: self.name.clone(),
            started: Some(self.started),
            completed,
            cached: self.cached,
            error: error.map(str::to_owned),
        }
    }
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

fn read(line: &str) -> Line<'_> {
    let text = line.trim_end();
    if let Some(name) = step_name(text) {
        return Line::Step(name);
    }
    if let Some(remark) = text.strip_prefix(" ---> ").or_else(|| text.strip_prefix("--> ")) {
        return match remark {
            "Using cache" => Line::Cached,
            _ if remark.starts_with("Using cache ") => Line::Cached,
            _ if remark.starts_with("Running in ") || is_id(remark) => Line::Remark,
            // Podman's mark of a layer that is written.
            _ if remark.starts_with("Pushing cache") || remark.starts_with("Cache pulled") => Line::Remark,
            _ => Line::Written,
        };
    }
    let is_remark = ["Removing intermediate container ", "Successfully built ", "Successfully tagged ", "COMMIT "]
        .iter()
        .any(|start| text.starts_with(start))
        || text == "COMMIT"
        || (text.len() == 64 && is_id(text))
        // Podman's intermediate stages commit under their number.
        || (text.starts_with('[') && text.contains("] COMMIT"));
    if is_remark { Line::Remark } else { Line::Written }
}

/// `Step 2/5 : RUN make` → `[2/5] RUN make`'s second half, whatever stands before.
fn step_name(text: &str) -> Option<&str> {
    let stage = text.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(text, |(_, rest)| rest);
    let rest = stage.strip_prefix("Step ").or_else(|| stage.strip_prefix("STEP "))?;
    let (count, rest) = rest.split_once(':')?;
    let (number, total) = count.trim_end().split_once('/')?;
    (number.parse::<u32>().is_ok() && total.parse::<u32>().is_ok()).then(|| rest.trim_start())
}

fn is_id(text: &str) -> bool {
    text.len() >= 11 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn tell(text: &[&str], error: Option<&str>) -> Vec<String> {
        let told = Mutex::new(Vec::new());
        let on_progress = |progress: Progress| {
            told.lock().unwrap().push(match progress {
                Progress::Vertex { id, name, completed: None, .. } => format!("{id} begins: {name}"),
                Progress::Vertex { id, cached, error, .. } => {
                    format!(
                        "{id} ends{}{}",
                        if cached { " cached" } else { "" },
                        error.map(|e| format!(": {e}")).unwrap_or_default()
                    )
                }
                Progress::Output { vertex, text, .. } => {
                    format!("{vertex} writes {:?}", String::from_utf8_lossy(&text))
                }
                Progress::Message(text) => format!("message {text}"),
                other => format!("{other:?}"),
            });
        };
        let mut steps = Steps::default();
        for piece in text {
            steps.push(piece, &on_progress);
        }
        steps.end(error, &on_progress);
        told.into_inner().unwrap()
    }

    #[test]
    fn docker_s_text_becomes_steps() {
        let text = [
            "Step 1/3 : FROM debian",
            "\n",
            " ---> 0123456789ab\n",
            "Step 2/3 : RUN echo hello\n ---> Using cache\n ---> 0123456789ab\n",
            "Step 3/3 : RUN make\n",
            " ---> Running in 0123456789ab\n",
            "compiling\n--> not a remark\n",
        ];
        assert_eq!(
            tell(&text, Some("code 2")),
            [
                "step-1 begins: FROM debian",
                "step-1 ends",
                "step-2 begins: RUN echo hello",
                "step-2 ends cached",
                "step-3 begins: RUN make",
                "step-3 writes \"compiling\\n\"",
                "step-3 writes \"--> not a remark\\n\"",
                "step-3 ends: code 2",
            ]
        );
    }

    #[test]
    fn podman_s_text_becomes_steps() {
        let text = [
            "[1/2] STEP 1/2: FROM debian AS base\n",
            "[1/2] STEP 2/2: RUN echo a:b\na:b\n--> 0123456789a\n",
            "[2/2] STEP 1/1: FROM base\n[2/2] COMMIT vsc-x\n--> Using cache 0123456789ab\n",
            "Successfully tagged localhost/vsc-x:latest\n",
            &"0".repeat(64),
        ];
        assert_eq!(
            tell(&text, None),
            [
                "step-1 begins: FROM debian AS base",
                "step-1 ends",
                "step-2 begins: RUN echo a:b",
                "step-2 writes \"a:b\\n\"",
                "step-2 ends",
                "step-3 begins: FROM base",
                "step-3 ends cached",
            ]
        );
    }

    #[test]
    fn what_only_looks_like_a_step_is_output() {
        for line in ["Step by step", "STEP x/2: no", "[1/2] something", "Step 1 : no total"] {
            assert_eq!(read(line), Line::Written, "{line}");
        }
    }
}
