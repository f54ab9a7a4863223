//! The flags that several commands share, decoded and checked as the reference checks them; nothing is decided here.

mod answer;
mod build;
mod check;
mod dotfiles;
mod features;
mod hooks;
mod output;
mod project;
mod secrets;
mod source;
mod subject;
mod target;

pub(crate) use answer::AnswerFlags;
pub(crate) use build::CacheFlags;
pub(crate) use check::{id_label, mount, remote_env, target_version};
pub(crate) use dotfiles::DotfilesFlags;
pub(crate) use features::{
    FeatureFlags, LockfileFlags, RegistryFlags, UnusedFeatureFlags, UnusedRegistryFlags,
};
pub(crate) use hooks::{EnvironmentFlags, FolderFlags, TerminalSizeFlags, UnusedTerminalSizeFlags};
pub(crate) use output::{ColorChoice, LogFormat, LogLevel, OutputFlags};
pub(crate) use project::ProjectFlags;
pub(crate) use secrets::SecretFlags;
pub(crate) use source::{SourceArgument, SourceFlags};
pub(crate) use subject::{ExistingFlags, SubjectArgument, SubjectFlags};
pub(crate) use target::{ContainerFlag, PlaceFlags, TargetFlags, WorktreeFlags, without_own_flags};
