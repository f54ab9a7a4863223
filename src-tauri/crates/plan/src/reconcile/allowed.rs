//! Nothing that touches the host without consent: what stands in the way of a step that would.

use wharf_spec::MergedConfig;

use super::need;
use crate::consent::{self, Touch};
use crate::facts::ContainerFacts;
use crate::hooks;
use crate::state::{Blocker, Consent, FactQuery, Inside, Observed, Running};

/// What may come to be by going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// The environment's container.
    Everything,
    /// That is kept, but Compose starts it, and makes every service of its project that is not there.
    Services,
    /// It is kept, and nothing else is made.
    Nothing,
}

/// A container that exists already has what it has; only host commands are new then, and what its hooks are given.
pub(super) fn allowed(
    wanted: &Running,
    observed: &Observed,
    merged: &MergedConfig,
    makes: Makes,
) -> Result<(), Blocker> {
    // The reference's way, which asks nobody and knows no keychain.
    if observed.consent == Consent::Everything {
        return Ok(());
    }
    let mut touches = match makes {
        Makes::Everything => consent::touches(wanted, merged, observed),
        Makes::Services => consent::touches_of_services(wanted, observed),
        Makes::Nothing => consent::touches_of_commands(wanted),
    };
    let inside = match (makes, observed.container.known().and_then(Option::as_ref)) {
        (Makes::Services | Makes::Nothing, Some(container)) => {
            observed.inside.marked_in(hooks::markers(wanted, merged, container))
        }
        // Of a container that is made, nothing is done yet.
        _ => Inside::default(),
    };
    touches.extend(secrets(wanted, merged, observed, &inside)?);
    let mut unread = consent::files_of(&touches);
    unread.retain(|path| !observed.files.contains_key(path));
    if !unread.is_empty() {
        return Err(need(FactQuery::Hashes { paths: unread }));
    }
    let paths = consent::unknown_places(wanted, merged, observed);
    if !paths.is_empty() {
        return Err(need(FactQuery::Places { paths }));
    }
    granted(touches, observed)
}

/// The same where a container is only worked in: nothing is made, but its hooks may be given secrets of this computer.
pub(super) fn secrets_allowed(
    wanted: &Running,
    observed: &Observed,
    container: &ContainerFacts,
    merged: &MergedConfig,
) -> Result<(), Blocker> {
    if observed.consent == Consent::Everything {
        return Ok(());
    }
    let inside = observed.inside.marked_in(hooks::markers(wanted, merged, container));
    granted(secrets(wanted, merged, observed, &inside)?, observed)
}

/// The same for what a build alone can touch.
pub(super) fn build_allowed(wanted: &Running, observed: &Observed) -> Result<(), Blocker> {
    if observed.consent == Consent::Everything {
        return Ok(());
    }
    let paths = consent::unknown_places_of_build(wanted, observed);
    if !paths.is_empty() {
        return Err(need(FactQuery::Places { paths }));
    }
    granted(consent::touches_of_build(wanted, observed), observed)
}

/// What hooks would be given, once it is known what the keychain holds.
fn secrets(
    wanted: &Running,
    merged: &MergedConfig,
    observed: &Observed,
    inside: &Inside,
) -> Result<Vec<Touch>, Blocker> {
    if consent::wants_keychain(wanted, merged, observed, inside) {
        return Err(need(FactQuery::KeptSecrets));
    }
    Ok(consent::secrets(wanted, merged, observed, inside))
}

fn granted(mut touches: Vec<Touch>, observed: &Observed) -> Result<(), Blocker> {
    touches.retain(|touch| !observed.consent.allows(touch, &observed.files));
    if touches.is_empty() { Ok(()) } else { Err(Blocker::Consent { touches }) }
}
