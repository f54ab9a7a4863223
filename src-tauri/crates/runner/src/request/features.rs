//! What the doors say about Features, beside the configuration: which more there are, and how they are fetched and pinned.

use std::path::Path;

use serde_json::{Map, Value};
use wharf_spec::Document;

/// What a caller says about Features. The default is what the configuration says alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeaturesRequest {
    /// `--additional-features`: as the configuration's `features`, which wins where both name a Feature.
    pub additional: Map<String, Value>,
    /// `--skip-feature-auto-mapping`: old short names are not made whole.
    pub skip_auto_mapping: bool,
    /// What is done with the lockfile.
    pub lockfile: LockfileMode,
    /// How registries are trusted.
    pub registries: RegistriesRequest,
}

/// `--no-lockfile` and `--frozen-lockfile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockfileMode {
    /// Read, and written when it would change.
    #[default]
    Normal,
    /// Neither read nor written.
    None,
    /// Read; a change is an error.
    Frozen,
}

/// How far the registries of Features are trusted with credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistriesRequest {
    /// `--oci-auth-hardening`: only known hosts are asked for tokens, and none is handed on.
    pub auth_hardening: bool,
    /// `--allow-cross-origin-auth-host REGISTRY=HOST`: hosts that may give tokens for a registry all the same.
    pub allowed_auth_hosts: Vec<(String, String)>,
}

/// Reads the value of `--additional-features`: an object as the configuration's `features` is one, comments allowed.
///
/// # Errors
/// What is wrong with it, for the person who typed it.
pub fn parse_features(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let (document, _) = Document::parse(Path::new("--additional-features"), text).map_err(|found| {
        found.into_iter().next().map_or_else(|| "is no JSON".to_owned(), |found| found.message)
    })?;
    match document.value {
        Value::Object(features) => Ok(features),
        _ => Err("is not a JSON object such as {\"ghcr.io/devcontainers/features/go:1\": {}}".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_as_a_person_types_them() {
        for (text, expected) in [
            ("", Ok(0)),
            ("  ", Ok(0)),
            ("{}", Ok(0)),
            (r#"{"ghcr.io/a/b/c:1": {}, "./d": {"x": true}}"#, Ok(2)),
            ("{\n  // why\n  \"./d\": {},\n}", Ok(1)),
            ("[]", Err(())),
            ("go", Err(())),
        ] {
            let found = parse_features(text).map(|features| features.len()).map_err(drop);
            assert_eq!(found, expected, "{text}");
        }
    }
}
