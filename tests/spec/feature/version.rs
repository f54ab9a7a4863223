//! Versions: what a tag means, what a publication is tagged with.

use serde_json::{Value, json};
use wharf_spec::feature::{
    OciVersion, newest, outdated, published_versions, publishing_tags, version_for_tag,
};

fn tags(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn publications_take_the_tags_that_nothing_newer_has() {
    for (version, published, expected) in [
        ("1.0.0", "", "1 1.0 1.0.0 latest"),
        ("1.0.1", "1 1.0 1.0.0 latest", "1 1.0 1.0.1 latest"),
        ("1.1.0", "1 1.0 1.0.0 1.0.1 latest", "1 1.1 1.1.0 latest"),
        ("2.0.0", "1 1.0 1.0.0 latest", "2 2.0 2.0.0 latest"),
        // A repair of something older.
        ("1.0.2", "1 1.0 1.0.0 1.0.1 1.1 1.1.0 latest", "1.0 1.0.2"),
        ("1.1.1", "1 1.0 1.0.0 1.1 1.1.0 2 2.0 2.0.0 latest", "1 1.1 1.1.1"),
        ("0.0.1", "1.0.0", "0 0.0 0.0.1"),
        // What is not finished is newer than what was finished before, and in nobody's way.
        ("1.0.1-beta.1", "1 1.0 1.0.0 latest", "1 1.0 1.0.1-beta.1 latest"),
        ("1.0.0", "1.0.0-beta 1", "1 1.0 1.0.0 latest"),
        ("10.0.0", "9.0.0 9 latest", "10 10.0 10.0.0 latest"),
    ] {
        assert_eq!(
            publishing_tags(version, &tags(published)),
            Ok(Some(tags(expected))),
            "{version} after {published}"
        );
    }
    assert_eq!(publishing_tags("1.0.0", &tags("1.0.0")), Ok(None));
    assert_eq!(publishing_tags("1.0", &tags("1.0")), Ok(None));
    for version in ["", "1", "1.0", "1.0.x", "latest", "01.0.0"] {
        assert!(publishing_tags(version, &[]).is_err(), "{version}");
    }
}

#[test]
fn a_tag_means_the_newest_version_that_starts_with_it() {
    let published = tags("latest 1 1.9 1.9.0 1.10.0 1.10 2.0.0-rc.1 2.0.0 v2.1.0 2.1 3.0.0-rc.1 x");
    assert_eq!(published_versions(&published), tags("1.9.0 1.10.0 2.0.0-rc.1 2.0.0 v2.1.0 3.0.0-rc.1"));
    assert_eq!(newest(&published).as_deref(), Some("3.0.0-rc.1"));
    for (tag, expected) in [
        ("latest", Some("3.0.0-rc.1")),
        ("1", Some("1.10.0")),
        ("v1", Some("1.10.0")),
        ("1.x", Some("1.10.0")),
        ("1.9", Some("1.9.0")),
        ("1.9.x", Some("1.9.0")),
        ("1.9.0", Some("1.9.0")),
        ("1.9.1", None),
        ("x", Some("v2.1.0")),
        ("2", Some("v2.1.0")),
        ("2.0", Some("2.0.0")),
        ("2.0.0-rc.1", Some("2.0.0-rc.1")),
        ("3", None),
        ("edge", None),
        ("1-2", None),
        ("01", None),
        ("1.2.3.4", None),
        ("", None),
    ] {
        assert_eq!(version_for_tag(tag, &published).as_deref(), expected, "{tag}");
    }
}

#[test]
fn outdated_compares_what_is_locked_what_is_meant_and_what_there_is() {
    let published = "1 1.0.0 1.1.0 2 2.0.0 latest";
    let check = |version: OciVersion,
                 locked: Option<&str>,
                 published: &str,
                 by_digest: Option<&str>,
                 expected: Value| {
        let found = outdated(&version, locked, &tags(published), by_digest);
        assert_eq!(serde_json::to_value(found).unwrap(), expected, "{version:?} {locked:?}");
    };
    let tag = |text: &str| OciVersion::Tag(text.to_owned());
    let digest = || OciVersion::Digest("sha256:1".to_owned());
    check(
        tag("1"),
        Some("1.0.0"),
        published,
        None,
        json!({ "current": "1.0.0", "wanted": "1.1.0", "wantedMajor": "1", "latest": "2.0.0", "latestMajor": "2" }),
    );
    check(
        tag("latest"),
        None,
        published,
        None,
        json!({ "current": "2.0.0", "wanted": "2.0.0", "wantedMajor": "2", "latest": "2.0.0", "latestMajor": "2" }),
    );
    check(
        digest(),
        None,
        published,
        Some("1.0.0"),
        json!({ "current": "1.0.0", "wanted": "1.0.0", "wantedMajor": "1", "latest": "2.0.0", "latestMajor": "2" }),
    );
    check(
        digest(),
        Some("1.1.0"),
        published,
        Some("1.0.0"),
        json!({ "current": "1.1.0", "wanted": "1.1.0", "wantedMajor": "1", "latest": "2.0.0", "latestMajor": "2" }),
    );
    check(tag("3"), None, published, None, json!({ "latest": "2.0.0", "latestMajor": "2" }));
    check(tag("1"), None, "", None, json!({}));
}
