//! Where the agent lies in a container, and how it gets there.

use bytes::Bytes;
use wharf_engine::Engine;
use wharf_plan::ContainerFacts;

use super::{Agent, Error};

/// The folder that holds it, below the root or below a volume.
const FOLDER: &str = ".wharf";

/// Puts an agent into a container, running or not. One request; what is there already is written again.
///
/// # Errors
/// When the container takes no file.
pub async fn place(
    engine: &Engine,
    agent: &Agent,
    container: &str,
    read_only_root: bool,
    volumes: &[String],
) -> Result<(), Error> {
    let below = folder(read_only_root, volumes);
    let no_place = || Error::NoPlace { container: container.chars().take(12).collect() };
    if read_only_root && below == "/" && !engine.facts().may_upload_to_read_only() {
        return Err(no_place());
    }
    let archive = archive(agent).map_err(|error| Error::Local { stream: "the agent's archive", error })?;
    match engine.upload(container, below, archive).await {
        Err(wharf_engine::Error::Rejected { .. }) if read_only_root && below == "/" => Err(no_place()),
        uploaded => Ok(uploaded?),
    }
}

/// What it lies below: the root, or a volume where the root takes no files. Never a folder of the host, and never memory, which an
/// upload does not reach.
pub(super) fn folder(read_only_root: bool, volumes: &[String]) -> &str {
    match volumes.first() {
        Some(volume) if read_only_root => volume,
        _ => "/",
    }
}

/// The volumes that take files.
pub(super) fn writable_volumes(container: &ContainerFacts) -> Vec<String> {
    let volumes = container.mounts.iter().filter(|mount| mount.kind == "volume" && mount.writable);
    volumes.map(|mount| mount.target.clone()).collect()
}

/// The agent's full path.
pub(super) fn path(agent: &Agent, below: &str) -> String {
    format!("{}/{FOLDER}/{}", below.trim_end_matches('/'), file_name(agent))
}

fn file_name(agent: &Agent) -> String {
    format!("agent-{}", agent.hash)
}

fn archive(agent: &Agent) -> std::io::Result<Bytes> {
    let mut archive = tar::Builder::new(Vec::with_capacity(agent.program.len() + 4096));
    let header = |kind, mode, size| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(size);
        header
    };
    let folder = &mut header(tar::EntryType::Directory, 0o755, 0);
    archive.append_data(folder, format!("{FOLDER}/"), std::io::empty())?;
    let file = &mut header(tar::EntryType::Regular, 0o755, agent.program.len() as u64);
    archive.append_data(file, format!("{FOLDER}/{}", file_name(agent)), agent.program)?;
    Ok(archive.into_inner()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: Agent = Agent { architecture: "x86_64", hash: "0123", program: b"program" };

    #[test]
    fn where_it_lies() {
        let volumes = ["/data/".to_owned(), "/more".to_owned()];
        let cases: [(bool, &[String], &str); 4] = [
            (false, &[], "/.wharf/agent-0123"),
            (false, &volumes, "/.wharf/agent-0123"),
            (true, &[], "/.wharf/agent-0123"),
            (true, &volumes, "/data/.wharf/agent-0123"),
        ];
        for (read_only, volumes, expected) in cases {
            assert_eq!(path(&AGENT, folder(read_only, volumes)), expected, "{read_only} {volumes:?}");
        }
    }

    #[test]
    fn the_archive_belongs_to_root() {
        let archive = archive(&AGENT).unwrap();
        let mut archive = tar::Archive::new(archive.as_ref());
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let path = entry.path().unwrap().display().to_string();
                (path, header.mode().unwrap(), header.uid().unwrap(), header.size().unwrap())
            })
            .collect();
        assert_eq!(
            entries,
            [(".wharf/".to_owned(), 0o755, 0, 0), (".wharf/agent-0123".to_owned(), 0o755, 0, 7)]
        );
    }
}
