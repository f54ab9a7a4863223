//! Which hooks run, in which order, with which environment (specification, "Lifecycle").

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use wharf_spec::{
    ContainerConfig, ContainerVariables, Entry, Hook, MergedConfig, UserEnvProbe, labels, metadata,
};

use crate::dotfiles::{self, Dotfiles};
use crate::facts::ContainerFacts;
use crate::state::{Blocker, Inside, MarkerFolders, Running};
use crate::step::{HookCommand, HookStep, InsideSpec, Rerun};

/// What the caller says about hooks, beside the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HookOptions {
    /// `run-user-commands`: nothing but the hooks, without the set-up that comes before them.
    pub only_hooks: bool,
    /// `--skip-post-create`: no probe and no hook at all.
    pub skip_post_create: bool,
    /// `--skip-non-blocking-commands`: nothing after the wait point.
    pub skip_non_blocking: bool,
    /// `--prebuild`: up to `updateContentCommand`, which runs again.
    pub prebuild: bool,
    /// `--stop-for-personalization`: up to the dotfiles.
    pub stop_for_personalization: bool,
    /// `--skip-post-attach`.
    pub skip_post_attach: bool,
    /// `--remote-env`, in order.
    pub remote_env: IndexMap<String, String>,
    /// `--default-user-env-probe`.
    pub default_probe: Option<UserEnvProbe>,
    /// Names of the variables in `--secrets-file`; their values never enter a plan.
    pub secrets: Vec<String>,
    /// A person's dotfiles, if there are any.
    pub dotfiles: Option<Dotfiles>,
    /// `--container-data-folder`.
    pub data_folder: Option<String>,
    /// `--container-system-data-folder`.
    pub system_data_folder: Option<String>,
    /// `--container-session-data-folder`.
    pub session_data_folder: Option<String>,
}

/// The metadata that counts for a container that exists: its label's, and of the configuration what may change meanwhile.
#[must_use]
pub fn entries_of_container(wanted: &Running, container: &ContainerFacts) -> Vec<Entry> {
    let label = container.labels.get(metadata::LABEL).map(String::as_str);
    let labelled = labels::has_names(&wanted.label_names, &container.labels);
    metadata::entries_for_container(label, &container.id, labelled, &wanted.configuration).0
}

/// Everything that is done inside a running container, in one go. `merged` has the container's variables still as written.
///
/// # Errors
/// None today; the signature leaves room for hooks that cannot be planned.
pub fn inside_spec(
    wanted: &Running,
    merged: &MergedConfig,
    container: &ContainerFacts,
) -> Result<InsideSpec, Blocker> {
    let merged = in_container(merged, container);
    let options = &wanted.hooks;
    let merged = if options.only_hooks { merged.with_hooks_in_container() } else { merged };
    let (hooks, ready_after) = hook_steps(&merged, options);
    let probe = merged.user_env_probe.or(options.default_probe).unwrap_or_default();
    Ok(InsideSpec {
        container: container.id.clone(),
        created: container.created.clone(),
        started_at: container.started_at.clone(),
        user: remote_user(&merged, container),
        working_dir: wanted.workspace.folder.clone().unwrap_or_default(),
        set_up: true,
        give: wanted.give.clone(),
        probe: (!options.skip_post_create).then_some(probe),
        data_folder: options.data_folder.clone(),
        system_data_folder: options.system_data_folder.clone(),
        session_data_folder: options.session_data_folder.clone(),
        container_env: container.env.clone(),
        remote_env: remote_env(&merged, &options.remote_env),
        secrets: options.secrets.clone(),
        dotfiles: dotfiles::step(&merged, options, &hooks),
        hooks,
        ready_after,
    })
}

/// Where the markers of what is done inside lie. `merged` has the container's variables still as written.
#[must_use]
pub fn markers(wanted: &Running, merged: &MergedConfig, container: &ContainerFacts) -> MarkerFolders {
    let options = &wanted.hooks;
    MarkerFolders {
        user: remote_user(&in_container(merged, container), container),
        data: options.data_folder.clone(),
        system: options.system_data_folder.clone(),
    }
}

fn in_container(merged: &MergedConfig, container: &ContainerFacts) -> ContainerConfig {
    merged.for_container(&ContainerVariables::from_list(container.env.iter().map(String::as_str)))
}

/// Whether a hook of a running container is not known to be done, or runs each time and has not in this operation.
#[must_use]
pub fn is_pending(hook: Hook, rerun: Rerun, inside: &Inside) -> bool {
    match rerun {
        Rerun::Always => !inside.attached.contains(&hook),
        Rerun::OncePerContainer | Rerun::OncePerStart => !inside.done.contains(&hook),
    }
}

/// The hooks that run, each with the commands of all authors, and how many of them the wait point lies behind.
///
/// A hook without commands is still a step where it has a marker: another tool that looks at the container sees it as done.
#[must_use]
pub fn hook_steps(merged: &MergedConfig, options: &HookOptions) -> (Vec<HookStep>, usize) {
    let wait_for = merged.wait_for.unwrap_or_default().hook();
    let last = [
        (options.prebuild, Hook::UpdateContent),
        (options.stop_for_personalization, Hook::PostCreate),
        (options.skip_non_blocking, wait_for),
        (options.skip_post_attach, Hook::PostStart),
    ]
    .into_iter()
    .filter(|(stops, _)| *stops)
    .map(|(_, hook)| hook)
    .fold(Hook::PostAttach, Hook::min);
    let steps: Vec<HookStep> = Hook::IN_CONTAINER
        .into_iter()
        .filter(|hook| !options.skip_post_create && *hook <= last)
        .map(|hook| HookStep {
            hook,
            rerun: rerun(hook, options),
            commands: merged
                .hook(hook)
                .map(|command| HookCommand { source: command.source.clone(), command: command.value.clone() })
                .collect(),
        })
        .filter(|step| step.hook.marker_name().is_some() || !step.commands.is_empty())
        .collect();
    let ready_after = steps.iter().filter(|step| step.hook <= wait_for).count();
    (steps, ready_after)
}

/// Where the hooks end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// After the last one.
    Done,
    /// At the wait point, as `--skip-non-blocking-commands` asks.
    WaitPoint,
    /// After `updateContentCommand`, as `--prebuild` asks.
    Prebuild,
    /// After the dotfiles, as `--stop-for-personalization` asks.
    Personalization,
}

/// Where [`hook_steps`] end. Of several reasons the one that the reference comes to first counts.
#[must_use]
pub fn end(merged: &MergedConfig, options: &HookOptions) -> End {
    let wait_for = merged.wait_for.unwrap_or_default().hook();
    let waits_before = |hook| options.skip_non_blocking && wait_for <= hook;
    if waits_before(Hook::UpdateContent) {
        End::WaitPoint
    } else if options.prebuild {
        End::Prebuild
    } else if waits_before(Hook::PostCreate) {
        End::WaitPoint
    } else if options.stop_for_personalization {
        End::Personalization
    } else if waits_before(Hook::PostStart) {
        End::WaitPoint
    } else {
        End::Done
    }
}

fn rerun(hook: Hook, options: &HookOptions) -> Rerun {
    match hook {
        Hook::UpdateContent if options.prebuild => Rerun::Always,
        Hook::OnCreate | Hook::UpdateContent | Hook::PostCreate => Rerun::OncePerContainer,
        Hook::PostStart => Rerun::OncePerStart,
        Hook::Initialize | Hook::PostAttach => Rerun::Always,
    }
}

/// Who hooks and commands run as: `remoteUser`, else the container's user, else root.
#[must_use]
pub fn remote_user(merged: &MergedConfig, container: &ContainerFacts) -> String {
    merged
        .remote_user
        .clone()
        .or_else(|| Some(container.user.clone()))
        .filter(|user| !user.is_empty())
        .unwrap_or_else(|| "root".to_owned())
}

/// The same without a group: what documents call the remote user.
#[must_use]
pub fn user_name(merged: &MergedConfig, container: &ContainerFacts) -> String {
    match remote_user(merged, container).split(':').next().unwrap_or_default() {
        "0" => "root".to_owned(),
        user => user.to_owned(),
    }
}

/// What is set, or unset, on top of the probed environment: the configuration's `remoteEnv`, then `--remote-env`, because
/// whoever types a command means it more than whoever wrote the file.
#[must_use]
pub fn remote_env(
    merged: &MergedConfig,
    flags: &IndexMap<String, String>,
) -> IndexMap<String, Option<String>> {
    let mut env = merged.remote_env.clone();
    for (name, value) in flags {
        env.insert(name.clone(), Some(value.clone()));
    }
    env
}
