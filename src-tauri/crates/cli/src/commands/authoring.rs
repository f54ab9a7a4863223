//! What authors do with Features and with Templates: the same for both, but for the words.

use std::path::PathBuf;

use wharf_runner::{CollectionKind, GenerateDocsRequest, PackageRequest, PublishRequest};

use crate::door::Door;
use crate::flags::{RegistryFlags, UnusedRegistryFlags};
use crate::text::{Line, WARNING};

/// Pack Features or Templates into archives, with a file that lists them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf features package ./src                     each Feature of a folder
  wharf features package ./src/hello -o /tmp/out   one of them, elsewhere")]
pub(super) struct PackageArgs {
    /// The folder of one, or the folder that has a folder for each
    #[arg(value_name = "FOLDER", default_value = ".")]
    target: PathBuf,
    /// Where the archives are written to
    #[arg(long, short, value_name = "FOLDER", default_value = "./output")]
    output_folder: PathBuf,
    /// Empty that folder first
    #[arg(long, short)]
    force_clean_output_folder: bool,
    #[command(flatten)]
    registries: UnusedRegistryFlags,
}

/// Publish to a registry what it does not have yet, with a list of all of them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each version goes under its own tag, and under those that it is the newest of: 1, 1.2, 1.2.3, latest. \
Credentials are those of your container tools, or $DEVCONTAINERS_OCI_AUTH.

Prints one JSON document on standard output.

Examples:
  wharf features publish ./src -n me/features
  wharf templates publish ./src -n me/templates --registry registry.example.com"
)]
pub(super) struct PublishArgs {
    /// The folder of one, or the folder that has a folder for each
    #[arg(value_name = "FOLDER", default_value = ".")]
    target: PathBuf,
    /// The registry
    #[arg(long, short, value_name = "HOST", default_value = "ghcr.io")]
    registry: String,
    /// Where in it, such as OWNER/REPOSITORY
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: String,
    #[command(flatten)]
    registries: RegistryFlags,
}

/// Write a README.md for each Feature from what describes it and its NOTES.md
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf features generate-docs -p ./src -n me/features
  wharf features generate-docs -p ./src -n me/features --github-owner me --github-repo features")]
pub(super) struct FeatureDocsArgs {
    #[command(flatten)]
    common: DocsArgs,
    /// The registry that they are published to
    #[arg(long, short, value_name = "HOST", default_value = "ghcr.io")]
    registry: String,
    /// Where in it, such as OWNER/REPOSITORY
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: String,
}

/// Write a README.md for each Template from what describes it and its NOTES.md
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf templates generate-docs -p ./src
  wharf templates generate-docs -p ./src --github-owner me --github-repo templates")]
pub(super) struct TemplateDocsArgs {
    #[command(flatten)]
    common: DocsArgs,
}

#[derive(Debug, clap::Args)]
struct DocsArgs {
    /// The folder that has a folder for each, such as ./src
    #[arg(long, short, value_name = "FOLDER", default_value = ".")]
    project_folder: PathBuf,
    /// Whose the repository on GitHub is, for a link to what describes each
    #[arg(long, value_name = "OWNER", default_value = "", hide_default_value = true)]
    github_owner: String,
    /// The repository on GitHub
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    github_repo: String,
    #[command(flatten)]
    registries: UnusedRegistryFlags,
}

pub(super) fn package(door: &Door, kind: CollectionKind, arguments: PackageArgs) -> u8 {
    let request = PackageRequest {
        kind,
        target: arguments.target,
        output_folder: arguments.output_folder,
        force_clean: arguments.force_clean_output_folder,
    };
    match wharf_runner::package(&request) {
        Ok(packaged) => {
            warn(door, &packaged.warnings);
            let folder = request.output_folder.display();
            door.say(&Line::new().text(format!("packed into {folder}: {}", packaged.ids.join(", "))));
            0
        }
        Err(error) => door.fail(&error.into()),
    }
}

pub(super) fn publish(door: &Door, kind: CollectionKind, arguments: PublishArgs) -> u8 {
    let request = PublishRequest {
        kind,
        target: arguments.target,
        registry: arguments.registry,
        namespace: arguments.namespace,
        registries: arguments.registries.into(),
    };
    match door.operate(async |stage| wharf_runner::publish(&request, stage.cancel).await) {
        Ok(published) => {
            warn(door, &published.warnings);
            door.answer_json(&published.document)
        }
        Err(failure) => door.fail(&failure),
    }
}

pub(super) fn feature_docs(door: &Door, arguments: FeatureDocsArgs) -> u8 {
    docs(door, CollectionKind::Feature, arguments.common, arguments.registry, arguments.namespace)
}

pub(super) fn template_docs(door: &Door, arguments: TemplateDocsArgs) -> u8 {
    docs(door, CollectionKind::Template, arguments.common, String::new(), String::new())
}

fn docs(door: &Door, kind: CollectionKind, common: DocsArgs, registry: String, namespace: String) -> u8 {
    let request = GenerateDocsRequest {
        kind,
        project_folder: common.project_folder,
        registry,
        namespace,
        github_owner: common.github_owner,
        github_repo: common.github_repo,
    };
    match wharf_runner::generate_docs(&request) {
        Ok(pages) => {
            warn(door, &pages.warnings);
            for page in &pages.written {
                door.say(&Line::new().text(format!("written: {}", page.display())));
            }
            0
        }
        Err(error) => door.fail(&error.into()),
    }
}

fn warn(door: &Door, warnings: &[String]) {
    for warning in warnings {
        door.say(&Line::new().add(WARNING, "warning:").text(format!(" {warning}")));
    }
}
