//! The host's side of the agent, spoken with a real agent that runs as a process of this machine.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test speaks by failing"
)]
#![cfg(target_os = "linux")]

mod exec;
mod hooks;
mod kit;
mod many;
mod memory;
mod strangers;
