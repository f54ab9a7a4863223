//! The merge as one table: a line per property, each with its rule (devcontainer reference, "Merge Logic").

use serde_json::{Map, Value, json};

use crate::config::{Mount, parse_bytes};

/// How the values that several entries give to one property become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// True if any is; always there.
    Any,
    /// Every element once, in the order of first appearance.
    Union,
    /// All values in order.
    Collect,
    /// All values in order, and an empty array if there are none.
    CollectAlways,
    /// The elements of all, each target once: the last mount on a target counts, at its own place.
    Mounts,
    /// For each tool an array of all values.
    PerTool,
    /// The last value that is not empty.
    Last,
    /// The last boolean.
    LastBoolean,
    /// An object with the last value of each key; always there.
    LastPerKey,
    /// Every port once; a number and the same port of `localhost` are one.
    Ports,
    /// The most of each resource.
    Most,
}

/// The merged property, the property of the entries, and the rule, in the order in which merged documents show them.
pub(crate) const TABLE: [(&str, &str, Rule); 25] = [
    ("init", "init", Rule::Any),
    ("privileged", "privileged", Rule::Any),
    ("capAdd", "capAdd", Rule::Union),
    ("securityOpt", "securityOpt", Rule::Union),
    ("entrypoints", "entrypoint", Rule::Collect),
    ("mounts", "mounts", Rule::Mounts),
    ("customizations", "customizations", Rule::PerTool),
    ("onCreateCommands", "onCreateCommand", Rule::CollectAlways),
    ("updateContentCommands", "updateContentCommand", Rule::CollectAlways),
    ("postCreateCommands", "postCreateCommand", Rule::CollectAlways),
    ("postStartCommands", "postStartCommand", Rule::CollectAlways),
    ("postAttachCommands", "postAttachCommand", Rule::CollectAlways),
    ("waitFor", "waitFor", Rule::Last),
    ("remoteUser", "remoteUser", Rule::Last),
    ("containerUser", "containerUser", Rule::Last),
    ("userEnvProbe", "userEnvProbe", Rule::Last),
    ("remoteEnv", "remoteEnv", Rule::LastPerKey),
    ("containerEnv", "containerEnv", Rule::LastPerKey),
    ("overrideCommand", "overrideCommand", Rule::LastBoolean),
    ("portsAttributes", "portsAttributes", Rule::LastPerKey),
    ("otherPortsAttributes", "otherPortsAttributes", Rule::Last),
    ("forwardPorts", "forwardPorts", Rule::Ports),
    ("shutdownAction", "shutdownAction", Rule::Last),
    ("updateRemoteUserUID", "updateRemoteUserUID", Rule::LastBoolean),
    ("hostRequirements", "hostRequirements", Rule::Most),
];

/// Properties of a configuration that the merged one has under other names or gets from the entries alone.
pub(super) const REPLACED: [&str; 8] = [
    "customizations",
    "entrypoint",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
    "shutdownAction",
];

/// A property's value in one entry; `null` where the entry does not have it.
pub(crate) type Given<'e, S> = (&'e Value, &'e S);

/// A merged value, and who wrote which part of it: JSON pointers below the property.
pub(crate) struct Outcome<S> {
    pub(crate) value: Value,
    pub(crate) sources: Vec<(String, S)>,
}

impl Rule {
    /// Merges the values of one property, one for each entry in order.
    pub(crate) fn apply<S: Clone>(self, given: &[Given<'_, S>]) -> Option<Outcome<S>> {
        match self {
            Self::Any => Some(any(given)),
            Self::Union => union(given),
            Self::Collect => Some(collect(given)).filter(|outcome| !is_empty(&outcome.value)),
            Self::CollectAlways => Some(collect(given)),
            Self::Mounts => mounts(given),
            Self::PerTool => per_tool(given),
            Self::Last => last(given, is_truthy),
            Self::LastBoolean => last(given, Value::is_boolean),
            Self::LastPerKey => Some(last_per_key(given)),
            Self::Ports => ports(given),
            Self::Most => most(given),
        }
    }
}

fn any<S: Clone>(given: &[Given<'_, S>]) -> Outcome<S> {
    let first = given.iter().find(|(value, _)| is_truthy(value));
    Outcome {
        value: Value::Bool(first.is_some()),
        sources: first.map(|(_, source)| (String::new(), (*source).clone())).into_iter().collect(),
    }
}

/// An array from elements with their authors, each element's author at its place.
fn array<S: Clone>(elements: Vec<(Value, &S)>) -> Outcome<S> {
    let sources = elements
        .iter()
        .enumerate()
        .map(|(place, (_, source))| (format!("/{place}"), (*source).clone()))
        .collect();
    Outcome { value: Value::Array(elements.into_iter().map(|(value, _)| value).collect()), sources }
}

/// The elements of all arrays with their authors.
fn elements<'e, S>(given: &[Given<'e, S>]) -> impl Iterator<Item = Given<'e, S>> {
    given
        .iter()
        .flat_map(|(value, source)| value.as_array().into_iter().flatten().map(|element| (element, *source)))
}

fn union<S: Clone>(given: &[Given<'_, S>]) -> Option<Outcome<S>> {
    let mut kept: Vec<(Value, &S)> = Vec::new();
    for (element, source) in elements(given) {
        if !kept.iter().any(|(known, _)| known == element) {
            kept.push((element.clone(), source));
        }
    }
    (!kept.is_empty()).then(|| array(kept))
}

fn collect<S: Clone>(given: &[Given<'_, S>]) -> Outcome<S> {
    let kept = given.iter().filter(|(value, _)| is_truthy(value));
    array(kept.map(|(value, source)| ((*value).clone(), *source)).collect())
}

fn mounts<S: Clone>(given: &[Given<'_, S>]) -> Option<Outcome<S>> {
    let target = |mount: &Value| {
        serde_json::from_value::<Mount>(mount.clone()).ok().and_then(|mount| mount.fields().target)
    };
    let all: Vec<_> = elements(given).map(|(mount, source)| (target(mount), mount, source)).collect();
    let kept: Vec<_> = all
        .iter()
        .enumerate()
        .filter(|(place, (target, _, _))| {
            target.is_none() || !all[place + 1..].iter().any(|(later, _, _)| later == target)
        })
        .map(|(_, (_, mount, source))| ((*mount).clone(), *source))
        .collect();
    (!kept.is_empty()).then(|| array(kept))
}

fn per_tool<S: Clone>(given: &[Given<'_, S>]) -> Option<Outcome<S>> {
    let mut tools: Map<String, Value> = Map::new();
    let mut sources = Vec::new();
    for (value, source) in given {
        for (tool, settings) in value.as_object().into_iter().flatten() {
            let all = tools.entry(tool.clone()).or_insert_with(|| json!([]));
            if let Value::Array(all) = all {
                sources.push((
                    format!("{}/{}", crate::pointer::join_key("", tool), all.len()),
                    (*source).clone(),
                ));
                all.push(settings.clone());
            }
        }
    }
    (!tools.is_empty()).then_some(Outcome { value: Value::Object(tools), sources })
}

fn last<S: Clone>(given: &[Given<'_, S>], counts: fn(&Value) -> bool) -> Option<Outcome<S>> {
    let (value, source) = given.iter().rev().find(|(value, _)| counts(value))?;
    Some(Outcome { value: (*value).clone(), sources: vec![(String::new(), (*source).clone())] })
}

fn last_per_key<S: Clone>(given: &[Given<'_, S>]) -> Outcome<S> {
    let mut merged: Map<String, Value> = Map::new();
    let mut sources: Vec<(String, S)> = Vec::new();
    for (value, source) in given {
        for (key, item) in value.as_object().into_iter().flatten() {
            merged.insert(key.clone(), item.clone());
            let pointer = crate::pointer::join_key("", key);
            sources.retain(|(known, _)| *known != pointer);
            sources.push((pointer, (*source).clone()));
        }
    }
    Outcome { value: Value::Object(merged), sources }
}

fn ports<S: Clone>(given: &[Given<'_, S>]) -> Option<Outcome<S>> {
    let mut kept: Vec<(Value, &S)> = Vec::new();
    for (element, source) in elements(given) {
        // `localhost:3000` and 3000 are the same port, and a merged document shows the number.
        let local = element.as_str().and_then(|text| text.strip_prefix("localhost:"));
        let port = local
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u16>().ok())
            .map_or_else(|| element.clone(), Value::from);
        if !kept.iter().any(|(known, _)| *known == port) {
            kept.push((port, source));
        }
    }
    (!kept.is_empty()).then(|| array(kept))
}

fn most<S: Clone>(given: &[Given<'_, S>]) -> Option<Outcome<S>> {
    let mut sources = Vec::new();
    let mut largest = |name: &str, read: &dyn Fn(&Value) -> u64| {
        let mut most = 0;
        let mut author = None;
        for (value, source) in given {
            let amount = value.get(name).map_or(0, read);
            if amount > most {
                (most, author) = (amount, Some(*source));
            }
        }
        sources.extend(author.map(|source| (format!("/{name}"), source.clone())));
        most
    };
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    let cpus = largest("cpus", &count);
    let memory = largest("memory", &bytes);
    let storage = largest("storage", &bytes);
    let mut gpu: Option<Value> = None;
    for (value, source) in given {
        let next = value.get("gpu");
        let merged = match &gpu {
            // An entry that says nothing takes even a `false` back, which means the same.
            None | Some(Value::Bool(false)) => next.cloned(),
            Some(before) => Some(next.map_or_else(|| before.clone(), |next| merged_gpu(before, next))),
        };
        if merged != gpu {
            sources.retain(|(pointer, _)| pointer != "/gpu");
            sources.extend(merged.is_some().then(|| ("/gpu".to_owned(), (*source).clone())));
        }
        gpu = merged;
    }
    if cpus == 0 && memory == 0 && storage == 0 && !gpu.as_ref().is_some_and(is_truthy) {
        return None;
    }
    let mut merged = Map::new();
    merged.insert("cpus".to_owned(), cpus.into());
    insert_amount(&mut merged, "memory", memory);
    insert_amount(&mut merged, "storage", storage);
    merged.extend(gpu.map(|gpu| ("gpu".to_owned(), gpu)));
    Some(Outcome { value: Value::Object(merged), sources })
}

/// Two wishes for a GPU: `false` gives way, optional twice stays optional, and otherwise the larger is needed.
fn merged_gpu(left: &Value, right: &Value) -> Value {
    if *right == Value::Bool(false) {
        return left.clone();
    }
    if left == "optional" && right == "optional" {
        return left.clone();
    }
    let largest = |name: &str, read: fn(&Value) -> u64| {
        [left, right].into_iter().filter_map(|gpu| gpu.get(name)).map(read).max().unwrap_or(0)
    };
    let mut merged = Map::new();
    let cores = largest("cores", |value| value.as_u64().unwrap_or(0));
    if cores > 0 {
        merged.insert("cores".to_owned(), cores.into());
    }
    insert_amount(&mut merged, "memory", largest("memory", bytes));
    Value::Object(merged)
}

fn bytes(value: &Value) -> u64 {
    value.as_str().and_then(parse_bytes).unwrap_or(0)
}

/// Merged amounts are bytes in a text; nothing is left out.
fn insert_amount(merged: &mut Map<String, Value>, name: &str, amount: u64) {
    if amount > 0 {
        merged.insert(name.to_owned(), amount.to_string().into());
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Whether JavaScript takes a value for true, which is how the rules tell a value from none.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
