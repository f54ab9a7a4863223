//! Registries: the credentials that a person's tools keep for them, and a client for what is published there for dev containers.

mod auth_file;
mod cache;
mod client;
mod credentials;
mod digest;
mod error;
mod fetch;
mod helper;
mod login;
mod manifest;
mod repository;
mod tree;
mod unpack;

pub use cache::{Cache, Cached, Partial};
pub use client::{AuthDiagnostics, Client, Options, Patience};
pub use credentials::{Credentials, Surroundings, credentials_for, credentials_for_registry};
pub use digest::{digest_of, digest_of_reader, hexadecimal};
pub use error::Error;
pub use fetch::{Source, read_file};
pub use manifest::{
    COLLECTION, CONFIGURATION, CONTENT, Descriptor, EMPTY_CONFIGURATION, MANIFEST, METADATA, Manifest,
    ManifestDocument, PACKAGE_TYPE, TITLE,
};
pub use repository::Repository;
pub use tree::{Tree, TreeSize};
pub use unpack::unpack;
