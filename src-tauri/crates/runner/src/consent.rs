//! Consent: what a person has allowed an environment to do to this computer, and asking for more.
//!
//! What is asked for is found by [`wharf_plan::consent`]; each touch has a hash over itself and the content of the workspace
//! files that it names, and an answer is remembered under those hashes. So anything that changes is asked about again, and
//! nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wharf_api as api;
use wharf_api::{EventKind, GrantedBy, Outcome, StepName};
use wharf_plan::consent::{Touch, tells};
use wharf_plan::{Consent, Desired, HostFile, Wanted};

use crate::convert;
use crate::error::{Error, Result};
use crate::reconciler::Reconciler;
use crate::records::{ENVIRONMENT, EnvironmentRecord};
use crate::request::{Answer, Trust};
use crate::store::{EnvironmentStore, Loaded, Store};

/// Name of the file that holds an environment's [`ConsentRecord`]s.
const CONSENT: &str = "consent";

/// One answer of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsentRecord {
    environment: api::Environment,
    hash: String,
    granted_at: String,
    /// What was allowed, by its hash.
    touches: BTreeMap<String, api::Touch>,
}

/// What this environment has been allowed so far, as reconciling wants to know it.
pub(crate) fn granted(state: &EnvironmentStore, trust: Trust) -> Result<Consent> {
    if trust == Trust::Compatible {
        return Ok(Consent::Everything);
    }
    let hashes: BTreeSet<String> =
        records(state)?.into_iter().flat_map(|record| record.touches.into_keys()).collect();
    Ok(Consent::Granted(hashes))
}

fn records(state: &EnvironmentStore) -> Result<Vec<ConsentRecord>> {
    // A damaged record has been set aside: everything is asked for again, which is the safe reading.
    match state.load::<Vec<ConsentRecord>>(CONSENT)? {
        Loaded::Found(records) => Ok(records),
        Loaded::Absent | Loaded::SetAside(_) => Ok(Vec::new()),
    }
}

/// Every stored consent, newest first.
pub(crate) fn list(store: &Store) -> Result<api::TrustList> {
    let mut entries = Vec::new();
    for state in store.environments()? {
        entries.extend(records(&state)?.into_iter().map(entry));
    }
    entries.sort_by(|one, other| other.granted_at.cmp(&one.granted_at));
    Ok(api::TrustList { entries })
}

/// What one environment has been allowed.
#[derive(Debug)]
pub(crate) struct Given {
    state: EnvironmentStore,
    /// What is remembered of the environment, if anything is.
    pub(crate) environment: Option<EnvironmentRecord>,
    /// Never empty.
    pub(crate) entries: Vec<api::TrustEntry>,
}

/// The environments that have been allowed anything.
pub(crate) fn given(store: &Store) -> Result<Vec<Given>> {
    let mut all = Vec::new();
    for state in store.environments()? {
        let entries: Vec<_> = records(&state)?.into_iter().map(entry).collect();
        if !entries.is_empty() {
            all.push(Given { environment: state.peek(ENVIRONMENT), state, entries });
        }
    }
    Ok(all)
}

/// Takes it back and returns what was allowed.
pub(crate) fn revoke(given: Vec<Given>) -> Result<api::TrustRevoked> {
    let mut revoked = Vec::new();
    for given in given {
        given.state.forget(CONSENT)?;
        revoked.extend(given.entries);
    }
    Ok(api::TrustRevoked { revoked })
}

fn entry(record: ConsentRecord) -> api::TrustEntry {
    api::TrustEntry {
        environment: record.environment,
        hash: record.hash,
        granted_at: record.granted_at,
        touches: record.touches.into_values().collect(),
    }
}

impl Reconciler<'_> {
    /// Asks for what is not allowed yet, and remembers the answer. An error if it is not given.
    pub(crate) async fn ask(&mut self, desired: &Desired, touches: &[Touch]) -> Result<()> {
        let step = self.operation.begin(Some(self.root), StepName::Consent, None);
        let request = self.consent_request(desired, touches);
        let by = match self.trust {
            Trust::Always => GrantedBy::TrustFlag,
            Trust::Compatible => GrantedBy::Compatibility,
            Trust::Ask => {
                step.send(EventKind::ConsentNeeded { request: request.clone() });
                let asked = Instant::now();
                let answer = tokio::select! {
                    () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
                    answer = self.asker.ask(&request) => answer,
                };
                self.operation.thought(asked);
                if answer != Answer::Allow {
                    return Err(Error::Refused {
                        environment: request.environment.name,
                        touches: request.touches.iter().map(sentence).collect(),
                        asked: answer == Answer::Refuse,
                    });
                }
                GrantedBy::Person
            }
        };
        let shown = if by == GrantedBy::Person { Vec::new() } else { request.touches.clone() };
        step.send(EventKind::ConsentGranted { by, touches: shown });
        self.remember(request, touches)?;
        step.finish(Outcome::Done, None);
        Ok(())
    }

    /// Remembers what a person has allowed by what they did, without a question of its own.
    pub(crate) fn remember_allowed(&mut self, touches: &[Touch]) -> Result<()> {
        let request = self.request_for(touches, Vec::new());
        self.remember(request, touches)
    }

    fn remember(&mut self, request: api::ConsentRequest, touches: &[Touch]) -> Result<()> {
        let hashes = touches.iter().map(|touch| touch.hash(&self.observed.files));
        let record = ConsentRecord {
            environment: request.environment,
            hash: request.hash,
            granted_at: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            touches: hashes.zip(request.touches).collect(),
        };
        if let Consent::Granted(granted) = &mut self.observed.consent {
            granted.extend(record.touches.keys().cloned());
        }
        let mut all = records(&self.state)?;
        all.retain(|earlier| earlier.hash != record.hash);
        all.push(record);
        self.state.save(CONSENT, &all)
    }

    /// Says in one line what a compatible run let through: nobody is asked there, but nothing is hidden either.
    pub(crate) fn tell_what_was_let_through(&self, touches: &[Touch]) {
        if touches.is_empty() {
            return;
        }
        let by =
            if crate::runs_in_ci() { GrantedBy::ContinuousIntegration } else { GrantedBy::Compatibility };
        let touches = touches.iter().map(|touch| convert::touch(touch, self.environment)).collect();
        self.root.send(EventKind::ConsentGranted { by, touches });
    }

    fn consent_request(&self, desired: &Desired, touches: &[Touch]) -> api::ConsentRequest {
        let tells = match &desired.wanted {
            Wanted::Running(wanted) | Wanted::Built(wanted) | Wanted::Inside(wanted) => {
                tells(wanted, &self.observed)
                    .into_iter()
                    .map(|tell| api::Tell {
                        text: tell.text,
                        origin: self.environment.origin(&tell.source, &tell.property),
                    })
                    .collect()
            }
            Wanted::Stopped { .. } | Wanted::Gone => Vec::new(),
        };
        self.request_for(touches, tells)
    }

    fn request_for(&self, touches: &[Touch], tells: Vec<api::Tell>) -> api::ConsentRequest {
        let mut hash = Sha256::new();
        for touch in touches {
            hash.update(touch.hash(&self.observed.files).as_bytes());
            hash.update(b"\n");
        }
        api::ConsentRequest {
            environment: self.environment.document(),
            touches: touches
                .iter()
                .map(|touch| {
                    let files = touch.files.iter().map(|path| match self.observed.files.get(path) {
                        Some(HostFile::Absent) | None => format!("{path}: not there yet"),
                        Some(_) => format!("{path}: its content is part of this consent"),
                    });
                    api::Touch { details: files.collect(), ..convert::touch(touch, self.environment) }
                })
                .collect(),
            tells,
            hash: hex::encode(hash.finalize()),
        }
    }
}

fn sentence(touch: &api::Touch) -> String {
    let effect = touch.effect.as_ref().map(|effect| format!(": {effect}")).unwrap_or_default();
    let property = &touch.origin.property;
    let author = match (&touch.origin.feature, &touch.origin.location) {
        (Some(feature), _) => format!(" of the Feature {feature}"),
        // Without a line it is another file than the configuration, which the error names anyway.
        (None, Some(api::Location { path, line: None, .. })) => format!(" of {path}"),
        (None, _) => String::new(),
    };
    format!("{} ({property}{author}){effect}", touch.subject)
}
