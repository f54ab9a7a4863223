//! `wharf forward`: a port of an environment on this computer, or no longer.

use wharf_api::{ErrorResult, PortChange};
use wharf_runner::ForwardRequest;

use crate::door::{Door, Failure};
use crate::flags::SubjectFlags;
use crate::render;

/// Forward a port of an environment to this computer, or stop that
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is chosen is remembered for the environment, and comes before what its configuration says.

Examples:
  wharf forward 3000                  port 3000 of the environment, at localhost:3000
  wharf forward 8080:80               its port 80, at localhost:8080
  wharf forward 5433:db:5432          port 5432 of the service db, at localhost:5433
  wharf forward 3000 --stop           not any more
  wharf forward 3000 --reset          as the configuration says
  wharf forward 3000 --address 0.0.0.0  for everybody who reaches this computer"
)]
pub(crate) struct Args {
    /// The port inside, with the local port and the service where they matter
    #[arg(value_name = "[LOCAL:][SERVICE:]PORT")]
    port: String,
    /// The address of this computer to bind to [default: loopback]
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["stop", "reset"])]
    address: Option<std::net::IpAddr>,
    /// Do not forward it any more, whatever the configuration says
    #[arg(long, conflicts_with = "reset")]
    stop: bool,
    /// Forget what was chosen, so that the configuration decides
    #[arg(long)]
    reset: bool,
    /// The environment by its name or the first characters of its id, instead of by its folder
    #[arg(long, value_name = "NAME", help_heading = "Environment", conflicts_with = "argument")]
    environment: Option<std::path::PathBuf>,
    #[command(flatten)]
    subject: SubjectFlags,
    /// Print one JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    let (local_port, port) = match arguments.port.split_once(':') {
        Some((local, inside)) if local.bytes().all(|byte| byte.is_ascii_digit()) && !local.is_empty() => {
            match local.parse::<u16>() {
                Ok(local) if local != 0 => (Some(local), inside.to_owned()),
                _ => return door.wrong_usage(&wrong(&arguments.port)),
            }
        }
        _ => (None, arguments.port.clone()),
    };
    let change = if arguments.stop {
        PortChange::Stop
    } else if arguments.reset {
        PortChange::Reset
    } else {
        PortChange::Open { local_port, address: arguments.address.map(|address| address.to_string()) }
    };
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return door.fail(&Failure::System(error)),
    };
    let mut target = arguments.subject.target();
    target.argument = arguments.environment.or(target.argument);
    let request = ForwardRequest { target, program, port, change };
    let result = door.look(async |stage| wharf_runner::forward(&request, stage.sink, stage.cancel).await);
    door.finish(arguments.json, result, render::ports)
}

fn wrong(text: &str) -> ErrorResult {
    ErrorResult { message: format!("{text} names no port"), ..ErrorResult::default() }
}
