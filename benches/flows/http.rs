//! The least HTTP/1.1 that a load generator needs: one kept connection, one request at a time, bodies of a known length.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer of ours.
const MOST: usize = 256 * 1024;

/// A connection that is kept from request to request.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// One answer, still in the connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    pub body: &'a str,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends one whole request and reads one whole answer.
    pub async fn ask(&mut self, request: &str) -> Result<Answer<'_>> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let (status, length) = understand(text(&self.buffer[..head])?)?;
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        let (head, body) = self.buffer.split_at(head);
        Ok(Answer { status, head: text(head)?, body: text(body)? })
    }

    async fn read(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ if self.buffer.len() > MOST => Err(broken("an answer without end")),
            _ => Ok(()),
        }
    }
}

impl<'a> Answer<'a> {
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// Every value of a header, in order.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &'a str> {
        lines(self.head).filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Status and length of the body.
fn understand(head: &str) -> Result<(u16, usize)> {
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(|| broken("no status line"))?;
    let length =
        lines(head).find(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.parse());
    match length {
        Some(Ok(length)) => Ok((status, length)),
        None if matches!(status, 204 | 304) => Ok((status, 0)),
        Some(Err(_)) | None => Err(broken("an answer of unknown length")),
    }
}

fn lines(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.split("\r\n").skip(1).filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| broken("not UTF-8"))
}

fn broken(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}
