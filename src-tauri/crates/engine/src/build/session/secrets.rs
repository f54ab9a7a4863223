//! Build secrets, read when a step asks for one and never before.

use std::collections::BTreeMap;
use std::path::Path;

use bollard::grpc::build::moby::buildkit::secrets::v1::{
    GetSecretRequest, GetSecretResponse, secrets_server,
};
use tonic::{Request, Response, Status};
use wharf_plan::build::{BuildSecret, SecretSource};

use crate::error::Error;

/// The most that the builder takes.
const LARGEST: u64 = 500 * 1024;

pub(super) struct Secrets {
    sources: BTreeMap<String, SecretSource>,
}

impl Secrets {
    pub(super) fn new(secrets: &[BuildSecret]) -> Secrets {
        Secrets { sources: secrets.iter().map(|secret| (secret.id.clone(), secret.source.clone())).collect() }
    }
}

#[tonic::async_trait]
impl secrets_server::Secrets for Secrets {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = &request.get_ref().id;
        // The step decides whether it can do without.
        let source =
            self.sources.get(id).ok_or_else(|| Status::not_found(format!("there is no secret {id:?}")))?;
        let data =
            read(source).map_err(|reason| Status::failed_precondition(format!("secret {id:?}: {reason}")))?;
        Ok(Response::new(GetSecretResponse { data }))
    }
}

/// Looks before the build whether every secret has a value, so that a typing error does not cost minutes.
pub(in crate::build) fn check_secrets(secrets: &[BuildSecret]) -> Result<(), Error> {
    for secret in secrets {
        read(&secret.source).map_err(|reason| Error::Secret { id: secret.id.clone(), reason })?;
    }
    Ok(())
}

fn read(source: &SecretSource) -> Result<Vec<u8>, String> {
    match source {
        SecretSource::File(path) => read_file(path),
        SecretSource::Variable(name) => {
            variable(name).ok_or_else(|| format!("the variable {name} is not set"))
        }
        SecretSource::Named(name) => match variable(name) {
            Some(value) => Ok(value),
            None => read_file(Path::new(name)),
        },
    }
}

fn variable(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(told)?.len();
    if size > LARGEST {
        return Err(format!(
            "{}: larger than the {} KiB that a builder takes",
            path.display(),
            LARGEST / 1024
        ));
    }
    std::fs::read(path).map_err(told)
}
