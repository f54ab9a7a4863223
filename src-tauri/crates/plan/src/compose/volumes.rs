//! Mounts of the configuration in Compose's long form, which keeps every option that the short one loses.

use serde_json::{Map, Value, json};
use wharf_spec::{MergedConfig, Mount, MountFields};

use super::facts::ComposeFacts;
use crate::container::MountSpec;
use crate::error::Error;
use crate::run_args;
use crate::state::{Blocker, Running};

/// Mounts of a service.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Volumes {
    /// `volumes` of the service.
    pub(super) of_service: Vec<Value>,
    /// `volumes` of the project: every volume with a name has to be declared there.
    pub(super) named: Map<String, Value>,
}

/// The mounts of the merged configuration and of the caller.
pub(super) fn of(wanted: &Running, facts: &ComposeFacts, merged: &MergedConfig) -> Result<Volumes, Blocker> {
    let mut found = Volumes::default();
    let of_caller = wanted.create.mounts.iter().map(|text| (Mount::Text(text.clone()), "--mount"));
    let of_configuration = merged.mounts.iter().map(|mount| (mount.value.clone(), "mounts"));
    for (mount, property) in of_configuration.chain(of_caller) {
        let spec = read(&mount, facts).map_err(|reason| Error::Value {
            flag: "--mount".to_owned(),
            value: mount.to_argument(),
            property: property.to_owned(),
            reason,
        })?;
        if spec.r#type == "volume" && !spec.source.is_empty() {
            let volume = declared(&spec, is_external(&mount.fields()));
            found.named.insert(spec.source.clone(), volume);
        }
        found.of_service.push(long_form(&spec));
    }
    Ok(found)
}

fn is_external(fields: &MountFields) -> bool {
    fields.options.iter().any(|(key, value)| key == "external" && value.as_deref() != Some("false"))
}

/// The engine's own option, but for what only Compose looks at. Without a type, a source that is a path is a folder.
pub(crate) fn read(mount: &Mount, facts: &ComposeFacts) -> Result<MountSpec, String> {
    let fields = mount.fields();
    let source = fields.source.as_deref().unwrap_or_default();
    let kind = fields.kind.clone().or_else(|| source.starts_with(['/', '.', '~']).then(|| "bind".to_owned()));
    let pairs = [("type", kind), ("source", fields.source.clone()), ("target", fields.target.clone())];
    let pairs = pairs
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key}={}", value.filter(|value| !value.is_empty())?)));
    let options =
        fields.options.iter().filter(|(key, _)| key != "external").map(|(key, value)| match value {
            Some(value) => format!("{key}={value}"),
            None => key.clone(),
        });
    let quoted = |field: String| {
        if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    };
    let text = pairs.chain(options).map(quoted).collect::<Vec<_>>().join(",");
    run_args::mount(&text, &facts.folder().to_string_lossy(), false)
}

/// How the project declares a volume: nothing to say, or whose it is and which driver holds it.
fn declared(spec: &MountSpec, external: bool) -> Value {
    let mut volume = Map::new();
    if external {
        volume.insert("external".to_owned(), json!(true));
    }
    let options = spec.volume_options.as_ref();
    if let Some(driver) = options.and_then(|options| options.driver_config.as_ref()) {
        if !driver.name.is_empty() {
            volume.insert("driver".to_owned(), json!(driver.name));
        }
        if !driver.options.is_empty() {
            volume.insert("driver_opts".to_owned(), json!(driver.options));
        }
    }
    if let Some(labels) = options.map(|options| &options.labels).filter(|labels| !labels.is_empty()) {
        volume.insert("labels".to_owned(), json!(labels));
    }
    if volume.is_empty() { Value::Null } else { Value::Object(volume) }
}

fn long_form(spec: &MountSpec) -> Value {
    let mut volume = Map::new();
    volume.insert("type".to_owned(), json!(spec.r#type));
    if !spec.source.is_empty() {
        volume.insert("source".to_owned(), json!(spec.source));
    }
    volume.insert("target".to_owned(), json!(spec.target));
    if spec.read_only {
        volume.insert("read_only".to_owned(), json!(true));
    }
    if !spec.consistency.is_empty() {
        volume.insert("consistency".to_owned(), json!(spec.consistency));
    }
    if spec.r#type == "bind" {
        // The reference's short form makes what is missing, and projects rely on it.
        let mut bind = Map::from_iter([("create_host_path".to_owned(), json!(true))]);
        if let Some(options) = &spec.bind_options {
            if !options.propagation.is_empty() {
                bind.insert("propagation".to_owned(), json!(options.propagation));
            }
            let recursive = match options {
                options if options.non_recursive => Some("disabled"),
                options if options.read_only_non_recursive => Some("writable"),
                options if options.read_only_force_recursive => Some("readonly"),
                _ => None,
            };
            if let Some(recursive) = recursive {
                bind.insert("recursive".to_owned(), json!(recursive));
            }
        }
        volume.insert("bind".to_owned(), Value::Object(bind));
    }
    if spec.r#type == "volume" {
        let options = spec.volume_options.as_ref();
        let mut said = Map::new();
        if options.is_some_and(|options| options.no_copy) {
            said.insert("nocopy".to_owned(), json!(true));
        }
        if let Some(subpath) = options.map(|options| &options.subpath).filter(|subpath| !subpath.is_empty()) {
            said.insert("subpath".to_owned(), json!(subpath));
        }
        volume.insert("volume".to_owned(), Value::Object(said));
    }
    if let Some(options) = &spec.tmpfs_options {
        let mut said = Map::new();
        if options.size_bytes != 0 {
            said.insert("size".to_owned(), json!(options.size_bytes));
        }
        if let Some(mode) = options.mode {
            said.insert("mode".to_owned(), json!(mode));
        }
        volume.insert("tmpfs".to_owned(), Value::Object(said));
    }
    Value::Object(volume)
}
