//! Projects whose files lie in a volume: taken out for Compose to read, and told with the paths that they have in there.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wharf_engine::ComposeKind;
use wharf_plan::compose::ProjectVolume;
use wharf_spec::compose::{named_files, read_yaml};

use super::program::Compose;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::reconciler::Reconciler;
use crate::volume::{Content, WORKSPACES};

impl Reconciler<'_> {
    /// The project's files where Compose can read them on this computer, with the files that they name. Where those cannot be told, the
    /// whole workspace is brought.
    pub(super) async fn bring_project(&self, files: &[String]) -> Result<Vec<String>> {
        if !self.environment.is_in_volume() {
            return Ok(files.to_vec());
        }
        let folder = Path::new(files.first().map_or("", String::as_str)).parent();
        let folder = folder.unwrap_or(Path::new(WORKSPACES));
        self.brought(&folder.join(".env")).await?;
        let mut brought = Vec::new();
        for file in files {
            let path = self.brought(Path::new(file)).await?;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            match named_files(&text) {
                Some(named) => {
                    for name in named {
                        self.brought(&folder.join(name)).await?;
                    }
                }
                None => drop(self.brought(Path::new(&self.environment.folder)).await?),
            }
            brought.push(path.display().to_string());
        }
        Ok(brought)
    }

    /// What Compose answers, with the paths of the volume.
    pub(super) fn in_volume(
        &self,
        content: &Content,
        compose: &Compose,
        answer: &str,
    ) -> Result<ProjectVolume> {
        if compose.program.kind == ComposeKind::PodmanCompose {
            return Err(Error::Impossible {
                message: "podman-compose starts no project whose files lie in a volume".to_owned(),
                location: self.environment.property_location("dockerComposeFile").map(Box::new),
                hint: Some(crate::doctor::how_to_install_compose()),
            });
        }
        let mut document = read_yaml(answer).map_err(|error| self.unreadable(compose, &error))?;
        let moved = Moved::new(content);
        if let Some(path) = moved.put_back(&mut document) {
            return Err(leads_out(self.environment, &path));
        }
        let name = content.place.volume.clone();
        Ok(ProjectVolume { name, at: WORKSPACES.to_owned(), document })
    }

    /// A project in one file that is there for as long as Compose reads it.
    pub(super) fn write_document(&self, document: &Value) -> Result<Option<tempfile::NamedTempFile>> {
        let Some(content) = self.environment.content() else { return Ok(None) };
        let folder = content.spare_folder();
        let write = || {
            let mut file = tempfile::Builder::new().prefix("compose-").suffix(".json").tempfile_in(folder)?;
            std::io::Write::write_all(&mut file, document.to_string().as_bytes())?;
            std::io::Write::flush(&mut file)?;
            Ok(file)
        };
        write().map(Some).map_err(|source| Error::State {
            path: folder.to_owned(),
            action: "write in",
            source,
        })
    }
}

/// Where a volume's content lies on this computer, however that is written.
struct Moved {
    content: Vec<PathBuf>,
    /// What is around it, where nothing of a project's can be.
    around: Vec<PathBuf>,
}

impl Moved {
    fn new(content: &Content) -> Self {
        let with_real = |path: &Path| {
            let real = path.canonicalize().ok().filter(|real| real != path);
            std::iter::once(path.to_owned()).chain(real).collect::<Vec<_>>()
        };
        Self { content: with_real(content.path()), around: with_real(content.spare_folder()) }
    }

    /// Writes every path as it is in the volume; answers one that leads out of it to where it lies.
    fn put_back(&self, value: &mut Value) -> Option<String> {
        match value {
            Value::String(text) => match self.in_volume(text) {
                Ok(moved) => {
                    if let Some(moved) = moved {
                        *text = moved;
                    }
                    None
                }
                Err(path) => Some(path),
            },
            Value::Array(items) => items.iter_mut().find_map(|item| self.put_back(item)),
            Value::Object(entries) => entries.values_mut().find_map(|entry| self.put_back(entry)),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    fn in_volume(&self, text: &str) -> std::result::Result<Option<String>, String> {
        // The first versions of Compose print a mount in one text.
        let path = |text: &str| {
            let below = self.content.iter().find_map(|content| Path::new(text).strip_prefix(content).ok());
            below.map(|below| Path::new(WORKSPACES).join(below).to_string_lossy().replace('\\', "/"))
        };
        if let Some(moved) = path(text) {
            // The volume itself is named without a slash at its end.
            return Ok(Some(moved.trim_end_matches('/').to_owned()));
        }
        let leads_out = |text: &str| {
            // What is as high as the folder around, or that folder's own.
            self.around
                .iter()
                .any(|around| Path::new(text).starts_with(around) || around.parent() == Some(Path::new(text)))
        };
        if leads_out(text) {
            return Err(text.to_owned());
        }
        let Some((source, rest)) = text.split_once(':') else { return Ok(None) };
        if leads_out(source) {
            return Err(source.to_owned());
        }
        Ok(path(source).map(|moved| format!("{moved}:{rest}")))
    }
}

fn leads_out(environment: &Environment, path: &str) -> Error {
    let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    Error::Impossible {
        message: format!(
            "the Compose project names a path outside of the volume that it lies in{}",
            name.map(|name| format!(", ending in {name}")).unwrap_or_default()
        ),
        location: environment.property_location("dockerComposeFile").map(Box::new),
        hint: Some(
            "name only what lies in the workspace, or an absolute path of the engine's machine".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_become_those_of_the_volume() {
        let moved = Moved {
            content: vec!["/state/rooms/x/content".into(), "/real/rooms/x/content".into()],
            around: vec!["/state/rooms/x".into()],
        };
        let cases = [
            ("/state/rooms/x/content/api/a", Ok(Some("/workspaces/api/a"))),
            ("/real/rooms/x/content/api/a", Ok(Some("/workspaces/api/a"))),
            ("/state/rooms/x/content", Ok(Some("/workspaces"))),
            ("/state/rooms/x/content/api:/work:ro", Ok(Some("/workspaces/api:/work:ro"))),
            ("/state/rooms/x/contents", Err("/state/rooms/x/contents")),
            ("/state/rooms/x", Err("/state/rooms/x")),
            ("/state/rooms", Err("/state/rooms")),
            ("/var/run/docker.sock", Ok(None)),
            ("https://example.com/x", Ok(None)),
            ("text", Ok(None)),
        ];
        for (text, expected) in cases {
            let found = moved.in_volume(text);
            let found = found.as_ref().map(Option::as_deref).map_err(String::as_str);
            assert_eq!(found, expected, "{text}");
        }
        let mut document =
            json!({"services": {"a": {"volumes": [{"source": "/state/rooms/x/content/api"}], "n": 1}}});
        assert_eq!(moved.put_back(&mut document), None);
        assert_eq!(
            document,
            json!({"services": {"a": {"volumes": [{"source": "/workspaces/api"}], "n": 1}}})
        );
    }
}
