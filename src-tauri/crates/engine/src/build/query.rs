//! What to build, as the build call's query says it.

use serde_json::json;
use wharf_plan::BuildSpec;
use wharf_plan::image_reference::ImageReference;

type Query = Vec<(&'static str, String)>;

/// What every builder understands in the same words.
pub(super) fn common(spec: &BuildSpec) -> Query {
    let mut query = Query::new();
    let mut add = |name, value: Option<String>| query.extend(value.map(|value| (name, value)));
    for tag in &spec.tags {
        add("t", Some(tag.clone()));
    }
    let flag = |set: bool| set.then(|| "1".to_owned());
    add("nocache", flag(spec.no_cache));
    add("pull", flag(spec.pull));
    add("target", spec.target.clone());
    add("platform", (!spec.platforms.is_empty()).then(|| spec.platforms.join(",")));
    add("networkmode", spec.network.clone());
    add("shmsize", spec.shm_size.map(|size| size.to_string()));
    add("cgroupparent", spec.cgroup_parent.clone());
    let mut args = spec.args.clone();
    if spec.inline_cache || spec.cache_to.iter().any(|cache| cache.kind == "inline") {
        args.entry("BUILDKIT_INLINE_CACHE".to_owned()).or_insert_with(|| "1".to_owned());
    }
    add("buildargs", (!args.is_empty()).then(|| json!(args).to_string()));
    add("labels", (!spec.labels.is_empty()).then(|| json!(spec.labels).to_string()));
    query
}

/// What builders without BuildKit know beyond that; BuildKit ignores it.
pub(super) fn classic_only(spec: &BuildSpec, query: &mut Query) {
    let mut add = |name, value: Option<String>| query.extend(value.map(|value| (name, value)));
    let flag = |set: bool| set.then(|| "1".to_owned());
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let removes = spec.remove_intermediate.unwrap_or(true);
    add("rm", Some(if removes { "1" } else { "0" }.to_owned()));
    // A failed or cancelled build leaves no container, unless a person wants to look at it.
    add("forcerm", flag(spec.force_remove || removes));
    add("squash", flag(spec.squash));
    add("memory", number(spec.memory));
    add("memswap", number(spec.memory_swap));
    add("cpushares", number(spec.cpu_shares));
    add("cpuperiod", number(spec.cpu_period));
    add("cpuquota", number(spec.cpu_quota));
    add("cpusetcpus", spec.cpuset_cpus.clone());
    add("cpusetmems", spec.cpuset_mems.clone());
    add("isolation", spec.isolation.clone());
    add("securityopt", (!spec.security_opt.is_empty()).then(|| json!(spec.security_opt).to_string()));
}

/// The options in use that BuildKit takes and does nothing with, by their flags.
pub(super) fn ignored_by_buildkit(spec: &BuildSpec) -> Vec<&'static str> {
    let all = [
        (spec.squash, "--squash"),
        (spec.memory.is_some(), "--memory"),
        (spec.memory_swap.is_some(), "--memory-swap"),
        (spec.cpu_shares.is_some(), "--cpu-shares"),
        (spec.cpu_period.is_some(), "--cpu-period"),
        (spec.cpu_quota.is_some(), "--cpu-quota"),
        (spec.cpuset_cpus.is_some(), "--cpuset-cpus"),
        (spec.cpuset_mems.is_some(), "--cpuset-mems"),
        (spec.isolation.is_some(), "--isolation"),
        (!spec.security_opt.is_empty(), "--security-opt"),
    ];
    all.into_iter().filter(|(used, _)| *used).map(|(_, flag)| flag).collect()
}

/// Caches, hosts and limits as Docker reads them.
pub(super) fn docker_lists(spec: &BuildSpec, query: &mut Query) {
    let caches: Vec<&str> = spec.cache_from.iter().filter_map(|source| source.image_name()).collect();
    if !caches.is_empty() {
        query.push(("cachefrom", json!(caches).to_string()));
    }
    query.extend(spec.extra_hosts.iter().map(|host| ("extrahosts", host.clone())));
    let limits: Vec<_> = spec
        .ulimits
        .iter()
        .map(|limit| json!({ "Name": limit.name, "Soft": limit.soft, "Hard": limit.hard }))
        .collect();
    if !limits.is_empty() {
        query.push(("ulimits", json!(limits).to_string()));
    }
}

/// Caches, hosts and limits as Podman reads them: a cache is a repository whose images hold layers, and takes no tag.
pub(super) fn podman_lists(spec: &BuildSpec, query: &mut Query) {
    let names = spec.cache_from.iter().filter_map(|source| source.image_name());
    let mut caches: Vec<&str> = names.map(|name| ImageReference::parse(name).repository).collect();
    caches.dedup();
    if !caches.is_empty() {
        query.push(("cachefrom", json!(caches).to_string()));
    }
    if !spec.extra_hosts.is_empty() {
        query.push(("extrahosts", json!(spec.extra_hosts).to_string()));
    }
    let limits: Vec<String> =
        spec.ulimits.iter().map(|limit| format!("{}={}:{}", limit.name, limit.soft, limit.hard)).collect();
    if !limits.is_empty() {
        query.push(("ulimits", json!(limits).to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wharf_plan::build::{BuildUlimit, CacheSource};

    #[test]
    fn lists_are_written_as_each_engine_reads_them() {
        let spec = BuildSpec {
            extra_hosts: vec!["a:1.2.3.4".to_owned(), "b:host-gateway".to_owned()],
            ulimits: vec![BuildUlimit { name: "nofile".to_owned(), soft: 1, hard: 2 }],
            cache_from: vec![CacheSource::image("c:1")],
            ..BuildSpec::default()
        };
        let mut docker = Query::new();
        docker_lists(&spec, &mut docker);
        assert_eq!(
            docker,
            [
                ("cachefrom", r#"["c:1"]"#.to_owned()),
                ("extrahosts", "a:1.2.3.4".to_owned()),
                ("extrahosts", "b:host-gateway".to_owned()),
                ("ulimits", r#"[{"Name":"nofile","Soft":1,"Hard":2}]"#.to_owned()),
            ]
        );
        let mut podman = Query::new();
        podman_lists(&spec, &mut podman);
        assert_eq!(
            podman,
            [
                ("cachefrom", r#"["c"]"#.to_owned()),
                ("extrahosts", r#"["a:1.2.3.4","b:host-gateway"]"#.to_owned()),
                ("ulimits", r#"["nofile=1:2"]"#.to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_not_said_is_left_out() {
        assert_eq!(common(&BuildSpec::default()), []);
        let spec = BuildSpec {
            tags: vec!["x".to_owned(), "y:1".to_owned()],
            no_cache: true,
            inline_cache: true,
            target: Some("t".to_owned()),
            ..BuildSpec::default()
        };
        assert_eq!(
            common(&spec),
            [
                ("t", "x".to_owned()),
                ("t", "y:1".to_owned()),
                ("nocache", "1".to_owned()),
                ("target", "t".to_owned()),
                ("buildargs", r#"{"BUILDKIT_INLINE_CACHE":"1"}"#.to_owned()),
            ]
        );
    }
}
