//! The board with real engines and with one that goes and comes: changes are told, nothing else is, and nothing is asked in between.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod clones;
mod configurations;
mod logs;
mod operations;
mod resources;
mod secrets;
mod terminals;
mod watch;
