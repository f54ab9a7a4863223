//! `wharf secrets`: values in the system's keychain, for what configurations declare.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use clap::Subcommand;
use wharf_runner::{KeptSecretRequest, Keychain};

use crate::door::{Door, Failure};
use crate::render;

/// Most bytes of a value: an environment takes no more of one variable.
const LONGEST: u64 = 128 * 1024;

/// Keep values of secrets in this computer's keychain, for configurations that declare them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A configuration's hooks get a secret that its `secrets` declares from --secrets-file, else from a variable \
of the same name, else from the keychain; you are asked before the last two are handed over."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Set(SetArgs),
    List(ListArgs),
    Forget(ForgetArgs),
}

/// Keep a value, read from standard input or typed without being shown
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf secrets set NPM_TOKEN                      for the folder you are in; asks for the value
  pass show npm | wharf secrets set NPM_TOKEN      from another program
  wharf secrets set NPM_TOKEN --folder ~/src       for every environment below a folder
  wharf secrets set NPM_TOKEN --global             for every environment")]
struct SetArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    answer: JsonFlag,
}

/// Show the names of everything that is kept; no value
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf secrets list
  wharf secrets list --json   one JSON document")]
struct ListArgs {
    #[command(flatten)]
    answer: JsonFlag,
}

/// Forget a value
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wharf secrets forget NPM_TOKEN             what is kept for the folder you are in
  wharf secrets forget NPM_TOKEN --global    what is kept for every environment")]
struct ForgetArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    answer: JsonFlag,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The secret's name
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder that it is for, with what is below it [default: the environment around the current one]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// It is for every environment
    #[arg(long, conflicts_with = "folder")]
    global: bool,
}

#[derive(Debug, clap::Args)]
struct JsonFlag {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl From<Which> for KeptSecretRequest {
    fn from(which: Which) -> Self {
        let Which { name, folder, global } = which;
        Self { name, folder, everywhere: global, keychain: Keychain::of_system() }
    }
}

pub(super) fn run(door: &Door, arguments: Args) -> u8 {
    match arguments.action {
        Action::Set(arguments) => set(door, arguments),
        Action::List(arguments) => {
            let keychain = Keychain::of_system();
            let result = door.look(async |_| wharf_runner::secrets_list(&keychain).await);
            door.finish(arguments.answer.json, result, render::secret_list)
        }
        Action::Forget(arguments) => {
            let request = KeptSecretRequest::from(arguments.which);
            let result = door.look(async |_| wharf_runner::secrets_forget(&request).await);
            door.finish_quietly(arguments.answer.json, result, |gone, _| {
                render::secrets_done("forgotten", gone)
            })
        }
    }
}

fn set(door: &Door, arguments: SetArgs) -> u8 {
    let request = KeptSecretRequest::from(arguments.which);
    let piped = match piped() {
        Ok(piped) => piped,
        Err(error) => return door.fail(&Failure::System(error)),
    };
    let result = door.look(async |stage| {
        let prompt = format!("Value of {} (not shown): ", request.name);
        let value = match piped {
            Some(value) => value,
            None => stage.asker.hidden_line(prompt).await.unwrap_or_default(),
        };
        wharf_runner::secrets_set(&request, &value).await
    });
    door.finish_quietly(arguments.answer.json, result, |kept, _| render::secrets_done("kept", kept))
}

/// All of standard input but for the end of its last line; None where a person types.
fn piped() -> std::io::Result<Option<String>> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut value = String::new();
    std::io::stdin().lock().take(LONGEST + 1).read_to_string(&mut value)?;
    if value.len() as u64 > LONGEST {
        let message = format!("the value is longer than {LONGEST} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, message));
    }
    let end = if value.ends_with("\r\n") { 2 } else { usize::from(value.ends_with('\n')) };
    value.truncate(value.len() - end);
    Ok(Some(value))
}
