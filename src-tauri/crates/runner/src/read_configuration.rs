//! `wharf read-configuration`: the configuration as it stands, and merged with what image and container bring.

use wharf_api as api;
use wharf_api::{Outcome, StepName};
use wharf_plan::{ContainerFacts, FactQuery, Wanted};
use wharf_spec::feature::{FeatureSet, features_configuration};
use wharf_spec::{ContainerVariables, MergedConfig};

use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::events::Operation;
use crate::features::Resolving;
use crate::reconciler::Reconciler;
use crate::request::{EventSink, ReadConfigurationRequest, UpRequest};
use crate::session::{Access, Session, Subject};
use crate::{CancellationToken, connect, up};

/// Reads a configuration. A plain reading needs no engine; where one answers, variables of a container that is there are
/// resolved too.
///
/// # Errors
/// When there is no configuration or container, or its image's metadata cannot be had.
pub async fn read_configuration(
    request: &ReadConfigurationRequest,
    sink: &dyn EventSink,
    cancel: CancellationToken,
) -> Result<api::ReadConfigurationResult> {
    let operation = Operation::new(sink, cancel);
    let root = operation.begin(None, StepName::Configuration, None);
    let subject = Subject::find(&request.target, Access::LookAnywhere, &operation, &root).await?;
    let needs_engine = request.include_merged_configuration || request.target.container_id.is_some();
    let result = match connect::quietly(&subject.target, &subject.store).await {
        Ok(engine) => {
            let session = Session { operation: &operation, root: &root, subject, engine };
            with_engine(request, &session).await?
        }
        Err(error) if needs_engine => return Err(error),
        Err(_) => {
            let resolving = Resolving {
                environment: &subject.environment,
                request: &request.features,
                operation: &operation,
                parent: &root,
                store: &subject.store,
            };
            let mut found = Found::default();
            if request.include_features_configuration && asks_for_features(request, &subject) {
                let resolved = resolving.resolve().await?;
                found = Found {
                    features: Some(resolved.set),
                    oci_auth: resolved.diagnostics,
                    ..Found::default()
                };
            }
            document(request, &subject, found)
        }
    };
    root.finish(Outcome::Done, None);
    Ok(result)
}

/// What was found out beside the configuration.
#[derive(Default)]
struct Found {
    container: Option<ContainerFacts>,
    merged: Option<MergedConfig>,
    features: Option<FeatureSet>,
    oci_auth: api::OciAuthDiagnostics,
}

async fn with_engine(
    request: &ReadConfigurationRequest,
    session: &Session<'_>,
) -> Result<api::ReadConfigurationResult> {
    let subject = &session.subject;
    let environment = &subject.environment;
    let mut reconciler = session.reconciler()?;
    reconciler.features = request.features.clone();
    reconciler.observe(&FactQuery::Container).await?;
    let container = reconciler.observed.container.known().cloned().flatten();
    // A container with such labels may be one that is still to come; what has an id has been there, and nothing else says what to merge.
    let needs_container = environment.container_id.is_some()
        || environment.configuration_path.is_none() && request.include_merged_configuration;
    if container.is_none() && needs_container {
        return Err(Error::ContainerNotFound);
    }
    let merged = if request.include_merged_configuration {
        Some(reconciler.merged_configuration(request, container.as_ref(), true).await?)
    } else {
        None
    };
    // A container that exists has what it has; without one, what is merged shows where it comes from.
    let shows_features = request.include_features_configuration || (merged.is_some() && container.is_none());
    if shows_features && asks_for_features(request, subject) && reconciler.observed.features.known().is_none()
    {
        reconciler.observe(&FactQuery::Features).await?;
    }
    let features = reconciler.observed.features.known().filter(|_| shows_features).cloned();
    let found = Found { container, merged, features, oci_auth: reconciler.oci_auth };
    Ok(document(request, subject, found))
}

fn asks_for_features(request: &ReadConfigurationRequest, subject: &Subject) -> bool {
    let config = &subject.environment.configuration.config;
    !config.features.is_empty() || !request.features.additional.is_empty()
}

fn document(
    request: &ReadConfigurationRequest,
    subject: &Subject,
    found: Found,
) -> api::ReadConfigurationResult {
    let Found { container, merged, features, oci_auth } = found;
    let environment = &subject.environment;
    let variables = container.as_ref().map(variables);
    // The folder is named as the reference does it; nothing is put there before a build.
    let gathered = subject.store.root().join("features").display().to_string();
    api::ReadConfigurationResult {
        configuration: environment.to_json(variables.as_ref()),
        workspace: environment.configuration_path.as_ref().map(|_| api::WorkspaceResult {
            workspace_folder: environment.workspace.folder.clone(),
            workspace_mount: environment.workspace.mount.clone(),
            additional_mount_string: environment.workspace.additional_mount.clone(),
        }),
        features_configuration: features.map(|set| features_configuration(&set, &gathered)),
        origins: request.show_origin.then(|| {
            let mut origins = environment.origins(merged.as_ref());
            origins.extend(flag_origins(request, environment));
            origins
        }),
        merged_configuration: merged.map(|merged| environment.resolved(merged.to_json(), variables.as_ref())),
        oci_auth_diagnostics: oci_auth,
    }
}

/// The Features that only the command line asks for.
fn flag_origins<'a>(
    request: &'a ReadConfigurationRequest,
    environment: &'a Environment,
) -> impl Iterator<Item = api::ValueOrigin> + 'a {
    let own = &environment.configuration.config.features;
    let added = request.features.additional.keys().filter(|id| !own.contains_key(*id));
    added.map(|id| api::ValueOrigin {
        property: format!("features[{id:?}]"),
        from: api::ValueAuthor::Flag,
        location: None,
        image: None,
        entry: None,
        feature: None,
        flag: Some("--additional-features".to_owned()),
    })
}

/// What `${containerEnv:…}` stands for in this container.
pub(crate) fn variables(container: &ContainerFacts) -> ContainerVariables {
    ContainerVariables::from_list(container.env.iter().map(String::as_str))
}

impl Reconciler<'_> {
    /// Merged with the container's metadata, or with that of the image it would be made from, which is pulled if it has to be and may
    /// be.
    pub(crate) async fn merged_configuration(
        &mut self,
        request: &ReadConfigurationRequest,
        container: Option<&ContainerFacts>,
        may_pull: bool,
    ) -> Result<MergedConfig> {
        if self.environment.configuration_path.is_none() {
            let entries = container.map(|container| {
                let label = container.labels.get(wharf_spec::metadata::LABEL).map(String::as_str);
                let labelled =
                    wharf_spec::labels::has_names(&self.environment.label_names, &container.labels);
                wharf_spec::metadata::entries_for_container(
                    label,
                    &container.id,
                    labelled,
                    &self.environment.configuration,
                )
                .0
            });
            return Ok(wharf_spec::merge(&self.environment.configuration, &entries.unwrap_or_default()));
        }
        let request = UpRequest {
            target: request.target.clone(),
            features: request.features.clone(),
            ..UpRequest::default()
        };
        let desired = up::desired(&request, self.environment, &[])?;
        let Wanted::Running(wanted) = &desired.wanted else { return Err(Error::ContainerNotFound) };
        loop {
            match wharf_plan::merged_as_known(wanted, &self.observed) {
                Ok(merged) => return Ok(merged),
                Err(wharf_plan::Unknown::Fact(query)) => self.observe(&query).await?,
                Err(wharf_plan::Unknown::Image(image)) if !may_pull => {
                    return Err(Error::Impossible {
                        message: format!("the engine does not have the image {image} yet"),
                        location: None,
                        hint: Some(
                            "what the image brings is known once the environment was started".to_owned(),
                        ),
                    });
                }
                Err(wharf_plan::Unknown::Image(image)) => {
                    let platform = wharf_plan::platform::asked(wanted, &self.observed);
                    self.act(&wharf_plan::Step::Pull { image: image.clone(), platform }).await?;
                    self.observed.images.remove(&image);
                }
                Err(wharf_plan::Unknown::Blocked(blocker)) => return Err(self.environment.blocked(&blocker)),
            }
        }
    }
}
