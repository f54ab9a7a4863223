//! Putting a build's content where its builder can read it: a folder of this computer's that lives as long as the build, and for
//! builders without named contexts, unless nothing else is sent, an image made of it, which is gone afterwards.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use wharf_plan::BuildSpec;
use wharf_plan::build::{BuildContent, ContentReach, IN_IMAGE, NamedContext};

use super::session::new_id;
use crate::context::io_error;
use crate::engine::Engine;
use crate::error::Error;

/// What images of content are called; each build's has a tag of its own, so that builds at one time do not meet.
const NAME: &str = "wharf-build-content";
/// The label that says for which image one was made, should it be left behind by a computer that was switched off.
const OF: &str = "dev.wharf.content-of";

/// A build whose content is on disk.
pub(super) struct Prepared {
    /// What the builder is asked, without content.
    pub(super) spec: BuildSpec,
    /// What is to be built first: the image of the content.
    pub(super) image: Option<BuildSpec>,
    _folder: Option<TempDir>,
}

impl Prepared {
    /// Writes the content down.
    pub(super) fn of(spec: &BuildSpec) -> Result<Prepared, Error> {
        let mut spec = spec.clone();
        let Some(content) = spec.content.take() else {
            return Ok(Prepared { spec, image: None, _folder: None });
        };
        let folder = write(&content)?;
        let mut image = None;
        match content.reach {
            ContentReach::Context(name) => {
                spec.named_contexts.insert(name, NamedContext::Folder(folder.path().to_owned()));
            }
            ContentReach::Alone => spec.context = Some(folder.path().to_owned()),
            ContentReach::Image(argument) => {
                let name = format!("{NAME}:{}", new_id());
                spec.args.insert(argument, name.clone());
                image = Some(BuildSpec {
                    dockerfile: format!("FROM scratch\nCOPY . {IN_IMAGE}/\n"),
                    dockerfile_name: "Dockerfile".to_owned(),
                    context: Some(folder.path().to_owned()),
                    tags: vec![name],
                    labels: spec.tags.first().map(|tag| (OF.to_owned(), tag.clone())).into_iter().collect(),
                    platforms: spec.platforms.clone(),
                    classic: spec.classic,
                    ..BuildSpec::default()
                });
            }
        }
        Ok(Prepared { spec, image, _folder: Some(folder) })
    }
}

/// The images of content that a build has made, to be removed whatever became of it.
#[derive(Default)]
pub(super) struct Leftovers(Mutex<Vec<String>>);

impl Leftovers {
    pub(super) fn add(&self, image: &BuildSpec) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(image.tags.iter().cloned());
    }

    pub(super) async fn remove(&self, engine: &Engine) {
        let names = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for name in names {
            // A build that was broken off may hold it for a moment longer; the few kilobytes are not worth an error.
            if let Err(error) = engine.remove_image(&name, false).await {
                tracing::debug!(name, %error, "the image of a build's content stays");
            }
        }
    }
}

fn write(content: &BuildContent) -> Result<TempDir, Error> {
    let temporary = std::env::temp_dir();
    let top = tempfile::Builder::new()
        .prefix("wharf-build-")
        .tempdir()
        .map_err(|error| io_error(&temporary, error))?;
    for folder in &content.folders {
        copy_folder(&folder.from, &top.path().join(&folder.at), &folder.from)?;
    }
    for file in &content.files {
        let path = top.path().join(&file.at);
        // A folder's link of this name is replaced, not followed.
        let written = remove_if_there(&path).and_then(|()| fs::write(&path, &file.text));
        written.and_then(|()| open_to_all(&path)).map_err(|error| io_error(&path, error))?;
    }
    open_to_all(top.path()).map_err(|error| io_error(top.path(), error))?;
    Ok(top)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy_folder(from: &Path, to: &Path, owner: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).and_then(|()| open_to_all(to)).map_err(|error| io_error(to, error))?;
    let failed = |error| io_error(from, error);
    for child in fs::read_dir(from).map_err(failed)? {
        let child = child.map_err(failed)?;
        let (path, target) = (child.path(), to.join(child.file_name()));
        let failed = |error| io_error(&path, error);
        let kind = child.file_type().map_err(failed)?;
        if kind.is_dir() {
            copy_folder(&path, &target, owner)?;
        } else if kind.is_file() {
            copy_file(&path, &target).map_err(failed)?;
        } else if kind.is_symlink() {
            copy_link(&path, &target, owner).map_err(failed)?;
        }
        // Sockets, pipes and devices are nothing that a build could take.
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    open_to_all(to)
}

/// A link is not followed, because it could lead to any file of this computer. The exception is one to a file beside the folder, by
/// which folders share scripts.
fn copy_link(link: &Path, to: &Path, owner: &Path) -> io::Result<()> {
    let real = fs::canonicalize(link);
    let (owner, beside) = (fs::canonicalize(owner)?, owner.parent().map(fs::canonicalize));
    if let (Ok(real), Some(Ok(beside))) = (&real, beside)
        && real.starts_with(beside)
        && (!real.starts_with(owner) || cfg!(windows))
        && real.is_file()
    {
        return copy_file(real, to);
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(fs::read_link(link)?, to)?;
    Ok(())
}

/// The same rights whatever the person's own mask is: they are part of what a builder's cache compares.
#[cfg(unix)]
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems can fail")]
fn open_to_all(_: &Path) -> io::Result<()> {
    Ok(())
}
