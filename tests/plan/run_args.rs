//! Every option of `docker run` and `podman run`, and what it comes to.
//!
//! `run_args.json` holds the cases: the arguments (`args`), the engine if it is not Docker, its API's version if it is not a new one
//! (`api`), files that options name, and what comes out beyond an empty list (`gives`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use wharf_plan::flags::Argument;
use wharf_plan::{EngineKind, run_args};

use crate::support::{check_cases, engine, error, host, texts, without_defaults};

fn parse(case: &Map<String, Value>, args: &[String]) -> Result<Value, wharf_plan::Error> {
    let podman =
        case.get("engine").and_then(Value::as_str).is_some_and(|engine| engine.starts_with("podman"));
    let mut engine = engine(if podman { EngineKind::Podman } else { EngineKind::Docker });
    engine.rootless = case.get("engine") == Some(&json!("podman rootless"));
    if let Some(api) = case.get("api").and_then(Value::as_str) {
        api.clone_into(&mut engine.api_version);
    }
    let arguments = Argument::list("runArgs", args);
    let content: BTreeMap<String, String> =
        case.get("files").map(|files| serde_json::from_value(files.clone()).unwrap()).unwrap_or_default();
    let asked: BTreeSet<String> =
        run_args::files(&arguments, &engine)?.into_iter().map(|request| request.path).collect();
    assert!(args.is_empty() || content.keys().all(|path| asked.contains(path)), "asked for {asked:?} only");
    let spec = run_args::parse(&arguments, "image", vec!["command".to_owned()], &engine, &host(), &content)?;
    let mut shown = serde_json::to_value(&spec).unwrap();
    // Everything at one level: the body's fields are told from the others by their capital letters.
    let mut body = shown["body"].take();
    let mut all = shown.as_object().unwrap().clone();
    all.remove("body");
    let host_config = body["HostConfig"].take();
    all.extend(body.as_object().unwrap().clone());
    all.extend(host_config.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    Ok(Value::Object(all))
}

#[test]
fn options_come_to_what_the_engines_programs_make_of_them() {
    check_cases("run_args.json", |case| {
        let nothing = parse(&Map::new(), &[]).unwrap();
        match parse(case, &texts(case.get("args"))) {
            Ok(found) => {
                let mut shown = without_defaults(&found, &nothing);
                if let Some(podman) = shown.get_mut("podman") {
                    // What every such body says.
                    let usual = json!({"image": "image", "command": ["command"], "create_working_dir": true, "restart_policy": "no"});
                    *podman = without_defaults(podman, &usual);
                }
                shown
            }
            Err(found) => error(&found),
        }
    });
}

#[test]
fn every_option_has_a_case() {
    let text = include_str!("run_args.json");
    let cases: Vec<Map<String, Value>> = serde_json::from_str(text).unwrap();
    let used: BTreeSet<String> = cases
        .iter()
        .flat_map(|case| texts(case.get("args")))
        .filter_map(|argument| {
            argument.strip_prefix("--").map(|flag| flag.split('=').next().unwrap().to_owned())
        })
        .collect();
    let (both, podman) = run_args::names();
    let missing: Vec<_> = both.into_iter().chain(podman).filter(|name| !used.contains(*name)).collect();
    assert!(missing.is_empty(), "options without a case: {missing:?}");
}
