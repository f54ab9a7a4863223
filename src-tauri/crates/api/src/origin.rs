//! Who wrote which value of a configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Location;

/// One value of a configuration, and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueOrigin {
    /// The value as a person would write its name, such as `containerEnv.EDITOR` or `mounts[1]`.
    pub property: String,
    /// What kind of author it has.
    pub from: ValueAuthor,
    /// Where it stands, if it stands in a file of this computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The image or container whose label brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The entry of that label, the first being 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u32>,
    /// The Feature that brings it, as its user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The flag of the command line that brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
}

/// The kind of author that a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ValueAuthor {
    /// The configuration itself.
    Configuration,
    /// A file that the configuration extends.
    Extended,
    /// The person's own overlay.
    Overlay,
    /// The metadata of an image, or of the container as it was made.
    Image,
    /// A Feature.
    Feature,
    /// The command line.
    Flag,
}
