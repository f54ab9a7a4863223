//! The services beside the environment's own.

use wharf_spec::Config;
use wharf_spec::compose::{ComposeProject, ComposeService, ServiceBuild};

use super::facts::{ComposeFacts, buildable, service_name};
use super::up;
use crate::build::{BuildSpec, CacheSource};
use crate::error::Error;
use crate::facts::ContainerFacts;
use crate::image::{self, PlannedBuild};
use crate::state::{Blocker, FactQuery, Observed, Running};

/// The label in which Compose keeps what a service needs: `db:service_started:false,…`.
const NEEDS_LABEL: &str = "com.docker.compose.depends_on";

/// How many services may read from each other one after another. Nobody writes so many; a file that does is somebody's who wants a
/// stack to end.
const LONGEST_CHAIN: usize = 100;

/// The builds that come before the environment's own: the image that it is made from where only the builder can fetch what that is made
/// of, and those of services whose images its build reads from.
///
/// # Errors
/// What goes into one is not known yet or cannot be built here, or services read from each other in a circle.
pub(crate) fn builds_before<'a>(
    wanted: &'a Running,
    facts: &'a ComposeFacts,
    observed: &'a Observed,
) -> Result<impl Iterator<Item = Result<PlannedBuild, Blocker>> + 'a, Blocker> {
    let (name, service) = facts.service(wanted)?;
    let mut names = Vec::new();
    for needed in service.build.iter().flat_map(|build| build.contexts_of_services()) {
        add_with_needed(&facts.project, needed, &mut names, &mut vec![name])?;
    }
    if service.build.as_ref().is_some_and(ServiceBuild::is_elsewhere) {
        names.push(name);
    }
    Ok(builds(wanted, facts, observed, names))
}

/// The builds of the other services that start, those first that others read from, else in the order of the project.
///
/// # Errors
/// What goes into one is not known yet or cannot be built here, or services read from each other in a circle.
pub(crate) fn other_builds<'a>(
    wanted: &'a Running,
    facts: &'a ComposeFacts,
    observed: &'a Observed,
) -> Result<impl Iterator<Item = Result<PlannedBuild, Blocker>> + 'a, Blocker> {
    let names = with_needed(wanted, facts, facts.project.started(&up::named(wanted)))?;
    Ok(builds(wanted, facts, observed, names))
}

/// Of these builds, those of services that have no image at all, and of what they read from: where the containers of the others are
/// kept, an image that is there is what it is.
///
/// # Errors
/// It is not known whether an image is there; else as [`other_builds`].
pub(crate) fn missing_builds<'a>(
    wanted: &'a Running,
    facts: &'a ComposeFacts,
    observed: &'a Observed,
) -> Result<impl Iterator<Item = Result<PlannedBuild, Blocker>> + 'a, Blocker> {
    let mut missing = Vec::new();
    for name in facts.project.started(&up::named(wanted)) {
        let service = facts.project.services.get(name).filter(|service| service.build.is_some());
        let Some(service) = service.filter(|_| service_name(wanted) != Some(name)) else { continue };
        let image = facts.image_of(name, service);
        match observed.images.get(&image) {
            None => return Err(Blocker::Fact { query: FactQuery::Image { image } }),
            Some(None) => missing.push(name),
            Some(Some(_)) => {}
        }
    }
    Ok(builds(wanted, facts, observed, with_needed(wanted, facts, missing)?))
}

/// These services and those that their builds read from, without the environment's own, which is built by itself before all others.
fn with_needed<'a>(
    wanted: &Running,
    facts: &'a ComposeFacts,
    services: Vec<&'a str>,
) -> Result<Vec<&'a str>, Blocker> {
    let own = service_name(wanted).and_then(|own| facts.project.services.get_key_value(own));
    let mut names: Vec<&str> = own.into_iter().map(|(own, _)| own.as_str()).collect();
    let done = names.len();
    for name in services {
        add_with_needed(&facts.project, name, &mut names, &mut Vec::new())?;
    }
    Ok(names.split_off(done))
}

/// The services whose images count in an environment: those that start, and those that their builds read from, each behind what it
/// reads from.
///
/// # Errors
/// Services read from each other in a circle.
pub fn built_services<'a>(project: &'a ComposeProject, config: &Config) -> Result<Vec<&'a str>, Blocker> {
    let mut names = Vec::new();
    for name in project.started(&up::named_services(config)) {
        add_with_needed(project, name, &mut names, &mut Vec::new())?;
    }
    Ok(names)
}

/// Adds a service and, before it, those whose images its build reads from. `chain` holds who reads from it, one after another.
fn add_with_needed<'a>(
    project: &'a ComposeProject,
    name: &str,
    names: &mut Vec<&'a str>,
    chain: &mut Vec<&'a str>,
) -> Result<(), Blocker> {
    let Some((name, service)) = project.services.get_key_value(name) else { return Ok(()) };
    if let Some(at) = chain.iter().position(|reader| reader == name) {
        let circle = [&chain[at..], &[name.as_str()]].concat().join(", ");
        return Err(unending(&format!("in a circle: {circle}")));
    }
    if names.contains(&name.as_str()) {
        return Ok(());
    }
    if chain.len() == LONGEST_CHAIN {
        return Err(unending(&format!("more than {LONGEST_CHAIN} times over, down to {name}")));
    }
    chain.push(name);
    for needed in service.build.iter().flat_map(|build| build.contexts_of_services()) {
        add_with_needed(project, needed, names, chain)?;
    }
    chain.pop();
    names.push(name);
    Ok(())
}

fn unending(how: &str) -> Blocker {
    Blocker::Impossible {
        message: format!("builds of services read from each other's images {how}"),
        property: Some("dockerComposeFile".to_owned()),
        hint: Some("take one `service:` out of `additional_contexts` in the Compose file".to_owned()),
    }
}

/// Each when it is asked for: what a later one reads from may not be built yet.
fn builds<'a>(
    wanted: &'a Running,
    facts: &'a ComposeFacts,
    observed: &'a Observed,
    names: Vec<&'a str>,
) -> impl Iterator<Item = Result<PlannedBuild, Blocker>> + 'a {
    let services = names.into_iter().filter_map(|name| Some((name, facts.project.services.get(name)?)));
    services.filter_map(move |(name, service)| build(wanted, facts, name, service, observed).transpose())
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
        classic: wanted.build.without_buildkit,
        ..BuildSpec::default()
    };
    let mut prints = Vec::new();
    if build.is_elsewhere() {
        if !observed.engine.finds_dockerfiles_elsewhere() && build.dockerfile != "Dockerfile" {
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
        let cache = CacheSource::parse(text).map_err(|reason| Error::Value {
            flag: "--cache-from".to_owned(),
            value: text.clone(),
            property: "dockerComposeFile".to_owned(),
            reason,
        })?;
        spec.cache_from.push(cache.seen_from(&observed.host.folder));
    }
    crate::build_options::apply_of_service(&mut spec, &facts.options_of(service, build), observed)?;
    crate::platform::complete(&mut spec, wanted, observed);
    prints.extend(image::ids_read(&spec, observed)?);
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
