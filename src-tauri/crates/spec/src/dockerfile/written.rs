//! A Dockerfile as the list of what it does, for telling where two of them part.

use super::{lines, words};

/// One instruction as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenInstruction {
    /// The line that it begins on, the first being 1.
    pub line: usize,
    /// The keyword in upper case.
    pub keyword: String,
    /// Everything up to the next instruction, here-documents too, without comments and blank lines around it.
    pub text: String,
}

impl WrittenInstruction {
    /// Its first line, for a sentence.
    #[must_use]
    pub fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default().trim_end_matches('\\').trim_end()
    }

    /// Whether it takes files out of the build context.
    #[must_use]
    pub fn reads_context(&self) -> bool {
        self.context_paths().is_none_or(|paths| !paths.is_empty())
    }

    /// The images and stages that `COPY --from=` and `RUN --mount=…,from=` name, variables as written.
    pub(super) fn sources(&self, escape: char) -> Vec<String> {
        let lines = lines::instructions(&self.text, escape);
        let words = lines.first().map(|line| words::split(&line.text(), escape)).unwrap_or_default();
        let flags = words.iter().take_while(|word| word.starts_with("--"));
        match self.keyword.as_str() {
            "COPY" | "ADD" => {
                flags.filter_map(|word| word.strip_prefix("--from=")).map(str::to_owned).collect()
            }
            "RUN" => flags
                .filter_map(|word| word.strip_prefix("--mount="))
                .flat_map(|mount| mount.split(','))
                .filter_map(|field| field.strip_prefix("from="))
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The paths of the build context that it takes, patterns among them; None if that cannot be told, which may be all.
    #[must_use]
    pub fn context_paths(&self) -> Option<Vec<String>> {
        match self.keyword.as_str() {
            "COPY" | "ADD" => copied(&self.text),
            "RUN" if self.text.contains("--mount=") && self.text.contains("type=bind") => {
                let others = self.text.contains("from=");
                others.then(Vec::new)
            }
            _ => Some(Vec::new()),
        }
    }
}

/// What `COPY` and `ADD` take out of the context.
fn copied(text: &str) -> Option<Vec<String>> {
    let line = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let line = line.lines().next().unwrap_or_default();
    let words = words::split(line, '\\');
    let mut words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    if words.iter().any(|word| word.starts_with("--from=")) {
        return Some(Vec::new());
    }
    words.retain(|word| !word.starts_with("--"));
    let listed: Vec<String>;
    if words.first().is_some_and(|word| word.starts_with('[')) {
        listed = serde_json::from_str(&words.join(" ")).ok()?;
        words = listed.iter().map(String::as_str).collect();
    }
    words.pop()?;
    let is_content = |word: &&str| word.starts_with("<<") || word.contains("://") || word.starts_with("git@");
    words.retain(|word| !is_content(word));
    words
        .into_iter()
        .map(|word| {
            let plain = !word.contains(['$', '\\', '"', '\'', '{']);
            let path = word.trim_start_matches("./").trim_matches('/');
            (plain && !path.is_empty() && path != "." && !path.contains("..")).then(|| path.to_owned())
        })
        .collect()
}

/// The instructions of a text, first to last.
pub(super) fn instructions(text: &str, escape: char) -> Vec<WrittenInstruction> {
    let found = lines::instructions(text, escape);
    let starts: Vec<usize> = found
        .iter()
        .map(|line| {
            let at = line.rest.first().map_or(text.len(), |(offset, _)| *offset);
            text[..at].rfind('\n').map_or(0, |end| end + 1)
        })
        .collect();
    found
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let start = starts[index];
            let end = starts.get(index + 1).copied().unwrap_or(text.len()).max(start);
            let mut lines: Vec<&str> = text[start..end].lines().collect();
            let says_nothing = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
            while lines.last().is_some_and(says_nothing) {
                lines.pop();
            }
            WrittenInstruction {
                line: text[..start].matches('\n').count() + 1,
                keyword: line.keyword.clone(),
                text: lines.join("\n").trim().to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_of_the_context() {
        let table: [(&str, Option<&[&str]>); 12] = [
            ("COPY a.txt ./b/ /x", Some(&["a.txt", "b"])),
            ("COPY --chown=1:1 --link package*.json /x/", Some(&["package*.json"])),
            ("COPY [\"a b\", \"/x\"]", Some(&["a b"])),
            ("COPY . /x", None),
            ("COPY ./ /x", None),
            ("COPY $WHAT /x", None),
            ("COPY ../up /x", None),
            ("COPY --from=build /out /out", Some(&[])),
            ("ADD https://example.com/x.tar git@example.com:a/b.git local /x", Some(&["local"])),
            ("COPY <<EOF /x\ntext\nEOF", Some(&[])),
            ("COPY a \\\n  b /x", Some(&["a", "b"])),
            ("RUN make", Some(&[])),
        ];
        for (text, expected) in table {
            let instruction = instructions(text, '\\').remove(0);
            let expected: Option<Vec<String>> =
                expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
            assert_eq!(instruction.context_paths(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written() {
        let text = "# syntax=docker/dockerfile:1\nARG A=1\nFROM x\n\n# why\nRUN <<EOF\n# kept\necho a\nEOF\n\nCOPY --from=b /a /\ncopy . \\\n  /app\nRUN --mount=type=bind,target=/w make\n# end\n";
        let shown: Vec<_> = instructions(text, '\\')
            .into_iter()
            .map(|found| {
                (found.line, found.keyword.clone(), found.first_line().to_owned(), found.reads_context())
            })
            .collect();
        let expected = [
            (2, "ARG", "ARG A=1", false),
            (3, "FROM", "FROM x", false),
            (6, "RUN", "RUN <<EOF", false),
            (11, "COPY", "COPY --from=b /a /", false),
            (12, "COPY", "copy .", true),
            (14, "RUN", "RUN --mount=type=bind,target=/w make", true),
        ];
        let expected =
            expected.map(|(line, keyword, text, reads)| (line, keyword.to_owned(), text.to_owned(), reads));
        assert_eq!(shown, expected);
        assert!(
            instructions(text, '\\')[2].text.ends_with("EOF"),
            "a here-document belongs to its instruction"
        );
    }
}
