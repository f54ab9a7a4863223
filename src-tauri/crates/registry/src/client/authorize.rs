//! Showing a registry who asks: first nothing or what it accepted before, then what it wants to see.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use super::Client;
use super::challenge::{Challenge, challenge};
use super::exchange::{Answer, Question};
use super::origin::{authority, belongs_to, is_private};
use crate::error::Error;
use crate::login::{Login, login};
use crate::repository::Repository;

/// Tokens are text, and short.
const LARGEST_TOKEN: u64 = 1024 * 1024;

/// Who the client says it is where tokens are handed out for tokens, as the reference does.
const CLIENT_ID: &str = "devcontainer";

/// What was learnt of registries.
#[derive(Default)]
pub(super) struct Known {
    /// The header that a repository accepted last.
    headers: Mutex<HashMap<Repository, String>>,
    /// What a person's tools keep for a registry. Helpers may ask the person, so each is run once.
    logins: Mutex<HashMap<String, Arc<OnceCell<Login>>>>,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// What the retry is made with, and where it came from.
struct Proof {
    header: String,
    credentials: Option<String>,
}

impl Client {
    /// Asks a registry, and again with credentials if it wants to see them.
    pub(super) async fn authorized(
        &self,
        repository: &Repository,
        mut question: Question,
    ) -> Result<Answer, Error> {
        let own = belongs_to(&question.url, &repository.registry);
        if let Some(header) = self.accepted(repository).filter(|_| own) {
            question = question.header(AUTHORIZATION, &header);
        }
        let answer = self.exchange.ask(&question).await?;
        if !wants_proof(answer.status) {
            return Ok(answer);
        }
        let own = own && belongs_to(&answer.url, &repository.registry);
        if !own {
            self.notice(|diagnostics| diagnostics.redirect_would_prevent_forwarding = true);
        }
        let Some(challenge) = challenge(&answer.headers) else {
            return Err(refused(repository, answer, None).await);
        };
        let challenger = answer.url.clone();
        let Some(proof) = self.prove(repository, &challenge, &challenger, own, &question).await? else {
            return Err(refused(repository, answer, None).await);
        };
        // What a host says before it knows who asks is not needed any more; reading it keeps the connection.
        drop(answer.words().await);
        let answer = self.exchange.ask(&question.clone().header(AUTHORIZATION, &proof.header)).await?;
        if wants_proof(answer.status) {
            return Err(refused(repository, answer, proof.credentials).await);
        }
        if own {
            lock(&self.known.headers).insert(repository.clone(), proof.header);
        }
        Ok(answer)
    }

    fn accepted(&self, repository: &Repository) -> Option<String> {
        lock(&self.known.headers).get(repository).cloned()
    }

    /// None when there is nothing to show.
    async fn prove(
        &self,
        repository: &Repository,
        challenge: &Challenge,
        challenger: &Url,
        own: bool,
        question: &Question,
    ) -> Result<Option<Proof>, Error> {
        match challenge {
            Challenge::Basic => {
                if !own {
                    return Ok(None);
                }
                let login = self.login(&repository.registry).await;
                let Some(pair) = &login.basic else { return Ok(None) };
                Ok(Some(Proof { header: format!("Basic {pair}"), credentials: Some(login.origin.clone()) }))
            }
            Challenge::Bearer { realm, service, scope } => {
                let realm = self.realm(realm, challenger)?;
                let login = if own { self.login(&repository.registry).await } else { Arc::default() };
                let service = service.as_deref().unwrap_or_default();
                let scope = scope.as_deref().unwrap_or_default();
                let (token, used) = self.token(&realm, service, scope, &login, &question.what).await?;
                let credentials = used.then(|| login.origin.clone());
                Ok(Some(Proof { header: format!("Bearer {token}"), credentials }))
            }
        }
    }

    /// The server that hands out tokens, if it may be asked.
    fn realm(&self, realm: &str, challenger: &Url) -> Result<Url, Error> {
        let refused = |option: Option<String>| Error::Realm {
            registry: authority(challenger),
            realm: realm.to_owned(),
            option,
        };
        let url = Url::parse(realm).map_err(|_| refused(None))?;
        if !self.hosts.allows(challenger, &url) {
            self.notice(|diagnostics| diagnostics.lookup_would_be_blocked = true);
            if self.hardening {
                let pair = format!("{}={}", authority(challenger), authority(&url));
                let option = format!("--allow-cross-origin-auth-host {pair}");
                return Err(refused(Some(option).filter(|_| url.scheme() == "https")));
            }
        }
        if is_private(&url) { Ok(url) } else { Err(refused(None)) }
    }

    /// A token, and whether credentials were shown for it. What a server refuses with credentials it may give without: they may have
    /// expired, and most of what is asked for is public.
    async fn token(
        &self,
        realm: &Url,
        service: &str,
        scope: &str,
        login: &Login,
        what: &str,
    ) -> Result<(String, bool), Error> {
        let anonymous = || {
            let mut url = realm.clone();
            url.query_pairs_mut().append_pair("service", service).append_pair("scope", scope);
            Question::new(Method::GET, url, &format!("a token for {what}"))
        };
        let first = if let Some(refresh) = &login.refresh {
            let form: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("client_id", CLIENT_ID)
                .append_pair("grant_type", "refresh_token")
                .append_pair("service", service)
                .append_pair("scope", scope)
                .append_pair("refresh_token", refresh)
                .finish();
            let question = Question::new(Method::POST, realm.clone(), &format!("a token for {what}"));
            Some(question.body("application/x-www-form-urlencoded", Bytes::from(form)))
        } else {
            login.basic.as_ref().map(|pair| anonymous().header(AUTHORIZATION, &format!("Basic {pair}")))
        };
        let mut used = first.is_some();
        let mut answer = self.ask_for_token(first.unwrap_or_else(anonymous)).await?;
        if used && wants_proof(answer.status) {
            tracing::info!(
                realm = realm.as_str(),
                origin = login.origin,
                "credentials are refused, asking without"
            );
            used = false;
            answer = self.ask_for_token(anonymous()).await?;
        }
        if !answer.status.is_success() {
            return Err(answer.unexpected().await);
        }
        let body = answer.bytes(LARGEST_TOKEN).await?;
        let token: Option<Token> = serde_json::from_slice(&body).ok();
        let token =
            token.and_then(|token| token.token.or(token.access_token)).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| Error::Malformed {
            what: format!("the answer of {}", authority(realm)),
            detail: "there is no token in it".to_owned(),
        })?;
        Ok((token, used))
    }

    async fn ask_for_token(&self, mut question: Question) -> Result<Answer, Error> {
        question.redirects = !self.hardening;
        let answer = self.exchange.ask(&question).await?;
        if answer.redirected {
            self.notice(|diagnostics| diagnostics.server_redirect = true);
        }
        Ok(answer)
    }

    async fn login(&self, registry: &str) -> Arc<Login> {
        let cell = Arc::clone(lock(&self.known.logins).entry(registry.to_owned()).or_default());
        let found = cell.get_or_init(async || login(registry, &self.surroundings).await).await;
        Arc::new(found.clone())
    }
}

fn wants_proof(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

async fn refused(repository: &Repository, answer: Answer, credentials: Option<String>) -> Error {
    let (what, status) = (answer.what().to_owned(), answer.status.as_u16());
    Error::Refused {
        registry: repository.registry.clone(),
        what,
        status,
        detail: answer.words().await,
        credentials,
    }
}

/// A name and password as they are sent.
pub(crate) fn encoded(name: &str, password: &str) -> String {
    STANDARD.encode(format!("{name}:{password}"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
