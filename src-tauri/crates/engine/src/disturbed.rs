//! What others disturb while an engine works on it: a name or a layer that is taken from under a build, a thing that goes while it is
//! counted; and what an engine disturbs itself.
//!
//! Engines look first and take later, without holding what they found. Nothing is wrong with what was asked then, so that asking again is
//! the whole remedy.

use crate::error::Error;

/// How often something is tried that others disturb.
const ATTEMPTS: u32 = 5;

/// What somebody else did meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// Docker with containerd's store looks whether a name is taken, then takes it: of two builds that end at one moment one is refused.
    Name,
    /// Podman begins a step upon the image of the step before, which no name holds: who removes an image that was built the same way so far
    /// takes it along; by force also the container of the step. All that the build did is in the cache.
    Layer,
    /// Podman before 4.6 asks the kernel to kill the process that runs a step when its parent ends, and the kernel takes the *thread* that began
    /// it for the parent: one that Podman lets go while it answers others takes the step along (containers/podman#17918). The step's
    /// own command, killed for want of memory say, ends with a code instead, and this process with it.
    Runtime,
    /// Engines list first and count then: what somebody removes in between is an error to them, about a thing that nobody asked for.
    Counted,
}

impl Disturbance {
    /// What a build was disturbed by, as its builder's last words tell.
    pub(crate) fn of_build(error: &Error) -> Option<Self> {
        let Error::Build { words, .. } = error else { return None };
        let words = words.trim_end();
        if words.ends_with(": already exists") && words.contains("image \"") {
            return Some(Self::Name);
        }
        if words.ends_with(": while running runtime: signal: killed") {
            return Some(Self::Runtime);
        }
        let layer = words.contains("layer not known");
        // Of an image that a Dockerfile names the builder says no such thing: there is no step before it.
        let image = words.contains("preparing container for next step") && words.ends_with("image not known");
        // An image that is removed by force takes the containers along that builds have upon it.
        let container = words.starts_with("identifier is not a container");
        (layer || image || container).then_some(Self::Layer)
    }

    /// What counting was disturbed by.
    pub(crate) fn of_count(error: &Error) -> Option<Self> {
        let went = matches!(
            error,
            Error::Rejected { status: 404, .. }
                | Error::ContainerNotFound { .. }
                | Error::ImageNotFound { .. }
        );
        went.then_some(Self::Counted)
    }

    /// What a person is told before the next attempt.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Name => "another build took the name first; naming it again",
            Self::Layer => "an image that was removed meanwhile took a cached layer along; building again",
            Self::Runtime => {
                "the engine killed the process that ran a step, which Podman before 4.6 does by mistake now and then; building again"
            }
            Self::Counted => "something went while it was counted; counting again",
        }
    }
}

/// Does something until nobody disturbs it. `disturbance` tells what an error comes of, if of others; `before_next` hears of it.
///
/// # Errors
/// Those that come of nobody else, and the last one of too many.
pub(crate) async fn until_undisturbed<T, Attempt>(
    mut attempt: impl FnMut() -> Attempt,
    disturbance: fn(&Error) -> Option<Disturbance>,
    before_next: impl Fn(Disturbance),
) -> Result<T, Error>
where
    Attempt: Future<Output = Result<T, Error>>,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) => match disturbance(&error) {
                Some(disturbance) => before_next(disturbance),
                None => return Err(error),
            },
            done => return done,
        }
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::error::Call;

    fn build(words: &str) -> Error {
        Error::Build { engine: "docker".to_owned(), step: None, words: words.to_owned() }
    }

    const TAKEN: &str = "failed to solve: image \"docker.io/library/x:latest\": already exists";

    #[test]
    fn a_builders_last_words() {
        let found =
            "checking if cached image exists from a previous build: getting top layer info: layer not known";
        let next = "preparing container for next step: creating build container: creating container: locating image with ID \"e10c\": image not known\n";
        let committed = "committing container for step {…}: creating image \"41778f\": layer not known";
        for (words, expected) in [
            (TAKEN, Some(Disturbance::Name)),
            (found, Some(Disturbance::Layer)),
            (committed, Some(Disturbance::Layer)),
            (next, Some(Disturbance::Layer)),
            (
                "identifier is not a container: building at STEP \"RUN x\": error in copier subprocess",
                Some(Disturbance::Layer),
            ),
            (
                "building at STEP \"RUN make\": while running runtime: signal: killed\n",
                Some(Disturbance::Runtime),
            ),
            // The step's own command was killed, or speaks of such a thing.
            ("building at STEP \"RUN make\": while running runtime: exit status 137", None),
            ("building at STEP \"RUN make\": while running runtime: exit status 1", None),
            (
                "building at STEP \"RUN echo : while running runtime: signal: killed\": while running runtime: exit status 1",
                None,
            ),
            ("building at STEP \"RUN make\": while running runtime: signal: terminated", None),
            ("creating build container: x: image not known", None),
            ("mkdir: cannot create directory: already exists", None),
            ("building at STEP \"RUN false\": while running runtime: exit status 1", None),
        ] {
            assert_eq!(Disturbance::of_build(&build(words)), expected, "{words}");
        }
    }

    #[test]
    fn only_what_went_disturbs_counting() {
        let rejected =
            |status| crate::error::refusal("docker", &Call::engine("count"), status, "no such container: x");
        assert_eq!(Disturbance::of_count(&rejected(404)), Some(Disturbance::Counted));
        assert_eq!(Disturbance::of_count(&rejected(500)), None);
        assert_eq!(Disturbance::of_count(&build(TAKEN)), None);
    }

    #[tokio::test]
    async fn what_others_disturb_is_done_again() {
        // How many attempts are disturbed, whether the next one fails by itself; how many attempts that makes, and how it ends.
        let table = [
            (0, false, 1, true),
            (2, false, 3, true),
            (4, false, 5, true),
            (9, false, 5, false),
            (1, true, 2, false),
        ];
        for (disturbed, fails, expected, works) in table {
            let (attempts, told) = (Cell::new(0), RefCell::new(Vec::new()));
            let attempt = || {
                attempts.set(attempts.get() + 1);
                let attempt = attempts.get();
                async move {
                    match attempt {
                        attempt if attempt <= disturbed => Err(build(TAKEN)),
                        _ if fails => Err(build("exit status 1")),
                        _ => Ok(()),
                    }
                }
            };
            let result =
                until_undisturbed(attempt, Disturbance::of_build, |found| told.borrow_mut().push(found))
                    .await;
            assert_eq!((attempts.get(), result.is_ok()), (expected, works), "{disturbed} {fails}");
            let told = told.into_inner();
            assert_eq!(told.len(), disturbed.min(4), "{disturbed} {fails}");
            assert!(told.iter().all(|told| *told == Disturbance::Name));
        }
    }
}
