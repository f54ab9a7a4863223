//! A gRPC service whose messages are read by hand: what a builder sends as a file and what it sends as a folder travel through one
//! method with different messages, and containerd's content service has no messages of ours.

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes};
use futures_util::future::BoxFuture;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService};
use tower_service::Service;

/// The most that one message may hold.
const LARGEST: usize = 16 << 20;

/// Leaves messages as they are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

type HttpRequest = http::Request<tonic::body::Body>;
type HttpResponse = http::Response<tonic::body::Body>;

/// What answers the calls of one service; `grpc` reads and writes its messages as they are.
pub(super) trait RawService: Clone + Send + Sync + 'static {
    /// As the builder names it.
    const NAME: &'static str;

    fn answer(self, grpc: Grpc<Raw>, request: HttpRequest) -> impl Future<Output = HttpResponse> + Send;
}

/// Makes one of a session's services of it.
#[derive(Clone)]
pub(super) struct Served<S>(pub(super) S);

impl<S: RawService> NamedService for Served<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: RawService> Service<HttpRequest> for Served<S> {
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<HttpResponse, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let service = self.0.clone();
        let grpc = Grpc::new(Raw).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
        Box::pin(async move { Ok(service.answer(grpc, request).await) })
    }
}
