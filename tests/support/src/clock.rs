//! A time of day that a test sets, for programs that it starts: Debian's libfaketime, loaded before the system's own library. The clock that nobody
//! sets goes on as it does.

use std::path::{Path, PathBuf};

use crate::engines::{COMMAND, home};

/// The package that brings it.
pub const PACKAGE: &str = "libfaketime";
/// Where xtask unpacks what the package holds, inside its folder.
pub const FOLDER: &str = "tools/clock";

/// A clock on a wall. Programs with its [`variables`](Self::variables) look at it each time.
#[derive(Debug)]
pub struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// One that shows the right time; what it shows stands in a file of this folder.
    ///
    /// # Panics
    /// When the library was not unpacked; the message names the command to run.
    #[must_use]
    pub fn new(folder: &Path) -> Clock {
        let unpacked = home().map(|home| library_below(&home.join(FOLDER)));
        let library =
            unpacked.ok().filter(|path| path.exists()).unwrap_or_else(|| library_below(Path::new("/")));
        assert!(library.exists(), "{} is not there; run `{COMMAND}`, which brings it", library.display());
        let clock = Clock { library, file: folder.join("clock") };
        clock.set(0);
        clock
    }

    /// Puts it so many seconds before or behind the right time.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, seconds: i64) {
        // In one go: a program may be looking.
        let next = self.file.with_extension("next");
        let written =
            std::fs::write(&next, format!("{seconds:+}")).and_then(|()| std::fs::rename(&next, &self.file));
        written.unwrap_or_else(|error| panic!("{}: {error}", self.file.display()));
    }

    /// What makes a program look at this clock.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let pairs = [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

/// Where the library lies below a root.
#[must_use]
pub fn library_below(root: &Path) -> PathBuf {
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    root.join("usr/lib").join(triple).join("faketime/libfaketimeMT.so.1")
}
