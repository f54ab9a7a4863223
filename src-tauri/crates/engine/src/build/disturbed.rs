//! Builds that others disturb: what a builder says when somebody else took a name or a layer from under it, so that building again is the
//! whole remedy.
//!
//! Both engines look first and take later, without holding what they found. Nothing is wrong with the build then, and everything that it
//! did is in the cache.

/// How often a build is tried that others disturb.
pub(super) const ATTEMPTS: u32 = 5;

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Docker with containerd's store looks whether a name is taken, then takes it: of two builds that end at one moment one is refused.
    Name,
    /// Podman begins a step upon the image of the step before, which no name holds: who removes an image that was built the same way so far
    /// takes it along; by force also the container of the step.
    Layer,
}

impl Taken {
    /// What this builder's last words complain of, if it is one of these.
    pub(super) fn from_words(words: &str) -> Option<Taken> {
        let words = words.trim_end();
        if words.ends_with(": already exists") && words.contains("image \"") {
            return Some(Taken::Name);
        }
        let layer = words.contains("layer not known");
        // Of an image that a Dockerfile names the builder says no such thing: there is no step before it.
        let image = words.contains("preparing container for next step") && words.ends_with("image not known");
        // An image that is removed by force takes the containers along that builds have upon it.
        let container = words.starts_with("identifier is not a container");
        (layer || image || container).then_some(Taken::Layer)
    }

    /// What a person is told before the next attempt.
    pub(super) fn message(self) -> &'static str {
        match self {
            Taken::Name => "another build took the name first; naming it again",
            Taken::Layer => "an image that was removed meanwhile took a cached layer along; building again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Taken;

    #[test]
    fn a_builders_last_words() {
        let name = "failed to solve: image \"docker.io/library/x:latest\": already exists";
        let found =
            "checking if cached image exists from a previous build: getting top layer info: layer not known";
        let next = "preparing container for next step: creating build container: creating container: locating image with ID \"e10c\": image not known\n";
        let committed = "committing container for step {…}: creating image \"41778f\": layer not known";
        for (words, taken) in [
            (name, Some(Taken::Name)),
            (found, Some(Taken::Layer)),
            (committed, Some(Taken::Layer)),
            (next, Some(Taken::Layer)),
            (
                "identifier is not a container: building at STEP \"RUN x\": error in copier subprocess",
                Some(Taken::Layer),
            ),
            ("creating build container: x: image not known", None),
            ("mkdir: cannot create directory: already exists", None),
            ("building at STEP \"RUN false\": while running runtime: exit status 1", None),
        ] {
            assert_eq!(Taken::from_words(words), taken, "{words}");
        }
    }
}
