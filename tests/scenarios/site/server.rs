//! Sites on this machine, each an origin of its own, that write down what they are asked for.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a path is answered with: type, policy, body.
pub struct Page {
    pub kind: &'static str,
    pub policy: String,
    pub body: String,
}

impl Page {
    pub fn new(kind: &'static str, body: impl Into<String>) -> Self {
        Self {
            kind,
            policy: String::new(),
            body: body.into(),
        }
    }
}

/// A site. It works as long as the process does.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(answer: impl Fn(u16, &str) -> Page + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (keep, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (keep, answer) = (keep.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, port, &keep, &*answer));
            }
        });
        Self { port, asked }
    }

    /// A site of somebody else's, with a tag that asks for a picture when it runs, and a film.
    pub fn of_tags(name: &'static str) -> Self {
        Self::start(move |port, path| match path {
            "/tag.js" => Page::new(
                "text/javascript",
                format!(
                    "window.ran = (window.ran || []).concat('{name}'); new Image().src = 'http://localhost:{port}/seen.gif';"
                ),
            ),
            _ => Page::new(
                "text/html; charset=utf-8",
                "<!doctype html><title>A film</title><p>A film",
            ),
        })
    }

    /// The paths that were asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

fn serve(
    mut stream: TcpStream,
    port: u16,
    asked: &Mutex<Vec<String>>,
    answer: &dyn Fn(u16, &str) -> Page,
) {
    let mut head = Vec::new();
    let mut bytes = [0; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut bytes) {
            Ok(length @ 1..) => head.extend_from_slice(&bytes[..length]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    if path == "/favicon.ico" {
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        return;
    }
    let Page { kind, policy, body } = answer(port, &path);
    asked.lock().unwrap().push(path);
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-security-policy: {policy}\r\ncache-control: no-store\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}
