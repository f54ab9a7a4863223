//! The fuzz targets, each with every file of its corpus: what a fuzzer once found stays found, on every compiler.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// A library of its own for fuzzers, a module here.
#[allow(unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::path::{Path, PathBuf};

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.flatten().map(|entry| entry.path()).collect()
}

/// Each file as it is, cut short at several places, and with a byte changed: the neighbours that a fuzzer would try first.
#[test]
fn every_file_of_every_corpus_and_its_neighbours() {
    for (name, target) in targets::TARGETS {
        let files = corpus(name);
        assert!(files.len() >= 3, "the corpus of {name} holds {} files", files.len());
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            target(&bytes);
            for part in 0..8 {
                let at = bytes.len() * part / 8;
                target(&bytes[..at]);
                let mut changed = bytes.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1 << part;
                    target(&changed);
                }
            }
        }
    }
}

#[test]
fn every_corpus_has_a_target_and_every_target_a_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz");
    let mut corpora: Vec<String> = std::fs::read_dir(folder.join("corpus"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    corpora.sort();
    let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(corpora, names);
    for name in names {
        assert!(folder.join("fuzz_targets").join(format!("{name}.rs")).is_file(), "{name}");
    }
}
