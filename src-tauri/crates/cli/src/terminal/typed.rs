//! What is typed at a Windows console, which comes in UTF-16 and in pieces, as the bytes that a program inside reads.

/// Makes text of pieces. A letter of two numbers may come with one in each of two pieces.
#[derive(Debug, Default)]
pub(super) struct Typed {
    first_half: Option<u16>,
}

impl Typed {
    /// The bytes of this piece, but for a letter of which only the first half has come.
    pub(super) fn bytes(&mut self, piece: &[u16]) -> Vec<u8> {
        let mut all: Vec<u16> = self.first_half.take().into_iter().chain(piece.iter().copied()).collect();
        if all.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            self.first_half = all.pop();
        }
        String::from_utf16_lossy(&all).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_whole_and_controls_as_they_are() {
        let mut typed = Typed::default();
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        assert_eq!(typed.bytes(&units("aß\u{1a}\u{3}\u{1b}[A")), "aß\u{1a}\u{3}\u{1b}[A".as_bytes());
        let face = units("🦊");
        assert_eq!(typed.bytes(&face[..1]), b"");
        assert_eq!(typed.bytes(&face[1..]), "🦊".as_bytes());
        // Half a letter with none after it is none.
        assert_eq!(typed.bytes(&face[..1]), b"");
        assert_eq!(typed.bytes(&units("x")), "\u{fffd}x".as_bytes());
        assert_eq!(typed.bytes(&face[1..]), "\u{fffd}".as_bytes());
    }
}
