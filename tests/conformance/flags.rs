//! Every flag of the reference is passed by some case: `flags.toml` against the steps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use libtest_mimic::Failed;
use serde::Deserialize;

use crate::case::{Case, Step};
use crate::suite::case_folders;

/// The content of `flags.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    /// A command to its flags; `any` to those of every command.
    flags: BTreeMap<String, Vec<String>>,
    /// A command to the letters that stand for flags.
    letters: BTreeMap<String, BTreeMap<String, String>>,
    /// `command --flag` to the reason why no case passes it.
    left_out: BTreeMap<String, String>,
}

/// What goes for flags of every command.
const ANY: &str = "any";

/// Holds the list against the steps of all cases.
pub(crate) fn check(suite: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(suite.join("flags.toml"))?;
    let list: Flags = toml::from_str(&text)?;
    let passed = passed(suite, &list)?;
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for (command, flags) in &list.flags {
        for flag in flags {
            let name = format!("{command} {flag}");
            let reason = list.left_out.get(&name).map(|reason| reason.trim());
            match (passed.contains(&name), reason) {
                (true, None) => {}
                (false, Some(reason)) if reason.ends_with('.') => {}
                (false, Some(_)) => wrong.push(format!("{name}: why no case passes it is a sentence")),
                (true, Some(_)) => wrong.push(format!("{name} is left out, but a case passes it")),
                (false, None) => wrong.push(format!("{name}: no case passes it")),
            }
            known.insert(name);
        }
    }
    wrong.extend(
        list.left_out.keys().filter(|name| !known.contains(*name)).map(|name| format!("{name} is no flag")),
    );
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// `command --flag` for all that the steps pass.
fn passed(suite: &Path, list: &Flags) -> Result<BTreeSet<String>, Failed> {
    let mut found = BTreeSet::new();
    for folder in case_folders(suite) {
        let case = Case::read(&folder)?;
        for step in &case.script.steps {
            let Step::Run(run) = step else { continue };
            let mut words = run.run.iter().map(String::as_str).skip_while(|word| word.starts_with('-'));
            let first = words.next().unwrap_or_default();
            let both = format!("{first} {}", words.clone().next().unwrap_or_default());
            let command = if list.flags.contains_key(&both) { both } else { first.to_owned() };
            if !run.bare {
                found.insert(format!("{command} --workspace-folder"));
            }
            let letters = list.letters.get(&command);
            for word in &run.run {
                let word = word.split('=').next().unwrap_or(word);
                let flag = letters.and_then(|letters| letters.get(word)).map_or(word, String::as_str);
                found.insert(format!("{command} {flag}"));
                found.insert(format!("{ANY} {flag}"));
            }
        }
    }
    Ok(found)
}
