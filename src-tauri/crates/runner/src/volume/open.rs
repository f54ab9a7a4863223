//! Finding the volume that a person means, and the environment in it.

use std::path::Path;

use wharf_api::{EventKind, Outcome, StepName};
use wharf_engine::{Engine, VolumeFacts};

use super::content::Content;
use super::identity::{FOLDER_LABEL, Place, REPOSITORY_LABEL, VOLUME_LABEL, repository_of_label};
use super::repository::{RepositoryUrl, is_repository_url};
use crate::CancellationToken;
use crate::connect;
use crate::environment::Environment;
use crate::environment::layers::extended_files;
use crate::error::{Error, Result};
use crate::events::{Operation, StepRecord};
use crate::extended;
use crate::locate::{self, Located};
use crate::request::Target;
use crate::session::Access;
use crate::store::Store;

/// Finds the volume and reads the environment in it, as it stands there now; says what it found unless it is to be quiet.
pub(crate) async fn read(
    target: &Target,
    store: &Store,
    access: Access,
    operation: &Operation<'_>,
    root: &StepRecord<'_>,
) -> Result<Environment> {
    if access == Access::Quiet {
        let (located, content) = open(target, store, &operation.cancel).await?;
        return Environment::in_volume(target, &located, content);
    }
    let step = operation.begin(Some(root), StepName::Configuration, None);
    let (located, content) = open(target, store, &operation.cancel).await?;
    let files = vec![located.content.clone()];
    extended::bring(files, access.asks_again(), store, operation, &step).await?;
    let environment = Environment::in_volume(target, &located, content)?;
    operation.is_about(&environment.folder, Some(environment.id.as_str()));
    step.send(EventKind::EnvironmentFound { subject: environment.document() });
    environment.report(&step);
    step.finish(Outcome::Done, None);
    Ok(environment)
}

async fn open(target: &Target, store: &Store, cancel: &CancellationToken) -> Result<(Located, Content)> {
    let engine = connect::quietly(target, store).await?;
    let name = target.volume.as_deref().unwrap_or_default();
    let place = find(&engine, name, target.volume_folder.as_deref()).await?;
    let content = Content::new(engine, place, store)?;
    read_from(target, content, cancel).await
}

/// Takes out of the volume what the configuration in it is read from.
async fn read_from(
    target: &Target,
    content: Content,
    cancel: &CancellationToken,
) -> Result<(Located, Content)> {
    let folder = content.place.path();
    let folder = Path::new(&folder);
    for name in [".devcontainer", ".devcontainer.json"] {
        content.bring(&folder.join(name), cancel).await?;
    }
    let config = match &target.config {
        Some(config) => {
            locate::check_name(config)?;
            let path = locate::absolute(folder, config);
            content.bring(path.parent().unwrap_or(folder), cancel).await?;
            Some(content.on_disk(&path))
        }
        None => None,
    };
    let on_disk = content.on_disk(folder);
    std::fs::create_dir_all(&on_disk).map_err(|source| Error::Unpack { path: on_disk.clone(), source })?;
    let current = std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?;
    let wanted = Target {
        workspace_folder: Some(on_disk),
        config,
        override_config: target.override_config.clone(),
        ..Target::default()
    };
    let located = locate::locate(&wanted, &current).map_err(|error| shown_in_container(error, &content))?;
    let mut files = vec![located.content.clone()];
    let mut seen = Vec::new();
    while let Some(file) = files.pop() {
        for extended in extended_files(&file) {
            let extended = content.bring(&content.in_container(&extended), cancel).await?;
            if !seen.contains(&extended) {
                seen.push(extended.clone());
                files.push(extended);
            }
        }
    }
    Ok((located, content))
}

/// A missing configuration is missing in the volume.
fn shown_in_container(error: Error, content: &Content) -> Error {
    match error {
        Error::ConfigurationNotFound { path, choices } => Error::ConfigurationNotFound {
            path: content.in_container(&path),
            choices: choices.iter().map(|path| content.in_container(path)).collect(),
        },
        other => other,
    }
}

/// What a name means: that of a volume, else the address of a repository that was cloned into one.
async fn find(engine: &Engine, name: &str, folder: Option<&str>) -> Result<Place> {
    let volume = if is_repository_url(name) {
        find_clone(engine, &RepositoryUrl::parse(name)?).await?
    } else {
        engine.inspect_volume(name).await.map_err(engine_error)?.ok_or_else(|| Error::Impossible {
            message: format!("the engine has no volume {name}"),
            location: None,
            hint: Some(
                "`wharf list` shows what there is; `wharf up <url>` clones a repository into one".to_owned(),
            ),
        })?
    };
    place(engine, volume, folder).await
}

async fn find_clone(engine: &Engine, url: &RepositoryUrl) -> Result<VolumeFacts> {
    let all = engine.find_volumes(&[(REPOSITORY_LABEL, None)]).await.map_err(engine_error)?;
    let mut found: Vec<_> = all
        .into_iter()
        .filter(|volume| {
            volume.labels.get(REPOSITORY_LABEL).is_some_and(|label| {
                RepositoryUrl::parse(&repository_of_label(label).url)
                    .is_ok_and(|cloned| cloned.identity() == url.identity())
            })
        })
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(volume), true) => Ok(volume),
        (None, _) => Err(Error::Impossible {
            message: format!("nothing has been cloned from {} on this engine", url.clean()),
            location: None,
            hint: Some(format!("`wharf up {}` clones it", url.clean())),
        }),
        (Some(last), false) => {
            let names: Vec<_> = found.iter().chain([&last]).map(|volume| volume.name.clone()).collect();
            Err(Error::Impossible {
                message: format!("{} has been cloned more than once: {}", url.clean(), names.join(", ")),
                location: None,
                hint: Some("name the one that is meant".to_owned()),
            })
        }
    }
}

/// Which folder of a volume is meant: the one that was asked for, else the one that a container was made for, else the whole.
async fn place(engine: &Engine, volume: VolumeFacts, folder: Option<&str>) -> Result<Place> {
    let label = (VOLUME_LABEL.to_owned(), volume.name.clone());
    let containers = engine.find_containers(&[label]).await.map_err(engine_error)?;
    let mut made: Vec<Place> =
        containers.iter().filter_map(|container| Place::of_labels(&container.labels)).collect();
    made.dedup();
    let top =
        volume.labels.get(FOLDER_LABEL).cloned().or_else(|| {
            made.first().map(|place| place.folder.split('/').next().unwrap_or_default().to_owned())
        });
    let Some(top) = top else {
        return Err(Error::Impossible {
            message: format!("the volume {} does not say which workspace it holds", volume.name),
            location: None,
            hint: Some("only volumes made by `wharf up <url>`, `wharf up --volume` or Visual Studio Code can be opened".to_owned()),
        });
    };
    if let (None, [only]) = (folder, made.as_slice()) {
        return Ok(only.clone());
    }
    Ok(Place {
        folder: below(&top, folder),
        repository: volume.labels.get(REPOSITORY_LABEL).map(|label| repository_of_label(label)),
        volume: volume.name,
    })
}

/// A folder in the repository, as a folder in the volume.
pub(super) fn below(top: &str, folder: Option<&str>) -> String {
    let parts = folder.unwrap_or_default().split(['/', '\\']).filter(|part| !matches!(*part, "" | "."));
    std::iter::once(top).chain(parts).collect::<Vec<_>>().join("/")
}

pub(super) fn engine_error(error: wharf_engine::Error) -> Error {
    match error {
        wharf_engine::Error::Context { path, source } => Error::Read { path, source },
        error => Error::Engine {
            error: Box::new(error),
            description: "An error occurred setting up the container.",
            location: None,
        },
    }
}
