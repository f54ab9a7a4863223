//! Dotfiles: where they come among the hooks, and what their script does, run here by this computer's own shell.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use wharf_plan::dotfiles::{Dotfiles, step};
use wharf_plan::hooks::{HookOptions, hook_steps};

use crate::support::{image_facts, merged, running};

#[test]
fn they_come_between_the_hooks_of_creation_and_of_start() {
    let hooks =
        json!({ "image": "i", "postCreateCommand": "a", "postStartCommand": "b", "postAttachCommand": "c" });
    let waits = |hook: &str| json!({ "image": "i", "waitFor": hook });
    let none = HookOptions::default();
    for (configuration, options, expected) in [
        (hooks, none.clone(), Some(3)),
        (json!({ "image": "i" }), none.clone(), Some(3)),
        (json!({ "image": "i" }), HookOptions { skip_post_create: true, ..none.clone() }, None),
        (json!({ "image": "i" }), HookOptions { prebuild: true, ..none.clone() }, None),
        (json!({ "image": "i" }), HookOptions { skip_non_blocking: true, ..none.clone() }, None),
        (json!({ "image": "i" }), HookOptions { stop_for_personalization: true, ..none.clone() }, Some(3)),
        (waits("postCreateCommand"), HookOptions { skip_non_blocking: true, ..none.clone() }, None),
        (waits("postStartCommand"), HookOptions { skip_non_blocking: true, ..none.clone() }, Some(3)),
    ] {
        let wanted = running(&configuration);
        let merged = merged(&wanted, &image_facts(None));
        let (steps, _) = hook_steps(&merged, &options);
        let asked = HookOptions { dotfiles: Some(Dotfiles::default()), ..options.clone() };
        let found = step(&merged, &asked, &steps).map(|found| found.before);
        assert_eq!(found, expected, "{configuration} {options:?}");
        assert_eq!(step(&merged, &options, &steps), None);
    }
}

#[test]
fn a_repository_in_every_spelling() {
    for (repository, expected) in [
        ("me/dotfiles", "https://github.com/me/dotfiles.git"),
        ("https://example.com/d.git", "https://example.com/d.git"),
        ("git@example.com:me/d.git", "git@example.com:me/d.git"),
        ("/srv/dotfiles", "/srv/dotfiles"),
        ("./dotfiles", "./dotfiles"),
        ("../dotfiles", "../dotfiles"),
    ] {
        let dotfiles = Dotfiles { repository: repository.to_owned(), ..Dotfiles::default() };
        assert_eq!(dotfiles.address(), expected);
    }
}

/// Runs the script for a repository with these files (a name that ends in `+` is made executable) and returns its exit code, what
/// it wrote, and what the home folder holds then.
fn install(files: &[(&str, &str)], dotfiles: Dotfiles) -> (i32, String, Vec<String>) {
    let root = tempfile::tempdir().unwrap();
    let (home, repository) = (root.path().join("home"), root.path().join("it's a repository"));
    std::fs::create_dir_all(&home).unwrap();
    for (name, content) in files {
        let path = repository.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    git(&repository, &["init", "-q", "-b", "main", "."]);
    git(&repository, &["add", "-A"]);
    git(
        &repository,
        &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    );
    let dotfiles = Dotfiles { repository: repository.display().to_string(), ..dotfiles };
    let command = dotfiles.command("/");
    let answer = Command::new(&command[0]).args(&command[1..]).env("HOME", &home).output().unwrap();
    let text =
        String::from_utf8_lossy(&answer.stdout).into_owned() + &String::from_utf8_lossy(&answer.stderr);
    let mut found: Vec<String> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    (answer.status.code().unwrap(), text, found)
}

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git").current_dir(folder).args(arguments).status().unwrap();
    assert!(done.success(), "git {arguments:?}");
}

#[test]
fn what_is_installed_and_how() {
    let touches = |name: &str| format!("#!/bin/sh\ntouch \"$HOME/{name}\"\n");
    let (install_sh, other) = (touches("by-install"), touches("by-other"));
    let named = |name: &str| Dotfiles { install_command: Some(name.to_owned()), ..Dotfiles::default() };
    let at = |path: &str| Dotfiles { target_path: Some(path.to_owned()), ..Dotfiles::default() };
    let both = [("install.sh", install_sh.as_str()), ("script/setup", other.as_str())];
    for (files, dotfiles, code, expected) in [
        (&both[..], Dotfiles::default(), 0, vec!["by-install", "dotfiles"]),
        (&both[1..], Dotfiles::default(), 0, vec!["by-other", "dotfiles"]),
        (&both[..], named("script/setup"), 0, vec!["by-other", "dotfiles"]),
        (&both[..], named("nothing"), 126, vec!["dotfiles"]),
        (&both[..], at("~/my files"), 0, vec!["by-install", "my files"]),
        (&both[..], at("$HOME/d"), 0, vec!["by-install", "d"]),
        (
            &[(".vimrc", "x"), (".config/a", "y"), ("readme", "z")],
            Dotfiles::default(),
            0,
            vec![".config", ".vimrc", "dotfiles"],
        ),
        (&[("readme", "z")], Dotfiles::default(), 0, vec!["dotfiles"]),
        (&[("install.sh", "#!/bin/sh\nexit 3\n")], Dotfiles::default(), 3, vec!["dotfiles"]),
        // A folder of that name is what is found, as the reference finds it, and cannot be run.
        (&[("install/x", "x"), ("setup.sh", &other)], Dotfiles::default(), 126, vec!["dotfiles"]),
    ] {
        let (found_code, text, home) = install(files, dotfiles.clone());
        assert_eq!(
            (found_code, home.iter().map(String::as_str).collect()),
            (code, expected),
            "{dotfiles:?}: {text}"
        );
    }
}

/// Of two that are there, the one that is looked for first runs alone.
#[test]
fn installers_are_looked_for_in_their_order() {
    let names = [
        "install.sh",
        "install",
        "bootstrap.sh",
        "bootstrap",
        "script/bootstrap",
        "setup.sh",
        "setup",
        "script/setup",
    ];
    let touches = |name: &str| format!("#!/bin/sh\ntouch \"$HOME/{name}\"\n");
    let (first, second) = (touches("first"), touches("second"));
    for pair in names.windows(2) {
        let files = [(pair[0], first.as_str()), (pair[1], second.as_str())];
        let (code, text, home) = install(&files, Dotfiles::default());
        let home: Vec<&str> = home.iter().map(String::as_str).collect();
        assert_eq!((code, home), (0, vec!["dotfiles", "first"]), "{pair:?}: {text}");
    }
}

#[test]
fn hostile_values_stay_values() {
    let dotfiles = Dotfiles {
        repository: "/no/such'; touch \"$HOME/owned\"; '$(touch $HOME/owned)".to_owned(),
        target_path: Some("-x; touch owned".to_owned()),
        ..Dotfiles::default()
    };
    let home = tempfile::tempdir().unwrap();
    let command = dotfiles.command("/");
    let answer = Command::new(&command[0])
        .args(&command[1..])
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(!answer.status.success());
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn relative_paths_begin_where_the_containers_commands_do() {
    let cases = [
        ("o/r", None, "/", "https://github.com/o/r.git", "~/dotfiles"),
        ("./r", Some("d"), "/", "/./r", "/d"),
        ("../r", Some("a/b"), "/srv/", "/srv/../r", "/srv/a/b"),
        ("/r", Some("/d"), "/srv", "/r", "/d"),
        ("/r", Some("$HOME/d"), "", "/r", "$HOME/d"),
        ("/r", Some("d"), "", "/r", "/d"),
    ];
    for (repository, target, folder, address, place) in cases {
        let target_path = target.map(str::to_owned);
        let dotfiles = Dotfiles { repository: repository.to_owned(), target_path, ..Dotfiles::default() };
        let command = dotfiles.command(folder);
        assert_eq!(
            (command[4].as_str(), command[5].as_str()),
            (address, place),
            "{repository} {target:?} {folder}"
        );
    }
}
