//! Users and groups, read from the text of `/etc/passwd` and `/etc/group` as the engine itself reads them for `exec -u`.
//!
//! A static program cannot load the C library's name services, so what the files do not hold is asked of the image's own `getent`.

use std::process::{Command, Stdio};

use wharf_agent::message::Refusal;

use super::SystemRoot;

/// What the user database says about one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The name, else the number as given.
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Supplementary groups.
    pub(crate) groups: Vec<u32>,
    /// `None` when the user is not in the database.
    pub(crate) home: Option<String>,
    /// `None` when the database names none.
    pub(crate) shell: Option<String>,
}

/// Looks up `user` (`name`, `uid`, `name:group`, …) in the container's files.
pub(crate) fn look_up(root: &SystemRoot, user: &str, group_add: &[String]) -> Result<Account, Refusal> {
    let read = |path: &str| {
        String::from_utf8_lossy(&std::fs::read(root.path(path)).unwrap_or_default()).into_owned()
    };
    let (passwd, group) = (read("/etc/passwd"), read("/etc/group"));
    match resolve(user, group_add, &passwd, &group) {
        Err(Refusal::UnknownUser { user: unknown }) => {
            match ask_name_service(user.split(':').next().unwrap_or_default()) {
                Some(line) => resolve(user, group_add, &line, &group),
                None => Err(Refusal::UnknownUser { user: unknown }),
            }
        }
        answer => answer,
    }
}

fn ask_name_service(name: &str) -> Option<String> {
    let output = Command::new("getent")
        .args(["passwd", name])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned()).filter(|line| !line.trim().is_empty())
}

struct PasswdLine<'a> {
    name: &'a str,
    uid: u32,
    gid: u32,
    home: &'a str,
    shell: &'a str,
}

fn passwd_lines(text: &str) -> impl Iterator<Item = PasswdLine<'_>> {
    text.lines().filter_map(|line| {
        let mut fields = line.trim().split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1).unwrap_or_default();
        Some(PasswdLine { name, uid, gid, home, shell: fields.next().unwrap_or_default() })
    })
}

/// Name, number and members of each group.
fn group_lines(text: &str) -> impl Iterator<Item = (&str, u32, &str)> {
    text.lines().filter_map(|line| {
        let mut fields = line.trim().split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let gid = fields.nth(1)?.parse().ok()?;
        Some((name, gid, fields.next().unwrap_or_default()))
    })
}

fn resolve(user: &str, group_add: &[String], passwd: &str, group: &str) -> Result<Account, Refusal> {
    let (name, group_name) = match user.split_once(':') {
        Some((name, group_name)) => (name, Some(group_name).filter(|name| !name.is_empty())),
        None => (user, None),
    };
    let name = if name.is_empty() { "0" } else { name };
    let number = name.parse::<u32>().ok();
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let mut account = match passwd_lines(passwd).find(|line| line.name == name || Some(line.uid) == number) {
        Some(line) => Account {
            name: line.name.to_owned(),
            uid: line.uid,
            gid: line.gid,
            groups: Vec::new(),
            home: text(line.home),
            shell: text(line.shell),
        },
        None => {
            let uid = number.ok_or_else(|| Refusal::UnknownUser { user: name.to_owned() })?;
            Account { name: name.to_owned(), uid, gid: 0, groups: Vec::new(), home: None, shell: None }
        }
    };
    match group_name {
        // A group that is named leaves no other one, as with `exec -u user:group`.
        Some(group_name) => account.gid = group_number(group_name, group)?,
        None => {
            let member = |members: &str| members.split(',').any(|member| member == account.name);
            account.groups =
                group_lines(group).filter(|(_, _, members)| member(members)).map(|(_, gid, _)| gid).collect();
        }
    }
    for added in group_add {
        let gid = group_number(added, group)?;
        if !account.groups.contains(&gid) {
            account.groups.push(gid);
        }
    }
    Ok(account)
}

fn group_number(name: &str, group: &str) -> Result<u32, Refusal> {
    let number = name.parse::<u32>().ok();
    group_lines(group)
        .find(|(line_name, gid, _)| *line_name == name || Some(*gid) == number)
        .map(|(_, gid, _)| gid)
        .or(number)
        .ok_or_else(|| Refusal::UnknownGroup { group: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/bash\n\nbroken\nnode:x:1000:1000::/home/node:/bin/zsh\nbare:x:7:8::\n";
    const GROUP: &str = "root:x:0:\nnode:x:1000:\ndocker:x:998:other,node\naudio:x:29:node\nvideo:x:44:\n";

    fn account(
        name: &str,
        uid: u32,
        gid: u32,
        groups: &[u32],
        home: Option<&str>,
        shell: Option<&str>,
    ) -> Account {
        Account {
            name: name.into(),
            uid,
            gid,
            groups: groups.into(),
            home: home.map(Into::into),
            shell: shell.map(Into::into),
        }
    }

    #[test]
    fn users_as_the_engine_reads_them() {
        let node =
            |gid, groups: &[u32]| account("node", 1000, gid, groups, Some("/home/node"), Some("/bin/zsh"));
        let cases: [(&str, &[&str], Account); 11] = [
            ("node", &[], node(1000, &[998, 29])),
            ("1000", &[], node(1000, &[998, 29])),
            ("node:", &[], node(1000, &[998, 29])),
            ("node:video", &[], node(44, &[])),
            ("node:12345", &[], node(12345, &[])),
            ("node", &["video", "998", "77"], node(1000, &[998, 29, 44, 77])),
            ("root", &[], account("root", 0, 0, &[], Some("/root"), Some("/bin/bash"))),
            ("", &[], account("root", 0, 0, &[], Some("/root"), Some("/bin/bash"))),
            ("4711", &[], account("4711", 4711, 0, &[], None, None)),
            ("4711:4712", &[], account("4711", 4711, 4712, &[], None, None)),
            ("bare", &[], account("bare", 7, 8, &[], None, None)),
        ];
        for (user, group_add, expected) in cases {
            let group_add: Vec<String> = group_add.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(resolve(user, &group_add, PASSWD, GROUP), Ok(expected), "{user} {group_add:?}");
        }
    }

    #[test]
    fn strangers_are_named() {
        let unknown_user = |user: &str| Refusal::UnknownUser { user: user.into() };
        let unknown_group = |group: &str| Refusal::UnknownGroup { group: group.into() };
        let cases: [(&str, &[&str], Refusal); 4] = [
            ("nobody", &[], unknown_user("nobody")),
            ("-1", &[], unknown_user("-1")),
            ("node:nowhere", &[], unknown_group("nowhere")),
            ("node", &["nowhere"], unknown_group("nowhere")),
        ];
        for (user, group_add, expected) in cases {
            let group_add: Vec<String> = group_add.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(resolve(user, &group_add, PASSWD, GROUP), Err(expected), "{user}");
        }
    }
}
