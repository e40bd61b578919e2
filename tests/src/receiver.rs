//! Something that receives webhooks, and answers as a test wants.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// A header that must be there.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        &found
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
            .1
    }

    /// The changes that it carries.
    pub fn changes(&self) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["type"], "consent.changes");
        body["data"]["changes"].as_array().unwrap().clone()
    }
}

/// How requests are answered: with this status, or, if there is none, not at all.
type Answer = Option<u16>;

/// A server on this machine.
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Receiver {
    /// Starts one that answers 204.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let answer = Arc::new(Mutex::new(Some(204)));
        let (keep, how) = (received.clone(), answer.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, keep.clone(), how.clone()));
            }
        });
        Self {
            url,
            received,
            answer,
        }
    }

    /// From now on answers so.
    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// All that came in so far.
    pub fn received(&self) -> Vec<Received> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn serve(stream: TcpStream, keep: Arc<Mutex<Vec<Received>>>, how: Arc<Mutex<Answer>>) {
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        match line.trim().split_once(": ") {
            Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    keep.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Received { headers, body });
    let answer = *how.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(status) = answer else {
        std::future::pending::<()>().await;
        return;
    };
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(answer.as_bytes()).await;
}
