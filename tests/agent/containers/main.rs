//! The agent in real containers: what only an engine, another user database or another root can show.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test speaks by failing"
)]
#![cfg(target_os = "linux")]

#[path = "../host/kit.rs"]
#[allow(dead_code, reason = "half of the kit is for agents that are processes of this machine")]
mod kit;

mod network;
mod place;
mod real;
mod room;
