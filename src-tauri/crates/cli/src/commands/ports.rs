//! `wharf ports`: what is forwarded, where to, and what stands in the way.

use wharf_api::{KeeperEvent, PortsResult};
use wharf_runner::PortsRequest;

use crate::door::{Door, Failure};
use crate::flags::AnswerFlags;
use crate::render;

/// Show the ports of environments, and where they are on this computer
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Ports are forwarded from `wharf up` until `wharf stop` or `wharf down`, by a process in the background \
that ends with the last of them.

Examples:
  wharf ports              everything that is forwarded
  wharf ports api-server   one environment
  wharf ports --watch      and again when something changes
  wharf ports --json       one JSON document; with --watch one event a line"
)]
pub(crate) struct Args {
    /// A project's folder, or the name or the first characters of the id of an environment [default: all that are kept]
    #[arg(value_name = "FOLDER|NAME")]
    environment: Option<std::path::PathBuf>,
    /// Go on and show what changes, until Ctrl-C
    #[arg(long, short)]
    watch: bool,
    #[command(flatten)]
    answer: AnswerFlags,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let mut target = wharf_runner::Target {
        argument: arguments.environment,
        user_data_folder: arguments.answer.user_data_folder.clone(),
        ..wharf_runner::Target::default()
    };
    target.mount_workspace_git_root = true;
    target.git_in_worktrees = true;
    let request = PortsRequest {
        target: target.argument.is_some().then_some(target),
        user_data_folder: arguments.answer.user_data_folder,
    };
    if arguments.watch {
        return watch(door, arguments.answer.json, &request);
    }
    let result = look(door, &request);
    door.finish(arguments.answer.json, result, render::ports)
}

fn look(door: &Door, request: &PortsRequest) -> Result<PortsResult, Failure> {
    door.look(async |stage| wharf_runner::ports(request, stage.sink, stage.cancel).await)
}

fn watch(door: &Door, json: bool, request: &PortsRequest) -> u8 {
    let result = door.look(async |stage| {
        let Some(mut watch) = wharf_runner::watch_ports(request.user_data_folder.as_deref()).await? else {
            return Ok(false);
        };
        let mut shown = None;
        loop {
            let Some(event) = watch.next().await else {
                let Some(next) = watch.follow().await else { break };
                watch = next;
                continue;
            };
            if json {
                door.answer_json(&event);
                continue;
            }
            if let KeeperEvent::Link { name, url, outcome, .. } = &event {
                door.answer_lines(|theme| vec![render::link(name, url, *outcome, theme)]);
                continue;
            }
            let ports = wharf_runner::ports(request, stage.sink, stage.cancel.clone()).await?;
            if shown.as_ref() != Some(&ports) {
                door.answer_lines(|theme| render::ports(&ports, theme));
                shown = Some(ports);
            }
        }
        Ok(true)
    });
    match result {
        Ok(true) => 0,
        Ok(false) => door.finish(json, Ok(PortsResult::default()), render::ports),
        Err(failure) => door.fail(&failure),
    }
}
