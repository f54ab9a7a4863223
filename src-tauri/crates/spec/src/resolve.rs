//! From a document to a configuration whose local variables and id are known.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::config::{Config, Hook, LifecycleCommand, Scenario};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
use crate::extends::{Layer, Place};
use crate::id::DevContainerId;
use crate::metadata::Entry;
use crate::pointer::{At, property_of};
use crate::read::groups::lifecycle_command;
use crate::read::reader::Reader;
use crate::read::{in_order, read_document};
use crate::source::{Source, Sourced};
use crate::substitute::{
    ContainerVariables, LocalVariables, SubstitutionError, substitute_container, substitute_id,
    substitute_local,
};

/// A configuration after local variables and, if it was known, the id were put in.
///
/// The raw values stay beside it: image labels are written from them, or one machine's paths would end up in an image.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedConfig {
    /// The typed values. Its `raw` is the whole object after substitution, properties of older versions moved to their new places.
    pub config: Config,
    /// The whole object before substitution, properties of older versions moved to their new places.
    pub raw: Value,
    /// The file that it was read from, or would have been.
    pub path: PathBuf,
    /// Whether there is a file at all; an attached container may have none.
    from_file: bool,
    /// What each file contributes, weakest first: one for a configuration of one file.
    parts: Vec<Part>,
    /// What was applied to a container after it was made.
    applied: Option<AppliedEntries>,
    variables: LocalVariables,
    id: Option<DevContainerId>,
}

/// What a configuration contributes to one container since it was applied there without making a new one: the container's label
/// keeps what it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedEntries {
    /// The container's id.
    pub container: String,
    /// How many entries at the end of its label are the configuration's.
    pub made: usize,
    /// What counts in their place.
    pub entries: Vec<Entry>,
}

/// One file's share of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// The file's object before substitution, properties of older versions moved to their new places.
    pub(crate) raw: Value,
    /// The file.
    pub(crate) source: Source,
}

/// Why a configuration does not say where its container comes from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// There is no file.
    #[error("No dev container config and no workspace found.")]
    NoFile,
    /// Nothing names an image, a Dockerfile or a Compose file.
    // The reference shows the file as its editor's host would address it, and scripts see that.
    #[error(
        "Dev container config (vscode-fileHost:{}) is missing one of \"image\", \"dockerFile\" or \"dockerComposeFile\" properties.",
        uri_path(path)
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// `image` is an empty text.
    #[error("No image information specified in devcontainer.json.")]
    EmptyImage {
        /// The file.
        path: PathBuf,
    },
}

/// Puts the local variables and the id into a document and reads what comes out.
///
/// # Errors
/// All diagnostics, warnings too, if one of them is an error: a value of a wrong type, a variable without a name.
pub fn resolve(
    document: &Document,
    variables: &LocalVariables,
    id: Option<&DevContainerId>,
) -> Result<(ResolvedConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (substituted, errors) = substitute(document, &document.value, variables, id);
    let mut diagnostics = Vec::new();
    if document.layers().is_empty() {
        diagnostics.extend(errors);
    }
    for layer in document.layers() {
        diagnostics.extend(substitute(&layer.document, &layer.document.value, variables, id).1);
    }
    let (mut config, found) = read_document(document, false, &substituted, |layer| {
        substitute(&layer.document, &layer.document.value, variables, id).0
    });
    diagnostics.extend(found);
    let diagnostics = in_order(diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    config.raw = move_old_properties(substituted);
    if let Some(customizations) = config.raw.get("customizations").and_then(Value::as_object) {
        config.customizations =
            customizations.iter().map(|(tool, value)| (tool.clone(), value.clone())).collect();
    }
    let raw = move_old_properties(document.value.clone());
    let part = |layer: &Layer| Part {
        raw: move_old_properties(layer.document.value.clone()),
        source: layer.source(),
    };
    let parts = match document.layers() {
        [] => vec![Part { raw: raw.clone(), source: Source::Config { path: document.path.clone() } }],
        layers => layers.iter().map(part).collect(),
    };
    let resolved = ResolvedConfig {
        config,
        raw,
        path: document.path.clone(),
        from_file: true,
        parts,
        applied: None,
        variables: variables.clone(),
        id: id.cloned(),
    };
    Ok((resolved, diagnostics))
}

/// Puts the local variables and the id into a file's value; what cannot be put in is told.
fn substitute(
    document: &Document,
    value: &Value,
    variables: &LocalVariables,
    id: Option<&DevContainerId>,
) -> (Value, Vec<Diagnostic>) {
    let file = file_name(&document.path);
    let mut errors = Vec::new();
    let substituted = substitute_local(value, variables, &file).unwrap_or_else(|found| {
        errors.extend(found);
        value.clone()
    });
    let substituted = id.map_or_else(|| substituted.clone(), |id| substitute_id(&substituted, id));
    // The container's variables come later, but one without a name can be told now, before anything was built.
    let unnamed = substitute_container(&substituted, &ContainerVariables::default(), &file);
    errors.extend(unnamed.err().into_iter().flatten());
    (substituted, errors.into_iter().map(|error| of_substitution(document, error)).collect())
}

impl ScenarioError {
    /// The file that says too little.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::NoFile => None,
            Self::Missing { path } | Self::EmptyImage { path } => Some(path),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFile => "Name the folder with `--workspace-folder`, or the configuration with `--config`",
            Self::Missing { .. } | Self::EmptyImage { .. } => {
                "Add `image` with the name of an image, `build.dockerfile` with a Dockerfile, or `dockerComposeFile` and `service`"
            }
        }
    }
}

impl ResolvedConfig {
    /// The configuration of a container that has none of its own, when a tool attaches to it.
    #[must_use]
    pub fn without_file(variables: &LocalVariables, id: Option<&DevContainerId>) -> Self {
        let empty = Value::Object(Map::new());
        Self {
            config: Config { raw: empty.clone(), ..Config::default() },
            raw: empty,
            path: PathBuf::new(),
            from_file: false,
            parts: Vec::new(),
            applied: None,
            variables: variables.clone(),
            id: id.cloned(),
        }
    }

    /// Remembers what was applied to a container after it was made; None: its label counts as it is.
    pub fn set_applied(&mut self, applied: Option<AppliedEntries>) {
        self.applied = applied;
    }

    /// What was applied to a container after it was made.
    #[must_use]
    pub fn applied(&self) -> Option<&AppliedEntries> {
        self.applied.as_ref()
    }

    /// What was applied to this container after it was made.
    pub(crate) fn applied_to(&self, container: &str) -> Option<&AppliedEntries> {
        self.applied.as_ref().filter(|applied| applied.container == container)
    }

    /// Everything that counts in it, for telling whether something has changed: [`ResolvedConfig::to_json`] with the commands of all
    /// files where more than one has some.
    #[must_use]
    pub fn whole(&self) -> Value {
        let mut whole = self.to_json();
        for hook in Hook::ALL {
            let property = hook.property_name();
            let commands: Vec<Value> =
                self.parts.iter().filter_map(|part| Some(self.substitute(part.raw.get(property)?))).collect();
            if commands.len() > 1
                && let Some(entries) = whole.as_object_mut()
            {
                entries.insert(property.to_owned(), Value::Array(commands));
            }
        }
        whole
    }

    /// What each file contributes to the metadata, weakest first.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The commands that run on this computer, each with the file that asks for it, in the order in which they run.
    #[must_use]
    pub fn initialize_commands(&self) -> Vec<Sourced<LifecycleCommand>> {
        self.commands(Hook::Initialize)
    }

    /// The commands of a hook that the files of this configuration ask for, in the order in which they run.
    #[must_use]
    pub fn commands(&self, hook: Hook) -> Vec<Sourced<LifecycleCommand>> {
        // A workspace without a folder on this computer has those of the host taken away.
        if self.config.hook(hook).is_none() {
            return Vec::new();
        }
        let property = hook.property_name();
        let mut reader = Reader::of_label("", "");
        let commands = self.parts.iter().filter_map(|part| {
            let value = self.substitute(part.raw.get(property)?);
            let value = lifecycle_command(&mut reader, &At::Root.key(property), &value)?;
            (!value.is_empty()).then(|| Sourced { value, source: part.source.clone() })
        });
        commands.collect()
    }

    /// Where the container comes from.
    ///
    /// # Errors
    /// Nothing says so; the texts are those that scripts know from the reference.
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        match self.config.scenario() {
            Some(Scenario::Image { image }) if image.is_empty() => {
                Err(ScenarioError::EmptyImage { path: self.path.clone() })
            }
            Some(scenario) => Ok(scenario),
            None if self.path.as_os_str().is_empty() => Err(ScenarioError::NoFile),
            None => Err(ScenarioError::Missing { path: self.path.clone() }),
        }
    }

    /// The `configuration` that documents show: everything as written but for the variables, and the file at the end.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut entries = self.config.raw.as_object().cloned().unwrap_or_default();
        if self.from_file {
            entries.insert("configFilePath".to_owned(), file_reference(&self.path));
        }
        Value::Object(entries)
    }

    /// Puts this configuration's variables into a value from elsewhere, such as an entry of an image's label.
    /// A variable that cannot be resolved stays as written.
    #[must_use]
    pub fn substitute(&self, value: &Value) -> Value {
        let value =
            substitute_local(value, &self.variables, &self.file_name()).unwrap_or_else(|_| value.clone());
        self.id.as_ref().map_or_else(|| value.clone(), |id| substitute_id(&value, id))
    }

    /// The file's name, as messages show it.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.path)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "devcontainer.json".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The file in the form in which the reference's documents refer to files: with a small drive letter, if it has one.
fn file_reference(path: &Path) -> Value {
    let mut text = path.to_string_lossy().into_owned();
    if text.as_bytes().get(1) == Some(&b':') {
        text[..1].make_ascii_lowercase();
    }
    json!({ "$mid": 1, "fsPath": text, "path": uri_path(path), "scheme": "vscode-fileHost" })
}

/// The path as a URI has it: absolute even if it starts with a drive letter, and with slashes.
fn uri_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('/') { text.into_owned() } else { format!("/{}", text.replace('\\', "/")) }
}

fn of_substitution(document: &Document, error: SubstitutionError) -> Diagnostic {
    let place = document.place(&error.pointer);
    Diagnostic {
        severity: Severity::Error,
        path: document.path.clone(),
        position: place.as_ref().map(Place::position),
        length: place.as_ref().map_or(0, Place::length),
        property: property_of(&error.pointer),
        hint: Some(format!("Name a variable: {}:NAME}}", error.variable.trim_end_matches('}'))),
        message: error.to_string(),
    }
}

/// Moves `extensions`, `settings` and `devPort` to `customizations.vscode`, where they live now.
pub(crate) fn move_old_properties(value: Value) -> Value {
    let Value::Object(mut entries) = value else {
        return value;
    };
    let truthy =
        |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0;
    let taken = |entries: &mut Map<String, Value>, name: &str| {
        if entries.get(name).is_some_and(truthy) { entries.shift_remove(name) } else { None }
    };
    if !entries.get("extensions").is_some_and(truthy)
        && !entries.get("settings").is_some_and(truthy)
        && !entries.contains_key("devPort")
    {
        return Value::Object(entries);
    }
    let extensions = taken(&mut entries, "extensions");
    let settings = taken(&mut entries, "settings");
    let port = entries.get("devPort").cloned();

    let mut customizations = object_in(&entries, "customizations");
    let mut editor = object_in(&customizations, "vscode");
    if let Some(extensions) = extensions {
        let all = editor.entry("extensions").or_insert_with(|| json!([]));
        if let (Value::Array(all), Value::Array(more)) = (all, extensions) {
            all.extend(more);
        }
    }
    if let Some(Value::Object(mut older)) = settings {
        // What stands under `customizations` wins, at the place that the older property gave it.
        if let Some(Value::Object(newer)) = editor.get("settings") {
            older.extend(newer.clone());
        }
        editor.insert("settings".to_owned(), Value::Object(older));
    }
    if let Some(port) = port
        && !editor.contains_key("devPort")
    {
        editor.insert("devPort".to_owned(), port);
        entries.shift_remove("devPort");
    }
    // A key that is there already keeps its place.
    customizations.insert("vscode".to_owned(), Value::Object(editor));
    entries.insert("customizations".to_owned(), Value::Object(customizations));
    Value::Object(entries)
}

/// The object under a key; an empty one if there is none.
fn object_in(entries: &Map<String, Value>, key: &str) -> Map<String, Value> {
    entries.get(key).and_then(Value::as_object).cloned().unwrap_or_default()
}
