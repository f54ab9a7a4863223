//! What this machine is and has: its distribution, its packages, its privileges; and how xtask starts programs on it.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "engines and images are made on Linux only"))]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The folder of the clone that this program was built from.
pub(crate) fn clone_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(3).unwrap_or(manifest).to_path_buf()
}

/// The distribution, as far as it matters for installing packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Distribution {
    /// Debian or one that says it is like it, with apt.
    Debian,
    /// Ubuntu or one that says it is like it, with apt but with another archive.
    Ubuntu,
    /// Anything else, by the name it gives itself.
    Other(String),
}

/// Reads `/etc/os-release`.
pub(crate) fn distribution() -> Distribution {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    distribution_from(&text)
}

fn distribution_from(os_release: &str) -> Distribution {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|value| value.trim_matches(['"', '\'']).to_owned())
            .unwrap_or_default()
    };
    let like = format!("{} {}", value("ID"), value("ID_LIKE"));
    // Ubuntu's relatives name both, so Ubuntu comes first.
    if like.split_whitespace().any(|word| word == "ubuntu") {
        Distribution::Ubuntu
    } else if like.split_whitespace().any(|word| word == "debian") {
        Distribution::Debian
    } else {
        let name = value("PRETTY_NAME");
        Distribution::Other(if name.is_empty() { std::env::consts::OS.to_owned() } else { name })
    }
}

/// A program with the folders of system administration on its search path, which an ordinary user's shell leaves out.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", search_path()).env("LC_ALL", "C.UTF-8");
    command
}

/// The search path of this process, on Unix with the folders that ordinary users lack.
fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own: Vec<PathBuf> =
        std::env::split_paths(&path).filter(|folder| !folder.as_os_str().is_empty()).collect();
    let common = if cfg!(unix) { COMMON_FOLDERS } else { &[] };
    let missing = common.iter().map(PathBuf::from).filter(|folder| !own.contains(folder));
    std::env::join_paths(own.iter().cloned().chain(missing)).unwrap_or(path)
}

/// Where Unix keeps its programs.
const COMMON_FOLDERS: &[&str] =
    &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The setting of the search path, for `env` to hand on where sudo would replace it.
fn search_path_setting() -> OsString {
    let mut setting = OsString::from("PATH=");
    setting.push(search_path());
    setting
}

/// The same program run as root: directly, or through sudo.
pub(crate) fn command_as_root(program: &str) -> Command {
    if is_root() {
        return command(program);
    }
    let mut sudo = command("sudo");
    sudo.arg("env").arg("LC_ALL=C.UTF-8").arg(search_path_setting()).arg(program);
    sudo
}

/// Runs a program whose output nobody needs unless it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// Runs a program and answers what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` could not be started"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a long-lasting program with its output in a file; a failure shows the file's last lines.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    let shown = shown(command);
    let file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .status()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status}); the end of {}:\n{}", log.display(), tail(log, 15));
    }
    Ok(())
}

/// The last lines of a text file, for an error message.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The program and its arguments as a person would type them, cut to a readable length.
fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether a program of that name is on the search path.
pub(crate) fn has_program(name: &str) -> bool {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&search_path()).any(|folder| folder.join(&file).is_file())
}

/// Whether this process may do everything.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this process may do everything; there is no such user on this system.
#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

/// Makes sure of Debian packages, saying which ones it installs before it does. Elsewhere the error says what to install by hand.
pub(crate) fn ensure_packages(purpose: &str, packages: &[&str]) -> Result<()> {
    if let Distribution::Other(name) = distribution() {
        bail!(
            "{purpose} needs these Debian packages or what corresponds to them on {name}: {}. Install them by hand and run this again.",
            packages.join(" ")
        );
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() && !has_program("sudo") {
        bail!(
            "{purpose} needs packages that only root can install, and there is no sudo. Run as root: apt-get install {}",
            missing.join(" ")
        );
    }
    let through = if is_root() { "" } else { " through sudo" };
    println!("Installing with apt-get{through} for {purpose}: {}", missing.join(" "));
    if !missing.iter().all(|name| has_candidate(name)) {
        run(command_as_root("apt-get").args(["update", "-q"]))
            .context("the package lists could not be fetched")?;
    }
    if let Err(first) = install(&missing) {
        // Package lists that are older than the mirror's files name versions that are gone.
        run(command_as_root("apt-get").args(["update", "-q"])).with_context(|| format!("{first:#}"))?;
        install(&missing)?;
    }
    Ok(())
}

fn install(packages: &[&str]) -> Result<()> {
    let mut install = command_as_root("env");
    install.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-q",
        "-y",
        "--no-install-recommends",
    ]);
    run(install.args(packages)).context("apt-get could not install the packages")
}

/// Unpacks the packages that lie in `folder` into `root`, without installing them, and removes them.
pub(crate) fn unpack_packages(folder: &Path, root: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            run(command("dpkg").arg("-x").arg(entry.path()).arg(root))?;
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether dpkg has that package unpacked and configured.
pub(crate) fn is_installed(package: &str) -> bool {
    output(command("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn has_candidate(package: &str) -> bool {
    output(command("apt-cache").args(["policy", package]))
        .is_ok_and(|policy| policy.contains("Candidate:") && !policy.contains("Candidate: (none)"))
}

/// Runs this program as root, through sudo, and answers whether it had to.
///
/// # Errors
/// When there is no sudo, or the command failed there.
pub(crate) fn repeat_as_root(purpose: &str, arguments: &[&str]) -> Result<bool> {
    if is_root() {
        return Ok(false);
    }
    if !has_program("sudo") {
        bail!("{purpose} needs root, and there is no sudo; run the same command as root");
    }
    println!("{purpose} needs root: going on through sudo");
    let program = std::env::current_exe().context("the path of this program is not known")?;
    let mut sudo = command("sudo");
    sudo.arg("env").arg(search_path_setting());
    sudo.arg(format!("WHARF_XTASK_HOME={}", wharf_test_support::engines::home()?.display()));
    let status = sudo.arg(program).args(arguments).status().context("sudo could not be started")?;
    if !status.success() {
        bail!("the part that runs as root failed ({status})");
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{Distribution, distribution_from};

    #[test]
    fn distributions_are_told_apart_by_what_they_are_like() {
        let cases = [
            ("ID=debian\n", Distribution::Debian),
            ("ID=ubuntu\nID_LIKE=debian\n", Distribution::Ubuntu),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Distribution::Ubuntu),
            ("ID=raspbian\nID_LIKE=debian\n", Distribution::Debian),
            (
                "ID=fedora\nPRETTY_NAME=\"Fedora Linux 43\"\n",
                Distribution::Other("Fedora Linux 43".to_owned()),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(distribution_from(text), expected, "{text}");
        }
    }
}
