//! Which files a host command runs: their content is part of what a person allows.

use wharf_spec::{PathStyle, SingleCommand};

/// Programs that run the file that is their first argument.
const INTERPRETERS: [&str; 27] = [
    ".",
    "ash",
    "bash",
    "bun",
    "cmd",
    "cmd.exe",
    "cscript",
    "dash",
    "deno",
    "fish",
    "ksh",
    "node",
    "nu",
    "perl",
    "php",
    "powershell",
    "powershell.exe",
    "pwsh",
    "python",
    "python2",
    "python3",
    "ruby",
    "sh",
    "source",
    "ts-node",
    "tsx",
    "zsh",
];

/// Programs that run another, whose words follow.
const WRAPPERS: [&str; 14] = [
    "builtin", "chronic", "command", "doas", "env", "eval", "exec", "nice", "nohup", "setsid", "stdbuf",
    "sudo", "time", "timeout",
];

/// Programs that take what they run from files of these names.
const RECIPES: [(&str, &[&str]); 12] = [
    ("make", &["GNUmakefile", "makefile", "Makefile"]),
    ("gmake", &["GNUmakefile", "makefile", "Makefile"]),
    ("just", &["justfile", "Justfile", ".justfile"]),
    ("task", &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml"]),
    ("npm", &["package.json"]),
    ("npx", &["package.json"]),
    ("pnpm", &["package.json"]),
    ("yarn", &["package.json"]),
    ("rake", &["Rakefile"]),
    ("docker-compose", &["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"]),
    ("docker", &["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "Dockerfile"]),
    (
        "podman",
        &[
            "docker-compose.yml",
            "docker-compose.yaml",
            "compose.yml",
            "compose.yaml",
            "Containerfile",
            "Dockerfile",
        ],
    ),
];

/// Endings of files that are run.
const SCRIPTS: [&str; 18] = [
    ".bash", ".bat", ".cjs", ".cmd", ".fish", ".js", ".lua", ".mjs", ".mts", ".php", ".pl", ".ps1", ".py",
    ".rb", ".sh", ".ts", ".zsh", ".mk",
];

/// The files of the workspace that a command runs, as written and in order, each once. Whether they exist is a fact to gather.
///
/// Relative paths count as the workspace's; absolute ones only below `workspace`.
#[must_use]
pub fn named_files(command: &SingleCommand, workspace: &str) -> Vec<String> {
    let named = match command {
        SingleCommand::Exec(words) => files_of(words),
        SingleCommand::Shell(line) => files_of_line(line),
    };
    let mut files = Vec::new();
    for file in named {
        if is_in_workspace(&file, workspace) && !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// The files that the commands of a shell line run: where one goes into a folder first, both there and here, as it may not get there.
fn files_of_line(line: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folder = String::new();
    for words in simple_commands(line) {
        if let [program, rest @ ..] = words.as_slice()
            && matches!(program.as_str(), "cd" | "pushd" | "chdir")
        {
            let to = rest.iter().find(|word| !word.starts_with('-') && !word.eq_ignore_ascii_case("/d"));
            // Where the shell puts something in, nobody can tell.
            let to = to.filter(|to| !to.contains(['$', '`', '*', '?']));
            folder = to.map(|to| below(&folder, to)).unwrap_or_default();
            continue;
        }
        for file in files_of(&words) {
            let there = below(&folder, &file);
            files.extend([file, there]);
        }
    }
    files
}

/// A path as it is seen from where the folder is.
fn below(folder: &str, path: &str) -> String {
    let is_absolute =
        path.starts_with('~') || PathStyle::Linux.is_absolute(path) || PathStyle::Windows.is_absolute(path);
    match folder.trim_end_matches(['/', '\\']) {
        _ if is_absolute => path.to_owned(),
        "" if folder.is_empty() => path.to_owned(),
        folder => format!("{folder}/{}", path.trim_start_matches("./")),
    }
}

fn is_in_workspace(file: &str, workspace: &str) -> bool {
    let style = if workspace.contains('\\') { PathStyle::Windows } else { PathStyle::Linux };
    !file.starts_with('~') && (!style.is_absolute(file) || style.is_inside(file, workspace))
}

/// The files that one simple command runs.
fn files_of(words: &[String]) -> Vec<String> {
    let mut files = Vec::new();
    let mut rest = words.iter().map(String::as_str).skip_while(|word| is_assignment(word)).peekable();
    while let Some(program) = rest.next() {
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
        if WRAPPERS.contains(&name) {
            while rest
                .next_if(|word| word.starts_with('-') || is_assignment(word) || is_number(word))
                .is_some()
            {}
            continue;
        }
        if name != program {
            files.push(program.to_owned());
        }
        if let Some((_, recipes)) = RECIPES.iter().find(|(program, _)| *program == name) {
            files.extend(recipes.iter().map(|recipe| (*recipe).to_owned()));
        }
        let arguments: Vec<&str> = rest.collect();
        if INTERPRETERS.contains(&name) {
            match inline_or_file(&arguments) {
                Program::Inline(inner) => {
                    files.extend(inner);
                    break;
                }
                Program::File(file) => files.push(file),
                Program::None => {}
            }
        }
        for argument in arguments {
            let value = argument
                .split_once('=')
                .filter(|(key, _)| key.starts_with('-'))
                .map_or(argument, |(_, value)| value);
            if SCRIPTS.iter().any(|ending| value.to_ascii_lowercase().ends_with(ending)) {
                files.push(value.to_owned());
            }
        }
        break;
    }
    files.retain(|file| {
        !file.is_empty() && !file.contains(['$', '`', '*', '?', '\n']) && !file.contains("://")
    });
    files
}

/// What an interpreter is given.
enum Program {
    /// The program itself, after `-c`: the files that it runs.
    Inline(Vec<String>),
    /// The file that comes first.
    File(String),
    /// Nothing: it reads its input.
    None,
}

fn inline_or_file(arguments: &[&str]) -> Program {
    for (index, argument) in arguments.iter().enumerate() {
        let is_inline = matches!(*argument, "-c" | "/c" | "/C" | "-Command")
            || (argument.starts_with('-')
                && !argument.starts_with("--")
                && argument.ends_with('c')
                && argument.len() <= 5);
        if is_inline {
            let rest = arguments.get(index + 1..).unwrap_or_default();
            // A POSIX shell takes one word as its program; Windows' takes all that follow.
            let line = if argument.starts_with('/') {
                rest.join(" ")
            } else {
                rest.first().copied().unwrap_or_default().to_owned()
            };
            return Program::Inline(files_of_line(&line));
        }
        if !argument.starts_with('-') {
            return Program::File((*argument).to_owned());
        }
    }
    Program::None
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The simple commands of a shell line, each as its words. Quotes are honoured; what the shell would expand is not.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('"') | None, '\\') => {
                let escaped = characters.next();
                // A backslash before a letter is a Windows path more often than an escape.
                match escaped {
                    Some('\n') | None => {}
                    Some(next) if next.is_alphanumeric() || next == '.' => {
                        word.get_or_insert_default().extend(['\\', next])
                    }
                    Some(next) => word.get_or_insert_default().push(next),
                }
            }
            (Some(_), other) => word.get_or_insert_default().push(other),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
            (None, ';' | '&' | '|' | '(' | ')' | '{' | '}' | '`' | '\n' | '<' | '>' | '!') => {
                end_word(&mut commands, word.take());
                // After `<` comes a file that is read; it is no program, but may be a script.
                if !matches!(character, '<' | '>' | '{' | '}' | '!')
                    || commands.last().is_some_and(Vec::is_empty)
                {
                    commands.push(Vec::new());
                }
            }
            (None, blank) if blank.is_whitespace() => end_word(&mut commands, word.take()),
            // `$(` begins another command.
            (None, '$') if characters.peek() == Some(&'(') => {}
            (None, other) => word.get_or_insert_default().push(other),
        }
    }
    end_word(&mut commands, word);
    commands.retain_mut(|words| {
        let keywords = ["if", "then", "else", "elif", "while", "until", "do", "done", "fi", "[", "[["];
        let skipped = words.iter().take_while(|word| keywords.contains(&word.as_str())).count();
        words.drain(..skipped);
        !words.is_empty()
    });
    commands
}

fn end_word(commands: &mut [Vec<String>], word: Option<String>) {
    if let (Some(word), Some(command)) = (word, commands.last_mut()) {
        command.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_shell_lines_run() {
        let table: [(&str, &[&str]); 29] = [
            ("./scripts/setup.sh", &["./scripts/setup.sh"]),
            ("bash scripts/setup.sh --fast", &["scripts/setup.sh"]),
            ("sh -e tools/prepare", &["tools/prepare"]),
            (". ./env && ./run", &["./env", "./run"]),
            ("FOO=1 BAR=2 ./run.sh", &["./run.sh"]),
            ("sudo -E bash -x ./a.sh; ./b", &["./a.sh", "./b"]),
            ("cd sub && python3 make.py", &["make.py", "sub/make.py"]),
            (
                "cd ./a/ && (cd b; ./x) && make",
                &[
                    "./x",
                    "./a/b/x",
                    "GNUmakefile",
                    "./a/b/GNUmakefile",
                    "makefile",
                    "./a/b/makefile",
                    "Makefile",
                    "./a/b/Makefile",
                ],
            ),
            ("cd /work/project/tools && ./x", &["./x", "/work/project/tools/x"]),
            ("cd /elsewhere && ./x", &["./x"]),
            ("bash -c 'cd sub && ./x'", &["./x", "sub/x"]),
            ("cd \"$DIR\" && ./x", &["./x"]),
            ("test -f .env || cp .env.example .env", &[]),
            ("touch .env", &[]),
            ("make init", &["GNUmakefile", "makefile", "Makefile"]),
            ("npm ci", &["package.json"]),
            ("bash -c './inner.sh && echo done'", &["./inner.sh"]),
            ("bash -lc \"scripts/x.sh\"", &["scripts/x.sh"]),
            ("bash < setup.sh", &["setup.sh"]),
            ("echo $(./version.sh)", &["./version.sh"]),
            ("'./with space.sh' a", &["./with space.sh"]),
            ("/usr/bin/true", &[]),
            ("/work/project/a.sh", &["/work/project/a.sh"]),
            ("curl -fsSL https://example.org/x.sh", &[]),
            ("~/bin/x.sh", &[]),
            ("if [ -f x ]; then ./x; fi", &["./x"]),
            ("node --require ./hook.js index.js", &["./hook.js", "index.js"]),
            ("# ./commented.sh", &[]),
            ("env A=1 timeout 5 ./t.sh", &["./t.sh"]),
        ];
        for (line, expected) in table {
            let command = SingleCommand::Shell(line.to_owned());
            assert_eq!(named_files(&command, "/work/project"), expected, "{line}");
        }
    }

    #[test]
    fn files_that_programs_run() {
        let table: [(&[&str], &[&str]); 4] = [
            (&["./setup"], &["./setup"]),
            (&["bash", "-c", "./a && ./b"], &["./a", "./b"]),
            (&["python", "tools/x.py", "a;b"], &["tools/x.py"]),
            (&["echo", "./x"], &[]),
        ];
        for (words, expected) in table {
            let command = SingleCommand::Exec(words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(named_files(&command, "/work/project"), expected, "{words:?}");
        }
    }
}
