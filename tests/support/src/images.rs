//! The images that every test engine holds; `cargo xtask engines up` makes them without a registry.

/// Debian 12 with ca-certificates, curl, git, procps and sudo.
pub const DEBIAN: &str = "debian:bookworm";
/// One static program and its links, 2 MB: for tests that need no more than a shell.
pub const BUSYBOX: &str = "busybox:latest";
/// Debian 12 with the user `vscode` (1000, sudo without password) and the metadata label that names them as remote user.
pub const DEVCONTAINER: &str = "mcr.microsoft.com/devcontainers/base:bookworm";

/// Every name in every engine, with the image that it means.
pub const NAMES: &[(&str, &str)] = &[
    (DEBIAN, DEBIAN),
    ("debian:bookworm-slim", DEBIAN),
    ("debian:latest", DEBIAN),
    ("ubuntu:latest", DEBIAN),
    (BUSYBOX, BUSYBOX),
    ("alpine:3.17", BUSYBOX),
    ("alpine:latest", BUSYBOX),
    (DEVCONTAINER, DEVCONTAINER),
    ("mcr.microsoft.com/devcontainers/base:debian", DEVCONTAINER),
    ("mcr.microsoft.com/devcontainers/base:ubuntu", DEVCONTAINER),
];
