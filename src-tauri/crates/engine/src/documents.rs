//! Answers that go on for as long as somebody reads them: JSON documents, each of which ends with its line.

use bytes::BytesMut;
use futures_util::{StreamExt as _, stream};
use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::Incoming as Body;
use serde::de::DeserializeOwned;

use crate::containers::Incoming;
use crate::engine::{Engine, with_query};
use crate::error::{Call, Error};
use crate::transport::empty;

/// One document has some kilobytes; what has no end in this many bytes is none.
const LONGEST: usize = 1024 * 1024;

impl Engine {
    /// Asks for documents and comes back when the engine has begun to answer, which may be long before the first of them.
    ///
    /// # Errors
    /// When the engine refuses.
    pub(crate) async fn documents<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        call: Call,
    ) -> Result<Incoming<T>, Error> {
        let request = self.request(Method::GET, &with_query(path, query), empty(), &call)?;
        let body = self.send(request, &call).await?.into_body();
        let state = (body, BytesMut::new(), self.clone(), call);
        let documents = stream::unfold(state, |(mut body, mut buffer, engine, call)| async move {
            let line = next_line(&mut body, &mut buffer, &engine, &call).await?;
            let read = line.and_then(|line| {
                serde_json::from_slice::<T>(&line).map_err(|error| engine.garbage(&call, &error))
            });
            Some((read, (body, buffer, engine, call)))
        });
        Ok(documents.boxed())
    }
}

async fn next_line(
    body: &mut Body,
    buffer: &mut BytesMut,
    engine: &Engine,
    call: &Call,
) -> Option<Result<BytesMut, Error>> {
    loop {
        if let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line = buffer.split_to(end + 1);
            if line.trim_ascii().is_empty() {
                continue;
            }
            return Some(Ok(line));
        }
        if buffer.len() > LONGEST {
            return Some(Err(engine.garbage(call, &"an answer without an end")));
        }
        match body.frame().await? {
            Ok(frame) => {
                if let Some(bytes) = frame.data_ref() {
                    buffer.extend_from_slice(bytes);
                }
            }
            Err(error) => return Some(Err(engine.broken(call, &error))),
        }
    }
}
