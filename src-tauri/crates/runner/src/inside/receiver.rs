//! Frames from an agent, out of whatever carries what it writes; and what else comes that way when there is no agent.

use std::pin::Pin;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use wharf_agent::PROTOCOL;
use wharf_agent::frame::{CONNECTION, Decoder, Frame, Kind, Piece};
use wharf_agent::message::{AgentMessage, Machine, Message as _};
use wharf_engine::Output;

use super::Error;

/// How much of what an agent says outside the protocol is kept for an error message.
const LAST_WORDS: usize = 2048;

/// What an agent's exec yields.
pub(super) type AgentOutput = Pin<Box<dyn Stream<Item = Result<Output, wharf_engine::Error>> + Send>>;

/// What an agent says after its greeting.
pub(super) enum Received {
    /// A frame of any kind but data.
    Frame(Frame),
    /// Bytes of a stream, as they came.
    Data(u32, Bytes),
}

/// The way from the agent.
pub(super) struct Receiver {
    output: AgentOutput,
    decoder: Decoder,
    rest: Bytes,
    greeted: bool,
    /// Where the agent is.
    pub(super) machine: Machine,
    /// What came on the output in place of a greeting; an engine's words about what it could not start, for example.
    instead: Vec<u8>,
    /// The end of what came on the error output.
    said: Vec<u8>,
}

impl Receiver {
    pub(super) fn new(output: AgentOutput) -> Receiver {
        Receiver {
            output,
            decoder: Decoder::new(),
            rest: Bytes::new(),
            greeted: false,
            machine: Machine::default(),
            instead: Vec::new(),
            said: Vec::new(),
        }
    }

    /// What comes after the greeting. Safe to drop while it waits.
    ///
    /// # Errors
    /// When the connection ends or is no agent's.
    pub(super) async fn next(&mut self) -> Result<Received, Error> {
        loop {
            let mut rest = &self.rest[..];
            let decoded = self.decoder.next_piece(&mut rest);
            let used = self.rest.len() - rest.len();
            self.rest.advance(used);
            match decoded {
                Ok(Some(Piece::Data { stream, length })) if stream != CONNECTION => {
                    return Ok(Received::Data(stream, self.rest.split_to(length)));
                }
                Ok(Some(Piece::Data { .. })) => {
                    return Err(Error::Protocol { what: "data without a stream".to_owned() });
                }
                Ok(Some(Piece::Frame(frame))) if frame.stream != CONNECTION => {
                    return Ok(Received::Frame(frame));
                }
                Ok(Some(Piece::Frame(frame))) => self.take(&frame)?,
                Ok(None) => self.read().await?,
                Err(error) => return Err(Error::Protocol { what: error.to_string() }),
            }
        }
    }

    /// Waits for the greeting.
    pub(super) async fn greeted(&mut self) -> Result<(), Error> {
        while !self.greeted {
            let mut rest = &self.rest[..];
            let decoded = self.decoder.next(&mut rest);
            let used = self.rest.len() - rest.len();
            self.rest.advance(used);
            match decoded {
                Ok(Some(frame)) => self.take(&frame)?,
                Ok(None) => self.read().await?,
                Err(_) => return Err(self.not_started().await),
            }
        }
        Ok(())
    }

    /// A frame of the connection itself.
    fn take(&mut self, frame: &Frame) -> Result<(), Error> {
        let wrong = |what: String| Error::Protocol { what };
        if frame.stream != CONNECTION || frame.kind != Kind::Control {
            return Err(wrong("the agent began without a greeting".to_owned()));
        }
        match AgentMessage::from_frame(frame) {
            Ok(AgentMessage::Hello(hello)) if hello.protocol == PROTOCOL => {
                self.greeted = true;
                self.machine = hello.machine;
                self.instead = Vec::new();
                Ok(())
            }
            Ok(AgentMessage::Hello(hello)) => Err(Error::OtherProtocol { version: hello.version }),
            Ok(AgentMessage::Fault(fault)) => Err(wrong(fault)),
            Ok(_) => Err(wrong("a message without an exchange".to_owned())),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    async fn read(&mut self) -> Result<(), Error> {
        match self.output.next().await {
            Some(Ok(Output::Stdout(bytes))) => {
                if !self.greeted {
                    keep_last(&mut self.instead, &bytes);
                }
                self.rest = bytes;
                Ok(())
            }
            Some(Ok(Output::Stderr(bytes))) => {
                keep_last(&mut self.said, &bytes);
                Ok(())
            }
            Some(Err(error)) => Err(Error::Lost { error: Arc::new(error) }),
            None if self.greeted => Err(Error::Ended { said: self.words() }),
            None => Err(Error::NotStarted { said: self.words() }),
        }
    }

    /// Something else answered: the engine's own words about what it could not start.
    async fn not_started(&mut self) -> Error {
        while let Some(Ok(Output::Stdout(bytes) | Output::Stderr(bytes))) = self.output.next().await {
            keep_last(&mut self.instead, &bytes);
            if self.instead.len() >= LAST_WORDS {
                break;
            }
        }
        Error::NotStarted { said: self.words() }
    }

    fn words(&self) -> String {
        let words = [self.instead.as_slice(), self.said.as_slice()].concat();
        String::from_utf8_lossy(&words).trim().to_owned()
    }
}

fn keep_last(kept: &mut Vec<u8>, bytes: &[u8]) {
    kept.extend_from_slice(bytes);
    let surplus = kept.len().saturating_sub(LAST_WORDS);
    kept.drain(..surplus);
}
