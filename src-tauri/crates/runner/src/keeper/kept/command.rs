//! What an environment that is kept is told.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use wharf_api as api;
use wharf_plan::ports::{Forward, InsidePort};

/// What an environment is told.
pub(in crate::keeper) enum Command {
    /// Its records have changed.
    Renew(oneshot::Sender<()>),
    /// Look at the local ports once more.
    Settle(oneshot::Sender<()>),
    /// A person wants something done with a port.
    Change(InsidePort, api::PortChange, oneshot::Sender<std::result::Result<(), String>>),
    /// It is kept no longer, unless somebody has wanted it kept since: how often that was until now.
    Release(u64, oneshot::Sender<()>),
    /// Its listeners are to go on in another process.
    GiveAway(oneshot::Sender<Vec<(Forward, Vec<Arc<TcpListener>>)>>),
}

/// What an environment hears of while it does nothing else.
#[derive(Default)]
pub(in crate::keeper) struct Word {
    /// How often somebody has wanted it kept.
    pub(in crate::keeper) wanted: AtomicU64,
    /// Its listeners are to be given away.
    pub(in crate::keeper) giving: CancellationToken,
}
