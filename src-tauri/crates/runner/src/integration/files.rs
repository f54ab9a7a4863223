//! The files of an integration: told from those of other programs, written whole, taken away without a trace.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::MARK;
use crate::error::{Error, Result};
use crate::platform;

/// One file as this version writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) executable: bool,
}

impl File {
    /// What lies in its place; nothing when nothing does.
    fn there(&self) -> Result<Option<Vec<u8>>> {
        match std::fs::read(&self.path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(Error::Read { path: self.path.clone(), source }),
        }
    }

    /// Whether some version of Wharf wrote what lies there.
    pub(super) fn is_ours(&self) -> Result<bool> {
        Ok(self.there()?.is_some_and(|content| bears_the_mark(&content)))
    }

    /// Whether it lies there as this version writes it.
    pub(super) fn is_current(&self) -> Result<bool> {
        let same = self.there()?.is_some_and(|content| content == self.text.as_bytes());
        Ok(same && (!self.executable || platform::is_executable(&self.path)))
    }

    /// Makes sure that nothing of somebody else's would be overwritten.
    pub(super) fn check_place(&self) -> Result<()> {
        if self.there()?.is_none_or(|content| bears_the_mark(&content)) {
            return Ok(());
        }
        Err(Error::Impossible {
            message: format!("{} is there already, and not Wharf's", self.path.display()),
            location: None,
            hint: Some("move it away and try again".to_owned()),
        })
    }

    /// Writes it, and remembers the folders that had to be made.
    pub(super) fn write(&self, made: &mut Made) -> Result<()> {
        let failed = |source| Error::Write { path: self.path.clone(), source };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        made.folders.extend(folder.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let beside = tempfile::Builder::new().prefix(".wharf-").tempfile_in(folder).map_err(failed)?;
        std::fs::write(beside.path(), &self.text).map_err(failed)?;
        platform::make_public(beside.path(), self.executable).map_err(failed)?;
        beside.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    pub(super) fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(Error::State { path: self.path.clone(), action: "remove", source })
            }
            _ => Ok(()),
        }
    }
}

fn bears_the_mark(content: &[u8]) -> bool {
    content.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}

/// What had to be made besides the files themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    /// Folders that were not there before.
    folders: BTreeSet<PathBuf>,
    /// An index that another program keeps, where there was none before.
    #[serde(default)]
    pub(super) index: Option<PathBuf>,
}

impl Made {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Removes what nothing else uses by now: an index without entries, folders without content.
    pub(super) fn remove_what_is_empty(&self) -> Result<()> {
        if let Some(index) = &self.index
            && std::fs::read_to_string(index).is_ok_and(|text| !text.contains('='))
        {
            std::fs::remove_file(index).map_err(|source| Error::State {
                path: index.clone(),
                action: "remove",
                source,
            })?;
        }
        // A folder sorts before what lies in it.
        for folder in self.folders.iter().rev() {
            // One that somebody else has put something into stays.
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    }
}
