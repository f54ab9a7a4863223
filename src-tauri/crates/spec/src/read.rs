//! Reads a document as a configuration: every value by its type, every wrong one by its name and place.

pub(crate) mod groups;
pub(crate) mod reader;
pub(crate) mod suggest;

use serde_json::Value;

use crate::config::{Config, Hook, ShutdownAction, UserEnvProbe, WaitFor};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::extends::Layer;
use crate::pointer::At;
use groups::{
    app_ports, attributes_of_ports, build, declared_port, host_requirements, lifecycle_command, mount,
    port_attributes, secret, text_or_null,
};
use reader::{Part, Reader, Table};

/// A configuration while it is read, with the properties that later versions renamed.
#[derive(Default)]
pub(crate) struct Draft {
    config: Config,
    /// `dockerFile`, now `build.dockerfile`.
    docker_file: Option<String>,
    /// `context`, now `build.context`.
    context: Option<String>,
}

/// Every property, how it is read and where it goes.
pub(crate) const PROPERTIES: &Table<Draft> = &[
    ("$schema", |reader, at, value, _| {
        reader.text(at, value);
    }),
    ("extends", |reader, at, value, draft| {
        draft.config.extends = reader.one_or_many(at, value).unwrap_or_default();
    }),
    ("name", |reader, at, value, draft| draft.config.name = reader.text(at, value)),
    ("image", |reader, at, value, draft| draft.config.image = reader.text(at, value)),
    ("build", |reader, at, value, draft| draft.config.build = Some(build(reader, at, value))),
    ("dockerFile", |reader, at, value, draft| draft.docker_file = reader.text(at, value)),
    ("context", |reader, at, value, draft| draft.context = reader.text(at, value)),
    ("dockerComposeFile", |reader, at, value, draft| {
        draft.config.docker_compose_file = reader.one_or_many(at, value);
    }),
    ("service", |reader, at, value, draft| draft.config.service = reader.text(at, value)),
    ("runServices", |reader, at, value, draft| draft.config.run_services = reader.texts(at, value)),
    ("features", |reader, at, value, draft| {
        draft.config.features = reader.map(at, value, |_, _, options| Some(options.clone()));
    }),
    ("overrideFeatureInstallOrder", |reader, at, value, draft| {
        draft.config.override_feature_install_order = reader.texts(at, value).unwrap_or_default();
    }),
    ("runArgs", |reader, at, value, draft| {
        draft.config.run_args = reader.texts(at, value).unwrap_or_default();
    }),
    ("appPort", |reader, at, value, draft| draft.config.app_port = app_ports(reader, at, value)),
    ("forwardPorts", |reader, at, value, draft| {
        draft.config.forward_ports = reader.list(at, value, declared_port);
    }),
    ("portsAttributes", |reader, at, value, draft| {
        draft.config.ports_attributes = reader.map(at, value, attributes_of_ports);
    }),
    ("otherPortsAttributes", |reader, at, value, draft| {
        draft.config.other_ports_attributes = port_attributes(reader, at, value);
    }),
    ("mounts", |reader, at, value, draft| draft.config.mounts = reader.list(at, value, mount)),
    ("init", |reader, at, value, draft| draft.config.init = reader.flag(at, value)),
    ("privileged", |reader, at, value, draft| draft.config.privileged = reader.flag(at, value)),
    ("capAdd", |reader, at, value, draft| {
        draft.config.cap_add = reader.texts(at, value).unwrap_or_default();
    }),
    ("securityOpt", |reader, at, value, draft| {
        draft.config.security_opt = reader.texts(at, value).unwrap_or_default();
    }),
    ("containerEnv", |reader, at, value, draft| {
        draft.config.container_env = reader.map(at, value, Reader::text);
    }),
    ("remoteEnv", |reader, at, value, draft| draft.config.remote_env = reader.map(at, value, text_or_null)),
    ("containerUser", |reader, at, value, draft| draft.config.container_user = reader.text(at, value)),
    ("remoteUser", |reader, at, value, draft| draft.config.remote_user = reader.text(at, value)),
    ("userEnvProbe", |reader, at, value, draft| {
        draft.config.user_env_probe = reader.choice(at, value, &UserEnvProbe::VALUES);
    }),
    ("overrideCommand", |reader, at, value, draft| {
        draft.config.override_command = reader.flag(at, value);
    }),
    ("shutdownAction", |reader, at, value, draft| {
        draft.config.shutdown_action = reader.choice(at, value, &ShutdownAction::VALUES);
    }),
    ("workspaceMount", |reader, at, value, draft| draft.config.workspace_mount = reader.text(at, value)),
    ("workspaceFolder", |reader, at, value, draft| draft.config.workspace_folder = reader.text(at, value)),
    ("updateRemoteUserUID", |reader, at, value, draft| {
        draft.config.update_remote_user_uid = reader.flag(at, value);
    }),
    (Hook::Initialize.property_name(), |reader, at, value, draft| {
        draft.config.initialize_command = lifecycle_command(reader, at, value);
    }),
    (Hook::OnCreate.property_name(), |reader, at, value, draft| {
        draft.config.on_create_command = lifecycle_command(reader, at, value);
    }),
    (Hook::UpdateContent.property_name(), |reader, at, value, draft| {
        draft.config.update_content_command = lifecycle_command(reader, at, value);
    }),
    (Hook::PostCreate.property_name(), |reader, at, value, draft| {
        draft.config.post_create_command = lifecycle_command(reader, at, value);
    }),
    (Hook::PostStart.property_name(), |reader, at, value, draft| {
        draft.config.post_start_command = lifecycle_command(reader, at, value);
    }),
    (Hook::PostAttach.property_name(), |reader, at, value, draft| {
        draft.config.post_attach_command = lifecycle_command(reader, at, value);
    }),
    ("waitFor", |reader, at, value, draft| {
        draft.config.wait_for = reader.choice(at, value, &WaitFor::VALUES);
    }),
    ("hostRequirements", |reader, at, value, draft| {
        draft.config.host_requirements = Some(host_requirements(reader, at, value));
    }),
    ("customizations", |reader, at, value, draft| {
        draft.config.customizations = reader.map(at, value, |_, _, settings| Some(settings.clone()));
    }),
    ("secrets", |reader, at, value, draft| draft.config.secrets = reader.map(at, value, secret)),
    // Before `customizations` existed, these three belonged to one editor. They still mean what they meant.
    ("extensions", |reader, at, value, _| {
        reader.texts(at, value);
    }),
    ("settings", |reader, at, value, _| {
        reader.object(at, value);
    }),
    ("devPort", |_, _, _, _| {}),
    // The specification keeps these two for others.
    ("codespaces", |_, _, _, _| {}),
    ("additionalProperties", |_, _, _, _| {}),
];

/// Properties that say nothing in some scenarios, and the property that makes it so.
const WITHOUT_EFFECT_IN_COMPOSE: [&str; 3] = ["runArgs", "appPort", "workspaceMount"];
const ONLY_IN_COMPOSE: [&str; 2] = ["service", "runServices"];

/// Reads a document whose variables are still as written.
///
/// What cannot be read is left out and named by an error; a property that is not known is kept in `raw` and named by a warning.
#[must_use]
pub fn read(document: &Document) -> (Config, Vec<Diagnostic>) {
    let (config, diagnostics) =
        read_document(document, true, &document.value, |layer| layer.document.value.clone());
    (config, in_order(diagnostics))
}

/// Reads the value of a document, and of each file that it was put together from, so that every finding names its file.
pub(crate) fn read_document(
    document: &Document,
    pending_variables: bool,
    value: &Value,
    value_of: impl Fn(&Layer) -> Value,
) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader::of_document(document, pending_variables);
    if document.layers().is_empty() {
        let config = read_value(&mut reader, value);
        return (config, reader.diagnostics);
    }
    let mut diagnostics = Vec::new();
    for layer in document.layers() {
        let mut reader = Reader::of_document(&layer.document, pending_variables);
        reader.members(&At::Root, &value_of(layer), PROPERTIES, &mut Draft::default());
        diagnostics.append(&mut reader.diagnostics);
    }
    // What is wrong with a value has been said of its file; what the values mean together has not.
    let mut judge = Reader::of_document(document, pending_variables);
    judge_scenario(&mut judge, value);
    diagnostics.append(&mut judge.diagnostics);
    (read_value(&mut reader, value), diagnostics)
}

/// Reads a whole configuration from a value that may differ from the document's by its substituted variables.
pub(crate) fn read_value(reader: &mut Reader<'_>, value: &Value) -> Config {
    let mut draft = Draft::default();
    reader.members(&At::Root, value, PROPERTIES, &mut draft);
    if value.is_object() {
        judge_scenario(reader, value);
    }
    let mut config = draft.config;
    if let Some(dockerfile) = draft.docker_file {
        let build = config.build.get_or_insert_default();
        build.dockerfile = Some(dockerfile);
        build.context = draft.context;
    }
    config.raw = value.clone();
    config
}

/// Names properties that cannot do what their author hoped.
fn judge_scenario(reader: &mut Reader<'_>, value: &Value) {
    let has = |property: &str| value.get(property).is_some();
    let dockerfile = has("dockerFile") || value.pointer("/build/dockerfile").is_some();
    let compose = has("dockerComposeFile") && !has("image") && !dockerfile;
    let ignored = |reader: &mut Reader<'_>, property: &str, why: &str| {
        if has(property) {
            let message = format!("`{property}` has no effect {why}");
            reader.warn(&At::Root.key(property), Part::Key, message, None);
        }
    };
    if compose {
        for property in WITHOUT_EFFECT_IN_COMPOSE {
            ignored(reader, property, "with `dockerComposeFile`");
        }
        ignored(reader, "build", "with `dockerComposeFile`; the Compose file says how to build");
    } else {
        for property in ONLY_IN_COMPOSE {
            ignored(reader, property, "without `dockerComposeFile`");
        }
        if dockerfile {
            ignored(reader, "image", "because a Dockerfile is given");
            ignored(reader, "dockerComposeFile", "because a Dockerfile is given");
        } else if has("image") {
            ignored(reader, "build", "without `dockerfile`");
            ignored(reader, "dockerComposeFile", "because `image` is given");
        }
    }
    if !has("dockerFile") {
        ignored(reader, "context", "without `dockerFile`; use `build.context`");
    }
}

/// Findings in the order of the text; those without a place first.
pub(crate) fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.position);
    diagnostics
}
