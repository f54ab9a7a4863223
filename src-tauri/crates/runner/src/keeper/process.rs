//! What makes a process one of the background: apart from whoever started it, and ended by the system alone.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(super) use system::{allow_many_descriptors, detach, say, start, told_to_end};
