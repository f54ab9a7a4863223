//! What a window asks without wanting anything done: nobody watches the steps of it, and nobody is asked.

use std::path::Path;

use wharf_api as api;
use wharf_api::EnvironmentReference;
use wharf_plan::ports::InsidePort;

use super::Operations;
use crate::editor::{EditRequest, EditorStart};
use crate::error::{Error, Result};
use crate::keeper::KeeperWatch;
use crate::ports::{self, ForwardRequest, PortsLook, PortsRequest};
use crate::request::{EventSink, LossesRequest, StatusRequest, Target, UpRequest};
use crate::session::Nobody;
use crate::store::Store;
use crate::{CancellationToken, editor, folder, journal, known, losses, status, up};

/// Takes events that nobody looks at: what was found is in the answer.
pub(crate) struct Silence;

impl EventSink for Silence {
    fn send(&self, _: api::Event) {}
}

impl Operations {
    /// What `up` would do.
    ///
    /// # Errors
    /// When the environment cannot be read or its engine not be asked.
    pub async fn plan(&self, reference: &EnvironmentReference) -> Result<api::PlanResult> {
        let request = UpRequest { target: self.target(reference)?, ..UpRequest::default() };
        up::plan(&request, &Silence, &Nobody, CancellationToken::new()).await
    }

    /// What is wanted and what is there.
    ///
    /// # Errors
    /// When the environment cannot be read.
    pub async fn status(&self, reference: &EnvironmentReference) -> Result<api::StatusResult> {
        let request = StatusRequest { target: self.target(reference)? };
        status::status(&request, &Silence, CancellationToken::new()).await
    }

    /// The ports of everything that is kept.
    ///
    /// # Errors
    /// When the state folder cannot be found, or the keeper breaks off.
    pub async fn ports(&self) -> Result<api::PortsResult> {
        let request = PortsRequest { target: None, user_data_folder: self.user_data_folder.clone() };
        ports::ports(&request, &Silence, CancellationToken::new()).await
    }

    /// Does something with a port of an environment; the answer is all of its ports.
    ///
    /// # Errors
    /// When the environment cannot be found, or no keeper be had.
    pub async fn change_port(&self, request: &api::PortRequest) -> Result<api::PortsResult> {
        let program = self.keeper.clone().ok_or(Error::NotKept)?;
        let inside = InsidePort { host: request.host.clone(), port: request.port };
        let target = self.target(&request.reference)?;
        let request =
            ForwardRequest { target, program, port: inside.to_string(), change: request.change.clone() };
        ports::forward(&request, &Silence, CancellationToken::new()).await
    }

    /// What happens to ports from now on; None when there is no keeper to watch.
    ///
    /// # Errors
    /// When the state folder cannot be found, or the keeper breaks off.
    pub async fn watch_ports(&self) -> Result<Option<KeeperWatch>> {
        ports::watch_ports(self.user_data_folder.as_deref()).await
    }

    /// Begins to look at the ports of one environment.
    ///
    /// # Errors
    /// When the state folder cannot be found, or the system lets nobody watch.
    pub fn look_at_ports(&self, reference: &EnvironmentReference) -> Result<PortsLook> {
        PortsLook::new(reference.clone(), Store::open(self.user_data_folder.as_deref())?)
    }

    /// How an editor is started on an environment: the person's, else the first that is there.
    ///
    /// # Errors
    /// When there is no editor or no such environment, or it does not run and has to.
    pub async fn edit(&self, reference: &EnvironmentReference) -> Result<EditorStart> {
        let request = EditRequest { target: self.target(reference)?, editor: None };
        editor::edit(&request, &Silence, CancellationToken::new()).await
    }

    /// How an editor is started on a place in a file of an environment's configuration. A file in a volume is reached only through the
    /// environment, so that an editor is started on that.
    ///
    /// # Errors
    /// When it is no such file, when there is no editor, and where the environment is opened, when it does not run and has to.
    pub async fn edit_file(
        &self,
        reference: &EnvironmentReference,
        place: &api::Location,
    ) -> Result<EditorStart> {
        if reference.volume.is_some() {
            return self.edit(reference).await;
        }
        editor::edit_file(&self.target(reference)?, place)
    }

    /// What would be lost if the environment's container went, and its volumes too if they are to go.
    ///
    /// # Errors
    /// When the environment cannot be found or its engine not be asked.
    pub async fn losses(
        &self,
        reference: &EnvironmentReference,
        remove_volumes: bool,
    ) -> Result<api::Losses> {
        let request = LossesRequest { target: self.target(reference)?, remove_volumes };
        losses::losses(&request, &Silence, CancellationToken::new()).await
    }

    /// What is to be known of a folder before its environment is started.
    ///
    /// # Errors
    /// When it is no folder, or the state folder cannot be read.
    pub async fn inspect_folder(&self, path: &Path) -> Result<api::FolderReport> {
        folder::inspect(path, self.user_data_folder.as_deref()).await
    }

    /// The last operations on an environment that did something, the newest first.
    ///
    /// # Errors
    /// When the state folder cannot be read.
    pub fn history(&self, reference: &EnvironmentReference) -> Result<Vec<api::StartRecord>> {
        known::check(reference)?;
        let state = known::state(reference, self.user_data_folder.as_deref())?;
        Ok(state.map(|state| journal::history(&state)).unwrap_or_default())
    }

    pub(crate) fn target(&self, reference: &EnvironmentReference) -> Result<Target> {
        known::check(reference)?;
        Ok(Target { user_data_folder: self.user_data_folder.clone(), ..Target::from(reference) })
    }
}
