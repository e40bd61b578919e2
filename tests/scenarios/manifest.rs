//! The manifests give each component what it needs and nothing more.

use std::collections::BTreeMap;

use assent_tests::root;

fn manifest(path: &str) -> toml::Table {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    toml::from_str(&text).unwrap()
}

/// Component to routes.
fn routes(manifest: &toml::Table) -> BTreeMap<String, Vec<String>> {
    let mut routes = BTreeMap::<String, Vec<String>>::new();
    for trigger in manifest["trigger"]["http"].as_array().unwrap() {
        let text = |name: &str| trigger[name].as_str().unwrap().to_owned();
        routes
            .entry(text("component"))
            .or_default()
            .push(text("route"));
    }
    routes.values_mut().for_each(|routes| routes.sort());
    routes
}

#[test]
fn each_component_gets_what_it_needs_and_nothing_more() {
    let all = manifest("spin.toml");
    let components = all["component"].as_table().unwrap();
    let expected = [
        (
            "consent",
            vec![
                "admin_token",
                "hash_secret",
                "log_signing_key",
                "region_header",
                "token_secrets",
            ],
        ),
        ("contacts", vec!["hash_secret", "token_secrets"]),
        ("feed", vec!["admin_token", "hash_secret", "token_secrets"]),
        (
            "links",
            vec!["hash_secret", "region_header", "token_secrets"],
        ),
        (
            "preferences",
            vec![
                "hash_secret",
                "log_signing_key",
                "region_header",
                "token_secrets",
            ],
        ),
        ("results", vec!["hash_secret", "token_secrets"]),
        ("site", vec!["admin_token", "demo"]),
    ];
    assert_eq!(components.len(), expected.len());
    for (name, variables) in expected {
        let component = &components[name];
        let mut found: Vec<&str> = component["variables"]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        found.sort_unstable();
        assert_eq!(found, variables, "{name}");
        let hosts = component["allowed_outbound_hosts"].as_array().unwrap();
        let expected: &[toml::Value] = match name {
            "feed" => &["{{ webhook_hosts }}".into()],
            _ => &[],
        };
        assert_eq!(hosts, expected, "{name} talks to nobody else");
        assert!(component.get("ai_models").is_none() && component.get("environment").is_none());
        assert_eq!(component.get("files").is_some(), name == "site", "{name}");
        for store in ["key_value_stores", "sqlite_databases"] {
            assert_eq!(
                component[store].as_array().unwrap(),
                &["default".into()],
                "{name}"
            );
        }
    }
    for secret in [
        "hash_secret",
        "token_secrets",
        "admin_token",
        "log_signing_key",
    ] {
        assert_eq!(
            all["variables"][secret]["secret"].as_bool(),
            Some(true),
            "{secret}"
        );
    }
}

#[test]
fn a_component_alone_is_the_same_as_in_the_whole() {
    let all = manifest("spin.toml");
    let all_routes = routes(&all);
    for name in [
        "consent",
        "contacts",
        "feed",
        "links",
        "preferences",
        "results",
        "site",
    ] {
        let own = manifest(&format!("components/{name}/spin.toml"));
        let (whole, alone) = (&all["component"][name], &own["component"][name]);
        for field in [
            "variables",
            "allowed_outbound_hosts",
            "key_value_stores",
            "sqlite_databases",
        ] {
            assert_eq!(whole.get(field), alone.get(field), "{name}: {field}");
        }
        let source = |component: &toml::Value| {
            component["source"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(source(whole), source(alone), "{name}");
        let own_routes = &routes(&own)[name];
        for route in own_routes {
            // In the whole application site answers every address that nobody else does.
            let covered = all_routes[name].contains(route) || (route == "/" && name == "site");
            assert!(covered, "{name}: {route}");
        }
        for variable in own["variables"].as_table().unwrap() {
            assert_eq!(
                all["variables"].get(variable.0),
                Some(variable.1),
                "{name}: {}",
                variable.0
            );
        }
    }
    assert!(
        all_routes["site"].contains(&"/...".to_owned()),
        "every other address is a problem document"
    );
}
