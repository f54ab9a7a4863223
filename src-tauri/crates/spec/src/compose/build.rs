//! How a service says that it is built.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::paths::PathStyle;

use super::values::{pairs_of, switch_of, text, text_of, texts_of};

/// `build` of a service. Paths are as Compose prints them: absolute, or relative to the project's folder in old versions.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceBuild {
    /// The folder that is sent, or the address of a repository or archive; None: the folder of the first Compose file.
    pub context: Option<String>,
    /// The Dockerfile, relative to the context.
    pub dockerfile: String,
    /// The Dockerfile's own text (`dockerfile_inline`).
    pub inline: Option<String>,
    /// The stage to build.
    pub target: Option<String>,
    /// Build arguments that have a value.
    pub args: IndexMap<String, String>,
    /// `cache_from`.
    pub cache_from: Vec<String>,
    /// Further names of the image.
    pub tags: Vec<String>,
    /// Everything else that the engine's own program has an option for, in its words.
    pub options: Vec<String>,
}

impl ServiceBuild {
    /// Reads `build`: a context alone, or an object. `secrets` are those of the project, by name.
    pub(super) fn of(value: &Value, secrets: Option<&Value>) -> Option<Self> {
        let plain = || Self { dockerfile: "Dockerfile".to_owned(), ..Self::default() };
        match value {
            Value::String(context) if !context.is_empty() => {
                Some(Self { context: Some(context.clone()), ..plain() })
            }
            Value::Object(raw) => Some(Self {
                context: text_of(raw, "context"),
                dockerfile: text_of(raw, "dockerfile").unwrap_or_else(|| "Dockerfile".to_owned()),
                inline: text_of(raw, "dockerfile_inline"),
                target: text_of(raw, "target"),
                args: pairs_of(raw, "args")
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect(),
                cache_from: texts_of(raw, "cache_from"),
                tags: texts_of(raw, "tags"),
                options: options(raw, secrets),
            }),
            _ => None,
        }
    }

    /// The services whose images it reads from (`additional_contexts`).
    pub fn contexts_of_services(&self) -> impl Iterator<Item = &str> {
        self.options.iter().filter_map(|option| context_of_service(option)).map(|(_, service)| service)
    }

    /// The options as the engine's own program has them: an image in the place of a service that is read from.
    #[must_use]
    pub fn options_with_images(&self, image: impl Fn(&str) -> String) -> Vec<String> {
        let with_image = |option: &String| match context_of_service(option) {
            Some((start, service)) => format!("{start}=docker-image://{}", image(service)),
            None => option.clone(),
        };
        self.options.iter().map(with_image).collect()
    }

    /// Whether the context is no folder of this computer.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        let is_folder = |context: &str| {
            [PathStyle::Linux, PathStyle::Windows].iter().any(|style| style.is_absolute(context))
        };
        self.context.as_deref().is_some_and(|context| {
            // Folders may be called anything, and Compose tells them by their whole paths.
            !is_folder(context)
                && (context.contains("://")
                    || ["git@", "github.com/"].iter().any(|start| context.starts_with(start)))
        })
    }
}

/// `--build-context=<name>` and the service that it names.
fn context_of_service(option: &str) -> Option<(&str, &str)> {
    let (start, source) = option.rsplit_once("=service:")?;
    start.starts_with("--build-context=").then_some((start, source))
}

/// What is left, as options of `docker build`.
fn options(raw: &Map<String, Value>, secrets: Option<&Value>) -> Vec<String> {
    let mut options = Vec::new();
    let mut add = |flag: &str, value: &str| options.push(format!("--{flag}={value}"));
    if let Some(network) = text_of(raw, "network") {
        add("network", &network);
    }
    match raw.get("extra_hosts") {
        Some(Value::Object(hosts)) => {
            for (host, addresses) in hosts {
                let addresses = match addresses {
                    Value::Array(addresses) => addresses.iter().filter_map(text).collect(),
                    one => text(one).into_iter().collect::<Vec<_>>(),
                };
                addresses.iter().for_each(|address| add("add-host", &format!("{host}:{address}")));
            }
        }
        // Written with either sign; an address has colons of its own.
        _ => {
            texts_of(raw, "extra_hosts").iter().for_each(|host| add("add-host", &host.replacen('=', ":", 1)))
        }
    }
    for (name, value) in pairs_of(raw, "labels") {
        add("label", &format!("{name}={}", value.unwrap_or_default()));
    }
    if let Some(size) = text_of(raw, "shm_size") {
        add("shm-size", &size);
    }
    for (name, value) in pairs_of(raw, "ssh") {
        add("ssh", &value.map_or_else(|| name.clone(), |value| format!("{name}={value}")));
    }
    for (name, value) in pairs_of(raw, "additional_contexts") {
        add("build-context", &format!("{name}={}", value.unwrap_or_default()));
    }
    // What is started is built for one: of several, none is that one rather than another, and the builder's own counts.
    if let [platform] = texts_of(raw, "platforms").as_slice() {
        add("platform", platform);
    }
    if let Some(isolation) = text_of(raw, "isolation") {
        add("isolation", &isolation);
    }
    if let Some(Value::Object(limits)) = raw.get("ulimits") {
        for (name, limit) in limits {
            match limit {
                Value::Object(limit) => {
                    let part = |name: &str| text_of(limit, name).unwrap_or_default();
                    add("ulimit", &format!("{name}={}:{}", part("soft"), part("hard")));
                }
                one => add("ulimit", &format!("{name}={}", text(one).unwrap_or_default())),
            }
        }
    }
    if let Some(Value::Array(used)) = raw.get("secrets") {
        used.iter().filter_map(|used| secret(used, secrets?)).for_each(|secret| add("secret", &secret));
    }
    for (flag, name) in
        [("cache-to", "cache_to"), ("no-cache-filter", "no_cache_filter"), ("allow", "entitlements")]
    {
        texts_of(raw, name).iter().for_each(|value| add(flag, value));
    }
    if switch_of(raw, "privileged") {
        add("allow", "security.insecure");
    }
    for (flag, name) in [("no-cache", "no_cache"), ("pull", "pull")] {
        if switch_of(raw, name) {
            add(flag, "true");
        }
    }
    options
}

/// A secret of the project as the build's own option names it.
fn secret(used: &Value, secrets: &Value) -> Option<String> {
    let source = used.get("source").or(Some(used)).and_then(text)?;
    let id = used.get("target").and_then(text).unwrap_or_else(|| source.clone());
    let declared = secrets.get(&source)?.as_object()?;
    let from = match (text_of(declared, "file"), text_of(declared, "environment")) {
        (Some(file), _) => format!("src={file}"),
        (None, Some(variable)) => format!("env={variable}"),
        (None, None) => return None,
    };
    // A field with a comma stands in double quotes, as in a line of CSV.
    let field = |text: String| {
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    Some(format!("{},{}", field(format!("id={id}")), field(from)))
}
