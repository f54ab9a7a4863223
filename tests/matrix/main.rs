//! What differs between engines: each behaviour is a case, each engine a column, and `docs/engines.md` holds what is to come out.
//!
//! With `WHARF_MATRIX_RECORD` set the document is written anew from what came out, to be read in a review.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod behaviours;
mod document;
// The other suite needs more of it than this one.
#[allow(dead_code)]
#[path = "../environment/kit.rs"]
mod kit;

use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use wharf_test_support::engines;

use behaviours::BEHAVIOURS;
use document::{Cells, Document};

fn main() {
    let arguments = Arguments::from_args();
    let records = std::env::var_os("WHARF_MATRIX_RECORD").is_some();
    let came_out: Arc<Mutex<Cells>> = Arc::default();
    let mut trials = Vec::new();
    for engine in engines::MATRIX {
        for behaviour in BEHAVIOURS {
            let came_out = came_out.clone();
            trials.push(Trial::test(format!("{engine}/{}", behaviour.name), move || {
                let cell = (behaviour.try_out)(engines::engine(engine));
                if records {
                    came_out.lock().unwrap().insert((behaviour.name, engine), cell);
                    return Ok(());
                }
                let expected = Document::read().cell(behaviour.name, engine);
                if expected.as_deref() == Some(cell.as_str()) {
                    return Ok(());
                }
                Err(Failed::from(format!(
                    "{}: {cell:?} came out on {engine}, and {} says {expected:?}; `cargo xtask engines matrix` writes it anew",
                    behaviour.title,
                    document::PATH
                )))
            }));
        }
    }
    if !records {
        trials.push(Trial::test("the document has every behaviour and engine", || {
            let document = Document::read();
            for behaviour in BEHAVIOURS {
                if !document.has_row(behaviour.title) {
                    return Err(Failed::from(format!("{} lacks {:?}", document::PATH, behaviour.title)));
                }
            }
            if document.rows() == BEHAVIOURS.len() {
                Ok(())
            } else {
                Err(Failed::from(format!("{} has rows that no behaviour is behind", document::PATH)))
            }
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if records && !conclusion.has_failed() {
        Document::write(&came_out.lock().unwrap());
    }
    conclusion.exit();
}
