//! A key-value store in a real Redis: the same values as everybody else of that database, and an error
//! in time when it is silent or gone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

#[allow(dead_code, reason = "shared with the other tests")]
mod common;

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use assent_host::Host;
use common::{App, body};

/// Longer than any call may take, so that a test ends where one waits for ever.
const FOR_EVER: Duration = Duration::from_secs(20);

struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    /// On a free port, keeping nothing (`scripts/test-tools.sh` installs it).
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        Self {
            child: serve(port),
            port,
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([name, &pid]).status();
        assert!(status.unwrap().success());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What another client of the database sees.
    fn get(&self, key: &str) -> String {
        let mut client = Command::new("redis-cli");
        let output = client.args(["-p", &self.port.to_string(), "get", key]);
        let output = output.output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(port: u16) -> Child {
    let port = port.to_string();
    let mut server = Command::new("redis-server");
    server.args(["--port", &port, "--bind", "127.0.0.1", "--save", ""]);
    server.stdout(Stdio::null()).spawn().unwrap()
}

fn configured(app: &App, url: &str) -> assent_host::Options {
    let file = app.dir.path().join("redis.toml");
    let text = format!("[key_value_store.default]\ntype = \"redis\"\nurl = {url:?}\n");
    std::fs::write(&file, text).unwrap();
    let mut options = app.options();
    options.runtime_config = Some(file);
    options
}

async fn ask(addr: SocketAddr, path: &str) -> String {
    let answer = tokio::time::timeout(FOR_EVER, body(addr, path)).await;
    // Also if Redis gives none.
    answer.unwrap()
}

/// Asks until it is answered so.
async fn answered(addr: SocketAddr, path: &str, expected: &str) {
    let answers = async {
        while ask(addr, path).await != expected {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(FOR_EVER, answers).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_stand_in_redis_as_they_are() {
    let app = App::new();
    let redis = Redis::start();
    let url = format!("redis://127.0.0.1:{}/0", redis.port);
    let options = configured(&app, &url);
    let (one, two) = (
        Host::start(options.clone()).await.unwrap(),
        Host::start(options).await.unwrap(),
    );
    answered(one.addr(), "/kv/set?k=1", "Ok(())").await;
    assert_eq!(ask(two.addr(), "/kv/get?k").await, r#"Some("1")"#);
    assert_eq!(ask(two.addr(), "/kv/get?other").await, "None");
    assert_eq!(redis.get("k"), "1", "no prefix, as in Spin");
    let mut sets = tokio::task::JoinSet::new();
    for number in 0..200 {
        let addr = if number % 2 == 0 {
            one.addr()
        } else {
            two.addr()
        };
        sets.spawn(async move { ask(addr, &format!("/kv/set?n{number}=x")).await });
    }
    assert!(sets.join_all().await.iter().all(|set| set == "Ok(())"));
    let keys = ask(one.addr(), "/kv/keys").await;
    assert_eq!(keys.split(',').count(), 201);
    assert_eq!(one.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_or_dead_redis_is_an_error_and_afterwards_all_is_well() {
    let app = App::new();
    let mut redis = Redis::start();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    let host = Host::start(configured(&app, &url)).await.unwrap();
    let addr = host.addr();
    answered(addr, "/kv/set?k=1", "Ok(())").await;

    redis.signal("-STOP");
    for _ in 0..2 {
        let answer = ask(addr, "/kv/get?k").await;
        assert!(answer.contains("did not answer"), "{answer}");
    }
    redis.signal("-CONT");
    answered(addr, "/kv/get?k", r#"Some("1")"#).await;

    redis.kill();
    for _ in 0..2 {
        let answer = ask(addr, "/kv/set?k=2").await;
        assert!(
            answer.starts_with("Error::Other") || answer.starts_with("Err("),
            "{answer}"
        );
    }
    redis.child = serve(redis.port);
    answered(addr, "/kv/get?k", "None").await;
    answered(addr, "/kv/set?k=3", "Ok(())").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_where_nobody_answers_is_an_error() {
    let app = App::new();
    // Connections are taken by the system, and then nothing happens.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let host = Host::start(configured(&app, &url)).await.unwrap();
    let answer = ask(host.addr(), "/kv/get?k").await;
    assert!(answer.contains("did not answer"), "{answer}");
}

#[tokio::test]
async fn an_unusable_address_is_said_at_the_start_without_its_password() {
    let app = App::new();
    for (url, expected) in [
        ("rediss://:secret@127.0.0.1:1", "TLS"),
        ("http://:secret@127.0.0.1:1", "redis://host:port"),
        ("redis://:secret@", "redis://host:port"),
    ] {
        let error = Host::start(configured(&app, url)).await.err();
        let error = format!("{:#}", error.unwrap());
        assert!(error.contains("key_value_store.default"), "{error}");
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
