//! Wharf in the system's file managers: "Open with Wharf" on a folder.
//!
//! What is written where is computed, for every system on every system ([`places`]); here it is compared with what is there, written and
//! taken away again. Everything lies in the person's own folders or their own part of the registry, so nothing needs more rights than
//! theirs. What Wharf writes bears its mark; what does not bear it is not touched. Folders that had to be made are remembered, and go
//! again with the last file in them.

mod files;
mod linux;
mod macos;
#[cfg(windows)]
mod registry;
mod windows;

use std::path::{Path, PathBuf};

use wharf_api::{FileManager, IntegrationPlace, IntegrationReport, IntegrationState};

use crate::error::{Error, Result};
use crate::request::IntegrationRequest;
use crate::store::Store;

use files::{File, Made};

/// The app's identifier, which every file of the integration bears.
const MARK: &str = "dev.wharf.desktop";
/// How a person's file managers call it.
const TITLE: &str = "Open with Wharf";
/// The same in Simplified Chinese.
const TITLE_CHINESE: &str = "用 Wharf 打开";
/// The state file that remembers what had to be made besides the files themselves.
const RECORD: &str = "integration";

/// The systems with a file manager of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Linux,
    MacOs,
    Windows,
}

impl System {
    /// The one that this program was built for.
    const HERE: System = if cfg!(windows) {
        System::Windows
    } else if cfg!(target_os = "macos") {
        System::MacOs
    } else {
        System::Linux
    };
}

/// A person's folders, as far as file managers read them.
#[derive(Debug, Clone)]
struct Folders {
    home: PathBuf,
    /// `XDG_DATA_HOME`, on Linux.
    data: PathBuf,
}

/// One place that offers to open a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    manager: FileManager,
    content: Content,
}

/// What makes a place.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// Files, of which the first is the one to name.
    Files(Vec<File>),
    /// A key of the person's part of the registry that is Wharf's alone.
    Key(Key),
}

/// A key of the registry below `HKEY_CURRENT_USER`, with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    path: String,
    /// The key below it, or nothing for itself; the value's name, of which none is the key's own; the text.
    values: Vec<(&'static str, &'static str, String)>,
}

/// Every place of a system, for the program that is to open folders.
fn places(system: System, folders: &Folders, program: &str) -> Vec<Place> {
    match system {
        System::Linux => linux::places(&folders.data, program),
        System::MacOs => macos::places(&folders.home),
        System::Windows => windows::places(program),
    }
}

/// What of Wharf is in the file managers now.
///
/// # Errors
/// When the person has no home folder, or what is there cannot be read.
pub fn integration(request: &IntegrationRequest) -> Result<IntegrationReport> {
    report(&places_here(request)?, Vec::new())
}

/// Writes what is missing or of another version. A second time it changes nothing.
///
/// # Errors
/// When a file cannot be written, or something that is not Wharf's lies in its place.
pub fn integrate(request: &IntegrationRequest) -> Result<IntegrationReport> {
    let places = places_here(request)?;
    // Before anything is written, so that a file in the way leaves nothing half done.
    let mut wanted = Vec::new();
    for place in &places {
        if let Content::Files(all) = &place.content {
            all.iter().try_for_each(File::check_place)?;
        }
        if state(place)? != IntegrationState::Installed {
            wanted.push(place);
        }
    }
    let changed: Vec<_> = wanted.iter().map(|place| name(place)).collect();
    if request.dry_run || wanted.is_empty() {
        return report(&places, changed);
    }
    let store = Store::open(request.user_data_folder.as_deref())?;
    let mut made: Made = store.load(RECORD)?.found().unwrap_or_default();
    for place in wanted {
        match &place.content {
            Content::Files(all) => all.iter().try_for_each(|file| file.write(&mut made))?,
            Content::Key(key) => write_key(key)?,
        }
    }
    tell_the_system(&folders(request)?, &mut made);
    if !made.is_empty() {
        store.save(RECORD, &made)?;
    }
    report(&places, changed)
}

/// Takes away what Wharf wrote, of any version, and the folders that were made for it if nothing else is in them.
///
/// # Errors
/// When something that is there cannot be removed.
pub fn unintegrate(request: &IntegrationRequest) -> Result<IntegrationReport> {
    let places = places_here(request)?;
    let store = Store::open(request.user_data_folder.as_deref())?;
    let mut made: Made = store.load(RECORD)?.found().unwrap_or_default();
    let mut ours = Vec::new();
    for place in &places {
        let is_there = match &place.content {
            Content::Files(all) => any(all, File::is_ours)?,
            Content::Key(key) => key_state(key)? != IntegrationState::Absent,
        };
        if is_there {
            ours.push(place);
        }
    }
    let changed: Vec<_> = ours.iter().map(|place| name(place)).collect();
    if request.dry_run {
        return report(&places, changed);
    }
    for place in &ours {
        match &place.content {
            Content::Files(all) => {
                for file in all {
                    if file.is_ours()? {
                        file.remove()?;
                    }
                }
            }
            Content::Key(key) => remove_key(key)?,
        }
    }
    if !ours.is_empty() {
        tell_the_system(&folders(request)?, &mut made);
    }
    made.remove_what_is_empty()?;
    store.forget(RECORD)?;
    report(&places, changed)
}

fn folders(request: &IntegrationRequest) -> Result<Folders> {
    let home = match &request.home {
        Some(home) => home.clone(),
        None => match directories::BaseDirs::new() {
            Some(folders) => folders.home_dir().to_path_buf(),
            None => {
                return Err(Error::Impossible {
                    message: "there is no home folder to find file managers in".to_owned(),
                    location: None,
                    hint: Some("set HOME".to_owned()),
                });
            }
        },
    };
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let data = named.filter(|_| request.home.is_none()).unwrap_or_else(|| home.join(".local/share"));
    Ok(Folders { home, data })
}

fn places_here(request: &IntegrationRequest) -> Result<Vec<Place>> {
    Ok(places(System::HERE, &folders(request)?, &request.program.to_string_lossy()))
}

/// What a person is told of a place: its file or its key.
fn name(place: &Place) -> String {
    match &place.content {
        Content::Files(all) => all.first().map(|file| file.path.display().to_string()).unwrap_or_default(),
        Content::Key(key) => format!("HKEY_CURRENT_USER\\{}", key.path),
    }
}

fn report(places: &[Place], changed: Vec<String>) -> Result<IntegrationReport> {
    let places = places
        .iter()
        .map(|place| Ok(IntegrationPlace { manager: place.manager, path: name(place), state: state(place)? }))
        .collect::<Result<Vec<_>>>()?;
    let installed = places.iter().all(|place| place.state == IntegrationState::Installed);
    Ok(IntegrationReport { installed, places, changed })
}

fn state(place: &Place) -> Result<IntegrationState> {
    match &place.content {
        Content::Files(all) => {
            if !any(all, File::is_ours)? {
                Ok(IntegrationState::Absent)
            } else if any(all, |file| file.is_current().map(|current| !current))? {
                Ok(IntegrationState::Outdated)
            } else {
                Ok(IntegrationState::Installed)
            }
        }
        Content::Key(key) => key_state(key),
    }
}

fn any(all: &[File], is: impl Fn(&File) -> Result<bool>) -> Result<bool> {
    for file in all {
        if is(file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells whoever keeps an index of what lies in the folders. Without it file managers see the change after the next login.
fn tell_the_system(folders: &Folders, made: &mut Made) {
    match System::HERE {
        System::Linux => linux::tell(&folders.data, made),
        System::MacOs => macos::tell(&folders.home),
        // Explorer reads the registry each time.
        System::Windows => {}
    }
}

#[cfg(windows)]
use registry::{remove_key, state as key_state, write_key};

/// There are no keys on this system, so none is ever met here.
#[cfg(not(windows))]
fn key_state(_: &Key) -> Result<IntegrationState> {
    Ok(IntegrationState::Absent)
}

#[cfg(not(windows))]
fn write_key(_: &Key) -> Result<()> {
    Ok(())
}

#[cfg(not(windows))]
fn remove_key(_: &Key) -> Result<()> {
    Ok(())
}

/// Starts a program of the system that keeps an index, where there is one, and waits for it.
fn run_quietly(program: &Path, arguments: &[&std::ffi::OsStr]) {
    use std::process::{Command, Stdio};
    // Not every desktop has it; then nothing keeps an index either.
    let _ = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests;
