//! The host's promises, each with a real component over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::time::{Duration, Instant};

use assent_host::Host;
use common::{App, body, get, get_with, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TWO_CORES: &str = "a runtime as in production";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routes_lead_to_the_component_to_fixed_answers_and_to_the_host() {
    let app = App::new();
    let host = app.start().await;
    assert_eq!(get(host.addr(), "/hello").await, (200, "Hello".to_owned()));
    let (status, head, _) = get_with(host.addr(), "/moved/7", "").await;
    assert!(status == 301 && head.contains("location: /hello"), "{head}");
    assert_eq!(body(host.addr(), "/.well-known/spin/health").await, "OK");
    let info = body(host.addr(), "/.well-known/spin/info").await;
    assert!(info.contains("test") && info.contains("1.2.3"), "{info}");
    assert_eq!(get(host.addr(), "/.well-known/spin/x").await.0, 404);
    assert_eq!(host.shutdown().await, 0, "{TWO_CORES}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_header_comes_before_the_hosts() {
    let app = App::new();
    let host = app.start().await;
    let forged = "spin-client-addr: 6.6.6.6:1\r\nspin-full-url: http://evil/\r\n";
    let (_, _, body) = get_with(host.addr(), "/headers?a=b", forged).await;
    let values = |name: &str| -> Vec<String> {
        let lines = body.lines().filter_map(|line| line.strip_prefix(name));
        lines.map(str::to_owned).collect()
    };
    let clients = values("spin-client-addr: ");
    assert_eq!(clients.len(), 2, "{body}");
    assert_eq!(clients.first().unwrap(), "6.6.6.6:1");
    assert!(clients.last().unwrap().starts_with("127.0.0.1:"));
    let own = format!("http://{}/headers?a=b", host.addr());
    assert_eq!(values("spin-full-url: "), ["http://evil/", &own]);
    assert_eq!(values("spin-path-info: "), ["/headers"]);
    assert_eq!(values("spin-component-route: "), [""]);
    assert_eq!(values("spin-raw-component-route: "), ["/..."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_come_whole_with_a_length_and_in_chunks() {
    let app = App::new();
    let host = app.start().await;
    let body = "x".repeat(1 << 20);
    let expected = format!("{} {}", 1 << 20, u64::from(b'x') << 20);
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for (header, sent) in [
        (format!("content-length: {}", body.len()), &body),
        ("transfer-encoding: chunked".to_owned(), &chunk),
    ] {
        let answer = send(host.addr(), "POST", "/echo", &format!("{header}\r\n"), sent).await;
        assert_eq!((answer.0, &answer.2), (200, &expected), "{header}");
    }
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_instance_for_every_request_answers_the_same() {
    let app = App::new();
    let mut options = app.options();
    options.reuse.max_count = 1.into();
    let host = Host::start(options).await.unwrap();
    assert_eq!(body(host.addr(), "/kv/set?k=1").await, "Ok(())");
    for _ in 0..20 {
        assert_eq!(body(host.addr(), "/kv/get?k").await, r#"Some("1")"#);
    }
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_database_take_turns() {
    let app = App::new();
    let host = app.start().await;
    body(host.addr(), "/sqlite/run?CREATE+TABLE+t(a)").await;
    let mut inserts = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let path = "/sqlite/run?BEGIN%3BINSERT+INTO+t+VALUES(1)%3BCOMMIT";
        let addr = host.addr();
        inserts.spawn(async move { body(addr, path).await });
    }
    for answer in inserts.join_all().await {
        assert!(!answer.contains("Error"), "{answer}");
    }
    let count = body(host.addr(), "/sqlite/run?SELECT+count(*)+FROM+t").await;
    assert!(count.contains("Integer(60)"), "{count}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_has_what_the_manifest_grants_and_no_more() {
    let app = App::new();
    let host = app.start().await;
    for (path, expected) in [
        ("/kv/open?default", "Ok(())"),
        ("/kv/open?other", "Err(Error::AccessDenied)"),
        ("/sqlite/open?default", "Ok(())"),
        ("/sqlite/open?other", "Err(Error::AccessDenied)"),
        ("/variable?seen", r#"Ok("-from the manifest-")"#),
        ("/variable?hidden", r#"Err(Error::Undefined("hidden"))"#),
        ("/variable?No", r#"Err(Error::InvalidName("No"))"#),
        ("/environment", r#"[("GIVEN", "yes")]"#),
        ("/file?/static/a.txt", r#"Ok("file a")"#),
        ("/file?/b.txt", r#"Ok("file b")"#),
        ("/file?/spin.toml", "Err(NotFound)"),
    ] {
        assert_eq!(body(host.addr(), path).await, expected, "{path}");
    }
    for path in [
        "/file?/static/../spin.toml",
        "/write?/static/a.txt",
        "/write?/b.txt",
        "/write?/c",
        "/connect?127.0.0.1:1",
        "/send?http://127.0.0.1:1/",
        "/send?http://localhost:1/",
        "/send?https://allowed.example:1/",
    ] {
        let answer = body(host.addr(), path).await;
        assert!(answer.starts_with("Err"), "{path}: {answer}");
    }
    let text = std::fs::read_to_string(app.dir.path().join("static/a.txt")).unwrap();
    assert_eq!(text, "file a");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_sends_requests_where_the_manifest_says_so() {
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = receiver.local_addr().unwrap();
    let received = tokio::spawn(async move {
        let (mut stream, _) = receiver.accept().await.unwrap();
        let mut request = Vec::new();
        let mut piece = [0; 1024];
        while !String::from_utf8_lossy(&request).contains("from a component") {
            let read = stream.read(&mut piece).await.unwrap();
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&request));
            request.extend_from_slice(&piece[..read]);
        }
        let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let app = App::new();
    let mut options = app.options();
    let allowed = format!("http://127.0.0.1:{}", address.port());
    options.variables.insert("allowed".to_owned(), allowed);
    let host = Host::start(options).await.unwrap();
    let path = format!("/send?http://{address}/x?y=1");
    assert_eq!(body(host.addr(), &path).await, "Ok(202)");
    let request = received.await.unwrap();
    assert!(request.starts_with("POST /x?y=1 HTTP/1.1\r\n"), "{request}");
    let other = format!("/send?http://localhost:{}/", address.port());
    let answer = body(host.addr(), &other).await;
    assert!(answer.contains("HttpRequestDenied"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hosts_share_a_state_folder_and_the_values_outlive_them() {
    let app = App::new();
    let (one, two) = (app.start().await, app.start().await);
    assert_eq!(body(one.addr(), "/kv/get?k").await, "None");
    assert_eq!(body(one.addr(), "/kv/set?k=1").await, "Ok(())");
    assert_eq!(body(two.addr(), "/kv/get?k").await, r#"Some("1")"#);
    let addrs = [one.addr(), two.addr()];
    let mut sets = tokio::task::JoinSet::new();
    for number in 0..100 {
        let addr = *addrs.get(number % 2).unwrap();
        sets.spawn(async move { body(addr, &format!("/kv/set?n{number}=x")).await });
    }
    assert!(
        sets.join_all()
            .await
            .iter()
            .all(|answer| answer == "Ok(())")
    );
    one.shutdown().await;
    two.shutdown().await;
    let again = app.start().await;
    let keys = body(again.addr(), "/kv/keys").await;
    assert_eq!(keys.split(',').count(), 101);
}

/// With less durability a connection reads where it writes; that shows only in time. Tables are made and dropped on other
/// connections: whoever does that has one of its own and reads there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_reads_the_same_whatever_is_durable() {
    let app = App::new();
    let host = app.start().await;
    let run =
        async |statements: &str| body(host.addr(), &format!("/sqlite/run?{statements}")).await;
    let up_to = |last: u32, select: &str| {
        format!(
            "WITH+RECURSIVE+n(x)+AS+(SELECT+1+UNION+ALL+SELECT+x%2B1+FROM+n+WHERE+x%3C{last})+{select}"
        )
    };
    let statements = [
        "INSERT+INTO+t+VALUES(1),(2)",
        "SELECT+a+FROM+t",
        "INSERT+INTO+t+VALUES(4)",
        "SELECT+a+FROM+t",
        "DELETE+FROM+t+WHERE+a=1",
        "SELECT+sum(a)+FROM+t",
        "SELEKT",
        // Much longer than a millisecond, more rows than come at once, and both.
        &up_to(3_000_000, "SELECT+sum(x)+FROM+n"),
        &up_to(1500, "SELECT+x+FROM+n"),
        &up_to(3_000_000, "SELECT+x,a+FROM+n,t+WHERE+x+&+1023=0+AND+a=4"),
        "INSERT+INTO+t+VALUES(8)",
        "SELECT+a+FROM+t",
    ]
    .join("%3B");
    let mut answers = Vec::new();
    for level in ["FULL", "NORMAL", "OFF"] {
        run("CREATE+TABLE+t(a)").await;
        answers.push(run(&format!("PRAGMA+synchronous={level}%3B{statements}")).await);
        run("DROP+TABLE+t").await;
    }
    for (answer, level) in answers.iter().zip(["FULL", "NORMAL", "OFF"]) {
        let lines: Vec<&str> = answer.lines().collect();
        let expected = [
            (
                2,
                "[a] [[Value::Integer(1)], [Value::Integer(2)]] changes=2 rowid=2",
            ),
            (
                4,
                "[a] [[Value::Integer(1)], [Value::Integer(2)], [Value::Integer(4)]] changes=1 rowid=3",
            ),
            (6, "[sum(a)] [[Value::Integer(6)]] changes=1 rowid=3"),
            (
                8,
                "[sum(x)] [[Value::Integer(4500001500000)]] changes=1 rowid=3",
            ),
            (
                12,
                "[a] [[Value::Integer(2)], [Value::Integer(4)], [Value::Integer(8)]] changes=1 rowid=4",
            ),
        ];
        for (place, expected) in expected {
            assert_eq!(lines.get(place), Some(&expected), "{level}");
        }
        let place = |place: usize| *lines.get(place).unwrap();
        assert!(
            place(7).starts_with("[] collect: Error::Io(\"near"),
            "{level}"
        );
        let numbers = |place: usize, row: &dyn Fn(u32) -> String, count: u32| {
            let rows: Vec<String> = (1..=count).map(row).collect();
            let rows = format!(" [{}] changes=1 rowid=3", rows.join(", "));
            let line = *lines.get(place).unwrap();
            assert!(line.ends_with(&rows), "{level}, {place}: {line:.200}");
        };
        numbers(9, &|x| format!("[Value::Integer({x})]"), 1500);
        let both = |x| format!("[Value::Integer({}), Value::Integer(4)]", x * 1024);
        numbers(10, &both, 3_000_000 / 1024);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_behaves_as_on_spin() {
    let app = App::new();
    let host = app.start().await;
    let run = async |statements: &str| {
        let answer = body(host.addr(), &format!("/sqlite/run?{statements}")).await;
        answer.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let answers = run(
        "CREATE+TABLE+t(a+TEXT+UNIQUE,+b)%3BINSERT+INTO+t+VALUES(?,+2.5)%3B\
                       INSERT+INTO+t+VALUES('bound',1)%3BSELECT+a,b,NULL,x'01',7+FROM+t%3B\
                       SELEKT%3BATTACH+'/tmp/x.db'+AS+x%3BPRAGMA+foreign_keys%3B\
                       PRAGMA+busy_timeout%3BPRAGMA+synchronous",
    )
    .await;
    let expected = [
        "[] [] changes=0 rowid=0",
        "[] [] changes=1 rowid=1",
        r#"[] collect: Error::Io("UNIQUE constraint failed: t.a")"#,
        r#"[a,b,NULL,x'01',7] [[Value::Text("bound"), Value::Real(2.5), Value::Null, Value::Blob([1]), Value::Integer(7)]] changes=0 rowid=1"#,
    ];
    for (answer, expected) in answers.iter().zip(expected) {
        assert_eq!(answer, expected);
    }
    let rest = answers.get(4..).unwrap();
    assert!(
        rest.first()
            .unwrap()
            .starts_with("[] collect: Error::Io(\"near"),
        "{rest:?}"
    );
    assert!(
        rest.get(1)
            .unwrap()
            .contains("collect: Error::Io(\"not authorized"),
        "{rest:?}"
    );
    for (answer, value) in rest.get(2..).unwrap().iter().zip(["1", "5000", "2"]) {
        assert!(
            answer.contains(&format!("Value::Integer({value})")),
            "{answer}"
        );
    }
    // Spin runs the first statement of a text and forgets the others; here that is an error.
    let two = run("INSERT+INTO+t+VALUES('x',0);INSERT+INTO+t+VALUES('y',0)").await;
    assert!(
        two.first().unwrap().contains("Multiple statements"),
        "{two:?}"
    );
    let count = run("SELECT+count(*)+FROM+t").await;
    assert!(count.first().unwrap().contains("Integer(1)"), "{count:?}");
    // What is not committed when the connection is dropped is rolled back.
    run("BEGIN+IMMEDIATE%3BDELETE+FROM+t").await;
    assert_eq!(run("SELECT+count(*)+FROM+t").await, count);
    let undrained = body(host.addr(), "/sqlite/undrained").await;
    assert_eq!(undrained, "waited=true after=true");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_results_come_whole_and_in_order() {
    let app = App::new();
    let host = app.start().await;
    let many = "WITH+RECURSIVE+n(i)+AS+(SELECT+1+UNION+ALL+SELECT+i%2B1+FROM+n+WHERE+i%3C1000)+SELECT+i+FROM+n";
    let answer = body(host.addr(), &format!("/sqlite/run?{many}")).await;
    let numbers = answer.split("Integer(").skip(1);
    let numbers: Vec<u32> = numbers
        .map(|text| text.split(')').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (1..=1000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_after_an_answer_survives_a_stop() {
    let app = App::new();
    let host = app.start().await;
    let started = Instant::now();
    let slow = tokio::spawn(get(host.addr(), "/sleep?900"));
    assert_eq!(body(host.addr(), "/later?1500").await, "soon");
    assert!(started.elapsed() < Duration::from_millis(800));
    let signal = tokio::spawn(assent_host::stop_signal());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let pid = std::process::id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    signal.await.unwrap();
    let addr = host.addr();
    assert_eq!(host.shutdown().await, 0);
    assert_eq!(slow.await.unwrap(), (200, "slept".to_owned()));
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
    let again = app.start().await;
    assert_eq!(body(again.addr(), "/kv/get?later").await, r#"Some("1500")"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_longer_than_its_grace() {
    let app = App::new();
    let mut options = app.options();
    options.shutdown_grace = Duration::from_millis(300);
    let host = Host::start(options).await.unwrap();
    body(host.addr(), "/later?60000").await;
    let started = Instant::now();
    assert_eq!(host.shutdown().await, 1);
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_is_a_500_and_the_log_of_the_component_tells_it() {
    let app = App::new();
    let host = app.start().await;
    for _ in 0..3 {
        assert_eq!(get(host.addr(), "/trap").await, (500, String::new()));
        assert_eq!(body(host.addr(), "/hello").await, "Hello");
    }
    assert_eq!(body(host.addr(), "/print").await, "printed");
    assert_eq!(app.log("stdout"), "to stdout\n");
    let log = app.log("stderr");
    assert!(
        log.contains("as asked") && log.contains("to stderr\n"),
        "{log}"
    );
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_computes_for_ever_does_not_stop_the_others() {
    let app = App::new();
    let mut options = app.options();
    options.request_timeout = Some(Duration::from_secs(3));
    let host = Host::start(options).await.unwrap();
    // As many as there are threads, so that each is taken unless they yield.
    let endless: Vec<_> = (0..2)
        .map(|_| tokio::spawn(get(host.addr(), "/spin")))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(body(host.addr(), "/hello").await, "Hello");
    assert!(endless.iter().all(|endless| !endless.is_finished()));
    for endless in endless {
        assert_eq!(endless.await.unwrap().0, 500);
    }
    assert_eq!(host.shutdown().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded() {
    let app = App::new();
    let mut options = app.options();
    options.max_instance_memory = 64 << 20;
    let host = Host::start(options).await.unwrap();
    assert_eq!(get(host.addr(), "/allocate?33554432").await.0, 200);
    assert_eq!(get(host.addr(), "/allocate?134217728").await.0, 500);
    assert_eq!(body(host.addr(), "/hello").await, "Hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_fail_and_hang_as_the_fault_file_says() {
    let app = App::new();
    let mut options = app.options();
    let file = app.dir.path().join("faults");
    options.fault_file = Some(file.clone());
    let host = Host::start(options).await.unwrap();
    assert_eq!(body(host.addr(), "/kv/get?k").await, "None");
    std::fs::write(&file, "kv delay 300\nsqlite fail\n").unwrap();
    let started = Instant::now();
    assert_eq!(body(host.addr(), "/kv/get?k").await, "None");
    assert!(started.elapsed() >= Duration::from_millis(300));
    let answer = body(host.addr(), "/sqlite/run?SELECT+1").await;
    assert!(answer.contains("made to fail"), "{answer}");
    std::fs::write(&file, "kv fail\n").unwrap();
    assert!(
        body(host.addr(), "/kv/get?k")
            .await
            .contains("made to fail")
    );
}

#[tokio::test]
async fn what_is_missing_is_said_at_the_start() {
    let app = App::new();
    let path = app.dir.path().join("spin.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to, expected) in [
        (
            r#"{ default = "from the manifest" }"#,
            "{ required = true }",
            "SPIN_VARIABLE_GRANTED",
        ),
        ("host_probe.wasm", "host_nobody.wasm", "is it built?"),
        (
            r#"databases = ["default"]"#,
            r#"databases = ["audit"]"#,
            "sqlite_database.audit",
        ),
        (
            r#"stores = ["default"]"#,
            r#"stores = ["x"]"#,
            "key_value_store.x",
        ),
    ] {
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let error = Host::start(app.options()).await.err();
        let error = format!("{:#}", error.unwrap());
        assert!(error.contains(expected), "{error}");
    }
}
