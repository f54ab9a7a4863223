//! Before anything of the user's runs: who the user is, becoming that user, and with which environment.

use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::{Gid, getegid, geteuid, getgroups};
use wharf_agent::message::{AgentMessage, Context, Probe, Refusal, Resolved, SetUp};

use super::account::{self, Account};
use super::connection::Connection;
use super::environment::{AgentUser, Environment, merge_paths};
use super::network::LINKS;
use super::probe::{self, Question};
use super::{identity, ownership, set_up, start_up_files};

/// What commands of a request share.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) environment: Environment,
    pub(crate) working_dir: String,
    pub(crate) home: String,
    /// The user's login shell.
    pub(crate) shell: String,
}

/// Prepares the calling thread and what it will start. Whatever is root's business is done first: afterwards the thread is the user's.
pub(crate) fn prepare(
    connection: &Connection,
    exchange: u32,
    context: &Context,
    set_up: Option<&SetUp>,
) -> Result<Prepared, Refusal> {
    let (own_uid, is_root) = (geteuid().as_raw(), geteuid().is_root());
    let own_name = own_uid.to_string();
    let mut account =
        account::look_up(&connection.root, context.user.as_deref().unwrap_or(&own_name), &context.group_add)?;
    let own_user = account.uid == own_uid;
    if own_user && (!is_root || context.user.is_none()) {
        account.gid = getegid().as_raw();
        account.groups = getgroups().unwrap_or_default().into_iter().map(Gid::as_raw).collect();
    }
    let warn = |warning: String| connection.say(exchange, &[AgentMessage::Warning(warning)]);
    if let Some(set_up) = set_up.filter(|_| is_root) {
        set_up::run(&connection.root, set_up, &context.container_env).into_iter().for_each(warn);
        if let Some(folder) = &set_up.give {
            ownership::give(&connection.root.path(folder), account.uid, account.gid)
                .err()
                .into_iter()
                .for_each(warn);
        }
    }
    let own_home = account::look_up(&connection.root, &own_name, &[]).ok().and_then(|own| own.home);
    identity::become_user(&account)?;

    let agent = AgentUser { uid: own_uid, home: own_home.as_deref() };
    let mut environment = Environment::of_user(std::env::vars_os(), &account, &agent, &context.container_env);
    let home = home_folder(&account, &context.container_env);
    let shell = shell(&account, &context.container_env);
    let files = if context.probe == Probe::None { String::new() } else { start_up_files::fingerprint(&home) };
    let known = match &context.probe {
        Probe::Known { known, .. } if known.files == files => Some(&known.env),
        _ => None,
    };
    if known.is_none() {
        connection.say(exchange, &[AgentMessage::Resolved(resolved(&account, &home, &shell))]);
    }
    let question = match &context.probe {
        Probe::None => None,
        Probe::Known { shell, .. } => Some((shell, None)),
        Probe::Run { shell, session_data_folder } => Some((shell, session_data_folder.as_deref())),
    };
    match (known, question) {
        (Some(env), _) => environment.extend(env),
        (None, None) => {}
        (None, Some((kind, session_data_folder))) => {
            let question = Question {
                exchange,
                kind: *kind,
                shell: &shell,
                folder: ".",
                environment: &environment,
                files: &files,
                session_data_folder,
            };
            let (mut probed, warning) = probe::ask(&question, &connection.registry);
            warning.into_iter().for_each(warn);
            if !is_root {
                keep_container_path(&mut probed.env, &context.container_env, account.uid == 0);
            }
            environment.extend(&probed.env);
            connection.say(exchange, &[AgentMessage::Probed(probed)]);
        }
    }
    environment.apply(&context.remote_env);
    if let Some(links) = connection.network.links().filter(|_| context.browser)
        && let Some(program) = &connection.program
        && environment.get("BROWSER").is_none()
    {
        environment.set_path("BROWSER", program);
        environment.set_path(LINKS, &links);
    }
    let working_dir = context
        .working_dir
        .clone()
        .unwrap_or_else(|| if Path::new(&home).is_dir() { home.clone() } else { "/".to_owned() });
    Ok(Prepared { environment, working_dir, home, shell })
}

fn resolved(account: &Account, home: &str, shell: &str) -> Resolved {
    Resolved {
        user: account.name.clone(),
        uid: account.uid,
        gid: account.gid,
        groups: account.groups.iter().copied().filter(|&gid| gid != account.gid).collect(),
        home: home.to_owned(),
        shell: shell.to_owned(),
    }
}

fn from_container<'a>(container_env: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    let found = container_env.iter().rev().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

fn shell(account: &Account, container_env: &[(String, String)]) -> String {
    from_container(container_env, "SHELL").or(account.shell.as_deref()).unwrap_or("/bin/sh").to_owned()
}

/// The container's HOME where the user can use it, else the user database's.
fn home_folder(account: &Account, container_env: &[(String, String)]) -> String {
    let listed = account.home.as_deref();
    if let Some(home) = from_container(container_env, "HOME") {
        let usable = || !Path::new(home).exists() || access(home, Access::WRITE_OK).is_ok();
        if listed == Some(home) || account.uid == 0 || usable() {
            return home.to_owned();
        }
    }
    listed.unwrap_or("/root").to_owned()
}

/// Where `/etc/profile` could not be changed, a login shell has dropped the container's search path.
fn keep_container_path(probed: &mut [(String, String)], container_env: &[(String, String)], root: bool) {
    let (Some(container), Some((_, path))) =
        (from_container(container_env, "PATH"), probed.iter_mut().find(|(name, _)| name == "PATH"))
    else {
        return;
    };
    *path = merge_paths(path, container, root);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_and_shell() {
        let account = |uid, home: Option<&str>, shell: Option<&str>| Account {
            name: "node".into(),
            uid,
            gid: uid,
            groups: Vec::new(),
            home: home.map(Into::into),
            shell: shell.map(Into::into),
        };
        let env = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let homes = [
            (account(1000, Some("/home/node"), None), vec![], "/home/node"),
            (account(1000, None, None), vec![], "/root"),
            (account(1000, Some("/home/node"), None), env("HOME", "/does/not/exist"), "/does/not/exist"),
            (account(0, Some("/root"), None), env("HOME", "/proc/1"), "/proc/1"),
            (account(1000, Some("/home/node"), None), env("HOME", ""), "/home/node"),
        ];
        for (account, container_env, expected) in homes {
            assert_eq!(home_folder(&account, &container_env), expected);
        }
        let shells = [
            (account(1, None, Some("/bin/zsh")), vec![], "/bin/zsh"),
            (account(1, None, None), vec![], "/bin/sh"),
            (account(1, None, Some("/bin/zsh")), env("SHELL", "/bin/fish"), "/bin/fish"),
        ];
        for (account, container_env, expected) in shells {
            assert_eq!(shell(&account, &container_env), expected);
        }
    }
}
