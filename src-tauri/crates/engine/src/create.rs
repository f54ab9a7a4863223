//! Making a container from a plan's description.

use http::Method;
use serde::{Deserialize, Serialize};
use wharf_plan::ContainerSpec;
use wharf_plan::container::{EndpointSettings, NetworkConnection};

use crate::engine::{Engine, bounded, escape};
use crate::error::{Call, Error, Subject};
use crate::transport::full;

#[derive(Deserialize)]
struct Created {
    #[serde(alias = "Id")]
    id: String,
    #[serde(default, alias = "Warnings", deserialize_with = "crate::answers::nullable")]
    warnings: Vec<String>,
}

/// The body of `POST /networks/{name}/connect`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Connection<'a> {
    container: &'a str,
    endpoint_config: &'a EndpointSettings,
}

impl Engine {
    /// Creates a container without starting it; answers its id. The description goes to the engine as it stands: through
    /// libpod's own call when it holds what only that can express, else through the call that all engines share.
    ///
    /// # Errors
    /// When the image is missing, the name is taken, a mount is not accepted, or this engine does not know libpod's call.
    pub async fn create(&self, spec: &ContainerSpec) -> Result<String, Error> {
        let verb = match &spec.name {
            Some(name) => format!("create container {name}"),
            None => "create the container".to_owned(),
        };
        let image = spec.body.image.clone();
        let call = Call { verb, subject: Subject::Image(image) };
        let created: Created = match &spec.podman {
            Some(body) => {
                let path =
                    self.libpod_path("/containers/create").ok_or_else(|| Error::UnsupportedOption {
                        engine: self.name().to_owned(),
                        option: "an option of Podman's own".to_owned(),
                        reason: "the engine is not Podman".to_owned(),
                    })?;
                self.post(&path, &[], body, &call).await?
            }
            None => {
                let mut query = Vec::new();
                if let Some(name) = &spec.name {
                    query.push(("name", name.as_str()));
                }
                if let Some(platform) = &spec.platform {
                    query.push(("platform", platform.as_str()));
                }
                self.post("/containers/create", &query, &spec.body, &call).await?
            }
        };
        for warning in created.warnings {
            tracing::warn!(engine = self.name(), container = created.id, "{warning}");
        }
        Ok(created.id)
    }

    /// Connects a container, running or not, to one more network.
    ///
    /// # Errors
    /// When either does not exist, or the network has no such address.
    pub async fn connect_network(
        &self,
        container: &str,
        connection: &NetworkConnection,
    ) -> Result<(), Error> {
        let NetworkConnection { network, endpoint } = connection;
        let call = Call::engine(format!("connect the container to network {network}"));
        let path = format!("/networks/{}/connect", escape(network));
        let body = serde_json::to_vec(&Connection { container, endpoint_config: endpoint })
            .map_err(|error| self.garbage(&call, &error))?;
        bounded(self.name(), &call, Some(self.change_limit()), async {
            let request = self.request(Method::POST, &path, full(body), &call)?;
            self.bytes(self.send(request, &call).await?, &call).await.map(drop)
        })
        .await
    }
}
