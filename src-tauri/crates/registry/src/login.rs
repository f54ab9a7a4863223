//! What a person's tools keep to log in to a registry, for Features and Templates (inventory of the reference's behaviour, 4.3): the
//! reference's places in its order, and Podman's file after Docker's.
//!
//! A place that cannot be read is passed over, as the reference does: most of what is asked for is public. What went wrong is kept
//! for the message about a registry that refuses.

use crate::auth_file::AuthFile;
use crate::client::encoded;
use crate::credentials::{Credentials, Surroundings};
use crate::error::Error;
use crate::helper;

/// What can be shown to a registry.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Login {
    /// Name and password as they are sent.
    pub(crate) basic: Option<String>,
    /// A token that other tokens are handed out for.
    pub(crate) refresh: Option<String>,
    /// Where they were found.
    pub(crate) origin: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets stay out of logs.
        formatter.debug_struct("Login").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Login {
    fn basic(name: &str, password: &str, origin: &str) -> Login {
        Login { basic: Some(encoded(name, password)), refresh: None, origin: origin.to_owned() }
    }

    fn of(found: Credentials, origin: String) -> Login {
        match found.identity_token {
            Some(token) => Login { basic: None, refresh: Some(token), origin },
            None => Login { basic: Some(encoded(&found.username, &found.password)), refresh: None, origin },
        }
    }
}

/// Looks for what is kept for a registry; nothing of it is needed for what is public.
pub(crate) async fn login(registry: &str, surroundings: &Surroundings<'_>) -> Login {
    if let Some(found) = from_variable(registry, surroundings) {
        return found;
    }
    match from_tools(registry, surroundings).await {
        Ok(Some(found)) => return found,
        Ok(None) => {}
        Err(error) => tracing::info!(registry, %error, "credentials cannot be read"),
    }
    let github = surroundings.set("GITHUB_HOST").is_none_or(|host| host == "github.com");
    match surroundings.set("GITHUB_TOKEN") {
        Some(token) if registry == "ghcr.io" && github => Login::basic("USERNAME", &token, "GITHUB_TOKEN"),
        _ => Login::default(),
    }
}

/// `DEVCONTAINERS_OCI_AUTH`: `registry|user|token`, more of them after commas.
fn from_variable(registry: &str, surroundings: &Surroundings<'_>) -> Option<Login> {
    const NAME: &str = "DEVCONTAINERS_OCI_AUTH";
    let text = surroundings.set(NAME)?;
    text.split(',').find_map(|entry| {
        let mut parts = entry.split('|');
        let (host, user, token) = (parts.next()?, parts.next()?, parts.next()?);
        (host == registry).then(|| Login::basic(user, token, NAME))
    })
}

async fn from_tools(registry: &str, surroundings: &Surroundings<'_>) -> Result<Option<Login>, Error> {
    let path = surroundings.set("PATH");
    let keys = crate::credentials::keys(registry, "");
    let mut any = false;
    let mut failure = None;
    for path_of_file in crate::credentials::files(surroundings) {
        let file = match AuthFile::read(&path_of_file) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            Err(error) => {
                failure.get_or_insert(error);
                continue;
            }
        };
        any |= file.keeps_anything();
        if let Some(name) = file.helper(&keys) {
            match helper::ask(name, registry_for_helper(&keys), path.as_deref()).await {
                Ok(Some(found)) => {
                    let origin = format!("docker-credential-{name}, which {} names", path_of_file.display());
                    return Ok(Some(Login::of(found, origin)));
                }
                Ok(None) => {}
                Err(error) => tracing::info!(registry, %error, "a helper gives no credentials"),
            }
        }
        if let Some(found) = file.credentials(&keys) {
            return Ok(Some(Login::of(found, path_of_file.display().to_string())));
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    // Nobody has logged in with a tool that keeps a file, so the system's own keeper may know.
    for name in system_helpers(path.as_deref()).iter().filter(|_| !any) {
        match helper::ask(name, registry_for_helper(&keys), path.as_deref()).await {
            Ok(Some(found)) => return Ok(Some(Login::of(found, format!("docker-credential-{name}")))),
            Ok(None) => {}
            Err(error) => tracing::debug!(registry, %error, "the system's helper gives no credentials"),
        }
    }
    Ok(None)
}

/// Helpers know Docker Hub by its old address, and every other registry by its host.
fn registry_for_helper(keys: &[String]) -> &str {
    keys.first().map_or("", String::as_str)
}

/// The helpers that may keep credentials on this system when nobody said otherwise. The reference asks for `secret`, and the program
/// that exists is `secretservice`.
fn system_helpers(path: Option<&str>) -> &'static [&'static str] {
    if cfg!(windows) {
        &["wincred"]
    } else if cfg!(target_os = "macos") {
        &["osxkeychain"]
    } else if path.is_some_and(|path| std::env::split_paths(path).any(|folder| folder.join("pass").is_file()))
    {
        &["pass"]
    } else {
        &["secretservice", "secret"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `USERNAME:token`.
    const TOKEN: Option<&str> = Some("VVNFUk5BTUU6dG9rZW4=");
    /// `u:p`.
    const KEPT: Option<&str> = Some("dTpw");

    #[tokio::test]
    async fn github_s_token_is_for_github_s_own_registry_and_comes_last() {
        // With an entry in the file no helper of this computer is asked.
        let other = r#"{"auths":{"x.io":{"auth":"eDp5"}}}"#;
        let own = r#"{"auths":{"ghcr.io":{"auth":"dTpw"}}}"#;
        let cases = [
            ("ghcr.io", other, Some("token"), None, TOKEN),
            ("ghcr.io", other, Some("token"), Some("github.com"), TOKEN),
            ("ghcr.io", other, Some("token"), Some(""), TOKEN),
            ("ghcr.io", other, Some("token"), Some("ghe.example"), None),
            ("ghcr.io", other, Some(""), None, None),
            ("ghcr.io", other, None, None, None),
            // What Docker keeps counts before it, and a file that nobody can read does not.
            ("ghcr.io", own, Some("token"), None, KEPT),
            ("ghcr.io", own, Some("token"), Some("ghe.example"), KEPT),
            ("ghcr.io", "{", Some("token"), None, TOKEN),
            // Nobody else is shown it.
            ("docker.io", other, Some("token"), None, None),
            ("docker.pkg.github.com", other, Some("token"), None, None),
            ("ghcr.io.example", other, Some("token"), None, None),
            ("ghe.example", other, Some("token"), Some("ghe.example"), None),
        ];
        for (registry, config, token, host, expected) in cases {
            let home = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(home.path().join(".docker")).unwrap();
            std::fs::write(home.path().join(".docker/config.json"), config).unwrap();
            let environment = |name: &str| match name {
                "GITHUB_TOKEN" => token.map(str::to_owned),
                "GITHUB_HOST" => host.map(str::to_owned),
                _ => None,
            };
            let surroundings = Surroundings { environment: &environment, home: Some(home.path().to_owned()) };
            let found = login(registry, &surroundings).await;
            let case = format!("{registry} {config} {token:?} {host:?}");
            assert_eq!((found.basic.as_deref(), found.refresh.as_deref()), (expected, None), "{case}");
            assert_eq!(found.origin == "GITHUB_TOKEN", expected == TOKEN, "{case}");
        }
    }
}
