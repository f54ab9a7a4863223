//! Running a program inside a container, binary-safe in both directions.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bollard::models::ExecConfig;
use futures_util::Stream;
use http::{HeaderValue, Method, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncWrite, ReadHalf, WriteHalf};
use tokio_util::io::poll_read_buf;
use wharf_plan::ExecSpec;

use crate::containers::Incoming;
use crate::engine::{Engine, bounded};
use crate::error::{Call, Error};
use crate::stream::{Arrived, Output, Unweave};
use crate::transport::full;

/// A program that runs inside a container.
pub struct Exec {
    /// The engine's id of it.
    pub id: String,
    /// Its standard input. Shutting it down is the end of the input and leaves the output open.
    pub stdin: Pin<Box<dyn AsyncWrite + Send>>,
    /// What it writes, until it ends. With a terminal everything is [`Output::Stdout`].
    pub output: Incoming<Output>,
}

impl std::fmt::Debug for Exec {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Exec").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts a program inside a running container.
    ///
    /// # Errors
    /// When the container does not exist or does not run, or the engine cannot start the program.
    pub async fn exec(&self, container: &str, spec: &ExecSpec) -> Result<Exec, Error> {
        let call = Call::container("run a program in", container);
        let config = ExecConfig {
            attach_stdin: Some(spec.stdin),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(spec.terminal),
            env: (!spec.env.is_empty()).then(|| spec.env.clone()),
            cmd: Some(spec.command.clone()),
            privileged: spec.privileged.then_some(true),
            user: spec.user.clone(),
            working_dir: spec.working_dir.clone(),
            ..ExecConfig::default()
        };
        let created =
            self.act(&call, Some(self.change_limit()), self.docker().create_exec(container, config)).await?;
        let id = created.id;
        // Not through bollard, whose reader takes the first bytes of a terminal for a header when they are small.
        let body = serde_json::json!({ "Detach": false, "Tty": spec.terminal }).to_string();
        let mut request = self.request(Method::POST, &format!("/exec/{id}/start"), full(body), &call)?;
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("tcp"));
        let upgraded = bounded(self.name(), &call, Some(self.change_limit()), async {
            let response = self.send(request, &call).await?;
            hyper::upgrade::on(response).await.map_err(|error| self.garbage(&call, &error))
        })
        .await?;
        let (read, write) = tokio::io::split(TokioIo::new(upgraded));
        let output = Reader {
            read,
            unweave: (!spec.terminal).then(Unweave::default),
            arrived: Arrived::default(),
            engine: self.name().to_owned(),
            call,
            done: false,
        };
        Ok(Exec { id, stdin: Box::pin(Writer(write)), output: Box::pin(output) })
    }

    /// The exit code of a program that was started by [`Engine::exec`]; None while it runs.
    ///
    /// # Errors
    /// When the engine does not know it any more.
    pub async fn exec_exit_code(&self, exec: &str) -> Result<Option<i64>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Inspected {
            #[serde(default)]
            running: bool,
            #[serde(default)]
            exit_code: Option<i64>,
        }
        let call = Call::engine(format!("inspect exec {exec}"));
        let found: Inspected = self.get(&format!("/exec/{exec}/json"), &[], &call).await?;
        Ok(if found.running { None } else { found.exit_code })
    }
}

/// The writing half; a shutdown reaches the engine as the end of the input.
struct Writer(WriteHalf<TokioIo<Upgraded>>);

impl AsyncWrite for Writer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// The reading half as a stream.
struct Reader {
    read: ReadHalf<TokioIo<Upgraded>>,
    /// Absent with a terminal, whose output has no framing.
    unweave: Option<Unweave>,
    /// What a terminal has written.
    arrived: Arrived,
    engine: String,
    call: Call,
    done: bool,
}

impl Stream for Reader {
    type Item = Result<Output, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.done {
                return Poll::Ready(None);
            }
            match this.unweave.as_mut().map(Unweave::next) {
                Some(Ok(Some(output))) => return Poll::Ready(Some(Ok(output))),
                Some(Err(error)) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(Error::Garbage {
                        engine: this.engine.clone(),
                        call: this.call.verb.clone(),
                        detail: error.to_string(),
                    })));
                }
                Some(Ok(None)) | None => {}
            }
            let buffer = match &mut this.unweave {
                Some(unweave) => unweave.room(),
                None => this.arrived.room(),
            };
            match poll_read_buf(Pin::new(&mut this.read), context, buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(Error::Broken {
                        engine: this.engine.clone(),
                        call: this.call.verb.clone(),
                        detail: error.to_string(),
                    })));
                }
                Poll::Ready(Ok(0)) => this.done = true,
                Poll::Ready(Ok(_)) if this.unweave.is_some() => {}
                Poll::Ready(Ok(_)) => {
                    return Poll::Ready(Some(Ok(Output::Stdout(this.arrived.take()))));
                }
            }
        }
    }
}
