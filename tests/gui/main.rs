//! The real window with a real engine: started as a person starts it, steered through WebDriver on a screen in memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod flows;
mod instances;
mod links;
mod pictures;
mod ports;
mod screen;
mod work;
