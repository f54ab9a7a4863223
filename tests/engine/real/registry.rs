//! Pulling from a real registry, open and locked.

use tokio_util::sync::CancellationToken;
use wharf_engine::{Builders, Credentials, Engine, Error};
use wharf_plan::BuildSpec;
use wharf_test_support::engines::DOCKER;
use wharf_test_support::images::BUSYBOX;
use wharf_test_support::registry::{PASSWORD, Registry, USER};

use super::{connect, on_each_engine, unique};

on_each_engine!(an_open_registry_asks_nobody, a_locked_registry_asks_who_it_is);

fn credentials(password: &str) -> Credentials {
    Credentials {
        username: USER.to_owned(),
        password: password.to_owned(),
        origin: "/home/me/.docker/config.json".to_owned(),
        ..Credentials::default()
    }
}

/// Puts an image there, and answers its name.
async fn fill(registry: &Registry) -> String {
    let image = format!("{}/some/{}:1", registry.host(), unique("image"));
    let spec = BuildSpec {
        dockerfile: format!("FROM {BUSYBOX}\nLABEL wharf.test={image}\n"),
        dockerfile_name: "Dockerfile".to_owned(),
        tags: vec![image.clone()],
        push: true,
        ..BuildSpec::default()
    };
    let engine = connect(DOCKER).await;
    let find: wharf_engine::FindCredentials =
        std::sync::Arc::new(|_| Box::pin(std::future::ready(Some(credentials(PASSWORD)))));
    engine.build(&spec, &Builders::none(), &find, &CancellationToken::new(), &|_| {}).await.unwrap();
    engine.remove_image(&image, true).await.unwrap();
    image
}

async fn pull(engine: &Engine, image: &str, credentials: Option<&Credentials>) -> Result<(), Error> {
    engine.pull(image, None, credentials, &CancellationToken::new(), &|_| {}).await
}

async fn an_open_registry_asks_nobody(engine: Engine) {
    let registry = Registry::open();
    let image = fill(&registry).await;
    pull(&engine, &image, None).await.unwrap();
    assert_eq!(engine.inspect_image(&image).await.unwrap().unwrap().labels["wharf.test"], image);
    engine.remove_image(&image, true).await.unwrap();
    let missing = format!("{}/none/there:1", registry.host());
    let error = pull(&engine, &missing, None).await.unwrap_err();
    assert!(matches!(&error, Error::ImageNotFound { .. }), "{error:?}");
}

async fn a_locked_registry_asks_who_it_is(engine: Engine) {
    let registry = Registry::locked();
    let image = fill(&registry).await;
    for (shown, told) in [
        (None, "without credentials".to_owned()),
        (
            Some(credentials("wrong")),
            format!("with the credentials of {USER}, from /home/me/.docker/config.json"),
        ),
    ] {
        let error = pull(&engine, &image, shown.as_ref()).await.unwrap_err();
        assert!(matches!(&error, Error::ImageDenied { .. }), "{error:?}");
        let words = error.to_string();
        assert!(words.starts_with(&format!("{} did not let ", registry.host())), "{words}");
        assert!(words.contains(&told), "{words}");
        assert!(error.hint().unwrap().contains(&format!("docker login {}", registry.host())));
        assert_eq!(engine.inspect_image(&image).await.unwrap(), None);
    }
    pull(&engine, &image, Some(&credentials(PASSWORD))).await.unwrap();
    assert!(engine.inspect_image(&image).await.unwrap().is_some());
    engine.remove_image(&image, true).await.unwrap();
}
