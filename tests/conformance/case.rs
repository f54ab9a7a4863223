//! A case folder: `case.toml`, the `workspace/` it is about, the reference's answers in `reference.json`, and in `wharf.json` Wharf's where they are
//! wanted to be others.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Deserialize;
use wharf_test_support::engines::Kind;
use wharf_test_support::memory_registry::Lock;

use crate::compare::Answers;

/// A case as its folder tells it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// The folder's name, which is also the name of the workspace folder that the programs see.
    pub(crate) name: String,
    /// The case folder.
    pub(crate) folder: PathBuf,
    /// What `case.toml` says.
    pub(crate) script: Script,
}

/// The content of `case.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// The rules that the case shows, in words.
    pub(crate) rules: Vec<String>,
    /// Folders of `images/` that must be built before, named `conformance/<folder>`.
    #[serde(default)]
    pub(crate) images: Vec<String>,
    /// Run the programs as this user id, which takes root; without it as the user who runs the suite.
    pub(crate) user: Option<u32>,
    /// Answers depend on the suite being run by root.
    #[serde(default)]
    pub(crate) root: bool,
    /// Why the case is not played on Podman too.
    pub(crate) not_on_podman: Option<String>,
    /// A registry on loopback with the collection of Features and Templates in it.
    pub(crate) registry: Option<Registry>,
    /// The control manifest that the program finds in its cache instead of asking the network for it.
    pub(crate) control: Option<String>,
    /// The program needs Compose.
    #[serde(default)]
    pub(crate) compose: bool,
    /// A folder relative to the copy of `workspace/` that becomes a Git repository.
    pub(crate) git: Option<String>,
    /// The opened folder, relative to the copy of `workspace/`; without it the copy.
    pub(crate) open: Option<String>,
    /// Open the copy through a symbolic link that lies elsewhere.
    #[serde(default)]
    pub(crate) link: bool,
    /// What is done, in order.
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// How the registry of a case behaves.
///
/// Its host stands for `{registry}` in arguments, in variables, and in files of the workspace and of the home folder; there `{digest color:1.0.0}`
/// is the digest of a version's manifest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registry {
    /// What it asks before it answers.
    #[serde(default)]
    pub(crate) lock: Lock,
    /// Its token server knows nobody without a password.
    #[serde(default)]
    pub(crate) members_only: bool,
    /// Its token server listens elsewhere, at `{realm}`.
    #[serde(default)]
    pub(crate) elsewhere: bool,
    /// It holds nothing yet.
    #[serde(default)]
    pub(crate) empty: bool,
    /// Images of the engine (`busybox`) that are in it too, as `{registry}/busybox:1`: the engine knows them by other names.
    #[serde(default)]
    pub(crate) images: Vec<String>,
    /// Versions (`color:1.0.0`) for whose content it serves other bytes.
    #[serde(default)]
    pub(crate) corrupt: Vec<String>,
    /// Versions whose manifests say nothing about what is in them.
    #[serde(default)]
    pub(crate) unannotated: Vec<String>,
}

/// One thing that is done.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Step {
    /// Start the program and note its answers.
    Run(Box<Run>),
    /// Do something with the case's container behind the program's back.
    Container {
        /// `start`, `stop`, `restart`, `kill`, `pause`, `unpause` or `remove`.
        container: String,
    },
    /// Create and start a container by the engine's API, with this body; `{container}` names it from then on.
    Create {
        /// The body of the request.
        create: toml::Value,
    },
    /// Make a volume; its name begins with `conformance-` and the case's name.
    Volume {
        /// Its name.
        volume: String,
    },
    /// Write a file of the workspace.
    Write {
        /// Relative to the workspace.
        write: String,
        /// The content.
        text: String,
    },
}

/// A start of the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The arguments. `--workspace-folder` is put behind the first of them unless `bare`. `{workspace}`, `{root}`, `{case}` and
    /// `{container}` stand for what they say.
    pub(crate) run: Vec<String>,
    /// Leave the arguments as they are.
    #[serde(default)]
    pub(crate) bare: bool,
    /// The working directory relative to the workspace.
    #[serde(default)]
    pub(crate) folder: String,
    /// Variables for the program.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// What the program reads from its standard input.
    #[serde(default)]
    pub(crate) input: Input,
    /// Give the program a terminal of its own.
    #[serde(default)]
    pub(crate) terminal: bool,
    /// Whether the container is looked at afterwards; `up` does unless told.
    pub(crate) container: Option<bool>,
    /// Files or folders of the container to compare, `/tmp/facts` always being one of them.
    #[serde(default)]
    pub(crate) files: Vec<String>,
    /// Compare the images that the program made.
    #[serde(default)]
    pub(crate) images: bool,
    /// Compare what the program wrote to its standard error.
    #[serde(default)]
    pub(crate) stderr: bool,
    /// Texts of which it is noted whether standard error holds them: what a person is told in either program's words.
    #[serde(default)]
    pub(crate) said: Vec<String>,
    /// Note what the registry of the case was asked meanwhile, and how often.
    #[serde(default)]
    pub(crate) asked: bool,
    /// Compare the forms of the JSON events on standard error, and what they tell of hooks.
    #[serde(default)]
    pub(crate) events: bool,
    /// Of standard output only what begins with this counts.
    pub(crate) from: Option<String>,
    /// Compare what the registry of the case holds afterwards.
    #[serde(default)]
    pub(crate) published: bool,
    /// The reference's standard output is for people: only whether there is any counts.
    #[serde(default)]
    pub(crate) prose: bool,
}

/// What the program reads.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Input {
    /// Nothing: the end of the file at once.
    #[default]
    Nothing,
    /// This text.
    Text(String),
    /// Bytes that are no text.
    Bytes {
        /// Each byte value in turn, so many times over.
        every_byte_times: usize,
    },
}

impl Input {
    /// The bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Bytes { every_byte_times } => (0..*every_byte_times).flat_map(|_| 0..=u8::MAX).collect(),
        }
    }
}

/// A case is played on several engines at once, and they share the file of Wharf's answers.
static TURN: Mutex<()> = Mutex::new(());

impl Case {
    /// Reads a case folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("case.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let script: Script = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { name, folder: folder.to_owned(), script })
    }

    /// Where the reference's answers lie.
    pub(crate) fn reference(&self) -> PathBuf {
        self.folder.join("reference.json")
    }

    /// What Wharf answers on this engine at the places that the deviations leave open.
    pub(crate) fn kept(&self, kind: Kind) -> Result<Answers, String> {
        let _turn = TURN.lock();
        Ok(self.all_kept()?.remove(&kind.to_string()).unwrap_or_default())
    }

    /// Writes down what `kept` reads.
    pub(crate) fn keep(&self, kind: Kind, answers: Answers) -> Result<(), String> {
        let _turn = TURN.lock();
        let mut all = self.all_kept()?;
        all.insert(kind.to_string(), answers);
        all.retain(|_, answers| !answers.is_empty());
        let path = self.folder.join("wharf.json");
        if all.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(format!("{}: {error}", path.display()))
                }
                _ => Ok(()),
            };
        }
        let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
        std::fs::write(&path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }

    fn all_kept(&self) -> Result<BTreeMap<String, Answers>, String> {
        let path = self.folder.join("wharf.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}
