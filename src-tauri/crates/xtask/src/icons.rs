//! `cargo xtask icons`: the app's icons in every form that a system asks for, drawn from `src-tauri/icons/icon.svg`.
//!
//! What it writes is committed, so that building the app needs no program that draws.

use std::path::Path;

use anyhow::{Context, Result};

use crate::system;

/// Files that hold one picture each.
const PICTURES: [(&str, u32); 4] =
    [("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)];
/// The sizes in Windows' icon file, smallest first.
const WINDOWS: [u32; 6] = [16, 24, 32, 48, 64, 256];
/// The pictures in macOS' icon file: Apple's name of the kind, and the size.
const MACOS: [(&[u8; 4], u32); 8] = [
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
    (b"ic10", 1024),
    (b"ic11", 32),
    (b"ic12", 64),
];

/// Arguments of `cargo xtask icons`.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_arguments: Args) -> Result<()> {
    system::ensure_packages("drawing the icons", &["librsvg2-bin"])?;
    let folder = system::clone_root().join("src-tauri/icons");
    for (name, size) in PICTURES {
        write(&folder.join(name), &draw(&folder, size)?)?;
    }
    let pictures: Vec<_> =
        WINDOWS.iter().map(|size| Ok((*size, draw(&folder, *size)?))).collect::<Result<_>>()?;
    write(&folder.join("icon.ico"), &windows_icon(&pictures))?;
    let pictures: Vec<_> =
        MACOS.iter().map(|(kind, size)| Ok((**kind, draw(&folder, *size)?))).collect::<Result<_>>()?;
    write(&folder.join("icon.icns"), &macos_icon(&pictures))?;
    println!("{} is drawn anew.", folder.display());
    Ok(())
}

/// The drawing as a PNG of that many pixels a side.
fn draw(folder: &Path, size: u32) -> Result<Vec<u8>> {
    let size = size.to_string();
    let picture = tempfile::NamedTempFile::new().context("no temporary file")?;
    let mut command = system::command("rsvg-convert");
    command.args(["--width", &size, "--height", &size, "--output"]).arg(picture.path());
    system::run(command.arg(folder.join("icon.svg")))?;
    std::fs::read(picture.path()).context("the drawn picture cannot be read")
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Windows' icon file: a table of contents, then every picture as PNG.
fn windows_icon(pictures: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0, 0, 1, 0];
    file.extend((pictures.len() as u16).to_le_bytes());
    let mut offset = 6 + 16 * pictures.len();
    for (size, picture) in pictures {
        // A side of 256 is written as 0.
        let side = u8::try_from(*size).unwrap_or(0);
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend((picture.len() as u32).to_le_bytes());
        file.extend((offset as u32).to_le_bytes());
        offset += picture.len();
    }
    file.extend(pictures.iter().flat_map(|(_, picture)| picture));
    file
}

/// macOS' icon file: pictures one after the other, each after its kind and length.
fn macos_icon(pictures: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let mut chunk = kind.to_vec();
        chunk.extend((content.len() as u32 + 8).to_be_bytes());
        chunk.extend(content);
        chunk
    };
    let content: Vec<u8> = pictures.iter().flat_map(|(kind, picture)| chunk(kind, picture)).collect();
    chunk(b"icns", &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_file_leads_to_every_picture_in_it() {
        let pictures = [(16, b"small".to_vec()), (256, b"large".to_vec())];
        let file = windows_icon(&pictures);
        assert_eq!(file[..6], [0, 0, 1, 0, 2, 0]);
        for (index, (_, picture)) in pictures.iter().enumerate() {
            let entry = &file[6 + 16 * index..];
            let number = |at: usize| u32::from_le_bytes(entry[at..at + 4].try_into().unwrap()) as usize;
            assert_eq!(&file[number(12)..number(12) + number(8)], picture);
        }
        let file = macos_icon(&[(*b"ic07", b"picture".to_vec())]);
        assert_eq!(file, b"icns\0\0\0\x17ic07\0\0\0\x0fpicture");
    }
}
