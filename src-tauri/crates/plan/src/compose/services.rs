//! The services beside the environment's own.

use wharf_spec::compose::ComposeService;

use super::facts::{ComposeFacts, buildable, service_name};
use super::up;
use crate::build::{BuildSpec, CacheSource};
use crate::error::Error;
use crate::facts::{ContainerFacts, EngineKind};
use crate::image::PlannedBuild;
use crate::state::{Blocker, FactQuery, Observed, Running};

/// The label in which Compose keeps what a service needs: `db:service_started:false,…`.
const NEEDS_LABEL: &str = "com.docker.compose.depends_on";

/// The builds that come before the environment's own: the image that it is made from where only the builder can fetch what that is made
/// of, and those of services whose images its build reads from.
///
/// # Errors
/// What goes into one is not known yet, or cannot be built here.
pub(crate) fn builds_before(
    wanted: &Running,
    facts: &ComposeFacts,
    observed: &Observed,
) -> Result<Vec<PlannedBuild>, Blocker> {
    let (name, service) = facts.service(wanted)?;
    let Some(build) = &service.build else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    build.contexts_of_services().for_each(|needed| with_needed(facts, needed, name, &mut names));
    if build.is_elsewhere() {
        names.push(name);
    }
    builds(wanted, facts, observed, &names)
}

/// The builds of the other services that start, those first that others read from, else in the order of the project.
///
/// # Errors
/// What goes into one is not known yet, or cannot be built here.
pub fn other_builds(
    wanted: &Running,
    facts: &ComposeFacts,
    observed: &Observed,
) -> Result<Vec<PlannedBuild>, Blocker> {
    let own = service_name(wanted).unwrap_or_default();
    let mut names = Vec::new();
    for name in facts.project.started(&up::named(wanted)) {
        with_needed(facts, name, own, &mut names);
    }
    builds(wanted, facts, observed, &names)
}

/// Adds a service and, before it, those whose images its build reads from. The environment's own is built by itself, before all others.
fn with_needed<'a>(facts: &'a ComposeFacts, name: &str, own: &str, names: &mut Vec<&'a str>) {
    fn add<'a>(facts: &'a ComposeFacts, name: &str, names: &mut Vec<&'a str>, waiting: &mut Vec<&'a str>) {
        let Some((name, service)) = facts.project.services.get_key_value(name) else { return };
        // In a circle nobody is first; the builder says what it misses.
        if names.contains(&name.as_str()) || waiting.contains(&name.as_str()) {
            return;
        }
        waiting.push(name);
        for needed in service.build.iter().flat_map(|build| build.contexts_of_services()) {
            add(facts, needed, names, waiting);
        }
        names.push(name);
    }
    let mut waiting: Vec<&str> =
        facts.project.services.get_key_value(own).map(|(own, _)| own.as_str()).into_iter().collect();
    add(facts, name, names, &mut waiting);
}

fn builds(
    wanted: &Running,
    facts: &ComposeFacts,
    observed: &Observed,
    names: &[&str],
) -> Result<Vec<PlannedBuild>, Blocker> {
    let mut builds = Vec::new();
    for name in names {
        if let Some(service) = facts.project.services.get(*name) {
            builds.extend(build(wanted, facts, name, service, observed)?);
        }
    }
    Ok(builds)
}

fn build(
    wanted: &Running,
    facts: &ComposeFacts,
    name: &str,
    service: &ComposeService,
    observed: &Observed,
) -> Result<Option<PlannedBuild>, Blocker> {
    let Some(build) = &service.build else { return Ok(None) };
    buildable(name, build)?;
    let mut spec = BuildSpec {
        dockerfile_name: "Dockerfile".to_owned(),
        tags: [facts.image_of(name, service)].into_iter().chain(build.tags.iter().cloned()).collect(),
        args: build.args.clone(),
        target: build.target.clone(),
        no_cache: wanted.no_cache,
        platforms: service.platform.clone().into_iter().collect(),
        classic: wanted.build.without_buildkit,
        ..BuildSpec::default()
    };
    let mut prints = Vec::new();
    if build.is_elsewhere() {
        if observed.engine.kind == EngineKind::Podman && build.dockerfile != "Dockerfile" {
            return Err(Blocker::Impossible {
                message: format!(
                    "the service {name} is built from {} with {}, and of what Podman fetches itself it takes no Dockerfile but the one at the top",
                    build.context.as_deref().unwrap_or_default(),
                    build.dockerfile
                ),
                property: Some("dockerComposeFile".to_owned()),
                hint: Some("clone it and name the folder as the service's `build.context`".to_owned()),
            });
        }
        spec.remote.clone_from(&build.context);
        spec.dockerfile_name.clone_from(&build.dockerfile);
    } else {
        let Some(found) = observed.services.get(name) else {
            return Err(Blocker::Fact { query: FactQuery::Service { service: name.to_owned() } });
        };
        let path = facts.dockerfile_of(build);
        let Some(text) = found.dockerfile.clone() else {
            return Err(Blocker::Impossible {
                message: format!(
                    "the Dockerfile {} of the service {name} does not exist",
                    path.unwrap_or_default().display()
                ),
                property: Some("dockerComposeFile".to_owned()),
                hint: None,
            });
        };
        spec.dockerfile = text;
        spec.dockerfile_path = path;
        spec.context = Some(facts.context_of(build));
        prints.push(found.context.as_str());
    }
    for text in &build.cache_from {
        spec.cache_from.push(CacheSource::parse(text).map_err(|reason| Error::Value {
            flag: "--cache-from".to_owned(),
            value: text.clone(),
            property: "dockerComposeFile".to_owned(),
            reason,
        })?);
    }
    crate::build_options::apply(&mut spec, &facts.options_of(build), observed)?;
    Ok(Some(PlannedBuild::new(spec, &prints)))
}

/// A project's containers, those first that others need least: the order in which they are stopped.
#[must_use]
pub fn project_in_order(containers: &[ContainerFacts]) -> Vec<&ContainerFacts> {
    let service =
        |container: &ContainerFacts| container.labels.get(super::SERVICE_LABEL).cloned().unwrap_or_default();
    let needs = |container: &ContainerFacts| -> Vec<String> {
        let label = container.labels.get(NEEDS_LABEL).map_or("", String::as_str);
        label.split(',').filter_map(|need| need.split(':').next()).map(str::to_owned).collect()
    };
    let mut left: Vec<&ContainerFacts> = containers.iter().collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let free = left.iter().position(|one| {
            let name = service(one);
            !left.iter().any(|other| {
                !std::ptr::eq(*other, *one) && service(other) != name && needs(other).contains(&name)
            })
        });
        // In a circle nobody is free; any of them may go first.
        order.push(left.remove(free.unwrap_or(0)));
    }
    order
}
