//! `up --apply`: the smallest change that brings an environment to what its configuration says now.
//!
//! Plain `up` goes on with the container that is there, as the reference does; it says in one line that something has changed.

use wharf_api::EventKind;
use wharf_plan::difference::{self, Change, Difference, smallest_application};
use wharf_plan::{FactQuery, Wanted};
use wharf_spec::{AppliedEntries, Entry, metadata};

use crate::changes::{self, Depth};
use crate::error::Result;
use crate::events::StepRecord;
use crate::reconciler::Reconciler;
use crate::records::EnvironmentRecord;
use crate::request::{Apply, UpRequest};
use crate::session::{Session, Subject};

/// What applying what has changed comes to.
#[derive(Debug)]
struct Application {
    /// What it takes.
    change: Change,
    /// What counts for the container that is there, in place of what its label keeps; None where the label counts.
    entries: Option<AppliedEntries>,
}

/// A request with what has changed taken into account, as `up` acts on it and `plan` shows it.
pub(crate) struct Accounted {
    /// What is done: what it takes is among what it asks for.
    pub(crate) request: UpRequest,
    /// What applying what has changed takes; None where nothing is applied.
    pub(crate) change: Option<Change>,
}

/// Takes what has changed into account, if it is to be applied: where the container that is there can stay, it counts in `session` from
/// now on.
pub(crate) async fn account_for(session: &mut Session<'_>, request: &UpRequest) -> Result<Accounted> {
    let application = what_it_takes(session, request.apply).await?;
    let change = application.as_ref().map(|application| application.change);
    if let Some(application) = application.filter(|application| application.change <= Change::Restart) {
        application.let_count(&mut session.subject);
    }
    let replaces = matches!(change, Some(Change::Recreate | Change::Rebuild));
    let request = UpRequest {
        remove_existing_container: request.remove_existing_container || replaces,
        stop_first: request.stop_first || change == Some(Change::Restart),
        ..request.clone()
    };
    Ok(Accounted { request, change })
}

impl Application {
    /// Lets what is applied count for the container that is there.
    fn let_count(&self, subject: &mut Subject) {
        if let Some(entries) = &self.entries {
            subject.environment.configuration.set_applied(Some(entries.clone()));
        }
    }
}

/// What it takes to apply what has changed; None if nothing has, or there is no container to apply it to.
async fn what_it_takes(session: &Session<'_>, apply: Apply) -> Result<Option<Application>> {
    if apply == Apply::Nothing {
        return Ok(None);
    }
    let mut reconciler = session.reconciler()?;
    reconciler.observe(&FactQuery::Container).await?;
    let Some(container) = reconciler.observed.container.known().cloned().flatten() else { return Ok(None) };
    let record = session.subject.record.as_ref();
    let found = reconciler.changes(record, Depth::Whole).await;
    let is_hot = |found: &Difference| found.change == Change::Hot;
    let change = match apply {
        Apply::Hot => found.iter().any(is_hot).then_some(Change::Hot),
        Apply::Nothing | Apply::Everything => smallest_application(&found),
    };
    let Some(change) = change else { return Ok(None) };
    let current = metadata::pick_from_config(&session.environment().configuration, &[]);
    let known = record.and_then(|record| Some((record, record.container.clone()?, record.made_entries?)));
    let entries = known.map(|(record, id, made)| {
        let entries = match apply {
            Apply::Hot => {
                let label = container.labels.get(metadata::LABEL).map_or("", String::as_str);
                difference::entries_with_what_is_hot(&counting(record, label, made), &current)
            }
            Apply::Nothing | Apply::Everything => current,
        };
        AppliedEntries { container: id, made, entries }
    });
    Ok(Some(Application { change, entries }))
}

/// What the configuration contributes to a container now: what was applied to it, else what its label was made with.
fn counting(record: &EnvironmentRecord, label: &str, made: usize) -> Vec<Entry> {
    record.applied_entries.clone().unwrap_or_else(|| {
        let (mut entries, _) = metadata::read_label(label, "");
        entries.split_off(entries.len().saturating_sub(made))
    })
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
