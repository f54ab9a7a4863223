//! Touches of raw options: `runArgs` and `build.options`, option by option.

use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::json;
use wharf_spec::Source;
use wharf_spec::labels::tells_runtime;

use super::paths::Outside;
use super::{Touch, TouchKind, config_source};
use crate::build::CacheSource;
use crate::flags::Argument;
use crate::state::Running;
use crate::{build_options, run_args};

/// What is said of whatever can hide anything.
pub(super) const CANNOT_TELL: &str =
    "What this option can reach on the engine's machine cannot be told from here.";

/// What is said of labels that are no description.
pub(super) const TELLS_WHOSE: &str =
    "Wharf and other programs can take its container for another environment's.";

/// A touch, but for who wrote it where.
fn touch(kind: TouchKind, what: impl Into<String>, detail: &str, source: Source, property: &str) -> Touch {
    Touch {
        kind,
        what: what.into(),
        detail: detail.to_owned(),
        source,
        property: property.to_owned(),
        exactly: None,
        files: Vec::new(),
    }
}

pub(super) fn privileged(source: Source, property: &str) -> Touch {
    let detail = "The container has every right of root on the engine's machine, devices included.";
    touch(TouchKind::Privileged, "privileged", detail, source, property)
}

/// Capabilities that both engines give to every container; adding one of them changes nothing.
const DEFAULT_CAPABILITIES: [&str; 11] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

pub(super) fn capability(name: &str, source: Source, property: &str) -> Option<Touch> {
    let upper = name.to_ascii_uppercase();
    let short = upper.strip_prefix("CAP_").unwrap_or(&upper);
    if DEFAULT_CAPABILITIES.contains(&short) {
        return None;
    }
    let detail = match short {
        "ALL" => "The container has every capability that the kernel knows.",
        "SYS_PTRACE" => "Programs in the container can look into each other, as debuggers do.",
        "SYS_ADMIN" => "Among much else, the container can mount file systems; a way out of it is likely.",
        "NET_ADMIN" => "The container can change its network's settings.",
        "SYS_MODULE" => "The container can load modules into the kernel of the engine's machine.",
        "SYS_RAWIO" | "DAC_READ_SEARCH" | "SYS_BOOT" | "BPF" | "PERFMON" | "SYSLOG" => {
            "The container can reach beyond itself into the engine's machine."
        }
        _ => "The kernel lets the container do more than other containers.",
    };
    Some(touch(TouchKind::Capability, short, detail, source, property))
}

/// `folder` is where a relative profile lies.
pub(super) fn security_option(
    text: &str,
    source: Source,
    property: &str,
    folder: &str,
    outside: &Outside<'_>,
) -> Option<Touch> {
    let (key, value) = run_args::split_security_option(text);
    let detail = match (key, value.unwrap_or_default()) {
        // These only take rights away; the engines read a switch in these spellings.
        ("no-new-privileges", "" | "1" | "t" | "T" | "true" | "TRUE" | "True")
        | ("mask", _)
        | ("seccomp", "builtin") => return None,
        ("no-new-privileges", _) => {
            "Programs in the container may gain rights, even where the engine forbids it."
        }
        ("seccomp", "unconfined") => "The container can make any system call.",
        ("seccomp", _) => {
            "The container's system calls are filtered by this file instead of the engine's rules."
        }
        ("apparmor" | "label", _) => "The container is guarded by other rules than the engine's, or by none.",
        ("systempaths" | "unmask", _) => {
            "The container sees parts of the kernel's settings that are hidden otherwise."
        }
        _ => "The engine's protection is changed in a way that cannot be told.",
    };
    let profile = run_args::profile_path(text);
    let here = folder == outside.opened();
    let files = profile.map(|path| if here { path.to_owned() } else { outside.seen_from(folder, path) });
    let touch = touch(TouchKind::Unconfined, text, detail, source, property);
    Some(Touch { files: files.into_iter().collect(), ..touch })
}

/// Whether an address is this computer's for itself.
pub(super) fn is_loopback(address: &str) -> bool {
    address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A published port that other computers can reach.
pub(super) fn published(text: &str, source: Source, property: &str) -> Option<Touch> {
    // What cannot be read here may be read by somebody else: an address that is none means all of them.
    let stays = run_args::published(text)
        .is_ok_and(|ports| ports.iter().all(|(_, binding)| is_loopback(&binding.host_ip)));
    if stays {
        return None;
    }
    let detail = "Other computers in the network can reach this port.";
    Some(touch(TouchKind::Port, text, detail, source, property))
}

/// Options of `runArgs`.
pub(super) fn run_arguments(found: &mut Vec<Touch>, wanted: &Running, outside: &Outside<'_>) {
    let arguments = Argument::list("runArgs", &wanted.configuration.config.run_args);
    // A list that cannot be read never reaches the engine: planning the container says why.
    let Ok(options) = run_args::options(&arguments) else { return };
    for (name, value, property) in options {
        let source = config_source(wanted);
        match run_argument(name, &value, source.clone(), property, outside.opened(), outside) {
            Effect::Harmless => {}
            Effect::Touch(touch) => found.extend(touch),
            Effect::Hidden => {
                let what = if value == "true" { format!("--{name}") } else { format!("--{name}={value}") };
                found.push(touch(TouchKind::RawOption, what, CANNOT_TELL, source, property));
            }
        }
    }
}

/// What an option can do to the host.
pub(super) enum Effect {
    /// Nothing, or only to the container itself.
    Harmless,
    /// This, unless the value makes it harmless.
    Touch(Option<Touch>),
    /// It cannot be told.
    Hidden,
}

/// `folder` is where relative paths start.
pub(super) fn run_argument(
    name: &str,
    value: &str,
    source: Source,
    property: &str,
    folder: &str,
    outside: &Outside<'_>,
) -> Effect {
    let switched_on = value == "true";
    let one =
        |kind, what: String, detail| Effect::Touch(Some(touch(kind, what, detail, source.clone(), property)));
    match name {
        "privileged" => Effect::Touch(switched_on.then(|| privileged(source.clone(), property))),
        "cap-add" => {
            let names: Vec<&str> = value.split(',').collect();
            match names.as_slice() {
                [name] => Effect::Touch(capability(name, source.clone(), property)),
                _ => one(
                    TouchKind::Capability,
                    value.to_owned(),
                    "The kernel lets the container do more than others.",
                ),
            }
        }
        "security-opt" => Effect::Touch(security_option(value, source.clone(), property, folder, outside)),
        "volume" => Effect::Touch(outside.volume(value, folder, source.clone(), property)),
        "mount" => Effect::Touch(outside.mount(value, source.clone(), property)),
        "publish" => Effect::Touch(published(value, source.clone(), property)),
        "publish-all" if switched_on => one(
            TouchKind::Port,
            "all exposed ports".to_owned(),
            "Other computers in the network can reach them.",
        ),
        "device" => one(
            TouchKind::Device,
            value.to_owned(),
            "The container can use this device of the engine's machine.",
        ),
        "gpus" => one(TouchKind::Device, format!("GPUs: {value}"), "The container can use these GPUs."),
        "device-cgroup-rule" => {
            one(TouchKind::Device, value.to_owned(), "The container may make and use devices of this kind.")
        }
        "network" | "net" => network(value, &source, property, outside.is_podman()),
        "pid" | "ipc" | "uts" | "userns" | "cgroupns" => namespace(name, value, &source, property),
        "group-add" if value == "keep-groups" => {
            one(TouchKind::HostNamespace, value.to_owned(), "The container keeps your groups on the host.")
        }
        "env-file" | "label-file" | "hosts-file" if outside.is_outside(value) => one(
            TouchKind::Secret,
            outside.named(value),
            "The content of this file of the host goes into the container.",
        ),
        "env-host" if switched_on => one(
            TouchKind::Secret,
            "all of your environment".to_owned(),
            "Every variable of the host goes into the container.",
        ),
        "secret" => {
            let detail = "This secret of the engine goes into the container.";
            let touch = touch(TouchKind::Secret, value, detail, source.clone(), property);
            Effect::Touch(Some(touch.exactly(&json!(name))))
        }
        "label" if outside.tells_whose(value) => {
            one(TouchKind::RawOption, format!("--label={value}"), TELLS_WHOSE)
        }
        "label-file" => {
            let what = format!("--label-file={value}");
            let file = touch(TouchKind::RawOption, what, TELLS_WHOSE, source.clone(), property);
            Effect::Touch(Some(Touch { files: vec![value.to_owned()], ..file }))
        }
        "annotation" if tells_runtime(value) => Effect::Hidden,
        "annotation" => Effect::Harmless,
        "env" if outside.is_podman() && !value.contains('=') && value.ends_with('*') => {
            let (what, detail) = match value {
                "*" => ("all of your environment", "Every variable of the host goes into the container."),
                _ => (value, "Every variable of the host that begins so goes into the container."),
            };
            one(TouchKind::Secret, what.to_owned(), detail)
        }
        // These only name, bound or describe the container itself.
        "add-host"
        | "arch"
        | "attach"
        | "blkio-weight"
        | "blkio-weight-device"
        | "cap-drop"
        | "chrootdirs"
        | "cpu-count"
        | "cpu-percent"
        | "cpu-period"
        | "cpu-quota"
        | "cpu-rt-period"
        | "cpu-rt-runtime"
        | "cpu-shares"
        | "cpus"
        | "cpuset-cpus"
        | "cpuset-mems"
        | "detach"
        | "detach-keys"
        | "device-read-bps"
        | "device-read-iops"
        | "device-write-bps"
        | "device-write-iops"
        | "disable-content-trust"
        | "dns"
        | "dns-opt"
        | "dns-option"
        | "dns-search"
        | "domainname"
        | "entrypoint"
        | "env"
        | "env-merge"
        | "expose"
        | "group-add"
        | "group-entry"
        | "health-cmd"
        | "health-interval"
        | "health-max-log-count"
        | "health-max-log-size"
        | "health-on-failure"
        | "health-retries"
        | "health-start-interval"
        | "health-start-period"
        | "health-startup-cmd"
        | "health-startup-interval"
        | "health-startup-retries"
        | "health-startup-success"
        | "health-startup-timeout"
        | "health-timeout"
        | "hostname"
        | "hostuser"
        | "http-proxy"
        | "image-volume"
        | "init"
        | "interactive"
        | "io-maxbandwidth"
        | "io-maxiops"
        | "ip"
        | "ip6"
        | "isolation"
        | "label"
        | "link-local-ip"
        | "mac-address"
        | "memory"
        | "memory-reservation"
        | "memory-swap"
        | "memory-swappiness"
        | "name"
        | "net-alias"
        | "network-alias"
        | "no-healthcheck"
        | "no-hostname"
        | "no-hosts"
        | "oom-score-adj"
        | "os"
        | "passwd"
        | "passwd-entry"
        | "personality"
        | "pids-limit"
        | "platform"
        | "pull"
        | "quiet"
        | "read-only"
        | "read-only-tmpfs"
        | "requires"
        | "restart"
        | "rm"
        | "rmi"
        | "sdnotify"
        | "shm-size"
        | "shm-size-systemd"
        | "sig-proxy"
        | "stop-signal"
        | "stop-timeout"
        | "storage-opt"
        | "sysctl"
        | "systemd"
        | "timeout"
        | "tmpfs"
        | "tty"
        | "tz"
        | "ulimit"
        | "umask"
        | "unsetenv"
        | "unsetenv-all"
        | "user"
        | "variant"
        | "workdir" => Effect::Harmless,
        // The workspace's own files.
        "env-file" | "hosts-file" => Effect::Harmless,
        "publish-all" | "env-host" | "oom-kill-disable" if !switched_on => Effect::Harmless,
        // Everything else can hide one of the above.
        _ => Effect::Hidden,
    }
}

fn network(value: &str, source: &Source, property: &str, podman: bool) -> Effect {
    let Ok(read) = run_args::network(value, podman) else { return Effect::Hidden };
    let target = read.target.trim();
    let (mode, rest) = target.split_once(':').unwrap_or((target, ""));
    let shared = |detail| {
        Effect::Touch(Some(touch(
            TouchKind::HostNamespace,
            format!("network {value}"),
            detail,
            source.clone(),
            property,
        )))
    };
    match mode {
        "host" => shared("The container uses the engine's machine's own network, its loopback included."),
        "container" | "ns" | "pod" => {
            shared("The container shares the network of something else on the engine's machine.")
        }
        "slirp4netns" | "pasta" if podman && !rest.is_empty() => {
            shared("The container may reach the host's own loopback, depending on these options.")
        }
        _ => Effect::Harmless,
    }
}

fn namespace(name: &str, value: &str, source: &Source, property: &str) -> Effect {
    let mode = value.split(':').next().unwrap_or_default();
    let what = format!("{name} {value}");
    let detail = match (name, mode) {
        (_, "" | "private" | "shareable" | "none" | "auto" | "nomap" | "keep-id") => return Effect::Harmless,
        ("pid", "host") => "The container sees every process of the engine's machine.",
        ("ipc", "host") => "The container shares memory and semaphores with the engine's machine.",
        ("uts", "host") => "The container can change the host name of the engine's machine.",
        ("userns", "host") => "The container's users are the engine's machine's own.",
        ("cgroupns", "host") => "The container sees the control groups of the engine's machine.",
        _ => "The container shares a namespace with something else on the engine's machine.",
    };
    Effect::Touch(Some(touch(TouchKind::HostNamespace, what, detail, source.clone(), property)))
}

/// Whether a path is one of a workspace that lies in a volume, and so none of this computer's.
fn lies_in_the_volume(wanted: &Running, path: &str) -> bool {
    let linux = wharf_spec::PathStyle::Linux;
    wanted.give.as_ref().is_some_and(|folder| folder == path || linux.is_inside(path, folder))
}

/// Options of `build.options`, and a build context that is not the workspace's.
pub(super) fn build(found: &mut Vec<Touch>, wanted: &Running, outside: &Outside<'_>) {
    let Some(build) = wanted.configuration.config.build.as_ref() else { return };
    let source = config_source(wanted);
    let here = |path: &Option<PathBuf>| {
        let path = path.as_ref().map(|path| path.to_string_lossy().into_owned());
        path.filter(|path| !lies_in_the_volume(wanted, path))
    };
    let (context, dockerfile) = (here(&wanted.build.context), here(&wanted.build.dockerfile));
    found.extend(context.as_ref().and_then(|context| sent(context, &source, "build.context", outside)));
    found.extend(built_from(dockerfile, context.as_deref(), &source, "build.dockerfile", outside));
    build_arguments(found, &Argument::list("build.options", &build.options), &source, outside);
    cached(found, "cache-from", &build.cache_from, &source, "build.cacheFrom", outside);
}

/// The same for a service's own build; `property` is where it stands.
pub(super) fn built(
    found: &mut Vec<Touch>,
    (context, dockerfile): (Option<&str>, Option<String>),
    (options, caches): (&[String], &[String]),
    source: &Source,
    property: &str,
    outside: &Outside<'_>,
) {
    found.extend(context.and_then(|context| sent(context, source, property, outside)));
    found.extend(built_from(dockerfile, context, source, property, outside));
    build_arguments(found, &Argument::list(property, options), source, outside);
    cached(found, "cache-from", caches, source, property, outside);
}

/// A context that lies outside.
fn sent(context: &str, source: &Source, property: &str, outside: &Outside<'_>) -> Option<Touch> {
    let detail = "The build can read every file in this folder.";
    outside.is_outside(context).then(|| {
        touch(
            TouchKind::HostFolder,
            outside.shown(&outside.absolute(context)),
            detail,
            source.clone(),
            property,
        )
    })
}

/// A Dockerfile that lies outside: who reads it is named by the build, which need not be whoever reads Dockerfiles. One in a context
/// that is asked about goes with it.
fn built_from(
    dockerfile: Option<String>,
    context: Option<&str>,
    source: &Source,
    property: &str,
    outside: &Outside<'_>,
) -> Option<Touch> {
    let file = outside.absolute(&dockerfile?);
    if !outside.is_outside(&file) || context.is_some_and(|context| outside.is_part(&file, context)) {
        return None;
    }
    let detail = "The build can read this file of the host.";
    Some(touch(TouchKind::HostFolder, outside.shown(&file), detail, source.clone(), property))
}

fn build_arguments(found: &mut Vec<Touch>, arguments: &[Argument], source: &Source, outside: &Outside<'_>) {
    let Ok(options) = build_options::options(arguments) else { return };
    for (name, value, property) in options {
        let what = format!("--{name}={value}");
        let mut add =
            |kind, detail: &str| found.push(touch(kind, what.clone(), detail, source.clone(), property));
        match name {
            "network" if !matches!(value.as_str(), "" | "default" | "none" | "bridge") => {
                add(TouchKind::HostNamespace, "The build uses a network of the engine's machine.");
            }
            "allow" => add(TouchKind::Privileged, "The build may do more than the builder allows by itself."),
            "secret" => add(TouchKind::Secret, "The build can read this secret of the host."),
            "ssh" => add(TouchKind::Secret, "The build can use keys of your SSH agent."),
            "security-opt" => add(TouchKind::Unconfined, "The engine's protection is changed for the build."),
            "label" if outside.tells_whose(&value) => add(TouchKind::RawOption, TELLS_WHOSE),
            "build-context" | "cache-from" | "cache-to" => {
                cached(found, name, std::slice::from_ref(&value), source, property, outside);
            }
            "cgroup-parent" | "isolation" => {
                add(TouchKind::RawOption, CANNOT_TELL);
            }
            _ => {}
        }
    }
}

/// What caches, or a folder that is another context, mean for this computer.
fn cached(
    found: &mut Vec<Touch>,
    name: &str,
    places: &[String],
    source: &Source,
    property: &str,
    outside: &Outside<'_>,
) {
    for place in places {
        let paths = if name == "build-context" {
            let path = place.split_once('=').map(|(_, path)| path.to_owned());
            path.into_iter().filter(|path| !path.contains("://")).collect()
        } else {
            let cache = CacheSource::parse(place);
            let kind = cache.as_ref().map(|cache| cache.kind.as_str()).unwrap_or_default();
            let told = match (name, kind) {
                (_, "gha" | "s3") => Some((
                    TouchKind::Secret,
                    "The build gets the credentials for this cache that your environment holds.",
                )),
                ("cache-to", "registry") => {
                    Some((TouchKind::Secret, "The build writes to this registry with your credentials."))
                }
                (_, "local") | ("cache-to", "inline") | ("cache-from", "registry") => None,
                _ => Some((TouchKind::RawOption, CANNOT_TELL)),
            };
            found.extend(told.map(|(kind, detail)| {
                touch(kind, place, detail, source.clone(), property).exactly(&json!(name))
            }));
            cache.iter().flat_map(CacheSource::folders).cloned().collect::<Vec<String>>()
        };
        let detail = "The build reads or writes files in this folder of the host.";
        for path in paths.into_iter().filter(|path| outside.is_outside(path)) {
            let path = outside.named(&path);
            let touch = touch(TouchKind::HostFolder, path, detail, source.clone(), property);
            found.push(touch.exactly(&json!(name)));
        }
    }
}
