//! What is claimed about the cases: the deviations, the table in the documents that is made of them, and which case holds which rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use libtest_mimic::{Failed, Trial};

use crate::case::Case;
use crate::compare::{Deviations, Subject};
use crate::flags;
use crate::suite::case_folders;

/// What is held of a suite's folder.
type Check = fn(&Path) -> Result<(), Failed>;

/// The tests of this file.
pub(crate) fn trials(suite: &Path) -> Vec<Trial> {
    let tests: [(&str, Check); 4] = [
        ("every_deviation_names_its_cases_and_its_reason", check_deviations),
        ("the_table_in_the_documents_is_made_of_the_deviations", check_table),
        ("every_rule_names_cases_and_tests_that_exist", check_coverage),
        ("every_flag_of_the_reference_is_passed_by_a_case", flags::check),
    ];
    let trial = |(name, test): (&str, Check)| {
        let suite = suite.to_owned();
        Trial::test(name, move || test(&suite))
    };
    tests.into_iter().map(trial).collect()
}

fn case_names(suite: &Path) -> BTreeSet<String> {
    let folders = case_folders(suite);
    folders.iter().filter_map(|folder| Some(folder.file_name()?.to_string_lossy().into_owned())).collect()
}

fn check_deviations(suite: &Path) -> Result<(), Failed> {
    let list = Deviations::read(&suite.join("deviations.toml"))?;
    let names = case_names(suite);
    let unknown = |cases: &[String]| -> Vec<String> {
        let known = |case: &&String| !names.contains(case.strip_prefix("podman/").unwrap_or(case));
        cases.iter().filter(known).cloned().collect()
    };
    for entry in &list.entries {
        let missing = unknown(&entry.cases);
        if !missing.is_empty() || entry.cases.is_empty() {
            return Err(format!("{}: no such cases: {missing:?}", entry.at).into());
        }
        if entry.reason.trim().is_empty() {
            return Err(format!("{}: a deviation needs a reason", entry.at).into());
        }
        if !list.subjects.iter().any(|subject| subject.id == entry.subject) {
            return Err(format!("{}: there is no subject {:?}", entry.at, entry.subject).into());
        }
    }
    for subject in &list.subjects {
        let missing = unknown(&subject.cases);
        if !missing.is_empty() {
            return Err(format!("{}: no such cases: {missing:?}", subject.id).into());
        }
        if cases_of(&list, subject).is_empty() {
            return Err(format!("{}: no case holds it", subject.id).into());
        }
    }
    Ok(())
}

fn cases_of<'a>(list: &'a Deviations, subject: &'a Subject) -> BTreeSet<&'a str> {
    let entries = list.entries.iter().filter(|entry| entry.subject == subject.id);
    let cases = entries.flat_map(|entry| &entry.cases).chain(&subject.cases);
    cases.map(String::as_str).collect()
}

/// The document, as it must be.
fn table(list: &Deviations, left_out: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = "# What the specification says, what the reference does, what Wharf does\n\n\
         Wharf is held against the pinned reference command line (`@devcontainers/cli` 0.89.0) case by case, in `tests/conformance/`: exit codes,\n\
         documents, containers, images, files inside them and files of the workspace. Where a row is not named here, the two answered the same.\n\n\
         This page is made of [`deviations.toml`](../tests/conformance/deviations.toml) and a test holds it to that:\n\
         `cargo xtask conformance --table` writes it.\n\n\
         | | the specification | the reference | Wharf | cases |\n|---|---|---|---|---|\n"
        .to_owned();
    for subject in &list.subjects {
        let cases: Vec<String> =
            cases_of(list, subject).into_iter().map(|case| format!("`{case}`")).collect();
        let cells =
            [&subject.name, &subject.specification, &subject.reference, &subject.wharf, &shortened(&cases)];
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text.push_str(
        "\n## Where the cases are played\n\n\
         All of them on Docker, where the reference's answers were recorded; on Podman, against the same answers, all but these:\n\n\
         | cases | why not on Podman |\n|---|---|\n",
    );
    for (reason, cases) in left_out {
        text.push_str(&format!("| {} | {reason} |\n", cases.join(", ")));
    }
    text
}

/// The cases that Podman is left out of, by the reason.
fn left_out(suite: &Path) -> Result<BTreeMap<String, Vec<String>>, Failed> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in case_folders(suite) {
        let case = Case::read(&folder)?;
        if let Some(reason) = case.script.not_on_podman {
            if !reason.ends_with('.') {
                return Err(format!("{}: why it is not played on Podman is a sentence", case.name).into());
            }
            found.entry(reason).or_default().push(format!("`{}`", case.name));
        }
    }
    Ok(found)
}

/// At most so many cases are named in a row.
const NAMED: usize = 6;

fn shortened(cases: &[String]) -> String {
    match cases.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("{} and {more} more", cases[..NAMED].join(", ")),
        _ => cases.join(", "),
    }
}

fn check_table(suite: &Path) -> Result<(), Failed> {
    let list = Deviations::read(&suite.join("deviations.toml"))?;
    let path = suite.join("../../docs/conformance.md");
    let wanted = table(&list, &left_out(suite)?);
    if std::env::var_os("WHARF_CONFORMANCE_TABLE").is_some() {
        std::fs::write(&path, &wanted)?;
    }
    if std::fs::read_to_string(&path).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    Err("docs/conformance.md is not what deviations.toml says; `cargo xtask conformance --table` writes it"
        .into())
}

/// Every section of the rules, with its rules: `coverage.toml`. A rule is held by a case's name, or by `path/of/a/file.rs: test_function`.
fn check_coverage(suite: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(suite.join("coverage.toml"))?;
    let sections: BTreeMap<String, BTreeMap<String, Vec<String>>> = toml::from_str(&text)?;
    let names = case_names(suite);
    let root = suite.join("../..");
    let exists = |holder: &str| match holder.split_once(": ") {
        Some((file, test)) => std::fs::read_to_string(root.join(file)).is_ok_and(|text| text.contains(test)),
        None => names.contains(holder),
    };
    let mut wrong = Vec::new();
    for (section, rules) in &sections {
        for (rule, holders) in rules {
            if holders.is_empty() {
                wrong.push(format!("{section}: {rule}: nothing holds it"));
            }
            wrong.extend(
                holders
                    .iter()
                    .filter(|holder| !exists(holder))
                    .map(|holder| format!("{section}: {rule}: no {holder}")),
            );
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
