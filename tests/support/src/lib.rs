//! The one test kit.
// A test fails by panicking; so does its kit.
#![allow(clippy::panic)]

pub mod clock;
#[cfg(feature = "collection")]
pub mod collection;
pub mod command;
pub mod engines;
#[cfg(unix)]
pub mod fake_engine;
#[cfg(unix)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
pub mod git_server;
pub mod images;
#[cfg(feature = "collection")]
pub mod memory_registry;
#[cfg(unix)]
pub mod other_user;
pub mod plugins;
pub mod ports;
pub mod registry;
#[cfg(unix)]
pub mod small_engine;
#[cfg(unix)]
pub mod socket;
#[cfg(unix)]
pub mod sshd;
#[cfg(unix)]
pub mod terminal;
#[cfg(all(unix, feature = "tls"))]
pub mod tls;
pub mod webdriver;

/// How long a test waits for what is to come. It is no check: two cores that are busy with other tests take their time. A test is ended after
/// two minutes, and until then it can say itself what did not come.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(100);
