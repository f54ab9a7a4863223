//! Links that programs inside want opened on the host.
//!
//! The agent's own file is what programs start as their `BROWSER`. It leaves the link in a socket of datagrams that the agent of the
//! connection reads: one link in each, and the kernel keeps only a few of them.

use std::fs::Permissions;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wharf_agent::network::{LONGEST_LINK, is_link};

use crate::inside::older;

/// The variable that tells the program where the socket is.
pub(crate) const LINKS: &str = "WHARF_LINKS";
/// How the socket is named, in the agent's own folder or one for temporary files.
const NAME: &str = "links-";
/// Links that are passed on in one go.
const BURST: u32 = 5;
/// Until one more is passed on.
const PAUSE: Duration = Duration::from_secs(2);

/// Hands a link over; what the agent's file does when it is started with one.
pub(crate) fn open(link: &str) -> Result<(), String> {
    if !is_link(link) {
        return Err("only http and https links can be opened".to_owned());
    }
    let Some(place) = std::env::var_os(LINKS) else {
        return Err("no connection to the host takes links here".to_owned());
    };
    let sent = UnixDatagram::unbound().and_then(|socket| {
        // Too many at a time are refused, not waited for.
        socket.set_nonblocking(true)?;
        socket.send_to(link.as_bytes(), Path::new(&place))
    });
    sent.map(drop).map_err(|error| format!("the host cannot be told to open the link: {error}"))
}

/// The place where links are left.
#[derive(Debug)]
pub(super) struct Links {
    socket: UnixDatagram,
    pub(super) path: PathBuf,
    left: u32,
    since: Instant,
    /// Links that were too many, of which nothing has been said yet.
    dropped: u32,
    /// When that was said last.
    said: Option<Instant>,
}

impl Links {
    /// Beside the agent's own file where that is possible, else among temporary files. Everybody in the container may leave links.
    pub(super) fn open() -> io::Result<Links> {
        let own = older::own_folder();
        own.iter().for_each(|folder| sweep(folder));
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for folder in
            own.into_iter().chain([std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/dev/shm")])
        {
            let path = folder.join(format!(".wharf-{NAME}{}", random()));
            let opened = UnixDatagram::bind(&path).and_then(|socket| {
                std::fs::set_permissions(&path, Permissions::from_mode(0o666))?;
                socket.set_nonblocking(true)?;
                Ok(socket)
            });
            match opened {
                Ok(socket) => {
                    let since = Instant::now();
                    return Ok(Links { socket, path, left: BURST, since, dropped: 0, said: None });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// The links that were left and may be passed on, and how many were too many, if it is time to say so. What is no link is dropped.
    pub(super) fn take(&mut self) -> (Vec<String>, Option<u32>) {
        let mut taken = Vec::new();
        let mut buffer = [0; LONGEST_LINK + 1];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            let link = std::str::from_utf8(&buffer[..length]).ok().filter(|link| is_link(link));
            match link {
                Some(link) if self.allows(Instant::now()) => taken.push(link.to_owned()),
                Some(_) => self.dropped = self.dropped.saturating_add(1),
                None => {}
            }
        }
        (taken, self.too_many(Instant::now()))
    }

    /// How many were too many, said as seldom as a link is passed on.
    fn too_many(&mut self, now: Instant) -> Option<u32> {
        let is_soon = self.said.is_some_and(|said| now.saturating_duration_since(said) < PAUSE);
        if self.dropped == 0 || is_soon {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.dropped))
    }

    fn allows(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.since).as_secs() / PAUSE.as_secs();
        if earned > 0 {
            self.left = BURST.min(self.left.saturating_add(u32::try_from(earned).unwrap_or(BURST)));
            self.since = now;
        }
        let allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        allowed
    }
}

/// Removes what agents that were killed have left.
fn sweep(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(64);
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_left = || UnixDatagram::unbound().and_then(|socket| socket.connect(&path)).is_err();
        if name.starts_with(&format!(".wharf-{NAME}")) && is_left() {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// Something that no earlier agent has used.
fn random() -> String {
    let uuid = std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let word = uuid.split('-').next().unwrap_or_default();
    format!("{}-{word}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_links_and_then_one_now_and_then() {
        let mut links = Links::open().unwrap();
        let path = links.path.clone();
        let began = links.since;
        let allowed = |links: &mut Links, seconds| links.allows(began + Duration::from_secs(seconds));
        let first: Vec<bool> = (0..7).map(|_| allowed(&mut links, 0)).collect();
        assert_eq!(first, [true, true, true, true, true, false, false]);
        assert!(allowed(&mut links, 2) && !allowed(&mut links, 3) && allowed(&mut links, 4));
        let later: Vec<bool> = (0..7).map(|_| allowed(&mut links, 1000)).collect();
        assert_eq!(later, first);
        // What is too many is said at once, and then no more often than a link is passed on.
        let mut too_many = |dropped, seconds| {
            links.dropped += dropped;
            links.too_many(began + Duration::from_secs(seconds))
        };
        assert_eq!(
            [too_many(0, 0), too_many(2, 0), too_many(3, 1), too_many(4, 2), too_many(0, 9)],
            [None, Some(2), None, Some(7), None]
        );
        drop(links);
        std::fs::remove_file(path).unwrap();
    }
}
