//! Every option of `docker build`, and what it comes to. The cases are in `build_options.json`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use wharf_plan::{BuildSpec, EngineKind, Observed, build_options};

use crate::support::{check_cases, engine, error, host, texts, without_defaults};

#[test]
fn options_come_to_what_the_engine_s_program_makes_of_them() {
    check_cases("build_options.json", |case| {
        let kind = if case.get("engine").is_some() { EngineKind::Podman } else { EngineKind::Docker };
        let observed = Observed { engine: engine(kind), host: host(), ..Observed::default() };
        let mut spec = BuildSpec::default();
        match build_options::apply(&mut spec, &texts(case.get("args")), &observed) {
            Ok(()) => without_defaults(
                &serde_json::to_value(&spec).unwrap(),
                &serde_json::to_value(BuildSpec::default()).unwrap(),
            ),
            Err(found) => error(&found),
        }
    });
}

#[test]
fn every_option_has_a_case() {
    let cases: Vec<Map<String, Value>> = serde_json::from_str(include_str!("build_options.json")).unwrap();
    let used: BTreeSet<String> = cases
        .iter()
        .flat_map(|case| texts(case.get("args")))
        .filter_map(|argument| {
            argument.strip_prefix("--").map(|flag| flag.split('=').next().unwrap().to_owned())
        })
        .collect();
    let (both, podman) = build_options::names();
    // Podman's are refused by one line of code; two of them stand for all.
    assert!(podman.iter().any(|name| used.contains(*name)));
    let missing: Vec<_> = both.into_iter().filter(|name| !used.contains(*name)).collect();
    assert!(missing.is_empty(), "options without a case: {missing:?}");
}
