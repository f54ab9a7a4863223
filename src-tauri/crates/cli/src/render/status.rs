//! What is wanted, what is there, and how they differ.

use wharf_api::{ContainerState, HookState, StatusResult, Wanted};

use super::plan::{blocked, differences, requirements};
use super::ports::ports_in_brief;
use super::{Theme, relative};
use crate::progress::engine_text;
use crate::text::{ACCENT, ERROR, FAINT, Line, PLAIN, STRONG, Style, shorten};

/// The state for people.
pub(crate) fn status(result: &StatusResult, theme: &Theme) -> Vec<Line> {
    let environment = &result.environment;
    let observed = &result.observed;
    let state = observed.container.as_ref().map_or("no container", |container| state(container.state));
    let dot = theme.symbols.dot;
    let mut lines =
        vec![Line::new().add(STRONG, &environment.name).text(format!(" {dot} {state}")), Line::new()];
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            lines.push(Line::new().text("  ").add(FAINT, name).pad_to(27).text(text));
        }
    };
    row("folder", environment.folder.clone());
    let configuration = environment.configuration.as_deref().unwrap_or_default();
    row("configuration", relative(configuration, Some(std::path::Path::new(&environment.folder))));
    let chosen = observed.engine_chosen_by.as_deref().unwrap_or("the first that answers");
    row(
        "engine",
        observed
            .engine
            .as_ref()
            .map(|engine| format!("{}, {chosen}", engine_text(engine)))
            .unwrap_or_default(),
    );
    if let Some(image) = &observed.image {
        let name = shorten(&image.name);
        row("image", if image.id.is_some() { name } else { format!("{name}  not present") });
    }
    if let Some(container) = &observed.container {
        let id: String = container.id.chars().take(12).collect();
        row(
            "container",
            [Some(id), container.name.clone()].into_iter().flatten().collect::<Vec<_>>().join("  "),
        );
        row("started", container.started_at.clone().unwrap_or_default());
        if let (Some(user), Some(folder)) = (&container.remote_user, &container.remote_workspace_folder) {
            row("inside", format!("{user}@{folder}"));
        }
    }
    let wanted = result.desired.as_ref().map_or("nothing yet", |desired| match desired.wanted {
        Wanted::Running => "running",
        Wanted::Stopped => "stopped",
        Wanted::Gone => "gone",
    });
    row("wanted", wanted.to_owned());
    if !observed.hooks.is_empty() {
        let mut line = Line::new().text("  ").add(FAINT, "hooks").pad_to(27);
        for (index, hook) in observed.hooks.iter().enumerate() {
            let (style, symbol): (Style, &str) = match hook.state {
                HookState::Done => (ACCENT, theme.symbols.done),
                HookState::Pending => (PLAIN, theme.symbols.skipped),
                HookState::Failed => (ERROR, theme.symbols.failed),
            };
            let name = hook.name.strip_suffix("Command").unwrap_or(&hook.name);
            let gap = if index == 0 { "" } else { "  " };
            line = line.text(gap).add(style, symbol).text(" ").text(name);
        }
        lines.push(line);
    }
    if let Some(kept) = &result.kept {
        lines.extend(ports_in_brief(&kept.ports, theme, usize::MAX));
    }
    lines.extend(requirements(&result.requirements, theme));
    lines.extend(differences(&result.difference, theme));
    let hooks_are_done = observed.hooks.iter().all(|hook| hook.state == HookState::Done);
    if result.difference.is_empty() && result.blocked.is_none() && result.desired.is_some() && hooks_are_done
    {
        lines.push(Line::new());
        lines.push(Line::new().text("  ").add(ACCENT, theme.symbols.done).text(" nothing to do"));
    }
    lines.extend(blocked(result.blocked.as_ref()));
    lines
}

/// A container's state in a person's words.
fn state(state: ContainerState) -> &'static str {
    match state {
        ContainerState::Created => "created, not started",
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Removing => "being removed",
        ContainerState::Exited => "stopped",
        ContainerState::Dead => "dead",
    }
}
