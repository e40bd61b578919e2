//! For tests only: stores that are slow or dead, as a file says that is read before every call.
//!
//! ```text
//! kv delay 10000
//! kv fail
//! sqlite-write delay 500
//! sqlite hold INSERT INTO interaction
//! ```
//!
//! `kv` is every call to a key-value store, `sqlite` every statement, `kv-write` and `sqlite-write`
//! only what changes something. A delay is in milliseconds; `fail` comes after it. `hold` keeps the
//! statements that begin so waiting as long as the line stands there; a file of the same name with
//! `.held` behind it tells that one waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Without a file this costs a comparison per call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Option<Arc<PathBuf>>);

/// What a call goes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    KeyValue,
    Sqlite,
}

/// What happens to one call.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fault {
    pub delay: Duration,
    pub fails: bool,
    holds: bool,
}

/// How often a held statement looks whether it may go on.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What a call that was made to fail says.
pub(crate) const MESSAGE: &str = "made to fail by the fault file";

impl Faults {
    pub fn new(file: Option<PathBuf>) -> Self {
        Self(file.map(Arc::new))
    }

    /// What is to happen to the next call to a key-value store.
    pub fn next(&self, target: Target, writes: bool) -> Option<Fault> {
        let text = std::fs::read_to_string(&**self.0.as_ref()?).ok()?;
        let fault = parse(&text, target, writes, "");
        (fault != Fault::default()).then_some(fault)
    }

    /// What is to happen to the next statement. Waits while it is held.
    pub async fn next_statement(&self, statement: &str, writes: bool) -> Option<Fault> {
        let file = &**self.0.as_ref()?;
        let held = file.with_added_extension("held");
        loop {
            let text = std::fs::read_to_string(file).ok()?;
            let fault = parse(&text, Target::Sqlite, writes, statement);
            if !fault.holds {
                return (fault != Fault::default()).then_some(fault);
            }
            let _ = std::fs::write(&held, statement);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

fn parse(text: &str, target: Target, writes: bool, statement: &str) -> Fault {
    let (all, only_writes) = match target {
        Target::KeyValue => ("kv", "kv-write"),
        Target::Sqlite => ("sqlite", "sqlite-write"),
    };
    let mut fault = Fault::default();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let hit = words
            .next()
            .is_some_and(|word| word == all || (writes && word == only_writes));
        match (hit, words.next(), words.next()) {
            (true, Some("fail"), _) => fault.fails = true,
            (true, Some("hold"), _) => {
                let beginning = line
                    .split_once(" hold ")
                    .map_or("", |(_, text)| text.trim());
                fault.holds |= statement.starts_with(beginning);
            }
            (true, Some("delay"), Some(milliseconds)) => {
                fault.delay = Duration::from_millis(milliseconds.parse().unwrap_or(0));
            }
            _ => {}
        }
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hit_what_they_name() {
        let text = "kv delay 20\nkv fail\nsqlite-write delay 5\n";
        let parse = |text, target, writes| parse(text, target, writes, "SELECT 1");
        let kv = parse(text, Target::KeyValue, false);
        assert_eq!((kv.delay, kv.fails), (Duration::from_millis(20), true));
        assert_eq!(parse(text, Target::Sqlite, false), Fault::default());
        assert_eq!(
            parse(text, Target::Sqlite, true).delay,
            Duration::from_millis(5)
        );
    }
}
