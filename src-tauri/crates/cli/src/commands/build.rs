//! `wharf build`: the image, without a container.

use std::path::PathBuf;

use wharf_runner::{BuildRequest, Target};

use crate::door::Door;
use crate::flags::{CacheFlags, FeatureFlags, LockfileFlags, PlaceFlags, SubjectArgument};

/// Build the image, with the environment's metadata in it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf build                                            the folder you are in
  wharf build --image-name ghcr.io/me/dev:1 --push .     and push it
  wharf build --platform linux/amd64,linux/arm64 --output type=oci,dest=image.tar

Prints one JSON document on standard output. The result is one of the engine's images unless
--push or --output send it elsewhere. Both, --cache-to and several platforms need BuildKit:
the engine's own, or the builder that `docker buildx use` chose.")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectArgument,
    /// The project's folder
    #[arg(long, value_name = "FOLDER", help_heading = "Environment")]
    workspace_folder: Option<PathBuf>,
    #[command(flatten)]
    place: PlaceFlags,
    #[command(flatten)]
    image: ImageFlags,
    #[command(flatten)]
    features: FeatureFlags,
    #[command(flatten)]
    lockfile: LockfileFlags,
    #[arg(long, hide = true)]
    skip_persisting_customizations_from_features: bool,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Image")]
struct ImageFlags {
    /// Call it so, instead of after the folder; may be repeated
    #[arg(long = "image-name", value_name = "NAME")]
    image_names: Vec<String>,
    /// Give it this label; may be repeated
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,
    /// Build for these platforms, such as linux/amd64,linux/arm64
    #[arg(long = "platform", value_name = "PLATFORMS")]
    platforms: Vec<String>,
    /// Push it to the registries of its names instead of keeping it on the engine
    #[arg(long)]
    push: bool,
    /// Write it here instead of keeping it on the engine, such as type=oci,dest=image.tar
    #[arg(long = "output", value_name = "WHERE")]
    outputs: Vec<String>,
    /// Build without the cache
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    cache: CacheFlags,
    /// Allow and remember what the build does to this computer
    #[arg(long)]
    trust: bool,
}

/// The reference's sentence for whatever fails here and has none of its own.
const GENERAL: &str = "An error occurred building the container.";

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let ImageFlags { image_names, labels, platforms, push, outputs, no_cache, cache, trust } =
        arguments.image;
    let mut target = door.aim(Target {
        argument: arguments.subject.argument,
        workspace_folder: arguments.workspace_folder,
        ..arguments.place.target()
    });
    door.choose(&mut target);
    let request = BuildRequest {
        target,
        trust: door.trust(trust),
        image_names,
        no_cache,
        without_buildkit: cache.without_buildkit(),
        omit_syntax_directive: cache.omit_syntax_directive,
        cache_from: cache.cache_from,
        cache_to: cache.cache_to,
        platforms,
        push,
        outputs,
        labels,
        features: arguments.features.request(arguments.lockfile),
        skip_persisting_customizations: arguments.skip_persisting_customizations_from_features,
    };
    let result = door
        .operate(async |stage| wharf_runner::build(&request, stage.sink, stage.asker, stage.cancel).await);
    door.finish_as_the_reference(result, GENERAL)
}
