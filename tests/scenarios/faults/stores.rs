//! Databases that somebody else has locked, and a host that stands still.

use std::process::Command;
use std::time::Duration;

use assent_tests::{Setup, eventually, skipped};
use rusqlite::Connection;

use crate::scene::Scene;

async fn locked(name: &'static str, file: &str) {
    let Some(mut scene) = Scene::start(name, Setup::default()).await else {
        return;
    };
    let path = scene.app.host().state_dir().join(file);
    if !path.exists() {
        skipped("this store is no file here");
        return;
    }
    scene
        .under(async |scene| {
            let other = Connection::open(path).unwrap();
            other.busy_timeout(Duration::from_secs(60)).unwrap();
            other.execute_batch("BEGIN EXCLUSIVE").unwrap();
            // Until somebody has noticed, which takes longer on a busy machine.
            let refused = async || scene.ledger.decisions().of("503");
            eventually(refused, |refused| *refused > 0).await;
            other
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_locked() {
    locked("SQLite locked", "sqlite_db.db").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_value_store_is_locked() {
    locked("key-value file locked", "sqlite_key_value.db").await;
}

/// A process that stands still until this is dropped.
struct Stopped(String);

impl Stopped {
    fn stop(pid: u32) -> Self {
        signal("-STOP", &pid.to_string());
        Self(pid.to_string())
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(name: &str, pid: &str) {
    let sent = Command::new("kill").args([name, pid]).status();
    assert!(sent.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_stands_still() {
    let Some(mut scene) = Scene::start("host stopped", Setup::default()).await else {
        return;
    };
    scene
        .under(async |scene| Stopped::stop(scene.app.host().pid()))
        .await;
}
