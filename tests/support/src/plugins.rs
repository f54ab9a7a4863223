//! Docker's plugins Compose and buildx, as `cargo xtask engines up` unpacks them: Compose is a program by itself too.

use std::path::{Path, PathBuf};

use crate::engines::{COMMAND, home};

/// Their folder, inside the folder of everything that tests need.
pub const FOLDER: &str = "tools/docker-plugins";
/// Compose 2; it may be started by itself, with the engine's address in `DOCKER_HOST`.
pub const COMPOSE: &str = "docker-compose";
/// The plugin that the reference builds with.
pub const BUILDX: &str = "docker-buildx";

/// Where a plugin lies below the tests' home.
#[must_use]
pub fn path(home: &Path, plugin: &str) -> PathBuf {
    home.join(FOLDER).join(plugin)
}

/// The program Compose.
///
/// # Panics
/// When it was not unpacked; the message names the command to run.
#[must_use]
pub fn compose() -> PathBuf {
    match home().map(|home| path(&home, COMPOSE)) {
        Ok(path) if path.exists() => path,
        Ok(path) => panic!("{} is not there; run `{COMMAND}`, which brings it", path.display()),
        Err(error) => panic!("{error}"),
    }
}
