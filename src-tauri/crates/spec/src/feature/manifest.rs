//! `devcontainer-feature.json`: what a Feature says of itself (Features specification, "devcontainer-feature.json properties").

use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::pointer::At;
use crate::read::groups::{lifecycle_command, mount};
use crate::read::in_order;
use crate::read::reader::{Reader, Table};

/// The file's name in a Feature's folder.
pub const FEATURE_FILE: &str = "devcontainer-feature.json";

/// The file of an archive of the first version of Features: what several of them say of themselves.
pub const COLLECTION_FILE: &str = "devcontainer-features.json";

/// What a Feature says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FeatureManifest {
    /// The id, which is its folder's name too.
    pub id: Option<String>,
    /// The version, semantic.
    pub version: Option<String>,
    /// The name for people.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where it is documented.
    pub documentation_url: Option<String>,
    /// Where its licence is.
    pub license_url: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// The options that its users may set.
    pub options: IndexMap<String, FeatureOption>,
    /// Variables of the image, set before the Feature is installed.
    pub container_env: IndexMap<String, String>,
    /// Features that must be installed before, with their options.
    pub depends_on: IndexMap<String, Value>,
    /// Features that are installed before if they are installed at all, without versions.
    pub installs_after: Vec<String>,
    /// Names under which it was published before.
    pub legacy_ids: Vec<String>,
    /// It gets no more updates.
    pub deprecated: bool,
    /// Its name today, in an artifact that is published under an older one.
    pub current_id: Option<String>,
    /// Everything as written; image metadata is picked from it.
    pub raw: Map<String, Value>,
    /// It is one of the first version, of several in an archive whose one script reads from its variables what to install.
    pub first_version: bool,
}

/// A value that users of a Feature may set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FeatureOption {
    /// What kind of value.
    pub kind: OptionKind,
    /// The value if none is given.
    pub default: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
    /// Values to offer, beside which others are fine.
    pub proposals: Vec<String>,
    /// The only values that make sense; empty for any.
    pub allowed: Vec<String>,
}

/// The kind of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OptionKind {
    /// A text.
    #[default]
    Text,
    /// True or false.
    Boolean,
}

impl OptionKind {
    const VALUES: [(&'static str, Self); 2] = [("string", Self::Text), ("boolean", Self::Boolean)];
}

const PROPERTIES: &Table<FeatureManifest> = &[
    ("$schema", |reader, at, value, _| {
        reader.text(at, value);
    }),
    ("id", |reader, at, value, manifest| manifest.id = reader.text(at, value)),
    ("version", |reader, at, value, manifest| manifest.version = reader.text(at, value)),
    ("name", |reader, at, value, manifest| manifest.name = reader.text(at, value)),
    ("description", |reader, at, value, manifest| manifest.description = reader.text(at, value)),
    ("documentationURL", |reader, at, value, manifest| manifest.documentation_url = reader.text(at, value)),
    ("licenseURL", |reader, at, value, manifest| manifest.license_url = reader.text(at, value)),
    ("keywords", |reader, at, value, manifest| {
        manifest.keywords = reader.texts(at, value).unwrap_or_default();
    }),
    ("options", |reader, at, value, manifest| manifest.options = reader.map(at, value, option)),
    ("containerEnv", |reader, at, value, manifest| {
        manifest.container_env = reader.map(at, value, Reader::text);
    }),
    ("dependsOn", |reader, at, value, manifest| {
        manifest.depends_on = reader.map(at, value, |_, _, options| Some(options.clone()));
    }),
    ("installsAfter", |reader, at, value, manifest| {
        manifest.installs_after = reader.texts(at, value).unwrap_or_default();
    }),
    ("legacyIds", |reader, at, value, manifest| {
        manifest.legacy_ids = reader.texts(at, value).unwrap_or_default();
    }),
    ("deprecated", |reader, at, value, manifest| {
        manifest.deprecated = reader.flag(at, value).unwrap_or_default();
    }),
    ("currentId", |reader, at, value, manifest| manifest.current_id = reader.text(at, value)),
    // What follows goes into image metadata as it is written; here it is only judged.
    ("init", |reader, at, value, _| {
        reader.flag(at, value);
    }),
    ("privileged", |reader, at, value, _| {
        reader.flag(at, value);
    }),
    ("capAdd", |reader, at, value, _| {
        reader.texts(at, value);
    }),
    ("securityOpt", |reader, at, value, _| {
        reader.texts(at, value);
    }),
    ("entrypoint", |reader, at, value, _| {
        reader.text(at, value);
    }),
    ("mounts", |reader, at, value, _| {
        reader.list(at, value, mount);
    }),
    ("customizations", |reader, at, value, _| {
        reader.object(at, value);
    }),
    ("onCreateCommand", |reader, at, value, _| {
        lifecycle_command(reader, at, value);
    }),
    ("updateContentCommand", |reader, at, value, _| {
        lifecycle_command(reader, at, value);
    }),
    ("postCreateCommand", |reader, at, value, _| {
        lifecycle_command(reader, at, value);
    }),
    ("postStartCommand", |reader, at, value, _| {
        lifecycle_command(reader, at, value);
    }),
    ("postAttachCommand", |reader, at, value, _| {
        lifecycle_command(reader, at, value);
    }),
    // Before `customizations` existed, these two belonged to one editor. They still mean what they meant.
    ("extensions", |reader, at, value, _| {
        reader.texts(at, value);
    }),
    ("settings", |reader, at, value, _| {
        reader.object(at, value);
    }),
    // Of the Features before this specification.
    ("buildArg", |_, _, _, _| {}),
    ("include", |_, _, _, _| {}),
    ("exclude", |_, _, _, _| {}),
];

const OPTION: &Table<FeatureOption> = &[
    ("type", |reader, at, value, option| {
        option.kind = reader.choice(at, value, &OptionKind::VALUES).unwrap_or_default();
    }),
    ("default", |_, _, value, option| option.default = Some(value.clone())),
    ("description", |reader, at, value, option| option.description = reader.text(at, value)),
    ("proposals", |reader, at, value, option| {
        option.proposals = reader.texts(at, value).unwrap_or_default();
    }),
    ("enum", |reader, at, value, option| option.allowed = reader.texts(at, value).unwrap_or_default()),
];

impl FeatureManifest {
    /// Reads the text of a Feature's file, with the places of what is wrong in it.
    ///
    /// # Errors
    /// The text is no JSON object. What is wrong within one is told beside what could be read.
    pub fn parse(path: &Path, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (document, mut diagnostics) = Document::parse(path, text)?;
        let mut reader = Reader::of_document(&document, true);
        let manifest = Self::of(&mut reader, &document.value);
        diagnostics.extend(reader.diagnostics);
        Ok((manifest, in_order(diagnostics)))
    }

    /// Reads a Feature's manifest that came as a value, such as an annotation of its artifact. `name` is what messages call it.
    #[must_use]
    pub fn read(value: &Value, name: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader::of_label(name, "");
        let manifest = Self::of(&mut reader, value);
        (manifest, reader.diagnostics)
    }

    /// What the [`COLLECTION_FILE`] of an archive of the first version says of one of its Features, as it is written there; None if
    /// it has none of that id.
    #[must_use]
    pub fn in_collection<'a>(collection: &'a Value, id: &str) -> Option<&'a Map<String, Value>> {
        let features = collection.get("features")?.as_array()?;
        let mut said = features.iter().filter_map(Value::as_object);
        said.find(|said| said.get("id").and_then(Value::as_str) == Some(id))
    }

    fn of(reader: &mut Reader<'_>, value: &Value) -> Self {
        let mut manifest = Self::default();
        reader.members(&At::Root, value, PROPERTIES, &mut manifest);
        manifest.raw = value.as_object().cloned().unwrap_or_default();
        manifest
    }

    /// The names under which it is or was published, today's first.
    #[must_use]
    pub fn aliases(&self) -> Vec<String> {
        let current = self.current_id.as_ref().or(self.id.as_ref());
        current.into_iter().chain(&self.legacy_ids).cloned().collect()
    }

    /// Its name today, if it was fetched under an older one.
    #[must_use]
    pub fn renamed_to(&self) -> Option<&str> {
        let current = self.current_id.as_deref()?;
        (!self.legacy_ids.is_empty() && self.id.as_deref() != Some(current)).then_some(current)
    }
}

fn option(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<FeatureOption> {
    reader.object(at, value)?;
    let mut option = FeatureOption::default();
    reader.members(at, value, OPTION, &mut option);
    Some(option)
}
