//! Which files a project is made of.

use crate::paths::PathStyle;

/// Where files may be named.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSources<'a> {
    /// `dockerComposeFile` as written, one or many.
    pub configured: &'a [String],
    /// The folder of `devcontainer.json`.
    pub configuration_folder: &'a str,
    /// The workspace folder.
    pub folder: &'a str,
    /// `COMPOSE_FILE` of the environment.
    pub variable: Option<&'a str>,
    /// The text of `.env` in the workspace folder.
    pub env_file: Option<&'a str>,
    /// Whether the workspace folder has a `docker-compose.override.yml`.
    pub has_override: bool,
}

/// The files in the order in which they are given to Compose: the configuration's; where it names none (an empty list), those of
/// `COMPOSE_FILE` in the environment, then in `.env`, then Compose's own names (inventory 1.2).
#[must_use]
pub fn compose_files(sources: &FileSources<'_>, style: PathStyle) -> Vec<String> {
    if !sources.configured.is_empty() {
        let resolve = |file: &String| style.resolve(sources.configuration_folder, file);
        return sources.configured.iter().map(resolve).collect();
    }
    let of_env_file = || super::name::line_of(sources.env_file?, "COMPOSE_FILE");
    if let Some(list) =
        sources.variable.filter(|list| !list.is_empty()).map(str::to_owned).or_else(of_env_file)
    {
        let separator = if style == PathStyle::Windows { ';' } else { ':' };
        return list.split(separator).map(|file| style.resolve(sources.folder, file)).collect();
    }
    let mut files = vec![style.resolve(sources.folder, "docker-compose.yml")];
    if sources.has_override {
        files.push(style.resolve(sources.folder, "docker-compose.override.yml"));
    }
    files
}
