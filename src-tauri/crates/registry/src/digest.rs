//! Digests as registries write them: `sha256:` and 64 hexadecimal digits.

use std::io::Read;

use sha2::{Digest as _, Sha256};

/// How digests begin.
const PREFIX: &str = "sha256:";

/// The digest of bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    written(Sha256::digest(bytes).as_slice())
}

/// The digest of everything that a reader gives.
///
/// # Errors
/// As the reader's.
pub fn digest_of_reader(reader: &mut dyn Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(reader, &mut hash)?;
    Ok(written(hash.finalize().as_slice()))
}

/// The hexadecimal part of a whole digest, which is fit to be a file's name; None for everything else.
#[must_use]
pub fn hexadecimal(digest: &str) -> Option<&str> {
    digest.strip_prefix(PREFIX).filter(|rest| {
        rest.len() == 64 && rest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

pub(crate) fn written(hash: &[u8]) -> String {
    format!("{PREFIX}{}", hex::encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_a_name_only_when_it_is_whole() {
        let whole = digest_of(b"{}");
        assert_eq!(whole, "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        let cases = [
            (whole.as_str(), true),
            ("", false),
            ("sha256:", false),
            ("sha256:../../x", false),
            (whole.trim_start_matches("sha256:"), false),
            (&whole.to_uppercase(), false),
            (&whole[..whole.len() - 1], false),
        ];
        for (digest, expected) in cases {
            assert_eq!(hexadecimal(digest).is_some(), expected, "{digest}");
        }
    }

    #[test]
    fn a_reader_s_digest_is_that_of_its_bytes() {
        assert_eq!(digest_of_reader(&mut &b"abc"[..]).unwrap(), digest_of(b"abc"));
    }
}
