//! Archives of every kind, and that nothing of them lands elsewhere.

use std::io::{Read, Write as _};
use std::path::Path;

use tar::EntryType;
use wharf_registry::unpack;

/// An entry with a path and a target as an attacker writes them, whatever a library thinks of that.
struct Entry(EntryType, &'static str, &'static str);

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for Entry(kind, path, said) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_mode(0o755);
        let content = if kind.is_file() { said.as_bytes() } else { &[] };
        header.set_size(content.len() as u64);
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        if !kind.is_file() {
            header.as_mut_bytes()[157..157 + said.len()].copy_from_slice(said.as_bytes());
        }
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Every path below a folder, and where links lead.
fn listed(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            match std::fs::read_link(&path) {
                Ok(target) => found.push(format!("{name} -> {}", target.display())),
                Err(_) if path.is_dir() => open.push(path),
                Err(_) => found.push(name),
            }
        }
    }
    found.sort();
    found
}

const FILE: EntryType = EntryType::Regular;
const FOLDER: EntryType = EntryType::Directory;
const LINK: EntryType = EntryType::Symlink;
const SAME: EntryType = EntryType::Link;

#[cfg(unix)]
#[test]
fn nothing_leaves_its_folder() {
    let out = Err("leads out of its folder");
    // What it is, its entries, and what is unpacked or why nothing is.
    type Case<'a> = (&'a str, &'a [Entry], Result<&'a [&'a str], &'a str>);
    let cases: [Case<'_>; 26] = [
        ("files", &[Entry(FILE, "./a", "1"), Entry(FILE, "b/c", "2")], Ok(&["a", "b/c"])),
        ("the folder itself", &[Entry(FOLDER, "./", ""), Entry(FILE, "./a", "1")], Ok(&["a"])),
        ("a file twice", &[Entry(FILE, "a", "1"), Entry(FILE, "a", "2")], Ok(&["a"])),
        ("a link", &[Entry(FILE, "a", "1"), Entry(LINK, "b", "a")], Ok(&["a", "b -> a"])),
        ("a link upwards", &[Entry(FILE, "a", "1"), Entry(LINK, "x/y", "../a")], Ok(&["a", "x/y -> ../a"])),
        ("a second name", &[Entry(FILE, "a", "1"), Entry(SAME, "b", "a")], Ok(&["a", "b"])),
        ("up", &[Entry(FILE, "../a", "1")], out),
        ("up in the middle", &[Entry(FILE, "x/../../a", "1")], out),
        ("up and back", &[Entry(FILE, "x/../a", "1")], out),
        ("absolute", &[Entry(FILE, "/tmp/a", "1")], Err("has an absolute path")),
        ("an absolute folder", &[Entry(FOLDER, "/tmp/a", "")], Err("has an absolute path")),
        ("a folder upwards", &[Entry(FOLDER, "../a", "")], out),
        ("a link out", &[Entry(LINK, "a", "../b")], out),
        ("a link far out", &[Entry(LINK, "x/a", "../../b")], out),
        ("an absolute link", &[Entry(LINK, "a", "/etc/passwd")], out),
        ("a link down and up", &[Entry(LINK, "a", "x/../../b")], out),
        ("through a link", &[Entry(LINK, "a", "x"), Entry(FILE, "a/b", "1")], Err("lies behind a link")),
        (
            "out in two steps",
            &[Entry(FOLDER, "x/y", ""), Entry(LINK, "x/y/up", ".."), Entry(LINK, "z", "x/y/up/../..")],
            out,
        ),
        ("over a link", &[Entry(LINK, "a", "b"), Entry(FILE, "a", "1")], Ok(&["a"])),
        (
            "in a file",
            &[Entry(FILE, "a", "1"), Entry(FILE, "a/b", "2")],
            Err("lies in something that is no folder"),
        ),
        (
            "over a folder",
            &[Entry(FOLDER, "a", ""), Entry(FILE, "a", "1")],
            Err("is a folder and something else"),
        ),
        ("a second name from outside", &[Entry(SAME, "a", "/etc/passwd")], Err("has an absolute path")),
        ("a second name of nothing", &[Entry(SAME, "a", "b")], Err("is a second name of something")),
        (
            "a second name of a link",
            &[Entry(LINK, "b", "a"), Entry(SAME, "c", "b")],
            Err("is a second name of something"),
        ),
        ("a device", &[Entry(EntryType::Char, "a", "")], Err("is neither file, folder nor link")),
        ("a pipe", &[Entry(EntryType::Fifo, "a", "")], Err("is neither file, folder nor link")),
    ];
    for (name, entries, expected) in cases {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("folder");
        std::fs::create_dir(&folder).unwrap();
        let done = unpack(&archive(entries)[..], &folder, "it", &|_| true);
        match (done, expected) {
            (Ok(()), Ok(expected)) => assert_eq!(listed(&folder), expected, "{name}"),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{name}: {error}"),
            (done, expected) => panic!("{name}: {done:?}, not {expected:?}"),
        }
        assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 1, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn programs_stay_programs_and_owners_can_remove_everything() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tar::Builder::new(Vec::new());
    for (name, mode) in [("run", 0o4755), ("read", 0o444), ("none", 0)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.set_mode(mode);
        builder.append_data(&mut header, name, &b"x"[..]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    unpack(&builder.into_inner().unwrap()[..], folder.path(), "it", &|_| true).unwrap();
    for (name, expected) in [("run", 0o755), ("read", 0o644), ("none", 0o600)] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode, expected, "{name}");
    }
}

/// Zeros without an end, as a small compressed file holds them.
struct Zeros(u64);

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
        buffer[..count].fill(0);
        self.0 -= count as u64;
        Ok(count)
    }
}

#[test]
fn what_fills_disk_or_memory_is_refused() {
    let header = |kind: EntryType, size: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_path("a").unwrap();
        header.set_size(size);
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    let long = 1 << 40;
    for (kind, expected) in [
        // Sparse content is the system's to keep small; writing it out is what fills the disk.
        (EntryType::GNULongName, "a header of it is too long"),
        (EntryType::GNULongLink, "a header of it is too long"),
        (EntryType::XHeader, "a header of it is too long"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bytes = header(kind, long);
        let error = unpack(bytes.chain(Zeros(long)), folder.path(), "it", &|_| true).unwrap_err();
        assert!(error.to_string().contains(expected), "{kind:?}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let bytes = header(EntryType::Regular, long);
    let error = unpack(bytes.chain(Zeros(long)), folder.path(), "it", &|_| false).unwrap_err();
    assert!(error.to_string().contains("it is larger than 1073741824 bytes"), "{error}");
}

#[test]
fn damaged_archives_are_told_and_never_panic() {
    let whole = archive(&[Entry(FILE, "a", "some content"), Entry(FOLDER, "b", "")]);
    let mut squeezed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    squeezed.write_all(&whole).unwrap();
    let squeezed = squeezed.finish().unwrap();
    for bytes in [&whole, &squeezed] {
        for place in (0..bytes.len()).step_by(7) {
            let folder = tempfile::tempdir().unwrap();
            let _ = unpack(&bytes[..place], folder.path(), "it", &|_| true);
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x5a;
            let _ = unpack(&damaged[..], folder.path(), "it", &|_| true);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(
        unpack(
            &b"<html>this is no archive, and longer than nothing</html>"[..],
            folder.path(),
            "it",
            &|_| true
        )
        .is_err()
    );
    assert!(unpack(&squeezed[..squeezed.len() / 2], folder.path(), "it", &|_| true).is_err());
}
