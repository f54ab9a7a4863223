//! A server that answers as a test says, however wrong that is, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The host that was asked, as the other side calls it.
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// An answer as it should be.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// An answer that ends before it is whole.
    Truncated { body: Vec<u8> },
    /// More than anybody wants: as many bytes.
    Long { bytes: u64 },
    /// Nothing, for as long as the other side waits; then the connection ends.
    Silence,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
        Reply::with(200, &[], body)
    }

    pub(crate) fn status(status: u16) -> Reply {
        Reply::with(status, &[], "")
    }

    pub(crate) fn with(status: u16, headers: &[(&'static str, String)], body: impl Into<Vec<u8>>) -> Reply {
        Reply::Answer { status, headers: headers.to_vec(), body: body.into() }
    }
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// Listens until it is dropped.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections_ended: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
            connections_ended: Arc::default(),
            ended: Arc::default(),
        };
        let (asked, ended) = (Arc::clone(&server.asked), Arc::clone(&server.ended));
        let connections_ended = Arc::clone(&server.connections_ended);
        let handler: Arc<Handler> = Arc::new(handler);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (asked, ended, handler) = (Arc::clone(&asked), Arc::clone(&ended), Arc::clone(&handler));
                let connections_ended = Arc::clone(&connections_ended);
                std::thread::spawn(move || {
                    serve(stream, &asked, &ended, handler.as_ref());
                    connections_ended.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        server
    }

    /// `localhost:12345`.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Everything that it was asked: method, path, and what was shown of who asks.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|asked| {
                let shown = asked.authorization.as_deref().unwrap_or("-");
                format!("{} {} {shown}", asked.method, asked.path)
            })
            .collect()
    }

    /// How many connections were there and are no more.
    pub(crate) fn connections_ended(&self) -> usize {
        self.connections_ended.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(stream: TcpStream, asked: &Mutex<Vec<Asked>>, ended: &AtomicBool, handler: &Handler) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        let reply = handler(&request);
        asked.lock().unwrap().push(request.clone());
        if !answer(&stream, &request, reply, ended) {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut asked = Asked {
        method: words.next()?,
        path: words.next()?,
        host: String::new(),
        authorization: None,
        body: String::new(),
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "host" => asked.host = value.to_owned(),
            "authorization" => asked.authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Some(asked)
}

/// Whether the connection can be used again.
fn answer(mut stream: &TcpStream, asked: &Asked, reply: Reply, ended: &AtomicBool) -> bool {
    match reply {
        Reply::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            let body = if asked.method == "HEAD" { &[][..] } else { &body };
            stream.write_all(head.as_bytes()).is_ok() && stream.write_all(body).is_ok()
        }
        Reply::Truncated { body } => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 1);
            let _ = stream.write_all(&body);
            false
        }
        Reply::Long { bytes } => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
            let piece = vec![b'x'; 64 * 1024];
            let mut left = bytes;
            while left > 0 && stream.write_all(&piece[..piece.len().min(left as usize)]).is_ok() {
                left = left.saturating_sub(piece.len() as u64);
            }
            false
        }
        Reply::Silence => {
            let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
            let mut waits = || match stream.read(&mut [0]) {
                Ok(count) => count > 0,
                Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            };
            while !ended.load(Ordering::Relaxed) && waits() {}
            false
        }
    }
}
