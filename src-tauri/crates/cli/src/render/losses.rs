//! What goes and what stays, before it goes.

use wharf_api::{Losses, RepositoryLosses};

use super::Theme;
use crate::text::{FAINT, Line, WARNING, bytes, count};

/// What would be lost and kept, for people.
pub(crate) fn losses(losses: &Losses, theme: &Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut row = |word: &str, text: String| {
        let style = if word == "lost" { WARNING } else { FAINT };
        lines.push(Line::new().text("  ").add(style, word).pad_to(11).text(text));
    };
    for container in &losses.containers {
        let changed = match container.changed_bytes {
            Some(0) => continue,
            Some(changed) => format!("{} written in the container, outside volumes", bytes(changed)),
            None => "what was written in the container, outside volumes".to_owned(),
        };
        row("lost", changed);
    }
    for volume in &losses.lost_volumes {
        row("lost", format!("volume {volume}"));
    }
    for repository in losses.repositories.iter().filter(|repository| repository.is_any()) {
        row("lost", work(repository, theme));
    }
    if !losses.kept_volumes.is_empty() {
        row("kept", format!("volumes {}", losses.kept_volumes.join(", ")));
    }
    lines
}

/// Work that is nowhere else.
fn work(repository: &RepositoryLosses, theme: &Theme) -> String {
    if let Some(why) = &repository.unknown {
        return format!("whatever is only in {}: {why}", repository.folder);
    }
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if repository.uncommitted_files > 0 {
        parts.push(count(number(repository.uncommitted_files), "changed file", "changed files"));
    }
    if repository.unpushed_commits > 0 {
        let branches = repository.unpushed_branches.join(", ");
        let commits = count(number(repository.unpushed_commits), "unpushed commit", "unpushed commits");
        parts.push(if branches.is_empty() { commits } else { format!("{commits} on {branches}") });
    }
    if repository.stashes > 0 {
        parts.push(count(number(repository.stashes), "stash", "stashes"));
    }
    format!("{} in {}", parts.join(&format!(" {} ", theme.symbols.dot)), repository.folder)
}

#[cfg(test)]
mod tests {
    use wharf_api::LostContainer;

    use super::*;
    use crate::text::Symbols;

    #[test]
    fn everything_that_goes_and_stays_is_told_in_numbers() {
        let found = Losses {
            containers: vec![
                LostContainer { changed_bytes: Some(212_000_000), ..LostContainer::default() },
                LostContainer { changed_bytes: Some(0), ..LostContainer::default() },
            ],
            lost_volumes: vec!["db-data".into()],
            kept_volumes: vec!["cache".into(), "node_modules".into()],
            repositories: vec![
                RepositoryLosses {
                    folder: "/workspaces/api".into(),
                    uncommitted_files: 3,
                    unpushed_commits: 1,
                    unpushed_branches: vec!["main".into()],
                    stashes: 2,
                    unknown: None,
                },
                RepositoryLosses {
                    folder: "/workspaces/large".into(),
                    unknown: Some("it holds more than 4000 MB".into()),
                    ..RepositoryLosses::default()
                },
                RepositoryLosses { folder: "/workspaces/clean".into(), ..RepositoryLosses::default() },
            ],
        };
        let lines = losses(&found, &Theme { symbols: Symbols::UNICODE });
        let text: String = lines.iter().map(|line| line.plain() + "\n").collect();
        insta::assert_snapshot!(text, @r"
          lost     212.0 MB written in the container, outside volumes
          lost     volume db-data
          lost     3 changed files · 1 unpushed commit on main · 2 stashes in /workspaces/api
          lost     whatever is only in /workspaces/large: it holds more than 4000 MB
          kept     volumes cache, node_modules
        ");
        assert_eq!(losses(&Losses::default(), &Theme { symbols: Symbols::ASCII }), []);
    }
}
