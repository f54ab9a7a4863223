//! Keepers as they come and go. While there is none, nobody is asked: the socket that a keeper makes tells of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use wharf_api as api;

use crate::error::Result;
use crate::keeper::{self, Keeper, KeeperWatch};
use crate::store::Store;
use crate::watch::FileWatch;

/// Pauses between looks for a keeper whose socket is there and that does not answer yet, and how many looks there are.
const BEGINNING: Duration = Duration::from_millis(100);
const LOOKS: u32 = 50;

/// Finds the keeper that runs, and hears when another one may have come.
#[derive(Debug)]
pub(super) struct Keepers {
    pub(super) store: Store,
    came: Arc<Notify>,
    files: FileWatch,
    sockets: BTreeSet<PathBuf>,
    /// Looks that are left since the last word of a socket.
    looks: u32,
}

impl Keepers {
    /// # Errors
    /// When the keeper's folder cannot be made, or the system lets nobody watch.
    pub(super) fn new(store: Store) -> Result<Self> {
        let came = Arc::new(Notify::new());
        let hear = Arc::clone(&came);
        let files = FileWatch::new(move |_| hear.notify_one())?;
        let sockets = BTreeSet::from([keeper::socket(&store)?]);
        Ok(Self { store, came, files, sockets, looks: 0 })
    }

    /// The keeper that runs now, watched.
    pub(super) async fn find(&mut self) -> Option<KeeperWatch> {
        // Watched before it is looked for, so that none comes unheard in between.
        self.files.set(&self.sockets);
        Keeper::connect(&self.store).await?.watch(&self.store).await.ok()
    }

    /// What is kept now.
    pub(super) async fn kept(&self) -> Vec<api::EnvironmentPorts> {
        let Some(keeper) = Keeper::connect(&self.store).await else { return Vec::new() };
        keeper.ports(None).await.map(|result| result.environments).unwrap_or_default()
    }

    /// Waits until one may have come.
    pub(super) async fn wait(&mut self) {
        if self.looks == 0 {
            self.came.notified().await;
            self.looks = LOOKS;
        }
        self.looks -= 1;
        tokio::time::sleep(BEGINNING).await;
    }
}
