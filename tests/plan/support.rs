//! Environments made from a few lines of configuration, so that a test shows only what it is about.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wharf_plan::container::CreateOptions;
use wharf_plan::hooks::HookOptions;
use wharf_plan::{
    BuildOptions, EngineFacts, EngineKind, Fact, GpuAccess, HostFacts, HostSystem, ImageFacts, MachineFacts,
    Observed, Running, image,
};
use wharf_spec::{Document, LocalVariables, MergedConfig, PathStyle, Workspace, WorkspaceFacts};

/// The folder of every test's workspace. Nothing is ever looked for there.
pub(crate) const FOLDER: &str = "/home/me/project";

pub(crate) fn engine(kind: EngineKind) -> EngineFacts {
    EngineFacts {
        kind,
        version: "28.5.2".to_owned(),
        api_version: "1.51".to_owned(),
        buildkit: kind == EngineKind::Docker,
        local: true,
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        ..EngineFacts::default()
    }
}

pub(crate) fn host() -> HostFacts {
    let environment = [("HOME", "/home/me"), ("LC_ALL", "C"), ("LC_TIME", "de")];
    HostFacts {
        system: HostSystem::Linux,
        uid: Some(1000),
        gid: Some(1000),
        home: Some("/home/me".to_owned()),
        folder: FOLDER.to_owned(),
        copy: None,
        environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        proxies: BTreeMap::new(),
    }
}

/// Where every test's configuration lies.
pub(crate) const CONFIGURATION: &str = "/home/me/project/.devcontainer/devcontainer.json";

/// An environment that is to run, from its configuration.
pub(crate) fn running(configuration: &Value) -> Running {
    let (document, _) = Document::parse(Path::new(CONFIGURATION), &configuration.to_string()).unwrap();
    let facts = WorkspaceFacts {
        folder: FOLDER.to_owned(),
        git_root: None,
        git_file: None,
        style: PathStyle::Linux,
        consistency: None,
    };
    let (read, _) = wharf_spec::read(&document);
    let workspace = Workspace::of(&facts, &read);
    let variables = LocalVariables {
        env: host().environment,
        local_workspace_folder: Some(FOLDER.to_owned()),
        container_workspace_folder: workspace.folder.clone(),
        windows: false,
    };
    let (configuration, _) = wharf_spec::resolve(&document, &variables, None).unwrap();
    let folder = Path::new(CONFIGURATION).parent().unwrap();
    let build = configuration.config.build.as_ref();
    let in_folder = |path: &Option<String>| path.as_ref().map(|path| folder.join(path));
    let dockerfile = build.and_then(|build| in_folder(&build.dockerfile));
    let context = build
        .and_then(|build| in_folder(&build.context))
        .or_else(|| dockerfile.as_ref().and_then(|path| path.parent().map(Path::to_owned)));
    Running {
        give: None,
        workspace: workspace.settle(&configuration),
        id_labels: vec![
            ("devcontainer.local_folder".to_owned(), FOLDER.to_owned()),
            ("devcontainer.config_file".to_owned(), CONFIGURATION.to_owned()),
        ],
        label_names: wharf_spec::labels::usual_names(),
        image_name: image::image_name(FOLDER, PathStyle::Linux),
        replace: false,
        expect_existing: false,
        no_cache: false,
        build_again: false,
        create: CreateOptions::default(),
        build: BuildOptions { dockerfile, context, ..BuildOptions::default() },
        additional_features: serde_json::Map::new(),
        hooks: HookOptions::default(),
        update_uid_default: Some(true),
        configuration,
    }
}

/// An image as a case describes it, or one of which nothing is known but its name.
pub(crate) fn image_facts(described: Option<&Value>) -> ImageFacts {
    let described = described.cloned().unwrap_or_else(|| serde_json::json!({}));
    ImageFacts { id: "sha256:base".to_owned(), ..serde_json::from_value(described).unwrap() }
}

/// The configuration merged with its image's metadata.
pub(crate) fn merged(wanted: &Running, image: &ImageFacts) -> MergedConfig {
    let name = wanted.configuration.config.image.clone().unwrap_or_else(|| "base".to_owned());
    wharf_spec::merge(&wanted.configuration, &image::entries_of_image(wanted, &name, image, None))
}

/// What is known when nothing has been looked at but the engine and the host.
pub(crate) fn observed(case: &serde_json::Map<String, Value>) -> Observed {
    let described = case.get("engine").and_then(Value::as_str).unwrap_or("docker");
    let kind = if described.starts_with("podman") { EngineKind::Podman } else { EngineKind::Docker };
    let mut engine = engine(kind);
    engine.rootless = described.contains("rootless");
    let gpu = match described {
        _ if described.contains("nvidia") => Some(GpuAccess::Runtime),
        _ if described.contains("cdi") => Some(GpuAccess::Cdi),
        _ => None,
    };
    let machine = Fact::Known(MachineFacts { gpu, ..MachineFacts::default() });
    Observed { engine, host: host(), machine, ..Observed::default() }
}

/// The cases of a data file beside the suite: an array of objects. With `WHARF_UPDATE_CASES` set, what came out is written
/// back, to be read in a review.
pub(crate) fn check_cases(file: &str, outcome: impl Fn(&serde_json::Map<String, Value>) -> Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/plan").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut cases: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&text).unwrap();
    let mut failed = Vec::new();
    for case in &mut cases {
        let found = outcome(case);
        if case.get("gives") != Some(&found) {
            failed.push(format!("{}\n  gives {found}", Value::Object(case.clone())));
            case.insert("gives".to_owned(), found);
        }
    }
    if std::env::var_os("WHARF_UPDATE_CASES").is_some() {
        let lines: Vec<String> =
            cases.iter().map(|case| format!("  {}", Value::Object(case.clone()))).collect();
        std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
        return;
    }
    assert!(failed.is_empty(), "{} of {} cases in {file}:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

/// Removes from `value` what `default` has as well, so that an outcome shows only what a case is about.
pub(crate) fn without_defaults(value: &Value, default: &Value) -> Value {
    match (value, default) {
        (Value::Object(value), Value::Object(default)) => {
            let kept =
                value.iter().filter(|(key, value)| default.get(*key) != Some(value)).map(|(key, value)| {
                    (
                        key.clone(),
                        default
                            .get(key)
                            .map_or_else(|| value.clone(), |default| without_defaults(value, default)),
                    )
                });
            Value::Object(kept.collect())
        }
        _ => value.clone(),
    }
}

pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        // One text is split at spaces, because most cases have no others.
        Some(Value::String(text)) if text.is_empty() => Vec::new(),
        Some(Value::String(text)) => text.split(' ').map(str::to_owned).collect(),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// What an error says to a person, as data.
pub(crate) fn error(error: &wharf_plan::Error) -> Value {
    let mut shown = serde_json::json!({ "error": error.to_string(), "property": error.property() });
    if let Some(hint) = error.hint() {
        shown["hint"] = Value::from(hint);
    }
    shown
}
