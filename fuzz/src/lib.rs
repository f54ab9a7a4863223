//! What fuzzers, and the test of their corpora, call with any bytes: each function reads one language that somebody else writes, and ends by
//! panicking when what must hold does not.

use std::path::Path;

use wharf_agent::frame::{Decoder, HEADER_LENGTH, Kind, Piece};
use wharf_agent::message::{AgentMessage, HostMessage, Message};
use wharf_registry::{Manifest, unpack};
use wharf_spec::compose::{ComposeProject, Dollars, names_project};
use wharf_spec::dockerfile::Dockerfile;
use wharf_spec::feature::{
    ControlManifest, FeatureManifest, FeatureReference, LocalBase, Lockfile, OciReference,
};
use wharf_spec::metadata::{label_for_container, label_for_dockerfile, read_label};
use wharf_spec::{Document, PathStyle, read};

/// One target: a name, which is its corpus' folder too, and what reads the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 10] = [
    ("archive", archive),
    ("compose", compose),
    ("dockerfile", dockerfile),
    ("document", document),
    ("frames", frames),
    ("keeper", keeper),
    ("label", label),
    ("lockfile", lockfile),
    ("manifest", manifest),
    ("reference", reference),
];

/// A `devcontainer.json`: parsing and reading answer with data, and what parsed once parses again.
pub fn document(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok((document, _)) = Document::parse(Path::new("/w/.devcontainer/devcontainer.json"), &text) {
        let _ = read(&document);
        let again = document.value.to_string();
        assert!(Document::parse(Path::new("/w/.devcontainer/devcontainer.json"), &again).is_ok());
    }
}

/// A Dockerfile: no stage is lost between reading and reading again.
pub fn dockerfile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = Dockerfile::parse(&text);
    assert_eq!(read.text(), text);
    let _ = read.instructions();
    assert_eq!(Dockerfile::parse(read.text()).stages().len(), read.stages().len());
}

/// What Compose prints of a project.
pub fn compose(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = names_project(&text);
    for dollars in [Dollars::Doubled, Dollars::Plain] {
        if let Ok(project) = ComposeProject::read(&text, dollars) {
            assert!(project.started(&[]).len() <= project.services.len());
        }
    }
}

/// What either end of a connection into a container may send: no more is held than has arrived, and what was understood is written so that it
/// is understood again.
pub fn frames(data: &[u8]) {
    let mut decoder = Decoder::new();
    for mut piece in data.chunks(61) {
        while let Ok(Some(frame)) = decoder.next(&mut piece) {
            assert!(frame.payload.len() <= frame.kind.limit());
            if frame.kind == Kind::Control {
                let stream = frame.stream;
                understood::<HostMessage>(HostMessage::from_frame(&frame).ok(), stream);
                understood::<AgentMessage>(AgentMessage::from_frame(&frame).ok(), stream);
            }
        }
        assert!(decoder.buffered() <= data.len().min(HEADER_LENGTH + Kind::Control.limit()));
    }
    let mut decoder = Decoder::new();
    for mut rest in data.chunks(61) {
        while let Ok(Some(piece)) = decoder.next_piece(&mut rest) {
            match piece {
                Piece::Data { length, .. } => rest = &rest[length..],
                Piece::Frame(frame) => assert_ne!(frame.kind, Kind::Data),
            }
        }
        assert!(decoder.buffered() <= data.len().min(HEADER_LENGTH + Kind::Control.limit()));
    }
}

fn understood<M: Message + PartialEq + std::fmt::Debug>(message: Option<M>, stream: u32) {
    if let Some(message) = message {
        let again = message.to_frame(stream).and_then(|frame| M::from_frame(&frame));
        assert_eq!(again.ok(), Some(message));
    }
}

/// What a client and the keeper may send each other: what was understood is written so that it is understood again.
pub fn keeper(data: &[u8]) {
    for [understood, again] in wharf_runner::keeper_documents(data) {
        assert_eq!(understood, again);
        assert!(understood.is_object());
    }
}

/// A metadata label: what was read is written so that it reads the same.
pub fn label(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (entries, _) = read_label(&text, "image");
    let written = label_for_container(&entries);
    assert_eq!(label_for_container(&read_label(&written, "image").0), written);
    let _ = label_for_dockerfile(&entries);
}

/// What a registry or server answers: a manifest, the description in its annotation or archive, and the control manifest.
pub fn manifest(data: &[u8]) {
    if let Ok(manifest) = Manifest::read(data.to_vec(), "a Feature") {
        assert_eq!(manifest.body, data);
    }
    let text = String::from_utf8_lossy(data);
    let control = ControlManifest::parse(&text);
    let _ = control.disallowed("localhost:5000/a/b");
    let _ = FeatureManifest::parse(Path::new("devcontainer-feature.json"), &text);
    if let Ok(collection) = serde_json::from_slice(data) {
        let _ = FeatureManifest::in_collection(&collection, "tool");
    }
}

/// A lockfile: what was read is printed so that it reads the same.
pub fn lockfile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(Some(lockfile)) = Lockfile::parse(&text) {
        let printed = lockfile.print();
        assert_eq!(Lockfile::parse(&printed).ok().flatten().as_ref(), Some(&lockfile));
        assert!(lockfile.is_written_as(&printed));
    }
}

/// The name of a Feature: a name that was read reads the same again.
pub fn reference(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let base = LocalBase {
        configuration: "/w/.devcontainer/devcontainer.json",
        workspace: "/w",
        style: PathStyle::Linux,
        fetched: "/state/features",
    };
    let _ = FeatureReference::parse(&text, &base);
    if let Ok(reference) = OciReference::parse(&text) {
        assert_eq!(OciReference::parse(&reference.to_string()), Ok(reference));
    }
}

/// An archive of a Feature: nothing of it lands outside its folder, and no link in it leads out.
pub fn archive(data: &[u8]) {
    let Ok(outer) = tempfile::tempdir() else { return };
    let folder = outer.path().join("folder");
    if std::fs::create_dir(&folder).is_err() {
        return;
    }
    let _ = unpack(data, &folder, "an archive", &|_| true);
    let beside: Vec<_> = std::fs::read_dir(outer.path()).into_iter().flatten().flatten().collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
    stays_inside(&folder, &folder);
}

fn stays_inside(root: &Path, folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_symlink() {
            let inside = root.canonicalize().unwrap_or_else(|_| root.to_owned());
            let leads_out = path.canonicalize().is_ok_and(|target| !target.starts_with(&inside));
            assert!(!leads_out, "{} leads out", path.display());
        } else if path.is_dir() {
            stays_inside(root, &path);
        }
    }
}
