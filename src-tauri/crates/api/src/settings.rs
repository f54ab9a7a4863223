//! A person's settings: the file that they are kept in, and what is told of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::FolderDiagnostic;

/// What `settings.json` in the user's folder for settings may say. All of it may be left out; a flag of the command line always
/// comes before it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// The schema of this file, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The engine to use where nothing else chooses one: a name that `wharf engine list` shows, or an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Your dotfiles, cloned into each container once.
    pub dotfiles: DotfilesSettings,
    /// What `up` does where neither a flag nor the configuration says.
    pub up: UpSettings,
    /// How images are built where no flag says.
    pub build: BuildSettings,
    /// How the app looks.
    pub appearance: AppearanceSettings,
    /// What the app tells while its window is elsewhere.
    pub notifications: NotificationSettings,
    /// Whether the app starts when you log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autostart: Option<bool>,
    /// How the app is part of your desktop.
    pub integration: IntegrationSettings,
}

/// A person's dotfiles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DotfilesSettings {
    /// Where they are cloned from: an address, or OWNER/NAME on GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The file of them that is run. Default: `install.sh` or another usual name; without one they are linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_command: Option<String>,
    /// The folder that they are cloned to. Default: `~/dotfiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_path: Option<String>,
}

/// Defaults for `up` and everything that shares its flags.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct UpSettings {
    /// How the user's environment is read where the configuration does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_user_env_probe: Option<UserEnvProbeSetting>,
    /// Whether the remote user gets your user id where the configuration does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_remote_user_uid_default: Option<UpdateUidSetting>,
    /// Whether there is a GPU, when a configuration asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_availability: Option<GpuSetting>,
    /// How the workspace is kept in step where it crosses into a virtual machine: on macOS and Windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace_mount_consistency: Option<MountConsistencySetting>,
}

/// Defaults for everything that builds an image. None of them changes what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BuildSettings {
    /// Whether BuildKit builds, where the engine has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buildkit: Option<BuildKitSetting>,
    /// An image or cache that layers are taken from too, as `--cache-from` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_from: Option<String>,
}

/// How files on both sides of a virtual machine are kept in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MountConsistencySetting {
    /// Always the same on both sides.
    Consistent,
    /// This computer's side is ahead at times.
    Cached,
    /// The container's side is ahead at times.
    Delegated,
}

/// Whether BuildKit builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BuildKitSetting {
    /// Where the engine has it.
    Auto,
    /// Not even there.
    Never,
}

/// How the user's environment is read: a value of `userEnvProbe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UserEnvProbeSetting {
    /// Not at all.
    None,
    /// With a login shell that is interactive too.
    LoginInteractiveShell,
    /// With an interactive shell.
    InteractiveShell,
    /// With a login shell.
    LoginShell,
}

/// Whether the remote user gets the person's user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UpdateUidSetting {
    /// Never, whatever the configuration says.
    Never,
    /// Unless the configuration says no.
    On,
    /// Only if the configuration says yes.
    Off,
}

/// Whether there is a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum GpuSetting {
    /// There is one.
    All,
    /// The engine is asked.
    Detect,
    /// There is none.
    None,
}

/// How the app looks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AppearanceSettings {
    /// Light or dark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeSetting>,
    /// The language of its texts, such as `en` or `zh-CN`; `system` follows the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How much larger everything is drawn; 1 is as designed.
    #[schemars(range(min = 0.5, max = 3.0))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoom: Option<f64>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ThemeSetting {
    /// As the system is.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What the app tells while its window is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NotificationSettings {
    /// That something is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished: Option<bool>,
    /// That something has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
    /// That something waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<bool>,
    /// That a port can be reached, that somebody else has the one that was wanted, and that a link was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<bool>,
}

/// How the app is part of the desktop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct IntegrationSettings {
    /// Whether folders can be opened from the file manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_manager: Option<bool>,
    /// Whether `wharf://` links are opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<bool>,
    /// Whether there is an icon in the tray.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tray: Option<bool>,
    /// Whether the app stays in the tray when its window is closed, even if nothing runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_in_tray: Option<bool>,
    /// The program of the editor that environments are opened in, such as `code`; words after it are its first arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editor: Option<String>,
}

/// A person's settings as they stand, with where each is written and what is wrong with the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsResult {
    /// The file, whether it is there or not.
    pub path: String,
    /// What it says, as far as it could be understood.
    pub settings: Settings,
    /// Every setting that there is.
    pub entries: Vec<SettingEntry>,
    /// What is wrong with the file.
    pub diagnostics: Vec<FolderDiagnostic>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingEntry {
    /// Its name, such as `dotfiles.repository`.
    pub key: String,
    /// What the file says; absent where it says nothing that can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// What counts where the file says nothing; absent where that depends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The values that it can have, if it is one of a few.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub choices: Vec<String>,
    /// The line of the file where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The variable of the environment that comes before it just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overruled_by: Option<String>,
}
