//! Which files of a Template go into a project.

/// The description of a Template, in its folder.
pub const FILE_NAME: &str = "devcontainer-template.json";

/// What of a Template is about the Template and not for a project.
const ABOUT: [&str; 3] = [FILE_NAME, "README.md", "NOTES.md"];

/// The paths that are not taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Omitted {
    files: Vec<String>,
    /// With a slash at the end.
    folders: Vec<String>,
}

impl Omitted {
    /// Joins what a person leaves out, a folder as `folder/*`, with what is about the Template itself.
    #[must_use]
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut omitted = Self::default();
        for path in paths.into_iter().chain(ABOUT) {
            match path.strip_suffix('*').filter(|folder| folder.ends_with('/')) {
                Some(folder) => omitted.folders.push(folder.to_owned()),
                None => omitted.files.push(path.to_owned()),
            }
        }
        omitted
    }

    /// Whether a path of the archive is left out.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        let path = path.replace('\\', "/");
        let path = path.strip_prefix("./").unwrap_or(&path);
        self.files.iter().any(|file| file == path)
            || self.folders.iter().any(|folder| path.starts_with(folder.as_str()))
    }
}

/// The configuration among the files of a Template: it should not have more than one.
#[must_use]
pub fn configuration_among<'a>(files: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    files.into_iter().find(|path| path.ends_with("devcontainer.json"))
}
