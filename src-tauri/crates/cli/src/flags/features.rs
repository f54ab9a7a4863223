//! What a caller says about Features and the registries that hold them.

use clap::Args;
use serde_json::{Map, Value};
use wharf_runner::{FeaturesRequest, LockfileMode, RegistriesRequest};

use super::check::{additional_features, auth_host};

/// Flags of commands that resolve Features.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Features")]
pub(crate) struct FeatureFlags {
    /// Install these Features too, as an object like the configuration's `features`
    #[arg(long, value_name = "JSON", value_parser = additional_features)]
    additional_features: Option<Map<String, Value>>,
    #[arg(long, hide = true)]
    skip_feature_auto_mapping: bool,
    #[command(flatten)]
    registries: RegistryFlags,
}

/// Flags of commands that may write the lockfile.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Features")]
pub(crate) struct LockfileFlags {
    /// Neither read nor write the lockfile
    #[arg(long, conflicts_with_all = ["frozen_lockfile", "experimental_lockfile", "experimental_frozen_lockfile"])]
    no_lockfile: bool,
    /// Fail when there is no lockfile, or it would change
    #[arg(long)]
    frozen_lockfile: bool,
    // The reference's earlier names. The first says what is done anyway.
    #[arg(long, hide = true)]
    experimental_lockfile: bool,
    #[arg(long, hide = true)]
    experimental_frozen_lockfile: bool,
}

/// How registries are trusted with credentials.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Features")]
pub(crate) struct RegistryFlags {
    /// Give credentials to hosts that belong to the registry alone
    #[arg(long)]
    oci_auth_hardening: bool,
    /// Let this other host give tokens for a registry all the same; may be repeated
    #[arg(long, requires = "oci_auth_hardening", value_name = "REGISTRY=HOST", value_parser = auth_host)]
    allow_cross_origin_auth_host: Vec<(String, String)>,
}

/// Flags that the reference takes everywhere, for commands that need no Feature: a container that exists has what it has.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct UnusedFeatureFlags {
    #[arg(long, hide = true)]
    skip_feature_auto_mapping: bool,
    #[command(flatten)]
    registries: UnusedRegistryFlags,
}

/// The same for commands that the reference gives no other flag of Features.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct UnusedRegistryFlags {
    #[arg(long, hide = true)]
    oci_auth_hardening: bool,
    #[arg(long, hide = true, requires = "oci_auth_hardening", value_name = "REGISTRY=HOST", value_parser = auth_host)]
    allow_cross_origin_auth_host: Vec<(String, String)>,
}

impl FeatureFlags {
    /// What the runner wants to know of it.
    pub(crate) fn request(self, lockfile: LockfileFlags) -> FeaturesRequest {
        FeaturesRequest {
            additional: self.additional_features.unwrap_or_default(),
            skip_auto_mapping: self.skip_feature_auto_mapping,
            lockfile: lockfile.mode(),
            registries: self.registries.into(),
        }
    }
}

impl LockfileFlags {
    fn mode(self) -> LockfileMode {
        if self.no_lockfile {
            LockfileMode::None
        } else if self.frozen_lockfile || self.experimental_frozen_lockfile {
            LockfileMode::Frozen
        } else {
            LockfileMode::Normal
        }
    }
}

impl From<RegistryFlags> for RegistriesRequest {
    fn from(flags: RegistryFlags) -> Self {
        Self {
            auth_hardening: flags.oci_auth_hardening,
            allowed_auth_hosts: flags.allow_cross_origin_auth_host,
        }
    }
}
