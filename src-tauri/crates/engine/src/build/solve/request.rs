//! What to build, as BuildKit's Dockerfile frontend is told.

use std::collections::HashMap;

use bollard::grpc::build::moby::buildkit::v1::{CacheOptions, Exporter, SolveRequest};
use serde_json::json;
use wharf_plan::BuildSpec;
use wharf_plan::build::NamedContext;
use wharf_plan::build_ability::{Builder, BuilderKind};

use super::cache::Caches;
use crate::build::session::{Session, folder_name, new_id};
use crate::error::Error;

/// The request for one build.
pub(super) fn solve(
    spec: &BuildSpec,
    builder: &Builder,
    session: &Session,
    caches: &Caches,
    exporters: Vec<Exporter>,
) -> Result<SolveRequest, Error> {
    let Caches { exports, imports, .. } = caches.clone();
    let mut attributes = attributes(spec, builder)?;
    match &spec.remote {
        Some(remote) => {
            attributes.insert("context".to_owned(), remote.clone());
            attributes.insert("filename".to_owned(), spec.dockerfile_name.clone());
        }
        None => {
            attributes.insert("filename".to_owned(), session.dockerfile.clone());
        }
    }
    if !imports.is_empty() {
        let list: Vec<_> =
            imports.iter().map(|entry| json!({ "Type": entry.r#type, "Attrs": entry.attrs })).collect();
        attributes.insert("cache-imports".to_owned(), json!(list).to_string());
    }
    let mut entitlements = spec.entitlements.clone();
    if spec.network.as_deref() == Some("host") && !entitlements.iter().any(|name| name == "network.host") {
        entitlements.push("network.host".to_owned());
    }
    // Builders before 0.13 know one exporter only, under another name.
    let first = exporters.first().cloned().unwrap_or_default();
    Ok(SolveRequest {
        r#ref: new_id(),
        session: session.id.clone(),
        frontend: "dockerfile.v0".to_owned(),
        frontend_attrs: attributes,
        cache: Some(CacheOptions { exports, imports, ..CacheOptions::default() }),
        entitlements,
        exporter_deprecated: first.r#type,
        exporter_attrs_deprecated: first.attrs,
        exporters,
        ..SolveRequest::default()
    })
}

fn attributes(spec: &BuildSpec, builder: &Builder) -> Result<HashMap<String, String>, Error> {
    let mut attributes = HashMap::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), value);
        }
    };
    for (name, value) in &spec.args {
        add(&format!("build-arg:{name}"), Some(value.clone()));
    }
    if spec.inline_cache && !spec.args.contains_key("BUILDKIT_INLINE_CACHE") {
        add("build-arg:BUILDKIT_INLINE_CACHE", Some("1".to_owned()));
    }
    for (name, value) in &spec.labels {
        add(&format!("label:{name}"), Some(value.clone()));
    }
    for (name, context) in &spec.named_contexts {
        let value = match context {
            NamedContext::Folder(_) => format!("local:{}", folder_name(name)),
            NamedContext::Source(source) => source.clone(),
        };
        add(&format!("context:{name}"), Some(value));
    }
    add("target", spec.target.clone());
    add("platform", (!spec.platforms.is_empty()).then(|| spec.platforms.join(",")));
    if spec.no_cache {
        add("no-cache", Some(String::new()));
    } else if !spec.no_cache_filter.is_empty() {
        add("no-cache", Some(spec.no_cache_filter.join(",")));
    }
    if spec.pull {
        add("image-resolve-mode", Some("pull".to_owned()));
    } else if matches!(builder.kind, BuilderKind::Engine { .. }) {
        // The engine's own images come first there, as in every other build of it.
        add("image-resolve-mode", Some("local".to_owned()));
    }
    match spec.network.as_deref() {
        None | Some("" | "default" | "bridge") => {}
        Some(mode @ ("host" | "none")) => add("force-network-mode", Some(mode.to_owned())),
        Some(other) => {
            return Err(Error::UnsupportedOption {
                engine: builder.name.clone(),
                option: format!("--network {other}"),
                reason: "BuildKit knows default, host and none".to_owned(),
            });
        }
    }
    let hosts: Vec<String> = spec.extra_hosts.iter().map(|host| host.replacen(':', "=", 1)).collect();
    add("add-hosts", (!hosts.is_empty()).then(|| hosts.join(",")));
    add("shm-size", spec.shm_size.map(|size| size.to_string()));
    let limits: Vec<String> =
        spec.ulimits.iter().map(|limit| format!("{}={}:{}", limit.name, limit.soft, limit.hard)).collect();
    add("ulimit", (!limits.is_empty()).then(|| limits.join(",")));
    add("cgroup-parent", spec.cgroup_parent.clone());
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(kind: BuilderKind) -> Builder {
        Builder { name: "b".to_owned(), kind, version: None }
    }

    #[test]
    fn options_become_attributes() {
        let engine = builder(BuilderKind::Engine { containerd_images: true });
        let own = builder(BuilderKind::Own);
        type Change = fn(&mut BuildSpec);
        type Case<'a> = (Change, &'a Builder, &'a [(&'a str, &'a str)]);
        let cases: [Case<'_>; 8] = [
            (|_| {}, &own, &[]),
            (|_| {}, &engine, &[("image-resolve-mode", "local")]),
            (|spec| spec.pull = true, &engine, &[("image-resolve-mode", "pull")]),
            (
                |spec| spec.no_cache_filter = vec!["a".to_owned(), "b".to_owned()],
                &own,
                &[("no-cache", "a,b")],
            ),
            (
                |spec| {
                    spec.no_cache = true;
                    spec.no_cache_filter = vec!["a".to_owned()];
                },
                &own,
                &[("no-cache", "")],
            ),
            (
                |spec| spec.platforms = vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
                &own,
                &[("platform", "linux/amd64,linux/arm64")],
            ),
            (
                |spec| {
                    spec.named_contexts.insert("x".to_owned(), NamedContext::Folder("/x".into()));
                    spec.named_contexts.insert("context".to_owned(), NamedContext::Folder("/y".into()));
                },
                &own,
                &[("context:context", "local:_context"), ("context:x", "local:x")],
            ),
            (
                |spec| {
                    spec.network = Some("host".to_owned());
                    spec.extra_hosts = vec!["a:1.2.3.4".to_owned(), "b:::1".to_owned()];
                },
                &own,
                &[("add-hosts", "a=1.2.3.4,b=::1"), ("force-network-mode", "host")],
            ),
        ];
        for (change, builder, expected) in cases {
            let mut spec = BuildSpec::default();
            change(&mut spec);
            let found = attributes(&spec, builder).unwrap();
            let mut found: Vec<(&str, &str)> =
                found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            found.sort_unstable();
            assert_eq!(found, expected);
        }
        let other = BuildSpec { network: Some("mine".to_owned()), ..BuildSpec::default() };
        assert!(attributes(&other, &own).is_err());
    }
}
