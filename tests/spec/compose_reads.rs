//! Which files Compose reads. In the cases `disk` is what is there, `files` what Compose is given, and `gives` what it reads: the path,
//! the property, and the purpose where it is another than the project itself.

use std::collections::BTreeMap;

use serde_json::Value;
use wharf_spec::PathStyle;
use wharf_spec::compose::{Files, ReadFor, ReadSources, files_read};

struct Disk(BTreeMap<String, Option<String>>);

impl Files for Disk {
    fn is_there(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.0.keys().any(|file| file.starts_with(&below))
    }

    fn text(&self, path: &str) -> Option<String> {
        self.0.get(path)?.clone()
    }
}

#[test]
fn what_compose_reads() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("compose_reads.json")).unwrap();
    for case in &cases {
        let texts = case["disk"].as_object().unwrap().iter();
        // What is no text cannot be read.
        let disk = Disk(texts.map(|(path, text)| (path.clone(), text.as_str().map(str::to_owned))).collect());
        let files = case.get("files").map_or_else(
            || vec!["/home/me/ws/compose.yml".to_owned()],
            |files| serde_json::from_value(files.clone()).unwrap(),
        );
        let sources = ReadSources {
            files: &files,
            folder: "/home/me/ws",
            home: Some("/home/me"),
            style: PathStyle::Linux,
        };
        let found: Vec<String> = files_read(&sources, &disk)
            .iter()
            .filter(|read| !files.contains(&read.path) || read.purpose == ReadFor::Untold)
            .map(|read| {
                let purpose = match read.purpose {
                    ReadFor::Project => "",
                    ReadFor::Containers => ", for containers",
                    ReadFor::Untold => ", untold",
                };
                format!("{} ({}{purpose})", read.path, read.property)
            })
            .collect();
        let expected: Vec<String> = serde_json::from_value(case["gives"].clone()).unwrap();
        assert_eq!(found, expected, "{}", case["case"]);
    }
}

#[test]
fn the_given_files_are_read_themselves_and_what_names_is_told() {
    let file = "/srv/compose.yml".to_owned();
    let disk = Disk(
        [(file.clone(), "services: {a: {env_file: .env}}"), ("/srv/.env".to_owned(), "")]
            .map(|(path, text)| (path, Some(text.to_owned())))
            .into(),
    );
    let files = [file.clone(), "/srv/gone.yml".to_owned()];
    let sources = ReadSources { files: &files, folder: "/ws", home: None, style: PathStyle::Linux };
    let found = files_read(&sources, &disk);
    let found: Vec<_> = found
        .iter()
        .map(|read| (read.path.as_str(), read.from.as_str(), read.property.as_str(), read.purpose))
        .collect();
    assert_eq!(
        found,
        [
            ("/srv/.env", "/srv/.env", "dockerComposeFile", ReadFor::Project),
            ("/srv/compose.yml", "/srv/compose.yml", "dockerComposeFile", ReadFor::Project),
            ("/srv/.env", "/srv/compose.yml", "services.a.env_file", ReadFor::Containers),
        ]
    );
}

#[test]
fn files_without_end_are_not_followed() {
    // Each names the next one.
    struct Endless;
    impl Files for Endless {
        fn is_there(&self, _: &str) -> bool {
            true
        }
        fn is_folder(&self, _: &str) -> bool {
            false
        }
        fn text(&self, path: &str) -> Option<String> {
            Some(format!("include: [{path}x]"))
        }
    }
    let files = ["/compose.yml".to_owned()];
    let sources = ReadSources { files: &files, folder: "/", home: None, style: PathStyle::Linux };
    let found = files_read(&sources, &Endless);
    assert!(found.len() < 1000, "{}", found.len());
    assert_eq!(found.iter().filter(|read| read.purpose == ReadFor::Untold).count(), 1);
}
