//! The house's own rules, held by tests: who may know whom, what may be depended on, and what a tracked file may hold.
//!
//! Nothing here runs Wharf; facts come from `cargo metadata` and `git ls-files`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod clocks;
mod files;
#[cfg(unix)]
mod install;
mod licences;
mod metadata;
mod rooms;
mod window;
mod workflows;
