//! The two framings in which engines stream: one JSON document after the other, and standard streams woven into one.

use bytes::{Buf as _, Bytes, BytesMut};
use serde::de::DeserializeOwned;

/// A piece of what a process wrote, as it came: binary, cut anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Its standard output, or everything when it has a terminal.
    Stdout(Bytes),
    /// Its standard error.
    Stderr(Bytes),
}

/// Made room for at a time.
const PIECE: usize = 128 * 1024;
/// Room that is left is used until it is less than this, so that small pieces hold little more than their bytes.
const LEAST: usize = 16 * 1024;
/// Rooms that are kept because somebody still holds pieces of them: a busy stream goes round among these, and no more memory is asked for.
const ROOMS: usize = 4;

/// What has arrived and was not taken yet, and where more is to be read to. What is taken from it stays where it lies.
#[derive(Debug, Default)]
pub(crate) struct Arrived {
    bytes: BytesMut,
    /// Filled before, and free again once nobody holds a piece of them.
    filled: Vec<BytesMut>,
}

impl Arrived {
    /// Where more is to be read to.
    pub(crate) fn room(&mut self) -> &mut BytesMut {
        if self.bytes.capacity() - self.bytes.len() >= LEAST {
            return &mut self.bytes;
        }
        // What was not taken, hardly more than a header, moves along.
        let whole = PIECE.max(self.bytes.len() + LEAST);
        if self.bytes.try_reclaim(whole - self.bytes.len()) {
            // Who takes the pieces keeps up; nothing is gained by more rooms.
            self.filled.clear();
            return &mut self.bytes;
        }
        let free = self.filled.iter_mut().position(|room| room.try_reclaim(whole));
        let mut next = match free {
            Some(free) => self.filled.swap_remove(free),
            None => BytesMut::with_capacity(whole),
        };
        next.extend_from_slice(&self.bytes);
        let mut filled = std::mem::replace(&mut self.bytes, next);
        filled.clear();
        if self.filled.len() < ROOMS {
            self.filled.push(filled);
        }
        &mut self.bytes
    }

    /// All that has arrived.
    pub(crate) fn take(&mut self) -> Bytes {
        self.bytes.split().freeze()
    }
}

/// Takes woven standard streams apart: an eight-byte header before each piece, with the stream's number and the length.
///
/// A piece is handed on as it arrives, not when it is whole, so that a header that claims four gigabytes costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Unweave {
    arrived: Arrived,
    stream: u8,
    left: usize,
}

/// A header that is none.
#[derive(Debug, thiserror::Error)]
#[error("the stream's header {0:02x?} is not one")]
pub(crate) struct BadHeader([u8; 8]);

impl Unweave {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.arrived.bytes.extend_from_slice(bytes);
    }

    /// Where more is to be read to, so that nothing has to be copied.
    pub(crate) fn room(&mut self) -> &mut BytesMut {
        self.arrived.room()
    }

    /// The next piece, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Output>, BadHeader> {
        let arrived = &mut self.arrived.bytes;
        loop {
            if self.left > 0 {
                if arrived.is_empty() {
                    return Ok(None);
                }
                let length = self.left.min(arrived.len());
                let bytes = arrived.split_to(length).freeze();
                self.left -= length;
                return Ok(Some(if self.stream == 2 {
                    Output::Stderr(bytes)
                } else {
                    Output::Stdout(bytes)
                }));
            }
            let Some(header) = arrived.first_chunk::<8>().copied() else { return Ok(None) };
            // 3 is what Docker calls "systemerr": its own words about the stream.
            if header[0] > 3 || header[1..4] != [0, 0, 0] {
                return Err(BadHeader(header));
            }
            arrived.advance(8);
            self.stream = if header[0] == 3 { 2 } else { header[0] };
            self.left = u32::from_be_bytes([header[4], header[5], header[6], header[7]]) as usize;
        }
    }
}

/// Takes JSON documents apart that follow one another, with or without line ends between them.
#[derive(Debug, Default)]
pub(crate) struct JsonDocuments {
    buffer: BytesMut,
}

impl JsonDocuments {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole document, if there is one.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, serde_json::Error> {
        let start =
            self.buffer.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(self.buffer.len());
        self.buffer.advance(start);
        if self.buffer.is_empty() {
            return Ok(None);
        }
        // Engines end each document with a line end. Looking for it first keeps a document that arrives in many pieces from
        // being parsed once per piece.
        if !self.buffer.contains(&b'\n') && !self.buffer.ends_with(b"}") {
            return Ok(None);
        }
        let mut documents = serde_json::Deserializer::from_slice(&self.buffer).into_iter::<T>();
        match documents.next() {
            None => Ok(None),
            Some(Err(error)) if error.is_eof() => Ok(None),
            Some(Err(error)) => Err(error),
            Some(Ok(document)) => {
                let used = documents.byte_offset();
                self.buffer.advance(used);
                Ok(Some(document))
            }
        }
    }

    /// Whether something that is no whole document is left.
    pub(crate) fn has_rest(&self) -> bool {
        self.buffer.iter().any(|byte| !byte.is_ascii_whitespace())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unweave(pieces: &[&[u8]]) -> Result<Vec<(u8, Vec<u8>)>, BadHeader> {
        let mut unweave = Unweave::default();
        let mut seen: Vec<(u8, Vec<u8>)> = Vec::new();
        for piece in pieces {
            unweave.push(piece);
            while let Some(output) = unweave.next()? {
                let (stream, bytes) = match output {
                    Output::Stdout(bytes) => (1, bytes),
                    Output::Stderr(bytes) => (2, bytes),
                };
                match seen.last_mut() {
                    Some((last, collected)) if *last == stream => collected.extend_from_slice(&bytes),
                    _ => seen.push((stream, bytes.to_vec())),
                }
            }
        }
        Ok(seen)
    }

    #[test]
    fn standard_streams_come_apart_however_they_are_cut() {
        let whole = b"\x01\0\0\0\0\0\0\x03a\0b\x02\0\0\0\0\0\0\x01!\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\x02no";
        let expected = vec![(1, b"a\0b".to_vec()), (2, b"!no".to_vec())];
        for cut in 0..whole.len() {
            let (before, after) = whole.split_at(cut);
            assert_eq!(unweave(&[before, after]).unwrap(), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(unweave(&bytes).unwrap(), expected);
    }

    #[test]
    fn pieces_that_somebody_holds_stay_as_they_are_and_no_more_rooms_are_made_than_it_takes() {
        // How many pieces the reader holds at a time, and in how many places they come to lie at most.
        for (held, places) in [(0, 1), (1, 2), (2, 3), (3, 4), (40, 200)] {
            let mut arrived = Arrived::default();
            let (mut pieces, mut seen) =
                (std::collections::VecDeque::new(), std::collections::BTreeSet::new());
            for number in 0..200_u8 {
                let room = arrived.room();
                assert!(room.capacity() - room.len() >= LEAST);
                room.extend_from_slice(&[number; PIECE - LEAST + 1]);
                let rest = arrived.bytes.split_off(arrived.bytes.len() - 3);
                let piece = arrived.take();
                arrived.bytes = rest;
                seen.insert(piece.as_ptr() as usize);
                pieces.push_back((number, piece));
                while pieces.len() > held {
                    let (number, piece) = pieces.pop_front().unwrap();
                    // The first bytes are what was not taken before.
                    assert!(piece.iter().skip(3).all(|byte| *byte == number), "{number} was written over");
                }
            }
            assert!(seen.len() <= places, "{held} held: {} places", seen.len());
        }
    }

    #[test]
    fn what_is_not_whole_moves_along() {
        let mut unweave = Unweave::default();
        unweave
            .room()
            .extend_from_slice(&[&[1, 0, 0, 0, 0, 1, 0xff, 0xf0][..], &vec![7; PIECE - 16]].concat());
        let held = unweave.next().unwrap();
        unweave.room().extend_from_slice(&[2, 0, 0]);
        // Fills what is left of the room, in the middle of a header.
        assert_eq!(unweave.next().unwrap(), None);
        unweave.room().extend_from_slice(&[0, 0, 0, 0, 1, 9]);
        assert_eq!(unweave.next().unwrap(), Some(Output::Stderr(Bytes::from_static(&[9]))));
        assert!(matches!(held, Some(Output::Stdout(bytes)) if bytes.len() == PIECE - 16));
    }

    #[test]
    fn what_is_no_header_is_an_error() {
        for garbage in [b"HTTP/1.1 ".as_slice(), b"\x01\0\0\x01\0\0\0\0", b"\xff\0\0\0\0\0\0\x01"] {
            assert!(unweave(&[garbage]).is_err(), "{garbage:?}");
        }
    }

    #[test]
    fn a_header_that_claims_gigabytes_hands_on_what_is_there() {
        assert_eq!(unweave(&[b"\x01\0\0\0\xff\xff\xff\xffabc"]).unwrap(), vec![(1, b"abc".to_vec())]);
    }

    #[test]
    fn documents_come_apart_however_they_are_cut() {
        let whole = b"{\"a\":1}\r\n{\"b\":\"}\\n{\"}{\"c\":3}\n\n";
        let expected = [r#"{"a":1}"#, r#"{"b":"}\n{"}"#, r#"{"c":3}"#];
        for cut in 0..whole.len() {
            let (before, after) = whole.split_at(cut);
            let mut documents = JsonDocuments::default();
            let mut seen = Vec::new();
            for piece in [before, after] {
                documents.push(piece);
                while let Some(document) = documents.next::<serde_json::Value>().unwrap() {
                    seen.push(document.to_string());
                }
            }
            assert_eq!(seen, expected, "cut at {cut}");
            assert!(!documents.has_rest());
        }
    }

    #[test]
    fn what_is_no_document_is_an_error_or_a_rest() {
        let mut documents = JsonDocuments::default();
        documents.push(b"<html>}\n");
        assert!(documents.next::<serde_json::Value>().is_err());
        let mut documents = JsonDocuments::default();
        documents.push(b"{\"a\":");
        assert!(documents.next::<serde_json::Value>().unwrap().is_none());
        assert!(documents.has_rest());
    }
}
