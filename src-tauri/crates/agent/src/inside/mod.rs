//! What the program is made of. `connection` is the only reader of stdin and the only writer of stdout; each request gets a thread
//! (`exchange`) that becomes the user it works for.

mod account;
mod connection;
mod context;
mod elders;
mod environment;
mod exec;
mod hooks;
mod identity;
mod launch;
mod marker;
mod network;
mod older;
mod ownership;
mod probe;
mod reserve;
mod running;
mod set_up;
mod start_up_files;
mod stream;
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the system's files are looked up: `/`, or a folder of a test.
#[derive(Clone, Debug)]
pub(crate) struct SystemRoot(PathBuf);

impl SystemRoot {
    /// The place of a file that has an absolute path in a container.
    pub(crate) fn path(&self, absolute: &str) -> PathBuf {
        self.0.join(Path::new(absolute).strip_prefix("/").unwrap_or(Path::new(absolute)))
    }
}

/// Serves one connection. `--root FOLDER` looks up the system's files (the user database and what set-up changes) below a folder,
/// for tests. `--keeper NAME` ends the agents of that keeper's earlier connections. With a link instead, as programs start their `BROWSER`,
/// hands it to the agent that serves a connection.
pub(crate) fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let root = match (arguments.next(), arguments.next(), arguments.next()) {
        (None, None, None) => SystemRoot(PathBuf::from("/")),
        (Some(link), None, None) if !link.to_string_lossy().starts_with('-') => {
            return open(&link.to_string_lossy());
        }
        (Some(option), Some(folder), None) if option == "--root" => SystemRoot(PathBuf::from(folder)),
        (Some(option), Some(keeper), None) if option == elders::OPTION => {
            elders::end(keeper.to_string_lossy().into_owned());
            SystemRoot(PathBuf::from("/"))
        }
        _ => {
            let _ = rustix::io::write(
                rustix::stdio::stderr(),
                b"wharf-agent speaks Wharf's protocol on stdin and stdout.\n",
            );
            return ExitCode::from(2);
        }
    };
    let code = connection::serve(root);
    older::remove();
    code
}

fn open(link: &str) -> ExitCode {
    match network::open_link(link) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = rustix::io::write(rustix::stdio::stderr(), format!("{reason}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}
