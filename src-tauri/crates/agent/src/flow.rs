//! Flow control: how much of a stream may be on its way.
//!
//! Every byte stream starts with a window of [`INITIAL_WINDOW`] bytes in each direction. Data uses it up; the receiver gives it
//! back with credits as it consumes. So a receiver never holds more than one window per stream, however slow its consumer is. A stream
//! whose consumer keeps up gets more than it used: its window doubles, up to [`LARGEST_WINDOW`], as long as the receiver's [`Budget`] for
//! that lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use thiserror::Error;

/// Bytes that may be sent on a new stream before the first credit.
pub const INITIAL_WINDOW: u32 = 64 * 1024;
/// Bytes that may ever be on the way on one stream.
pub const LARGEST_WINDOW: u32 = 1024 * 1024;

/// The peer broke the rules of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FlowError {
    /// More data than the window allowed.
    #[error("{received} bytes arrived where only {allowed} were allowed")]
    Overrun {
        /// Bytes in the frame.
        received: usize,
        /// What was left of the window.
        allowed: u32,
    },
    /// More credit than any window has.
    #[error("a credit of {credited} bytes would open the window to more than {LARGEST_WINDOW}")]
    Overcredited {
        /// Bytes credited.
        credited: u32,
    },
}

/// The sender's side: what may still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendWindow {
    left: u32,
}

impl Default for SendWindow {
    fn default() -> SendWindow {
        SendWindow { left: INITIAL_WINDOW }
    }
}

impl SendWindow {
    /// Bytes that may be sent now.
    pub fn left(self) -> usize {
        self.left as usize
    }

    /// Notes that `bytes` were sent; the caller has looked at [`SendWindow::left`] first.
    pub fn sent(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// Notes a credit of the peer.
    ///
    /// # Errors
    /// [`FlowError::Overcredited`] when the peer gives more than any window has.
    pub fn credit(&mut self, bytes: u32) -> Result<(), FlowError> {
        match self.left.checked_add(bytes) {
            Some(left) if left <= LARGEST_WINDOW => {
                self.left = left;
                Ok(())
            }
            _ => Err(FlowError::Overcredited { credited: bytes }),
        }
    }
}

/// What the windows of all streams of a receiver may grow by, together.
#[derive(Debug)]
pub struct Budget(AtomicU32);

impl Budget {
    /// A budget of `bytes`.
    pub fn new(bytes: u32) -> Arc<Budget> {
        Arc::new(Budget(AtomicU32::new(bytes)))
    }

    fn take(&self, bytes: u32) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give(&self, bytes: u32) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The receiver's side: what the peer may still send.
#[derive(Debug)]
pub struct ReceiveWindow {
    left: u32,
    size: u32,
    /// Since the last credit.
    consumed: u32,
    /// Since the window has this size.
    moved: u32,
    budget: Option<Arc<Budget>>,
}

impl Default for ReceiveWindow {
    /// A window that grows whatever others do.
    fn default() -> ReceiveWindow {
        ReceiveWindow { left: INITIAL_WINDOW, size: INITIAL_WINDOW, consumed: 0, moved: 0, budget: None }
    }
}

impl Drop for ReceiveWindow {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.give(self.size - INITIAL_WINDOW);
        }
    }
}

impl ReceiveWindow {
    /// A window that grows while the budget lasts, and gives back what it took.
    pub fn within(budget: &Arc<Budget>) -> ReceiveWindow {
        ReceiveWindow { budget: Some(Arc::clone(budget)), ..ReceiveWindow::default() }
    }

    /// Notes that `bytes` have arrived.
    ///
    /// # Errors
    /// [`FlowError::Overrun`] when the peer had no leave to send as much.
    pub fn received(&mut self, bytes: usize) -> Result<(), FlowError> {
        match u32::try_from(bytes).ok().and_then(|bytes| self.left.checked_sub(bytes)) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(FlowError::Overrun { received: bytes, allowed: self.left }),
        }
    }

    /// Notes that `bytes` were consumed. Returns the credit to send, if it is worth a frame by now: credits are gathered up to
    /// a quarter of the window.
    pub fn consumed(&mut self, bytes: usize) -> Option<u32> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.consumed = self.consumed.saturating_add(bytes);
        self.moved = self.moved.saturating_add(bytes);
        if self.consumed < self.size / 4 {
            return None;
        }
        let mut credit = std::mem::take(&mut self.consumed);
        let more = self.size.min(LARGEST_WINDOW - self.size);
        if self.moved >= self.size && more > 0 && self.budget.as_ref().is_none_or(|budget| budget.take(more))
        {
            self.size += more;
            self.moved = 0;
            credit = credit.saturating_add(more);
        }
        self.left = self.left.saturating_add(credit).min(self.size);
        Some(credit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the sizes, both ends agree, nothing is refused, and the sender is never stuck for good.
        #[test]
        fn both_ends_agree(sizes in prop::collection::vec(1..70_000usize, 1..300)) {
            let (mut sender, mut receiver) = (SendWindow::default(), ReceiveWindow::default());
            for wanted in sizes {
                let size = wanted.min(sender.left());
                prop_assert!(size > 0, "the sender is stuck");
                sender.sent(size);
                prop_assert_eq!(receiver.received(size), Ok(()));
                if let Some(credit) = receiver.consumed(size) {
                    prop_assert_eq!(sender.credit(credit), Ok(()));
                }
                prop_assert!(sender.left() <= receiver.left as usize);
            }
        }
    }

    #[test]
    fn a_greedy_peer_is_refused() {
        let mut receiver = ReceiveWindow::default();
        assert_eq!(receiver.received(INITIAL_WINDOW as usize), Ok(()));
        assert_eq!(receiver.received(1), Err(FlowError::Overrun { received: 1, allowed: 0 }));
        let most = LARGEST_WINDOW - INITIAL_WINDOW;
        let mut sender = SendWindow::default();
        assert_eq!(sender.credit(most + 1), Err(FlowError::Overcredited { credited: most + 1 }));
        assert_eq!(sender.credit(most), Ok(()));
        assert_eq!(sender.credit(1), Err(FlowError::Overcredited { credited: 1 }));
    }

    #[test]
    fn windows_grow_within_their_budget_and_give_it_back() {
        let budget = Budget::new(INITIAL_WINDOW);
        let move_some = |window: &mut ReceiveWindow| {
            for _ in 0..8 {
                window.received(INITIAL_WINDOW as usize / 2).unwrap();
                window.consumed(INITIAL_WINDOW as usize / 2);
            }
            window.size
        };
        let (mut first, mut second) = (ReceiveWindow::within(&budget), ReceiveWindow::within(&budget));
        assert_eq!((move_some(&mut first), move_some(&mut second)), (2 * INITIAL_WINDOW, INITIAL_WINDOW));
        drop(first);
        assert_eq!(move_some(&mut second), 2 * INITIAL_WINDOW);
        let mut free = ReceiveWindow::default();
        for _ in 0..10 {
            move_some(&mut free);
        }
        assert_eq!(free.size, LARGEST_WINDOW);
    }
}
