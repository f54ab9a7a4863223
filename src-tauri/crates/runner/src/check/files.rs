//! The files that a configuration names: whether they are there.

use std::path::{Path, PathBuf};

use wharf_api::{CheckRule, CheckSeverity};
use wharf_spec::{Dockerfile, Scenario};

use super::findings::Findings;
use crate::environment::Environment;
use crate::locate;

/// Looks for them, and answers the Dockerfile's text if there is one.
pub(super) fn check(environment: &Environment, findings: &mut Findings<'_>) -> Option<String> {
    match environment.configuration.config.scenario()? {
        Scenario::Image { .. } => None,
        Scenario::Dockerfile { build, .. } => {
            let property =
                if findings.has("/build/dockerfile") { "/build/dockerfile" } else { "/dockerFile" };
            let path = environment.dockerfile_path().ok()?;
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => Some(text),
                Err(error) => {
                    let message = format!("the Dockerfile {} cannot be read: {error}", path.display());
                    missing(findings, property, message);
                    None
                }
            };
            if let Ok(context) = environment.context_path()
                && !context.is_dir()
            {
                let property = if findings.has("/build/context") { "/build/context" } else { "/context" };
                missing(
                    findings,
                    property,
                    format!("the build context {} is not a folder", context.display()),
                );
            }
            if let (Some(text), Some(target)) = (&text, &build.target) {
                check_target(findings, text, target);
            }
            text
        }
        Scenario::Compose { files, .. } => {
            for (index, file) in files.iter().enumerate() {
                let path = beside(&environment.configuration.path, file);
                let property = match format!("/dockerComposeFile/{index}") {
                    property if findings.has(&property) => property,
                    _ => "/dockerComposeFile".to_owned(),
                };
                if !path.is_file() {
                    missing(
                        findings,
                        &property,
                        format!("the Compose file {} does not exist", path.display()),
                    );
                }
            }
            None
        }
    }
}

fn missing(findings: &mut Findings<'_>, pointer: &str, message: String) {
    let hint = "Paths are relative to the folder of devcontainer.json".to_owned();
    findings.add(CheckRule::MissingFile, CheckSeverity::Error, pointer, message, Some(hint));
}

fn check_target(findings: &mut Findings<'_>, text: &str, target: &str) {
    let dockerfile = Dockerfile::parse(text);
    let stages = dockerfile.stages();
    let names: Vec<&str> = stages.iter().filter_map(|stage| stage.from.name.as_deref()).collect();
    let is_number = target.parse::<usize>().is_ok_and(|number| number < stages.len());
    if target.is_empty() || is_number || names.iter().any(|name| name.eq_ignore_ascii_case(target)) {
        return;
    }
    let hint = if names.is_empty() {
        "No stage has a name; add `AS <name>` to its FROM".to_owned()
    } else {
        format!("It has {}", names.join(", "))
    };
    let message = format!("the Dockerfile has no stage named `{target}`");
    findings.add(CheckRule::MissingStage, CheckSeverity::Error, "/build/target", message, Some(hint));
}

/// A path as the configuration writes it, seen from its folder.
pub(super) fn beside(configuration: &Path, path: &str) -> PathBuf {
    let folder = configuration.parent().unwrap_or(Path::new("."));
    locate::absolute(folder, Path::new(path))
}
