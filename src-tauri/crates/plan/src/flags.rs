//! Reading command-line options the way the engines' own programs do.
//!
//! Both `docker run` and `docker build` read their options with the same library, so one reader serves `runArgs` and
//! `build.options`: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, clusters such as `-it`, and switches
//! that may be turned off with `=false`. What an option means is in the tables of [`crate::run_args`] and
//! [`crate::build_options`].

use crate::error::Error;

/// One entry of an argument list with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The text.
    pub text: String,
    /// The property it comes from, for example `runArgs[3]`.
    pub property: String,
}

impl Argument {
    /// An entry from one place.
    pub fn new(text: impl Into<String>, property: impl Into<String>) -> Argument {
        Argument { text: text.into(), property: property.into() }
    }

    /// The entries of a list property, each with its index.
    #[must_use]
    pub fn list(property: &str, entries: &[String]) -> Vec<Argument> {
        entries
            .iter()
            .enumerate()
            .map(|(index, text)| Argument::new(text.clone(), format!("{property}[{index}]")))
            .collect()
    }
}

/// Whether an option takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// On when given; `=false` turns it off.
    Switch,
    /// Always a value, in the same entry or the next.
    Value,
    /// A value only with `=`.
    OptionalValue,
}

/// Who knows an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Docker's program, and Podman's as well.
    Both,
    /// Only Podman's.
    Podman,
}

/// What an option does to what is being drafted.
pub type Effect<Draft> = fn(&mut Draft, &Given<'_>) -> Result<(), Error>;

/// One line of a table of options.
pub struct Flag<Draft> {
    /// The long name without dashes.
    pub name: &'static str,
    /// The letter, if there is one.
    pub short: Option<char>,
    /// Whether a value follows.
    pub takes: Takes,
    /// Who knows it.
    pub owner: Owner,
    /// What it does.
    pub effect: Effect<Draft>,
}

/// An option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<'a> {
    /// The long name with its dashes.
    pub flag: String,
    /// The value; `true` or `false` for a switch.
    pub value: String,
    /// Where the option stands.
    pub property: &'a str,
}

impl Given<'_> {
    /// The value of a switch.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.value == "true"
    }

    /// An error about the value.
    #[must_use]
    pub fn invalid(&self, reason: impl Into<String>) -> Error {
        Error::Value {
            flag: self.flag.clone(),
            value: self.value.clone(),
            property: self.property.to_owned(),
            reason: reason.into(),
        }
    }

    /// An error about an option, or a value of it, that only Podman knows.
    #[must_use]
    pub fn podman_only(&self) -> Error {
        Error::PodmanOnly {
            flag: format!("{}={}", self.flag, self.value),
            property: self.property.to_owned(),
        }
    }

    /// An error about an option for which the engine's interface has no word.
    #[must_use]
    pub fn not_expressible(&self, reason: impl Into<String>) -> Error {
        Error::NotExpressible {
            flag: self.flag.clone(),
            property: self.property.to_owned(),
            reason: reason.into(),
        }
    }

    /// An error about two options that exclude each other.
    #[must_use]
    pub fn conflict(&self, other: &str) -> Error {
        Error::Conflict {
            flag: self.flag.clone(),
            other: other.to_owned(),
            property: self.property.to_owned(),
        }
    }
}

/// All options of one program.
pub struct Table<Draft: 'static> {
    /// For example `docker run`; for messages.
    pub command: &'static str,
    /// What the first word that is no option would be taken for; for messages.
    pub positional: &'static str,
    /// The options, in as many parts as files hold them.
    pub parts: &'static [&'static [Flag<Draft>]],
}

impl<Draft: 'static> Table<Draft> {
    /// Every option.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag<Draft>> + use<Draft> {
        self.parts.iter().flat_map(|part| part.iter())
    }
}

/// An option as it was given, with its line of the table.
pub type Read<'a, Draft> = (&'static Flag<Draft>, Given<'a>);

/// Reads a whole list; every option with its line of the table, in order.
///
/// # Errors
/// The first entry that is no option, is unknown, or lacks its value.
pub fn read<'a, Draft>(
    table: &Table<Draft>,
    arguments: &'a [Argument],
) -> Result<Vec<Read<'a, Draft>>, Error> {
    let mut read = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.text.as_str();
        if let Some(long) = text.strip_prefix("--").filter(|long| !long.is_empty()) {
            let (name, attached) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let flag = table
                .flags()
                .find(|flag| flag.name == name)
                .ok_or_else(|| unknown(table, &format!("--{name}"), argument))?;
            let value = match (attached, flag.takes) {
                (Some(value), _) => Some(value.to_owned()),
                (None, Takes::Switch) => Some("true".to_owned()),
                (None, Takes::OptionalValue) => Some(String::new()),
                (None, Takes::Value) => rest.next().map(|next| next.text.clone()),
            };
            read.push((flag, given(flag, value, argument)?));
        } else if let Some(letters) =
            text.strip_prefix('-').filter(|letters| !letters.is_empty() && *letters != "-")
        {
            read_letters(table, argument, letters, &mut rest, &mut read)?;
        } else {
            return Err(Error::NotAFlag {
                text: text.to_owned(),
                command: table.command,
                taken_for: table.positional,
                property: argument.property.clone(),
            });
        }
    }
    Ok(read)
}

/// A cluster of letters: switches, of which the last may be an option with a value.
fn read_letters<'a, Draft>(
    table: &Table<Draft>,
    argument: &'a Argument,
    letters: &str,
    rest: &mut std::slice::Iter<'a, Argument>,
    read: &mut Vec<Read<'a, Draft>>,
) -> Result<(), Error> {
    let mut remaining = letters;
    while let Some(letter) = remaining.chars().next() {
        remaining = &remaining[letter.len_utf8()..];
        let flag = table
            .flags()
            .find(|flag| flag.short == Some(letter))
            .ok_or_else(|| unknown(table, &argument.text, argument))?;
        let value = if let Some(value) = remaining.strip_prefix('=') {
            remaining = "";
            Some(value.to_owned())
        } else if flag.takes == Takes::Switch {
            Some("true".to_owned())
        } else if remaining.is_empty() {
            rest.next().map(|next| next.text.clone())
        } else {
            Some(std::mem::take(&mut remaining).to_owned())
        };
        read.push((flag, given(flag, value, argument)?));
    }
    Ok(())
}

fn given<'a, Draft>(
    flag: &Flag<Draft>,
    value: Option<String>,
    argument: &'a Argument,
) -> Result<Given<'a>, Error> {
    let name = format!("--{}", flag.name);
    let Some(value) = value else {
        return Err(Error::MissingValue { flag: name, property: argument.property.clone() });
    };
    let given = Given { flag: name, value, property: &argument.property };
    if flag.takes != Takes::Switch {
        return Ok(given);
    }
    match given.value.as_str() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Given { value: "true".to_owned(), ..given }),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Given { value: "false".to_owned(), ..given }),
        _ => Err(given.invalid("it is either on or off; write `true` or `false`, or nothing")),
    }
}

fn unknown<Draft>(table: &Table<Draft>, written: &str, argument: &Argument) -> Error {
    let wanted = written.trim_start_matches('-');
    let suggestion = table
        .flags()
        .map(|flag| (distance(wanted, flag.name), flag.name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| format!("--{name}"));
    Error::UnknownFlag {
        flag: if written.starts_with("--") { written.to_owned() } else { argument.text.clone() },
        command: table.command,
        property: argument.property.clone(),
        suggestion,
    }
}

/// The number of letters to insert, delete or replace (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
