//! What a container uses while it runs, as its engine measures it about once a second.
//!
//! Read leniently: engines, versions and kinds of control groups leave out different parts, and write others under two names.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use serde::Deserialize;

use crate::answers::nullable;
use crate::containers::Incoming;
use crate::engine::{Engine, escape};
use crate::error::{Call, Error};

/// More than any machine has: engines write such numbers where nothing limits the memory.
const NO_LIMIT: u64 = 1 << 60;

/// What a container has used until one moment. Counters begin with its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Whether it runs. Some engines go on to answer about one that has ended.
    pub running: bool,
    /// Time of processors, in nanoseconds.
    pub cpu: u64,
    /// Processors that there are for it; 0 when the engine does not say.
    pub cpus: u32,
    /// Bytes of memory, without what could be dropped at once.
    pub memory: u64,
    /// The most that it may use; the whole machine's memory where nothing else limits it. None when the engine does not say.
    pub memory_limit: Option<u64>,
    /// Processes and threads.
    pub processes: Option<u64>,
    /// Bytes that came over its networks; None where it has none of its own.
    pub received: Option<u64>,
    /// Bytes that went over them.
    pub sent: Option<u64>,
    /// Bytes that were read from block devices; None where nobody counts them.
    pub read: Option<u64>,
    /// Bytes that were written to block devices.
    pub written: Option<u64>,
}

impl Engine {
    /// What a container uses, about once a second for as long as the stream is kept.
    ///
    /// # Errors
    /// When there is no such container, or its engine cannot measure it.
    pub async fn usage(&self, container: &str) -> Result<Incoming<Usage>, Error> {
        let path = format!("/containers/{}/stats", escape(container));
        let call = Call::container("measure", container);
        let samples = self.documents::<Stats>(&path, &[("stream", "true")], call).await?;
        Ok(samples.map(|sample| sample.map(Stats::into_usage)).boxed())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stats {
    #[serde(deserialize_with = "nullable")]
    cpu_stats: Cpu,
    #[serde(deserialize_with = "nullable")]
    memory_stats: Memory,
    #[serde(deserialize_with = "nullable")]
    pids_stats: Processes,
    networks: Option<BTreeMap<String, Network>>,
    #[serde(deserialize_with = "nullable")]
    blkio_stats: Blocks,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cpu {
    #[serde(deserialize_with = "nullable")]
    cpu_usage: CpuUsage,
    online_cpus: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CpuUsage {
    total_usage: u64,
    percpu_usage: Option<Vec<u64>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Memory {
    usage: u64,
    limit: Option<u64>,
    stats: Option<MemoryParts>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MemoryParts {
    inactive_file: Option<u64>,
    total_inactive_file: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Processes {
    current: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Network {
    rx_bytes: u64,
    tx_bytes: u64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Blocks {
    io_service_bytes_recursive: Option<Vec<Block>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Block {
    op: String,
    value: u64,
}

impl Stats {
    fn into_usage(self) -> Usage {
        let Self { cpu_stats: cpu, memory_stats: memory, pids_stats, networks, blkio_stats } = self;
        let parts = memory.stats.unwrap_or_default();
        // The first control groups count it for a group alone, and with those below it under another name.
        let droppable = parts.total_inactive_file.or(parts.inactive_file).unwrap_or_default();
        let per_cpu = || cpu.cpu_usage.percpu_usage.as_ref().map_or(0, |times| times.len() as u32);
        let network = |bytes: fn(&Network) -> u64| {
            networks
                .as_ref()
                .filter(|networks| !networks.is_empty())
                .map(|found| found.values().map(bytes).sum())
        };
        let blocks = blkio_stats.io_service_bytes_recursive;
        let block = |name: &str| {
            let of_name = |block: &&Block| block.op.eq_ignore_ascii_case(name);
            blocks.as_ref().map(|blocks| blocks.iter().filter(of_name).map(|block| block.value).sum())
        };
        Usage {
            running: cpu.cpu_usage.total_usage > 0,
            cpu: cpu.cpu_usage.total_usage,
            cpus: cpu.online_cpus.filter(|count| *count > 0).unwrap_or_else(per_cpu),
            memory: memory.usage.saturating_sub(droppable),
            memory_limit: memory.limit.filter(|limit| (1..NO_LIMIT).contains(limit)),
            processes: pids_stats.current,
            received: network(|network| network.rx_bytes),
            sent: network(|network| network.tx_bytes),
            read: block("read"),
            written: block("write"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_write_is_read() {
        let docker = r#"{"read":"2026-03-04T09:12:00.5Z","pids_stats":{"current":7,"limit":100},
            "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"read","value":10},
                {"major":8,"minor":16,"op":"read","value":5},{"major":8,"minor":0,"op":"write","value":3}]},
            "cpu_stats":{"cpu_usage":{"total_usage":2000,"usage_in_usermode":1},"system_cpu_usage":9,"online_cpus":4},
            "memory_stats":{"usage":1000,"stats":{"inactive_file":300},"limit":8000},
            "networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10,"tx_bytes":20}}}"#;
        let podman = r#"{"pids_stats":{},"blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":4},
            {"op":"Write","value":2}]},"cpu_stats":{"cpu_usage":{"total_usage":5,"percpu_usage":[2,3]}},
            "memory_stats":{"usage":10,"limit":18446744073709551615},"networks":null}"#;
        let ended = r#"{"read":"0001-01-01T00:00:00Z","cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{},
            "blkio_stats":{"io_service_bytes_recursive":null},"pids_stats":{},"networks":{}}"#;
        let read = |text: &str| serde_json::from_str::<Stats>(text).unwrap().into_usage();
        assert_eq!(
            read(docker),
            Usage {
                running: true,
                cpu: 2000,
                cpus: 4,
                memory: 700,
                memory_limit: Some(8000),
                processes: Some(7),
                received: Some(11),
                sent: Some(22),
                read: Some(15),
                written: Some(3),
            }
        );
        assert_eq!(
            read(podman),
            Usage {
                running: true,
                cpu: 5,
                cpus: 2,
                memory: 10,
                memory_limit: None,
                processes: None,
                received: None,
                sent: None,
                read: Some(4),
                written: Some(2),
            }
        );
        assert_eq!(read(ended), Usage::default());
        assert_eq!(read("{}"), Usage::default());
    }
}
