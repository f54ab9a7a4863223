//! The values of a build's flags as a person writes them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{BuildOutput, CacheSource};
use crate::run_args::{fields, join, key_value};

impl CacheSource {
    /// Reads the value of `--cache-from` or `--cache-to`: an image's name, or fields such as `type=local,src=/cache`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<CacheSource, String> {
        if !text.contains('=') {
            return Ok(CacheSource::image(text));
        }
        let mut attributes = attributes(text)?;
        match attributes.remove("type").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(CacheSource { kind, attributes }),
            None => Err("begin with the kind of cache, for example `type=registry`".to_owned()),
        }
    }
}

impl BuildOutput {
    /// Reads the value of `--output`: a folder, or fields such as `type=oci,dest=image.tar`. Paths are seen from `folder`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str, folder: &str) -> Result<BuildOutput, String> {
        const STANDARD_OUTPUT: &str = "standard output carries the answer; name a file with `dest=`";
        if text == "-" {
            return Err(STANDARD_OUTPUT.to_owned());
        }
        let (kind, destination, attributes) = if text.contains('=') {
            let mut attributes = attributes(text)?;
            let kind = attributes.remove("type").filter(|kind| !kind.is_empty());
            let kind =
                kind.ok_or_else(|| "begin with the kind of output, for example `type=oci`".to_owned())?;
            let destination = attributes.remove("dest").filter(|path| !path.is_empty());
            (kind, destination, attributes)
        } else {
            ("local".to_owned(), Some(text.to_owned()), BTreeMap::new())
        };
        match (kind.as_str(), &destination) {
            (_, Some(path)) if path == "-" => return Err(STANDARD_OUTPUT.to_owned()),
            ("oci" | "tar" | "local", None) => return Err(format!("`type={kind}` needs a `dest=`")),
            ("oci" | "tar" | "local" | "docker", _) | ("image" | "registry" | "cacheonly", None) => {}
            ("image" | "registry" | "cacheonly", Some(_)) => {
                return Err(format!("`type={kind}` writes no file, so it takes no `dest=`"));
            }
            _ => {
                let kinds = "image, registry, docker, oci, tar, local and cacheonly";
                return Err(format!("`{kind}` is no kind of output; there are {kinds}"));
            }
        }
        Ok(BuildOutput { kind, destination: destination.map(|path| host_path(folder, &path)), attributes })
    }
}

/// `a=b,c=d`, with quotes as in CSV.
fn attributes(text: &str) -> Result<BTreeMap<String, String>, String> {
    Ok(fields(text)?.iter().map(|field| key_value(field)).collect())
}

/// A path of the host, seen from `folder` unless it is absolute.
pub(crate) fn host_path(folder: &str, path: &str) -> PathBuf {
    let absolute =
        path.starts_with(['/', '\\']) || path.get(1..3).is_some_and(|start| start == ":\\" || start == ":/");
    PathBuf::from(if absolute { path.to_owned() } else { join(folder, path) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, destination: Option<&PathBuf>, attributes: &BTreeMap<String, String>) -> String {
        let mut text = kind.to_owned();
        if let Some(path) = destination {
            text.push_str(&format!(" to {}", path.display()));
        }
        for (name, value) in attributes {
            text.push_str(&format!(" {name}={value}"));
        }
        text
    }

    #[test]
    fn outputs() {
        let cases = [
            ("out", Ok("local to /w/out")),
            ("/tmp/out", Ok("local to /tmp/out")),
            ("type=oci,dest=/tmp/output.tar", Ok("oci to /tmp/output.tar")),
            ("type=docker", Ok("docker")),
            ("type=docker,dest=../a.tar", Ok("docker to /a.tar")),
            ("type=image,name=a/b,push=true", Ok("image name=a/b push=true")),
            ("type=tar,\"dest=a,b.tar\"", Ok("tar to /w/a,b.tar")),
            ("-", Err("standard output carries the answer; name a file with `dest=`")),
            ("type=tar,dest=-", Err("standard output carries the answer; name a file with `dest=`")),
            ("type=oci", Err("`type=oci` needs a `dest=`")),
            ("dest=x", Err("begin with the kind of output, for example `type=oci`")),
            ("type=registry,dest=x", Err("`type=registry` writes no file, so it takes no `dest=`")),
            (
                "type=zip,dest=x",
                Err(
                    "`zip` is no kind of output; there are image, registry, docker, oci, tar, local and cacheonly",
                ),
            ),
        ];
        for (text, expected) in cases {
            let output = BuildOutput::parse(text, "/w")
                .map(|output| shown(&output.kind, output.destination.as_ref(), &output.attributes));
            assert_eq!(output.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }

    #[test]
    fn caches() {
        let cases = [
            ("ghcr.io/a/b:c", Ok("registry ref=ghcr.io/a/b:c")),
            ("type=gha", Ok("gha")),
            ("type=local,src=/cache", Ok("local src=/cache")),
            ("src=/cache", Err("begin with the kind of cache, for example `type=registry`")),
        ];
        for (text, expected) in cases {
            let cache = CacheSource::parse(text).map(|cache| shown(&cache.kind, None, &cache.attributes));
            assert_eq!(cache.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }
}
