//! The lockfile on the disk: read before Features are looked for, and written when they have been found.

use std::path::PathBuf;

use wharf_spec::feature::{FeatureSet, Lockfile, lockfile_path};

use super::error::FeaturesError;
use crate::CancellationToken;
use crate::environment::{Environment, STYLE};
use crate::error::{Error, Result};
use crate::request::LockfileMode;

/// What was found beside the configuration.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What it says; nothing if it is not there, empty, or left aside.
    pub(super) lockfile: Lockfile,
    /// Its text, if it is there.
    text: Option<String>,
}

/// Reads the lockfile, unless it is left aside.
pub(super) async fn read(
    environment: &Environment,
    mode: LockfileMode,
    cancel: &CancellationToken,
) -> Result<Found> {
    if mode == LockfileMode::None {
        return Ok(Found::default());
    }
    let path = environment.bring(&path(environment), cancel).await?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::default()),
        Err(source) => return Err(Error::Read { path, source }),
    };
    // What git's merges leave behind is no lockfile, and nobody's versions to guess.
    let lockfile = Lockfile::parse(&text)
        .map_err(|error| FeaturesError::Lockfile { path, error }.of(environment))?
        .unwrap_or_default();
    Ok(Found { lockfile, text: Some(text) })
}

impl Found {
    /// With `--frozen-lockfile`: refuses what would be written differently. Where there is nothing to lock, there is no lockfile.
    pub(super) fn is_as_frozen(&self, environment: &Environment, wanted: &Lockfile) -> Result<()> {
        let path = path(environment);
        let error = match &self.text {
            None if wanted.features.is_empty() => return Ok(()),
            None => FeaturesError::NoLockfile { path },
            Some(text) if wanted.is_written_as(text) => return Ok(()),
            Some(_) => {
                FeaturesError::LockfileDiffers { path, differences: differences(&self.lockfile, wanted) }
            }
        };
        Err(error.of(environment))
    }
}

/// Writes what the lockfile of a configuration should hold, if it holds something else. None is written for nothing.
pub(crate) fn write(environment: &Environment, set: &FeatureSet) -> Result<()> {
    // A repository in a volume has its lockfile from git; what is brought out of it is a copy.
    let Some(lockfile) = set.lockfile.as_ref().filter(|_| !environment.is_in_volume()) else { return Ok(()) };
    let path = path(environment);
    match std::fs::read_to_string(&path) {
        Ok(text) if lockfile.is_written_as(&text) => return Ok(()),
        Err(_) if lockfile.features.is_empty() => return Ok(()),
        _ => {}
    }
    let failed = |source| Error::Write { path: path.clone(), source };
    let folder = path.parent().unwrap_or(&path);
    let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, lockfile.print().as_bytes()).map_err(failed)?;
    readable_by_all(file.as_file()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error)).map(drop)
}

/// A file of a repository, and no secret: as if an editor had written it.
#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

/// Elsewhere files have the rights of their folder.
#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

fn path(environment: &Environment) -> PathBuf {
    let configuration = environment.configuration.path.display().to_string();
    PathBuf::from(lockfile_path(&configuration, STYLE))
}

/// What differs, a line for each Feature.
fn differences(found: &Lockfile, wanted: &Lockfile) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, entry) in &wanted.features {
        match found.features.get(id) {
            None => lines.push(format!("{id} is not in it, and would be {}", entry.resolved)),
            Some(other) if other != entry => {
                lines.push(format!("{id} is {} in it, and would be {}", other.resolved, entry.resolved));
            }
            Some(_) => {}
        }
    }
    let gone = found.features.keys().filter(|id| !wanted.features.contains_key(*id));
    lines.extend(gone.map(|id| format!("{id} is in it, and is not asked for")));
    if lines.is_empty() {
        lines.push("the order of its entries differs".to_owned());
    }
    lines
}
