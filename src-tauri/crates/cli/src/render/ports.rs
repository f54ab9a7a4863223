//! Ports: in one breath after `up`, and as the table of `wharf ports`.

use wharf_api::{
    EnvironmentPorts, KeptConnection, LinkOutcome, Port, PortConflict, PortHolder, PortState, PortsResult,
};

use super::Theme;
use crate::text::{ACCENT, ERROR, FAINT, Line, STRONG};

/// Where the text of a row begins after its name; as in the display of `up`.
const BODY: usize = 27;
/// Columns of the table.
const LABEL: usize = 12;
const PLACE: usize = 28;
const PROCESS: usize = 58;

/// The ports of an environment that has just come up: those that can be used, and those that a person would miss.
pub(crate) fn ports_in_brief(ports: &[Port], theme: &Theme, width: usize) -> Vec<Line> {
    let shown = ports.iter().filter(|port| {
        matches!(
            port.state,
            PortState::Forwarded | PortState::Published | PortState::Waiting | PortState::Blocked
        )
    });
    let mut lines: Vec<Line> = Vec::new();
    for port in shown {
        let piece = brief(port, theme);
        let gap = Line::new().text(format!(" {} ", theme.symbols.dot));
        match lines.last_mut() {
            Some(last) if last.width() + gap.width() + piece.width() <= width => {
                *last = std::mem::take(last).join(gap).join(piece);
            }
            _ => {
                let head = if lines.is_empty() { "ports" } else { "" };
                lines.push(Line::new().text("    ").add(FAINT, head).pad_to(BODY).join(piece));
            }
        }
    }
    lines
}

/// `5432 db → localhost:5433 (5432 is taken by postgres, pid 812)`.
fn brief(port: &Port, theme: &Theme) -> Line {
    let mut line = Line::new().text(port.inside());
    if let Some(label) = &port.label {
        line = line.text(" ").text(label);
    }
    line = line.text(format!(" {} ", theme.symbols.arrow)).join(place(port));
    match remark(port) {
        Some(remark) if port.state != PortState::Blocked => line.text(format!(" ({remark})")),
        _ => line,
    }
}

/// The table of `wharf ports`.
pub(crate) fn ports(result: &PortsResult, theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    for environment in &result.environments {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(environment_ports(environment, theme));
    }
    if lines.is_empty() {
        lines.push(Line::new().text(match result.keeper {
            Some(_) => "This environment is not kept, so nothing is forwarded; `wharf start` begins it.",
            None => "Nothing is forwarded; `wharf up` begins it.",
        }));
    }
    lines
}

fn environment_ports(environment: &EnvironmentPorts, theme: &Theme) -> Vec<Line> {
    let state = match environment.connection {
        KeptConnection::Connecting => "connecting",
        KeptConnection::Connected => "connected",
        KeptConnection::Stopped => "stopped",
        KeptConnection::Unreachable => "engine does not answer",
    };
    let mut lines =
        vec![Line::new().add(STRONG, &environment.name).text(format!(" {} {state}", theme.symbols.dot))];
    if let Some(problem) = &environment.problem {
        lines.push(Line::new().text("  ").text(problem));
    }
    for port in &environment.ports {
        let mut line = Line::new()
            .text("  ")
            .text(port.inside())
            .pad_to(LABEL)
            .text(port.label.as_deref().unwrap_or_default())
            .pad_to(PLACE)
            .text(format!("{} ", theme.symbols.arrow))
            .join(place(port));
        let process = port.process.as_ref().map(|process| format!("{} (pid {})", process.name, process.pid));
        let remarks: Vec<_> =
            process.into_iter().chain(remark(port).filter(|_| port.state != PortState::Blocked)).collect();
        if !remarks.is_empty() {
            line = line.pad_to(PROCESS).add(FAINT, remarks.join("; "));
        }
        lines.push(line);
    }
    if environment.ports.is_empty() {
        lines.push(Line::new().text("  nothing listens, and no port is declared"));
    }
    lines
}

/// What became of a link that a program inside wanted opened.
pub(crate) fn link(environment: &str, url: &str, outcome: LinkOutcome, theme: &Theme) -> Line {
    let line = Line::new().text(format!("{environment} {} ", theme.symbols.dot)).add(ACCENT, url);
    match outcome {
        LinkOutcome::Opened => line.text(" was opened"),
        LinkOutcome::HeldBack => line.text(" was held back: there were too many of late"),
        LinkOutcome::Failed => {
            line.text(" ").add(ERROR, "could not be opened: no program of this computer took it")
        }
        LinkOutcome::Refused => line.text(" ").add(ERROR, "was refused: it is none that may be opened here"),
    }
}

/// Where it is on this computer, or why it is not.
fn place(port: &Port) -> Line {
    match (port.state, &port.local) {
        (PortState::Forwarded, Some(local)) => {
            let address = match (&port.protocol, local.address.parse::<std::net::IpAddr>()) {
                (Some(_), _) => local.url.clone(),
                (None, Ok(address)) if !address.is_loopback() => {
                    std::net::SocketAddr::new(address, local.port).to_string()
                }
                (None, _) => format!("localhost:{}", local.port),
            };
            Line::new().add(ACCENT, address)
        }
        (PortState::Forwarded | PortState::Waiting, _) => Line::new().add(FAINT, "waits"),
        (PortState::Stopped, _) => Line::new().add(FAINT, "stopped"),
        (PortState::Ignored, _) => Line::new().add(FAINT, "left alone"),
        (PortState::Editor, _) => Line::new().add(FAINT, "left to the editor"),
        (PortState::Published, local) => {
            let port = local.as_ref().map(|local| format!("localhost:{}", local.port));
            Line::new().add(ACCENT, port.unwrap_or_default())
        }
        (PortState::Blocked, _) => Line::new()
            .add(ERROR, "not forwarded")
            .text(remark(port).map(|why| format!(": {why}")).unwrap_or_default()),
    }
}

/// Who has the port that was wanted, or what else is to be said.
fn remark(port: &Port) -> Option<String> {
    let conflict = port.conflict.as_ref().map(conflict);
    match (conflict, &port.reason) {
        (Some(conflict), Some(reason)) => Some(format!("{conflict}; {reason}")),
        (Some(conflict), None) => Some(conflict),
        (None, reason) => reason.clone(),
    }
}

fn conflict(conflict: &PortConflict) -> String {
    let wanted = conflict.port;
    match &conflict.holder {
        PortHolder::Process { name, pid } => format!("{wanted} is taken by {name}, pid {pid}"),
        PortHolder::Environment { name, port, .. } => format!("{wanted} is taken by port {port} of {name}"),
        PortHolder::System => format!("{wanted} needs more rights"),
        PortHolder::Unknown => format!("{wanted} is taken"),
    }
}

#[cfg(test)]
mod tests {
    use wharf_api::{EnvironmentReference, LocalAddress, PortNotice, PortProcess, PortScheme, PortSource};

    use super::*;
    use crate::text::Symbols;

    const THEME: Theme = Theme { symbols: Symbols::UNICODE };

    fn port(number: u16, label: Option<&str>, local: Option<u16>) -> Port {
        Port {
            host: None,
            port: number,
            label: label.map(str::to_owned),
            protocol: None,
            source: PortSource::Declared,
            listening: Some(true),
            process: None,
            state: if local.is_some() { PortState::Forwarded } else { PortState::Waiting },
            reason: None,
            local: local.map(|port| LocalAddress {
                address: "127.0.0.1".to_owned(),
                port,
                url: format!("http://localhost:{port}"),
            }),
            conflict: None,
            notice: PortNotice::Notify,
        }
    }

    fn some_ports() -> Vec<Port> {
        let postgres = PortHolder::Process { name: "postgres".to_owned(), pid: 812 };
        vec![
            Port { protocol: Some(PortScheme::Http), ..port(3000, Some("web"), Some(3000)) },
            Port {
                host: Some("db".to_owned()),
                conflict: Some(PortConflict { port: 5432, holder: postgres.clone() }),
                ..port(5432, None, Some(5433))
            },
            Port {
                process: Some(PortProcess { name: "node".to_owned(), pid: 9, command_line: String::new() }),
                ..port(9229, None, Some(9229))
            },
            Port {
                state: PortState::Blocked,
                conflict: Some(PortConflict { port: 80, holder: PortHolder::System }),
                ..port(80, None, None)
            },
            Port { state: PortState::Ignored, ..port(22, None, None) },
        ]
    }

    fn plain(lines: Vec<Line>) -> Vec<String> {
        lines.iter().map(Line::plain).collect()
    }

    #[test]
    fn in_brief_they_fill_lines() {
        assert_eq!(
            plain(ports_in_brief(&some_ports(), &THEME, 120)),
            [
                "    ports                  3000 web → http://localhost:3000",
                "                           db:5432 → localhost:5433 (5432 is taken by postgres, pid 812) · 9229 → localhost:9229",
                "                           80 → not forwarded: 80 needs more rights",
            ]
        );
        assert_eq!(plain(ports_in_brief(&[], &THEME, 120)), [""; 0]);
    }

    #[test]
    fn the_table_says_what_listens_and_what_stands_in_the_way() {
        let environment = EnvironmentPorts {
            id: "abc".to_owned(),
            name: "api-server".to_owned(),
            reference: EnvironmentReference::default(),
            connection: KeptConnection::Connected,
            problem: None,
            ports: some_ports(),
        };
        let result = PortsResult { keeper: None, environments: vec![environment] };
        assert_eq!(
            plain(ports(&result, &THEME)),
            [
                "api-server · connected",
                "  3000      web             → http://localhost:3000",
                "  db:5432                   → localhost:5433              5432 is taken by postgres, pid 812",
                "  9229                      → localhost:9229              node (pid 9)",
                "  80                        → not forwarded: 80 needs more rights",
                "  22                        → left alone",
            ]
        );
        assert_eq!(
            plain(ports(&PortsResult::default(), &THEME)),
            ["Nothing is forwarded; `wharf up` begins it."]
        );
    }
}
