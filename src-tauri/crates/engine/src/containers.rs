//! Containers: find, describe, make, change, watch.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, RenameContainerOptionsBuilder,
    StartContainerOptions, StopContainerOptionsBuilder, WaitContainerOptions,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use wharf_plan::facts::{ContainerFacts, ContainerState};

use crate::answers::{Inspected, Listed};
use crate::engine::{Engine, bounded, escape};
use crate::error::{Call, Error};
use crate::network::{InspectedNetwork, NetworkFacts};

/// How often, and how far apart, a container is looked at that should go on.
const LOOKS_AFTER_UNPAUSE: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);
/// How long a removal that somebody else has begun may take; what stands in its way then is said by whoever needs the name.
pub const LONGEST_REMOVAL: Duration = Duration::from_secs(10);

/// A container as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerSummary {
    /// The full id.
    pub id: String,
    /// Names without the leading slash.
    pub names: Vec<String>,
    /// The state when asked.
    pub state: ContainerState,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// The image's name, or its id when it has none any more.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// Seconds since 1970.
    pub created: i64,
}

/// A stream of what arrives from an engine.
pub type Incoming<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

impl Engine {
    /// All containers, in whatever state, that carry every one of these labels.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn find_containers(&self, labels: &[(String, String)]) -> Result<Vec<ContainerSummary>, Error> {
        self.labelled(&labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()).await
    }

    /// All containers, in whatever state, that carry a label of this name.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn containers_with_label(&self, name: &str) -> Result<Vec<ContainerSummary>, Error> {
        self.labelled(&[name.to_owned()]).await
    }

    async fn labelled(&self, wanted: &[String]) -> Result<Vec<ContainerSummary>, Error> {
        let call = Call::engine("list containers");
        let filters = serde_json::json!({ "label": wanted }).to_string();
        let found: Vec<Listed> =
            self.get("/containers/json", &[("all", "true"), ("filters", &filters)], &call).await?;
        Ok(found.into_iter().filter_map(Listed::into_summary).collect())
    }

    /// Ids of all containers, in whatever state, that have this volume mounted.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn containers_with_volume(&self, volume: &str) -> Result<Vec<String>, Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Id {
            id: String,
        }
        let call = Call::engine("list the containers with a volume");
        let filters = serde_json::json!({ "volume": [volume] }).to_string();
        let found: Vec<Id> =
            self.get("/containers/json", &[("all", "true"), ("filters", &filters)], &call).await?;
        Ok(found.into_iter().map(|found| found.id).collect())
    }

    /// How many bytes were written in a container since it was made, outside volumes and mounts; None when the engine does not
    /// say. It has to count them, which may take as long as a call that changes something.
    ///
    /// # Errors
    /// When there is no such container or the engine does not answer as it should.
    pub async fn changed_bytes(&self, container: &str) -> Result<Option<u64>, Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Sized {
            #[serde(default)]
            size_rw: Option<i64>,
        }
        let call = Call::container("measure", container);
        let path = format!("/containers/{}/json", escape(container));
        let found: Sized = self.get(&path, &[("size", "true")], &call).await?;
        Ok(found.size_rw.and_then(|bytes| u64::try_from(bytes).ok()))
    }

    /// One container, by id or name; None when there is none.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn inspect_container(&self, container: &str) -> Result<Option<ContainerFacts>, Error> {
        let call = Call::container("inspect", container);
        let found =
            self.get::<Inspected>(&format!("/containers/{}/json", escape(container)), &[], &call).await;
        match found {
            Ok(found) => Ok(Some(found.into_facts().map_err(|word| self.garbage(&call, &word))?)),
            Err(Error::ContainerNotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How a container is reached: its addresses and what is published. None when there is no such container.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn network(&self, container: &str) -> Result<Option<NetworkFacts>, Error> {
        let call = Call::container("inspect", container);
        let path = format!("/containers/{}/json", escape(container));
        match self.get::<InspectedNetwork>(&path, &[], &call).await {
            Ok(found) => Ok(Some(found.into_facts())),
            Err(Error::ContainerNotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Starts a container; one that runs stays as it is.
    ///
    /// # Errors
    /// When it does not exist or cannot start.
    pub async fn start(&self, container: &str) -> Result<(), Error> {
        let call = Call::container("start", container);
        let start = self.docker().start_container(container, None::<StartContainerOptions>);
        self.act(&call, Some(self.change_limit()), start).await
    }

    /// Stops a container: its stop signal, then the kill after `seconds` (the container's own time when None).
    ///
    /// # Errors
    /// When it does not exist or cannot be stopped.
    pub async fn stop(&self, container: &str, seconds: Option<u32>) -> Result<(), Error> {
        let call = Call::container("stop", container);
        let mut options = StopContainerOptionsBuilder::new();
        if let Some(seconds) = seconds {
            options = options.t(i32::try_from(seconds).unwrap_or(i32::MAX));
        }
        // A container may have been given more time of its own than the engines' usual ten seconds.
        let grace = Duration::from_secs(u64::from(seconds.unwrap_or(60)));
        let limit = self.change_limit() + grace;
        self.act(&call, Some(limit), self.docker().stop_container(container, Some(options.build()))).await
    }

    /// Sends a signal (`SIGTERM`, `KILL`, `9`) to a container's main process.
    ///
    /// # Errors
    /// When it does not exist or does not run.
    pub async fn kill(&self, container: &str, signal: &str) -> Result<(), Error> {
        let call = Call::container("send a signal to", container);
        let options = KillContainerOptionsBuilder::new().signal(signal).build();
        self.act(&call, Some(self.change_limit()), self.docker().kill_container(container, Some(options)))
            .await
    }

    /// Lets a paused container go on.
    ///
    /// # Errors
    /// When it does not exist or is not paused.
    pub async fn unpause(&self, container: &str) -> Result<(), Error> {
        let call = Call::container("unpause", container);
        self.act(&call, Some(self.change_limit()), self.docker().unpause_container(container)).await?;
        // Docker hears of a pause from its runtime afterwards, and a late word of it makes a container that runs on look paused
        // again until the word of its going on arrives too.
        for _ in 0..LOOKS_AFTER_UNPAUSE {
            match self.inspect_container(container).await? {
                Some(facts) if facts.state == ContainerState::Paused => {
                    tokio::time::sleep(BETWEEN_LOOKS).await
                }
                _ => break,
            }
        }
        Ok(())
    }

    /// Freezes a container.
    ///
    /// # Errors
    /// When it does not exist or does not run.
    pub async fn pause(&self, container: &str) -> Result<(), Error> {
        let call = Call::container("pause", container);
        self.act(&call, Some(self.change_limit()), self.docker().pause_container(container)).await
    }

    /// Removes a container. `volumes` also removes the volumes without a name that came with it, `force` a running one.
    /// One that is gone already is no error; one that somebody else is removing is waited for, because its name is taken until then.
    ///
    /// # Errors
    /// When the engine cannot remove it.
    pub async fn remove(&self, container: &str, volumes: bool, force: bool) -> Result<(), Error> {
        let call = Call::container("remove", container);
        let options = RemoveContainerOptionsBuilder::new().v(volumes).force(force).build();
        let remove = self.docker().remove_container(container, Some(options));
        match self.act(&call, Some(self.change_limit()), remove).await {
            Err(Error::ContainerNotFound { .. }) => Ok(()),
            Err(Error::Rejected { status: 409, words, .. }) if words.contains("is already in progress") => {
                self.wait_until_gone(container, LONGEST_REMOVAL).await.map(drop)
            }
            other => other,
        }
    }

    /// Waits for the end of a container that somebody is removing. Answers whether it is gone.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn wait_until_gone(&self, container: &str, longest: Duration) -> Result<bool, Error> {
        let until = tokio::time::Instant::now() + longest;
        loop {
            if self.inspect_container(container).await?.is_none() {
                return Ok(true);
            }
            if tokio::time::Instant::now() >= until {
                return Ok(false);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// When it does not exist or the name is taken.
    pub async fn rename(&self, container: &str, name: &str) -> Result<(), Error> {
        let call = Call::container("rename", container);
        let options = RenameContainerOptionsBuilder::new().name(name).build();
        self.act(&call, Some(self.change_limit()), self.docker().rename_container(container, options)).await
    }

    /// Waits, without bound, until a container's main process ends; answers its exit code.
    ///
    /// # Errors
    /// When it does not exist or the engine goes away.
    pub async fn wait(&self, container: &str) -> Result<i64, Error> {
        let call = Call::container("wait for", container);
        let mut answers = self.docker().wait_container(container, None::<WaitContainerOptions>);
        match answers.next().await {
            Some(Ok(answer)) => Ok(answer.status_code),
            // bollard tells any exit code but 0 as an error.
            Some(Err(bollard::errors::Error::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(error)) => Err(self.explain(&call, error)),
            None => Err(self.garbage(&call, &"an empty answer")),
        }
    }

    /// Puts the files of a tar archive below a folder of a container, which may be stopped. The folder must exist.
    ///
    /// # Errors
    /// When the container or the folder does not exist, or its root is read-only.
    pub async fn upload(&self, container: &str, path: &str, tar: Bytes) -> Result<(), Error> {
        let call = Call::container("copy files into", container);
        let options = bollard::query_parameters::UploadToContainerOptionsBuilder::new().path(path).build();
        let upload = self.docker().upload_to_container(container, Some(options), bollard::body_full(tar));
        self.act(&call, Some(self.change_limit()), upload).await
    }

    /// A file or folder of a container as a tar archive; None when there is none at that path.
    ///
    /// # Errors
    /// When the container does not exist.
    pub async fn download(&self, container: &str, path: &str) -> Result<Option<Bytes>, Error> {
        let call = Call::container("copy files out of", container);
        let options =
            bollard::query_parameters::DownloadFromContainerOptionsBuilder::new().path(path).build();
        let mut parts = self.docker().download_from_container(container, Some(options));
        let read = async {
            let mut archive = Vec::new();
            while let Some(part) = parts.next().await {
                archive.extend_from_slice(&part?);
            }
            Ok(archive)
        };
        match bounded(self.name(), &call, Some(self.change_limit()), async {
            read.await
                .map_err(|error: bollard::errors::Error| match error {
                    bollard::errors::Error::DockerResponseServerError { status_code: 404, message }
                        if !message.to_ascii_lowercase().contains("no such container")
                            && !message.contains("no container with name or ID") =>
                    {
                        None
                    }
                    other => Some(self.explain(&call, other)),
                })
                .map_or_else(|error| error.map_or(Ok(None), Err), |archive| Ok(Some(Bytes::from(archive))))
        })
        .await
        {
            // Podman names a missing path only in its words.
            Err(Error::Rejected { words, .. }) if words.contains("no such file or directory") => Ok(None),
            other => other,
        }
    }
}
