//! The Features that a configuration names: whether their references can be understood, which of them may change by themselves, and
//! whether the lockfile fits. No registry is asked here.

use std::path::{Path, PathBuf};

use wharf_api as api;
use wharf_api::{CheckRule, CheckSeverity};
use wharf_spec::feature::{
    FEATURE_FILE, FeatureManifest, FeatureReference, Lockfile, OciVersion, lockfile_path, map_identifier,
};

use super::findings::{Findings, pointer_of_feature};
use crate::environment::{Environment, STYLE};

/// The script that installs a Feature.
const INSTALL_SCRIPT: &str = "install.sh";

/// Looks at every Feature, and answers them with the registries that they come from.
pub(super) fn check(
    environment: &Environment,
    findings: &mut Findings<'_>,
) -> (Vec<api::CheckedFeature>, Vec<String>) {
    let configuration = environment.configuration.path.display().to_string();
    let base = environment.features_base(&configuration);
    let lockfile = read_lockfile(environment, findings);
    let mut registries = Vec::new();
    let mut listed = Vec::new();
    for id in environment.configuration.config.features.keys() {
        let pointer = pointer_of_feature(id);
        let mapped = map_identifier(id);
        if let Some(mapped) = &mapped {
            let hint = Some(format!("Write `{}`", mapped.id));
            let message = format!("`{id}` is the old name of {}", mapped.id);
            findings.add(CheckRule::FeatureReference, CheckSeverity::Warning, &pointer, message, hint);
        }
        let reference = match FeatureReference::parse(mapped.as_ref().map_or(id, |mapped| &mapped.id), &base)
        {
            Ok(reference) => reference,
            Err(error) => {
                let severity = CheckSeverity::Error;
                // Where the reference's words take two lines, the second says what to do.
                let text = error.to_string();
                let (message, more) = text.split_once('\n').unwrap_or((&text, ""));
                let hint = error.hint().or_else(|| Some(more.to_owned()).filter(|more| !more.is_empty()));
                findings.add(CheckRule::FeatureReference, severity, &pointer, message.to_owned(), hint);
                continue;
            }
        };
        let locked = lockfile.as_ref().and_then(|lockfile| lockfile.features.get(id));
        let feature = api::CheckedFeature {
            reference: id.clone(),
            location: Some(findings.location(&pointer)),
            pinned: is_pinned(&reference),
            locked: locked.and_then(|locked| locked.version.clone()),
            newest: None,
        };
        match &reference {
            FeatureReference::Oci(reference) => registries.push(reference.registry.clone()),
            FeatureReference::Tarball { url, .. } => registries.extend(host(url)),
            FeatureReference::GitHub { .. } => registries.push("github.com".to_owned()),
            FeatureReference::Local { folder, .. } => local(Path::new(folder), &pointer, findings),
        }
        say_what_may_change(&reference, &feature, locked.is_some(), lockfile.is_some(), &pointer, findings);
        listed.push(feature);
    }
    (listed, registries)
}

/// Whether a reference says which content is meant: a digest, all three numbers of a version, or a folder of the workspace.
fn is_pinned(reference: &FeatureReference) -> bool {
    match reference {
        FeatureReference::Oci(reference) => match &reference.version {
            OciVersion::Digest(_) => true,
            OciVersion::Tag(tag) => tag.split('.').count() == 3,
        },
        FeatureReference::Local { .. } => true,
        FeatureReference::Tarball { .. } => false,
        FeatureReference::GitHub { tag, .. } => tag.is_some(),
    }
}

fn say_what_may_change(
    reference: &FeatureReference,
    feature: &api::CheckedFeature,
    is_locked: bool,
    has_lockfile: bool,
    pointer: &str,
    findings: &mut Findings<'_>,
) {
    if is_locked || matches!(reference, FeatureReference::Local { .. }) {
        return;
    }
    let id = &feature.reference;
    if has_lockfile && matches!(reference, FeatureReference::Oci(_) | FeatureReference::Tarball { .. }) {
        let hint = Some("`wharf upgrade` writes it".to_owned());
        let message = format!("the lockfile does not hold {id}");
        findings.add(CheckRule::Lockfile, CheckSeverity::Warning, pointer, message, hint);
        return;
    }
    if feature.pinned {
        return;
    }
    let hint = Some("`wharf upgrade` writes a lockfile that holds it where it is".to_owned());
    let tag = reference.as_oci().and_then(|reference| reference.tag()).filter(|tag| *tag != "latest");
    let (severity, message) = match tag {
        Some(tag) => (CheckSeverity::Note, format!("{id} moves with every release of version {tag}")),
        None => (CheckSeverity::Warning, format!("{id} is not pinned: what it installs can change")),
    };
    findings.add(CheckRule::UnpinnedFeature, severity, pointer, message, hint);
}

fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    rest.split('/').next().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// What stands in the lockfile beside the configuration, if there is one that can be read.
fn read_lockfile(environment: &Environment, findings: &mut Findings<'_>) -> Option<Lockfile> {
    let path = PathBuf::from(lockfile_path(&environment.configuration.path.display().to_string(), STYLE));
    let text = std::fs::read_to_string(&path).ok()?;
    match Lockfile::parse(&text) {
        // An empty file asks for a lockfile to be begun.
        Ok(None) => None,
        Ok(Some(lockfile)) => {
            let asked = &environment.configuration.config.features;
            let depended_on =
                |id: &String| lockfile.features.values().any(|locked| locked.depends_on.contains(id));
            for id in lockfile.features.keys().filter(|id| !asked.contains_key(*id) && !depended_on(id)) {
                let message = format!("the lockfile holds {id}, which no Feature asks for");
                let hint = Some("`wharf upgrade` writes it anew".to_owned());
                findings.add_elsewhere(CheckRule::Lockfile, CheckSeverity::Note, &path, message, hint);
            }
            Some(lockfile)
        }
        Err(error) => {
            let hint = Some(error.hint().to_owned());
            findings.add_elsewhere(CheckRule::Lockfile, CheckSeverity::Error, &path, error.to_string(), hint);
            None
        }
    }
}

/// A Feature in a folder: its description, and what installs it.
fn local(folder: &Path, pointer: &str, findings: &mut Findings<'_>) {
    let path = folder.join(FEATURE_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("{} cannot be read: {error}", path.display());
            let hint =
                Some("A Feature's folder holds a devcontainer-feature.json and an install.sh".to_owned());
            findings.add(CheckRule::LocalFeature, CheckSeverity::Error, pointer, message, hint);
            return;
        }
    };
    match FeatureManifest::parse(&path, &text) {
        Ok((_, diagnostics)) | Err(diagnostics) => {
            findings.add_diagnostics(CheckRule::LocalFeature, &diagnostics, &text);
        }
    }
    if !folder.join(INSTALL_SCRIPT).is_file() {
        let message = format!("{} has no {INSTALL_SCRIPT}", folder.display());
        findings.add(CheckRule::LocalFeature, CheckSeverity::Error, pointer, message, None);
    }
}
