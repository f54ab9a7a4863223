//! The user's environment, asked of shells that behave well and badly.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use wharf_agent::message::{AgentMessage, Context, End, Probe, ProbeShell, Probed};

use crate::kit::{Agent, Log, STANDARD, System};

fn ask(system: &System, shell: &str, folder: Option<&str>) -> (Log, Probed, Vec<String>) {
    let script = system.path("shell");
    std::fs::write(&script, shell).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut request = system.shell("echo ${FROM_PROFILE-unset} ${SHLVL_PROBED-unset}");
    request.context = Context {
        container_env: vec![("SHELL".into(), script.display().to_string())],
        probe: Probe::Run {
            shell: ProbeShell::LoginInteractiveShell,
            session_data_folder: folder.map(str::to_owned),
        },
        ..system.context()
    };
    let (end, log) = Agent::start(system).exec(request);
    assert_eq!(end, End::Code(0));
    let probed = log.messages.iter().find_map(|message| match message {
        AgentMessage::Probed(probed) => Some(probed.clone()),
        _ => None,
    });
    let warnings = log.messages.iter().filter_map(|message| match message {
        AgentMessage::Warning(warning) => Some(warning.clone()),
        _ => None,
    });
    let warnings = warnings.collect();
    (log, probed.unwrap(), warnings)
}

fn value<'a>(probed: &'a Probed, name: &str) -> Option<&'a str> {
    probed.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn the_shell_is_asked_as_the_user() {
    let system = System::new();
    let shell = "#!/bin/sh\necho noise; export FROM_PROFILE=\"$1 $(id -u)\nsecond line\"; eval \"$2\"\n";
    let (log, probed, warnings) = ask(&system, shell, None);
    let expected = format!("-lic {}\nsecond line", system.user().uid);
    assert_eq!(value(&probed, "FROM_PROFILE"), Some(expected.as_str()));
    assert_eq!(value(&probed, "FROM_CONTAINER"), Some("yes"));
    assert_eq!(value(&probed, "HOME"), Some(system.home().display().to_string().as_str()));
    for noise in ["_", "SHLVL", "PWD", "OLDPWD"] {
        assert_eq!(value(&probed, noise), None, "{noise}");
    }
    assert_eq!(log.text(STANDARD), format!("-lic {} second line unset\n", system.user().uid));
    assert_eq!((probed.cached, warnings), (false, vec![]));
}

#[test]
fn shells_that_do_not_answer() {
    let system = System::new();
    for shell in ["#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 3\n", "#!/no/such/interpreter\n"] {
        let (log, probed, _) = ask(&system, shell, None);
        assert_eq!((log.text(STANDARD).as_str(), probed.env.len()), ("unset unset\n", 0), "{shell}");
    }
}

#[test]
fn a_shell_without_cat_is_asked_another_way() {
    let system = System::new();
    let shell = "#!/bin/sh\nexport FROM_PROFILE=x; cat() { return 1; }; eval \"$2\"\n";
    let (log, probed, _) = ask(&system, shell, None);
    assert_eq!((log.text(STANDARD).as_str(), value(&probed, "FROM_PROFILE")), ("x unset\n", Some("x")));
}

#[test]
fn a_shell_that_leaves_something_behind_or_fails_in_the_end_has_answered() {
    let system = System::new();
    let began = Instant::now();
    let shell = "#!/bin/sh\nexport FROM_PROFILE=x; sleep 60 & eval \"$2\"; exit 1\n";
    let (_, probed, warnings) = ask(&system, shell, None);
    assert_eq!((value(&probed, "FROM_PROFILE"), warnings), (Some("x"), vec![]));
    assert!(began.elapsed().as_secs() < 5);
}

#[test]
fn a_shell_that_waits_for_somebody_is_left_after_ten_seconds() {
    let system = System::new();
    let began = Instant::now();
    let shell = format!("#!/bin/sh\necho $$ > {}/pid; sleep 300\n", system.home().display());
    let (log, probed, warnings) = ask(&system, &shell, None);
    assert_eq!((log.text(STANDARD).as_str(), probed.env.len()), ("unset unset\n", 0));
    assert!((10..15).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(warnings[0].contains("took longer than 10 seconds"), "{warnings:?}");
    assert!(!crate::kit::lives(system.read("home/guest/pid").trim().parse().unwrap()));
}

#[test]
fn the_answer_is_kept_where_it_is_wanted() {
    let system = System::new();
    let folder = system.home().join("session").display().to_string();
    let shell = "#!/bin/sh\nexport FROM_PROFILE=first; eval \"$2\"\n";
    assert!(!ask(&system, shell, Some(&folder)).1.cached);
    let kept = system.read("home/guest/session/env-loginInteractiveShell.json");
    assert!(kept.contains("\"FROM_PROFILE\": \"first\""), "{kept}");
    let (log, probed, _) = ask(&system, &shell.replace("first", "second"), Some(&folder));
    assert_eq!((log.text(STANDARD).as_str(), probed.cached), ("first unset\n", true));
    // A damaged file is asked anew.
    system.write("home/guest/session/env-loginInteractiveShell.json", "{");
    let (log, probed, _) = ask(&system, &shell.replace("first", "third"), Some(&folder));
    assert_eq!((log.text(STANDARD).as_str(), probed.cached), ("third unset\n", false));
}
