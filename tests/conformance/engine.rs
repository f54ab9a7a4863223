//! The engine as the suite sees it: the few requests of its API that a case needs.
//!
//! Deliberately not `wharf-engine`: what judges Wharf must not share its mistakes.

use std::path::Path;

use serde_json::{Value, json};
use wharf_test_support::engines::Kind;
use wharf_test_support::socket::{Answer, Socket};

/// An engine, reached over its socket.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    socket: Socket,
}

impl Engine {
    /// The engine that listens at this path.
    pub(crate) fn at(socket: &Path) -> Self {
        Self { socket: Socket::new(socket) }
    }

    /// Where it keeps volumes and layers on its own machine.
    pub(crate) fn data_folder(&self) -> Result<String, String> {
        Ok(self.get("/info")?["DockerRootDir"].as_str().unwrap_or("/var/lib/docker").to_owned())
    }

    /// Every container, stopped ones too, as the list shows them.
    pub(crate) fn containers(&self) -> Result<Vec<Value>, String> {
        let list = self.get("/containers/json?all=1")?;
        Ok(list.as_array().cloned().unwrap_or_default())
    }

    /// The container as `inspect` shows it.
    pub(crate) fn inspect(&self, id: &str) -> Result<Value, String> {
        self.get(&format!("/containers/{id}/json"))
    }

    /// The same, `None` when it has gone meanwhile.
    pub(crate) fn inspect_if_there(&self, id: &str) -> Result<Option<Value>, String> {
        let path = format!("/containers/{id}/json");
        let answer = self.ask("GET", &path, None)?;
        if answer.status == 404 {
            return Ok(None);
        }
        accepted(&answer, &path, &[])?;
        Ok(Some(answer.json()))
    }

    /// The image as `inspect` shows it, `None` when there is none of that name.
    pub(crate) fn image(&self, name: &str) -> Result<Option<Value>, String> {
        let path = format!("/images/{name}/json");
        let answer = self.ask("GET", &path, None)?;
        if answer.status == 404 {
            return Ok(None);
        }
        accepted(&answer, &path, &[])?;
        Ok(Some(answer.json()))
    }

    /// Names of the images whose names contain this. (The whole list would cost a third of a second, and fail while another case
    /// removes an image.)
    pub(crate) fn images_named(&self, part: &str) -> Result<Vec<String>, String> {
        let list = self.get(&format!("/images/json?filters=%7B%22reference%22%3A%5B%22*{part}*%22%5D%7D"))?;
        let names = list
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|image| image["RepoTags"].as_array().cloned().unwrap_or_default());
        // One image may go by other names too, and those are not the case's to remove.
        let names = names.filter_map(|name| name.as_str().map(str::to_owned));
        Ok(names.filter(|name| name.contains(part)).collect())
    }

    /// Creates a container from the API's own body and gives its id.
    pub(crate) fn create(&self, body: &Value) -> Result<String, String> {
        let answer = self.ask("POST", "/containers/create", Some(body))?;
        accepted(&answer, "the creation of a container", &[])?;
        answer.json()["Id"].as_str().map(str::to_owned).ok_or_else(|| format!("no id in {}", answer.text()))
    }

    /// Does `start`, `stop`, `pause`, `kill` or `restart` with a container.
    pub(crate) fn act(&self, verb: &str, id: &str) -> Result<(), String> {
        accepted(&self.ask("POST", &format!("/containers/{id}/{verb}?t=1"), None)?, verb, &[304])
    }

    /// Removes a container with its anonymous volumes.
    pub(crate) fn remove(&self, id: &str) -> Result<(), String> {
        self.delete(&format!("/containers/{id}?force=1&v=1"))
    }

    /// Takes a name from an image, and the image with its last one.
    pub(crate) fn remove_image(&self, name: &str) -> Result<(), String> {
        self.delete(&format!("/images/{name}"))
    }

    /// Makes a volume.
    pub(crate) fn make_volume(&self, name: &str) -> Result<(), String> {
        let answer = self.ask("POST", "/volumes/create", Some(&json!({ "Name": name })))?;
        accepted(&answer, "the creation of a volume", &[])
    }

    /// Removes the volumes whose names start so.
    pub(crate) fn remove_volumes(&self, prefix: &str) -> Result<(), String> {
        let list = self.get("/volumes")?;
        let names =
            list["Volumes"].as_array().into_iter().flatten().filter_map(|volume| volume["Name"].as_str());
        for name in names.filter(|name| name.starts_with(prefix)) {
            self.delete(&format!("/volumes/{name}?force=1"))?;
        }
        Ok(())
    }

    /// Removes networks and volumes that Compose made for these projects.
    pub(crate) fn remove_projects(&self, is_ours: impl Fn(&str) -> bool) -> Result<(), String> {
        let project = |thing: &Value| thing["Labels"]["com.docker.compose.project"].as_str().map(&is_ours);
        let networks = self.get("/networks")?;
        for network in networks.as_array().into_iter().flatten().filter(|thing| project(thing) == Some(true))
        {
            self.delete(&format!("/networks/{}", network["Id"].as_str().unwrap_or_default()))?;
        }
        let volumes = self.get("/volumes")?;
        let volumes = volumes["Volumes"].as_array().into_iter().flatten();
        for volume in volumes.filter(|thing| project(thing) == Some(true)) {
            self.delete(&format!("/volumes/{}?force=1", volume["Name"].as_str().unwrap_or_default()))?;
        }
        Ok(())
    }

    /// The tar of a path inside a container, `None` when there is no such path.
    pub(crate) fn archive(&self, id: &str, path: &str) -> Result<Option<Vec<u8>>, String> {
        let answer = self.ask("GET", &format!("/containers/{id}/archive?path={path}"), None)?;
        if answer.status == 404 {
            return Ok(None);
        }
        accepted(&answer, path, &[])?;
        Ok(Some(answer.body))
    }

    /// The image as an archive of the Open Container Initiative's layout.
    pub(crate) fn save(&self, image: &str, kind: Kind) -> Result<Vec<u8>, String> {
        let path = match kind {
            Kind::Docker => format!("/images/{image}/get"),
            Kind::Podman => format!("/v4.0.0/libpod/images/{image}/get?format=oci-archive"),
        };
        let answer = self.ask("GET", &path, None)?;
        accepted(&answer, &path, &[])?;
        Ok(answer.body)
    }

    /// Builds a folder's Dockerfile by the classic endpoint and gives the result these names.
    pub(crate) fn build(&self, folder: &Path, names: &[&str]) -> Result<(), String> {
        let mut tar = tar::Builder::new(Vec::new());
        // Times and owners of a checkout would defeat the builder's cache.
        tar.mode(tar::HeaderMode::Deterministic);
        tar.append_dir_all(".", folder)
            .map_err(|error| format!("cannot pack {}: {error}", folder.display()))?;
        let context = tar.into_inner().map_err(|error| error.to_string())?;
        let names = names.join("&t=");
        let path = format!("/build?t={names}&rm=1&forcerm=1");
        let length = context.len() as u64;
        let answer = self.socket.send("POST", &path, "application/x-tar", length, &mut context.as_slice());
        let answer = answer.map_err(|error| format!("{path}: {error}"))?;
        let log = answer.text();
        if !answer.is_success() || log.contains("\"errorDetail\"") {
            return Err(format!("the image {names} does not build: {log}"));
        }
        Ok(())
    }

    /// What a container of this image looks like when nothing was asked of the engine.
    pub(crate) fn bare(&self, image: &str) -> Result<Value, String> {
        let id = self.create(&json!({ "Image": image }))?;
        let bare = self.inspect(&id);
        self.remove(&id)?;
        bare
    }

    fn get(&self, path: &str) -> Result<Value, String> {
        let answer = self.ask("GET", path, None)?;
        accepted(&answer, path, &[])?;
        Ok(answer.json())
    }

    /// Absent, or on its way out already, is as good as deleted.
    fn delete(&self, path: &str) -> Result<(), String> {
        accepted(&self.ask("DELETE", path, None)?, path, &[404, 409])
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        self.socket.request(method, path, body).map_err(|error| format!("{method} {path}: {error}"))
    }
}

/// Whether the request did what was asked, or what is as good.
fn accepted(answer: &Answer, what: &str, also: &[u16]) -> Result<(), String> {
    if answer.is_success() || also.contains(&answer.status) {
        return Ok(());
    }
    Err(format!("the engine answered {} to {what}: {}", answer.status, answer.text()))
}
