//! The engine's room on real engines. What can be seen with a fake one is in the suite beside this one.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test speaks by failing"
)]

/// Everything here needs an engine.
mod real;
