//! The HTTP server: connections, routing, and an orderly end
//! (Spin: `crates/trigger-http/src/server.rs`).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wasmtime_wasi_http::WasiBody;

use crate::application::{Application, Target, full, json};
use crate::calls::Calls;
use crate::headers;
use crate::options::Options;
use crate::patience::{InWork, Patient, Watched};

/// The longest head of a request. (hyper: 400 KiB for each connection.)
const LONGEST_HEAD: usize = 64 << 10;
/// How long to wait before accepting again when that failed (say, no file handles were left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A running application.
pub struct Host {
    addr: SocketAddr,
    server: Arc<Server>,
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<GracefulShutdown>,
    grace: Duration,
}

/// A route of the application, for showing.
#[derive(Clone, Debug)]
pub struct Route {
    /// The pattern, as in the manifest.
    pub pattern: String,
    /// The component that answers it; none if the answer is fixed.
    pub component: Option<String>,
}

struct Server {
    application: Application,
    max_requests: usize,
    client_timeout: Duration,
    body_timeout: Duration,
    requests: AtomicUsize,
}

impl Host {
    /// Loads the application and listens. Ready when requests are answered; must be called in a
    /// tokio runtime, which should have a thread per core.
    pub async fn start(options: Options) -> Result<Self> {
        let (listen, grace) = (options.listen, options.shutdown_grace);
        let max_requests = options.max_requests;
        let client_timeout = options.client_timeout;
        // Before the request's own time is up: a slow client must not end the instance that others are in.
        let body_timeout = options
            .request_timeout
            .and_then(|timeout| timeout.checked_div(2))
            .map_or(client_timeout, |half| client_timeout.min(half));
        let application =
            tokio::task::spawn_blocking(move || Application::load(&options)).await??;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let addr = listener.local_addr()?;
        let server = Arc::new(Server {
            application,
            max_requests,
            client_timeout,
            body_timeout,
            requests: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, server.clone(), stopped));
        Ok(Self {
            addr,
            server,
            stop,
            accepting,
            grace,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// All routes, the most specific first.
    pub fn routes(&self) -> Vec<Route> {
        let routes = self.server.application.routes.iter();
        routes
            .map(|(pattern, (_, target))| Route {
                pattern: pattern.raw.clone(),
                component: match target {
                    Target::Component(handler) => Some(handler.state().component.id.clone()),
                    Target::Fixed(_) => None,
                },
            })
            .collect()
    }

    /// What components have been asked and have asked of their stores so far.
    pub fn calls(&self) -> Vec<Calls> {
        self.server.application.calls()
    }

    /// The SQLite files in which everything is kept.
    pub fn files(&self) -> Vec<PathBuf> {
        self.server.application.files.clone()
    }

    /// Stops accepting, lets requests finish and then what components do after their answers.
    /// Gives the number of instances that were not ready when the grace was over: 0 means that
    /// nothing was lost. (Spin loses what is done after answers.)
    pub async fn shutdown(self) -> usize {
        let Self {
            server,
            stop,
            accepting,
            grace,
            ..
        } = self;
        // The listener is closed first, so that whoever comes now goes to another host.
        let _ = stop.send(());
        let instances = server.application.instances.clone();
        let orderly = async {
            if let Ok(connections) = accepting.await {
                connections.shutdown().await;
            }
            instances.stop().await;
        };
        if tokio::time::timeout(grace, orderly).await.is_err() {
            tracing::warn!(
                instances = instances.count(),
                "the grace is over, work is lost"
            );
        }
        server.application.close_databases();
        instances.count()
    }
}

/// Waits for SIGINT or SIGTERM. Listens from the call on, not only from the first poll: what arrives in
/// between is not lost. Call it inside the runtime.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    async move {
        match signals {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without handlers the signals end the process themselves.
            _ => std::future::pending().await,
        }
    }
}

/// Accepts connections until it is told to stop; gives what is needed to end those that are open.
async fn accept(
    listener: TcpListener,
    server: Arc<Server>,
    mut stopped: oneshot::Receiver<()>,
) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => serve(stream, client, server.clone(), &connections),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            // Also if the host was dropped without a shutdown.
            _ = &mut stopped => return connections,
        }
    }
}

fn serve(
    stream: TcpStream,
    client: SocketAddr,
    server: Arc<Server>,
    connections: &GracefulShutdown,
) {
    // Answers are small: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let client = headers::client_addr(client);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .max_buf_size(LONGEST_HEAD)
        .header_read_timeout(server.client_timeout);
    builder.http2().timer(TokioTimer::new());
    let in_work = InWork::default();
    let stream = Watched::new(stream, in_work.clone(), server.client_timeout);
    let service = service_fn(move |request| {
        let (server, client, in_work) = (server.clone(), client.clone(), in_work.one());
        async move {
            let answer = server.answer(request, &client).await;
            drop(in_work);
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A client that goes away or talks nonsense is no event of ours.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

impl Server {
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        client: &HeaderValue,
    ) -> Response<WasiBody> {
        let Some(_counted) = Counted::new(self) else {
            let mut response = empty(StatusCode::SERVICE_UNAVAILABLE);
            let seconds = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, seconds);
            return response;
        };
        headers::strip(request.headers_mut());
        let uri = request.uri().clone();
        // As in Spin these paths are the host's, whatever the routes say.
        if let Some(name) = uri.path().strip_prefix("/.well-known/spin/") {
            return match name {
                "health" => full(StatusCode::OK, Bytes::from_static(b"OK")),
                "info" => json(self.application.info.clone()),
                _ => empty(StatusCode::NOT_FOUND),
            };
        }
        let Some((_, (route, target), matched)) = self.application.routes.find(uri.path()) else {
            return empty(StatusCode::NOT_FOUND);
        };
        let handler = match target {
            Target::Fixed(fixed) => return fixed.response(),
            Target::Component(handler) => handler,
        };
        let Ok(full_uri) = headers::full_uri(&uri, request.headers()) else {
            return empty(StatusCode::BAD_REQUEST);
        };
        handler.state().component.calls.requests.count();
        route.append(request.headers_mut(), &full_uri, &matched, client);
        *request.uri_mut() = full_uri;
        match handler
            .handle((), request.map(|body| self.incoming(body)))
            .await
        {
            Ok(response) => response,
            Err(error) => {
                handler.state().component.failed(&error);
                empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    fn incoming(&self, body: Incoming) -> WasiBody {
        // Most requests have none, and then nothing needs to be kept for it.
        if body.is_end_stream() {
            return Empty::new().map_err(|never| match never {}).boxed_unsync();
        }
        Patient::new(body, self.body_timeout).boxed_unsync()
    }
}

/// One request in work, up to the most that there may be.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(server: &'a Server) -> Option<Self> {
        let before = server.requests.fetch_add(1, Ordering::Relaxed);
        let counted = Self(&server.requests);
        (before < server.max_requests).then_some(counted)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    full(status, Bytes::new())
}
