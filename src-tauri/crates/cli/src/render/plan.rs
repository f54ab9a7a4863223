//! What `up` would do, and why.

use serde_json::Value;
use wharf_api::{Blocked, ChangeClass, Difference, PlanResult, Requirement, StepName};

use super::Theme;
use crate::text::{ACCENT, ERROR, FAINT, HINT, Line, PLAIN, STRONG, duration, shorten};

/// Widest line of a plan; `--json` has everything in full.
const WIDEST: usize = 100;

/// The plan for people.
pub(crate) fn plan(result: &PlanResult, theme: &Theme) -> Vec<Line> {
    let dot = theme.symbols.dot;
    let state = match (&result.blocked, result.steps.is_empty()) {
        (Some(_), _) => "blocked",
        (None, true) => "nothing to do",
        (None, false) => "this is what `wharf up` would do",
    };
    let mut lines = vec![Line::new().add(STRONG, &result.environment.name).text(format!(" {dot} {state}"))];
    lines.extend(differences(&result.differences, theme));
    if !result.steps.is_empty() {
        lines.push(Line::new());
        for (index, step) in result.steps.iter().enumerate() {
            let line = Line::new()
                .add(FAINT, format!("  {:>2}", index + 1))
                .text("  ")
                .text(verb(step.name))
                .pad_to(27)
                .text(shorten(step.subject.as_deref().unwrap_or_default()))
                .cut(WIDEST, &theme.symbols);
            lines.push(line);
        }
    }
    for (word, items) in [("kept", &result.kept), ("lost", &result.lost)] {
        if !items.is_empty() {
            lines.push(Line::new());
            lines.push(Line::new().text("  ").add(FAINT, word).pad_to(27).text(items.join(", ")));
        }
    }
    lines.extend(applying(result, theme).into_iter().flatten());
    lines.extend(requirements(&result.requirements, theme));
    lines.extend(blocked(result.blocked.as_ref()));
    lines
}

/// The command that applies what has changed of the configuration, how long that took before, and the one that applies what is hot alone.
fn applying(result: &PlanResult, theme: &Theme) -> Option<Vec<Line>> {
    // The container's own state is brought about by any `up`.
    let changes = || result.differences.iter().filter(|difference| difference.subject != "container");
    let is_hot = |difference: &&Difference| difference.change == ChangeClass::Hot;
    changes().find(|difference| !is_hot(difference))?;
    let mut line = Line::new().text("  ").add(FAINT, "apply").pad_to(27).add(STRONG, "wharf up --apply");
    if let Some(time) = result.expected_milliseconds {
        line = line.add(FAINT, format!(" (about {})", about(time)));
    }
    if changes().any(|difference| is_hot(&difference)) {
        line = line
            .text(format!(" {} only what is hot: ", theme.symbols.dot))
            .add(STRONG, "wharf up --apply=hot");
    }
    Some(vec![Line::new(), line])
}

/// A duration that is a guess: no finer than a second, where it takes some.
fn about(milliseconds: u64) -> String {
    match milliseconds {
        9_500..59_500 => format!("{} s", (milliseconds + 500) / 1_000),
        _ => duration(milliseconds),
    }
}

/// One line for each requirement: what is needed, and what is there.
pub(crate) fn requirements(requirements: &[Requirement], theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if !requirements.is_empty() {
        lines.push(Line::new());
    }
    for one in requirements {
        let (style, symbol) =
            if one.met { (ACCENT, theme.symbols.done) } else { (ERROR, theme.symbols.failed) };
        let name = one.property.rsplit('.').next().unwrap_or_default();
        let found = one.found.as_deref().unwrap_or("not known");
        lines.push(
            Line::new()
                .text("  ")
                .add(style, symbol)
                .text(format!(" needs {name}"))
                .pad_to(27)
                .text(format!("{}  ", one.needed))
                .add(FAINT, format!("there: {found}")),
        );
    }
    lines
}

/// One line for each thing that differs: what, from what to what, and what it costs.
pub(crate) fn differences(differences: &[Difference], theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if !differences.is_empty() {
        lines.push(Line::new());
    }
    for difference in differences {
        let change = match difference.change {
            ChangeClass::Hot => "hot",
            ChangeClass::Restart => "restart",
            ChangeClass::Recreate => "recreate",
            ChangeClass::Rebuild => "rebuild",
        };
        let style = if difference.change == ChangeClass::Hot { PLAIN } else { ACCENT };
        let change = Line::new().add(style, format!("{change:<10}"));
        lines.push(
            Line::new()
                .text("  ")
                .add(FAINT, "~")
                .text(" ")
                .text(&difference.subject)
                .pad_to(27)
                .text(values(difference.before.as_ref(), difference.after.as_ref(), theme.symbols.arrow))
                .cut(57, &theme.symbols)
                .pad_to(59)
                .join(change)
                .add(FAINT, difference.effect.as_deref().unwrap_or_default()),
        );
    }
    lines
}

/// What stands in the way.
pub(crate) fn blocked(blocked: Option<&Blocked>) -> Vec<Line> {
    let Some(blocked) = blocked else { return Vec::new() };
    let mut lines = vec![Line::new(), Line::new().add(ERROR, "blocked:").text(" ").text(&blocked.message)];
    if let Some(hint) = &blocked.hint {
        lines.push(Line::new().add(HINT, "hint:").text(" ").text(hint));
    }
    lines
}

fn values(before: Option<&Value>, after: Option<&Value>, arrow: &str) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{} {arrow} {}", value(before), value(after)),
        (Some(before), None) => format!("- {}", value(before)),
        (None, Some(after)) => format!("+ {}", value(after)),
        (None, None) => String::new(),
    }
}

fn value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a step would do, as a person says it.
fn verb(step: StepName) -> &'static str {
    match step {
        StepName::Up => "bring up",
        StepName::Down => "take down",
        StepName::StopEnvironment => "stop",
        StepName::BuildImage => "build image",
        StepName::SetUpContainer => "set up container",
        StepName::RunUserCommands => "run hooks",
        StepName::Configuration => "read configuration",
        StepName::Engine => "find engine",
        StepName::Lock => "wait for lock",
        StepName::Clone => "clone repository",
        StepName::Fill => "fill volume",
        StepName::Consent => "ask for consent",
        StepName::Initialize => "run on this computer",
        StepName::Features => "find Features",
        StepName::Feature => "fetch Feature",
        StepName::Image => "look up image",
        StepName::Pull => "pull image",
        StepName::Build | StepName::Vertex => "build image",
        StepName::UpdateUid => "build image for user id",
        StepName::Create => "create container",
        StepName::Compose => "start services",
        StepName::RemoveNetwork => "remove network",
        StepName::Start => "start container",
        StepName::Unpause => "unpause container",
        StepName::Stop => "stop container",
        StepName::Remove => "remove container",
        StepName::RemoveImage => "remove image",
        StepName::RemoveVolume => "remove volume",
        StepName::ContainerLog => "show the container's log",
        StepName::Agent | StepName::SetUp => "set up container",
        StepName::Probe => "read environment",
        StepName::Hooks => "run hooks",
        StepName::Hook | StepName::Command => "run hook",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Symbols;

    type Changes<'a> = &'a [(&'a str, ChangeClass)];

    fn said(changes: Changes<'_>, expected_milliseconds: Option<u64>) -> Option<String> {
        let differences = changes.iter().map(|(subject, change)| Difference {
            subject: (*subject).to_owned(),
            before: None,
            after: None,
            change: *change,
            effect: None,
            location: None,
            layer: None,
        });
        let differences = differences.collect();
        let result = PlanResult { differences, expected_milliseconds, ..PlanResult::default() };
        Some(applying(&result, &Theme { symbols: Symbols::ASCII })?.last()?.plain())
    }

    #[test]
    fn what_applies_the_changes_stands_below_them() {
        use ChangeClass::{Hot, Rebuild, Restart};
        let cases: [(Changes<'_>, Option<u64>, Option<&str>); 5] = [
            (&[("features", Rebuild)], None, Some("  apply                    wharf up --apply")),
            (
                &[("features", Rebuild)],
                Some(47_800),
                Some("  apply                    wharf up --apply (about 48 s)"),
            ),
            (
                &[("features", Rebuild), ("remoteEnv.A", Hot)],
                Some(48_200),
                Some(
                    "  apply                    wharf up --apply (about 48 s) - only what is hot: wharf up --apply=hot",
                ),
            ),
            (&[("remoteEnv.A", Hot)], None, None),
            (&[("container", Restart)], None, None),
        ];
        for (changes, time, expected) in cases {
            assert_eq!(said(changes, time).as_deref(), expected, "{changes:?}");
        }
    }
}
