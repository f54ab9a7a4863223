//! Compose: which program it is, how it is told of the engine, and what it is asked. The one part of an engine that is a program.
//!
//! Docker's Compose works with Podman's socket too, and better than what Podman offers itself, so it is taken first on both engines.

mod networks;
mod program;

pub use program::{ComposeKind, ComposePlaces, ComposeProgram};

use crate::address::Address;

/// The variables that tell Compose which engine is meant; a variable without value must not be set.
#[must_use]
pub fn compose_environment(address: &Address) -> Vec<(&'static str, Option<String>)> {
    let host = address.to_string();
    let (tls, folder) = match address {
        Address::Tcp { tls: Some(tls), .. } => (
            Some(if tls.verify { "1" } else { "" }.to_owned()),
            tls.folder.as_ref().map(|folder| folder.display().to_string()),
        ),
        _ => (None, None),
    };
    vec![
        ("DOCKER_HOST", Some(host.clone())),
        ("DOCKER_CONTEXT", None),
        ("DOCKER_TLS_VERIFY", tls.clone().filter(|verify| !verify.is_empty())),
        ("DOCKER_TLS", tls.map(|_| "1".to_owned())),
        ("DOCKER_CERT_PATH", folder),
        // Podman's own programs.
        ("CONTAINER_HOST", Some(host)),
        ("CONTAINER_CONNECTION", None),
        // What is meant for somebody who watches a terminal.
        ("COMPOSE_MENU", Some("false".to_owned())),
        ("DOCKER_CLI_HINTS", Some("false".to_owned())),
        ("PODMAN_COMPOSE_WARNING_LOGS", Some("false".to_owned())),
    ]
}
