//! A person's settings: one file in their folder for settings, read with the place of all that is wrong in it, and changed in place.
//!
//! A file that is no JSON stops whoever needs it, and says where; a single setting that cannot be used is told and counts as absent.
//! What the app alone looks at is only kept here.

mod keys;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use wharf_api as api;
use wharf_spec::{Diagnostic, Document, Severity, edit};

use crate::error::{Error, Result};
use crate::events::StepRecord;
use crate::request::{BuildRequest, DotfilesRequest, GpuAvailability, Target, UpRequest, UpdateUidDefault};
use crate::{convert, store};

/// The file.
const FILE: &str = "settings.json";
/// How a workspace is mounted across a virtual machine where neither a flag nor a setting says: as the reference mounts it.
const CONSISTENCY: &str = "cached";

/// Two windows of one program may change a setting at once.
static CHANGING: Mutex<()> = Mutex::new(());

/// The settings as they stand in the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) settings: api::Settings,
    /// The values that can be used, by name.
    values: BTreeMap<&'static str, Value>,
    /// Where each is written.
    lines: BTreeMap<&'static str, u32>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    text: String,
}

/// The settings, each with where it is written, and what is wrong with the file.
///
/// # Errors
/// There is no folder for settings, or the file cannot be read. One that is no JSON object is no error: the diagnostics say so.
pub fn settings() -> Result<api::SettingsResult> {
    Ok(to_api(&read(&file()?)?))
}

/// What a setting is: its value, else what counts without one; None where that depends on something else.
///
/// # Errors
/// There is no such setting, or the file cannot be read or is no JSON object.
pub fn setting(name: &str) -> Result<Option<Value>> {
    let key = find(name)?;
    Ok(load()?.values.get(key.name).cloned().or_else(|| key.default()))
}

/// The file that settings are kept in, whether it is there or not.
///
/// # Errors
/// The system names no folder for a user's settings.
pub fn settings_path() -> Result<PathBuf> {
    file()
}

/// Gives a setting a value, or with None takes it out of the file; everything else in the file stays as it is written.
///
/// # Errors
/// There is no such setting, it cannot have this value, or the file is no JSON object or cannot be written.
pub fn change_setting(name: &str, value: Option<&Value>) -> Result<api::SettingsResult> {
    change(&file()?, name, value)
}

/// The same with a value as it is typed: `true` and `1.5` mean what they say where the setting takes it.
///
/// # Errors
/// As for [`change_setting`].
pub fn change_setting_as_typed(name: &str, text: &str) -> Result<api::SettingsResult> {
    let value = find(name)?.typed(text);
    change(&file()?, name, Some(&value))
}

/// `WHARF_CONFIG_DIR`, else the system's folder for a user's settings.
pub(crate) fn folder() -> Option<PathBuf> {
    match std::env::var_os("WHARF_CONFIG_DIR").filter(|value| !value.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => directories::ProjectDirs::from("dev", "", "wharf")
            .map(|folders| folders.config_dir().to_path_buf()),
    }
}

/// The settings for whoever acts by them.
///
/// # Errors
/// The file is there and cannot be read, or is no JSON object.
pub(crate) fn load() -> Result<Settings> {
    let Ok(path) = file() else { return Ok(Settings::default()) };
    let found = read(&path)?;
    if found.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Error::Configuration { diagnostics: found.diagnostics, text: found.text });
    }
    Ok(found)
}

/// The engine to use where nothing else chooses one.
///
/// # Errors
/// As for [`load`].
pub(crate) fn engine() -> Result<Option<String>> {
    Ok(load()?.settings.engine)
}

impl Settings {
    /// The settings that count for a target: none where nothing of the person's own is wanted.
    ///
    /// # Errors
    /// As for [`load`].
    pub(crate) fn of(target: &Target) -> Result<Self> {
        if target.without_overlay { Ok(Self::default()) } else { load() }
    }

    /// A request with the settings below what it says itself.
    pub(crate) fn below(&self, request: &UpRequest) -> UpRequest {
        let up = &self.settings.up;
        let uid = up.update_remote_user_uid_default.map(|setting| match setting {
            api::UpdateUidSetting::Never => UpdateUidDefault::Never,
            api::UpdateUidSetting::On => UpdateUidDefault::On,
            api::UpdateUidSetting::Off => UpdateUidDefault::Off,
        });
        let gpu = up.gpu_availability.map(|setting| match setting {
            api::GpuSetting::All => GpuAvailability::All,
            api::GpuSetting::Detect => GpuAvailability::Detect,
            api::GpuSetting::None => GpuAvailability::None,
        });
        let consistency = &request.target.workspace_mount_consistency;
        let consistency = consistency.clone().or_else(|| self.text("up.workspaceMountConsistency"));
        UpRequest {
            target: Target {
                workspace_mount_consistency: consistency.or_else(|| Some(CONSISTENCY.to_owned())),
                ..request.target.clone()
            },
            without_buildkit: request.without_buildkit.or(self.without_buildkit()),
            cache_from: self.cache_from(&request.cache_from),
            default_user_env_probe: self.probe(request.default_user_env_probe.as_ref()),
            update_remote_user_uid_default: request.update_remote_user_uid_default.or(uid),
            gpu_availability: request.gpu_availability.or(gpu),
            dotfiles: self.dotfiles(&request.dotfiles),
            ..request.clone()
        }
    }

    /// A request for an image alone. What no builder but BuildKit can do is done by it, whatever the settings say.
    pub(crate) fn below_build(&self, request: &BuildRequest) -> BuildRequest {
        let needs_buildkit = request.push || !request.platforms.is_empty() || !request.outputs.is_empty();
        let without_buildkit = self.without_buildkit().filter(|_| !needs_buildkit);
        BuildRequest {
            without_buildkit: request.without_buildkit.or(without_buildkit),
            cache_from: self.cache_from(&request.cache_from),
            ..request.clone()
        }
    }

    fn without_buildkit(&self) -> Option<bool> {
        self.settings.build.buildkit.map(|setting| setting == api::BuildKitSetting::Never)
    }

    fn cache_from(&self, asked: &[String]) -> Vec<String> {
        if asked.is_empty() {
            self.settings.build.cache_from.iter().cloned().collect()
        } else {
            asked.to_vec()
        }
    }

    /// How the user's environment is read, where the configuration does not say.
    pub(crate) fn probe(&self, asked: Option<&String>) -> Option<String> {
        asked.cloned().or_else(|| self.text("up.defaultUserEnvProbe"))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// A person's dotfiles. How those are installed that were asked for is not said by settings for other ones.
    fn dotfiles(&self, asked: &DotfilesRequest) -> DotfilesRequest {
        let own = &self.settings.dotfiles;
        if asked.repository.is_some() && asked.repository != own.repository {
            return asked.clone();
        }
        DotfilesRequest {
            repository: own.repository.clone(),
            install_command: asked.install_command.clone().or_else(|| own.install_command.clone()),
            target_path: asked.target_path.clone().or_else(|| own.target_path.clone()),
        }
    }

    /// Tells what of the file cannot be used.
    pub(crate) fn report(&self, root: &StepRecord<'_>) {
        for found in &self.diagnostics {
            root.send(convert::diagnostic(found, &self.text));
        }
    }
}

fn file() -> Result<PathBuf> {
    folder().map(|folder| folder.join(FILE)).ok_or(Error::NoSettingsFolder)
}

fn find(name: &str) -> Result<&'static keys::Key> {
    keys::find(name).ok_or_else(|| Error::Impossible {
        message: format!("there is no setting named {name}"),
        location: None,
        hint: Some(match keys::meant(name) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "`wharf settings list` shows every setting".to_owned(),
        }),
    })
}

fn read(path: &Path) -> Result<Settings> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let mut found = Settings { path: path.to_owned(), text, ..Settings::default() };
    // One that was made and not yet written to says nothing.
    if found.text.trim().is_empty() {
        return Ok(found);
    }
    match Document::parse(path, &found.text) {
        Ok((document, warnings)) => {
            found.diagnostics = warnings;
            if let Some(whole) = document.value.as_object() {
                let usable = found.object(&document, whole, "");
                found.settings = serde_json::from_value(Value::Object(usable)).unwrap_or_default();
            }
        }
        Err(problems) => found.diagnostics = problems,
    }
    Ok(found)
}

impl Settings {
    /// What of an object can be used. The rest is told.
    fn object(&mut self, document: &Document, object: &Map<String, Value>, name: &str) -> Map<String, Value> {
        let mut usable = Map::new();
        for (member, value) in object {
            let name = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1").replace('.', "/"));
            let mut wrong = |message: String, hint: Option<String>| {
                let span = document.key_span(&pointer).or_else(|| document.span(&pointer));
                self.diagnostics.push(Diagnostic {
                    severity: Severity::Warning,
                    path: document.path.clone(),
                    position: span.as_ref().map(|span| document.position_at(span.start)),
                    length: span.as_ref().map_or(0, |span| document.length(span)),
                    property: name.clone(),
                    message,
                    hint,
                });
            };
            match (keys::find(&name), value) {
                _ if name == "$schema" => {
                    if value.is_string() {
                        usable.insert(member.clone(), value.clone());
                    }
                }
                // As good as not written, so that a setting can be reset in its place.
                (Some(_), Value::Null) => {}
                (Some(key), value) => match key.problem(value) {
                    Some(problem) => wrong(problem, Some("It counts as not written.".to_owned())),
                    // An empty text takes a setting back as well as removing it does.
                    None if value.as_str() == Some("") => {}
                    None => {
                        usable.insert(member.clone(), value.clone());
                        self.values.insert(key.name, value.clone());
                        if let Some(position) = document.position(&pointer) {
                            self.lines.insert(key.name, position.line);
                        }
                    }
                },
                (None, Value::Object(inner)) if keys::is_object(&name) => {
                    let inner = self.object(document, inner, &name);
                    usable.insert(member.clone(), Value::Object(inner));
                }
                (None, _) if keys::is_object(&name) => {
                    wrong(format!("{name} is an object of settings"), None);
                }
                (None, _) => wrong(
                    format!("{name} is no setting that this Wharf knows"),
                    keys::meant(&name).map(|meant| format!("Did you mean {meant}?")),
                ),
            }
        }
        usable
    }
}

fn change(path: &Path, name: &str, value: Option<&Value>) -> Result<api::SettingsResult> {
    let key = find(name)?;
    if let Some(problem) = value.and_then(|value| key.problem(value)) {
        return Err(Error::Impossible { message: problem, location: None, hint: None });
    }
    let _one_at_a_time = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let found = read(path)?;
    if found.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Error::Configuration { diagnostics: found.diagnostics, text: found.text });
    }
    let before = if found.text.trim().is_empty() { "{\n}\n" } else { &found.text };
    let after = edit::set_member(before, &key.path(), value).map_err(|problem| Error::Impossible {
        message: format!("{} cannot be changed: {problem}", path.display()),
        location: None,
        hint: Some("correct it by hand, or remove the file".to_owned()),
    })?;
    if after != found.text && !(value.is_none() && found.text.is_empty()) {
        store::write_whole(path, after.as_bytes())
            .map_err(|source| Error::Write { path: path.to_owned(), source })?;
    }
    Ok(to_api(&read(path)?))
}

fn to_api(found: &Settings) -> api::SettingsResult {
    let entries = keys::KEYS.iter().map(|key| api::SettingEntry {
        key: key.name.to_owned(),
        value: found.values.get(key.name).cloned(),
        default: key.default(),
        choices: key.choices(),
        line: found.lines.get(key.name).copied(),
        overruled_by: key
            .variable
            .filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
            .map(str::to_owned),
    });
    let diagnostics = found.diagnostics.iter().map(|diagnostic| api::FolderDiagnostic {
        severity: match diagnostic.severity {
            Severity::Error => api::Severity::Error,
            Severity::Warning => api::Severity::Warning,
        },
        message: diagnostic.message.clone(),
        location: Some(convert::location(diagnostic, &found.text)),
        hint: diagnostic.hint.clone(),
    });
    api::SettingsResult {
        path: found.path.display().to_string(),
        settings: found.settings.clone(),
        entries: entries.collect(),
        diagnostics: diagnostics.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_is_read_with_places() {
        let (_folder, path) = written(
            "{\n  // mine\n  \"engine\": \"podman\",\n  \"colour\": 1,\n  \"dotfiles\": {\n    \"repository\": \"me/dotfiles\",\n    \"targetPath\": 5\n  },\n  \"up\": { \"gpuAvailability\": \"some\", \"defaultUserEnvProbe\": \"none\" },\n  \"appearance\": true,\n  \"zoom\": 2,\n  \"autostart\": null,\n  \"integration\": { \"editor\": \"\" },\n}\n",
        );
        let found = read(&path).unwrap();
        assert_eq!(found.settings.engine.as_deref(), Some("podman"));
        assert_eq!(found.settings.dotfiles.repository.as_deref(), Some("me/dotfiles"));
        assert_eq!(found.settings.up.default_user_env_probe, Some(api::UserEnvProbeSetting::None));
        assert_eq!(found.settings.integration.editor, None);
        assert_eq!(found.lines["dotfiles.repository"], 6);
        let told: Vec<_> = found
            .diagnostics
            .iter()
            .map(|one| format!("{} {}", one.position.unwrap().line, one.message))
            .collect();
        assert_eq!(
            told,
            [
                "4 colour is no setting that this Wharf knows",
                "7 dotfiles.targetPath is a text",
                "9 up.gpuAvailability is all, detect or none",
                "10 appearance is an object of settings",
                "11 zoom is no setting that this Wharf knows",
            ]
        );
        assert_eq!(found.diagnostics[4].hint.as_deref(), Some("Did you mean appearance.zoom?"));
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_is_written() {
        let (_folder, path) =
            written("{\n  // mine\n  \"engine\": \"podman\", // the quick one\n  \"unknown\": [1],\n}\n");
        let result = change(&path, "dotfiles.repository", Some(&json!("me/dotfiles"))).unwrap();
        assert_eq!(result.settings.dotfiles.repository.as_deref(), Some("me/dotfiles"));
        assert_eq!(result.diagnostics.len(), 1);
        change(&path, "engine", Some(&json!("docker"))).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\n  // mine\n  \"engine\": \"docker\", // the quick one\n  \"unknown\": [1],\n  \"dotfiles\": {\n    \"repository\": \"me/dotfiles\"\n  },\n}\n"
        );
        change(&path, "dotfiles.repository", None).unwrap();
        let result = change(&path, "engine", None).unwrap();
        assert_eq!(result.settings, api::Settings::default());
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"unknown\": [1]"));
    }

    #[test]
    fn the_first_change_makes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/settings.json");
        change(&path, "engine", None).unwrap();
        assert!(!path.exists());
        change(&path, "appearance.zoom", Some(&json!(1.25))).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\n  \"appearance\": {\n    \"zoom\": 1.25\n  }\n}\n"
        );
    }

    /// Many keep their settings in a repository and link to them.
    #[cfg(unix)]
    #[test]
    fn a_link_stays_one() {
        let (folder, path) = written("{}");
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        change(&link, "autostart", Some(&json!(true))).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(read(&path).unwrap().settings.autostart, Some(true));
    }

    #[test]
    fn what_cannot_be_is_refused_and_nothing_is_written() {
        let (_folder, path) = written("{}");
        for (name, value) in [
            ("colour", json!("red")),
            ("engine", json!(1)),
            ("appearance.zoom", json!(9)),
            ("autostart", json!("yes")),
            ("up.gpuAvailability", json!("some")),
        ] {
            assert!(change(&path, name, Some(&value)).is_err(), "{name}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
        std::fs::write(&path, "{ \"engine\": ").unwrap();
        assert!(matches!(change(&path, "engine", Some(&json!("docker"))), Err(Error::Configuration { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ \"engine\": ");
    }

    #[test]
    fn what_is_asked_comes_before_what_is_set() {
        let (_folder, path) = written(
            r#"{"dotfiles": {"repository": "me/dotfiles", "installCommand": "go.sh"}, "up": {"gpuAvailability": "none", "updateRemoteUserUidDefault": "off"}}"#,
        );
        let settings = read(&path).unwrap();
        let plain = settings.below(&UpRequest::default());
        assert_eq!(plain.dotfiles.install_command.as_deref(), Some("go.sh"));
        assert_eq!(plain.gpu_availability, Some(GpuAvailability::None));
        assert_eq!(plain.update_remote_user_uid_default, Some(UpdateUidDefault::Off));
        assert_eq!(plain.target.workspace_mount_consistency.as_deref(), Some("cached"));
        assert_eq!((plain.without_buildkit, plain.cache_from.len()), (None, 0));
        let asked = settings.below(&UpRequest {
            gpu_availability: Some(GpuAvailability::All),
            dotfiles: DotfilesRequest { repository: Some("work/dotfiles".to_owned()), ..Default::default() },
            ..UpRequest::default()
        });
        assert_eq!(asked.gpu_availability, Some(GpuAvailability::All));
        assert_eq!(asked.dotfiles.repository.as_deref(), Some("work/dotfiles"));
        assert_eq!(asked.dotfiles.install_command, None);
    }

    #[test]
    fn defaults_of_builds_count_where_no_flag_says_otherwise() {
        let (_folder, path) = written(
            r#"{"build": {"buildkit": "never", "cacheFrom": "registry.example/cache"}, "up": {"workspaceMountConsistency": "delegated"}}"#,
        );
        let settings = read(&path).unwrap();
        let plain = settings.below(&UpRequest::default());
        assert_eq!(plain.target.workspace_mount_consistency.as_deref(), Some("delegated"));
        assert_eq!(plain.without_buildkit, Some(true));
        assert_eq!(plain.cache_from, ["registry.example/cache"]);
        let asked = settings.below(&UpRequest {
            target: Target {
                workspace_mount_consistency: Some("consistent".to_owned()),
                ..Target::default()
            },
            without_buildkit: Some(false),
            cache_from: vec!["other".to_owned()],
            ..UpRequest::default()
        });
        assert_eq!(asked.target.workspace_mount_consistency.as_deref(), Some("consistent"));
        assert_eq!((asked.without_buildkit, asked.cache_from), (Some(false), vec!["other".to_owned()]));

        let build = settings.below_build(&BuildRequest::default());
        assert_eq!((build.without_buildkit, build.cache_from.len()), (Some(true), 1));
        // A flag that only BuildKit can follow is not refused because of a setting.
        let pushes = settings.below_build(&BuildRequest { push: true, ..BuildRequest::default() });
        assert_eq!(pushes.without_buildkit, None);
    }
}
