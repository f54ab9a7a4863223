//! Words of a Dockerfile: quotes, escapes and variables.

/// How deep expressions may be nested in each other. Real files nest two or three.
const MAXIMUM_DEPTH: usize = 32;

/// Splits at white space outside quotes. Quotes and escapes stay in the words.
pub(super) fn split(text: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            space if space.is_whitespace() && quote.is_none() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            '"' | '\'' if quote.is_none() => quote = Some(character),
            _ if quote == Some(character) => quote = None,
            _ if character == escape && quote != Some('\'') => {
                word.push(character);
                word.extend(characters.next());
                continue;
            }
            _ => {}
        }
        word.push(character);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The here-documents that a command line opens: the word that ends each, and whether tabs before it are ignored.
pub(super) fn heredoc_names(text: &str) -> Vec<(String, bool)> {
    split(text, '\\').iter().filter_map(|word| heredoc_name(word)).collect()
}

/// `[digits]<<[-]NAME`, the name perhaps in quotes.
fn heredoc_name(word: &str) -> Option<(String, bool)> {
    let after = word.trim_start_matches(|character: char| character.is_ascii_digit()).strip_prefix("<<")?;
    let (name, indented) = after.strip_prefix('-').map_or((after, false), |name| (name, true));
    if name.is_empty() || name.contains('<') {
        return None;
    }
    Some((expand(name, '\\', &mut |_| None), indented))
}

/// What a word stands for: quotes removed, escapes undone, variables replaced by what `look_up` says, an unknown one by nothing.
///
/// Single quotes keep a variable from being replaced. An expression `${name:-word}` gives the word if the variable is unset or
/// empty, `${name:+word}` if it is neither; without the colon only unset counts.
pub(super) fn expand(word: &str, escape: char, look_up: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let characters: Vec<char> = word.chars().collect();
    Expansion { characters: &characters, next: 0, depth: 0, escape, look_up }.until(None)
}

struct Expansion<'e> {
    characters: &'e [char],
    next: usize,
    depth: usize,
    escape: char,
    look_up: &'e mut dyn FnMut(&str) -> Option<String>,
}

impl Expansion<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.next).copied()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek();
        self.next += usize::from(character.is_some());
        character
    }

    /// Expands up to a closing character, which is taken too, or to the end.
    fn until(&mut self, end: Option<char>) -> String {
        let mut result = String::new();
        let mut double_quoted = false;
        while let Some(character) = self.take() {
            match character {
                _ if Some(character) == end => break,
                '\'' if !double_quoted => {
                    while let Some(literal) = self.take().filter(|literal| *literal != '\'') {
                        result.push(literal);
                    }
                }
                '"' => double_quoted = !double_quoted,
                '$' => result.push_str(&self.variable()),
                _ if character == self.escape => match self.take() {
                    // Inside double quotes the character is itself unless it protects something.
                    Some(next) if double_quoted && !matches!(next, '"' | '$') && next != self.escape => {
                        result.extend([character, next]);
                    }
                    Some(next) => result.push(next),
                    None => result.push(character),
                },
                other => result.push(other),
            }
        }
        result
    }

    /// What follows a dollar sign.
    fn variable(&mut self) -> String {
        let braces = self.peek() == Some('{');
        self.next += usize::from(braces);
        let mut name = String::new();
        while let Some(character) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(character);
            self.next += 1;
        }
        if !braces {
            return if name.is_empty() { "$".to_owned() } else { (self.look_up)(&name).unwrap_or_default() };
        }
        let value = (self.look_up)(&name);
        let empty_counts = self.peek() == Some(':');
        self.next += usize::from(empty_counts);
        let operator = self.take();
        if operator == Some('}') || operator.is_none() {
            return value.unwrap_or_default();
        }
        if self.depth == MAXIMUM_DEPTH {
            // No builder's answer is worth the stack; what follows is lost together with this value.
            self.next = self.characters.len();
            return String::new();
        }
        self.depth += 1;
        let word = self.until(Some('}'));
        self.depth -= 1;
        let is_set = value.as_deref().is_some_and(|value| !(empty_counts && value.is_empty()));
        match operator {
            Some('-') if !is_set => word,
            Some('+') => {
                if is_set {
                    word
                } else {
                    String::new()
                }
            }
            // Patterns and error texts do not change which image or user is meant in any way that can be known here.
            _ => value.unwrap_or_default(),
        }
    }
}
