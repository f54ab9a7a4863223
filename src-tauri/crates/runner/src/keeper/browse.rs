//! Links that are opened on this computer: because a port is to be opened in a browser, or because a program inside asked.
//!
//! What comes from inside is not believed: only `http` and `https`, only so many, and an address of "this computer" is the environment
//! itself, so that nothing inside can make the browser talk to what listens here.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use url::{Host, Position, Url};
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
pub(super) enum Link {
    /// It leads elsewhere and means the same here. As a browser is to get it: what was looked at, and nothing that it could read otherwise.
    Elsewhere(String),
    /// It leads to a port of the environment: what stands before the host, and what comes after the port.
    Inside { scheme: String, port: u16, rest: String },
    /// It is none that may be opened.
    Refused,
}

/// Takes a link apart.
pub(super) fn read(link: &str) -> Link {
    parse(link).unwrap_or(Link::Refused)
}

fn parse(link: &str) -> Option<Link> {
    let (_, after) = link.split_once("://").filter(|_| is_link(link))?;
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    // Whoever writes a user before the host wants it to look like another one, and so does who hides letters of it.
    if authority.contains(['@', '%']) {
        return None;
    }
    let url = Url::parse(link).ok().filter(|url| is_link(url.as_str()))?;
    let is_here = match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => {
            // Browsers read `127.1`, `0x7f000001` and `2130706433` as addresses; nobody else writes them.
            let written = authority.split(':').next().unwrap_or_default().trim_end_matches('.');
            if written != address.to_string() {
                return None;
            }
            address.is_loopback() || address.is_unspecified()
        }
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified() || is_mapped(address),
    };
    if !is_here {
        return Some(Link::Elsewhere(url.into()));
    }
    Some(Link::Inside {
        scheme: url.scheme().to_owned(),
        port: url.port_or_known_default()?,
        rest: url[Position::BeforePath..].to_owned(),
    })
}

fn is_mapped(address: std::net::Ipv6Addr) -> bool {
    address.to_ipv4_mapped().is_some_and(|address| address.is_loopback() || address.is_unspecified())
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
        let inside = |scheme: &str, port, rest: &str| Link::Inside {
            scheme: scheme.to_owned(),
            port,
            rest: rest.to_owned(),
        };
        let elsewhere = |address: &str| Link::Elsewhere(address.to_owned());
        let cases = [
            ("http://localhost:3000/a?b=c#d", inside("http", 3000, "/a?b=c#d")),
            ("https://localhost", inside("https", 443, "/")),
            ("HTTP://LOCALHOST.:80", inside("http", 80, "/")),
            ("http://app.localhost:1/", inside("http", 1, "/")),
            ("http://app.LocalHost./%61", inside("http", 80, "/%61")),
            ("http://127.0.0.1:8080?x", inside("http", 8080, "/?x")),
            ("http://127.0.0.1.:8080/", inside("http", 8080, "/")),
            ("http://127.9.9.9/", inside("http", 80, "/")),
            ("http://0.0.0.0:5000/", inside("http", 5000, "/")),
            ("http://[::1]:3000/", inside("http", 3000, "/")),
            ("http://[0:0:0:0:0:0:0:1]:3000/", inside("http", 3000, "/")),
            ("http://[::ffff:127.0.0.1]:3000/", inside("http", 3000, "/")),
            ("http://[::ffff:7f00:1]:3000/", inside("http", 3000, "/")),
            ("http://localhost:/", inside("http", 80, "/")),
            (
                "https://example.org/callback?to=http://localhost:1",
                elsewhere("https://example.org/callback?to=http://localhost:1"),
            ),
            ("HTTPS://Example.ORG:443/%41?%42", elsewhere("https://example.org/%41?%42")),
            ("http://192.168.1.1:80/", elsewhere("http://192.168.1.1/")),
            ("http://localhost.example.org/", elsewhere("http://localhost.example.org/")),
            ("http://localhost@example.org/", Link::Refused),
            ("http://example.org:80@localhost/", Link::Refused),
            ("http://l%6fcalhost:631/", Link::Refused),
            ("http://127.0.0.%31/", Link::Refused),
            ("http://local%C2%ADhost/", Link::Refused),
            ("http://%6c%6f%63%61%6c%68%6f%73%74:631/", Link::Refused),
            ("http://loc\u{ad}alhost/", Link::Refused),
            ("http://localhost%2e/", Link::Refused),
            ("http://[::%31]/", Link::Refused),
            ("http://127.1/", Link::Refused),
            ("http://127.0.0.01/", Link::Refused),
            ("http://0177.0.0.1/", Link::Refused),
            ("http://2130706433/", Link::Refused),
            ("http://0x7f000001/", Link::Refused),
            ("http://0X7F.1/", Link::Refused),
            ("http://0x7f000001./", Link::Refused),
            ("http://localhost:99999/", Link::Refused),
            ("http://localhost:+80/", Link::Refused),
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
