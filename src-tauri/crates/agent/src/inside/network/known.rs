//! What is known of what listens: whose it is, when to look for that, and what the host is to be told. Nothing here waits, or asks anybody.
//!
//! Nobody waits for what cannot be found. A socket is told once it has been looked for, found or not: one that comes and goes while a server
//! begins, over and over, must not keep that server from being told, and looking for it must not cost more than so much.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use wharf_agent::network::{ListeningSocket, Ports, Process};

use super::owner::Search;
use super::ports::{LONGEST_PAUSE, PAUSE};
use super::table::Listening;

/// How often it is made sure that those who listen still live, and looked again for those who were not found.
const CHECK: Duration = Duration::from_secs(2);
/// What looking for those who listen may cost while sockets come and go: one part in so many of a processor's time.
const SHARE: u32 = 20;
/// How often somebody is looked for in vain. Who hands a socket on is missed by chance, and who cannot be seen from inside always.
const MOST_MISSES: u32 = 3;

/// What is known.
#[derive(Debug)]
pub(super) struct Known {
    /// What listens, as of the last look.
    sockets: Vec<Listening>,
    /// Whose they are, by the socket's number, once that was looked for.
    owners: HashMap<u32, Owner>,
    check_due: Instant,
    /// When the search began that goes on now.
    searching: Option<Instant>,
    /// When the next one may begin.
    search_due: Instant,
    /// There may be something to look for.
    is_open: bool,
    /// A search has ended.
    has_searched: bool,
    /// More is known, or less, than the host was told.
    is_stale: bool,
    /// What the host was told last.
    told: Option<Ports>,
}

#[derive(Debug, Default)]
struct Owner {
    /// Nobody, where nobody was found.
    process: Option<Process>,
    misses: u32,
    /// To be looked for again; what is known counts until then.
    again: bool,
}

impl Known {
    pub(super) fn new(now: Instant) -> Known {
        Known {
            sockets: Vec::new(),
            owners: HashMap::new(),
            check_due: now + CHECK,
            searching: None,
            search_due: now,
            is_open: false,
            has_searched: false,
            is_stale: true,
            told: None,
        }
    }

    /// This listens now.
    pub(super) fn seen(&mut self, sockets: Vec<Listening>) {
        if sockets == self.sockets {
            return;
        }
        (self.sockets, self.is_open, self.is_stale) = (sockets, true, true);
        self.forget_gone();
    }

    fn forget_gone(&mut self) {
        let listening: HashSet<u32> = self.sockets.iter().map(|socket| socket.inode).collect();
        self.owners.retain(|inode, _| listening.contains(inode));
    }

    /// Makes sure of those who listen, if it is time to. A server's parent may have ended and left the socket to its child.
    pub(super) fn check(&mut self, now: Instant, lives: impl Fn(u32) -> bool) {
        if now < self.check_due {
            return;
        }
        self.check_due = now + CHECK;
        for owner in self.owners.values_mut() {
            owner.again |= match &owner.process {
                Some(process) => !lives(process.pid),
                None => owner.misses < MOST_MISSES,
            };
            self.is_open |= owner.again;
        }
    }

    /// What to look for now: a search begins with that.
    pub(super) fn begin_search(&mut self, now: Instant) -> Option<HashSet<u32>> {
        if !self.is_open || self.searching.is_some() || now < self.search_due {
            return None;
        }
        self.is_open = false;
        let inodes = self.sockets.iter().map(|socket| socket.inode);
        let wanted: HashSet<u32> =
            inodes.filter(|inode| self.owners.get(inode).is_none_or(|owner| owner.again)).collect();
        if wanted.is_empty() {
            return None;
        }
        self.searching = Some(now);
        Some(wanted)
    }

    /// A search has come back.
    pub(super) fn found(&mut self, search: Search) {
        self.end_search(search.cost);
        for (inode, process) in search.owners {
            let owner = self.owners.entry(inode).or_default();
            owner.misses = if process.is_some() { 0 } else { owner.misses + 1 };
            (owner.process, owner.again) = (process, false);
        }
        self.forget_gone();
    }

    /// A search could not even begin.
    pub(super) fn not_searched(&mut self, wanted: HashSet<u32>) {
        self.end_search(Duration::ZERO);
        for inode in wanted {
            self.owners.entry(inode).or_default().again = false;
        }
    }

    fn end_search(&mut self, cost: Duration) {
        if let Some(began) = self.searching.take() {
            self.search_due = began + (cost * SHARE).clamp(PAUSE, LONGEST_PAUSE);
        }
        (self.has_searched, self.is_stale) = (true, true);
    }

    /// What the host is to be told, if that is something new: at first once it is known who listens, or that nobody knows; from then on at once,
    /// without what was not looked for yet.
    pub(super) fn news(&mut self) -> Option<Ports> {
        let is_first = self.told.is_none() && !self.has_searched && !self.sockets.is_empty();
        if !self.is_stale || is_first {
            return None;
        }
        self.is_stale = false;
        let sockets = self.sockets.iter().filter_map(|socket| {
            let owner = self.owners.get(&socket.inode)?;
            Some(ListeningSocket {
                address: socket.address,
                port: socket.port,
                inode: socket.inode,
                uid: socket.uid,
                process: owner.process.clone(),
            })
        });
        let ports = Ports { sockets: sockets.collect() };
        if self.told.as_ref() == Some(&ports) {
            return None;
        }
        self.told = Some(ports.clone());
        Some(ports)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SERVER: u32 = 1;

    fn socket(inode: u32) -> Listening {
        let port = 1024 + (inode % 60_000) as u16;
        Listening { port, address: Ipv4Addr::LOCALHOST.into(), inode, uid: 0 }
    }

    fn process(pid: u32) -> Process {
        Process { pid, name: "server".to_owned(), command: Vec::new() }
    }

    fn search(owners: &[(u32, Option<u32>)]) -> Search {
        let owners = owners.iter().map(|(inode, pid)| (*inode, pid.map(process)));
        Search { owners: owners.collect(), cost: Duration::from_millis(1) }
    }

    /// The pids behind what is told; zero where nobody was found.
    fn told(known: &mut Known) -> Option<Vec<(u32, u32)>> {
        let sockets = known.news()?.sockets.into_iter();
        Some(sockets.map(|socket| (socket.inode, socket.process.map_or(0, |process| process.pid))).collect())
    }

    fn wanted(known: &mut Known, now: Instant) -> Vec<u32> {
        let mut wanted: Vec<u32> = known.begin_search(now).into_iter().flatten().collect();
        wanted.sort_unstable();
        wanted
    }

    #[test]
    fn what_was_looked_for_is_told_whatever_came_of_it() {
        let began = Instant::now();
        let at = |milliseconds| began + Duration::from_millis(milliseconds);
        let mut known = Known::new(began);
        known.seen(vec![socket(1), socket(2)]);
        // Whoever asks wants to know who listens, and not that nothing does.
        assert_eq!((told(&mut known), wanted(&mut known, at(0))), (None, vec![1, 2]));
        known.seen(vec![socket(1), socket(2), socket(3)]);
        assert_eq!((told(&mut known), wanted(&mut known, at(5))), (None, vec![]));
        known.found(search(&[(1, Some(7)), (2, None)]));
        assert_eq!(told(&mut known), Some(vec![(1, 7), (2, 0)]));
        // Not at once again.
        assert_eq!((wanted(&mut known, at(10)), wanted(&mut known, at(200))), (vec![], vec![3]));
        // What is gone is told to be at once.
        known.seen(vec![socket(1), socket(3)]);
        assert_eq!(told(&mut known), Some(vec![(1, 7)]));
        known.found(search(&[(3, Some(8))]));
        assert_eq!(told(&mut known), Some(vec![(1, 7), (3, 8)]));
        known.seen(vec![socket(1), socket(3)]);
        assert_eq!((told(&mut known), wanted(&mut known, at(5000))), (None, vec![]));
    }

    #[test]
    fn nothing_that_listens_is_an_answer_too() {
        let mut known = Known::new(Instant::now());
        known.seen(Vec::new());
        assert_eq!((told(&mut known), told(&mut known)), (Some(vec![]), None));
    }

    #[test]
    fn who_was_missed_is_looked_for_again_but_not_for_ever() {
        let began = Instant::now();
        let mut known = Known::new(began);
        known.seen(vec![socket(1), socket(2)]);
        let mut searches = Vec::new();
        let mut story = Vec::new();
        for tenth in 0..300_u32 {
            let now = began + Duration::from_millis(u64::from(tenth) * 100);
            known.check(now, |_| true);
            let sought = wanted(&mut known, now);
            if !sought.is_empty() {
                // The second one is never found.
                let first = (searches.len() == 1).then_some(7);
                known.found(search(
                    &sought.iter().map(|inode| (*inode, first.filter(|_| *inode == 1))).collect::<Vec<_>>(),
                ));
                searches.push((tenth, sought));
            }
            story.extend(told(&mut known));
        }
        assert_eq!(searches, [(0, vec![1, 2]), (20, vec![1, 2]), (40, vec![2])]);
        assert_eq!(story, [vec![(1, 0), (2, 0)], vec![(1, 7), (2, 0)]]);
    }

    #[test]
    fn a_socket_that_was_left_to_a_child_stays_told() {
        let began = Instant::now();
        let mut known = Known::new(began);
        known.seen(vec![socket(1)]);
        wanted(&mut known, began);
        known.found(search(&[(1, Some(7))]));
        assert_eq!(told(&mut known), Some(vec![(1, 7)]));
        known.check(began + CHECK, |pid| pid != 7);
        // A new one beside it meanwhile tells nothing else of it.
        known.seen(vec![socket(1), socket(2)]);
        assert_eq!((told(&mut known), wanted(&mut known, began + CHECK)), (None, vec![1, 2]));
        known.found(search(&[(1, Some(8)), (2, Some(9))]));
        assert_eq!(told(&mut known), Some(vec![(1, 8), (2, 9)]));
    }

    #[test]
    fn where_nobody_can_look_it_is_told_without_a_name_until_somebody_can() {
        let began = Instant::now();
        let mut known = Known::new(began);
        known.seen(vec![socket(1)]);
        for round in 0..10 {
            let now = began + CHECK * round;
            known.check(now, |_| true);
            let sought = known.begin_search(now).unwrap();
            known.not_searched(sought);
            assert_eq!(told(&mut known), (round == 0).then(|| vec![(1, 0)]));
        }
        known.check(began + CHECK * 10, |_| true);
        assert_eq!(wanted(&mut known, began + CHECK * 10), [1]);
        known.found(search(&[(1, Some(7))]));
        assert_eq!(told(&mut known), Some(vec![(1, 7)]));
    }

    /// Beside a server that begins, others come and go.
    struct Bustle {
        /// One more every so many milliseconds.
        every: u32,
        /// Each for so many.
        lives: u32,
        /// What a search takes, and costs.
        search: u32,
        /// How soon the server is told, in milliseconds.
        within: u32,
        /// Searches in ten seconds.
        most: u32,
    }

    #[test]
    fn a_new_server_is_told_soon_whatever_else_comes_and_goes() {
        let never = 1_000_000;
        let cases = [
            // Nothing else happens: a look, and a search.
            Bustle { every: never, lives: 1, search: 5, within: 205, most: 2 },
            Bustle { every: never, lives: 1, search: 40, within: 240, most: 2 },
            // Never twice the same beside it.
            Bustle { every: 2, lives: 3, search: 5, within: 410, most: 51 },
            Bustle { every: 2, lives: 30, search: 5, within: 410, most: 51 },
            Bustle { every: 90, lives: 100, search: 9, within: 410, most: 51 },
            Bustle { every: 2000, lives: 1000, search: 5, within: 410, most: 12 },
            // Where searches are expensive there are few of them.
            Bustle { every: 2, lives: 3, search: 50, within: 1250, most: 11 },
            Bustle { every: 2, lives: 3, search: 500, within: 3700, most: 5 },
        ];
        for (number, case) in cases.iter().enumerate() {
            // It may begin at any moment of all this.
            for start in (1000..4000).step_by(307) {
                let (within, searches) = play(case, start);
                assert!(
                    within.is_some_and(|within| within <= case.within),
                    "case {number} at {start}: {within:?}"
                );
                assert!(searches <= case.most, "case {number} at {start}: {searches} searches");
            }
        }
    }

    /// Ten seconds, as the watch spends them: after how many milliseconds the server was told, and how many searches there were.
    fn play(case: &Bustle, start: u32) -> (Option<u32>, u32) {
        let began = Instant::now();
        let listening = |now: u32| {
            let others = (0..=now / case.every).map(|number| (number, number * case.every));
            let others = others.filter(|(_, born)| now < born + case.lives).map(|(number, _)| number + 1000);
            let server = (now >= start).then_some(SERVER);
            server.into_iter().chain(others).collect::<Vec<u32>>()
        };
        let mut known = Known::new(began);
        let (mut look_due, mut searching, mut searches) = (0, None, 0);
        let mut told_at = None;
        for millisecond in 0..10_000 {
            let now = began + Duration::from_millis(millisecond.into());
            let ended = searching.take_if(|(_, ends)| *ends <= millisecond);
            let is_due = millisecond >= look_due || ended.is_some();
            if let Some((sought, _)) = ended {
                let there = listening(millisecond);
                let owners = HashSet::into_iter(sought)
                    .map(|inode| (inode, there.contains(&inode).then(|| process(inode))));
                known.found(Search {
                    owners: owners.collect(),
                    cost: Duration::from_millis(case.search.into()),
                });
            }
            if !is_due {
                continue;
            }
            look_due = millisecond + PAUSE.as_millis() as u32;
            known.seen(listening(millisecond).into_iter().map(socket).collect());
            known.check(now, |_| true);
            if let Some(sought) = known.begin_search(now) {
                searching = Some((sought, millisecond + case.search));
                searches += 1;
            }
            if let Some(news) = known.news() {
                let server = news.sockets.iter().find(|socket| socket.inode == SERVER);
                if let Some(server) = server {
                    assert_eq!(server.process.as_ref().map(|process| process.pid), Some(SERVER));
                    told_at.get_or_insert(millisecond - start);
                }
                assert!(server.is_some() || told_at.is_none(), "told to be gone at {millisecond}");
            }
        }
        (told_at, searches)
    }
}
