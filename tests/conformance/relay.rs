//! A socket that everyone may use, in front of the engine's own: for cases that are played as another user than root.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// Relays until the process ends.
pub(crate) struct Relay;

impl Relay {
    /// Listens at `socket` and passes every connection on to `engine`.
    pub(crate) fn start(engine: &Path, socket: &Path) -> Result<(), String> {
        let fail = |error: std::io::Error| format!("{}: {error}", socket.display());
        let listener = UnixListener::bind(socket).map_err(fail)?;
        std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o666)).map_err(fail)?;
        let engine = engine.to_owned();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = UnixStream::connect(&engine) {
                    pass(&client, &server);
                    pass(&server, &client);
                }
            }
        });
        Ok(())
    }
}

/// Copies one direction in a thread of its own; the end of the input is passed on as such.
fn pass(from: &UnixStream, to: &UnixStream) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Write));
    });
}
