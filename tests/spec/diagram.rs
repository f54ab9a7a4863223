//! The graph of Features as a flowchart.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use wharf_spec::PathStyle;
use wharf_spec::feature::{
    AskedFeature, FeatureManifest, Fetched, Graph, LocalBase, graph, mermaid, overrides,
};

/// The flowchart of what is asked for in a collection, the digits that tell nodes apart left out.
fn draw(asked: &[&str], collection: &Value, first: &[&str]) -> String {
    let base = LocalBase {
        configuration: "/w/.devcontainer/devcontainer.json",
        workspace: "/w",
        style: PathStyle::Linux,
        fetched: "",
    };
    let asked: Vec<AskedFeature> = asked
        .iter()
        .map(|id| AskedFeature {
            user_id: (*id).to_owned(),
            id: (*id).to_owned(),
            options: Value::Object(Map::new()),
            additional: false,
        })
        .collect();
    let mut fetched = HashMap::new();
    let mut softly = HashMap::new();
    let nodes = loop {
        match graph(&asked, &base, true, &fetched, &softly).unwrap() {
            Graph::Complete { nodes, .. } => break nodes,
            Graph::Incomplete { needed, hoped } => {
                for wanted in needed {
                    let (manifest, _) = FeatureManifest::read(&collection[wanted.reference.id()], "it");
                    let found = Fetched { manifest, ..Fetched::default() };
                    fetched.insert(wanted.reference.to_string(), found);
                }
                softly.extend(hoped.into_iter().map(|reference| (reference.to_string(), None)));
            }
        }
    };
    let first: Vec<String> = first.iter().map(|id| (*id).to_owned()).collect();
    let drawn = mermaid(&nodes, asked.len(), &overrides(&first, &base, true).unwrap());
    let short =
        |word: &str| word.split_once('[').map_or_else(|| word.to_owned(), |(_, rest)| format!("[{rest}"));
    let lines = drawn.lines().map(|line| line.split(' ').map(short).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n").replace("r.io/n/", "")
}

#[test]
fn arrows_lead_to_what_comes_before() {
    let collection = json!({
        "a": {"id": "a", "version": "1.0.0", "dependsOn": {"r.io/n/b": {}, "r.io/n/c": {}}},
        "b": {"id": "b", "version": "1.0.0", "dependsOn": {"r.io/n/c": {}}},
        "c": {"id": "c", "version": "1.0.0"},
        "d": {"id": "d", "version": "1.0.0", "legacyIds": ["old"], "installsAfter": ["r.io/n/c", "r.io/n/gone"]},
        // These wait for each other, and drawing them has an end.
        "x": {"id": "x", "version": "1.0.0", "dependsOn": {"r.io/n/y": {}}},
        "y": {"id": "y", "version": "1.0.0", "dependsOn": {"r.io/n/x": {}}},
    });
    let cases: [(&[&str], &[&str], &[&str]); 3] = [
        (
            &["r.io/n/a", "r.io/n/d"],
            &[],
            &[
                "[a<br/><0><br>aliases: a]",
                "[a<br/><0><br>aliases: a] --> [b<br/><0><br>aliases: b]",
                "[b<br/><0><br>aliases: b] --> [c<br/><0><br>aliases: c]",
                "[a<br/><0><br>aliases: a] --> [c<br/><0><br>aliases: c]",
                "[d<br/><0><br>aliases: d, old]",
                "[d<br/><0><br>aliases: d, old] -.-> [c<br/><0><br>aliases: c]",
            ],
        ),
        (&["r.io/n/c"], &["r.io/n/d", "r.io/n/c"], &["[c<br/><1><br>aliases: c]"]),
        (
            &["r.io/n/x"],
            &[],
            &[
                "[x<br/><0><br>aliases: x]",
                "[x<br/><0><br>aliases: x] --> [y<br/><0><br>aliases: y]",
                "[y<br/><0><br>aliases: y] --> [x<br/><0><br>aliases: x]",
            ],
        ),
    ];
    for (asked, first, expected) in cases {
        assert_eq!(
            draw(asked, &collection, first),
            format!("flowchart\n{}", expected.join("\n")),
            "{asked:?}"
        );
    }
}
