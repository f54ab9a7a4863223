//! Variables, text by text.

use std::collections::BTreeMap;

use serde_json::json;
use wharf_spec::{
    ContainerVariables, DevContainerId, LocalVariables, devcontainer_id, substitute_container, substitute_id,
    substitute_local,
};

fn environment<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn variables(windows: bool) -> LocalVariables {
    LocalVariables {
        env: environment([
            ("baz", "somevalue"),
            ("EMPTY", ""),
            ("Mixed", "case"),
            ("TWICE", "${localEnv:baz}"),
        ]),
        local_workspace_folder: Some(if windows { r"C:\foo\red" } else { "/foo/red" }.to_owned()),
        container_workspace_folder: Some("/baz/${localWorkspaceFolderBasename}".to_owned()),
        windows,
    }
}

/// A text with its variables replaced.
fn substituted(text: &str, variables: &LocalVariables) -> String {
    let value = substitute_local(&json!([text]), variables, "devcontainer.json").unwrap();
    value[0].as_str().unwrap().to_owned()
}

#[test]
fn local_variables() {
    for (text, expected) in [
        ("bar${env:baz}bar", "barsomevaluebar"),
        ("bar${localEnv:baz}bar", "barsomevaluebar"),
        ("bar${localWorkspaceFolder}bar", "bar/foo/redbar"),
        ("${localWorkspaceFolderBasename}", "red"),
        ("bar${containerWorkspaceFolder}bar", "bar/baz/redbar"),
        ("${containerWorkspaceFolderBasename}", "red"),
        ("bar${localEnv:none:default}bar", "bardefaultbar"),
        ("bar${localEnv:none}bar", "barbar"),
        ("bar${localEnv:baz:default}bar", "barsomevaluebar"),
        ("bar${localEnv:none:default:a:b:c}bar", "bardefaultbar"),
        ("[${localEnv:EMPTY:default}]", "[]"),
        ("[${localEnv:none:}]", "[]"),
        ("[${localEnv:}]", "[]"),
        ("${localEnv:mixed}", ""),
        ("${localEnv:TWICE}", "${localEnv:baz}"),
        ("${localEnv:baz}${localEnv:baz}", "somevaluesomevalue"),
        (
            "${containerEnv:PATH} ${devcontainerId} ${unknown} ${unknown:x}",
            "${containerEnv:PATH} ${devcontainerId} ${unknown} ${unknown:x}",
        ),
        ("${} ${:} $ { } $baz $$${localEnv:baz}", "${} ${:} $ { } $baz $$somevalue"),
        ("${localEnv:baz", "${localEnv:baz"),
        ("${a${localEnv:baz}", "${a${localEnv:baz}"),
        ("${localEnv:\nbaz} ${localEnv:baz}", "${localEnv:\nbaz} somevalue"),
        ("${localEnv:\u{2028}baz}${", "${localEnv:\u{2028}baz}${"),
    ] {
        assert_eq!(substituted(text, &variables(false)), expected, "{text}");
    }
}

#[test]
fn local_variables_on_windows() {
    for (text, expected) in [
        ("${localEnv:MIXED}${localEnv:mixed}", "casecase"),
        ("${localWorkspaceFolder}", r"C:\foo\red"),
        ("${localWorkspaceFolderBasename}", "red"),
        ("${containerWorkspaceFolder}", "/baz/red"),
    ] {
        assert_eq!(substituted(text, &variables(true)), expected, "{text}");
    }
}

#[test]
fn what_is_not_known_stays() {
    let text = "${localWorkspaceFolder} ${localWorkspaceFolderBasename} ${containerWorkspaceFolder}";
    assert_eq!(substituted(text, &LocalVariables::default()), text);
}

#[test]
fn only_values_are_touched_and_all_of_them() {
    let value = json!({ "${env:baz}": [{ "deep": ["${env:baz}"] }, 5, true, null] });
    let expected = json!({ "${env:baz}": [{ "deep": ["somevalue"] }, 5, true, null] });
    assert_eq!(substitute_local(&value, &variables(false), "x").unwrap(), expected);
}

#[test]
fn a_variable_without_a_name() {
    let value = json!({ "a": ["${localEnv}", "${env} ${localEnv}"], "b/c": "${localEnv:baz}" });
    let errors = substitute_local(&value, &variables(false), "devcontainer.json").unwrap_err();
    let shown: Vec<_> =
        errors.iter().map(|error| (error.pointer.as_str(), error.variable.as_str())).collect();
    assert_eq!(shown, [("/a/0", "${localEnv}"), ("/a/1", "${env}"), ("/a/1", "${localEnv}")]);
    assert_eq!(
        errors[0].to_string(),
        "'${localEnv}' in devcontainer.json can not be resolved because no environment variable name is given."
    );
    let container = substitute_container(&json!("${containerEnv}"), &ContainerVariables::default(), "x");
    assert_eq!(container.unwrap_err()[0].pointer, "");
}

#[test]
fn container_variables() {
    let variables =
        ContainerVariables::from_list(["PATH=/usr/bin:/bin", "EQUALS=a=b", "BROKEN", "Path=other"]);
    for (text, expected) in [
        ("/x:${containerEnv:PATH}", "/x:/usr/bin:/bin"),
        ("${containerEnv:EQUALS}", "a=b"),
        ("[${containerEnv:BROKEN}]", "[]"),
        ("bar${containerEnv:baz:default}bar", "bardefaultbar"),
        ("${containerEnv:Path}", "other"),
        ("${localEnv:PATH}", "${localEnv:PATH}"),
    ] {
        assert_eq!(substitute_container(&json!(text), &variables, "x").unwrap(), json!(expected), "{text}");
    }
}

#[test]
fn the_id_of_labels() {
    let folder = environment([
        ("devcontainer.local_folder", "/home/u/w1"),
        ("devcontainer.config_file", "/home/u/w1/.devcontainer/devcontainer.json"),
    ]);
    for (labels, expected) in [
        (environment([("a", "b")]), "1mqafr5h2iu6dhh3k1m4vtnuhml2uiec4s7bntt1v0f25ao63i1n"),
        (folder, "09bmncfmivnrj6ue0cf867lnh8dgme71ln33li3prnomul6b7i7s"),
    ] {
        assert_eq!(devcontainer_id(&labels), expected);
        assert_eq!(DevContainerId::of(&labels).as_str(), expected);
    }
    let (one, other) = (environment([("a", "b")]), environment([("a", "b"), ("c", "d")]));
    assert_ne!(devcontainer_id(&one), devcontainer_id(&other));
    let shape = devcontainer_id(&environment([("quote\"", "line\n日本")]));
    assert!(
        shape.len() == 52 && shape.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v')),
        "{shape}"
    );
}

#[test]
fn the_id_in_a_text() {
    let id = DevContainerId::of(&environment([("a", "b")]));
    let value = json!({ "x": "volume-${devcontainerId}", "y": "${devcontainerId:ignored}", "${devcontainerId}": "${localEnv:A}" });
    let expected =
        json!({ "x": format!("volume-{id}"), "y": id.to_string(), "${devcontainerId}": "${localEnv:A}" });
    assert_eq!(substitute_id(&value, &id), expected);
}
