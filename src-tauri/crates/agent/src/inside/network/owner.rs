//! Who holds a socket.
//!
//! Even root may not look at another user's open files in a container that has only the usual capabilities; but a thread that has become that
//! user may. So what is not found at first is looked for again by threads that have taken on the identity of those who could not be seen.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::thread;
use std::time::Duration;

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_res_gid, set_thread_res_uid};
use wharf_agent::network::{LONGEST_COMMAND, Process};

use super::ports::processor_time;

/// Identities that are tried.
const MOST_USERS: usize = 32;
/// Open files of one process that are looked at.
const MOST_FILES: usize = 65_536;

type Identity = (u32, u32);

/// What came of looking for sockets.
#[derive(Debug)]
pub(super) struct Search {
    /// The processes that hold them; `None` for those whose process cannot be seen, or that are gone.
    pub(super) owners: HashMap<u32, Option<Process>>,
    /// The processor's time that it took.
    pub(super) cost: Duration,
}

/// Finds the processes that hold these sockets.
pub(super) fn find(wanted: HashSet<u32>) -> Search {
    let before = processor_time();
    let (found, others) = find_visible(wanted.clone());
    let owners = wanted.into_iter().map(|inode| (inode, found.get(&inode).cloned())).collect();
    Search { owners, cost: processor_time().saturating_sub(before) + others }
}

/// Those that are found, and what other threads than this one took.
fn find_visible(mut wanted: HashSet<u32>) -> (HashMap<u32, Process>, Duration) {
    let (mut found, mut cost) = (HashMap::new(), Duration::ZERO);
    let hidden = search(&pids(), &mut wanted, &mut found);
    if wanted.is_empty() || !geteuid().is_root() {
        return (found, cost);
    }
    let mut by_user: BTreeMap<Identity, Vec<u32>> = BTreeMap::new();
    for pid in hidden {
        if let Some(identity) = identity(pid) {
            by_user.entry(identity).or_default().push(pid);
        }
    }
    for (identity, pids) in by_user.into_iter().take(MOST_USERS) {
        if wanted.is_empty() {
            break;
        }
        let mut sought = wanted.clone();
        let look = move || {
            let mut found = HashMap::new();
            if become_user(identity).is_ok() {
                search(&pids, &mut sought, &mut found);
            }
            (found, processor_time())
        };
        let looked = thread::Builder::new().spawn(look).ok().and_then(|thread| thread.join().ok());
        let (others, took) = looked.unwrap_or_default();
        cost += took;
        for (inode, process) in others {
            wanted.remove(&inode);
            found.insert(inode, process);
        }
    }
    (found, cost)
}

/// Only this thread, which ends soon: the kernel keeps identities per thread.
fn become_user((uid, gid): Identity) -> rustix::io::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)
}

/// The newest first: what listens since a moment ago was mostly started a moment ago.
fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable_by(|one, other| other.cmp(one));
    pids
}

/// Looks among open files, and returns whose could not be seen.
fn search(pids: &[u32], wanted: &mut HashSet<u32>, found: &mut HashMap<u32, Process>) -> Vec<u32> {
    let mut hidden = Vec::new();
    for &pid in pids {
        if wanted.is_empty() {
            break;
        }
        match look(pid, wanted, found) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => hidden.push(pid),
            // It may have ended meanwhile.
            _ => {}
        }
    }
    hidden
}

/// Looks among the open files of one process. The folder may well be readable where what lies in it is not.
fn look(pid: u32, wanted: &mut HashSet<u32>, found: &mut HashMap<u32, Process>) -> io::Result<()> {
    for file in fs::read_dir(format!("/proc/{pid}/fd"))?.flatten().take(MOST_FILES) {
        let inode = match fs::read_link(file.path()) {
            Ok(target) => target.to_str().and_then(socket),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
            Err(_) => None,
        };
        if let Some(inode) = inode.filter(|inode| wanted.remove(inode)) {
            found.extend(process(pid).map(|process| (inode, process)));
        }
    }
    Ok(())
}

fn socket(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

fn process(pid: u32) -> Option<Process> {
    let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    Some(Process { pid, name: String::from_utf8_lossy(&name).trim().to_owned(), command: words(&command) })
}

/// Arguments are ended by zeros. Of a long line the beginning is what tells who it is.
fn words(command: &[u8]) -> Vec<String> {
    let command = &command[..command.len().min(LONGEST_COMMAND)];
    let command = command.strip_suffix(b"\0").unwrap_or(command);
    if command.is_empty() {
        return Vec::new();
    }
    command.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// User and group of a process.
fn identity(pid: u32) -> Option<Identity> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().next()?.parse().ok()
    };
    Some((number("Uid:")?, number("Gid:")?))
}

/// Whether a process is still there.
pub(super) fn lives(pid: u32) -> bool {
    fs::metadata(format!("/proc/{pid}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_line() {
        let cases: [(&[u8], &[&str]); 4] = [
            (b"", &[]),
            (b"node\0server.js\0", &["node", "server.js"]),
            (b"a\0\0b\0", &["a", "", "b"]),
            // A process that has written its own title.
            (b"nginx: master process", &["nginx: master process"]),
        ];
        for (command, expected) in cases {
            assert_eq!(words(command), expected, "{command:?}");
        }
        assert_eq!(words(&[b'x'; 5000])[0].len(), LONGEST_COMMAND);
    }

    #[test]
    fn links_of_open_files() {
        for (link, expected) in [("socket:[42]", Some(42)), ("pipe:[42]", None), ("/dev/null", None)] {
            assert_eq!(socket(link), expected);
        }
    }
}
