//! The dev-container language: text to typed, substituted and merged configuration. Pure.
//!
//! ```text
//! text --Document::parse--> Document --read--> Config --resolve--> ResolvedConfig --merge--> MergedConfig --for_container--> ContainerConfig
//! ```
//!
//! Nothing here touches files, the network, the environment or the clock; facts are passed in. Broken input gives what could be
//! understood and the diagnostics, never a panic.

pub mod authoring;
pub mod compose;
pub mod config;
pub mod deviation;
pub mod diagnostic;
pub mod dockerfile;
pub mod document;
pub mod edit;
pub mod extends;
pub mod feature;
pub mod id;
pub mod image_reference;
pub mod javascript;
pub mod labels;
pub mod merge;
pub mod metadata;
pub mod paths;
mod pointer;
pub mod quote;
pub mod read;
pub mod resolve;
pub mod schema;
pub mod source;
pub mod substitute;
pub mod template;
pub mod workspace;
pub mod worktree;

pub use config::{
    AppPort, Build, Config, ForwardPort, Gpu, GpuRequirements, Hook, HostRequirements, InsidePort,
    LifecycleCommand, Mount, MountFields, MountKind, MountObject, OnAutoForward, PortAttributes, PortKey,
    PortProtocol, Scenario, SecretDeclaration, ShutdownAction, SingleCommand, UserEnvProbe, WaitFor,
    parse_bytes,
};
pub use diagnostic::{Diagnostic, Position, Severity};
pub use dockerfile::Dockerfile;
pub use document::Document;
pub use id::{DevContainerId, devcontainer_id};
pub use image_reference::ImageReference;
pub use merge::{ContainerConfig, MergedConfig, merge};
pub use metadata::Entry;
pub use paths::PathStyle;
pub use read::read;
pub use resolve::{AppliedEntries, ResolvedConfig, ScenarioError, resolve};
pub use schema::{json_schema, json_schema_text};
pub use source::{Source, Sourced};
pub use substitute::{
    ContainerVariables, LocalVariables, SubstitutionError, substitute_container, substitute_id,
    substitute_local,
};
pub use workspace::{Workspace, WorkspaceFacts};
