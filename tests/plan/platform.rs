//! What images are pulled and built for, and containers made for.

use serde_json::{Value, json};
use wharf_plan::consent::tells;
use wharf_plan::{
    Blocker, Consent, Desired, EngineKind, Fact, FactQuery, Observed, Outcome, Running, Step, Wanted,
    WorkspaceSource, container, image, platform, reconcile,
};
use wharf_spec::feature::FeatureSet;

use crate::features::feature;
use crate::support::{FOLDER, engine, image_facts, merged, observed, running};

/// All that is known where `DOCKER_DEFAULT_PLATFORM` is this.
fn known(default: Option<&str>) -> Observed {
    let mut observed = Observed {
        container: Fact::Known(None),
        dockerfile: Fact::Known(Some("FROM debian\n".to_owned())),
        context: Fact::Known(String::new()),
        consent: Consent::Everything,
        initialized: true,
        ..observed(&serde_json::Map::new())
    };
    let variable = default.map(|value| ("DOCKER_DEFAULT_PLATFORM".to_owned(), value.to_owned()));
    observed.host.environment.extend(variable);
    observed
}

/// What the image is pulled for where it is missing, what is built for where anything is, and what the container is made for.
fn platforms(configuration: &Value, observed: &Observed) -> (Option<String>, Vec<String>, Option<String>) {
    let wanted = Running { update_uid_default: None, ..running(configuration) };
    let mut missing = observed.clone();
    missing.images.insert("debian".to_owned(), None);
    let desired = Desired {
        source: WorkspaceSource::Folder { path: FOLDER.to_owned() },
        wanted: Wanted::Running(Box::new(wanted.clone())),
    };
    let outcome = reconcile(&desired, &missing);
    let Outcome::Next(steps) = &outcome else { panic!("{outcome:?}") };
    let [Step::Pull { platform: pulled, .. }] = steps.as_slice() else { panic!("{steps:?}") };
    let facts = image_facts(None);
    let build = image::environment_build(&wanted, Some(("debian", &facts)), observed).unwrap();
    let built = build.map(|(_, build)| build.spec.platforms).unwrap_or_default();
    let made = container::container_spec(&wanted, &merged(&wanted, &facts), "debian", &facts, observed);
    (pulled.clone(), built, made.unwrap().platform)
}

#[test]
fn the_person_s_own_platform_counts_where_nobody_asks_for_another() {
    let (arm, amd) = (Some("linux/arm64"), Some("linux/amd64"));
    let of_image = |arguments: Value| json!({"image": "debian", "runArgs": arguments});
    let of_build = |options: Value| json!({"build": {"dockerfile": "Dockerfile", "options": options}});
    let cases = [
        (of_image(json!([])), None, None, vec![], None),
        (of_image(json!([])), Some(""), None, vec![], None),
        (of_image(json!([])), arm, arm, vec![], arm),
        (of_image(json!(["--platform", "linux/amd64"])), arm, amd, vec![], amd),
        (of_image(json!(["--platform="])), arm, None, vec![], None),
        (of_build(json!([])), None, None, vec![], None),
        (of_build(json!([])), arm, arm, vec!["linux/arm64"], arm),
        (of_build(json!(["--platform=linux/amd64"])), arm, None, vec!["linux/amd64"], None),
    ];
    for (configuration, default, pulled, built, made) in cases {
        let found = platforms(&configuration, &known(default));
        let built = built.into_iter().map(str::to_owned).collect();
        let expected = (pulled.map(str::to_owned), built, made.map(str::to_owned));
        assert_eq!(found, expected, "{configuration} {default:?}");
    }
}

#[test]
fn an_image_with_features_or_a_label_is_built_for_the_person_s_own_platform() {
    let mut observed = known(Some("linux/arm64"));
    let features = vec![feature("color", json!({}), json!({"id": "color"}))];
    observed.features = Fact::Known(FeatureSet { features, ..FeatureSet::default() });
    for (arguments, expected) in
        [(json!([]), "linux/arm64"), (json!(["--platform=linux/amd64"]), "linux/amd64")]
    {
        let configuration = json!({"image": "debian", "features": {"./color": {}}, "runArgs": arguments});
        assert_eq!(platforms(&configuration, &observed).1, [expected], "{configuration}");
    }
    let mut wanted = running(&json!({"image": "debian"}));
    let labelled = |wanted: &Running| {
        image::labelled_build(wanted, "debian", &image_facts(None), &observed).unwrap().spec.platforms
    };
    assert_eq!(labelled(&wanted), ["linux/arm64"]);
    wanted.build.platforms = vec!["linux/amd64".to_owned()];
    assert_eq!(labelled(&wanted), ["linux/amd64"], "the caller's");
    assert_eq!(
        platform::asked(&wanted, &observed),
        None,
        "what the build rests on is the builder's to choose"
    );
}

/// The variable is Docker's; Compose reads it on every engine.
#[test]
fn podman_knows_no_such_variable() {
    let mut observed = known(Some("linux/arm64"));
    observed.engine = engine(EngineKind::Podman);
    assert_eq!(platforms(&json!({"image": "debian"}), &observed), (None, vec![], None));
    let service = running(&json!({"dockerComposeFile": "c.yml", "service": "app"}));
    assert_eq!(platform::asked(&service, &observed).as_deref(), Some("linux/arm64"));
}

/// The base is that of the platform that is built for: the caller's, that of the options, the person's own, else the engine's.
#[test]
fn the_base_of_another_platform() {
    let text = "FROM --platform=$BUILDPLATFORM tools AS tools\nFROM x-$TARGETARCH$TARGETVARIANT\n";
    // What the caller asks, what the options say, what DOCKER_DEFAULT_PLATFORM says, and what is looked at then.
    let cases = [
        (None, None, None, "x-amd64"),
        (None, None, Some("linux/arm64"), "x-arm64"),
        (None, Some("linux/arm/v7"), Some("linux/arm64"), "x-armv7"),
        (Some("linux/riscv64,linux/amd64"), Some("linux/arm/v7"), None, "x-riscv64"),
        (Some("s390x"), None, None, "x-s390x"),
    ];
    for (asked, option, default, expected) in cases {
        let options: Vec<String> = option.into_iter().map(|option| format!("--platform={option}")).collect();
        let mut wanted = running(&json!({ "build": { "dockerfile": "Dockerfile", "options": options } }));
        wanted.build.platforms.extend(asked.map(str::to_owned));
        let mut observed = known(default);
        observed.dockerfile = Fact::Known(Some(text.to_owned()));
        let told = tells(&wanted, &observed).into_iter().map(|tell| tell.text).collect::<Vec<_>>().join("\n");
        assert!(told.contains(&format!("image {expected} is")), "{told}");
        let desired = Desired {
            source: WorkspaceSource::Folder { path: FOLDER.to_owned() },
            wanted: Wanted::Running(Box::new(wanted)),
        };
        let outcome = reconcile(&desired, &observed);
        let query = FactQuery::Image { image: expected.to_owned() };
        assert_eq!(outcome, Outcome::Blocked(Blocker::Fact { query }), "{asked:?} {option:?}");
    }
}
