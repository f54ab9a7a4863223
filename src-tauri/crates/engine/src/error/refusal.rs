//! What an engine was asked, and what its refusal means: the same status stands for different things, and only the words tell which.

use wharf_plan::image_reference::ImageReference;

use super::Error;

/// What an engine is asked, for messages and for reading its refusals.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// As a verb with its object: `start container abc`.
    pub(crate) verb: String,
    /// What a "not found" speaks about.
    pub(crate) subject: Subject,
}

/// What a call is about.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// The engine itself, or something that needs no name.
    Engine,
    /// A container, by id or name.
    Container(String),
    /// An image, by reference.
    Image(String),
}

impl Call {
    pub(crate) fn engine(verb: impl Into<String>) -> Call {
        Call { verb: verb.into(), subject: Subject::Engine }
    }

    pub(crate) fn container(verb: &str, container: &str) -> Call {
        let short = if container.len() == 64 { &container[..12] } else { container };
        Call { verb: format!("{verb} container {short}"), subject: Subject::Container(container.to_owned()) }
    }

    pub(crate) fn image(verb: &str, image: &str) -> Call {
        Call { verb: format!("{verb} image {image}"), subject: Subject::Image(image.to_owned()) }
    }
}

/// Reads a refusal: the same status means different things, and only the engine's words tell which.
pub(crate) fn refusal(engine: &str, call: &Call, status: u16, words: &str) -> Error {
    let engine = engine.to_owned();
    let verb = call.verb.clone();
    let words = words.trim().to_owned();
    let lower = words.to_ascii_lowercase();
    let says = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    if says(&["no space left on device", "disk quota exceeded"]) {
        return Error::DiskFull { engine, call: verb, words };
    }
    if says(&["port is already allocated", "address already in use"]) {
        return Error::PortTaken { engine, call: verb, words };
    }
    if says(&[
        "is already in use by",
        "name is already in use",
        "name already exists",
        "already in use by container",
    ]) {
        return Error::NameTaken { engine, call: verb, words };
    }
    if says(&[
        "bind source path does not exist",
        "invalid mount",
        "invalid volume specification",
        "mount path must be absolute",
        "mount denied",
        "statfs",
        "duplicate mount point",
        "duplicate mount destination",
        "error while creating mount source path",
        "invalid bind mount",
        "error mounting",
        "must set volume destination",
        "invalid container path",
    ]) {
        return Error::Mount { engine, call: verb, words };
    }
    if names_absent_network(&lower) {
        return Error::NetworkNotFound { engine, call: verb, words };
    }
    let image_in = |words: &str| match &call.subject {
        Subject::Image(image) => Some(image.clone()),
        _ => words
            .to_ascii_lowercase()
            .find("no such image: ")
            .map(|start| {
                words[start + "no such image: ".len()..].split_whitespace().next().unwrap_or_default()
            })
            .filter(|image| !image.is_empty())
            .map(|image| image.trim_end_matches([',', ';']).to_owned()),
    };
    if let Subject::Image(image) = &call.subject
        && (matches!(status, 401 | 403)
            || says(&["unauthorized", "access denied", "access to the resource is denied", "no basic auth credentials"]))
        // Docker Hub answers a missing repository and a private one alike; both are told as "not found".
        && (says(&["no basic auth credentials"]) || !says(&["does not exist", "not found", "manifest unknown"]))
    {
        let registry = ImageReference::parse(image).registry.to_owned();
        return Error::ImageDenied { engine, call: verb, registry, credentials: None, words };
    }
    if (status == 404
        || says(&[
            "no such image",
            "image not known",
            "manifest unknown",
            "repository does not exist",
            "not found",
        ]))
        && let Some(image) = image_in(&words)
        && !says(&["no such host", "dial tcp"])
    {
        return Error::ImageNotFound { engine, image, words };
    }
    if let Subject::Container(container) = &call.subject {
        let container = container.clone();
        if says(&["no such container", "no container with name or id"])
            || (status == 404 && !says(&["no such exec"]))
        {
            return Error::ContainerNotFound { engine, container };
        }
        if says(&["is not running", "container state improper", "is paused", "cannot exec in a stopped"]) {
            return Error::ContainerNotRunning { engine, call: verb, container, words };
        }
    }
    if says(&[
        "no such host",
        "i/o timeout",
        "connection refused",
        "connection reset",
        "network is unreachable",
        "tls handshake timeout",
        "request canceled while waiting for connection",
        "context deadline exceeded",
        "temporary failure in name resolution",
        "server misbehaving",
        "no route to host",
        "unexpected eof",
    ]) {
        return Error::Network { engine, call: verb, words };
    }
    Error::Rejected { engine, call: verb, status, words }
}

/// Whether a refusal, in small letters, says that a network is not there: Docker's `network web not found`, Podman's `unable to find
/// network with name or ID web: network not found`.
fn names_absent_network(words: &str) -> bool {
    words.match_indices("network ").any(|(start, word)| {
        let rest = words[start + word.len()..].trim_start();
        rest.starts_with("not found")
            || rest.split_once(' ').is_some_and(|(_, rest)| rest.starts_with("not found"))
    })
}
