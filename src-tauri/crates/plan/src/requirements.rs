//! What an environment needs of the engine's machine (`hostRequirements`), beside what that machine has.
//!
//! The requirements are the merged ones: an image and a Feature may ask for more than the configuration. What is short stops
//! nothing, as the specification leaves it to the tool; a person is told before time is spent.

use serde::{Deserialize, Serialize};
use wharf_spec::{Gpu, HostRequirements, parse_bytes};

/// The machine that an engine's containers run on, as far as the engine and the disk tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MachineFacts {
    /// Its processors.
    pub cpus: Option<u32>,
    /// Its memory in bytes.
    pub memory: Option<u64>,
    /// Bytes that are free where the engine keeps its images.
    pub storage: Option<u64>,
    /// How a GPU can be given to a container, if one can.
    pub gpu: Option<GpuAccess>,
}

/// How an engine gives a GPU to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GpuAccess {
    /// Through NVIDIA's runtime: `--gpus`.
    Runtime,
    /// Through the Container Device Interface: `--device`.
    Cdi,
}

/// One requirement, and whether it is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The property, such as `hostRequirements.memory`.
    pub property: &'static str,
    /// What is needed, for people.
    pub needed: String,
    /// What is there, for people; None where nobody can tell.
    pub found: Option<String>,
    /// Whether it is enough; what cannot be told is taken for enough.
    pub is_met: bool,
}

/// Every requirement beside what the machine has, in the order of the specification. `gpu` is whether there is one to give.
#[must_use]
pub fn compare(asked: &HostRequirements, machine: &MachineFacts, gpu: bool) -> Vec<Requirement> {
    let amount = |property, asked: Option<&String>, found: Option<u64>| {
        let needed = parse_bytes(asked?)?;
        Some(Requirement {
            property,
            needed: size(needed),
            found: found.map(size),
            is_met: found.is_none_or(|found| found.saturating_add(TOLERATED) >= needed),
        })
    };
    let cpus = asked.cpus.map(|needed| Requirement {
        property: "hostRequirements.cpus",
        needed: needed.to_string(),
        found: machine.cpus.map(|found| found.to_string()),
        is_met: machine.cpus.is_none_or(|found| found >= needed),
    });
    let gpu = asked.gpu.as_ref().filter(|asked| asked.is_wanted()).map(|asked| Requirement {
        property: "hostRequirements.gpu",
        needed: gpu_in_words(asked),
        found: Some(if gpu { "available" } else { "none" }.to_owned()),
        is_met: gpu || !asked.is_required(),
    });
    let storage = amount("hostRequirements.storage", asked.storage.as_ref(), machine.storage);
    let memory = amount("hostRequirements.memory", asked.memory.as_ref(), machine.memory);
    [cpus, memory, storage, gpu].into_iter().flatten().collect()
}

/// A machine sold with 8 GB tells a little less, because its firmware and kernel keep some: that is no shortage.
const TOLERATED: u64 = 512 << 20;

fn gpu_in_words(asked: &Gpu) -> String {
    match asked {
        Gpu::Needed(_) => "required".to_owned(),
        Gpu::Optional(_) => "optional".to_owned(),
        Gpu::Sized(sized) => {
            let cores = sized.cores.map(|cores| format!("{cores} cores"));
            let memory = sized.memory.as_deref().and_then(parse_bytes).map(size);
            let parts: Vec<String> = cores.into_iter().chain(memory).collect();
            if parts.is_empty() {
                "required".to_owned()
            } else {
                format!("required, {}", parts.join(" and "))
            }
        }
    }
}

/// Bytes for people, with the units of the specification: each 1024 times the one before.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(u32, &str); 3] = [(40, "TB"), (30, "GB"), (20, "MB")];
    for (shift, unit) in UNITS {
        let whole = bytes >> shift;
        if whole > 0 {
            let tenths = ((bytes - (whole << shift)) * 10) >> shift;
            return if tenths == 0 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") };
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GB: u64 = 1 << 30;

    #[test]
    fn requirements_beside_a_machine() {
        let machine = MachineFacts {
            cpus: Some(4),
            memory: Some(8 * GB - 300 * 1024 * 1024),
            storage: Some(20 * GB),
            gpu: None,
        };
        for (asked, gpu, expected) in [
            (json!({}), false, ""),
            (json!({"cpus": 4}), false, "cpus 4/4 met"),
            (json!({"cpus": 8}), false, "cpus 8/4 short"),
            (json!({"memory": "8gb"}), false, "memory 8 GB/7.7 GB met"),
            (json!({"memory": "16gb"}), false, "memory 16 GB/7.7 GB short"),
            (json!({"storage": "1tb", "cpus": 1}), false, "cpus 1/4 met, storage 1 TB/20 GB short"),
            (json!({"storage": "1073741824"}), false, "storage 1 GB/20 GB met"),
            (json!({"memory": "much"}), false, ""),
            (json!({"gpu": false}), false, ""),
            (json!({"gpu": "optional"}), false, "gpu optional/none met"),
            (json!({"gpu": true}), false, "gpu required/none short"),
            (json!({"gpu": true}), true, "gpu required/available met"),
            (
                json!({"gpu": {"cores": 2, "memory": "4gb"}}),
                false,
                "gpu required, 2 cores and 4 GB/none short",
            ),
            (json!({"gpu": {}}), false, "gpu required/none short"),
        ] {
            let asked_text = asked.to_string();
            let asked: HostRequirements = serde_json::from_value(asked).unwrap();
            let found: Vec<String> = compare(&asked, &machine, gpu)
                .into_iter()
                .map(|one| {
                    let name = one.property.trim_start_matches("hostRequirements.");
                    let state = if one.is_met { "met" } else { "short" };
                    format!("{name} {}/{} {state}", one.needed, one.found.unwrap_or_default())
                })
                .collect();
            assert_eq!(found.join(", "), expected, "{asked_text}");
        }
    }

    #[test]
    fn what_nobody_can_tell_is_no_shortage() {
        let asked = HostRequirements {
            cpus: Some(64),
            memory: Some("1tb".to_owned()),
            storage: Some("1tb".to_owned()),
            gpu: None,
        };
        let found = compare(&asked, &MachineFacts::default(), false);
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|one| one.is_met && one.found.is_none()), "{found:?}");
    }
}
