//! Base images without a registry: made once from Debian's packages, kept as one archive that every engine can load.
//!
//! The archive is in the format of `docker save`, written here and not by an engine, so that all engines get the same image ids and no
//! engine must run first.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;
use wharf_test_support::images::{BUSYBOX, DEBIAN, DEVCONTAINER, NAMES};
#[cfg(unix)]
use wharf_test_support::socket::Socket;

use crate::debootstrap::Recipe;
use crate::system;

/// What the Debian image consists of.
pub(crate) const DEBIAN_RECIPE: Recipe =
    Recipe { suite: "bookworm", packages: &["ca-certificates", "curl", "git", "procps", "sudo"] };

/// Raised when the way the archive is made changes, so that engines load the new one.
const VERSION: u32 = 2;

/// Without it `${containerEnv:PATH}` would be empty in every container.
const SEARCH_PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The archive of all test images, and the stamp by which an engine that loaded it knows it again.
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    pub(crate) stamp: String,
}

/// Which images an archive holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Debian alone, under its own name: what the examples stand on.
    Debian,
    /// Every image and name that tests use. Needs a static busybox at this place.
    All,
}

impl Selection {
    fn file(self) -> &'static str {
        match self {
            Self::Debian => "debian.tar",
            Self::All => "all.tar",
        }
    }

    /// The names that its images go by.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name).filter(move |name| self == Self::All || *name == DEBIAN)
    }

    /// The image that is quickest to start.
    pub(crate) fn smallest(self) -> &'static str {
        match self {
            Self::Debian => DEBIAN,
            Self::All => BUSYBOX,
        }
    }
}

/// Whether the engine has an image of that name.
#[cfg(unix)]
pub(crate) fn is_held(socket: &Socket, name: &str) -> bool {
    socket.get(&format!("/images/{name}/json")).is_ok_and(|answer| answer.is_success())
}

/// Where the Debian system lies that becomes the image.
pub(crate) fn debian_folder(home: &Path) -> PathBuf {
    home.join("images/debian")
}

/// Where the archive lies or will lie.
pub(crate) fn archive(home: &Path, selection: Selection) -> Archive {
    Archive {
        path: home.join("images").join(selection.file()),
        stamp: format!("{VERSION} {}", selection.file()),
    }
}

impl Archive {
    /// Whether it was made, whole, by this version.
    pub(crate) fn is_made(&self) -> bool {
        self.path.is_file()
            && std::fs::read_to_string(self.stamp_file()).is_ok_and(|stamp| stamp == self.stamp)
    }

    /// Gives the images to an engine.
    #[cfg(unix)]
    pub(crate) fn load(&self, socket: &Socket) -> Result<()> {
        let mut file = std::fs::File::open(&self.path)
            .with_context(|| format!("cannot read {}", self.path.display()))?;
        let length = file.metadata()?.len();
        let answer = socket
            .send("POST", "/images/load?quiet=1", "application/x-tar", length, &mut file)
            .context("the images could not be sent")?;
        let text = answer.text();
        if !answer.is_success() || text.contains("\"error\"") {
            bail!("the engine refuses the images ({}): {}", answer.status, text.trim());
        }
        if !is_held(socket, DEBIAN) {
            bail!("the engine took the archive of images, but {DEBIAN} is not among its images");
        }
        Ok(())
    }

    fn stamp_file(&self) -> PathBuf {
        self.path.with_extension("stamp")
    }
}

/// Makes the archive if it is not there. Needs root and debootstrap.
pub(crate) fn make(home: &Path, selection: Selection, busybox: Option<&Path>) -> Result<()> {
    let archive = archive(home, selection);
    if archive.is_made() {
        return Ok(());
    }
    let staging = home.join("images").join(format!("{}.staging", selection.file()));
    if staging.exists() {
        std::fs::remove_dir_all(&staging).with_context(|| format!("cannot remove {}", staging.display()))?;
    }
    std::fs::create_dir_all(&staging).with_context(|| format!("cannot make {}", staging.display()))?;
    let staging = Staging { folder: staging };

    let root = debian_folder(home);
    DEBIAN_RECIPE.make(&root)?;
    let debian = staging.layer("debian", &root)?;
    let names =
        |image: &str| NAMES.iter().filter(|(_, of)| *of == image).map(|(name, _)| *name).collect::<Vec<_>>();
    let mut manifest = Vec::new();
    match selection {
        Selection::Debian => {
            manifest.push(staging.image(&[DEBIAN], &[&debian], json!({ "Cmd": ["bash"] }))?)
        }
        Selection::All => {
            let busybox = busybox.context("the archive of all images needs a static busybox")?;
            let user = staging.layer("vscode", &user_folder(&staging.folder, &root)?)?;
            let tiny = staging.layer("busybox", &busybox_folder(&staging.folder, busybox)?)?;
            manifest.push(staging.image(&names(DEBIAN), &[&debian], json!({ "Cmd": ["bash"] }))?);
            manifest.push(staging.image(&names(BUSYBOX), &[&tiny], json!({ "Cmd": ["sh"] }))?);
            let label = json!([{ "remoteUser": "vscode" }]).to_string();
            manifest.push(staging.image(
                &names(DEVCONTAINER),
                &[&debian, &user],
                json!({ "Cmd": ["bash"], "Labels": { "devcontainer.metadata": label } }),
            )?);
        }
    }
    staging.write("manifest.json", &json!(manifest).to_string())?;
    let partial = archive.path.with_extension("partial");
    system::run(
        system::command("sh")
            .current_dir(&staging.folder)
            .args(["-c", "exec tar -cf \"$0\" *.json *.tar"])
            .arg(&partial),
    )?;
    std::fs::rename(&partial, &archive.path)
        .with_context(|| format!("cannot rename {}", partial.display()))?;
    std::fs::write(archive.stamp_file(), &archive.stamp).context("cannot write the archive's stamp")?;
    // The staging folder is a second copy of what the archive holds now.
    let _ = std::fs::remove_dir_all(&staging.folder);
    Ok(())
}

/// The folder in which an archive's parts come together.
struct Staging {
    folder: PathBuf,
}

/// One layer: its file in the archive and the digest of its uncompressed content.
struct Layer {
    file: String,
    digest: String,
}

impl Staging {
    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Packs a folder as a layer.
    fn layer(&self, name: &str, root: &Path) -> Result<Layer> {
        let file = format!("{name}.tar");
        let mut tar = system::command("tar");
        tar.args([
            "--numeric-owner",
            "--one-file-system",
            "--sort=name",
            "--clamp-mtime",
            "--mtime=2026-01-01",
        ]);
        tar.args(["--exclude=./var/lib/apt/lists/*", "--exclude=./var/cache/apt/*.bin", "--exclude=./dev/*"]);
        tar.args(["--exclude=./etc/resolv.conf", "--exclude=./etc/hostname"]);
        system::run(tar.arg("-C").arg(root).arg("-cf").arg(self.folder.join(&file)).arg("."))?;
        let digest = self.digest(&file)?;
        Ok(Layer { file, digest })
    }

    fn digest(&self, file: &str) -> Result<String> {
        let line = system::output(system::command("sha256sum").current_dir(&self.folder).arg(file))?;
        match line.split_whitespace().next() {
            Some(digest) if digest.len() == 64 => Ok(digest.to_owned()),
            _ => bail!("sha256sum answered {line:?}"),
        }
    }

    /// Writes an image's configuration and answers its entry in the manifest.
    fn image(
        &self,
        names: &[&str],
        layers: &[&Layer],
        config: serde_json::Value,
    ) -> Result<serde_json::Value> {
        let mut config = config;
        config["Env"] = json!([SEARCH_PATH]);
        let digests: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", layer.digest)).collect();
        let history: Vec<_> = layers
            .iter()
            .map(|layer| json!({ "created": CREATED, "created_by": format!("wharf test image, layer {}", layer.file) }))
            .collect();
        let text = json!({
            "architecture": architecture()?,
            "os": "linux",
            "created": CREATED,
            "config": config,
            "rootfs": { "type": "layers", "diff_ids": digests },
            "history": history,
        })
        .to_string();
        self.write("config", &text)?;
        let file = format!("{}.json", self.digest("config")?);
        std::fs::rename(self.folder.join("config"), self.folder.join(&file))
            .context("cannot name a configuration")?;
        let layers: Vec<&str> = layers.iter().map(|layer| layer.file.as_str()).collect();
        let names: Vec<String> = names.iter().map(|name| full_name(name)).collect();
        Ok(json!({ "Config": file, "RepoTags": names, "Layers": layers }))
    }
}

/// The name with its registry: Podman would file a short one under `localhost/`, where a pulled image never is.
fn full_name(name: &str) -> String {
    match name.split_once('/') {
        Some((registry, _)) if registry.contains('.') => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
        None => format!("docker.io/library/{name}"),
    }
}

/// A fixed date, so that the same content has the same id.
const CREATED: &str = "2026-01-01T00:00:00Z";

fn architecture() -> Result<&'static str> {
    Ok(match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => bail!("there is no recipe for images on {other}"),
    })
}

/// What the user `vscode` adds to Debian: the changed account files, the home folder and the right to use sudo.
fn user_folder(staging: &Path, debian: &Path) -> Result<PathBuf> {
    let folder = staging.join("vscode");
    std::fs::create_dir_all(folder.join("etc/sudoers.d"))?;
    std::fs::create_dir_all(folder.join("home"))?;
    for (file, line) in [
        ("passwd", "vscode:x:1000:1000::/home/vscode:/bin/bash\n"),
        ("group", "vscode:x:1000:\n"),
        ("shadow", "vscode:!:20000:0:99999:7:::\n"),
        ("gshadow", "vscode:!::\n"),
    ] {
        let (from, to) = (debian.join("etc").join(file), folder.join("etc").join(file));
        system::run(system::command("cp").arg("--preserve=all").args([&from, &to]))?;
        let mut text =
            std::fs::read_to_string(&to).with_context(|| format!("cannot read {}", to.display()))?;
        text.push_str(line);
        std::fs::write(&to, text).with_context(|| format!("cannot write {}", to.display()))?;
    }
    let sudoers = folder.join("etc/sudoers.d/vscode");
    std::fs::write(&sudoers, "vscode ALL=(root) NOPASSWD:ALL\n").context("cannot write the sudoers file")?;
    system::run(system::command("chmod").arg("0440").arg(&sudoers))?;
    // Folders of the upper layer carry their own modes; sudo refuses a folder that others may write.
    system::run(system::command("chmod").arg("0755").args([
        &folder,
        &folder.join("etc"),
        &folder.join("home"),
    ]))?;
    system::run(system::command("chmod").arg("0750").arg(folder.join("etc/sudoers.d")))?;
    let home = folder.join("home/vscode");
    system::run(system::command("cp").arg("-r").args([&debian.join("etc/skel"), &home]))?;
    system::run(system::command("chown").args(["-R", "1000:1000"]).arg(&home))?;
    Ok(folder)
}

/// A system of one program: busybox under all of its names, and the few files that programs expect.
fn busybox_folder(staging: &Path, busybox: &Path) -> Result<PathBuf> {
    let folder = staging.join("busybox");
    let script = r#"
        set -eu
        umask 022
        mkdir -p bin etc dev proc sys root home tmp var/tmp usr/bin usr/sbin sbin
        chmod 1777 tmp var/tmp
        cp "$1" bin/busybox
        for name in $(bin/busybox --list); do [ "$name" = busybox ] || ln -s busybox "bin/$name"; done
        ln -s ../../bin/env usr/bin/env
        printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' > etc/passwd
        printf 'root:x:0:\nnogroup:x:65534:\n' > etc/group
    "#;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    system::run(system::command("sh").current_dir(&folder).args(["-c", script, "busybox"]).arg(busybox))?;
    system::run(system::command("chown").args(["-R", "0:0"]).arg(&folder))?;
    Ok(folder)
}
