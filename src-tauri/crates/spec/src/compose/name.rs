//! What a project is called: the reference's rule, and the few names that Compose would refuse mended.

use super::project::ComposeProject;
use crate::paths::PathStyle;

/// What Compose calls a project whose folder is `.devcontainer`.
const FOLDER_NAME: &str = "devcontainer";

/// Where a name may come from.
#[derive(Debug, Clone, Copy, Default)]
pub struct NameSources<'a> {
    /// `COMPOSE_PROJECT_NAME` of the environment.
    pub variable: Option<&'a str>,
    /// The text of `.env` in the workspace folder.
    pub env_file: Option<&'a str>,
    /// The workspace folder.
    pub folder: &'a str,
    /// The first Compose file.
    pub first_file: Option<&'a str>,
    /// Whether one of the files gives the project a name itself.
    pub is_named: bool,
    /// The volume that the workspace lies in, where it is no folder: other volumes may have a folder of this name.
    pub volume: Option<&'a str>,
    /// Whether the program is older than 1.21, which allowed letters and digits alone.
    pub letters_alone: bool,
}

/// The project's name, as the reference finds it (inventory 7.7).
///
/// It is one that Compose takes: where the rule leaves nothing that a name can begin with, what is in front is dropped, and of a folder
/// without any such letter its workspace's kind of name remains.
#[must_use]
pub fn project_name(sources: &NameSources<'_>, project: &ComposeProject, style: PathStyle) -> String {
    let plain = |text: &str| allowed(text, sources.letters_alone);
    let named = |text: Option<String>| text.map(|text| plain(&text)).filter(|name| !name.is_empty());
    if let Some(name) = named(sources.variable.map(str::to_owned)) {
        return usable_project_name(&name);
    }
    if let Some(name) = named(sources.env_file.and_then(|text| line_of(text, "COMPOSE_PROJECT_NAME"))) {
        return usable_project_name(&name);
    }
    // Compose names a project without name after its folder: `devcontainer` where that is `.devcontainer`.
    let by_folder = |name: &str| !sources.is_named && (name == FOLDER_NAME || sources.volume.is_some());
    if let Some(name) = project.name.as_deref().filter(|name| !by_folder(name)) {
        return usable_project_name(&plain(name));
    }
    if let Some(volume) = sources.volume {
        return usable_project_name(&plain(volume));
    }
    let folder =
        sources.first_file.map_or_else(|| sources.folder.to_owned(), |file| style.dirname(file).to_owned());
    if style.relative(&style.resolve(sources.folder, ".devcontainer"), &folder).is_empty() {
        let name = plain(&format!("{}_{FOLDER_NAME}", style.basename(sources.folder)));
        return usable_project_name(&name);
    }
    usable_project_name(&plain(style.basename(&folder)))
}

/// A name that Compose takes: it begins with a letter or a digit, and is never empty.
#[must_use]
pub fn usable_project_name(name: &str) -> String {
    let name = name.trim_start_matches(['-', '_']);
    if name.is_empty() { FOLDER_NAME.to_owned() } else { name.to_owned() }
}

fn allowed(text: &str, letters_alone: bool) -> String {
    let keep = |character: &char| match character {
        'a'..='z' | '0'..='9' => true,
        '-' | '_' => !letters_alone,
        _ => false,
    };
    text.to_lowercase().chars().filter(keep).collect()
}

/// The value of the first line `NAME=value` of an environment file that is not empty.
pub(super) fn line_of(text: &str, name: &str) -> Option<String> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('=').filter(|rest| !rest.is_empty()))?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
