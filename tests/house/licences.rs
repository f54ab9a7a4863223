//! Every crate Wharf is built from has a licence that `deny.toml` allows, and none that it bans.
//!
//! `cargo deny` checks the same file and security advisories besides; it takes minutes to build and needs the advisory database, so it runs
//! in the scheduled workflow and this test on every machine.

use crate::metadata::{Metadata, root, text};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

fn deny() -> Deny {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

#[test]
fn every_licence_is_one_we_allow() {
    let deny = deny();
    let exceptions: BTreeMap<&str, &[String]> =
        deny.licenses.exceptions.iter().map(|one| (one.package.as_str(), one.allow.as_slice())).collect();
    let metadata = Metadata::read();
    let mut broken = Vec::new();
    for package in metadata.packages() {
        let name = text(&package["name"]);
        let Some(licence) = package["license"].as_str() else {
            broken.push(format!("{name} names no licence"));
            continue;
        };
        let allowed = |id: &str| {
            deny.licenses
                .allow
                .iter()
                .chain(exceptions.get(name).copied().unwrap_or_default())
                .any(|allowed| allowed == id)
        };
        match spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX) {
            Ok(expression) if expression.evaluate(|requirement| allowed(&requirement.to_string())) => {}
            Ok(_) => broken.push(format!("{name} is under {licence}")),
            Err(error) => broken.push(format!("{name}: {licence}: {error}")),
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_banned_crate_is_in_the_tree() {
    let metadata = Metadata::read();
    let names: Vec<&str> = metadata.packages().map(|package| text(&package["name"])).collect();
    let found: Vec<String> = deny()
        .bans
        .deny
        .into_iter()
        .filter(|ban| names.contains(&ban.package.as_str()))
        .map(|ban| format!("{}: {}", ban.package, ban.reason))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
