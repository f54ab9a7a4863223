//! Images and volumes.

use std::collections::{BTreeMap, HashMap};

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{RemoveImageOptionsBuilder, RemoveVolumeOptions, TagImageOptionsBuilder};
use serde::Deserialize;
use wharf_plan::ImageFacts;
use wharf_plan::image_reference::ImageReference;

use crate::answers::{nullable, with_algorithm};
use crate::engine::{Engine, escape_reference};
use crate::error::{Call, Error};

impl Engine {
    /// One image, by reference or id; None when the engine does not have it.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn inspect_image(&self, image: &str) -> Result<Option<ImageFacts>, Error> {
        let call = Call::image("inspect", image);
        match self.get::<Inspected>(&format!("/images/{}/json", escape_reference(image)), &[], &call).await {
            Ok(found) => Ok(Some(found.into_facts())),
            Err(Error::ImageNotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a name of an image, and the image with its last name. One that is gone already is no error.
    ///
    /// # Errors
    /// When a container still uses it.
    pub async fn remove_image(&self, image: &str, force: bool) -> Result<(), Error> {
        let call = Call::image("remove", image);
        let options = RemoveImageOptionsBuilder::new().force(force).build();
        let remove = self.docker().remove_image(image, Some(options), None);
        match self.act(&call, Some(self.change_limit()), remove).await {
            Ok(_) | Err(Error::ImageNotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives an image a further name.
    ///
    /// # Errors
    /// When there is no such image.
    pub async fn tag(&self, image: &str, name: &str) -> Result<(), Error> {
        let call = Call::image("tag", image);
        let name = ImageReference::parse(name);
        let tag = name.tag.unwrap_or("latest");
        let options = TagImageOptionsBuilder::new().repo(name.repository).tag(tag).build();
        self.act(&call, Some(self.change_limit()), self.docker().tag_image(image, Some(options))).await
    }

    /// Makes a volume, or leaves the one of that name as it is.
    ///
    /// # Errors
    /// When the engine does not accept the name.
    pub async fn create_volume(&self, name: &str, labels: &BTreeMap<String, String>) -> Result<(), Error> {
        let call = Call::engine(format!("create volume {name}"));
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(labels.clone().into_iter().collect::<HashMap<_, _>>()),
            ..VolumeCreateRequest::default()
        };
        self.act(&call, Some(self.change_limit()), self.docker().create_volume(request)).await.map(drop)
    }

    /// Removes a volume with what is in it. One that is gone already is no error.
    ///
    /// # Errors
    /// When a container still uses it.
    pub async fn remove_volume(&self, name: &str) -> Result<(), Error> {
        let call = Call::engine(format!("remove volume {name}"));
        let remove = self.docker().remove_volume(name, None::<RemoveVolumeOptions>);
        match self.act(&call, Some(self.change_limit()), remove).await {
            Err(Error::Rejected { status: 404, .. }) => Ok(()),
            other => other,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Inspected {
    id: String,
    #[serde(deserialize_with = "nullable")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    repo_digests: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    architecture: String,
    #[serde(deserialize_with = "nullable")]
    os: String,
    variant: Option<String>,
    #[serde(deserialize_with = "nullable")]
    config: InspectedConfig,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InspectedConfig {
    #[serde(deserialize_with = "nullable")]
    env: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    user: String,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    working_dir: String,
}

impl Inspected {
    fn into_facts(self) -> ImageFacts {
        let said = |list: Option<Vec<String>>| list.filter(|words| !words.is_empty());
        ImageFacts {
            id: with_algorithm(self.id),
            names: self.repo_tags,
            digests: self.repo_digests,
            env: self.config.env,
            user: self.config.user,
            labels: self.config.labels,
            entrypoint: said(self.config.entrypoint),
            command: said(self.config.cmd),
            working_dir: self.config.working_dir,
            architecture: self.architecture,
            os: self.os,
            variant: self.variant.filter(|variant| !variant.is_empty()),
        }
    }
}
