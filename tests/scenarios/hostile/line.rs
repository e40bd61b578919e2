//! A connection that sends bytes as they are and reads what comes back.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Longer than any limit of the host: an answer that takes so long does not come.
const HANG: Duration = Duration::from_secs(90);

/// Something to send.
pub struct Shot {
    pub bytes: Vec<u8>,
    /// What then.
    pub then: Then,
    /// Whether it must be refused: no answer, or only 4xx.
    pub refused: bool,
}

/// What to do after sending.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Read so many answers and go on with the connection.
    Read(usize),
    /// The same, the answers having no body.
    ReadHeads,
    /// Say that nothing more comes, and read until the end.
    End,
    /// Go away.
    Leave,
    /// The same as `End`, but it is not HTTP/1 that comes back.
    EndUnread,
}

impl Shot {
    pub fn new(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self {
            bytes: bytes.into(),
            then,
            refused: false,
        }
    }

    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }
}

/// One answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// A client on one connection, which it opens again when it has been closed.
pub struct Line {
    authority: String,
    /// The last byte of the loopback address: each has its own ports.
    source: u8,
    open: Option<(TcpStream, Vec<u8>)>,
}

impl Line {
    pub fn new(authority: &str, source: u8) -> Self {
        Self {
            authority: authority.to_owned(),
            source,
            open: None,
        }
    }

    /// Sends and gives what was answered, perhaps nothing.
    pub async fn fire(&mut self, shot: &Shot) -> Vec<Answer> {
        let begin = tokio::time::timeout(HANG, self.exchange(shot)).await;
        begin.unwrap_or_else(|_| {
            let sent = String::from_utf8_lossy(&shot.bytes);
            panic!("no answer and no end after {HANG:?}: {sent:.2000}")
        })
    }

    async fn exchange(&mut self, shot: &Shot) -> Vec<Answer> {
        let (mut stream, mut buffer) = match self.open.take() {
            Some(open) => open,
            None => (self.connect().await, Vec::new()),
        };
        // Who has heard enough may close before everything is sent.
        let sent = stream.write_all(&shot.bytes).await;
        match shot.then {
            Then::Leave => Vec::new(),
            Then::End | Then::EndUnread => {
                let _ = stream.shutdown().await;
                let mut rest = std::mem::take(&mut buffer);
                let _ = stream.read_to_end(&mut rest).await;
                if shot.then == Then::EndUnread {
                    return Vec::new();
                }
                let mut answers = Vec::new();
                while let Some(answer) = take(&mut rest, true, false) {
                    answers.push(answer);
                }
                answers
            }
            Then::Read(_) | Then::ReadHeads => {
                let wanted = if let Then::Read(wanted) = shot.then {
                    wanted
                } else {
                    1
                };
                let mut answers: Vec<Answer> = Vec::new();
                let mut closed = sent.is_err();
                loop {
                    let bodyless = shot.then == Then::ReadHeads;
                    while let Some(answer) = take(&mut buffer, closed, bodyless) {
                        answers.push(answer);
                    }
                    let finals = answers.iter().filter(|answer| answer.status >= 200).count();
                    let says_close = answers
                        .last()
                        .is_some_and(|last| last.head.contains("connection: close"));
                    if finals >= wanted && !says_close {
                        self.open = (!closed).then_some((stream, buffer));
                        return answers;
                    }
                    if closed {
                        return answers;
                    }
                    closed = !matches!(stream.read_buf(&mut buffer).await, Ok(1..));
                }
            }
        }
    }

    async fn connect(&self) -> TcpStream {
        loop {
            let socket = TcpSocket::new_v4().unwrap();
            let source = std::net::SocketAddr::from(([127, 0, 0, self.source], 0));
            socket.bind(source).unwrap();
            match socket.connect(self.authority.parse().unwrap()).await {
                Ok(stream) => {
                    stream.set_nodelay(true).unwrap();
                    return stream;
                }
                // All handles or ports are in use for the moment.
                Err(error) if error.kind() != std::io::ErrorKind::ConnectionRefused => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => panic!("the host is gone: {error}"),
            }
        }
    }
}

/// Takes one whole answer out of the buffer; what is left at the end of a connection counts as whole.
fn take(buffer: &mut Vec<u8>, closed: bool, bodyless: bool) -> Option<Answer> {
    let end = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    let length = if bodyless || status < 200 || status == 204 || status == 304 {
        0
    } else if head.contains("transfer-encoding: chunked") {
        let rest = &buffer[end..];
        let last = rest.windows(5).position(|window| window == b"0\r\n\r\n");
        last.map(|place| place + 5)
            .or(closed.then_some(rest.len()))?
    } else {
        let value = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        value
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(0)
    };
    if buffer.len() < end + length && !closed {
        return None;
    }
    let end_of_body = (end + length).min(buffer.len());
    let body = buffer[end..end_of_body].to_vec();
    buffer.drain(..end_of_body);
    Some(Answer { status, head, body })
}
