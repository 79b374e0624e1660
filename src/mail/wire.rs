//! A connection to a mail server, line by line: CRLF lines, capped in length and in sum, a
//! time-out for every wait, and TLS from the start or by STARTTLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::select_ok;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::network::{self, Awaiting};
use super::tls::Tls;
use crate::domain::{MailServer, Secret, Trouble};

/// The longest line that is read, in octets. RFC 5321 and RFC 2449 allow 512, RFC 7162 has 8192 for IMAP.
const LONGEST_LINE: usize = 16 * 1024;
/// The most that a server may say in one conversation, in octets.
const MOST: usize = 256 * 1024;
/// How long the next address waits for the one before it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// How many addresses of a host are tried.
const MOST_ADDRESSES: usize = 8;
/// How long a server may take to say good-bye: the answer that matters is already there.
const FAREWELL: Duration = Duration::from_secs(1);

/// Anything that can carry a conversation.
trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// A connection to one server.
pub struct Wire<'a> {
    server: &'a MailServer,
    tls: &'a Tls,
    timeout: Duration,
    local: IpAddr,
    /// `None` after it failed, and while it is in use.
    stream: Option<BufReader<Box<dyn Stream>>>,
    left: usize,
}

impl<'a> Wire<'a> {
    /// Connects, with TLS from the start if the scheme says so.
    pub async fn connect(server: &'a MailServer, tls: &'a Tls, limit: Duration) -> Result<Self, Trouble> {
        let addresses = resolve(server, limit).await?;
        let tcp = timeout(limit, race(&addresses))
            .await
            .map_err(|_| network::timeout(server, Awaiting::Connection, limit))?
            .map_err(|error| network::broken(server, Awaiting::Connection, &error))?;
        let local = tcp.local_addr().map_err(|error| network::broken(server, Awaiting::Connection, &error))?.ip();
        let mut wire = Self::over(tcp, local, server, tls, limit);
        if server.scheme.is_implicit_tls() {
            wire.put_on_tls().await?;
        }
        Ok(wire)
    }

    /// A conversation over `stream`, which is the caller's affair.
    pub fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static,
        local: IpAddr,
        server: &'a MailServer,
        tls: &'a Tls,
        timeout: Duration,
    ) -> Self {
        Self { server, tls, timeout, local, stream: Some(BufReader::new(Box::new(stream))), left: MOST }
    }

    /// The server at the other end.
    pub fn server(&self) -> &MailServer {
        self.server
    }

    /// This end's address.
    pub fn local(&self) -> IpAddr {
        self.local
    }

    /// Sends one line.
    pub async fn send(&mut self, line: &str, awaiting: Awaiting) -> Result<(), Trouble> {
        let line = Zeroizing::new(format!("{line}\r\n"));
        let mut stream = self.take(awaiting)?;
        let sending = async {
            stream.write_all(line.as_bytes()).await?;
            stream.flush().await
        };
        self.in_time(awaiting, sending).await?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Sends one line that is a secret.
    pub async fn send_secret(&mut self, line: &Secret, awaiting: Awaiting) -> Result<(), Trouble> {
        self.send(line.expose(), awaiting).await
    }

    /// The next line, without its line break. Octets that are no UTF-8 are replaced.
    pub async fn line(&mut self, awaiting: Awaiting) -> Result<String, Trouble> {
        let most = LONGEST_LINE.min(self.left);
        let mut stream = self.take(awaiting)?;
        let Some(line) = self.in_time(awaiting, read_line(&mut stream, most)).await? else {
            return Err(network::nonsense(self.server, awaiting, "it sends more than any mail server would"));
        };
        self.stream = Some(stream);
        self.left = self.left.saturating_sub(line.len());
        let text = String::from_utf8_lossy(&line);
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Puts TLS on after the server agreed to STARTTLS or STLS.
    pub async fn start_tls(&mut self) -> Result<(), Trouble> {
        let clear = self.take(Awaiting::Tls)?;
        // What came in clear behind the agreement must not be taken for what TLS protects (CVE-2011-0411).
        if !clear.buffer().is_empty() {
            return Err(network::injected(self.server));
        }
        self.stream = Some(clear);
        self.put_on_tls().await
    }

    /// Says good-bye and waits a moment for the answer, whatever it is.
    pub async fn part(&mut self, farewell: &str) {
        let limit = self.timeout.min(FAREWELL);
        let _ = timeout(limit, async {
            self.send(farewell, Awaiting::Answer("the farewell")).await?;
            self.line(Awaiting::Answer("the farewell")).await
        })
        .await;
    }

    async fn put_on_tls(&mut self) -> Result<(), Trouble> {
        let (server, limit) = (self.server, self.timeout);
        let name = ServerName::try_from(server.host.clone()).map_err(|_| network::unnameable(server))?;
        let clear = self.take(Awaiting::Tls)?.into_inner();
        let handshake = TlsConnector::from(self.tls.config()).connect(name, clear);
        let encrypted = timeout(limit, handshake)
            .await
            .map_err(|_| network::timeout(server, Awaiting::Tls, limit))?
            .map_err(|error| network::tls(server, &error))?;
        self.stream = Some(BufReader::new(Box::new(encrypted)));
        Ok(())
    }

    /// The stream, to be put back when all went well: one that failed once is not used again.
    fn take(&mut self, awaiting: Awaiting) -> Result<BufReader<Box<dyn Stream>>, Trouble> {
        let gone = || network::broken(self.server, awaiting, &io::ErrorKind::NotConnected.into());
        self.stream.take().ok_or_else(gone)
    }

    async fn in_time<T>(&self, awaiting: Awaiting, doing: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
        timeout(self.timeout, doing)
            .await
            .map_err(|_| network::timeout(self.server, awaiting, self.timeout))?
            .map_err(|error| network::broken(self.server, awaiting, &error))
    }
}

/// Reads up to and with a line feed; `None` if there is none within `most` octets.
async fn read_line(stream: &mut (impl AsyncBufReadExt + Unpin), most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let chunk = stream.fill_buf().await?;
        if chunk.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let end = chunk.iter().position(|octet| *octet == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(chunk.len());
        line.extend(chunk.iter().take(taken));
        stream.consume(taken);
        if line.len() > most {
            return Ok(None);
        }
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

async fn resolve(server: &MailServer, limit: Duration) -> Result<Vec<SocketAddr>, Trouble> {
    let found = timeout(limit, tokio::net::lookup_host((server.host.as_str(), server.port)))
        .await
        .map_err(|_| network::timeout(server, Awaiting::Name, limit))?
        .map_err(|error| network::no_address(server, &error.to_string()))?;
    let addresses: Vec<_> = found.take(MOST_ADDRESSES).collect();
    if addresses.is_empty() {
        return Err(network::no_address(server, "it has none"));
    }
    Ok(addresses)
}

/// The first of `addresses` that answers. One that swallows packets holds nobody up.
async fn race(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let attempts = addresses.iter().zip(0u32..).map(|(address, turn)| {
        Box::pin(async move {
            sleep(HEAD_START * turn).await;
            TcpStream::connect(address).await
        })
    });
    select_ok(attempts).await.map(|(stream, _)| stream)
}

#[cfg(test)]
mod tests;
