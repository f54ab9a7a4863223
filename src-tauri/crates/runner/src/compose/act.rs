//! Letting Compose create and start a project.

use std::path::{Path, PathBuf};

use wharf_plan::compose::{ComposeUp, OVERRIDE_PREFIX, Override};

use super::own_files::{FOLDER, OwnPlaces};
use super::program::Asked;
use crate::error::{Error, Result};
use crate::events::StepRecord;
use crate::reconciler::Reconciler;

impl Reconciler<'_> {
    /// One `up`. Its files stay for as long as the environment: Compose names them in its containers' labels.
    pub(crate) async fn compose_up(&mut self, spec: &ComposeUp, record: &StepRecord<'_>) -> Result<()> {
        let compose = self.compose().await?;
        let document = match &spec.document {
            Some(document) => self.write_document(document)?,
            None => None,
        };
        let mut files = match &document {
            Some(document) => vec![document.path().display().to_string()],
            None => spec.files.clone(),
        };
        match &spec.overriding {
            Override::Text(text) => files.push(self.write_override(text)?.display().to_string()),
            Override::Kept(kept) => {
                let workspace = [&self.environment.folder, &self.environment.workspace.host_mount_folder];
                let places = OwnPlaces::new(&workspace.map(String::as_str), self.store.root());
                files.extend(kept.iter().filter(|file| places.holds(Path::new(file))).cloned());
            }
        }
        let words =
            compose.program.up(&spec.project, &files, spec.env_file.as_deref(), spec.keep, &spec.services);
        let description = "An error occurred starting Docker Compose up.";
        let done =
            self.run_compose(&compose.program, Asked { words, description, record: Some(record) }).await;
        drop(document);
        done.map(drop)
    }

    /// Writes the file under a name made of its content, so that an equal one is no new file to Compose.
    fn write_override(&self, text: &str) -> Result<PathBuf> {
        use sha2::Digest as _;
        let folder = self.state.folder().join(FOLDER);
        let hash = hex::encode(sha2::Sha256::digest(text.as_bytes()));
        let path = folder.join(format!("{OVERRIDE_PREFIX}-{}.yml", &hash[..16]));
        let write = || {
            crate::store::create_private_folder(&folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(&path).map_err(|error| error.error).map(drop)
        };
        write().map_err(|source| Error::State { path: path.clone(), action: "write", source })?;
        Ok(path)
    }

    /// Removes a network of a project.
    pub(crate) async fn remove_network(&self, network: &str) -> Result<()> {
        self.engine.remove_network(network).await.map_err(|error| Error::Engine {
            error: Box::new(error),
            description: "An error occurred removing a network.",
            location: None,
        })
    }
}
