//! `up --apply`: the smallest change that brings an environment to what its configuration says now.
//!
//! Plain `up` goes on with the container that is there, as the reference does; it says in one line that something has changed.

use wharf_api::EventKind;
use wharf_plan::difference::{Change, Difference, smallest_application};
use wharf_plan::{FactQuery, Wanted};
use wharf_spec::{AppliedEntries, Entry, metadata};

use crate::changes::{self, Depth};
use crate::error::Result;
use crate::events::StepRecord;
use crate::reconciler::Reconciler;
use crate::records::EnvironmentRecord;
use crate::session::{Session, Subject};

/// What it takes to apply what has changed; None if nothing has, or there is no container to apply it to.
pub(crate) async fn what_it_takes(session: &Session<'_>) -> Result<Option<Change>> {
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    if reconciler.observed.container.known().is_none_or(Option::is_none) {
        return Ok(None);
    }
    let found = reconciler.changes(session.subject.record.as_ref(), Depth::Whole).await;
    Ok(smallest_application(&found))
}

/// Lets the configuration count for the container that is there, in place of what its label keeps.
pub(crate) fn let_configuration_count(subject: &mut Subject) {
    let configuration = &mut subject.environment.configuration;
    let record = subject.record.as_ref();
    let known = record.and_then(|record| Some((record.container.clone()?, record.made_entries?)));
    if let Some((container, made)) = known {
        let entries = metadata::pick_from_config(configuration, &[]);
        configuration.set_applied(Some(AppliedEntries { container, made, entries }));
    }
}

/// What the configuration has written at the end of a new container's label.
pub(crate) fn written(wanted: &Wanted) -> Vec<Entry> {
    match wanted {
        Wanted::Running(wanted) => wharf_plan::image::entries_of_configuration(wanted),
        _ => Vec::new(),
    }
}

/// Says in one line what has changed and waits, once the environment is ready.
pub(crate) async fn tell_what_waits(
    reconciler: &mut Reconciler<'_>,
    root: &StepRecord<'_>,
    record: Option<&EnvironmentRecord>,
) {
    let found: Vec<Difference> = reconciler.changes(record, Depth::Quick).await;
    if let Some(change) = smallest_application(&found).filter(|change| *change > Change::Hot) {
        root.send(EventKind::ChangesWait {
            subjects: found.iter().map(|found| found.property.clone()).collect(),
            change: changes::class(change),
        });
    }
}
