//! What a build sends, as the endpoint without sessions wants it: one archive that holds the Dockerfile too.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wharf_plan::BuildSpec;

use crate::context::{ContextTar, Extra, Ignore};
use crate::error::Error;

/// The archive and the Dockerfile's name in it.
pub(super) struct Sent {
    pub(super) tar: ContextTar,
    pub(super) dockerfile: String,
}

const IGNORE_FILE: &str = ".dockerignore";

/// Decides what is sent. A Dockerfile that the context holds as it is goes along under its own name. Any other one gets a
/// name that the context cannot have, and the ignore file that is sent names it, so that no `COPY` takes it in.
pub(super) fn sent(spec: &BuildSpec) -> Result<Sent, Error> {
    let text = Bytes::from(spec.dockerfile.clone());
    let given = if spec.dockerfile_name.is_empty() { "Dockerfile" } else { spec.dockerfile_name.as_str() };
    let Some(folder) = &spec.context else {
        let tar = ContextTar {
            folder: None,
            ignore: Ignore::default(),
            always: Vec::new(),
            extra: vec![Extra { name: given.to_owned(), content: text }],
        };
        return Ok(Sent { tar, dockerfile: given.to_owned() });
    };
    let ignore = Ignore::find(folder, spec.dockerfile_path.as_deref())?;
    let is_plain_name =
        !given.starts_with('/') && given.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let held = is_plain_name && std::fs::read(folder.join(given)).is_ok_and(|content| content == text);
    let has_own_ignore = spec.dockerfile_path.as_ref().is_some_and(|path| {
        let mut name = path.as_os_str().to_owned();
        name.push(IGNORE_FILE);
        std::path::Path::new(&name).is_file()
    });
    let mut extra = Vec::new();
    let mut always = vec![IGNORE_FILE.to_owned()];
    let dockerfile = if held {
        always.push(given.to_owned());
        given.to_owned()
    } else {
        let hash = Sha256::digest(&text);
        let name: String = hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let name = format!(".dockerfile.{name}");
        extra.push(Extra { name: name.clone(), content: text });
        name
    };
    if !held || has_own_ignore {
        // The engine reads this file again: it must say the same as what was applied here.
        let mut lines: Vec<String> = ignore.lines().collect();
        if !held {
            lines.push(dockerfile.clone());
        }
        if !folder.join(IGNORE_FILE).exists() {
            lines.push(IGNORE_FILE.to_owned());
        }
        extra.push(Extra { name: IGNORE_FILE.to_owned(), content: Bytes::from(lines.join("\n") + "\n") });
        always.retain(|name| name != IGNORE_FILE);
    }
    Ok(Sent { tar: ContextTar { folder: Some(folder.clone()), ignore, always, extra }, dockerfile })
}
