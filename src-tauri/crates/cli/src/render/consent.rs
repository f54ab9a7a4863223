//! A consent request, as a person reads it before answering.

use std::path::Path;

use wharf_api::{ConsentRequest, Origin, TouchKind};

use super::{Theme, relative};
use crate::text::{FAINT, Line, PLAIN, STRONG, count};

/// Most touches or tells that are listed before the details are asked for.
const LISTED: usize = 12;
/// Columns that a subject takes at most; the details show all of it.
const SUBJECT: usize = 44;

/// What would be done to the host.
pub(crate) fn consent(request: &ConsentRequest, home: Option<&Path>, theme: &Theme) -> Vec<Line> {
    let symbols = &theme.symbols;
    let environment = &request.environment;
    let folder = Path::new(&environment.folder);
    let mut lines = vec![
        Line::new(),
        Line::new().add(STRONG, &environment.name).text(" wants to do this on your computer:"),
        Line::new(),
    ];
    let listed = &request.touches[..request.touches.len().min(LISTED)];
    let verbs = widest(listed.iter().map(|touch| touch_verb(touch.kind)));
    let subjects: Vec<_> = listed.iter().map(|touch| shortened(&touch.subject, home)).collect();
    let widest_subject = widest(subjects.iter().map(String::as_str)).min(SUBJECT);
    let column = 2 + verbs + 2;
    for (touch, subject) in listed.iter().zip(&subjects) {
        let line = Line::new().text("  ").add(STRONG, touch_verb(touch.kind)).pad_to(column).text(subject);
        let line = line.cut(column + SUBJECT, symbols).pad_to(column + widest_subject + 2);
        lines.push(line.add(FAINT, origin(&touch.origin, folder)));
        let effect = touch.effect.as_ref().filter(|_| touch.kind != TouchKind::HostCommand);
        lines.extend(effect.map(|effect| Line::new().text(" ".repeat(column)).add(FAINT, effect)));
    }
    if request.touches.len() > LISTED {
        let more = request.touches.len() - LISTED;
        lines.push(Line::new().text(format!("  and {}; [d] shows them", count(more, "more", "more"))));
    }
    if !request.tells.is_empty() {
        let texts: Vec<_> = request.tells.iter().map(|tell| tell.text.as_str()).collect();
        lines.push(Line::new());
        lines.push(Line::new().add(PLAIN, format!("also good to know: {}", texts.join("; "))));
    }
    lines
}

/// Everything that the short form leaves out.
pub(crate) fn consent_details(request: &ConsentRequest, theme: &Theme) -> Vec<Line> {
    let folder = Path::new(&request.environment.folder);
    let mut lines = Vec::new();
    for touch in &request.touches {
        lines.push(Line::new().text("  ").add(STRONG, touch_verb(touch.kind)).text(" ").text(&touch.subject));
        lines.push(detail(&origin(&touch.origin, folder), theme));
        lines.extend(touch.effect.iter().map(|effect| detail(effect, theme)));
        lines.extend(touch.details.iter().flat_map(|text| text.lines()).map(|text| detail(text, theme)));
        lines.push(Line::new());
    }
    for tell in &request.tells {
        let text = format!("{} ({})", tell.text, origin(&tell.origin, folder));
        lines.push(Line::new().text("  ").text(text));
    }
    lines.push(Line::new().text("  ").add(FAINT, format!("kept under the hash {}", request.hash)));
    lines
}

fn detail(text: &str, theme: &Theme) -> Line {
    Line::new().text("  ").add(FAINT, theme.symbols.bar).text(" ").text(text)
}

/// What the configuration would do, as a verb.
pub(crate) fn touch_verb(kind: TouchKind) -> &'static str {
    match kind {
        TouchKind::HostCommand => "run",
        TouchKind::HostMount | TouchKind::EngineSocket => "mount",
        TouchKind::Privileged | TouchKind::HostNamespace | TouchKind::RawOption => "use",
        TouchKind::Device => "open",
        TouchKind::Capability => "add",
        TouchKind::UnconfinedProfile => "drop",
        TouchKind::PublishedPort => "publish",
        TouchKind::Secret => "pass",
    }
}

/// Who asks for it: `initializeCommand, devcontainer.json:9`.
fn origin(origin: &Origin, folder: &Path) -> String {
    let mut parts = vec![origin.property.clone()];
    parts.extend(origin.feature.iter().map(|feature| format!("Feature {feature}")));
    parts.extend(origin.image.iter().map(|image| format!("image {image}")));
    if let Some(location) = &origin.location {
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        parts.push(format!("{}{line}", relative(&location.path, Some(folder))));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// A path below the home folder as a person writes it.
fn shortened(subject: &str, home: Option<&Path>) -> String {
    home.and_then(Path::to_str)
        .filter(|home| home.len() > 1)
        .and_then(|home| subject.strip_prefix(home))
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', ' ', '\\']))
        .map_or_else(|| subject.to_owned(), |rest| format!("~{rest}"))
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| Line::new().text(text).width()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Symbols;
    use wharf_api::{Environment, Location, Tell, Touch};

    #[test]
    fn a_request_names_every_touch_and_who_asks() {
        let at = |property: &str, line: u32| Origin {
            property: property.into(),
            location: Some(Location {
                path: "/home/me/api-server/.devcontainer/devcontainer.json".into(),
                line: Some(line),
                ..Location::default()
            }),
            ..Origin::default()
        };
        let touch = |kind, subject: &str, effect: Option<&str>, origin| Touch {
            kind,
            subject: subject.into(),
            effect: effect.map(Into::into),
            origin,
            details: Vec::new(),
        };
        let request = ConsentRequest {
            environment: Environment {
                name: "api-server".into(),
                folder: "/home/me/api-server".into(),
                ..Environment::default()
            },
            touches: vec![
                Touch {
                    details: vec![
                        "sh -c scripts/bootstrap.sh".into(),
                        "scripts/bootstrap.sh  412 bytes".into(),
                    ],
                    ..touch(TouchKind::HostCommand, "scripts/bootstrap.sh", None, at("initializeCommand", 9))
                },
                touch(
                    TouchKind::EngineSocket,
                    "/var/run/docker.sock",
                    Some("full control of your Docker"),
                    Origin { feature: Some("docker-outside-of-docker".into()), ..Origin::default() },
                ),
                touch(TouchKind::HostMount, "/home/me/.aws (read-only)", None, at("mounts[1]", 22)),
            ],
            tells: vec![Tell { text: "2 images are not pinned".into(), origin: at("image", 3) }],
            hash: "7d1f".into(),
        };
        let draw = |lines: Vec<Line>| lines.iter().map(|line| line.plain() + "\n").collect::<String>();
        let theme = Theme { symbols: Symbols::UNICODE };
        insta::assert_snapshot!(draw(consent(&request, Some(Path::new("/home/me")), &theme)), @r"

        api-server wants to do this on your computer:

          run    scripts/bootstrap.sh  initializeCommand, .devcontainer/devcontainer.json:9
          mount  /var/run/docker.sock  Feature docker-outside-of-docker
                 full control of your Docker
          mount  ~/.aws (read-only)    mounts[1], .devcontainer/devcontainer.json:22

        also good to know: 2 images are not pinned
        ");
        insta::assert_snapshot!(draw(consent_details(&request, &theme)), @r"
        run scripts/bootstrap.sh
        │ initializeCommand, .devcontainer/devcontainer.json:9
        │ sh -c scripts/bootstrap.sh
        │ scripts/bootstrap.sh  412 bytes

        mount /var/run/docker.sock
        │ Feature docker-outside-of-docker
        │ full control of your Docker

        mount /home/me/.aws (read-only)
        │ mounts[1], .devcontainer/devcontainer.json:22

        2 images are not pinned (image, .devcontainer/devcontainer.json:3)
        kept under the hash 7d1f
        ");
    }
}
