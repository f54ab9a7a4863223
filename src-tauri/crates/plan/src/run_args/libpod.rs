//! The same container in the words of Podman's own interface.
//!
//! Podman's own options exist only in `POST /libpod/containers/create`, which takes a `SpecGenerator` and not the Docker
//! Engine API's body. So as soon as one of them is used, everything is said in its words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::mounts::split_volume;
use crate::container::{ContainerSpec, CreateBody, HostConfig, MountSpec};

/// The whole body. `own` holds the fields that only this interface has.
pub(crate) fn spec_generator(
    spec: &ContainerSpec,
    own: Map<String, Value>,
    podman_mounts: &BTreeMap<String, Vec<String>>,
) -> Value {
    let body = &spec.body;
    let host = &body.host_config;
    let mut generator = Generator(Map::new());
    process(&mut generator, spec, body);
    namespaces(&mut generator, host);
    networks(&mut generator, body);
    storage(&mut generator, body, podman_mounts);
    security(&mut generator, host);
    resources(&mut generator, host);
    let id_maps = own.contains_key("idmappings");
    generator.0.extend(own);
    if id_maps {
        complete_id_maps(&mut generator.0);
    }
    Value::Object(generator.0)
}

/// An object into which nothing empty is written.
struct Generator(Map<String, Value>);

impl Generator {
    fn set(&mut self, field: &str, value: Value) {
        let empty = match &value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(object) => object.is_empty(),
            Value::Number(number) => number.as_i64() == Some(0),
            Value::Bool(true) => false,
        };
        if !empty {
            self.0.insert(field.to_owned(), value);
        }
    }
}

fn process(generator: &mut Generator, spec: &ContainerSpec, body: &CreateBody) {
    let host = &body.host_config;
    generator.set("name", json!(spec.name));
    generator.set("image", json!(body.image));
    generator.set("entrypoint", json!(body.entrypoint));
    generator.set("command", json!(body.cmd));
    let env: BTreeMap<&str, &str> = body.env.iter().filter_map(|line| line.split_once('=')).collect();
    generator.set("env", json!(env));
    let unset: Vec<&String> = body.env.iter().filter(|line| !line.contains('=')).collect();
    generator.set("unsetenv", json!(unset));
    generator.set("labels", json!(body.labels));
    generator.set("annotations", json!(host.annotations));
    generator.set("hostname", json!(body.hostname));
    generator.set("user", json!(body.user));
    generator.set("groups", json!(host.group_add));
    generator.set("work_dir", json!(body.working_dir));
    // Docker makes a missing working folder; this interface has to be told.
    generator.set("create_working_dir", json!(true));
    generator.set("terminal", json!(body.tty));
    generator.set("stdin", json!(body.open_stdin));
    generator.set("stop_signal", json!(signal_number(&body.stop_signal)));
    generator.set("stop_timeout", json!(body.stop_timeout));
    generator.set("init", json!(host.init));
    generator.set("remove", json!(host.auto_remove));
    generator.set("oci_runtime", json!(host.runtime));
    generator.set("sysctl", json!(host.sysctls));
    generator.set("restart_policy", json!(host.restart_policy.name));
    generator.set("restart_tries", json!(host.restart_policy.maximum_retry_count));
    if let Some(check) = &body.healthcheck {
        generator.set("healthconfig", json!(check));
    }
    let mut log = Generator(Map::new());
    log.set("driver", json!(host.log_config.r#type));
    log.set("options", json!(host.log_config.config));
    generator.set("log_configuration", Value::Object(log.0));
}

fn namespaces(generator: &mut Generator, host: &HostConfig) {
    for (field, mode) in [
        ("pidns", &host.pid_mode),
        ("ipcns", &host.ipc_mode),
        ("utsns", &host.uts_mode),
        ("cgroupns", &host.cgroupns_mode),
        ("userns", &host.userns_mode),
    ] {
        if mode.is_empty() {
            continue;
        }
        generator.set(field, namespace(mode));
    }
}

/// `keep-id:uid=1` becomes `{"nsmode": "keep-id", "value": "uid=1"}`.
fn namespace(mode: &str) -> Value {
    let (name, value) = mode.split_once(':').unwrap_or((mode, ""));
    let name = if name == "ns" { "path" } else { name };
    if value.is_empty() { json!({ "nsmode": name }) } else { json!({ "nsmode": name, "value": value }) }
}

fn networks(generator: &mut Generator, body: &CreateBody) {
    let host = &body.host_config;
    let mode = host.network_mode.as_str();
    let user_defined = super::network::is_user_defined(mode, true) && !mode.is_empty();
    match mode {
        "" | "default" => {}
        // Podman's compatible interface calls any network that somebody made a bridge.
        _ if user_defined => generator.set("netns", json!({ "nsmode": "bridge" })),
        _ => {
            if let Some((name @ ("pasta" | "slirp4netns"), options)) = mode.split_once(':') {
                generator.set("netns", json!({ "nsmode": name }));
                generator.set("network_options", json!({ name: options.split(',').collect::<Vec<_>>() }));
            } else {
                generator.set("netns", namespace(mode));
            }
        }
    }
    let mut joined = Map::new();
    if user_defined {
        joined.insert(mode.to_owned(), json!({}));
    }
    for (name, endpoint) in &body.networking_config.endpoints_config {
        let mut options = Generator(Map::new());
        options.set("aliases", json!(endpoint.aliases));
        options.set("static_mac", json!(endpoint.mac_address));
        if let Some(addresses) = &endpoint.ipam_config {
            let fixed: Vec<&String> = [&addresses.ipv4_address, &addresses.ipv6_address]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            options.set("static_ips", json!(fixed));
        }
        let name = if name == "default" { "podman" } else { name };
        joined.insert(name.to_owned(), Value::Object(options.0));
    }
    generator.set("Networks", Value::Object(joined));
    let mut mappings = Vec::new();
    for (port, bindings) in &host.port_bindings {
        let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let number: u16 = number.parse().unwrap_or_default();
        for binding in bindings {
            mappings.push(json!({
                "container_port": number,
                "host_port": binding.host_port.split('-').next().and_then(|first| first.parse::<u16>().ok()).unwrap_or_default(),
                "host_ip": binding.host_ip,
                "protocol": protocol,
            }));
        }
    }
    generator.set("portmappings", json!(mappings));
    let exposed: BTreeMap<String, String> = body
        .exposed_ports
        .keys()
        .filter(|port| !host.port_bindings.contains_key(*port))
        .filter_map(|port| {
            port.split_once('/').map(|(number, protocol)| (number.to_owned(), protocol.to_owned()))
        })
        .collect();
    generator.set("expose", json!(exposed));
    generator.set("publish_image_ports", json!(host.publish_all_ports));
    generator.set("dns_server", json!(host.dns));
    generator.set("dns_option", json!(host.dns_options));
    generator.set("dns_search", json!(host.dns_search));
    generator.set("hostadd", json!(host.extra_hosts));
}

fn storage(generator: &mut Generator, body: &CreateBody, podman_mounts: &BTreeMap<String, Vec<String>>) {
    let host = &body.host_config;
    let (mut mounts, mut volumes, mut overlays, mut images) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for bind in &host.binds {
        let parts = split_volume(bind);
        let [source, target, rest @ ..] = parts.as_slice() else { continue };
        let options: Vec<&str> = rest.iter().flat_map(|options| options.split(',')).collect();
        if options.contains(&"O") {
            overlays.push(json!({ "destination": target, "source": source, "options": options }));
        } else if source.starts_with(['/', '.', '\\']) || source.contains(":\\") {
            mounts.push(bind_mount(source, target, options.into_iter().map(str::to_owned).collect()));
        } else {
            volumes.push(json!({ "Name": source, "Dest": target, "Options": options }));
        }
    }
    for target in body.volumes.keys() {
        volumes.push(json!({ "Name": "", "Dest": target }));
    }
    for mount in &host.mounts {
        let own = podman_mounts.get(&mount.target).cloned().unwrap_or_default();
        match mount.r#type.as_str() {
            "volume" => volumes.push(volume_mount(mount, own)),
            "image" => images.push(json!({
                "Source": mount.source,
                "Destination": mount.target,
                "ReadWrite": false,
                "subPath": mount.image_options.as_ref().map(|options| options.subpath.clone()).unwrap_or_default(),
            })),
            "bind" => mounts.push(bind_mount(&mount.source, &mount.target, bind_options(mount, own))),
            kind => mounts.push(json!({
                "destination": mount.target,
                "type": kind,
                "source": if mount.source.is_empty() { kind } else { &mount.source },
                "options": other_options(mount, own),
            })),
        }
    }
    for (target, options) in &host.tmpfs {
        let options: Vec<&str> = options.split(',').filter(|option| !option.is_empty()).collect();
        mounts.push(json!({ "destination": target, "type": "tmpfs", "source": "tmpfs", "options": options }));
    }
    generator.set("mounts", json!(mounts));
    generator.set("volumes", json!(volumes));
    generator.set("overlay_volumes", json!(overlays));
    generator.set("image_volumes", json!(images));
    generator.set("volumes_from", json!(host.volumes_from));
    generator.set("storage_opts", json!(host.storage_opt));
    generator.set("shm_size", json!(host.shm_size));
    generator.set("read_only_filesystem", json!(host.readonly_rootfs));
}

fn bind_mount(source: &str, target: &str, mut options: Vec<String>) -> Value {
    if !options.iter().any(|option| option == "rbind" || option == "bind") {
        options.insert(0, "rbind".to_owned());
    }
    json!({ "destination": target, "type": "bind", "source": source, "options": options })
}

fn bind_options(mount: &MountSpec, own: Vec<String>) -> Vec<String> {
    let mut options = Vec::new();
    if let Some(bind) = &mount.bind_options {
        if bind.non_recursive {
            options.push("bind".to_owned());
        }
        if !bind.propagation.is_empty() {
            options.push(bind.propagation.clone());
        }
    }
    if mount.read_only {
        options.push("ro".to_owned());
    }
    options.extend(own);
    options
}

fn volume_mount(mount: &MountSpec, own: Vec<String>) -> Value {
    let mut options = Vec::new();
    if mount.read_only {
        options.push("ro".to_owned());
    }
    if mount.volume_options.as_ref().is_some_and(|volume| volume.no_copy) {
        options.push("nocopy".to_owned());
    }
    let subpath = mount.volume_options.as_ref().map(|volume| volume.subpath.clone()).unwrap_or_default();
    options.extend(own);
    json!({ "Name": mount.source, "Dest": mount.target, "Options": options, "SubPath": subpath })
}

fn other_options(mount: &MountSpec, own: Vec<String>) -> Vec<String> {
    let mut options = Vec::new();
    if mount.read_only {
        options.push("ro".to_owned());
    }
    if let Some(tmpfs) = &mount.tmpfs_options {
        if tmpfs.size_bytes != 0 {
            options.push(format!("size={}", tmpfs.size_bytes));
        }
        if let Some(mode) = tmpfs.mode {
            options.push(format!("mode={mode:o}"));
        }
    }
    options.extend(own);
    options
}

fn security(generator: &mut Generator, host: &HostConfig) {
    generator.set("privileged", json!(host.privileged));
    generator.set("cap_add", json!(host.cap_add));
    generator.set("cap_drop", json!(host.cap_drop));
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for option in &host.security_opt {
        let (key, value) = option.split_once('=').or_else(|| option.split_once(':')).unwrap_or((option, ""));
        match key {
            "label" if value == "nested" => generator.set("label_nested", json!(true)),
            "label" => lists.entry("selinux_opts").or_default().push(value),
            "mask" => lists.entry("mask").or_default().extend(value.split(':')),
            "unmask" => lists.entry("unmask").or_default().extend(value.split(':')),
            "proc-opts" => lists.entry("procfs_opts").or_default().extend(value.split(',')),
            "apparmor" => generator.set("apparmor_profile", json!(value)),
            "seccomp" => generator.set("seccomp_profile_path", json!(value)),
            "no-new-privileges" => generator.set("no_new_privileges", json!(value != "false")),
            _ => {}
        }
    }
    for (field, values) in lists {
        generator.set(field, json!(values));
    }
    let devices: Vec<Value> = host
        .devices
        .iter()
        .map(|device| {
            format!("{}:{}:{}", device.path_on_host, device.path_in_container, device.cgroup_permissions)
        })
        .chain(host.device_requests.iter().flat_map(|request| request.device_ids.clone()))
        .map(|path| json!({ "path": path }))
        .collect();
    generator.set("devices", json!(devices));
    generator.set(
        "device_cgroup_rule",
        json!(host.device_cgroup_rules.iter().filter_map(|rule| cgroup_rule(rule)).collect::<Vec<_>>()),
    );
}

fn cgroup_rule(rule: &str) -> Option<Value> {
    let mut parts = rule.split(' ');
    let (kind, numbers, access) = (parts.next()?, parts.next()?, parts.next()?);
    let (major, minor) = numbers.split_once(':')?;
    let number = |text: &str| if text == "*" { Some(-1) } else { text.parse::<i64>().ok() };
    Some(
        json!({ "allow": true, "type": kind, "major": number(major)?, "minor": number(minor)?, "access": access }),
    )
}

fn resources(generator: &mut Generator, host: &HostConfig) {
    let mut memory = Generator(Map::new());
    memory.set("limit", json!(host.memory));
    memory.set("reservation", json!(host.memory_reservation));
    memory.set("swap", json!(host.memory_swap));
    memory.set("swappiness", json!(host.memory_swappiness));
    memory.set("disableOOMKiller", json!(host.oom_kill_disable));
    let mut cpu = Generator(Map::new());
    let (period, quota) = if host.nano_cpus > 0 {
        (100_000, host.nano_cpus / 10_000)
    } else {
        (host.cpu_period, host.cpu_quota)
    };
    cpu.set("shares", json!(host.cpu_shares));
    cpu.set("period", json!(period));
    cpu.set("quota", json!(quota));
    cpu.set("realtimePeriod", json!(host.cpu_realtime_period));
    cpu.set("realtimeRuntime", json!(host.cpu_realtime_runtime));
    cpu.set("cpus", json!(host.cpuset_cpus));
    cpu.set("mems", json!(host.cpuset_mems));
    let mut limits = Generator(Map::new());
    limits.set("memory", Value::Object(memory.0));
    limits.set("cpu", Value::Object(cpu.0));
    if let Some(limit) = host.pids_limit {
        limits.set("pids", json!({ "limit": limit }));
    }
    if host.blkio_weight > 0 {
        limits.set("blockIO", json!({ "weight": host.blkio_weight }));
    }
    generator.set("resource_limits", Value::Object(limits.0));
    generator.set("oom_score_adj", json!(host.oom_score_adj));
    generator.set("cgroup_parent", json!(host.cgroup_parent));
    let weights: Map<String, Value> = host
        .blkio_weight_device
        .iter()
        .map(|device| (device.path.clone(), json!({ "weight": device.weight })))
        .collect();
    generator.set("weightDevice", Value::Object(weights));
    for (field, devices) in [
        ("throttleReadBpsDevice", &host.blkio_device_read_bps),
        ("throttleWriteBpsDevice", &host.blkio_device_write_bps),
        ("throttleReadIOPSDevice", &host.blkio_device_read_iops),
        ("throttleWriteIOPSDevice", &host.blkio_device_write_iops),
    ] {
        let rates: Map<String, Value> =
            devices.iter().map(|device| (device.path.clone(), json!({ "rate": device.rate }))).collect();
        generator.set(field, Value::Object(rates));
    }
    let limits: Vec<Value> = host
        .ulimits
        .iter()
        .map(|limit| json!({ "type": limit.name, "hard": bound(limit.hard), "soft": bound(limit.soft) }))
        .collect();
    generator.set("r_limits", json!(limits));
}

/// Kernel bounds are unsigned; -1 is the largest of them.
fn bound(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// One map given alone stands for both, and the container gets a user namespace of its own.
fn complete_id_maps(generator: &mut Map<String, Value>) {
    if let Some(maps) = generator.get_mut("idmappings") {
        let empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        if empty(&maps["GIDMap"]) {
            maps["GIDMap"] = maps["UIDMap"].clone();
        } else if empty(&maps["UIDMap"]) {
            maps["UIDMap"] = maps["GIDMap"].clone();
        }
    }
    generator.entry("userns").or_insert_with(|| json!({ "nsmode": "private" }));
}

/// This interface takes signals by number.
fn signal_number(name: &str) -> Option<i64> {
    const SIGNALS: [(&str, i64); 16] = [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("ILL", 4),
        ("TRAP", 5),
        ("ABRT", 6),
        ("BUS", 7),
        ("FPE", 8),
        ("KILL", 9),
        ("USR1", 10),
        ("SEGV", 11),
        ("USR2", 12),
        ("PIPE", 13),
        ("ALRM", 14),
        ("TERM", 15),
        ("WINCH", 28),
    ];
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    let short = name.strip_prefix("SIG").unwrap_or(name);
    if let Some(offset) = short.strip_prefix("RTMIN+").and_then(|offset| offset.parse::<i64>().ok()) {
        return Some(34 + offset);
    }
    SIGNALS.iter().find(|(known, _)| *known == short).map(|(_, number)| *number)
}
