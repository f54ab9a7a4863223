//! What environments use while somebody looks: one stream of the engine's for each container, shared by everybody who looks at it, and
//! ended with the last of them.
//!
//! A container that does not run is not asked about. The engine's events tell when it has started.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::time::Instant;
use wharf_api::{EnvironmentReference, ResourceSample, Traffic};
use wharf_engine::{EVENTS_BEGIN, Engine, Usage};
use wharf_plan::ContainerState;

use crate::error::{Error, Result};
use crate::events::milliseconds_since_1970;
use crate::request::Target;
use crate::store::Store;
use crate::{connect, known};

/// Pause before an engine is asked again that could not measure a running container.
const AGAIN: Duration = Duration::from_secs(5);

type Sample = Option<Result<ResourceSample, String>>;
/// By the engine's address and the container.
type Streams = HashMap<(String, String), watch::Sender<Sample>>;

/// The streams of a program, by engine and container.
#[derive(Debug, Default)]
pub struct Resources {
    user_data_folder: Option<PathBuf>,
    streams: Arc<Mutex<Streams>>,
}

impl Resources {
    /// Nobody looks yet. `user_data_folder` is where state is kept instead of the user's state folder.
    #[must_use]
    pub fn new(user_data_folder: Option<PathBuf>) -> Self {
        Self { user_data_folder, streams: Arc::default() }
    }

    /// Begins to look at what an environment's container uses. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the reference names no container, or its engine does not answer.
    pub async fn watch(&self, reference: &EnvironmentReference) -> Result<ResourceWatch> {
        known::check(reference)?;
        let container = reference.container.clone().ok_or(Error::ContainerNotFound)?;
        let engine = reference.engine.clone().unwrap_or_default();
        let key = (engine, container.clone());
        if let Some(stream) = lock(&self.streams).get(&key) {
            return Ok(ResourceWatch { samples: stream.subscribe(), last: None });
        }
        let target = Target {
            engine: reference.engine.clone(),
            user_data_folder: self.user_data_folder.clone(),
            ..Target::default()
        };
        let engine = connect::quietly(&target, &Store::open(target.user_data_folder.as_deref())?).await?;
        let mut streams = lock(&self.streams);
        // Somebody else may have come while the engine answered.
        if let Some(stream) = streams.get(&key) {
            return Ok(ResourceWatch { samples: stream.subscribe(), last: None });
        }
        let (sender, samples) = watch::channel(None);
        streams.insert(key.clone(), sender.clone());
        drop(streams);
        let streams = Arc::clone(&self.streams);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = measure(&engine, &container, &sender) => {}
                    () = sender.closed() => {}
                }
                let mut streams = lock(&streams);
                // Whoever comes at the last moment keeps it.
                if sender.receiver_count() == 0 {
                    streams.remove(&key);
                    return;
                }
            }
        });
        Ok(ResourceWatch { samples, last: None })
    }

    /// How many containers are measured just now.
    #[must_use]
    pub fn measured(&self) -> usize {
        lock(&self.streams).len()
    }
}

/// Looks at what one container uses; measuring ends when the last one of these is dropped.
#[derive(Debug)]
pub struct ResourceWatch {
    samples: watch::Receiver<Sample>,
    last: Option<ResourceSample>,
}

impl ResourceWatch {
    /// The next sample: the present one at once if there is one. Where the looker is slow, older ones are left out. None when the engine
    /// cannot measure the container.
    pub async fn next(&mut self) -> Option<ResourceSample> {
        loop {
            let sample = self.samples.borrow_and_update().clone();
            match sample {
                Some(Ok(sample)) if self.last.as_ref() != Some(&sample) => {
                    self.last = Some(sample.clone());
                    return Some(sample);
                }
                Some(Err(_)) => return None,
                _ => {}
            }
            self.samples.changed().await.ok()?;
        }
    }
}

/// Measures a container over its ends and starts, until it is gone or the engine is.
async fn measure(engine: &Engine, container: &str, out: &watch::Sender<Sample>) {
    loop {
        // Listening begins before the look, so that a start in between is not missed.
        let filters = [("type", "container"), ("event", "start"), ("container", container)];
        let Ok(mut starts) = engine.events(&filters).await else { return pause(out).await };
        let mut waiting = Box::pin(async move {
            while let Some(Ok(event)) = starts.next().await {
                if event.action == "start" {
                    return true;
                }
            }
            false
        });
        let state = tokio::select! {
            biased;
            started = &mut waiting => if started { continue } else { return pause(out).await },
            facts = engine.inspect_container(container) => match facts {
                Ok(facts) => facts.map(|facts| facts.state),
                Err(error) => return give_up(out, &error).await,
            },
        };
        match state {
            Some(ContainerState::Running) => {
                if let Err(error) = sample(engine, container, out).await {
                    give_up(out, &error).await;
                }
                // It may have ended, or the stream alone has.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Some(_) => {
                send(out, ResourceSample { timestamp: now(), ..ResourceSample::default() });
                // What has begun before the engine listened is looked for once more.
                let again = async {
                    tokio::time::sleep(EVENTS_BEGIN).await;
                    engine.inspect_container(container).await
                };
                let runs = tokio::select! {
                    started = &mut waiting => if started { true } else { return pause(out).await },
                    facts = again => {
                        matches!(facts, Ok(Some(facts)) if facts.state == ContainerState::Running)
                    }
                };
                if !runs && !waiting.await {
                    return pause(out).await;
                }
            }
            None => {
                send(out, ResourceSample { timestamp: now(), ..ResourceSample::default() });
                return std::future::pending().await;
            }
        }
    }
}

/// Sends samples until the container has ended.
async fn sample(
    engine: &Engine,
    container: &str,
    out: &watch::Sender<Sample>,
) -> Result<(), wharf_engine::Error> {
    let mut stream = engine.usage(container).await?;
    let mut before: Option<(Instant, Usage)> = None;
    while let Some(usage) = stream.next().await {
        let usage = usage?;
        if !usage.running {
            break;
        }
        let at = Instant::now();
        send(out, told(now(), at, &usage, before.as_ref()));
        before = Some((at, usage));
    }
    Ok(())
}

/// What is said of a measurement, with what has changed since the one before.
fn told(timestamp: u64, at: Instant, usage: &Usage, before: Option<&(Instant, Usage)>) -> ResourceSample {
    let elapsed = before.map(|(then, _)| at.duration_since(*then).as_secs_f64()).filter(|time| *time > 0.0);
    // A counter that is lower than it was began anew.
    let rate = |now: u64, then: Option<u64>| Some(now.checked_sub(then?)? as f64 / elapsed?);
    let traffic = |counter: fn(&Usage) -> Option<u64>| {
        let bytes = counter(usage)?;
        let then = before.and_then(|(_, before)| counter(before));
        Some(Traffic { bytes, per_second: rate(bytes, then) })
    };
    ResourceSample {
        timestamp,
        running: true,
        cpu: rate(usage.cpu, before.map(|(_, before)| before.cpu)).map(|per_second| per_second / 1e9),
        cpus: usage.cpus,
        memory: usage.memory,
        memory_limit: usage.memory_limit,
        processes: usage.processes,
        received: traffic(|usage| usage.received),
        sent: traffic(|usage| usage.sent),
        read: traffic(|usage| usage.read),
        written: traffic(|usage| usage.written),
    }
}

fn send(out: &watch::Sender<Sample>, sample: ResourceSample) {
    out.send_replace(Some(Ok(sample)));
}

/// Says once that nothing can be measured, and waits until nobody looks any more.
async fn give_up(out: &watch::Sender<Sample>, error: &wharf_engine::Error) {
    out.send_replace(Some(Err(error.to_string())));
    std::future::pending().await
}

/// The engine's events have ended: it is going, or coming again.
async fn pause(out: &watch::Sender<Sample>) {
    send(out, ResourceSample { timestamp: now(), ..ResourceSample::default() });
    tokio::time::sleep(AGAIN).await;
}

fn now() -> u64 {
    milliseconds_since_1970(SystemTime::now())
}

/// A panic elsewhere must not take the measuring down with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_is_told_by_the_second() {
        let then = Instant::now();
        let usage = |cpu: u64, received: u64, written: Option<u64>| Usage {
            running: true,
            cpu,
            cpus: 4,
            memory: 100,
            received: Some(received),
            written,
            ..Usage::default()
        };
        let first = told(1, then, &usage(1_000_000_000, 50, None), None);
        assert_eq!((first.cpu, first.received), (None, Some(Traffic { bytes: 50, per_second: None })));
        let before = (then, usage(1_000_000_000, 50, None));
        let at = then + Duration::from_secs(2);
        let second = told(2, at, &usage(4_000_000_000, 150, Some(7)), Some(&before));
        assert_eq!(second.cpu, Some(1.5));
        assert_eq!(second.received, Some(Traffic { bytes: 150, per_second: Some(50.0) }));
        assert_eq!(second.written, Some(Traffic { bytes: 7, per_second: None }));
        assert_eq!(second.read, None);
        // Another start of the container counts from the beginning.
        let restarted = told(3, at, &usage(10, 1, None), Some(&before));
        assert_eq!((restarted.cpu, restarted.received.unwrap().per_second), (None, None));
    }
}
