//! The OpenAPI document (`static/openapi.json`): each component describes its operations in a test, out of the types
//! that it reads and writes, and the test compares. `make openapi` writes what they say.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "only tests use this"
)]

mod operation;

use std::collections::BTreeSet;
use std::path::PathBuf;

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

pub use operation::{Access, Operation};

const SCHEMAS: &str = "#/components/schemas/";

/// Marks the operations of a component.
const COMPONENT: &str = "x-component";

/// The part of the document that a component answers for.
pub struct Part {
    component: &'static str,
    reads: SchemaGenerator,
    writes: SchemaGenerator,
    operations: Vec<Operation>,
}

impl Part {
    pub fn new(component: &'static str) -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.meta_schema = None;
                settings.definitions_path = "/components/schemas".into();
            })
        };
        Self {
            component,
            reads: settings().for_deserialize().into_generator(),
            writes: settings().for_serialize().into_generator(),
            operations: Vec::new(),
        }
    }

    /// The schema of a type that requests are read into. What only it says differently from answers is under a name
    /// with `Input`.
    pub fn reads<T: JsonSchema>(&mut self) -> Value {
        self.reads.subschema_for::<T>().to_value()
    }

    /// The schema of a type that answers are made of.
    pub fn writes<T: JsonSchema>(&mut self) -> Value {
        self.writes.subschema_for::<T>().to_value()
    }

    pub fn add(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    /// Compares with the routes of the component and with the document, or writes the document where
    /// `ASSENT_OPENAPI` is `write`. A route is its pattern with its methods.
    pub fn check(mut self, routes: &[(&str, &[&str])]) {
        self.writes.subschema_for::<crate::ProblemDocument<'_>>();
        let described: BTreeSet<(String, String)> =
            self.operations.iter().map(Operation::route).collect();
        let answered: BTreeSet<(String, String)> = routes.iter().flat_map(of_pattern).collect();
        assert_eq!(described, answered, "what is described, what is answered");
        assert_eq!(described.len(), self.operations.len(), "described twice");

        let component = self.component;
        let (schemas, operations) = self.made();
        let file = file();
        let write = std::env::var("ASSENT_OPENAPI").is_ok_and(|what| what == "write");
        let mut document: Value = std::fs::read(&file)
            .ok()
            .map_or_else(skeleton, |text| serde_json::from_slice(&text).unwrap());
        if write {
            put(&mut document, component, schemas, operations);
            std::fs::write(file, text(&document)).unwrap();
            return;
        }
        for (name, value) in skeleton().as_object().unwrap() {
            if name != "paths" && name != "components" {
                assert_eq!(&document[name], value, "{name}: {AGAIN}");
            }
        }
        let shared = &skeleton()["components"];
        for part in ["responses", "headers", "securitySchemes"] {
            assert_eq!(
                document["components"][part], shared[part],
                "{part}: {AGAIN}"
            );
        }
        for (name, schema) in &schemas {
            assert_eq!(
                &document["components"]["schemas"][name], schema,
                "{name}: {AGAIN}"
            );
        }
        let written = operations_of(&document, component);
        for (place, operation) in &operations {
            assert_eq!(written.get(place), Some(operation), "{place:?}: {AGAIN}");
        }
        assert_eq!(written.len(), operations.len(), "{AGAIN}");
    }

    /// Its schemas by name, and its operations by path and method.
    fn made(mut self) -> (Map<String, Value>, Operations) {
        let mut reads = self.reads.take_definitions(true);
        let mut schemas = self.writes.take_definitions(true);
        let mut other: BTreeSet<String> = BTreeSet::new();
        loop {
            let renamed: BTreeSet<String> = reads
                .iter()
                .filter(|(name, schema)| {
                    schemas.get(*name).is_some_and(|written| {
                        written != *schema || other.iter().any(|name| refers(schema, name))
                    })
                })
                .map(|(name, _)| name.clone())
                .collect();
            if renamed == other {
                break;
            }
            other = renamed;
        }
        for (name, mut schema) in std::mem::take(&mut reads) {
            rename(&mut schema, &other);
            let name = if other.contains(&name) {
                format!("{name}Input")
            } else {
                name
            };
            schemas.insert(name, schema);
        }
        let operations = self
            .operations
            .into_iter()
            .map(|operation| {
                let (method, path) = operation.route();
                let mut value = operation.into_value();
                value[COMPONENT] = self.component.into();
                if let Some(body) = value.get_mut("requestBody") {
                    rename(body, &other);
                }
                ((path, method.to_lowercase()), value)
            })
            .collect();
        (schemas, operations)
    }
}

const AGAIN: &str =
    "static/openapi.json is not what the code says: run `make openapi` and look at the difference";

type Operations = std::collections::BTreeMap<(String, String), Value>;

fn refers(schema: &Value, name: &str) -> bool {
    schema.to_string().contains(&format!("\"{SCHEMAS}{name}\""))
}

fn rename(value: &mut Value, names: &BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref")
                && let Some(name) = to.strip_prefix(SCHEMAS)
                && names.contains(name)
            {
                to.push_str("Input");
            }
            fields.values_mut().for_each(|field| rename(field, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

/// `["v1", "keys", id]` is `/v1/keys/{id}`.
fn of_pattern((pattern, methods): &(&str, &[&str])) -> Vec<(String, String)> {
    let segments = pattern
        .trim_start_matches('[')
        .trim_end_matches(']')
        .split(',')
        .map(|segment| {
            let segment = segment.trim();
            match segment.strip_prefix('"') {
                Some(text) => format!("/{}", text.trim_end_matches('"')),
                None => format!("/{{{segment}}}"),
            }
        });
    let path: String = segments.collect();
    methods
        .iter()
        .map(|method| ((*method).to_owned(), path.clone()))
        .collect()
}

fn operations_of(document: &Value, component: &str) -> Operations {
    let mut operations = Operations::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation[COMPONENT] == component {
                operations.insert((path.clone(), method.clone()), operation.clone());
            }
        }
    }
    operations
}

fn put(document: &mut Value, component: &str, schemas: Map<String, Value>, operations: Operations) {
    for (path, method) in operations_of(document, component).into_keys() {
        document["paths"][path]
            .as_object_mut()
            .unwrap()
            .remove(&method);
    }
    for ((path, method), operation) in operations {
        document["paths"][path][method] = operation;
    }
    let known = document["components"]["schemas"].as_object_mut().unwrap();
    for (name, schema) in schemas {
        let before = known.insert(name.clone(), schema.clone());
        assert!(
            before.is_none_or(|before| before == schema),
            "two types are called {name}: give one another name in the document"
        );
    }
}

fn file() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("static/openapi.json")
}

/// The document as it is stored: what is not ASCII is escaped, as much of it is invisible.
fn text(document: &Value) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for character in serde_json::to_string_pretty(document).unwrap().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").unwrap();
            }
        }
    }
    text.push('\n');
    text
}

/// What belongs to no operation.
fn skeleton() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assent",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Consent-aware tracking at the edge",
            "description": include_str!("openapi/about.md"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "Where this document is served." }],
        "tags": operation::TAGS.map(|(name, about)| json!({ "name": name, "description": about })),
        "paths": {},
        "components": {
            "schemas": {},
            "responses": operation::shared_answers(),
            "headers": {
                "RequestId": {
                    "description": "Names the answer in our log.",
                    "schema": { "type": "string", "format": "uuid" },
                },
            },
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of an organisation (`POST /v1/keys`). Operations name the scope that it needs.",
                },
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operator's `admin_token`. Where it is not set, administration is closed.",
                },
            },
        },
    })
}

/// The number of a line or an entry.
pub fn place() -> Value {
    json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX })
}

/// How many of a list are wanted.
pub fn limit() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": crate::LARGEST_PAGE, "default": crate::PAGE })
}
