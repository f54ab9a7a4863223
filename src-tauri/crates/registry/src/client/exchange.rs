//! One question and its answer: redirects that are followed by hand, so that nobody's credentials go with them, and bounds on time
//! and size for everything that comes back.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::OnceCell;
use url::Url;

use super::Patience;
use super::connector::{self, Bounded, Encrypted, TooSlow};
use super::origin::{authority, is_private};
use super::trust::{encryption, is_about_certificate};
use crate::credentials::Surroundings;
use crate::digest::written;
use crate::error::Error;

/// As many as a browser follows, about.
const MOST_REDIRECTS: usize = 10;
/// Questions that are asked again when the other side says "not now".
const MOST_ATTEMPTS: usize = 3;
/// What is read of an answer that nobody wanted, for its words.
const LONGEST_COMPLAINT: u64 = 64 * 1024;
/// And what is shown of them.
const LONGEST_WORDS: usize = 300;

/// A question, which may be asked more than once.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What it is about, for errors.
    pub(super) what: String,
    /// Whether redirects are followed.
    pub(super) redirects: bool,
}

impl Question {
    pub(super) fn new(method: Method, url: Url, what: &str) -> Question {
        Question {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            what: what.to_owned(),
            redirects: true,
        }
    }

    pub(super) fn header(mut self, name: http::HeaderName, value: &str) -> Question {
        // Values are media types and tokens; one that is no header is left out, and the other side says what it misses.
        if let Ok(mut value) = http::HeaderValue::from_str(value) {
            value.set_sensitive(name == AUTHORIZATION);
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn body(mut self, media_type: &str, body: Bytes) -> Question {
        self.body = body;
        self.header(CONTENT_TYPE, media_type)
    }
}

/// An answer of which the body is still to come.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Who answered in the end.
    pub(super) url: Url,
    /// Whether somebody else was asked first.
    pub(super) redirected: bool,
    what: String,
    body: Incoming,
    idle: Duration,
}

type Http<C> = hyper_util::client::legacy::Client<Bounded<C>, Full<Bytes>>;

/// What asks.
pub(super) struct Exchange {
    plain: Http<HttpConnector>,
    /// Made when the first host wants it: the certificates of all authorities are read for it.
    encrypted: OnceCell<Http<Encrypted>>,
    surroundings: Surroundings<'static>,
    patience: Patience,
}

impl Exchange {
    pub(super) fn new(surroundings: Surroundings<'static>, patience: Patience) -> Exchange {
        Exchange {
            plain: client(connector::plain(), patience),
            encrypted: OnceCell::new(),
            surroundings,
            patience,
        }
    }

    /// What speaks to hosts that want encryption.
    ///
    /// # Errors
    /// When a file of certificates that a person names cannot be used.
    async fn encrypted(&self) -> Result<&Http<Encrypted>, Error> {
        let make = async || {
            let encryption = encryption(&self.surroundings)?;
            Ok(client(Encrypted::new(&self.surroundings, encryption), self.patience))
        };
        self.encrypted.get_or_try_init(make).await
    }

    /// Asks, follows redirects, and asks again when the other side is busy.
    pub(super) async fn ask(&self, question: &Question) -> Result<Answer, Error> {
        let mut attempts = 1;
        loop {
            let answer = self.follow(question.clone()).await?;
            let busy = matches!(answer.status.as_u16(), 429 | 502 | 503 | 504);
            if !busy || attempts >= MOST_ATTEMPTS {
                return Ok(answer);
            }
            attempts += 1;
            let wish = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let pause =
                wish.map_or(self.patience.pause, Duration::from_secs).min(self.patience.longest_pause);
            tracing::debug!(
                what = question.what,
                status = answer.status.as_u16(),
                ?pause,
                "asking again later"
            );
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow(&self, mut question: Question) -> Result<Answer, Error> {
        let mut redirected = false;
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.once(&question, redirected).await?;
            let Some(next) = target(&answer) else { return Ok(answer) };
            let refused = |why: &'static str| Error::Redirect {
                from: authority(&answer.url),
                to: next.to_string(),
                why,
            };
            if !question.redirects {
                return Err(refused("and a request for a token is not sent on (--oci-auth-hardening)"));
            }
            if !is_private(&next) || next.scheme() == "http" && question.url.scheme() != "http" {
                return Err(refused("which is not encrypted"));
            }
            if next.origin() != question.url.origin() {
                question.headers.remove(AUTHORIZATION);
            }
            let becomes_get = answer.status == StatusCode::SEE_OTHER && question.method != Method::HEAD
                || matches!(answer.status.as_u16(), 301 | 302) && question.method == Method::POST;
            if becomes_get {
                question.method = Method::GET;
                question.body = Bytes::new();
                question.headers.remove(CONTENT_TYPE);
            }
            question.url = next;
            redirected = true;
        }
        Err(Error::Redirect {
            from: authority(&question.url),
            to: question.url.to_string(),
            why: "after too many other redirects",
        })
    }

    async fn once(&self, question: &Question, redirected: bool) -> Result<Answer, Error> {
        let host = authority(&question.url);
        let mut request = Request::builder().method(&question.method).uri(question.url.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&question.headers);
            headers.insert(http::header::USER_AGENT, http::HeaderValue::from_static(super::USER_AGENT));
            if question.body.is_empty() && matches!(question.method, Method::POST | Method::PUT) {
                headers.insert(CONTENT_LENGTH, http::HeaderValue::from_static("0"));
            }
        }
        let request = request
            .body(Full::new(question.body.clone()))
            .map_err(|error| Error::Malformed { what: question.what.clone(), detail: error.to_string() })?;
        // The connection has its own, shorter bound; one that is open is asked within the other.
        let asked = match question.url.scheme() {
            "http" => self.plain.request(request),
            _ => self.encrypted().await?.request(request),
        };
        let bound = self.patience.connect + self.patience.idle;
        let answer = match tokio::time::timeout(bound, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(unreachable(&host, &error)),
            Err(_) => {
                let what = format!("asking for {}", question.what);
                return Err(Error::Silent { host, seconds: bound.as_secs(), what });
            }
        };
        let (head, body) = answer.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            url: question.url.clone(),
            redirected,
            what: question.what.clone(),
            body,
            idle: self.patience.idle,
        })
    }
}

/// Keeps connections for the next questions.
fn client<C>(connector: C, patience: Patience) -> Http<C>
where
    Bounded<C>: Connect + Clone,
{
    hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_timer(hyper_util::rt::TokioTimer::new())
        .build(Bounded { connector, patience: patience.connect })
}

/// Where a redirect leads.
fn target(answer: &Answer) -> Option<Url> {
    if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    answer.url.join(location).ok()
}

impl Answer {
    /// The next piece; None at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let host = || authority(&self.url);
            let frame = match tokio::time::timeout(self.idle, self.body.frame()).await {
                Err(_) => {
                    let what = format!("receiving {}", self.what);
                    return Err(Error::Silent { host: host(), seconds: self.idle.as_secs(), what });
                }
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(unreachable(&host(), &error)),
                Ok(Some(Ok(frame))) => frame,
            };
            // Trailers are of no interest.
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
    }

    /// The whole body, if it is not longer than `limit`.
    pub(super) async fn bytes(mut self, limit: u64) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(bytes) = self.piece().await? {
            if (all.len() + bytes.len()) as u64 > limit {
                return Err(Error::TooLarge { what: self.what, limit });
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Writes the body to a file, if it is not longer than `limit`, and tells its digest.
    pub(super) async fn save(mut self, path: &std::path::Path, limit: u64) -> Result<String, Error> {
        let failed = |source| Error::Disk { path: path.to_owned(), action: "write", source };
        let mut file = tokio::fs::File::create(path).await.map_err(failed)?;
        let mut hash = Sha256::new();
        let mut length = 0;
        while let Some(bytes) = self.piece().await? {
            length += bytes.len() as u64;
            if length > limit {
                return Err(Error::TooLarge { what: self.what, limit });
            }
            hash.update(&bytes);
            file.write_all(&bytes).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        Ok(written(hash.finalize().as_slice()))
    }

    /// What was asked for.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// What the other side says about an answer that is not the wanted one.
    pub(super) async fn words(self) -> String {
        let reason = self.status.canonical_reason().unwrap_or("no reason given").to_owned();
        let Ok(body) = self.bytes(LONGEST_COMPLAINT).await else { return reason };
        complaint(&body).unwrap_or(reason)
    }

    /// The error for an answer that is not the wanted one.
    pub(super) async fn unexpected(self) -> Error {
        let (host, what, status) = (authority(&self.url), self.what.clone(), self.status.as_u16());
        let detail = self.words().await;
        Error::Answer { host, what, status, detail }
    }
}

/// The words in a registry's error document (OCI distribution, "Error Codes"), or of a short text.
fn complaint(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let words = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(document) => {
            let error = document.pointer("/errors/0").unwrap_or(&document);
            let field = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
            match (field("code"), field("message").or_else(|| field("details"))) {
                (Some(code), Some(message)) if !message.is_empty() => format!("{code}: {message}"),
                (Some(words), _) | (None, Some(words)) => words.to_owned(),
                (None, None) => return None,
            }
        }
        // A page for a browser tells a terminal nothing.
        Err(_) if text.trim_start().starts_with('<') => return None,
        Err(_) => text.to_owned(),
    };
    let line: String =
        words.lines().next().unwrap_or_default().chars().filter(|one| !one.is_control()).collect();
    let line: String = line.trim().chars().take(LONGEST_WORDS).collect();
    (!line.is_empty()).then_some(line)
}

fn unreachable(host: &str, error: &(dyn std::error::Error + 'static)) -> Error {
    let mut detail = String::new();
    let mut next = Some(error);
    while let Some(one) = next {
        if let Some(TooSlow(patience)) = one.downcast_ref() {
            return Error::Silent {
                host: host.to_owned(),
                seconds: patience.as_secs(),
                what: "connecting".to_owned(),
            };
        }
        // The innermost says what it is; those around it only that something happened.
        detail = one.to_string();
        next = one.source();
    }
    Error::Unreachable { host: host.to_owned(), detail, certificate: is_about_certificate(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_s_words_are_found() {
        for (body, expected) in [
            (
                r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#,
                "DENIED: requested access is denied",
            ),
            (r#"{"errors":[{"code":"UNAUTHORIZED","message":""}]}"#, "UNAUTHORIZED"),
            (r#"{"details":"incorrect username"}"#, "incorrect username"),
            (r#"{"message":"Not Found"}"#, "Not Found"),
            ("{}", ""),
            ("slow down\nplease", "slow down"),
            ("  <html><body>no</body></html>", ""),
            ("\u{1b}[31mred", "[31mred"),
            ("", ""),
        ] {
            assert_eq!(complaint(body.as_bytes()).unwrap_or_default(), expected, "{body}");
        }
    }
}
