use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use wharf_engine::{Engine, Exec, Output};
use wharf_plan::ExecSpec;

use super::{PATIENCE, on_each_engine, sleeper, unique, with_container};

on_each_engine!(
    streams_are_binary_and_separate,
    input_ends_while_output_goes_on,
    a_terminal_is_no_stream,
    codes_and_users
);

fn command(words: &[&str]) -> ExecSpec {
    ExecSpec { command: words.iter().map(|word| (*word).to_owned()).collect(), ..ExecSpec::default() }
}

async fn collect(exec: &mut Exec) -> (Vec<u8>, Vec<u8>) {
    let mut streams = (Vec::new(), Vec::new());
    while let Some(piece) = exec.output.next().await {
        match piece.unwrap() {
            Output::Stdout(bytes) => streams.0.extend_from_slice(&bytes),
            Output::Stderr(bytes) => streams.1.extend_from_slice(&bytes),
        }
    }
    streams
}

async fn code(engine: &Engine, exec: &Exec) -> i64 {
    let ended = async {
        loop {
            if let Some(code) = engine.exec_exit_code(&exec.id).await.unwrap() {
                break code;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("the exec does not end")
}

async fn streams_are_binary_and_separate(engine: Engine) {
    with_container(&engine, sleeper(&unique("exec")), |engine, id| async move {
        let mut bytes: Vec<u8> = (0..=255).collect();
        bytes.extend((0..1_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]));
        let mut spec = command(&["sh", "-c", "cat; printf '\\001\\002' >&2"]);
        spec.stdin = true;
        let mut exec = engine.exec(&id, &spec).await.unwrap();
        let mut stdin = std::mem::replace(&mut exec.stdin, Box::pin(tokio::io::sink()));
        let sent = bytes.clone();
        let writer = tokio::spawn(async move {
            stdin.write_all(&sent).await.unwrap();
            stdin.shutdown().await.unwrap();
            stdin
        });
        let (out, err) = collect(&mut exec).await;
        writer.await.unwrap();
        assert!(out == bytes, "{} of {} bytes came back", out.len(), bytes.len());
        assert_eq!(err, [1, 2]);
        assert_eq!(code(&engine, &exec).await, 0);
    })
    .await;
}

async fn input_ends_while_output_goes_on(engine: Engine) {
    with_container(&engine, sleeper(&unique("half")), |engine, id| async move {
        let mut spec = command(&["sh", "-c", "cat >/dev/null; sleep 0.3; echo after"]);
        spec.stdin = true;
        let mut exec = engine.exec(&id, &spec).await.unwrap();
        exec.stdin.write_all(b"x").await.unwrap();
        exec.stdin.shutdown().await.unwrap();
        assert_eq!(collect(&mut exec).await.0, b"after\n");
    })
    .await;
}

async fn a_terminal_is_no_stream(engine: Engine) {
    with_container(&engine, sleeper(&unique("tty")), |engine, id| async move {
        // The first byte would be a stream's number, were this not a terminal.
        let mut spec = command(&["sh", "-c", "printf '\\001\\000'; read line; tty"]);
        spec.stdin = true;
        spec.terminal = true;
        let mut exec = engine.exec(&id, &spec).await.unwrap();
        exec.stdin.write_all(b"go\n").await.unwrap();
        let (out, err) = collect(&mut exec).await;
        let text = String::from_utf8_lossy(&out);
        assert!(out.windows(2).any(|pair| pair == [1, 0]), "{text:?}");
        assert!(text.contains("/dev/pts/"), "{text:?}");
        assert_eq!(err, b"");
    })
    .await;
}

async fn codes_and_users(engine: Engine) {
    with_container(&engine, sleeper(&unique("codes")), |engine, id| async move {
        let mut spec = command(&["sh", "-c", "id -u; id -g; pwd; echo $A; exit 7"]);
        spec.user = Some("12:34".to_owned());
        spec.working_dir = Some("/tmp".to_owned());
        spec.env = vec!["A=a b".to_owned()];
        let mut exec = engine.exec(&id, &spec).await.unwrap();
        assert_eq!(collect(&mut exec).await.0, b"12\n34\n/tmp\na b\n");
        assert_eq!(code(&engine, &exec).await, 7);
    })
    .await;
}
