//! Newer versions of the app, where its build says where they are and whose key signs them. Without both nothing is ever asked for: that
//! is how it comes, since a package of a distribution is not to replace itself.

use tauri::{AppHandle, Config};
use tauri_plugin_updater::UpdaterExt as _;

use crate::desktop;
use crate::text::words;
use crate::window;

/// Looks once for a newer version, asks the person, and starts it in the place of this one.
pub(crate) async fn look(app: AppHandle) {
    if !is_configured(app.config()) {
        return;
    }
    // Without a network there is no newer version today.
    let Ok(updater) = app.updater() else { return };
    let Ok(Some(update)) = updater.check().await else { return };
    let words = words();
    let asked = format!("{} {}", words.update_text, update.version);
    if desktop::ask(&app, words.update_title, &asked, words.update).await
        && !window::is_busy(&app)
        && update.download_and_install(|_, _| {}, || {}).await.is_ok()
    {
        app.restart();
    }
}

/// Whether there is an address to ask, and a key that its answers are held to.
fn is_configured(config: &Config) -> bool {
    let Some(updater) = config.plugins.0.get("updater") else { return false };
    let key = updater["pubkey"].as_str().unwrap_or_default();
    !key.is_empty() && updater["endpoints"].as_array().is_some_and(|endpoints| !endpoints.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_for_without_an_address_and_a_key() {
        let configured = |updater: &str| {
            let text = format!(r#"{{"identifier": "test", "plugins": {{"updater": {updater}}}}}"#);
            is_configured(&serde_json::from_str(&text).unwrap())
        };
        assert!(!configured(r#"{"endpoints": [], "pubkey": ""}"#));
        assert!(!configured(r#"{"endpoints": ["https://example.com"], "pubkey": ""}"#));
        assert!(!configured(r#"{"endpoints": [], "pubkey": "key"}"#));
        assert!(configured(r#"{"endpoints": ["https://example.com"], "pubkey": "key"}"#));
        let ours = include_str!("../tauri.conf.json");
        assert!(
            !is_configured(&serde_json::from_str(ours).unwrap()),
            "that is the business of who releases it"
        );
    }
}
