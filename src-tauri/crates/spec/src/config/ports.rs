//! Ports: which ones are forwarded or published, and what a person sees of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A port that is forwarded from inside the environment to the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ForwardPort {
    /// A port of the container itself.
    Port(u16),
    /// `host:port`, the host being another service of the Compose project.
    HostPort(#[schemars(regex(pattern = r"^([a-z0-9-]+):(\d{1,5})$"))] String),
}

/// A port that is published when the container is created.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AppPort {
    /// The same port on the host's loopback address.
    Port(u16),
    /// Given to the engine as it is, such as `8000:8010`.
    Text(String),
}

/// How a forwarded port is presented and treated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PortAttributes {
    /// The name shown for this port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The scheme of the address that is opened for this port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<PortProtocol>,
    /// What happens when something starts to listen on this port. The default is `notify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_auto_forward: Option<OnAutoForward>,
    /// Forward only if the same port is free on the host, instead of choosing another. The default is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_local_port: Option<bool>,
    /// Ask for more rights when the port on the host needs them, as ports below 1024 may. The default is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elevate_if_needed: Option<bool>,
}

/// The scheme of a forwarded port's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PortProtocol {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl PortProtocol {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 2] = [("http", Self::Http), ("https", Self::Https)];
}

/// What happens when something starts to listen on a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnAutoForward {
    /// Forward it and say so; this is the default.
    #[default]
    Notify,
    /// Forward it and open a browser, each time.
    OpenBrowser,
    /// Forward it and open a browser the first time only.
    OpenBrowserOnce,
    /// Forward it and open a preview next to the code.
    OpenPreview,
    /// Forward it without a word.
    Silent,
    /// Do not forward it.
    Ignore,
}

impl OnAutoForward {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 6] = [
        ("notify", Self::Notify),
        ("openBrowser", Self::OpenBrowser),
        ("openBrowserOnce", Self::OpenBrowserOnce),
        ("openPreview", Self::OpenPreview),
        ("silent", Self::Silent),
        ("ignore", Self::Ignore),
    ];
}
