//! The `wharf` command line: decodes flags, calls the runner, shows what happens and what came of it.
//!
//! Holds no logic about dev containers. Standard output is the answer and standard error the conversation; exit codes are 0
//! done, 1 failed, 2 wrong usage, 130 interrupted, and the child's own for `exec` and `shell`. Under the name `devcontainer`
//! the program is told apart by [`Program`] and behaves as the reference does where the two differ.

mod ask;
mod commands;
mod door;
mod flags;
mod log;
mod printer;
mod program;
mod progress;
mod render;
mod terminal;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

pub use program::Program;

/// Runs the command line whose arguments are `arguments`, the program's name first, and returns its exit code.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let program = Program::from_name(arguments.first());
    ExitCode::from(commands::run(program, arguments))
}
