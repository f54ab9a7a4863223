//! Who may open a pipe, whose it is, and whom a process serves.
#![allow(unsafe_code, reason = "the standard library knows neither users nor who may open what")]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::ptr::null_mut;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use windows_sys::Win32::Foundation::{ERROR_SUCCESS, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, OWNER_SECURITY_INFORMATION, PSID, SECURITY_ATTRIBUTES, TOKEN_ELEVATION,
    TOKEN_INFORMATION_CLASS, TOKEN_QUERY, TOKEN_USER, TokenElevation, TokenUser,
};
use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::super::pipe_name::descriptor;

/// Longest name of a user that is read, in letters.
const LONGEST: usize = 256;

/// What the system has allocated for us.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: it is the system's own allocation, used by nobody else; nothing at all may be freed too.
        unsafe { LocalFree(self.0) };
    }
}

/// Makes an instance of a pipe that only this user can open, and no other computer; the first one only if nobody has such a pipe.
///
/// # Errors
/// When the system gives none.
pub(super) fn create(name: &str, first: bool) -> io::Result<NamedPipeServer> {
    let text: Vec<u16> = descriptor(&user()?, is_elevated()?).encode_utf16().chain([0]).collect();
    let mut descriptor = Local(null_mut());
    // SAFETY: the text ends with a zero, and everything outlives the call, which allocates what is freed by `Local`.
    let made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor.0,
            null_mut(),
        )
    };
    if made == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let mut options = ServerOptions::new();
    options.first_pipe_instance(first).reject_remote_clients(true);
    // SAFETY: the attributes and the descriptor that they point to are valid and outlive the call.
    unsafe { options.create_with_security_attributes_raw(name, (&raw mut attributes).cast()) }
}

/// Whether what a handle leads to belongs to this user. Nobody can make something that belongs to another one.
///
/// # Errors
/// When the system does not tell.
pub(super) fn is_ours(handle: RawHandle) -> io::Result<bool> {
    let (mut owner, mut descriptor): (PSID, Local) = (null_mut(), Local(null_mut()));
    // SAFETY: the handle is open; both pointers are to places that outlive the call. The owner lies within the descriptor, which is ours.
    let told = unsafe {
        GetSecurityInfo(
            handle,
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor.0,
        )
    };
    if told != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(told.cast_signed()));
    }
    Ok(text(owner)? == user()?)
}

/// Whether a process acts for this user. One that may not be looked into, as those with an administrator's rights, does if it runs in the same
/// session: at the same desk.
pub(in crate::keeper) fn serves(process: u32) -> bool {
    match (user_of(process), user()) {
        (Ok(its), Ok(ours)) => its == ours,
        _ => session(process).is_some_and(|session| Some(session) == self::session(std::process::id())),
    }
}

fn session(process: u32) -> Option<u32> {
    let mut session = 0;
    // SAFETY: takes a plain value, and the place for the answer outlives the call.
    (unsafe { ProcessIdToSessionId(process, &raw mut session) } != 0).then_some(session)
}

/// The security identifier of the user of this process, as text.
///
/// # Errors
/// When the system does not tell.
pub(super) fn user() -> io::Result<String> {
    // SAFETY: this process's own handle needs no closing.
    user_behind(unsafe { GetCurrentProcess() })
}

fn user_of(process: u32) -> io::Result<String> {
    // SAFETY: takes plain values; null is told apart below.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened and is nobody else's.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    user_behind(handle.as_raw_handle())
}

fn user_behind(process: HANDLE) -> io::Result<String> {
    // Room for the identifier that the structure points to, aligned as the structure is.
    let mut found = [0_u64; 32];
    ask(process, TokenUser, &mut found)?;
    // SAFETY: the system has put the structure at the beginning, for which there is room and alignment; it points into `found`.
    let user = unsafe { &*found.as_ptr().cast::<TOKEN_USER>() };
    text(user.User.Sid)
}

/// Whether this process has the rights of an administrator.
fn is_elevated() -> io::Result<bool> {
    let mut found = [0_u64; 1];
    // SAFETY: this process's own handle needs no closing.
    ask(unsafe { GetCurrentProcess() }, TokenElevation, &mut found)?;
    // SAFETY: the system has put the structure at the beginning, for which there is room and alignment.
    let elevation = unsafe { &*found.as_ptr().cast::<TOKEN_ELEVATION>() };
    Ok(elevation.TokenIsElevated != 0)
}

/// Asks something about whom a process acts for.
fn ask(process: HANDLE, what: TOKEN_INFORMATION_CLASS, answer: &mut [u64]) -> io::Result<()> {
    let mut token = null_mut();
    // SAFETY: the handle is open, and the place for the token outlives the call.
    if unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened and is nobody else's.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let mut length = 0;
    // SAFETY: the answer is written within the room that is told, and everything outlives the call.
    let told = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            what,
            answer.as_mut_ptr().cast(),
            size_of_val(answer) as u32,
            &raw mut length,
        )
    };
    if told == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A security identifier as text.
fn text(identifier: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the identifier is one that the system has just told; the text is allocated and freed by `Local`.
    if unsafe { ConvertSidToStringSidW(identifier, &raw mut text) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let text = Local(text.cast());
    let letters = text.0.cast::<u16>();
    // SAFETY: the text ends with a zero, behind which nothing is read.
    let read = (0..LONGEST).map(|at| unsafe { *letters.add(at) }).take_while(|letter| *letter != 0);
    Ok(String::from_utf16_lossy(&read.collect::<Vec<_>>()))
}
