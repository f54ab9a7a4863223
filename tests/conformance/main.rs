//! Conformance: what the pinned reference command line answered, Wharf answers.
//!
//! Each folder in `cases/` is one test. It is played through Wharf and compared with `reference.json`, the recorded answers of the
//! reference; `deviations.toml` lists the differences that are wanted, and a case's `wharf.json` what Wharf answers there.
//! `cargo xtask conformance --record` plays the cases through the reference and writes its answers anew, `--accept` Wharf's own.
//!
//! Read from the environment: `WHARF_CONFORMANCE_RECORD` (the reference's script: record instead of compare), `WHARF_CONFORMANCE_ACCEPT`
//! (write `wharf.json` anew), `WHARF_CONFORMANCE_TABLE` (write docs/conformance.md anew), `WHARF_CONFORMANCE_ANSWERS` (a folder to write
//! Wharf's answers to), `WHARF_CONFORMANCE_KEEP` (leave containers and folders), `WHARF_CONFORMANCE_LOG` (show the programs' stderr). All of
//! them are for people who look into a difference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[cfg(unix)]
mod case;
#[cfg(unix)]
mod compare;
#[cfg(unix)]
mod engine;
#[cfg(unix)]
mod events;
#[cfg(unix)]
mod flags;
#[cfg(unix)]
mod images;
#[cfg(unix)]
mod lists;
#[cfg(unix)]
mod normalise;
#[cfg(unix)]
mod observe;
#[cfg(unix)]
mod play;
#[cfg(unix)]
mod process;
#[cfg(unix)]
#[cfg(unix)]
mod setting;
#[cfg(unix)]
mod shelves;
#[cfg(unix)]
mod stage;
#[cfg(unix)]
mod suite;

/// The cases need an engine that sees this machine's folders, and with them a Unix system.
fn main() -> std::process::ExitCode {
    #[cfg(unix)]
    return suite::run();
    #[cfg(not(unix))]
    std::process::ExitCode::SUCCESS
}
