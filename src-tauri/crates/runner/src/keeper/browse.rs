//! Links that are opened on this computer: because a port is to be opened in a browser, or because a program inside asked.
//!
//! What comes from inside is not believed: only `http` and `https`, only so many, and an address of "this computer" is the environment
//! itself, so that nothing inside can make the browser talk to what listens here.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use wharf_agent::network::is_link;

/// How often something has been done of late.
#[derive(Debug)]
pub(super) struct Rate {
    most: usize,
    span: Duration,
    times: Mutex<VecDeque<Instant>>,
}

impl Rate {
    /// So many times within this span.
    pub(super) fn new(most: usize, span: Duration) -> Rate {
        Rate { most, span, times: Mutex::default() }
    }

    /// Whether it may be done once more at this time; then it is counted.
    pub(super) fn allows(&self, now: Instant) -> bool {
        let mut times = self.times.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while times.front().is_some_and(|first| now.saturating_duration_since(*first) > self.span) {
            times.pop_front();
        }
        let allowed = times.len() < self.most;
        if allowed {
            times.push_back(now);
        }
        allowed
    }
}

/// A link as it comes from inside.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Link<'a> {
    /// It leads elsewhere and means the same here.
    Elsewhere,
    /// It leads to a port of the environment: what stands before the host, and what comes after the port.
    Inside { scheme: &'a str, port: u16, rest: &'a str },
    /// It is none that may be opened.
    Refused,
}

/// Takes a link apart.
pub(super) fn read(url: &str) -> Link<'_> {
    if !is_link(url) {
        return Link::Refused;
    }
    let Some((scheme, after)) = url.split_once("://") else { return Link::Refused };
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    // Whoever writes a user before the host wants it to look like another one.
    if authority.contains('@') {
        return Link::Refused;
    }
    let (host, port) = match authority.rfind(':').filter(|colon| !authority[*colon..].contains(']')) {
        Some(colon) => match authority[colon + 1..].parse::<u16>() {
            Ok(port) => (&authority[..colon], port),
            Err(_) => return Link::Refused,
        },
        None => (authority, if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 }),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let numeric = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().ok();
    let is_here = host == "localhost"
        || host.ends_with(".localhost")
        || numeric
            .is_some_and(|address| address.is_loopback() || address.is_unspecified() || is_mapped(address));
    // Browsers read `127.1`, `0x7f000001` and `2130706433` as addresses; nobody else writes them.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_odd =
        numeric.is_none() && (last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x"));
    match (is_here, is_odd) {
        (_, true) => Link::Refused,
        (true, false) => Link::Inside { scheme, port, rest },
        (false, false) => Link::Elsewhere,
    }
}

fn is_mapped(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V6(address) => {
            address.to_ipv4_mapped().is_some_and(|address| address.is_loopback() || address.is_unspecified())
        }
        std::net::IpAddr::V4(_) => false,
    }
}

/// Opens a link in a person's browser; true once the system's opener has taken it.
pub(super) async fn open(url: &str) -> bool {
    let mut command = crate::platform::opener(url);
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    // Some openers stay for as long as the browser does; one that is still there after a while has taken it.
    match tokio::time::timeout(Duration::from_secs(5), child.wait()).await {
        Ok(ended) => ended.is_ok_and(|status| status.success()),
        Err(_) => {
            tokio::spawn(async move { child.wait().await });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_taken_apart() {
        let inside = |scheme, port, rest| Link::Inside { scheme, port, rest };
        let cases = [
            ("http://localhost:3000/a?b=c#d", inside("http", 3000, "/a?b=c#d")),
            ("https://localhost", inside("https", 443, "")),
            ("HTTP://LOCALHOST.:80", inside("HTTP", 80, "")),
            ("http://app.localhost:1/", inside("http", 1, "/")),
            ("http://127.0.0.1:8080?x", inside("http", 8080, "?x")),
            ("http://127.9.9.9/", inside("http", 80, "/")),
            ("http://0.0.0.0:5000/", inside("http", 5000, "/")),
            ("http://[::1]:3000/", inside("http", 3000, "/")),
            ("http://[::ffff:127.0.0.1]:3000/", inside("http", 3000, "/")),
            ("https://example.org/callback?to=http://localhost:1", Link::Elsewhere),
            ("http://192.168.1.1:80/", Link::Elsewhere),
            ("http://localhost.example.org/", Link::Elsewhere),
            ("http://localhost@example.org/", Link::Refused),
            ("http://127.1/", Link::Refused),
            ("http://2130706433/", Link::Refused),
            ("http://0x7f000001/", Link::Refused),
            ("http://localhost:99999/", Link::Refused),
            ("file:///etc/passwd", Link::Refused),
            ("vscode://x", Link::Refused),
            ("--help", Link::Refused),
        ];
        for (url, expected) in cases {
            assert_eq!(read(url), expected, "{url}");
        }
    }

    #[test]
    fn only_so_many_at_a_time() {
        const MOST: usize = 5;
        const SPAN: Duration = Duration::from_secs(30);
        let rate = Rate::new(MOST, SPAN);
        let start = Instant::now();
        let allowed = (0..20).filter(|_| rate.allows(start)).count();
        assert_eq!(allowed, MOST);
        assert!(!rate.allows(start + SPAN / 2));
        assert!(rate.allows(start + SPAN + Duration::from_secs(1)));
    }
}
