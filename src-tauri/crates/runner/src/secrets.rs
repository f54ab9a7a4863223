//! The values of secrets for the hooks: from a file, from this computer's environment, from its keychain, or from the person.
//!
//! A value goes to the agent over its connection and nowhere else: into no plan, label, image or process list, and wherever output
//! repeats it, events and the journal show a mask (specification, "Secrets"; inventory, section 3.9).

mod kept;
mod mask;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use wharf_api::{EventKind, SecretRequest};
use wharf_plan::consent::{SecretPlace, held_secrets, secret_touch};
use wharf_plan::{Fact, InsideSpec, Rerun};
use wharf_spec::Document;

pub(crate) use kept::VOLUME as VOLUME_SCOPE;
pub use kept::{KeptSecretRequest, secrets_forget, secrets_list, secrets_set};
pub(crate) use mask::Mask;

use crate::error::{Error, Result};
use crate::events::StepRecord;
use crate::keychain::{Account, KeychainError, nearest};
use crate::reconciler::Reconciler;
use crate::request::{SecretAnswer, SecretQuestion};

/// `--secrets-file`: one JSON object, comments allowed, every value a text.
///
/// # Errors
/// When the file cannot be read or holds something else. No value is told.
pub(crate) fn read(path: Option<&Path>) -> Result<Vec<(String, String)>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let wrong = |problem: String| Error::Secrets { path: path.to_owned(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let (document, _) = Document::parse(path, &text).map_err(|found| {
        let line = found.first().and_then(|found| found.position).map_or(1, |position| position.line);
        wrong(format!("is no JSON object: line {line}"))
    })?;
    let object = document.value.as_object().ok_or_else(|| wrong("is no JSON object".to_owned()))?;
    object
        .iter()
        .map(|(name, value)| match value.as_str() {
            Some(value) => Ok((name.clone(), value.to_owned())),
            None => Err(wrong(format!("has a value for {name} that is not a text"))),
        })
        .collect()
}

impl Reconciler<'_> {
    /// Finds the declared secrets that were not given, before hooks run: where this computer holds them, else a person is asked.
    /// Nobody is asked when all that needs them has run already.
    pub(crate) async fn gather_secrets(&mut self, spec: &InsideSpec, record: &StepRecord<'_>) -> Result<()> {
        if spec.hooks.iter().all(|step| step.commands.is_empty()) {
            return Ok(());
        }
        let is_first_time = spec.hooks.iter().any(|step| {
            step.rerun == Rerun::OncePerContainer
                && !step.commands.is_empty()
                && !self.observed.inside.done.contains(&step.hook)
        });
        let configuration = &self.environment.configuration;
        let given: Vec<String> = self.secrets.iter().map(|(name, _)| name.clone()).collect();
        let held: BTreeMap<_, _> = held_secrets(configuration, &given, &self.observed).into_iter().collect();
        let mut missing = Vec::new();
        for (name, declaration) in configuration.config.secrets.clone() {
            if given.contains(&name) {
                continue;
            }
            let value = match held.get(&name) {
                Some(place) => self.held_secret(&name, *place, record).await?,
                None => None,
            };
            if let Some(value) = value {
                self.take_secret(name, value);
            } else if is_first_time {
                let question = SecretQuestion {
                    environment: self.environment.name(),
                    name: name.clone(),
                    description: declaration.description,
                    documentation_url: declaration.documentation_url,
                    can_be_kept: self.keychain_answers,
                };
                match self.ask_for_secret(&question, record).await? {
                    SecretAnswer::Value(value) => self.take_secret(name, value),
                    SecretAnswer::Keep(value) => {
                        self.keep_secret(&name, &value, record).await?;
                        self.take_secret(name, value);
                    }
                    SecretAnswer::Without => {}
                    SecretAnswer::Nobody => missing.push(name),
                }
            }
        }
        if !missing.is_empty() {
            record.warn(
                format!("the configuration asks for secrets that nobody gave: {}", missing.join(", ")),
                Some(
                    "keep them with `wharf secrets set`, set them in the environment of `wharf up`, or pass --secrets-file"
                        .to_owned(),
                ),
            );
        }
        Ok(())
    }

    /// The value of a secret that this computer holds, if handing it over is allowed: reconciling has asked before it let the hooks
    /// run, and this is what would hold if it had not.
    async fn held_secret(
        &mut self,
        name: &str,
        place: SecretPlace,
        record: &StepRecord<'_>,
    ) -> Result<Option<String>> {
        let touch = secret_touch(&self.environment.configuration, name, place);
        if !self.observed.consent.allows(&touch, &self.observed.files) {
            return Ok(None);
        }
        let value = match (place, self.kept.get(name)) {
            (SecretPlace::Environment, _) => self.observed.host.environment.get(name).cloned(),
            (SecretPlace::Keychain, Some(account)) => {
                let found = tokio::select! {
                    () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
                    found = self.keychain.value(account) => found,
                };
                found.unwrap_or_else(|error| {
                    let hint = Error::Keychain(error.clone()).hint();
                    record.warn(format!("the secret {name} could not be read: {error}"), hint);
                    None
                })
            }
            (SecretPlace::Keychain, None) => None,
        };
        if value.is_some() {
            self.handed_over.push(touch);
        }
        Ok(value)
    }

    /// Looks for what the keychain holds for this environment: names, no values. That there is none is a fact like others, and
    /// `doctor` tells it; one that is there and does not answer is worth a warning.
    pub(crate) async fn observe_kept_secrets(&mut self) -> Result<()> {
        let accounts = tokio::select! {
            () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
            accounts = self.keychain.accounts() => accounts,
        };
        self.keychain_answers = accounts.is_ok() && !self.keychain.is_none();
        let accounts = accounts.unwrap_or_else(|error| {
            match error {
                KeychainError::Absent { reason } => tracing::debug!("no keychain: {reason}"),
                error => self.root.warn(error.to_string(), Error::Keychain(error).hint()),
            }
            Vec::new()
        });
        self.kept = nearest(accounts, &self.environment.secret_scope());
        self.observed.kept_secrets = Fact::Known(self.kept.keys().cloned().collect());
        Ok(())
    }

    /// Keeps what a person has typed, for this environment alone. Who wants that has allowed that it is given to its hooks again.
    async fn keep_secret(&mut self, name: &str, value: &str, record: &StepRecord<'_>) -> Result<()> {
        let account = Account { name: name.to_owned(), scope: Some(self.environment.secret_scope()) };
        let kept = tokio::select! {
            () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
            kept = self.keychain.keep(&account, value) => kept,
        };
        match kept {
            Ok(()) => {
                let touch = secret_touch(&self.environment.configuration, name, SecretPlace::Keychain);
                self.remember_allowed(&[touch])
            }
            Err(error) => {
                record.warn(format!("the secret {name} could not be kept: {error}"), None);
                Ok(())
            }
        }
    }

    async fn ask_for_secret(
        &self,
        question: &SecretQuestion,
        record: &StepRecord<'_>,
    ) -> Result<SecretAnswer> {
        if self.asker.hears_of_secrets() {
            let request = SecretRequest {
                environment: self.environment.document(),
                name: question.name.clone(),
                description: question.description.clone(),
                documentation_url: question.documentation_url.clone(),
                can_be_kept: question.can_be_kept,
            };
            record.send(EventKind::SecretNeeded { request });
        }
        let asked = Instant::now();
        let answer = tokio::select! {
            () = self.operation.cancel.cancelled() => return Err(Error::Cancelled),
            answer = self.asker.ask_secret(question) => answer,
        };
        if answer != SecretAnswer::Nobody {
            self.operation.thought(asked);
        }
        Ok(answer)
    }

    fn take_secret(&mut self, name: String, value: String) {
        let secret = (name, value);
        self.operation.hide(std::slice::from_ref(&secret));
        self.secrets.push(secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_secrets() {
        for (text, expected) in [
            (r#"{"A": "1", "B": "x y"}"#, Ok("A=1 B=x y")),
            ("{\n  // for the registry\n  \"A\": \"1\",\n}", Ok("A=1")),
            ("{}", Ok("")),
            ("[]", Err("is no JSON object: line 1")),
            (r#"{"A": 5}"#, Err("has a value for A that is not a text")),
            ("{\n\"A\": tr0ub4dor\n}", Err("is no JSON object: line 2")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("secrets.json");
            std::fs::write(&path, text).unwrap();
            let found = read(Some(&path)).map(|secrets| {
                let pairs: Vec<_> =
                    secrets.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
                pairs.join(" ")
            });
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(Error::Secrets { problem, .. }), Err(expected)) => assert_eq!(problem, expected),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
