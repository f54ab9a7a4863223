//! What a person has set about the app, read from their settings whenever it counts: a file of some lines, that may be edited while the
//! app runs.

use serde_json::Value;
use tauri::{AppHandle, Manager as _};
use tauri_plugin_autostart::ManagerExt as _;
use wharf_api::{Settings, SettingsResult, ThemeSetting};

use crate::commands::{Answer, told};
use crate::{desktop, tray, window};

/// The language of a person who has chosen none.
pub(crate) const SYSTEM: &str = "system";

/// The editor that environments are opened in.
const EDITOR: &str = "integration.editor";

/// The settings that this program looks at, with what counts where the file says nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Preferences {
    pub(crate) language: String,
    pub(crate) theme: Option<tauri::Theme>,
    pub(crate) zoom: f64,
    pub(crate) tell_finished: bool,
    pub(crate) tell_failed: bool,
    pub(crate) tell_questions: bool,
    pub(crate) tell_ports: bool,
    pub(crate) autostart: bool,
    pub(crate) links: bool,
    pub(crate) tray: bool,
    pub(crate) keep_in_tray: bool,
}

impl From<&Settings> for Preferences {
    fn from(settings: &Settings) -> Self {
        let Settings { appearance, notifications, integration, autostart, .. } = settings;
        Self {
            language: appearance.language.clone().unwrap_or_else(|| SYSTEM.to_owned()),
            theme: match appearance.theme {
                Some(ThemeSetting::Light) => Some(tauri::Theme::Light),
                Some(ThemeSetting::Dark) => Some(tauri::Theme::Dark),
                Some(ThemeSetting::System) | None => None,
            },
            zoom: appearance.zoom.unwrap_or(1.0),
            tell_finished: notifications.finished.unwrap_or(true),
            tell_failed: notifications.failed.unwrap_or(true),
            tell_questions: notifications.questions.unwrap_or(true),
            tell_ports: notifications.ports.unwrap_or(true),
            autostart: autostart.unwrap_or(false),
            links: integration.links.unwrap_or(true),
            tray: integration.tray.unwrap_or(true),
            keep_in_tray: integration.keep_in_tray.unwrap_or(false),
        }
    }
}

/// What is set now. A file that cannot be read says nothing; the page of settings says why.
pub(crate) fn load() -> Preferences {
    Preferences::from(&wharf_runner::settings().map(|found| found.settings).unwrap_or_default())
}

/// Makes what is set count for the window, the tray and the start of the session.
pub(crate) fn apply(app: &AppHandle, preferences: &Preferences) {
    if let Some(window) = app.get_webview_window(window::MAIN) {
        // A web view that cannot be drawn larger stays as it is.
        let _ = window.set_zoom(preferences.zoom);
        let _ = window.set_theme(preferences.theme);
    }
    tray::show(app, preferences.tray);
}

/// The person's settings.
#[tauri::command]
pub(crate) fn settings() -> Answer<SettingsResult> {
    wharf_runner::settings().map_err(told)
}

/// Changes one setting, and makes it count at once. Without a value it is taken out of the file.
#[tauri::command]
pub(crate) fn change_setting(app: AppHandle, key: &str, value: Option<Value>) -> Answer<SettingsResult> {
    let before = load();
    if key == EDITOR {
        desktop::check_editor(value.as_ref()).map_err(desktop::refused)?;
    }
    let changed = wharf_runner::change_setting(key, value.as_ref()).map_err(told)?;
    let now = Preferences::from(&changed.settings);
    if now.autostart != before.autostart {
        let launch = app.autolaunch();
        let done = if now.autostart { launch.enable() } else { launch.disable() };
        done.map_err(|error| desktop::refused(error.to_string()))?;
    }
    apply(&app, &now);
    if now.language != before.language {
        tray::draw(&app);
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_it_comes() {
        let preferences = Preferences::from(&Settings::default());
        assert_eq!(preferences.language, SYSTEM);
        assert_eq!((preferences.theme, preferences.zoom), (None, 1.0));
        assert!(preferences.tell_finished && preferences.tell_failed);
        assert!(preferences.tell_questions && preferences.tell_ports);
        assert!(preferences.links && preferences.tray);
        assert!(!preferences.autostart && !preferences.keep_in_tray);
    }
}
