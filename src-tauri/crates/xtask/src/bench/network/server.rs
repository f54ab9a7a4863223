//! A server in a container's network. It runs in this program, on threads that have gone over into that network.
//!
//! The first byte of a connection says what is wanted: a number of bytes, to be read to the end, or everything sent back.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Send as many bytes as the number that follows says.
pub(super) const SEND: u8 = b's';
/// Read to the end, and answer how many bytes came.
pub(super) const TAKE: u8 = b't';
/// Send everything back.
pub(super) const ECHO: u8 = b'e';

/// Read and written at a time.
pub(super) const PIECE: usize = 128 * 1024;
/// Connections that wait to be accepted: nobody is to be lost here.
const BACKLOG: i32 = 4096;

/// A server; it takes nobody any more once this is dropped.
pub(super) struct Server {
    closed: Arc<AtomicBool>,
    address: SocketAddr,
    process: u32,
}

impl Server {
    /// Listens in the network of a process by the time this comes back.
    pub(super) fn listen(process: u32, address: SocketAddr) -> Result<Server> {
        let closed = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&closed);
        let listener = inside(process, move || listener(address))?;
        // A listener belongs to its network, whoever accepts from it.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                thread::spawn(move || serve(stream));
            }
        });
        Ok(Server { closed, address, process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        let address = match self.address.ip().is_unspecified() {
            true => SocketAddr::from(([127, 0, 0, 1], self.address.port())),
            false => self.address,
        };
        // So that the thread looks. The container may be gone.
        let _ = inside(self.process, move || Ok(TcpStream::connect(address)?));
    }
}

fn listener(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    rustix::net::listen(&listener, BACKLOG)?;
    Ok(listener)
}

/// Does something in the network of a process. Sockets stay in the network that they were made in.
fn inside<T: Send + 'static>(process: u32, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let network = File::open(format!("/proc/{process}/ns/net")).context("the container is gone")?;
    let thread = thread::spawn(move || {
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
            .context("cannot enter the container's network; measuring it needs root")?;
        work()
    });
    thread.join().map_err(|_| anyhow!("the thread in the container's network broke"))?
}

fn serve(mut stream: TcpStream) {
    // Whoever is cut off here is counted as lost on the other side.
    let _ = answer(&mut stream);
}

fn answer(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut wanted = [0];
    stream.read_exact(&mut wanted)?;
    let mut buffer = vec![b'x'; if wanted[0] == ECHO { 4096 } else { PIECE }];
    match wanted[0] {
        SEND => {
            let mut count = [0; 8];
            stream.read_exact(&mut count)?;
            let mut left = u64::from_be_bytes(count);
            while left > 0 {
                let length = left.min(PIECE as u64);
                stream.write_all(&buffer[..length as usize])?;
                left -= length;
            }
            Ok(())
        }
        TAKE => {
            let mut taken = 0_u64;
            loop {
                match stream.read(&mut buffer)? {
                    0 => return stream.write_all(&taken.to_be_bytes()),
                    length => taken += length as u64,
                }
            }
        }
        _ => loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(()),
                length => stream.write_all(&buffer[..length])?,
            }
        },
    }
}
