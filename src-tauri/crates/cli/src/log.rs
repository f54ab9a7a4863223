//! The libraries' own log, for whoever looks for a fault.

use tracing_subscriber::filter::LevelFilter;

use crate::flags::LogLevel;

/// Sends the log to standard error from `--log-level debug` on. Without it nothing is set up at all.
pub(crate) fn start(level: LogLevel) {
    let filter = match level {
        LogLevel::Error | LogLevel::Info => return,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // An error means that somebody has set one up before; theirs is kept.
    let _ = tracing_subscriber::fmt()
        .with_max_level(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
