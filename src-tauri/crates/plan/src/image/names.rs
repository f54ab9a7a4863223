//! What images are called (inventory of the reference, section 7.4).

use sha2::{Digest, Sha256};
use wharf_spec::{PathStyle, Scenario};

use super::to_hex;
use crate::state::Running;

/// `vsc-<folder's name>-<hash of its path>`: what an image built for this folder is called.
#[must_use]
pub fn image_name(folder: &str, style: PathStyle) -> String {
    let hash = to_hex(&Sha256::digest(folder.as_bytes()));
    docker_name(&format!("vsc-{}-{hash}", style.basename(folder)))
}

/// A text with everything dropped that an image name cannot hold: other characters, and separators that follow separators.
fn docker_name(text: &str) -> String {
    let allowed = |character: &char| matches!(character, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
    let characters: Vec<char> = text.to_lowercase().chars().filter(allowed).collect();
    let separator = |character: Option<&char>| matches!(character, Some('.' | '_' | '-'));
    let mut name = String::with_capacity(characters.len());
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        name.push(character);
        at += 1;
        let next = characters.get(at);
        let kept = match character {
            // One dot, one or two underscores, any number of dashes: these separate; more is dropped.
            '.' => separator(next).then_some(0),
            '_' if next == Some(&'_') => separator(characters.get(at + 1)).then_some(1),
            '_' => separator(next).then_some(0),
            '-' => {
                let dashes = characters[at..].iter().take_while(|character| **character == '-').count();
                match characters.get(at + dashes) {
                    Some('.' | '_') => Some(dashes),
                    _ => {
                        name.extend(std::iter::repeat_n('-', dashes));
                        at += dashes;
                        None
                    }
                }
            }
            _ => None,
        };
        if let Some(kept) = kept {
            name.extend(&characters[at..at + kept]);
            at += kept;
            while separator(characters.get(at)) {
                at += 1;
            }
        } else if character == '_' && next == Some(&'_') {
            name.push('_');
            at += 1;
        }
    }
    name
}

/// What a built image is called when the caller does not say: `vsc-…`, and `vsc-…-features` where the configuration names an
/// image itself.
#[must_use]
pub fn own_name(wanted: &Running) -> String {
    match wanted.configuration.config.scenario() {
        Some(Scenario::Image { .. }) => format!("{}-features", wanted.image_name),
        _ => wanted.image_name.clone(),
    }
}

/// What the image with the person's ids is called, from the name of the one that it is made from.
pub(super) fn with_user_ids(wanted: &Running, image: &str) -> String {
    let own = wanted.image_name.as_str();
    format!("{}-uid", if image.starts_with(own) { image } else { own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_names_are_the_reference_s() {
        let cases =
            [("/home/u/w1", "vsc-w1-5a295348d6426d22912583e56ff3feeba70363291e2dd6b76a4347daa659bb7c")];
        for (folder, expected) in cases {
            assert_eq!(image_name(folder, PathStyle::Linux), expected);
        }
        let names = [
            ("vsc-My Project, (Über) v1.0_x-1", "vsc-myprojectberv1.0_x-1"),
            ("a..b", "a.b"),
            ("a.-_b", "a.b"),
            ("a_.b", "a_b"),
            ("a__b", "a__b"),
            ("a___b", "a__b"),
            ("a--b", "a--b"),
            ("a-.b", "a-b"),
            ("a--_.b", "a--b"),
        ];
        for (text, expected) in names {
            assert_eq!(docker_name(text), expected, "{text}");
        }
    }
}
