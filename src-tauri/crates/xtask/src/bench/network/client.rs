//! The near end: what is asked of a server through a local port.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::table::Cell;

use super::server::{ECHO, PIECE, SEND, TAKE};

/// How long any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Who connects at the same time.
const THREADS: usize = 16;
/// What is sent back and forth.
const WORD: [u8; 16] = *b"sixteen letters.";
const MEBIBYTE: f64 = 1024.0 * 1024.0;

fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// MiB a second of a stream from inside.
pub(super) fn download(port: u16, bytes: u64) -> Result<f64> {
    let begin = Instant::now();
    let mut stream = connect(port)?;
    stream.write_all(&[&[SEND], &bytes.to_be_bytes()[..]].concat())?;
    let came = drain(&mut stream)?;
    if came != bytes {
        bail!("{came} bytes of {bytes} came");
    }
    Ok(rate(bytes, begin))
}

/// MiB a second of a stream to the inside.
pub(super) fn upload(port: u16, bytes: u64) -> Result<f64> {
    let begin = Instant::now();
    let mut stream = connect(port)?;
    stream.write_all(&[TAKE])?;
    fill(&mut stream, bytes)?;
    stream.shutdown(Shutdown::Write)?;
    let mut taken = [0; 8];
    stream.read_exact(&mut taken)?;
    let taken = u64::from_be_bytes(taken);
    if taken != bytes {
        bail!("{taken} bytes of {bytes} arrived");
    }
    Ok(rate(bytes, begin))
}

/// Reads to the end.
pub(super) fn drain(from: &mut impl Read) -> Result<u64> {
    let mut buffer = vec![0; PIECE];
    let mut came = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(came),
            length => came += length as u64,
        }
    }
}

/// Writes so many bytes.
pub(super) fn fill(to: &mut impl Write, bytes: u64) -> Result<()> {
    let buffer = vec![b'x'; PIECE];
    let mut left = bytes;
    while left > 0 {
        let length = left.min(PIECE as u64);
        to.write_all(&buffer[..length as usize])?;
        left -= length;
    }
    Ok(())
}

pub(super) fn rate(bytes: u64, begin: Instant) -> f64 {
    bytes as f64 / MEBIBYTE / begin.elapsed().as_secs_f64()
}

/// The median of so many round trips on one connection, in milliseconds.
pub(super) fn round_trip(port: u16, count: usize) -> Result<f64> {
    let mut stream = connect(port)?;
    stream.write_all(&[ECHO])?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        ask(&mut stream)?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Cell::Measured(times).median().context("no round trip was made")
}

fn ask(stream: &mut TcpStream) -> Result<()> {
    stream.write_all(&WORD)?;
    let mut heard = [0; WORD.len()];
    stream.read_exact(&mut heard)?;
    if heard != WORD { bail!("something else came back") } else { Ok(()) }
}

/// How many of so many connections were lost that are all open before the first one is asked anything.
pub(super) fn at_once(port: u16, count: usize) -> Lost {
    let lost = Lost::default();
    let open = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (lost, open) = (&lost, &open);
            scope.spawn(move || {
                let share = (number..count).step_by(THREADS);
                let opened: Vec<_> = share.map(|_| open_echo(port)).collect();
                open.wait();
                for stream in opened {
                    lost.note(stream.and_then(|mut stream| {
                        ask(&mut stream)?;
                        end(stream)
                    }));
                }
            });
        }
    });
    lost
}

/// How many of so many connections were lost that each ask once and end, several at a time.
pub(super) fn one_after_another(port: u16, count: usize) -> Lost {
    let lost = Lost::default();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let lost = &lost;
            scope.spawn(move || {
                for _ in (number..count).step_by(THREADS) {
                    lost.note(open_echo(port).and_then(|mut stream| {
                        ask(&mut stream)?;
                        end(stream)
                    }));
                }
            });
        }
    });
    lost
}

fn open_echo(port: u16) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    stream.write_all(&[ECHO])?;
    Ok(stream)
}

/// Ends our half, and waits for the other one.
fn end(mut stream: TcpStream) -> Result<()> {
    stream.shutdown(Shutdown::Write)?;
    match drain(&mut stream)? {
        0 => Ok(()),
        more => bail!("{more} bytes more came"),
    }
}

/// Connections that did not do what they were made for, and why the first one did not.
#[derive(Default)]
pub(super) struct Lost {
    count: AtomicUsize,
    first: Mutex<Option<String>>,
}

impl Lost {
    fn note(&self, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.count.fetch_add(1, Ordering::Relaxed);
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| format!("{error:#}"));
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn reason(&self) -> Option<String> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Waits until somebody answers at a local port.
pub(super) fn first_answer(port: u16, patience: Duration) -> Result<()> {
    let end = Instant::now() + patience;
    loop {
        match open_echo(port).and_then(|mut stream| ask(&mut stream)) {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
}
