//! The body of `POST /containers/create`, as the Docker Engine API names its fields.
//!
//! Everything that is not said is left out, so that the engine's own default applies. Field names follow the API
//! (version 1.51), not this project's habits: this is what travels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

fn is_false(value: &bool) -> bool {
    !*value
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// What the API reads as an empty object, for sets written as maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// The whole body.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CreateBody {
    /// Host name inside the container.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// Domain name inside the container.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domainname: String,
    /// `user[:group]`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Whether the creator means to attach.
    #[serde(skip_serializing_if = "is_false")]
    pub attach_stdin: bool,
    /// Whether the creator means to attach.
    #[serde(skip_serializing_if = "is_false")]
    pub attach_stdout: bool,
    /// Whether the creator means to attach.
    #[serde(skip_serializing_if = "is_false")]
    pub attach_stderr: bool,
    /// `8080/tcp` and so on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Empty>,
    /// A pseudo-terminal for the main process.
    #[serde(skip_serializing_if = "is_false")]
    pub tty: bool,
    /// Keeps the main process's input open.
    #[serde(skip_serializing_if = "is_false")]
    pub open_stdin: bool,
    /// Closes it when the first client leaves.
    #[serde(skip_serializing_if = "is_false")]
    pub stdin_once: bool,
    /// `NAME=value`; a bare `NAME` removes the image's variable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// The entrypoint; `[""]` removes the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// The health check; `["NONE"]` removes the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// The image's name or id.
    pub image: String,
    /// Folders that get an anonymous volume.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<String, Empty>,
    /// The working folder.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// The labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops the container.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    /// Seconds between that signal and the kill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    /// What concerns the host.
    pub host_config: HostConfig,
    /// The hardware address in the first network. Engines before API 1.44 read it here and nowhere else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    /// The networks.
    #[serde(skip_serializing_if = "NetworkingConfig::is_empty")]
    pub networking_config: NetworkingConfig,
}

/// How the engine checks the container's health. Durations in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Healthcheck {
    /// `["CMD-SHELL", command]`, `["NONE"]`, or empty to keep the image's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// Between two checks.
    #[serde(skip_serializing_if = "is_zero")]
    pub interval: i64,
    /// The longest that one may take.
    #[serde(skip_serializing_if = "is_zero")]
    pub timeout: i64,
    /// Failures that count as unhealthy.
    #[serde(skip_serializing_if = "is_zero")]
    pub retries: i64,
    /// Time in which failures do not count.
    #[serde(skip_serializing_if = "is_zero")]
    pub start_period: i64,
    /// Between two checks in that time.
    #[serde(skip_serializing_if = "is_zero")]
    pub start_interval: i64,
}

/// What concerns the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct HostConfig {
    /// `source:target[:options]` of `--volume`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<String>,
    /// Where output goes.
    #[serde(skip_serializing_if = "LogConfig::is_empty")]
    pub log_config: LogConfig,
    /// `default`, `bridge`, `host`, `none`, `container:<name>` or a network's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network_mode: String,
    /// `80/tcp` to its bindings on the host.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub port_bindings: BTreeMap<String, Vec<PortBinding>>,
    /// What happens when the main process ends.
    #[serde(skip_serializing_if = "RestartPolicy::is_empty")]
    pub restart_policy: RestartPolicy,
    /// Removes the container when it ends.
    #[serde(skip_serializing_if = "is_false")]
    pub auto_remove: bool,
    /// The driver of volumes that have none of their own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub volume_driver: String,
    /// Containers whose volumes are mounted too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_from: Vec<String>,
    /// Passed through to the runtime.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Added capabilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    /// Dropped capabilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// `host` or `private`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroupns_mode: String,
    /// Name servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<String>,
    /// Resolver options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_options: Vec<String>,
    /// Search domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_search: Vec<String>,
    /// `name:address`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<String>,
    /// Further groups of the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_add: Vec<String>,
    /// `host`, `private`, `shareable`, `container:<name>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipc_mode: String,
    /// `container:alias`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// -1000 to 1000.
    #[serde(skip_serializing_if = "is_zero")]
    pub oom_score_adj: i64,
    /// `host` or `container:<name>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pid_mode: String,
    /// All rights over the host.
    #[serde(skip_serializing_if = "is_false")]
    pub privileged: bool,
    /// Publishes every exposed port.
    #[serde(skip_serializing_if = "is_false")]
    pub publish_all_ports: bool,
    /// No writing to the root file system.
    #[serde(skip_serializing_if = "is_false")]
    pub readonly_rootfs: bool,
    /// `label=disable`, `seccomp=<JSON>` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// Options of the storage driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub storage_opt: BTreeMap<String, String>,
    /// Target to options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tmpfs: BTreeMap<String, String>,
    /// `host`.
    #[serde(rename = "UTSMode", skip_serializing_if = "String::is_empty")]
    pub uts_mode: String,
    /// `host`; on Podman also `keep-id`, `auto` and others.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub userns_mode: String,
    /// Bytes of `/dev/shm`.
    #[serde(skip_serializing_if = "is_zero")]
    pub shm_size: i64,
    /// Kernel parameters of the container's namespaces.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<String, String>,
    /// The OCI runtime's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub runtime: String,
    /// Windows only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub isolation: String,
    /// Relative weight.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_shares: i64,
    /// Bytes.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory: i64,
    /// Billionths of a CPU.
    #[serde(rename = "NanoCpus", skip_serializing_if = "is_zero")]
    pub nano_cpus: i64,
    /// Parent of the container's cgroup.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroup_parent: String,
    /// 10 to 1000.
    #[serde(skip_serializing_if = "is_zero")]
    pub blkio_weight: i64,
    /// Per device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_weight_device: Vec<WeightDevice>,
    /// Bytes per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_read_bps: Vec<ThrottleDevice>,
    /// Bytes per second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_write_bps: Vec<ThrottleDevice>,
    /// Operations per second.
    #[serde(rename = "BlkioDeviceReadIOps", skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_read_iops: Vec<ThrottleDevice>,
    /// Operations per second.
    #[serde(rename = "BlkioDeviceWriteIOps", skip_serializing_if = "Vec::is_empty")]
    pub blkio_device_write_iops: Vec<ThrottleDevice>,
    /// Microseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_period: i64,
    /// Microseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_quota: i64,
    /// Microseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_realtime_period: i64,
    /// Microseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub cpu_realtime_runtime: i64,
    /// For example `0-3`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpuset_cpus: String,
    /// For example `0,1`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpuset_mems: String,
    /// Host devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceMapping>,
    /// `c 42:* rmw` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_cgroup_rules: Vec<String>,
    /// GPUs and CDI devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_requests: Vec<DeviceRequest>,
    /// Bytes.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory_reservation: i64,
    /// Bytes of memory and swap; -1 for no bound.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory_swap: i64,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_swappiness: Option<i64>,
    /// Keeps the kernel from killing it for memory.
    #[serde(skip_serializing_if = "is_false")]
    pub oom_kill_disable: bool,
    /// -1 for no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids_limit: Option<i64>,
    /// Resource bounds of the processes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ulimits: Vec<Ulimit>,
    /// Windows only.
    #[serde(rename = "CpuCount", skip_serializing_if = "is_zero")]
    pub cpu_count: i64,
    /// Windows only.
    #[serde(rename = "CpuPercent", skip_serializing_if = "is_zero")]
    pub cpu_percent: i64,
    /// Windows only.
    #[serde(rename = "IOMaximumIOps", skip_serializing_if = "is_zero")]
    pub io_maximum_iops: i64,
    /// Windows only; bytes per second.
    #[serde(rename = "IOMaximumBandwidth", skip_serializing_if = "is_zero")]
    pub io_maximum_bandwidth: i64,
    /// Mounts of `--mount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<MountSpec>,
    /// Empty means that nothing is hidden (`systempaths=unconfined`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_paths: Option<Vec<String>>,
    /// Empty means that nothing is protected (`systempaths=unconfined`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readonly_paths: Option<Vec<String>>,
    /// An init process that reaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
}

/// Where a container's output goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LogConfig {
    /// The driver; the engine's default when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub r#type: String,
    /// The driver's options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
}

impl LogConfig {
    fn is_empty(&self) -> bool {
        self.r#type.is_empty() && self.config.is_empty()
    }
}

/// Where on the host a container's port is found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct PortBinding {
    /// Empty means every address.
    pub host_ip: String,
    /// Empty means any free port; may be a range.
    pub host_port: String,
}

/// What happens when the main process ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RestartPolicy {
    /// `no`, `always`, `unless-stopped`, `on-failure`.
    pub name: String,
    /// For `on-failure`.
    #[serde(skip_serializing_if = "is_zero")]
    pub maximum_retry_count: i64,
}

impl RestartPolicy {
    fn is_empty(&self) -> bool {
        self.name.is_empty()
    }
}

/// A weight of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WeightDevice {
    /// The device's path.
    pub path: String,
    /// 10 to 1000.
    pub weight: u16,
}

/// A rate of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ThrottleDevice {
    /// The device's path.
    pub path: String,
    /// Bytes or operations per second.
    pub rate: u64,
}

/// One host device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeviceMapping {
    /// On the host.
    pub path_on_host: String,
    /// In the container.
    pub path_in_container: String,
    /// Any of `r`, `w`, `m`.
    pub cgroup_permissions: String,
}

/// Devices asked for by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeviceRequest {
    /// For example `nvidia` or `cdi`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// -1 means all.
    #[serde(skip_serializing_if = "is_zero")]
    pub count: i64,
    /// Particular devices.
    #[serde(rename = "DeviceIDs", skip_serializing_if = "Vec::is_empty")]
    pub device_ids: Vec<String>,
    /// One of these lists must be met whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Vec<String>>,
    /// For the driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// One resource bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ulimit {
    /// For example `nofile`.
    pub name: String,
    /// The soft bound; -1 for none.
    pub soft: i64,
    /// The hard bound; -1 for none.
    pub hard: i64,
}

/// One mount of `--mount`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MountSpec {
    /// In the container.
    pub target: String,
    /// A host folder, a volume's name or an image; absent for an anonymous volume.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// `bind`, `volume`, `tmpfs`, `image`, `npipe`, `cluster`.
    pub r#type: String,
    /// No writing.
    #[serde(skip_serializing_if = "is_false")]
    pub read_only: bool,
    /// `consistent`, `cached`, `delegated`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub consistency: String,
    /// For `bind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_options: Option<BindOptions>,
    /// For `volume`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_options: Option<VolumeOptions>,
    /// For `image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_options: Option<ImageOptions>,
    /// For `tmpfs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs_options: Option<TmpfsOptions>,
}

/// For `bind`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BindOptions {
    /// `rprivate`, `rshared` and so on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub propagation: String,
    /// Without the mounts below.
    #[serde(skip_serializing_if = "is_false")]
    pub non_recursive: bool,
    /// Makes a missing source.
    #[serde(skip_serializing_if = "is_false")]
    pub create_mountpoint: bool,
    /// Read-only, but not the mounts below.
    #[serde(skip_serializing_if = "is_false")]
    pub read_only_non_recursive: bool,
    /// Read-only with the mounts below, or an error.
    #[serde(skip_serializing_if = "is_false")]
    pub read_only_force_recursive: bool,
}

/// For `volume`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VolumeOptions {
    /// Does not fill a new volume from the image.
    #[serde(skip_serializing_if = "is_false")]
    pub no_copy: bool,
    /// Of a new volume.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A folder inside the volume.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subpath: String,
    /// Of a new volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_config: Option<DriverConfig>,
}

/// For `image`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ImageOptions {
    /// A folder inside the image.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subpath: String,
}

/// For `tmpfs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TmpfsOptions {
    /// Bytes.
    #[serde(skip_serializing_if = "is_zero")]
    pub size_bytes: i64,
    /// Permission bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

/// A volume's driver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DriverConfig {
    /// The driver's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The driver's options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// The networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct NetworkingConfig {
    /// By the network's name; one at the most where [`EngineFacts::creates_in_several_networks`] says no.
    ///
    /// [`EngineFacts::creates_in_several_networks`]: crate::EngineFacts::creates_in_several_networks
    pub endpoints_config: BTreeMap<String, EndpointSettings>,
}

impl NetworkingConfig {
    fn is_empty(&self) -> bool {
        self.endpoints_config.is_empty()
    }
}

/// How the container stands in one network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EndpointSettings {
    /// Fixed addresses.
    #[serde(rename = "IPAMConfig", skip_serializing_if = "Option::is_none")]
    pub ipam_config: Option<IpamConfig>,
    /// `container[:alias]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// A fixed hardware address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    /// Further names in this network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// For the driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: BTreeMap<String, String>,
    /// The network with the highest number gives the default route.
    #[serde(skip_serializing_if = "is_zero")]
    pub gw_priority: i64,
}

/// Fixed addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct IpamConfig {
    /// IPv4.
    #[serde(rename = "IPv4Address", skip_serializing_if = "String::is_empty")]
    pub ipv4_address: String,
    /// IPv6.
    #[serde(rename = "IPv6Address", skip_serializing_if = "String::is_empty")]
    pub ipv6_address: String,
    /// Link-local ones.
    #[serde(rename = "LinkLocalIPs", skip_serializing_if = "Vec::is_empty")]
    pub link_local_ips: Vec<String>,
}
