//! What the person who starts the host decides.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How a host is started. [`Options::new`] has the defaults, which are Spin's unless said otherwise.
#[derive(Clone, Debug)]
pub struct Options {
    /// The application's `spin.toml`. Relative paths in it start at its folder.
    pub manifest: PathBuf,
    /// Where to listen; port 0 takes a free one, see [`crate::Host::addr`]. Default `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// Where stores, logs and the like are kept. Default: `.spin` next to the manifest.
    pub state_dir: Option<PathBuf>,
    /// A Spin runtime configuration: where the stores behind the labels are.
    pub runtime_config: Option<PathBuf>,
    /// Values of application variables; they win over the environment and the manifest.
    pub variables: BTreeMap<String, String>,
    /// Whether `SPIN_VARIABLE_<NAME>` of the environment sets application variables. Default true.
    pub env_variables: bool,
    /// How often and by how many requests at once an instance is used.
    pub reuse: Reuse,
    /// After this a request that has no answer gets 500 and its instance ends. Default: none, as in
    /// Spin; set one in production, it is also what ends a component that computes for ever.
    pub request_timeout: Option<Duration>,
    /// How long a client may take for the head of a request, let us wait for its body in all (at most half of
    /// `request_timeout`), or leave a connection on which no request is in work without a byte. Default 30 s
    /// (Spin: no limit).
    pub client_timeout: Duration,
    /// How long a component may work on after its last answer. Default: none.
    pub after_answer_timeout: Option<Duration>,
    /// The most memory an instance may have, in bytes. Default 512 MiB (Spin: no limit).
    pub max_instance_memory: usize,
    /// Requests in work at once, over which new ones get 503. Default 4096 (Spin: no limit).
    pub max_requests: usize,
    /// Where components' stdout and stderr are appended. Default: `logs` in the state folder.
    pub log_dir: Option<PathBuf>,
    /// Whether components' output also goes to the host's stderr, each line with `[component]`.
    pub follow_logs: bool,
    /// Where compiled components are kept. Default: `assent` in the user's cache folder.
    pub cache_dir: Option<PathBuf>,
    /// How long [`crate::Host::shutdown`] waits for requests and for what components do after
    /// their answers. Default 10 s (Spin: does not wait).
    pub shutdown_grace: Duration,
    /// **For tests only.** A file that is read before every call to a store and can make it slow or
    /// fail; lines such as `kv delay 500`, `kv fail`, `sqlite fail`, `sqlite-write delay 500`.
    pub fault_file: Option<PathBuf>,
}

/// When an instance is used again, as in Spin's options of the same names.
#[derive(Clone, Copy, Debug)]
pub struct Reuse {
    /// Requests in an instance's life (`--max-instance-reuse-count`, 128).
    pub max_count: usize,
    /// Requests at a time (`--max-instance-concurrent-reuse-count`, 16).
    pub max_concurrent: usize,
    /// How long an instance without work is kept (`--idle-instance-timeout`, 1 s).
    pub idle: Duration,
}

impl Default for Reuse {
    fn default() -> Self {
        Self {
            max_count: 128,
            max_concurrent: 16,
            idle: Duration::from_secs(1),
        }
    }
}

impl Options {
    /// The defaults for the application of this manifest.
    pub fn new(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            state_dir: None,
            runtime_config: None,
            variables: BTreeMap::new(),
            env_variables: true,
            reuse: Reuse::default(),
            request_timeout: None,
            client_timeout: Duration::from_secs(30),
            after_answer_timeout: None,
            max_instance_memory: 512 << 20,
            max_requests: 4096,
            log_dir: None,
            follow_logs: false,
            cache_dir: None,
            shutdown_grace: Duration::from_secs(10),
            fault_file: None,
        }
    }
}
