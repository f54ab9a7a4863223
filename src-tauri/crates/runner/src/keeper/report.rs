//! From decisions to what is told of them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use wharf_api as api;
use wharf_plan::ContainerFacts;
use wharf_plan::ports::{Conflict, Holder, PortDecision, PortSource, Verdict};
use wharf_spec::{OnAutoForward, PortProtocol};

use crate::convert;
use crate::environment::LOCAL_FOLDER_LABEL;
use crate::records::{EnvironmentRecord, INSIDE, InsideRecord};
use crate::store::EnvironmentStore;

/// An environment with its ports.
pub(super) fn environment(
    record: &EnvironmentRecord,
    connection: api::KeptConnection,
    problem: Option<String>,
    decisions: &[PortDecision],
) -> api::EnvironmentPorts {
    let usual = record.id_labels.iter().any(|(name, _)| name == LOCAL_FOLDER_LABEL);
    let volume = match convert::source(&record.source) {
        api::WorkspaceSource::Volume { name, .. } => Some(name),
        api::WorkspaceSource::Folder { .. } => None,
    };
    api::EnvironmentPorts {
        id: record.id.clone(),
        name: record.name.clone(),
        reference: api::EnvironmentReference {
            folder: record.workspace_folder(),
            configuration: Some(record.configuration.clone()).filter(|path| !path.is_empty()),
            volume,
            container: record.container.clone(),
            id_labels: if usual { BTreeMap::new() } else { record.id_labels.iter().cloned().collect() },
            engine: record.engine.as_ref().map(|engine| engine.address.clone()),
        },
        connection,
        problem,
        ports: decisions.iter().map(port).collect(),
    }
}

/// One port.
pub(super) fn port(decision: &PortDecision) -> api::Port {
    let attributes = &decision.attributes;
    let scheme = attributes.protocol.map(|protocol| match protocol {
        PortProtocol::Http => api::PortScheme::Http,
        PortProtocol::Https => api::PortScheme::Https,
    });
    let local = |address: IpAddr, port: u16| {
        let scheme = if scheme == Some(api::PortScheme::Https) { "https" } else { "http" };
        let place = if address.is_loopback() || address.is_unspecified() {
            format!("localhost:{port}")
        } else {
            SocketAddr::new(address, port).to_string()
        };
        api::LocalAddress { address: address.to_string(), port, url: format!("{scheme}://{place}") }
    };
    let (state, local, conflict) = match &decision.verdict {
        Verdict::Forward { address, local: port, conflict } => {
            (api::PortState::Forwarded, Some(local(*address, *port)), conflict.as_ref())
        }
        Verdict::Published(port) => {
            (api::PortState::Published, Some(local(std::net::Ipv4Addr::LOCALHOST.into(), *port)), None)
        }
        Verdict::Here => {
            let local = local(std::net::Ipv4Addr::LOCALHOST.into(), decision.inside.port);
            (api::PortState::Published, Some(local), None)
        }
        Verdict::Wait => (api::PortState::Waiting, None, None),
        Verdict::Stopped => (api::PortState::Stopped, None, None),
        Verdict::Ignored => (api::PortState::Ignored, None, None),
        Verdict::Editor => (api::PortState::Editor, None, None),
        Verdict::Blocked(conflict) => (api::PortState::Blocked, None, Some(conflict)),
        Verdict::Refused(_) => (api::PortState::Blocked, None, None),
    };
    let editor = decision.process.as_ref().and_then(|process| process.editor.clone());
    let needs_rights = conflict.filter(|conflict| conflict.holder == Holder::System);
    api::Port {
        host: decision.inside.host.clone(),
        port: decision.inside.port,
        label: attributes.label.clone(),
        protocol: scheme,
        source: match decision.source {
            PortSource::Declared => api::PortSource::Declared,
            PortSource::Asked => api::PortSource::Asked,
            PortSource::Detected => api::PortSource::Detected,
        },
        listening: decision.listening,
        process: decision.process.as_ref().map(|process| api::PortProcess {
            name: process.name.clone(),
            pid: process.pid,
            command_line: process.command_line.clone(),
        }),
        state,
        reason: match (state, &decision.verdict) {
            (_, Verdict::Refused(words)) => Some(format!("this computer does not listen there: {words}")),
            (api::PortState::Editor, _) => Some(match editor {
                Some(editor) => format!("a server of {editor}"),
                None => "an editor forwards it".to_owned(),
            }),
            (_, Verdict::Here) => Some("on this computer's own network".to_owned()),
            (api::PortState::Published, _) => Some("published by the engine".to_owned()),
            _ if attributes.elevate_if_needed => needs_rights.map(|conflict| more_rights(conflict.port)),
            _ => None,
        },
        local,
        conflict: conflict.map(conflicting),
        notice: match attributes.notice {
            OnAutoForward::Notify => api::PortNotice::Notify,
            OnAutoForward::OpenBrowser => api::PortNotice::OpenBrowser,
            OnAutoForward::OpenBrowserOnce => api::PortNotice::OpenBrowserOnce,
            OnAutoForward::OpenPreview => api::PortNotice::OpenPreview,
            OnAutoForward::Silent => api::PortNotice::Silent,
            OnAutoForward::Ignore => api::PortNotice::Ignore,
        },
    }
}

/// What `elevateIfNeeded` comes to: who may give the right to listen on a port, and how. Nobody is asked for a password: the right would be that of
/// the whole program, for as long as it runs, and it also carries what comes from inside.
fn more_rights(port: u16) -> String {
    if cfg!(target_os = "linux") {
        format!(
            "an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start={port}`"
        )
    } else {
        "the system's administrator can allow it".to_owned()
    }
}

fn conflicting(conflict: &Conflict) -> api::PortConflict {
    let holder = match &conflict.holder {
        Holder::Process { name, pid } => api::PortHolder::Process { name: name.clone(), pid: *pid },
        Holder::Environment { id, name, port } => {
            api::PortHolder::Environment { id: id.clone(), name: name.clone(), port: *port }
        }
        Holder::System => api::PortHolder::System,
        Holder::Unknown => api::PortHolder::Unknown,
    };
    api::PortConflict { port: conflict.port, holder }
}

/// Who commands run as, as it was found when the environment was brought up; else whom the container runs as.
pub(super) fn remote_user(files: &EnvironmentStore, container: &ContainerFacts) -> String {
    let known = files.peek::<InsideRecord>(INSIDE).filter(|record| record.container == container.id);
    let user = known.map(|record| record.user.name).filter(|name| !name.is_empty());
    user.or_else(|| Some(container.user.clone()).filter(|user| !user.is_empty()))
        .unwrap_or_else(|| "root".to_owned())
}
