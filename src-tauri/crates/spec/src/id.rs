//! The dev-container id: a name for one environment on one host that survives rebuilds
//! (devcontainer-id-variable.md of the specification).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::javascript;

/// The value of `${devcontainerId}`: 52 characters of `0-9` and `a-v`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DevContainerId(String);

impl DevContainerId {
    /// The id of the container that carries these labels.
    #[must_use]
    pub fn of(labels: &BTreeMap<String, String>) -> Self {
        Self(devcontainer_id(labels))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DevContainerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The id of the container that carries these labels: the SHA-256 of their JSON with sorted keys, in base 32.
#[must_use]
pub fn devcontainer_id(labels: &BTreeMap<String, String>) -> String {
    let object = labels.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
    let digest = Sha256::digest(javascript::to_text(&Value::Object(object)).as_bytes());
    base32(&digest)
}

/// A big-endian number in the digits `0-9a-v`, padded with zeros to 52: 256 bits are 51 digits of five bits and one of one.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    const WIDTH: usize = 52;
    let bit = |index: usize| bytes.get(index / 8).map_or(0, |byte| (byte >> (7 - index % 8)) & 1);
    let padding = WIDTH * 5 - bytes.len() * 8;
    (0..WIDTH)
        .map(|digit| {
            let value = (0..5).fold(0_u8, |value, place| {
                let index = digit * 5 + place;
                (value << 1) | index.checked_sub(padding).map_or(0, bit)
            });
            char::from(DIGITS[usize::from(value)])
        })
        .collect()
}
