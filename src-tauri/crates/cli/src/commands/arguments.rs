//! Spellings that the reference accepts and this parser does not: `--flag true` for switches, `--camelCase`, and flags of a command
//! before its name. And one of Wharf's own: `wharf --headless` is a command, spelled as a flag so that the app's program can take it too.
//!
//! The reference's parser lets a switch take `true` or `false` as its next word and knows every long flag in camel case too.
//! Scripts use both, so arguments are rewritten before they are parsed; everything from the command of `exec` on is left alone.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// The command that is spelled as a flag.
const HEADLESS: &str = "headless";

/// The same arguments in this parser's spelling.
pub(crate) fn as_the_reference_reads_them(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    respelled(command, behind_the_command(command, arguments))
}

/// Flags of a command that stand before its name, put behind it: the reference's parser takes them in either place.
fn behind_the_command(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut words = arguments.into_iter().peekable();
    let mut kept: Vec<OsString> = words.by_ref().take(1).collect();
    let mut moved: Vec<OsString> = Vec::new();
    let mut level = command;
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let Some(flag) = text.strip_prefix("--").filter(|flag| !flag.is_empty()) else {
            let inner = level.find_subcommand(text);
            let is_short_flag = text.len() > 1 && text.starts_with('-') && text != "--";
            kept.push(word);
            level = inner.unwrap_or(level);
            if inner.is_some_and(|inner| !inner.has_subcommands()) || inner.is_none() && !is_short_flag {
                break;
            }
            continue;
        };
        let name = kebab_case(flag.split('=').next().unwrap_or(flag));
        let own = find(command, level, &name).map(|(_, argument)| argument);
        let argument = own.or_else(|| below(level, &name));
        let takes_next = !flag.contains('=')
            && argument.is_some_and(|argument| takes(argument, words.peek().and_then(|word| word.to_str())));
        let place = if own.is_none() && argument.is_some() { &mut moved } else { &mut kept };
        place.push(word);
        place.extend(words.next_if(|_| takes_next));
    }
    kept.into_iter().chain(moved).chain(words).collect()
}

/// A flag of any command below this level.
fn below<'a>(level: &'a Command, name: &str) -> Option<&'a Arg> {
    level.get_subcommands().find_map(|command| {
        let own = command.get_arguments().find(|argument| argument.get_long() == Some(name));
        own.or_else(|| below(command, name))
    })
}

/// Whether the next word belongs to a flag.
fn takes(argument: &Arg, next: Option<&str>) -> bool {
    let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
    !is_switch && !is_optional(argument) || matches!(next, Some("true" | "false"))
}

/// Whether a flag's value may be left out.
fn is_optional(argument: &Arg) -> bool {
    argument.get_num_args().is_some_and(|number| number.min_values() == 0)
}

fn respelled(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut words = arguments.into_iter();
    let mut rewritten: Vec<OsString> = words.by_ref().take(1).collect();
    let mut level = command;
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else {
            rewritten.push(word);
            continue;
        };
        if text == "--" {
            rewritten.push(word);
            break;
        }
        let Some(flag) = text.strip_prefix("--") else {
            let inner = level.find_subcommand(text);
            let is_short_flag = text.len() > 1 && text.starts_with('-');
            let ends = inner.is_none() && !is_short_flag && takes_the_rest(level);
            rewritten.push(word);
            if ends {
                break;
            }
            level = inner.unwrap_or(level);
            continue;
        };
        let (name, value) =
            flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
        if name == HEADLESS
            && let Some(headless) = command.find_subcommand(HEADLESS)
            && std::ptr::eq(level, command)
        {
            rewritten.push(HEADLESS.into());
            rewritten.extend(value.map(OsString::from));
            level = headless;
            continue;
        }
        let name = find(command, level, name).map_or_else(|| name.to_owned(), |(name, _)| name);
        let Some((_, argument)) = find(command, level, &name) else {
            rewritten.push(word);
            continue;
        };
        let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
        if is_switch {
            let mut rest = words.clone();
            let next = value.clone().or_else(|| {
                let next = rest.next()?.into_string().ok()?;
                matches!(next.as_str(), "true" | "false").then_some(next)
            });
            if value.is_none() && next.is_some() {
                words = rest;
            }
            match next.as_deref() {
                // The last of two counts.
                Some("false") => rewritten.retain(|word| *word != *format!("--{name}")),
                Some("true") | None => rewritten.push(format!("--{name}").into()),
                Some(other) => rewritten.push(format!("--{name}={other}").into()),
            }
            continue;
        }
        let optional = is_optional(argument);
        match value {
            Some(value) => rewritten.push(format!("--{name}={value}").into()),
            None if optional => {
                let mut rest = words.clone();
                match rest.next().as_ref().and_then(|word| word.to_str()) {
                    Some(next @ ("true" | "false")) => {
                        rewritten.push(format!("--{name}={next}").into());
                        words = rest;
                    }
                    _ => rewritten.push(format!("--{name}=true").into()),
                }
            }
            None => {
                rewritten.push(format!("--{name}").into());
                rewritten.extend(words.next());
            }
        }
    }
    rewritten.extend(words);
    rewritten
}

/// Whether a word that is no flag begins a command that is to be left alone.
fn takes_the_rest(command: &Command) -> bool {
    command.get_positionals().any(Arg::is_trailing_var_arg_set)
}

/// A long flag of this level or one that every level has, by its name in either spelling.
fn find<'a>(root: &'a Command, level: &'a Command, name: &str) -> Option<(String, &'a Arg)> {
    let kebab = kebab_case(name);
    level
        .get_arguments()
        .chain(root.get_arguments())
        .find(|argument| argument.get_long() == Some(kebab.as_str()))
        .map(|argument| (kebab.clone(), argument))
}

fn kebab_case(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Program;

    #[test]
    fn spellings() {
        for (given, expected) in [
            ("wharf up", "wharf up"),
            ("wharf --headless", "wharf headless"),
            ("wharf --quiet --headless x --prebuild true", "wharf --quiet headless x --prebuild"),
            ("wharf --headless=x", "wharf headless x"),
            ("wharf up --headless", "wharf up --headless"),
            ("wharf up --prebuild", "wharf up --prebuild"),
            ("wharf up --prebuild true .", "wharf up --prebuild ."),
            ("wharf up --prebuild false .", "wharf up ."),
            ("wharf up --prebuild=false", "wharf up"),
            ("wharf up --prebuild .", "wharf up --prebuild ."),
            ("wharf up --prebuild --prebuild false .", "wharf up ."),
            ("wharf up --prebuild false --prebuild .", "wharf up --prebuild ."),
            ("wharf up --prebuild=maybe", "wharf up --prebuild=maybe"),
            ("wharf up --apply .", "wharf up --apply=true ."),
            ("wharf up --apply=hot .", "wharf up --apply=hot ."),
            ("wharf up --mount-workspace-git-root false x", "wharf up --mount-workspace-git-root=false x"),
            ("wharf up --mount-workspace-git-root x", "wharf up --mount-workspace-git-root=true x"),
            ("wharf up --workspaceFolder x --idLabel a=b", "wharf up --workspace-folder x --id-label a=b"),
            ("wharf up --config true", "wharf up --config true"),
            ("wharf up --nonsense true", "wharf up --nonsense true"),
            (
                "wharf exec --workspace-folder . echo --prebuild true",
                "wharf exec --workspace-folder . echo --prebuild true",
            ),
            ("wharf exec --logLevel debug ls --logLevel x", "wharf exec --log-level debug ls --logLevel x"),
            ("wharf exec -- ls --logLevel x", "wharf exec -- ls --logLevel x"),
            ("wharf --quiet true trust list --json false", "wharf --quiet trust list"),
            ("wharf --oci-auth-hardening up --config x", "wharf up --oci-auth-hardening --config x"),
            (
                "wharf --workspaceFolder up --prebuild true up x",
                "wharf up --workspace-folder up --prebuild x",
            ),
            ("wharf --oci-auth-hardening false features info tags x", "wharf features info tags x"),
            (
                "wharf --id-label=a=b --quiet exec ls --config",
                "wharf --quiet exec --id-label=a=b ls --config",
            ),
            ("wharf --nonsense up", "wharf --nonsense up"),
            ("wharf --config x nonsense", "wharf nonsense --config x"),
        ] {
            let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
            let command = super::super::parser(Program::Wharf);
            assert_eq!(as_the_reference_reads_them(&command, words(given)), words(expected), "{given}");
        }
    }

    /// The parser's own check of itself.
    #[test]
    fn the_parser_is_sound() {
        super::super::parser(Program::Wharf).debug_assert();
        super::super::parser(Program::Devcontainer).debug_assert();
    }
}
