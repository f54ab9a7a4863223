//! `wharf trust list|revoke`: what has been allowed, and taking it back.

use std::path::Path;

use wharf_api as api;

use crate::error::Result;
use crate::locate::absolute;
use crate::store::Store;
use crate::{consent, error::Error};

/// Every stored consent, newest first.
///
/// # Errors
/// When the state folder cannot be read.
pub fn trust_list(user_data_folder: Option<&Path>) -> Result<api::TrustList> {
    consent::list(&Store::open(user_data_folder)?)
}

/// Takes back the consents of a folder, or all of them.
///
/// # Errors
/// When the state folder cannot be read or written.
pub fn trust_revoke(folder: Option<&Path>, user_data_folder: Option<&Path>) -> Result<api::TrustRevoked> {
    let store = Store::open(user_data_folder)?;
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = folder.map(|folder| absolute(&current, folder));
    consent::revoke(&store, |entry| match &folder {
        Some(folder) => Path::new(&entry.environment.folder) == folder,
        None => true,
    })
}
