//! Bringing a folder of this computer into a volume, whole or not at all.

use std::path::Path;
use std::time::Duration;

use wharf_api::{EventKind, Outcome, StepName};
use wharf_engine::{Engine, Tree, TreeReport};

use super::content::{remove_all_holders, with_holder};
use super::identity::{Place, WORKSPACES};
use super::open::engine_error;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};

/// How often progress is told.
const BETWEEN_NEWS: Duration = Duration::from_millis(100);

/// Makes the volume and puts `folder` into it. Leaves nothing behind when it fails or is cancelled.
pub(super) async fn fill(
    engine: &Engine,
    place: &Place,
    folder: &Path,
    copied: bool,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<()> {
    let step = operation.begin(Some(root), StepName::Fill, Some(place.volume.clone()));
    remove_all_holders(engine, &place.volume).await?;
    let labels = place.volume_labels(copied.then_some(folder));
    engine.create_volume(&place.volume, &labels).await.map_err(engine_error)?;
    let filled = with_holder(engine, &place.volume, async |holder| {
        upload(engine, holder, place, folder, operation, &step).await
    })
    .await;
    if let Err(error) = filled {
        // Not cancellable: this is what leaves nothing behind. That it may fail too changes nothing about the error, and the
        // note that is still there makes the next one begin anew.
        let _ = engine.remove_volume(&place.volume).await;
        return Err(error);
    }
    step.finish(Outcome::Done, None);
    Ok(())
}

async fn upload(
    engine: &Engine,
    holder: &str,
    place: &Place,
    folder: &Path,
    operation: &Operation<'_>,
    step: &StepRecord<'_>,
) -> Result<()> {
    let name = place.folder.split('/').next().unwrap_or_default().to_owned();
    let tree = Tree { folder: folder.to_owned(), name };
    let measured = {
        let tree = tree.clone();
        tokio::task::spawn_blocking(move || tree.measure())
    };
    let size = tokio::select! {
        () = operation.cancel.cancelled() => return Err(Error::Cancelled),
        measured = measured => measured
            .map_err(|error| Error::Read { path: folder.to_owned(), source: error.into() })?
            .map_err(engine_error)?,
    };
    let (archive, report) = tree.stream();
    let tell = || {
        step.send(EventKind::StepProgress {
            current: Some(report.bytes().min(size.bytes)),
            total: Some(size.bytes),
            text: Some(format!("{} files and folders", size.entries)),
        });
    };
    let upload = engine.upload_stream(holder, WORKSPACES, archive);
    tokio::pin!(upload);
    let mut news = tokio::time::interval(BETWEEN_NEWS);
    let uploaded = loop {
        tokio::select! {
            () = operation.cancel.cancelled() => return Err(Error::Cancelled),
            uploaded = &mut upload => break uploaded,
            _ = news.tick() => tell(),
        }
    };
    if let Some(error) = report.take_error() {
        return Err(engine_error(error));
    }
    uploaded.map_err(engine_error)?;
    tell();
    warn_of_unreadable(&report, step);
    Ok(())
}

fn warn_of_unreadable(report: &TreeReport, step: &StepRecord<'_>) {
    let (paths, more) = report.unreadable();
    if paths.is_empty() {
        return;
    }
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    step.warn(
        format!("not copied, since you may not read it: {}{more}", names.join(", ")),
        Some("make it readable and copy again, or go without it".to_owned()),
    );
}
