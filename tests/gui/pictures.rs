//! Pictures of the screen in memory, for a person to look at.
//!
//! Taken from the memory that the screen is, and not through WebDriver: WebKit waits for a frame that comes after the question, and where the
//! page is shown as it was painted none comes until something on it changes.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// The argument of Xvfb that has it keep the screen in a file of this folder.
pub(crate) const FOLDER_OF_THE_SCREEN: &str = "-fbdir";
/// How Xvfb names the file of its first screen.
const SCREEN: &str = "Xvfb_screen0";

/// Keeps what a screen shows. `screen` is the folder that Xvfb was given.
pub(crate) fn keep(screen: &Path, name: &str) {
    let memory = std::fs::read(screen.join(SCREEN)).unwrap();
    let (width, height, pixels) = pixels(&memory);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/gui-screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join(format!("{name}.png"))).unwrap();
    let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
}

/// Width, height, and red, green and blue of every pixel, out of a file of X's own format: a header of numbers in the order of the network, a
/// table of colours of twelve bytes each, and the lines of the picture, four bytes a pixel.
fn pixels(memory: &[u8]) -> (u32, u32, Vec<u8>) {
    let field = |index: usize| {
        let bytes = memory[index * 4..index * 4 + 4].try_into().unwrap();
        u32::from_be_bytes(bytes)
    };
    let (header, width, height, bits, line, colors) =
        (field(0), field(4), field(5), field(11), field(12), field(19));
    assert_eq!(bits, 32, "the screen is started with 24 of 32 bits a pixel");
    let lines = memory[(header + colors * 12) as usize..].chunks_exact(line as usize);
    let pixels = lines.take(height as usize).flat_map(|line| line[..width as usize * 4].chunks_exact(4));
    (width, height, pixels.flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect())
}
