//! `wharf open`: the app, at a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wharf_api::ErrorResult;

use crate::door::{Door, Failure};

/// The app's program.
const PROGRAM: &str = "wharf-desktop";
/// How long the app is watched: one that cannot open a window ends sooner.
const WATCHED: Duration = Duration::from_millis(400);

/// Open the app, at a folder if one is given
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf open                  the app
  wharf open .                the app, at the folder you are in
  wharf open ~/src/api-server

An app that is open already comes to the front and takes the folder.")]
pub(crate) struct Args {
    /// The folder to open
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(super) fn run(door: &Door, arguments: &Args) -> u8 {
    let Some(program) = app() else {
        return door.fail(&not_installed("install Wharf's app; `wharf up` does the same in a terminal"));
    };
    let ended = start(&program, arguments.folder.as_deref()).and_then(|mut app| early_end(&mut app));
    match ended {
        Ok(None) => 0,
        Ok(Some(status)) if status.success() => 0,
        Ok(Some(status)) => door.fail(&Failure::Said(Box::new(ErrorResult {
            message: format!("the app ended right after its start ({status})"),
            hint: Some(format!("start {} by itself to read why", program.display())),
            ..ErrorResult::default()
        }))),
        Err(error) => door.fail(&Failure::System(error)),
    }
}

/// The app's program, if it is installed.
pub(super) fn app() -> Option<PathBuf> {
    let beside = std::env::current_exe().and_then(std::fs::canonicalize).ok();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    find(beside.as_deref().and_then(Path::parent), &paths)
}

/// That it is not, and what to do instead.
pub(super) fn not_installed(hint: &str) -> Failure {
    Failure::Said(Box::new(ErrorResult {
        message: format!("the app is not installed: there is no {PROGRAM} beside wharf or on PATH"),
        hint: Some(hint.to_owned()),
        ..ErrorResult::default()
    }))
}

/// The app's program: beside this one, where an installation puts both, else on the search path.
fn find(beside: Option<&Path>, paths: &OsStr) -> Option<PathBuf> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let on_path = std::env::split_paths(paths).filter(|folder| folder.is_absolute());
    beside
        .map(Path::to_path_buf)
        .into_iter()
        .chain(on_path)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

/// Starts the app as a program of its own, which the end of this terminal does not end.
fn start(program: &Path, folder: Option<&Path>) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    if let Some(folder) = folder {
        // After the dashes even a folder named like a flag is a folder.
        command.arg("--").arg(folder);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(
        &mut command,
        windows_sys::Win32::System::Threading::DETACHED_PROCESS,
    );
    command.spawn()
}

/// How the app ended, if it did so at once.
fn early_end(app: &mut Child) -> std::io::Result<Option<std::process::ExitStatus>> {
    let end = Instant::now() + WATCHED;
    while Instant::now() < end {
        if let Some(status) = app.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_looked_for_beside_this_program_and_then_on_the_path() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str, with_app: bool| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            if with_app {
                std::fs::write(folder.join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX)), "")
                    .unwrap();
            }
            folder
        };
        let (empty, one, two) = (folder("empty", false), folder("one", true), folder("two", true));
        let path = std::env::join_paths([&empty, &two]).unwrap();
        let found = |beside: Option<&Path>, path: &OsStr| {
            find(beside, path).map(|program| program.parent().unwrap().to_path_buf())
        };
        assert_eq!(found(Some(&one), &path), Some(one.clone()));
        assert_eq!(found(Some(&empty), &path), Some(two.clone()));
        assert_eq!(found(None, &path), Some(two));
        assert_eq!(found(Some(&empty), OsStr::new("")), None);
    }
}
