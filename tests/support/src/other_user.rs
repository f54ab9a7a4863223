//! What another user than root needs to play a test: folders of its own, and a socket that everyone may use in front of the engine's.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::{PermissionsExt, chown, lchown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// Listens at `socket` and passes every connection on to `engine`, until the process ends.
///
/// # Errors
/// When nobody can listen there.
pub fn relay(engine: &Path, socket: &Path) -> std::io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o666))?;
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

/// Gives a folder, and everything in it, to a user and the group of the same number.
///
/// # Errors
/// When it is not ours to give.
pub fn give(folder: &Path, user: u32) -> std::io::Result<()> {
    chown(folder, Some(user), Some(user))?;
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_type()?.is_dir() {
            give(&entry.path(), user)?;
        } else {
            lchown(entry.path(), Some(user), Some(user))?;
        }
    }
    Ok(())
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
