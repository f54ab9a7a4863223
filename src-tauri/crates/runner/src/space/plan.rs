//! Which of the things on an engine's disk could go, and whose they are.

use std::collections::BTreeSet;

use wharf_api::{CleanUpItem, CleanUpKind};
use wharf_engine::Space;
use wharf_spec::metadata;

/// What the names of images begin with that are built for dev containers, by the reference and by Wharf.
const BUILT_NAME: &str = "vsc-";

/// What the build cache of an engine is called.
pub(super) const BUILD_CACHE: &str = "build cache";

/// What is remembered of an environment.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) name: String,
    /// Whether it was removed.
    pub(super) is_gone: bool,
    /// Where it was last.
    pub(super) engine: Option<String>,
    /// Names and ids of images that were built for it.
    pub(super) images: BTreeSet<String>,
    /// Volumes that it had.
    pub(super) volumes: Vec<String>,
}

/// What could go from one engine. Nothing that a container uses is among it, and nothing that is not about dev containers.
pub(super) fn items(engine: &str, space: &Space, known: &[Known]) -> Vec<CleanUpItem> {
    let mut items = Vec::new();
    let used_images: BTreeSet<&str> =
        space.containers.iter().map(|container| container.image.as_str()).collect();
    for image in space.images.iter().filter(|image| !used_images.contains(image.id.as_str())) {
        let owner = known.iter().find(|known| {
            known.images.contains(&image.id) || image.names.iter().any(|name| is_among(name, &known.images))
        });
        let is_built = image.names.iter().any(|name| name.starts_with(BUILT_NAME))
            || image.names.is_empty() && image.labels.contains_key(metadata::LABEL);
        if owner.is_none() && !is_built {
            continue;
        }
        let name = image.names.first().cloned().unwrap_or_else(|| short(&image.id));
        let subject = if image.names.is_empty() { image.id.clone() } else { image.names.join(" ") };
        items.push(CleanUpItem {
            id: id(CleanUpKind::Image, engine, &subject),
            kind: CleanUpKind::Image,
            name,
            engine: engine.to_owned(),
            bytes: Some(image.bytes - image.shared),
            ours: owner.is_some(),
            precious: false,
            environment: owner.map(|known| known.name.clone()),
        });
    }
    let used_volumes: BTreeSet<&str> =
        space.containers.iter().flat_map(|container| &container.volumes).map(String::as_str).collect();
    for volume in space.volumes.iter().filter(|volume| !used_volumes.contains(volume.name.as_str())) {
        let is_here = |known: &&Known| known.engine.as_deref().is_none_or(|address| address == engine);
        let mut owners = known.iter().filter(is_here).filter(|known| known.volumes.contains(&volume.name));
        // One environment that is still wanted is enough to keep it.
        let Some(owner) = owners.next().filter(|owner| owner.is_gone && owners.all(|other| other.is_gone))
        else {
            continue;
        };
        items.push(CleanUpItem {
            id: id(CleanUpKind::Volume, engine, &volume.name),
            kind: CleanUpKind::Volume,
            name: volume.name.clone(),
            engine: engine.to_owned(),
            bytes: volume.bytes,
            ours: true,
            precious: true,
            environment: Some(owner.name.clone()),
        });
    }
    let cache: u64 = space
        .build_cache
        .iter()
        .filter(|cache| !cache.in_use && !cache.shared)
        .map(|cache| cache.bytes)
        .sum();
    if cache > 0 {
        items.push(CleanUpItem {
            id: id(CleanUpKind::BuildCache, engine, BUILD_CACHE),
            kind: CleanUpKind::BuildCache,
            name: BUILD_CACHE.to_owned(),
            engine: engine.to_owned(),
            bytes: Some(cache),
            ours: false,
            precious: false,
            environment: None,
        });
    }
    items
}

/// Whether a name of an image is among others, of which some leave out what is usual.
fn is_among(name: &str, names: &BTreeSet<String>) -> bool {
    let bare = name.strip_prefix("localhost/").unwrap_or(name);
    let untagged = bare.strip_suffix(":latest").unwrap_or(bare);
    [name, bare, untagged].iter().any(|name| names.contains(*name))
}

fn id(kind: CleanUpKind, engine: &str, subject: &str) -> String {
    let kind = match kind {
        CleanUpKind::Image => "image",
        CleanUpKind::BuildCache => "cache",
        CleanUpKind::Volume => "volume",
    };
    format!("{kind} {engine} {subject}")
}

/// What an id is about: neither kinds nor addresses have blanks in them.
pub(super) fn subject(id: &str) -> &str {
    id.splitn(3, ' ').nth(2).unwrap_or_default()
}

/// The names of an image, which have no blanks in them, or its id.
pub(super) fn subjects(id: &str) -> impl Iterator<Item = &str> {
    subject(id).split(' ').filter(|name| !name.is_empty())
}

fn short(id: &str) -> String {
    id.trim_start_matches("sha256:").chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use wharf_engine::{CacheSpace, ContainerSpace, ImageSpace, VolumeSpace};

    use super::*;

    fn image(id: &str, names: &[&str]) -> ImageSpace {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        ImageSpace { id: id.into(), names, bytes: 100, shared: 40, ..ImageSpace::default() }
    }

    fn volume(name: &str) -> VolumeSpace {
        VolumeSpace { name: name.into(), bytes: Some(7), ..VolumeSpace::default() }
    }

    #[test]
    fn what_is_used_or_not_ours_stays() {
        let labelled = |id: &str| ImageSpace {
            labels: [(metadata::LABEL.to_owned(), "[]".to_owned())].into(),
            ..image(id, &[])
        };
        let space = Space {
            images: vec![
                image("sha256:used", &["vsc-a-1:latest"]),
                image("sha256:ours", &["localhost/vsc-b-2:latest"]),
                image("sha256:old", &[]),
                image("sha256:theirs", &["vsc-c-3:latest"]),
                image("sha256:debian", &["debian:12", "debian:bookworm"]),
                image("sha256:dangling", &[]),
                labelled("sha256:labelled"),
            ],
            containers: vec![ContainerSpace {
                id: "1".into(),
                image: "sha256:used".into(),
                volumes: vec!["used".into()],
                ..ContainerSpace::default()
            }],
            volumes: ["used", "gone", "wanted", "both", "strange", "far"].map(volume).to_vec(),
            build_cache: vec![
                CacheSpace { bytes: 5, in_use: false, shared: false },
                CacheSpace { bytes: 50, in_use: true, shared: false },
                CacheSpace { bytes: 500, in_use: false, shared: true },
            ],
            ..Space::default()
        };
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let known = [
            Known {
                name: "b".into(),
                is_gone: true,
                images: texts(&["vsc-b-2", "sha256:old", "sha256:used"]).into_iter().collect(),
                volumes: texts(&["gone", "used", "both"]),
                ..Known::default()
            },
            Known { name: "w".into(), volumes: texts(&["wanted", "both"]), ..Known::default() },
            Known {
                name: "f".into(),
                is_gone: true,
                engine: Some("unix:///other".into()),
                volumes: texts(&["far"]),
                ..Known::default()
            },
        ];
        let told: Vec<_> = items("unix:///e", &space, &known)
            .into_iter()
            .map(|item| (item.name, item.bytes.unwrap(), item.ours, item.precious, item.environment))
            .collect();
        let b = || Some("b".to_owned());
        assert_eq!(
            told,
            [
                ("localhost/vsc-b-2:latest".to_owned(), 60, true, false, b()),
                ("old".to_owned(), 60, true, false, b()),
                ("vsc-c-3:latest".to_owned(), 60, false, false, None),
                ("labelled".to_owned(), 60, false, false, None),
                ("gone".to_owned(), 7, true, true, b()),
                (BUILD_CACHE.to_owned(), 5, false, false, None),
            ]
        );
    }

    #[test]
    fn an_id_says_what_it_is_about() {
        assert_eq!(subject(&id(CleanUpKind::Volume, "unix:///e", "a volume")), "a volume");
        assert_eq!(subject("nonsense"), "");
        let image = id(CleanUpKind::Image, "unix:///e", "a:1 b:2");
        assert_eq!(subjects(&image).collect::<Vec<_>>(), ["a:1", "b:2"]);
    }
}
