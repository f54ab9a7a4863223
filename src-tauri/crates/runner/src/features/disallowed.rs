//! Features that must not be used: an environment with one is not brought up, and its container does not go on running.

use wharf_plan::{ContainerFacts, ContainerState, Desired, Fact, FactQuery, Wanted};
use wharf_spec::feature;

use super::control;
use super::error::FeaturesError;
use crate::collections;
use crate::error::{Error, Result};
use crate::reconciler::Reconciler;

impl Reconciler<'_> {
    /// Refuses what is disallowed, before anything is done. Where Features are looked for, what is published is asked for beside them; an
    /// environment that is there needs nothing else of the network, and asks once a day.
    pub(crate) async fn refuse_disallowed(&mut self, desired: &Desired) -> Result<()> {
        let own = &self.environment.configuration.config.features;
        let changes = matches!(desired.wanted, Wanted::Running(_) | Wanted::Built(_));
        if !changes || own.is_empty() && self.features.additional.is_empty() {
            return Ok(());
        }
        let own = own.iter().map(|(id, options)| (id.clone(), options.clone())).collect();
        let asked = feature::asked(&own, &self.features.additional, false).features;
        let control = match control::of_today(self.store) {
            Some(control) => control,
            // The container is asked about here only where it decides: the reconcile asks in its own order.
            None if matches!(desired.wanted, Wanted::Running(_)) && self.container().await.is_some() => {
                let client = collections::client(&self.features.registries)?;
                control::manifest(&client, self.store).await
            }
            None => control::kept(self.store).unwrap_or_default(),
        };
        match control::disallowed(&control, &asked) {
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
        match self.container().await {
            Some(container) if container.state == ContainerState::Running => {
                self.engine.stop(&container.id, Some(0)).await.is_ok()
            }
            _ => false,
        }
    }

    /// The environment's container, as far as it can be told.
    async fn container(&mut self) -> Option<ContainerFacts> {
        if matches!(self.observed.container, Fact::Unknown) {
            self.observe(&FactQuery::Container).await.ok()?;
        }
        self.observed.container.known().cloned().flatten()
    }
}
