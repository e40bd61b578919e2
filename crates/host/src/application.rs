//! An application, loaded: its routes and who answers each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::WasiBody;

use crate::calls::{Calls, Counters};
use crate::component::{Component, Handler, Maker};
use crate::engine;
use crate::fault::Faults;
use crate::files::Files;
use crate::headers::RouteHeaders;
use crate::key_value::OpenStore;
use crate::kv_store::{KvPlace, KvStore};
use crate::logs::Log;
use crate::manifest::{self, HttpTrigger, Manifest, RouteConfig, StaticResponse};
use crate::options::Options;
use crate::outbound::AllowedHosts;
use crate::reuse::{Instances, Limits};
use crate::routes::Routes;
use crate::runtime_config::Places;
use crate::variables::Variables;

/// Routes and components.
pub(crate) struct Application {
    pub routes: Routes<(RouteHeaders, Target)>,
    /// What `/.well-known/spin/info` answers.
    pub info: Bytes,
    pub instances: Instances,
    /// The SQLite files that components may use.
    pub files: Vec<PathBuf>,
}

/// Who answers a route.
#[derive(Clone)]
pub(crate) enum Target {
    Component(Handler),
    Fixed(Arc<Fixed>),
}

/// An answer that needs no component.
pub(crate) struct Fixed {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Application {
    /// What each component has been asked and has asked for.
    pub fn calls(&self) -> Vec<Calls> {
        let components = self
            .routes
            .iter()
            .filter_map(|(_, (_, target))| match target {
                Target::Component(handler) => Some(&handler.state().component),
                Target::Fixed(_) => None,
            });
        let calls: BTreeMap<_, _> = components
            .map(|component| (&component.id, component.calls.read(&component.id)))
            .collect();
        calls.into_values().collect()
    }

    /// Reads the manifest, opens stores and logs, compiles the components. This blocks.
    pub fn load(options: &Options) -> Result<Self> {
        let manifest = Manifest::load(&options.manifest)?;
        let path = std::path::absolute(&options.manifest)?;
        let root = path.parent().context("the manifest is not in a folder")?;
        let places = Places::new(options, root)?;
        let environment = |name: &str| {
            let read = || std::env::var(name).ok();
            options.env_variables.then(read).flatten()
        };
        let variables = Variables::resolve(&manifest, &options.variables, environment)?;
        let instances = Instances::new();
        let loader = Loader {
            root,
            faults: Faults::new(options.fault_file.clone()),
            stores: open_stores(&manifest, &places)?,
            variables,
            places: &places,
            options,
        };
        let handlers = loader.handlers(&manifest, &instances)?;
        let files = files(&manifest.components, &places);
        let info = serde_json::json!({
            "name": manifest.application.name,
            "version": manifest.application.version,
        });
        Ok(Self {
            routes: routes(manifest.trigger.http, &handlers)?,
            info: serde_json::to_vec_pretty(&info)?.into(),
            instances,
            files,
        })
    }
}

/// The files behind the labels that are granted to anybody.
fn files(components: &BTreeMap<String, manifest::Component>, places: &Places) -> Vec<PathBuf> {
    let key_value = components
        .values()
        .flat_map(|component| &component.key_value_stores)
        .filter_map(|label| match places.key_value.get(label)? {
            KvPlace::File(path) => Some(path.clone()),
            KvPlace::Redis(_) => None,
        });
    let sqlite = components
        .values()
        .flat_map(|component| &component.sqlite_databases)
        .filter_map(|label| Some(places.sqlite.get(label)?.path.clone()));
    let files: BTreeSet<PathBuf> = key_value.chain(sqlite).collect();
    files.into_iter().collect()
}

impl Application {
    /// Closes the connections that wait for another instance.
    pub fn close_databases(&self) {
        for (_, (_, target)) in self.routes.iter() {
            if let Target::Component(handler) = target {
                let databases = handler.state().component.sqlite.values();
                databases.for_each(|database| database.close());
            }
        }
    }
}

/// Opens the key-value stores that are granted to anybody, each place once.
fn open_stores(manifest: &Manifest, places: &Places) -> Result<BTreeMap<String, KvStore>> {
    let mut stores = BTreeMap::new();
    let mut open = BTreeMap::<&KvPlace, KvStore>::new();
    for label in manifest
        .components
        .values()
        .flat_map(|component| &component.key_value_stores)
    {
        let place = places
            .key_value
            .get(label)
            .with_context(|| format!("the runtime configuration has no key_value_store.{label}"))?;
        let store = match open.get(place) {
            Some(store) => store.clone(),
            None => {
                let store =
                    KvStore::open(place).with_context(|| format!("in key_value_store.{label}"))?;
                open.insert(place, store.clone());
                store
            }
        };
        stores.insert(label.clone(), store);
    }
    Ok(stores)
}

/// What loading a component needs.
struct Loader<'a> {
    root: &'a Path,
    options: &'a Options,
    places: &'a Places,
    variables: Variables,
    stores: BTreeMap<String, KvStore>,
    faults: Faults,
}

impl Loader<'_> {
    fn handlers(
        &self,
        manifest: &Manifest,
        instances: &Instances,
    ) -> Result<BTreeMap<String, Handler>> {
        std::fs::create_dir_all(&self.places.log_dir)?;
        let cache = self.options.cache_dir.clone();
        let cache = cache.unwrap_or_else(|| engine::default_cache_dir(&self.places.state_dir));
        let engine = engine::engine(&cache)?;
        let linker = engine::linker(&engine)?;
        let limits = Limits::new(self.options);
        let mut handlers = BTreeMap::new();
        for (id, component) in &manifest.components {
            let handler = self
                .component(id, component)
                .and_then(|loaded| {
                    let source = self.root.join(&component.source);
                    Maker::new(&source, loaded, &linker, limits, instances.clone())
                })
                .with_context(|| format!("component {id:?}"))?;
            handlers.insert(id.clone(), Handler::new(handler));
        }
        Ok(handlers)
    }

    fn allowed_hosts(&self, component: &manifest::Component) -> Result<AllowedHosts> {
        let entries = component.allowed_outbound_hosts.iter();
        let filled = entries.map(|entry| self.variables.fill(entry));
        AllowedHosts::parse(&filled.collect::<Result<Vec<_>>>()?)
    }

    fn component(&self, id: &str, component: &manifest::Component) -> Result<Component> {
        let calls = Arc::<Counters>::default();
        let mut key_value = BTreeMap::new();
        for label in &component.key_value_stores {
            let values = self.stores.get(label).context("its store is not open")?;
            let store = OpenStore {
                values: values.clone(),
                label: label.as_str().into(),
                faults: self.faults.clone(),
                calls: calls.clone(),
            };
            key_value.insert(label.clone(), store);
        }
        let mut sqlite = BTreeMap::new();
        for label in &component.sqlite_databases {
            let database = self.places.sqlite.get(label).with_context(|| {
                format!("the runtime configuration has no sqlite_database.{label}")
            })?;
            if let Some(parent) = database.path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            sqlite.insert(label.clone(), database.clone());
        }
        let log = |stream| Log::open(&self.places.log_dir, id, stream, self.options.follow_logs);
        Ok(Component {
            id: id.to_owned(),
            key_value,
            sqlite,
            variables: self.variables.for_component(&component.variables)?,
            environment: component.environment.clone().into_iter().collect(),
            files: Files::gather(component, self.root)?,
            allowed_hosts: Arc::new(self.allowed_hosts(component)?),
            faults: self.faults.clone(),
            calls,
            stdout: log("stdout")?,
            stderr: log("stderr")?,
            max_memory: self.places.max_instance_memory,
        })
    }
}

fn routes(
    triggers: Vec<HttpTrigger>,
    handlers: &BTreeMap<String, Handler>,
) -> Result<Routes<(RouteHeaders, Target)>> {
    let mut routes = Vec::new();
    for trigger in triggers {
        let RouteConfig::Path(route) = trigger.route else {
            continue;
        };
        let target = match (&trigger.component, trigger.static_response) {
            (Some(id), None) => handlers.get(id).cloned().map(Target::Component),
            (_, Some(answer)) => Some(Target::Fixed(Arc::new(
                Fixed::new(answer).with_context(|| format!("static_response of {route:?}"))?,
            ))),
            (None, None) => None,
        };
        let target = target.with_context(|| format!("nobody answers {route:?}"))?;
        routes.push((route, target));
    }
    ensure!(!routes.is_empty(), "the manifest has no route");
    Routes::new(routes)?.map(|pattern, target| Ok((RouteHeaders::new(pattern)?, target)))
}

impl Fixed {
    fn new(answer: StaticResponse) -> Result<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in answer.headers {
            headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        Ok(Self {
            status: StatusCode::from_u16(answer.status_code)?,
            headers,
            body: answer.body.into(),
        })
    }

    /// The answer, once more.
    pub fn response(&self) -> Response<WasiBody> {
        let mut response = full(self.status, self.body.clone());
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

/// An answer of one piece.
pub(crate) fn full(status: StatusCode, body: Bytes) -> Response<WasiBody> {
    let body = Full::new(body)
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// An answer of JSON.
pub(crate) fn json(body: Bytes) -> Response<WasiBody> {
    let mut response = full(StatusCode::OK, body);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
