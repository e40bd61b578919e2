//! A running `assent up` with a state folder of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{Redis, build, root};

/// The operator's secret of all hosts of the tests; a test of the logs looks for it.
pub const ADMIN_TOKEN: &str = "admin-token-of-the-tests-5f0c6d2e";

/// How a host is started.
#[derive(Clone, Default)]
pub struct Setup {
    manifest: Option<PathBuf>,
    state: Option<Arc<Folder>>,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    parent: Option<PathBuf>,
    redis: bool,
    wire: bool,
}

impl Setup {
    /// Another manifest than the whole application's.
    pub fn manifest(mut self, path: &str) -> Self {
        self.manifest = Some(path.into());
        self
    }

    /// More arguments.
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// A variable of its environment.
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The state folder is made in this one.
    pub fn state_under(mut self, parent: &Path) -> Self {
        self.parent = Some(parent.to_owned());
        self
    }

    /// The key-value store in a Redis of its own, whatever `ASSENT_TEST_KV` says.
    pub fn redis(mut self) -> Self {
        self.redis = true;
        self
    }

    /// The same through a network that can be cut; other hosts on the same state are not behind it.
    pub fn redis_through_wire(mut self) -> Self {
        self.wire = true;
        self.redis()
    }

    /// The state of another host: its folder and its Redis.
    pub fn state_of(mut self, host: &Host) -> Self {
        self.state = Some(host.folder.clone());
        self
    }
}

/// A state folder, and the Redis that belongs to it; the folder is kept when the test fails, so that one can
/// look into it.
pub struct Folder {
    folder: Option<TempDir>,
    redis: Option<Arc<Redis>>,
}

impl Folder {
    fn new(setup: &Setup) -> Self {
        let parent = setup.parent.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new()
            .prefix("assent-test-")
            .tempdir_in(parent)
            .unwrap();
        let everywhere = std::env::var("ASSENT_TEST_KV").is_ok_and(|kind| kind == "redis");
        let redis = (everywhere || setup.redis).then(|| Arc::new(Redis::start()));
        if let Some(redis) = &redis {
            for wire in [false, true] {
                let file = runtime_config(folder.path(), wire);
                std::fs::write(file, redis.configuration(wire)).unwrap();
            }
        }
        Self {
            folder: Some(folder),
            redis,
        }
    }

    fn path(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            eprintln!("state kept in {}", folder.keep().display());
        }
    }
}

/// A running host. Dropping it ends it at once.
pub struct Host {
    child: Child,
    base: String,
    folder: Arc<Folder>,
    setup: Setup,
    output: Arc<Mutex<String>>,
}

impl Host {
    /// Starts a host and waits until it listens.
    pub fn start(setup: Setup) -> Self {
        let folder = setup.state.clone();
        let folder = folder.unwrap_or_else(|| Arc::new(Folder::new(&setup)));
        let output = Arc::default();
        let (child, base) = spawn(&setup, &folder, &output);
        Self {
            child,
            base,
            folder,
            setup,
            output,
        }
    }

    /// Starts it again on the same state.
    pub fn start_again(&mut self) {
        (self.child, self.base) = spawn(&self.setup, &self.folder, &self.output);
    }

    /// Starts it on the same state and ends it without any warning, wherever it is by then.
    pub fn start_and_kill(&mut self, after: Duration) {
        self.child = command(&self.setup, &self.folder).spawn().unwrap();
        std::thread::sleep(after);
        self.kill();
    }

    /// Where it listens.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it keeps.
    pub fn state_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Where its key-value store is, if not in a file.
    pub fn redis(&self) -> Option<&Arc<Redis>> {
        self.folder.redis.as_ref()
    }

    /// The history and everything else that is true.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.state_dir().join("sqlite_db.db")).unwrap()
    }

    /// Loses everything in its key-value store while it is stopped.
    pub fn lose_key_value_store(&self) {
        if let Some(redis) = self.redis() {
            redis.kill();
            redis.start_again();
            return;
        }
        for suffix in ["", "-wal", "-shm"] {
            let name = format!("sqlite_key_value.db{suffix}");
            let _ = std::fs::remove_file(self.state_dir().join(name));
        }
        assert!(!self.state_dir().join("sqlite_key_value.db").exists());
    }

    /// The most memory that it has had so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(file).unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// What components have printed so far.
    pub fn logs(&self) -> String {
        let mut all = String::new();
        for file in std::fs::read_dir(self.state_dir().join("logs")).unwrap() {
            let mut file = std::fs::File::open(file.unwrap().path()).unwrap();
            file.read_to_string(&mut all).unwrap();
        }
        all
    }

    /// Makes stores slow or dead from now on; nothing heals them.
    pub fn faults(&self, lines: &str) {
        let file = fault_file(self.state_dir());
        let new = file.with_extension("new");
        std::fs::write(&new, lines).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    /// Whether a statement waits because of a `hold`.
    pub fn holds(&self) -> bool {
        fault_file(self.state_dir())
            .with_added_extension("held")
            .exists()
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it with SIGTERM; gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "SIGTERM does not end the host"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it with SIGTERM and starts it again on the same state.
    pub fn restart(&mut self) {
        assert_eq!(self.stop(), Some(0), "{}", self.output());
        self.start_again();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!(
                "the host said:\n{}\nthe components said:\n{}",
                self.output(),
                self.logs()
            );
        }
    }
}

fn fault_file(state: &Path) -> PathBuf {
    state.join("faults")
}

fn runtime_config(state: &Path, wire: bool) -> PathBuf {
    let name = if wire {
        "through-wire"
    } else {
        "runtime-config"
    };
    state.join(name).with_extension("toml")
}

/// One at a time: the first compiles the components for this machine, the others find that in the cache.
static STARTING: Mutex<()> = Mutex::new(());

fn spawn(setup: &Setup, folder: &Folder, output: &Arc<Mutex<String>>) -> (Child, String) {
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut child = command(setup, folder).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let reading = follow(stderr, output.clone());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    let Some(base) = first.trim_end().strip_prefix("listening on ") else {
        let _ = child.wait();
        let _ = reading.join();
        panic!("the host does not start: {first}{}", output.lock().unwrap());
    };
    let base = base.to_owned();
    follow(stdout, output.clone());
    (child, base)
}

fn command(setup: &Setup, folder: &Folder) -> Command {
    let manifest = root().join(setup.manifest.as_deref().unwrap_or(Path::new("spin.toml")));
    let mut command = Command::new(build::assent());
    command.args(["up", "--listen", "127.0.0.1:0"]);
    if folder.redis.is_some() {
        command.arg("--runtime-config-file");
        command.arg(runtime_config(folder.path(), setup.wire));
    }
    command
        .arg("--manifest")
        .arg(manifest)
        .arg("--state-dir")
        .arg(folder.path())
        .arg("--fault-file")
        .arg(fault_file(folder.path()))
        .args(&setup.arguments)
        .env("SPIN_VARIABLE_ADMIN_TOKEN", ADMIN_TOKEN)
        .envs(setup.variables.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn follow(
    reader: impl BufRead + Send + 'static,
    output: Arc<Mutex<String>>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for line in reader.lines().map_while(Result::ok) {
            let mut output = output.lock().unwrap();
            output.push_str(&line);
            output.push('\n');
        }
    })
}
