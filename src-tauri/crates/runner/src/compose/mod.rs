//! Compose for the loop: asking it what a project is, and letting it start one.

mod act;
mod failure;
mod kept;
mod observe;
mod own_files;
mod program;
mod project;
mod reads;
mod volume;

pub use failure::ComposeFailure;
pub(crate) use observe::{DockerfilePlace, cache_of, read_if_there};
pub(crate) use project::{may_remove_volume, with_project};
