//! Addresses of repositories, as people write them. They come from strangers too, so only what names a repository on a network is
//! let through: git knows addresses that start programs.

use crate::error::Error;

/// Ways to reach a repository that start nothing on this computer but git and ssh.
pub(super) const TRANSPORTS: [&str; 4] = ["https", "http", "ssh", "git"];

/// An address that can be handed to git.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RepositoryUrl {
    /// Without what proves who asks: this is what is kept, shown and written into the clone.
    clean: String,
    /// The part up to the host as it was written, when it holds a name or a password, and the same without them.
    secret: Option<(String, String)>,
}

// An address can hold a password, which must not get into a log by way of a message for developers.
impl std::fmt::Debug for RepositoryUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("RepositoryUrl").field(&self.clean).finish()
    }
}

/// Whether a person means a repository and not a folder: an address with a scheme, or `host:path` as ssh takes it.
#[must_use]
pub fn is_repository_url(text: &str) -> bool {
    text.contains("://") || text.contains("::") || is_ssh_short_form(text)
}

/// `[user@]host:path`. A drive letter is no host.
fn is_ssh_short_form(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else { return false };
    host.len() > 1
        && !path.is_empty()
        && !host.contains(['/', '\\'])
        && !host.chars().any(char::is_whitespace)
}

impl RepositoryUrl {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// When it is no address, or one that would start a program.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |problem: &str, hint: &str| {
            Err(Error::Clone {
                url: shown(text),
                problem: problem.to_owned(),
                lines: Vec::new(),
                hint: Some(hint.to_owned()),
            })
        };
        let form = "an address looks like https://host/path/name.git or user@host:path/name.git";
        if !text.contains("://") && text.contains("::") {
            return refuse("this kind of address starts a program on this computer", form);
        }
        if text.starts_with('-') || text.chars().any(|character| character.is_control() || character == ' ') {
            return refuse("this is no address of a repository", form);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            if !is_ssh_short_form(text) || text.rsplit('@').next().is_some_and(|host| host.starts_with('-')) {
                return refuse("this is no address of a repository", form);
            }
            return Ok(Self { clean: text.trim_end_matches('/').to_owned(), secret: None });
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "file" {
            return refuse(
                "it lies on this computer",
                "`wharf up --volume <folder>` copies a folder into a volume",
            );
        }
        if !TRANSPORTS.contains(&scheme.as_str()) {
            return refuse(&format!("{scheme}:// is not a way to reach a repository"), form);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if host.is_empty() || host.starts_with('-') || path.trim_matches('/').is_empty() {
            return refuse("this is no address of a repository", form);
        }
        let path = path.trim_end_matches('/');
        // With ssh the name is the account, and a password cannot be given; elsewhere the name may itself be a token.
        if scheme == "ssh" {
            let account = user.map(|user| user.split(':').next().unwrap_or_default());
            let account = account.map(|account| format!("{account}@")).unwrap_or_default();
            if account.starts_with('-') {
                return refuse("this is no address of a repository", form);
            }
            return Ok(Self { clean: format!("ssh://{account}{host}/{path}"), secret: None });
        }
        let base = format!("{scheme}://{host}/");
        let secret = user.map(|user| (format!("{scheme}://{user}@{host}/"), base.clone()));
        Ok(Self { clean: format!("{base}{path}"), secret })
    }

    /// The address without what proves who asks.
    pub(crate) fn clean(&self) -> &str {
        &self.clean
    }

    /// Whether it was written with a name or a password that proves who asks.
    pub(crate) fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// How the address begins with what proves who asks, and without it.
    pub(super) fn secret(&self) -> Option<(&str, &str)> {
        self.secret.as_ref().map(|(with, without)| (with.as_str(), without.as_str()))
    }

    /// The folder that it is cloned into: the last part, without `.git`.
    pub(crate) fn folder(&self) -> &str {
        let last = self.clean.rsplit(['/', ':']).next().unwrap_or_default();
        let name = last.strip_suffix(".git").unwrap_or(last);
        if name.is_empty() || name.starts_with('.') || name.contains([',', '\\', '"']) {
            "workspace"
        } else {
            name
        }
    }

    /// The same for every way to write the address of one repository, as far as the text tells.
    pub(crate) fn identity(&self) -> String {
        let text = self.clean.strip_suffix(".git").unwrap_or(&self.clean);
        match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?))) {
            Some((scheme, (host, path))) => format!("{scheme}://{}/{path}", host.to_ascii_lowercase()),
            None => text.to_owned(),
        }
    }
}

/// Whether a name can be that of a branch or tag, by the rules that git has for them.
pub(super) fn is_reference_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("@{")
        && !name.chars().any(|character| character.is_control() || " ~^:?*[\\".contains(character))
}

/// What can be shown of an address that cannot be read: nothing between the scheme and the host.
fn shown(text: &str) -> String {
    let text: String = text.chars().filter(|character| !character.is_control()).collect();
    match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_repository_and_what_a_folder() {
        for text in [
            "https://example.com/a.git",
            "git@example.com:a.git",
            "example.com:a",
            "ssh://example.com/a",
            "ext::sh -c id",
            "file:///a",
        ] {
            assert!(is_repository_url(text), "{text}");
        }
        for text in [".", "a", "/a/b", "./a:b", "C:\\a", "c:/a", "a/b:c", "", "my project:x"] {
            assert!(!is_repository_url(text), "{text}");
        }
    }

    #[test]
    fn addresses_lose_what_proves_who_asks() {
        for (text, clean, secret, folder) in [
            ("https://example.com/t/api.git", "https://example.com/t/api.git", None, "api"),
            ("https://example.com/t/api/", "https://example.com/t/api", None, "api"),
            (
                "HTTPS://me:pass%40word@example.com:8443/api.git",
                "https://example.com:8443/api.git",
                Some(("https://me:pass%40word@example.com:8443/", "https://example.com:8443/")),
                "api",
            ),
            (
                "http://token@localhost/api.git",
                "http://localhost/api.git",
                Some(("http://token@localhost/", "http://localhost/")),
                "api",
            ),
            ("ssh://git@example.com/t/api.git", "ssh://git@example.com/t/api.git", None, "api"),
            ("ssh://git:pass@example.com/api", "ssh://git@example.com/api", None, "api"),
            ("git@example.com:t/api.git", "git@example.com:t/api.git", None, "api"),
            ("example.com:api", "example.com:api", None, "api"),
            ("git://example.com/.git", "git://example.com/.git", None, "workspace"),
            ("https://example.com/a/..", "https://example.com/a/..", None, "workspace"),
        ] {
            let url = RepositoryUrl::parse(text).unwrap();
            assert_eq!((url.clean(), url.secret(), url.folder()), (clean, secret, folder), "{text}");
            assert!(!format!("{url:?}").contains("pass"), "{url:?}");
        }
    }

    #[test]
    fn addresses_that_would_start_something_are_refused() {
        for text in [
            "--upload-pack=id",
            "-u",
            "ext::sh -c id",
            "ext::id",
            "fd::17",
            "file:///etc",
            "ftp://example.com/a",
            "ssh://-oProxyCommand=id/a",
            "ssh://-oProxyCommand=id@example.com/a",
            "me@-oProxyCommand=id:a",
            "-oProxyCommand=id:a",
            "https:///a",
            "https://example.com",
            "https://example.com/a\nb",
            "https://user:secret@/a",
            "/a/b",
        ] {
            let error = RepositoryUrl::parse(text).unwrap_err();
            assert!(!error.message().contains("secret"), "{error}");
            assert!(error.hint().is_some(), "{text}");
        }
    }

    #[test]
    fn names_of_branches() {
        for name in ["main", "feature/x", "v1.0", "ü"] {
            assert!(is_reference_name(name), "{name}");
        }
        for name in ["", "-b", "--upload-pack=x", "a..b", "a b", "a:b", "/a", "a/", "@{u}", "a\n"] {
            assert!(!is_reference_name(name), "{name}");
        }
    }
}
