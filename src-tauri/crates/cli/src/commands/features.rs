//! `wharf features`: Features in registries looked at, and Features of one's own packed, published and described.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use wharf_runner::{CollectionKind, FeaturesInfoRequest, Target};

use super::authoring::{self, FeatureDocsArgs, PackageArgs, PublishArgs};
use super::feature_test::{self, TestArgs};
use super::outdated::OutputFormat;
use crate::door::{Door, Failure};
use crate::flags::RegistryFlags;
use crate::render;

/// Look at Features in registries and at what a configuration's need; pack, publish and describe your own
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(InfoArgs),
    ResolveDependencies(ResolveArgs),
    Package(PackageArgs),
    Publish(PublishArgs),
    GenerateDocs(FeatureDocsArgs),
    Test(TestArgs),
}

/// Show what a registry has of a Feature
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf features info tags ghcr.io/devcontainers/features/node
  wharf features info manifest ghcr.io/devcontainers/features/node:1 --output-format json
  wharf features info dependencies ghcr.io/devcontainers/features/node:1")]
struct InfoArgs {
    /// What to show: manifest, tags, dependencies, or verbose for all of it
    #[arg(value_name = "WHAT", hide_possible_values = true)]
    mode: Mode,
    /// The Feature, as configurations name it
    #[arg(value_name = "REFERENCE")]
    feature: String,
    /// What is printed: text, or one JSON document, which has no dependencies
    #[arg(
        long,
        value_name = "text|json",
        hide_possible_values = true,
        default_value = "text",
        hide_default_value = true
    )]
    output_format: OutputFormat,
    #[command(flatten)]
    registries: RegistryFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Manifest,
    Tags,
    Dependencies,
    Verbose,
}

/// Draw what the Features of a configuration depend on, and show the order of their installation
#[derive(Debug, clap::Args)]
#[command(after_help = "The graph can be drawn at https://mermaid.live.

Examples:
  wharf features resolve-dependencies
  wharf features resolve-dependencies --workspace-folder api-server")]
struct ResolveArgs {
    /// The project's folder [default: the current one, or its nearest parent with a configuration]
    #[arg(long, value_name = "FOLDER")]
    workspace_folder: Option<PathBuf>,
    #[command(flatten)]
    registries: RegistryFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.command {
        Command::Info(arguments) => info(door, arguments),
        Command::ResolveDependencies(arguments) => resolve(door, arguments),
        Command::Package(arguments) => authoring::package(door, CollectionKind::Feature, arguments),
        Command::Publish(arguments) => authoring::publish(door, CollectionKind::Feature, arguments),
        Command::GenerateDocs(arguments) => authoring::feature_docs(door, arguments),
        Command::Test(arguments) => feature_test::run(door, arguments),
    }
}

fn info(door: &Door, arguments: InfoArgs) -> u8 {
    let json = arguments.output_format == OutputFormat::Json;
    let wants = |mode: Mode| arguments.mode == mode || arguments.mode == Mode::Verbose;
    let request = FeaturesInfoRequest {
        manifest: wants(Mode::Manifest),
        tags: wants(Mode::Tags),
        dependencies: wants(Mode::Dependencies) && !json,
        feature: arguments.feature,
        registries: arguments.registries.into(),
    };
    match door.look(async |_| wharf_runner::features_info(&request).await) {
        Ok(info) if json => {
            let mut document = Map::new();
            document.extend(info.manifest.map(|manifest| ("manifest".to_owned(), manifest)));
            document.extend(info.canonical_id.map(|id| ("canonicalId".to_owned(), id.into())));
            document.extend(info.published_tags.map(|tags| ("publishedTags".to_owned(), tags.into())));
            door.answer_indented_by(4, &Value::Object(document))
        }
        Ok(info) => door.answer_lines(|_| render::feature(&info)),
        Err(failure) => {
            let code = door.fail(&failure);
            // What scripts read when there is nothing to tell.
            if json { door.answer_json(&Value::Object(Map::new())).max(code) } else { code }
        }
    }
}

fn resolve(door: &Door, arguments: ResolveArgs) -> u8 {
    let registries = arguments.registries.into();
    let target = door.aim(Target { workspace_folder: arguments.workspace_folder, ..Target::default() });
    let resolved =
        door.look(async |_| wharf_runner::features_resolve_dependencies(target, &registries).await);
    let resolved = match resolved {
        Ok(resolved) => resolved,
        Err(failure) => return door.fail(&failure),
    };
    let code = door.answer(&format!("{}\n", resolved.diagram));
    match resolved.order {
        Ok(order) => {
            let order: Vec<Value> =
                order.into_iter().map(|(id, options)| json!({ "id": id, "options": options })).collect();
            door.answer_indented_by(2, &json!({ "installOrder": order })).max(code)
        }
        Err(error) => door.fail(&Failure::from(error)).max(code),
    }
}
