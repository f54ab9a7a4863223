//! What can go wrong with Features: which one, what was expected and found, and how to go on.

use std::path::PathBuf;

use wharf_api::{DisallowedFeature, Location};
use wharf_registry::Error as Registry;
use wharf_spec::feature::{GraphError, LockfileError, OrderError, ReferenceError};

use crate::environment::Environment;
use crate::error::Error;

/// Why the Features of an environment are not ready.
#[derive(Debug, thiserror::Error)]
pub enum FeaturesError {
    /// A reference that is none.
    #[error("{0}")]
    Graph(Box<GraphError>),
    /// Features that wait for each other, or an order that names none.
    #[error("{0}")]
    Order(Box<OrderError>),
    /// A Feature that cannot be had.
    #[error("Feature '{user_id}'{} could not be processed: {error}", needed(needed_by.as_deref()))]
    Fetch {
        /// The Feature, as its user wrote it.
        user_id: String,
        /// The Feature that depends on it.
        needed_by: Option<String>,
        /// Whether the lockfile says which content it has.
        locked: bool,
        /// Why not.
        error: Box<Registry>,
    },
    /// A Feature without the file that says what it is, or with one that says nothing.
    #[error("Feature '{user_id}'{} could not be processed: {} {problem}", needed(needed_by.as_deref()), file.display())]
    Manifest {
        /// The Feature, as its user wrote it.
        user_id: String,
        /// The Feature that depends on it.
        needed_by: Option<String>,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A lockfile that is none.
    #[error("{}: {error}", path.display())]
    Lockfile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: LockfileError,
    },
    /// `--frozen-lockfile`, and there is none. The reference's words.
    #[error("Lockfile does not exist.")]
    NoLockfile {
        /// Where it should be.
        path: PathBuf,
    },
    /// `--frozen-lockfile`, and it would be another one. The reference's words.
    #[error("Lockfile does not match.")]
    LockfileDiffers {
        /// Where it is.
        path: PathBuf,
        /// What it would hold, and holds.
        differences: Vec<String>,
    },
    /// A Feature that nobody should use. The reference's words.
    #[error(
        "Cannot use the '{user_id}' Feature since it was reported to be problematic. Please remove this Feature from your configuration and rebuild any dev container using it before continuing.{}{}",
        if *stopped { " The existing dev container was stopped." } else { "" },
        documentation.as_ref().map(|url| format!(" See {url} to learn more.")).unwrap_or_default()
    )]
    Disallowed {
        /// The Feature, as the configuration names it.
        user_id: String,
        /// Whether the container that has it was stopped.
        stopped: bool,
        /// Where it is explained.
        documentation: Option<String>,
    },
}

impl FeaturesError {
    /// As an error of the environment, with the place of the property that it comes from.
    pub(crate) fn of(self, environment: &Environment) -> Error {
        let location = match &self {
            Self::Graph(error) => named(environment, &error.user_id, error.needed_by.as_deref()),
            Self::Order(error) => environment.property_location(match error.as_ref() {
                OrderError::Override { .. } => "overrideFeatureInstallOrder",
                OrderError::Circle { .. } => "features",
            }),
            Self::Fetch { user_id, needed_by, .. } | Self::Manifest { user_id, needed_by, .. } => {
                named(environment, user_id, needed_by.as_deref())
            }
            Self::Disallowed { user_id, .. } => named(environment, user_id, None),
            Self::Lockfile { .. } | Self::NoLockfile { .. } | Self::LockfileDiffers { .. } => None,
        };
        Error::Features { error: Box::new(self), location: location.map(Box::new) }
    }

    /// What a person can do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Graph(error) => error.error.hint(),
            Self::Order(error) => error.hint(),
            Self::Fetch { locked: true, error, .. }
                if matches!(error.as_ref(), Registry::Digest { .. } | Registry::NotFound { .. }) =>
            {
                Some(
                    "the lockfile names this content, and the registry has it no more; `wharf upgrade` locks what the registry has now, \
                     `--no-lockfile` leaves the lockfile aside once"
                        .to_owned(),
                )
            }
            Self::Fetch { error, .. } => Some(error.hint()),
            Self::Manifest { .. } => Some(
                "a Feature is a folder with devcontainer-feature.json and install.sh; check the path or the version".to_owned(),
            ),
            Self::Lockfile { error, .. } => Some(error.hint().to_owned()),
            Self::NoLockfile { path } => {
                Some(format!("`wharf up` without --frozen-lockfile writes {}", path.display()))
            }
            Self::LockfileDiffers { path, .. } => {
                Some(format!("`wharf up` without --frozen-lockfile writes {} anew", path.display()))
            }
            Self::Disallowed { .. } => None,
        }
    }

    /// The reference's sentence, where it has one of its own for this.
    pub(crate) fn description(&self) -> Option<String> {
        match self {
            Self::Disallowed { .. } => Some(self.to_string()),
            Self::Graph(error) if matches!(error.error, ReferenceError::Legacy { .. }) => {
                Some(error.error.reference_text())
            }
            _ => None,
        }
    }

    /// The Feature that must not be used, if that is it.
    pub(crate) fn disallowed(&self) -> Option<DisallowedFeature> {
        let Self::Disallowed { user_id, stopped, documentation } = self else { return None };
        Some(DisallowedFeature {
            id: user_id.clone(),
            did_stop_container: *stopped,
            learn_more_url: documentation.clone(),
        })
    }

    /// What belongs to it, line by line.
    pub(crate) fn quotes(&self) -> Vec<String> {
        match self {
            Self::LockfileDiffers { differences, .. } => differences.clone(),
            _ => Vec::new(),
        }
    }
}

/// Where a Feature is asked for; one that another Feature depends on stands where that one does.
fn named(environment: &Environment, user_id: &str, needed_by: Option<&str>) -> Option<Location> {
    environment
        .feature_location(needed_by.unwrap_or(user_id))
        .or_else(|| environment.property_location("features"))
}

fn needed(by: Option<&str>) -> String {
    by.map(|id| format!(", which '{id}' depends on,")).unwrap_or_default()
}
