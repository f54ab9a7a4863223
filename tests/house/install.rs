//! The install script, run by a real shell against a server on loopback: the right package, a wrong one, and none.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A release: packages, the scripts that belong to it, and an empty home to install into.
struct Release {
    folder: tempfile::TempDir,
}

impl Release {
    /// Packs a program that only says its name, and makes the scripts as a release does.
    fn make(address: &str) -> Release {
        let release = Release { folder: tempfile::tempdir().unwrap() };
        let name = format!("wharf-{}-{}", env!("CARGO_PKG_VERSION"), platform());
        let content = release.path("content").join(&name);
        std::fs::create_dir_all(&content).unwrap();
        std::fs::create_dir_all(release.path("out")).unwrap();
        std::fs::create_dir_all(release.path("home")).unwrap();
        std::fs::write(content.join("wharf"), "#!/bin/sh\necho \"wharf runs as ${0##*/}\"\n").unwrap();
        std::fs::set_permissions(content.join("wharf"), PermissionsExt::from_mode(0o755)).unwrap();
        run(Command::new("tar")
            .arg("-czf")
            .arg(release.package())
            .arg("-C")
            .arg(release.path("content"))
            .arg(&name));
        run(Command::new(env!("CARGO_BIN_EXE_wharf-xtask"))
            .args(["dist", "installers", "--address", address, "--out"])
            .arg(release.path("out")));
        release
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn package(&self) -> PathBuf {
        self.path("out").join(format!("wharf-{}-{}.tar.gz", env!("CARGO_PKG_VERSION"), platform()))
    }

    fn installed(&self, name: &str) -> PathBuf {
        self.path("home/.local/bin").join(name)
    }

    /// Runs the script as a person would who has nothing but a shell.
    fn install(&self, arguments: &[&str], address: &str) -> Output {
        Command::new("sh")
            .arg(self.path("out/install.sh"))
            .args(arguments)
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.folder.path())
            .env("WHARF_INSTALL_ADDRESS", address)
            .env_remove("http_proxy")
            .env_remove("HTTP_PROXY")
            .output()
            .unwrap()
    }

    /// What the folder of programs holds.
    fn programs(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("home/.local/bin"));
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn platform() -> String {
    let system = if cfg!(target_os = "macos") { "macos" } else { "linux" };
    format!("{}-{system}", std::env::consts::ARCH)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Serves the files of a folder until the test ends; answers where.
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let folder = folder.to_path_buf();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            answer(connection, &folder);
        }
    });
    address
}

fn answer(mut connection: TcpStream, folder: &Path) {
    let mut request = String::new();
    let mut lines = BufReader::new(connection.try_clone().unwrap());
    while lines.read_line(&mut request).is_ok_and(|length| length > 2) {}
    let path = request.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/');
    let (status, body) = match std::fs::read(folder.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&body));
}

#[test]
fn what_was_released_is_installed_and_runs() {
    let release = Release::make("https://release.test/v1");
    let address = serve(&release.path("out"));
    let output = release.install(&[], &address);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("is not on your search path"), "{}", said(&output));
    assert_eq!(release.programs(), ["wharf"]);
    let answer = Command::new(release.installed("wharf")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "wharf runs as wharf\n");

    // Again, over what is there, with the other name.
    let output = release.install(&["--with-devcontainer"], &address);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(release.programs(), ["devcontainer", "wharf"]);
    let answer = Command::new(release.installed("devcontainer")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "wharf runs as devcontainer\n");

    let elsewhere = release.path("elsewhere");
    let output = release.install(&["--to", &elsewhere.display().to_string()], &address);
    assert!(output.status.success() && elsewhere.join("wharf").is_file(), "{}", said(&output));
}

#[test]
fn a_package_with_another_checksum_is_refused() {
    let release = Release::make("https://release.test/v1");
    let address = serve(&release.path("out"));
    let mut package = std::fs::read(release.package()).unwrap();
    package.push(0);
    std::fs::write(release.package(), package).unwrap();
    let output = release.install(&[], &address);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("is not what was released: its checksum is"), "{}", said(&output));
    assert!(release.programs().is_empty(), "{:?}", release.programs());
}

#[test]
fn without_the_network_it_says_so_and_leaves_nothing() {
    let release = Release::make("https://release.test/v1");
    let empty = tempfile::tempdir().unwrap();
    // Nobody listens; and somebody does, but has no such file.
    for address in ["http://127.0.0.1:9".to_owned(), serve(empty.path())] {
        let output = release.install(&[], &address);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(".tar.gz cannot be loaded"), "{}", said(&output));
        assert!(release.programs().is_empty(), "{:?}", release.programs());
        let left = std::fs::read_dir(release.folder.path()).unwrap().flatten();
        let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("tmp.")).count();
        assert_eq!(left, 0, "temporary folders are left");
    }
}

#[test]
fn a_devcontainer_of_another_maker_stays() {
    let release = Release::make("https://release.test/v1");
    let address = serve(&release.path("out"));
    std::fs::create_dir_all(release.path("home/.local/bin")).unwrap();
    let theirs = release.installed("devcontainer");
    std::fs::write(&theirs, "theirs").unwrap();
    let output = release.install(&["--with-devcontainer"], &address);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("is not ours"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "theirs");
    std::fs::remove_file(&theirs).unwrap();
    symlink("/usr/bin/other", &theirs).unwrap();
    let output = release.install(&["--with-devcontainer"], &address);
    assert!(said(&output).contains("is a link to /usr/bin/other"), "{}", said(&output));
    assert_eq!(release.programs(), ["devcontainer"]);
}

#[test]
fn wrong_usage_and_half_a_script_do_nothing() {
    let release = Release::make("https://release.test/v1");
    let output = release.install(&["--nonsense"], "http://127.0.0.1:9");
    assert!(output.status.code() == Some(1) && said(&output).contains("there is no option --nonsense"));
    let script = std::fs::read_to_string(release.path("out/install.sh")).unwrap();
    assert!(script.contains("https://release.test/v1"), "the script does not know where its release is");
    // A connection that breaks leaves a beginning of the script.
    let half = script.rsplit_once("main \"$@\"").unwrap().0;
    std::fs::write(release.path("out/install.sh"), half).unwrap();
    let output = release.install(&[], "http://127.0.0.1:9");
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
}
