//! Consent: what a configuration would do to the host, shown before it happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Environment, Location};

/// Everything that a configuration would do to the host. It is allowed or refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRequest {
    /// Whose configuration asks.
    pub environment: Environment,
    /// What needs a yes.
    pub touches: Vec<Touch>,
    /// What is good to know, but needs no yes.
    #[serde(default)]
    pub tells: Vec<Tell>,
    /// A hash over the touches, the content of workspace files that a host command names included. An answer is
    /// stored under it, so that any change asks again.
    pub hash: String,
}

/// One thing on the host that the configuration would touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Touch {
    /// What kind of access this is.
    pub kind: TouchKind,
    /// The thing itself: the command, the folder, the device, the port.
    pub subject: String,
    /// What it amounts to, such as "full control of your Docker".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Who asks for it.
    pub origin: Origin,
    /// What `show details` adds: the full command, the files whose content is part of the hash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

/// The kinds of access to the host that need consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TouchKind {
    /// A command that runs on the host.
    HostCommand,
    /// A folder or file of the host outside the workspace, mounted into the container.
    HostMount,
    /// The socket of a container engine.
    EngineSocket,
    /// A privileged container.
    Privileged,
    /// A device of the host.
    Device,
    /// A namespace of the host: network, processes, IPC, users.
    HostNamespace,
    /// A capability beyond the engine's defaults.
    Capability,
    /// A security profile switched off.
    UnconfinedProfile,
    /// A port that other machines could reach.
    PublishedPort,
    /// A secret or an agent of the host, relayed into the container.
    Secret,
    /// An option handed to the engine that could hide one of the others.
    RawOption,
}

/// Who asks for something: a property of the configuration, a Feature or an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The property, such as `mounts[1]`.
    pub property: String,
    /// Its place in the configuration file, when it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The Feature that brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The image whose metadata brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// Something worth knowing that needs no consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tell {
    /// One short sentence.
    pub text: String,
    /// Who brings it.
    pub origin: Origin,
}

/// Why something that touches the host was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum GrantedBy {
    /// A person answered yes.
    Person,
    /// A person had answered yes before, and nothing has changed since.
    Stored,
    /// `--trust` was given.
    TrustFlag,
    /// Continuous integration, where nobody can be asked.
    ContinuousIntegration,
    /// The program runs under the name `devcontainer` and behaves as the reference does.
    Compatibility,
}

/// A secret that the configuration declares and nobody has given. Its value is told to the operation alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretRequest {
    /// Whose configuration asks.
    pub environment: Environment,
    /// The variable that the hooks find it in.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A page that tells how to get one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// Whether there is a keychain to keep it in.
    #[serde(default)]
    pub can_be_kept: bool,
}
