//! Which hooks run, and up to where. The cases are in `hooks.json`.

use serde_json::{Map, Value, json};
use wharf_plan::{ContainerFacts, ContainerState, hooks};

use crate::support::{check_cases, image_facts, merged, running};

#[test]
fn hooks_run_in_order_and_up_to_where_they_should() {
    check_cases("hooks.json", |case: &Map<String, Value>| {
        let mut wanted = running(&case["configuration"]);
        wanted.hooks = case
            .get("options")
            .map(|options| serde_json::from_value(options.clone()).unwrap())
            .unwrap_or_default();
        let image = image_facts(case.get("image"));
        let container = ContainerFacts {
            id: "container".to_owned(),
            user: image.user.clone(),
            env: image.env.clone(),
            labels: wanted.id_labels.iter().cloned().collect(),
            ..ContainerFacts::new(ContainerState::Running)
        };
        let spec = hooks::inside_spec(&wanted, &merged(&wanted, &image), &container).unwrap();
        let steps: Vec<String> = spec
            .hooks
            .iter()
            .map(|step| {
                let commands: Vec<String> = step
                    .commands
                    .iter()
                    .map(|command| {
                        format!(
                            "{}={}",
                            command.source.origin(),
                            serde_json::to_value(&command.command).unwrap()
                        )
                    })
                    .collect();
                let rerun = serde_json::to_value(step.rerun).unwrap();
                format!("{} {} {}", step.hook.property_name(), rerun.as_str().unwrap(), commands.join(" "))
                    .trim()
                    .to_owned()
            })
            .collect();
        json!({
            "hooks": steps,
            "readyAfter": spec.ready_after,
            "user": spec.user,
            "probe": spec.probe,
            "remoteEnv": spec.remote_env,
            "workingDir": spec.working_dir,
        })
    });
}
