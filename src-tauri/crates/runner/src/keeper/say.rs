//! What is written of an environment's ports in its log: what has changed, in a person's words.

use std::collections::BTreeMap;

use wharf_api as api;

/// Tells what is different now: what it is about, and what is to be said.
pub(super) fn changes(
    before: &api::EnvironmentPorts,
    now: &api::EnvironmentPorts,
    tell: &mut dyn FnMut(&str, String),
) {
    if (before.connection, &before.problem) != (now.connection, &now.problem) {
        let state = match now.connection {
            api::KeptConnection::Connecting => "connecting to the container",
            api::KeptConnection::Connected => "connected to the container",
            api::KeptConnection::Stopped => "the container does not run",
            api::KeptConnection::Unreachable => "the engine does not answer",
        };
        let problem = now.problem.as_ref().map(|problem| format!(": {problem}"));
        tell("connection", format!("{state}{}", problem.unwrap_or_default()));
    }
    let (earlier, later) = (by_name(before), by_name(now));
    for name in earlier.keys().filter(|name| !later.contains_key(*name)) {
        tell("ports", format!("{name} is not forwarded any more"));
    }
    for (name, port) in &later {
        let said = |port: &api::Port| (place(port), port.conflict.clone(), port.reason.clone());
        if earlier.get(name).map(|port| said(port)) != Some(said(port)) {
            let why = match &port.conflict {
                Some(conflict) => Some(format!(", since {}", taken(conflict))),
                None => port.reason.as_ref().map(|reason| format!(": {reason}")),
            };
            tell("ports", format!("{name} {}{}", place(port), why.unwrap_or_default()));
        }
    }
}

/// Ports by their names, of which something is worth saying.
fn by_name(ports: &api::EnvironmentPorts) -> BTreeMap<String, &api::Port> {
    let shown = |port: &&api::Port| matches!(port.state, api::PortState::Forwarded | api::PortState::Blocked);
    ports.ports.iter().filter(shown).map(|port| (port.inside(), port)).collect()
}

fn place(port: &api::Port) -> String {
    match &port.local {
        Some(local) if port.state == api::PortState::Forwarded => {
            format!("is forwarded from {}:{}", local.address, local.port)
        }
        _ => "cannot be forwarded".to_owned(),
    }
}

fn taken(api::PortConflict { port, holder }: &api::PortConflict) -> String {
    match holder {
        api::PortHolder::Process { name, pid } => format!("{port} is taken by {name}, pid {pid}"),
        api::PortHolder::Environment { name, port: other, .. } => {
            format!("{port} is taken by port {other} of {name}")
        }
        api::PortHolder::System => format!("{port} needs more rights"),
        api::PortHolder::Unknown => format!("{port} is taken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(number: u16, local: Option<u16>, conflict: Option<api::PortConflict>) -> api::Port {
        api::Port {
            host: None,
            port: number,
            label: None,
            protocol: None,
            source: api::PortSource::Detected,
            listening: Some(true),
            process: None,
            state: if local.is_some() { api::PortState::Forwarded } else { api::PortState::Blocked },
            reason: None,
            local: local.map(|port| api::LocalAddress {
                address: "127.0.0.1".to_owned(),
                port,
                url: String::new(),
            }),
            conflict,
            notice: api::PortNotice::Notify,
        }
    }

    fn state(
        connection: api::KeptConnection,
        problem: Option<&str>,
        ports: Vec<api::Port>,
    ) -> api::EnvironmentPorts {
        api::EnvironmentPorts {
            id: "id".to_owned(),
            name: "name".to_owned(),
            reference: api::EnvironmentReference::default(),
            connection,
            problem: problem.map(str::to_owned),
            ports,
        }
    }

    #[test]
    fn what_has_changed_is_said_once() {
        use api::KeptConnection::{Connected, Connecting, Unreachable};
        let said = |before: &api::EnvironmentPorts, now: &api::EnvironmentPorts| {
            let mut said = Vec::new();
            changes(before, now, &mut |about, text| said.push(format!("{about}: {text}")));
            said
        };
        let conflict = api::PortConflict {
            port: 80,
            holder: api::PortHolder::Process { name: "nginx".to_owned(), pid: 7 },
        };
        let begun = state(Connecting, None, Vec::new());
        let up = state(
            Connected,
            None,
            vec![port(3000, Some(3000), None), port(80, Some(8080), Some(conflict.clone()))],
        );
        let less = state(Connected, None, vec![port(80, None, Some(conflict))]);
        let refused = api::Port { reason: Some("no such address".to_owned()), ..port(80, None, None) };
        let refused = state(Connected, None, vec![refused]);
        let away = state(Unreachable, Some("it is gone"), Vec::new());
        assert_eq!(
            said(&begun, &up),
            [
                "connection: connected to the container",
                "ports: 3000 is forwarded from 127.0.0.1:3000",
                "ports: 80 is forwarded from 127.0.0.1:8080, since 80 is taken by nginx, pid 7",
            ]
        );
        assert_eq!(
            said(&up, &less),
            [
                "ports: 3000 is not forwarded any more",
                "ports: 80 cannot be forwarded, since 80 is taken by nginx, pid 7",
            ]
        );
        assert_eq!(
            said(&less, &away),
            ["connection: the engine does not answer: it is gone", "ports: 80 is not forwarded any more"]
        );
        assert_eq!(said(&less, &refused), ["ports: 80 cannot be forwarded: no such address"]);
        assert!(said(&up, &up).is_empty() && said(&refused, &refused).is_empty());
    }
}
