//! Who paints the window's page on Linux: WebKit is told by variables, before there is a window.
//!
//! By itself it paints with OpenGL. For lines of text the processor is as fast as a graphics card; and where there is no card, OpenGL is played
//! by the processor, and a flooded log then shows frames of more than a tenth of a second.

use std::path::Path;

/// Has the processor paint the page, rather than OpenGL.
const PAINTED_BY_PROCESSOR: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";
/// Has what is painted shown as it is, rather than put together from layers by OpenGL.
const SHOWN_AS_PAINTED: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
/// Where the kernel has a file `renderD…` for each graphics card that programs may draw with.
const CARDS: &str = "/dev/dri";

/// Chooses, where a person has not. To be called while there is no second thread.
pub(crate) fn choose() {
    for variable in variables(has_card(Path::new(CARDS))) {
        if std::env::var_os(variable).is_none() {
            #[allow(unsafe_code, reason = "the environment is changed before there is a second thread")]
            unsafe {
                std::env::set_var(variable, "1");
            }
        }
    }
}

fn variables(has_card: bool) -> &'static [&'static str] {
    if has_card { &[PAINTED_BY_PROCESSOR] } else { &[PAINTED_BY_PROCESSOR, SHOWN_AS_PAINTED] }
}

fn has_card(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_what_programs_may_draw_with() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_card(&folder.path().join("dri")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_card(folder.path()), "a screen alone draws nothing");
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_card(folder.path()));
        assert_eq!(variables(true), [PAINTED_BY_PROCESSOR]);
        assert_eq!(variables(false), [PAINTED_BY_PROCESSOR, SHOWN_AS_PAINTED]);
    }
}
