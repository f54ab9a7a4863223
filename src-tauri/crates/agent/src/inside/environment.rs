//! The environment of what runs inside, as `exec -u` of an engine would give it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::account::Account;

/// What an engine sets when an image has no PATH.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Variables, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// What the user's processes start with: the agent's own environment, which the engine made for the agent's user, with the home
    /// folder that the engine would give this user.
    pub(crate) fn of_user(
        own: impl Iterator<Item = (OsString, OsString)>,
        account: &Account,
        agent: &AgentUser<'_>,
        container_env: &[(String, String)],
    ) -> Environment {
        let mut environment = Environment(own.collect());
        let own_home = environment.get("HOME").and_then(OsStr::to_str);
        let keep =
            own_home.is_some() && (agent.uid == account.uid || agent.has_given_home(own_home, container_env));
        if !keep {
            environment.set("HOME", account.home.as_deref().unwrap_or("/"));
        }
        environment
    }

    /// One variable's value.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The search path, or what an engine would set.
    pub(crate) fn search_path(&self) -> &OsStr {
        self.get("PATH").unwrap_or(OsStr::new(DEFAULT_PATH))
    }

    /// Sets one variable, if a process can have it at all.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0') {
            self.0.insert(name.into(), value.into());
        }
    }

    /// Sets one variable to a path.
    pub(crate) fn set_path(&mut self, name: &str, path: &Path) {
        self.0.insert(name.into(), path.into());
    }

    /// Sets several variables.
    pub(crate) fn extend(&mut self, variables: &[(String, String)]) {
        for (name, value) in variables {
            self.set(name, value);
        }
    }

    /// Sets variables, and takes away those without a value.
    pub(crate) fn apply(&mut self, changes: &[(String, Option<String>)]) {
        for (name, value) in changes {
            match value {
                Some(value) => self.set(name, value),
                None => {
                    self.0.remove(OsStr::new(name));
                }
            }
        }
    }

    /// All variables.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// The user that the engine started the agent as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgentUser<'a> {
    pub(crate) uid: u32,
    /// In the user database.
    pub(crate) home: Option<&'a str>,
}

impl AgentUser<'_> {
    /// Whether the container's configuration names a HOME for everybody. Podman also lists the one that it works out for the
    /// container's user, and gives every other user another one; that is told by its value.
    fn has_given_home(&self, own_home: Option<&str>, container_env: &[(String, String)]) -> bool {
        let value = |wanted: &str| {
            container_env.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let Some(home) = value("HOME").filter(|home| !home.is_empty()) else { return false };
        let worked_out =
            own_home != Some(home) || (value("container") == Some("podman") && self.home == Some(home));
        !worked_out
    }
}

/// The search path of a shell with the container's entries put in, each behind the one that precedes it there. A user who is not
/// root has no use for `sbin`.
pub(crate) fn merge_paths(shell: &str, container: &str, root: bool) -> String {
    let mut entries: Vec<&str> = shell.split(':').collect();
    let mut insert_at = 0;
    for entry in container.split(':') {
        match entries.iter().position(|known| *known == entry) {
            Some(position) => insert_at = position + 1,
            None if root || !entry.split('/').any(|part| part == "sbin") => {
                entries.insert(insert_at, entry);
                insert_at += 1;
            }
            None => {}
        }
    }
    entries.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment(pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect())
    }

    #[test]
    fn home_as_an_engine_sets_it() {
        let account = |home: Option<&str>| Account {
            name: "node".into(),
            uid: 1000,
            gid: 1000,
            groups: Vec::new(),
            home: home.map(Into::into),
            shell: None,
        };
        let container = |home: &str| vec![("HOME".to_owned(), home.to_owned())];
        let podman =
            |home: &str| [container(home), vec![("container".to_owned(), "podman".to_owned())]].concat();
        let cases = [
            ("/root", Some("/home/node"), 1000, vec![], "/home/node"),
            ("/root", None, 1000, vec![], "/"),
            ("/root", Some("/root"), 0, vec![], "/root"),
            ("/data", Some("/home/node"), 1000, container("/data"), "/data"),
            ("/root", Some("/home/node"), 1000, container("/root"), "/root"),
            ("/root", Some("/home/node"), 1000, podman("/root"), "/home/node"),
            ("/root", Some("/home/node"), 1000, podman("/home/other"), "/home/node"),
            ("/data", Some("/home/node"), 1000, podman("/data"), "/data"),
        ];
        for (own, home, uid, container_env, expected) in cases {
            let own = environment(&[("HOME", own)]).0.into_iter();
            let agent = AgentUser { uid: 0, home: Some("/root") };
            let account = Account { uid, ..account(home) };
            let result = Environment::of_user(own, &account, &agent, &container_env);
            assert_eq!(result.get("HOME"), Some(OsStr::new(expected)), "{container_env:?}");
        }
        let agent = AgentUser { uid: 1000, home: Some("/home/node") };
        for (own, expected) in [(vec![("HOME", "/own")], "/own"), (vec![], "/home/node")] {
            let own = environment(&own).0.into_iter();
            let result = Environment::of_user(own, &account(Some("/home/node")), &agent, &[]);
            assert_eq!(result.get("HOME"), Some(OsStr::new(expected)));
        }
    }

    #[test]
    fn changes_set_and_take_away() {
        let mut result = environment(&[("A", "1"), ("B", "2")]);
        let change = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        result.apply(&[
            change("A", None),
            change("B", Some("")),
            change("C", Some("3")),
            change("D=", Some("4")),
            change("E", Some("\0")),
        ]);
        assert_eq!(result, environment(&[("B", ""), ("C", "3")]));
    }

    #[test]
    fn paths_keep_the_order_of_both() {
        let cases = [
            ("/usr/bin:/bin", "/opt/x/bin:/usr/bin:/bin", false, "/opt/x/bin:/usr/bin:/bin"),
            ("/usr/bin:/bin", "/usr/bin:/opt/y:/bin:/opt/z", false, "/usr/bin:/opt/y:/bin:/opt/z"),
            ("/usr/bin", "/usr/sbin:/usr/bin", false, "/usr/bin"),
            ("/usr/bin", "/usr/sbin:/usr/bin", true, "/usr/sbin:/usr/bin"),
        ];
        for (shell, container, root, expected) in cases {
            assert_eq!(merge_paths(shell, container, root), expected, "{shell} {container} {root}");
        }
    }
}
