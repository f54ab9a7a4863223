//! Reads the values that are more than a text, a flag or a list of texts.

use serde_json::{Map, Value};

use super::reader::{Part, Reader, Table};
use crate::config::{
    AppPort, Build, ForwardPort, Gpu, GpuRequirements, HostRequirements, LifecycleCommand, Mount, MountKind,
    MountObject, OnAutoForward, OptionalGpu, PortAttributes, PortKey, PortProtocol, SecretDeclaration,
    SingleCommand, parse_bytes,
};
use crate::pointer::At;

const BUILD: &Table<Build> = &[
    ("dockerfile", |reader, at, value, build| build.dockerfile = reader.text(at, value)),
    ("context", |reader, at, value, build| build.context = reader.text(at, value)),
    ("args", |reader, at, value, build| build.args = reader.map(at, value, Reader::text)),
    ("target", |reader, at, value, build| build.target = reader.text(at, value)),
    ("cacheFrom", |reader, at, value, build| {
        build.cache_from = reader.one_or_many(at, value).unwrap_or_default();
    }),
    ("options", |reader, at, value, build| build.options = reader.texts(at, value).unwrap_or_default()),
];

const PORT_ATTRIBUTES: &Table<PortAttributes> = &[
    ("label", |reader, at, value, port| port.label = reader.text(at, value)),
    ("protocol", |reader, at, value, port| port.protocol = reader.choice(at, value, &PortProtocol::VALUES)),
    ("onAutoForward", |reader, at, value, port| {
        port.on_auto_forward = reader.choice(at, value, &OnAutoForward::VALUES);
    }),
    ("requireLocalPort", |reader, at, value, port| port.require_local_port = reader.flag(at, value)),
    ("elevateIfNeeded", |reader, at, value, port| port.elevate_if_needed = reader.flag(at, value)),
];

const HOST_REQUIREMENTS: &Table<HostRequirements> = &[
    ("cpus", |reader, at, value, host| host.cpus = reader.count(at, value)),
    ("memory", |reader, at, value, host| host.memory = size(reader, at, value)),
    ("storage", |reader, at, value, host| host.storage = size(reader, at, value)),
    ("gpu", |reader, at, value, host| host.gpu = gpu(reader, at, value)),
];

const GPU: &Table<GpuRequirements> = &[
    ("cores", |reader, at, value, gpu| gpu.cores = reader.count(at, value)),
    ("memory", |reader, at, value, gpu| gpu.memory = size(reader, at, value)),
];

const SECRET: &Table<SecretDeclaration> = &[
    ("description", |reader, at, value, secret| secret.description = reader.text(at, value)),
    ("documentationUrl", |reader, at, value, secret| secret.documentation_url = reader.text(at, value)),
];

/// A mount object before it is known to be whole.
#[derive(Default)]
struct MountDraft {
    kind: Option<MountKind>,
    source: Option<String>,
    target: Option<String>,
    external: Option<bool>,
}

const MOUNT: &Table<MountDraft> = &[
    ("type", |reader, at, value, mount| mount.kind = reader.choice(at, value, &MountKind::VALUES)),
    ("source", |reader, at, value, mount| mount.source = reader.text(at, value)),
    ("target", |reader, at, value, mount| mount.target = reader.text(at, value)),
    ("external", |reader, at, value, mount| mount.external = reader.flag(at, value)),
];

pub(super) fn build(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Build {
    let mut build = Build::default();
    reader.members(at, value, BUILD, &mut build);
    build
}

/// An entry of `portsAttributes`; a key that means no port is warned of.
pub(super) fn attributes_of_ports(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    value: &Value,
) -> Option<PortAttributes> {
    // A variable in a key is never put in, so it stands for itself.
    if let At::Key(_, key) = at
        && PortKey::parse(key).is_none()
    {
        let message = format!("`{}` means no port and is ignored", reader.property(at));
        let hint = "Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences";
        reader.warn(at, Part::Key, message, Some(hint.to_owned()));
    }
    port_attributes(reader, at, value)
}

pub(crate) fn port_attributes(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<PortAttributes> {
    value.is_object().then_some(()).or_else(|| {
        reader.wrong(at, "an object", value);
        None
    })?;
    let mut attributes = PortAttributes::default();
    reader.members(at, value, PORT_ATTRIBUTES, &mut attributes);
    Some(attributes)
}

pub(crate) fn host_requirements(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> HostRequirements {
    let mut requirements = HostRequirements::default();
    reader.members(at, value, HOST_REQUIREMENTS, &mut requirements);
    requirements
}

fn gpu(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<Gpu> {
    match value {
        Value::Bool(needed) => Some(Gpu::Needed(*needed)),
        Value::String(word) if word == "optional" => Some(Gpu::Optional(OptionalGpu::Optional)),
        Value::Object(_) => {
            let mut requirements = GpuRequirements::default();
            reader.members(at, value, GPU, &mut requirements);
            Some(Gpu::Sized(requirements))
        }
        Value::String(word) if reader.is_pending(word) => None,
        other => {
            reader.wrong(at, "true, false, \"optional\" or an object", other);
            None
        }
    }
}

fn size(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<String> {
    let text = value.as_str();
    if text.is_some_and(|text| reader.is_pending(text) || parse_bytes(text).is_some()) {
        return text.map(str::to_owned);
    }
    let property = reader.property(at);
    let hint = Some("Write a number of bytes, or a number with kb, mb, gb or tb, such as \"8gb\"".to_owned());
    match text {
        Some(text) => reader.error(at, format!("`{property}` must be a size, but is \"{text}\""), hint),
        None => {
            let message =
                format!("`{property}` must be a size in a string, but is {}", super::reader::kind(value));
            reader.error(at, message, hint);
        }
    }
    None
}

pub(super) fn secret(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<SecretDeclaration> {
    if let At::Key(_, name) = at
        && !is_variable_name(name)
    {
        let message = format!("`{}` is not the name of an environment variable", reader.property(at));
        let hint = "Use letters, digits and underscores, and no digit first".to_owned();
        reader.warn(at, Part::Key, message, Some(hint));
    }
    if !value.is_object() {
        reader.wrong(at, "an object", value);
        return None;
    }
    let mut secret = SecretDeclaration::default();
    reader.members(at, value, SECRET, &mut secret);
    Some(secret)
}

fn is_variable_name(name: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    !name.is_empty() && name.chars().all(word) && !name.starts_with(|first: char| first.is_ascii_digit())
}

pub(crate) fn lifecycle_command(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    value: &Value,
) -> Option<LifecycleCommand> {
    match value {
        Value::String(line) => Some(LifecycleCommand::Shell(line.clone())),
        Value::Array(_) => reader.texts(at, value).map(LifecycleCommand::Exec),
        Value::Object(_) => Some(LifecycleCommand::Parallel(reader.map(at, value, single_command))),
        other => {
            reader.wrong(at, "a string, an array of strings or an object of these", other);
            None
        }
    }
}

fn single_command(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<SingleCommand> {
    match value {
        Value::String(line) => Some(SingleCommand::Shell(line.clone())),
        Value::Array(_) => reader.texts(at, value).map(SingleCommand::Exec),
        other => {
            reader.wrong(at, "a string or an array of strings", other);
            None
        }
    }
}

/// A variable's value; `null` removes the variable.
pub(crate) fn text_or_null(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<Option<String>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        other => {
            reader.wrong(at, "a string or null", other);
            None
        }
    }
}

/// An entry of `forwardPorts`; one that is allowed and means no port is warned of.
pub(super) fn declared_port(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<ForwardPort> {
    let port = forward_port(reader, at, value)?;
    if !value.as_str().is_some_and(|text| reader.is_pending(text)) && port.inside().is_none() {
        let message = format!("`{}` means no port and is ignored", reader.property(at));
        reader.warn(at, Part::Value, message, None);
    }
    Some(port)
}

pub(crate) fn forward_port(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<ForwardPort> {
    const EXPECTED: &str = "a port from 0 to 65535 or a string such as \"db:5432\"";
    match value {
        Value::Number(_) => port(reader, at, value, EXPECTED).map(ForwardPort::Port),
        Value::String(text) if reader.is_pending(text) || is_host_and_port(text) => {
            Some(ForwardPort::HostPort(text.clone()))
        }
        Value::String(text) => {
            let hint = text.parse::<u16>().ok().map(|port| format!("Write {port} without quotes"));
            let message = format!("`{}` must be {EXPECTED}, but is \"{text}\"", reader.property(at));
            reader.error(at, message, hint);
            None
        }
        other => {
            reader.wrong(at, EXPECTED, other);
            None
        }
    }
}

fn is_host_and_port(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, port)| {
        !host.is_empty()
            && !host.contains([':', ' ', '/'])
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    })
}

fn port(reader: &mut Reader<'_>, at: &At<'_>, value: &Value, expected: &str) -> Option<u16> {
    let port = value.as_u64().and_then(|number| u16::try_from(number).ok());
    if port.is_none() {
        let message = format!("`{}` must be {expected}, but is {value}", reader.property(at));
        reader.error(at, message, None);
    }
    port
}

/// One port or an array of them.
pub(super) fn app_ports(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Vec<AppPort> {
    match value {
        Value::Array(_) => reader.list(at, value, app_port),
        single => app_port(reader, at, single).into_iter().collect(),
    }
}

fn app_port(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<AppPort> {
    const EXPECTED: &str = "a port from 0 to 65535 or a string such as \"8000:8010\"";
    match value {
        Value::Number(_) => port(reader, at, value, EXPECTED).map(AppPort::Port),
        Value::String(text) => Some(AppPort::Text(text.clone())),
        other => {
            reader.wrong(at, EXPECTED, other);
            None
        }
    }
}

pub(crate) fn mount(reader: &mut Reader<'_>, at: &At<'_>, value: &Value) -> Option<Mount> {
    match value {
        Value::String(text) => {
            let mount = Mount::Text(text.clone());
            if !reader.is_pending(text) && mount.fields().target.is_none_or(|target| target.is_empty()) {
                let message = format!("`{}` does not say where to mount", reader.property(at));
                reader.error(at, message, Some("Add target=/path/in/the/container".to_owned()));
                return None;
            }
            Some(mount)
        }
        Value::Object(object) => mount_object(reader, at, value, object).map(Mount::Object),
        other => {
            reader.wrong(at, "a string or an object", other);
            None
        }
    }
}

fn mount_object(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    value: &Value,
    object: &Map<String, Value>,
) -> Option<MountObject> {
    let mut draft = MountDraft::default();
    reader.members(at, value, MOUNT, &mut draft);
    for (required, example) in [("type", "\"type\": \"volume\""), ("target", "\"target\": \"/data\"")] {
        if !object.contains_key(required) {
            let message = format!("`{}` lacks `{required}`", reader.property(at));
            reader.error(at, message, Some(format!("Add it, such as {example}")));
        }
    }
    Some(MountObject {
        kind: draft.kind?,
        source: draft.source,
        target: draft.target?,
        external: draft.external,
    })
}
