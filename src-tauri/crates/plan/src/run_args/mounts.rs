//! `--mount` and `--volume`.

use super::values::{Reason, bytes, fields, host_path, key_value};
use crate::container::{BindOptions, DriverConfig, ImageOptions, MountSpec, TmpfsOptions, VolumeOptions};

/// A `--mount` as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ReadMount {
    /// What Docker's API can express.
    pub mount: MountSpec,
    /// Options that only Podman has, as its mounts write them.
    pub podman_options: Vec<String>,
}

/// Reads the fields of one `--mount`. `folder` is where relative sources start; `podman` allows Podman's own fields and types.
pub(crate) fn mount(text: &str, folder: &str, podman: bool) -> Result<ReadMount, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut read = ReadMount::default();
    read.mount.r#type = "volume".to_owned();
    for field in fields(text)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (field.as_str(), None),
        };
        if key.trim() != key {
            return Err(format!("`{field}` has a space around its name"));
        }
        if value.is_some_and(|value| value.trim() != value || value.is_empty())
            && !(podman && value == Some(""))
        {
            return Err(format!("`{field}` has no value, or a space around it"));
        }
        read_field(&mut read, &key.to_ascii_lowercase(), value, &field, folder, podman)?;
    }
    check(&read, podman)?;
    Ok(read)
}

fn read_field(
    read: &mut ReadMount,
    key: &str,
    value: Option<&str>,
    field: &str,
    folder: &str,
    podman: bool,
) -> Result<(), Reason> {
    let switch = || match value {
        None | Some("1" | "true") => Ok(true),
        Some("0" | "false") => Ok(false),
        Some(other) => Err(format!("`{other}` is not a value for `{key}`; write `true` or `false`")),
    };
    let needed = || value.ok_or_else(|| format!("`{field}` needs a value (`{field}=…`)"));
    let mount = &mut read.mount;
    match key {
        "readonly" | "ro" => mount.read_only = switch()?,
        "rw" if podman => mount.read_only = !switch()?,
        "type" => mount.r#type = needed()?.to_ascii_lowercase(),
        "source" | "src" => mount.source = host_path(needed()?, folder),
        "target" | "dst" | "destination" => needed()?.clone_into(&mut mount.target),
        "consistency" => mount.consistency = needed()?.to_ascii_lowercase(),
        "bind-propagation" => bind(mount).propagation = needed()?.to_ascii_lowercase(),
        "bind-nonrecursive" => bind(mount).non_recursive = switch()?,
        "bind-recursive" => match needed()? {
            "enabled" => {}
            "disabled" => bind(mount).non_recursive = true,
            "writable" => bind(mount).read_only_non_recursive = true,
            "readonly" => bind(mount).read_only_force_recursive = true,
            other => {
                return Err(format!(
                    "`{other}` is not a value for `bind-recursive`; write `enabled`, `disabled`, `writable` or `readonly`"
                ));
            }
        },
        "bind-create-src" => bind(mount).create_mountpoint = switch()?,
        "volume-subpath" => needed()?.clone_into(&mut volume(mount).subpath),
        "volume-nocopy" => volume(mount).no_copy = switch()?,
        "volume-label" => {
            let (name, text) = key_value(needed()?);
            volume(mount).labels.insert(name, text);
        }
        "volume-driver" => needed()?.clone_into(&mut driver(mount).name),
        "volume-opt" => {
            let (name, text) = key_value(needed()?);
            driver(mount).options.insert(name, text);
        }
        "image-subpath" => {
            mount.image_options = Some(ImageOptions { subpath: needed()?.to_owned() });
        }
        "tmpfs-size" => tmpfs(mount).size_bytes = bytes(needed()?)?,
        "tmpfs-mode" => {
            let mode = u32::from_str_radix(needed()?, 8)
                .map_err(|_| "the mode of a tmpfs is an octal number, for example `1777`".to_owned())?;
            tmpfs(mount).mode = Some(mode);
        }
        // The reference gives its own `external` to Compose only; the engines' programs would refuse it.
        _ if podman => read.podman_options.push(podman_option(key, value)?),
        _ => return Err(format!("`{key}` is not a field of a mount")),
    }
    Ok(())
}

/// Podman's own fields in the form in which its mounts carry them.
fn podman_option(key: &str, value: Option<&str>) -> Result<String, Reason> {
    Ok(match (key, value) {
        ("relabel", Some("shared")) | ("z", None | Some("true")) => "z".to_owned(),
        ("relabel", Some("private")) => "Z".to_owned(),
        ("u" | "chown", None | Some("true")) => "U".to_owned(),
        (
            "exec" | "noexec" | "suid" | "nosuid" | "dev" | "nodev" | "notmpcopyup" | "tmpcopyup"
            | "no-dereference",
            None,
        ) => key.to_owned(),
        ("idmap", None) => "idmap".to_owned(),
        ("idmap" | "subpath", Some(value)) => format!("{key}={value}"),
        _ => return Err(format!("`{key}` is not a field of a mount")),
    })
}

fn check(read: &ReadMount, podman: bool) -> Result<(), Reason> {
    let mount = &read.mount;
    let kind = mount.r#type.as_str();
    match kind {
        "bind" | "volume" | "tmpfs" | "image" | "npipe" | "cluster" => {}
        "ramfs" | "devpts" | "glob" | "artifact" if podman => {}
        _ => {
            return Err(format!(
                "`{kind}` is not a type of mount; write `bind`, `volume`, `tmpfs` or `image`"
            ));
        }
    }
    if mount.target.is_empty() {
        return Err("the target is missing: add `target=/path/in/the/container`".to_owned());
    }
    if kind == "bind" && mount.source.is_empty() {
        return Err("a bind mount needs a source: add `source=/path/on/the/host`".to_owned());
    }
    let foreign = [
        ("bind", mount.bind_options.is_some()),
        ("volume", mount.volume_options.is_some()),
        ("image", mount.image_options.is_some()),
        ("tmpfs", mount.tmpfs_options.is_some()),
    ];
    for (of, present) in foreign {
        if present && of != kind {
            return Err(format!("fields that begin with `{of}-` do not belong to a mount of type `{kind}`"));
        }
    }
    if let Some(options) = &mount.bind_options {
        if (options.read_only_non_recursive || options.read_only_force_recursive) && !mount.read_only {
            return Err("this `bind-recursive` needs `readonly` too".to_owned());
        }
        if options.read_only_force_recursive && options.propagation != "rprivate" {
            return Err("`bind-recursive=readonly` needs `bind-propagation=rprivate` too".to_owned());
        }
    }
    Ok(())
}

fn bind(mount: &mut MountSpec) -> &mut BindOptions {
    mount.bind_options.get_or_insert_with(BindOptions::default)
}

fn volume(mount: &mut MountSpec) -> &mut VolumeOptions {
    // The engines' programs name a driver, though an empty one, as soon as a volume has any option.
    mount.volume_options.get_or_insert_with(|| VolumeOptions {
        driver_config: Some(DriverConfig::default()),
        ..VolumeOptions::default()
    })
}

fn driver(mount: &mut MountSpec) -> &mut DriverConfig {
    volume(mount).driver_config.get_or_insert_with(DriverConfig::default)
}

fn tmpfs(mount: &mut MountSpec) -> &mut TmpfsOptions {
    mount.tmpfs_options.get_or_insert_with(TmpfsOptions::default)
}

/// A `--volume` as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadVolume {
    /// A folder that gets an anonymous volume.
    Anonymous(String),
    /// `source:target[:options]`, the source absolute or a volume's name.
    Bind(String),
}

/// The three parts of a `--volume`: source, target, options. A drive letter's colon is no separator.
pub(crate) fn split_volume(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, character) in text.char_indices() {
        if character != ':' {
            continue;
        }
        let part = &text[start..index];
        let is_drive = part.len() == 1 && part.chars().all(|letter| letter.is_ascii_alphabetic());
        if !is_drive {
            parts.push(part);
            start = index + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Reads one `--volume`.
pub(crate) fn volume_flag(text: &str, folder: &str) -> Result<ReadVolume, Reason> {
    let parts = split_volume(text);
    if parts.iter().any(|part| part.is_empty()) {
        return Err("one of its parts is empty; write `source:target` or `source:target:options`".to_owned());
    }
    match parts.as_slice() {
        [target] => Ok(ReadVolume::Anonymous((*target).to_owned())),
        [source, rest @ ..] if rest.len() <= 2 => {
            if source.starts_with('~') {
                return Err("`~` is not expanded here; write `${localEnv:HOME}` instead".to_owned());
            }
            Ok(ReadVolume::Bind(format!("{}:{}", host_path(source, folder), rest.join(":"))))
        }
        _ => Err("it has too many parts; write `source:target` or `source:target:options`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(text: &str, podman: bool) -> Result<Value, String> {
        let read = mount(text, "/home/me/project", podman)?;
        let mut value = serde_json::to_value(&read.mount).unwrap();
        if !read.podman_options.is_empty() {
            value["podman"] = json!(read.podman_options);
        }
        Ok(value)
    }

    #[test]
    fn mounts_of_docker() {
        let table = [
            ("type=bind,source=/a,target=/b", json!({"Type": "bind", "Source": "/a", "Target": "/b"})),
            (
                "type=bind,src=./a,dst=/b,readonly",
                json!({"Type": "bind", "Source": "/home/me/project/a", "Target": "/b", "ReadOnly": true}),
            ),
            ("source=data,target=/data", json!({"Type": "volume", "Source": "data", "Target": "/data"})),
            ("target=/data", json!({"Type": "volume", "Target": "/data"})),
            (
                "type=bind,source=/a,target=/b,consistency=cached,ro=false",
                json!({"Type": "bind", "Source": "/a", "Target": "/b", "Consistency": "cached"}),
            ),
            (
                "type=bind,\"source=/a,b\",target=/b",
                json!({"Type": "bind", "Source": "/a,b", "Target": "/b"}),
            ),
            (
                "type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1777",
                json!({"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 67_108_864, "Mode": 1023}}),
            ),
            (
                "type=volume,source=v,target=/v,volume-nocopy,volume-label=a=b,volume-driver=local,volume-opt=o=addr",
                json!({"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {
                    "NoCopy": true, "Labels": {"a": "b"}, "DriverConfig": {"Name": "local", "Options": {"o": "addr"}}}}),
            ),
            (
                "type=bind,source=/a,target=/b,bind-propagation=rshared,bind-recursive=disabled,bind-create-src",
                json!({"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {
                    "Propagation": "rshared", "NonRecursive": true, "CreateMountpoint": true}}),
            ),
            (
                "type=image,source=alpine,target=/i,image-subpath=etc",
                json!({"Type": "image", "Source": "alpine", "Target": "/i", "ImageOptions": {"Subpath": "etc"}}),
            ),
            ("TYPE=Bind,Source=/a,Target=/b", json!({"Type": "bind", "Source": "/a", "Target": "/b"})),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text, false), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refused_mounts() {
        for text in [
            "",
            "type=bind,target=/b",
            "type=bind,source=/a",
            "type=bind,source=,target=/b",
            "type=bind, source=/a,target=/b",
            "type=floppy,target=/b",
            "type=bind,source=/a,target=/b,tmpfs-size=1m",
            "type=bind,source=/a,target=/b,external=true",
            "type=bind,source=/a,target=/b,ro=perhaps",
            "type=bind,source=/a,target=/b,bind-recursive=writable",
            "type=bind,source=/a,target=/b,relabel=shared",
            "type=tmpfs,target=/t,tmpfs-mode=rwx",
            "target",
        ] {
            assert!(shown(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn mounts_of_podman() {
        let table = [
            (
                "type=bind,source=/a,target=/b,relabel=private,U=true",
                json!({"Type": "bind", "Source": "/a", "Target": "/b", "podman": ["Z", "U"]}),
            ),
            ("type=devpts,target=/dev/pts", json!({"Type": "devpts", "Target": "/dev/pts"})),
            (
                "type=volume,src=v,dst=/v,idmap",
                json!({"Type": "volume", "Source": "v", "Target": "/v", "podman": ["idmap"]}),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text, true), Ok(expected), "{text}");
        }
        assert!(shown("type=bind,source=/a,target=/b,floppy", true).is_err());
    }

    #[test]
    fn volumes() {
        use ReadVolume::{Anonymous, Bind};
        let bind = |text: &str| Some(Bind(text.to_owned()));
        let table = [
            ("/data", Some(Anonymous("/data".to_owned()))),
            ("data:/data", bind("data:/data")),
            ("/a:/b:ro,z", bind("/a:/b:ro,z")),
            ("./a:/b", bind("/home/me/project/a:/b")),
            ("../a:/b:ro", bind("/home/me/a:/b:ro")),
            (".:/b", bind("/home/me/project:/b")),
            ("C:\\a:/b", bind("C:\\a:/b")),
            ("~/a:/b", None),
            ("/a::ro", None),
            (":/b", None),
            ("/a:/b:ro:z", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(volume_flag(text, "/home/me/project").ok(), expected, "{text}");
        }
    }
}
