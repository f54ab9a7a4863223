//! Where the result of a build goes.

use std::collections::HashMap;
use std::io;

use bollard::grpc::build::moby::buildkit::v1::Exporter;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use wharf_plan::BuildSpec;
use wharf_plan::build::BuildOutput;
use wharf_plan::build_ability::{Builder, BuilderKind, pushes};

use crate::build::session::{Pieces, Target};
use crate::engine::Engine;
use crate::error::Error;
use crate::progress::OnProgress;

/// How many pieces of an image may wait on their way to the engine.
const WAITING: usize = 8;

/// What the builder is asked to export, and who takes it.
#[derive(Debug)]
pub(super) struct Exports {
    pub(super) exporters: Vec<Exporter>,
    /// As many as exporters.
    pub(super) targets: Vec<Target>,
    /// What goes on to the engine.
    pub(super) load: Option<Load>,
}

/// An image on its way into the engine.
#[derive(Debug)]
pub(super) struct Load {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    sender: Pieces,
}

impl Load {
    /// The other end, to close when nothing will come any more.
    pub(super) fn sender(&self) -> Pieces {
        self.sender.clone()
    }

    pub(super) async fn into_engine(self, engine: &Engine, on_progress: OnProgress<'_>) -> Result<(), Error> {
        engine.load(ReceiverStream::new(self.pieces), on_progress).await
    }
}

impl Exports {
    pub(super) fn of(engine: &Engine, builder: &Builder, spec: &BuildSpec) -> Result<Exports, Error> {
        let mut exports = Exports { exporters: Vec::new(), targets: Vec::new(), load: None };
        let image = BuildOutput {
            kind: if spec.push { "registry" } else { "docker" }.to_owned(),
            destination: None,
            attributes: std::collections::BTreeMap::new(),
        };
        let outputs = if spec.outputs.is_empty() { std::slice::from_ref(&image) } else { &spec.outputs };
        for output in outputs {
            exports.add(engine, builder, spec, output)?;
        }
        Ok(exports)
    }

    fn add(
        &mut self,
        engine: &Engine,
        builder: &Builder,
        spec: &BuildSpec,
        output: &BuildOutput,
    ) -> Result<(), Error> {
        let inside_engine = matches!(builder.kind, BuilderKind::Engine { .. });
        let mut attrs: HashMap<String, String> =
            output.attributes.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let destination = output.destination.clone();
        let (kind, target) = match (output.kind.as_str(), destination) {
            ("cacheonly", _) => return Ok(()),
            ("local", Some(path)) => ("local", Target::Folder(path)),
            (kind @ ("tar" | "oci" | "docker"), Some(path)) => (kind, Target::File(path)),
            // The engine's own builder keeps the result in the engine's own store.
            ("docker" | "image" | "registry", None) if inside_engine => ("moby", Target::Nowhere),
            ("image" | "registry", None) => ("image", Target::Nowhere),
            ("docker", None) => {
                if self.load.is_some() {
                    return Ok(());
                }
                let (sender, pieces) = mpsc::channel(WAITING);
                let sender = Pieces::new(sender);
                self.load = Some(Load { pieces, sender: sender.clone() });
                // Only this form can hold several platforms; an engine that cannot take it says so.
                let kind = if spec.platforms.len() > 1 { "oci" } else { "docker" };
                (kind, Target::Stream(sender))
            }
            (kind, _) => {
                return Err(Error::UnsupportedOption {
                    engine: engine.name().to_owned(),
                    option: format!("--output type={kind}"),
                    reason: "it needs a place, as in `dest=…`".to_owned(),
                });
            }
        };
        if pushes(output) {
            attrs.insert("push".to_owned(), "true".to_owned());
        }
        if !matches!(kind, "local" | "tar") && !spec.tags.is_empty() && !attrs.contains_key("name") {
            attrs.insert("name".to_owned(), spec.tags.join(","));
        }
        self.exporters.push(Exporter { r#type: kind.to_owned(), attrs });
        self.targets.push(target);
        Ok(())
    }
}
