//! The file that is given to Compose after the person's own: what the configuration asks of its service (inventory 7.7).
//!
//! It is built as data and printed as JSON that every reader of YAML reads the same; every dollar sign is doubled, so that Compose
//! puts nothing in its place.

use serde_json::{Map, Value, json};
use wharf_spec::{MergedConfig, metadata};

use super::facts::ComposeFacts;
use super::in_volume::ProjectVolume;
use super::volumes;
use crate::container;
use crate::facts::ImageFacts;
use crate::quote;
use crate::requirements::GpuAccess;
use crate::state::{Blocker, Observed, Running};

/// The text of the file, for a container that is made from the image `name`.
pub(super) fn text(
    wanted: &Running,
    facts: &ComposeFacts,
    merged: &MergedConfig,
    name: &str,
    image: &ImageFacts,
    observed: &Observed,
) -> Result<String, Blocker> {
    let (service_name, service) = facts.service(wanted)?;
    let mut said = Map::new();
    let original = facts.image_of(service_name, service);
    if name != original {
        said.insert("image".to_owned(), json!(name));
    }
    // What was built here is in no registry.
    if (name != original || service.build.is_some()) && service.pull_policy.is_some() {
        said.insert("pull_policy".to_owned(), json!("never"));
    }
    let keeps_command = merged.override_command != Some(true);
    let own_entrypoint = service.entrypoint.as_ref().or(image.entrypoint.as_ref()).filter(|_| keeps_command);
    let words = ["/bin/sh".to_owned(), "-c".to_owned(), script(merged), "-".to_owned()];
    let words: Vec<String> = words.into_iter().chain(own_entrypoint.into_iter().flatten().cloned()).collect();
    said.insert("entrypoint".to_owned(), json!(words));
    if !keeps_command || service.command.is_none() {
        // An entrypoint in the file takes the image's command away, as Compose itself has it.
        let of_image = image.command.as_ref().filter(|_| keeps_command && service.entrypoint.is_none());
        said.insert("command".to_owned(), json!(of_image.cloned().unwrap_or_default()));
    }
    if merged.init {
        said.insert("init".to_owned(), json!(true));
    }
    if let Some(user) = merged.container_user.as_deref().filter(|user| !user.is_empty()) {
        said.insert("user".to_owned(), json!(user));
    }
    // A line break becomes `\n` in letters: so does the reference, and containers of both are to be alike.
    let variables = merged.container_env.iter();
    let variables = variables.map(|(name, value)| format!("{name}={}", value.replace('\n', "\\n")));
    list(&mut said, "environment", variables);
    if merged.privileged {
        said.insert("privileged".to_owned(), json!(true));
    }
    list(&mut said, "cap_add", merged.cap_add.iter().cloned());
    list(&mut said, "security_opt", merged.security_opt.iter().cloned());
    list(&mut said, "labels", labels(wanted, facts, image).into_iter());
    let mounts = volumes::of(wanted, facts, merged)?;
    let workspace = facts.in_volume.as_ref().map(ProjectVolume::of_service);
    list(&mut said, "volumes", workspace.into_iter().chain(mounts.of_service));
    match container::gpus(wanted.create.gpu, merged, observed) {
        Some(GpuAccess::Runtime) => {
            let devices = json!([{ "capabilities": ["gpu"] }]);
            let deploy = json!({ "resources": { "reservations": { "devices": devices } } });
            said.insert("deploy".to_owned(), deploy);
        }
        Some(GpuAccess::Cdi) => list(&mut said, "devices", [container::CDI_GPUS].into_iter()),
        None => {}
    }
    let mut file = Map::new();
    if let Some(version) = &facts.file_version {
        file.insert("version".to_owned(), json!(version));
    }
    file.insert("services".to_owned(), json!({ service_name: said }));
    if !mounts.named.is_empty() {
        file.insert("volumes".to_owned(), Value::Object(mounts.named));
    }
    let mut file = Value::Object(file);
    double_dollars(&mut file);
    Ok(quote::yaml_document(&file))
}

/// A line for people, the Features' programs, then the service's own command or waiting for ever. The blanks are those of the reference.
fn script(merged: &MergedConfig) -> String {
    let entrypoints: Vec<&str> =
        merged.entrypoints.iter().map(|entrypoint| entrypoint.value.as_str()).collect();
    format!(
        "echo Container started\n trap \"exit 0\" 15\n {}\n exec \"$@\"\n while sleep 1 & wait $!; do :; done",
        entrypoints.join("\n ")
    )
}

/// The labels by which the container is found, and its metadata where its image carries none of ours.
fn labels(wanted: &Running, facts: &ComposeFacts, image: &ImageFacts) -> Vec<String> {
    let pair = |(name, value): &(String, String)| format!("{name}={value}");
    let mut labels: Vec<String> = wanted.id_labels.iter().map(pair).collect();
    let metadata = facts.as_container(wanted).ok().and_then(|one| container::label(&one, image));
    labels.extend(metadata.map(|value| format!("{}={value}", metadata::LABEL)));
    labels
}

fn list<T: Into<Value>>(object: &mut Map<String, Value>, name: &str, items: impl Iterator<Item = T>) {
    let items: Vec<Value> = items.map(Into::into).collect();
    if !items.is_empty() {
        object.insert(name.to_owned(), Value::Array(items));
    }
}

/// Compose puts variables into values, never into names.
fn double_dollars(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('$') => *text = text.replace('$', "$$"),
        Value::Array(items) => items.iter_mut().for_each(double_dollars),
        Value::Object(entries) => entries.values_mut().for_each(double_dollars),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
