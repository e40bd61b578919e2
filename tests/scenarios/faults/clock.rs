//! Clocks that are set back and forward. Whatever the clock says: a refusal closes everything at once, and no
//! agreement from before it opens anything again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use assent_tests::{App, Form, Host, Message, Organisation, Setup, eventually, random, skipped};
use serde_json::json;
use tempfile::TempDir;

/// What the host's clock is ahead, in the words of libfaketime.
const CLOCKS: [&str; 3] = ["+0", "+3600", "-3600"];

struct Scene {
    app: App,
    club: Organisation,
    mail: Message,
    clock: PathBuf,
    _folder: TempDir,
}

/// Debian's libfaketime, where it is installed.
fn library() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib").ok()?.find_map(|entry| {
        let library = entry.ok()?.path().join("faketime/libfaketimeMT.so.1");
        library.exists().then_some(library)
    })
}

fn ahead(clock: &str) -> i64 {
    clock.parse().unwrap()
}

fn set(clock: &Path, ahead: &str) {
    let new = clock.with_extension("new");
    std::fs::write(&new, format!("{ahead}\n")).unwrap();
    std::fs::rename(new, clock).unwrap();
}

impl Scene {
    async fn start() -> Option<Self> {
        let Some(library) = library() else {
            skipped("a wrong clock needs Debian's package libfaketime");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let clock = folder.path().join("clock");
        set(&clock, CLOCKS[0]);
        let setup = Setup::default()
            .variable("LD_PRELOAD", library.to_str().unwrap())
            .variable("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap())
            .variable("FAKETIME_NO_CACHE", "1")
            .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let app = App::start_own(setup)?;
        let club = app.organisation(json!({})).await;
        let mail = club
            .message("<body><a href='https://a.example'>a</a></body>")
            .await;
        Some(Self {
            app,
            club,
            mail,
            clock,
            _folder: folder,
        })
    }

    /// The same request until it is taken, as a 503 says.
    async fn taken(&self, contact: &str, granted: bool, id: &str) {
        let subject = format!("contact:{contact}");
        let flags = json!({ "dc": granted, "al": granted });
        let status = async || {
            let sent = self.club.decision(&subject, &flags, id).send().await;
            sent.unwrap().status().as_u16()
        };
        eventually(status, |status| *status == 200).await;
    }

    async fn gate(&self, contact: &str) -> bool {
        let consent = self.club.consent(&format!("contact:{contact}")).await;
        consent["gates"]["track"].as_bool().unwrap()
    }

    async fn edge(&self, contact: &str) -> bool {
        let consent = self.club.projection(&format!("contact:{contact}")).await;
        consent["gates"]["track"].as_bool().unwrap()
    }

    /// How many clicks name a contact.
    fn named(&self, contact: &str) -> i64 {
        let named = "SELECT count(*) FROM interaction i JOIN subject s ON s.id = i.subject_id WHERE s.identifier = ?1";
        let database = self.app.host().database();
        let subject = format!("contact:{contact}");
        database
            .query_row(named, [subject], |row| row.get(0))
            .unwrap()
    }

    /// Somebody agrees under one clock, refuses under the next, and under the third everything from before the
    /// refusal comes in again.
    async fn refusal_wins(&self, [agreed, refused, repeated]: [&str; 3], fault: &str) {
        let contact = random();
        let case = format!("agreed at {agreed}, refused at {refused}, repeated at {repeated}");
        let (granted, unanswered) = (random(), random());
        set(&self.clock, agreed);
        self.taken(&contact, true, &granted).await;
        eventually(async || self.edge(&contact).await, |open| *open).await;
        let tokens = self.club.tokens(&self.mail, &[&contact]).await.remove(0);
        let path = self.mail.click_path(&tokens.click);
        self.club.visit(&path).await;
        eventually(async || self.named(&contact), |named| *named == 1).await;
        let form = Form::open(&self.app, &self.club.id, &tokens.preferences, "en").await;
        // Another agreement, whose answer promises nothing.
        self.app.host().faults(fault);
        let flags = json!({ "dc": true, "al": true });
        let sent = self
            .club
            .decision(&format!("contact:{contact}"), &flags, &unanswered);
        assert_eq!(sent.send().await.unwrap().status(), 503);
        self.app.host().faults("");

        set(&self.clock, refused);
        self.taken(&contact, false, &random()).await;
        assert!(!self.gate(&contact).await, "{case}");
        eventually(async || self.edge(&contact).await, |open| !open).await;
        self.club.visit(&path).await;

        set(&self.clock, repeated);
        assert!(!self.gate(&contact).await, "{case}");
        // Where the key-value store could not be written, it is behind until it is repaired.
        eventually(async || self.edge(&contact).await, |open| !open).await;
        self.taken(&contact, true, &granted).await;
        assert!(!self.gate(&contact).await, "{case}: repeated");
        self.taken(&contact, true, &unanswered).await;
        assert!(!self.gate(&contact).await, "{case}: tried again");
        form.answer(&self.app, "grant", "en").await;
        assert!(!self.gate(&contact).await, "{case}: an old form");
        eventually(async || self.edge(&contact).await, |open| !open).await;
        self.club.visit(&path).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(self.named(&contact), 1, "{case}: named after the refusal");
        // She can change her mind, unless the clock says that this is before her refusal.
        self.taken(&contact, true, &random()).await;
        let counts = ahead(repeated) >= ahead(refused);
        assert_eq!(self.gate(&contact).await, counts, "{case}: agreed again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_wrong() {
    let Some(scene) = Scene::start().await else {
        return;
    };
    let mut cases = 0;
    for agreed in CLOCKS {
        for refused in CLOCKS {
            for repeated in CLOCKS {
                // The clock ahead, set right and ahead again: nothing tells the host that the agreement is older.
                if ahead(refused) < ahead(agreed) && ahead(agreed) <= ahead(repeated) {
                    continue;
                }
                let clocks = [agreed, refused, repeated];
                if cases % 2 == 0 {
                    scene.refusal_wins(clocks, "sqlite-write fail").await;
                } else {
                    scene.refusal_wins(clocks, "kv-write fail").await;
                    // It is left alone for a second now. Were SQLite to fail meanwhile, nobody could remember
                    // anything.
                    tokio::time::sleep(Duration::from_millis(1100)).await;
                }
                cases += 1;
            }
        }
    }
    eprintln!(
        "| clock wrong, at run time | {cases} sequences of agreeing, refusing and repeating; 0 overridden |"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_wrong_after_a_restart() {
    let Some(mut scene) = Scene::start().await else {
        return;
    };
    let mut before = CLOCKS[0];
    for clock in ["+3600", "+0", "-3600", "+0"] {
        let (refused, open) = (random(), random());
        scene.taken(&refused, true, &random()).await;
        scene.taken(&refused, false, &random()).await;
        scene.taken(&open, true, &random()).await;
        scene.app.with_host(Host::kill);
        set(&scene.clock, clock);
        scene.app.with_host(Host::start_again);
        scene.club = scene.club.at(&scene.app);
        assert!(!scene.gate(&refused).await && !scene.edge(&refused).await);
        assert!(scene.gate(&open).await, "from {before} to {clock}");
        scene.taken(&open, false, &random()).await;
        assert!(!scene.gate(&open).await, "from {before} to {clock}");
        before = clock;
    }
}

/// Marks and holds that a fast clock has made are orphans at once when it is set right, not an hour later.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_before_the_clock_was_set_back_is_repaired() {
    let Some(scene) = Scene::start().await else {
        return;
    };
    let (marked, held) = (random(), random());
    for contact in [&marked, &held] {
        scene.taken(contact, true, &random()).await;
        eventually(async || scene.edge(contact).await, |open| *open).await;
    }
    set(&scene.clock, "+3600");
    scene.app.host().faults("sqlite-write fail");
    let flags = json!({ "dc": false, "al": false });
    let refusal = scene
        .club
        .decision(&format!("contact:{held}"), &flags, &random());
    assert_eq!(refusal.send().await.unwrap().status(), 503);
    assert!(!scene.edge(&held).await, "held");
    scene.app.host().faults("kv-write fail");
    scene.taken(&marked, false, &random()).await;
    set(&scene.clock, "+0");
    scene.app.host().faults("");
    eventually(async || scene.edge(&marked).await, |open| !open).await;
    eventually(async || scene.edge(&held).await, |open| *open).await;
}
