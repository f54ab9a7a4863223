//! What to do about a configuration: one reconcile function, and what each step says to an engine. Pure.
//!
//! ```text
//! Desired + Observed --reconcile--> Agreed | Next(steps) | Blocked(by what)
//! ```
//!
//! [`reconcile()`] decides; [`container`], [`image`], [`hooks`] and [`consent`] each know one part of the answer. Facts come in as
//! arguments; nothing here touches files, the network, the environment or the clock.

mod assume;
pub mod build;
pub mod build_ability;
pub mod build_options;
pub mod compose;
pub mod consent;
pub mod container;
pub mod difference;
pub mod dotfiles;
mod error;
pub mod exec;
pub mod facts;
pub mod flags;
pub mod hooks;
pub mod image;
pub mod platform;
pub mod ports;
mod reconcile;
pub mod requirements;
pub mod run_args;
pub mod state;
pub mod step;

pub use wharf_spec::{image_reference, quote};

pub use assume::{ASSUMED, assume, forget};
pub use build::BuildSpec;
pub use build_ability::{BuildAbility, BuildFeature, BuildRefusal};
pub use container::ContainerSpec;
pub use dotfiles::Dotfiles;
pub use error::Error;
pub use exec::ExecSpec;
pub use facts::{
    ContainerFacts, ContainerState, EngineFacts, EngineKind, HostFacts, HostSystem, ImageFacts, MountFacts,
};
pub use reconcile::{Outcome, Unknown, merged_as_known, reconcile};
pub use requirements::{GpuAccess, MachineFacts};
pub use state::*;
pub use step::*;
