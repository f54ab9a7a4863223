//! The commands: one file each, with its doc, its arguments and its function.

mod arguments;
mod authoring;
mod build;
mod check;
mod completion;
mod doctor;
mod down;
mod edit;
mod engine;
mod exec;
mod feature_test;
mod features;
mod forward;
mod headless;
mod integrate;
mod keeper;
mod list;
mod logs;
mod man;
mod open;
mod outdated;
mod plan;
mod ports;
mod read_configuration;
mod rebuild;
mod run_user_commands;
mod secrets;
mod set_up;
mod settings;
mod shell;
mod start;
mod status;
mod stop;
mod templates;
mod trust;
mod up;
mod upgrade;
mod version;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::door::Door;
use crate::flags::{OutputFlags, without_own_flags};
use crate::program::Program;

/// Runs development environments described by devcontainer.json on the Docker or Podman that is already there.
#[derive(Debug, Parser)]
#[command(
    name = "wharf",
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    args_override_self = true,
    max_term_width = 100,
    after_help = "Start with `wharf up` in a folder that has a .devcontainer/devcontainer.json.
`wharf --headless` keeps an environment up in the foreground until Ctrl-C."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: OutputFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(Box<up::Args>),
    Exec(exec::Args),
    Shell(shell::Args),
    Plan(Box<plan::Args>),
    Ports(ports::Args),
    Forward(forward::Args),
    #[command(hide = true)]
    Keeper(keeper::Args),
    Status(status::Args),
    List(list::Args),
    Logs(logs::Args),
    #[command(hide = true)]
    Headless(Box<headless::Args>),
    Start(start::Args),
    Stop(stop::Args),
    Rebuild(rebuild::Args),
    Down(down::Args),
    Build(Box<build::Args>),
    Check(check::Args),
    Outdated(outdated::Args),
    Upgrade(upgrade::Args),
    Features(features::Args),
    Templates(templates::Args),
    SetUp(Box<set_up::Args>),
    RunUserCommands(Box<run_user_commands::Args>),
    ReadConfiguration(read_configuration::Args),
    Edit(edit::Args),
    Open(open::Args),
    Engine(engine::Args),
    Settings(settings::Args),
    Secrets(secrets::Args),
    Integrate(integrate::Args),
    Unintegrate(integrate::RemoveArgs),
    Doctor(doctor::Args),
    Trust(trust::Args),
    Completion(completion::Args),
    Man(man::Args),
    Version(version::Args),
}

/// Decodes the arguments, runs the command and returns the exit code.
pub(crate) fn run(program: Program, arguments: Vec<OsString>) -> u8 {
    let command = parser(program);
    let arguments = arguments::as_the_reference_reads_them(&command, arguments);
    let parsed =
        command.try_get_matches_from(arguments).and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = match parsed {
        Ok(line) => line,
        // The reference prints its number alone.
        Err(error) if error.kind() == ErrorKind::DisplayVersion && program == Program::Devcontainer => {
            return Door::new(program, OutputFlags::default()).answer(program.version());
        }
        Err(error) => {
            // Help goes to standard output, complaints to standard error; clap knows which is which.
            let _ = error.print();
            return program.parser_code(error.kind());
        }
    };
    let door = Door::new(program, line.output);
    match line.command {
        Command::Up(arguments) => up::run(&door, *arguments),
        Command::Exec(arguments) => exec::run(&door, arguments),
        Command::Shell(arguments) => shell::run(&door, arguments),
        Command::Plan(arguments) => plan::run(&door, *arguments),
        Command::Ports(arguments) => ports::run(&door, arguments),
        Command::Forward(arguments) => forward::run(&door, arguments),
        Command::Keeper(arguments) => keeper::run(&door, arguments),
        Command::Status(arguments) => status::run(&door, arguments),
        Command::List(arguments) => list::run(&door, arguments),
        Command::Logs(arguments) => logs::run(&door, arguments),
        Command::Headless(arguments) => headless::run(&door, *arguments),
        Command::Start(arguments) => start::run(&door, arguments),
        Command::Stop(arguments) => stop::run(&door, arguments),
        Command::Rebuild(arguments) => rebuild::run(&door, arguments),
        Command::Down(arguments) => down::run(&door, arguments),
        Command::Build(arguments) => build::run(&door, *arguments),
        Command::Check(arguments) => check::run(&door, arguments),
        Command::Outdated(arguments) => outdated::run(&door, arguments),
        Command::Upgrade(arguments) => upgrade::run(&door, arguments),
        Command::Features(arguments) => features::run(&door, arguments),
        Command::Templates(arguments) => templates::run(&door, arguments),
        Command::SetUp(arguments) => set_up::run(&door, *arguments),
        Command::RunUserCommands(arguments) => run_user_commands::run(&door, *arguments),
        Command::ReadConfiguration(arguments) => read_configuration::run(&door, arguments),
        Command::Edit(arguments) => edit::run(&door, arguments),
        Command::Open(arguments) => open::run(&door, &arguments),
        Command::Doctor(arguments) => doctor::run(&door, arguments),
        Command::Engine(arguments) => engine::run(&door, arguments),
        Command::Secrets(arguments) => secrets::run(&door, arguments),
        Command::Settings(arguments) => settings::run(&door, arguments),
        Command::Integrate(arguments) => integrate::run(&door, &arguments),
        Command::Unintegrate(arguments) => integrate::remove(&door, &arguments),
        Command::Trust(arguments) => trust::run(&door, arguments),
        Command::Completion(arguments) => completion::run(&door, &arguments),
        Command::Man(arguments) => man::run(&door, &arguments),
        Command::Version(arguments) => version::run(&door, &arguments),
    }
}

/// The parser under the name that the program was called by.
pub(crate) fn parser(program: Program) -> clap::Command {
    let command = CommandLine::command();
    let command = match program {
        Program::Wharf => command,
        Program::Devcontainer => command.mut_subcommands(without_own_flags),
    };
    command
        .name(program.name())
        .bin_name(program.name())
        .version(program.version())
        .disable_version_flag(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widest that a page is shown.
    const WIDTH: usize = 100;

    /// Clap breaks a longer line anew; what goes on in the next one would begin in the middle of the paragraph.
    #[test]
    fn a_line_that_is_broken_anew_is_a_paragraph_of_its_own() {
        let mut commands = vec![parser(Program::Wharf)];
        let (mut seen, mut broken) = (0, Vec::new());
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            let Some(text) = command.get_after_help() else { continue };
            let text = text.to_string();
            let lines: Vec<&str> = text.lines().collect();
            seen += 1;
            for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.chars().count() > WIDTH) {
                let is_empty = |index: Option<usize>| {
                    index.and_then(|index| lines.get(index)).is_none_or(|line| line.is_empty())
                };
                if !is_empty(index.checked_sub(1)) || !is_empty(index.checked_add(1)) {
                    broken.push(format!("{}: {line}", command.get_name()));
                }
            }
        }
        assert!(broken.is_empty(), "end such lines with a backslash:\n{}", broken.join("\n"));
        assert!(seen > 30, "only {seen} commands have a text after their flags");
    }
}
