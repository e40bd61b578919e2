//! Clients that send a byte a second, or nothing: beside them everybody else is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::world::World;

const CONNECTIONS: usize = 64;

/// The slow clients at work.
pub struct Slow {
    clients: Vec<JoinHandle<()>>,
    ended: Arc<AtomicU64>,
}

pub fn start(authority: &str, world: &World, over: &Arc<AtomicBool>) -> Slow {
    let ended = Arc::new(AtomicU64::new(0));
    let starts = [
        "GET /healthz HTTP/1.1\r\nx-slow: ".to_owned(),
        format!(
            "POST /v1/consent HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{{",
            world.key
        ),
        format!(
            "POST /p/{}/{}/tracking HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n400\r\na",
            world.organisation, world.preferences_token
        ),
        "PRI * HTTP/2.0".to_owned(),
        String::new(),
    ];
    let clients = (0..CONNECTIONS)
        .map(|number| {
            let (authority, over, ended) = (authority.to_owned(), over.clone(), ended.clone());
            let start = starts[number % starts.len()].clone();
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    drip(&authority, &start, &over).await;
                    ended.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    Slow { clients, ended }
}

/// Until the host has enough of it.
async fn drip(authority: &str, start: &str, over: &AtomicBool) {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let _ = stream.write_all(start.as_bytes()).await;
    let mut answer = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let read = tokio::time::timeout(Duration::from_secs(1), stream.read_buf(&mut answer)).await;
        match read {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            Err(_) if start.is_empty() => {}
            Err(_) => drop(stream.write_all(b" ").await),
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap_or("none");
    assert!(!status.starts_with('5') || status == "503", "{answer}");
}

impl Slow {
    /// Waits for them; gives how many connections have ended.
    pub async fn join(self) -> u64 {
        let ended = self.ended.load(Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        ended
    }
}
