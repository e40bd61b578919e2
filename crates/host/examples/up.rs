//! Runs an application: `cargo run --release -p assent-host --example up -- benches/spin.toml 3000`.
#![allow(clippy::print_stdout, reason = "a program's output")]

use assent_host::{Host, Options, stop_signal};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options::new(arguments.next().unwrap_or("spin.toml".into()));
    let port = arguments.next().and_then(|port| port.parse().ok());
    options.listen.set_port(port.unwrap_or(3000));
    options.state_dir = std::env::var_os("STATE_DIR").map(Into::into);
    assent_host::runtime()?.block_on(async {
        let start = std::time::Instant::now();
        let host = Host::start(options).await?;
        println!("http://{} after {:?}", host.addr(), start.elapsed());
        stop_signal().await;
        let lost = host.shutdown().await;
        println!("{lost} instances lost");
        Ok(())
    })
}
