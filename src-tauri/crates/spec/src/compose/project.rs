//! A project as `compose config` prints it.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::build::ServiceBuild;
use super::values::{text_of, texts_of, words_of};
use super::yaml::{YamlError, read_yaml};

/// How a text writes a dollar sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dollars {
    /// Twice, so that it can be read as a Compose file again.
    Doubled,
    /// As it is.
    Plain,
}

/// A Compose project: its services with variables put in and files merged.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComposeProject {
    /// `name`, where Compose tells it.
    pub name: Option<String>,
    /// The services in the order of the text.
    pub services: IndexMap<String, ComposeService>,
    /// The services that start by themselves although they have a profile: it is active (`COMPOSE_PROFILES`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled: Vec<String>,
    /// Everything, for what is only looked at in passing. Never serialised: environments hold secrets.
    #[serde(skip)]
    pub raw: Map<String, Value>,
}

/// One service, as far as a dev container depends on it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComposeService {
    /// `image`.
    pub image: Option<String>,
    /// `build`, in whichever form.
    pub build: Option<ServiceBuild>,
    /// `user`.
    pub user: Option<String>,
    /// `entrypoint`; None keeps the image's.
    pub entrypoint: Option<Vec<String>>,
    /// `command`; None keeps the image's.
    pub command: Option<Vec<String>>,
    /// `platform`.
    pub platform: Option<String>,
    /// `pull_policy`.
    pub pull_policy: Option<String>,
    /// `profiles`: without one of them active, it does not start by itself.
    pub profiles: Vec<String>,
    /// The services that start before it: `depends_on`, `links`, and those whose network or volumes it uses.
    pub needs: Vec<String>,
    /// Everything, for what is only looked at in passing. Never serialised: environments hold secrets.
    #[serde(skip)]
    pub raw: Map<String, Value>,
}

impl ComposeProject {
    /// Reads what `compose config` printed.
    ///
    /// # Errors
    /// When it is no YAML. A text that is YAML and no project is an empty one.
    pub fn read(text: &str, dollars: Dollars) -> Result<Self, YamlError> {
        Ok(Self::of_document(read_yaml(text)?, dollars))
    }

    /// The same of a text that has been read.
    #[must_use]
    pub fn of_document(mut document: Value, dollars: Dollars) -> Self {
        if dollars == Dollars::Doubled {
            undouble(&mut document);
        }
        Self::of(document)
    }

    pub(super) fn of(value: Value) -> Self {
        let Value::Object(raw) = value else { return Self::default() };
        let services = match raw.get("services") {
            Some(Value::Object(services)) => services
                .iter()
                .filter_map(|(name, service)| {
                    let service = ComposeService::of(service.as_object()?, raw.get("secrets"));
                    Some((name.clone(), service))
                })
                .collect(),
            _ => IndexMap::new(),
        };
        Self { name: text_of(&raw, "name"), services, enabled: Vec::new(), raw }
    }

    /// The services that `compose up` of these starts, each once, in the order of the project: those that are named, else those
    /// without a profile or with one that is active, and all that they need.
    #[must_use]
    pub fn started(&self, named: &[String]) -> Vec<&str> {
        let first: Vec<&str> = if named.is_empty() {
            let by_itself = self
                .services
                .iter()
                .filter(|(name, service)| service.profiles.is_empty() || self.enabled.contains(name));
            by_itself.map(|(name, _)| name.as_str()).collect()
        } else {
            named.iter().map(String::as_str).collect()
        };
        self.reached(&first, |service| service.needs.iter().map(String::as_str).collect())
    }

    /// These services and those whose images their builds read from, each once, in the order of the project. Services that read from
    /// each other in a circle are all among them.
    #[must_use]
    pub fn with_contexts(&self, services: &[&str]) -> Vec<&str> {
        self.reached(services, |service| {
            service.build.iter().flat_map(ServiceBuild::contexts_of_services).collect()
        })
    }

    fn reached<'a>(
        &'a self,
        first: &[&str],
        next: impl Fn(&'a ComposeService) -> Vec<&'a str>,
    ) -> Vec<&'a str> {
        let of_project = |name: &&str| Some(self.services.get_key_value(*name)?.0.as_str());
        let mut waiting: Vec<&str> = first.iter().filter_map(of_project).collect();
        let mut found: Vec<&str> = Vec::new();
        while let Some(name) = waiting.pop() {
            let Some((name, service)) = self.services.get_key_value(name) else { continue };
            if !found.contains(&name.as_str()) {
                found.push(name);
                waiting.extend(next(service));
            }
        }
        self.services.keys().map(String::as_str).filter(|name| found.contains(name)).collect()
    }
}

impl ComposeService {
    fn of(raw: &Map<String, Value>, secrets: Option<&Value>) -> Self {
        Self {
            image: text_of(raw, "image"),
            build: raw.get("build").and_then(|build| ServiceBuild::of(build, secrets)),
            user: text_of(raw, "user"),
            entrypoint: words_of(raw, "entrypoint"),
            command: words_of(raw, "command"),
            platform: text_of(raw, "platform"),
            pull_policy: text_of(raw, "pull_policy"),
            profiles: texts_of(raw, "profiles"),
            needs: needs(raw),
            raw: raw.clone(),
        }
    }
}

fn needs(raw: &Map<String, Value>) -> Vec<String> {
    let mut names = match raw.get("depends_on") {
        Some(Value::Object(services)) => services.keys().cloned().collect(),
        _ => texts_of(raw, "depends_on"),
    };
    let first = |text: &String| text.split(':').next().unwrap_or_default().to_owned();
    names.extend(texts_of(raw, "links").iter().map(first));
    let of_service = |text: String| text.strip_prefix("service:").map(str::to_owned);
    for place in ["network_mode", "ipc", "pid"] {
        names.extend(text_of(raw, place).and_then(of_service));
    }
    let volumes_from = texts_of(raw, "volumes_from");
    names.extend(volumes_from.iter().filter(|text| !text.starts_with("container:")).map(first));
    names
}

/// Every `$$` of every text becomes `$`. Names are not touched: Compose puts no variables into them.
fn undouble(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("$$") => *text = text.replace("$$", "$"),
        Value::Array(items) => items.iter_mut().for_each(undouble),
        Value::Object(entries) => entries.values_mut().for_each(undouble),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
