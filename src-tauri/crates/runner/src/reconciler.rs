//! The loop: observe, plan, act, until what is wanted and what is there agree.
//!
//! Deciding is [`wharf_plan::reconcile`]'s; looking is `observe`'s and doing is `act`'s. What is left here is the order of the
//! three and when to give up.

use std::collections::{BTreeMap, BTreeSet};

use wharf_api::StepName;
use wharf_engine::Engine;
use wharf_plan::consent::Touch;
use wharf_plan::{Blocker, Desired, FactQuery, Observed, Outcome, Step, forget, reconcile};

use crate::changes::Applied;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::keychain::{Account, Keychain};
use crate::recall::Recall;
use crate::request::{ConsentAsker, FeaturesRequest, Trust};
use crate::store::{EnvironmentStore, Store};

/// More turns than any environment needs: each turn gathers a fact, asks once or does a step. A loop that is still not at rest
/// then is a fault, and better named than spun.
const MOST_TURNS: usize = 200;

/// What one operation works with.
pub(crate) struct Reconciler<'a> {
    pub(crate) operation: &'a Operation<'a>,
    pub(crate) root: &'a StepRecord<'a>,
    pub(crate) engine: &'a Engine,
    pub(crate) environment: &'a Environment,
    pub(crate) store: &'a Store,
    pub(crate) state: EnvironmentStore,
    pub(crate) trust: Trust,
    pub(crate) asker: &'a dyn ConsentAsker,
    pub(crate) secrets: Vec<(String, String)>,
    /// The asker's keychain.
    pub(crate) keychain: Keychain,
    /// Whether the keychain was asked in this operation, and answered.
    pub(crate) keychain_answers: bool,
    /// Where the keychain holds values for this environment, by the secret's name.
    pub(crate) kept: BTreeMap<String, Account>,
    /// Which of them this computer held, as what was allowed.
    pub(crate) handed_over: Vec<Touch>,
    /// `--docker-compose-path`.
    pub(crate) compose_path: Option<String>,
    /// What the caller says about Features.
    pub(crate) features: FeaturesRequest,
    /// What was noticed about credentials while Features were looked for.
    pub(crate) oci_auth: wharf_api::OciAuthDiagnostics,
    pub(crate) observed: Observed,
    /// The container that this operation made, until it has been started: half-made, so that ending now removes it.
    pub(crate) half_made: Option<String>,
    /// Whether what is known of the image is remembered only.
    pub(crate) recalled: Recall,
    /// The container by the id it had last, so that it is found without a search.
    pub(crate) container_id: Option<String>,
    /// A container of this environment that somebody else is removing.
    pub(crate) leaving: Option<String>,
    /// Whether `ready` has been sent.
    pub(crate) ready: bool,
    /// What this operation has applied to the environment; None: it is as it was.
    pub(crate) applied: Option<Applied>,
    /// Requirements of which has been said that they are not met, with what is needed.
    pub(crate) told_short: BTreeSet<(String, String)>,
}

impl Reconciler<'_> {
    /// Brings the environment to `desired`, or says what stands in the way.
    pub(crate) async fn run(&mut self, desired: &Desired) -> Result<()> {
        let result = match self.refuse_disallowed(desired).await {
            Ok(()) => self.turn_until_at_rest(desired).await,
            refused => refused,
        };
        let result = match result {
            Err(error) => Err(self.stopped_if_disallowed(desired, error).await),
            done => done,
        };
        if let (Err(_), Some(container)) = (&result, self.half_made.take()) {
            // Not cancellable: this is what leaves nothing behind. That it may fail too changes nothing about the error.
            let _ = self.engine.remove(&container, true, true).await;
        }
        result
    }

    async fn turn_until_at_rest(&mut self, desired: &Desired) -> Result<()> {
        for _ in 0..MOST_TURNS {
            if self.operation.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match reconcile(desired, &self.observed) {
                Outcome::Agreed => return Ok(()),
                Outcome::Next(steps) if self.acts_beyond_memory(&steps) => {}
                Outcome::Next(steps) => {
                    self.tell_what_is_short(desired, &steps).await?;
                    for step in &steps {
                        self.act(step).await?;
                        forget(step, &mut self.observed);
                    }
                }
                Outcome::Blocked(Blocker::Fact { query }) if self.recall(&query) => {}
                Outcome::Blocked(Blocker::Fact { query }) if self.asks_beyond_memory(&query) => {}
                Outcome::Blocked(Blocker::Fact { query }) => {
                    self.observe(&query).await?;
                    if query == FactQuery::Features {
                        self.keep_lockfile()?;
                    }
                }
                Outcome::Blocked(Blocker::Consent { touches }) => self.ask(desired, &touches).await?,
                Outcome::Blocked(blocker) => return Err(self.environment.blocked(&blocker)),
            }
        }
        let next = match reconcile(desired, &self.observed) {
            Outcome::Next(steps) => steps.first().map_or("rest", |step| verb(step)).to_owned(),
            other => format!("{other:?}"),
        };
        Err(Error::Restless { turns: MOST_TURNS, next })
    }

    /// What would be done, without doing it: the same loop with every step assumed to work.
    pub(crate) async fn foresee(&mut self, desired: &Desired) -> Result<(Vec<Step>, Option<Blocker>)> {
        let mut planned = Vec::new();
        for _ in 0..MOST_TURNS {
            if self.operation.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match reconcile(desired, &self.observed) {
                Outcome::Agreed => return Ok((planned, None)),
                Outcome::Next(steps) => {
                    for step in steps {
                        wharf_plan::assume(&step, &mut self.observed);
                        planned.push(step);
                    }
                }
                Outcome::Blocked(Blocker::Fact { query }) => self.observe(&query).await?,
                Outcome::Blocked(blocker @ Blocker::Consent { .. }) => {
                    // Consent stands in the way of acting, not of looking: the plan goes on as if it were given.
                    self.observed.consent = wharf_plan::Consent::Everything;
                    let (rest, _) = Box::pin(self.foresee(desired)).await?;
                    planned.extend(rest);
                    return Ok((planned, Some(blocker)));
                }
                Outcome::Blocked(blocker) => return Ok((planned, Some(blocker))),
            }
        }
        Err(Error::Restless { turns: MOST_TURNS, next: "plan".to_owned() })
    }
}

/// What a step does, for a sentence.
pub(crate) fn verb(step: &Step) -> &'static str {
    match step {
        Step::Initialize { .. } => "run initializeCommand",
        Step::Pull { .. } => "pull the image",
        Step::Build { .. } => "build the image",
        Step::Create { .. } => "create the container",
        Step::Compose { .. } => "start the services",
        Step::RemoveNetwork { .. } => "remove the network",
        Step::Start { .. } => "start the container",
        Step::Unpause { .. } => "unpause the container",
        Step::Stop { .. } => "stop the container",
        Step::Remove { .. } => "remove the container",
        Step::Inside { .. } => "run the hooks",
    }
}

/// The step's name on the wire.
pub(crate) fn name(step: &Step) -> StepName {
    match step {
        Step::Initialize { .. } => StepName::Initialize,
        Step::Pull { .. } => StepName::Pull,
        Step::Build { purpose: wharf_plan::BuildPurpose::UserIds, .. } => StepName::UpdateUid,
        Step::Build { .. } => StepName::Build,
        Step::Create { .. } => StepName::Create,
        Step::Compose { .. } => StepName::Compose,
        Step::RemoveNetwork { .. } => StepName::RemoveNetwork,
        Step::Start { .. } => StepName::Start,
        Step::Unpause { .. } => StepName::Unpause,
        Step::Stop { .. } => StepName::Stop,
        Step::Remove { .. } => StepName::Remove,
        Step::Inside { .. } => StepName::Hooks,
    }
}
