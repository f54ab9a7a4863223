//! The registry of Windows: keys that are Wharf's alone, below the person's own part.

use std::io::ErrorKind;
use std::path::PathBuf;

use wharf_api::IntegrationState;
use winreg::RegKey;
use winreg::enums::HKEY_CURRENT_USER;

use super::Key;
use crate::error::{Error, Result};

fn failed(key: &Key, action: &'static str) -> impl Fn(std::io::Error) -> Error {
    let path = PathBuf::from(format!("HKEY_CURRENT_USER\\{}", key.path));
    move |source| Error::State { path: path.clone(), action, source }
}

fn below(key: &Key, name: &str) -> String {
    if name.is_empty() { key.path.clone() } else { format!("{}\\{name}", key.path) }
}

/// Whether the key is there, with the values that this version gives it.
pub(super) fn state(key: &Key) -> Result<IntegrationState> {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    match user.open_subkey(&key.path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(IntegrationState::Absent),
        Err(error) => return Err(failed(key, "read")(error)),
        Ok(_) => {}
    }
    let current = key.values.iter().all(|(name, value, text)| {
        user.open_subkey(below(key, name))
            .and_then(|found| found.get_value::<String, _>(value))
            .is_ok_and(|found| found == *text)
    });
    Ok(if current { IntegrationState::Installed } else { IntegrationState::Outdated })
}

/// Writes the key anew.
pub(super) fn write_key(key: &Key) -> Result<()> {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    for (name, value, text) in &key.values {
        let (made, _) = user.create_subkey(below(key, name)).map_err(failed(key, "write"))?;
        made.set_value(value, text).map_err(failed(key, "write"))?;
    }
    Ok(())
}

/// Removes the key and everything in it.
pub(super) fn remove_key(key: &Key) -> Result<()> {
    match RegKey::predef(HKEY_CURRENT_USER).delete_subkey_all(&key.path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(key, "remove")(error)),
        _ => Ok(()),
    }
}
