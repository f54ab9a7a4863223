//! Profiles that nobody names on a command line: which of a project's services they start is Compose's to say, as its versions differ in
//! which `.env` files they read and in how.

use super::project::ComposeProject;

/// The variable that names the profiles.
const PROFILES: &str = "COMPOSE_PROFILES";
/// The variable that names files in the place of `.env`.
const OTHER_FILES: &str = "COMPOSE_ENV_FILES";

/// Whether profiles may be active: a variable of the environment says so or names files that may, or one of the `.env` files does.
#[must_use]
pub fn may_have_profiles<'a>(
    mut variables: impl Iterator<Item = &'a str>,
    mut env_files: impl Iterator<Item = &'a [u8]>,
) -> bool {
    // On Windows the names of variables are the same in whichever case.
    let same = |name: &str, variable: &str| name.eq_ignore_ascii_case(variable);
    variables.any(|name| same(name, PROFILES) || same(name, OTHER_FILES))
        || env_files.any(|text| {
            text.windows(PROFILES.len()).any(|word| word.eq_ignore_ascii_case(PROFILES.as_bytes()))
        })
}

impl ComposeProject {
    /// Whether one of its services waits for a profile.
    #[must_use]
    pub fn has_profiles(&self) -> bool {
        self.services.values().any(|service| !service.profiles.is_empty())
    }

    /// Takes the services that Compose would start by itself, a line each (`config --services`), for such.
    #[must_use]
    pub fn with_enabled(mut self, answer: &str) -> Self {
        let waits =
            |name: &&str| self.services.get(*name).is_some_and(|service| !service.profiles.is_empty());
        self.enabled = answer.lines().map(str::trim).filter(waits).map(str::to_owned).collect();
        self
    }
}
