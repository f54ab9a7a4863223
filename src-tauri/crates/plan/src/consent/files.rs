//! Touches of the files that Compose reads: what it answers holds their content, and no longer tells where that came from.

use wharf_spec::Source;
use wharf_spec::compose::ReadFor;

use super::paths::Outside;
use super::{Touch, TouchKind, config_source};
use crate::state::{Observed, Running};

/// What the files are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// Containers, too.
    Containers,
    /// Images alone.
    Images,
}

/// Files outside the workspace, and what nobody can tell.
pub(super) fn files(
    found: &mut Vec<Touch>,
    wanted: &Running,
    observed: &Observed,
    outside: &Outside<'_>,
    makes: Makes,
) {
    let Some(facts) = observed.compose.known().and_then(Option::as_ref) else { return };
    for read in &facts.reads {
        let (kind, what, detail) = match read.purpose {
            ReadFor::Containers if makes == Makes::Images => continue,
            ReadFor::Untold => (
                TouchKind::RawOption,
                read.path.clone(),
                "Which files of this computer Compose reads because of it cannot be told from here.",
            ),
            _ if !outside.is_outside(&read.path) => continue,
            ReadFor::Containers => (
                TouchKind::Secret,
                outside.shown(&outside.absolute(&read.path)),
                "The content of this file of the host goes into the container.",
            ),
            ReadFor::Project => (
                TouchKind::Secret,
                outside.shown(&outside.absolute(&read.path)),
                "Compose reads this file of the host: what it holds can go into containers and builds.",
            ),
        };
        found.push(Touch {
            kind,
            what,
            detail: detail.to_owned(),
            // What no other file names, the configuration does.
            source: if read.from == read.path {
                config_source(wanted)
            } else {
                Source::Config { path: read.from.clone().into() }
            },
            property: read.property.clone(),
            exactly: None,
            files: Vec::new(),
        });
    }
}
