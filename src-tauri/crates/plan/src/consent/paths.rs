//! Which host paths lie outside the workspace, and which of them are more than a folder.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use wharf_spec::{PathStyle, Source};

use super::{Touch, TouchKind, mount_fields};
use crate::facts::HostSystem;
use crate::run_args::join;
use crate::state::{Observed, Running};

/// Tells what lies outside the workspace.
pub(super) struct Outside<'a> {
    style: PathStyle,
    /// The folder that is opened, where relative paths start.
    folder: &'a str,
    /// The folder that is mounted anyway: the git root or the workspace.
    workspace: &'a str,
    /// Where the volume is that holds the workspace, if one does: nothing below is on this computer.
    volume: Option<&'a str>,
    /// Where paths really lead.
    places: &'a BTreeMap<String, String>,
    /// Paths in the workspace of which that is not known yet.
    unknown: RefCell<BTreeSet<String>>,
}

impl<'a> Outside<'a> {
    pub(super) fn of(wanted: &'a Running, observed: &'a Observed) -> Outside<'a> {
        let style = match observed.host.system {
            HostSystem::Linux => PathStyle::Linux,
            HostSystem::MacOs => PathStyle::Darwin,
            HostSystem::Windows => PathStyle::Windows,
        };
        let project = observed.compose.known().and_then(Option::as_ref);
        Outside {
            style,
            folder: &observed.host.folder,
            workspace: &wanted.workspace.host_mount_folder,
            volume: project.and_then(|project| project.in_volume.as_ref()).map(|volume| volume.at.as_str()),
            places: &observed.places,
            unknown: RefCell::default(),
        }
    }

    /// The paths that had to be taken at their word so far.
    pub(super) fn unknown(self) -> Vec<String> {
        self.unknown.into_inner().into_iter().collect()
    }

    /// Whether a path is neither in the workspace nor in the repository that holds it, links followed as far as they are known.
    pub(super) fn is_outside(&self, path: &str) -> bool {
        let path = self.absolute(path);
        if self.volume.is_some_and(|volume| path == volume || self.style.is_inside(&path, volume)) {
            return false;
        }
        let roots = [self.workspace, self.folder].into_iter().filter(|root| !root.is_empty());
        let roots: Vec<String> = roots.map(|root| self.style.resolve("/", root)).collect();
        if roots.contains(&path) {
            return false;
        }
        if !roots.iter().any(|root| self.style.is_inside(&path, root)) {
            return true;
        }
        let real = |path: &String| self.places.get(path);
        let unknown = roots.iter().chain([&path]).filter(|path| real(path).is_none()).cloned();
        self.unknown.borrow_mut().extend(unknown);
        let Some(leads_to) = real(&path) else { return false };
        !roots.iter().filter_map(real).any(|root| root == leads_to || self.style.is_inside(leads_to, root))
    }

    /// The path without `.` and `..`.
    pub(super) fn absolute(&self, path: &str) -> String {
        let path = if self.style.is_absolute(path) { path.to_owned() } else { join(self.folder, path) };
        self.style.resolve("/", &path)
    }

    /// A touch for a host path that is mounted, unless it is the workspace's own.
    pub(super) fn folder(
        &self,
        path: &str,
        target: &str,
        read_only: bool,
        source: Source,
        property: &str,
    ) -> Option<Touch> {
        if !self.is_outside(path) {
            return None;
        }
        let absolute = self.absolute(path);
        let mode = if read_only { " (read-only)" } else { "" };
        let leads_to = self.places.get(&absolute).unwrap_or(&absolute);
        let (kind, detail) = if is_engine_socket(leads_to) {
            (
                TouchKind::EngineSocket,
                "Whoever can use an engine's socket can do anything on the engine's machine.".to_owned(),
            )
        } else if read_only {
            (TouchKind::HostFolder, "The container can read it.".to_owned())
        } else {
            (TouchKind::HostFolder, "The container can read and change it.".to_owned())
        };
        Some(Touch {
            kind,
            what: format!("{}{mode}", self.shown(&absolute, target)),
            detail,
            source,
            property: property.to_owned(),
            files: Vec::new(),
        })
    }

    /// The path with the place that it leads to, where that is another.
    pub(super) fn leading(&self, path: &str) -> String {
        let path = self.absolute(path);
        match self.places.get(&path).filter(|real| **real != path) {
            Some(real) => format!("{path} (leads to {real})"),
            None => path,
        }
    }

    /// The path with the place that it leads to, where that is another, and its target.
    fn shown(&self, path: &str, target: &str) -> String {
        match self.places.get(path).filter(|real| *real != path) {
            Some(real) => format!("{path} (leads to {real}) at {target}"),
            None => format!("{path} at {target}"),
        }
    }

    /// A touch for the text of a `--mount`.
    pub(super) fn mount(&self, text: &str, source: Source, property: &str) -> Option<Touch> {
        let fields = mount_fields(text);
        let option = |name: &str| {
            fields
                .options
                .iter()
                .rev()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_deref())
        };
        let switched_on = |name: &str| matches!(option(name), Some(None | Some("true" | "1")));
        let read_only = switched_on("readonly") || switched_on("ro");
        let target = fields.target.as_deref().unwrap_or_default();
        match fields.kind.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("bind" | "npipe" | "glob") => {
                self.folder(fields.source.as_deref().unwrap_or_default(), target, read_only, source, property)
            }
            Some("tmpfs" | "image" | "ramfs" | "devpts" | "artifact") => None,
            // A volume is the engine's own, unless its driver is told to mount something else.
            _ => fields.options.iter().find_map(|(key, value)| {
                let value = value.as_deref().unwrap_or_default();
                let told = matches!(key.to_ascii_lowercase().as_str(), "volume-opt" | "volume-driver") && value != "local";
                told.then(|| Touch {
                    kind: TouchKind::RawOption,
                    what: text.to_owned(),
                    detail: "A volume with a driver or options of its own can lead anywhere on the engine's machine."
                        .to_owned(),
                    source: source.clone(),
                    property: property.to_owned(),
                    files: Vec::new(),
                })
            }),
        }
    }

    /// A touch for the text of a `--volume`.
    pub(super) fn volume(&self, text: &str, source: Source, property: &str) -> Option<Touch> {
        let parts = crate::run_args::split_volume(text);
        let [from, target, rest @ ..] = parts.as_slice() else { return None };
        let is_path = from.starts_with(['/', '.', '~', '\\']) || self.style.is_absolute(from);
        let read_only = rest.iter().flat_map(|options| options.split(',')).any(|option| option == "ro");
        if is_path { self.folder(from, target, read_only, source, property) } else { None }
    }
}

/// Sockets and pipes that obey whoever can open them.
pub(super) fn is_engine_socket(path: &str) -> bool {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let engines = ["docker", "podman", "containerd", "crio", "buildkitd", "colima", "lima"];
    let is_socket = name.ends_with(".sock") || path.contains("/pipe/");
    is_socket && (engines.iter().any(|engine| path.contains(engine)) || name == "api.sock")
}
