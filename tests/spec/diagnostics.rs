//! What a person is told about a configuration: each case shows the text and every finding about it.
//!
//! A finding reads `line:column+length severity property: message`, then what to do about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;
use wharf_spec::{Diagnostic, Document, LocalVariables, resolve};

fn check(text: &str) -> String {
    let (document, mut diagnostics) = match Document::parse(Path::new("devcontainer.json"), text) {
        Ok(parsed) => parsed,
        Err(diagnostics) => return show(&diagnostics),
    };
    let variables = LocalVariables {
        env: BTreeMap::from([("PORT".to_owned(), "5432".to_owned())]),
        ..Default::default()
    };
    match resolve(&document, &variables, None) {
        Ok((_, found)) => {
            assert!(!found.iter().any(Diagnostic::is_error));
            diagnostics.extend(found);
        }
        Err(found) => {
            assert!(found.iter().any(Diagnostic::is_error));
            diagnostics.extend(found);
        }
    }
    show(&diagnostics)
}

fn show(diagnostics: &[Diagnostic]) -> String {
    let mut shown = String::new();
    for diagnostic in diagnostics {
        let place = diagnostic.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
        let severity = if diagnostic.is_error() { "error" } else { "warning" };
        let Diagnostic { length, property, message, .. } = diagnostic;
        write!(shown, "{place}+{length} {severity} {property}: {message}").unwrap();
        if let Some(hint) = &diagnostic.hint {
            write!(shown, "\n    {hint}").unwrap();
        }
        shown.push('\n');
    }
    shown
}

#[test]
fn syntax_missing_comma() {
    assert_snapshot!(check(r#"{
	"image": "debian"
	"name": "x"
}"#), @"
    2:19+0 error : expected a comma
        Put a comma between this value and the next
    ");
}

#[test]
fn syntax_missing_colon() {
    assert_snapshot!(check(r#"{ "image" "debian" }"#), @"1:11+8 error : expected a colon after the property's name");
}

#[test]
fn syntax_missing_value() {
    assert_snapshot!(check(r#"{ "image": }"#), @"
    1:12+1 error : a closing brace does not belong here
        Look before it for a missing value or an open [
    ");
}

#[test]
fn syntax_single_quotes() {
    assert_snapshot!(check("{ 'image': 'debian' }"), @"
    1:3+1 error : single quotes do not make a string
        Use double quotes
    ");
}

#[test]
fn syntax_bare_key() {
    assert_snapshot!(check(r#"{ image: "debian" }"#), @r#"
    1:3+5 error : expected a property's name in double quotes
        Write it as "name": value
    "#);
}

#[test]
fn syntax_bare_word() {
    assert_snapshot!(check(r#"{ "init": yes }"#), @"
    1:11+3 error : expected a value, but found a bare word
        Put text in double quotes
    ");
}

#[test]
fn syntax_unclosed_object() {
    assert_snapshot!(check(r#"{ "image": "debian""#), @"
    1:1+19 error : this object is never closed
        Add the missing }
    ");
}

#[test]
fn syntax_unclosed_array() {
    assert_snapshot!(check(r#"{ "capAdd": ["A" }"#), @"
    1:18+1 error : a closing brace does not belong here
        Look before it for a missing value or an open [
    ");
}

#[test]
fn syntax_unclosed_string() {
    assert_snapshot!(check(r#"{ "image": "debian }"#), @"1:12+9 error : unterminated string literal");
}

#[test]
fn syntax_unclosed_comment() {
    assert_snapshot!(check(r#"{ "image": "debian" /* never closed }"#), @"
    1:21+17 error : this comment is never closed
        Add the missing */
    ");
}

#[test]
fn syntax_line_break_in_string() {
    assert_snapshot!(check(r#"{ "image": "deb
ian" }"#), @r"
    1:16+0 error : a string cannot go on behind the end of a line
        Write \n where the line should end
    ");
}

#[test]
fn syntax_bad_escape() {
    assert_snapshot!(check(r#"{ "image": "\q" }"#), @"1:13+2 error : invalid escape");
}

#[test]
fn syntax_lone_surrogate() {
    assert_snapshot!(check(r#"{ "image": "\ud800" }"#), @"1:13+7 error : invalid unicode escape sequence. 'd800 (unpaired high surrogate)' is not a valid UTF8 character");
}

#[test]
fn syntax_leading_zero() {
    assert_snapshot!(check(r#"{ "appPort": 01 }"#), @"
    1:15+0 error : expected a comma
        Put a comma between this value and the next
    ");
}

#[test]
fn syntax_hexadecimal() {
    assert_snapshot!(check(r#"{ "appPort": 0x10 }"#), @"1:14+1 error : hexadecimal numbers are not allowed");
}

#[test]
fn syntax_second_value() {
    assert_snapshot!(check(r#"{ "image": "debian" } { }"#), @"1:23+1 error : the text goes on after the object's end");
}

#[test]
fn syntax_wide_characters() {
    assert_snapshot!(check(r#"{ "name": "日本😀", "image" }"#), @"1:26+1 error : expected a colon after the property's name");
}

#[test]
fn syntax_empty() {
    assert_snapshot!(check(""), @r#"
    1:1+0 error : Dev container config (devcontainer.json) must contain a JSON object literal.
        Write the configuration as one object: { "image": "debian" }
    "#);
}

#[test]
fn syntax_only_a_comment() {
    assert_snapshot!(check(r"// nothing here
"), @r#"
    1:1+0 error : Dev container config (devcontainer.json) must contain a JSON object literal.
        Write the configuration as one object: { "image": "debian" }
    "#);
}

#[test]
fn syntax_array() {
    assert_snapshot!(check(r#"["debian"]"#), @r#"
    1:1+10 error : Dev container config (devcontainer.json) must contain a JSON object literal.
        Write the configuration as one object: { "image": "debian" }
    "#);
}

#[test]
fn syntax_number() {
    assert_snapshot!(check(r"
  5"), @r#"
    2:3+1 error : Dev container config (devcontainer.json) must contain a JSON object literal.
        Write the configuration as one object: { "image": "debian" }
    "#);
}

#[test]
fn syntax_too_deep() {
    assert_snapshot!(check(&format!("{{ \"customizations\": {} }}", "[".repeat(300) + &"]".repeat(300))), @"
    1:220+202 error : nesting is deeper than 200 levels
        A configuration is never this deep; look for a bracket that was meant to close here
    ");
}

#[test]
fn types_text() {
    assert_snapshot!(check(r#"{ "image": 5 }"#), @r#"
    1:12+1 error image: `image` must be a string, but is a number
        Put it in quotes: "5"
    "#);
}

#[test]
fn types_null() {
    assert_snapshot!(check(r#"{ "image": null }"#), @"
    1:12+4 error image: `image` must be a string, but is null
        Remove it to keep the default
    ");
}

#[test]
fn types_flag() {
    assert_snapshot!(check(r#"{ "image": "x", "init": "true" }"#), @"
    1:25+6 error init: `init` must be true or false, but is a string
        Write true without quotes
    ");
}

#[test]
fn types_list() {
    assert_snapshot!(check(r#"{ "image": "x", "runArgs": "--network host" }"#), @r#"
    1:28+16 error runArgs: `runArgs` must be an array of strings, but is a string
        Write each word as an element: ["first", "second"]
    "#);
}

#[test]
fn types_list_element() {
    assert_snapshot!(check(r#"{ "image": "x", "capAdd": ["A", 5, "B"] }"#), @r#"
    1:33+1 error capAdd[1]: `capAdd[1]` must be a string, but is a number
        Put it in quotes: "5"
    "#);
}

#[test]
fn types_object() {
    assert_snapshot!(check(r#"{ "image": "x", "features": ["node"] }"#), @"1:29+8 error features: `features` must be an object, but is an array");
}

#[test]
fn types_variable() {
    assert_snapshot!(check(r#"{ "image": "x", "containerEnv": { "PORT": 80, "ON": true, "NOTHING": null } }"#), @r#"
    1:43+2 error containerEnv.PORT: `containerEnv.PORT` must be a string, but is a number
        Put it in quotes: "80"
    1:53+4 error containerEnv.ON: `containerEnv.ON` must be a string, but is a boolean
        Put it in quotes: "true"
    1:70+4 error containerEnv.NOTHING: `containerEnv.NOTHING` must be a string, but is null
        Remove it to keep the default
    "#);
}

#[test]
fn types_remote_variable() {
    assert_snapshot!(check(r#"{ "image": "x", "remoteEnv": { "PORT": 80, "GONE": null } }"#), @r#"
    1:40+2 error remoteEnv.PORT: `remoteEnv.PORT` must be a string or null, but is a number
        Put it in quotes: "80"
    "#);
}

#[test]
fn types_build() {
    assert_snapshot!(check(r#"{ "build": "Dockerfile" }"#), @"1:12+12 error build: `build` must be an object, but is a string");
}

#[test]
fn types_build_members() {
    assert_snapshot!(check(r#"{ "build": { "dockerfile": ["Dockerfile"], "args": { "VERSION": 1 }, "cacheFrom": 5, "options": "--no-cache", "target": true } }"#), @r#"
    1:28+14 error build.dockerfile: `build.dockerfile` must be a string, but is an array
    1:65+1 error build.args.VERSION: `build.args.VERSION` must be a string, but is a number
        Put it in quotes: "1"
    1:83+1 error build.cacheFrom: `build.cacheFrom` must be a string or an array of strings, but is a number
    1:97+12 error build.options: `build.options` must be an array of strings, but is a string
        Write each word as an element: ["first", "second"]
    1:121+4 error build.target: `build.target` must be a string, but is a boolean
        Put it in quotes: "true"
    "#);
}

#[test]
fn types_lifecycle() {
    assert_snapshot!(check(r#"{ "image": "x", "postCreateCommand": 5, "onCreateCommand": ["a", 1], "postStartCommand": { "one": ["b", null], "two": { "three": "c" } } }"#), @r#"
    1:38+1 error postCreateCommand: `postCreateCommand` must be a string, an array of strings or an object of these, but is a number
    1:66+1 error onCreateCommand[1]: `onCreateCommand[1]` must be a string, but is a number
        Put it in quotes: "1"
    1:105+4 error postStartCommand.one[1]: `postStartCommand.one[1]` must be a string, but is null
        Remove it to keep the default
    1:119+16 error postStartCommand.two: `postStartCommand.two` must be a string or an array of strings, but is an object
    "#);
}

#[test]
fn types_mounts() {
    assert_snapshot!(check(r#"{ "image": "x", "mounts": [5, "type=bind,source=/a", { "type": "bind" }, { "target": "/t" }, { "type": "folder", "target": "/t" }, { "type": "volume", "target": "/t", "readonly": true }] }"#), @r#"
    1:28+1 error mounts[0]: `mounts[0]` must be a string or an object, but is a number
    1:31+21 error mounts[1]: `mounts[1]` does not say where to mount
        Add target=/path/in/the/container
    1:54+18 error mounts[2]: `mounts[2]` lacks `target`
        Add it, such as "target": "/data"
    1:74+18 error mounts[3]: `mounts[3]` lacks `type`
        Add it, such as "type": "volume"
    1:104+8 error mounts[4].type: `mounts[4].type` must be one of "bind", "volume" or "tmpfs", but is "folder"
    1:168+10 warning mounts[5].readonly: `mounts[5].readonly` is not a known property and is ignored
    "#);
}

#[test]
fn types_ports() {
    assert_snapshot!(check(r#"{ "image": "x", "forwardPorts": [70000, -1, 80.5, "db:5432", "3000", "no port", true], "appPort": [99999, "8000:8010", {}] }"#), @r#"
    1:34+5 error forwardPorts[0]: `forwardPorts[0]` must be a port from 0 to 65535 or a string such as "db:5432", but is 70000
    1:41+2 error forwardPorts[1]: `forwardPorts[1]` must be a port from 0 to 65535 or a string such as "db:5432", but is -1
    1:45+4 error forwardPorts[2]: `forwardPorts[2]` must be a port from 0 to 65535 or a string such as "db:5432", but is 80.5
    1:62+6 error forwardPorts[4]: `forwardPorts[4]` must be a port from 0 to 65535 or a string such as "db:5432", but is "3000"
        Write 3000 without quotes
    1:70+9 error forwardPorts[5]: `forwardPorts[5]` must be a port from 0 to 65535 or a string such as "db:5432", but is "no port"
    1:81+4 error forwardPorts[6]: `forwardPorts[6]` must be a port from 0 to 65535 or a string such as "db:5432", but is a boolean
    1:100+5 error appPort[0]: `appPort[0]` must be a port from 0 to 65535 or a string such as "8000:8010", but is 99999
    1:120+2 error appPort[2]: `appPort[2]` must be a port from 0 to 65535 or a string such as "8000:8010", but is an object
    "#);
}

#[test]
fn types_port_attributes() {
    assert_snapshot!(check(r#"{ "image": "x", "portsAttributes": { "3000": { "label": 5, "protocol": "ftp", "onAutoForward": "open", "requireLocalPort": "no" }, "80": 5 }, "otherPortsAttributes": [] }"#), @r#"
    1:57+1 error portsAttributes.3000.label: `portsAttributes.3000.label` must be a string, but is a number
        Put it in quotes: "5"
    1:72+5 error portsAttributes.3000.protocol: `portsAttributes.3000.protocol` must be one of "http" or "https", but is "ftp"
    1:96+6 error portsAttributes.3000.onAutoForward: `portsAttributes.3000.onAutoForward` must be one of "notify", "openBrowser", "openBrowserOnce", "openPreview", "silent" or "ignore", but is "open"
    1:124+4 error portsAttributes.3000.requireLocalPort: `portsAttributes.3000.requireLocalPort` must be true or false, but is a string
    1:138+1 error portsAttributes.80: `portsAttributes.80` must be an object, but is a number
    1:167+2 error otherPortsAttributes: `otherPortsAttributes` must be an object, but is an array
    "#);
}

#[test]
fn ports_that_are_none() {
    assert_snapshot!(check(r#"{ "image": "x", "forwardPorts": [80, 0, "db:0", "db:80", "-x:1"], "portsAttributes": { "80": {}, "9-3": {}, "node (?!x)": {}, "": {}, "db:80": {}, "1-9": {}, ".+/server.js": {}, "${localEnv:PORT}": {} } }"#), @r#"
    1:38+1 warning forwardPorts[1]: `forwardPorts[1]` means no port and is ignored
    1:41+6 warning forwardPorts[2]: `forwardPorts[2]` means no port and is ignored
    1:58+6 warning forwardPorts[4]: `forwardPorts[4]` means no port and is ignored
    1:98+5 warning portsAttributes.9-3: `portsAttributes.9-3` means no port and is ignored
        Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences
    1:109+12 warning portsAttributes["node (?!x)"]: `portsAttributes["node (?!x)"]` means no port and is ignored
        Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences
    1:127+2 warning portsAttributes[""]: `portsAttributes[""]` means no port and is ignored
        Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences
    1:179+18 warning portsAttributes["${localEnv:PORT}"]: `portsAttributes["${localEnv:PORT}"]` means no port and is ignored
        Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences
    "#);
}

#[test]
fn types_host_requirements() {
    assert_snapshot!(check(r#"{ "image": "x", "hostRequirements": { "cpus": 0, "memory": 8, "storage": "8 GB", "gpu": "yes", "disk": "1gb" } }"#), @r#"
    1:47+1 error hostRequirements.cpus: `hostRequirements.cpus` must be a whole number of at least 1, but is 0
    1:60+1 error hostRequirements.memory: `hostRequirements.memory` must be a size in a string, but is a number
        Write a number of bytes, or a number with kb, mb, gb or tb, such as "8gb"
    1:74+6 error hostRequirements.storage: `hostRequirements.storage` must be a size, but is "8 GB"
        Write a number of bytes, or a number with kb, mb, gb or tb, such as "8gb"
    1:89+5 error hostRequirements.gpu: `hostRequirements.gpu` must be true, false, "optional" or an object, but is a string
    1:96+6 warning hostRequirements.disk: `hostRequirements.disk` is not a known property and is ignored
    "#);
}

#[test]
fn types_gpu() {
    assert_snapshot!(check(r#"{ "image": "x", "hostRequirements": { "cpus": 1.5, "gpu": { "cores": "4", "memory": "x", "size": 1 } } }"#), @r#"
    1:47+3 error hostRequirements.cpus: `hostRequirements.cpus` must be a whole number of at least 1, but is 1.5
    1:70+3 error hostRequirements.gpu.cores: `hostRequirements.gpu.cores` must be a whole number of at least 1, but is a string
    1:85+3 error hostRequirements.gpu.memory: `hostRequirements.gpu.memory` must be a size, but is "x"
        Write a number of bytes, or a number with kb, mb, gb or tb, such as "8gb"
    1:90+6 warning hostRequirements.gpu.size: `hostRequirements.gpu.size` is not a known property and is ignored
    "#);
}

#[test]
fn types_secrets() {
    assert_snapshot!(check(r#"{ "image": "x", "secrets": { "9bad-name": {}, "TOKEN": "x", "OTHER": { "description": 5, "url": "x" } } }"#), @r#"
    1:30+11 warning secrets.9bad-name: `secrets.9bad-name` is not the name of an environment variable
        Use letters, digits and underscores, and no digit first
    1:56+3 error secrets.TOKEN: `secrets.TOKEN` must be an object, but is a string
    1:87+1 error secrets.OTHER.description: `secrets.OTHER.description` must be a string, but is a number
        Put it in quotes: "5"
    1:90+5 warning secrets.OTHER.url: `secrets.OTHER.url` is not a known property and is ignored
    "#);
}

#[test]
fn types_choices() {
    assert_snapshot!(check(r#"{ "image": "x", "waitFor": "postAttachCommand", "userEnvProbe": "LoginShell", "shutdownAction": 5 }"#), @r#"
    1:28+19 error waitFor: `waitFor` must be one of "initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand" or "postStartCommand", but is "postAttachCommand"
        Did you mean "postStartCommand"?
    1:65+12 error userEnvProbe: `userEnvProbe` must be one of "none", "loginShell", "loginInteractiveShell" or "interactiveShell", but is "LoginShell"
        Did you mean "loginShell"?
    1:97+1 error shutdownAction: `shutdownAction` must be one of "none", "stopContainer" or "stopCompose", but is a number
    "#);
}

#[test]
fn types_compose() {
    assert_snapshot!(check(r#"{ "dockerComposeFile": { "file": "x" }, "service": ["a"], "runServices": "db" }"#), @r#"
    1:24+15 error dockerComposeFile: `dockerComposeFile` must be a string or an array of strings, but is an object
    1:52+5 error service: `service` must be a string, but is an array
    1:74+4 error runServices: `runServices` must be an array of strings, but is a string
        Write each word as an element: ["first", "second"]
    "#);
}

#[test]
fn types_older_names() {
    assert_snapshot!(check(r#"{ "dockerFile": 5, "extensions": "a.b", "settings": [] }"#), @r#"
    1:17+1 error dockerFile: `dockerFile` must be a string, but is a number
        Put it in quotes: "5"
    1:34+5 error extensions: `extensions` must be an array of strings, but is a string
        Write each word as an element: ["first", "second"]
    1:53+2 error settings: `settings` must be an object, but is an array
    "#);
}

#[test]
fn properties_unknown() {
    assert_snapshot!(check(r#"{ "image": "x", "postCreateComand": "make", "remoteuser": "dev", "whatever": 1 }"#), @"
    1:17+18 warning postCreateComand: `postCreateComand` is not a known property and is ignored
        Did you mean `postCreateCommand`?
    1:45+12 warning remoteuser: `remoteuser` is not a known property and is ignored
        Did you mean `remoteUser`?
    1:66+10 warning whatever: `whatever` is not a known property and is ignored
    ");
}

#[test]
fn properties_unknown_inside() {
    assert_snapshot!(check(r#"{ "build": { "dockerfile": "D", "dockerfiles": "E" }, "portsAttributes": { "80": { "lable": "web" } } }"#), @"
    1:33+13 warning build.dockerfiles: `build.dockerfiles` is not a known property and is ignored
        Did you mean `dockerfile`?
    1:84+7 warning portsAttributes.80.lable: `portsAttributes.80.lable` is not a known property and is ignored
        Did you mean `label`?
    ");
}

#[test]
fn properties_twice() {
    assert_snapshot!(check(r#"{
	"image": "a",
	"build": { "args": { "A": "1", "A": "2" } },
	"image": "b"
}"#), @"
    3:33+3 warning build.args.A: `build.args.A` is written twice; only this one counts
        The first one is on line 3; remove one of them
    4:2+7 warning image: `image` is written twice; only this one counts
        The first one is on line 2; remove one of them
    3:2+7 warning build: `build` has no effect without `dockerfile`
    ");
}

#[test]
fn properties_nothing_to_do_in_compose() {
    assert_snapshot!(check(r#"{ "dockerComposeFile": "c.yml", "service": "app", "runArgs": [], "appPort": 80, "workspaceMount": "" }"#), @"
    1:51+9 warning runArgs: `runArgs` has no effect with `dockerComposeFile`
    1:66+9 warning appPort: `appPort` has no effect with `dockerComposeFile`
    1:81+16 warning workspaceMount: `workspaceMount` has no effect with `dockerComposeFile`
    ");
}

#[test]
fn properties_only_in_compose() {
    assert_snapshot!(check(r#"{ "image": "x", "service": "app", "runServices": ["db"] }"#), @"
    1:17+9 warning service: `service` has no effect without `dockerComposeFile`
    1:35+13 warning runServices: `runServices` has no effect without `dockerComposeFile`
    ");
}

#[test]
fn properties_two_scenarios() {
    assert_snapshot!(check(r#"{ "image": "x", "dockerComposeFile": "c.yml", "build": { "dockerfile": "D" } }"#), @"
    1:3+7 warning image: `image` has no effect because a Dockerfile is given
    1:17+19 warning dockerComposeFile: `dockerComposeFile` has no effect because a Dockerfile is given
    ");
}

#[test]
fn properties_build_without_dockerfile() {
    assert_snapshot!(check(r#"{ "image": "x", "build": { "args": {} } }"#), @"1:17+7 warning build: `build` has no effect without `dockerfile`");
}

#[test]
fn properties_context_alone() {
    assert_snapshot!(check(r#"{ "image": "x", "context": ".." }"#), @"1:17+9 warning context: `context` has no effect without `dockerFile`; use `build.context`");
}

#[test]
fn properties_keys_that_need_quotes() {
    assert_snapshot!(check(r#"{ "image": "x", "remoteEnv": { "a.b c": 5 } }"#), @r#"
    1:41+1 error remoteEnv["a.b c"]: `remoteEnv["a.b c"]` must be a string or null, but is a number
        Put it in quotes: "5"
    "#);
}

#[test]
fn properties_older_names_are_fine() {
    assert_snapshot!(check(r#"{ "dockerFile": "D", "context": "..", "extensions": [], "settings": {}, "devPort": 1, "codespaces": {}, "$schema": "x" }"#), @"");
}

#[test]
fn variables_without_a_name() {
    assert_snapshot!(check(r#"{ "image": "x", "mounts": ["source=${localEnv},target=/t"], "remoteEnv": { "A": "${containerEnv} ${env}" } }"#), @"
    1:28+30 error mounts[0]: '${localEnv}' in devcontainer.json can not be resolved because no environment variable name is given.
        Name a variable: ${localEnv:NAME}
    1:81+24 error remoteEnv.A: '${env}' in devcontainer.json can not be resolved because no environment variable name is given.
        Name a variable: ${env:NAME}
    1:81+24 error remoteEnv.A: '${containerEnv}' in devcontainer.json can not be resolved because no environment variable name is given.
        Name a variable: ${containerEnv:NAME}
    ");
}

#[test]
fn variables_where_words_are_expected() {
    assert_snapshot!(check(r#"{ "image": "x", "waitFor": "${localEnv:WHEN}", "forwardPorts": ["db:${localEnv:PORT}"], "hostRequirements": { "memory": "${localEnv:MEMORY:8gb}" } }"#), @r#"1:28+18 error waitFor: `waitFor` must be one of "initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand" or "postStartCommand", but is """#);
}
