//! The services beside the environment's own.

use wharf_spec::compose::ComposeService;

use super::facts::{ComposeFacts, buildable, service_name};
use super::up;
use crate::build::{BuildSpec, CacheSource};
use crate::error::Error;
use crate::facts::ContainerFacts;
use crate::image::PlannedBuild;
use crate::state::{Blocker, FactQuery, Observed, Running};

/// The label in which Compose keeps what a service needs: `db:service_started:false,…`.
const NEEDS_LABEL: &str = "com.docker.compose.depends_on";

/// The builds of the other services that start, in the order of the project.
///
/// # Errors
/// What goes into one is not known yet, or cannot be built here.
pub fn other_builds(
    wanted: &Running,
    facts: &ComposeFacts,
    observed: &Observed,
) -> Result<Vec<PlannedBuild>, Blocker> {
    let own = service_name(wanted).unwrap_or_default();
    let mut builds = Vec::new();
    for name in facts.project.started(&up::named(wanted)) {
        let Some(service) = facts.project.services.get(name).filter(|_| name != own) else { continue };
        builds.extend(build(wanted, facts, name, service, observed)?);
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
    let mut spec = BuildSpec {
        dockerfile: text,
        dockerfile_name: "Dockerfile".to_owned(),
        dockerfile_path: path,
        context: Some(facts.context_of(build)),
        tags: [facts.image_of(name, service)].into_iter().chain(build.tags.iter().cloned()).collect(),
        args: build.args.clone(),
        target: build.target.clone(),
        no_cache: wanted.no_cache,
        platforms: service.platform.clone().into_iter().collect(),
        classic: wanted.build.without_buildkit,
        ..BuildSpec::default()
    };
    for text in &build.cache_from {
        spec.cache_from.push(CacheSource::parse(text).map_err(|reason| Error::Value {
            flag: "--cache-from".to_owned(),
            value: text.clone(),
            property: "dockerComposeFile".to_owned(),
            reason,
        })?);
    }
    crate::build_options::apply(&mut spec, &build.options, observed)?;
    Ok(Some(PlannedBuild::new(spec, &[&found.context])))
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
