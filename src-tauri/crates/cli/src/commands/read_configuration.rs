//! `wharf read-configuration`: the configuration as it is understood.

use wharf_runner::ReadConfigurationRequest;

use crate::door::Door;
use crate::flags::{FeatureFlags, LockfileFlags, SubjectFlags, UnusedTerminalSizeFlags};

/// Print the configuration as it is understood, variables replaced
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf read-configuration                                 the folder you are in
  wharf read-configuration --include-merged-configuration  with what the image brings
  wharf read-configuration --show-origin                   which file says what")]
pub(crate) struct Args {
    #[command(flatten)]
    subject: SubjectFlags,
    /// Add the merged configuration
    #[arg(long, help_heading = "Output")]
    include_merged_configuration: bool,
    /// Add the Features as they would be installed
    #[arg(long, help_heading = "Output")]
    include_features_configuration: bool,
    /// Add who wrote each value: file, line and column, image, Feature or flag
    #[arg(long, help_heading = "Output")]
    show_origin: bool,
    #[command(flatten)]
    features: FeatureFlags,
    #[command(flatten)]
    size: UnusedTerminalSizeFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let mut target = door.aim(arguments.subject.target());
    door.choose(&mut target);
    let request = ReadConfigurationRequest {
        target,
        include_features_configuration: arguments.include_features_configuration,
        features: arguments.features.request(LockfileFlags::default()),
        include_merged_configuration: arguments.include_merged_configuration,
        show_origin: arguments.show_origin,
    };
    let result =
        door.look(async |stage| wharf_runner::read_configuration(&request, stage.sink, stage.cancel).await);
    match result {
        Ok(result) => door.answer_json(&result),
        Err(failure) => door.fail(&failure),
    }
}
