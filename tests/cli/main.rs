//! The command line as a person or a script meets it: arguments, exit code, standard output, standard error.
//!
//! Needs no engine: what needs one is the engine suites' and conformance's business. Every exchange stands in one snapshot
//! beside its arguments.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod answers;
mod checks;
mod collections;
mod events;
mod help;
#[cfg(target_os = "linux")]
mod integrate;
#[cfg(unix)]
mod terminal;
mod usage;

use wharf_test_support::command::{Answer, Exchange, FILTERS, Home};

/// The program under test.
const WHARF: &str = env!("CARGO_BIN_EXE_wharf");

/// Runs `wharf` with the words of `line`.
fn wharf(home: &Home, line: &str) -> Answer {
    exchange(home, line).end()
}

fn exchange<'a>(home: &'a Home, line: &str) -> Exchange<'a> {
    home.run(WHARF).arguments(line.split_whitespace())
}

/// Compares an exchange with the snapshot beside it, times left out.
macro_rules! check {
    ($answer:expr, @$expected:literal) => {
        insta::with_settings!({ filters => crate::filters() }, {
            insta::assert_snapshot!($answer, @$expected);
        })
    };
}
pub(crate) use check;

fn filters() -> Vec<(&'static str, &'static str)> {
    FILTERS.to_vec()
}
