//! Options as variables of an install script.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use wharf_spec::feature::{
    AskedFeature, FeatureManifest, FeatureSet, Fetched, Graph, InstalledFeature, builtin_environment_file,
    environment, environment_file, features_configuration, first_environment_file, graph, install_script,
    safe_name,
};

use super::{BASE, asked_for, graph_of, manifest};

#[test]
fn names_become_names_of_variables() {
    for (name, expected) in [
        ("option", "OPTION"),
        ("my-option", "MY_OPTION"),
        ("optionCase", "OPTIONCASE"),
        ("1option", "_OPTION"),
        ("__1_option", "_OPTION"),
        ("_option", "_OPTION"),
        ("option_1", "OPTION_1"),
        ("-option", "_OPTION"),
        ("ä", "_"),
        ("a😀b", "A__B"),
        ("a b$c\"d", "A_B_C_D"),
        ("123", "_"),
        ("", ""),
    ] {
        assert_eq!(safe_name(name), expected, "{name}");
    }
}

#[test]
fn what_is_given_stands_over_the_defaults() {
    let options = json!({ "options": {
        "version": { "type": "string", "default": "lts" },
        "install-yarn": { "type": "boolean", "default": true },
        "without": { "type": "string" },
    } });
    let plain = json!({ "options": { "other": { "type": "string", "default": "x" } } });
    let check = |options: &Value, given: Value, expected: &[(&str, &str)]| {
        let found = environment(&manifest(options), &given);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, expected, "{given}");
    };
    check(&options, json!({}), &[("VERSION", "lts"), ("INSTALL_YARN", "true")]);
    check(&options, json!({ "install-yarn": false }), &[("VERSION", "lts"), ("INSTALL_YARN", "false")]);
    check(
        &options,
        json!({ "unknown": 1.50, "version": "18" }),
        &[("VERSION", "18"), ("INSTALL_YARN", "true"), ("UNKNOWN", "1.5")],
    );
    check(&options, json!("18"), &[("VERSION", "18"), ("INSTALL_YARN", "true")]);
    check(&options, json!(true), &[("VERSION", "true"), ("INSTALL_YARN", "true")]);
    check(&options, json!(null), &[("VERSION", "lts"), ("INSTALL_YARN", "true")]);
    check(&plain, json!("18"), &[("OTHER", "x")]);
    check(&plain, json!(false), &[("OTHER", "x")]);
}

#[test]
fn what_a_feature_does_not_know_is_told() {
    let manifest = manifest(&json!({ "options": {
        "flavour": { "type": "string", "enum": ["sweet", "sour"], "default": "sweet" },
        "count": { "type": "string", "proposals": ["1"] },
        "loud": { "type": "boolean" },
    } }));
    let check = |given: Value, expected: &[&str]| {
        let asked = asked_for(&json!({ "./a": given }));
        let fetched = Fetched { manifest: manifest.clone(), ..Fetched::default() };
        let fetched = [("/w/.devcontainer/a".to_owned(), fetched)].into();
        let Ok(Graph::Complete { warnings, .. }) = graph(&asked, &BASE, true, &fetched, &HashMap::new())
        else {
            panic!("everything is known");
        };
        assert_eq!(warnings, expected, "{given}");
    };
    for fine in
        [json!({}), json!(true), json!("latest"), json!({ "flavour": "sour", "count": 7, "loud": "true" })]
    {
        check(fine, &[]);
    }
    check(
        json!({ "flavor": "sour", "else": 1, "flavour": "bitter" }),
        &[
            "The Feature './a' does not know the option 'flavor'. Did you mean 'flavour'?",
            "The Feature './a' does not know the option 'else'.",
            "The option 'flavour' of the Feature './a' is 'bitter', and it knows sweet, sour.",
        ],
    );
    check(json!("2"), &["The Feature './a' has no option 'version', so '2' has no effect."]);
}

#[test]
fn a_folder_has_a_name_whatever_its_feature_is_called() {
    for (id, expected) in [
        ("docker-in-docker", "docker-in-docker_0"),
        ("a.b_C1", "a.b_C1_0"),
        ("../../etc", ".._.._etc_0"),
        ("..", ".._0"),
        ("-rf", "-rf_0"),
        ("a b\"c\nd$e\\f", "a_b_c_d_e_f_0"),
        ("é😀", "___0"),
        ("", "_0"),
    ] {
        let node = graph_of(&asked_for(&json!({ "./a": {} })), &BASE, |_| {
            Some(Fetched { manifest: manifest(&json!({ "id": id })), ..Fetched::default() })
        })
        .remove(0);
        let feature = InstalledFeature { node, folder: PathBuf::new(), content: String::new() };
        let set = FeatureSet { features: vec![feature], ..FeatureSet::default() };
        assert_eq!(set.folder_name(0).as_deref(), Some(expected), "{id}");
        assert_eq!(set.folder_name(1), None);
    }
}

/// What a shell makes of the files, which is all that counts of them.
#[test]
fn features_of_the_first_version_share_a_script_and_are_told_apart_by_names() {
    let collection = json!({ "features": [
        { "id": "other" },
        { "id": "my-tool", "buildArg": "MY_TOOL", "options": { "version": { "default": "1" }, "a b": { "default": true } } },
    ] });
    assert_eq!(FeatureManifest::in_collection(&collection, "absent"), None);
    for none in [
        json!([]),
        json!({"features": {}}),
        json!({"features": ["other", null, ["other"], {"id": ["other"]}]}),
    ] {
        assert_eq!(FeatureManifest::in_collection(&none, "other"), None, "{none}");
    }
    for (id, given, expected) in [
        ("other", json!({}), &["_BUILD_ARG_OTHER=true"][..]),
        ("other", json!("x"), &["_BUILD_ARG_OTHER=true"]),
        (
            "my-tool",
            json!({ "version": "$2" }),
            &[
                "_BUILD_ARG_MY_TOOL_VERSION=\"\\$2\"",
                "_BUILD_ARG_MY_TOOL_A_B=\"true\"",
                "_BUILD_ARG_MY_TOOL=true",
                "MY_TOOL=\"\\$2\"",
            ],
        ),
        (
            "my-tool",
            json!(true),
            &[
                "_BUILD_ARG_MY_TOOL_VERSION=\"true\"",
                "_BUILD_ARG_MY_TOOL_A_B=\"true\"",
                "_BUILD_ARG_MY_TOOL=true",
                "MY_TOOL=\"true\"",
            ],
        ),
        ("my-tool", json!(false), &[]),
        ("my-tool", json!(""), &[]),
    ] {
        let user_id = format!("owner/repository/{id}");
        let asked =
            AskedFeature { user_id: user_id.clone(), id: user_id, options: given.clone(), additional: false };
        let node = graph_of(&[asked], &BASE, |_| {
            let said = FeatureManifest::in_collection(&collection, id).cloned().unwrap();
            let manifest = FeatureManifest { first_version: true, ..manifest(&Value::Object(said)) };
            Some(Fetched { manifest, digest: Some("sha256:x".to_owned()), ..Fetched::default() })
        })
        .remove(0);
        assert!(node.manifest.first_version);
        let place =
            format!("_BUILD_ARG_{}_TARGETPATH=/usr/local/devcontainer-features/{id}_0", safe_name(id));
        let mut lines: Vec<&str> = expected.to_vec();
        lines.extend((!expected.is_empty()).then_some(place.as_str()));
        assert_eq!(first_environment_file(&node, &format!("{id}_0")), lines.join("\n"), "{id} {given}");
        assert!(FeatureSet::lock(std::slice::from_ref(&node)).features.is_empty());
        let features = vec![InstalledFeature { node, folder: "/f".into(), content: String::new() }];
        let set = FeatureSet { features, ..FeatureSet::default() };
        let shown = features_configuration(&set, "/g")["featureSets"][0].clone();
        assert_eq!((&shown["internalVersion"], shown.get("computedDigest")), (&json!("1"), None), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_shell_reads_every_value_as_it_is() {
    let hostile = [
        "plain",
        "two words",
        "\"double\" and 'single'",
        "$HOME ${HOME} $(echo x) `echo x` $$ $1 $",
        "back\\slash \\\\ \\n \\$ \\` \\\" \\",
        "line\nline\\\nline",
        "-n --option ; & | < > ( ) { } * ? [ ] # ! ~ % ^",
        "tab\tand ünïcödé 😀",
        "'; exit 3; '",
        "",
    ];
    for value in hostile {
        let given = json!({ "value": value });
        let asked = AskedFeature {
            user_id: "./a'b".to_owned(),
            id: "./a'b".to_owned(),
            options: given,
            additional: false,
        };
        let node = graph_of(&[asked], &BASE, |_| {
            let manifest = manifest(&json!({
                "id": value, "name": value, "version": value, "description": value, "documentationURL": value,
                "deprecated": true, "legacyIds": ["x"], "currentId": format!("{value}x"),
            }));
            Some(Fetched { manifest, ..Fetched::default() })
        })
        .remove(0);
        let folder = tempfile::tempdir().unwrap();
        let feature = folder.path().join("a_0");
        std::fs::create_dir(&feature).unwrap();
        let builtin = builtin_environment_file(value, "vscode");
        std::fs::write(folder.path().join("devcontainer-features.builtin.env"), builtin).unwrap();
        std::fs::write(feature.join("devcontainer-features.env"), environment_file(&node)).unwrap();
        std::fs::write(feature.join("wrapper.sh"), install_script(&node)).unwrap();
        let script =
            "#!/bin/sh\nprintf '%s\\0%s\\0%s' \"$VALUE\" \"$_CONTAINER_USER\" \"$_REMOTE_USER\" > out\n";
        std::fs::write(feature.join("install.sh"), script).unwrap();
        let output =
            std::process::Command::new("sh").arg("wrapper.sh").current_dir(&feature).output().unwrap();
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{value}: {output:?}");
        // Some shells' `echo` makes characters of backslashes, and the words are the reference's.
        assert!(
            value.contains('\\') || said.contains(&format!("Description   : {value}\n")),
            "{value}: {said}"
        );
        let found = std::fs::read_to_string(feature.join("out")).unwrap();
        assert_eq!(found, format!("{value}\0{value}\0vscode"));
    }
}
