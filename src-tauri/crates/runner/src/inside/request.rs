//! From plans to what the agent is asked. Wire types are converted by hand, so that neither side's names bind the other's.

use indexmap::IndexMap;
use wharf_agent::message::{
    Command, Context, Dotfiles, ExecRequest, Hook, InsideRequest, KnownEnvironment, Marker, Probe,
    ProbeShell, SetUp, SingleCommand, TerminalSize,
};
use wharf_plan::dotfiles::{DotfilesStep, MARKER};
use wharf_plan::step::{HookStep, Rerun};
use wharf_plan::{ContainerFacts, InsideSpec};
use wharf_spec::{LifecycleCommand, UserEnvProbe};

/// Where root's markers lie when nobody says otherwise.
const SYSTEM_DATA_FOLDER: &str = "/var/devcontainer";
/// What root needs to become another user and to end that user's processes.
const NEEDED: [&str; 3] = ["SETUID", "SETGID", "KILL"];

/// A command to run inside.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandSpec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Who runs it: `user`, `uid` or `user:group`.
    pub user: String,
    /// The working folder; the home folder when absent.
    pub working_dir: Option<String>,
    /// The container's own environment, `NAME=value`.
    pub container_env: Vec<String>,
    /// How the user's environment is read.
    pub probe: UserEnvProbe,
    /// What it was found to be before, so that nobody asks again.
    pub probed: Option<KnownEnvironment>,
    /// Where the probe's result is kept in the container, if anywhere.
    pub session_data_folder: Option<String>,
    /// Set (or, with None, taken away) on top of it.
    pub remote_env: IndexMap<String, Option<String>>,
    /// Columns and rows, if it gets a terminal.
    pub terminal: Option<(u16, u16)>,
}

pub(super) fn exec(command: &CommandSpec, container: &ContainerFacts) -> ExecRequest {
    let probe = match (probe(command.probe, command.session_data_folder.clone()), &command.probed) {
        (Probe::Run { shell, .. }, Some(known)) => Probe::Known { known: known.clone(), shell },
        (probe, _) => probe,
    };
    ExecRequest {
        context: Context {
            user: Some(command.user.clone()),
            group_add: container.group_add.clone(),
            container_env: pairs(&command.container_env),
            working_dir: command.working_dir.clone().filter(|folder| !folder.is_empty()),
            probe,
            remote_env: command.remote_env.clone().into_iter().collect(),
            // Who keeps a connection open says so where it takes links.
            browser: false,
        },
        arguments: command.command.clone(),
        terminal: command.terminal.map(|(columns, rows)| TerminalSize { columns, rows }),
        // The connection has numbers for them.
        standard: 0,
        error: 0,
    }
}

pub(super) fn inside(
    spec: &InsideSpec,
    secrets: &[(String, String)],
    container: &ContainerFacts,
) -> InsideRequest {
    let mut remote_env: Vec<(String, Option<String>)> = spec.remote_env.clone().into_iter().collect();
    remote_env.extend(secrets.iter().map(|(name, value)| (name.clone(), Some(value.clone()))));
    InsideRequest {
        context: Context {
            user: Some(spec.user.clone()),
            group_add: container.group_add.clone(),
            container_env: pairs(&spec.container_env),
            working_dir: Some(spec.working_dir.clone()).filter(|folder| !folder.is_empty()),
            probe: spec.probe.map_or(Probe::None, |kind| probe(kind, spec.session_data_folder.clone())),
            remote_env,
            browser: false,
        },
        set_up: spec.set_up.then(|| SetUp {
            system_data_folder: spec
                .system_data_folder
                .clone()
                .unwrap_or_else(|| SYSTEM_DATA_FOLDER.to_owned()),
            give: spec.give.clone(),
        }),
        user_data_folder: spec.data_folder.clone(),
        hooks: spec.hooks.iter().map(|step| hook(step, spec)).collect(),
        dotfiles: spec.dotfiles.as_ref().map(|step| dotfiles(step, &container.working_dir)),
        // As the reference does it without a terminal of its own: a pager or a dialogue must not wait for keys nobody presses.
        terminal: None,
    }
}

/// The marker of the reference: an empty file.
fn dotfiles(step: &DotfilesStep, folder: &str) -> Dotfiles {
    let marker = Marker { file_name: MARKER.to_owned(), content: String::new(), rerun: false };
    let commands = vec![Command::Exec(step.dotfiles.command(folder))];
    Dotfiles { before: step.before, hook: Hook { marker: Some(marker), commands } }
}

fn hook(step: &HookStep, spec: &InsideSpec) -> Hook {
    let (content, rerun) = match step.rerun {
        Rerun::OncePerContainer => (&spec.created, false),
        Rerun::OncePerStart => (&spec.started_at, false),
        Rerun::Always => (&spec.created, true),
    };
    Hook {
        marker: step.hook.marker_name().map(|name| Marker {
            file_name: name.to_owned(),
            content: content.clone(),
            rerun,
        }),
        commands: step.commands.iter().map(|command| lifecycle_command(&command.command)).collect(),
    }
}

fn lifecycle_command(command: &LifecycleCommand) -> Command {
    let single = |command: &wharf_spec::SingleCommand| match command {
        wharf_spec::SingleCommand::Shell(line) => SingleCommand::Shell(line.clone()),
        wharf_spec::SingleCommand::Exec(arguments) => SingleCommand::Exec(arguments.clone()),
    };
    match command {
        LifecycleCommand::Shell(line) => Command::Shell(line.clone()),
        LifecycleCommand::Exec(arguments) => Command::Exec(arguments.clone()),
        LifecycleCommand::Parallel(entries) => {
            Command::Parallel(entries.iter().map(|(name, command)| (name.clone(), single(command))).collect())
        }
    }
}

fn probe(kind: UserEnvProbe, session_data_folder: Option<String>) -> Probe {
    let shell = match kind {
        UserEnvProbe::None => return Probe::None,
        UserEnvProbe::LoginShell => ProbeShell::LoginShell,
        UserEnvProbe::LoginInteractiveShell => ProbeShell::LoginInteractiveShell,
        UserEnvProbe::InteractiveShell => ProbeShell::InteractiveShell,
    };
    Probe::Run { shell, session_data_folder }
}

fn pairs(env: &[String]) -> Vec<(String, String)> {
    env.iter()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Whether root in the container may become another user and end that user's processes.
pub(super) fn root_is_able(container: &ContainerFacts) -> bool {
    let holds = |list: &[String], name: &str| {
        list.iter().any(|entry| {
            let entry = entry.to_ascii_uppercase();
            entry == "ALL" || entry.strip_prefix("CAP_").unwrap_or(&entry) == name
        })
    };
    container.privileged
        || NEEDED.iter().all(|name| holds(&container.cap_add, name) || !holds(&container.cap_drop, name))
}

#[cfg(test)]
mod tests {
    use wharf_plan::ContainerState;

    use super::*;

    fn container(cap_add: &[&str], cap_drop: &[&str], privileged: bool) -> ContainerFacts {
        let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        ContainerFacts {
            id: "c".into(),
            name: "c".into(),
            image_id: "i".into(),
            image_name: "i".into(),
            state: ContainerState::Running,
            created: "T0".into(),
            started_at: "T1".into(),
            exit_code: None,
            env: Vec::new(),
            user: String::new(),
            labels: Default::default(),
            mounts: Vec::new(),
            read_only_root: false,
            privileged,
            cap_add: owned(cap_add),
            cap_drop: owned(cap_drop),
            group_add: Vec::new(),
            working_dir: String::new(),
            network_mode: String::new(),
            ip_address: None,
            architecture: String::new(),
        }
    }

    #[test]
    fn when_root_is_able() {
        let cases: [(&[&str], &[&str], bool, bool); 7] = [
            (&[], &[], false, true),
            (&[], &["NET_RAW"], false, true),
            (&[], &["ALL"], false, false),
            (&[], &["all"], true, true),
            (&["SETUID", "CAP_SETGID", "kill"], &["ALL"], false, true),
            (&[], &["CAP_KILL"], false, false),
            (&["SETUID"], &["setuid", "SETGID"], false, false),
        ];
        for (add, drop, privileged, expected) in cases {
            assert_eq!(
                root_is_able(&container(add, drop, privileged)),
                expected,
                "{add:?} {drop:?} {privileged}"
            );
        }
    }
}
