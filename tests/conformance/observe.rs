//! What is left after a step: containers, files inside them, images, and files of the workspace.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::engine::Engine;

/// The case's containers, oldest first (those of Compose by name): every one that names one of the places, or something below it, or the case itself, in a
/// label or a mount.
pub(crate) fn containers_of(engine: &Engine, places: &[&Path], case: &str) -> Result<Vec<String>, String> {
    let below = |text: &str| places.iter().any(|place| Path::new(text).starts_with(place));
    let mut found = Vec::new();
    for container in engine.containers()? {
        let labels =
            container["Labels"].as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        let mounts = container["Mounts"].as_array().into_iter().flatten();
        let sources = mounts.filter_map(|mount| mount["Source"].as_str());
        let ours = labels.clone().any(|value| value == case) || labels.chain(sources).any(below);
        if let (true, Some(id)) = (ours, container["Id"].as_str()) {
            // The list tells the second only; two containers may be younger than that.
            let Some(inspected) = engine.inspect_if_there(id)? else { continue };
            let labels = &inspected["Config"]["Labels"];
            // Compose makes containers side by side, so they go by their names; the one that is developed in comes last.
            let key = match labels["com.docker.compose.service"].as_str() {
                Some(service) => (
                    !labels["devcontainer.metadata"].is_null(),
                    format!("{service} {}", inspected["Created"]),
                ),
                None => (true, inspected["Created"].to_string()),
            };
            found.push((key, id.to_owned()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Of a container's inspection what was asked of the engine: only what a container of the same image with nothing asked lacks.
pub(crate) fn container(
    engine: &Engine,
    inspected: &Value,
    bare: &mut HashMap<String, Value>,
) -> Result<Value, String> {
    let image = inspected["Config"]["Image"].as_str().unwrap_or_default().to_owned();
    if !bare.contains_key(&image) {
        bare.insert(image.clone(), engine.bare(&image)?);
    }
    let plain = &bare[&image];
    let chosen = |hostname: &str| {
        inspected["Id"].as_str().is_some_and(|id| id.starts_with(hostname))
            || inspected["HostConfig"]["UTSMode"] == "host"
            || inspected["HostConfig"]["NetworkMode"] == "host"
    };
    let hidden: &[&str] = if inspected["Config"]["Hostname"].as_str().is_some_and(chosen) {
        &["Hostname", "Image"]
    } else {
        &["Image"]
    };
    let mut config = asked(&inspected["Config"], &plain["Config"], hidden);
    if let Some(variables) = config.get_mut("Env").and_then(Value::as_array_mut) {
        // The engine's program gives them in an order of its own.
        variables.sort_by_key(Value::to_string);
    }
    let mut host = asked(&inspected["HostConfig"], &plain["HostConfig"], &[]);
    // Compose hands mounts over in no order.
    if !inspected["Config"]["Labels"]["com.docker.compose.project"].is_null() {
        for list in ["Binds", "Mounts"] {
            if let Some(mounts) = host.get_mut(list).and_then(Value::as_array_mut) {
                mounts.sort_by_key(|mount| mount.get("Target").unwrap_or(mount).to_string());
            }
        }
    }
    let name = inspected["Name"].as_str().unwrap_or_default().trim_start_matches('/');
    let mut mounts = inspected["Mounts"].as_array().cloned().unwrap_or_default();
    mounts.sort_by_key(|mount| mount["Destination"].to_string());
    let networks = inspected["NetworkSettings"]["Networks"].as_object();
    let networks: Vec<&String> = networks.map(|networks| networks.keys().collect()).unwrap_or_default();
    Ok(json!({
        "Name": if engine_chose(name) { "<chosen by the engine>" } else { name },
        "Status": inspected["State"]["Status"],
        "Image": image,
        "Config": config,
        "HostConfig": host,
        "Mounts": mounts,
        "Networks": networks,
        "Ports": inspected["NetworkSettings"]["Ports"],
    }))
}

/// `adjective_surname`, with a digit when the name was taken.
fn engine_chose(name: &str) -> bool {
    name.split_once('_').is_some_and(|(left, right)| {
        left.chars().all(|c| c.is_ascii_lowercase())
            && right.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

/// The fields whose values differ from those of a plain container.
fn asked(value: &Value, plain: &Value, without: &[&str]) -> Value {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.filter(|(key, field)| {
        let before = &plain[key.as_str()];
        !without.contains(&key.as_str()) && *field != before && !(empty(field) && empty(before))
    });
    Value::Object(fields.map(|(key, field)| (key.clone(), field.clone())).collect())
}

/// Files and folders of a container: path to owner, mode and content.
pub(crate) fn files(
    engine: &Engine,
    container: &str,
    paths: &[String],
) -> Result<BTreeMap<String, Value>, String> {
    let mut found = BTreeMap::new();
    for path in paths {
        let Some(bytes) = engine.archive(container, path)? else {
            if path != FACTS {
                found.insert(path.clone(), json!("absent"));
            }
            continue;
        };
        let parent = Path::new(path).parent().unwrap_or(Path::new("/")).to_owned();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let fail = |error: std::io::Error| format!("the archive of {path}: {error}");
        for entry in archive.entries().map_err(fail)? {
            let mut entry = entry.map_err(fail)?;
            let place =
                parent.join(entry.path().map_err(fail)?).to_string_lossy().trim_end_matches('/').to_owned();
            let header = entry.header();
            let owner = format!("{}:{}", header.uid().map_err(fail)?, header.gid().map_err(fail)?);
            let mode = format!("{:o}", header.mode().map_err(fail)? & 0o7777);
            let seen = if header.entry_type().is_dir() {
                json!({ "owner": owner, "mode": mode, "folder": true })
            } else if let Some(target) = entry.link_name().map_err(fail)? {
                json!({ "owner": owner, "link": target.to_string_lossy() })
            } else {
                let mut content = Vec::new();
                entry.read_to_end(&mut content).map_err(fail)?;
                json!({ "owner": owner, "mode": mode, "content": content_of(&place, &content) })
            };
            found.insert(place, seen);
        }
    }
    Ok(found)
}

/// Where the hooks of the cases write what they see.
pub(crate) const FACTS: &str = "/tmp/facts";

/// Files of the workspace as they are now, to be compared with what they were.
pub(crate) fn workspace_files(folder: &Path) -> BTreeMap<String, Value> {
    fn walk(base: &Path, folder: &Path, found: &mut BTreeMap<String, Value>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned();
            if entry.file_name() == ".git" {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                found.insert(name, json!("folder"));
                walk(base, &path, found);
            } else {
                let content = std::fs::read(&path).unwrap_or_default();
                let content = content_of(&name, &content);
                found.insert(name, content);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// What is new or changed.
pub(crate) fn changed(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Value {
    let changes = after.iter().filter(|(name, content)| before.get(*name) != Some(content));
    Value::Object(changes.map(|(name, content)| (name.clone(), content.clone())).collect())
}

/// A file's content as a person can review it: lines; an object for an environment (`*.env`, entries ended by NUL); hexadecimal for
/// what is no text.
pub(crate) fn content_of(name: &str, bytes: &[u8]) -> Value {
    if name.ends_with(".tar") {
        return archive(bytes);
    }
    if name.ends_with(".tgz") {
        return packed(bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() });
    };
    if name.ends_with(".env") {
        let variables = text
            .split('\0')
            .filter(|entry| !entry.is_empty())
            .map(|entry| entry.split_once('=').unwrap_or((entry, "<no equals sign>")));
        return json!(variables.collect::<BTreeMap<_, _>>());
    }
    json!(text.split('\n').collect::<Vec<_>>())
}

/// What an archive holds, without the files whose names are digests of their content: builders write those as they like.
fn archive(bytes: &[u8]) -> Value {
    let mut archive = tar::Archive::new(bytes);
    let entries = archive.entries().into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some(entry.path().ok()?.to_string_lossy().into_owned()));
    let named = names.filter(|name| !name.contains("sha256/"));
    json!({ "archive": named.collect::<std::collections::BTreeSet<_>>() })
}

/// What is published of a Feature or Template: every entry, whether it may be run, and what it holds.
pub(crate) fn packed(bytes: &[u8]) -> Value {
    let mut archive = tar::Archive::new(bytes);
    let mut found = BTreeMap::new();
    for mut entry in archive.entries().into_iter().flatten().flatten() {
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_dir() {
            found.insert(name, json!("folder"));
            continue;
        }
        let mut content = Vec::new();
        let runs = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
        let read = entry.read_to_end(&mut content).map(|_| content_of("", &content));
        found.insert(name, json!({ "runs": runs, "content": read.unwrap_or(json!("damaged")) }));
    }
    json!({ "packed": found })
}

/// The images whose names contain one of these: what was asked of the builder.
pub(crate) fn images(engine: &Engine, parts: &[String]) -> Result<Value, String> {
    let mut found = BTreeMap::new();
    let mut names = Vec::new();
    for part in parts {
        names.extend(engine.images_named(part)?);
    }
    for name in names {
        let Some(image) = engine.image(&name)? else { continue };
        let config = &image["Config"];
        let fields = ["Env", "User", "Entrypoint", "Cmd", "WorkingDir", "Labels", "ExposedPorts", "Volumes"];
        let fields = fields.into_iter().filter(|field| {
            !config[field].is_null() && config[field] != json!({}) && config[field] != json!("")
        });
        found.insert(
            name.clone(),
            Value::Object(fields.map(|field| (field.to_owned(), config[field].clone())).collect()),
        );
    }
    Ok(json!(found))
}
