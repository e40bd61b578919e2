//! Slow clients cost neither a connection nor an instance for ever, and nobody else's request.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]
#![allow(dead_code, reason = "the other tests use the rest of `common`")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use assent_host::Host;
use common::{App, body};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn host(app: &App) -> Host {
    let mut options = app.options();
    options.client_timeout = Duration::from_millis(300);
    options.request_timeout = Some(Duration::from_secs(60));
    Host::start(options).await.unwrap()
}

async fn connect(addr: SocketAddr, first: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    stream
}

/// Everything until the host closes the connection, which it must.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A reset is an end, too.
    let _ = tokio::time::timeout(Duration::from_secs(60), read)
        .await
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_or_half_a_head_is_left() {
    let app = App::new();
    let host = host(&app).await;
    for first in [
        "",
        "G",
        "PRI * HTTP/2.0\r\n\r\nS",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /hello HTTP/1.1\r\nhost: x\r\nx: y",
        "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        until_closed(connect(host.addr(), first).await).await;
    }
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_ends_only_its_own_request() {
    let app = App::new();
    let host = host(&app).await;
    let start = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    for half in [
        "content-length: 100\r\n\r\nabc",
        "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let slow = connect(host.addr(), &format!("{start}{half}")).await;
        assert_eq!(body(host.addr(), "/hello").await, "Hello");
        let answer = until_closed(slow).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && !answer.ends_with(" 294"),
            "the component is told that the body ended: {answer}"
        );
    }
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_body_within_the_time_and_a_long_answer_are_served() {
    let app = App::new();
    let host = host(&app).await;
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\n";
    let mut slow = connect(host.addr(), head).await;
    for piece in ["a", "b", "c"] {
        slow.write_all(piece.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = until_closed(slow).await;
    assert!(answer.ends_with("3 294"), "{answer}");
    // Longer than a client may be silent: the request is in work.
    assert_eq!(body(host.addr(), "/sleep?900").await, "slept");
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_long_is_refused() {
    let app = App::new();
    let host = host(&app).await;
    let long = "x".repeat(100 << 10);
    for head in [
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
        format!("GET /hello HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
    ] {
        let mut stream = TcpStream::connect(host.addr()).await.unwrap();
        // The host may close before all of it is sent.
        let _ = stream.write_all(head.as_bytes()).await;
        let answer = until_closed(stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(body(host.addr(), "/hello").await, "Hello");
    assert_eq!(host.shutdown().await, 0);
}
