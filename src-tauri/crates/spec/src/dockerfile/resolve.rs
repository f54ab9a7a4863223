//! Which image a stage rests on and which user it ends with, once arguments and variables have their values.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::words::expand;
use super::{Arguments, Dockerfile, Instruction};

/// How many variables one question may look up. Each may name others, so a hostile file could otherwise keep this busy for years.
const LOOK_UPS: u32 = 2_000;

/// How many variables may lead from one to the next. Each step takes a few frames of the stack.
const LONGEST_CHAIN: u32 = 64;

/// How long a value may grow by replacing variables in it.
const LONGEST_VALUE: usize = 64 * 1024;

/// Where an instruction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Before the first `FROM`.
    Preamble,
    /// In the stage of this number.
    Stage(usize),
}

/// What a stage rests on.
pub(super) enum Parent {
    Stage(usize),
    Image(String),
}

/// What an instruction gives a variable.
enum Found<'r> {
    /// An argument of the build, taken as it is.
    Literal(&'r str),
    /// A word of the file, with the instruction that it belongs to.
    Word(usize, &'r str),
}

pub(super) struct Resolver<'r> {
    dockerfile: &'r Dockerfile,
    arguments: &'r Arguments<'r>,
    base_environment: &'r BTreeMap<String, String>,
    left: Cell<u32>,
    chain: Cell<u32>,
}

impl<'r> Resolver<'r> {
    pub(super) fn new(
        dockerfile: &'r Dockerfile,
        arguments: &'r Arguments<'r>,
        base_environment: &'r BTreeMap<String, String>,
    ) -> Self {
        Self { dockerfile, arguments, base_environment, left: Cell::new(LOOK_UPS), chain: Cell::new(0) }
    }

    fn instructions(&self, scope: Scope) -> &'r [Instruction] {
        match scope {
            Scope::Preamble => &self.dockerfile.preamble,
            Scope::Stage(index) => self.dockerfile.stages.get(index).map_or(&[], |stage| &stage.instructions),
        }
    }

    /// What a stage rests on: an earlier stage of that name, else a later one, else an image.
    ///
    /// Builders only look at earlier stages, so `FROM node AS node` names an image; a later one is an error for them.
    pub(super) fn parent(&self, stage: usize) -> Option<Parent> {
        let from = &self.dockerfile.stages.get(stage)?.from;
        // Nothing of the image is known in FROM, so only the preamble and the arguments count.
        let nothing = BTreeMap::new();
        let resolver = Resolver {
            dockerfile: self.dockerfile,
            arguments: self.arguments,
            base_environment: &nothing,
            left: self.left.clone(),
            chain: self.chain.clone(),
        };
        let image = resolver.replaced(&from.image, Scope::Preamble, self.dockerfile.preamble.len());
        self.left.set(resolver.left.get());
        let named = |index: &usize| {
            self.dockerfile
                .stages
                .get(*index)
                .and_then(|stage| stage.from.name.as_deref())
                .is_some_and(|name| name.eq_ignore_ascii_case(&image))
        };
        let earlier = (0..stage).rev().find(named);
        let later = || (stage + 1..self.dockerfile.stages.len()).rev().find(named);
        Some(earlier.or_else(later).map_or(Parent::Image(image), Parent::Stage))
    }

    /// A word with its variables replaced, as they are before an instruction of a scope.
    pub(super) fn replaced(&self, word: &str, scope: Scope, before: usize) -> String {
        if self.chain.get() == LONGEST_CHAIN {
            return String::new();
        }
        self.chain.set(self.chain.get() + 1);
        let mut value = expand(word, self.dockerfile.escape, &mut |name| self.value(name, scope, before));
        self.chain.set(self.chain.get() - 1);
        if value.len() > LONGEST_VALUE {
            value.clear();
        }
        value
    }

    /// The value of a variable before an instruction of a scope.
    ///
    /// Within a scope the last `ARG` or `ENV` counts; from a stage to the one that it rests on only `ENV` carries over; then come
    /// the preamble's arguments, the base image's environment and the arguments that builders define by themselves.
    fn value(&self, name: &str, scope: Scope, before: usize) -> Option<String> {
        self.left.set(self.left.get().checked_sub(1)?);
        let (mut scope, mut before, mut arguments_count) = (scope, before, true);
        let mut seen = Vec::new();
        while !seen.contains(&scope) {
            seen.push(scope);
            match self.last_given(name, scope, before, arguments_count) {
                Some(Found::Literal(value)) => return Some(value.to_owned()),
                Some(Found::Word(index, word)) => return Some(self.replaced(word, scope, index)),
                None => {}
            }
            let Scope::Stage(stage) = scope else {
                return self
                    .base_environment
                    .get(name)
                    .or_else(|| self.arguments.platform.get(name))
                    .cloned();
            };
            scope = match self.parent(stage)? {
                Parent::Stage(parent) => Scope::Stage(parent),
                Parent::Image(_) => Scope::Preamble,
            };
            before = self.instructions(scope).len();
            arguments_count = scope == Scope::Preamble;
        }
        None
    }

    /// What the last instruction before another gives a variable.
    fn last_given(
        &self,
        name: &str,
        scope: Scope,
        before: usize,
        arguments_count: bool,
    ) -> Option<Found<'r>> {
        let instructions = self.instructions(scope).iter().take(before).enumerate().rev();
        let given = self.arguments.build.get(name);
        instructions.into_iter().find_map(|(index, instruction)| match instruction {
            Instruction::Env { name: known, value } if known == name => Some(Found::Word(index, value)),
            Instruction::Arg { name: known, default } if known == name && arguments_count => given
                .map(|value| Found::Literal(value))
                .or_else(|| default.as_ref().map(|default| Found::Word(index, default))),
            _ => None,
        })
    }
}
