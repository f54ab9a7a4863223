//! What a case needs before its first step, and what there is to clear away after its last.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use wharf_test_support::{engines, other_user, plugins};

use crate::case::Case;
use crate::images;
use crate::normalise::{images_of, workspace_hash};
use crate::observe;
use crate::shelves::Shelves;
use crate::stage::{Program, Stage, link, place_program, take_turn};

/// The folders and names of one case on a stage.
pub(crate) struct Setting {
    /// The case's name, which some of its containers carry as a label.
    name: String,
    /// The copy of the case's `workspace/`.
    pub(crate) copy: PathBuf,
    /// The folder that the program is told to open: the copy, a folder in it, or a link to it.
    pub(crate) opened: PathBuf,
    /// The home folder of the program.
    pub(crate) home: PathBuf,
    /// The engine's address for the program.
    pub(crate) address: String,
    /// The registry, where the case has one.
    pub(crate) shelves: Option<Shelves>,
    /// What the engine calls images that it can only have from there.
    fetched: Vec<String>,
    /// Held as long as the case is played: another clone of the project may be about to play it on the same engine.
    _turn: File,
}

impl Setting {
    /// Clears away what an earlier run may have left, and readies folders, images and the way to the engine.
    pub(crate) fn make(stage: &Stage, case: &Case) -> Result<Self, String> {
        let copy = stage.root.join(&case.name);
        let home = stage.root.join("homes").join(&case.name);
        let shortcut = stage.root.join("links").join(&case.name);
        let opened = match (&case.script.open, case.script.link) {
            (_, true) => shortcut.clone(),
            (Some(folder), false) => copy.join(folder),
            (None, false) => copy.clone(),
        };
        let turn = take_turn(&stage.root.join("turns").join(&case.name))?;
        let mut setting = Self {
            name: case.name.clone(),
            copy,
            opened,
            home,
            address: String::new(),
            shelves: None,
            fetched: Vec::new(),
            _turn: turn,
        };
        setting.clear(stage)?;
        let fail = |error: std::io::Error| error.to_string();
        copy_folder(&case.folder.join("workspace"), &setting.copy)?;
        std::fs::create_dir_all(setting.home.join("tmp")).map_err(fail)?;
        copy_folder(&case.folder.join("home"), &setting.home)?;
        setting.stock(stage, case)?;
        if case.script.link {
            std::fs::create_dir_all(stage.root.join("links")).map_err(fail)?;
            link(&setting.copy, &shortcut)?;
        }
        setting.place_plugins(stage, case)?;
        if let Some(folder) = &case.script.git {
            make_repository(&setting.copy.join(folder))?;
        }
        images::ensure(stage, case)?;
        let mut socket = stage.socket.clone();
        if let Some(user) = case.script.user {
            socket = setting.home.join("engine.sock");
            let prepared = other_user::relay(&stage.socket, &socket)
                .and_then(|()| other_user::give(&setting.copy, user))
                .and_then(|()| other_user::give(&setting.home, user));
            prepared.map_err(|error| format!("user {user}: {error}"))?;
        }
        setting.address = format!("unix://{}", socket.display());
        Ok(setting)
    }

    /// The case's containers, oldest first.
    pub(crate) fn containers(&self, stage: &Stage) -> Result<Vec<String>, String> {
        observe::containers_of(&stage.engine, &[&self.copy, &self.opened, &self.home], &self.name)
    }

    /// Fills the registry, and puts its names into the files that ask for them.
    fn stock(&mut self, stage: &Stage, case: &Case) -> Result<(), String> {
        if let Some(script) = &case.script.registry {
            let suite = case.folder.parent().and_then(Path::parent).unwrap_or(&case.folder);
            let shelves = Shelves::fill(&suite.join("collection"), script);
            for image in &script.images {
                shelves.take_in(image, &stage.engine.save(image, stage.kind)?)?;
                self.fetched.push(shelves.image(image));
            }
            shelves.name_in(&self.copy)?;
            shelves.name_in(&self.home)?;
            self.shelves = Some(shelves);
        }
        let control = case.script.control.as_deref();
        let control = control.or(self.shelves.as_ref().map(|_| "{}"));
        if let Some(text) = control {
            let text = self.shelves.as_ref().map_or_else(|| text.to_owned(), |shelves| shelves.names(text));
            let file = match stage.program {
                Program::Reference(_) => self.home.join("tmp/devcontainercli-root/control-manifest.json"),
                Program::Wharf(_) => self.home.join(CONTROL_OF_WHARF),
            };
            let fail = |error: std::io::Error| format!("{}: {error}", file.display());
            file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(fail)?;
            std::fs::write(&file, text).map_err(fail)?;
        }
        Ok(())
    }

    /// Docker's program finds its plugins in the home folder; Wharf finds Compose on its path.
    fn place_plugins(&self, stage: &Stage, case: &Case) -> Result<(), String> {
        match &stage.program {
            Program::Reference(_) => {
                let tools = engines::home().map_err(|error| error.to_string())?;
                let folder = self.home.join(".docker/cli-plugins");
                std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
                for plugin in [plugins::BUILDX, plugins::COMPOSE] {
                    let placed = stage.bin().join(format!("{plugin}-plugin"));
                    place_program(&plugins::path(&tools, plugin), &placed)?;
                    link(&placed, &folder.join(plugin))?;
                }
                Ok(())
            }
            Program::Wharf(_) if case.script.compose => {
                place_program(&plugins::compose(), &stage.bin().join(plugins::COMPOSE))
            }
            Program::Wharf(_) => Ok(()),
        }
    }

    /// Removes what the case left on the engine and on the disk.
    pub(crate) fn clear(&self, stage: &Stage) -> Result<(), String> {
        let mut projects = Vec::new();
        for id in self.containers(stage)? {
            let Some(container) = stage.engine.inspect_if_there(&id)? else { continue };
            let labels = &container["Config"]["Labels"];
            projects.extend(labels["com.docker.compose.project"].as_str().map(str::to_owned));
            stage.engine.remove(&id)?;
            // Folders that tests of Features are run in have names of their own, and so have their images.
            if let (Some(_), Some(image)) =
                (labels["devcontainer.is_test_run"].as_str(), container["Config"]["Image"].as_str())
            {
                stage.engine.remove_image(image)?;
            }
        }
        if !projects.is_empty() {
            stage.engine.remove_projects(|project| projects.iter().any(|ours| ours == project))?;
            for project in &projects {
                for name in stage.engine.images_named(&format!("{project}-"))? {
                    stage.engine.remove_image(&name)?;
                }
            }
        }
        stage.engine.remove_volumes(&format!("conformance-{}", self.name))?;
        for part in [workspace_hash(&self.opened), images_of(&self.name)] {
            for name in stage.engine.images_named(&part)? {
                stage.engine.remove_image(&name)?;
            }
        }
        for name in &self.fetched {
            stage.engine.remove_image(name)?;
        }
        clear_folder(&self.copy)?;
        clear_folder(&self.home)
    }
}

/// Where Wharf keeps the control manifest, below the home folder.
const CONTROL_OF_WHARF: &str = ".local/state/wharf/features/control-manifest.json";

fn make_repository(folder: &Path) -> Result<(), String> {
    let done = Command::new("git").args(["init", "--quiet"]).arg(folder).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`git init` in {} ended with {status}", folder.display())),
        Err(error) => Err(format!("`git init`: {error}")),
    }
}

fn clear_folder(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", from.display());
    std::fs::create_dir_all(to).map_err(fail)?;
    for entry in std::fs::read_dir(from).into_iter().flatten() {
        let entry = entry.map_err(fail)?;
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else {
            std::fs::copy(entry.path(), place).map_err(fail)?;
        }
    }
    Ok(())
}
