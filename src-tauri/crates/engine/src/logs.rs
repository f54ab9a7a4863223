//! What a container's main process has written, and what it goes on to write.
//!
//! Not through bollard, which allocates for every line: a log is as long as its container is old. Pieces are handed on as they
//! arrive.

use std::collections::VecDeque;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::Method;
use http::header;
use http_body_util::BodyExt as _;
use hyper::body::Incoming as Body;

use crate::containers::Incoming;
use crate::engine::{Engine, escape, with_query};
use crate::error::{Call, Error};
use crate::stream::{Output, Unweave};
use crate::transport::empty;

/// Which part of a log is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// Also what will be written.
    pub follow: bool,
    /// Only so many of the last lines; None: all.
    pub tail: Option<u64>,
    /// Only what was written from this time on, in nanoseconds since 1970.
    pub since: Option<u64>,
    /// Each line begins with the time at which it was written, in RFC 3339, and a blank.
    pub timestamps: bool,
}

impl Engine {
    /// What a container's main process wrote. Ends with the log, or with the container when it is followed.
    ///
    /// # Errors
    /// When there is no such container, or its engine keeps no log of it.
    pub async fn logs(&self, container: &str, query: &LogQuery) -> Result<Incoming<Output>, Error> {
        let call = Call::container("read the log of", container);
        let tail = query.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        let mut parameters = vec![("stdout", "true"), ("stderr", "true"), ("tail", tail.as_str())];
        let since =
            query.since.map(|since| format!("{}.{:09}", since / 1_000_000_000, since % 1_000_000_000));
        if let Some(since) = &since {
            parameters.push(("since", since));
        }
        for (wanted, name) in [(query.follow, "follow"), (query.timestamps, "timestamps")] {
            if wanted {
                parameters.push((name, "true"));
            }
        }
        let path = with_query(&format!("/containers/{}/logs", escape(container)), &parameters);
        let request = self.request(Method::GET, &path, empty(), &call)?;
        let response = self.send(request, &call).await?;
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let framing = match kind {
            Some("application/vnd.docker.multiplexed-stream") => Framing::Woven(Unweave::default()),
            Some("application/vnd.docker.raw-stream") => Framing::Raw,
            // Engines before API 1.42, and Podman, do not say.
            _ => Framing::Unknown(BytesMut::new()),
        };
        let log = Log { body: response.into_body(), framing, ready: VecDeque::new(), ended: false };
        let engine = self.clone();
        let state = (log, engine, call);
        let pieces = stream::unfold(state, |(mut log, engine, call)| async move {
            let piece = log.next(&engine, &call).await?;
            Some((piece, (log, engine, call)))
        });
        Ok(Box::pin(pieces) as Pin<Box<_>>)
    }
}

/// How the streams of a container are put into one.
enum Framing {
    /// Standard output and standard error, a header before each piece.
    Woven(Unweave),
    /// A terminal's output as it is.
    Raw,
    /// Told by the first bytes, which are kept until there are enough of them.
    Unknown(BytesMut),
}

struct Log {
    body: Body,
    framing: Framing,
    ready: VecDeque<Output>,
    ended: bool,
}

impl Log {
    async fn next(&mut self, engine: &Engine, call: &Call) -> Option<Result<Output, Error>> {
        loop {
            if let Some(output) = self.ready.pop_front() {
                return Some(Ok(output));
            }
            if self.ended {
                return None;
            }
            match self.body.frame().await {
                None => {
                    self.ended = true;
                    if let Framing::Unknown(start) = &mut self.framing
                        && !start.is_empty()
                    {
                        self.ready.push_back(Output::Stdout(start.split().freeze()));
                    }
                }
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(engine.broken(call, &error)));
                }
                Some(Ok(frame)) => {
                    let Ok(bytes) = frame.into_data() else { continue };
                    if let Err(error) = self.take(bytes) {
                        self.ended = true;
                        return Some(Err(engine.garbage(call, &error)));
                    }
                }
            }
        }
    }

    fn take(&mut self, bytes: Bytes) -> Result<(), crate::stream::BadHeader> {
        match &mut self.framing {
            Framing::Raw => self.ready.push_back(Output::Stdout(bytes)),
            Framing::Woven(unweave) => {
                unweave.push(&bytes);
                while let Some(output) = unweave.next()? {
                    self.ready.push_back(output);
                }
            }
            Framing::Unknown(start) => {
                start.extend_from_slice(&bytes);
                let Some(header) = start.first_chunk::<8>() else { return Ok(()) };
                let start = start.clone().freeze();
                self.framing =
                    if is_header(header) { Framing::Woven(Unweave::default()) } else { Framing::Raw };
                return self.take(start);
            }
        }
        Ok(())
    }
}

/// Whether these bytes begin a woven piece. What a terminal shows never begins with three zeros behind one of these.
fn is_header(bytes: &[u8; 8]) -> bool {
    bytes[0] <= 3 && bytes[1..4] == [0, 0, 0]
}
