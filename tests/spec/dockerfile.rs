//! Dockerfiles: the image and user that a stage ends with, the name of the last stage, and what the frontend can do.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use wharf_spec::dockerfile::{
    Arguments, BuildContexts, Dockerfile, DockerfileError, Platform, platform_arguments, without_syntax,
};

/// A question about a Dockerfile with its answers.
#[derive(Default)]
struct Case {
    text: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    environment: &'static [(&'static str, &'static str)],
    target: Option<&'static str>,
    image: Option<&'static str>,
    user: Option<&'static str>,
}

const MULTISTAGE: &str = "
FROM image1 as stage1
USER user1
FROM stage3 as stage2
FROM image3 as stage3
USER user3_1
USER user3_2
FROM image4 as stage4
USER user4
";

fn cases() -> Vec<Case> {
    let case = |text, image, user| Case { text, image, user, ..Case::default() };
    let with = |text, arguments, image, user| Case { text, arguments, image, user, ..Case::default() };
    vec![
        case("FROM image1\nUSER user1\n", Some("image1"), Some("user1")),
        case("FROM ubuntu:latest as base\nUSER a\nUSER b\n", Some("ubuntu:latest"), Some("b")),
        case("FROM debian:latest as base\nFROM ubuntu:latest as dev\n", Some("ubuntu:latest"), None),
        // Arguments and variables.
        case(
            "ARG BASE=\"image2\"\nFROM ${BASE}\nARG IMAGE_USER=user2\nUSER $IMAGE_USER\n",
            Some("image2"),
            Some("user2"),
        ),
        with("ARG BASE=\"image2\"\nFROM ${BASE}\n", &[("BASE", "image3")], Some("image3"), None),
        with(
            "FROM debian\nARG IMAGE_USER=user2\nUSER $IMAGE_USER\n",
            &[("IMAGE_USER", "user3")],
            Some("debian"),
            Some("user3"),
        ),
        case(
            "FROM debian\nENV USERNAME=user1\nARG USERNAME=user2\nUSER ${USERNAME}\n",
            Some("debian"),
            Some("user2"),
        ),
        case(
            "FROM debian as one\nENV USERNAME=user1\nARG USERNAME=user2\nFROM one as two\nUSER ${USERNAME}\n",
            Some("debian"),
            Some("user1"),
        ),
        case("ARG USERNAME=user1\nFROM debian\nUSER ${USERNAME}\n", Some("debian"), Some("user1")),
        case(
            "FROM debian\nENV USERNAME=user1\nARG USERNAME\nUSER ${USERNAME}\n",
            Some("debian"),
            Some("user1"),
        ),
        case("FROM debian\nUSER ${USERNAME}\n", Some("debian"), None),
        case(
            "FROM debian\nARG USERNAME=user1\nENV USERNAME=user2\nUSER ${USERNAME}\n",
            Some("debian"),
            Some("user2"),
        ),
        case(
            "FROM debian\nARG USERNAME1=user1\nENV USERNAME2=${USERNAME1}\nUSER ${USERNAME2}\n",
            Some("debian"),
            Some("user1"),
        ),
        case(
            "FROM debian\nARG USERNAME1=user1\nENV USERNAME2=user2\nUSER A${USERNAME1}A${USERNAME2}A\n",
            Some("debian"),
            Some("Auser1Auser2A"),
        ),
        Case {
            text: "FROM mybase\nUSER ${USERNAME}\n",
            environment: &[("USERNAME", "user1")],
            image: Some("mybase"),
            user: Some("user1"),
            ..Case::default()
        },
        case(
            "FROM debian\nARG A=1 B=two\nENV C=3 D=\"four 4\"\nENV E five  \nUSER $A$B$C$E\n",
            Some("debian"),
            Some("1two3five"),
        ),
        case("FROM debian\nENV A='$B' B=x\nUSER $A\n", Some("debian"), Some("$B")),
        with("ARG A=x\nFROM $A\n", &[("A", "$B\"q\"")], Some("$B\"q\""), None),
        // Expressions.
        with(
            "ARG cloud\nFROM ${cloud:+mcr.microsoft.com/}azure-cli:latest\n",
            &[("cloud", "true")],
            Some("mcr.microsoft.com/azure-cli:latest"),
            None,
        ),
        case(
            "ARG cloud\nFROM ${cloud:+mcr.microsoft.com/}azure-cli:latest\n",
            Some("azure-cli:latest"),
            None,
        ),
        with(
            "ARG cloud\nFROM ${cloud:-mcr.microsoft.com/}azure-cli:latest\n",
            &[("cloud", "ghcr.io/")],
            Some("ghcr.io/azure-cli:latest"),
            None,
        ),
        case(
            "ARG cloud\nFROM ${cloud:-mcr.microsoft.com/}azure-cli:latest\n",
            Some("mcr.microsoft.com/azure-cli:latest"),
            None,
        ),
        with(
            "ARG cloud\nFROM ${cloud:+\"mcr.microsoft.com/\"}azure-cli:latest\"\n",
            &[("cloud", "true")],
            Some("mcr.microsoft.com/azure-cli:latest"),
            None,
        ),
        case(
            "ARG cloud\nFROM \"${cloud:+\"mcr.microsoft.com/\"}azure-cli:latest\"\n",
            Some("azure-cli:latest"),
            None,
        ),
        with(
            "ARG cloud\nFROM \"${cloud:-\"mcr.microsoft.com/\"}azure-cli:latest\"\n",
            &[("cloud", "ghcr.io/")],
            Some("ghcr.io/azure-cli:latest"),
            None,
        ),
        case(
            "ARG cloud\nFROM ${cloud:-\"mcr.microsoft.com/\"}azure-cli:latest as label\n",
            Some("mcr.microsoft.com/azure-cli:latest"),
            None,
        ),
        case("ARG a=\nFROM x:${a-unset}${a:-empty}\n", Some("x:empty"), None),
        case("ARG b=2\nFROM x:${a:-${b:-3}}\n", Some("x:2"), None),
        case("ARG v=12.5\nFROM node:${v%%.*}\n", Some("node:12.5"), None),
        // Stages.
        Case {
            text: MULTISTAGE,
            target: Some("stage2"),
            image: Some("image3"),
            user: Some("user3_2"),
            ..Case::default()
        },
        Case {
            text: MULTISTAGE,
            target: Some("STAGE1"),
            image: Some("image1"),
            user: Some("user1"),
            ..Case::default()
        },
        Case {
            text: MULTISTAGE,
            target: Some("0"),
            image: Some("image1"),
            user: Some("user1"),
            ..Case::default()
        },
        Case { text: MULTISTAGE, target: Some("nothing"), ..Case::default() },
        case(MULTISTAGE, Some("image4"), Some("user4")),
        case("FROM node AS node\nUSER node\n", Some("node"), Some("node")),
        case("FROM node AS base\nFROM base AS base\n", Some("node"), None),
        case("FROM b AS a\nFROM a AS b\n", None, None),
        case("FROM --platform=$BUILDPLATFORM golang AS build\nFROM scratch\n", Some("scratch"), None),
        case(
            "\nFROM ubuntu as base-amd64\nUSER amd64_user\n\nFROM ubuntu as base-arm64\nUSER arm64_user\n\nFROM base-${TARGETARCH}\n",
            Some("ubuntu"),
            Some("amd64_user"),
        ),
        case("ARG TARGETARCH=arm64\nFROM debian:${TARGETARCH}\n", Some("debian:arm64"), None),
        case(
            "FROM debian:$BUILDARCH-$TARGETPLATFORM$TARGETVARIANT\n",
            Some("debian:arm64-linux/amd64"),
            None,
        ),
        // How it is written.
        case("from debian\nuser a\n", Some("debian"), Some("a")),
        case("\tFROM\tdebian\n  USER  a:b  \n", Some("debian"), Some("a:b")),
        case(
            "ARG BASE=\"ubuntu:latest\"\n\nFROM \"${BASE}\"\nUSER \"$BASE\"\n",
            Some("ubuntu:latest"),
            Some("ubuntu:latest"),
        ),
        case("FROM 'debian' AS x\n", Some("debian"), None),
        case("FROM debian\nUSER\n", Some("debian"), None),
        case("FROM debian\r\nUSER a\r\n", Some("debian"), Some("a")),
        case("\u{feff}FROM debian\n", Some("debian"), None),
        case(
            "FROM \\\n  debian \\\n# a comment between\n\n  AS x\nUSER \\\n  a\n",
            Some("debian"),
            Some("a"),
        ),
        case("# escape=`\nFROM `\n debian\nENV P=C:\\\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nRUN echo \\\n  FROM other\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nRUN echo \\\\\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nRUN <<EOF\nFROM other\nUSER b\nEOF\nUSER a\n", Some("debian"), Some("a")),
        case(
            "FROM debian\nRUN <<-\"E F\" cat > x && 3<<two sh\nUSER b\n\tE F\nUSER c\ntwo\nUSER a\n",
            Some("debian"),
            Some("a"),
        ),
        case(
            "FROM debian\nCOPY <<one <<two /to/\nUSER b\none\nUSER c\ntwo\nUSER a\n",
            Some("debian"),
            Some("a"),
        ),
        case("FROM debian\nRUN echo $((1<<2)) '<<EOF' \"<<EOF\"\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nRUN cat <<<word\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nONBUILD RUN <<EOF\nUSER b\nEOF\nUSER a\n", Some("debian"), Some("a")),
        case("FROM debian\nUSER \\$literal\n", Some("debian"), Some("$literal")),
        case("# FROM nothing\n#FROM nothing\nFROM debian\n#USER nobody\n", Some("debian"), None),
        case("", None, None),
        case("RUN nothing\n", None, None),
        case("FROM\n", Some(""), None),
    ]
}

#[test]
fn base_images_and_users() {
    let platform = |architecture: &str| Platform {
        os: "linux".to_owned(),
        architecture: architecture.to_owned(),
        variant: None,
    };
    let platform = platform_arguments(&platform("arm64"), &platform("amd64"));
    for case in cases() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let build: IndexMap<String, String> = owned(case.arguments).into_iter().collect();
        let environment: BTreeMap<String, String> = owned(case.environment).into_iter().collect();
        let arguments = Arguments { build: &build, platform: &platform };
        let dockerfile = Dockerfile::parse(case.text);
        assert_eq!(dockerfile.base_image(&arguments, case.target).as_deref(), case.image, "{}", case.text);
        assert_eq!(
            dockerfile.user(&arguments, &environment, case.target).as_deref(),
            case.user,
            "{}",
            case.text
        );
    }
}

#[test]
fn the_name_of_the_last_stage() {
    for (text, name, modified) in [
        (
            "\nFROM ubuntu:latest as base\n\nRUN some command\n\nFROM base as final\n\nCOPY src dest\n",
            "final",
            None,
        ),
        ("FROM ubuntu as base\n \tFROM base  as\t  final  #<- a comment: as something here\n", "final", None),
        (
            "FROM ubuntu as base\n \tFROM  --platform=p \tbase  as\t  final  #<- as something here\n",
            "final",
            None,
        ),
        (
            "FROM ubuntu as base\n\nFROM base\n\nCOPY src dest\n",
            "added",
            Some("FROM ubuntu as base\n\nFROM base AS added\n\nCOPY src dest\n"),
        ),
        ("FROM ubuntu as base\n\nFROM base", "added", Some("FROM ubuntu as base\n\nFROM base AS added")),
        (
            " \tFROM  --platform=p \tbase   #<- a comment: as something here\nRUN x\n",
            "added",
            Some(" \tFROM  --platform=p \tbase AS added   #<- a comment: as something here\nRUN x\n"),
        ),
        (
            "FROM \\\n  base\nRUN <<E\nFROM x\nE\n",
            "added",
            Some("FROM \\\n  base AS added\nRUN <<E\nFROM x\nE\n"),
        ),
        ("from \"é\"\r\nrun x\r\n", "added", Some("from \"é\" AS added\r\nrun x\r\n")),
    ] {
        let (found, changed) = Dockerfile::parse(text).with_stage_name("added").unwrap();
        assert_eq!((found.as_str(), changed.as_deref()), (name, modified), "{text}");
    }
    for (text, error) in
        [("\nRUN some command\n", DockerfileError::NoStage), ("FROM", DockerfileError::EmptyFrom)]
    {
        assert_eq!(Dockerfile::parse(text).with_stage_name("added"), Err(error));
    }
    assert_eq!(
        DockerfileError::NoStage.to_string(),
        "Error parsing Dockerfile: Dockerfile contains no FROM instructions"
    );
}

#[test]
fn what_the_frontend_can_do() {
    use BuildContexts::{Supported, Unknown, Unsupported};
    let contexts = |text: &str| Dockerfile::parse(text).build_contexts();
    for (version, expected) in [
        ("0", Unsupported),
        ("1", Supported),
        ("1.2", Unsupported),
        ("1.2.3", Unsupported),
        ("1.4", Supported),
        ("1.4.5", Supported),
        ("1.5", Supported),
        ("1.5.0", Supported),
        ("2", Supported),
        ("", Supported),
        ("latest", Supported),
    ] {
        for prerelease in ["", "-labs"] {
            let tag = format!("{version}{prerelease}");
            let tag = if tag.is_empty() { tag } else { format!(":{tag}") };
            for registry in ["", "docker.io/"] {
                let text = format!("# syntax={registry}docker/dockerfile{tag}\n        FROM debian");
                assert_eq!(contexts(&text), expected, "{text}");
            }
        }
    }
    for (text, expected) in [
        ("FROM debian", Unsupported),
        ("# syntax=mycompany/myimage:1.4\nFROM debian", Unknown),
        ("# syntax=docker/dockerfile-upstream:master\nFROM debian", Unknown),
        ("#  Syntax = docker/dockerfile:1 \nFROM debian", Supported),
        ("# a comment\n# syntax=docker/dockerfile:1\nFROM debian", Unsupported),
        ("# escape=`\n# syntax=docker/dockerfile:1\nFROM debian", Supported),
    ] {
        assert_eq!(contexts(text), expected, "{text}");
    }
    assert_eq!(Dockerfile::parse("# syntax = a/b:c \nFROM x").syntax(), Some("a/b:c"));
}

#[test]
fn a_text_without_its_syntax() {
    for (text, expected) in [
        ("# syntax=docker/dockerfile:1\nFROM x\n", "FROM x\n"),
        ("\n #syntax = x\r\nFROM x\n", "\nFROM x\n"),
        ("# escape=`\n# syntax=x\nFROM x\n", "# escape=`\n# syntax=x\nFROM x\n"),
        ("FROM x\n", "FROM x\n"),
    ] {
        assert_eq!(without_syntax(text), expected, "{text}");
    }
}

#[test]
fn the_images_that_are_named() {
    let build = IndexMap::from([("HOST".to_owned(), "ghcr.io".to_owned())]);
    let platform = BTreeMap::new();
    let arguments = Arguments { build: &build, platform: &platform };
    let cases: [(&str, &[&str]); 8] = [
        (
            "ARG HOST=quay.io\nARG TAG=\"1\"\nFROM --platform=linux/amd64 ${HOST}/a:$TAG AS base\nFROM base\nCOPY --from=reg:5000/x /a /b\n",
            &["ghcr.io/a:1", "stage base", "reg:5000/x"],
        ),
        ("FROM a\nCOPY --chown=1:1 \\\n  # why\n  --from=b /x /y\n", &["a", "b"]),
        // A stage is none before it begins, and has no case.
        ("FROM a AS a\nFROM A AS b\nCOPY --from=B /x /y\n", &["a", "stage A", "stage B"]),
        ("FROM a\nFR\\\nOM b\n", &["a", "b"]),
        ("# escape=`\nFROM a\nFR`\nOM b\n", &["a", "b"]),
        (
            "FROM a\nRUN --mount=type=bind,from=b,target=/x --mount=type=cache,target=/y true --from=c\n",
            &["a", "b"],
        ),
        ("FROM a\nCOPY --from=0 /x /y\nRUN echo --from=c\nCOPY x --from=d /y\n", &["a"]),
        ("FROM a\nRUN <<EOF\nFROM b\nEOF\n", &["a"]),
    ];
    for (text, expected) in cases {
        let found = Dockerfile::parse(text).image_names(&arguments);
        let found = found
            .iter()
            .map(|found| if found.is_stage { format!("stage {}", found.name) } else { found.name.clone() });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
    }
}
