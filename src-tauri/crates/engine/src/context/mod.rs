//! What a build is given to read: the files of a folder without those that its ignore file leaves out.
//!
//! A context is never in memory as a whole, and always goes in the same order, so that equal folders give equal streams.

mod fingerprint;
mod follow;
mod ignore;
mod pattern;
mod tar;
mod tree;
mod walk;

pub use fingerprint::{Fingerprint, context_fingerprint};
pub(crate) use follow::follow;
pub use ignore::Ignore;
pub(crate) use tar::{ContextTar, Extra, Reason};
pub use tree::{Tree, TreeReport, TreeSize};
pub(crate) use walk::{Entry, EntryKind, Filter, Walk, io_error};
