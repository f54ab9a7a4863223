//! From the types of the rooms below to the types on the wire, by hand.

use wharf_api as api;
use wharf_engine::Engine;
use wharf_plan::consent::{Touch, TouchKind};
use wharf_plan::{ContainerState, EngineFacts, EngineKind};
use wharf_spec::{Diagnostic, Severity};

use crate::environment::Environment;

/// Where a finding lies, with the line's text taken from `text`.
pub(crate) fn location(found: &Diagnostic, text: &str) -> api::Location {
    let line = found.position.map(|position| position.line);
    api::Location {
        path: found.path.display().to_string(),
        line,
        column: found.position.map(|position| position.column),
        length: u32::try_from(found.length).ok().filter(|length| *length > 0),
        property: Some(found.property.clone()).filter(|property| !property.is_empty()),
        source_line: line.and_then(|line| text.lines().nth(line as usize - 1)).map(str::to_owned),
    }
}

/// A finding as an event.
pub(crate) fn diagnostic(found: &Diagnostic, text: &str) -> api::EventKind {
    api::EventKind::Diagnostic {
        severity: match found.severity {
            Severity::Error => api::Severity::Error,
            Severity::Warning => api::Severity::Warning,
        },
        message: found.message.clone(),
        location: Some(location(found, text)),
        hint: found.hint.clone(),
    }
}

pub(crate) fn engine(engine: &Engine, facts: &EngineFacts) -> api::Engine {
    api::Engine {
        kind: match facts.kind {
            EngineKind::Docker => api::EngineKind::Docker,
            EngineKind::Podman => api::EngineKind::Podman,
        },
        version: Some(facts.version.clone()).filter(|version| !version.is_empty()),
        address: engine.address().to_string(),
        local: facts.local,
        rootless: facts.rootless,
    }
}

pub(crate) fn container_state(state: ContainerState) -> api::ContainerState {
    match state {
        ContainerState::Created => api::ContainerState::Created,
        ContainerState::Running => api::ContainerState::Running,
        ContainerState::Paused => api::ContainerState::Paused,
        ContainerState::Restarting => api::ContainerState::Restarting,
        ContainerState::Removing => api::ContainerState::Removing,
        ContainerState::Exited => api::ContainerState::Exited,
        ContainerState::Dead => api::ContainerState::Dead,
    }
}

/// A touch with its place in the configuration, if it stands there.
pub(crate) fn touch(touch: &Touch, environment: &Environment) -> api::Touch {
    api::Touch {
        kind: match touch.kind {
            TouchKind::HostCommand => api::TouchKind::HostCommand,
            TouchKind::HostFolder => api::TouchKind::HostMount,
            TouchKind::EngineSocket => api::TouchKind::EngineSocket,
            TouchKind::Privileged => api::TouchKind::Privileged,
            TouchKind::Device => api::TouchKind::Device,
            TouchKind::HostNamespace => api::TouchKind::HostNamespace,
            TouchKind::Capability => api::TouchKind::Capability,
            TouchKind::Unconfined => api::TouchKind::UnconfinedProfile,
            TouchKind::Port => api::TouchKind::PublishedPort,
            TouchKind::Secret => api::TouchKind::Secret,
            TouchKind::RawOption => api::TouchKind::RawOption,
        },
        subject: touch.what.clone(),
        effect: Some(touch.detail.clone()).filter(|detail| !detail.is_empty()),
        origin: environment.origin(&touch.source, &touch.property),
        details: Vec::new(),
    }
}

/// Where a workspace's files come from, on the wire.
pub(crate) fn source(source: &wharf_plan::WorkspaceSource) -> api::WorkspaceSource {
    match source {
        wharf_plan::WorkspaceSource::Folder { path } => api::WorkspaceSource::Folder { path: path.clone() },
        wharf_plan::WorkspaceSource::Volume { name, folder, repository } => api::WorkspaceSource::Volume {
            name: name.clone(),
            folder: Some(folder.clone()),
            repository: repository.as_ref().map(|repository| api::Repository {
                url: repository.url.clone(),
                branch: repository.branch.clone(),
            }),
        },
    }
}
