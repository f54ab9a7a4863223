//! Archives: a folder of the package's own name with everything in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::system;

/// A folder that is filled and then packed.
pub(super) struct Package {
    name: String,
    folder: tempfile::TempDir,
}

impl Package {
    /// An empty package of that name.
    pub(super) fn new(name: &str) -> Result<Package> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        std::fs::create_dir(folder.path().join(name))?;
        Ok(Package { name: name.to_owned(), folder })
    }

    /// Puts a file of the clone or of a build into it.
    pub(super) fn add(&self, file: &Path, path: &str) -> Result<()> {
        let to = self.place(path)?;
        std::fs::copy(file, to).with_context(|| format!("cannot copy {}", file.display())).map(drop)
    }

    fn place(&self, path: &str) -> Result<PathBuf> {
        let place = self.folder.path().join(&self.name).join(path);
        if let Some(parent) = place.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        Ok(place)
    }

    /// Packs it as `<name>.tar.gz`, or as `<name>.zip` for Windows, which opens those without a program.
    pub(super) fn pack(&self, out: &Path, zip: bool) -> Result<PathBuf> {
        // On Windows another tar may come first on the search path, which writes no zip.
        let own =
            std::env::var_os("SystemRoot").map(|root| Path::new(&root).join("System32").join("tar.exe"));
        let mut tar = system::command(own.filter(|_| cfg!(windows)).unwrap_or_else(|| PathBuf::from("tar")));
        let archive = if zip {
            // Windows' own tar writes whatever the name's ending says.
            tar.arg("-a");
            out.join(format!("{}.zip", self.name))
        } else {
            if cfg!(target_os = "linux") {
                tar.args(["--owner=0", "--group=0", "--numeric-owner", "--sort=name"]);
            }
            tar.arg("-z");
            out.join(format!("{}.tar.gz", self.name))
        };
        tar.arg("-cf").arg(&archive).arg("-C").arg(self.folder.path()).arg(&self.name);
        system::run(&mut tar)?;
        Ok(archive)
    }
}
