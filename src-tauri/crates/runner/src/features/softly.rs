//! What soft dependencies are called today and were called before. It only matters where a Feature was renamed, so what cannot be had
//! changes nothing but that, and is not waited for.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use wharf_spec::feature::{FeatureManifest, FeatureReference, Fetched};

use super::fetch::Fetcher;
use crate::events::milliseconds_since_1970;
use crate::store::Store;

/// Where it is remembered. Names change once in years, and asking costs a registry's answer each time.
const RECORD: &str = "features/names";
/// How long an answer is taken for today's.
const FRESH: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// And how long nobody is asked again who did not answer.
const QUIET: Duration = Duration::from_secs(5 * 60);
/// How long all of them together are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of them, and what is learnt.
pub(super) struct Softly<'a> {
    store: &'a Store,
    remembered: HashMap<String, Remembered>,
    known: HashMap<String, Option<FeatureManifest>>,
    changed: bool,
}

/// Of one reference.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remembered {
    /// When it was asked for, in milliseconds since 1970.
    asked: u64,
    /// Its names, today's first; None if nobody answered.
    names: Option<Vec<String>>,
}

impl<'a> Softly<'a> {
    pub(super) fn open(store: &'a Store) -> Softly<'a> {
        // Nothing depends on it that could not be asked again.
        let remembered = store.load(RECORD).ok().and_then(|loaded| loaded.found()).unwrap_or_default();
        Softly { store, remembered, known: HashMap::new(), changed: false }
    }

    /// What is known, by reference.
    pub(super) fn known(&self) -> &HashMap<String, Option<FeatureManifest>> {
        &self.known
    }

    /// Learns of these as far as that is possible now: from what was fetched anyway, from before, or from their registries.
    pub(super) async fn learn(
        &mut self,
        hoped: Vec<FeatureReference>,
        fetched: &HashMap<String, Fetched>,
        fetcher: &Fetcher,
    ) {
        let mut open = Vec::new();
        for reference in hoped {
            let text = reference.to_string();
            let same = reference.as_oci().and_then(|wanted| {
                let prefixes = [":", "@"].map(|end| format!("{}{end}", wanted.resource()));
                let found =
                    fetched.iter().find(|(other, _)| prefixes.iter().any(|prefix| other.starts_with(prefix)));
                found.map(|(_, fetched)| fetched.manifest.clone())
            });
            if let Some(manifest) = same {
                self.known.insert(text, Some(manifest));
            } else if let Some(remembered) =
                self.remembered.get(&text).filter(|remembered| remembered.counts())
            {
                self.known.insert(text, remembered.names.as_deref().map(named));
            } else {
                // Whatever comes of it, it is not asked for twice.
                self.known.insert(text, None);
                open.push(reference);
            }
        }
        if open.is_empty() {
            return;
        }
        let mut asking: FuturesUnordered<_> = open
            .iter()
            .filter_map(|reference| Some((reference.to_string(), reference.as_oci()?)))
            .map(async |(text, reference)| (text, fetcher.only_manifest(reference).await))
            .collect();
        let mut answers: HashMap<String, Option<FeatureManifest>> =
            open.iter().map(|reference| (reference.to_string(), None)).collect();
        let all = async {
            while let Some((text, answer)) = asking.next().await {
                match answer {
                    Ok(manifest) => drop(answers.insert(text, Some(manifest))),
                    Err(failure) => {
                        tracing::debug!(reference = text, ?failure, "a soft dependency is not known")
                    }
                }
            }
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::debug!("soft dependencies are not waited for any longer");
        }
        drop(asking);
        for (text, manifest) in answers {
            let names = manifest.as_ref().map(FeatureManifest::aliases);
            let asked = milliseconds_since_1970(SystemTime::now());
            self.remembered.insert(text.clone(), Remembered { asked, names });
            self.known.insert(text, manifest);
            self.changed = true;
        }
    }

    /// Remembers what was learnt.
    pub(super) fn keep(&self) {
        if self.changed
            && let Err(error) = self.store.save(RECORD, &self.remembered)
        {
            tracing::debug!(%error, "names of Features are not remembered");
        }
    }
}

impl Remembered {
    fn counts(&self) -> bool {
        let age = milliseconds_since_1970(SystemTime::now()).saturating_sub(self.asked);
        let bound = if self.names.is_some() { FRESH } else { QUIET };
        u128::from(age) < bound.as_millis()
    }
}

/// As much of a manifest as names are.
fn named(names: &[String]) -> FeatureManifest {
    FeatureManifest {
        id: names.first().cloned(),
        legacy_ids: names.iter().skip(1).cloned().collect(),
        ..FeatureManifest::default()
    }
}
