//! Frames: the units of the wire, and their decoding within bounded memory.
//!
//! A frame is a header of nine bytes and a payload: stream (`u32`), kind (`u8`), length of the payload (`u32`), all big
//! endian. The length is checked as soon as the header is there, before any memory is set aside for the payload.

use thiserror::Error;

/// Bytes before each payload.
pub const HEADER_LENGTH: usize = 9;

/// The stream that belongs to the connection itself: greetings and faults.
pub const CONNECTION: u32 = 0;

/// What a frame's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One message of [`crate::message`], as JSON.
    Control,
    /// Bytes of a stream; they use up its window.
    Data,
    /// The sender will send no more bytes on this stream. No payload.
    End,
    /// The receiver of a stream has consumed this many bytes (`u32`): the sender may send as many more.
    Credit,
}

impl Kind {
    /// The largest payload a frame of this kind may have, in bytes.
    pub const fn limit(self) -> usize {
        match self {
            Kind::Control => 4 * 1024 * 1024,
            Kind::Data => 64 * 1024,
            Kind::End => 0,
            Kind::Credit => 4,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Kind::Control => 0,
            Kind::Data => 1,
            Kind::End => 2,
            Kind::Credit => 3,
        }
    }

    const fn from_number(number: u8) -> Option<Kind> {
        match number {
            0 => Some(Kind::Control),
            1 => Some(Kind::Data),
            2 => Some(Kind::End),
            3 => Some(Kind::Credit),
            _ => None,
        }
    }
}

/// One unit of the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The stream it belongs to.
    pub stream: u32,
    /// What the payload is.
    pub kind: Kind,
    /// At most [`Kind::limit`] bytes.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A frame of plain bytes.
    pub fn data(stream: u32, payload: impl Into<Vec<u8>>) -> Frame {
        Frame { stream, kind: Kind::Data, payload: payload.into() }
    }

    /// The end of the sender's half of a stream.
    pub fn end(stream: u32) -> Frame {
        Frame { stream, kind: Kind::End, payload: Vec::new() }
    }

    /// Leave to send `bytes` more on a stream.
    pub fn credit(stream: u32, bytes: u32) -> Frame {
        Frame { stream, kind: Kind::Credit, payload: bytes.to_be_bytes().to_vec() }
    }

    /// The number in a frame of kind [`Kind::Credit`].
    pub fn credited(&self) -> Result<u32, FrameError> {
        <[u8; 4]>::try_from(self.payload.as_slice())
            .map(u32::from_be_bytes)
            .map_err(|_| FrameError::MalformedCredit { stream: self.stream, length: self.payload.len() })
    }

    /// Appends the frame's bytes to `out`.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] if the payload exceeds the limit of its kind; nothing is appended then.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrameError> {
        out.reserve(HEADER_LENGTH + self.payload.len());
        out.extend_from_slice(&header(self.stream, self.kind, self.payload.len())?);
        out.extend_from_slice(&self.payload);
        Ok(())
    }
}

/// The bytes before a payload of `length` bytes, for whoever has the payload in place already.
///
/// # Errors
/// [`FrameError::TooLong`] if the length exceeds the limit of the kind.
pub fn header(stream: u32, kind: Kind, length: usize) -> Result<[u8; HEADER_LENGTH], FrameError> {
    let length = check_length(stream, kind, length as u64)?;
    let ([a, b, c, d], [e, f, g, h]) = (stream.to_be_bytes(), (length as u32).to_be_bytes());
    Ok([a, b, c, d, kind.number(), e, f, g, h])
}

/// Why bytes are not frames. After any of these the connection cannot be used further.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// A kind that this version of the protocol does not know.
    #[error("a frame on stream {stream} is of the unknown kind {kind}")]
    UnknownKind {
        /// The stream in the header.
        stream: u32,
        /// The kind in the header.
        kind: u8,
    },
    /// A payload beyond the limit of its kind.
    #[error("a frame on stream {stream} has {length} bytes of payload; at most {limit} are allowed")]
    TooLong {
        /// The stream in the header.
        stream: u32,
        /// The length in the header.
        length: u64,
        /// What is allowed.
        limit: usize,
    },
    /// A credit that is not a number of four bytes.
    #[error("a credit on stream {stream} has {length} bytes instead of 4")]
    MalformedCredit {
        /// The stream in the header.
        stream: u32,
        /// The length of the payload.
        length: usize,
    },
    /// The connection ended within a frame.
    #[error("the connection ended within a frame, {bytes} bytes into it")]
    Truncated {
        /// Bytes of the unfinished frame.
        bytes: usize,
    },
}

/// What [`Decoder::next_piece`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A whole frame that is not of kind [`Kind::Data`].
    Frame(Frame),
    /// Bytes of a stream: the next `length` ones of the input, which the caller takes from there before it asks again. They may be a part
    /// of a frame, and are none where a frame was empty.
    Data {
        /// The stream that they belong to.
        stream: u32,
        /// How many they are.
        length: usize,
    },
}

/// Turns a sequence of bytes, cut anywhere, into frames. Holds at most one unfinished frame.
#[derive(Debug, Default)]
pub struct Decoder {
    header: Vec<u8>,
    payload: Vec<u8>,
    /// Bytes of the unfinished frame that have been handed on by [`Decoder::next_piece`].
    passed: usize,
    failed: Option<FrameError>,
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Takes bytes from the front of `input` and returns the first frame they complete, or `None` when all of `input` is
    /// used up. Call it again with the same slice until it returns `None`.
    ///
    /// # Errors
    /// Any [`FrameError`]; from then on every call returns the same one.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.decode(input).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// As [`Decoder::next`], but bytes of streams are handed on as they come and where they are, instead of being gathered into frames.
    /// A decoder is asked in one of the two ways until a frame has ended.
    ///
    /// # Errors
    /// Any [`FrameError`]; from then on every call returns the same one.
    pub fn next_piece(&mut self, input: &mut &[u8]) -> Result<Option<Piece>, FrameError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.decode_piece(input).inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn decode_piece(&mut self, input: &mut &[u8]) -> Result<Option<Piece>, FrameError> {
        let Some((stream, kind, whole)) = self.head(input)? else { return Ok(None) };
        if kind != Kind::Data {
            return Ok(self.body(input, (stream, kind, whole))?.map(Piece::Frame));
        }
        let length = (whole - self.passed).min(input.len());
        if length == 0 && whole > 0 {
            return Ok(None);
        }
        self.passed += length;
        if self.passed == whole {
            self.header.clear();
            self.passed = 0;
        }
        Ok(Some(Piece::Data { stream, length }))
    }

    fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, FrameError> {
        match self.head(input)? {
            Some(head) => self.body(input, head),
            None => Ok(None),
        }
    }

    /// The header of the unfinished frame, once it is there: stream, kind and length of the payload.
    fn head(&mut self, input: &mut &[u8]) -> Result<Option<(u32, Kind, usize)>, FrameError> {
        take(input, &mut self.header, HEADER_LENGTH);
        let [a, b, c, d, kind, e, f, g, h] = self.header[..] else { return Ok(None) };
        let stream = u32::from_be_bytes([a, b, c, d]);
        let kind = Kind::from_number(kind).ok_or(FrameError::UnknownKind { stream, kind })?;
        let length = check_length(stream, kind, u64::from(u32::from_be_bytes([e, f, g, h])))?;
        Ok(Some((stream, kind, length)))
    }

    fn body(
        &mut self,
        input: &mut &[u8],
        (stream, kind, length): (u32, Kind, usize),
    ) -> Result<Option<Frame>, FrameError> {
        // As much as has arrived, not as much as is promised.
        take(input, &mut self.payload, length);
        if self.payload.len() < length {
            return Ok(None);
        }
        self.header.clear();
        let frame = Frame { stream, kind, payload: std::mem::take(&mut self.payload) };
        if kind == Kind::Credit {
            frame.credited()?;
        }
        Ok(Some(frame))
    }

    /// Says whether the connection may end here.
    ///
    /// # Errors
    /// [`FrameError::Truncated`] when a frame is unfinished.
    pub fn finish(&self) -> Result<(), FrameError> {
        match self.buffered() + self.passed {
            0 => Ok(()),
            bytes => Err(FrameError::Truncated { bytes }),
        }
    }

    /// Bytes held back for the unfinished frame; those that were handed on are none of them.
    pub fn buffered(&self) -> usize {
        self.header.len() + self.payload.len()
    }
}

/// Moves bytes over until `buffer` holds `wanted`.
fn take(input: &mut &[u8], buffer: &mut Vec<u8>, wanted: usize) {
    let missing = wanted.saturating_sub(buffer.len()).min(input.len());
    let (taken, rest) = input.split_at(missing);
    buffer.extend_from_slice(taken);
    *input = rest;
}

fn check_length(stream: u32, kind: Kind, length: u64) -> Result<usize, FrameError> {
    let limit = kind.limit();
    match usize::try_from(length) {
        Ok(length) if length <= limit => Ok(length),
        _ => Err(FrameError::TooLong { stream, length, limit }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames() -> impl Strategy<Value = Frame> {
        let payload = prop::collection::vec(any::<u8>(), 0..2000);
        (any::<u32>(), 0..4u8, payload, any::<u32>()).prop_map(|(stream, kind, payload, number)| match kind {
            0 => Frame { stream, kind: Kind::Control, payload },
            1 => Frame::data(stream, payload),
            2 => Frame::end(stream),
            _ => Frame::credit(stream, number),
        })
    }

    fn decode_in_pieces(decoder: &mut Decoder, bytes: &[u8], piece: usize) -> Result<Vec<Frame>, FrameError> {
        let mut decoded = Vec::new();
        for mut piece in bytes.chunks(piece) {
            while let Some(frame) = decoder.next(&mut piece)? {
                decoded.push(frame);
            }
        }
        Ok(decoded)
    }

    proptest! {
        #[test]
        fn frames_survive_any_cutting(frames in prop::collection::vec(frames(), 0..20), piece in 1..5000usize) {
            let mut bytes = Vec::new();
            for frame in &frames {
                frame.encode(&mut bytes).unwrap();
            }
            let mut decoder = Decoder::new();
            prop_assert_eq!(decode_in_pieces(&mut decoder, &bytes, piece).unwrap(), frames);
            prop_assert_eq!(decoder.finish(), Ok(()));
        }

        /// Both ways of asking find the same bytes of the same streams, and the same frames beside them.
        #[test]
        fn pieces_are_what_frames_are(frames in prop::collection::vec(frames(), 0..20), piece in 1..5000usize) {
            let mut bytes = Vec::new();
            for frame in &frames {
                frame.encode(&mut bytes).unwrap();
            }
            let mut decoder = Decoder::new();
            let mut decoded: Vec<Frame> = Vec::new();
            let mut is_whole = true;
            for mut rest in bytes.chunks(piece) {
                while let Some(piece) = decoder.next_piece(&mut rest).unwrap() {
                    match piece {
                        Piece::Frame(frame) => decoded.push(frame),
                        Piece::Data { stream, length } => {
                            let (taken, left) = rest.split_at(length);
                            rest = left;
                            match decoded.last_mut() {
                                Some(last) if !is_whole => last.payload.extend_from_slice(taken),
                                _ => decoded.push(Frame::data(stream, taken)),
                            }
                        }
                    }
                    is_whole = decoder.finish().is_ok();
                }
            }
            prop_assert_eq!(decoded, frames);
            prop_assert!(is_whole && decoder.buffered() == 0);
        }

        #[test]
        fn garbage_never_takes_more_memory_than_one_frame(bytes in prop::collection::vec(any::<u8>(), 0..4000), piece in 1..500usize) {
            let mut decoder = Decoder::new();
            let outcome = decode_in_pieces(&mut decoder, &bytes, piece);
            prop_assert!(decoder.buffered() <= bytes.len().min(HEADER_LENGTH + Kind::Control.limit()));
            if let Err(error) = outcome {
                prop_assert_eq!(decoder.next(&mut &[0u8; 9][..]), Err(error));
            }
        }
    }

    #[test]
    fn malformed_headers_are_refused() {
        let cases: [(&[u8], FrameError); 4] = [
            (&[0, 0, 0, 1, 9, 0, 0, 0, 0], FrameError::UnknownKind { stream: 1, kind: 9 }),
            (
                &[0, 0, 0, 2, 0, 0xff, 0xff, 0xff, 0xff],
                FrameError::TooLong { stream: 2, length: 0xffff_ffff, limit: 4 << 20 },
            ),
            (&[0, 0, 0, 3, 2, 0, 0, 0, 1], FrameError::TooLong { stream: 3, length: 1, limit: 0 }),
            (&[0, 0, 0, 4, 3, 0, 0, 0, 2, 1, 1], FrameError::MalformedCredit { stream: 4, length: 2 }),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Decoder::new().next(&mut &bytes[..]), Err(expected), "{bytes:?}");
        }
    }

    #[test]
    fn a_payload_beyond_the_limit_is_not_encoded() {
        let mut out = Vec::new();
        let error = Frame::data(1, vec![0; 64 * 1024 + 1]).encode(&mut out).unwrap_err();
        assert_eq!(error, FrameError::TooLong { stream: 1, length: 65537, limit: 65536 });
        assert!(out.is_empty());
    }

    #[test]
    fn a_cut_connection_is_noticed() {
        let mut decoder = Decoder::new();
        assert_eq!(decoder.next(&mut &[0u8, 0, 0][..]), Ok(None));
        assert_eq!(decoder.finish(), Err(FrameError::Truncated { bytes: 3 }));
    }
}
