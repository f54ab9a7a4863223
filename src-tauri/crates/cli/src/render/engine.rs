//! What engines there are.

use wharf_api::{EngineAbility, EngineKind, EngineList, EngineReport, EngineUsed};

use super::Theme;
use crate::text::{ACCENT, FAINT, HINT, Line, STRONG, WARNING};

/// Every engine for people.
pub(crate) fn engine_list(list: &EngineList, theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    for engine in &list.engines {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(one(engine, list.chosen_by.as_deref(), theme));
    }
    if lines.is_empty() {
        lines.push(Line::new().text("No engine is here."));
        lines.push(hint("install Docker or Podman, or name one with `wharf engine use ssh://user@host`"));
    }
    if let Some(problem) = &list.problem {
        lines.push(Line::new());
        lines.push(Line::new().add(WARNING, "warning:").text(format!(" {problem}")));
        lines.push(hint("`wharf engine use --forget` goes back to the first engine that answers"));
    }
    lines
}

fn one(engine: &EngineReport, chosen_by: Option<&str>, theme: &Theme) -> Vec<Line> {
    let symbol = match (engine.usable, engine.used) {
        (true, true) => (ACCENT, theme.symbols.done),
        (true, false) => (FAINT, theme.symbols.dot),
        (false, _) => (WARNING, theme.symbols.failed),
    };
    let mut head = Line::new().add(symbol.0, symbol.1).text(" ").add(STRONG, &engine.name).pad_to(22);
    if let Some(kind) = engine.kind {
        head = head.text(format!(" {}", name(kind)));
    }
    if let Some(version) = &engine.version {
        head = head.text(format!(" {version}"));
    }
    if engine.used {
        let how = chosen_by.map(|how| format!(", chosen {how}")).unwrap_or_default();
        head = head.add(FAINT, format!("  used here{how}"));
    }
    let row =
        |name: &str, text: &str| Line::new().text("  ").add(FAINT, name).pad_to(22).text(" ").text(text);
    let mut lines = vec![head];
    lines.extend(engine.address.as_deref().map(|address| row("address", address)));
    if engine.address.as_deref() != Some(engine.origin.as_str()) {
        lines.push(row("found as", &engine.origin));
    }
    if !engine.abilities.is_empty() {
        let abilities: Vec<_> = engine.abilities.iter().map(|ability| ability_text(*ability)).collect();
        lines.push(row("can", &abilities.join(", ")));
    }
    if let Some(problem) = &engine.problem {
        lines.push(row(if engine.usable { "note" } else { "not usable" }, problem));
        lines.extend(engine.hint.as_deref().map(|hint| row("", hint)));
    }
    lines
}

/// What is used from now on, for people.
pub(crate) fn engine_used(used: &EngineUsed, _: &Theme) -> Vec<Line> {
    let place =
        used.folder.as_deref().map_or_else(|| "everywhere".to_owned(), |folder| format!("in {folder}"));
    let mut lines = vec![match (&used.engine, &used.address) {
        (Some(engine), Some(address)) if engine != address => {
            Line::new().add(STRONG, engine).text(format!(" ({address}) is used {place} from now on"))
        }
        (Some(engine), _) => Line::new().add(STRONG, engine).text(format!(" is used {place} from now on")),
        (None, _) => Line::new().text(format!("no engine is chosen {place} any more")),
    }];
    if let Some(variable) = &used.overruled_by {
        lines.push(hint(&format!(
            "{variable} is set in this shell and comes first; unset it to use the choice"
        )));
    }
    lines
}

fn hint(text: &str) -> Line {
    Line::new().add(HINT, "hint:").text(format!(" {text}"))
}

fn name(kind: EngineKind) -> &'static str {
    match kind {
        EngineKind::Docker => "Docker",
        EngineKind::Podman => "Podman",
    }
}

fn ability_text(ability: EngineAbility) -> &'static str {
    match ability {
        EngineAbility::LocalFolders => "mount folders of this computer",
        EngineAbility::BuildKit => "build with BuildKit",
        EngineAbility::Rootless => "run without root",
        EngineAbility::Selinux => "label for SELinux",
        EngineAbility::Gpu => "hand on NVIDIA graphics cards",
        EngineAbility::KeepId => "keep your user id inside",
        EngineAbility::SeveralNetworks => "join several networks at once",
    }
}
