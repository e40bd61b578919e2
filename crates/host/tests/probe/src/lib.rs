//! One path per promise of the host that is tested. Every answer is text; what a store answers is
//! printed as it is, because the tests compare it.
#![allow(missing_docs, reason = "the macro generates public items")]
#![allow(
    clippy::panic,
    reason = "trapping is one of the things that are tested"
)]

use std::fmt::Debug;
use std::time::Duration;

use spin_sdk::http::body::IncomingBodyExt;
use spin_sdk::http::{IntoResponse, Request, Response};
use spin_sdk::http_service;
use spin_sdk::key_value::Store;
use spin_sdk::sqlite::{Connection, Value};
use spin_sdk::{time, variables, wasip3};

#[http_service]
async fn probe(request: Request) -> impl IntoResponse {
    let query = request.uri().query().unwrap_or_default().to_string();
    let path = request.uri().path().to_string();
    let answer = match path.as_str() {
        "/hello" => "Hello".to_string(),
        "/headers" => headers(&request),
        "/kv/open" => shown(&Store::open(&query).await.map(|_| ())),
        "/kv/set" => kv_set(&query).await,
        "/kv/get" => kv_get(&query).await,
        "/kv/keys" => kv_keys().await,
        "/sqlite/open" => shown(&Connection::open(&query).await.map(|_| ())),
        "/sqlite/run" => sqlite_run(&query).await,
        "/sqlite/undrained" => sqlite_undrained().await,
        "/variable" => shown(&variables::get(&query).await),
        "/file" => shown(&std::fs::read_to_string(&query).map_err(|e| e.kind())),
        "/write" => shown(&std::fs::write(&query, "x").map_err(|e| e.kind())),
        "/environment" => shown(&std::env::vars().collect::<Vec<_>>()),
        "/connect" => shown(&std::net::TcpStream::connect(&query).map(|_| ())),
        "/send" => send(&query).await,
        "/allocate" => shown(&vec![1_u8; query.parse().unwrap_or(0)].len()),
        "/echo" => echo(request).await,
        "/print" => print(),
        "/later" => later(query),
        "/sleep" => sleep(&query).await,
        "/trap" => panic!("as asked"),
        "/spin" => spin(),
        _ => path,
    };
    Response::builder()
        .header("content-length", answer.len())
        .body(answer)
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// Every header whose name starts with `spin-`, in the order in which it came.
fn headers(request: &Request) -> String {
    let mut lines = String::new();
    for (name, value) in request.headers() {
        if name.as_str().starts_with("spin-") {
            lines.push_str(&format!("{name}: {}\n", value.to_str().unwrap_or("?")));
        }
    }
    lines
}

/// The length of the body and the sum of its bytes.
async fn echo(request: Request) -> String {
    match request.into_body().bytes().await {
        Ok(bytes) => {
            let sum: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
            format!("{} {sum}", bytes.len())
        }
        Err(error) => shown(&error.to_string()),
    }
}

async fn kv_set(query: &str) -> String {
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    match Store::open_default().await {
        Ok(store) => shown(&store.set(key, value).await),
        Err(error) => shown(&error),
    }
}

async fn kv_get(key: &str) -> String {
    match Store::open_default().await {
        Ok(store) => match store.get(key).await {
            Ok(value) => shown(&value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => shown(&error),
        },
        Err(error) => shown(&error),
    }
}

async fn kv_keys() -> String {
    match Store::open_default().await {
        Ok(store) => {
            let mut keys = store.get_keys().await.collect().await.unwrap_or_default();
            keys.sort();
            keys.join(",")
        }
        Err(error) => shown(&error),
    }
}

/// Statements separated by `;`, words by `+`, on one connection. Shows for each whether `execute`
/// failed, its columns and rows, and what `collect` said.
async fn sqlite_run(query: &str) -> String {
    let connection = match Connection::open_default().await {
        Ok(connection) => connection,
        Err(error) => return shown(&error),
    };
    let mut lines = String::new();
    let unescape = |text: &str| {
        text.replace('+', " ")
            .replace("%2B", "+")
            .replace("%3C", "<")
    };
    for statement in query.split("%3B").map(unescape) {
        let parameters = statement.contains('?').then(|| Value::text("bound"));
        let line = match connection.execute(&statement, parameters).await {
            Ok(result) => {
                let columns = result.columns().join(",");
                match result.collect().await {
                    Ok(rows) => {
                        let rows: Vec<_> = rows.into_iter().map(|row| row.values).collect();
                        format!(
                            "[{columns}] {rows:?} changes={} rowid={}",
                            connection.changes().await,
                            connection.last_insert_rowid().await
                        )
                    }
                    Err(error) => format!("[{columns}] collect: {error:?}"),
                }
            }
            Err(error) => format!("execute: {error:?}"),
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}

/// As on Spin, a result that is neither read nor dropped keeps the next statement waiting.
async fn sqlite_undrained() -> String {
    let Ok(connection) = Connection::open_default().await else {
        return "cannot open".to_string();
    };
    let many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100) SELECT i FROM n";
    let Ok(mut first) = connection.execute(many, []).await else {
        return "cannot select".to_string();
    };
    let _one = first.next().await;
    let second = Box::pin(connection.execute("SELECT 1", []));
    let limit = Box::pin(time::sleep(Duration::from_millis(300)));
    let waited = first_of(second, limit).await;
    drop(first);
    let after = connection.execute("SELECT 2", []).await.is_ok();
    format!("waited={waited} after={after}")
}

/// Whether the second future was the first to end.
async fn first_of(a: impl Future + Unpin, b: impl Future + Unpin) -> bool {
    let (mut a, mut b) = (a, b);
    std::future::poll_fn(move |context| {
        use std::pin::Pin;
        use std::task::Poll;
        if Pin::new(&mut a).poll(context).is_ready() {
            Poll::Ready(false)
        } else if Pin::new(&mut b).poll(context).is_ready() {
            Poll::Ready(true)
        } else {
            Poll::Pending
        }
    })
    .await
}

async fn send(url: &str) -> String {
    match spin_sdk::http::post(url, "from a component").await {
        Ok(answer) => shown(&Ok::<_, ()>(answer.status().as_u16())),
        Err(error) => shown(&Err::<(), _>(error)),
    }
}

#[allow(clippy::print_stdout, reason = "where it goes is what is tested")]
fn print() -> String {
    println!("to stdout");
    eprintln!("to stderr");
    "printed".to_string()
}

/// Answers at once and writes to the store `query` milliseconds later.
fn later(query: String) -> String {
    let wait = Duration::from_millis(query.parse().unwrap_or(0));
    wasip3::spawn(async move {
        time::sleep(wait).await;
        if let Ok(store) = Store::open_default().await {
            let _ = store.set("later", query).await;
        }
    });
    "soon".to_string()
}

async fn sleep(query: &str) -> String {
    time::sleep(Duration::from_millis(query.parse().unwrap_or(0))).await;
    "slept".to_string()
}

/// Never ends; only the host's request time-out can end it.
fn spin() -> String {
    let mut number = 0_u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}
