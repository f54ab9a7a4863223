//! Ending processes with everything they have started.
//!
//! What belongs to a child: its session (background jobs of a shell have their own process groups, but stay in the session) and
//! its descendants (which may have opened sessions of their own). A daemon that has cut both ties was meant to stay.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

const PAUSE: Duration = Duration::from_millis(10);
/// How long to wait for processes that were killed for good to be gone.
const AFTER_KILL: Duration = Duration::from_secs(1);
/// How often those that belong to a child are looked for before they are asked to end. Whoever is stopped starts nobody.
const MOST_LOOKS: u32 = 20;

/// A process, not to be mistaken for a later one of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) pid: i32,
    pub(super) started: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) identity: Identity,
    parent: i32,
    session: i32,
    dead: bool,
}

/// How long [`end`] takes at most.
pub(crate) fn longest(grace: Duration) -> Duration {
    grace + AFTER_KILL + Duration::from_millis(500)
}

/// Asks the children and all that belongs to them to end, and kills what has not after `grace`.
pub(crate) fn end(children: &[Pid], grace: Duration) {
    let mut known = HashSet::new();
    let mut alive = stop(children, &mut known);
    let began = Instant::now();
    let mut asked: HashSet<(Identity, i32)> = HashSet::new();
    while !alive.is_empty() && began.elapsed() < grace {
        // An interactive shell is deaf to the first, but knows what it means when its terminal goes away.
        let signal = if began.elapsed() < grace / 2 { Signal::TERM } else { Signal::HUP };
        for identity in &alive {
            if asked.insert((*identity, signal.as_raw())) {
                send(*identity, signal);
                send(*identity, Signal::CONT);
            }
        }
        std::thread::sleep(PAUSE);
        alive = find(children, &mut known);
    }
    let deadline = Instant::now() + AFTER_KILL;
    while !alive.is_empty() && Instant::now() < deadline {
        for identity in &alive {
            send(*identity, Signal::KILL);
        }
        std::thread::sleep(PAUSE);
        alive = find(children, &mut known);
    }
    if known.is_empty() {
        // Without a process file system nothing was seen; the groups can be reached all the same.
        for child in children {
            let _ = kill_process_group(*child, Signal::KILL);
        }
    }
}

/// Stops the children and all that belongs to them, until nobody new is found: what a parent starts while others are looked for, and what opens
/// a session of its own, would be lost with that parent.
fn stop(children: &[Pid], known: &mut HashSet<Identity>) -> Vec<Identity> {
    let mut stopped = HashSet::new();
    for _ in 0..MOST_LOOKS {
        let alive = find(children, known);
        let mut is_complete = true;
        for identity in &alive {
            if stopped.insert(*identity) {
                send(*identity, Signal::STOP);
                is_complete = false;
            }
        }
        if is_complete {
            return alive;
        }
    }
    find(children, known)
}

fn send(identity: Identity, signal: Signal) {
    if let Some(pid) = Pid::from_raw(identity.pid) {
        let _ = kill_process(pid, signal);
    }
}

/// The living that belong to the children. `known` remembers all that ever did, so that a descendant is not lost when its parent dies.
fn find(children: &[Pid], known: &mut HashSet<Identity>) -> Vec<Identity> {
    let roots: Vec<i32> = children.iter().map(|child| child.as_raw_nonzero().get()).collect();
    let processes = processes();
    members(&roots, &processes, known);
    processes
        .iter()
        .filter(|status| !status.dead && known.contains(&status.identity))
        .map(|status| status.identity)
        .collect()
}

fn members(roots: &[i32], processes: &[Status], known: &mut HashSet<Identity>) {
    let mut belongs: HashSet<i32> = roots.iter().copied().collect();
    belongs.extend(
        processes.iter().filter(|status| known.contains(&status.identity)).map(|status| status.identity.pid),
    );
    loop {
        let before = belongs.len();
        for status in processes {
            let pid = status.identity.pid;
            if roots.contains(&pid) || roots.contains(&status.session) || belongs.contains(&status.parent) {
                belongs.insert(pid);
                known.insert(status.identity);
            }
        }
        if belongs.len() == before {
            return;
        }
    }
}

/// All processes that can be seen, with when they began.
pub(super) fn processes() -> Vec<Status> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| {
            entry.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .filter_map(|entry| parse(&String::from_utf8_lossy(&std::fs::read(entry.path().join("stat")).ok()?)))
        .collect()
}

/// Reads a line of `/proc/<pid>/stat`. The second field, the program's name, may hold anything, so fields count from its end.
fn parse(stat: &str) -> Option<Status> {
    let (pid, rest) = stat.split_once(' ')?;
    let mut fields = rest.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    let started = fields.nth(15)?.parse().ok()?;
    let identity = Identity { pid: pid.parse().ok()?, started };
    Some(Status { identity, parent, session, dead: matches!(state, "Z" | "X" | "x") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_difficult_name() {
        let line = "42 (a) b (c) S 7 42 40 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 1000 1 18446744073709551615 1 1\n";
        let expected =
            Status { identity: Identity { pid: 42, started: 987_654 }, parent: 7, session: 40, dead: false };
        assert_eq!(parse(line), Some(expected));
        assert_eq!(parse("42 nonsense"), None);
    }

    #[test]
    fn who_belongs_to_a_child() {
        let status = |pid, parent, session| Status {
            identity: Identity { pid, started: 1 },
            parent,
            session,
            dead: false,
        };
        let processes = [
            status(1, 0, 1),
            status(5, 1, 1),    // the agent
            status(12, 11, 12), // own session, child of a child; listed before its parent
            status(10, 5, 10),  // the child
            status(11, 10, 10), // its child
            status(13, 1, 10),  // background job whose parent is gone
            status(14, 1, 14),  // daemon
            status(15, 5, 15),  // another child
        ];
        let mut known = HashSet::new();
        members(&[10], &processes, &mut known);
        let mut pids: Vec<i32> = known.iter().map(|identity| identity.pid).collect();
        pids.sort_unstable();
        assert_eq!(pids, [10, 11, 12, 13]);

        // The child and its child have gone, and what they left behind is still known.
        members(&[10], &[status(1, 0, 1), status(12, 1, 12), status(16, 12, 16)], &mut known);
        assert!(known.contains(&Identity { pid: 16, started: 1 }));
    }
}
