//! Which host paths lie outside the workspace, and which of them are more than a folder.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use wharf_spec::{PathStyle, Source};

use super::options::CANNOT_TELL;
use super::{Touch, TouchKind};
use crate::container::MountSpec;
use crate::facts::{EngineKind, HostSystem};
use crate::run_args::{self, ReadVolume, join};
use crate::state::{Observed, Running};

/// Tells what lies outside the workspace.
pub(super) struct Outside<'a> {
    style: PathStyle,
    /// Whether the engine is Podman.
    podman: bool,
    /// The labels by which the environment is found.
    id_labels: &'a [(String, String)],
    /// The folder that is opened, where relative paths start.
    folder: &'a str,
    /// The folder that is mounted anyway: the git root or the workspace.
    workspace: &'a str,
    /// Where the volume is that holds the workspace, if one does: nothing below is on this computer.
    volume: Option<&'a str>,
    /// Where what is looked at of a workspace in a volume lies, which is elsewhere each time.
    copy: Option<&'a str>,
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
            podman: observed.engine.kind == EngineKind::Podman,
            id_labels: &wanted.id_labels,
            folder: &observed.host.folder,
            workspace: &wanted.workspace.host_mount_folder,
            volume: project.and_then(|project| project.in_volume.as_ref()).map(|volume| volume.at.as_str()),
            copy: observed.host.copy.as_deref(),
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
        // Whoever expands it comes to somebody's home.
        if path.starts_with('~') {
            return true;
        }
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
        if path.starts_with('~') {
            return path.to_owned();
        }
        self.style.resolve("/", &self.seen_from(self.folder, path))
    }

    /// Whether a path lies in a folder that is outside itself.
    pub(super) fn is_part(&self, path: &str, folder: &str) -> bool {
        self.style.is_inside(path, &self.absolute(folder)) && self.is_outside(folder)
    }

    /// Whether a label (`name=value`, or its name) tells whose a container is.
    pub(super) fn tells_whose(&self, label: &str) -> bool {
        let name = label.split_once('=').map_or(label, |(name, _)| name);
        wharf_spec::labels::tells_whose(name) || self.id_labels.iter().any(|(own, _)| own == name.trim())
    }

    /// Whether the engine is Podman.
    pub(super) fn is_podman(&self) -> bool {
        self.podman
    }

    /// The folder that is opened.
    pub(super) fn opened(&self) -> &str {
        self.folder
    }

    /// The path as it is where relative ones start in `folder`.
    pub(super) fn seen_from(&self, folder: &str, path: &str) -> String {
        if self.is_placed(path) { path.to_owned() } else { join(folder, path) }
    }

    /// Whether the path means the same wherever it is read.
    fn is_placed(&self, path: &str) -> bool {
        path.starts_with('~') || self.style.is_absolute(path)
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
        let path = self.named(path);
        let touch = Touch {
            kind,
            what: format!("{path} at {target}") + mode,
            detail,
            source,
            property: property.to_owned(),
            exactly: None,
            files: Vec::new(),
        };
        // Its words alone may be a part of the target's name.
        Some(if read_only { touch.exactly(&json!("read-only")) } else { touch })
    }

    /// The path with the place that it leads to, where that is another.
    pub(super) fn shown(&self, path: &str) -> String {
        match self.places.get(path).filter(|real| *real != path) {
            Some(real) => format!("{path} (leads to {real})"),
            None => path.to_owned(),
        }
    }

    /// A path as it is told, and remembered. What a workspace in a volume names relative to itself is told so: the copy that is looked at lies
    /// elsewhere each time.
    pub(super) fn named(&self, path: &str) -> String {
        let absolute = self.absolute(path);
        match self.copy {
            Some(copy) if self.style.is_inside(&absolute, copy) => {
                self.style.relative(self.folder, &absolute)
            }
            _ => self.shown(&absolute),
        }
    }

    /// A touch for the text of a `--mount`.
    pub(super) fn mount(&self, text: &str, source: Source, property: &str) -> Option<Touch> {
        let read = run_args::mount(text, self.folder, self.podman);
        // An engine that gets a path which is none takes it for something of its own, if for anything.
        let read = read.ok().filter(|spec| spec.r#type != "bind" || self.is_placed(&spec.source));
        self.mounted(read, text, source, property)
    }

    /// The same for a mount as it was read for whoever makes it; nothing where it could not be read.
    pub(super) fn mounted(
        &self,
        spec: Option<MountSpec>,
        text: &str,
        source: Source,
        property: &str,
    ) -> Option<Touch> {
        let raw = |detail: &str| Some(raw(text, detail, &source, property));
        let Some(spec) = spec else { return raw(CANNOT_TELL) };
        if self.is_torn(&[&spec.source, &spec.target]) {
            return raw(CANNOT_TELL);
        }
        let folder = || self.folder(&spec.source, &spec.target, spec.read_only, source.clone(), property);
        match spec.r#type.as_str() {
            "bind" => folder(),
            // Which pipe, and which files, is told by somebody else's rules.
            "npipe" | "glob" => folder().or_else(|| raw(CANNOT_TELL)),
            "tmpfs" | "image" | "ramfs" | "devpts" | "artifact" => None,
            // A volume is the engine's own, unless its driver is told to mount something else.
            "volume" if is_led_elsewhere(&spec) => raw(LEADS_ANYWHERE),
            "volume" if spec.source.is_empty() || is_volume_name(&spec.source) => None,
            _ => raw(CANNOT_TELL),
        }
    }

    /// Whether fields of a mount may become more: Podman writes them into one line again, as they are.
    pub(super) fn is_torn(&self, fields: &[&str]) -> bool {
        self.podman && fields.iter().any(|field| field.contains([',', '"', '\n']))
    }

    /// A touch for the text of a `--volume`; relative paths start in `folder`.
    pub(super) fn volume(&self, text: &str, folder: &str, source: Source, property: &str) -> Option<Touch> {
        let read = |text: &str| match run_args::split_volume(text).as_slice() {
            [from, target, rest @ ..] => Some(((*from).to_owned(), (*target).to_owned(), rest.join(","))),
            _ => None,
        };
        // Compose expands it; the engines' programs do not, and are not asked.
        let home = || Some(text).filter(|text| text.starts_with('~')).and_then(read);
        let parts = match (home(), run_args::volume_flag(text, folder)) {
            (Some(parts), _) => parts,
            (None, Ok(ReadVolume::Anonymous(_))) => return None,
            (None, Ok(ReadVolume::Bind(text))) => read(&text)?,
            (None, Err(_)) => return Some(raw(text, CANNOT_TELL, &source, property)),
        };
        let (from, target, options) = parts;
        let mut options = options.split(',');
        // Podman's overlays write where an option says.
        if options.clone().any(|option| option.contains('=') && !option.starts_with("idmap=")) {
            return Some(raw(text, CANNOT_TELL, &source, property));
        }
        let read_only = options.any(|option| option == "ro");
        match () {
            () if self.is_placed(&from) => self.folder(&from, &target, read_only, source, property),
            () if is_volume_name(&from) => None,
            () => Some(raw(text, CANNOT_TELL, &source, property)),
        }
    }
}

fn raw(text: &str, detail: &str, source: &Source, property: &str) -> Touch {
    Touch {
        kind: TouchKind::RawOption,
        what: text.to_owned(),
        detail: detail.to_owned(),
        source: source.clone(),
        property: property.to_owned(),
        exactly: None,
        files: Vec::new(),
    }
}

/// What is said of a volume that is more than the engine's own.
pub(super) const LEADS_ANYWHERE: &str =
    "A volume with a driver or options of its own can lead anywhere on the engine's machine.";

/// Whether a volume has a driver of its own, or one that is told what to mount.
fn is_led_elsewhere(spec: &MountSpec) -> bool {
    let driver = spec.volume_options.as_ref().and_then(|options| options.driver_config.as_ref());
    driver.is_some_and(|driver| !matches!(driver.name.as_str(), "" | "local") || !driver.options.is_empty())
}

/// Whether a text can only be the name of a volume, and no path.
pub(super) fn is_volume_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    !text.is_empty() && !text.starts_with('.') && text.chars().all(is_letter)
}

/// Sockets and pipes that obey whoever can open them.
pub(super) fn is_engine_socket(path: &str) -> bool {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let engines = ["docker", "podman", "containerd", "crio", "buildkitd", "colima", "lima"];
    let is_socket = name.ends_with(".sock") || path.contains("/pipe/");
    is_socket && (engines.iter().any(|engine| path.contains(engine)) || name == "api.sock")
}
