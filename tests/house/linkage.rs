//! The built command line needs no library of a window: GTK, WebKit and their kin.
//!
//! A program names the libraries it loads in plain bytes on every system, so their absence from the file is proof and needs no tool.
#![allow(clippy::unwrap_used, missing_docs)]

const WINDOW: &[&str] = &[
    "libgtk-",
    "libgdk-",
    "libwebkit2gtk",
    "libjavascriptcoregtk",
    "libsoup-",
    "WebView2Loader",
    "WebKit.framework",
];

#[test]
fn the_binary_names_no_library_of_a_window() {
    let path = env!("CARGO_BIN_EXE_wharf");
    let bytes = std::fs::read(path).unwrap();
    let found: Vec<&&str> = WINDOW.iter().filter(|library| contains(&bytes, library.as_bytes())).collect();
    assert!(found.is_empty(), "{path} names {found:?}");
    if cfg!(target_os = "linux") {
        assert!(
            contains(&bytes, b"libc.so"),
            "{path} names no library at all, so this test would prove nothing"
        );
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
