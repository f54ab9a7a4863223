//! The ports of one environment as a window looks at them, over keepers that come and go.

use wharf_api as api;

use super::keepers::Keepers;
use crate::error::Result;
use crate::keeper::KeeperWatch;
use crate::known;
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::store::Store;

/// The ports of one environment, watched.
#[derive(Debug)]
pub struct PortsLook {
    reference: api::EnvironmentReference,
    keepers: Keepers,
    keeper: Option<KeeperWatch>,
    /// Whether the last word was that nothing is kept.
    nothing: Option<bool>,
}

impl PortsLook {
    pub(crate) fn new(reference: api::EnvironmentReference, store: Store) -> Result<Self> {
        known::check(&reference)?;
        Ok(Self { reference, keepers: Keepers::new(store)?, keeper: None, nothing: None })
    }

    /// What there is at once, the first time; then what there is after each change. None where nothing is kept.
    pub async fn next(&mut self) -> Option<api::EnvironmentPorts> {
        loop {
            let Some(watch) = &mut self.keeper else {
                self.keeper = self.keepers.find().await;
                let is_kept = self.keeper.is_some() && self.is_kept().await;
                // What is kept is told by the first events of the watch.
                if !is_kept && self.nothing.replace(true) != Some(true) {
                    return None;
                }
                if self.keeper.is_none() {
                    self.keepers.wait().await;
                }
                continue;
            };
            let event = watch.next().await;
            match event {
                Some(api::KeeperEvent::Ports { environment })
                    if Some(&environment.id) == self.id().as_ref() =>
                {
                    self.nothing = Some(false);
                    return Some(environment);
                }
                Some(api::KeeperEvent::Released { id: released })
                    if Some(&released) == self.id().as_ref() =>
                {
                    self.nothing = Some(true);
                    return None;
                }
                Some(_) => {}
                None => self.keeper = None,
            }
        }
    }

    /// Whether the keeper has the environment now.
    async fn is_kept(&self) -> bool {
        let store = &self.keepers.store;
        let Ok(Some(state)) = known::state(&self.reference, Some(store.root())) else { return false };
        super::kept(store, &state).await.is_some()
    }

    /// The environment's `${devcontainerId}`, once anything is remembered of it.
    fn id(&self) -> Option<String> {
        let state = known::state(&self.reference, Some(self.keepers.store.root())).ok()??;
        state.peek::<EnvironmentRecord>(ENVIRONMENT).map(|record| record.id)
    }
}
