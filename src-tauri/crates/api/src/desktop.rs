//! What the window is told of the desktop around it: the file managers, and what was handed over to be opened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of Wharf is in the system's file managers: what `integrate` and `unintegrate` print with `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationReport {
    /// Whether everything is there as this version would write it.
    pub installed: bool,
    /// Each place, in the order in which they are written.
    pub places: Vec<IntegrationPlace>,
    /// The places that were written or cleared just now, or that would be.
    pub changed: Vec<String>,
}

/// One place of the system that offers to open a folder with Wharf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationPlace {
    /// What it is for.
    pub manager: FileManager,
    /// The file, or the key of the registry.
    pub path: String,
    /// Whether it is there.
    pub state: IntegrationState,
}

/// What shows folders, and can offer to open one with Wharf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FileManager {
    /// "Open with" of every file manager on Linux: a desktop entry that no menu shows and that is never the default.
    OpenWith,
    /// KDE's Dolphin.
    Dolphin,
    /// GNOME's Files.
    Nautilus,
    /// Cinnamon's Nemo.
    Nemo,
    /// Windows' Explorer, on a folder.
    ExplorerFolder,
    /// Windows' Explorer, on the background of an open folder.
    ExplorerBackground,
    /// macOS' Finder, among its services.
    Finder,
}

/// Whether Wharf is in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum IntegrationState {
    /// Not there.
    Absent,
    /// There, as this version writes it.
    Installed,
    /// There, but written by another version or for a program elsewhere.
    Outdated,
}

/// Something that was handed to the window to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Opened {
    /// A folder of this computer.
    Folder {
        /// Its absolute path.
        folder: String,
        /// Whether a link asked for it, so that a person is asked before anything is read.
        by_link: bool,
    },
    /// An environment that is on the board: a person chose it in the tray's menu.
    Environment {
        /// Its id there.
        id: String,
    },
    /// A repository to clone into a volume. Only links ask for one; a person is asked first.
    Repository {
        /// Its address.
        url: String,
    },
    /// A link that asks for nothing that is ever done.
    Refused {
        /// Why, in one line.
        message: String,
    },
}
