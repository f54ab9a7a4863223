//! Whole environments on real engines: what a person does with `wharf` in a folder, and what goes wrong around it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod apply;
mod builds;
mod callers;
mod cancel;
mod compose;
mod consent;
mod doctor;
mod examples;
mod far;
mod faults;
mod features;
mod full_disk;
mod harmful;
mod headless;
mod hooks;
mod keeper;
mod keeper_duties;
mod keeper_faults;
mod keeper_links;
mod keeper_neighbours;
mod keeper_strangers;
mod kept;
mod keychain;
mod kit;
mod layers;
mod leaving;
mod list;
mod lock;
mod logs;
mod networks;
mod personal;
mod podman;
#[cfg(unix)]
mod port_watch;
mod registry;
mod releases;
mod reuse;
mod state;
mod stop;
mod volume;
