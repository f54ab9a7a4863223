//! `wharf completion`: a shell's completion script.

use clap_complete::Shell;

use super::parser;
use crate::door::Door;

/// Print a script that completes wharf's commands and flags in a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wharf completion bash > ~/.local/share/bash-completion/completions/wharf\n  \
                        wharf completion fish > ~/.config/fish/completions/wharf.fish"
)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(door: &Door, arguments: &Args) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut parser(door.program), door.program.name(), &mut script);
    door.answer(&String::from_utf8_lossy(&script))
}
