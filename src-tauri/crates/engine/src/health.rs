//! What an engine tells of its own machine: its clock, its disk, and what containers may use of it. Asked only by those who look
//! for trouble, and for environments that say what they need.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;
use wharf_plan::GpuAccess;

use crate::engine::Engine;
use crate::error::{Call, Error};

/// How an engine's machine is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Its time, in RFC 3339.
    pub time: Option<String>,
    /// The folder that holds its images, on its machine.
    pub folder: Option<PathBuf>,
    /// Bytes on that folder's disk, all and free, where the engine tells.
    pub disk: Option<(u64, u64)>,
    /// Its processors.
    pub cpus: Option<u32>,
    /// Its memory in bytes.
    pub memory: Option<u64>,
    /// How it gives NVIDIA's GPUs to a container, as far as it tells: Podman does not.
    pub gpu: Option<GpuAccess>,
}

impl Engine {
    /// Asks the engine for its machine's clock and disk.
    ///
    /// # Errors
    /// When it does not answer as it should.
    pub async fn health(&self) -> Result<Health, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Info {
            #[serde(default)]
            system_time: Option<String>,
            #[serde(default)]
            docker_root_dir: Option<PathBuf>,
            #[serde(default, rename = "NCPU")]
            cpus: u32,
            #[serde(default)]
            mem_total: u64,
            #[serde(default)]
            runtimes: Option<BTreeMap<String, IgnoredAny>>,
            #[serde(default)]
            discovered_devices: Option<Vec<Device>>,
        }
        #[derive(Deserialize)]
        struct Device {
            #[serde(default, rename = "ID")]
            id: String,
        }
        let call = Call::engine("describe itself");
        let info: Info = self.get("/info", &[], &call).await?;
        let has_runtime = info.runtimes.iter().flatten().any(|(name, _)| name.contains("nvidia"));
        let has_device =
            info.discovered_devices.iter().flatten().any(|device| device.id.starts_with("nvidia.com/gpu="));
        Ok(Health {
            time: info.system_time,
            folder: info.docker_root_dir,
            disk: self.podman_disk().await?,
            cpus: Some(info.cpus).filter(|number| *number > 0),
            memory: Some(info.mem_total).filter(|bytes| *bytes > 0),
            gpu: match (has_runtime, has_device) {
                (true, _) => Some(GpuAccess::Runtime),
                (false, true) => Some(GpuAccess::Cdi),
                (false, false) => None,
            },
        })
    }

    /// Podman alone tells how full its disk is.
    async fn podman_disk(&self) -> Result<Option<(u64, u64)>, Error> {
        #[derive(Deserialize)]
        struct Info {
            store: Store,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Store {
            #[serde(default)]
            graph_root_allocated: u64,
            #[serde(default)]
            graph_root_used: u64,
        }
        let Some(path) = self.libpod_path("/info") else { return Ok(None) };
        let info: Info = self.get(&path, &[], &Call::engine("describe itself")).await?;
        let Store { graph_root_allocated: all, graph_root_used: used } = info.store;
        Ok((all > 0).then(|| (all, all.saturating_sub(used))))
    }
}
