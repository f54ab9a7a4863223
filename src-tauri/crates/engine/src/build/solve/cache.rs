//! Where a build's cache comes from and goes to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bollard::grpc::build::moby::buildkit::v1::CacheOptionsEntry;
use wharf_plan::BuildSpec;
use wharf_plan::build::CacheSource;

use crate::build::session::{Stores, finish, newest};
use crate::error::Error;

/// The tag of a cache folder's newest content, unless another one is named.
const LATEST: &str = "latest";

/// The caches of one build.
#[derive(Debug, Clone, Default)]
pub(super) struct Caches {
    pub(super) exports: Vec<CacheOptionsEntry>,
    pub(super) imports: Vec<CacheOptionsEntry>,
    /// Folders that the builder reads and writes through the session.
    pub(super) stores: Stores,
    /// Folders whose list is to be written after the build, with the tag.
    written: Vec<(PathBuf, String)>,
}

impl Caches {
    pub(super) fn of(spec: &BuildSpec) -> Caches {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut caches = Caches::default();
        for source in &spec.cache_to {
            let Some(entry) = cache(source, &environment) else { continue };
            if let Some(folder) = local(&entry, "dest") {
                let tag = entry.attrs.get("tag").map_or(LATEST, String::as_str).to_owned();
                caches.stores.insert(format!("local:{}", entry.attrs["dest"]), folder.clone());
                caches.written.push((folder, tag));
            }
            caches.exports.push(entry);
        }
        let is_inline = |entry: &CacheOptionsEntry| entry.r#type == "inline";
        if spec.inline_cache && !caches.exports.iter().any(is_inline) {
            caches.exports.push(CacheOptionsEntry { r#type: "inline".to_owned(), attrs: HashMap::new() });
        }
        for source in &spec.cache_from {
            let Some(mut entry) = cache(source, &environment) else { continue };
            if let Some(folder) = local(&entry, "src") {
                // One that holds nothing yet is how every cache begins.
                let tag = entry.attrs.get("tag").map_or(LATEST, String::as_str);
                let named = entry.attrs.get("digest").cloned();
                let Some(digest) = named.or_else(|| newest(&folder, tag)) else { continue };
                caches.stores.insert(format!("local:{}", entry.attrs["src"]), folder);
                entry.attrs.insert("digest".to_owned(), digest);
            }
            caches.imports.push(entry);
        }
        caches
    }

    /// Writes the lists of the folders that the build has written to.
    pub(super) fn finish(&self, manifest: Option<&String>) -> Result<(), Error> {
        let Some(manifest) = manifest else { return Ok(()) };
        self.written.iter().try_for_each(|(folder, tag)| finish(folder, tag, manifest))
    }
}

/// The folder of a local cache.
fn local(entry: &CacheOptionsEntry, key: &str) -> Option<PathBuf> {
    let path = entry.attrs.get(key).filter(|_| entry.r#type == "local")?;
    Some(Path::new(path).to_owned())
}

/// One cache, with what its kind takes from the environment. None for one that only works where that is there.
fn cache(source: &CacheSource, environment: &dyn Fn(&str) -> Option<String>) -> Option<CacheOptionsEntry> {
    let mut attrs: HashMap<String, String> =
        source.attributes.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut take = |name: &str, variables: &[&str]| {
        if !attrs.contains_key(name)
            && let Some(value) = variables.iter().find_map(|variable| environment(variable))
        {
            attrs.insert(name.to_owned(), value);
        }
    };
    match source.kind.as_str() {
        // Outside of a workflow's job there is no such cache, and the same configuration builds without it.
        "gha" => {
            take("token", &["ACTIONS_RUNTIME_TOKEN"]);
            take("url_v2", &["ACTIONS_RESULTS_URL"]);
            take("url", &["ACTIONS_CACHE_URL", "ACTIONS_RESULTS_URL"]);
            if attrs.contains_key("url_v2") && !attrs.contains_key("version") {
                attrs.insert("version".to_owned(), "2".to_owned());
            }
            if !attrs.contains_key("token") || !attrs.contains_key("url") {
                return None;
            }
        }
        "s3" => {
            take("access_key_id", &["AWS_ACCESS_KEY_ID"]);
            take("secret_access_key", &["AWS_SECRET_ACCESS_KEY"]);
            take("session_token", &["AWS_SESSION_TOKEN"]);
        }
        _ => {}
    }
    Some(CacheOptionsEntry { r#type: source.kind.clone(), attrs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_take_what_the_environment_holds() {
        let inside = |name: &str| match name {
            "ACTIONS_RUNTIME_TOKEN" => Some("token".to_owned()),
            "ACTIONS_CACHE_URL" => Some("https://cache".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("key".to_owned()),
            _ => None,
        };
        let outside = |_: &str| None;
        for (text, environment, expected) in [
            (
                "type=gha,scope=a",
                &inside as &dyn Fn(&str) -> Option<String>,
                Some("scope=a token=token url=https://cache"),
            ),
            ("type=gha", &outside, None),
            ("type=s3,region=x", &inside, Some("access_key_id=key region=x")),
            ("type=s3,region=x,access_key_id=mine", &inside, Some("access_key_id=mine region=x")),
            ("name", &inside, Some("ref=name")),
        ] {
            let entry = cache(&CacheSource::parse(text).unwrap(), environment);
            let told = entry.map(|entry| {
                let mut attrs: Vec<String> =
                    entry.attrs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                attrs.sort();
                attrs.join(" ")
            });
            assert_eq!(told.as_deref(), expected, "{text}");
        }
    }
}
