//! `wharf templates`: Templates from registries.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Map, Value};
use wharf_api::ErrorResult;
use wharf_runner::{CollectionKind, TemplatesApplyRequest};

use super::authoring::{self, PublishArgs, TemplateDocsArgs};
use crate::door::Door;
use crate::flags::RegistryFlags;
use crate::text::{Line, WARNING};

/// Put a Template into a project, look at what registries have; publish and describe your own
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Apply(ApplyArgs),
    Metadata(MetadataArgs),
    Publish(PublishArgs),
    GenerateDocs(TemplateDocsArgs),
}

/// Put the files of a Template into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Files that are there already are written over.

Examples:
  wharf templates apply -t ghcr.io/devcontainers/templates/debian:latest
  wharf templates apply -t ghcr.io/devcontainers/templates/go -a '{\"imageVariant\": \"1.24-bookworm\"}'
  wharf templates apply -t ghcr.io/devcontainers/templates/go \\
    -f '[{\"id\": \"ghcr.io/devcontainers/features/git:1\"}]'")]
struct ApplyArgs {
    /// The folder that the files go into [default: the current one]
    #[arg(long, short, value_name = "FOLDER")]
    workspace_folder: Option<PathBuf>,
    /// The Template, as registries name it
    #[arg(long, short, value_name = "REFERENCE")]
    template_id: String,
    /// Values of the Template's options, as an object of texts
    #[arg(long, short = 'a', value_name = "JSON", default_value = "{}", hide_default_value = true)]
    template_args: String,
    /// Features to add to its configuration, as an array of objects with `id` and `options`
    #[arg(long, short, value_name = "JSON", default_value = "[]", hide_default_value = true)]
    features: String,
    /// Paths of the Template to leave out, as an array; a folder ends in `/*`
    #[arg(long, value_name = "JSON", default_value = "[]", hide_default_value = true)]
    omit_paths: String,
    /// Accepted for scripts; no temporary file is made
    #[arg(long, value_name = "FOLDER", hide = true)]
    tmp_dir: Option<PathBuf>,
    #[command(flatten)]
    registries: RegistryFlags,
}

/// Print what a Template says of itself
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf templates metadata ghcr.io/devcontainers/templates/debian:latest | jq .options")]
struct MetadataArgs {
    /// The Template, as registries name it
    #[arg(value_name = "REFERENCE")]
    template: String,
    #[command(flatten)]
    registries: RegistryFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.command {
        Command::Apply(arguments) => apply(door, arguments),
        Command::Metadata(arguments) => metadata(door, arguments),
        Command::Publish(arguments) => authoring::publish(door, CollectionKind::Template, arguments),
        Command::GenerateDocs(arguments) => authoring::template_docs(door, arguments),
    }
}

fn apply(door: &Door, arguments: ApplyArgs) -> u8 {
    let read = || {
        Ok(TemplatesApplyRequest {
            options: wharf_runner::parse_template_options(&arguments.template_args)
                .map_err(|problem| ("--template-args", problem))?,
            features: wharf_runner::parse_template_features(&arguments.features)
                .map_err(|problem| ("--features", problem))?,
            omitted: wharf_runner::parse_omitted_paths(&arguments.omit_paths)
                .map_err(|problem| ("--omit-paths", problem))?,
            workspace_folder: arguments.workspace_folder.clone(),
            template: arguments.template_id.clone(),
            registries: arguments.registries.clone().into(),
        })
    };
    let request = match read() {
        Ok(request) => request,
        Err((flag, problem)) => {
            let message = format!("{flag} cannot be read: {problem}");
            return door.wrong_usage(&ErrorResult { message, ..ErrorResult::default() });
        }
    };
    match door.look(async |_| wharf_runner::templates_apply(&request).await) {
        Ok(applied) => {
            for warning in &applied.warnings {
                door.say(&Line::new().add(WARNING, "warning:").text(" ").text(warning));
            }
            door.answer_json(&applied.result)
        }
        Err(failure) => door.fail(&failure),
    }
}

fn metadata(door: &Door, arguments: MetadataArgs) -> u8 {
    let registries = arguments.registries.into();
    let found = door.look(async |_| wharf_runner::templates_metadata(&arguments.template, &registries).await);
    // What scripts read when there is nothing to tell.
    let nothing = || door.answer_json(&Value::Object(Map::new())).max(1);
    match found {
        Ok(Some(metadata)) => door.answer_json(&metadata),
        Ok(None) => {
            door.say(
                &Line::new()
                    .add(WARNING, "warning:")
                    .text(" its publisher put no metadata beside the Template; publishing it anew does"),
            );
            nothing()
        }
        Err(failure) => door.fail(&failure).max(nothing()),
    }
}
