//! Workspaces that lie in a volume on the engine: clones of repositories and copies of folders.
//!
//! **Cloning is the work of git on this computer**, into a folder that is gone afterwards; the engine's archive call then carries
//! the tree into the volume. So credential helpers, the agent of SSH, proxies and certificates are those that a person has set up
//! and trusts, nothing of them reaches the volume, nothing is asked of any image, and an engine behind `ssh://` or TLS is filled
//! like any other. The price is room for one clone on this computer, for as long as the upload takes.
//!
//! **A volume looks as Visual Studio Code's "Clone Repository in Container Volume" makes it**: mounted at `/workspaces`, the
//! repository in a folder of its own there, `${localWorkspaceFolder}` the same path as in the container, and the container told by
//! the same labels. So either program finds and uses what the other one made. As there, `workspaceMount` has no meaning, and
//! `initializeCommand` has no folder on this computer to run in: both are left out, with a warning.
//!
//! **The configuration lives in the volume** and is read from there each time, so that what is edited inside counts. What a build
//! needs is taken out the same way, into a folder for that operation alone.
//!
//! **Half a volume is never taken for a whole one**: that one is being filled is noted before it is made and until it is done, and
//! whoever finds the note begins anew.

mod content;
mod fill;
mod git;
mod identity;
mod losses;
mod open;
mod prepare;
mod repository;
mod room;
mod unpack;

pub(crate) use content::{Content, remove_left_holders};
pub(crate) use identity::{Place, VOLUME_LABEL, VOLUME_LABELS, WORKSPACES};
pub(crate) use losses::look_for_losses;
pub(crate) use open::read;
pub(crate) use prepare::{foresee, prepare};
pub(crate) use repository::RepositoryUrl;
pub use repository::is_repository_url;
