//! The proxies that Docker's configuration tells for containers and builds (`proxies` in `config.json`), as its command line adds
//! them: what a person says for a variable in either spelling stays.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use wharf_engine::Engine;
use wharf_plan::{BuildSpec, EngineFacts};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    proxies: Option<BTreeMap<String, Proxies>>,
}

/// One engine's, or those of all that are not named.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Proxies {
    http_proxy: Option<String>,
    https_proxy: Option<String>,
    no_proxy: Option<String>,
    ftp_proxy: Option<String>,
    all_proxy: Option<String>,
}

/// The variables for an engine's containers. A configuration that cannot be read tells of no proxies: who needs them learns it from
/// the network, and everybody else must not be stopped.
pub(crate) fn of(engine: &Engine) -> BTreeMap<String, String> {
    let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder =
        folder.or_else(|| directories::BaseDirs::new().map(|folders| folders.home_dir().join(".docker")));
    let text = folder.and_then(|folder| std::fs::read_to_string(folder.join("config.json")).ok());
    text.map(|text| read(&text, &engine.address().to_string())).unwrap_or_default()
}

fn read(text: &str, engine: &str) -> BTreeMap<String, String> {
    let config: Config = serde_json::from_str(text).unwrap_or_default();
    let mut all = config.proxies.unwrap_or_default();
    let Some(found) = all.remove(engine).or_else(|| all.remove("default")) else { return BTreeMap::new() };
    [
        ("HTTP_PROXY", found.http_proxy),
        ("HTTPS_PROXY", found.https_proxy),
        ("NO_PROXY", found.no_proxy),
        ("FTP_PROXY", found.ftp_proxy),
        ("ALL_PROXY", found.all_proxy),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
    .flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.to_lowercase(), value)])
    .collect()
}

/// Adds them to a build's arguments. They are no part of what is built, so a build is the same with other proxies.
pub(crate) fn add_to_build(spec: &mut BuildSpec, proxies: &BTreeMap<String, String>, engine: &EngineFacts) {
    let folds = engine.folds_proxies() && !spec.classic;
    for (name, value) in proxies {
        let taken = spec.args.keys().any(|given| given.eq_ignore_ascii_case(name));
        let unknown = name.chars().any(char::is_lowercase) || name == "ALL_PROXY";
        if folds && (taken || unknown) || spec.args.contains_key(name) {
            continue;
        }
        spec.args.insert(name.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wharf_plan::EngineKind;

    fn told(variables: &BTreeMap<String, String>) -> String {
        let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        lines.join(" ")
    }

    #[test]
    fn the_engine_s_own_come_before_the_default_ones() {
        let text = r#"{"proxies": {
            "default": {"httpProxy": "http://p:1", "noProxy": "localhost"},
            "tcp://far:2376": {"httpsProxy": "http://p:2", "allProxy": ""}
        }}"#;
        let default = "HTTP_PROXY=http://p:1 NO_PROXY=localhost http_proxy=http://p:1 no_proxy=localhost";
        for (text, engine, expected) in [
            (text, "unix:///var/run/docker.sock", default),
            (text, "tcp://far:2376", "HTTPS_PROXY=http://p:2 https_proxy=http://p:2"),
            (r#"{"proxies": {"tcp://far:2376": {"ftpProxy": "x"}}}"#, "unix:///x", ""),
            (r#"{"proxies": {"default": {"ftpProxy": "x"}}}"#, "unix:///x", "FTP_PROXY=x ftp_proxy=x"),
            (r#"{"proxies": null}"#, "unix:///x", ""),
            ("{}", "unix:///x", ""),
            ("{", "unix:///x", ""),
        ] {
            assert_eq!(told(&read(text, engine)), expected, "{text} {engine}");
        }
    }

    #[test]
    fn what_a_person_says_stays() {
        let proxies = read(r#"{"proxies": {"default": {"httpProxy": "p", "allProxy": "a"}}}"#, "");
        for (given, kind, classic, expected) in [
            (None, EngineKind::Docker, false, "HTTP_PROXY=p"),
            (Some("http_proxy"), EngineKind::Docker, false, "http_proxy=mine"),
            (None, EngineKind::Docker, true, "ALL_PROXY=a HTTP_PROXY=p all_proxy=a http_proxy=p"),
            (
                Some("HTTP_PROXY"),
                EngineKind::Podman,
                false,
                "ALL_PROXY=a HTTP_PROXY=mine all_proxy=a http_proxy=p",
            ),
        ] {
            let mut spec = BuildSpec { classic, ..BuildSpec::default() };
            spec.args.extend(given.map(|name| (name.to_owned(), "mine".to_owned())));
            let engine = EngineFacts { kind, buildkit: true, ..EngineFacts::default() };
            add_to_build(&mut spec, &proxies, &engine);
            let args: BTreeMap<String, String> = spec.args.into_iter().collect();
            assert_eq!(told(&args), expected, "{given:?} {kind:?} {classic}");
        }
    }
}
