//! Terminals: they are the program's, whoever reads them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::timeout;
use wharf_api::{OperationName, OperationOutcome, TerminalEnd, TerminalRequest, TerminalSize};
use wharf_runner::{TerminalReader, Terminals};
use wharf_test_support::images::DEBIAN;

use crate::operations::{Place, run};

const PATIENCE: Duration = Duration::from_secs(60);
const SIZE: TerminalSize = TerminalSize { columns: 100, rows: 30 };

fn request(place: &Place, command: &[&str]) -> TerminalRequest {
    TerminalRequest {
        reference: place.request(OperationName::Up).reference,
        size: SIZE,
        command: command.iter().map(|word| (*word).to_owned()).collect(),
    }
}

/// What a reader has got.
#[derive(Default)]
struct Got {
    text: String,
    replayed: usize,
    truncated: bool,
}

/// Reads, answering each batch, until the text is there or the terminal has ended.
async fn read_until(terminals: &Terminals, id: &str, reader: &mut TerminalReader, text: Option<&str>) -> Got {
    let mut got = Got::default();
    let mut bytes = Vec::new();
    while let Some(batch) = timeout(PATIENCE, reader.next()).await.expect("the terminal goes on") {
        let data = STANDARD.decode(&batch.data).unwrap();
        got.replayed += if batch.replayed { data.len() } else { 0 };
        got.truncated |= batch.truncated;
        bytes.extend(data);
        terminals.received(id, batch.number);
        got.text = String::from_utf8_lossy(&bytes).into_owned();
        if text.is_some_and(|text| got.text.contains(text)) {
            break;
        }
    }
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_is_typed_into_resized_and_found_again() {
    let hook = "echo one >> /tmp/ran && test -e /tmp/mended";
    let place = Place::new(&serde_json::json!({ "image": DEBIAN, "postCreateCommand": hook }));
    let operations = place.operations();
    let terminals = Terminals::new(Some(place.state.path().to_path_buf()));
    // A shell where the hook has failed.
    let (_, failed) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(failed.outcome, OperationOutcome::Failed);
    let shell = terminals.open(request(&place, &[])).unwrap();
    let mut reader = terminals.read(&shell.id).unwrap();
    // The answer differs from what is echoed as it is typed.
    terminals.write(&shell.id, "echo $((40+2))-$(pwd)-$COLORTERM\r").unwrap();
    let folder = place.folder.path().file_name().unwrap().to_string_lossy().into_owned();
    let expected = format!("42-/workspaces/{folder}-truecolor");
    read_until(&terminals, &shell.id, &mut reader, Some(&expected)).await;
    terminals.resize(&shell.id, TerminalSize { columns: 77, rows: 11 }).unwrap();
    terminals
        .write(&shell.id, "while [ \"$(stty size)\" != '11 77' ]; do sleep 0.05; done; echo size-$((70+7))\r")
        .unwrap();
    read_until(&terminals, &shell.id, &mut reader, Some("size-77")).await;

    // A page that is loaded anew finds it, with what was written before.
    assert_eq!(terminals.list(), std::slice::from_ref(&shell));
    let mut again = terminals.read(&shell.id).unwrap();
    assert!(timeout(PATIENCE, reader.next()).await.unwrap().is_none(), "the old one gets no more");
    let got = read_until(&terminals, &shell.id, &mut again, Some("size-77")).await;
    assert!(got.text.contains(&expected) && got.replayed > 0 && !got.truncated, "{:?}", got.text);

    terminals.write(&shell.id, "touch /tmp/mended; exit 7\r").unwrap();
    read_until(&terminals, &shell.id, &mut again, None).await;
    let end = TerminalEnd { code: Some(7), error: None };
    assert_eq!(again.end().await, end);
    assert_eq!(terminals.list()[0].end, Some(end));
    terminals.close(&shell.id).unwrap();
    assert!(terminals.list().is_empty() && terminals.read(&shell.id).is_err());

    // From the hook that failed it goes on.
    let (_, done) = run(&place, &operations, OperationName::Up, true).await;
    assert_eq!(done.outcome, OperationOutcome::Done, "{:?}", done.error);
    let ran = terminals.open(request(&place, &["wc", "-l", "/tmp/ran"])).unwrap();
    let got = read_until(&terminals, &ran.id, &mut terminals.read(&ran.id).unwrap(), None).await;
    assert!(got.text.starts_with("2 "), "{}", got.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn much_output_reaches_a_reader_whole_and_waits_for_nobody_who_is_gone() {
    let place = Place::new(&serde_json::json!({ "image": DEBIAN }));
    let (_, up) = run(&place, &place.operations(), OperationName::Up, true).await;
    assert_eq!(up.outcome, OperationOutcome::Done, "{:?}", up.error);
    let terminals = Terminals::new(Some(place.state.path().to_path_buf()));
    let count = ["sh", "-c", "seq 1 400000; echo the end"];
    let read = terminals.open(request(&place, &count)).unwrap();
    let mut reader = terminals.read(&read.id).unwrap();
    let got = read_until(&terminals, &read.id, &mut reader, None).await;
    assert!(!got.truncated);
    let lines: Vec<&str> = got.text.lines().collect();
    assert_eq!(lines.len(), 400_001);
    assert_eq!((lines[0], lines[399_999], lines[400_000]), ("1", "400000", "the end"));

    // Nobody reads this one, and one that does not answer is not waited for.
    for _ in 0..2 {
        let unread = terminals.open(request(&place, &count)).unwrap();
        let mut silent = terminals.read(&unread.id).unwrap();
        assert!(timeout(PATIENCE, silent.next()).await.unwrap().is_some());
        assert_eq!(timeout(PATIENCE, silent.end()).await.unwrap().code, Some(0));
        let got = read_until(&terminals, &unread.id, &mut terminals.read(&unread.id).unwrap(), None).await;
        assert!(got.truncated && got.text.ends_with("the end\r\n"));
        assert!(got.text.len() <= 1024 * 1024, "{}", got.text.len());
    }
    // What is closed ends.
    let sleeping = terminals.open(request(&place, &["sleep", "600"])).unwrap();
    let reader = terminals.read(&sleeping.id).unwrap();
    terminals.close(&sleeping.id).unwrap();
    assert_eq!(timeout(PATIENCE, reader.end()).await.unwrap(), TerminalEnd::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_or_told() {
    let place = Place::new(&serde_json::json!({ "image": DEBIAN }));
    let terminals = Terminals::new(Some(place.state.path().to_path_buf()));
    let fine = request(&place, &[]);
    let sizes = [(0, 10), (10, 0), (2_001, 10), (10, 1_001)];
    for (columns, rows) in sizes {
        let size = TerminalSize { columns, rows };
        assert!(terminals.open(TerminalRequest { size, ..fine.clone() }).is_err());
    }
    assert!(terminals.open(request(&place, &["a\0b"])).is_err());
    assert!(terminals.write("1", "x").is_err() && terminals.resize("1", SIZE).is_err());
    assert!(terminals.list().is_empty());
    // There is no container: the terminal says so.
    let lost = terminals.open(fine).unwrap();
    let end = timeout(PATIENCE, terminals.read(&lost.id).unwrap().end()).await.unwrap();
    assert!(end.code.is_none() && end.error.is_some(), "{end:?}");
}
