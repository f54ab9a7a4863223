//! A project whose files lie in a volume: neither Compose nor the engine reaches them by their paths, so that services are given parts of
//! the volume in place of folders and files.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::facts::{ComposeFacts, service_name};
use crate::facts::EngineFacts;
use crate::state::{Blocker, Running};

/// Properties that say nothing about a service that is only started: what they name has been read already.
const READ_ALREADY: [&str; 4] = ["build", "develop", "env_file", "label_file"];

/// The volume with a project's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectVolume {
    /// Its name.
    pub name: String,
    /// Where paths of the project have it, and where the environment's service has it mounted.
    pub at: String,
    /// The project as Compose told it, every dollar doubled. Never serialised: environments hold secrets.
    #[serde(skip)]
    pub document: Value,
}

impl ProjectVolume {
    /// The project as Compose is given it: complete in one file, without anything to build.
    ///
    /// # Errors
    /// A service is given a part of the workspace, and the engine mounts volumes only as a whole.
    pub(super) fn to_start(
        &self,
        wanted: &Running,
        facts: &ComposeFacts,
        engine: &EngineFacts,
    ) -> Result<Value, Blocker> {
        let mut document = self.document.clone();
        let Some(project) = document.as_object_mut() else { return Ok(document) };
        let files = [("secrets", "/run/secrets/"), ("configs", "/")]
            .map(|(kind, folder)| (kind, folder, self.take_files(project, kind)));
        let own = service_name(wanted).unwrap_or_default();
        if let Some(Value::Object(services)) = project.get_mut("services") {
            for (name, service) in
                services.iter_mut().filter_map(|(name, service)| Some((name, service.as_object_mut()?)))
            {
                if let Some(said) = facts.project.services.get(name).filter(|said| said.build.is_some()) {
                    service.insert("image".to_owned(), json!(facts.image_of(name, said)));
                    service.insert("pull_policy".to_owned(), json!("never"));
                }
                service.retain(|property, _| !READ_ALREADY.contains(&property.as_str()));
                // What made its profile active may be a file that is not beside this one.
                if facts.project.enabled.contains(name) {
                    service.shift_remove("profiles");
                }
                let mut mounts = match service.shift_remove("volumes") {
                    Some(Value::Array(mounts)) => mounts.into_iter().map(|mount| self.mount(mount)).collect(),
                    _ => Vec::new(),
                };
                for (kind, folder, files) in &files {
                    mounts.extend(self.take_mounts(service, kind, folder, files));
                }
                // The environment's own service has the whole volume anyway.
                mounts.retain(|mount| name != own || !self.is_in_place(mount));
                if let Some(part) = mounts.iter().find_map(|mount| self.part(mount))
                    && !engine.mounts_parts_of_volumes()
                {
                    return Err(self.no_parts(name, part, engine));
                }
                if !mounts.is_empty() {
                    service.insert("volumes".to_owned(), Value::Array(mounts));
                }
            }
        }
        let volumes = project.entry("volumes").or_insert_with(|| json!({}));
        if !volumes.is_object() {
            *volumes = json!({});
        }
        volumes[&self.name] = self.declared();
        Ok(document)
    }

    /// The volume as the project declares it: made by somebody else.
    pub(super) fn declared(&self) -> Value {
        json!({ "name": self.name, "external": true })
    }

    /// The volume as the environment's service has it.
    pub(super) fn of_service(&self) -> Value {
        json!({ "type": "volume", "source": self.name, "target": self.at, "volume": {} })
    }

    /// What a path is below the volume's place; None for one that lies elsewhere.
    fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        Path::new(path).strip_prefix(&self.at).ok()?.to_str()
    }

    fn part_of_volume(&self, below: &str, target: &str, read_only: bool) -> Value {
        let mut volume = Map::from_iter([("nocopy".to_owned(), json!(true))]);
        if !below.is_empty() {
            volume.insert("subpath".to_owned(), json!(below));
        }
        let mut mount = json!({ "type": "volume", "source": self.name, "target": target, "volume": volume });
        if read_only {
            mount["read_only"] = json!(true);
        }
        mount
    }

    /// A folder or file of the workspace becomes a part of the volume; everything else stays as it is.
    fn mount(&self, mount: Value) -> Value {
        let text = |name: &str| mount.get(name).and_then(Value::as_str);
        let found = match &mount {
            // As the first versions of Compose print it: `source:target:options`.
            Value::String(short) => {
                let mut parts = short.splitn(3, ':');
                let (source, target) = (parts.next().unwrap_or_default(), parts.next());
                let read_only =
                    parts.next().is_some_and(|options| options.split(',').any(|option| option == "ro"));
                target.and_then(|target| Some((self.below(source)?, target, read_only)))
            }
            _ if text("type") == Some("bind") => {
                let read_only = mount.get("read_only").and_then(Value::as_bool).unwrap_or(false);
                text("source").and_then(|source| Some((self.below(source)?, text("target")?, read_only)))
            }
            _ => None,
        };
        let replaced = found.map(|(below, target, read_only)| self.part_of_volume(below, target, read_only));
        replaced.unwrap_or(mount)
    }

    /// Takes the secrets or configs that are files of the workspace out of the project: their names, and where they are in the volume.
    fn take_files(&self, project: &mut Map<String, Value>, kind: &str) -> Vec<(String, String)> {
        let mut files = Vec::new();
        if let Some(Value::Object(entries)) = project.get_mut(kind) {
            entries.retain(|name, entry| {
                let below = entry.get("file").and_then(Value::as_str).and_then(|file| self.below(file));
                files.extend(below.map(|below| (name.clone(), below.to_owned())));
                below.is_none()
            });
        }
        files
    }

    /// The mounts that stand for those of them that a service uses.
    fn take_mounts(
        &self,
        service: &mut Map<String, Value>,
        kind: &str,
        folder: &str,
        files: &[(String, String)],
    ) -> Vec<Value> {
        let mut mounts = Vec::new();
        if let Some(Value::Array(used)) = service.get_mut(kind) {
            used.retain(|one| {
                let source = one.get("source").unwrap_or(one).as_str().unwrap_or_default();
                let Some((_, below)) = files.iter().find(|(name, _)| name == source) else { return true };
                let target = one.get("target").and_then(Value::as_str).unwrap_or(source);
                let target =
                    if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") };
                mounts.push(self.part_of_volume(below, &target, true));
                false
            });
        }
        mounts
    }

    /// The part that is mounted, if it is one of this volume's.
    fn part<'a>(&self, mount: &'a Value) -> Option<&'a str> {
        let ours = mount.get("source").and_then(Value::as_str) == Some(&self.name);
        mount.pointer("/volume/subpath").and_then(Value::as_str).filter(|_| ours)
    }

    /// Whether something is mounted where the whole volume has it already.
    fn is_in_place(&self, mount: &Value) -> bool {
        let target = mount.get("target").and_then(Value::as_str).and_then(|target| self.below(target));
        let is_whole = mount.get("source").and_then(Value::as_str) == Some(&self.name);
        is_whole && target == Some(self.part(mount).unwrap_or_default())
    }

    fn no_parts(&self, service: &str, part: &str, engine: &EngineFacts) -> Blocker {
        Blocker::Impossible {
            message: format!(
                "the service {service} is given {}/{part}, which lies in a volume, and this engine ({}) mounts volumes only as a whole",
                self.at, engine.version
            ),
            property: Some("dockerComposeFile".to_owned()),
            hint: Some(format!(
                "leave the mount out or give the service the whole of {0}: the environment's own service finds the workspace there; Docker 26 and later mount parts of volumes",
                self.at
            )),
        }
    }
}
