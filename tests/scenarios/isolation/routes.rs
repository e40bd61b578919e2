//! The routes, from the one list that there is: the table in the README.

/// Methods and paths of the table, such as `("GET", "/v1/messages/{id}")`.
pub fn routes() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(assent_tests::root().join("README.md")).unwrap();
    let (_, rest) = readme
        .split_once("\n## Routes\n")
        .expect("a section Routes");
    let table = rest.trim_start().split("\n\n").next().expect("a table");
    table
        .lines()
        .skip(2)
        .flat_map(|row| routes_of(row.split('|').nth(1).unwrap()))
        .collect()
}

/// `` `POST`, `GET /a`; `DELETE …/{id}` ``: methods wait for the next path, `…` is the path before, and a path
/// without methods has those of the one before it.
fn routes_of(cell: &str) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    let (mut waiting, mut methods) = (Vec::new(), Vec::new());
    let mut base = String::new();
    for piece in cell.split('`').skip(1).step_by(2) {
        for word in piece.split(' ') {
            if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
                waiting.push(word.to_owned());
                continue;
            }
            if !waiting.is_empty() {
                methods = std::mem::take(&mut waiting);
            }
            let path = match word.strip_prefix('…') {
                Some(rest) => format!("{base}{rest}"),
                None => word.to_owned(),
            };
            routes.extend(methods.iter().map(|method| (method.clone(), path.clone())));
            if word.starts_with('/') {
                base = path;
            }
        }
    }
    routes
}

#[test]
fn the_table_is_read_as_it_is_meant() {
    let route = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    assert_eq!(
        routes_of(" `POST`, `GET /v1/keys`; `DELETE …/{id}` "),
        [
            route("POST", "/v1/keys"),
            route("GET", "/v1/keys"),
            route("DELETE", "/v1/keys/{id}")
        ]
    );
    assert_eq!(
        routes_of(" `GET /healthz`, `/static/…` "),
        [route("GET", "/healthz"), route("GET", "/static/…")]
    );
    assert!(routes().len() >= 25, "{:?}", routes());
}
