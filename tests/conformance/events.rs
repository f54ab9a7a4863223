//! What a program writes with `--log-format json`, as far as it is the same whatever the program starts to do its work.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value, json};

/// The forms of the events, what was told of hooks, and what fits to nothing.
pub(crate) fn observed(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let (mut events, mut others) = (Vec::new(), false);
    for line in text.lines() {
        match serde_json::from_str::<Map<String, Value>>(line) {
            Ok(event) => events.push(event),
            Err(_) => others = true,
        }
    }
    let mut forms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in &events {
        let kind = event.get("type").and_then(Value::as_str).unwrap_or("nothing").to_owned();
        forms.entry(kind).or_default().insert(form(event));
    }
    let progress = events.iter().filter(|event| is(event, "progress"));
    let progress: Vec<Value> = progress
        .map(|event| {
            let parts = ["name", "status", "stepDetail"];
            let parts = parts.into_iter().filter_map(|part| Some((part.to_owned(), event.get(part)?)));
            Value::Object(parts.map(|(part, value)| (part, json!(value.as_str().map(str::trim)))).collect())
        })
        .collect();
    let of_hooks = events.iter().filter(|event| event.get("channel").is_some());
    let said: String = of_hooks
        .filter(|event| is(event, "raw") || is(event, "text"))
        .filter_map(|event| event.get("text")?.as_str())
        .collect();
    let began = |stop: &Map<String, Value>| {
        events.iter().any(|start| {
            is(start, "start")
                && start["text"] == stop["text"]
                && start["timestamp"] == stop["startTimestamp"]
        })
    };
    let stops = events.iter().filter(|event| is(event, "stop"));
    json!({
        "forms": forms,
        "progress": progress,
        "hooks": without_escapes(&said).lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        "stops that never started": stops.filter(|stop| !began(stop)).count(),
        "lines that are no events": others,
    })
}

fn is(event: &Map<String, Value>, kind: &str) -> bool {
    event.get("type").is_some_and(|is| is == kind)
}

/// Its fields in their order, with what they are.
fn form(event: &Map<String, Value>) -> String {
    let fields = event.iter().map(|(name, value)| {
        let what = match value {
            Value::String(_) => "text",
            Value::Number(number) if number.as_u64().is_some_and(|number| number > 1_000_000_000_000) => {
                "time"
            }
            Value::Number(number) if number.as_u64().is_some_and(|number| (1..=5).contains(&number)) => {
                "level"
            }
            _ => "something else",
        };
        format!("{name}: {what}")
    });
    fields.collect::<Vec<_>>().join(", ")
}

fn without_escapes(text: &str) -> String {
    let text = text.replace('\r', "");
    Regex::new("\u{1b}\\[[0-9;]*m").map_or(text.clone(), |escape| escape.replace_all(&text, "").into_owned())
}
