//! Templates: what they are described by, which of their files go into a project, and how those are filled in.
//!
//! Specification: devcontainer-templates.md and devcontainer-templates-distribution.md. Nothing is fetched or written here.

mod files;
mod manifest;
mod options;

pub use files::{FILE_NAME, Omitted, configuration_among};
pub use manifest::{TemplateManifest, TemplateOption};
pub use options::{Answers, fill_in};
