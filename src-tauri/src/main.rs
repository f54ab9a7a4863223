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
mod preferences;
mod text;
mod tray;
mod updates;
mod window;

use std::process::ExitCode;

use arguments::Start;

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
        Start::Window(opening) => {
            choose_painter();
            ended(window::run(opening, false))
        }
        Start::Background => {
            choose_painter();
            ended(window::run(None, true))
        }
    }
}

fn ended(result: tauri::Result<()>) -> ExitCode {
    match result {
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

/// Has the processor paint the page, as WebKit is told by a variable, unless a person has chosen: for lines of text it is as fast as a graphics
/// card, and where there is none it takes a third of the time that a card played by the processor takes.
#[cfg(target_os = "linux")]
fn choose_painter() {
    const PAINTER: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";
    if std::env::var_os(PAINTER).is_none() {
        #[allow(unsafe_code, reason = "the environment is changed before there is a second thread")]
        unsafe {
            std::env::set_var(PAINTER, "1");
        }
    }
}

/// The page is painted by what the system brings.
#[cfg(not(target_os = "linux"))]
fn choose_painter() {}

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
