//! A Dockerfile as far as an environment needs to understand it: its stages, what they rest on, and who they run as.
//!
//! Builders do the building; this reads only what decides about metadata and users before they are asked, and adds the name that
//! a last stage needs so that another can follow it. A text that no builder would accept gives what could be understood.

mod lines;
mod resolve;
mod words;
mod written;

use std::collections::BTreeMap;

use indexmap::IndexMap;

use resolve::{Parent, Resolver, Scope};

pub use written::WrittenInstruction;

/// A Dockerfile that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    text: String,
    directives: Vec<(String, String)>,
    escape: char,
    preamble: Vec<Instruction>,
    stages: Vec<Stage>,
}

/// A stage: what stands between one `FROM` and the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The `FROM` itself.
    pub from: From,
    instructions: Vec<Instruction>,
}

/// The `FROM` of a stage, variables as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The platform that is asked for.
    pub platform: Option<String>,
    /// The image or stage that it rests on, quotes and variables as written.
    pub image: String,
    /// The stage's name.
    pub name: Option<String>,
    /// The byte behind the image, where a name can be added.
    image_end: usize,
}

/// What a Dockerfile rests on, copies or mounts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName {
    /// The name, variables filled in as far as they are known.
    pub name: String,
    /// Whether a stage goes by it, which then counts before an image.
    pub is_stage: bool,
}

/// The instructions that decide about images and users.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Instruction {
    Arg { name: String, default: Option<String> },
    Env { name: String, value: String },
    User { user: String },
}

/// The arguments of a build.
#[derive(Debug, Clone, Copy)]
pub struct Arguments<'a> {
    /// Those that the configuration gives.
    pub build: &'a IndexMap<String, String>,
    /// Those that builders define by themselves: see [`platform_arguments`].
    pub platform: &'a BTreeMap<String, String>,
}

/// A platform as images name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture, such as `amd64`.
    pub architecture: String,
    /// The architecture's variant, such as `v7`.
    pub variant: Option<String>,
}

impl Platform {
    /// Reads `os/architecture[/variant]`, as `--platform` takes it; of several with commas between them the first. An architecture alone is one of
    /// Linux.
    #[must_use]
    pub fn parse(text: &str) -> Platform {
        let first = text.split(',').next().unwrap_or_default().trim();
        let mut parts = first.split('/').map(str::to_owned);
        match (parts.next().unwrap_or_default(), parts.next()) {
            (os, Some(architecture)) => Platform { os, architecture, variant: parts.next() },
            (os, None) if os == "linux" || os == "windows" => Platform { os, ..Platform::default() },
            (architecture, None) => Platform { os: "linux".to_owned(), architecture, variant: None },
        }
    }
}

/// Whether a Dockerfile's own frontend understands named build contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildContexts {
    /// It does: Docker's frontend in version 1.4 or later.
    Supported,
    /// No frontend is named, or one that is too old.
    Unsupported,
    /// The frontend is somebody else's.
    Unknown,
}

/// Why a Dockerfile cannot be built on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DockerfileError {
    /// No stage.
    #[error("Error parsing Dockerfile: Dockerfile contains no FROM instructions")]
    NoStage,
    /// A `FROM` that names nothing.
    #[error("Error parsing Dockerfile: failed to parse final FROM line")]
    EmptyFrom,
}

/// The arguments that builders define by themselves: `TARGETARCH`, `BUILDPLATFORM` and their like.
#[must_use]
pub fn platform_arguments(build: &Platform, target: &Platform) -> BTreeMap<String, String> {
    [("BUILD", build), ("TARGET", target)]
        .into_iter()
        .flat_map(|(prefix, platform)| {
            let variant = platform.variant.clone().unwrap_or_default();
            let parts = [platform.os.as_str(), &platform.architecture, &variant];
            let whole = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
            [
                (format!("{prefix}PLATFORM"), whole),
                (format!("{prefix}OS"), platform.os.clone()),
                (format!("{prefix}ARCH"), platform.architecture.clone()),
                (format!("{prefix}VARIANT"), variant),
            ]
        })
        .collect()
}

impl Dockerfile {
    /// Reads a text. Whatever it holds, the result is what could be understood.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let directives = lines::directives(text);
        let escape = directives
            .iter()
            .find(|(key, value)| key == "escape" && matches!(value.as_str(), "\\" | "`"))
            .and_then(|(_, value)| value.chars().next())
            .unwrap_or('\\');
        let mut preamble = Vec::new();
        let mut stages: Vec<Stage> = Vec::new();
        for line in lines::instructions(text, escape) {
            if line.keyword == "FROM" {
                stages.push(Stage { from: From::of(&line.rest), instructions: Vec::new() });
                continue;
            }
            let scope = stages.last_mut().map_or(&mut preamble, |stage| &mut stage.instructions);
            match line.keyword.as_str() {
                "ARG" => scope.extend(arguments(&line.text(), escape)),
                "ENV" => scope.extend(variables(&line.text(), escape)),
                "USER" => scope.push(Instruction::User { user: line.text() }),
                _ => {}
            }
        }
        Self { text: text.to_owned(), directives, escape, preamble, stages }
    }

    /// What it does, instruction by instruction.
    #[must_use]
    pub fn instructions(&self) -> Vec<WrittenInstruction> {
        written::instructions(&self.text, self.escape)
    }

    /// The paths of the build context that it takes, patterns among them; None if that cannot be told, which may be all.
    #[must_use]
    pub fn context_paths(&self) -> Option<Vec<String>> {
        let paths: Option<Vec<Vec<String>>> =
            self.instructions().iter().map(WrittenInstruction::context_paths).collect();
        paths.map(|paths| paths.concat())
    }

    /// The text as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The stages in order.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The frontend that the text asks for with `# syntax=`.
    #[must_use]
    pub fn syntax(&self) -> Option<&str> {
        self.directives.iter().find(|(key, _)| key == "syntax").map(|(_, value)| value.as_str())
    }

    /// All that the text asks of its frontend at the top, keys in lower case: `syntax`, `escape`, `check`.
    pub fn directives(&self) -> impl Iterator<Item = (&str, &str)> {
        self.directives.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The character that continues a line and makes another stand for itself.
    #[must_use]
    pub fn escape(&self) -> char {
        self.escape
    }

    /// The image that a stage finally rests on, the last stage if none is named. `None` if there is no such stage, or stages rest
    /// on each other.
    #[must_use]
    pub fn base_image(&self, arguments: &Arguments<'_>, target: Option<&str>) -> Option<String> {
        let nothing = BTreeMap::new();
        let resolver = Resolver::new(self, arguments, &nothing);
        let mut stage = self.stage(target)?;
        let mut seen = Vec::new();
        while !seen.contains(&stage) {
            seen.push(stage);
            match resolver.parent(stage)? {
                Parent::Image(image) => return Some(image),
                Parent::Stage(parent) => stage = parent,
            }
        }
        None
    }

    /// The images that it names, variables filled in as far as they are known: what its stages rest on, then what is copied or mounted
    /// from.
    #[must_use]
    pub fn image_names(&self, arguments: &Arguments<'_>) -> Vec<ImageName> {
        let nothing = BTreeMap::new();
        let resolver = Resolver::new(self, arguments, &nothing);
        let named = |word: &str, stages: &[Stage]| {
            let name = resolver.replaced(word, Scope::Preamble, self.preamble.len());
            let mut names = stages.iter().filter_map(|stage| stage.from.name.as_deref());
            let is_stage = names.any(|stage| stage.eq_ignore_ascii_case(&name));
            ImageName { name, is_stage }
        };
        let stages = self.stages.iter().enumerate();
        let bases = stages.map(|(place, stage)| named(&stage.from.image, &self.stages[..place]));
        let sources = self.instructions();
        let sources = sources.iter().flat_map(|written| written.sources(self.escape));
        let is_stage_number = |found: &ImageName| found.name.bytes().all(|byte| byte.is_ascii_digit());
        let sources = sources.map(|name| named(&name, &self.stages));
        bases.chain(sources).filter(|found| !is_stage_number(found)).collect()
    }

    /// The user that a stage ends with, the last stage if none is named, as `USER` of it or of a stage that it rests on says.
    /// `None` leaves it to the base image, whose environment variables may have a part in the answer.
    #[must_use]
    pub fn user(
        &self,
        arguments: &Arguments<'_>,
        base_environment: &BTreeMap<String, String>,
        target: Option<&str>,
    ) -> Option<String> {
        let resolver = Resolver::new(self, arguments, base_environment);
        let mut stage = self.stage(target)?;
        let mut seen = Vec::new();
        while !seen.contains(&stage) {
            seen.push(stage);
            let instructions = &self.stages.get(stage)?.instructions;
            let last =
                instructions.iter().enumerate().rev().find_map(|(index, instruction)| match instruction {
                    Instruction::User { user } => Some((index, user)),
                    _ => None,
                });
            if let Some((index, user)) = last {
                let user = resolver.replaced(user, Scope::Stage(stage), index);
                return user.split_whitespace().next().map(str::to_owned);
            }
            match resolver.parent(stage)? {
                Parent::Image(_) => return None,
                Parent::Stage(parent) => stage = parent,
            }
        }
        None
    }

    /// The name of the last stage and, if it had none, the text in which it has `default` as its name.
    ///
    /// # Errors
    /// There is no stage, or the last `FROM` names nothing.
    pub fn with_stage_name(&self, default: &str) -> Result<(String, Option<String>), DockerfileError> {
        let from = &self.stages.last().ok_or(DockerfileError::NoStage)?.from;
        if let Some(name) = &from.name {
            return Ok((name.clone(), None));
        }
        if from.image.is_empty() {
            return Err(DockerfileError::EmptyFrom);
        }
        let (before, after) = self.text.split_at(from.image_end);
        Ok((default.to_owned(), Some(format!("{before} AS {default}{after}"))))
    }

    /// Whether the frontend that the text asks for understands named build contexts.
    #[must_use]
    pub fn build_contexts(&self) -> BuildContexts {
        let Some(syntax) = self.syntax() else { return BuildContexts::Unsupported };
        let lower = syntax.to_lowercase();
        let image = lower.strip_prefix("docker.io/").unwrap_or(&lower);
        match image.strip_prefix("docker/dockerfile") {
            Some("") => BuildContexts::Supported,
            Some(tag) => match tag.strip_prefix(':') {
                Some(version) if has_build_contexts(version) => BuildContexts::Supported,
                Some(_) => BuildContexts::Unsupported,
                None => BuildContexts::Unknown,
            },
            None => BuildContexts::Unknown,
        }
    }

    /// The number of the stage of a name, or of the last one. Builders accept numbers too, and names in any case.
    fn stage(&self, target: Option<&str>) -> Option<usize> {
        let Some(target) = target.filter(|target| !target.is_empty()) else {
            return self.stages.len().checked_sub(1);
        };
        let named =
            |stage: &Stage| stage.from.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(target));
        self.stages
            .iter()
            .rposition(named)
            .or_else(|| target.parse().ok().filter(|number| *number < self.stages.len()))
    }
}

/// A text without its `# syntax` line at the top, for putting other lines before it.
#[must_use]
pub fn without_syntax(text: &str) -> &str {
    let visible = text.trim_start();
    let is_syntax = visible
        .strip_prefix('#')
        .and_then(|comment| comment.split_once('='))
        .is_some_and(|(key, _)| key.trim() == "syntax");
    if !is_syntax {
        return text;
    }
    let end = visible.find(['\r', '\n']).map_or(visible.len(), |end| end + 1);
    &visible[end..]
}

/// Whether a version of Docker's frontend is 1.4 or later. A short version means the latest of its line, and a word the latest of all.
fn has_build_contexts(version: &str) -> bool {
    let number: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let mut parts = number.split('.').map(str::parse::<u64>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (1, 4),
        (Some(Ok(major)), _) => major >= 1,
        _ => true,
    }
}

impl From {
    /// Reads `[--platform=…] image [AS name]`; what follows is a builder's to judge.
    fn of(rest: &[lines::Placed]) -> Self {
        let tokens: Vec<&[lines::Placed]> = rest
            .split(|(_, character)| character.is_whitespace())
            .filter(|token| !token.is_empty())
            .collect();
        let text = |token: &[lines::Placed]| token.iter().map(|(_, character)| character).collect::<String>();
        let flags = tokens.iter().take_while(|token| text(token).starts_with("--")).count();
        let platform = tokens[..flags]
            .iter()
            .find_map(|token| text(token).strip_prefix("--platform=").map(str::to_owned));
        let image = tokens.get(flags).copied().unwrap_or_default();
        let name = match (tokens.get(flags + 1), tokens.get(flags + 2)) {
            (Some(keyword), Some(name)) if text(keyword).eq_ignore_ascii_case("as") => Some(text(name)),
            _ => None,
        };
        let image_end = image.last().map_or(0, |(start, character)| start + character.len_utf8());
        Self { platform, image: text(image), name, image_end }
    }
}

/// `NAME`, `NAME=default`, or several of them.
fn arguments(text: &str, escape: char) -> Vec<Instruction> {
    words::split(text, escape)
        .into_iter()
        .map(|word| match word.split_once('=') {
            Some((name, default)) => {
                Instruction::Arg { name: name.to_owned(), default: Some(default.to_owned()) }
            }
            None => Instruction::Arg { name: word, default: None },
        })
        .collect()
}

/// `NAME=value` once or more, or the old form `NAME value with spaces`.
fn variables(text: &str, escape: char) -> Vec<Instruction> {
    let words = words::split(text, escape);
    if words.first().is_some_and(|word| !word.contains('=')) {
        let (name, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        return vec![Instruction::Env { name: name.to_owned(), value: value.trim().to_owned() }];
    }
    words
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| Instruction::Env { name: name.to_owned(), value: value.to_owned() })
        .collect()
}
