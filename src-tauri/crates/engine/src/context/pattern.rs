//! One pattern of an ignore file, matched as Docker's builder matches it.
//!
//! `*` and `?` stop at a slash, `**` does not, `[…]` is a class, a backslash takes the next character as it is. Two rules come
//! from how the builder matches rather than from its documentation: `**` alone at the front of plain text is "ends with", and
//! at the end of plain text "begins with".

use std::str::Chars;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Whether it takes paths in again (`!`).
    pub(crate) exception: bool,
    /// The cleaned text without the `!`.
    pub(crate) text: String,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Exact,
    /// `text**`.
    Prefix,
    /// `**text` and `**/text`.
    Suffix,
    Tokens(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Character(char),
    /// `?`: any character but a slash.
    One,
    /// `*`: any run without a slash.
    Run,
    /// The following token may be left out.
    Optional,
    /// `**/` or `**` before more: any run that ends in a slash.
    Folders,
    /// `**` at the end: any run.
    Everything,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// Compiles a cleaned pattern (see `super::ignore`).
    pub(crate) fn new(cleaned: &str) -> Result<Pattern, &'static str> {
        let (exception, text) = match cleaned.strip_prefix('!') {
            Some("") => return Err("an exclamation mark needs a pattern after it"),
            Some(text) => (true, text),
            None => (false, cleaned),
        };
        check(text)?;
        Ok(Pattern { exception, text: text.to_owned(), form: compile(text)? })
    }

    /// Whether it matches this slash-separated path itself; parents are the caller's business.
    pub(crate) fn matches(&self, path: &str) -> bool {
        match &self.form {
            Form::Exact => path == self.text,
            Form::Prefix => path.starts_with(&self.text[..self.text.len() - 2]),
            Form::Suffix => {
                let suffix = &self.text[2..];
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Form::Tokens(tokens) => {
                let characters: Vec<char> = path.chars().collect();
                matches(tokens, &characters)
            }
        }
    }

    /// Whether it can only match below its own text: no wildcard but a last `/*` or `/**`.
    pub(crate) fn is_plain_prefix(&self) -> bool {
        !self.without_trailing_wildcard().contains(['*', '[', ']', '?', '^', '\\'])
    }

    /// The text without a last `/**` or `/*`.
    pub(crate) fn without_trailing_wildcard(&self) -> &str {
        let text = self.text.strip_suffix("/**").unwrap_or(&self.text);
        text.strip_suffix("/*").unwrap_or(text)
    }
}

fn compile(text: &str) -> Result<Form, &'static str> {
    let mut tokens = Vec::new();
    let mut form = Form::Exact;
    let mut characters = text.chars();
    let mut first = true;
    // As long as this holds, the tokens are plain characters and the form says it all.
    let mut plain = true;
    while let Some(character) = characters.next() {
        match character {
            '*' if peek(&characters) == Some('*') => {
                characters.next();
                if peek(&characters) == Some('/') {
                    characters.next();
                }
                if peek(&characters).is_none() {
                    tokens.push(Token::Everything);
                    if form == Form::Exact && plain {
                        form = Form::Prefix;
                    } else {
                        plain = false;
                    }
                } else {
                    tokens.extend([Token::Optional, Token::Folders]);
                    if !first {
                        plain = false;
                    }
                }
                if first {
                    form = Form::Suffix;
                }
            }
            '*' => {
                tokens.push(Token::Run);
                plain = false;
            }
            '?' => {
                tokens.push(Token::One);
                plain = false;
            }
            '\\' => {
                if let Some(escaped) = characters.next() {
                    tokens.push(Token::Character(escaped));
                    plain = false;
                } else {
                    tokens.push(Token::Character('\\'));
                }
            }
            '[' => {
                tokens.push(class(&mut characters)?);
                plain = false;
            }
            other => {
                tokens.push(Token::Character(other));
                // A bracket that closes nothing is an ordinary character, but the builder stops treating the text as plain.
                plain &= other != ']';
            }
        }
        first = false;
    }
    Ok(if plain { form } else { Form::Tokens(tokens) })
}

fn peek(characters: &Chars<'_>) -> Option<char> {
    characters.clone().next()
}

/// Reads a class after its opening bracket.
fn class(characters: &mut Chars<'_>) -> Result<Token, &'static str> {
    const OPEN: &str = "a bracket is not closed";
    let negated = peek(characters) == Some('^');
    if negated {
        characters.next();
    }
    let mut ranges = Vec::new();
    loop {
        let low = match characters.next().ok_or(OPEN)? {
            ']' if !ranges.is_empty() => return Ok(Token::Class { negated, ranges }),
            ']' | '-' => return Err("a bracket has nothing in it"),
            '\\' => characters.next().ok_or(OPEN)?,
            other => other,
        };
        let high = if peek(characters) == Some('-') {
            characters.next();
            match characters.next().ok_or(OPEN)? {
                ']' | '-' => return Err("a range has no end"),
                '\\' => characters.next().ok_or(OPEN)?,
                other => other,
            }
        } else {
            low
        };
        ranges.push((low, high));
    }
}

/// The syntax check that the builder makes before anything else: brackets close and a backslash is not the last character.
fn check(text: &str) -> Result<(), &'static str> {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next().ok_or("a backslash needs a character after it")?;
            }
            '[' => {
                class(&mut characters)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Matches by remembering every place in the pattern that the text so far can have led to, so that no pattern is slow.
fn matches(tokens: &[Token], text: &[char]) -> bool {
    let mut places = vec![false; tokens.len() + 1];
    places[0] = true;
    skip_empty(tokens, &mut places);
    for character in text {
        let mut next = vec![false; tokens.len() + 1];
        for (place, token) in tokens.iter().enumerate().filter(|(place, _)| places[*place]) {
            let (stays, passes) = match token {
                Token::Character(wanted) => (false, wanted == character),
                Token::One => (false, *character != '/'),
                Token::Run => (*character != '/', false),
                Token::Everything => (true, false),
                Token::Optional => (false, false),
                Token::Folders => (true, *character == '/'),
                Token::Class { negated, ranges } => {
                    (false, ranges.iter().any(|(low, high)| (low..=high).contains(&character)) != *negated)
                }
            };
            next[place] |= stays;
            next[place + 1] |= passes;
        }
        skip_empty(tokens, &mut next);
        places = next;
    }
    places[tokens.len()]
}

/// What can match nothing is also passed without a character.
fn skip_empty(tokens: &[Token], places: &mut [bool]) {
    for (place, token) in tokens.iter().enumerate() {
        if places[place] {
            match token {
                Token::Run | Token::Everything => places[place + 1] = true,
                Token::Optional => {
                    places[place + 1] = true;
                    places[place + 2] = true;
                }
                _ => {}
            }
        }
    }
}
