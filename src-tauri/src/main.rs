//! The `wharf-desktop` program: a window over the same library as the command line, or no window at all.
//!
//! Which of the two is decided before anything of a window is touched, so that `--headless` needs no display.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]
#![allow(clippy::print_stderr, reason = "before there is a window there is nowhere else to say it")]

mod arguments;
mod boards;
mod commands;
mod desktop;
mod handover;
mod notices;
mod operate;
#[cfg(target_os = "linux")]
mod painter;
mod preferences;
mod text;
mod tray;
mod updates;
mod window;

use std::process::ExitCode;

use arguments::{Opening, Start};

fn main() -> ExitCode {
    match arguments::read(std::env::args_os()) {
        Start::Headless(arguments) => wharf_cli::main(arguments),
        Start::Print(text) => print(&text),
        Start::Wrong(argument) => {
            eprintln!("error: unexpected argument {}\n\n{}", argument.display(), arguments::HELP);
            ExitCode::from(2)
        }
        Start::Window(_) | Start::Background if !has_display() => {
            fail("there is no display to open a window on", "`wharf-desktop --headless [FOLDER]` needs none")
        }
        Start::Window(opening) => show(opening, false),
        Start::Background => show(None, true),
    }
}

/// Runs the window until the program ends.
fn show(opening: Option<Opening>, in_background: bool) -> ExitCode {
    #[cfg(target_os = "linux")]
    painter::choose();
    match window::run(opening, in_background) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            fail(&format!("the window cannot be opened: {error}"), "`wharf` does the same in a terminal")
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer to --help and --version")]
fn print(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

fn fail(message: &str, hint: &str) -> ExitCode {
    eprintln!("error: {message}\nhint: {hint}");
    ExitCode::FAILURE
}

/// Whether a window can be shown. GTK aborts where there is no display; this asks first.
#[cfg(target_os = "linux")]
fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether a window can be shown: these systems always have a place for one.
#[cfg(not(target_os = "linux"))]
fn has_display() -> bool {
    true
}
