//! `cargo xtask …`: every developer habit is one of its verbs.
//!
//! One file (or folder) per verb, each with its `Args` and a `run`. What several verbs need lies in `system` (programs, packages,
//! privileges) and `images` (base images without a registry). A failure ends in one line with its causes and exit code 1.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod agent;
mod app;
mod bench;
mod conformance;
mod cross;
#[cfg(target_os = "linux")]
mod debootstrap;
mod demo;
mod dist;
mod engines;
mod icons;
#[cfg(target_os = "linux")]
mod images;
#[cfg(target_os = "linux")]
mod plugins;
mod reference;
mod schemas;
mod screenshots;
mod system;
mod test;
mod ui;

use clap::{Parser, Subcommand};

/// The habits of this repository's developers.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Start, stop or show the engines that the tests run on.
    Engines(engines::Args),
    /// Bring a realistic example up on this machine, installing what is missing.
    Demo(demo::Args),
    /// Run every check and every suite, with their set-up.
    Test(test::Args),
    /// Compare Wharf's speed with the reference command line and the engine's own program.
    Bench(bench::Args),
    /// Play the conformance cases, or record the reference's answers to them.
    Conformance(conformance::Args),
    /// Write the JSON Schemas in `schemas/` anew from the types.
    Schemas(schemas::Args),
    /// Build the program that runs inside containers.
    Agent(agent::Args),
    /// Make what is released: the command line, the app's packages, checksums and install scripts.
    Dist(dist::Args),
    /// Build the pages of the window.
    Ui(ui::Args),
    /// Build the app and start it.
    App(app::Args),
    /// Take pictures of every state of the window, in both themes.
    Screenshots(screenshots::Args),
    /// Draw the app's icons anew.
    Icons(icons::Args),
}

fn main() -> std::process::ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Engines(arguments) => engines::run(arguments),
        Verb::Demo(arguments) => demo::run(arguments),
        Verb::Test(arguments) => test::run(arguments),
        Verb::Bench(arguments) => bench::run(arguments),
        Verb::Conformance(arguments) => conformance::run(arguments),
        Verb::Schemas(arguments) => schemas::run(arguments),
        Verb::Agent(arguments) => agent::run(arguments),
        Verb::Dist(arguments) => dist::run(arguments),
        Verb::Ui(arguments) => ui::run(arguments),
        Verb::App(arguments) => app::run(arguments),
        Verb::Screenshots(arguments) => screenshots::run(arguments),
        Verb::Icons(arguments) => icons::run(arguments),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
