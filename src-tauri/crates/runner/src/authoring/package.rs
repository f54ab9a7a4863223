//! `features package` and `templates package`: an archive for each folder, and one file that lists them.
//!
//! What is packed depends on the files alone, not on the day or the computer: the same folder gives the same digest.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use wharf_spec::authoring::{self, Kind};
use wharf_spec::javascript;

use super::{PackageRequest, Packaged, impossible};
use crate::collections::json_of;
use crate::error::{Error, Result};

/// The file that lists what a collection holds.
pub(super) const COLLECTION_FILE: &str = "devcontainer-collection.json";
/// How deep folders of a Feature or Template may lie in each other; links that lead in a circle end there.
const DEEPEST: usize = 64;
/// How the reference indents what it writes.
const INDENTATION: &str = "    ";

/// A folder that is packed.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) description: Map<String, Value>,
    pub(super) archive: Vec<u8>,
}

/// Everything in a target that is packed, and what is said about the rest.
#[derive(Debug)]
pub(super) struct Collection {
    pub(super) members: Vec<Packed>,
    /// The text of [`COLLECTION_FILE`].
    pub(super) list: String,
    pub(super) warnings: Vec<String>,
}

/// Packs a Feature or Template, or a collection of them.
///
/// # Errors
/// When a folder is not what it should be, or files cannot be read or written.
pub fn package(request: &PackageRequest) -> Result<Packaged> {
    let folder = &request.output_folder;
    if folder.exists() && !request.force_clean {
        let message = format!("the output folder {} exists already", folder.display());
        return Err(impossible(message, Some("Remove it, or pass -f to have it emptied")));
    }
    let collection = collect(request.kind, &request.target, Some(folder))?;
    // What was packed before goes only when there is something to take its place.
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    }
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, content))
            .map_err(|source| Error::Write { path, source })
    };
    for member in &collection.members {
        write(&request.kind.archive(&member.id), &member.archive)?;
    }
    write(COLLECTION_FILE, collection.list.as_bytes())?;
    let ids = collection.members.into_iter().map(|member| member.id).collect();
    Ok(Packaged { ids, warnings: collection.warnings })
}

/// Packs what lies in a folder, in memory, but for the folder that archives go to, which may lie in it.
pub(super) fn collect(kind: Kind, target: &Path, but: Option<&Path>) -> Result<Collection> {
    if !target.is_dir() {
        let message = format!("the target folder {} does not exist", target.display());
        return Err(impossible(message, None));
    }
    let but = but.and_then(|path| path.canonicalize().ok());
    let but = but.as_deref();
    let mut warnings = Vec::new();
    let mut members = Vec::new();
    if target.join(kind.file()).is_file() {
        members.push(pack(kind, target, None, but)?);
    } else {
        for folder in below(target)? {
            let name = name_of(&folder);
            if name.starts_with('.') || is(&folder, but) {
                continue;
            }
            if !folder.join(kind.file()).is_file() {
                warnings.push(format!("{name} has no {} and is left out", kind.file()));
                continue;
            }
            members.push(pack(kind, &folder, Some(&name), but)?);
        }
    }
    if members.is_empty() {
        let message = format!("{} holds no {}", target.display(), kind.name());
        let hint = format!("Name the folder that has a {}, or the one that its folder lies in", kind.file());
        return Err(impossible(message, Some(&hint)));
    }
    let descriptions = members.iter().map(|member| member.description.clone()).collect();
    let list = javascript::to_text_indented_by(INDENTATION, &authoring::collection(kind, descriptions));
    Ok(Collection { members, list, warnings })
}

/// Packs one folder. In a collection its name must be the id: whoever fetches one asks for it by that.
fn pack(kind: Kind, folder: &Path, name: Option<&str>, but: Option<&Path>) -> Result<Packed> {
    let path = folder.join(kind.file());
    let read =
        |path: &Path| std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source });
    let written = read(&path)?;
    let Some(Value::Object(description)) = json_of(&written) else {
        return Err(impossible(format!("{} is no JSON object", path.display()), None));
    };
    if !authoring::is_complete(&description) {
        let message = format!("{} is missing one of 'id', 'version', 'name'", path.display());
        return Err(impossible(message, Some("Each must be there, and a text")));
    }
    let text = |key: &str| description.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, version) = (text("id"), text("version"));
    if let Some(name) = name.filter(|name| *name != id) {
        let message = format!("the folder {name} holds the {} {id}", kind.name());
        return Err(impossible(message, Some("Give both the same name: that is what it is asked for by")));
    }
    let mut files = Vec::new();
    walk(folder, folder, 0, but, &mut files)?;
    let described = match kind {
        Kind::Feature => {
            if !folder.join("install.sh").is_file() {
                return Err(impossible(format!("the Feature {id} has no install.sh"), None));
            }
            authoring::feature_description(description.clone())
        }
        Kind::Template => {
            let mut paths: Vec<String> =
                files.iter().filter(|file| !file.is_folder).map(|file| file.name.clone()).collect();
            // As the reference lists them: of each folder its files before what lies deeper.
            paths.sort_by_key(|path| {
                let deeper = path.matches('/').count();
                let parts = path.split('/').enumerate();
                parts.map(|(depth, part)| (depth < deeper, part.to_owned())).collect::<Vec<_>>()
            });
            let configuration = [".devcontainer.json", ".devcontainer/devcontainer.json"]
                .map(|name| folder.join(name))
                .into_iter()
                .find(|path| path.is_file())
                .ok_or_else(|| impossible(format!("the Template {id} has no devcontainer.json"), None))?;
            let Some(Value::Object(says)) = json_of(&read(&configuration)?) else {
                let message = format!("{} is no JSON object", configuration.display());
                return Err(impossible(message, None));
            };
            authoring::template_description(description.clone(), &says, &paths)
                .map_err(|problem| impossible(format!("the Template {id}: {problem}"), None))?
        }
    };
    // What its author wrote stays as it is, comments included, unless there is something to add.
    let content = if described == description {
        written
    } else {
        javascript::to_text_indented_by(INDENTATION, &Value::Object(described.clone())).into_bytes()
    };
    let archive = archive(&files, kind.file(), &content)?;
    Ok(Packed { id, version, description: described, archive })
}

/// A file or folder that is packed.
#[derive(Debug)]
struct Entry {
    path: PathBuf,
    /// Below the folder, with slashes.
    name: String,
    is_folder: bool,
    is_program: bool,
}

/// Everything below a folder in the order of names. What a link leads to is taken: another computer has it nowhere else.
fn walk(base: &Path, folder: &Path, depth: usize, but: Option<&Path>, found: &mut Vec<Entry>) -> Result<()> {
    if depth > DEEPEST {
        let message = format!("{} lies too deep; does a link lead in a circle?", folder.display());
        return Err(impossible(message, None));
    }
    for path in below(folder)? {
        if is(&path, but) {
            continue;
        }
        let about = std::fs::metadata(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let relative = path.strip_prefix(base).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let entry = Entry {
            name: parts.join("/"),
            is_folder: about.is_dir(),
            is_program: is_program(&about, &path),
            path,
        };
        let inner = entry.is_folder.then(|| entry.path.clone());
        found.push(entry);
        if let Some(inner) = inner {
            walk(base, &inner, depth + 1, but, found)?;
        }
    }
    Ok(())
}

/// Whether a path is the one that is left out.
fn is(path: &Path, but: Option<&Path>) -> bool {
    but.is_some() && path.canonicalize().ok().as_deref() == but
}

#[cfg(unix)]
fn is_program(about: &std::fs::Metadata, _: &Path) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o111 != 0
}

/// No bit tells it on this system, so a script is one.
#[cfg(not(unix))]
fn is_program(_: &std::fs::Metadata, path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "sh")
}

fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
        .map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    paths.sort();
    Ok(paths)
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// An archive of the folder itself: `./`, and each path behind it. Not compressed, whatever its name says: so is all that is published.
fn archive(files: &[Entry], described_by: &str, description: &[u8]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: std::io::Error| Error::Read { path, source }
    };
    append(&mut archive, "./", tar::EntryType::Directory, 0o755, &[]).map_err(failed(Path::new("./")))?;
    for file in files {
        let name = format!("./{}{}", file.name, if file.is_folder { "/" } else { "" });
        let mode = if file.is_folder || file.is_program { 0o755 } else { 0o644 };
        let added = if file.is_folder {
            append(&mut archive, &name, tar::EntryType::Directory, mode, &[])
        } else if file.name == described_by {
            append(&mut archive, &name, tar::EntryType::Regular, mode, description)
        } else {
            std::fs::read(&file.path)
                .and_then(|content| append(&mut archive, &name, tar::EntryType::Regular, mode, &content))
        };
        added.map_err(failed(&file.path))?;
    }
    archive.into_inner().map_err(failed(Path::new("./")))
}

fn append(
    archive: &mut tar::Builder<Vec<u8>>,
    name: &str,
    kind: tar::EntryType,
    mode: u32,
    content: &[u8],
) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(content.len() as u64);
    header.set_mtime(0);
    let room = &mut header.as_old_mut().name;
    if name.len() < room.len() {
        // Written as it is: the crate's own way drops the `./` that published archives have.
        room[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        return archive.append(&header, content);
    }
    archive.append_data(&mut header, name, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(folder: &Path, id: &str, more: &str) {
        let folder = folder.join(id);
        std::fs::create_dir_all(folder.join("lib")).unwrap();
        let description = format!("{{\"id\": \"{id}\", \"version\": \"1.0.0\", \"name\": \"One\"{more}}}");
        std::fs::write(folder.join("devcontainer-feature.json"), description).unwrap();
        std::fs::write(folder.join("install.sh"), "#!/bin/sh\n").unwrap();
        std::fs::write(folder.join(format!("lib/{}", "x".repeat(120))), "long").unwrap();
    }

    fn names(archive: &[u8]) -> Vec<String> {
        let mut archive = tar::Archive::new(archive);
        let entries = archive.entries().unwrap();
        entries.map(|entry| String::from_utf8_lossy(&entry.unwrap().path_bytes()).into_owned()).collect()
    }

    #[test]
    fn the_same_folder_gives_the_same_archive() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&one, &other] {
            feature(folder.path(), "a", "");
        }
        let pack = |folder: &Path| collect(Kind::Feature, folder, None).unwrap().members.remove(0);
        let (first, second) = (pack(one.path()), pack(other.path()));
        assert_eq!(first.archive, second.archive);
        let long = "x".repeat(120);
        assert_eq!(
            names(&first.archive),
            ["./", "./devcontainer-feature.json", "./install.sh", "./lib/", &format!("./lib/{long}")]
        );
    }

    /// With the usual flags the output lies in the folder that is packed.
    #[test]
    fn what_was_packed_before_is_not_packed_again() {
        let place = tempfile::tempdir().unwrap();
        feature(place.path(), "a", "");
        let target = place.path().join("a");
        let request = |force_clean| PackageRequest {
            kind: Kind::Feature,
            target: target.clone(),
            output_folder: target.join("output"),
            force_clean,
        };
        package(&request(false)).unwrap();
        let read = || std::fs::read(target.join("output/devcontainer-feature-a.tgz")).unwrap();
        let first = read();
        assert!(package(&request(false)).is_err());
        std::fs::write(target.join("output/old"), "").unwrap();
        package(&request(true)).unwrap();
        assert_eq!(read(), first);
        assert!(!target.join("output/old").exists());
        // What cannot be packed costs nothing of what was.
        std::fs::remove_file(target.join("install.sh")).unwrap();
        assert!(package(&request(true)).is_err());
        assert_eq!(read(), first);
    }

    /// What is fetched by its id would never be found under the folder's name.
    #[test]
    fn a_folder_is_named_as_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        feature(folder.path(), "a", "");
        std::fs::rename(folder.path().join("a"), folder.path().join("b")).unwrap();
        let message = collect(Kind::Feature, folder.path(), None).unwrap_err().to_string();
        assert_eq!(message, "the folder b holds the Feature a");
        // Alone, a folder may have any name.
        assert_eq!(collect(Kind::Feature, &folder.path().join("b"), None).unwrap().members[0].id, "a");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_end() {
        let folder = tempfile::tempdir().unwrap();
        feature(folder.path(), "a", "");
        std::os::unix::fs::symlink(".", folder.path().join("a/lib/again")).unwrap();
        let message = collect(Kind::Feature, folder.path(), None).unwrap_err().to_string();
        assert!(message.contains("too deep") || message.contains("symbolic links"), "{message}");
    }
}
