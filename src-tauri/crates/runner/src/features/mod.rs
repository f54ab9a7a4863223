//! The Features of an environment: found, put into order, and made ready to be installed.
//!
//! `spec` says which ones there are and in which order they are installed; what is done here is what that asks for: manifests and content
//! from registries, servers and folders, all at once, and from this computer's cache where the lockfile names them.

mod control;
mod disallowed;
mod error;
mod fetch;
mod graph_only;
mod lockfile;
mod look;
mod resolve;
mod softly;
#[cfg(test)]
mod tests;

use wharf_plan::Fact;

use crate::error::Result;
use crate::reconciler::Reconciler;

pub(crate) use error::FeaturesError;
pub(crate) use lockfile::write as write_lockfile;
pub use look::{
    FeaturesInfo, FeaturesInfoRequest, ResolvedDependencies, features_info, features_resolve_dependencies,
};
pub(crate) use resolve::{CACHE, Resolved, Resolving};

impl Reconciler<'_> {
    /// Finds the Features that are asked for and those that they need.
    pub(crate) async fn observe_features(&mut self) -> Result<()> {
        let resolving = Resolving {
            environment: self.environment,
            request: &self.features,
            operation: self.operation,
            parent: self.root,
            store: self.store,
        };
        let Resolved { set, diagnostics } = resolving.resolve().await?;
        self.oci_auth = diagnostics;
        self.observed.features = Fact::Known(set);
        Ok(())
    }

    /// Writes the lockfile of the Features that were just found, for the verbs that change something.
    pub(crate) fn keep_lockfile(&self) -> Result<()> {
        match self.observed.features.known() {
            Some(set) => lockfile::write(self.environment, set),
            None => Ok(()),
        }
    }
}
