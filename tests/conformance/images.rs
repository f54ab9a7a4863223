//! The images that cases stand on, built from the folders in `images/`.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::case::Case;
use crate::stage::{Stage, take_turn};

/// Builds the case's images, unless the engine has them as the folders are now.
///
/// Each is named `conformance/<folder>`, and tagged once more with the hash of its folder and of those before it, on which it may stand.
/// Cases that are played at the same time stand on the same ones, and engines fail builds of one name that meet: one case looks and
/// builds at a time.
pub(crate) fn ensure(stage: &Stage, case: &Case) -> Result<(), String> {
    let engine = &stage.engine;
    let suite =
        case.folder.parent().and_then(Path::parent).map(|suite| suite.join("images")).unwrap_or_default();
    let mut hash = Sha256::new();
    for image in &case.script.images {
        let folder = suite.join(image);
        hash_folder(&folder, &mut hash).map_err(|error| format!("{}: {error}", folder.display()))?;
        let state: String =
            hash.clone().finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("conformance/{image}");
        let exact = format!("{name}:{state}");
        let _turn = take_turn(&stage.root.join("turns-of-images").join(image))?;
        let known = engine.image(&exact)?.map(|image| image["Id"].clone());
        if known.is_none() || engine.image(&name)?.map(|image| image["Id"].clone()) != known {
            engine.build(&folder, &[&name, &exact])?;
        }
    }
    Ok(())
}

fn hash_folder(folder: &Path, hash: &mut Sha256) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        hash.update(entry.file_name().as_encoded_bytes());
        hash.update(std::fs::read(entry.path())?);
    }
    Ok(())
}
