//! The options of `docker run`, which `podman run` has as well: one line each.

use crate::container::{Empty, Healthcheck, HostConfig, PullPolicy, RestartPolicy};
use crate::error::Error;
use crate::flags::{Flag, Given, Owner, Takes};

use super::mounts::{ReadVolume, mount, volume_flag};
use super::values::{
    Reason, bytes, bytes_or_unlimited, duration, integer, integer_between, key_value, nano_cpus,
};
use super::{Draft, devices, environment, network, ports, security};

type Effect = fn(&mut Draft, &Given<'_>) -> Result<(), Error>;

const fn value(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Value, owner: Owner::Both, effect }
}

const fn value_short(name: &'static str, short: char, effect: Effect) -> Flag<Draft> {
    Flag { name, short: Some(short), takes: Takes::Value, owner: Owner::Both, effect }
}

const fn switch(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Switch, owner: Owner::Both, effect }
}

const fn switch_short(name: &'static str, short: char, effect: Effect) -> Flag<Draft> {
    Flag { name, short: Some(short), takes: Takes::Switch, owner: Owner::Both, effect }
}

/// Stores what a value reads as, or says what is wrong with it.
fn store<T>(place: &mut T, read: Result<T, Reason>, given: &Given<'_>) -> Result<(), Error> {
    *place = read.map_err(|reason| given.invalid(reason))?;
    Ok(())
}

fn push<T>(list: &mut Vec<T>, read: Result<T, Reason>, given: &Given<'_>) -> Result<(), Error> {
    list.push(read.map_err(|reason| given.invalid(reason))?);
    Ok(())
}

fn text(place: &mut String, given: &Given<'_>) -> Result<(), Error> {
    given.value.clone_into(place);
    Ok(())
}

fn item(list: &mut Vec<String>, given: &Given<'_>) -> Result<(), Error> {
    list.push(given.value.clone());
    Ok(())
}

fn host(draft: &mut Draft) -> &mut HostConfig {
    &mut draft.spec.body.host_config
}

/// A namespace's mode. On Docker only `docker` and `container:…` where allowed; on Podman whatever it understands.
fn mode(draft: &Draft, given: &Given<'_>, docker: &[&str], container: bool) -> Result<String, Error> {
    let joins_container = given.value.strip_prefix("container:").is_some_and(|name| !name.is_empty());
    if draft.podman || docker.contains(&given.value.as_str()) || (container && joins_container) {
        return Ok(given.value.clone());
    }
    let word = given.value.split(':').next().unwrap_or_default();
    if matches!(word, "private" | "ns" | "pod" | "keep-id" | "auto" | "nomap" | "none" | "shareable") {
        return Err(given.podman_only());
    }
    let mut allowed: Vec<String> =
        docker.iter().filter(|mode| !mode.is_empty()).map(|mode| format!("`{mode}`")).collect();
    if container {
        allowed.push("`container:<name>`".to_owned());
    }
    Err(given.invalid(format!("write {}", allowed.join(" or "))))
}

fn health<'a>(draft: &'a mut Draft, given: &Given<'_>) -> Result<&'a mut Healthcheck, Error> {
    if draft.no_healthcheck {
        return Err(given.conflict("--no-healthcheck"));
    }
    Ok(draft.spec.body.healthcheck.get_or_insert_with(Healthcheck::default))
}

/// What the container is: image-side settings, mounts, security.
pub(super) static IDENTITY: &[Flag<Draft>] = &[
    value("name", |draft, given| {
        draft.spec.name = Some(given.value.clone());
        Ok(())
    }),
    value_short("hostname", 'h', |draft, given| text(&mut draft.spec.body.hostname, given)),
    value("domainname", |draft, given| text(&mut draft.spec.body.domainname, given)),
    value_short("user", 'u', |draft, given| text(&mut draft.spec.body.user, given)),
    value_short("workdir", 'w', |draft, given| text(&mut draft.spec.body.working_dir, given)),
    value("entrypoint", |draft, given| {
        // Podman's program also takes a JSON list.
        let list = if draft.podman { serde_json::from_str::<Vec<String>>(&given.value).ok() } else { None };
        draft.spec.body.entrypoint = Some(list.unwrap_or_else(|| vec![given.value.clone()]));
        Ok(())
    }),
    value_short("env", 'e', |draft, given| {
        let lines = environment::variables(&given.value, &draft.environment, draft.podman)
            .map_err(|reason| given.invalid(reason))?;
        draft.env.extend(lines);
        Ok(())
    }),
    value("env-file", |draft, given| {
        let lines = environment::file_lines(
            draft.file(&given.value, &given.flag, given.property)?,
            Some(&draft.environment),
        );
        let lines = lines.map_err(|reason| file_error(given, reason))?;
        draft.env_files.extend(lines);
        Ok(())
    }),
    value_short("label", 'l', |draft, given| {
        let name = given.value.split('=').next().unwrap_or_default().trim_start();
        if name.is_empty() || name.contains([' ', '\t']) {
            return Err(given.invalid("a label's name is not empty and has no spaces"));
        }
        item(&mut draft.labels, given)
    }),
    value("label-file", |draft, given| {
        let lines = environment::file_lines(draft.file(&given.value, &given.flag, given.property)?, None);
        let lines = lines.map_err(|reason| file_error(given, reason))?;
        draft.label_files.extend(lines);
        Ok(())
    }),
    value("annotation", |draft, given| {
        let (key, value) = key_value(&given.value);
        host(draft).annotations.insert(key, value);
        Ok(())
    }),
    value_short("volume", 'v', |draft, given| {
        match volume_flag(&given.value, &draft.folder).map_err(|reason| given.invalid(reason))? {
            ReadVolume::Anonymous(target) => {
                draft.spec.body.volumes.insert(target, Empty {});
            }
            // The engines' programs keep a set of them.
            ReadVolume::Bind(bind) if host(draft).binds.contains(&bind) => {}
            ReadVolume::Bind(bind) => host(draft).binds.push(bind),
        }
        Ok(())
    }),
    value("mount", |draft, given| {
        let read =
            mount(&given.value, &draft.folder, draft.podman).map_err(|reason| given.invalid(reason))?;
        let is_podmans = matches!(read.mount.r#type.as_str(), "ramfs" | "devpts" | "glob" | "artifact");
        if !read.podman_options.is_empty() || is_podmans {
            draft.podman_mounts.insert(read.mount.target.clone(), read.podman_options);
        }
        host(draft).mounts.push(read.mount);
        Ok(())
    }),
    value("tmpfs", |draft, given| {
        let (target, options) = given.value.split_once(':').unwrap_or((&given.value, ""));
        host(draft).tmpfs.insert(target.to_owned(), options.to_owned());
        Ok(())
    }),
    value("volumes-from", |draft, given| item(&mut host(draft).volumes_from, given)),
    value("volume-driver", |draft, given| text(&mut host(draft).volume_driver, given)),
    value("storage-opt", |draft, given| {
        let Some((key, value)) = given.value.split_once('=') else {
            return Err(given.invalid("write `name=value`"));
        };
        host(draft).storage_opt.insert(key.to_owned(), value.to_owned());
        Ok(())
    }),
    switch("read-only", |draft, given| {
        host(draft).readonly_rootfs = given.is_on();
        Ok(())
    }),
    switch("privileged", |draft, given| {
        host(draft).privileged = given.is_on();
        Ok(())
    }),
    switch("init", |draft, given| {
        host(draft).init = Some(given.is_on());
        Ok(())
    }),
    value("cap-add", |draft, given| {
        // Podman's program takes several with commas; both engines take them one by one.
        let names = given.value.split(',').map(str::to_owned);
        host(draft).cap_add.extend(names);
        Ok(())
    }),
    value("cap-drop", |draft, given| {
        let names = given.value.split(',').map(str::to_owned);
        host(draft).cap_drop.extend(names);
        Ok(())
    }),
    value("security-opt", security::option),
    value("group-add", |draft, given| item(&mut host(draft).group_add, given)),
    value("runtime", |draft, given| text(&mut host(draft).runtime, given)),
    value("isolation", |draft, given| text(&mut host(draft).isolation, given)),
    value("stop-signal", |draft, given| text(&mut draft.spec.body.stop_signal, given)),
    value("stop-timeout", |draft, given| {
        draft.spec.body.stop_timeout = Some(integer(&given.value).map_err(|reason| given.invalid(reason))?);
        Ok(())
    }),
    value("restart", |draft, given| {
        let (name, count) = given.value.split_once(':').unwrap_or((&given.value, ""));
        if !matches!(name, "no" | "always" | "unless-stopped" | "on-failure") {
            return Err(given.invalid("write `no`, `always`, `unless-stopped` or `on-failure[:count]`"));
        }
        let count = if count.is_empty() { Ok(0) } else { integer(count) };
        let count = count.map_err(|reason| given.invalid(reason))?;
        if host(draft).auto_remove && name != "no" {
            return Err(given.conflict("--rm"));
        }
        host(draft).restart_policy = RestartPolicy { name: name.to_owned(), maximum_retry_count: count };
        Ok(())
    }),
    switch("rm", |draft, given| {
        let policy = &host(draft).restart_policy.name;
        if given.is_on() && !policy.is_empty() && policy != "no" {
            return Err(given.conflict("--restart"));
        }
        host(draft).auto_remove = given.is_on();
        Ok(())
    }),
    value("log-driver", |draft, given| text(&mut draft.log().r#type, given)),
    value("log-opt", |draft, given| {
        let (key, value) = key_value(&given.value);
        draft.log().config.insert(key, value);
        Ok(())
    }),
    switch("no-healthcheck", |draft, given| {
        if !given.is_on() {
            return Ok(());
        }
        if draft.spec.body.healthcheck.is_some() {
            return Err(given.conflict("--health-*"));
        }
        draft.no_healthcheck = true;
        draft.spec.body.healthcheck =
            Some(Healthcheck { test: vec!["NONE".to_owned()], ..Healthcheck::default() });
        Ok(())
    }),
    value("health-cmd", |draft, given| {
        health(draft, given)?.test = vec!["CMD-SHELL".to_owned(), given.value.clone()];
        Ok(())
    }),
    value("health-interval", |draft, given| {
        store(&mut health(draft, given)?.interval, duration(&given.value), given)
    }),
    value("health-timeout", |draft, given| {
        store(&mut health(draft, given)?.timeout, duration(&given.value), given)
    }),
    value("health-start-period", |draft, given| {
        store(&mut health(draft, given)?.start_period, duration(&given.value), given)
    }),
    value("health-start-interval", |draft, given| {
        store(&mut health(draft, given)?.start_interval, duration(&given.value), given)
    }),
    value("health-retries", |draft, given| {
        store(
            &mut health(draft, given)?.retries,
            integer_between(&given.value, 0, i64::from(i32::MAX)),
            given,
        )
    }),
    value("platform", |draft, given| {
        draft.spec.platform = Some(given.value.clone()).filter(|platform| !platform.is_empty());
        Ok(())
    }),
    value("pull", |draft, given| {
        draft.spec.pull = match given.value.as_str() {
            "always" => PullPolicy::Always,
            "missing" => PullPolicy::Missing,
            "never" => PullPolicy::Never,
            "newer" if draft.podman => PullPolicy::Always,
            _ => return Err(given.invalid("write `always`, `missing` or `never`")),
        };
        Ok(())
    }),
];

/// How much the container may use.
pub(super) static RESOURCES: &[Flag<Draft>] = &[
    value_short("memory", 'm', |draft, given| store(&mut host(draft).memory, bytes(&given.value), given)),
    value("memory-reservation", |draft, given| {
        store(&mut host(draft).memory_reservation, bytes(&given.value), given)
    }),
    value("memory-swap", |draft, given| {
        store(&mut host(draft).memory_swap, bytes_or_unlimited(&given.value), given)
    }),
    value("memory-swappiness", |draft, given| {
        let read = integer_between(&given.value, -1, 100).map_err(|reason| given.invalid(reason))?;
        host(draft).memory_swappiness = Some(read).filter(|swappiness| *swappiness >= 0);
        Ok(())
    }),
    value("kernel-memory", |_, given| Err(given.not_expressible("no engine supports it any more"))),
    value("shm-size", |draft, given| store(&mut host(draft).shm_size, bytes(&given.value), given)),
    value("cpus", |draft, given| store(&mut host(draft).nano_cpus, nano_cpus(&given.value), given)),
    value_short("cpu-shares", 'c', |draft, given| {
        store(&mut host(draft).cpu_shares, integer(&given.value), given)
    }),
    value("cpu-period", |draft, given| store(&mut host(draft).cpu_period, integer(&given.value), given)),
    value("cpu-quota", |draft, given| store(&mut host(draft).cpu_quota, integer(&given.value), given)),
    value("cpu-rt-period", |draft, given| {
        store(&mut host(draft).cpu_realtime_period, integer(&given.value), given)
    }),
    value("cpu-rt-runtime", |draft, given| {
        store(&mut host(draft).cpu_realtime_runtime, integer(&given.value), given)
    }),
    value("cpuset-cpus", |draft, given| text(&mut host(draft).cpuset_cpus, given)),
    value("cpuset-mems", |draft, given| text(&mut host(draft).cpuset_mems, given)),
    value("cpu-count", |draft, given| store(&mut host(draft).cpu_count, integer(&given.value), given)),
    value("cpu-percent", |draft, given| store(&mut host(draft).cpu_percent, integer(&given.value), given)),
    value("io-maxbandwidth", |draft, given| {
        store(&mut host(draft).io_maximum_bandwidth, bytes(&given.value), given)
    }),
    value("io-maxiops", |draft, given| store(&mut host(draft).io_maximum_iops, integer(&given.value), given)),
    value("pids-limit", |draft, given| {
        host(draft).pids_limit = Some(integer(&given.value).map_err(|reason| given.invalid(reason))?);
        Ok(())
    }),
    switch("oom-kill-disable", |draft, given| {
        host(draft).oom_kill_disable = given.is_on();
        Ok(())
    }),
    value("oom-score-adj", |draft, given| {
        store(&mut host(draft).oom_score_adj, integer_between(&given.value, -1000, 1000), given)
    }),
    value("blkio-weight", |draft, given| {
        store(&mut host(draft).blkio_weight, integer_between(&given.value, 0, 1000), given)
    }),
    value("blkio-weight-device", |draft, given| {
        push(&mut host(draft).blkio_weight_device, devices::weight(&given.value), given)
    }),
    value("device-read-bps", |draft, given| {
        push(&mut host(draft).blkio_device_read_bps, devices::bytes_per_second(&given.value), given)
    }),
    value("device-write-bps", |draft, given| {
        push(&mut host(draft).blkio_device_write_bps, devices::bytes_per_second(&given.value), given)
    }),
    value("device-read-iops", |draft, given| {
        push(&mut host(draft).blkio_device_read_iops, devices::operations_per_second(&given.value), given)
    }),
    value("device-write-iops", |draft, given| {
        push(&mut host(draft).blkio_device_write_iops, devices::operations_per_second(&given.value), given)
    }),
    value("device", |draft, given| {
        match devices::device(&given.value).map_err(|reason| given.invalid(reason))? {
            devices::ReadDevice::Mapping(mapping) => host(draft).devices.push(mapping),
            devices::ReadDevice::Qualified(name) => draft.cdi_devices.push(name),
        }
        Ok(())
    }),
    value("device-cgroup-rule", |draft, given| {
        push(&mut host(draft).device_cgroup_rules, devices::cgroup_rule(&given.value), given)
    }),
    value("gpus", |draft, given| {
        if draft.podman {
            // `podman run --gpus` is another way to write a device of the Container Device Interface.
            let names = given
                .value
                .split(',')
                .map(|gpu| format!("nvidia.com/gpu={}", gpu.trim_start_matches("device=")));
            draft.cdi_devices.extend(names);
            return Ok(());
        }
        push(&mut host(draft).device_requests, devices::gpus(&given.value), given)
    }),
    value("ulimit", |draft, given| push(&mut draft.ulimits, devices::ulimit(&given.value), given)),
    value("sysctl", |draft, given| {
        let Some((key, value)) = given.value.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(given.invalid("write `name=value`"));
        };
        if !sysctl_allowed(key) {
            return Err(given.invalid(format!("no engine lets a container set `{key}`")));
        }
        host(draft).sysctls.insert(key.to_owned(), value.to_owned());
        Ok(())
    }),
    value("cgroup-parent", |draft, given| text(&mut host(draft).cgroup_parent, given)),
    value("pid", |draft, given| {
        host(draft).pid_mode = mode(draft, given, &["", "host"], true)?;
        Ok(())
    }),
    value("ipc", |draft, given| {
        host(draft).ipc_mode = mode(draft, given, &["", "host", "private", "shareable", "none"], true)?;
        Ok(())
    }),
    value("uts", |draft, given| {
        host(draft).uts_mode = mode(draft, given, &["", "host"], false)?;
        Ok(())
    }),
    value("userns", |draft, given| {
        host(draft).userns_mode = mode(draft, given, &["", "host"], false)?;
        Ok(())
    }),
    value("cgroupns", |draft, given| {
        host(draft).cgroupns_mode = mode(draft, given, &["", "host", "private"], false)?;
        Ok(())
    }),
];

/// What the container can reach, and from where it can be reached.
pub(super) static NETWORK: &[Flag<Draft>] = &[
    value_short("publish", 'p', |draft, given| {
        for (port, binding) in ports::publish(&given.value).map_err(|reason| given.invalid(reason))? {
            draft.spec.body.exposed_ports.insert(port.clone(), Empty {});
            host(draft).port_bindings.entry(port).or_default().push(binding);
        }
        Ok(())
    }),
    switch_short("publish-all", 'P', |draft, given| {
        host(draft).publish_all_ports = given.is_on();
        Ok(())
    }),
    value("expose", |draft, given| {
        ports::expose(&given.value, &mut draft.spec.body.exposed_ports)
            .map_err(|reason| given.invalid(reason))
    }),
    value("network", add_network),
    value("net", add_network),
    value("network-alias", add_alias),
    value("net-alias", add_alias),
    value("ip", |draft, given| {
        draft.first_network_flag = Some(("--ip", given.property.to_owned()));
        store(
            &mut network::ipam(&mut draft.first_network).ipv4_address,
            network::address(&given.value),
            given,
        )
    }),
    value("ip6", |draft, given| {
        draft.first_network_flag = Some(("--ip6", given.property.to_owned()));
        store(
            &mut network::ipam(&mut draft.first_network).ipv6_address,
            network::address(&given.value),
            given,
        )
    }),
    value("link-local-ip", |draft, given| {
        draft.first_network_flag = Some(("--link-local-ip", given.property.to_owned()));
        push(
            &mut network::ipam(&mut draft.first_network).link_local_ips,
            network::address(&given.value),
            given,
        )
    }),
    value("mac-address", |draft, given| {
        draft.first_network_flag = Some(("--mac-address", given.property.to_owned()));
        store(&mut draft.first_network.mac_address, network::hardware_address(&given.value), given)
    }),
    value("link", |draft, given| {
        if given.value.is_empty() || given.value.matches(':').count() > 1 {
            return Err(given.invalid("write `container` or `container:alias`"));
        }
        if draft.podman {
            return Err(given.not_expressible("Podman has no links; put both containers into one network"));
        }
        draft.links.push(given.value.clone());
        item(&mut host(draft).links, given)
    }),
    value("add-host", |draft, given| {
        push(&mut host(draft).extra_hosts, network::extra_host(&given.value), given)
    }),
    value("dns", |draft, given| push(&mut host(draft).dns, network::address(&given.value), given)),
    value("dns-option", |draft, given| item(&mut host(draft).dns_options, given)),
    value("dns-opt", |draft, given| item(&mut host(draft).dns_options, given)),
    value("dns-search", |draft, given| item(&mut host(draft).dns_search, given)),
];

/// What concerns the program that would have asked, and not the container.
pub(super) static CLIENT: &[Flag<Draft>] = &[
    value_short("attach", 'a', |draft, given| {
        let stream = given.value.to_ascii_lowercase();
        if !matches!(stream.as_str(), "stdin" | "stdout" | "stderr") {
            return Err(given.invalid("write `STDIN`, `STDOUT` or `STDERR`"));
        }
        draft.attach.push(stream);
        Ok(())
    }),
    switch_short("interactive", 'i', |draft, given| {
        draft.spec.body.open_stdin = given.is_on();
        Ok(())
    }),
    switch_short("tty", 't', |draft, given| {
        draft.spec.body.tty = given.is_on();
        Ok(())
    }),
    value("cidfile", |_, given| {
        Err(given.not_expressible("the container's id is part of Wharf's own answer"))
    }),
    // A container of ours always runs in the background, nobody is attached to it, and events tell what is pulled.
    switch_short("detach", 'd', |_, _| Ok(())),
    switch_short("quiet", 'q', |_, _| Ok(())),
    switch("sig-proxy", |_, _| Ok(())),
    value("detach-keys", |_, _| Ok(())),
    switch("disable-content-trust", |_, _| Ok(())),
    switch("use-api-socket", |_, given| {
        Err(given.not_expressible("mount the engine's socket with `mounts` instead"))
    }),
    switch("help", |_, given| Err(given.not_expressible("it only prints a text"))),
];

fn file_error(given: &Given<'_>, reason: Reason) -> Error {
    Error::File {
        flag: given.flag.clone(),
        path: given.value.clone(),
        property: given.property.to_owned(),
        reason,
    }
}

fn add_network(draft: &mut Draft, given: &Given<'_>) -> Result<(), Error> {
    let read = network::read(&given.value, draft.podman);
    draft.networks.push((read.map_err(|reason| given.invalid(reason))?, given.property.to_owned()));
    Ok(())
}

fn add_alias(draft: &mut Draft, given: &Given<'_>) -> Result<(), Error> {
    draft.first_network_flag = Some(("--network-alias", given.property.to_owned()));
    item(&mut draft.first_network.aliases, given)
}

fn sysctl_allowed(name: &str) -> bool {
    let kernel = [
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];
    kernel.contains(&name) || name.starts_with("net.") || name.starts_with("fs.mqueue.")
}
