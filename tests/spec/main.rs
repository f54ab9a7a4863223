//! The dev-container language, held to the reference's answers and to its own promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![allow(missing_docs)]
// What the language must not do, its tests may: they read cases and measure time.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod compose;
mod compose_reads;
mod deviation;
mod diagnostics;
mod diagram;
mod dockerfile;
mod document;
mod edit;
mod extends;
mod feature;
mod javascript;
mod metadata;
mod quote;
mod record;
mod reference;
mod regressions;
mod robustness;
mod schema;
mod substitution;
mod template;
mod workspace;
