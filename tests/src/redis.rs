//! A Redis of one test: its own process, which keeps nothing when it ends, on a port of its own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Wire;

/// A running Redis. Dropping it ends it.
pub struct Redis {
    child: Mutex<Child>,
    port: u16,
    wire: Wire,
}

impl Redis {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        // Somebody else can take a port between two looks at it.
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            if let Some(child) = serve(port) {
                return Self {
                    child: Mutex::new(child),
                    port,
                    wire: Wire::to(port),
                };
            }
        }
        panic!("redis-server does not start (scripts/test-tools.sh installs it)");
    }

    /// What a runtime configuration says about it. `through_wire` leads through what [`Self::wire`] can cut.
    pub fn configuration(&self, through_wire: bool) -> String {
        let port = if through_wire {
            self.wire.port()
        } else {
            self.port
        };
        format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://127.0.0.1:{port}\"\n")
    }

    /// The network between a host and it.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Stops its process, which answers nothing until [`Self::go_on`]; connections stay.
    pub fn stop(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.child().id().to_string();
        let status = Command::new("kill").args([name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Ends it without any warning.
    pub fn kill(&self) {
        let mut child = self.child();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it again, empty.
    pub fn start_again(&self) {
        *self.child() = serve(self.port).expect("its port is free");
    }

    /// Every key with its value.
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let keys = String::from_utf8(ask(self.port, &["keys", "*"])).unwrap();
        keys.lines()
            .map(|key| (key.to_owned(), ask(self.port, &["get", key])))
            .collect()
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Nothing if the port is taken.
fn serve(port: u16) -> Option<Child> {
    let mut child = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .stdout(Stdio::null())
        .spawn()
        .ok()?;
    let begin = Instant::now();
    while ask(port, &["ping"]) != b"PONG\n" {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "Redis is silent");
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child)
}

fn ask(port: u16, command: &[&str]) -> Vec<u8> {
    Command::new("redis-cli")
        .args(["--raw", "-p", &port.to_string()])
        .args(command)
        .stderr(Stdio::null())
        .output()
        .expect("redis-cli")
        .stdout
}
