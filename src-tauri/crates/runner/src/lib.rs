//! The use cases: observe, plan, act, until they agree.
//!
//! Owns state, locks and consent. Never prints and knows neither clap nor tauri: what happens leaves as events, what came of
//! it as a result or an [`Error`].

mod act;
mod apply;
mod authoring;
mod board;
mod build;
mod changes;
mod check;
mod checkout;
mod choice;
mod collections;
mod compose;
mod configuration;
mod connect;
mod consent;
mod convert;
mod credentials;
mod doctor;
mod down;
mod editor;
mod engines;
mod environment;
mod error;
mod events;
mod exec;
mod extended;
mod features;
mod folder;
mod foreign;
mod gallery;
mod headless;
mod hooks;
mod host;
pub mod inside;
mod integration;
mod journal;
mod keeper;
mod keychain;
mod known;
mod link;
mod list;
mod locate;
mod lock;
mod log_view;
mod logs;
mod losses;
mod names;
mod observe;
mod operations;
mod outdated;
mod overlay;
mod own_container;
mod platform;
mod ports;
mod proxies;
mod read_configuration;
mod recall;
mod reconciler;
mod records;
pub mod request;
mod requirements;
mod resources;
mod secrets;
mod session;
mod set_up;
mod settings;
mod space;
mod status;
mod stop;
mod store;
mod templates;
mod terminals;
mod trust;
mod up;
mod upgrade;
mod volume;
mod watch;

pub use authoring::{
    CollectionKind, FeatureTest, FeaturesTestRequest, FeaturesTested, GenerateDocsRequest, PackageRequest,
    Packaged, Pages, PublishRequest, Published, features_test, generate_docs, package, publish,
};
pub use board::Board;
pub use build::build;
pub use check::{CheckRequest, check};
pub use choice::configuration_choices;
pub use compose::ComposeFailure;
pub use configuration::ConfigurationWatch;
pub use doctor::doctor;
pub use down::down;
pub use editor::{EditRequest, EditorStart, edit, editors};
pub use engines::{engine_list, engine_use};
pub use error::{CommandFailure, Error, Result};
pub use exec::exec;
pub use features::{
    FeaturesInfo, FeaturesInfoRequest, ResolvedDependencies, features_info, features_resolve_dependencies,
};
pub use gallery::{
    apply_template, builtin_templates, feature_collection, preview_template, template_collection,
};
pub use headless::headless;
pub use inside::agents;
pub use integration::{integrate, integration, unintegrate};
#[doc(hidden)]
pub use keeper::understood as keeper_documents;
pub use keeper::{KeeperRole, KeeperWatch, serve as keep};
pub use keychain::{Keychain, KeychainError};
pub use link::{WebAddress, is_link, open_request, web_address};
pub use list::list;
pub use log_view::{LogStates, LogViews};
pub use logs::logs;
pub use losses::losses;
pub use operations::{Follower, Operations, Told};
pub use outdated::{OutdatedFound, OutdatedRequest, outdated};
pub use ports::{
    ForwardRequest, PortNews, PortNewsKind, PortNewsWatch, PortsLook, PortsRequest, forward, leave_keeper,
    ports, watch_ports,
};
pub use read_configuration::read_configuration;
pub use request::*;
pub use resources::{ResourceWatch, Resources};
pub use secrets::{KeptSecretRequest, secrets_forget, secrets_list, secrets_set};
pub use set_up::{run_user_commands, set_up};
pub use settings::{change_setting, change_setting_as_typed, setting, settings, settings_path};
pub use space::{clean_up, clean_up_plan, space};
pub use status::status;
pub use stop::stop;
pub use templates::{
    TemplateFeature, TemplatesApplied, TemplatesApplyRequest, parse_omitted_paths, parse_template_features,
    parse_template_options, templates_apply, templates_metadata,
};
pub use terminals::{TerminalReader, Terminals};
pub use tokio_util::sync::CancellationToken;
pub use trust::{trust_list, trust_revoke};
pub use up::{plan, rebuild, start, up};
pub use upgrade::{UpgradeRequest, Upgraded, upgrade};
pub use volume::is_repository_url;
pub use wharf_spec::feature::identifier_without_version;

/// The program that keeps environments once they are up: this one. None where a person (`WHARF_NO_KEEPER`) or a pipeline does not want
/// anything to stay behind.
pub fn keeper_program() -> Option<std::path::PathBuf> {
    let unwanted = std::env::var_os("WHARF_NO_KEEPER").is_some_and(|value| !value.is_empty());
    if unwanted || runs_in_ci() { None } else { std::env::current_exe().ok() }
}

/// Whether this runs where nobody can be asked and everything comes from a pipeline (`CI=true`).
pub fn runs_in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "true" | "1"))
}
