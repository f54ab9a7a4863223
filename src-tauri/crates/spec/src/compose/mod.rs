//! Compose projects, as far as a dev container depends on them: which files, what they say, and what the project is called.
//!
//! Compose's own program reads the files and puts its variables in; what it prints (`compose config`) differs between its versions and
//! between it and podman-compose, so everything here is read leniently: what is not understood is left out.

mod build;
mod files;
mod kept;
mod name;
mod named;
mod profiles;
mod project;
mod reads;
mod values;
mod yaml;

pub use build::ServiceBuild;
pub use files::{FileSources, compose_files};
pub use kept::{keeps_log, may_refer_to};
pub use name::{NameSources, project_name, usable_project_name};
pub use named::named_files;
pub use profiles::may_have_profiles;
pub use project::{ComposeProject, ComposeService, Dollars};
pub use reads::{FileRead, Files, ReadFor, ReadSources, files_read};
pub use values::labels_of;
pub use yaml::{YamlError, names_project, read_yaml};
