//! What comes of decisions on this very computer: ports that cannot be had, and why.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpSocket;
use tokio::sync::mpsc;
use wharf_plan::WorkspaceSource;
use wharf_plan::ports::{Conflict, PortChoice, Verdict};

use super::super::super::shared::Shared;
use super::*;
use crate::records::{ENVIRONMENT, EnvironmentRecord, WantedRecord};
use crate::store::Store;

/// An environment that is kept, in which something listens on these ports.
pub(in super::super) fn kept(folder: &std::path::Path, listening: &[u16]) -> Kept {
    let (store, key) = (Store::open(Some(folder)).unwrap(), "0".repeat(24));
    let record = EnvironmentRecord {
        name: "name".to_owned(),
        folder: "/w".to_owned(),
        configuration: "/w/.devcontainer.json".to_owned(),
        id: "id".to_owned(),
        id_labels: Vec::new(),
        source: WorkspaceSource::Folder { path: "/w".to_owned() },
        wanted: WantedRecord::Running,
        engine: None,
        created: true,
        container: None,
        volumes: Vec::new(),
        applied: None,
        ingredients: None,
        made_entries: None,
        applied_entries: None,
        applied_at: None,
        failure: None,
    };
    store.environment_of_key(&key).unwrap().save(ENVIRONMENT, &record).unwrap();
    let (_, commands) = mpsc::channel(1);
    let (mut kept, ..) =
        Kept::new(Shared::new(store.clone()), &store, &key, commands, Arc::default()).unwrap().unwrap();
    kept.listening =
        listening.iter().map(|port| Listening { port: *port, near: false, process: None }).collect();
    kept
}

/// A port that nobody else gets, and of which no list of what listens tells: as one that the system reserves.
fn reserved() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

/// Whole ranges are the system's on some computers: what is wanted in them is tried all the same, and nothing else is.
#[tokio::test]
async fn a_range_that_the_system_keeps_is_left_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = kept(folder.path(), &[40_000, 40_050]);
    kept.decisions = decide(
        &kept.rules,
        &PortFacts { listening: kept.listening.clone(), ..PortFacts::default() },
        &kept.choices,
    );
    let denied = std::io::Error::from(ErrorKind::PermissionDenied);
    for (port, expected) in
        [(40_000, vec![40_000]), (40_001, (40_001..=40_101).filter(|port| *port != 40_050).collect())]
    {
        let mut facts = PortFacts::default();
        kept.note_failure(&mut facts, InsidePort::own(40_000), port, &denied);
        assert_eq!(facts.taken.keys().copied().collect::<Vec<_>>(), expected);
        assert!(facts.taken.values().all(|holder| *holder == Holder::System));
    }
    let mut facts = PortFacts::default();
    kept.note_failure(&mut facts, InsidePort::own(40_000), 40_000, &ErrorKind::AddrNotAvailable.into());
    assert!(facts.taken.is_empty() && facts.refused.len() == 1, "{facts:?}");
}

/// A listener of ours would be in the way of what begins to listen there, and be seen as another server.
#[tokio::test]
async fn nothing_listens_here_for_a_container_with_this_computers_network() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = kept(folder.path(), &[40_000]);
    kept.shares_network = true;
    kept.settle(true).await;
    assert_eq!(verdict(&kept), &Verdict::Here);
    assert!(kept.forwards.all().is_empty());
}

fn verdict(kept: &Kept) -> &Verdict {
    assert_eq!(kept.decisions.len(), 1, "{:?}", kept.decisions);
    &kept.decisions[0].verdict
}

#[tokio::test]
async fn an_address_of_another_computer_is_not_told_as_forwarded() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = kept(folder.path(), &[]);
    let (_, port) = reserved();
    let inside = InsidePort::own(port);
    // Of a network that is nobody's.
    let change =
        |address: &str| api::PortChange::Open { local_port: None, address: Some(address.to_owned()) };
    kept.change(inside.clone(), change("192.0.2.1")).unwrap();
    kept.settle(true).await;
    assert!(matches!(verdict(&kept), Verdict::Refused(words) if !words.is_empty()), "{:?}", kept.decisions);
    assert_eq!(kept.choices[&inside].local, None);
    assert!(kept.forwards.all().is_empty());
    // Nothing of that stays once it is another address.
    kept.change(inside.clone(), change("127.0.0.1")).unwrap();
    kept.settle(true).await;
    assert!(
        matches!(verdict(&kept), Verdict::Forward { local, .. } if *local == port),
        "{:?}",
        kept.decisions
    );
    assert_eq!(kept.choices[&inside].local, Some(port));
}

/// Whoever has the port does not listen, so that only trying tells of it.
#[tokio::test]
async fn a_conflict_lasts_as_long_as_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, port) = reserved();
    let mut first = kept(folder.path(), &[port]);
    let told = |kept: &Kept| match verdict(kept) {
        Verdict::Forward { local, conflict, .. } => (*local, conflict.clone()),
        other => panic!("{other:?}"),
    };
    first.settle(true).await;
    let (local, conflict) = told(&first);
    let expected = Some(Conflict { port, holder: Holder::Unknown });
    assert!(local != port && conflict == expected, "{local} {conflict:?}");
    first.settle(true).await;
    assert_eq!(told(&first), (local, expected.clone()));
    // Also where another keeper goes on.
    first.forwards.close_all().await;
    drop(first);
    let mut second = kept(folder.path(), &[port]);
    second.settle(true).await;
    assert_eq!(told(&second), (local, expected));
    drop(socket);
    second.settle(true).await;
    assert_eq!(told(&second), (local, None));
    // A number that nothing is forwarded to is nothing to be tried.
    let choice = PortChoice { local: Some(1), ..PortChoice::default() };
    second.choices.insert(InsidePort::own(2), choice);
    assert!(second.moved(&PortFacts::default()).is_empty());
}

#[tokio::test]
async fn a_port_is_tried_on_both_families_and_left_free() {
    let (socket, port) = reserved();
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert_eq!(probe(address, port).unwrap_err().kind(), ErrorKind::AddrInUse);
    drop(socket);
    probe(address, port).unwrap();
    let listener = tokio::net::TcpListener::bind(SocketAddr::new(address, port)).await.unwrap();
    assert_eq!(probe(address, port).unwrap_err().kind(), ErrorKind::AddrInUse);
    drop(listener);
    if let Ok(twin) = std::net::TcpListener::bind(("::1", port)) {
        assert_eq!(probe(address, port).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(twin);
    }
}
