//! One method of one path.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use store::Scope;

use crate::ProblemKind;

/// Under what operations are found.
pub const TAGS: [(&str, &str); 16] = [
    (
        "Decisions",
        "What somebody allows and refuses, and what is in force.",
    ),
    (
        "Pages",
        "What pages of an organisation's sites ask for the browser that shows them.",
    ),
    (
        "People",
        "Rights of a person: everything that is stored, and that it is erased.",
    ),
    (
        "Log",
        "What anybody can check: signed heads of the transparency log, proofs, receipts.",
    ),
    (
        "Communications",
        "Which types of communication contacts want, apart from tracking.",
    ),
    ("Forms", "What people see, in whose words and languages."),
    (
        "Devices",
        "Which devices belong to a contact or a bridge key.",
    ),
    (
        "Files",
        "Decisions from files, the log and the dissent lists as files, counts.",
    ),
    ("Changes", "What changed, as a feed and as webhooks."),
    (
        "Contacts",
        "What is kept about contacts, audiences of them, and rules.",
    ),
    (
        "Mails",
        "Mails with links that are counted, tokens of their recipients, reports.",
    ),
    (
        "Results",
        "What came of mails: numbers, who acted, exports for business intelligence.",
    ),
    (
        "Organisations",
        "Tenants, their settings, and their API keys.",
    ),
    (
        "Industry",
        "Devices that opted out of everything in every organisation.",
    ),
    ("Operation", "What schedulers ask for."),
    ("Service", "About this deployment."),
];

/// Who may ask.
pub enum Access {
    /// An API key with this scope.
    Key(Scope),
    /// The operator.
    Operator,
    /// The operator, or a key of the organisation with the scope `admin`.
    Administrator,
    Anybody,
}

pub struct Operation {
    method: &'static str,
    path: &'static str,
    value: Map<String, Value>,
    parameters: Vec<Value>,
    answers: BTreeMap<u16, Answer>,
}

/// What is said of a status.
#[derive(Default)]
struct Answer {
    about: Vec<&'static str>,
    content: Map<String, Value>,
    headers: Map<String, Value>,
    problems: Vec<ProblemKind>,
}

impl Operation {
    pub fn new(
        method: &'static str,
        path: &'static str,
        tag: &'static str,
        access: &Access,
        summary: &str,
    ) -> Self {
        assert!(TAGS.iter().any(|(known, _)| *known == tag), "{tag}");
        let mut value = Map::new();
        value.insert("tags".to_owned(), json!([tag]));
        value.insert("summary".to_owned(), summary.into());
        value.insert("operationId".to_owned(), name(method, path).into());
        let security = match access {
            Access::Key(scope) => json!([{ "key": [scope.code()] }]),
            Access::Operator => json!([{ "operator": [] }]),
            Access::Administrator => json!([{ "operator": [] }, { "key": [Scope::Admin.code()] }]),
            Access::Anybody => json!([]),
        };
        value.insert("security".to_owned(), security);
        let operation = Self {
            method,
            path,
            value,
            ..Self::bare()
        };
        let operation = operation.problems(&[ProblemKind::Unavailable, ProblemKind::Internal]);
        match access {
            Access::Anybody => operation,
            _ => operation.problems(&[ProblemKind::Unauthenticated, ProblemKind::Forbidden]),
        }
    }

    fn bare() -> Self {
        Self {
            method: "",
            path: "",
            value: Map::new(),
            parameters: Vec::new(),
            answers: BTreeMap::new(),
        }
    }

    /// More than the summary says.
    pub fn about(mut self, text: &str) -> Self {
        self.value.insert("description".to_owned(), text.into());
        self
    }

    fn parameter(
        mut self,
        place: &str,
        name: &str,
        required: bool,
        schema: Value,
        about: &str,
    ) -> Self {
        self.parameters.push(json!({
            "in": place,
            "name": name,
            "required": required,
            "schema": schema,
            "description": about,
        }));
        self
    }

    /// A parameter in the path.
    pub fn path(self, name: &str, schema: Value, about: &str) -> Self {
        self.parameter("path", name, true, schema, about)
            .problems(&[ProblemKind::NotFound])
    }

    /// A parameter in the query.
    pub fn query(self, name: &str, schema: Value, about: &str) -> Self {
        self.parameter("query", name, false, schema, about)
            .problems(&[ProblemKind::Invalid])
    }

    /// One that must be there.
    pub fn required_query(self, name: &str, schema: Value, about: &str) -> Self {
        self.parameter("query", name, true, schema, about)
            .problems(&[ProblemKind::Invalid])
    }

    /// A header.
    pub fn header(self, name: &str, about: &str) -> Self {
        self.parameter("header", name, false, json!({ "type": "string" }), about)
    }

    /// It can be repeated under the same `Idempotency-Key`.
    pub fn idempotent(self, required: bool) -> Self {
        let schema = json!({ "type": "string", "pattern": "^[A-Za-z0-9_.:-]{8,128}$" });
        let about = "Names the request: sent again, it does nothing twice.";
        self.parameter("header", "Idempotency-Key", required, schema, about)
            .problems(&[ProblemKind::Invalid, ProblemKind::Conflict])
    }

    /// A JSON body of at most so many bytes, and one that succeeds.
    pub fn json(self, schema: Value, limit: usize, examples: &[Value]) -> Self {
        let about = format!("At most {limit} bytes.");
        self.body("application/json", schema, &about, examples)
            .problems(&[
                ProblemKind::Malformed,
                ProblemKind::Invalid,
                ProblemKind::TooLarge,
            ])
    }

    /// A body of any type; one operation may take several.
    pub fn body(mut self, kind: &str, schema: Value, about: &str, examples: &[Value]) -> Self {
        let numbered: Map<String, Value> = examples
            .iter()
            .zip(1..)
            .map(|(example, number): (_, u32)| {
                (format!("example{number}"), json!({ "value": example }))
            })
            .collect();
        let body = self
            .value
            .entry("requestBody")
            .or_insert_with(|| json!({ "required": true, "description": about, "content": {} }));
        body["content"][kind] = json!({ "schema": schema, "examples": numbered });
        self.problems(&[ProblemKind::UnsupportedMediaType])
    }

    /// An answer with a JSON body.
    pub fn answer(self, status: u16, about: &'static str, schema: Value) -> Self {
        self.answer_as(status, about, "application/json", schema)
    }

    /// An answer with another body.
    pub fn answer_as(
        mut self,
        status: u16,
        about: &'static str,
        kind: &str,
        schema: Value,
    ) -> Self {
        let answer = self.answers.entry(status).or_default();
        if !answer.about.contains(&about) {
            answer.about.push(about);
        }
        answer
            .content
            .insert(kind.to_owned(), json!({ "schema": schema }));
        self
    }

    /// `201` with the place of what was made.
    pub fn created(self, about: &'static str, schema: Value) -> Self {
        let mut made = self.answer(201, about, schema);
        made.answers_with(201, "Location", "Where it is.", true);
        made
    }

    /// An answer without a body.
    pub fn empty(mut self, status: u16, about: &'static str) -> Self {
        self.answers.entry(status).or_default().about.push(about);
        self
    }

    fn answers_with(&mut self, status: u16, name: &str, about: &str, required: bool) {
        let header =
            json!({ "description": about, "required": required, "schema": { "type": "string" } });
        let answer = self.answers.entry(status).or_default();
        answer.headers.insert(name.to_owned(), header);
    }

    /// More that can go wrong.
    pub fn problems(mut self, kinds: &[ProblemKind]) -> Self {
        for kind in kinds {
            let status = kind.status().as_u16();
            let known = &mut self.answers.entry(status).or_default().problems;
            if !known.contains(kind) {
                known.push(*kind);
            }
            match kind {
                ProblemKind::Unauthenticated => {
                    self.answers_with(status, "WWW-Authenticate", "`Bearer`.", true);
                }
                ProblemKind::Unavailable => {
                    self.answers_with(
                        status,
                        "Retry-After",
                        "After how many seconds to try again.",
                        true,
                    );
                }
                _ => {}
            }
        }
        self
    }

    pub(super) fn route(&self) -> (String, String) {
        (self.method.to_owned(), self.path.to_owned())
    }

    pub(super) fn into_value(self) -> Value {
        let mut value = self.value;
        if !self.parameters.is_empty() {
            value.insert("parameters".to_owned(), self.parameters.into());
        }
        let answers: Map<String, Value> = self
            .answers
            .into_iter()
            .map(|(status, answer)| (status.to_string(), answer.into_value(status)))
            .collect();
        value.insert("responses".to_owned(), answers.into());
        value.into()
    }
}

/// The answers that are one problem and nothing else, by the problem's code.
pub fn shared_answers() -> Map<String, Value> {
    let answer = |kind: ProblemKind| {
        let status = kind.status().as_u16();
        let mut answers = Operation::bare().problems(&[kind]).answers;
        let answer = answers.remove(&status).unwrap_or_default();
        (kind.code().to_owned(), answer.whole(status))
    };
    ProblemKind::ALL.into_iter().map(answer).collect()
}

impl Answer {
    fn into_value(self, status: u16) -> Value {
        match self.problems.as_slice() {
            [one] if self.about.is_empty() => {
                json!({ "$ref": format!("#/components/responses/{}", one.code()) })
            }
            _ => self.whole(status),
        }
    }

    fn whole(mut self, status: u16) -> Value {
        let titles = self.problems.iter().map(|kind| kind.title());
        let about: Vec<&str> = self.about.iter().copied().chain(titles).collect();
        if !self.problems.is_empty() {
            let types: Vec<String> = self.problems.iter().map(|kind| kind.urn()).collect();
            let schema = json!({
                "$ref": "#/components/schemas/Problem",
                "properties": { "type": { "enum": types }, "status": { "const": status } },
            });
            self.content.insert(
                "application/problem+json".to_owned(),
                json!({ "schema": schema }),
            );
        }
        self.headers.insert(
            "X-Request-Id".to_owned(),
            json!({ "$ref": "#/components/headers/RequestId" }),
        );
        let mut value = json!({ "description": about.join(" · "), "headers": self.headers });
        if !self.content.is_empty() {
            value["content"] = self.content.into();
        }
        value
    }
}

/// `getConsentHistory` of `GET /v1/consent/{subject}/history`.
fn name(method: &str, path: &str) -> String {
    let words = path
        .trim_start_matches("/v1")
        .split(['/', '-', '.', '_'])
        .filter(|word| !word.is_empty());
    let mut name = method.to_lowercase();
    for word in words {
        let word = word.trim_matches(['{', '}']);
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_uppercase());
        name.push_str(rest);
    }
    name
}
