//! The options that only `podman run` has: one line each, in the names of Podman's own interface (`SpecGenerator`).

use serde_json::{Value, json};

use crate::error::Error;
use crate::flags::{Flag, Given, Owner, Takes};

use super::Draft;
use super::values::{Reason, bytes, duration, integer, integer_between, key_value};

type Effect = fn(&mut Draft, &Given<'_>) -> Result<(), Error>;

const fn value(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Value, owner: Owner::Podman, effect }
}

const fn switch(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Switch, owner: Owner::Podman, effect }
}

fn set(draft: &mut Draft, field: &str, value: impl Into<Value>) -> Result<(), Error> {
    draft.libpod.insert(field.to_owned(), value.into());
    Ok(())
}

fn set_read<T: Into<Value>>(
    draft: &mut Draft,
    field: &str,
    read: Result<T, Reason>,
    given: &Given<'_>,
) -> Result<(), Error> {
    set(draft, field, read.map_err(|reason| given.invalid(reason))?)
}

fn add(draft: &mut Draft, field: &str, values: impl IntoIterator<Item = Value>) -> Result<(), Error> {
    if let Value::Array(list) = draft.libpod.entry(field).or_insert_with(|| json!([])) {
        list.extend(values);
    }
    Ok(())
}

fn add_words(draft: &mut Draft, field: &str, given: &Given<'_>) -> Result<(), Error> {
    add(draft, field, given.value.split(',').map(Value::from).collect::<Vec<_>>())
}

/// A field of an object that several options fill together.
fn set_in(draft: &mut Draft, object: &str, field: &str, value: Value) -> Result<(), Error> {
    draft.libpod.entry(object).or_insert_with(|| json!({}))[field] = value;
    Ok(())
}

const REGISTRY: &str = "how registries are reached is a matter of the engine's and Wharf's own settings";

/// The table.
pub(super) static FLAGS: &[Flag<Draft>] = &[
    value("arch", |draft, given| {
        draft.platform_parts[1] = Some(given.value.clone());
        Ok(())
    }),
    value("os", |draft, given| {
        draft.platform_parts[0] = Some(given.value.clone());
        Ok(())
    }),
    value("variant", |draft, given| {
        draft.platform_parts[2] = Some(given.value.clone());
        Ok(())
    }),
    value("cgroup-conf", |draft, given| {
        let (key, value) = key_value(&given.value);
        set_in(draft, "unified", &key, value.into())
    }),
    value("cgroups", |draft, given| {
        if !matches!(given.value.as_str(), "enabled" | "disabled" | "no-conmon" | "split") {
            return Err(given.invalid("write `enabled`, `disabled`, `no-conmon` or `split`"));
        }
        set(draft, "cgroups_mode", given.value.clone())
    }),
    value("chrootdirs", |draft, given| add_words(draft, "chroot_directories", given)),
    value("conmon-pidfile", |draft, given| set(draft, "conmon_pid_file", given.value.clone())),
    switch("env-host", |draft, given| set(draft, "env_host", given.is_on())),
    value("env-merge", |draft, given| add(draft, "envmerge", [given.value.clone().into()])),
    value("gidmap", |draft, given| id_map(draft, "GIDMap", given)),
    value("uidmap", |draft, given| id_map(draft, "UIDMap", given)),
    value("subuidname", |_, given| {
        Err(given.not_expressible("Podman's program resolves it itself; write the ranges with `--uidmap`"))
    }),
    value("subgidname", |_, given| {
        Err(given.not_expressible("Podman's program resolves it itself; write the ranges with `--gidmap`"))
    }),
    value("group-entry", |draft, given| set(draft, "group_entry", given.value.clone())),
    switch("passwd", |draft, given| set(draft, "manage_password", given.is_on())),
    value("passwd-entry", |draft, given| set(draft, "passwd_entry", given.value.clone())),
    value("health-log-destination", |draft, given| set(draft, "healthLogDestination", given.value.clone())),
    value("health-max-log-count", |draft, given| {
        set_read(draft, "healthMaxLogCount", integer_between(&given.value, 0, i64::MAX), given)
    }),
    value("health-max-log-size", |draft, given| {
        set_read(draft, "healthMaxLogSize", integer_between(&given.value, 0, i64::MAX), given)
    }),
    value("health-on-failure", |draft, given| {
        let action = match given.value.as_str() {
            "none" => 0,
            "kill" => 2,
            "restart" => 3,
            "stop" => 4,
            _ => return Err(given.invalid("write `none`, `kill`, `restart` or `stop`")),
        };
        set(draft, "health_check_on_failure_action", action)
    }),
    value("health-startup-cmd", |draft, given| {
        set_in(draft, "startupHealthConfig", "Test", json!(["CMD-SHELL", given.value]))
    }),
    value("health-startup-interval", |draft, given| {
        startup(draft, "Interval", duration(&given.value), given)
    }),
    value("health-startup-timeout", |draft, given| startup(draft, "Timeout", duration(&given.value), given)),
    value("health-startup-retries", |draft, given| startup(draft, "Retries", integer(&given.value), given)),
    value("health-startup-success", |draft, given| startup(draft, "Successes", integer(&given.value), given)),
    value("hosts-file", |draft, given| set(draft, "base_hosts_file", given.value.clone())),
    value("hostuser", |draft, given| add(draft, "hostusers", [given.value.clone().into()])),
    switch("http-proxy", |draft, given| set(draft, "httpproxy", given.is_on())),
    value("image-volume", |draft, given| {
        // `bind` is the old name of `anonymous`.
        let mode = match given.value.as_str() {
            "bind" | "anonymous" => "anonymous",
            "tmpfs" => "tmpfs",
            "ignore" => "ignore",
            _ => return Err(given.invalid("write `anonymous`, `tmpfs` or `ignore`")),
        };
        set(draft, "image_volume_mode", mode)
    }),
    value("init-path", |draft, given| set(draft, "init_path", given.value.clone())),
    switch("no-hosts", |draft, given| set(draft, "use_image_hosts", given.is_on())),
    switch("no-hostname", |draft, given| set(draft, "use_image_hostname", given.is_on())),
    value("personality", |draft, given| {
        set_in(draft, "personality", "domain", given.value.to_ascii_uppercase().into())
    }),
    value("pod", |draft, given| {
        if given.value.starts_with("new:") {
            return Err(given.not_expressible("make the pod first, and name it here"));
        }
        set(draft, "pod", given.value.clone())
    }),
    value("rdt-class", |draft, given| set_in(draft, "intelRdt", "closID", given.value.clone().into())),
    switch("read-only-tmpfs", |draft, given| set(draft, "read_write_tmpfs", given.is_on())),
    value("requires", |draft, given| add_words(draft, "dependencyContainers", given)),
    switch("rmi", |draft, given| set(draft, "removeImage", given.is_on())),
    value("sdnotify", |draft, given| {
        if !matches!(given.value.as_str(), "container" | "conmon" | "healthy" | "ignore") {
            return Err(given.invalid("write `container`, `conmon`, `healthy` or `ignore`"));
        }
        set(draft, "sdnotifyMode", given.value.clone())
    }),
    value("seccomp-policy", |draft, given| set(draft, "seccomp_policy", given.value.clone())),
    value("secret", secret),
    value("shm-size-systemd", |draft, given| set_read(draft, "shm_size_systemd", bytes(&given.value), given)),
    value("systemd", |draft, given| {
        let mode = given.value.to_ascii_lowercase();
        if !matches!(mode.as_str(), "true" | "false" | "always") {
            return Err(given.invalid("write `true`, `false` or `always`"));
        }
        set(draft, "systemd", mode)
    }),
    value("timeout", |draft, given| {
        set_read(draft, "timeout", integer_between(&given.value, 0, i64::MAX), given)
    }),
    value("tz", |draft, given| set(draft, "timezone", given.value.clone())),
    value("umask", |draft, given| {
        if given.value.is_empty()
            || given.value.len() > 4
            || !given.value.bytes().all(|digit| (b'0'..=b'7').contains(&digit))
        {
            return Err(given.invalid("write an octal number, for example `0022`"));
        }
        set(draft, "umask", format!("{:0>4}", given.value))
    }),
    value("unsetenv", |draft, given| add_words(draft, "unsetenv", given)),
    switch("unsetenv-all", |draft, given| set(draft, "unsetenvall", given.is_on())),
    value("authfile", |_, given| Err(given.not_expressible(REGISTRY))),
    value("cert-dir", |_, given| Err(given.not_expressible(REGISTRY))),
    value("creds", |_, given| Err(given.not_expressible(REGISTRY))),
    value("decryption-key", |_, given| Err(given.not_expressible(REGISTRY))),
    value("signature-policy", |_, given| Err(given.not_expressible(REGISTRY))),
    value("retry", |_, given| Err(given.not_expressible(REGISTRY))),
    value("retry-delay", |_, given| Err(given.not_expressible(REGISTRY))),
    switch("tls-verify", |_, given| Err(given.not_expressible(REGISTRY))),
    value("pidfile", |_, given| Err(given.not_expressible("Podman's service does not take it"))),
    value("pod-id-file", |_, given| Err(given.not_expressible("name the pod with `--pod`"))),
    value("preserve-fd", |_, given| Err(given.not_expressible("open files do not travel through a socket"))),
    value("preserve-fds", |_, given| Err(given.not_expressible("open files do not travel through a socket"))),
    switch("replace", |_, given| {
        Err(given.not_expressible("Wharf itself decides when a container is replaced; see `wharf rebuild`"))
    }),
    switch("rootfs", |_, given| Err(given.not_expressible("an environment is made from an image"))),
];

fn startup(
    draft: &mut Draft,
    field: &str,
    read: Result<i64, Reason>,
    given: &Given<'_>,
) -> Result<(), Error> {
    let number = read.map_err(|reason| given.invalid(reason))?;
    set_in(draft, "startupHealthConfig", field, number.into())
}

/// `container:host[:length]`. Podman's program resolves the relative forms (`@`, `+`, flags) itself.
fn id_map(draft: &mut Draft, field: &str, given: &Given<'_>) -> Result<(), Error> {
    let numbers: Option<Vec<u32>> = given.value.split(':').map(|part| part.parse().ok()).collect();
    let (container, from, size) = match numbers.as_deref() {
        Some([container, from]) => (*container, *from, 1),
        Some([container, from, size]) => (*container, *from, *size),
        _ => return Err(given.invalid("write `container:host:length` with three numbers")),
    };
    let entry = json!({ "container_id": container, "host_id": from, "size": size });
    let maps = draft.libpod.entry("idmappings").or_insert_with(|| json!({ "UIDMap": [], "GIDMap": [] }));
    if let Some(list) = maps[field].as_array_mut() {
        list.push(entry);
    }
    Ok(())
}

/// `name[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]`.
fn secret(draft: &mut Draft, given: &Given<'_>) -> Result<(), Error> {
    let mut parts = given.value.split(',');
    let name = parts.next().filter(|name| !name.is_empty() && !name.contains('='));
    let Some(name) = name else { return Err(given.invalid("begin with the secret's name")) };
    let (mut kind, mut target, mut uid, mut gid, mut mode) = ("mount", "", 0, 0, 0o444);
    for part in parts {
        let number =
            |text: &str| text.parse::<u32>().map_err(|_| given.invalid(format!("`{text}` is not a number")));
        match part.split_once('=') {
            Some(("type", value @ ("mount" | "env"))) => kind = value,
            Some(("target", value)) => target = value,
            Some(("uid", value)) => uid = number(value)?,
            Some(("gid", value)) => gid = number(value)?,
            Some(("mode", value)) => {
                mode = u32::from_str_radix(value, 8)
                    .map_err(|_| given.invalid(format!("`{value}` is not an octal number")))?;
            }
            _ => return Err(given.invalid(format!("`{part}` is not a field of a secret"))),
        }
    }
    if kind == "env" {
        let variable = if target.is_empty() { name } else { target };
        return set_in(draft, "secret_env", variable, name.into());
    }
    add(draft, "secrets", [json!({ "Source": name, "Target": target, "UID": uid, "GID": gid, "Mode": mode })])
}
