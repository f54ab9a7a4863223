//! One configuration: is it valid, what would it need and ask for, what of it may change by itself.

use std::path::Path;

use wharf_api as api;
use wharf_api::{CheckRule, CheckSeverity};
use wharf_plan::{Fact, Observed, Running, consent};

use super::{features, files, findings, needs};
use crate::convert;
use crate::environment::{Environment, STYLE};
use crate::error::Error;
use crate::observe::real_place;
use crate::request::{Target, UpRequest};
use crate::up;
use findings::Findings;

/// What one is found by.
pub(super) fn target(folder: &Path, path: &Path) -> Target {
    Target {
        workspace_folder: Some(folder.to_owned()),
        config: Some(path.to_owned()),
        mount_workspace_git_root: true,
        ..Target::default()
    }
}

/// Checks one.
pub(super) fn check(folder: &Path, path: &Path) -> api::CheckedConfiguration {
    let target = target(folder, path);
    let mut checked = api::CheckedConfiguration {
        name: STYLE.basename(&folder.display().to_string()).to_owned(),
        folder: folder.display().to_string(),
        path: path.display().to_string(),
        ..api::CheckedConfiguration::default()
    };
    match Environment::find(&target) {
        Ok(environment) => read(&mut checked, target, &environment, path),
        Err(Error::Configuration { diagnostics, text }) => {
            let found = diagnostics.iter();
            checked.findings =
                found.map(|found| findings::of_diagnostic(CheckRule::Configuration, found, &text)).collect();
        }
        Err(error) => checked.findings.push(findings::of_error(path, &error)),
    }
    checked.usable = checked.findings.iter().all(|finding| finding.severity != CheckSeverity::Error);
    checked
}

fn read(checked: &mut api::CheckedConfiguration, target: Target, environment: &Environment, path: &Path) {
    checked.name = environment.name();
    let mut findings = Findings::of(path, environment.text());
    findings.add_diagnostics(CheckRule::Configuration, &environment.diagnostics, environment.text());
    if let Err(error) = environment.configuration.scenario() {
        let hint = Some(error.hint().to_owned());
        findings.add(CheckRule::Configuration, CheckSeverity::Error, "", error.to_string(), hint);
    }
    let request = UpRequest { target, ..UpRequest::default() };
    match up::running(&request, environment, &[]) {
        Ok(wanted) => {
            let dockerfile = files::check(environment, &mut findings);
            let observed = Observed {
                host: environment.host(),
                dockerfile: Fact::Known(dockerfile),
                ..Observed::default()
            };
            checked.asks = asks(environment, &wanted, observed.clone());
            checked.needs = needs::of(environment, &wanted, &observed);
            needs::unpinned_images(&mut checked.needs, &mut findings);
            let (listed, registries) = features::check(environment, &mut findings);
            checked.needs.features = listed;
            for registry in registries {
                if !checked.needs.registries.contains(&registry) {
                    checked.needs.registries.push(registry);
                }
            }
        }
        Err(error) => {
            let hint = error.hint();
            findings.add(CheckRule::Configuration, CheckSeverity::Error, "", error.message(), hint);
        }
    }
    for (deviation, pointer) in
        wharf_spec::deviation::deviations(&environment.configuration.config, &environment.configuration.path)
    {
        let message = format!("the reference {}; Wharf {}", deviation.reference, deviation.wharf);
        findings.add(CheckRule::Deviation, CheckSeverity::Note, &pointer, message, None);
    }
    checked.findings = findings.into_sorted();
}

/// What it would do to this computer, as far as the file itself tells: what its image and its Features add is known once they are
/// fetched.
fn asks(environment: &Environment, wanted: &Running, mut observed: Observed) -> Vec<api::Touch> {
    let merged = wharf_spec::merge(&environment.configuration, &[]);
    for path in consent::unknown_places(wanted, &merged, &observed) {
        let place = real_place(Path::new(&path));
        observed.places.insert(path, place);
    }
    let touches = consent::touches(wanted, &merged, &observed);
    touches.iter().map(|touch| convert::touch(touch, environment)).collect()
}
