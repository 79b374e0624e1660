//! Lines over a connection, as SMTP, IMAP and POP speak them.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest line that Postfix takes as a command, in octets.
pub(super) const COMMAND: usize = 2_048;
/// The longest answer to a SASL challenge that Postfix takes (`facts` I1).
pub(super) const SASL_RESPONSE: usize = 12_288;
/// Beyond this a line is not even read to its end.
const ENDLESS: usize = 1 << 20;
/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection, read line by line.
pub(super) struct Wire<S> {
    stream: S,
    unread: Vec<u8>,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Text(String),
    /// A line that was longer than allowed; its first word.
    TooLong(String),
    /// The other side is gone.
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// Reads a line of at most `most` octets.
    pub async fn read(&mut self, most: usize) -> io::Result<Line> {
        tokio::time::timeout(PATIENCE, self.read_line(most)).await?
    }

    async fn read_line(&mut self, most: usize) -> io::Result<Line> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
                return Ok(if line.len() > most { too_long(&text) } else { Line::Text(text) });
            }
            if self.unread.len() > ENDLESS {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            let mut chunk = [0; 4_096];
            let count = self.stream.read(&mut chunk).await?;
            if count == 0 {
                return Ok(Line::End);
            }
            self.unread.extend(chunk.iter().take(count));
        }
    }

    /// Sends a line.
    pub async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// Says goodbye to the other side.
    pub async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// The connection below, for TLS.
    ///
    /// # Errors
    /// If the client sent more before it saw the answer: that must not be taken as if it had been
    /// encrypted (RFC 3207 section 6).
    pub fn into_stream(self) -> io::Result<S> {
        if self.unread.is_empty() { Ok(self.stream) } else { Err(io::Error::from(io::ErrorKind::InvalidData)) }
    }
}

fn too_long(text: &str) -> Line {
    Line::TooLong(text.split(' ').next().unwrap_or_default().chars().take(32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_told_from_long_ones_and_the_end() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut wire = Wire::new(server);
        let sending = tokio::spawn(async move {
            client.write_all(b"EHLO a\r\nNOOP\nAUTH ").await.unwrap();
            client.write_all(&[b'x'; 300]).await.unwrap();
            client.write_all(b"\r\nQUIT").await.unwrap();
        });
        assert_eq!(wire.read(100).await.unwrap(), Line::Text("EHLO a".into()));
        assert_eq!(wire.read(100).await.unwrap(), Line::Text("NOOP".into()));
        assert_eq!(wire.read(100).await.unwrap(), Line::TooLong("AUTH".into()));
        assert_eq!(wire.read(100).await.unwrap(), Line::End);
        sending.await.unwrap();
        assert!(wire.into_stream().is_err());
    }
}
