//! What a caller asks of a build beside the configuration: names, labels, platforms, caches, and where the result goes.

use crate::build::{BuildSpec, CacheSource};
use crate::error::Error;
use crate::state::{Observed, Running};

/// What the image is called: as the caller says, else by its own name.
pub(super) fn names(wanted: &Running) -> Vec<String> {
    if wanted.build.names.is_empty() { vec![super::own_name(wanted)] } else { wanted.build.names.clone() }
}

/// Puts what the caller asks into the build. Of the caches it reads, the caller's come before the configuration's.
///
/// # Errors
/// A cache that the configuration names cannot be understood.
pub(super) fn apply(
    spec: &mut BuildSpec,
    wanted: &Running,
    configured_caches: &[String],
    observed: &Observed,
) -> Result<(), Error> {
    let asked = &wanted.build;
    let buildkit = observed.engine.buildkit && !asked.without_buildkit;
    spec.no_cache = wanted.no_cache;
    if !wanted.no_cache {
        spec.cache_from.extend(asked.cache_from.iter().cloned());
        for text in configured_caches {
            let cache = CacheSource::parse(text).map_err(|reason| Error::Value {
                flag: "--cache-from".to_owned(),
                value: text.clone(),
                property: "build.cacheFrom".to_owned(),
                reason,
            })?;
            spec.cache_from.push(cache.seen_from(&observed.host.folder));
        }
    }
    spec.cache_to.extend(asked.cache_to.iter().cloned());
    // The image carries its own cache, so that another machine can name it in `cacheFrom`.
    spec.inline_cache = buildkit && spec.cache_to.iter().all(|cache| cache.kind != "inline");
    spec.labels.extend(asked.labels.iter().cloned());
    spec.platforms.extend(asked.platforms.iter().cloned());
    spec.outputs.extend(asked.outputs.iter().cloned());
    spec.push = asked.push;
    spec.classic = asked.without_buildkit;
    Ok(())
}
