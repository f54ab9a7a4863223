//! Mounts in their two forms: the text of the engine's `--mount` option, and an object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A folder, volume or memory that appears at a path in the container.
// Both forms are kept as they were written, because metadata labels show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Mount {
    /// The text of the engine's `--mount` option, such as `type=bind,source=/data,target=/data`.
    Text(String),
    /// The same as an object.
    Object(MountObject),
}

/// What is mounted, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MountObject {
    /// What is mounted: a folder of the host (`bind`), a volume of the engine (`volume`), or memory (`tmpfs`).
    #[serde(rename = "type")]
    pub kind: MountKind,
    /// The folder on the host, or the name of the volume. A volume without a name is made anew with the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The absolute path in the container.
    pub target: String,
    /// The volume exists already and belongs to someone else; only Compose looks at this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<bool>,
}

/// What is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    /// A file or folder of the host.
    Bind,
    /// A volume of the engine.
    Volume,
    /// Memory that goes with the container.
    Tmpfs,
}

impl MountKind {
    /// Every allowed value with its spelling.
    pub const VALUES: [(&'static str, Self); 3] =
        [("bind", Self::Bind), ("volume", Self::Volume), ("tmpfs", Self::Tmpfs)];

    /// The spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Tmpfs => "tmpfs",
        }
    }
}

/// The fields of a mount, whichever form it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountFields {
    /// `bind`, `volume`, `tmpfs` or what else the engine knows; the engine's default is `volume`.
    pub kind: Option<String>,
    /// The host's path or the volume's name.
    pub source: Option<String>,
    /// The path in the container.
    pub target: Option<String>,
    /// Everything else in the order written, such as (`readonly`, none) or (`consistency`, `cached`).
    pub options: Vec<(String, Option<String>)>,
}

impl Mount {
    /// The fields, with the three spellings of the target and the two of the source made one.
    /// A field in double quotes may hold commas, as in the engine's own option.
    #[must_use]
    pub fn fields(&self) -> MountFields {
        match self {
            Self::Text(text) => parse_text(text),
            Self::Object(object) => MountFields {
                kind: Some(object.kind.name().to_owned()),
                source: object.source.clone(),
                target: Some(object.target.clone()),
                options: object
                    .external
                    .map(|external| ("external".to_owned(), Some(external.to_string())))
                    .into_iter()
                    .collect(),
            },
        }
    }

    /// The text of the `--mount` option: an object becomes `type=T,src=S,dst=D`, a text stays as it is.
    #[must_use]
    pub fn to_argument(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Object(object) => {
                let source = match object.source.as_deref() {
                    None | Some("") => String::new(),
                    Some(source) => format!("src={source},"),
                };
                format!("type={},{source}dst={}", object.kind.name(), object.target)
            }
        }
    }
}

fn parse_text(text: &str) -> MountFields {
    let mut fields = MountFields::default();
    for field in split_fields(text) {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.trim().to_owned(), Some(value.to_owned())),
            None => (field.trim().to_owned(), None),
        };
        match key.to_ascii_lowercase().as_str() {
            "" if value.is_none() => {}
            "type" => fields.kind = value,
            "source" | "src" => fields.source = value,
            "target" | "dst" | "destination" => fields.target = value,
            _ => fields.options.push((key, value)),
        }
    }
    fields
}

/// Splits at commas outside double quotes; a quote inside quotes is written twice (the rules of a line of CSV).
fn split_fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(&mut fields, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => push(&mut fields, other),
        }
    }
    fields
}

fn push(fields: &mut [String], character: char) {
    if let Some(last) = fields.last_mut() {
        last.push(character);
    }
}
