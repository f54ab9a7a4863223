//! Features that must not be used: an environment with one is not brought up, and its container does not go on running.

use wharf_plan::{ContainerState, Desired, Fact, FactQuery, Wanted};
use wharf_spec::feature;

use super::control;
use super::error::FeaturesError;
use crate::error::{Error, Result};
use crate::reconciler::Reconciler;

impl Reconciler<'_> {
    /// Refuses what is known to be disallowed, before anything is done. An environment that is there asks nobody anew.
    pub(crate) fn refuse_disallowed(&self, desired: &Desired) -> Result<()> {
        let own = &self.environment.configuration.config.features;
        let changes = matches!(desired.wanted, Wanted::Running(_) | Wanted::Built(_));
        if !changes || own.is_empty() && self.features.additional.is_empty() {
            return Ok(());
        }
        let Some(control) = control::kept(self.store) else { return Ok(()) };
        let own = own.iter().map(|(id, options)| (id.clone(), options.clone())).collect();
        let asked = feature::asked(&own, &self.features.additional, false);
        match control::disallowed(&control, &asked.features) {
            Some(error) => Err(error.of(self.environment)),
            None => Ok(()),
        }
    }

    /// Stops the container of an environment that has a disallowed Feature, and says so in the error.
    pub(crate) async fn stopped_if_disallowed(&mut self, desired: &Desired, error: Error) -> Error {
        let Error::Features { error: inner, location } = error else { return error };
        let FeaturesError::Disallowed { user_id, documentation, .. } = *inner else {
            return Error::Features { error: inner, location };
        };
        let stopped = matches!(desired.wanted, Wanted::Running(_)) && self.stop_at_once().await;
        let error = FeaturesError::Disallowed { user_id, stopped, documentation };
        Error::Features { error: Box::new(error), location }
    }

    async fn stop_at_once(&mut self) -> bool {
        if matches!(self.observed.container, Fact::Unknown)
            && self.observe(&FactQuery::Container).await.is_err()
        {
            return false;
        }
        match self.observed.container.known().cloned().flatten() {
            Some(container) if container.state == ContainerState::Running => {
                self.engine.stop(&container.id, Some(0)).await.is_ok()
            }
            _ => false,
        }
    }
}
