//! `assent up`: the application on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use assent_host::{Count, Host, Options, Reuse, stop_signal};

use crate::manifest::Manifest;
use crate::output::{note, say};
use crate::{arguments, client, deliver, demo, private_file, retain, scrub, secrets};

/// How long the deliveries of one request may take: longer than the host lets it.
const DELIVERIES: Duration = Duration::from_secs(60);

/// Start the application on this machine
///
/// Runs the components of a Spin manifest without Spin. Decisions, messages and counts are kept in the
/// state folder; the same folder later goes on where this left off.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The application, or one component's own manifest
    #[arg(long, value_name = "FILE", default_value = "spin.toml")]
    manifest: PathBuf,

    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        env = "LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:3000",
        value_parser = arguments::listen
    )]
    listen: SocketAddr,

    /// Where everything is kept
    #[arg(long, value_name = "FOLDER", default_value = ".assent")]
    state_dir: PathBuf,

    /// Add a small demo with three people and a newsletter
    #[arg(long)]
    demo: bool,

    /// Set a variable of the application (not for secrets: other users can see command lines)
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = arguments::variable)]
    variables: Vec<(String, String)>,

    /// Where the stores behind the labels are, in Spin's format
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,

    /// Requests in an instance's life; of a range such as 4..8 each instance gets a number of its own
    #[arg(long, value_name = "N", default_value = "2000..4000")]
    max_instance_reuse_count: Count,

    /// Requests that an instance answers at a time
    #[arg(long, value_name = "N", default_value_t = 16)]
    max_instance_concurrent_reuse_count: usize,

    /// How long an instance without work is kept
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = arguments::duration)]
    idle_instance_timeout: Duration,

    /// After this a request without an answer gets 500
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = arguments::duration)]
    request_timeout: Duration,

    /// Show what components print here too, not only in the logs of the state folder
    #[arg(long)]
    follow_logs: bool,

    /// Makes stores slow or dead, for tests
    #[arg(long, value_name = "FILE", hide = true)]
    fault_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Secrets: hash_secret, token_secrets, admin_token and log_signing_key are taken from SPIN_VARIABLE_HASH_SECRET and so on.
Those that are not set are made once and kept in secrets.toml in the state folder; back that file up.

Examples:
  assent up                                      on http://127.0.0.1:3000
  assent up --demo --listen 8080                 with the demo, on another port
  assent up --manifest components/links/spin.toml --listen 3001
                                                 only the redirects, on the same state
  SPIN_VARIABLE_ADMIN_TOKEN=… assent up --listen 0.0.0.0:80 --state-dir /var/lib/assent";

/// Runs until Ctrl-C or SIGTERM.
pub fn run(arguments: Arguments) -> Result<()> {
    let begin = Instant::now();
    let manifest = Manifest::load(&arguments.manifest)?;
    let declared = manifest.variables();
    private_file::create_folder(&arguments.state_dir)?;
    let mut given: BTreeMap<String, String> = arguments.variables.iter().cloned().collect();
    if arguments.demo {
        check_demo(&declared, &arguments.manifest)?;
        given.insert("demo".to_owned(), "true".to_owned());
    }
    let mut set = secrets::from_environment();
    set.extend(given.clone());
    let secrets_file = arguments.state_dir.join("secrets.toml");
    let found = secrets::load_or_create(&arguments.state_dir, &secrets_file, &declared, &set)?;
    let admin_token = found
        .secrets
        .get("admin_token")
        .or_else(|| set.get("admin_token"))
        .cloned();
    given.extend(found.secrets);

    let shown = Shown {
        begin,
        state_dir: arguments.state_dir.clone(),
        secrets: found.from_file.then_some(secrets_file),
    };
    let demo = arguments.demo.then(|| demo::Place {
        file: arguments.state_dir.join("demo.json"),
        newsletter: manifest.folder.join("static/demo/newsletter.html"),
        admin_token: admin_token.unwrap_or_default(),
    });
    let options = options(arguments, given);
    assent_host::runtime()?.block_on(serve(options, &shown, demo))
}

/// What the start message names.
struct Shown {
    begin: Instant,
    state_dir: PathBuf,
    secrets: Option<PathBuf>,
}

fn check_demo(declared: &BTreeSet<&str>, manifest: &Path) -> Result<()> {
    if declared.contains("demo") && declared.contains("admin_token") {
        return Ok(());
    }
    let manifest = manifest.display();
    Err(anyhow!(
        "{manifest} has no demo. Start the whole application: assent up --demo"
    ))
}

fn options(arguments: Arguments, variables: BTreeMap<String, String>) -> Options {
    let mut options = Options::new(arguments.manifest);
    options.listen = arguments.listen;
    options.state_dir = Some(arguments.state_dir);
    options.runtime_config = arguments.runtime_config_file;
    options.variables = variables;
    options.reuse = Reuse {
        max_count: arguments.max_instance_reuse_count,
        max_concurrent: arguments.max_instance_concurrent_reuse_count,
        idle: arguments.idle_instance_timeout,
    };
    options.request_timeout = Some(arguments.request_timeout);
    options.follow_logs = arguments.follow_logs;
    options.fault_file = arguments.fault_file;
    options
}

async fn serve(options: Options, shown: &Shown, demo: Option<demo::Place>) -> Result<()> {
    let listen = options.listen;
    let mut stop_asked = std::pin::pin!(stop_signal());
    let host = Host::start(options)
        .await
        .map_err(|error| explain(error, listen))?;
    let base = format!("http://{}", reachable(host.addr()));
    // Programs that start this one wait for this line.
    say(format_args!("listening on {base}"));
    introduce(&host, shown);
    let asking = ask_for_what_is_due(&host, &base)?;
    scrub::keep_scrubbing(host.files());

    let prepared = async {
        match &demo {
            Some(place) => demo::prepare(place, &base)
                .await
                .context("the demo could not be made"),
            None => Ok(()),
        }
    };
    let prepared = tokio::select! {
        prepared = prepared => Some(prepared),
        () = &mut stop_asked => None,
    };
    match prepared {
        Some(Ok(())) => {
            if demo.is_some() {
                say(format_args!("\n  Open {base}/demo"));
                if !host.addr().ip().is_loopback() {
                    say(format_args!(
                        "  Everybody who reaches this address can use the demo's key, and register links \
                         that lead anywhere."
                    ));
                }
            }
            say(format_args!(
                "\n  Ready after {:.1} s. Ctrl-C stops.",
                shown.begin.elapsed().as_secs_f32()
            ));
            stop_asked.await;
        }
        Some(Err(error)) => {
            asking.abort();
            host.shutdown().await;
            return Err(error);
        }
        None => {}
    }
    asking.abort();
    stop(host).await;
    Ok(())
}

/// Has webhooks sent, and what is kept no longer taken away, if the application does these.
fn ask_for_what_is_due(host: &Host, base: &str) -> Result<tokio::task::JoinHandle<()>> {
    let has = |pattern: &str| {
        let mut routes = host.routes().into_iter();
        routes.any(|route| route.pattern == pattern)
    };
    let (delivers, retains) = (has("/v1/webhooks/..."), has("/v1/retain"));
    let (http, base) = (client::http(DELIVERIES)?, base.to_owned());
    Ok(tokio::spawn(async move {
        let delivering = async {
            if delivers {
                deliver::keep_asking(&http, &base, Duration::from_secs(1)).await;
            }
        };
        let retaining = async {
            if retains {
                retain::keep_asking(&http, &base).await;
            }
        };
        tokio::join!(delivering, retaining);
    }))
}

/// Lets requests and recording finish; whoever presses Ctrl-C again does not want to wait.
async fn stop(host: Host) {
    note(format_args!("stopping …"));
    for calls in host.calls().iter().filter(|calls| calls.requests > 0) {
        note(format_args!(
            "  {}: {} requests, {} key-value calls, {} SQLite statements",
            calls.component, calls.requests, calls.key_value, calls.sqlite
        ));
    }
    tokio::select! {
        lost = host.shutdown() => {
            if lost > 0 {
                note(format_args!("{lost} instances were still at work after 10 s; what they had to store is lost"));
            }
        }
        () = stop_signal() => note(format_args!("stopped at once")),
    }
}

fn introduce(host: &Host, shown: &Shown) {
    let mut routes = BTreeMap::<String, Vec<String>>::new();
    for route in host.routes() {
        let component = route.component.unwrap_or_else(|| "fixed".to_owned());
        routes.entry(component).or_default().push(route.pattern);
    }
    say(format_args!(""));
    for (component, mut patterns) in routes {
        patterns.sort();
        say(format_args!("  {component:<12} {}", patterns.join("  ")));
    }
    say(format_args!(
        "  {:<12} {}",
        "state",
        shown.state_dir.display()
    ));
    if let Some(file) = &shown.secrets {
        say(format_args!(
            "  {:<12} {}  (keep it: without it the state cannot be read)",
            "secrets",
            file.display()
        ));
    }
}

/// An address under which this machine reaches the server.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn explain(error: anyhow::Error, listen: SocketAddr) -> anyhow::Error {
    let kind = error.chain().find_map(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind)
    });
    match kind {
        Some(ErrorKind::AddrInUse) => {
            let other = SocketAddr::new(listen.ip(), listen.port().wrapping_add(1));
            anyhow!(
                "{listen} is in use by another program. Choose another address:\n  \
                 assent up --listen {other}      or      make up LISTEN={other}"
            )
        }
        Some(ErrorKind::AddrNotAvailable) => anyhow!(
            "{listen} is no address of this machine. Use --listen 127.0.0.1:{0}, or 0.0.0.0:{0} for all",
            listen.port()
        ),
        Some(ErrorKind::PermissionDenied) if listen.port() < 1024 => anyhow!(
            "this user may not listen on port {}. Choose one from 1024, for example --listen {}:3000",
            listen.port(),
            listen.ip()
        ),
        _ => error,
    }
}
