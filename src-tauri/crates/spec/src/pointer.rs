//! Paths into a JSON value: pointers to look places up with, and the form in which a person would write them.

use std::fmt::Write as _;

/// Where a value sits, as a chain towards the root, so that nothing is written down until a finding needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// The whole value.
    Root,
    /// A member of an object.
    Key(&'a At<'a>, &'a str),
    /// An element of an array.
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }

    /// The JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => join_key(&parent.pointer(), key),
            Self::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }

    /// The form that a person would write: `build.args.VERSION`, `mounts[2].type`.
    pub(crate) fn property(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Index(parent, index) => format!("{}[{index}]", parent.property()),
            Self::Key(parent, key) => join_property(parent.property(), key),
        }
    }
}

/// The pointer of an object's member.
pub(crate) fn join_key(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The property that a JSON pointer leads to, as a person would write it. Numbers count as array elements.
pub(crate) fn property_of(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |mut property, segment| {
        if !property.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            // Writing to a text cannot fail.
            let _ = write!(property, "[{segment}]");
            return property;
        }
        join_property(property, &segment.replace("~1", "/").replace("~0", "~"))
    })
}

fn join_property(parent: String, key: &str) -> String {
    let plain = !key.is_empty()
        && key.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '$'));
    match (parent.is_empty(), plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{parent}.{key}"),
        (_, false) => format!("{parent}[{key:?}]"),
    }
}
