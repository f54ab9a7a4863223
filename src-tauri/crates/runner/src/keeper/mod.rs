//! The keeper: one background process per user that forwards ports for as long as there is something to forward.
//!
//! ```text
//! client --socket in a private folder--> server --> Shared: every environment that is kept
//!                                                     Kept: observe (engine, container, what listens) -> decide -> open, close
//! ```
//!
//! It is started on demand and leaves by itself. What it keeps is written in the environments' own state folders, so that after a
//! crash the next one goes on from there; a guard, a second process that only waits, becomes that next one at once. Nothing here
//! listens on a network: a client reaches the keeper through a socket, on Windows a pipe, that only this user can open, and ports lead into
//! environments from loopback unless a person has named another address for that port.

mod browse;
mod channel;
mod client;
mod exec;
mod forwards;
mod hand_over;
mod here;
mod kept;
mod link;
mod local;
mod peer;
mod place;
mod process;
mod records;
mod relay;
mod report;
mod say;
mod server;
mod shared;
mod wire;

pub(crate) use client::Keeper;
pub use client::KeeperWatch;
pub(crate) use exec::warm_exec;
pub(crate) use here::Here;
pub(crate) use kept::note_released;
pub(crate) use place::socket;
pub(crate) use records::{PORTS, REACHED_WITH};
pub use server::{KeeperRole, serve};
pub use wire::understood;
