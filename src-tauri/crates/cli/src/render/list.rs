//! Every environment, one line each, and the engines that could not be asked.

use wharf_api::{EnvironmentState, EnvironmentSummary, ListResult, Maker};

use super::Theme;
use crate::text::{ACCENT, ERROR, FAINT, HINT, Line, PLAIN, STRONG, Style, WARNING, shorten};

/// Narrowest useful line.
const NARROWEST: usize = 60;

/// The list for people, no wider than `columns`.
pub(crate) fn list(result: &ListResult, theme: &Theme, columns: usize) -> Vec<Line> {
    let columns = columns.max(NARROWEST);
    let mut lines = environments(&result.environments, theme, columns);
    for engine in result.engines.iter().filter(|engine| !engine.usable) {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        let problem = engine.problem.as_deref().unwrap_or("cannot be used");
        lines.push(
            Line::new().add(WARNING, "not asked:").text(format!(" {} ({})", engine.address, engine.origin)),
        );
        lines.push(Line::new().text("  ").text(problem).cut(columns, &theme.symbols));
        if let Some(hint) = &engine.hint {
            lines.push(Line::new().text("  ").add(HINT, "hint:").text(" ").text(hint));
        }
    }
    lines
}

fn environments(environments: &[EnvironmentSummary], theme: &Theme, columns: usize) -> Vec<Line> {
    if environments.is_empty() {
        return vec![Line::new().text(
            "There is no environment yet. `wharf up` in a folder with a devcontainer.json makes one.",
        )];
    }
    let several = {
        let mut engines: Vec<_> = environments
            .iter()
            .filter_map(|found| found.engine.as_ref())
            .map(|engine| engine.address.as_str())
            .collect();
        engines.sort_unstable();
        engines.dedup();
        engines.len() > 1
    };
    let widest = |text: &dyn Fn(&EnvironmentSummary) -> usize, most: usize| {
        environments.iter().map(text).max().unwrap_or(0).min(most)
    };
    let name = widest(&|found| Line::new().text(&found.name).width(), 24).max(4);
    let engine = widest(&|found| engine(found).len(), 12);
    let from = 2 + name + 2;
    let state_end = from + 13;
    let engine_end = if several { state_end + engine.max(6) + 2 } else { state_end };
    let id_end = engine_end + 14;
    let heading = Line::new().add(FAINT, "  NAME").pad_to(from).add(FAINT, "STATE").pad_to(state_end);
    let heading = if several { heading.add(FAINT, "ENGINE").pad_to(engine_end) } else { heading };
    let mut lines = vec![heading.add(FAINT, "ID").pad_to(id_end).add(FAINT, "FOLDER")];
    for found in environments {
        let (style, dot, word) = state(found, theme);
        let line = Line::new()
            .add(style, dot)
            .text(" ")
            .join(Line::new().add(STRONG, &found.name).cut(name, &theme.symbols))
            .pad_to(from)
            .add(style, word)
            .pad_to(state_end);
        let line = if several { line.text(engine_word(found)).pad_to(engine_end) } else { line };
        let line = line.add(FAINT, id(found)).pad_to(id_end).text(place(found));
        let line = match made_by(found) {
            Some(maker) => line.add(FAINT, format!("  by {maker}")),
            None => line,
        };
        lines.push(line.cut(columns, &theme.symbols));
        for (style, text) in [(ACCENT, &found.working), (ERROR, &found.problem)] {
            if let Some(text) = text {
                lines.push(Line::new().pad_to(from).add(style, shorten(text)).cut(columns, &theme.symbols));
            }
        }
    }
    lines
}

fn engine_word(found: &EnvironmentSummary) -> String {
    engine(found)
}

fn engine(found: &EnvironmentSummary) -> String {
    let Some(engine) = &found.engine else { return String::new() };
    let kind = match engine.kind {
        wharf_api::EngineKind::Docker => "docker",
        wharf_api::EngineKind::Podman => "podman",
    };
    let version = engine.version.as_deref().unwrap_or_default();
    let short: Vec<&str> = version.splitn(3, '.').take(2).collect();
    format!("{kind} {}", short.join(".")).trim_end().to_owned()
}

/// A shape and a word, so that nothing depends on colour.
fn state(found: &EnvironmentSummary, theme: &Theme) -> (Style, &'static str, &'static str) {
    let symbols = &theme.symbols;
    let failed = found.problem.is_some();
    match found.state {
        EnvironmentState::Running if failed => (ERROR, symbols.failed, "running"),
        EnvironmentState::Running => (ACCENT, symbols.running, "running"),
        EnvironmentState::Paused => (PLAIN, symbols.stopped, "paused"),
        EnvironmentState::Stopped if failed => (ERROR, symbols.failed, "stopped"),
        EnvironmentState::Stopped => (PLAIN, symbols.stopped, "stopped"),
        EnvironmentState::Created => (PLAIN, symbols.stopped, "created"),
        EnvironmentState::Failing => (ERROR, symbols.failed, "failing"),
        EnvironmentState::Gone if failed => (ERROR, symbols.failed, "none"),
        EnvironmentState::Gone => (FAINT, symbols.skipped, "none"),
        EnvironmentState::Unreachable => (WARNING, symbols.skipped, "unreachable"),
    }
}

/// The beginning of the container's id, else of the environment's.
fn id(found: &EnvironmentSummary) -> String {
    let container = found.container.as_ref().map(|container| container.id.as_str());
    container.unwrap_or(&found.id).chars().take(12).collect()
}

fn place(found: &EnvironmentSummary) -> String {
    match (&found.reference.volume, &found.reference.folder, &found.container) {
        (Some(volume), _, _) => format!("volume {volume}"),
        (None, Some(folder), _) => folder.clone(),
        (None, None, Some(container)) => container.image.clone(),
        (None, None, None) => String::new(),
    }
}

fn made_by(found: &EnvironmentSummary) -> Option<&'static str> {
    match found.maker {
        Maker::Wharf => None,
        Maker::Devcontainer => Some("devcontainer"),
        Maker::Vscode => Some("VS Code"),
        Maker::Devpod => Some("DevPod"),
        Maker::Unknown => Some("another tool"),
    }
}
