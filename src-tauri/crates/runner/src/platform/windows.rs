//! Windows.

use std::ffi::OsString;
use std::process::Stdio;

use tokio::process::Command;

/// The command that hands `text` to the system's shell.
pub(crate) fn shell(text: &str) -> Command {
    let program = std::env::var_os("ComSpec").unwrap_or_else(|| OsString::from("cmd.exe"));
    let mut command = Command::new(program);
    // The shell reads its own command line: quoting as for a program's arguments would change it.
    command.arg("/c").raw_arg(text);
    command
}

/// What can be run is told by names here.
pub(crate) fn make_executable(_: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}

/// A person's files are theirs alone here, and what can be run is told by names.
pub(crate) fn make_public(_: &std::path::Path, _executable: bool) -> std::io::Result<()> {
    Ok(())
}

/// What can be run is told by names here.
pub(crate) fn is_executable(_: &std::path::Path) -> bool {
    true
}

/// Lets Ctrl-C in this console end Wharf first, which then ends the command.
/// How full a disk is cannot be asked without unsafe code here, so nothing is said about it.
pub(crate) fn disk(_: &std::path::Path) -> Option<(u64, u64)> {
    None
}

pub(crate) fn own_process_group(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// Ends the child and everything it started.
pub(crate) async fn end_process_group(child: &mut tokio::process::Child) {
    if let Some(id) = child.id() {
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &id.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await;
    }
    let _ = child.kill().await;
}

/// Windows has none that a container could share.
pub(crate) fn user_ids() -> Option<(u32, u32)> {
    None
}
