//! The engine as the rest of Wharf holds it: one address, one pool of connections, and what its first answer said.
//!
//! What is *read* from an engine is read by our own lenient types, since Podman's answers differ from Docker's in details that
//! must not stop anybody. What is *done* goes through bollard's calls where they carry everything, over the same connections.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use wharf_plan::facts::{EngineFacts, EngineKind};

use crate::address::Address;
use crate::error::{Call, Error, refusal};
use crate::transport::{Body, Failure, Transport, empty, full};

/// The newest API version that this crate was tested with. An engine that speaks a newer one is asked for this one, so that
/// its answers stay what they were.
const NEWEST_API: (u32, u32) = (1, 51);

/// How much longer than an inspection the changing calls may take: creating with an image's files shifted for another user,
/// or removing a large container, is work.
const CHANGE_FACTOR: u32 = 10;

/// A container engine. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Transport,
    docker: Docker,
    address: Address,
    name: String,
    timeout: Duration,
    facts: EngineFacts,
    libpod_version: Option<String>,
    info: OnceCell<EngineFacts>,
    architecture: OnceCell<String>,
}

impl Engine {
    /// Connects and asks for the engine's name and versions with one ping. `timeout` bounds this and each later call that
    /// only reads; changing calls get ten times as long, and streams, builds and pulls have no bound.
    ///
    /// # Errors
    /// Says why there is no engine: absent, refused, no permission, no answer in time, or not an engine.
    pub async fn connect(address: &Address, timeout: Duration) -> Result<Engine, Error> {
        let transport = Transport::new(address);
        let name = transport.name();
        let call = Call::engine("answer a ping");
        let request = Request::builder()
            .method(Method::GET)
            .uri("/_ping")
            .body(empty())
            .map_err(|error| Failure::Request(error.to_string()).into_error(&name, &call))?;
        let response = bounded(&name, &call, Some(timeout), async {
            let response =
                transport.send(request).await.map_err(|failure| failure.into_error(&name, &call))?;
            let (parts, body) = response.into_parts();
            // The body is two letters; reading it lets the connection be used again.
            let body = body
                .collect()
                .await
                .map_err(|error| Error::NotAnEngine { engine: name.clone(), detail: error.to_string() })?;
            Ok((parts, body.to_bytes()))
        })
        .await?;
        let (parts, body) = response;
        let header =
            |key: &str| parts.headers.get(key).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let Some(api) = header("Api-Version").filter(|_| parts.status.is_success()) else {
            let words = String::from_utf8_lossy(&body);
            let words: String = words.trim().chars().take(200).collect();
            return Err(Error::NotAnEngine {
                engine: name,
                detail: format!("status {} {words}", parts.status.as_u16()),
            });
        };
        let libpod_version = header("Libpod-Api-Version");
        let server = header("Server").unwrap_or_default();
        let facts = EngineFacts {
            kind: if libpod_version.is_some() { EngineKind::Podman } else { EngineKind::Docker },
            address: name.clone(),
            version: libpod_version.clone().unwrap_or_else(|| server_version(&server)),
            api_version: api.clone(),
            os: header("Ostype").unwrap_or_else(|| "linux".to_owned()),
            local: address.is_local(),
            ..EngineFacts::default()
        };
        // A BuildKit session has been there since API 1.39 in Docker; Podman's compatible API has none. A build that finds
        // otherwise goes on with the classic builder.
        let facts = EngineFacts {
            buildkit: libpod_version.is_none() && facts.api_at_least(1, 39) && facts.os == "linux",
            ..facts
        };
        let version = if facts.api_at_least(NEWEST_API.0, NEWEST_API.1) {
            format!("{}.{}", NEWEST_API.0, NEWEST_API.1)
        } else {
            api
        };
        transport.set_version(&version);
        let docker = bollard_over(&transport)
            .map_err(|error| Error::Unreachable { engine: name.clone(), detail: error.to_string() })?;
        Ok(Engine {
            inner: Arc::new(Inner {
                transport,
                docker,
                address: address.clone(),
                name,
                timeout,
                facts,
                libpod_version,
                info: OnceCell::new(),
                architecture: OnceCell::new(),
            }),
        })
    }

    /// Where the engine listens.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.inner.address
    }

    /// What is known without asking again. `rootless`, `selinux`, `nvidia` and `architecture` are not in the engine's first answer:
    /// see [`Engine::info`] and [`Engine::architecture`].
    #[must_use]
    pub fn facts(&self) -> &EngineFacts {
        self.inner.info.get().unwrap_or(&self.inner.facts)
    }

    /// All facts. Asks the engine once for its description, which takes Podman a fifth of a second: keep it off warm paths.
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn info(&self) -> Result<&EngineFacts, Error> {
        self.inner
            .info
            .get_or_try_init(|| async {
                let call = Call::engine("describe itself");
                let info: Info = self.get("/info", &[], &call).await?;
                let security =
                    |name: &str| info.security_options.iter().flatten().any(|option| option.contains(name));
                // An older Podman tells its own interface alone who runs it.
                let podman = self.podman_security().await?;
                Ok(EngineFacts {
                    rootless: security("name=rootless") || podman.rootless,
                    selinux: security("name=selinux") || podman.selinux_enabled,
                    nvidia: info.runtimes.iter().flatten().any(|(name, _)| name.contains("nvidia"))
                        || info.cdi_devices().any(|id| id.starts_with("nvidia.com/")),
                    architecture: architecture(&info.architecture),
                    ..self.inner.facts.clone()
                })
            })
            .await
    }

    /// The architecture of the engine's machine as Go names it, as far as it is known without asking; empty otherwise.
    #[must_use]
    pub fn known_architecture(&self) -> &str {
        let told = self.inner.architecture.get().map_or("", String::as_str);
        if told.is_empty() { &self.facts().architecture } else { told }
    }

    /// The same, asked for once where it is not known: a question that costs less than [`Engine::info`].
    ///
    /// # Errors
    /// When the engine does not answer as it should.
    pub async fn architecture(&self) -> Result<&str, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Version {
            #[serde(default)]
            arch: String,
        }
        if self.known_architecture().is_empty() {
            let asked = self.inner.architecture.get_or_try_init(|| async {
                let version: Version = self.get("/version", &[], &Call::engine("describe itself")).await?;
                Ok::<_, Error>(architecture(&version.arch))
            });
            asked.await?;
        }
        Ok(self.known_architecture())
    }

    async fn podman_security(&self) -> Result<PodmanSecurity, Error> {
        #[derive(Deserialize)]
        struct Info {
            host: Host,
        }
        #[derive(Deserialize)]
        struct Host {
            #[serde(default)]
            security: PodmanSecurity,
        }
        let Some(path) = self.libpod_path("/info") else { return Ok(PodmanSecurity::default()) };
        Ok(self.get::<Info>(&path, &[], &Call::engine("describe itself")).await?.host.security)
    }

    pub(crate) fn name(&self) -> &str {
        &self.inner.name
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.inner.docker
    }

    /// The bound of a call that only reads.
    pub(crate) fn read_limit(&self) -> Duration {
        self.inner.timeout
    }

    /// The bound of a call that changes something.
    pub(crate) fn change_limit(&self) -> Duration {
        self.inner.timeout.saturating_mul(CHANGE_FACTOR)
    }

    /// The path of libpod's own call, when the engine is Podman.
    pub(crate) fn libpod_path(&self, path: &str) -> Option<String> {
        let version = self.inner.libpod_version.as_deref()?;
        Some(format!("/v{version}/libpod{path}"))
    }

    /// Runs a call of bollard's within the time that it may take, and reads its error.
    pub(crate) async fn act<T>(
        &self,
        call: &Call,
        limit: Option<Duration>,
        future: impl Future<Output = Result<T, bollard::errors::Error>>,
    ) -> Result<T, Error> {
        bounded(self.name(), call, limit, async { future.await.map_err(|error| self.explain(call, error)) })
            .await
    }

    /// Reads an error of bollard's.
    pub(crate) fn explain(&self, call: &Call, error: bollard::errors::Error) -> Error {
        use bollard::errors::Error as Theirs;
        match error {
            Theirs::DockerResponseServerError { status_code, message } => {
                refusal(self.name(), call, status_code, &message)
            }
            Theirs::DockerStreamError { error } => refusal(self.name(), call, 500, &error),
            Theirs::RequestTimeoutError => Error::Timeout {
                engine: self.name().to_owned(),
                call: call.verb.clone(),
                after: self.read_limit(),
            },
            Theirs::HyperLegacyError { err } => Failure::from(err).into_error(self.name(), call),
            Theirs::IOError { err } => match err.downcast::<Failure>() {
                Ok(failure) => failure.into_error(self.name(), call),
                Err(err) => Failure::Broken(err.to_string()).into_error(self.name(), call),
            },
            Theirs::HyperResponseError { err } => {
                Failure::Broken(err.to_string()).into_error(self.name(), call)
            }
            other => Error::Garbage {
                engine: self.name().to_owned(),
                call: call.verb.clone(),
                detail: other.to_string(),
            },
        }
    }

    /// Reads one document.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        call: &Call,
    ) -> Result<T, Error> {
        bounded(self.name(), call, Some(self.read_limit()), async {
            let request = self.request(Method::GET, &with_query(path, query), empty(), call)?;
            self.document(self.send(request, call).await?, call).await
        })
        .await
    }

    /// Sends a document and reads one.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: &impl serde::Serialize,
        call: &Call,
    ) -> Result<T, Error> {
        bounded(self.name(), call, Some(self.change_limit()), async {
            let body = serde_json::to_vec(body).map_err(|error| self.garbage(call, &error))?;
            let request = self.request(Method::POST, &with_query(path, query), full(body), call)?;
            self.document(self.send(request, call).await?, call).await
        })
        .await
    }

    /// Builds a request with the headers that every one has.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Body,
        call: &Call,
    ) -> Result<Request<Body>, Error> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| Failure::Request(format!("{path}: {error}")).into_error(self.name(), call))
    }

    /// Sends a request, without bound; answers that say no become errors.
    pub(crate) async fn send(
        &self,
        request: Request<Body>,
        call: &Call,
    ) -> Result<Response<Incoming>, Error> {
        let response = self
            .inner
            .transport
            .send(request)
            .await
            .map_err(|failure| failure.into_error(self.name(), call))?;
        let status = response.status();
        if status.is_success()
            || status == StatusCode::NOT_MODIFIED
            || status == StatusCode::SWITCHING_PROTOCOLS
        {
            return Ok(response);
        }
        let body = self.bytes(response, call).await?;
        Err(refusal(self.name(), call, status.as_u16(), &words(&body)))
    }

    async fn document<T: DeserializeOwned>(
        &self,
        response: Response<Incoming>,
        call: &Call,
    ) -> Result<T, Error> {
        let body = self.bytes(response, call).await?;
        serde_json::from_slice(&body).map_err(|error| self.garbage(call, &error))
    }

    pub(crate) async fn bytes(&self, response: Response<Incoming>, call: &Call) -> Result<Bytes, Error> {
        match response.into_body().collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) => Err(Failure::Broken(error.to_string()).into_error(self.name(), call)),
        }
    }

    /// The connection ended in the middle of an answer.
    pub(crate) fn broken(&self, call: &Call, detail: &dyn std::fmt::Display) -> Error {
        Failure::Broken(detail.to_string()).into_error(self.name(), call)
    }

    pub(crate) fn garbage(&self, call: &Call, detail: &dyn std::fmt::Display) -> Error {
        Error::Garbage { engine: self.name().to_owned(), call: call.verb.clone(), detail: detail.to_string() }
    }
}

/// What Podman says of who runs it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodmanSecurity {
    rootless: bool,
    selinux_enabled: bool,
}

/// Gives a future its time.
pub(crate) async fn bounded<T>(
    engine: &str,
    call: &Call,
    limit: Option<Duration>,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match limit {
        None => future.await,
        Some(after) => tokio::time::timeout(after, future).await.unwrap_or_else(|_| {
            Err(Error::Timeout { engine: engine.to_owned(), call: call.verb.clone(), after })
        }),
    }
}

/// `path?name=value&…`.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&escape(value));
    }
    text
}

/// Percent-encodes everything but the characters that mean nothing in a URL.
pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Percent-encodes an image reference for a path: its slashes and its colon stay.
pub(crate) fn escape_reference(text: &str) -> String {
    escape(text).replace("%2F", "/").replace("%3A", ":").replace("%40", "@")
}

/// The engine's own words in a refusal: Docker's `message`, Podman's `message` with `cause`, or plain text.
pub(crate) fn words(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: Option<String>,
        cause: Option<String>,
        error: Option<String>,
    }
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let told = serde_json::from_str::<Message>(text).ok().and_then(|told| {
        let message = told.message.or(told.error).filter(|message| !message.is_empty());
        message.or(told.cause)
    });
    told.unwrap_or_else(|| text.chars().take(500).collect())
}

/// `Docker/28.5.2 (linux)` → `28.5.2`.
fn server_version(server: &str) -> String {
    server
        .split_once('/')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Kernel names to Go's.
fn architecture(name: &str) -> String {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv6l" => "arm",
        "i386" | "i686" => "386",
        other => other,
    }
    .to_owned()
}

fn bollard_over(transport: &Transport) -> Result<Docker, bollard::errors::Error> {
    let transport = transport.clone();
    let send = move |request: bollard::BollardRequest| {
        let transport = transport.clone();
        async move { transport.send(request).await.map_err(|failure| std::io::Error::other(failure).into()) }
    };
    // bollard's own bound would also end streams; each call here is bounded by its caller instead.
    let unbounded = u64::from(u32::MAX);
    Docker::connect_with_custom_transport(
        send,
        Some("http://localhost"),
        unbounded,
        bollard::API_DEFAULT_VERSION,
    )
}

/// The parts of `/info` that become facts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    #[serde(default)]
    security_options: Option<Vec<String>>,
    #[serde(default)]
    runtimes: Option<std::collections::BTreeMap<String, serde_json::Value>>,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    discovered_devices: Option<Vec<serde_json::Value>>,
}

impl Info {
    fn cdi_devices(&self) -> impl Iterator<Item = &str> {
        self.discovered_devices.iter().flatten().filter_map(|device| device.get("ID")?.as_str())
    }
}
