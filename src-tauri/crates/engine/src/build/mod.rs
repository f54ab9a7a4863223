//! Building images: with BuildKit where the engine has it, else through the endpoint that all engines share.
//!
//! The daemon's build call does for most builds. What it has no place for goes to the builder that a person chose for buildx, else to
//! the engine's BuildKit by its own interface; and what none of them can do is said before anything is built.

mod buildkit;
mod classic;
mod content;
mod context;
mod control;
mod query;
mod session;
mod solve;
mod steps;
mod vertices;

use tokio_util::sync::CancellationToken;
use wharf_plan::BuildSpec;
use wharf_plan::build_ability::{BuildAbility, BuildRefusal, Builder, BuilderKind};

use crate::context::{Ignore, io_error};
use crate::credentials::FindCredentials;
use crate::disturbed::{Disturbance, until_undisturbed};
use crate::engine::Engine;
use crate::error::{Call, Error, refusal};
use crate::progress::{OnProgress, Progress};
use content::{Leftovers, Prepared};
use control::Control;

pub use control::Builders;

/// What came of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuiltImage {
    /// The image's id on the engine; None when the result went elsewhere.
    pub id: Option<String>,
    /// The digest under which registries know it, where the builder tells one.
    pub digest: Option<String>,
}

/// What a builder told of its result.
#[derive(Debug, Default)]
struct Outcome {
    told: Option<String>,
    digest: Option<String>,
}

/// How a build is asked for.
enum Way {
    Classic,
    Call,
    Solve(Box<Control>, Builder),
}

impl Engine {
    /// Builds an image. There is no bound on the time; cancelling ends the build on the engine too, and leaves no image and no
    /// container of it. (A step that Podman has begun goes on to its end there, and what it makes is dropped: its service has no word for that.)
    ///
    /// # Errors
    /// When a step fails, a file of the context cannot be read, or an option is in no builder's power.
    pub async fn build(
        &self,
        spec: &BuildSpec,
        builders: &Builders,
        credentials: &FindCredentials,
        cancel: &CancellationToken,
        on_progress: OnProgress<'_>,
    ) -> Result<BuiltImage, Error> {
        let leftovers = Leftovers::default();
        let built = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::Cancelled),
            built = self.build_with_content(spec, builders, credentials, on_progress, &leftovers) => built,
        };
        leftovers.remove(self).await;
        built
    }

    async fn build_with_content(
        &self,
        spec: &BuildSpec,
        builders: &Builders,
        credentials: &FindCredentials,
        on_progress: OnProgress<'_>,
        leftovers: &Leftovers,
    ) -> Result<BuiltImage, Error> {
        let owned = spec.clone();
        let prepared = tokio::task::spawn_blocking(move || Prepared::of(&owned)).await;
        let call = Call::engine("build the image");
        let prepared = prepared.unwrap_or_else(|error| Err(self.garbage(&call, &error)))?;
        if let Some(image) = &prepared.image {
            leftovers.add(image);
            self.build_uncancelled(image, builders, credentials, &|_| {}).await?;
        }
        self.build_uncancelled(&prepared.spec, builders, credentials, on_progress).await
    }

    /// What each builder that a build may go to can do, in the order in which they are asked.
    ///
    /// # Errors
    /// When one of them cannot be reached.
    pub async fn build_abilities(&self, builders: &Builders) -> Result<Vec<BuildAbility>, Error> {
        let mut abilities = vec![self.own_ability(self.facts().buildkit)];
        if let Some(other) = builders.current(self)? {
            let builder = Control::of_builder(self, &other).await?.describe(None).await?;
            abilities.push(BuildAbility { builder });
        }
        if self.facts().buildkit
            && let Some(mut control) = Control::of_engine(self).await?
        {
            abilities.push(BuildAbility { builder: control.describe(Some(self)).await? });
        }
        Ok(abilities)
    }

    /// What the engine's own build call can do.
    fn own_ability(&self, buildkit: bool) -> BuildAbility {
        let kind = if buildkit { BuilderKind::Call } else { BuilderKind::Classic };
        BuildAbility { builder: Builder { name: self.name().to_owned(), kind, version: None } }
    }

    /// The first way in which this build can end well.
    async fn way(
        &self,
        spec: &BuildSpec,
        builders: &Builders,
        on_progress: OnProgress<'_>,
    ) -> Result<Way, Error> {
        let buildkit = self.facts().buildkit && !spec.classic;
        let Some(mut refused) = self.own_ability(buildkit).refusal(spec) else {
            return Ok(if buildkit { Way::Call } else { Way::Classic });
        };
        if spec.classic {
            return Err(self.unsupported(refused));
        }
        // What a person chose for buildx goes before the engine's own: its cache is there.
        let mut unusable = None;
        match builders.current(self) {
            Ok(None) => {}
            Ok(Some(other)) => {
                let described = async {
                    let mut control = Control::of_builder(self, &other).await?;
                    let builder = control.describe(None).await?;
                    Ok((control, builder))
                };
                match described.await {
                    Ok((control, builder)) => match (BuildAbility { builder: builder.clone() }).refusal(spec)
                    {
                        None => return Ok(Way::Solve(Box::new(control), builder)),
                        Some(refusal) => refused = refusal,
                    },
                    Err(error) => unusable = Some(error),
                }
            }
            Err(error) => unusable = Some(error),
        }
        if buildkit && let Some(mut control) = Control::of_engine(self).await? {
            let builder = control.describe(Some(self)).await?;
            match (BuildAbility { builder: builder.clone() }).refusal(spec) {
                None => {
                    if let Some(error) = unusable {
                        on_progress(Progress::Message(format!("{error}; the engine builds instead")));
                    }
                    return Ok(Way::Solve(Box::new(control), builder));
                }
                Some(refusal) => refused = refusal,
            }
        }
        // A builder that was chosen and cannot be used is why nothing can be built.
        Err(unusable.unwrap_or_else(|| self.unsupported(refused)))
    }

    fn unsupported(&self, refusal: BuildRefusal) -> Error {
        Error::UnsupportedOption {
            engine: self.name().to_owned(),
            option: refusal.option,
            reason: refusal.reason,
        }
    }

    async fn build_uncancelled(
        &self,
        spec: &BuildSpec,
        builders: &Builders,
        credentials: &FindCredentials,
        on_progress: OnProgress<'_>,
    ) -> Result<BuiltImage, Error> {
        check_context(spec)?;
        let build = || self.build_once(spec, builders, credentials, on_progress);
        let tell = |found: Disturbance| on_progress(Progress::Message(found.message().to_owned()));
        until_undisturbed(build, Disturbance::of_build, tell).await
    }

    async fn build_once(
        &self,
        spec: &BuildSpec,
        builders: &Builders,
        credentials: &FindCredentials,
        on_progress: OnProgress<'_>,
    ) -> Result<BuiltImage, Error> {
        let way = self.way(spec, builders, on_progress).await?;
        let outcome = match way {
            Way::Solve(control, builder) => {
                solve::build(self, *control, &builder, spec, credentials, on_progress).await?
            }
            Way::Call => match buildkit::build(self, spec, credentials, on_progress).await? {
                Some(told) => Outcome { told, digest: None },
                // It looked as if it had BuildKit.
                None => self.build_classic(spec, credentials, on_progress).await?,
            },
            Way::Classic => self.build_classic(spec, credentials, on_progress).await?,
        };
        let id =
            if spec.stays_on_the_engine() { Some(self.built_id(spec, outcome.told).await?) } else { None };
        Ok(BuiltImage { id, digest: outcome.digest })
    }

    async fn build_classic(
        &self,
        spec: &BuildSpec,
        credentials: &FindCredentials,
        on_progress: OnProgress<'_>,
    ) -> Result<Outcome, Error> {
        if let Some(refusal) = self.own_ability(false).refusal(spec) {
            return Err(self.unsupported(refusal));
        }
        let told = classic::build(self, spec, credentials, on_progress).await?;
        Ok(Outcome { told, digest: None })
    }

    /// The id as an inspection tells it: builders answer it in different ways.
    async fn built_id(&self, spec: &BuildSpec, told: Option<String>) -> Result<String, Error> {
        let name = spec.tags.first().or(told.as_ref());
        let call = Call::engine("build the image");
        let name = name.ok_or_else(|| self.garbage(&call, &"the builder does not say what it built"))?;
        match self.inspect_image(name).await? {
            Some(image) => Ok(image.id),
            None => Err(self.garbage(&call, &format!("image {name} is not there after its build"))),
        }
    }
}

/// Finds what is wrong with the context before the engine does, which would say less about it.
fn check_context(spec: &BuildSpec) -> Result<(), Error> {
    if let Some(context) = &spec.context {
        std::fs::read_dir(context).map_err(|error| io_error(context, error))?;
        Ignore::find(context, spec.dockerfile_path.as_deref())?;
    }
    Ok(())
}

/// A builder's failure: what has its own remedy becomes its own error.
fn failure(engine: &Engine, step: Option<String>, status: u16, words: &str) -> Error {
    failure_of(engine.name(), step, status, words)
}

/// The same of a builder that is known by its name.
fn builder_failure(builder: &str, step: Option<String>, words: &str) -> Error {
    failure_of(builder, step, 500, words)
}

fn failure_of(name: &str, step: Option<String>, status: u16, words: &str) -> Error {
    match refusal(name, &Call::engine("build the image"), status, words) {
        error @ (Error::DiskFull { .. } | Error::Network { .. }) => error,
        _ => Error::Build { engine: name.to_owned(), step, words: words.trim().to_owned() },
    }
}
