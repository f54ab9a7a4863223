//! How results and problems look. Pure: documents of `api` in, lines out.

mod changes;
mod check;
mod consent;
mod doctor;
mod engine;
mod feature;
mod integration;
mod list;
mod losses;
mod outdated;
mod plan;
mod ports;
mod problem;
mod secrets;
mod settings;
mod status;
mod trust;

use std::path::Path;

pub(crate) use changes::changes_wait;
pub(crate) use check::{check, check_as_sarif, check_for_github, check_for_gitlab};
pub(crate) use consent::{consent, consent_details, touch_verb};
pub(crate) use doctor::doctor;
pub(crate) use engine::{engine_list, engine_used};
pub(crate) use feature::feature;
pub(crate) use integration::integration;
pub(crate) use list::list;
pub(crate) use losses::losses;
pub(crate) use outdated::outdated;
pub(crate) use plan::plan;
pub(crate) use ports::{link, ports, ports_in_brief};
pub(crate) use problem::{diagnostic, error};
pub(crate) use secrets::{secret_list, secrets_done};
pub(crate) use settings::settings;
pub(crate) use status::status;
pub(crate) use trust::trust_list;

use crate::text::Symbols;

/// What drawing depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) symbols: Symbols,
}

/// A path as a person would write it from `folder`.
pub(crate) fn relative(path: &str, folder: Option<&Path>) -> String {
    folder
        .and_then(|folder| Path::new(path).strip_prefix(folder).ok())
        .filter(|rest| !rest.as_os_str().is_empty())
        .map_or_else(|| path.to_owned(), |rest| rest.display().to_string())
}
