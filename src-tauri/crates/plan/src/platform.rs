//! What images and containers are for, such as `linux/arm64`: what is asked for, else what a person's environment says for everything.

use wharf_spec::{Build, Scenario};

use crate::build::BuildSpec;
use crate::state::{Observed, Running};
use crate::{build_options, compose, container};

/// What Docker's programs and Compose take for a `--platform` that nobody gives.
const DEFAULT: &str = "DOCKER_DEFAULT_PLATFORM";

/// The platform that an image is pulled and a container made for: of `runArgs` or of the service, else the person's own unless the build
/// says another one, which the image then has.
#[must_use]
pub fn asked(wanted: &Running, observed: &Observed) -> Option<String> {
    match container::last_option(wanted, "platform") {
        Some(said) => Some(said).filter(|said| !said.is_empty()),
        None if is_said_by_the_build(wanted) => None,
        None => default(wanted, observed),
    }
}

/// The platform that a build is for; None where that is the engine's own.
pub(crate) fn of_build(wanted: &Running, build: &Build, observed: &Observed) -> Option<String> {
    let asked = wanted.build.platforms.first().cloned();
    asked.or_else(|| build_options::platform(&build.options)).or_else(|| {
        let said = container::last_option(wanted, "platform").filter(|said| !said.is_empty());
        match said {
            // What a container is to be does not change what its Dockerfile is built for, but for a service's.
            Some(said) => Some(said).filter(|_| wanted.build.of_service),
            None => default(wanted, observed),
        }
    })
}

fn is_said_by_the_build(wanted: &Running) -> bool {
    let options = match wanted.configuration.config.scenario() {
        Some(Scenario::Dockerfile { build, .. }) => build.options,
        _ => Vec::new(),
    };
    !wanted.build.platforms.is_empty() || build_options::platform(&options).is_some()
}

/// Makes a build one for the person's own platform where nobody asks for another.
pub(crate) fn complete(spec: &mut BuildSpec, wanted: &Running, observed: &Observed) {
    if spec.platforms.is_empty() && container::last_option(wanted, "platform").is_none() {
        spec.platforms.extend(default(wanted, observed));
    }
}

fn default(wanted: &Running, observed: &Observed) -> Option<String> {
    let is_service = wanted.build.of_service || compose::is_compose(wanted);
    let value = observed.host.environment.get(DEFAULT).filter(|value| !value.is_empty());
    value.filter(|_| is_service || observed.engine.has_default_platform()).cloned()
}
