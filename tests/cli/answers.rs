//! What commands answer without an engine, and how they say that something is wrong.

use wharf_test_support::command::Home;

use crate::{check, exchange, wharf};

const CONFIGURATION: &str = r#"{
  // Comments and trailing commas are fine.
  "name": "api-server",
  "image": "debian:bookworm",
  "remoteEnv": { "WHERE": "${localWorkspaceFolderBasename}" },
}
"#;

fn home_with(configuration: &str) -> Home {
    let home = Home::new();
    home.write("api-server/.devcontainer/devcontainer.json", configuration);
    home
}

#[test]
fn a_configuration() {
    let home = home_with(CONFIGURATION);
    check!(wharf(&home, "read-configuration api-server"), @r#"
    $ wharf read-configuration api-server
    exit code: 0
    --- stdout
    {"configuration":{"name":"api-server","image":"debian:bookworm","remoteEnv":{"WHERE":"api-server"},"configFilePath":{"$mid":1,"fsPath":"[HOME]/api-server/.devcontainer/devcontainer.json","path":"[HOME]/api-server/.devcontainer/devcontainer.json","scheme":"vscode-fileHost"}},"workspace":{"workspaceFolder":"/workspaces/api-server","workspaceMount":"type=bind,source=[HOME]/api-server,target=/workspaces/api-server"},"ociAuthDiagnostics":{"authLookupWouldBeBlocked":false,"registryRedirectWouldPreventCredentialForwarding":false,"authServerRedirect":false}}
    --- stderr
    "#);
    // From a folder below, and by the flag, it is the same answer.
    let answer = wharf(&home, "read-configuration api-server").stdout;
    let below = exchange(&home, "read-configuration").within("api-server/src/deep").end();
    let by_flag =
        exchange(&home, "read-configuration --workspace-folder api-server").called("devcontainer").end();
    assert_eq!((below.stdout, by_flag.stdout), (answer.clone(), answer));
}

#[test]
fn no_configuration() {
    let home = Home::new();
    home.folder("empty");
    check!(wharf(&home, "read-configuration --workspace-folder empty"), @r#"
    $ wharf read-configuration --workspace-folder empty
    exit code: 1
    --- stdout

    --- stderr
    error: Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found.
    hint: a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { "image": "debian" }
    "#);
    check!(wharf(&home, "up empty"), @r#"
    $ wharf up empty
    exit code: 1
    --- stdout
    {"outcome":"error","message":"Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found.","description":"Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found."}
    --- stderr
    error: Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found.
    hint: a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { "image": "debian" }
    "#);
    check!(wharf(&home, "exec --workspace-folder empty true"), @r#"
    $ wharf exec --workspace-folder empty true
    exit code: 1
    --- stdout

    --- stderr
    error: Dev container config ([HOME]/empty/.devcontainer/devcontainer.json) not found.
    hint: a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { "image": "debian" }
    "#);
    check!(wharf(&home, "up nowhere"), @r#"
    $ wharf up nowhere
    exit code: 1
    --- stdout
    {"outcome":"error","message":"there is no folder [HOME]/nowhere and no environment named nowhere","description":"An error occurred setting up the container."}
    --- stderr
    error: there is no folder [HOME]/nowhere and no environment named nowhere
    hint: `wharf list --all` shows the environments that there are
    "#);
}

#[test]
fn a_syntax_error() {
    let home = home_with("{\n  \"image\": \"debian\"\n  \"name\": \"x\"\n}\n");
    check!(wharf(&home, "up api-server"), @r#"
    $ wharf up api-server
    exit code: 1
    --- stdout
    {"outcome":"error","message":"expected a comma","description":"expected a comma"}
    --- stderr
    error: expected a comma
      ╭─ api-server/.devcontainer/devcontainer.json:2:20
     2│   "image": "debian"
      │                    ~
    hint: Put a comma between this value and the next
    "#);
    check!(wharf(&home, "read-configuration api-server"), @r#"
    $ wharf read-configuration api-server
    exit code: 1
    --- stdout

    --- stderr
    error: expected a comma
      ╭─ api-server/.devcontainer/devcontainer.json:2:20
     2│   "image": "debian"
      │                    ~
    hint: Put a comma between this value and the next
    "#);
}

#[test]
fn a_wrong_type_and_an_unknown_property() {
    let home = home_with("{\n  \"image\": 7,\n  \"forwardPort\": [3000]\n}\n");
    check!(exchange(&home, "up").within("api-server").end(), @r#"
    $ wharf up
    exit code: 1
    --- stdout
    {"outcome":"error","message":"`image` must be a string, but is a number","description":"`image` must be a string, but is a number"}
    --- stderr
    error: `image` must be a string, but is a number
      ╭─ .devcontainer/devcontainer.json:2:12
     2│   "image": 7,
      │            ~
    hint: Put it in quotes: "7"
    "#);
}

#[test]
fn no_engine() {
    let home = home_with(CONFIGURATION);
    let up = |line: &str| exchange(&home, line).within("api-server").end();
    check!(up("up"), @r#"
    $ wharf up
    exit code: 1
    --- stdout
    {"outcome":"error","message":"no engine listens at unix://[HOME]/no-engine.sock","description":"An error occurred setting up the container."}
    --- stderr
      api-server  .devcontainer/devcontainer.json

      ✓ configuration [TIME]
    error: no engine listens at unix://[HOME]/no-engine.sock
    hint: Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.
    "#);
    check!(up("status --json"), @r#"
    $ wharf status --json
    exit code: 0
    --- stdout
    {"environment":{"name":"api-server","folder":"[HOME]/api-server","configuration":"[HOME]/api-server/.devcontainer/devcontainer.json","id":"[ID]"},"observed":{"engineChosenBy":"with DOCKER_HOST","configuration":"[HASH]"},"difference":[{"subject":"container","before":"none","after":"running","change":"recreate"}],"blocked":{"by":"engine","message":"no engine listens at unix://[HOME]/no-engine.sock","hint":"Start the engine, for example with `systemctl start docker` or by opening Docker Desktop."}}
    --- stderr
    "#);
    check!(up("--quiet up"), @r#"
    $ wharf --quiet up
    exit code: 1
    --- stdout
    {"outcome":"error","message":"no engine listens at unix://[HOME]/no-engine.sock","description":"An error occurred setting up the container."}
    --- stderr
    error: no engine listens at unix://[HOME]/no-engine.sock
    hint: Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.
    "#);
}

#[test]
fn nothing_is_allowed_at_first() {
    let home = Home::new();
    check!(wharf(&home, "trust list"), @r"
    $ wharf trust list
    exit code: 0
    --- stdout
    Nothing is allowed beyond its container.
    --- stderr
    ");
    check!(wharf(&home, "trust list --json"), @r#"
    $ wharf trust list --json
    exit code: 0
    --- stdout
    {"entries":[]}
    --- stderr
    "#);
    check!(wharf(&home, "trust revoke --all"), @r"
    $ wharf trust revoke --all
    exit code: 0
    --- stdout
    0 consents taken back
    --- stderr
    ");
    let refused = wharf(&home, "trust revoke nowhere");
    assert_eq!((refused.code, refused.stdout_text().as_str()), (Some(1), ""), "{refused}");
    let said = refused.stderr_text();
    assert!(said.starts_with("error: nothing is allowed to nowhere: neither to the folder "), "{refused}");
    assert!(said.contains("`wharf trust list` shows what is allowed"), "{refused}");
}

#[test]
fn the_version() {
    let answer = wharf(&Home::new(), "version --json");
    let document: wharf_api::VersionResult = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(
        (document.version.as_str(), document.reference.as_str()),
        (env!("CARGO_PKG_VERSION"), "0.89.0")
    );
}

/// Without a locale that has Unicode, nothing but ASCII is written.
#[test]
fn in_ascii() {
    let home = home_with("{\n  \"image\": \"debian\",\n  \"forwardPort\": 1\n}\n");
    let answer = exchange(&home, "up").within("api-server").variable("LANG", "C").end();
    check!(answer, @r#"
    $ wharf up
    exit code: 1
    --- stdout
    {"outcome":"error","message":"no engine listens at unix://[HOME]/no-engine.sock","description":"An error occurred setting up the container."}
    --- stderr
      api-server  .devcontainer/devcontainer.json

    warning: `forwardPort` is not a known property and is ignored
      ,- .devcontainer/devcontainer.json:3:3
     3|   "forwardPort": 1
      |   ~~~~~~~~~~~~~
    hint: Did you mean `forwardPorts`?
      * configuration          1 warning [TIME]
    error: no engine listens at unix://[HOME]/no-engine.sock
    hint: Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.
    "#);
    assert!(answer.stderr.is_ascii());
}

/// Colour is for terminals; `--color always` asks for it anyway, and nothing else brings it.
#[test]
fn colour() {
    let home = Home::new();
    home.folder("empty");
    for (line, variable, expected) in [
        ("up empty", None, false),
        ("--color always up empty", None, true),
        ("--color always --no-color up empty", None, false),
        ("--color always up empty", Some("NO_COLOR"), true),
        ("--color never up empty", None, false),
    ] {
        let exchange = exchange(&home, line);
        let exchange = if let Some(name) = variable { exchange.variable(name, "1") } else { exchange };
        assert_eq!(exchange.end().stderr.contains(&0x1b), expected, "{line} {variable:?}");
    }
}

/// Settings are changed in place, listed with what is wrong, and come below flags and variables.
#[test]
fn settings() {
    let home = Home::new();
    let path = home.path().join(".config/wharf/settings.json");
    let where_it_is = wharf(&home, "settings path").stdout_text();
    assert_eq!(where_it_is, "[HOME]/.config/wharf/settings.json\n");
    assert_eq!(wharf(&home, "settings set dotfiles.repository me/dotfiles").code, Some(0));
    assert_eq!(wharf(&home, "settings set appearance.zoom 1.5").code, Some(0));
    assert_eq!(wharf(&home, "settings get appearance.zoom").stdout_text(), "1.5\n");
    assert_eq!(wharf(&home, "settings get appearance.theme").stdout_text(), "system\n");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"zoom\"", "// for the projector\n    \"zom\"")).unwrap();
    check!(exchange(&home, "settings list").variable("WHARF_DOTFILES_REPOSITORY", "x/y").end(), @r"
    $ wharf settings list
    exit code: 0
    --- stdout
    [HOME]/.config/wharf/settings.json
    engine                         -
    dotfiles.repository            me/dotfiles  WHARF_DOTFILES_REPOSITORY comes first
    dotfiles.installCommand        -
    dotfiles.targetPath            ~/dotfiles (default)
    up.defaultUserEnvProbe         loginInteractiveShell (default)
    up.updateRemoteUserUidDefault  on (default)
    up.gpuAvailability             detect (default)
    up.workspaceMountConsistency   cached (default)
    build.buildkit                 auto (default)
    build.cacheFrom                -
    appearance.theme               system (default)
    appearance.language            system (default)
    appearance.zoom                1 (default)
    notifications.finished         true (default)
    notifications.failed           true (default)
    notifications.questions        true (default)
    notifications.ports            true (default)
    autostart                      false (default)
    integration.fileManager        false (default)
    integration.links              true (default)
    integration.tray               true (default)
    integration.keepInTray         false (default)
    integration.editor             -
    line 7: appearance.zom is no setting that this Wharf knows
    --- stderr
    ");
    assert_eq!(wharf(&home, "settings unset dotfiles.repository").code, Some(0));
    assert!(std::fs::read_to_string(&path).unwrap().contains("// for the projector"));
    check!(wharf(&home, "settings set zoom 2"), @r"
    $ wharf settings set zoom 2
    exit code: 1
    --- stdout

    --- stderr
    error: there is no setting named zoom
    hint: did you mean appearance.zoom?
    ");
    check!(wharf(&home, "settings set appearance.zoom large"), @r"
    $ wharf settings set appearance.zoom large
    exit code: 1
    --- stdout

    --- stderr
    error: appearance.zoom is a number from 0.5 to 3
    ");
    // A file that is no JSON is told with its place, and left alone.
    std::fs::write(&path, "{\n  \"engine\": podman\n}\n").unwrap();
    check!(wharf(&home, "settings set engine docker"), @r#"
    $ wharf settings set engine docker
    exit code: 1
    --- stdout

    --- stderr
    error: expected a value, but found a bare word
      ╭─ .config/wharf/settings.json:2:13
     2│   "engine": podman
      │             ~~~~~~
    hint: Put text in double quotes
    "#);
}
