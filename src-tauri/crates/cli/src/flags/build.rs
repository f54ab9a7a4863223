//! How an image is built.

use clap::{Args, ValueEnum};

/// Flags of commands that build.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Image")]
pub(crate) struct CacheFlags {
    /// Take layers from this image or cache too; may be repeated
    #[arg(long, value_name = "IMAGE")]
    pub(crate) cache_from: Vec<String>,
    /// Write layers here for other builds; may be repeated
    #[arg(long, value_name = "WHERE")]
    pub(crate) cache_to: Vec<String>,
    /// Whether to build with BuildKit
    #[arg(long, value_name = "auto|never", hide_possible_values = true)]
    buildkit: Option<BuildKit>,
    #[arg(long, hide = true)]
    pub(crate) omit_syntax_directive: bool,
}

impl CacheFlags {
    /// Whether `--buildkit never` was given, or `auto`.
    pub(crate) fn without_buildkit(&self) -> Option<bool> {
        self.buildkit.map(|buildkit| buildkit == BuildKit::Never)
    }
}

/// `--buildkit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BuildKit {
    Auto,
    Never,
}
