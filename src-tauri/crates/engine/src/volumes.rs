//! Volumes, and what goes in and out of them without anything running on the engine.
//!
//! An engine has no call to read or write a volume. It has one to put an archive into a container and to take one out, which
//! also works on a container that was never started, and which reaches the volumes mounted there. So a volume is filled and
//! read through a container that is made for it and never runs. Its image is empty and made here, so that nothing has to be
//! pulled and nothing of anybody's image can get into a volume.

use std::collections::{BTreeMap, HashMap};
use std::io;

use bollard::query_parameters::{
    CreateImageOptionsBuilder, DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use wharf_plan::container::{ContainerSpec, MountSpec};

use crate::answers::nullable;
use crate::containers::Incoming;
use crate::engine::{Engine, escape};
use crate::error::{Call, Error};

/// The image without content. It takes no space, so it may stay.
const EMPTY_IMAGE: &str = "wharf.dev/empty:1";

/// A volume as the engine describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeFacts {
    /// Its name.
    pub name: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    labels: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default, deserialize_with = "nullable")]
    volumes: Vec<Inspected>,
}

impl Inspected {
    fn into_facts(self) -> VolumeFacts {
        VolumeFacts { name: self.name, labels: self.labels.into_iter().collect() }
    }
}

impl Engine {
    /// One volume, by name; None when there is none.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn inspect_volume(&self, name: &str) -> Result<Option<VolumeFacts>, Error> {
        let call = Call::engine(format!("inspect volume {name}"));
        match self.get::<Inspected>(&format!("/volumes/{}", escape(name)), &[], &call).await {
            Ok(found) => Ok(Some(found.into_facts())),
            Err(Error::Rejected { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All volumes that carry every one of these labels, whatever their value where none is given.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn find_volumes(&self, labels: &[(&str, Option<&str>)]) -> Result<Vec<VolumeFacts>, Error> {
        let call = Call::engine("list volumes");
        let wanted: Vec<String> = labels
            .iter()
            .map(|(name, value)| value.map_or_else(|| (*name).to_owned(), |value| format!("{name}={value}")))
            .collect();
        let filters = serde_json::json!({ "label": wanted }).to_string();
        let found: Listed = self.get("/volumes", &[("filters", &filters)], &call).await?;
        Ok(found.volumes.into_iter().map(Inspected::into_facts).collect())
    }

    /// Makes a container that holds the volume at `target` and is never to be started; answers its id. Whoever asked removes it.
    ///
    /// # Errors
    /// When the engine refuses.
    pub async fn create_holder(
        &self,
        volume: &str,
        target: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<String, Error> {
        let mut spec = ContainerSpec::default();
        EMPTY_IMAGE.clone_into(&mut spec.body.image);
        // Engines want to know what would run, even of what never does.
        spec.body.cmd = Some(vec!["none".to_owned()]);
        spec.body.labels = labels.clone();
        spec.body.host_config.mounts.push(MountSpec {
            r#type: "volume".to_owned(),
            source: volume.to_owned(),
            target: target.to_owned(),
            ..MountSpec::default()
        });
        match self.create(&spec).await {
            Err(Error::ImageNotFound { .. }) => {
                self.import_empty_image().await?;
                self.create(&spec).await
            }
            other => other,
        }
    }

    async fn import_empty_image(&self) -> Result<(), Error> {
        let call = Call::engine("make an empty image");
        let (name, tag) = EMPTY_IMAGE.split_once(':').unwrap_or((EMPTY_IMAGE, "latest"));
        let options = CreateImageOptionsBuilder::new().from_src("-").repo(name).tag(tag).build();
        // Two blocks of zeros: an archive that ends at once.
        let archive = bollard::body_full(Bytes::from_static(&[0; 1024]));
        let mut answers = self.docker().create_image(Some(options), Some(archive), None);
        while let Some(answer) = answers.next().await {
            answer.map_err(|error| self.explain(&call, error))?;
        }
        Ok(())
    }

    /// Puts the files of a tar archive below a folder of a container while the archive is still being made. Without bound: it
    /// ends with the archive, or when the future is dropped, which leaves what has arrived.
    ///
    /// # Errors
    /// When the container or the folder does not exist, or the archive ends early.
    pub async fn upload_stream(
        &self,
        container: &str,
        path: &str,
        archive: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), Error> {
        let call = Call::container("copy files into", container);
        let options = UploadToContainerOptionsBuilder::new().path(path).build();
        let body = bollard::body_try_stream(archive);
        self.act(&call, None, self.docker().upload_to_container(container, Some(options), body)).await
    }

    /// A file or folder of a container as a tar archive while it arrives; None when there is none at that path.
    ///
    /// # Errors
    /// When the container does not exist.
    pub async fn download_stream(
        &self,
        container: &str,
        path: &str,
    ) -> Result<Option<Incoming<Bytes>>, Error> {
        let call = Call::container("copy files out of", container);
        let options = DownloadFromContainerOptionsBuilder::new().path(path).build();
        let mut parts = self.docker().download_from_container(container, Some(options));
        let engine = self.clone();
        let first = match parts.next().await {
            None => return Ok(None),
            Some(Ok(first)) => first,
            Some(Err(error)) if is_no_such_path(&error) => return Ok(None),
            Some(Err(error)) => return Err(self.explain(&call, error)),
        };
        let rest = parts.map(move |part| part.map_err(|error| engine.explain(&call, error)));
        Ok(Some(Box::pin(futures_util::stream::once(std::future::ready(Ok(first))).chain(rest))))
    }
}

/// Whether it is the path that is missing, and not the container.
fn is_no_such_path(error: &bollard::errors::Error) -> bool {
    let bollard::errors::Error::DockerResponseServerError { status_code, message } = error else {
        return false;
    };
    let words = message.to_ascii_lowercase();
    // Podman names a missing path only in its words.
    words.contains("no such file or directory")
        || (*status_code == 404
            && !words.contains("no such container")
            && !words.contains("no container with name or id"))
}
