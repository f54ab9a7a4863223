//! Bytes that go from one connection to another through a pipe of the kernel, and are never copied to us.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::retry_on_intr;
use rustix::pipe::{PipeFlags, SpliceFlags, pipe_with, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Asked for at a time; the pipe takes as much as it has places for.
const PIECE: usize = 1024 * 1024;
const FLAGS: SpliceFlags = SpliceFlags::MOVE.union(SpliceFlags::NONBLOCK);

/// A pipe, empty whenever nothing is passed on.
pub(super) struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
}

impl Pipe {
    pub(super) fn new() -> io::Result<Pipe> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Pipe { read, write })
    }

    /// Passes on whatever comes until the end has come.
    pub(super) async fn pass(&self, from: &TcpStream, to: &TcpStream) -> io::Result<()> {
        loop {
            // The pipe is empty: what would block here is the connection.
            let mut left = from.async_io(Interest::READABLE, || self.fill(from)).await?;
            if left == 0 {
                return Ok(());
            }
            while left > 0 {
                match to.async_io(Interest::WRITABLE, || self.empty(to, left)).await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    length => left = left.saturating_sub(length),
                }
            }
        }
    }

    fn fill(&self, from: &TcpStream) -> io::Result<usize> {
        Ok(retry_on_intr(|| splice(from, None, &self.write, None, PIECE, FLAGS))?)
    }

    fn empty(&self, to: &TcpStream, length: usize) -> io::Result<usize> {
        Ok(retry_on_intr(|| splice(&self.read, None, to, None, length, FLAGS))?)
    }
}
