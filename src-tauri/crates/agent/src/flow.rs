//! Flow control: how much of a stream may be on its way.
//!
//! Every byte stream starts with a window of [`INITIAL_WINDOW`] bytes in each direction. Data uses it up; the receiver gives it
//! back with credits as it consumes. So a receiver never holds more than one window per stream, however slow its consumer is.

use thiserror::Error;

/// Bytes that may be sent on a new stream before the first credit.
pub const INITIAL_WINDOW: u32 = 1024 * 1024;

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
    /// More credit than was ever used up.
    #[error("a credit of {credited} bytes would open the window to more than {INITIAL_WINDOW}")]
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
    /// [`FlowError::Overcredited`] when the peer gives back what was never sent.
    pub fn credit(&mut self, bytes: u32) -> Result<(), FlowError> {
        match self.left.checked_add(bytes) {
            Some(left) if left <= INITIAL_WINDOW => {
                self.left = left;
                Ok(())
            }
            _ => Err(FlowError::Overcredited { credited: bytes }),
        }
    }
}

/// The receiver's side: what the peer may still send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiveWindow {
    left: u32,
    consumed: u32,
}

impl Default for ReceiveWindow {
    fn default() -> ReceiveWindow {
        ReceiveWindow { left: INITIAL_WINDOW, consumed: 0 }
    }
}

impl ReceiveWindow {
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
        self.consumed = self.consumed.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.consumed < INITIAL_WINDOW / 4 {
            return None;
        }
        let credit = std::mem::take(&mut self.consumed);
        self.left = self.left.saturating_add(credit).min(INITIAL_WINDOW);
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
        fn both_ends_agree(sizes in prop::collection::vec(1..70_000usize, 1..100)) {
            let (mut sender, mut receiver) = (SendWindow::default(), ReceiveWindow::default());
            for wanted in sizes {
                let size = wanted.min(sender.left());
                prop_assert!(size > 0, "the sender is stuck");
                sender.sent(size);
                prop_assert_eq!(receiver.received(size), Ok(()));
                if let Some(credit) = receiver.consumed(size) {
                    prop_assert_eq!(sender.credit(credit), Ok(()));
                }
            }
        }
    }

    #[test]
    fn a_greedy_peer_is_refused() {
        let mut receiver = ReceiveWindow::default();
        assert_eq!(receiver.received(INITIAL_WINDOW as usize), Ok(()));
        assert_eq!(receiver.received(1), Err(FlowError::Overrun { received: 1, allowed: 0 }));
        assert_eq!(SendWindow::default().credit(1), Err(FlowError::Overcredited { credited: 1 }));
    }
}
