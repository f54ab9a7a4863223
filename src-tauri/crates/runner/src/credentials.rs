//! Registry credentials on their way from where a person's tools keep them to the engine that asks for them.

use std::sync::Arc;

use wharf_engine::{Credentials, FindCredentials};
use wharf_registry::{Surroundings, credentials_for, credentials_for_registry};

/// For pulling one image.
pub(crate) async fn of_image(image: &str) -> Result<Option<Credentials>, wharf_registry::Error> {
    let found = credentials_for(image, &surroundings()).await?;
    Ok(found.map(convert))
}

/// For a build, which asks by registry. One whose credentials cannot be read is asked without: most images are public, and the
/// registry says so if not.
pub(crate) fn finder() -> FindCredentials {
    Arc::new(|registry| {
        Box::pin(async move {
            let found = credentials_for_registry(&registry, &surroundings()).await;
            found.ok().flatten().map(convert)
        })
    })
}

/// Where this person's tools keep them.
pub(crate) fn surroundings() -> Surroundings<'static> {
    Surroundings {
        environment: &|name| std::env::var(name).ok(),
        home: directories::BaseDirs::new().map(|folders| folders.home_dir().to_path_buf()),
    }
}

fn convert(found: wharf_registry::Credentials) -> Credentials {
    Credentials {
        server: found.server,
        username: found.username,
        password: found.password,
        identity_token: found.identity_token,
        origin: found.origin,
    }
}
