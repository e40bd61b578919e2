//! What the person who starts the host decides.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
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
    pub max_count: Count,
    /// Requests at a time (`--max-instance-concurrent-reuse-count`, 16).
    pub max_concurrent: usize,
    /// How long an instance without work is kept (`--idle-instance-timeout`, 1 s).
    pub idle: Duration,
}

/// A number, or one from `least` up to, but not, `end`: another for each instance, so that those which began together do
/// not end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The smallest.
    pub least: usize,
    /// One more than the largest.
    pub end: usize,
}

impl From<usize> for Count {
    fn from(count: usize) -> Self {
        Self {
            least: count,
            end: count.saturating_add(1),
        }
    }
}

impl FromStr for Count {
    type Err = String;

    /// Reads `8`, or `4..8` as Spin does: without 8.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            let number = text.parse::<usize>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| "give a number from 1, or a range such as 4..8".to_owned())
        };
        let Some((least, end)) = text.split_once("..") else {
            return Ok(number(text)?.into());
        };
        let (least, end) = (number(least)?, number(end)?);
        if least < end {
            Ok(Self { least, end })
        } else {
            Err(format!("{least}..{end} has no number in it"))
        }
    }
}

impl Count {
    /// The one for an instance: near ones of numbers that follow each other are far apart.
    pub(crate) fn of(self, number: u64) -> usize {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        let spread = number.wrapping_mul(GOLDEN) >> 32;
        let span = self.end.saturating_sub(self.least);
        let further = usize::try_from(spread)
            .ok()
            .and_then(|spread| spread.checked_rem(span));
        self.least.saturating_add(further.unwrap_or(0))
    }
}

impl Default for Reuse {
    fn default() -> Self {
        Self {
            max_count: 128.into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_spin_reads_them() {
        assert_eq!("8".parse(), Ok(Count::from(8)));
        assert_eq!("4..8".parse(), Ok(Count { least: 4, end: 8 }));
        for wrong in ["", "0", "-1", "x", "8..4", "4..4", "0..4", "4..", "..4"] {
            assert!(wrong.parse::<Count>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_instance_has_a_count_of_the_range() {
        let range = Count { least: 4, end: 8 };
        let mut seen = [0; 4];
        for number in 0..400 {
            let count = range.of(number);
            assert!((4..8).contains(&count), "{count}");
            seen[count - 4] += 1;
        }
        assert!(seen.iter().all(|times| *times > 50), "{seen:?}");
        assert!((0..100).all(|number| Count::from(1).of(number) == 1));
    }
}
