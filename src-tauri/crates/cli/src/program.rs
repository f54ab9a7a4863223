//! Under which name the program runs, and what that changes.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::error::ErrorKind;

/// The version of the reference command line that Wharf stands in for. Scripts and CI actions read it.
pub(crate) const REFERENCE_VERSION: &str = "0.89.0";

/// The name the program was called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Its own.
    Wharf,
    /// That of the reference, for scripts and CI actions: what touches the host is let through as the reference would, wrong
    /// usage exits with 1, and the version is the reference's.
    Devcontainer,
}

impl Program {
    /// Reads the name from the first argument.
    pub fn from_name(first: Option<&OsString>) -> Self {
        let name = first.map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
        if name == Some("devcontainer") { Self::Devcontainer } else { Self::Wharf }
    }

    /// The name as a person types it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wharf => "wharf",
            Self::Devcontainer => "devcontainer",
        }
    }

    /// What `--version` prints.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Wharf => env!("CARGO_PKG_VERSION"),
            Self::Devcontainer => REFERENCE_VERSION,
        }
    }

    /// The exit code of wrong usage.
    pub(crate) fn usage_code(self) -> u8 {
        match self {
            Self::Wharf => 2,
            Self::Devcontainer => 1,
        }
    }

    /// The exit code of an answer by the parser: help and version are answers, everything else is wrong usage.
    pub(crate) fn parser_code(self, kind: ErrorKind) -> u8 {
        match kind {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
            _ => self.usage_code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells() {
        for (name, expected) in [
            ("wharf", Program::Wharf),
            ("/usr/local/bin/wharf", Program::Wharf),
            ("devcontainer", Program::Devcontainer),
            ("/usr/local/bin/devcontainer", Program::Devcontainer),
            ("devcontainer.exe", Program::Devcontainer),
            ("devcontainers", Program::Wharf),
            ("", Program::Wharf),
        ] {
            assert_eq!(Program::from_name(Some(&name.into())), expected, "{name}");
        }
        assert_eq!(Program::from_name(None), Program::Wharf);
    }
}
