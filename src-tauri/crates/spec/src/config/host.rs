//! What an environment needs of the machine that runs it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The smallest machine on which the environment is useful.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct HostRequirements {
    /// The number of processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub cpus: Option<u32>,
    /// Memory in bytes, or with one of the units `kb`, `mb`, `gb` and `tb`, each 1024 times the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^\d+([tgmk]b)?$"))]
    pub memory: Option<String>,
    /// Free space on disk in bytes, or with one of the units `kb`, `mb`, `gb` and `tb`, each 1024 times the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^\d+([tgmk]b)?$"))]
    pub storage: Option<String>,
    /// Whether a GPU is needed: `true`, `false`, `"optional"` (used if there is one), or an object that says how large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Gpu>,
}

/// Whether a GPU is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Gpu {
    /// Needed, or not.
    Needed(bool),
    /// Used if there is one.
    Optional(OptionalGpu),
    /// Needed, and at least this large.
    Sized(GpuRequirements),
}

/// The word `optional`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OptionalGpu {
    /// Used if there is one.
    #[serde(rename = "optional")]
    Optional,
}

/// The smallest GPU that will do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct GpuRequirements {
    /// The number of cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub cores: Option<u32>,
    /// Memory in bytes, or with one of the units `kb`, `mb`, `gb` and `tb`, each 1024 times the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^\d+([tgmk]b)?$"))]
    pub memory: Option<String>,
}

impl Gpu {
    /// Whether the environment is of no use without a GPU.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(self, Self::Needed(true) | Self::Sized(_))
    }

    /// Whether a GPU is used when there is one.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !matches!(self, Self::Needed(false))
    }
}

/// The number of bytes that a text such as `8gb` means; `None` if it is not of that form or too large.
#[must_use]
pub fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let shift = match &text[digits.len()..] {
        "" => 0,
        "kb" => 10,
        "mb" => 20,
        "gb" => 30,
        "tb" => 40,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}
