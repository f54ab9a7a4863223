//! What an environment needs before it can be made: images, registries, a machine, secrets, variables.

use wharf_api as api;
use wharf_api::{CheckRule, CheckScenario, CheckSeverity};
use wharf_plan::{Observed, Running, consent, image};
use wharf_spec::{Config, Gpu, ImageReference, Scenario};

use super::findings::Findings;
use crate::environment::Environment;

/// What this configuration needs, its Features left out.
pub(super) fn of(environment: &Environment, wanted: &Running, observed: &Observed) -> api::CheckNeeds {
    let config = &environment.configuration.config;
    let scenario = config.scenario();
    let base = match &scenario {
        Some(Scenario::Image { image }) => Some(image.clone()),
        Some(Scenario::Dockerfile { build, .. }) => {
            let text = observed.dockerfile.known().and_then(Option::as_ref);
            text.and_then(|text| image::base_name(build, None, text, observed))
                .filter(|base| base != "scratch")
        }
        Some(Scenario::Compose { .. }) | None => None,
    };
    let images: Vec<api::CheckedImage> = base
        .filter(|reference| !reference.is_empty())
        .map(|reference| api::CheckedImage {
            pinned: ImageReference::parse(&reference).is_pinned(),
            reference,
            ..api::CheckedImage::default()
        })
        .into_iter()
        .collect();
    let mut variables: Vec<String> =
        consent::host_variables(&wanted.configuration.raw).into_iter().map(|(name, _)| name).collect();
    variables.sort();
    variables.dedup();
    api::CheckNeeds {
        scenario: scenario.as_ref().map(|scenario| match scenario {
            Scenario::Image { .. } => CheckScenario::Image,
            Scenario::Dockerfile { .. } => CheckScenario::Dockerfile,
            Scenario::Compose { .. } => CheckScenario::Compose,
        }),
        registries: images
            .iter()
            .map(|image| ImageReference::parse(&image.reference).registry.to_owned())
            .collect(),
        images,
        machine: machine(config),
        secrets: config.secrets.keys().cloned().collect(),
        variables,
        ..api::CheckNeeds::default()
    }
}

/// Says which images may hold something else tomorrow, and where each is named.
pub(super) fn unpinned_images(needs: &mut api::CheckNeeds, findings: &mut Findings<'_>) {
    let pointer = match needs.scenario {
        Some(CheckScenario::Dockerfile) if findings.has("/build/dockerfile") => "/build/dockerfile",
        Some(CheckScenario::Dockerfile) => "/dockerFile",
        _ => "/image",
    };
    for image in &mut needs.images {
        image.location = Some(findings.location(pointer));
    }
    for image in needs.images.iter().filter(|image| !image.pinned) {
        let reference = &image.reference;
        let message = format!("the image {reference} is not pinned: what it holds can change");
        let hint = Some("Name a version or a digest, such as `name:12` or `name@sha256:…`".to_owned());
        findings.add(CheckRule::UnpinnedImage, CheckSeverity::Warning, pointer, message, hint);
    }
}

fn machine(config: &Config) -> Vec<String> {
    let Some(requirements) = &config.host_requirements else { return Vec::new() };
    let processors = requirements.cpus.map(|number| match number {
        1 => "1 processor".to_owned(),
        number => format!("{number} processors"),
    });
    let memory = requirements.memory.as_ref().map(|size| format!("{size} of memory"));
    let storage = requirements.storage.as_ref().map(|size| format!("{size} of disk space"));
    let gpu = requirements.gpu.as_ref().and_then(|gpu| match gpu {
        Gpu::Needed(false) => None,
        Gpu::Optional(_) => Some("a GPU if there is one".to_owned()),
        Gpu::Needed(true) | Gpu::Sized(_) => Some("a GPU".to_owned()),
    });
    [processors, memory, storage, gpu].into_iter().flatten().collect()
}
