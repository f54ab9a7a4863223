//! `hostRequirements` beside the machine that containers run on: measured on the engine, and on the disk where that is here.

use std::path::{Path, PathBuf};

use wharf_api as api;
use wharf_engine::{Engine, Health};
use wharf_plan::container::{GpuAvailability, gpus};
use wharf_plan::requirements::{Requirement, compare};
use wharf_plan::{Desired, Fact, FactQuery, GpuAccess, MachineFacts, Step, Wanted};
use wharf_spec::MergedConfig;

use crate::environment::Environment;
use crate::error::Result;
use crate::platform;
use crate::reconciler::Reconciler;
use crate::request::Target;

/// Where Podman looks for devices of the Container Device Interface.
const CDI_FOLDERS: [&str; 2] = ["/etc/cdi", "/var/run/cdi"];
/// The kind of device that NVIDIA's toolkit describes there.
const NVIDIA_KIND: &str = "nvidia.com/gpu";
/// Descriptions of devices are short.
const LONGEST: u64 = 4 * 1024 * 1024;

impl Reconciler<'_> {
    /// Measures the machine. An engine that does not tell leaves it unknown, which stops nothing.
    pub(crate) async fn observe_machine(&mut self) -> Result<()> {
        let health = self.engine.health().await.unwrap_or_default();
        self.observed.machine = Fact::Known(measured(self.engine, health));
        Ok(())
    }

    /// Every requirement of what is wanted beside what there is; empty where nothing is required.
    pub(crate) async fn requirements(&mut self, desired: &Desired) -> Result<Vec<api::Requirement>> {
        let Wanted::Running(wanted) = &desired.wanted else { return Ok(Vec::new()) };
        let merged = wharf_plan::merged_as_known(wanted, &self.observed)
            .unwrap_or_else(|_| wharf_spec::merge(&wanted.configuration, &[]));
        if merged.host_requirements.is_none() {
            return Ok(Vec::new());
        }
        if self.observed.machine.known().is_none() {
            self.observe(&FactQuery::Machine).await?;
        }
        Ok(self.compared(wanted.create.gpu, &merged))
    }

    fn compared(&self, availability: GpuAvailability, merged: &MergedConfig) -> Vec<api::Requirement> {
        let (Some(asked), Some(machine)) = (&merged.host_requirements, self.observed.machine.known()) else {
            return Vec::new();
        };
        let gpu = gpus(availability, merged, &self.observed).is_some();
        compare(asked, machine, gpu).into_iter().map(document).collect()
    }

    /// Says what is short, once each, before time is spent on it: an image that has been pulled may ask for more than was known.
    pub(crate) async fn tell_what_is_short(&mut self, desired: &Desired, next: &[Step]) -> Result<()> {
        let takes_time = |step: &Step| {
            matches!(
                step,
                Step::Pull { .. } | Step::Build { .. } | Step::Create { .. } | Step::Compose { .. }
            )
        };
        if !next.iter().any(takes_time) {
            return Ok(());
        }
        for one in self.requirements(desired).await?.into_iter().filter(|one| !one.met) {
            if self.told_short.insert((one.property.clone(), one.needed.clone())) {
                self.root.send(api::EventKind::Diagnostic {
                    severity: api::Severity::Warning,
                    message: sentence(&one),
                    location: self.environment.property_location(&one.property),
                    hint: Some(hint(&one.property).to_owned()),
                });
            }
        }
        Ok(())
    }
}

/// What the configuration of a folder requires by itself, beside a machine; empty where there is none, or it requires nothing.
pub(crate) fn of_configuration(target: &Target, engine: &Engine, health: Health) -> Vec<api::Requirement> {
    let Ok(environment) = Environment::find(target) else { return Vec::new() };
    let Some(asked) = &environment.configuration.config.host_requirements else { return Vec::new() };
    let machine = measured(engine, health);
    compare(asked, &machine, machine.gpu.is_some()).into_iter().map(document).collect()
}

/// The same on the wire.
fn document(one: Requirement) -> api::Requirement {
    api::Requirement {
        property: one.property.to_owned(),
        needed: one.needed,
        found: one.found,
        met: one.is_met,
    }
}

/// What is short, as a sentence.
pub(crate) fn sentence(one: &api::Requirement) -> String {
    let name = one.property.rsplit('.').next().unwrap_or_default();
    let found = one.found.as_deref().unwrap_or("unknown");
    match name {
        "gpu" => format!("the configuration needs a GPU ({}), and the engine has none to give", one.needed),
        "storage" => {
            format!("the configuration needs {} of free storage, and the engine has {found}", one.needed)
        }
        "cpus" => format!("the configuration needs {} processors, and the engine has {found}", one.needed),
        _ => format!("the configuration needs {} of {name}, and the engine has {found}", one.needed),
    }
}

/// What a person can do about it.
pub(crate) fn hint(property: &str) -> &'static str {
    match property.rsplit('.').next().unwrap_or_default() {
        "gpu" => {
            "install NVIDIA's container toolkit and describe the devices with `nvidia-ctk cdi generate`; `--gpu-availability all` asks for them anyway"
        }
        "storage" => "`docker system df` or `podman system df` shows what takes the room",
        _ => "where the engine runs in a virtual machine, its settings give it more; what is there may do",
    }
}

/// What the engine and the disk tell.
pub(crate) fn measured(engine: &Engine, health: Health) -> MachineFacts {
    let facts = engine.facts();
    let here = |folder: &PathBuf| facts.local && folder.exists();
    let disk = health.disk.or_else(|| platform::disk(health.folder.as_ref().filter(|folder| here(folder))?));
    let gpu = health.gpu.or_else(|| {
        let is_here = facts.finds_device_descriptions() && facts.local && cfg!(target_os = "linux");
        (is_here && CDI_FOLDERS.iter().any(|folder| describes_gpus(Path::new(folder))))
            .then_some(GpuAccess::Cdi)
    });
    MachineFacts { cpus: health.cpus, memory: health.memory, storage: disk.map(|(_, free)| free), gpu }
}

/// Whether a folder describes NVIDIA's devices, in JSON or YAML.
fn describes_gpus(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let is_description = entry
            .path()
            .extension()
            .is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known));
        let is_short = entry.metadata().is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
        is_description
            && is_short
            && std::fs::read_to_string(entry.path()).is_ok_and(|text| names_kind(&text))
    })
}

/// Whether a description's `kind` is NVIDIA's.
fn names_kind(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim().trim_end_matches(',');
        line.split_once(':').is_some_and(|(key, value)| {
            let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
            bare(key.trim_start_matches('{')) == "kind" && bare(value) == NVIDIA_KIND
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_found_where_their_kind_is_named() {
        for (name, text, expected) in [
            ("nvidia.yaml", "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\n", true),
            ("nvidia.json", "{\n  \"cdiVersion\": \"0.5.0\",\n  \"kind\": \"nvidia.com/gpu\",\n}", true),
            ("amd.yaml", "kind: amd.com/gpu\n", false),
            ("nvidia.txt", "kind: nvidia.com/gpu\n", false),
            ("other.yaml", "# kind: nvidia.com/gpu of another file\nkind: vendor.com/net\n", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            assert_eq!(describes_gpus(folder.path()), expected, "{name}");
        }
        assert!(!describes_gpus(Path::new("/does/not/exist")));
    }
}
