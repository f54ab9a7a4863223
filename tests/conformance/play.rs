//! Plays a case's steps with one of the two programs and writes down what could be observed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::unix::process::CommandExt;

use serde_json::{Value, json};

use crate::case::{Case, Run, Step};
use crate::events;
use crate::normalise::{Normaliser, images_of, workspace_hash};
use crate::observe;
use crate::process::{self, Ended};
use crate::setting::Setting;
use crate::stage::Stage;

/// One case on the stage.
struct Play<'a> {
    stage: &'a Stage,
    case: &'a Case,
    setting: &'a Setting,
    normaliser: Normaliser,
    /// What a container of each image looks like when nothing was asked of the engine.
    bare: HashMap<String, Value>,
    /// Files of the container as a step saw them last: each step shows only what is new.
    seen: BTreeMap<String, Value>,
    /// The container whose files these are.
    seen_in: Option<String>,
    /// The containers as a step showed them last.
    shown: Option<Value>,
    /// The newest container of the case.
    container: Option<String>,
}

/// Plays the case and gives the answers of its steps.
pub(crate) fn play(stage: &Stage, case: &Case) -> Result<Value, String> {
    let setting = Setting::make(stage, case)?;
    let answers = play_steps(stage, case, &setting);
    if std::env::var_os("WHARF_CONFORMANCE_KEEP").is_none() {
        setting.clear(stage)?;
    }
    answers
}

fn play_steps(stage: &Stage, case: &Case, setting: &Setting) -> Result<Value, String> {
    let mut play = Play {
        stage,
        case,
        setting,
        normaliser: Normaliser::new(&stage.root, &setting.opened, &stage.engine.data_folder()?),
        bare: HashMap::new(),
        seen: BTreeMap::new(),
        seen_in: None,
        shown: None,
        container: None,
    };
    play.normaliser.learn(&setting.address, "<the engine's address>".to_owned());
    if let Some(shelves) = &setting.shelves {
        shelves.teach(&mut play.normaliser);
    }
    let mut answers = Vec::new();
    for (index, step) in case.script.steps.iter().enumerate() {
        answers.extend(play.step(step).map_err(|error| format!("step {index}: {error}"))?);
    }
    Ok(json!({ "steps": answers }))
}

impl Play<'_> {
    /// Does one step; a start of the program gives an answer.
    fn step(&mut self, step: &Step) -> Result<Option<Value>, String> {
        match step {
            Step::Run(run) => self.run(run).map(Some),
            Step::Container { container } => {
                let id = self.setting.containers(self.stage)?.pop().ok_or("there is no container yet")?;
                if container == "remove" {
                    self.stage.engine.remove(&id)?
                } else {
                    self.stage.engine.act(container, &id)?
                }
                Ok(None)
            }
            Step::Create { create } => {
                let mut body = serde_json::to_value(create).map_err(|error| error.to_string())?;
                body = self.fill_value(&body);
                let id = self.stage.engine.create(&body)?;
                self.stage.engine.act("start", &id)?;
                self.container = Some(id);
                Ok(None)
            }
            Step::Volume { volume } => self.stage.engine.make_volume(volume).map(|()| None),
            Step::Write { write, text } => {
                let path = self.setting.copy.join(write);
                let text = self.fill(text);
                path.parent()
                    .map_or(Ok(()), std::fs::create_dir_all)
                    .and_then(|()| std::fs::write(&path, text))
                    .map_err(|error| error.to_string())?;
                Ok(None)
            }
        }
    }

    /// Starts the program and notes all that it changed.
    fn run(&mut self, run: &Run) -> Result<Value, String> {
        let before = observe::workspace_files(&self.setting.copy);
        let arguments = self.arguments(run);
        let asked_before = self.setting.shelves.as_ref().map_or(0, |shelves| shelves.requests().len());
        let ended = self.start(run, &arguments)?;
        let mut inspected = Vec::new();
        for id in self.setting.containers(self.stage)? {
            let Some(container) = self.stage.engine.inspect_if_there(&id)? else { continue };
            self.normaliser.learn_container(&container);
            inspected.push(container);
            self.container = Some(id);
        }
        let mut answer = json!({ "run": run.run.join(" "), "exit": ended.code() });
        answer["stdout"] = match &run.from {
            Some(mark) => beginning_with(mark, &ended.stdout),
            None if run.prose => json!(!ended.stdout.is_empty()),
            None => document_or_content(&ended.stdout),
        };
        if run.stderr {
            answer["stderr"] = observe::content_of("stderr", &ended.stderr);
        }
        if !run.said.is_empty() {
            let text = String::from_utf8_lossy(&ended.stderr);
            let said = run.said.iter().map(|part| (part.clone(), json!(text.contains(&self.fill(part)))));
            answer["said"] = said.collect::<serde_json::Map<_, _>>().into();
        }
        if let Some(shelves) = self.setting.shelves.as_ref().filter(|_| run.asked) {
            let mut counted = BTreeMap::new();
            for request in shelves.requests().split_off(asked_before) {
                *counted.entry(request).or_insert(0_usize) += 1;
            }
            answer["asked"] = json!(counted);
        }
        if run.events {
            answer["events"] = events::observed(&ended.stderr);
        }
        if run.container.unwrap_or(run.run.first().is_some_and(|command| command == "up")) {
            let mut containers = Vec::new();
            for container in &inspected {
                containers.push(observe::container(&self.stage.engine, container, &mut self.bare)?);
            }
            let containers = Value::Array(containers);
            answer["containers"] = if self.shown.as_ref() == Some(&containers) {
                json!("as before")
            } else {
                containers.clone()
            };
            self.shown = Some(containers);
        }
        // Containers that tests of Features ran in are on their way out.
        let tests_features = run.run.iter().take(2).eq(["features", "test"]);
        if let Some(id) = self.container.clone().filter(|_| !tests_features) {
            if self.seen_in.as_ref() != Some(&id) {
                self.seen.clear();
                self.seen_in = Some(id.clone());
            }
            let mut paths = vec![observe::FACTS.to_owned()];
            paths.extend(run.files.iter().map(|path| self.fill(path)));
            let files = observe::files(&self.stage.engine, &id, &paths)?;
            answer["files"] = observe::changed(&self.seen, &files);
            self.seen.extend(files);
        }
        if run.images {
            let mut names = vec![workspace_hash(&self.setting.opened), images_of(&self.case.name)];
            names.extend(projects_of(&inspected).into_iter().map(|project| format!("{project}-")));
            if self.case.script.compose {
                names.extend(told_images(&answer["stdout"]["json"]["imageName"]));
            }
            answer["images"] = observe::images(&self.stage.engine, &names)?;
        }
        if let Some(shelves) = self.setting.shelves.as_ref().filter(|_| run.published) {
            answer["published"] = shelves.published();
        }
        let after = observe::workspace_files(&self.setting.copy);
        answer["workspace"] = observe::changed(&before, &after);
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            answer["workspace"][name] = json!("removed");
        }
        Ok(self.normaliser.value(&answer))
    }

    fn arguments(&self, run: &Run) -> Vec<String> {
        let mut arguments: Vec<String> = run.run.iter().map(|argument| self.fill(argument)).collect();
        if !run.bare {
            // Commands of two words take their flags behind both.
            let behind = if matches!(run.run[0].as_str(), "features" | "templates") { 2 } else { 1 };
            arguments.splice(
                behind..behind,
                ["--workspace-folder".to_owned(), self.setting.opened.to_string_lossy().into_owned()],
            );
        }
        arguments
    }

    fn fill(&self, text: &str) -> String {
        let shelves = self.setting.shelves.as_ref();
        let text = shelves.map_or_else(|| text.to_owned(), |shelves| shelves.names(text));
        text.replace("{workspace}", &self.setting.opened.to_string_lossy())
            .replace("{root}", &self.stage.root.to_string_lossy())
            .replace("{home}", &self.setting.home.to_string_lossy())
            .replace("{case}", &self.case.name)
            .replace("{container}", self.container.as_deref().unwrap_or("no-container-yet"))
    }

    fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(key, field)| (self.fill(key), self.fill_value(field))).collect(),
            ),
            other => other.clone(),
        }
    }

    fn start(&self, run: &Run, arguments: &[String]) -> Result<Ended, String> {
        let mut command = self.stage.command(arguments, run.terminal);
        command.current_dir(self.setting.opened.join(&run.folder)).env("HOME", &self.setting.home);
        command.env("DOCKER_HOST", &self.setting.address).env("TMPDIR", self.setting.home.join("tmp"));
        command.env("LANG", "C.UTF-8").env("CONFORMANCE", "a value of the host");
        command.envs(run.environment.iter().map(|(name, value)| (name, self.fill(value))));
        if let Some(user) = self.case.script.user {
            command.uid(user).gid(user);
        }
        process::run(command, run.input.bytes())
    }
}

/// The images that a document of `build` names: one, or a list.
fn told_images(told: &Value) -> Vec<String> {
    let one = std::slice::from_ref(told);
    let list = told.as_array().map_or(one, Vec::as_slice);
    list.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The Compose projects of these containers: images of their services are named after them.
fn projects_of(inspected: &[Value]) -> BTreeSet<String> {
    let labels = inspected.iter().map(|container| &container["Config"]["Labels"]);
    labels.filter_map(|labels| labels["com.docker.compose.project"].as_str().map(str::to_owned)).collect()
}

/// The lines that begin with the mark; nothing if it is not there.
fn beginning_with(mark: &str, bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    json!(text.find(mark).map(|at| text[at..].trim_end().lines().collect::<Vec<_>>()))
}

/// One line of JSON whose bytes are what its value serialises to becomes that value; all else is content.
fn document_or_content(bytes: &[u8]) -> Value {
    let document = bytes.strip_suffix(b"\n").filter(|line| line.first() == Some(&b'{'));
    let parsed = document.and_then(|line| serde_json::from_slice::<Value>(line).ok());
    match (parsed, document) {
        (Some(value), Some(line)) if value.to_string().as_bytes() == line => json!({ "json": value }),
        _ => observe::content_of("stdout", bytes),
    }
}
