//! Which Features are installed, and in which order. What the reference answers for local ones is in `record.rs`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use wharf_spec::feature::{
    AskedFeature, FeatureNode, FeatureReference, Fetched, Graph, OrderError, graph, install_order, overrides,
};
use wharf_spec::javascript::{locale_compare, sort};

use super::{BASE, asked_for, graph_of, manifest};

/// The Features of a collection in a registry: each id with its versions, each with its digest and its manifest.
fn from_collection(collection: &Value, key: &str) -> Option<Fetched> {
    let (id, version) = key.strip_prefix("ghcr.io/t/f/")?.split_once(':')?;
    let mut value = collection.get(id)?.clone();
    let digest = value["versions"][version].as_str().map_or_else(|| format!("sha256:{id}"), str::to_owned);
    value.as_object_mut()?.shift_remove("versions");
    value["id"] = value.get("id").cloned().unwrap_or_else(|| id.into());
    Some(Fetched { digest: Some(digest), manifest: manifest(&value), artifact: None })
}

fn order(features: &Value, first: &[&str], collection: &Value) -> Result<Vec<String>, OrderError> {
    let nodes = graph_of(&asked_for(features), &BASE, |key| from_collection(collection, key));
    let first: Vec<String> = first.iter().map(|id| (*id).to_owned()).collect();
    let order = install_order(&nodes, &overrides(&first, &BASE, true)?)?;
    Ok(order.into_iter().map(|place| shown(&nodes[place])).collect())
}

/// A Feature without what all of them share.
fn shown(node: &FeatureNode) -> String {
    let id = node.user_id.trim_start_matches("ghcr.io/t/f/");
    if node.options == json!({}) { id.to_owned() } else { format!("{id} {}", node.options) }
}

#[test]
fn features_of_a_registry_are_ordered() {
    let check = |features: Value, first: &[&str], collection: Value, expected: &[&str]| {
        let found = order(&features, first, &collection);
        assert_eq!(found.unwrap(), expected, "{features} {collection}");
    };
    // Not as they were asked for, but by their names.
    check(
        json!({ "ghcr.io/t/f/tiger": {}, "ghcr.io/t/f/panda": {} }),
        &[],
        json!({ "tiger": {}, "panda": {} }),
        &["panda", "tiger"],
    );
    // One content under two versions is one Feature, unless its options differ.
    let versions = json!({ "1": "sha256:x", "latest": "sha256:x", "1.0": "sha256:y" });
    check(
        json!({ "ghcr.io/t/f/a:1": {}, "ghcr.io/t/f/A:latest": {}, "ghcr.io/t/f/a:1.0": {} }),
        &[],
        json!({ "a": { "versions": versions } }),
        &["a:1", "a:1.0"],
    );
    check(
        json!({ "ghcr.io/t/f/a:latest": { "x": "1" }, "ghcr.io/t/f/a:1": { "x": "2" }, "ghcr.io/t/f/a:1.0": {} }),
        &[],
        json!({ "a": { "versions": versions } }),
        &[r#"a:1 {"x":"2"}"#, "a:1.0", r#"a:latest {"x":"1"}"#],
    );
    // Versions do not matter to soft dependencies and priorities.
    check(
        json!({ "ghcr.io/t/f/a": {}, "ghcr.io/t/f/b:2": {}, "ghcr.io/t/f/c:3": {} }),
        &["ghcr.io/t/f/c:1"],
        json!({ "a": { "installsAfter": ["ghcr.io/t/f/b"] }, "b": {}, "c": {} }),
        &["c:3", "b:2", "a"],
    );
    // A dependency counts as often as its options differ.
    check(
        json!({ "ghcr.io/t/f/a": { "n": "10" } }),
        &[],
        json!({
            "a": { "dependsOn": { "ghcr.io/t/f/e": { "n": "50" }, "ghcr.io/t/f/d": {} } },
            "d": { "dependsOn": { "ghcr.io/t/f/e": { "n": "30" } } },
            "e": {},
        }),
        &[r#"e {"n":"30"}"#, r#"e {"n":"50"}"#, "d", r#"a {"n":"10"}"#],
    );
}

#[test]
fn renamed_features_are_recognised() {
    let check = |features: Value, collection: Value, expected: &[&str]| {
        assert_eq!(order(&features, &[], &collection).unwrap(), expected, "{features} {collection}");
    };
    let asked = json!({ "ghcr.io/t/f/old": {}, "ghcr.io/t/f/a": {} });
    let a = json!({ "installsAfter": ["ghcr.io/t/f/new"] });
    // The older name's artifact was published since it was renamed, and knows it.
    check(
        asked.clone(),
        json!({ "a": a, "old": { "currentId": "new", "legacyIds": ["old"] }, "new": {} }),
        &["old", "a"],
    );
    // It is older than that, and only the newer name's artifact knows.
    check(asked.clone(), json!({ "a": a, "old": {}, "new": { "legacyIds": ["OLD"] } }), &["old", "a"]);
    // Nobody knows, or the newer name cannot be reached.
    check(asked.clone(), json!({ "a": a, "old": {}, "new": {} }), &["a", "old"]);
    check(asked, json!({ "a": a, "old": {} }), &["a", "old"]);
}

#[test]
fn a_soft_dependency_that_names_nothing_stops_nothing() {
    let asked = asked_for(&json!({ "./a": {} }));
    let fetched = BTreeMap::from([("/w/.devcontainer/a", json!({ "installsAfter": ["fish", "/x", "./b"] }))]);
    let fetched = fetched
        .into_iter()
        .map(|(key, value)| (key.to_owned(), Fetched { manifest: manifest(&value), ..Fetched::default() }))
        .collect();
    let Ok(Graph::Complete { nodes, warnings }) = graph(&asked, &BASE, true, &fetched, &Default::default())
    else {
        panic!("everything is known");
    };
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings[0].contains("'./a' wants to be installed after 'fish', which is ignored"),
        "{}",
        warnings[0]
    );
    assert_eq!(install_order(&nodes, &[]), Ok(vec![0]));
}

#[test]
fn the_network_is_asked_only_for_what_may_matter() {
    let asked = asked_for(&json!({ "ghcr.io/t/f/a": {}, "ghcr.io/t/f/b": {}, "./local": {} }));
    let Ok(Graph::Incomplete { needed, hoped }) =
        graph(&asked, &BASE, true, &Default::default(), &Default::default())
    else {
        panic!("nothing is known yet");
    };
    let needed: Vec<String> = needed.iter().map(|wanted| wanted.reference.to_string()).collect();
    assert_eq!(needed, ["ghcr.io/t/f/a:latest", "ghcr.io/t/f/b:latest", "/w/.devcontainer/local"]);
    assert_eq!(hoped, []);

    let nodes = json!({ "a": { "installsAfter": ["ghcr.io/t/f/b", "ghcr.io/other/f/x"] }, "b": {} });
    let fetched = ["a", "b"].map(|id| {
        let key = format!("ghcr.io/t/f/{id}:latest");
        (key.clone(), from_collection(&nodes, &key).unwrap())
    });
    let Ok(Graph::Incomplete { needed, hoped }) =
        graph(&asked, &BASE, true, &fetched.into(), &Default::default())
    else {
        panic!("one is not known");
    };
    // `b` is there under its own name, and nothing of the other collection is.
    assert_eq!((needed.len(), hoped), (1, vec![]));
}

#[test]
fn circles_are_named() {
    let collection = json!({
        "a": { "dependsOn": { "ghcr.io/t/f/b": {} } },
        "b": { "installsAfter": ["ghcr.io/t/f/c"] },
        "c": { "dependsOn": { "ghcr.io/t/f/b": {} } },
        "d": {},
    });
    let features = json!({ "ghcr.io/t/f/a": {}, "ghcr.io/t/f/c": {}, "ghcr.io/t/f/d": {} });
    let error = order(&features, &[], &collection).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the Features wait for each other: 'ghcr.io/t/f/b' → 'ghcr.io/t/f/c' → 'ghcr.io/t/f/b'"
    );
    assert_eq!(error.reference_text(), "Failed to compute Feature installation order!");
}

#[test]
fn an_entry_of_the_override_must_name_a_feature() {
    let error = overrides(&["ghcr.io/a".to_owned()], &BASE, true).unwrap_err();
    assert_eq!(
        error.reference_text(),
        "Feature 'ghcr.io/a' in 'overrideFeatureInstallOrder' could not be processed."
    );
    let error = overrides(&["fish".to_owned()], &BASE, true).unwrap_err();
    assert!(error.reference_text().starts_with("Legacy feature 'fish' not supported."));
    let mapped = overrides(&["golang".to_owned()], &BASE, true).unwrap();
    assert_eq!(mapped[0].to_string(), "ghcr.io/devcontainers/features/go:1");
}

/// The texts are in the order in which node 20 (ICU 78, en-US) sorted them.
#[test]
fn texts_are_compared_as_javascript_does() {
    let sorted = [
        "", " ", "_", "-", ",", ";", ":", "!", "?", ".", "'", "\"", "(", ")", "[", "]", "{", "}", "@", "*",
        "/", "\\", "&", "#", "%", "`", "^", "+", "<", "=", ">", "|", "~", "$", "0", "1", "10", "1a", "9",
        "a", "A", "a b", "a_b", "a-b", "a.b", "a/b", "a/B", "A/b", "ab", "aB", "Ab", "b", "B", "e", "é",
        "eA", "éa", "f", "z", "Z",
    ];
    for (place, left) in sorted.iter().enumerate() {
        for (other, right) in sorted.iter().enumerate() {
            assert_eq!(locale_compare(left, right), place.cmp(&other), "{left} and {right}");
        }
    }
}

/// A Feature of a random graph: its hard dependencies with an option's value, and its soft ones.
type Rules = (BTreeSet<(usize, Option<char>)>, BTreeSet<usize>);

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A Feature with an option or without.
type Plain = (usize, Option<char>);

fn rules() -> impl Strategy<Value = Vec<Rules>> {
    let option = prop::option::weighted(0.3, prop::char::range('x', 'z'));
    let hard = prop::collection::btree_set((0..NAMES.len(), option), 0..2);
    let soft = prop::collection::btree_set(0..NAMES.len(), 0..2);
    prop::collection::vec((hard, soft), NAMES.len())
}

/// The rules of the specification in their plainest form, over numbers.
fn plainly(rules: &[Rules], asked: &BTreeSet<usize>, first: &[usize]) -> Option<Vec<Plain>> {
    let mut wanted: BTreeSet<Plain> = asked.iter().map(|feature| (*feature, None)).collect();
    loop {
        let more: BTreeSet<Plain> =
            wanted.iter().flat_map(|(feature, _)| rules[*feature].0.clone()).collect();
        let before = wanted.len();
        wanted.extend(more);
        if wanted.len() == before {
            break;
        }
    }
    let there: BTreeSet<usize> = wanted.iter().map(|(feature, _)| *feature).collect();
    let priority = |feature: usize| {
        first.iter().position(|name| *name == feature).map_or(0, |place| first.len() - place)
    };
    let mut installed: Vec<Plain> = Vec::new();
    while !wanted.is_empty() {
        let ready: Vec<Plain> = wanted
            .iter()
            .copied()
            .filter(|(feature, _)| {
                let (hard, soft) = &rules[*feature];
                hard.iter().all(|wanted| installed.contains(wanted))
                    && soft
                        .intersection(&there)
                        .all(|wanted| installed.iter().any(|(feature, _)| feature == wanted))
            })
            .collect();
        let highest = ready.iter().map(|(feature, _)| priority(*feature)).max()?;
        // Sets are in order: by name, then without an option before with one, then by its value.
        let round = ready.into_iter().filter(|(feature, _)| priority(*feature) == highest);
        let round: Vec<Plain> = round.collect();
        wanted.retain(|feature| !round.contains(feature));
        installed.extend(round);
    }
    Some(installed)
}

fn options_of(option: Option<char>) -> Value {
    option.map_or_else(|| json!({}), |value| json!({ "option": value.to_string() }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_order_is_what_the_rules_say(
        rules in rules(),
        asked in prop::collection::vec(0..NAMES.len(), 1..5),
        first in prop::collection::vec(0..NAMES.len(), 0..3),
    ) {
        let collection: Value = rules.iter().enumerate().map(|(place, (hard, soft))| {
            // An object has each name once, so a second mention takes another way to the same folder.
            let mut depends_on = serde_json::Map::new();
            for (number, (feature, option)) in hard.iter().enumerate() {
                depends_on.insert(format!("{}{}", "./".repeat(number + 1), NAMES[*feature]), options_of(*option));
            }
            let soft: Vec<String> = soft.iter().map(|feature| format!("./{}", NAMES[*feature])).collect();
            (NAMES[place].to_owned(), json!({ "dependsOn": depends_on, "installsAfter": soft }))
        }).collect::<serde_json::Map<_, _>>().into();
        let features: Vec<AskedFeature> = asked.iter().map(|feature| {
            let id = format!("./{}", NAMES[*feature]);
            AskedFeature { user_id: id.clone(), id, options: json!({}), additional: false }
        }).collect();
        let nodes = graph_of(&features, &BASE, |key| {
            let value = collection.get(key.strip_prefix("/w/.devcontainer/")?)?;
            Some(Fetched { manifest: manifest(value), ..Fetched::default() })
        });
        let entries: Vec<String> = first.iter().map(|feature| format!("./{}", NAMES[*feature])).collect();
        let found = install_order(&nodes, &overrides(&entries, &BASE, true).unwrap());
        let named = |(feature, option): Plain| (NAMES[feature].to_owned(), options_of(option));
        let expected = plainly(&rules, &asked.into_iter().collect(), &first);
        match (expected, found) {
            (Some(expected), Ok(found)) => {
                let found: Vec<(String, Value)> = found.into_iter().map(|place| {
                    let FeatureReference::Local { folder, .. } = &nodes[place].reference else { panic!("all are local") };
                    (folder.rsplit('/').next().unwrap().to_owned(), nodes[place].options.clone())
                }).collect();
                prop_assert_eq!(found, expected.into_iter().map(named).collect::<Vec<_>>());
            }
            (None, Err(OrderError::Circle { circle })) => prop_assert!(!circle.is_empty()),
            (expected, found) => prop_assert!(false, "{:?} and {:?}", expected, found),
        }
    }

    /// With a comparison that makes sense, it is a stable sort.
    #[test]
    fn sorting_is_stable(mut items in prop::collection::vec((0..20_u8, any::<u8>()), 0..200)) {
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        sort(&mut items, |left, right| left.0.cmp(&right.0));
        prop_assert_eq!(items, expected);
    }

    /// With one that does not, it comes to an end and loses nothing.
    #[test]
    fn sorting_ends_whatever_the_comparison_says(items in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut sorted = items.clone();
        sort(&mut sorted, |left, right| (left ^ right.rotate_left(3)).cmp(&127));
        sorted.sort_unstable();
        let mut expected = items;
        expected.sort_unstable();
        prop_assert_eq!(sorted, expected);
    }
}
