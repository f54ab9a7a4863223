//! The files in which Docker and Podman keep credentials, or the names of the helpers that keep them.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use crate::credentials::Credentials;
use crate::error::Error;

/// Padding is often lost when people write these files by hand.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `config.json` or `auth.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AuthFile {
    auths: Option<BTreeMap<String, Auth>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl AuthFile {
    /// None when there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<AuthFile>, Error> {
        let failed = |detail: String| Error::File { path: path.to_owned(), detail };
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => AuthFile::parse(&text).map(Some).map_err(failed),
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(error.to_string())),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<AuthFile, String> {
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())
    }

    /// Whether anybody has logged in anywhere with the tool whose file it is.
    pub(crate) fn keeps_anything(&self) -> bool {
        self.auths.as_ref().is_some_and(|auths| !auths.is_empty())
            || self.cred_helpers.as_ref().is_some_and(|helpers| !helpers.is_empty())
            || self.creds_store.as_ref().is_some_and(|store| !store.is_empty())
    }

    /// The helper that keeps this registry's credentials: its own one before the general one.
    pub(crate) fn helper(&self, keys: &[String]) -> Option<&str> {
        let own = keys.iter().find_map(|key| self.cred_helpers.as_ref()?.get(key));
        own.or(self.creds_store.as_ref()).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The credentials that stand in the file itself, under the most exact of these keys.
    pub(crate) fn credentials(&self, keys: &[String]) -> Option<Credentials> {
        let auths = self.auths.as_ref()?;
        let exact = keys.iter().find_map(|key| auths.get_key_value(key));
        // Older tools wrote whole URLs.
        let by_host =
            || keys.iter().find_map(|key| auths.iter().find(|(written, _)| host(written) == host(key)));
        let (key, auth) = exact.or_else(by_host)?;
        auth.credentials(key)
    }
}

impl Auth {
    /// None for the empty entry that marks a registry whose credentials a helper keeps.
    fn credentials(&self, server: &str) -> Option<Credentials> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let decoded = self.auth.as_ref().and_then(|text| LENIENT.decode(text.trim()).ok());
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        let (username, password) = match pair {
            Some((username, password)) => (username.to_owned(), password.trim_end_matches('\0').to_owned()),
            None => (said(&self.username).unwrap_or_default(), said(&self.password).unwrap_or_default()),
        };
        let identity_token = said(&self.identitytoken);
        if identity_token.is_none() && (username.is_empty() || password.is_empty()) {
            return None;
        }
        Some(Credentials {
            server: server.to_owned(),
            username,
            password,
            identity_token,
            ..Credentials::default()
        })
    }
}

/// `https://index.docker.io/v1/` → `index.docker.io`.
fn host(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    match rest {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        // Podman's keys may end in a path, which is not a host.
        None => key,
    }
}
