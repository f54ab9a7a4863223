//! Whether a Linux program needs nothing of the system that it runs on.

use anyhow::{Context, Result, bail};

/// What a program names in its segments.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// A program that loads it.
    pub(super) interpreter: bool,
    /// A dynamic section, by which libraries are found.
    pub(super) dynamic: bool,
}

const DYNAMIC: u32 = 2;
const INTERPRETER: u32 = 3;

/// Reads the segments of a 64-bit little-endian program, which all released ones are.
pub(super) fn needs(program: &[u8]) -> Result<Needs> {
    let number = |start: usize, length: usize| -> Result<usize> {
        let bytes = program.get(start..start + length).context("the program ends within its headers")?;
        Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    };
    if program.get(..6) != Some(b"\x7fELF\x02\x01") {
        bail!("not a 64-bit Linux program");
    }
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    let mut needs = Needs::default();
    for index in 0..count {
        match u32::try_from(number(table + index * size, 4)?) {
            Ok(DYNAMIC) => needs.dynamic = true,
            Ok(INTERPRETER) => needs.interpreter = true,
            _ => {}
        }
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of nothing but segments of these types.
    fn program(segments: &[u32]) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01".to_vec();
        bytes.resize(64, 0);
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = u8::try_from(segments.len()).unwrap();
        for segment in segments {
            bytes.extend(segment.to_le_bytes());
            bytes.resize(bytes.len() + 52, 0);
        }
        bytes
    }

    #[test]
    fn segments_tell() {
        let cases = [
            (vec![1, 1], Needs::default()),
            (vec![1, 2], Needs { dynamic: true, interpreter: false }),
            (vec![3, 1, 2], Needs { dynamic: true, interpreter: true }),
        ];
        for (segments, expected) in cases {
            assert_eq!(needs(&program(&segments)).unwrap(), expected, "{segments:?}");
        }
        assert!(needs(b"#!/bin/sh").is_err());
        assert!(needs(&program(&[1, 2])[..100]).is_err());
    }

    /// The test's own program, made by the system's linker, is what a static one is not.
    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
    #[test]
    fn this_program_needs_its_libraries() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(needs(&program).unwrap(), Needs { dynamic: true, interpreter: true });
    }
}
