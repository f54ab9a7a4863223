//! The ports of one environment as a window looks at them, over keepers that come and go. While there is none, nobody is asked: the socket
//! that a keeper makes tells of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use wharf_api as api;

use crate::error::Result;
use crate::keeper::{self, Keeper, KeeperWatch};
use crate::known;
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::store::Store;
use crate::watch::FileWatch;

/// How long a keeper needs after its socket is there until it answers, mostly; it is heard of again when it takes longer.
const BEGINNING: Duration = Duration::from_millis(100);

/// The ports of one environment, watched.
#[derive(Debug)]
pub struct PortsLook {
    reference: api::EnvironmentReference,
    store: Store,
    keeper: Option<KeeperWatch>,
    /// Whether the last word was that nothing is kept.
    nothing: Option<bool>,
    /// A keeper may have come.
    came: Arc<Notify>,
    files: FileWatch,
    sockets: BTreeSet<PathBuf>,
}

impl PortsLook {
    pub(crate) fn new(reference: api::EnvironmentReference, store: Store) -> Result<Self> {
        known::check(&reference)?;
        let came = Arc::new(Notify::new());
        let hear = Arc::clone(&came);
        let files = FileWatch::new(move |_| hear.notify_one())?;
        let sockets = keeper::socket(&store).into_iter().collect();
        Ok(Self { reference, store, keeper: None, nothing: None, came, files, sockets })
    }

    /// What there is at once, the first time; then what there is after each change. None where nothing is kept.
    pub async fn next(&mut self) -> Option<api::EnvironmentPorts> {
        loop {
            let Some(watch) = &mut self.keeper else {
                // Watched before it is looked for, so that none comes unheard in between.
                self.files.set(&self.sockets);
                if let Some(found) = Keeper::connect(&self.store).await
                    && let Ok(watch) = found.watch().await
                {
                    self.keeper = Some(watch);
                    let id = self.id();
                    if !is_kept(&self.store, id.as_deref()).await && self.nothing.replace(true) != Some(true)
                    {
                        return None;
                    }
                    continue;
                }
                if self.nothing.replace(true) != Some(true) {
                    return None;
                }
                self.came.notified().await;
                tokio::time::sleep(BEGINNING).await;
                continue;
            };
            let event = watch.next().await;
            let id = self.id();
            match event {
                Some(api::KeeperEvent::Ports { environment }) if Some(&environment.id) == id.as_ref() => {
                    self.nothing = Some(false);
                    return Some(environment);
                }
                Some(api::KeeperEvent::Released { id: released }) if Some(&released) == id.as_ref() => {
                    self.nothing = Some(true);
                    return None;
                }
                Some(_) => {}
                None => self.keeper = None,
            }
        }
    }

    /// The environment's `${devcontainerId}`, once anything is remembered of it.
    fn id(&self) -> Option<String> {
        let state = known::state(&self.reference, Some(self.store.root())).ok()??;
        state.peek::<EnvironmentRecord>(ENVIRONMENT).map(|record| record.id)
    }
}

/// Whether the keeper has an environment now; then its watch tells of it.
async fn is_kept(store: &Store, id: Option<&str>) -> bool {
    let Some(keeper) = Keeper::connect(store).await else { return false };
    let Ok(result) = keeper.ports(None).await else { return false };
    result.environments.iter().any(|environment| Some(environment.id.as_str()) == id)
}
