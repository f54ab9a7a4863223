//! Where a keeper cannot run yet: nothing is kept, and everything goes on without.

use std::path::{Path, PathBuf};

use wharf_agent::message::ExecRequest;
use wharf_api as api;
use wharf_plan::ContainerFacts;
use wharf_plan::ports::InsidePort;

use crate::CancellationToken;
use crate::error::{Error, Result};
use crate::inside::{self, ExecOutcome};
use crate::request::ExecStreams;
use crate::store::{EnvironmentStore, Store};

/// Name of the file with the ports that an environment declares.
pub(crate) const PORTS: &str = "ports";

/// What the program was started for.
#[derive(Debug, Clone, Default)]
pub struct KeeperRole {
    /// Wait until the keeper that holds our standard input has died, and be the next one.
    pub guard: bool,
    /// Take the place of the keeper that is there.
    pub take_over: bool,
    /// Where Wharf keeps its state instead of the user's state folder.
    pub user_data_folder: Option<PathBuf>,
    /// How many keepers before this one did not get far.
    pub short_lives: u32,
}

/// Keeps environments until nothing is left to keep.
///
/// # Errors
/// Always: there is no keeper for this system yet.
pub fn serve(_: KeeperRole) -> Result<()> {
    Err(absent())
}

fn absent() -> Error {
    Error::Keeper { problem: "there is none for this system yet".to_owned() }
}

/// A keeper that is never there.
#[derive(Debug)]
pub(crate) enum Keeper {}

/// What a keeper tells as it happens.
#[derive(Debug)]
pub enum KeeperWatch {}

impl KeeperWatch {
    /// What happens next.
    pub async fn next(&mut self) -> Option<api::KeeperEvent> {
        match *self {}
    }
}

impl Keeper {
    pub(crate) async fn connect(_: &Store) -> Option<Keeper> {
        None
    }

    pub(crate) async fn ensure(_: &Store, _: &Path) -> Result<Keeper> {
        Err(absent())
    }

    pub(crate) async fn keep(self, _: &str) -> Result<api::PortsResult> {
        match self {}
    }

    pub(crate) async fn release(self, _: &str) -> Result<()> {
        match self {}
    }

    pub(crate) async fn ports(self, _: Option<&str>) -> Result<api::PortsResult> {
        match self {}
    }

    pub(crate) async fn change(self, _: &str, _: InsidePort, _: api::PortChange) -> Result<api::PortsResult> {
        match self {}
    }

    pub(crate) async fn finish(self, _: Vec<String>, _: String, _: Vec<(String, String)>) -> Result<()> {
        match self {}
    }

    pub(crate) async fn leave(self) -> Result<()> {
        match self {}
    }

    pub(crate) async fn watch(self) -> Result<KeeperWatch> {
        match self {}
    }
}

/// Forwards that end with this program: there are none.
pub(crate) enum Here {}

impl Here {
    pub(crate) async fn begin(_: &Store, _: &str) -> Option<(Here, Vec<api::Port>)> {
        None
    }

    pub(crate) async fn end(self) {
        match self {}
    }
}

/// Nothing is ever kept.
pub(crate) fn note_released(_: &EnvironmentStore) -> Result<()> {
    Ok(())
}

/// No keeper makes a socket.
pub(crate) fn socket(_: &Store) -> Option<PathBuf> {
    None
}

/// No keeper is connected to anything.
pub(crate) async fn warm_exec(
    _: &Store,
    _: &str,
    _: &ContainerFacts,
    _: ExecRequest,
    _: &mut ExecStreams,
    _: &CancellationToken,
) -> Option<Result<ExecOutcome, inside::Error>> {
    None
}
