//! The program inside a container: it sets up, probes, runs hooks and commands, and ends with its connection.
//!
//! It is started by one engine exec and speaks the protocol of the library over its stdin and stdout. Small and static: threads
//! and poll, no runtime. Run as root it becomes the remote user for everything that is not root's business; run as anybody else it
//! does what that user can.

#[cfg(target_os = "linux")]
mod inside;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    inside::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    // The package is built on every host for its library; this program only has a place in Linux containers.
    std::process::ExitCode::FAILURE
}
