//! `--security-opt`: most of it travels as it is, but some of it is the engine's program's own business.

use crate::container::HostConfig;
use crate::error::Error;
use crate::flags::Given;

use super::Draft;
use super::values::join;

/// Names of seccomp profiles that are not files.
const BUILT_IN: [&str; 2] = ["builtin", "unconfined"];

/// The name and the value of an option, if it has one.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => match text.split_once(':') {
            Some((key, value)) => (key, Some(value)),
            None => (text, None),
        },
    }
}

/// The file that a `seccomp=…` names, if it names one.
pub(crate) fn profile_path(text: &str) -> Option<&str> {
    match split(text) {
        ("seccomp", Some(value)) if !value.is_empty() && !BUILT_IN.contains(&value) => Some(value),
        _ => None,
    }
}

/// Reads one `--security-opt`.
pub(crate) fn option(draft: &mut Draft, given: &Given<'_>) -> Result<(), Error> {
    let (key, value) = split(&given.value);
    if value.unwrap_or_default().is_empty() && key != "no-new-privileges" {
        return Err(given.invalid("write `name=value`, for example `seccomp=unconfined`"));
    }
    if let Some(path) = profile_path(&given.value) {
        let text = if draft.podman {
            // Podman's service reads the file itself, so it needs an absolute path.
            if path.starts_with('/') { path.to_owned() } else { join(&draft.folder, path) }
        } else {
            compact(draft.file(path, &given.flag, given.property)?, path, given)?
        };
        draft.spec.body.host_config.security_opt.push(format!("seccomp={text}"));
        return Ok(());
    }
    let host: &mut HostConfig = &mut draft.spec.body.host_config;
    if given.value == "systempaths=unconfined" {
        if draft.podman {
            host.security_opt.push("unmask=ALL".to_owned());
        } else {
            host.masked_paths = Some(Vec::new());
            host.readonly_paths = Some(Vec::new());
        }
        return Ok(());
    }
    host.security_opt.push(given.value.clone());
    Ok(())
}

/// Docker is sent the profile itself, without the blanks.
fn compact(text: &str, path: &str, given: &Given<'_>) -> Result<String, Error> {
    serde_json::from_str::<serde_json::Value>(text).map(|profile| profile.to_string()).map_err(|error| {
        Error::File {
            flag: given.flag.clone(),
            path: path.to_owned(),
            property: given.property.to_owned(),
            reason: format!("is not JSON: {error}"),
        }
    })
}
