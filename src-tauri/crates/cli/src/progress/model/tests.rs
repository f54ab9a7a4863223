//! What a run of events looks like as rows.

use super::*;
use crate::render::Theme;
use crate::text::Symbols;

/// Plays a recording, one JSON object a line with `at` milliseconds, and draws what a terminal shows: final lines as they
/// come, and the block wherever the recording says `"draw"`.
fn play(recording: &str, detail: Detail, symbols: Symbols, width: usize) -> String {
    let theme = Theme { symbols };
    let mut model = Model::new(detail);
    let mut shown = String::new();
    let mut show = |lines: &[Line], prefix: &str| {
        for line in lines {
            shown.push_str(format!("{prefix}{}", line.plain()).trim_end());
            shown.push('\n');
            // A line of the block that wrapped would be drawn over.
            assert!(prefix == "| " || line.width() <= width, "too wide: {line:?}");
        }
    };
    for line in recording.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut sheet = Sheet::new(&theme, width);
        if value.get("draw").is_some() {
            model.draw(value["draw"].as_u64().unwrap(), &mut sheet);
            show(&sheet.lines, "> ");
            continue;
        }
        value["workspace"] = "/home/me/api-server".into();
        value["timestamp"] = value["at"].take();
        let event: Event = serde_json::from_value(value).unwrap();
        model.apply(&event, &mut sheet);
        show(&sheet.lines, "| ");
    }
    let mut sheet = Sheet::new(&theme, width);
    model.close(&mut sheet);
    show(&sheet.lines, "| ");
    shown
}

const FIRST_UP: &str = r#"
    {"at":0,"step":1,"type":"stepStarted","name":"up"}
    {"at":0,"step":2,"parent":1,"type":"stepStarted","name":"configuration"}
    {"at":3,"step":2,"parent":1,"type":"environmentFound","subject":{"name":"api-server","folder":"/home/me/api-server","configuration":"/home/me/api-server/.devcontainer/devcontainer.json"}}
    {"at":4,"step":2,"parent":1,"type":"diagnostic","severity":"warning","message":"unknown property \"forwardPort\"","location":{"path":"/home/me/api-server/.devcontainer/devcontainer.json","line":3,"column":3,"length":13,"sourceLine":"  \"forwardPort\": 3000"},"hint":"did you mean forwardPorts?"}
    {"at":4,"step":2,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":4,"detail":"1 warning"}
    {"at":5,"step":3,"parent":1,"type":"stepStarted","name":"engine"}
    {"at":6,"step":3,"parent":1,"type":"engineFound","engine":{"kind":"docker","version":"28.5.2","address":"unix:///var/run/docker.sock","local":true,"rootless":false}}
    {"at":6,"step":3,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":1}
    {"at":7,"step":4,"parent":1,"type":"stepStarted","name":"image","subject":"ghcr.io/acme/base:3"}
    {"at":9,"step":4,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":2,"detail":"not present"}
    {"at":10,"step":5,"parent":1,"type":"stepStarted","name":"pull","subject":"ghcr.io/acme/base:3"}
    {"at":10,"step":5,"parent":1,"type":"stepProgress","current":34250000,"total":120500000}
    {"draw":2010}
    {"at":4010,"step":5,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":4000,"detail":"pulled"}
    {"at":4020,"step":6,"parent":1,"type":"stepStarted","name":"build"}
    {"at":4021,"step":6,"parent":1,"type":"stepProgress","current":7,"total":9}
    {"at":4022,"step":7,"parent":6,"type":"stepStarted","name":"vertex","subject":"[dev 3/4] RUN apt-get install git"}
    {"at":4030,"step":7,"parent":6,"type":"stepOutput","stream":"stdout","text":"Selecting previously unselected package git.\nSetting up git (1:2.39.5) ...\nrest"}
    {"draw":16420}
    {"at":16430,"step":7,"parent":6,"type":"stepFinished","outcome":"done","milliseconds":12400}
    {"at":16431,"step":6,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":12410,"detail":"7 of 9 cached"}
    {"at":16440,"step":8,"parent":1,"type":"stepStarted","name":"create"}
    {"at":16460,"step":8,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":20}
    {"at":16461,"step":9,"parent":1,"type":"stepStarted","name":"start","subject":"peaceful_curie"}
    {"at":16661,"step":9,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":200}
    {"at":16662,"step":10,"parent":1,"type":"stepStarted","name":"hooks"}
    {"at":16663,"step":11,"parent":10,"type":"stepStarted","name":"hook","subject":"onCreateCommand"}
    {"at":16700,"step":11,"parent":10,"type":"stepOutput","stream":"stdout","text":"10%\r50%\r\u001b[32m100%\u001b[0m\n"}
    {"draw":16900}
    {"at":17663,"step":11,"parent":10,"type":"stepFinished","outcome":"done","milliseconds":1000}
    {"at":17663,"step":1,"type":"ready","milliseconds":17663,"containerId":"0123456789ab","remoteUser":"vscode","remoteWorkspaceFolder":"/workspaces/api-server"}
    {"at":17664,"step":12,"parent":10,"type":"stepStarted","name":"hook","subject":"postCreateCommand"}
    {"draw":17700}
    {"at":18664,"step":12,"parent":10,"type":"stepFinished","outcome":"done","milliseconds":1000}
    {"at":18665,"step":10,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":2003}
    {"at":18665,"step":1,"type":"stepFinished","outcome":"done","milliseconds":18665}
"#;

#[test]
fn a_first_up() {
    insta::assert_snapshot!(play(FIRST_UP, Detail::Rows, Symbols::UNICODE, 90), @r#"
    |   api-server  .devcontainer/devcontainer.json → docker 28.5 (local)
    |
    | warning: unknown property "forwardPort"
    |   ╭─ .devcontainer/devcontainer.json:3:3
    |  3│   "forwardPort": 3000
    |   │   ~~~~~~~~~~~~~
    | hint: did you mean forwardPorts?
    |   ✓ configuration          1 warning                                                  4 ms
    >   ⠋ image                  34.2 MB of 120.5 MB                                       2.0 s
    |   ✓ image                  ghcr.io/acme/base:3  pulled                               4.0 s
    >   ⠼ build                  7/9 · [dev 3/4] RUN apt-get install git                  12.4 s
    >       Setting up git (1:2.39.5) ...
    |   ✓ build                  7 of 9 cached                                            12.4 s
    |   ✓ container              peaceful_curie                                           220 ms
    >   ⠏ hooks                  onCreate                                                 238 ms
    >       100%
    |   ✓ ready in 17.6 s        vscode@/workspaces/api-server
    >   ⠧ hooks                  postCreate                                                1.0 s
    |   ✓ hooks                  onCreate · postCreate                                     2.0 s
    |   ✓ done in 18.6 s
    "#);
}

#[test]
fn a_narrow_terminal_without_unicode() {
    insta::assert_snapshot!(play(FIRST_UP, Detail::Rows, Symbols::ASCII, 60), @r#"
    |   api-server  .devcontainer/devcontainer.json -> docker 28.5 (local)
    |
    | warning: unknown property "forwardPort"
    |   ,- .devcontainer/devcontainer.json:3:3
    |  3|   "forwardPort": 3000
    |   |   ~~~~~~~~~~~~~
    | hint: did you mean forwardPorts?
    |   * configuration          1 warning                    4 ms
    >   | image                  34.2 MB of 120.5 MB         2.0 s
    |   * image                  ghcr.io/acme/base:3  pu...  4.0 s
    >   | build                  7/9 - [dev 3/4] RUN ap...  12.4 s
    >       Setting up git (1:2.39.5) ...
    |   * build                  7 of 9 cached              12.4 s
    |   * container              peaceful_curie             220 ms
    >   / hooks                  onCreate                   238 ms
    >       100%
    |   * ready in 17.6 s        vscode@/workspaces/api-server
    >   / hooks                  postCreate                  1.0 s
    |   * hooks                  onCreate - postCreate       2.0 s
    |   * done in 18.6 s
    "#);
}

#[test]
fn only_notices() {
    insta::assert_snapshot!(play(FIRST_UP, Detail::Notices, Symbols::UNICODE, 90), @r#"
    | warning: unknown property "forwardPort"
    |   ╭─ .devcontainer/devcontainer.json:3:3
    |  3│   "forwardPort": 3000
    |   │   ~~~~~~~~~~~~~
    | hint: did you mean forwardPorts?
    "#);
}

#[test]
fn all_output() {
    insta::assert_snapshot!(play(FIRST_UP, Detail::Output, Symbols::UNICODE, 90), @r#"
    |   api-server  .devcontainer/devcontainer.json → docker 28.5 (local)
    |
    | warning: unknown property "forwardPort"
    |   ╭─ .devcontainer/devcontainer.json:3:3
    |  3│   "forwardPort": 3000
    |   │   ~~~~~~~~~~~~~
    | hint: did you mean forwardPorts?
    |   ✓ configuration          1 warning                                                  4 ms
    >   ⠋ image                  34.2 MB of 120.5 MB                                       2.0 s
    |   ✓ image                  ghcr.io/acme/base:3  pulled                               4.0 s
    |   │ Selecting previously unselected package git.
    |   │ Setting up git (1:2.39.5) ...
    >   ⠼ build                  7/9 · [dev 3/4] RUN apt-get install git                  12.4 s
    >       Setting up git (1:2.39.5) ...
    |   │ rest
    |   ✓ build                  7 of 9 cached                                            12.4 s
    |   ✓ container              peaceful_curie                                           220 ms
    |   │ 100%
    >   ⠏ hooks                  onCreate                                                 238 ms
    >       100%
    |   ✓ ready in 17.6 s        vscode@/workspaces/api-server
    >   ⠧ hooks                  postCreate                                                1.0 s
    |   ✓ hooks                  onCreate · postCreate                                     2.0 s
    |   ✓ done in 18.6 s
    "#);
}

#[test]
fn a_failure_stays_on_the_screen_and_planned_rows_go() {
    let recording = r#"
        {"at":0,"step":1,"type":"stepStarted","name":"up"}
        {"at":0,"step":2,"parent":1,"type":"stepStarted","name":"lock"}
        {"at":1,"step":2,"parent":1,"type":"waiting","on":{"what":"lock","pid":812,"command":"wharf up"}}
        {"at":900,"step":2,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":900}
        {"at":900,"step":3,"parent":1,"type":"stepPlanned","name":"build"}
        {"at":900,"step":4,"parent":1,"type":"stepPlanned","name":"create"}
        {"at":901,"step":5,"parent":1,"type":"stepStarted","name":"initialize","subject":"make bootstrap"}
        {"draw":1500}
        {"at":2000,"step":5,"parent":1,"type":"stepFinished","outcome":"done","milliseconds":1100}
        {"at":2001,"step":3,"parent":1,"type":"stepStarted","name":"build"}
        {"draw":2002}
        {"at":3000,"step":3,"parent":1,"type":"stepFinished","outcome":"failed","milliseconds":999}
        {"at":3001,"step":1,"type":"stepFinished","outcome":"failed","milliseconds":3001}
    "#;
    insta::assert_snapshot!(play(recording, Detail::Rows, Symbols::UNICODE, 80), @r"
    |   waiting for wharf up (process 812), which works on the same environment
    >   ⠴ initialize             make bootstrap                                 599 ms
    >     build
    >     container
    |   ✓ initialize             make bootstrap                                  1.1 s
    >   ⠋ build                                                                   1 ms
    >     container
    |   ✗ build                                                                 999 ms
    ");
}

#[test]
fn what_is_let_through_is_said() {
    let recording = r#"
        {"at":0,"step":1,"type":"consentGranted","by":"continuousIntegration","touches":[{"kind":"hostCommand","subject":"make bootstrap","origin":{"property":"initializeCommand"}},{"kind":"hostMount","subject":"/home/me/.aws","origin":{"property":"mounts[0]"}}]}
        {"at":0,"step":1,"type":"consentGranted","by":"stored","touches":[{"kind":"hostCommand","subject":"make bootstrap","origin":{"property":"initializeCommand"}}]}
        {"at":1,"step":1,"type":"waiting","on":{"what":"engine","address":"unix:///run/podman.sock"}}
        {"at":1,"step":1,"type":"waiting","on":{"what":"removal","containerId":"0123456789abcdef"}}
    "#;
    insta::assert_snapshot!(play(recording, Detail::Rows, Symbols::UNICODE, 80), @r"
    |   allowed because this is CI: make bootstrap, /home/me/.aws
    |   waiting for the engine at unix:///run/podman.sock
    |   waiting until container 0123456789ab is removed
    ");
}
