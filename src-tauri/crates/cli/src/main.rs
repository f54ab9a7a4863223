//! The `wharf` binary: hands its arguments to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    wharf_cli::main(std::env::args_os().collect())
}
