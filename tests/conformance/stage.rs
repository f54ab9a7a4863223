//! Where cases are played: an engine, a program, and a folder that both see.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use wharf_test_support::engines::Kind;

use crate::engine::Engine;

/// The program under test.
#[derive(Debug, Clone)]
pub(crate) enum Program {
    /// The pinned reference: the script that Node runs, and the folder of the programs that it needs.
    Reference(PathBuf),
    /// Wharf's binary, which is called by the name `devcontainer`.
    Wharf(PathBuf),
}

/// Where cases are played.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// Which family the engine is of.
    pub(crate) kind: Kind,
    /// The engine, for the suite.
    pub(crate) engine: Engine,
    /// Its socket, for the program.
    pub(crate) socket: PathBuf,
    /// The program.
    pub(crate) program: Program,
    /// A folder that the engine sees at the same path.
    pub(crate) root: PathBuf,
}

impl Stage {
    /// The folder of programs, one for each program under test: two clones of the project may play at the same time.
    pub(crate) fn bin(&self) -> PathBuf {
        let (Program::Reference(program) | Program::Wharf(program)) = &self.program;
        let hash = Sha256::digest(program.as_os_str().as_encoded_bytes());
        let name: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        self.root.join("bin").join(name)
    }

    /// The program with these arguments and no environment but a search path; on a terminal of its own if wanted.
    pub(crate) fn command(&self, arguments: &[String], terminal: bool) -> Command {
        let bin = self.bin();
        let mut words: Vec<OsString> = match &self.program {
            Program::Reference(script) => vec![bin.join("node").into(), script.into()],
            Program::Wharf(_) => vec![bin.join("devcontainer").into()],
        };
        words.extend(arguments.iter().map(OsString::from));
        let mut command = if terminal {
            // util-linux's `script` makes the terminal and hands on the exit code.
            let quoted: Vec<String> = words.iter().map(|word| quote(&word.to_string_lossy())).collect();
            let mut command = Command::new("/usr/bin/script");
            command.args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"]);
            command
        } else {
            let mut command = Command::new(&words[0]);
            command.args(&words[1..]);
            command
        };
        let mut path = bin.into_os_string();
        path.push(":/usr/bin:/bin");
        command.env_clear().env("PATH", path);
        if terminal {
            command.env("TERM", "xterm").env("SHELL", "/bin/sh");
        }
        command
    }
}

/// The word as a shell reads it back.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Readies `bin/`, the only folder on the programs' PATH besides the system's two.
pub(crate) fn prepare(stage: &Stage) -> Result<(), String> {
    let bin = stage.bin();
    std::fs::create_dir_all(&bin).map_err(|error| error.to_string())?;
    std::fs::set_permissions(&stage.root, std::fs::Permissions::from_mode(0o755))
        .map_err(|error| error.to_string())?;
    match &stage.program {
        Program::Reference(_) => {
            link(&find_program("node")?, &bin.join("node"))?;
            link(&find_program("docker")?, &bin.join("docker"))?;
            name_unknown_users(&bin.join("id"))
        }
        Program::Wharf(binary) => place_program(binary, &bin.join("devcontainer")),
    }
}

/// Puts the program where every user can reach it: some cases run it as others, and cargo's target folder may lie below a home that is closed
/// to them.
pub(crate) fn place_program(binary: &Path, place: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", place.display());
    let built = std::fs::metadata(binary).map_err(told)?;
    let same = |there: std::fs::Metadata| {
        let linked = there.dev() == built.dev() && there.ino() == built.ino();
        linked || (there.len() == built.len() && there.modified().ok() == built.modified().ok())
    };
    if std::fs::metadata(place).is_ok_and(same) {
        return Ok(());
    }
    // The tests of one run race here, so the program appears whole.
    let fresh = beside(place);
    if std::fs::hard_link(binary, &fresh).is_err() {
        std::fs::copy(binary, &fresh).map_err(told)?;
        let copied = File::options().write(true).open(&fresh).map_err(told)?;
        copied.set_modified(built.modified().map_err(told)?).map_err(told)?;
    }
    std::fs::rename(&fresh, place).map_err(told)?;
    // Between two names of one file a rename does nothing, so the second name may still be there.
    let _ = std::fs::remove_file(&fresh);
    Ok(())
}

pub(crate) fn link(target: &Path, place: &Path) -> Result<(), String> {
    if std::fs::read_link(place).is_ok_and(|there| there == target) {
        return Ok(());
    }
    // The tests of one run race here, so the link appears whole.
    let fresh = beside(place);
    symlink(target, &fresh)
        .and_then(|()| std::fs::rename(&fresh, place))
        .map_err(|error| format!("{}: {error}", place.display()))
}

/// Waits until nobody else has the turn. The end of the process ends it too.
pub(crate) fn take_turn(path: &Path) -> Result<File, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(fail)?;
    let turn = File::create(path).map_err(fail)?;
    turn.lock().map_err(fail)?;
    Ok(turn)
}

/// A name that no other test of this run chooses.
fn beside(place: &Path) -> PathBuf {
    place.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()))
}

/// The reference asks `id` for a name, and a case may be played as a user id that this machine has no name for.
fn name_unknown_users(program: &Path) -> Result<(), String> {
    let text = "#!/bin/sh\nif [ \"$*\" = '-u -n' ]; then echo somebody; else exec /usr/bin/id \"$@\"; fi\n";
    let fresh = beside(program);
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)))
        .and_then(|()| std::fs::rename(&fresh, program))
        .map_err(|error| format!("{}: {error}", program.display()))
}

fn find_program(name: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .ok_or_else(|| format!("`{name}` is not on PATH; recording needs it"))
}
