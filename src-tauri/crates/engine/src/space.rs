//! What lies on an engine's disk, and making room there.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::answers::{nullable, with_algorithm};
use crate::disturbed::{Disturbance, until_undisturbed};
use crate::engine::{Engine, bounded, with_query};
use crate::error::{Call, Error};
use crate::transport::full;

/// How long an engine may take to count: it looks at every file of every volume.
const COUNTING: Duration = Duration::from_secs(120);

/// What lies on an engine's disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes of the layers of all images, each counted once.
    pub layers: u64,
    /// Every image.
    pub images: Vec<ImageSpace>,
    /// Every container.
    pub containers: Vec<ContainerSpace>,
    /// Every volume.
    pub volumes: Vec<VolumeSpace>,
    /// What builds have kept.
    pub build_cache: Vec<CacheSpace>,
}

/// An image on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageSpace {
    /// Its id.
    pub id: String,
    /// Its names.
    pub names: Vec<String>,
    /// Bytes of its layers.
    pub bytes: u64,
    /// Bytes of those that other images have too.
    pub shared: u64,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A container on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerSpace {
    /// Its id.
    pub id: String,
    /// The id of its image.
    pub image: String,
    /// Bytes that were written in it, outside volumes and mounts.
    pub written: u64,
    /// The named volumes that are mounted in it.
    pub volumes: Vec<String>,
}

/// A volume on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeSpace {
    /// Its name.
    pub name: String,
    /// Bytes in it; None when the engine does not count them.
    pub bytes: Option<u64>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A piece of what builds have kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheSpace {
    /// Its bytes.
    pub bytes: u64,
    /// Whether a build uses it just now.
    pub in_use: bool,
    /// Whether its content belongs to something else too, so that nothing would be won.
    pub shared: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Usage {
    layers_size: i64,
    #[serde(deserialize_with = "nullable")]
    images: Vec<Image>,
    #[serde(deserialize_with = "nullable")]
    containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    volumes: Vec<Volume>,
    #[serde(deserialize_with = "nullable")]
    build_cache: Vec<Cache>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Image {
    id: String,
    #[serde(deserialize_with = "nullable")]
    repo_tags: Vec<String>,
    size: i64,
    shared_size: i64,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Container {
    id: String,
    #[serde(rename = "ImageID", deserialize_with = "nullable")]
    image_id: String,
    size_rw: i64,
    #[serde(deserialize_with = "nullable")]
    mounts: Vec<Mount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Mount {
    #[serde(rename = "Type", deserialize_with = "nullable")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Volume {
    name: String,
    #[serde(deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    usage_data: Option<VolumeUsage>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct VolumeUsage {
    size: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Cache {
    size: i64,
    in_use: bool,
    shared: bool,
}

/// Numbers below 0 stand for what was not counted.
fn bytes(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

impl Usage {
    fn into_space(self) -> Space {
        Space {
            layers: bytes(self.layers_size),
            images: self
                .images
                .into_iter()
                .map(|image| ImageSpace {
                    id: with_algorithm(image.id),
                    names: image.repo_tags.into_iter().filter(|name| name != "<none>:<none>").collect(),
                    bytes: bytes(image.size),
                    shared: bytes(image.shared_size).min(bytes(image.size)),
                    labels: image.labels,
                })
                .collect(),
            containers: self
                .containers
                .into_iter()
                .map(|container| ContainerSpace {
                    id: container.id,
                    image: with_algorithm(container.image_id),
                    written: bytes(container.size_rw),
                    volumes: container
                        .mounts
                        .into_iter()
                        .filter(|mount| mount.kind == "volume")
                        .map(|mount| mount.name)
                        .collect(),
                })
                .collect(),
            volumes: self
                .volumes
                .into_iter()
                .map(|volume| VolumeSpace {
                    name: volume.name,
                    bytes: volume.usage_data.and_then(|usage| u64::try_from(usage.size).ok()),
                    labels: volume.labels,
                })
                .collect(),
            build_cache: self
                .build_cache
                .into_iter()
                .map(|cache| CacheSpace {
                    bytes: bytes(cache.size),
                    in_use: cache.in_use,
                    shared: cache.shared,
                })
                .collect(),
        }
    }
}

impl Engine {
    /// What lies on the engine's disk. It has to count, which takes as long as there are files.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn space(&self) -> Result<Space, Error> {
        let call = Call::engine("count what lies on its disk");
        let found: Usage = bounded(self.name(), &call, Some(COUNTING), async {
            let count = || async {
                let request =
                    self.request(http::Method::GET, "/system/df", crate::transport::empty(), &call)?;
                self.bytes(self.send(request, &call).await?, &call).await
            };
            let tell = |found: Disturbance| tracing::debug!("{}", found.message());
            let body = until_undisturbed(count, Disturbance::of_count, tell).await?;
            serde_json::from_slice(&body).map_err(|error| self.garbage(&call, &error))
        })
        .await?;
        Ok(found.into_space())
    }

    /// Removes what builds have kept and nothing uses; answers how many bytes that were.
    ///
    /// # Errors
    /// When the engine keeps nothing, or refuses.
    pub async fn prune_build_cache(&self) -> Result<u64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Pruned {
            #[serde(default)]
            space_reclaimed: u64,
        }
        let call = Call::engine("remove what builds have kept");
        let pruned: Pruned = bounded(self.name(), &call, Some(COUNTING), async {
            let path = with_query("/build/prune", &[("all", "true")]);
            let request = self.request(http::Method::POST, &path, full(Vec::new()), &call)?;
            let body = self.bytes(self.send(request, &call).await?, &call).await?;
            serde_json::from_slice(&body).map_err(|error| self.garbage(&call, &error))
        })
        .await?;
        Ok(pruned.space_reclaimed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_write_is_read() {
        let text = r#"{"LayersSize":100,"Images":[{"Id":"sha256:a","RepoTags":["x:1"],"Size":60,"SharedSize":20,"Labels":null},
            {"Id":"b","RepoTags":["<none>:<none>"],"Size":40,"SharedSize":-1}],
            "Containers":[{"Id":"c","ImageID":"sha256:a","SizeRw":7,"Mounts":[{"Type":"volume","Name":"v"},{"Type":"bind"}]},
            {"Id":"d","ImageID":"b","Mounts":null}],
            "Volumes":[{"Name":"v","UsageData":{"Size":5,"RefCount":1},"Labels":{"k":"1"}},{"Name":"w","UsageData":{"Size":-1}}],
            "BuildCache":[{"ID":"e","Size":9,"InUse":true,"Shared":false}]}"#;
        let space = serde_json::from_str::<Usage>(text).unwrap().into_space();
        assert_eq!(space.layers, 100);
        let images: Vec<_> = space
            .images
            .iter()
            .map(|image| (image.id.as_str(), image.names.len(), image.bytes, image.shared))
            .collect();
        assert_eq!(images, [("sha256:a", 1, 60, 20), ("b", 0, 40, 0)]);
        assert_eq!(space.containers[0].volumes, ["v"]);
        assert_eq!((space.containers[0].written, space.containers[1].written), (7, 0));
        let volumes: Vec<_> =
            space.volumes.iter().map(|volume| (volume.name.as_str(), volume.bytes)).collect();
        assert_eq!(volumes, [("v", Some(5)), ("w", None)]);
        assert_eq!(space.build_cache, [CacheSpace { bytes: 9, in_use: true, shared: false }]);
        assert_eq!(serde_json::from_str::<Usage>("{}").unwrap().into_space(), Space::default());
    }
}
