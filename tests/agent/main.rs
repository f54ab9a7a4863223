//! The agent, run as a process of this machine: everything it does that needs no container.
//!
//! As root the tests let it become another user; as anybody else those tests use that user, as the agent itself would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]
#![cfg(target_os = "linux")]

mod bounds;
mod ends;
mod exec;
mod hooks;
mod identity;
mod kit;
mod limits;
mod network;
mod probe;
