//! The OpenAPI document as it is served, compared with the service: each route and method of it, and each example.

use assent_tests::{App, Setup, root};
use reqwest::Response;
use serde_json::{Value, json};

/// The organisation that the examples name.
const ORGANISATION: &str = "45e0a0b2-7f30-456c-875c-1cfa507d72b6";

/// A page of it.
const ORIGIN: &str = "https://www.example.com";

/// A method of a path, as the document describes it.
struct Operation {
    method: String,
    path: String,
    value: Value,
}

async fn document(app: &App) -> Value {
    let answer = app.request("GET", "/openapi.json").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, value) in item.as_object().unwrap() {
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                value: value.clone(),
            });
        }
    }
    assert!(all.len() > 40, "{} operations", all.len());
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_for_every_site() {
    let app = App::start();
    let answer = app.request("GET", "/openapi.json").send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("access-control-allow-origin"), "*");
    assert_eq!(header("cache-control"), "public, max-age=3600");
    let tag = header("etag");
    let file = std::fs::read(root().join("static/openapi.json")).unwrap();
    assert!(
        answer.bytes().await.unwrap() == file,
        "the file and what is served"
    );
    let again = app
        .request("GET", "/openapi.json")
        .header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_do_what_it_says_and_nothing_else() {
    let app = App::start();
    let document = document(&app).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let mut methods: Vec<String> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".to_owned());
        }
        methods.sort();
        let address = path.replace(['{', '}'], "");
        let other = ["PATCH", "PUT"]
            .into_iter()
            .find(|other| !methods.iter().any(|own| own == other));
        let method = other.unwrap_or("POST");
        let answer = app.request(method, &address).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{path}");
        let allow = answer.headers()["allow"].to_str().unwrap();
        let mut allowed: Vec<&str> = allow.split(", ").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, methods, "{path}");
    }
}

/// Every route of the README that is meant for programs.
#[tokio::test(flavor = "multi_thread")]
async fn what_get_answers_head_does() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let world = World::make(&app).await;
    for operation in operations(&document(&app).await) {
        if operation.method != "GET" {
            continue;
        }
        let [get, head] = ["GET", "HEAD"].map(|method| world.request(&app, method, &operation));
        let (get, head) = (get.send().await.unwrap(), head.send().await.unwrap());
        let kind = |answer: &Response| answer.headers().get("content-type").cloned();
        assert_eq!(head.status(), get.status(), "{}", operation.path);
        assert_eq!(kind(&head), kind(&get), "{}", operation.path);
        assert!(head.bytes().await.unwrap().is_empty(), "{}", operation.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_succeeds() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let world = World::make(&app).await;
    let mut sent = 0;
    let mut all = operations(&document(&app).await);
    // Settings first, as those of the example link no organisations; what ends something last.
    all.sort_by_key(|operation| match operation.method.as_str() {
        "PUT" if operation.path == "/v1/organisations/{id}" => 0,
        "PUT" => 1,
        "POST" => 2,
        "GET" => 3,
        _ => 4,
    });
    for operation in &all {
        // Words that somebody was shown are in `forms.rs`: they need her answer.
        if operation.path == "/v1/forms/{id}/shown/{version}" {
            continue;
        }
        if operation.method == "POST" && operation.path.ends_with("/catch-up") {
            world.link(&app, &[&world.other]).await;
        } else if operation.method == "PUT" {
            world.link(&app, &[]).await;
        }
        let contents = operation.value["requestBody"]["content"].as_object();
        let bodies: Vec<(&String, &Value)> = contents
            .into_iter()
            .flatten()
            .flat_map(|(kind, content)| {
                let examples = content["examples"].as_object().unwrap();
                assert!(!examples.is_empty(), "{} has no example", operation.path);
                examples
                    .values()
                    .map(move |example| (kind, &example["value"]))
            })
            .collect();
        if bodies.is_empty() {
            let request = world.request(&app, &operation.method, operation);
            check(operation, request.send().await.unwrap()).await;
        }
        for (kind, example) in bodies {
            let body = match example {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            sent += 1;
            let request = world
                .request(&app, &operation.method, operation)
                .header("content-type", kind)
                .header("idempotency-key", format!("example-{sent}"))
                .body(body);
            check(operation, request.send().await.unwrap()).await;
        }
    }
    assert!(sent > 20, "{sent} examples");
}

async fn check(operation: &Operation, answer: Response) {
    let Operation {
        method,
        path,
        value,
    } = operation;
    let status = answer.status();
    let kind = answer.headers().get("content-type").cloned();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{method} {path}: {status} {text}");
    let described = &value["responses"][status.as_str()];
    assert!(described.is_object(), "{method} {path}: {status}");
    if let Some(kind) = kind {
        let kind = kind.to_str().unwrap().split(';').next().unwrap();
        assert!(
            described["content"][kind].is_object(),
            "{method} {path}: {kind}"
        );
    }
}

/// What the addresses of the document are filled with.
struct World {
    key: String,
    message: String,
    webhook: String,
    import: String,
    rule: String,
    removable_key: String,
    other: String,
}

impl World {
    async fn make(app: &App) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let body = json!({ "id": ORGANISATION, "settings": Self::settings(&[]) });
        app.admin("POST", "/v1/organisations", &body).await;
        let scopes = [
            "consent:read",
            "consent:write",
            "messages:write",
            "reports:read",
            "admin",
        ];
        let key = json!({ "organisation": ORGANISATION, "name": "examples", "scopes": scopes });
        let [key, removable] = [
            app.admin("POST", "/v1/keys", &key).await,
            app.admin("POST", "/v1/keys", &key).await,
        ];
        let webhook = json!({ "organisation": ORGANISATION, "url": "https://localhost:9" });
        let webhook = app.admin("POST", "/v1/webhooks", &webhook).await;
        let other = app.organisation(json!({ "linked_organisations": [ORGANISATION] }));
        let world = Self {
            other: other.await.id,
            key: text(&key["key"]),
            removable_key: text(&removable["id"]),
            webhook: text(&webhook["id"]),
            message: String::new(),
            import: String::new(),
            rule: String::new(),
        };
        let message = json!({
            "name": "Spring", "content": "<a href='https://www.example.com/'>x</a>",
            "click_tag": "*|CLICK|*", "preferences_tag": "*|PREFS|*",
        });
        let message = world.post(app, "/v1/messages", &message).await;
        let rule = json!({ "name": "Win back", "only_tracked": true, "when": { "clicked": {} } });
        let rule = world.post(app, "/v1/rules", &rule).await;
        let linked = [
            json!({ "subject": "bk:crm:linked", "flags": { "cd": true } }),
            json!({ "subject": "device:idfa:linked", "flags": { "cd": true } }),
        ];
        world.post(app, "/v1/consent", &json!(linked)).await;
        let import = app
            .request("POST", "/v1/imports")
            .bearer_auth(&world.key)
            .header("content-type", "text/plain")
            .header("idempotency-key", "examples-import")
            .body("not a record\n");
        let lines = import.send().await.unwrap().text().await.unwrap();
        let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        Self {
            message: text(&message["id"]),
            import: text(&last["import"]["id"]),
            rule: text(&rule["id"]),
            ..world
        }
    }

    /// With what the examples name.
    fn settings(linked: &[&str]) -> Value {
        json!({
            "linked_organisations": linked, "origins": [ORIGIN],
            "communication_types": [{ "id": "newsletter", "name": { "en": "Newsletter" } }],
            "attributes": [{ "name": "city", "type": "text", "label": "City" }],
        })
    }

    async fn link(&self, app: &App, linked: &[&str]) {
        let body = Self::settings(linked);
        let path = format!("/v1/organisations/{ORGANISATION}");
        app.admin("PUT", &path, &body).await;
    }

    async fn post(&self, app: &App, path: &str, body: &Value) -> Value {
        let request = app.request("POST", path).bearer_auth(&self.key).json(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// With what the document requires, and the credentials that it names first.
    fn request(&self, app: &App, method: &str, operation: &Operation) -> reqwest::RequestBuilder {
        let Operation { path, value, .. } = operation;
        let id = match path.split('/').nth(2) {
            Some("messages") => &self.message,
            Some("webhooks") => &self.webhook,
            Some("imports") => &self.import,
            Some("keys") => &self.removable_key,
            Some("rules") => &self.rule,
            Some("forms") => "unsubscribe",
            _ => ORGANISATION,
        };
        let address = path
            .replace("{id}", id)
            .replace("{other}", &self.other)
            .replace("{organisation}", ORGANISATION)
            .replace("{subject}", "contact:4711")
            .replace("{key}", "4712")
            .replace("{language}", "en");
        let mut query = String::new();
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let known = match name {
                "organisation" => ORGANISATION,
                "source" => "nai",
                "by" => "city",
                "flag" => "dc",
                "index" => "0",
                "from" => "1",
                _ => continue,
            };
            if parameter["in"] == "query" && parameter["required"] == true {
                query.push_str(&format!(
                    "{}{name}={known}",
                    if query.is_empty() { "?" } else { "&" }
                ));
            }
        }
        let mut request = app.request(method, &format!("{address}{query}"));
        if path.starts_with("/v1/site/") {
            request = request.header("origin", ORIGIN);
        }
        let security = &value["security"][0];
        if security.get("operator").is_some() {
            request = request.bearer_auth(app.admin_token());
        } else if security.get("key").is_some() {
            request = request.bearer_auth(&self.key);
        }
        request
    }
}
