//! What happens on an engine, told while somebody listens.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
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
    /// What happens on the engine from now on: it listens when this comes back. `filters` are the API's:
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
        let events = self.documents::<Told>("/events", &[("filters", &wanted)], call).await?;
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
