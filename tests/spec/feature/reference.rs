//! How Features are named.

use wharf_spec::PathStyle;
use wharf_spec::feature::{FeatureReference, LocalBase, OciReference, identifier_without_version};

use super::BASE;

const DIGEST: &str = "sha256:fe73f123927bd9ed1abda190d3009c4d51d0e17499154423c5913cf344af15a3";

#[test]
fn references_are_read() {
    let check = |text: &str, expected: &str, id: &str| {
        let reference =
            FeatureReference::parse(text, &BASE).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((reference.to_string().as_str(), reference.id()), (expected, id), "{text}");
    };
    let at_digest = format!("ghcr.io/a/b/ruby@{DIGEST}");
    for (text, expected, id) in [
        ("ghcr.io/devcontainers/features/go", "ghcr.io/devcontainers/features/go:latest", "go"),
        ("ghcr.io/devcontainers/features/go:1.0.0", "ghcr.io/devcontainers/features/go:1.0.0", "go"),
        ("ghcr.io/devcontainers/features/go:", "ghcr.io/devcontainers/features/go:latest", "go"),
        ("GHCR.io/Codspace/Features/Go:V1", "ghcr.io/codspace/features/go:v1", "go"),
        (&at_digest, &at_digest, "ruby"),
        ("docker-mirror.my.example:8081/a/ruby", "docker-mirror.my.example:8081/a/ruby:latest", "ruby"),
        ("localhost:5000/a/b/c/ruby:1", "localhost:5000/a/b/c/ruby:1", "ruby"),
        ("localhost/a/ruby", "localhost/a/ruby:latest", "ruby"),
        ("ghcr.io/devcontainers-contrib/features/x:1", "ghcr.io/devcontainers-extra/features/x:1", "x"),
        ("ghcr.io/devcontainers-contrib/x:1", "ghcr.io/devcontainers-extra/x:1", "x"),
        ("ghcr.io/other/devcontainers-contrib/x:1", "ghcr.io/other/devcontainers-contrib/x:1", "x"),
        (
            "https://e.example/devcontainer-feature-ruby.tgz",
            "https://e.example/devcontainer-feature-ruby.tgz",
            "ruby",
        ),
        (
            "https://E.example:443/a/../b c/devcontainer-feature-A_1.tgz?x=y",
            "https://e.example/b%20c/devcontainer-feature-A_1.tgz?x=y",
            "A_1",
        ),
        ("./feature", "/w/.devcontainer/feature", "feature"),
        ("./deep/feature/", "/w/.devcontainer/deep/feature", "feature"),
        ("./a..b", "/w/.devcontainer/a..b", "a..b"),
        ("../.devcontainer/feature", "/w/.devcontainer/feature", "feature"),
        ("owner/repository/id", "owner/repository/id", "id"),
        ("Owner/Repo.sitory/I_d@latest", "Owner/Repo.sitory/I_d", "I_d"),
        ("owner/repository/id@v1.0.0", "owner/repository/id@v1.0.0", "id"),
    ] {
        check(text, expected, id);
    }
}

#[test]
fn what_names_no_feature_is_an_error_that_says_why() {
    let check = |text: &str, part: &str| {
        let error = FeatureReference::parse(text, &BASE).expect_err(text);
        assert!(error.to_string().contains(part), "{text}: {error}");
        assert!(error.reference_text().contains(&format!("'{text}'")), "{text}: {}", error.reference_text());
    };
    for (text, part) in [
        ("", "Legacy feature '' not supported."),
        ("fish", "Legacy feature 'fish' not supported."),
        ("node:1", "Legacy feature 'node:1' not supported."),
        ("/absolute/path", "absolute path"),
        ("../outside", "lies at /w/outside"),
        ("./../..", "lies at /"),
        ("https://", "is not a URL"),
        ("https://e.example/ruby.tgz", "devcontainer-feature-<id>.tgz"),
        ("https://e.example/devcontainer-feature-.tgz", "devcontainer-feature-<id>.tgz"),
        ("https://e.example/devcontainer-feature-a b.tgz", "devcontainer-feature-<id>.tgz"),
        ("http://e.example/devcontainer-feature-ruby.tgz", "names no registry"),
        ("ghcr.io/ruby", "has the path 'ruby'"),
        ("ghcr.io//ruby", "has the path '/ruby'"),
        ("ghcr.io/a/-ruby", "has the path"),
        ("ghcr.io/a/ru..by", "has the path"),
        ("ghcr.io/a/ru by", "has the path"),
        ("ghcr.io/a/ruby:-1", "has the version '-1'"),
        ("ghcr.io/a/ruby:1 2", "has the version '1 2'"),
        ("ghcr.io/a/b/ruby@1.0", "has the digest '1.0'"),
        ("ghcr.io/a/b/ruby@sha256:12", "has the digest 'sha256:12'"),
        ("ghcr.io/a/b/ruby@sha512:12", "has the digest"),
        ("ghcr.io:port/a/ruby", "names no registry"),
        (".hidden/a/ruby", "names no registry"),
        ("owner/repository", "names no registry"),
        ("owner/repository/id/more", "names no registry"),
        ("owner/repository/id@1@2", "names no registry"),
        ("owner/repository/i.d", "names no registry"),
        ("C:\\features\\a", "names no registry"),
    ] {
        check(text, part);
    }
}

/// A configuration that was fetched from a registry, and that another one extends, brings Features of its own.
#[test]
fn features_of_what_was_fetched_lie_where_it_was_put() {
    for (fetched, text, expected) in [
        ("/state/features", "../state/features/sha256-1/tool", Some("/state/features/sha256-1/tool")),
        ("/state/features", "../state/features/../secrets/tool", None),
        ("/state/features", "../state/features-not/tool", None),
        ("", "../state/features/sha256-1/tool", None),
    ] {
        let base = LocalBase {
            configuration: "/w/.devcontainer.json",
            workspace: "/w",
            style: PathStyle::Linux,
            fetched,
        };
        let folder = match FeatureReference::parse(text, &base) {
            Ok(FeatureReference::Local { folder, .. }) => Some(folder),
            _ => None,
        };
        assert_eq!(folder.as_deref(), expected, "{text} with {fetched:?}");
    }
}

/// The rule and its cases are the specification's, "Locally referenced Features".
#[test]
fn local_features_lie_below_the_folder_of_configurations() {
    let check = |configuration: &str, style: PathStyle, text: &str, expected: Option<&str>| {
        let workspace = if style == PathStyle::Windows { "C:\\w" } else { "/w" };
        let base = LocalBase { configuration, workspace, style, fetched: "" };
        let folder = match FeatureReference::parse(text, &base) {
            Ok(FeatureReference::Local { folder, .. }) => Some(folder),
            _ => None,
        };
        assert_eq!(folder.as_deref(), expected, "{text} seen from {configuration}");
    };
    let (linux, windows) = (PathStyle::Linux, PathStyle::Windows);
    check("/w/.devcontainer.json", linux, "./.devcontainer/foo", Some("/w/.devcontainer/foo"));
    check("/w/.devcontainer.json", linux, "./foo", None);
    check("/w/.devcontainer/devcontainer.json", linux, "./foo", Some("/w/.devcontainer/foo"));
    check("/w/.devcontainer/devcontainer.json", linux, "../foo", None);
    check("/w/.devcontainer/one/devcontainer.json", linux, "./foo", Some("/w/.devcontainer/one/foo"));
    check("/w/.devcontainer/one/devcontainer.json", linux, "../foo", Some("/w/.devcontainer/foo"));
    check("/w/.devcontainer/one/devcontainer.json", linux, "../../foo", None);
    check("/elsewhere/devcontainer.json", linux, "./foo", None);
    check(
        "C:\\w\\.devcontainer\\devcontainer.json",
        windows,
        "./foo/bar",
        Some("C:\\w\\.devcontainer\\foo\\bar"),
    );
    check("C:\\w\\.devcontainer\\devcontainer.json", windows, "./..\\foo", None);
}

#[test]
fn references_to_registries_tell_their_parts() {
    let reference = OciReference::parse("ghcr.io/devcontainers/features/go:1.2").unwrap();
    assert_eq!(reference.path(), "devcontainers/features/go");
    assert_eq!(reference.resource(), "ghcr.io/devcontainers/features/go");
    assert_eq!((reference.tag(), reference.version_text()), (Some("1.2"), "1.2"));
    let exactly = OciReference::parse(&format!("ghcr.io/devcontainers/features/go@{DIGEST}")).unwrap();
    assert_eq!((exactly.tag(), exactly.version_text()), (None, DIGEST));
    assert_eq!(exactly.to_string(), format!("ghcr.io/devcontainers/features/go@{DIGEST}"));
}

#[test]
fn a_version_is_what_follows_the_last_name() {
    for (text, expected) in [
        ("ghcr.io/a/b:1", "ghcr.io/a/b"),
        ("ghcr.io/a/b@sha256:12", "ghcr.io/a/b"),
        ("localhost:5000/a/b", "localhost:5000/a/b"),
        ("localhost:5000/a/b:1@2", "localhost:5000/a/b"),
        ("node", "node"),
        ("node:1", "node"),
    ] {
        assert_eq!(identifier_without_version(text), expected, "{text}");
    }
}
