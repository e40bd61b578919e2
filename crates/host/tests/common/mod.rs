//! A host with the probe component, and as much HTTP as the tests need.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use assent_host::{Host, Options};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The probe, built if it is not there.
fn probe() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let wasm = root.join("target/wasm32-wasip2/wasm/host_probe.wasm");
        if !wasm.exists() {
            let build = "build -p host-probe --target wasm32-wasip2 --profile wasm";
            let mut cargo = Command::new(env!("CARGO"));
            let status = cargo.args(build.split(' ')).current_dir(root).status();
            assert!(status.unwrap().success(), "cargo {build}");
        }
        wasm
    })
}

/// An application with the probe, in a folder that is its state, too.
pub struct App {
    pub dir: TempDir,
}

impl App {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("static")).unwrap();
        std::fs::write(dir.path().join("static/a.txt"), "file a").unwrap();
        std::fs::write(dir.path().join("b.txt"), "file b").unwrap();
        let manifest = format!(
            r#"
            spin_manifest_version = 2
            [application]
            name = "test"
            version = "1.2.3"
            [variables]
            granted = {{ default = "from the manifest" }}
            hidden = {{ default = "not for the component" }}
            allowed = {{ default = "https://allowed.example" }}
            [[trigger.http]]
            route = "/..."
            component = "probe"
            [[trigger.http]]
            route = "/moved/:id"
            static_response = {{ status_code = 301, headers = {{ location = "/hello" }} }}
            [component.probe]
            source = {source:?}
            key_value_stores = ["default"]
            sqlite_databases = ["default"]
            allowed_outbound_hosts = ["{{{{ allowed }}}}"]
            environment = {{ GIVEN = "yes" }}
            files = ["b.txt", {{ source = "static", destination = "/static" }}]
            [component.probe.variables]
            seen = "-{{{{ granted }}}}-"
            "#,
            source = probe()
        );
        std::fs::write(dir.path().join("spin.toml"), manifest).unwrap();
        Self { dir }
    }

    pub fn options(&self) -> Options {
        let mut options = Options::new(self.dir.path().join("spin.toml"));
        options.listen.set_port(0);
        options.env_variables = false;
        options
    }

    pub async fn start(&self) -> Host {
        Host::start(self.options()).await.unwrap()
    }

    pub fn log(&self, stream: &str) -> String {
        let path = format!(".spin/logs/probe_{stream}.txt");
        std::fs::read_to_string(self.dir.path().join(path)).unwrap()
    }
}

/// Status and body.
pub async fn get(addr: SocketAddr, path: &str) -> (u16, String) {
    let (status, _, body) = get_with(addr, path, "").await;
    (status, body)
}

/// Only the body of an answer that must be 200.
pub async fn body(addr: SocketAddr, path: &str) -> String {
    let (status, body) = get(addr, path).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// Status, head and body of an answer to a request with more headers.
pub async fn get_with(addr: SocketAddr, path: &str, headers: &str) -> (u16, String, String) {
    send(addr, "GET", path, headers, "").await
}

/// Status, head and body of an answer to a request with a body as it is on the wire.
pub async fn send(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (u16, String, String) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {addr}\r\n{headers}connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), body.to_owned())
}
