//! Touches of a Compose project: what the services that start may do to the host.

use serde_json::{Map, Value, json};
use wharf_spec::Source;
use wharf_spec::compose::{ComposeService, keeps_log, labels_of};
use wharf_spec::labels::{tells_runtime, tells_whose};

use super::options::{self, Effect, TELLS_WHOSE};
use super::paths::{LEADS_ANYWHERE, Outside, is_volume_name};
use super::{Touch, TouchKind, config_source};
use crate::compose::ComposeFacts;
use crate::state::{Observed, Running};

/// Properties of a service that only name, bound or describe its container.
const HARMLESS: [&str; 64] = [
    "attach",
    "blkio_config",
    "cap_drop",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "depends_on",
    "develop",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "environment",
    "expose",
    "external_links",
    "extra_hosts",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "isolation",
    "links",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "networks",
    "oom_score_adj",
    "pids_limit",
    "platform",
    "profiles",
    "pull_policy",
    "pull_refresh_after",
    "read_only",
    "restart",
    "scale",
    "secrets",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "user",
    "working_dir",
    "tags",
    "name",
    "label",
    "tmpfs_size",
    "extends",
];

/// Everything that asks, service by service.
pub(super) fn services(found: &mut Vec<Touch>, wanted: &Running, observed: &Observed, outside: &Outside<'_>) {
    let Some(facts) = observed.compose.known().and_then(Option::as_ref) else { return };
    let started = facts.project.started(&crate::compose::named(wanted));
    // Built without being started: the environment's own, which Compose may leave to another profile, and what builds read from.
    let own = crate::compose::service_name(wanted);
    let built = facts.project.with_contexts(&started.iter().copied().chain(own).collect::<Vec<_>>());
    for (name, service) in &facts.project.services {
        let view = View::of(name, wanted, facts, outside);
        if started.contains(&name.as_str()) {
            view.service(found, service);
        }
        if built.contains(&name.as_str()) {
            view.build(found, facts, service);
        }
    }
    let view = View::of("", wanted, facts, outside);
    view.project(found, &facts.project.raw);
}

/// What asks where the environment's image alone is built: that build, and those of services that it reads from.
pub(super) fn builds(found: &mut Vec<Touch>, wanted: &Running, observed: &Observed, outside: &Outside<'_>) {
    let Some(facts) = observed.compose.known().and_then(Option::as_ref) else { return };
    let Some(own) = crate::compose::service_name(wanted) else { return };
    for name in facts.project.with_contexts(&[own]) {
        if let Some(service) = facts.project.services.get(name) {
            View::of(name, wanted, facts, outside).build(found, facts, service);
        }
    }
}

struct View<'a> {
    name: &'a str,
    source: Source,
    /// Where the project's relative paths start.
    folder: String,
    outside: &'a Outside<'a>,
}

impl<'a> View<'a> {
    fn of(name: &'a str, wanted: &Running, facts: &ComposeFacts, outside: &'a Outside<'a>) -> View<'a> {
        let folder = facts.folder().to_string_lossy().into_owned();
        View { name, source: config_source(wanted), folder, outside }
    }

    fn property(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("services.{}.{key}", self.name) }
    }

    fn touch(&self, kind: TouchKind, what: String, detail: &str, key: &str) -> Touch {
        Touch {
            kind,
            what,
            detail: detail.to_owned(),
            source: self.source.clone(),
            property: self.property(key),
            exactly: None,
            files: Vec::new(),
        }
    }

    /// What cannot be told, and counts for this value alone.
    fn hidden(&self, key: &str, value: &Value) -> Touch {
        let what = format!("{key} of the service {}", self.name);
        let detail = "What this property can reach on the engine's machine cannot be told from here.";
        self.touch(TouchKind::RawOption, what, detail, key).exactly(value)
    }

    /// What its container can do; its build is looked at by itself.
    fn service(&self, found: &mut Vec<Touch>, service: &ComposeService) {
        for (key, value) in &service.raw {
            let is_extension = key.starts_with("x-") && !is_of_podman(key);
            if is_nothing(value) || HARMLESS.contains(&key.as_str()) || is_extension {
                continue;
            }
            match key.as_str() {
                "build" => {}
                // Commands in its container, which may have more rights than that.
                "post_start" | "pre_stop" => self.each(found, value, |hook| {
                    let privileged = hook.get("privileged").is_some_and(is_on);
                    privileged.then(|| options::privileged(self.source.clone(), &self.property(key)))
                }),
                "volumes" => self.each(found, value, |value| self.volume(value)),
                "ports" => self.each(found, value, |value| match port(value) {
                    Some(text) => options::published(&text, self.source.clone(), &self.property("ports")),
                    None => Some(self.hidden("ports", value)),
                }),
                "annotations" => {
                    let mut told = labels_of(value);
                    told.retain(|name, _| tells_runtime(name));
                    found.extend((!told.is_empty()).then(|| self.hidden(key, &json!(told))));
                }
                "logging" => found.extend((!keeps_log(value)).then(|| self.hidden(key, value))),
                "labels" => found.extend(self.labels(value)),
                // Compose has read it, except where it leaves that to the engine's program.
                "label_file" => self.each(found, value, |value| {
                    let files = value.as_str().map(|path| self.path(path)).into_iter().collect();
                    Some(Touch { files, ..self.hidden(key, value) })
                }),
                "env_file" => self.each(found, value, |value| self.env_file(value)),
                "devices" => self.each(found, value, |value| {
                    let Some(device) = value.get("source").unwrap_or(value).as_str() else {
                        return Some(self.hidden(key, value));
                    };
                    let touch = self.option("device", device, value, key)?;
                    Some(if value.is_object() { touch.exactly(value) } else { touch })
                }),
                "deploy" => {
                    let devices = value.pointer("/resources/reservations/devices");
                    let devices = devices.filter(|devices| !is_nothing(devices));
                    found.extend(devices.map(|devices| self.devices("deploy", devices)));
                }
                "gpus" => found.push(self.devices("gpus", value)),
                "volumes_from" => {
                    let others = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let others = others.filter(|other| other.starts_with("container:"));
                    found.extend(others.map(|other| self.hidden(key, &json!(other))));
                }
                "use_api_socket" => found.push(self.touch(
                    TouchKind::EngineSocket,
                    format!("the engine's socket for the service {}", self.name),
                    "Whoever can use an engine's socket can do anything on the engine's machine.",
                    key,
                )),
                other => match option_of(other) {
                    // A text may stand for a switch.
                    Some(option @ ("privileged" | "oom-kill-disable")) => {
                        let on = if is_on(value) { "true" } else { "false" };
                        found.extend(self.option(option, on, value, key));
                    }
                    Some(option) => {
                        self.each(found, value, |value| match scalar(value) {
                            Some(text) => self.option(option, &text, value, key),
                            None => Some(self.hidden(key, value)),
                        });
                    }
                    None => found.push(self.hidden(key, value)),
                },
            }
        }
    }

    /// Labels that tell whose a container is.
    fn labels(&self, value: &Value) -> Option<Touch> {
        let mut labels = labels_of(value);
        labels.retain(|name, _| self.outside.tells_whose(name));
        if labels.is_empty() {
            return None;
        }
        // Of others than the usual ones a project that is kept has only the names.
        labels.iter_mut().filter(|(name, _)| !tells_whose(name)).for_each(|(_, value)| *value = None);
        let what = format!("labels of the service {}", self.name);
        Some(self.touch(TouchKind::RawOption, what, TELLS_WHOSE, "labels").exactly(&json!(labels)))
    }

    /// What its build can read of this computer. A context that only the builder fetches is no folder of it.
    fn build(&self, found: &mut Vec<Touch>, facts: &ComposeFacts, service: &ComposeService) {
        let Some(build) = &service.build else { return };
        let context = (!build.is_elsewhere()).then(|| facts.context_of(build).to_string_lossy().into_owned());
        let dockerfile = facts.dockerfile_of(build).filter(|_| context.is_some());
        let dockerfile = dockerfile.map(|path| path.to_string_lossy().into_owned());
        let property = self.property("build");
        let asked = (build.options.as_slice(), build.cache_from.as_slice());
        options::built(found, (context.as_deref(), dockerfile), asked, &self.source, &property, self.outside);
    }

    fn devices(&self, key: &str, value: &Value) -> Touch {
        let what = format!("devices of the engine's machine for the service {}", self.name);
        let detail = "The container can use these devices, such as GPUs.";
        self.touch(TouchKind::Device, what, detail, key).exactly(value)
    }

    /// The touch of each entry of a list, or of a value alone.
    fn each(&self, found: &mut Vec<Touch>, value: &Value, touch: impl Fn(&Value) -> Option<Touch>) {
        match value {
            Value::Array(items) => found.extend(items.iter().filter_map(touch)),
            one => found.extend(touch(one)),
        }
    }

    /// The touch of an option of `docker run` that says the same.
    fn option(&self, option: &str, value: &str, written: &Value, key: &str) -> Option<Touch> {
        // What belongs to another service is no more than the project itself.
        if value.starts_with("service:") {
            return None;
        }
        match options::run_argument(
            option,
            value,
            self.source.clone(),
            &self.property(key),
            &self.folder,
            self.outside,
        ) {
            Effect::Harmless => None,
            Effect::Touch(touch) => touch,
            Effect::Hidden => Some(self.hidden(key, written)),
        }
    }

    fn volume(&self, value: &Value) -> Option<Touch> {
        let property = self.property("volumes");
        if let Some(text) = value.as_str() {
            return self.outside.volume(text, &self.folder, self.source.clone(), &property);
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let from = text("source");
        let read_only = value.get("read_only").and_then(Value::as_bool).unwrap_or(false);
        let folder =
            |path: &str| self.outside.folder(path, text("target"), read_only, self.source.clone(), &property);
        match text("type") {
            _ if self.outside.is_torn(&[from, text("target")]) => Some(self.hidden("volumes", value)),
            "bind" => folder(&self.path(from)),
            "npipe" => folder(from).or_else(|| Some(self.hidden("volumes", value))),
            "tmpfs" | "image" => None,
            "volume" if from.is_empty() || is_volume_name(from) => None,
            _ => Some(self.hidden("volumes", value)),
        }
    }

    /// A path for a person, who should know where it leads.
    fn shown(&self, path: &str) -> String {
        self.outside.shown(&self.outside.absolute(path))
    }

    /// A path as the project has it.
    fn path(&self, path: &str) -> String {
        self.outside.seen_from(&self.folder, path)
    }

    fn env_file(&self, value: &Value) -> Option<Touch> {
        let Some(path) = value.get("path").unwrap_or(value).as_str().map(|path| self.path(path)) else {
            return Some(self.hidden("env_file", value));
        };
        let detail = "The content of this file of the host goes into the container.";
        self.outside
            .is_outside(&path)
            .then(|| self.touch(TouchKind::Secret, self.shown(&path), detail, "env_file"))
    }

    /// Volumes that lead elsewhere, and files and variables of the host that services are given.
    fn project(&self, found: &mut Vec<Touch>, raw: &Map<String, Value>) {
        // How it names and groups containers, which reaches nothing.
        let groups = ["in_pod", "docker_compose_compat", "default_net_name_compat", "name_separator_compat"];
        let only_groups = |value: &Value| {
            value.as_object().is_some_and(|entries| entries.keys().all(|key| groups.contains(&key.as_str())))
        };
        for (key, value) in raw.iter().filter(|(key, _)| is_of_podman(key)) {
            if is_nothing(value) || only_groups(value) {
                continue;
            }
            let detail = "What this property can reach on the engine's machine cannot be told from here.";
            found.push(self.touch(TouchKind::RawOption, key.clone(), detail, key).exactly(value));
        }
        let entries = |key: &str| raw.get(key).and_then(Value::as_object).into_iter().flatten();
        for (name, volume) in entries("volumes") {
            let told = volume.get("driver_opts").is_some_and(|options| !is_nothing(options))
                || volume.get("driver").and_then(Value::as_str).is_some_and(|driver| driver != "local");
            if told {
                let (what, key) = (format!("the volume {name}"), format!("volumes.{name}"));
                found.push(self.touch(TouchKind::RawOption, what, LEADS_ANYWHERE, &key).exactly(volume));
            }
        }
        for (name, network) in entries("networks") {
            let key = format!("networks.{name}");
            if is_network_of_its_own(network) {
                let detail = "A network with a driver or options of its own can let other computers reach its containers.";
                let what = format!("the network {name}");
                found.push(self.touch(TouchKind::RawOption, what, detail, &key).exactly(network));
            }
            // One that is there already may be the engine's machine's own.
            let of_old = network.pointer("/external/name");
            let called = [network.get("name"), of_old].into_iter().flatten().filter_map(Value::as_str);
            found.extend(called.filter_map(|called| self.option("network", called, network, &key)));
        }
        for key in ["secrets", "configs"] {
            for (name, entry) in entries(key) {
                let file = entry.get("file").and_then(Value::as_str).map(|file| self.path(file));
                let file = file.filter(|file| self.outside.is_outside(file));
                let variable = entry.get("environment").and_then(Value::as_str);
                if let Some(what) = file.map(|file| self.shown(&file)).or(variable.map(str::to_owned)) {
                    let detail = "Its content goes from the host into containers.";
                    found.push(self.touch(TouchKind::Secret, what, detail, &format!("{key}.{name}")));
                }
            }
        }
    }
}

/// Whether podman-compose takes an extension for options of the engine's program.
fn is_of_podman(key: &str) -> bool {
    key.starts_with("x-podman")
}

/// Whether a network is more than one of the engine's usual ones.
fn is_network_of_its_own(network: &Value) -> bool {
    let text = |value: Option<&Value>| value.and_then(scalar).unwrap_or_default();
    let is_usual = |(name, value): (&String, &Value)| match name.as_str() {
        "com.docker.network.driver.mtu" | "mtu" | "com.docker.network.bridge.enable_icc" => true,
        "com.docker.network.bridge.host_binding_ipv4" => options::is_loopback(&text(Some(value))),
        _ => false,
    };
    let driver = text(network.get("driver"));
    !matches!(driver.as_str(), "" | "bridge" | "overlay" | "none" | "null")
        || match network.get("driver_opts") {
            Some(Value::Object(options)) => !options.iter().all(is_usual),
            options => options.is_some_and(|options| !is_nothing(options)),
        }
}

/// The option of `docker run` that says the same as a property of a service.
fn option_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "privileged" => "privileged",
        "cap_add" => "cap-add",
        "security_opt" => "security-opt",
        "device_cgroup_rules" => "device-cgroup-rule",
        "network_mode" => "network",
        "pid" => "pid",
        "ipc" => "ipc",
        "uts" => "uts",
        "userns_mode" => "userns",
        "cgroup" => "cgroupns",
        "group_add" => "group-add",
        "oom_kill_disable" => "oom-kill-disable",
        _ => return None,
    })
}

/// A published port as `--publish` writes it; None where it is published nowhere.
fn port(value: &Value) -> Option<String> {
    let Value::Object(port) = value else { return scalar(value) };
    let target = port.get("target").and_then(scalar)?;
    let protocol = port.get("protocol").and_then(scalar).unwrap_or_else(|| "tcp".to_owned());
    let address = match port.get("host_ip").and_then(scalar) {
        Some(address) if address.contains(':') => format!("[{address}]:"),
        Some(address) => format!("{address}:"),
        None => String::new(),
    };
    let published = port.get("published").and_then(scalar).unwrap_or_default();
    Some(match (address.is_empty(), published.is_empty()) {
        (true, true) => format!("{target}/{protocol}"),
        _ => format!("{address}{published}:{target}/{protocol}"),
    })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a switch is on: everything is that some reader takes for it.
fn is_on(value: &Value) -> bool {
    match value {
        Value::String(text) => !matches!(text.as_str(), "" | "0") && !text.eq_ignore_ascii_case("false"),
        Value::Number(number) => number.as_f64() != Some(0.0),
        value => !is_nothing(value),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}
