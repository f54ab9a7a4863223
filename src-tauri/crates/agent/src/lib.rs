//! The protocol between Wharf and the program it places into a container.
//!
//! Both ends talk over one pair of byte streams: the stdin and stdout of one engine exec. What travels is a sequence of
//! [`frame`]s. Each frame belongs to a numbered stream; a stream carries either [`message`]s (JSON) or plain bytes under a
//! [`flow`] window, so that one stalled reader holds up nothing but its own stream.
//!
//! This library is pure: it reads no file and opens no connection, and it compiles on every host. The program lives in
//! `main.rs` and the modules beside it, and runs on Linux only.

pub mod flow;
pub mod frame;
pub mod message;
pub mod network;

/// The version of the protocol: a number made of the sources that define it, so that no change of them can be forgotten here. Both
/// ends name it in their first frame, and neither goes on with another one.
pub const PROTOCOL: u32 = digest(&[
    include_bytes!("lib.rs"),
    include_bytes!("frame.rs"),
    include_bytes!("flow.rs"),
    include_bytes!("message.rs"),
    include_bytes!("network.rs"),
]);

/// FNV-1a over the sources. Carriage returns do not count: a checkout may add them.
const fn digest(sources: &[&[u8]]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut source = 0;
    while source < sources.len() {
        let mut at = 0;
        while at < sources[source].len() {
            if sources[source][at] != b'\r' {
                hash = (hash ^ sources[source][at] as u32).wrapping_mul(0x0100_0193);
            }
            at += 1;
        }
        source += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn another_source_is_another_protocol() {
        // The empty digest and that of `foobar` are in FNV's own list of test vectors.
        assert_eq!((digest(&[]), digest(&[b"foobar"])), (0x811c_9dc5, 0xbf9c_f968));
        assert_eq!(digest(&[b"foo", b"bar"]), digest(&[b"foo\r", b"\rbar"]));
        assert_ne!(digest(&[b"/// A field.\n"]), digest(&[b"/// A feild.\n"]));
    }
}
