//! Which Templates fit what lies in a folder, told by the names of its files alone.

use std::collections::BTreeSet;
use std::path::Path;

/// Names in a folder that are looked at: one with more is no project's.
const MOST_NAMES: usize = 20_000;

/// Files that tell a language, and the Template for it. `*` stands for anything before an ending.
const TELLING: &[(&str, &[&str])] = &[
    ("rust", &["Cargo.toml"]),
    ("go", &["go.mod", "go.work"]),
    ("typescript-node", &["tsconfig.json", "deno.json"]),
    ("javascript-node", &["package.json"]),
    ("python", &["pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "uv.lock"]),
    ("java", &["pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"]),
    ("dotnet", &["*.sln", "*.slnx", "*.csproj", "*.fsproj", "global.json"]),
    ("cpp", &["CMakeLists.txt", "meson.build", "conanfile.txt", "vcpkg.json"]),
    ("php", &["composer.json"]),
    ("ruby", &["Gemfile", "*.gemspec"]),
];

/// The ids of Templates that fit, the best first, each with the files that tell so.
pub(super) fn detect(folder: &Path) -> Vec<(&'static str, Vec<String>)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_NAMES);
    fitting(entries.filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

fn fitting(names: BTreeSet<String>) -> Vec<(&'static str, Vec<String>)> {
    let mut found: Vec<(&'static str, Vec<String>)> = TELLING
        .iter()
        .map(|(template, telling)| {
            let because = telling.iter().flat_map(|pattern| matching(&names, pattern)).collect();
            (*template, because)
        })
        .filter(|(_, because): &(_, Vec<String>)| !because.is_empty())
        .collect();
    // TypeScript is written in a package of JavaScript, whose file then tells the same.
    if let Some(at) = found.iter().position(|(template, _)| *template == "javascript-node")
        && let Some(typescript) = found.iter().position(|(template, _)| *template == "typescript-node")
    {
        let (_, because) = found.remove(at);
        found[typescript].1.extend(because);
    }
    found.sort_by_key(|(_, because)| std::cmp::Reverse(because.len()));
    found
}

fn matching<'a>(names: &'a BTreeSet<String>, pattern: &'a str) -> impl Iterator<Item = String> + 'a {
    let ending = pattern.strip_prefix('*');
    let fits = move |name: &&String| match ending {
        Some(ending) => name.len() > ending.len() && name.ends_with(ending),
        None => *name == pattern,
    };
    names.iter().filter(fits).take(1).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::builtin;

    #[test]
    fn files_tell_what_fits() {
        type Fitting = &'static [(&'static str, &'static [&'static str])];
        let cases: [(&[&str], Fitting); 7] = [
            (&["README.md", "Makefile"], &[]),
            (&["Cargo.toml", "src"], &[("rust", &["Cargo.toml"])]),
            (&["package.json"], &[("javascript-node", &["package.json"])]),
            (&["package.json", "tsconfig.json"], &[("typescript-node", &["tsconfig.json", "package.json"])]),
            // What more files tell comes first.
            (
                &["go.mod", "pyproject.toml", "requirements.txt"],
                &[("python", &["pyproject.toml", "requirements.txt"]), ("go", &["go.mod"])],
            ),
            (&["a.csproj", "b.csproj", ".csproj"], &[("dotnet", &["a.csproj"])]),
            (&["pom.xml.bak", "cargo.toml"], &[]),
        ];
        for (names, expected) in cases {
            let found = fitting(names.iter().map(|name| (*name).to_owned()).collect());
            let found: Vec<(&str, Vec<&str>)> = found
                .iter()
                .map(|(template, because)| (*template, because.iter().map(String::as_str).collect()))
                .collect();
            let expected: Vec<(&str, Vec<&str>)> =
                expected.iter().map(|(template, because)| (*template, because.to_vec())).collect();
            assert_eq!(found, expected, "{names:?}");
        }
    }

    #[test]
    fn every_template_that_can_fit_is_there() {
        for (template, _) in TELLING {
            assert!(builtin::find(template).is_some(), "{template}");
        }
        assert!(detect(Path::new("/no/such/folder")).is_empty());
    }
}
