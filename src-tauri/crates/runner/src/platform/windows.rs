//! Windows.

use std::ffi::OsString;
use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Stdio;
use std::ptr::null_mut;

use tokio::process::Command;
use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW};

/// The command that hands `text` to the system's shell.
pub(crate) fn shell(text: &str) -> Command {
    let program = std::env::var_os("ComSpec").unwrap_or_else(|| OsString::from("cmd.exe"));
    let mut command = Command::new(program);
    // The shell reads its own command line: quoting as for a program's arguments would change it.
    command.arg("/c").raw_arg(text);
    command
}

/// What can be run is told by names here.
pub(crate) fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A person's files are theirs alone here, and what can be run is told by names.
pub(crate) fn make_public(_: &Path, _executable: bool) -> std::io::Result<()> {
    Ok(())
}

/// What can be run is told by names here.
pub(crate) fn is_executable(_: &Path) -> bool {
    true
}

/// All and free bytes of the disk that a folder is on, or will be on once it is made.
#[allow(unsafe_code, reason = "the standard library does not ask how full a disk is")]
pub(crate) fn disk(folder: &Path) -> Option<(u64, u64)> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    let path: Vec<u16> = there.as_os_str().encode_wide().chain([0]).collect();
    let (mut free, mut all) = (0, 0);
    // SAFETY: the path ends with a zero, and everything outlives the call.
    let told = unsafe { GetDiskFreeSpaceExW(path.as_ptr(), &raw mut free, &raw mut all, null_mut()) };
    (told != 0).then_some((all, free))
}

/// A person's folder is theirs alone here; what is no folder, or a way to another one, is not used.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    if std::fs::symlink_metadata(folder)?.is_dir() {
        Ok(())
    } else {
        Err(std::io::Error::other("it is no folder"))
    }
}

/// The folder of temporary files is each person's own.
pub(crate) fn is_mine(_: &Path) -> bool {
    true
}

/// What opens an address in the person's browser. It is handed on without a shell, which would read some of its signs as its own.
pub(crate) fn opener(url: &str) -> Command {
    let mut command = Command::new("rundll32.exe");
    command.arg("url.dll,FileProtocolHandler").arg(url);
    command
}

/// Lets Ctrl-C in this console end Wharf first, which then ends the command. Such commands have no terminal; where Wharf has none either, as
/// in the app, a window would open for each of them.
pub(crate) fn own_process_group(command: &mut Command) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// Whether a command was ended by an interrupt (Ctrl-C).
pub(crate) fn was_interrupted(status: std::process::ExitStatus) -> bool {
    // STATUS_CONTROL_C_EXIT, as the system's own codes are written.
    status.code() == Some(0xC000_013A_u32.cast_signed())
}

/// Ends the child and everything it started.
pub(crate) async fn end_process_group(child: &mut tokio::process::Child) {
    if let Some(id) = child.id() {
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &id.to_string()])
            .creation_flags(CREATE_NO_WINDOW)
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
