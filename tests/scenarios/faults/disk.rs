//! The disk: full, or the database's files read-only.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use assent_tests::{Setup, skipped};
use tempfile::TempDir;

use crate::scene::Scene;

/// A file system of its own.
struct Small {
    folder: TempDir,
}

impl Small {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            skipped("a full disk needs the right to mount a tmpfs");
            return None;
        }
        Some(Self { folder })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.folder.path())
            .status();
    }
}

/// A file that takes up what is left.
struct Filler(PathBuf);

impl Filler {
    fn fill(folder: &Path) -> Self {
        let path = folder.join("filler");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_full() {
    let Some(disk) = Small::mount("96m") else {
        return;
    };
    let setup = Setup::default().state_under(disk.folder.path());
    let Some(mut scene) = Scene::start("disk full", setup).await else {
        return;
    };
    scene
        .under(async |scene| Filler::fill(scene.app.host().state_dir()))
        .await;
    assert!(
        scene.ledger.decisions().of("503") > 0,
        "the disk was never full"
    );
}

/// Files that not even root can change.
struct Immutable(Vec<PathBuf>);

impl Immutable {
    fn make(folder: &Path, names: &[&str]) -> Option<Self> {
        let files: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        let this = Self(files);
        this.chattr("+i").then_some(this)
    }

    fn chattr(&self, change: &str) -> bool {
        let changed = Command::new("chattr").arg(change).args(&self.0).output();
        changed.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        self.chattr("-i");
    }
}

async fn read_only(name: &'static str, files: &'static [&'static str]) {
    let Some(mut scene) = Scene::start(name, Setup::default()).await else {
        return;
    };
    // The journal comes with the first write, which was the organisation's.
    let Some(probe) = Immutable::make(scene.app.host().state_dir(), files) else {
        skipped("read-only files need the right to `chattr +i`, and a file system that has it");
        return;
    };
    drop(probe);
    scene
        .under(async |scene| Immutable::make(scene.app.host().state_dir(), files).unwrap())
        .await;
    assert!(
        scene.ledger.decisions().of("503") > 0,
        "the files were never read-only"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_read_only() {
    read_only("SQLite read-only", &["sqlite_db.db", "sqlite_db.db-wal"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_value_store_is_read_only() {
    read_only(
        "key-value file read-only",
        &["sqlite_key_value.db", "sqlite_key_value.db-wal"],
    )
    .await;
}
