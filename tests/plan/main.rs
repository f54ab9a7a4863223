//! The plan suite: what is asked of an engine, of a person, and in which order. Needs nothing but data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// The crate touches no file and starts no program; its tests read their cases from some, and try what a plan says.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod build_options;
mod compose;
mod consent;
mod container;
mod difference;
mod dotfiles;
mod features;
mod hooks;
mod image;
mod outside;
mod platform;
mod ports;
mod reconcile;
mod run_args;
mod support;
mod world;
