//! What happens on an engine, told while somebody listens.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;

use crate::answers::nullable;
use crate::containers::Incoming;
use crate::engine::Engine;
use crate::error::{Call, Error};

/// Something that happened on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    /// `container`, `image`, `volume`, …
    pub kind: String,
    /// `start`, `die`, `destroy`, …
    pub action: String,
    /// Id of what it happened to.
    pub id: String,
    /// Labels and further attributes.
    pub attributes: BTreeMap<String, String>,
    /// Nanoseconds since 1970.
    pub time: i64,
}

/// How long engines take to listen to their events once they have been asked, at most: Podman begins a moment after it has said that it does.
/// What happened until then has to be looked for once more.
pub const EVENTS_BEGIN: Duration = Duration::from_millis(300);

/// Read leniently: engines have kinds of their own.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Actor")]
    actor: Actor,
    #[serde(rename = "timeNano")]
    time: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(deserialize_with = "nullable")]
    attributes: BTreeMap<String, String>,
}

impl Engine {
    /// What happens on the engine from now on: it has been asked when this comes back, and see [`EVENTS_BEGIN`]. `filters` are the API's:
    /// `[("type", "container"), ("label", "a=b")]`.
    ///
    /// # Errors
    /// When the engine tells nothing.
    pub async fn events(&self, filters: &[(&str, &str)]) -> Result<Incoming<EngineEvent>, Error> {
        let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in filters {
            wanted.entry(name).or_default().push(value);
        }
        let wanted = serde_json::json!(wanted).to_string();
        let call = Call::engine("tell what happens");
        let engine = self.clone();
        let mut asked =
            Box::pin(async move { engine.documents::<Told>("/events", &[("filters", &wanted)], call).await });
        let events = match tokio::time::timeout(EVENTS_BEGIN, &mut asked).await {
            Ok(begun) => begun?,
            // Podman 5.1 and 5.2 say nothing before the first event.
            Err(_) => stream::once(asked).try_flatten().boxed(),
        };
        let event = |Told { kind, action, actor, time }| EngineEvent {
            kind,
            action,
            id: actor.id,
            attributes: actor.attributes,
            time,
        };
        Ok(events.map(move |told| told.map(event)).boxed())
    }
}
