//! `wharf build`: the image of an environment, without an environment.

use wharf_api as api;
use wharf_api::StepName;
use wharf_plan::build::{BuildOutput, CacheSource};
use wharf_plan::compose::ComposeFacts;
use wharf_plan::{BuildOptions, Desired, Fact, Running, Wanted, consent, image};
use wharf_spec::ScenarioError;

use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::request::{BuildRequest, ConsentAsker, EventSink, Target, Trust, UpRequest, UpdateUidDefault};
use crate::session::{Access, Session};
use crate::settings::Settings;
use crate::{CancellationToken, up};

/// Builds the image that the configuration describes, with the environment's metadata in its label.
///
/// # Errors
/// When the configuration cannot be read or the image not be built. No name points to half an image.
pub async fn build(
    request: &BuildRequest,
    sink: &dyn EventSink,
    asker: &dyn ConsentAsker,
    cancel: CancellationToken,
) -> Result<api::BuildResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::BuildImage, None);
    let result = build_in(request, &operation, &root, asker).await;
    operation.end(root, &result);
    result
}

async fn build_in(
    request: &BuildRequest,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
    asker: &dyn ConsentAsker,
) -> Result<api::BuildResult> {
    // An image is given away: nothing of a person's own goes into it.
    let settings = Settings::of(&request.target)?;
    settings.report(root);
    let request = &settings.below_build(request);
    let target = Target { without_overlay: true, ..request.target.clone() };
    let session = Session::open(&target, Access::Change("build"), operation, root).await?;
    check(request, session.environment().is_composed())?;
    let wanted = wanted(request, &session)?;
    let names = names(&wanted);
    let desired =
        Desired { source: session.environment().source(), wanted: Wanted::Built(Box::new(wanted.clone())) };
    let mut reconciler = session.reconciler_that_asks(request.trust, asker, Vec::new())?;
    reconciler.features = request.features.clone();
    reconciler.run(&desired).await?;
    if request.trust == Trust::Compatible {
        let touches = consent::touches_of_build(&wanted, &reconciler.observed);
        reconciler.tell_what_was_let_through(&touches);
    }
    let image_name = match &reconciler.observed.compose {
        Fact::Known(Some(facts)) => names_of_service(facts, &wanted),
        _ => api::ImageName::Many(names),
    };
    Ok(api::BuildResult { image_name, oci_auth_diagnostics: reconciler.oci_auth })
}

/// Flags that exclude each other, in the reference's words.
fn check(request: &BuildRequest, is_composed: bool) -> Result<()> {
    let refuse = |message| Err(Error::Flags { message });
    if is_composed && (request.push || !request.platforms.is_empty()) {
        return refuse("--platform or --push not supported.");
    }
    if is_composed && !request.outputs.is_empty() {
        return refuse("--output not supported.");
    }
    if is_composed && !request.cache_to.is_empty() {
        return refuse("--cache-to not supported.");
    }
    if request.push && !request.outputs.is_empty() {
        return refuse("--push true cannot be used with --output.");
    }
    if request.without_buildkit == Some(true) && (request.push || !request.platforms.is_empty()) {
        return refuse("--platform or --push require BuildKit enabled.");
    }
    Ok(())
}

/// What `up` would build, and what the caller says about it.
fn wanted(request: &BuildRequest, session: &Session<'_>) -> Result<Running> {
    let environment = session.environment();
    let up = UpRequest {
        build_no_cache: request.no_cache,
        cache_from: request.cache_from.clone(),
        cache_to: request.cache_to.clone(),
        without_buildkit: request.without_buildkit,
        features: request.features.clone(),
        omit_syntax_directive: request.omit_syntax_directive,
        update_remote_user_uid_default: Some(UpdateUidDefault::Never),
        ..UpRequest::default()
    };
    let running = up::running(&up, environment, &[])?;
    let path = &running.configuration.path;
    running.configuration.scenario().map_err(|_| ScenarioError::EmptyImage { path: path.clone() })?;
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let folder = current.to_string_lossy();
    let build = BuildOptions {
        names: request.image_names.clone(),
        labels: request.labels.iter().map(|label| label_pair(label)).collect(),
        platforms: request.platforms.iter().flat_map(|text| listed(text)).collect(),
        outputs: request
            .outputs
            .iter()
            .map(|text| {
                BuildOutput::parse(text, &folder).map_err(|reason| not_a_value("--output", text, &reason))
            })
            .collect::<Result<_>>()?,
        push: request.push,
        without_customizations: request.skip_persisting_customizations,
        ..running.build
    };
    Ok(Running { build, ..running })
}

/// What the document calls the image: what the caller did, else its own name.
fn names(wanted: &Running) -> Vec<String> {
    if !wanted.build.names.is_empty() {
        return wanted.build.names.clone();
    }
    vec![image::own_name(wanted)]
}

/// The same of a service: one name of its own, not a list, where the caller gives none.
fn names_of_service(facts: &ComposeFacts, wanted: &Running) -> api::ImageName {
    if !wanted.build.names.is_empty() {
        return api::ImageName::Many(wanted.build.names.clone());
    }
    let one = facts.as_container(wanted).ok();
    let own = one.and_then(|one| one.build.names.first().cloned()).unwrap_or_default();
    api::ImageName::One(own)
}

/// `name=value`; a name alone has an empty value.
fn label_pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

/// The entries of a list with commas, blanks around them left out.
fn listed(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned)
}

/// Caches as `--cache-from` and `--cache-to` name them.
pub(crate) fn caches(flag: &str, texts: &[String]) -> Result<Vec<CacheSource>> {
    texts
        .iter()
        .map(|text| CacheSource::parse(text).map_err(|reason| not_a_value(flag, text, &reason)))
        .collect()
}

fn not_a_value(flag: &str, value: &str, reason: &str) -> Error {
    Error::Impossible {
        message: format!("`{value}` is not a value for `{flag}`: {reason}"),
        location: None,
        hint: None,
    }
}
