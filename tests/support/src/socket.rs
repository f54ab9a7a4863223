//! The smallest HTTP client that talks to an engine's socket: enough for a test to ask what an engine holds without the code under test.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An engine's socket.
#[derive(Clone, Debug)]
pub struct Socket {
    path: PathBuf,
    timeout: Duration,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` when it is empty or something else.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the status says that it worked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Socket {
    /// The socket at that path; nothing is opened yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), timeout: Duration::from_secs(120) }
    }

    /// The same socket with another limit for each read and write.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Whether the engine answers `/_ping` within two seconds.
    #[must_use]
    pub fn ping(&self) -> bool {
        self.ping_within(Duration::from_secs(2))
    }

    /// Whether it answers within that time. Where nobody listens the answer comes at once.
    #[must_use]
    pub fn ping_within(&self, patience: Duration) -> bool {
        let patient = self.clone().with_timeout(patience);
        patient.request("GET", "/_ping", None).is_ok_and(|answer| answer.is_success())
    }

    /// `GET` that path.
    ///
    /// # Errors
    /// When the socket cannot be reached or the answer is not HTTP; a status that says failure is an answer.
    pub fn get(&self, path: &str) -> std::io::Result<Answer> {
        self.request("GET", path, None)
    }

    /// Takes the name from an image, and the image with its last one, if it is there and nothing uses it.
    ///
    /// Never by force: Podman then takes away the containers of other builds too, which stand on the same cached layers.
    pub fn remove_image(&self, name: &str) {
        let _ = self.request("DELETE", &format!("/images/{name}"), None);
    }

    /// Removes those containers, in any state, with the volumes that are theirs alone, and gives them back as they were listed.
    ///
    /// For the end of a test: what cannot be done is told and left, since a second panic would hide why the test has failed.
    #[allow(clippy::print_stderr, reason = "a test tells what it leaves behind")]
    pub fn remove_containers(&self, is_ours: impl Fn(&serde_json::Value) -> bool) -> Vec<serde_json::Value> {
        let mut containers = match self.get("/containers/json?all=true") {
            Ok(answer) if answer.is_success() => answer.json().as_array().cloned().unwrap_or_default(),
            other => {
                eprintln!("containers may be left on {}: {other:?}", self.path.display());
                return Vec::new();
            }
        };
        containers.retain(is_ours);
        for id in containers.iter().filter_map(|container| container["Id"].as_str()) {
            let removed = self.request("DELETE", &format!("/containers/{id}?force=true&v=true"), None);
            if !removed.as_ref().is_ok_and(|answer| answer.is_success() || answer.status == 404) {
                eprintln!("a container is left on {}: {removed:?}", self.path.display());
            }
        }
        containers
    }

    /// Sends a request with an optional JSON body and reads the whole answer.
    ///
    /// # Errors
    /// As [`Socket::get`].
    pub fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> std::io::Result<Answer> {
        let text = body.map(ToString::to_string).unwrap_or_default();
        self.send(method, path, "application/json", text.len() as u64, &mut text.as_bytes())
    }

    /// Sends a request whose body of `length` bytes comes from a reader, a tar archive for example.
    ///
    /// # Errors
    /// As [`Socket::get`].
    pub fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        length: u64,
        body: &mut dyn Read,
    ) -> std::io::Result<Answer> {
        let mut stream = UnixStream::connect(&self.path)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
        )?;
        std::io::copy(body, &mut stream)?;
        read_answer(&mut BufReader::new(stream))
    }
}

fn read_answer(reader: &mut impl BufRead) -> std::io::Result<Answer> {
    let broken = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned());
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| broken("the answer does not begin with an HTTP status"))?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim().split(';').next().unwrap_or_default(), 16)
                .map_err(|_| broken("a chunk has no size"))?;
            if size == 0 {
                break;
            }
            if reader.take(size).read_to_end(&mut body)? as u64 != size {
                return Err(broken("the answer ended inside a chunk"));
            }
            line.clear();
            reader.read_line(&mut line)?;
        }
    } else if let Some(length) = header("content-length").and_then(|value| value.parse().ok()) {
        reader.take(length).read_to_end(&mut body)?;
    } else if !matches!(status, 204 | 304) {
        reader.read_to_end(&mut body)?;
    }
    Ok(Answer { status, headers, body })
}

#[cfg(test)]
mod tests {
    use super::read_answer;

    #[test]
    fn answers_are_read_in_each_framing() {
        let cases: [(&str, u16, &str); 4] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKtrailing", 200, "OK"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n",
                200,
                "abcd",
            ),
            ("HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\nto the end", 500, "to the end"),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ];
        for (text, status, body) in cases {
            let answer = read_answer(&mut text.as_bytes()).unwrap();
            assert_eq!((answer.status, answer.text().as_str()), (status, body), "{text}");
        }
        assert!(read_answer(&mut "garbage".as_bytes()).is_err());
        assert!(
            read_answer(&mut "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc".as_bytes())
                .is_err()
        );
    }
}
