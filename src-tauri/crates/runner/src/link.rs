//! Links: `wharf://` ones, that ask for something to be opened here, and web addresses, that are to be opened in a browser.
//!
//! Both come from strangers: a page that somebody has open, a program's output in a container. So what they may say is narrow, and
//! everything else is refused with the reason. Nothing here does anything; whoever acts asks a person first.

use url::{Host, Url};
use wharf_api::Opened;

use crate::error::{Error, Result};
use crate::volume::RepositoryUrl;

/// The scheme of links that Wharf opens.
const SCHEME: &str = "wharf";
/// Longer than any path or address of a person's own.
const LONGEST: usize = 4096;

/// What a `wharf://open?folder=…` or `wharf://open?url=…` asks to be opened. A link that asks for anything else is refused, and says why.
#[must_use]
pub fn open_request(link: &str) -> Opened {
    read(link).unwrap_or_else(|problem| Opened::Refused {
        message: format!("A link to Wharf was not followed: {problem}."),
    })
}

/// Whether a word on the command line is a link to Wharf and no folder.
#[must_use]
pub fn is_link(word: &str) -> bool {
    word.get(..SCHEME.len() + 1).is_some_and(|head| head.eq_ignore_ascii_case("wharf:"))
}

fn read(link: &str) -> std::result::Result<Opened, &'static str> {
    if link.len() > LONGEST {
        return Err("it is longer than any that Wharf would make");
    }
    if link.chars().any(char::is_control) {
        return Err("it has control characters in it");
    }
    let link = Url::parse(link).map_err(|_| "it cannot be read")?;
    if link.scheme() != SCHEME {
        return Err("it is none of Wharf's");
    }
    if link.host_str() != Some("open") || !matches!(link.path(), "" | "/") {
        return Err("the only thing that a link can ask for is to open something");
    }
    if !link.username().is_empty()
        || link.password().is_some()
        || link.port().is_some()
        || link.fragment().is_some()
    {
        return Err("it has parts that mean nothing here");
    }
    let mut asked = link.query_pairs();
    match (asked.next(), asked.next()) {
        (Some((name, value)), None) if name == "folder" => folder(&value),
        (Some((name, value)), None) if name == "url" => repository(&value),
        _ => Err("it must name one folder or one url, and nothing else"),
    }
}

/// A folder must be named from the root: a link does not know where the app was started.
fn folder(text: &str) -> std::result::Result<Opened, &'static str> {
    if !is_plain(text) {
        return Err("the folder's name cannot be read");
    }
    // On Windows a name of another computer: to look at it would tell that computer who asks.
    if text.starts_with("//") || text.starts_with(r"\\") || text.starts_with(r"/\") || text.starts_with(r"\/")
    {
        return Err("the folder is on another computer");
    }
    let drive = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && text.get(1..2) == Some(":");
    let absolute = if cfg!(windows) {
        drive && matches!(text.get(2..3), Some("/" | "\\"))
    } else {
        text.starts_with('/')
    };
    if !absolute {
        return Err("the folder must be named from the root");
    }
    if text.split(['/', '\\']).any(|part| part == "..") {
        return Err("the folder's name leads elsewhere than it seems to");
    }
    Ok(Opened::Folder { folder: text.to_owned(), by_link: true })
}

/// An address that is handed to git, without what would prove who asks: a link has no business knowing that.
fn repository(text: &str) -> std::result::Result<Opened, &'static str> {
    if !is_plain(text) {
        return Err("the address cannot be read");
    }
    // Without an account the short form of ssh looks as anything else with a colon in it does.
    if !text.contains("://") && !text.contains('@') {
        return Err("the address is none of a repository");
    }
    let address =
        RepositoryUrl::parse(text).map_err(|_| "the address is none of a repository on a network")?;
    if address.has_secret() {
        return Err("the address has a name or a password in it");
    }
    Ok(Opened::Repository { url: address.clean().to_owned() })
}

/// Text that a person sees as it is: nothing that hides, turns or breaks it.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.chars().any(|character| {
            character.is_control()
                || matches!(character, '\u{FFFD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        })
}

/// An address that a browser may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    /// As the browser gets it, and as a person is shown it.
    pub address: String,
    /// Whether it leads to this computer, so that nobody needs to be asked.
    pub here: bool,
}

/// Reads an address that something inside wants to be opened: http or https, and without a name or password that could pass for a host.
///
/// # Errors
/// When it is anything else.
pub fn web_address(text: &str) -> Result<WebAddress> {
    let refused = |problem: &str| Error::Impossible {
        message: format!("this address is not opened: {problem}"),
        location: None,
        hint: None,
    };
    if text.len() > LONGEST {
        return Err(refused("it is too long"));
    }
    let url = Url::parse(text).map_err(|_| refused("it cannot be read"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("only http and https are"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it has a name or a password in it"));
    }
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(refused("it names no host")),
    };
    Ok(WebAddress { address: url.into(), here })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(link: &str) -> bool {
        matches!(open_request(link), Opened::Refused { .. })
    }

    #[test]
    fn links_ask_for_a_folder_or_a_repository() {
        let repository = |url: &str| Opened::Repository { url: url.to_owned() };
        for (link, expected) in [
            (
                "wharf://open?url=https%3A%2F%2Fexample.com%2Facme%2Fapi.git",
                repository("https://example.com/acme/api.git"),
            ),
            ("wharf://open/?url=https://example.com/acme/api", repository("https://example.com/acme/api")),
            ("WHARF://open?url=git@example.com:acme/api.git", repository("git@example.com:acme/api.git")),
            ("wharf://open?url=ssh://git@example.com/acme/api", repository("ssh://git@example.com/acme/api")),
        ] {
            assert_eq!(open_request(link), expected, "{link}");
        }
        let root = if cfg!(windows) { "C:" } else { "" };
        for (written, folder) in
            [("/home/ada/src", "/home/ada/src"), ("/a%20b%2Bc", "/a b+c"), ("/%E6%96%87", "/文")]
        {
            assert_eq!(
                open_request(&format!("wharf://open?folder={root}{written}")),
                Opened::Folder { folder: format!("{root}{folder}"), by_link: true },
                "{written}"
            );
        }
    }

    #[test]
    fn links_that_ask_for_more_are_refused() {
        let long = format!("wharf://open?folder=/{}", "a".repeat(LONGEST));
        for link in [
            "",
            "wharf",
            "wharf:",
            "wharf://",
            "wharf://open",
            "wharf://open?",
            "wharf://run?folder=/home",
            "wharf://open/run?folder=/home",
            "wharf:open?folder=/home",
            "https://open?folder=/home",
            "wharf://ada@open?folder=/home",
            "wharf://open:80?folder=/home",
            "wharf://open?folder=/home#here",
            "wharf://open?folder=/home&trust=true",
            "wharf://open?folder=/home&folder=/etc",
            "wharf://open?folder=/home&url=https://example.com/a/b",
            "wharf://open?trust=true&folder=/home",
            "wharf://open?folder=",
            "wharf://open?folder=home/ada",
            "wharf://open?folder=~/src",
            "wharf://open?folder=--headless",
            "wharf://open?folder=/home/../etc",
            "wharf://open?folder=/home%00/ada",
            "wharf://open?folder=/home%0a",
            "wharf://open?folder=/home/%E2%80%AEtxt",
            "wharf://open?folder=/home/%FF",
            "wharf://open?folder=//server/share",
            r"wharf://open?folder=\\server\share",
            r"wharf://open?folder=/\server\share",
            "wharf://open?folder=file:///home/ada",
            "wharf://open?url=",
            "wharf://open?url=acme/api",
            "wharf://open?url=file:///etc",
            "wharf://open?url=/etc",
            "wharf://open?url=ext::sh%20-c%20id",
            "wharf://open?url=--upload-pack=id",
            "wharf://open?url=-u@example.com:a/b",
            "wharf://open?url=ssh://-oProxyCommand=id/a",
            "wharf://open?url=git@-oProxyCommand=id:a/b",
            "wharf://open?url=https://me:secret@example.com/a/b",
            "wharf://open?url=https://token@example.com/a/b",
            "wharf://open?url=https://example.com/a%0Ab",
            "wharf://open?url=https://exa%E2%80%8Bmple.com/a/b",
            "wharf://open?url=javascript:alert(1)",
            long.as_str(),
        ] {
            assert!(refused(link), "{link} is taken for {:?}", open_request(link));
        }
    }

    #[test]
    fn links_are_told_from_folders() {
        for (word, expected) in [
            ("wharf://open", true),
            ("Wharf:x", true),
            ("wharf", false),
            ("wharf/a", false),
            ("", false),
            ("文文", false),
        ] {
            assert_eq!(is_link(word), expected, "{word}");
        }
    }

    #[test]
    fn addresses_of_this_computer_are_told_from_others() {
        for (text, address, here) in [
            ("http://localhost:3000", "http://localhost:3000/", true),
            ("https://LOCALHOST/a?b#c", "https://localhost/a?b#c", true),
            ("http://api.localhost:8080/", "http://api.localhost:8080/", true),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5000/", true),
            ("http://127.1.2.3/", "http://127.1.2.3/", true),
            ("http://0x7f.1/", "http://127.0.0.1/", true),
            ("http://[::1]:80/", "http://[::1]/", true),
            ("https://example.com", "https://example.com/", false),
            ("http://localhost.example.com/", "http://localhost.example.com/", false),
            ("http://notlocalhost/", "http://notlocalhost/", false),
            ("http://10.0.0.1/", "http://10.0.0.1/", false),
            ("http://0.0.0.0:3000/", "http://0.0.0.0:3000/", false),
        ] {
            let expected = WebAddress { address: address.to_owned(), here };
            assert_eq!(web_address(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_not_opened() {
        for text in [
            "",
            "localhost:3000",
            "/etc/passwd",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,hi",
            "smb://server/share",
            "vscode://file/x",
            "http://",
            "http://localhost@example.com/",
            "http://me:secret@localhost/",
        ] {
            assert!(web_address(text).is_err(), "{text}");
        }
    }
}
