//! Credentials for the registries that a build reads from. The builder fetches its tokens itself.

use bollard::grpc::build::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse, auth_server,
};
use tonic::{Request, Response, Status};

use crate::credentials::FindCredentials;

pub(super) struct Auth {
    find: FindCredentials,
}

impl Auth {
    pub(super) fn new(find: FindCredentials) -> Auth {
        Auth { find }
    }
}

/// The host under which people know Docker Hub.
fn registry(host: &str) -> &str {
    match host {
        "registry-1.docker.io" | "index.docker.io" => "docker.io",
        other => other,
    }
}

#[tonic::async_trait]
impl auth_server::Auth for Auth {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let found = (self.find)(registry(&request.get_ref().host).to_owned()).await;
        // An empty answer means: ask as nobody.
        Ok(Response::new(found.map_or_else(
            CredentialsResponse::default,
            |found| match found.identity_token {
                Some(secret) => CredentialsResponse { username: String::new(), secret },
                None => CredentialsResponse { username: found.username, secret: found.password },
            },
        )))
    }

    async fn fetch_token(
        &self,
        _: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unavailable("the builder fetches its tokens itself"))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("the builder fetches its tokens itself"))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("the builder fetches its tokens itself"))
    }
}
