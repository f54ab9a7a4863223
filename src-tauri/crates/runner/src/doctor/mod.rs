//! `wharf doctor`: what on this computer stands in the way of environments, and what to do about it.
//!
//! Each thing that is looked at is a function from facts to findings; gathering the facts is all that touches the world here.

mod checks;
mod compose;
mod cures;

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api as api;
use wharf_api::DoctorCheck as Check;
use wharf_engine::{Engine, Found, Health, System, ThroughProxy, discover, through_proxy};

use crate::connect::{self, Here};
use crate::convert;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::platform;
use crate::request::{DoctorRequest, Target};
use crate::store::Store;
use checks::Disk;

/// How long one place may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where images come from unless they say otherwise: what a proxy has to let through.
const REGISTRY: &str = "registry-1.docker.io";

/// Looks at everything that environments need.
///
/// # Errors
/// When Wharf's own state cannot be read. Whatever else is wrong is part of the answer.
pub async fn doctor(request: &DoctorRequest) -> Result<api::DoctorResult> {
    let store = Store::open(request.user_data_folder.as_deref())?;
    let target = Target {
        workspace_folder: request.folder.clone(),
        engine: request.engine.clone(),
        user_data_folder: request.user_data_folder.clone(),
        ..Target::default()
    };
    let system = System::current();
    let mut result = api::DoctorResult { checked: vec![Check::Engine], ..api::DoctorResult::default() };
    match connect::quietly(&target, &store).await {
        Ok(engine) => {
            result.engine = Some(convert::engine(&engine, engine.facts()));
            result.checked.extend([Check::Version, Check::Clock]);
            result.findings.extend(checks::version(engine.facts(), system));
            let health = engine_s_machine(&engine, system, &mut result.findings).await;
            let required = crate::requirements::of_configuration(&target, &engine, health);
            if !required.is_empty() {
                result.checked.push(Check::Requirements);
                let short = required.iter().filter(|one| !one.met);
                result.findings.extend(short.map(checks::requirement));
            }
        }
        Err(error) => result.findings.extend(engine_is_missing(&error, &store, system).await),
    }
    result.checked.push(Check::Disk);
    let own = platform::disk(store.root()).map(|(all, free)| Disk {
        place: format!("the disk of {}, where Wharf keeps its state,", store.root().display()),
        all,
        free,
        engine: None,
    });
    result.findings.extend(own.and_then(|disk| checks::disk(&disk, system)));
    if needs_compose(&target) {
        result.checked.push(Check::Compose);
        result.findings.extend(compose::check(&compose::here(), system));
    }
    if declares_secrets(&target) && !request.keychain.is_none() {
        result.checked.push(Check::Keychain);
        let there = request.keychain.is_there().await;
        result.findings.extend(there.err().map(|error| checks::keychain(&error, system)));
    }
    if let Some(proxy) = proxy() {
        result.checked.push(Check::Proxy);
        if through_proxy(&proxy, REGISTRY, PATIENCE).await == ThroughProxy::Untrusted {
            result.findings.push(checks::proxy(&proxy, REGISTRY, system));
        }
    }
    result.findings.sort_by_key(|finding| finding.severity == api::Severity::Warning);
    Ok(result)
}

/// The engine's clock and disk.
async fn engine_s_machine(engine: &Engine, system: System, findings: &mut Vec<api::Finding>) -> Health {
    let before = OffsetDateTime::now_utc();
    let Ok(health) = engine.health().await else { return Health::default() };
    let waited: time::Duration = OffsetDateTime::now_utc() - before;
    let ours = before + waited / 2;
    let theirs = health.time.as_deref().and_then(|time| OffsetDateTime::parse(time, &Rfc3339).ok());
    findings.extend(theirs.and_then(|theirs: OffsetDateTime| {
        let ahead: time::Duration = theirs - ours;
        checks::clock(ahead.whole_seconds(), engine.facts(), system)
    }));
    let folder = health.folder.as_deref();
    let disk = health.disk.or_else(|| {
        let folder = folder.filter(|folder| engine.facts().local && folder.exists())?;
        platform::disk(folder)
    });
    let disk = disk.map(|(all, free)| Disk {
        place: match folder {
            Some(folder) => format!("the engine's disk ({}, at {})", folder.display(), engine.address()),
            None => format!("the disk of the engine at {}", engine.address()),
        },
        all,
        free,
        engine: Some(engine.facts().kind),
    });
    findings.extend(disk.and_then(|disk| checks::disk(&disk, system)));
    health
}

/// Why no engine answers: the most hopeful of all places tells.
async fn engine_is_missing(error: &Error, store: &Store, system: System) -> Option<api::Finding> {
    match error {
        Error::Engine { error, .. } | Error::ChosenEngine { error, .. } => {
            Some(checks::engine(None, error, system))
        }
        Error::NoEngine { .. } => {
            let here = Here::new(None, store);
            let found = discover(&here.surroundings(), PATIENCE).await;
            Some(nearest(&found).map_or_else(
                || cures::no_engine(system),
                |(found, error)| checks::engine(Some(&found.name), error, system),
            ))
        }
        _ => None,
    }
}

/// The place where something is: one that this user may not open before one that does not answer.
fn nearest(found: &[Found]) -> Option<(&Found, &wharf_engine::Error)> {
    let rank = |error: &wharf_engine::Error| match error {
        wharf_engine::Error::NoPermission { .. } => Some(0),
        wharf_engine::Error::Refused { .. } | wharf_engine::Error::Timeout { .. } => Some(1),
        _ => None,
    };
    let failed = found.iter().filter_map(|found| Some((found, found.engine.as_ref().err()?)));
    failed
        .filter_map(|(found, error)| Some((rank(error)?, found, error)))
        .min_by_key(|(rank, ..)| *rank)
        .map(|(_, found, error)| (found, error))
}

/// Where Compose is looked for.
pub(crate) use compose::here as compose_places;

/// How Compose is installed here, in one sentence.
pub(crate) fn how_to_install_compose() -> String {
    let (fix, commands) = cures::compose(System::current());
    let commands: Vec<_> =
        commands.iter().filter_map(|command| command.split('#').next()).map(str::trim).collect();
    format!("{fix} {}", commands.join(", or "))
}

/// Whether the folder has a configuration that starts Compose.
fn needs_compose(target: &Target) -> bool {
    Environment::find(target)
        .is_ok_and(|environment| environment.configuration.config.docker_compose_file.is_some())
}

/// Whether the folder has a configuration whose hooks may want secrets.
fn declares_secrets(target: &Target) -> bool {
    Environment::find(target).is_ok_and(|environment| !environment.configuration.config.secrets.is_empty())
}

/// The proxy for encrypted connections to the registry, if one is set.
fn proxy() -> Option<String> {
    let variable = |name: &str| {
        [name.to_lowercase(), name.to_uppercase()]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    };
    let direct = variable("no_proxy").unwrap_or_default();
    let proxy = variable("https_proxy").or_else(|| variable("all_proxy"))?;
    (!checks::is_direct(&direct, REGISTRY)).then_some(proxy)
}
