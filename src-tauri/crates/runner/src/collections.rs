//! What commands about Features and Templates in registries share.

use std::path::Path;

use serde_json::Value;
use wharf_registry::{Client, Options};
use wharf_spec::javascript;

use crate::credentials;
use crate::error::{Error, Result};
use crate::request::RegistriesRequest;

/// A client with the credentials of this person's tools.
pub(crate) fn client(request: &RegistriesRequest) -> Result<Client> {
    let allowed = request.allowed_auth_hosts.iter().map(|(registry, host)| format!("{registry}={host}"));
    let options = Options {
        auth_hardening: request.auth_hardening,
        allowed_auth_hosts: allowed.collect(),
        ..Options::default()
    };
    Client::new(credentials::surroundings(), options).map_err(failed)
}

/// What a registry did not give, as an error.
pub(crate) fn failed(error: wharf_registry::Error) -> Error {
    Error::Impossible { message: error.to_string(), location: None, hint: Some(error.hint()) }
}

/// A text as JSON with comments, as JavaScript would hold it; None if it is none.
pub(crate) fn json_of(text: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(value) = serde_json::from_str(text) {
        return Some(javascript::normalize(value));
    }
    wharf_spec::Document::parse(Path::new(""), text).ok().map(|(document, _)| document.value)
}
