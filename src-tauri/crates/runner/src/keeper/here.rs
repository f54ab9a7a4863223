//! Forwards of one environment within a program that stays with it: they end with the program, and no process is left behind.

use std::sync::Arc;

use wharf_api as api;

use super::client::Keeper;
use super::shared::Shared;
use crate::store::Store;

/// An environment whose ports this program forwards itself.
pub(crate) struct Here {
    shared: Arc<Shared>,
    key: String,
}

impl Here {
    /// Begins, and tells the ports as they are now. None when a keeper does it already, or nothing is known of the environment.
    pub(crate) async fn begin(store: &Store, key: &str) -> Option<(Here, Vec<api::Port>)> {
        if let Some(keeper) = Keeper::connect(store).await
            && keeper.ports(Some(key)).await.is_ok_and(|found| !found.environments.is_empty())
        {
            return None;
        }
        let shared = Shared::new(store.clone());
        if !shared.keep(key).await.unwrap_or(false) {
            return None;
        }
        let ports = shared.ports(Some(key)).await.into_iter().flat_map(|found| found.ports).collect();
        Some((Here { shared, key: key.to_owned() }, ports))
    }

    /// Ends; nothing listens any more when this comes back.
    pub(crate) async fn end(self) {
        self.shared.release(&self.key).await;
    }
}
