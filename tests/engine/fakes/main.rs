//! The engine's room against fake engines: every way in which one can be missing, slow, broken or unwilling.
#![cfg(unix)]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test speaks by failing"
)]

mod build;
mod builders;
mod calls;
mod connect;
mod discover;
mod pull;

use std::time::Duration;

use wharf_engine::{Address, Engine, Error};
use wharf_test_support::fake_engine::FakeEngine;

/// For answers that come, however loaded the machine is. Who waits for none takes less.
const PATIENCE: Duration = Duration::from_secs(100);

fn address(fake: &FakeEngine) -> Address {
    fake.address().parse().unwrap()
}

async fn connect(fake: &FakeEngine) -> Engine {
    Engine::connect(&address(fake), PATIENCE).await.unwrap()
}

/// The variant's name, which is what a table of cases compares.
fn variant(error: &Error) -> String {
    format!("{error:?}").split([' ', '{', '(']).next().unwrap().to_owned()
}

fn outcome<T>(result: Result<T, Error>) -> String {
    result.map_or_else(|error| variant(&error), |_| "Ok".to_owned())
}
