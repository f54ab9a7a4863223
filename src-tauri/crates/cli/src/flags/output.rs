//! How a command talks.

use clap::{Args, ValueEnum};

/// Flags of every command.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputFlags {
    /// Say nothing but the answer and errors
    #[arg(long, short, global = true, display_order = 900)]
    pub(crate) quiet: bool,
    /// When to use colour; NO_COLOR is honoured
    #[arg(
        long,
        global = true,
        value_name = "auto|always|never",
        hide_possible_values = true,
        default_value = "auto",
        hide_default_value = true,
        display_order = 901
    )]
    pub(crate) color: ColorChoice,
    /// Use no colour
    #[arg(long, global = true, overrides_with = "color", display_order = 902)]
    pub(crate) no_color: bool,
    /// What standard error carries: text for people, or one JSON event a line
    #[arg(
        long,
        global = true,
        value_name = "text|json",
        hide_possible_values = true,
        default_value = "text",
        hide_default_value = true,
        display_order = 903
    )]
    pub(crate) log_format: LogFormat,
    /// How much is told; from debug on, all output of builds and hooks
    #[arg(
        long,
        global = true,
        value_name = "info|debug|trace",
        hide_possible_values = true,
        default_value = "info",
        hide_default_value = true,
        display_order = 904
    )]
    pub(crate) log_level: LogLevel,
}

impl Default for OutputFlags {
    fn default() -> Self {
        Self {
            quiet: false,
            color: ColorChoice::Auto,
            no_color: false,
            log_format: LogFormat::Text,
            log_level: LogLevel::Info,
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// `--log-level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum LogLevel {
    /// A word of the reference's `upgrade` and `features resolve-dependencies`: without `debug` no log is shown anyway.
    #[value(hide = true)]
    Error,
    Info,
    Debug,
    Trace,
}
