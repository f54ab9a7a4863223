//! Features that are reported as harmful after an environment with them was made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use wharf_test_support::engines::{self, DOCKER};
use wharf_test_support::tls::{Authority, Reply, answering_proxy};

use crate::kit::Place;

const PUBLISHED: &str = r#"{ "disallowedFeatures": [{ "featureIdPrefix": "./.devcontainer/tool" }] }"#;

#[test]
fn an_environment_that_is_there_asks_once_a_day_and_is_stopped() {
    let authority = Arc::new(Authority::new());
    let (is_harmful, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let published = (is_harmful.clone(), asked.clone());
    let proxy = answering_proxy(&authority, move |question| {
        // Where the specification's maintainers publish it.
        if (question.host.as_str(), question.path.as_str())
            != ("containers.dev", "/static/devcontainer-control-manifest.json")
        {
            return Reply::default();
        }
        published.1.fetch_add(1, Ordering::SeqCst);
        let text = if published.0.load(Ordering::SeqCst) { PUBLISHED } else { "{}" };
        Reply { status: 200, body: text.as_bytes().to_vec(), ..Reply::default() }
    });
    let place = Place::new(
        engines::engine(DOCKER),
        r#"{ "image": "busybox", "features": { "./.devcontainer/tool": {} } }"#,
    );
    place.write(".devcontainer/tool/devcontainer-feature.json", r#"{ "id": "tool", "version": "1.0.0" }"#);
    place.write(".devcontainer/tool/install.sh", "true\n");
    let file = place.home.write("authority.pem", authority.certificate());
    let up = || {
        let exchange = place
            .wharf("up", &[])
            .variable("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port()))
            .variable("SSL_CERT_FILE", &file);
        exchange.end()
    };
    let state = || place.containers()[0]["State"].as_str().unwrap().to_owned();

    let answer = up();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    is_harmful.store(true, Ordering::SeqCst);
    let answer = up();
    assert_eq!((answer.code, asked.load(Ordering::SeqCst)), (Some(0), 1), "{answer}");

    let kept = place.home.path().join(".local/state/wharf/features/control-manifest.json");
    let kept = std::fs::File::options().append(true).open(kept).unwrap();
    kept.set_modified(SystemTime::now() - Duration::from_secs(25 * 60 * 60)).unwrap();
    assert_eq!(state(), "running");
    let answer = up();
    assert_eq!((answer.code, asked.load(Ordering::SeqCst)), (Some(1), 2), "{answer}");
    assert!(answer.stdout_text().contains("The existing dev container was stopped."), "{answer}");
    assert_eq!(state(), "exited");
}
