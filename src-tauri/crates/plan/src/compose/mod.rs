//! Environments that are a service of a Compose project.
//!
//! A service differs from an image or a Dockerfile in two things: Compose's files say what it is made from ([`ComposeFacts::as_container`]
//! puts that into the words of a configuration, so that everything about images applies as it is), and Compose creates and starts the
//! container, with what the configuration asks for in a file of our own that comes last ([`overriding`]).

mod facts;
mod in_volume;
mod overriding;
mod services;
mod up;
mod volumes;

pub use facts::{ComposeFacts, PROJECT_LABEL, ProjectFacts, SERVICE_LABEL, ServiceFacts};
pub use in_volume::ProjectVolume;
pub(crate) use services::{builds_before, missing_builds, other_builds};
pub use services::{built_services, project_in_order};
pub use up::{ComposeUp, OVERRIDE_PREFIX, Override};

pub(crate) use facts::{is_compose, service_name};
pub(crate) use up::{go_on, named, up};
pub(crate) use volumes::read as read_mount;
