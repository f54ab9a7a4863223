//! Commands and hooks in containers of different images, users and rights.

use std::time::{Duration, Instant};

use wharf_agent::message::End;
use wharf_engine::Engine;
use wharf_plan::container::CreateBody;
use wharf_runner::inside::HookOutcome;
use wharf_runner::{CancellationToken, ExecControl};
use wharf_spec::Hook;
use wharf_test_support::images::{BUSYBOX, DEBIAN, DEVCONTAINER};

use crate::kit::{PATIENCE, streams};
use crate::room::{Room, on_each_engine};

on_each_engine!(
    a_tiny_image,
    a_user_of_an_image,
    hooks_run_once,
    everything_goes_both_ways,
    signals_and_terminals,
    nothing_stays_behind,
    without_capabilities,
    a_container_whose_user_is_not_root,
    a_container_that_is_removed_under_our_hands,
    environment_as_an_engine_gives_it,
);

fn unchanged(_: &mut CreateBody) {}

async fn a_tiny_image(engine: Engine) {
    Room::of(engine, BUSYBOX, unchanged, |room| async move {
        assert_eq!(
            room.shell("root", "id -u; echo err >&2; exit 3").await,
            (3, "0\n".into(), "err\n".into())
        );
        let (code, _, error) = room.shell("4711", "id -u; id -g; touch /no").await;
        assert!(code != 0 && error.contains("denied"), "{code} {error}");
        let mut missing = room.command("root", "");
        missing.command = vec!["no-such-program".into()];
        let (outcome, ends) = room.exec(&missing).await;
        assert_eq!(outcome.unwrap().code, 127);
        assert_eq!(ends.stderr.text(), "exec: \"no-such-program\": executable file not found in $PATH\n");
        let (outcome, _) = room.exec(&room.command("nobody-here", "true")).await;
        assert_eq!(
            outcome.unwrap_err().to_string(),
            "unable to find user nobody-here: no matching entries in passwd file"
        );
    })
    .await;
}

async fn a_user_of_an_image(engine: Engine) {
    Room::of(engine, DEVCONTAINER, unchanged, |room| async move {
        let line = "id -un; echo $HOME; id -G; umask; echo hi > /dev/stdout; grep CapEff /proc/self/status; sudo -n id -u";
        let (code, output, error) = room.shell("vscode", line).await;
        let expected = "vscode\n/home/vscode\n1000\n0022\nhi\nCapEff:\t0000000000000000\n0\n";
        assert_eq!((code, output.as_str(), error.as_str()), (0, expected, ""));
    })
    .await;
}

async fn hooks_run_once(engine: Engine) {
    Room::of(engine, DEVCONTAINER, unchanged, |room| async move {
        let lines = [
            (Hook::OnCreate, "id -un >> ~/created; echo $REMOTE $SECRET >> ~/created"),
            (Hook::PostStart, "[ -e ~/fixed ] || { echo not yet; exit 9; }"),
            (Hook::PostAttach, "echo x >> ~/attached"),
        ];
        let spec = room.hooks("vscode", &lines);
        let outcome = room.run(&spec).await.unwrap();
        assert_eq!(outcome.hooks, [HookOutcome::Done, HookOutcome::Failed, HookOutcome::NotRun]);
        let failed = outcome.failed.unwrap();
        assert_eq!((failed.end, failed.lines), (End::Code(9), vec!["not yet".to_owned()]));
        let resolved = outcome.resolved.unwrap();
        assert_eq!((resolved.user.as_str(), resolved.uid, resolved.home.as_str()), ("vscode", 1000, "/home/vscode"));
        let probed = outcome.probed.unwrap().env;
        assert!(probed.iter().any(|(name, value)| name == "HOME" && value == "/home/vscode"), "{probed:?}");

        room.shell("vscode", "touch ~/fixed").await;
        let outcome = room.run(&spec).await.unwrap();
        assert_eq!(outcome.hooks, [HookOutcome::Skipped, HookOutcome::Done, HookOutcome::Done]);
        let line = "cat ~/created ~/attached; cd ~/.devcontainer; cat .onCreateCommandMarker .postStartCommandMarker; \
                    stat -c '%U %a %n' . .onCreateCommandMarker; cd /var/devcontainer; stat -c '%U %a %s %n' .patch*; \
                    grep ^PATH= /etc/environment";
        let (_, output, _) = room.shell("vscode", line).await;
        let path = room.facts.env.iter().find_map(|line| line.strip_prefix("PATH=")).unwrap();
        let expected = format!(
            "vscode\nenv 42\nx\n{}\n{}\nvscode 755 .\nvscode 644 .onCreateCommandMarker\n\
             root 644 0 .patchEtcEnvironmentMarker\nroot 644 0 .patchEtcProfileMarker\nPATH=\"{path}\"\n",
            room.facts.created, room.facts.started_at
        );
        assert_eq!(output, expected);
    })
    .await;
}

async fn everything_goes_both_ways(engine: Engine) {
    Room::of(engine, BUSYBOX, unchanged, |room| async move {
        let bytes: Vec<u8> =
            (0..3_000_017_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let (streams, ends) = streams(std::io::Cursor::new(bytes.clone()));
        let command = room.command("root", "cat; echo over >&2");
        let outcome = room.inside().exec(&command, streams, &CancellationToken::new()).await.unwrap();
        assert_eq!((outcome.code, ends.stderr.text().as_str()), (0, "over\n"));
        assert!(
            ends.stdout.bytes() == bytes,
            "{} of {} bytes came back",
            ends.stdout.bytes().len(),
            bytes.len()
        );
    })
    .await;
}

async fn signals_and_terminals(engine: Engine) {
    Room::of(engine, DEBIAN, unchanged, |room| async move {
        let (streams, ends) = streams(tokio::io::empty());
        let mut command = room.command(
            "root",
            "trap 'stty size' WINCH; trap 'exit 9' INT; tty; stty size; while :; do sleep 0.05; done",
        );
        command.terminal = Some((80, 24));
        let act = async {
            ends.stdout.until("24 80").await;
            ends.control.send(ExecControl::Resize { columns: 99, rows: 33 }).await.unwrap();
            ends.stdout.until("33 99").await;
            ends.control.send(ExecControl::Signal(2)).await.unwrap();
        };
        let cancel = CancellationToken::new();
        let inside = room.inside();
        let (outcome, ()) = tokio::join!(inside.exec(&command, streams, &cancel), act);
        assert_eq!(outcome.unwrap().code, 9);
        assert!(ends.stdout.text().starts_with("/dev/pts/"), "{}", ends.stdout.text());
    })
    .await;
}

/// Processes in a container whose command line holds a word.
async fn processes(room: &Room, word: &str) -> String {
    let line = format!(
        "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f 2> /dev/null | grep '^sleep {word}'; done; true"
    );
    room.shell("root", &line).await.1
}

/// Whoever runs, whose child it is, and how it was started.
const EVERYTHING: &str = "for d in /proc/[0-9]*; do echo \"$(cut -d' ' -f1-5 $d/stat) $(tr '\\0' ' ' < $d/cmdline)\"; done 2> /dev/null";

async fn nothing_stays_behind(engine: Engine) {
    Room::of(engine, DEVCONTAINER, unchanged, |room| async move {
        for terminal in [None, Some((80, 24))] {
            let (streams, ends) = streams(tokio::io::empty());
            let mut command =
                room.command("vscode", "sleep 4711 & (setsid sleep 4712; true) & echo ready; wait");
            command.terminal = terminal;
            let (inside, cancel) = (room.inside(), CancellationToken::new());
            tokio::select! {
                outcome = inside.exec(&command, streams, &cancel) => panic!("{outcome:?}"),
                () = ends.stdout.until("ready") => {}
            }
            // The future is gone, and with it the connection; the agent notices by itself.
            let began = Instant::now();
            while !processes(&room, "471").await.is_empty() {
                if began.elapsed() > PATIENCE {
                    panic!("{}", room.shell("root", EVERYTHING).await.1);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let line = "for f in /proc/[0-9]*/exe; do readlink $f; done 2> /dev/null | grep -c /.wharf/agent";
        let began = Instant::now();
        // Only the one that counts is left.
        while room.shell("root", line).await.1 != "1\n" {
            assert!(began.elapsed() < PATIENCE);
        }
    })
    .await;
}

async fn without_capabilities(engine: Engine) {
    let drop_all = |body: &mut CreateBody| body.host_config.cap_drop = vec!["ALL".into()];
    Room::of(engine, DEVCONTAINER, drop_all, |room| async move {
        let (code, output, _) = room.shell("vscode", "id -un; grep CapPrm /proc/self/status").await;
        assert_eq!((code, output.as_str()), (0, "vscode\nCapPrm:\t0000000000000000\n"));
        assert_eq!(room.shell("root", "id -un").await.1, "root\n");
        let spec = room.hooks("vscode", &[(Hook::OnCreate, "touch ~/made")]);
        assert_eq!(room.run(&spec).await.unwrap().hooks, [HookOutcome::Done]);
    })
    .await;
}

async fn a_container_whose_user_is_not_root(engine: Engine) {
    let as_user = |body: &mut CreateBody| body.user = "1000".to_owned();
    Room::of(engine, DEVCONTAINER, as_user, |room| async move {
        let spec = room.hooks("vscode", &[(Hook::OnCreate, "id -un > ~/who")]);
        assert_eq!(room.run(&spec).await.unwrap().hooks, [HookOutcome::Done]);
        assert_eq!(
            room.shell("vscode", "cat ~/who; ls -A /var/devcontainer").await.1,
            "vscode\n.patchEtcEnvironmentMarker\n.patchEtcProfileMarker\n"
        );
    })
    .await;
}

async fn a_container_that_is_removed_under_our_hands(engine: Engine) {
    Room::of(engine.clone(), BUSYBOX, unchanged, |room| async move {
        let (streams, ends) = streams(tokio::io::empty());
        let cancel = CancellationToken::new();
        let act = async {
            ends.stdout.until("ready").await;
            room.engine.kill(&room.facts.id, "KILL").await.unwrap();
        };
        let command = room.command("root", "echo ready; sleep 300");
        let inside = room.inside();
        let (outcome, ()) = tokio::join!(inside.exec(&command, streams, &cancel), act);
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains("ended before its work was done"), "{error}");
    })
    .await;
}

/// What a command sees differs from an engine's own exec in nothing but order.
async fn environment_as_an_engine_gives_it(engine: Engine) {
    let with_env = |body: &mut CreateBody| body.env = vec!["FROM=container".into(), "EMPTY=".into()];
    Room::of(engine, DEVCONTAINER, with_env, |room| async move {
        for user in ["vscode", "root", "4711"] {
            let sorted = |text: String| {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            let mut command = room.command(user, "");
            command.command = vec!["env".into()];
            let (outcome, ends) = room.exec(&command).await;
            outcome.unwrap();
            let spec = wharf_plan::ExecSpec {
                command: vec!["env".into()],
                user: Some(user.into()),
                ..wharf_plan::ExecSpec::default()
            };
            let mut exec = room.engine.exec(&room.facts.id, &spec).await.unwrap();
            let mut text = String::new();
            while let Some(Ok(wharf_engine::Output::Stdout(bytes))) =
                futures_util::StreamExt::next(&mut exec.output).await
            {
                text.push_str(std::str::from_utf8(&bytes).unwrap());
            }
            assert_eq!(sorted(ends.stdout.text()), sorted(text), "{user}");
        }
    })
    .await;
}
