//! Giving the engine an image as an archive.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderValue, Method, header};

use crate::engine::Engine;
use crate::error::{Call, Error};
use crate::progress::OnProgress;
use crate::transport::streamed;

impl Engine {
    /// Loads an archive as `docker save` and BuildKit's exporters write it. There is no bound on the time.
    ///
    /// # Errors
    /// When the archive is not whole, or the engine does not take it.
    pub async fn load(
        &self,
        archive: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        on_progress: OnProgress<'_>,
    ) -> Result<(), Error> {
        let call = Call::engine("load the image");
        let mut request = self.request(Method::POST, "/images/load", streamed(archive), &call)?;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
        let body = self.send(request, &call).await?.into_body();
        self.follow_news(body, &call, on_progress).await
    }
}
