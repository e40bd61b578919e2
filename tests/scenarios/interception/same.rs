//! A no changes no total, and what is stored afterwards does not say whose it was.

use std::collections::BTreeMap;

use assent_tests::{App, Dice, Message, Organisation, Setup, Tokens};
use serde_json::{Value, json};

use crate::MAIL;

const PEOPLE: [&str; 6] = ["anna", "ben", "cleo", "dora", "emil", "fay"];

/// What somebody does: who, which link (the last is the pixel), and as what.
type Deed = (usize, usize, Option<(&'static str, &'static str)>);

async fn live(club: &Organisation, app: &App, mail: &Message, tokens: &[Tokens], deeds: &[Deed]) {
    for (who, link, header) in deeds {
        let link = &mail.links[*link];
        let kind = if link.kind == "open" { "o" } else { "l" };
        let path = format!("/{kind}/{}/{}", link.id, tokens[*who].click);
        let mut request = app.request("GET", &path);
        if let Some((name, value)) = header {
            request = request.header(*name, *value);
        }
        let status = request.send().await.unwrap().status();
        assert!([200, 302].contains(&status.as_u16()), "{path}");
    }
    for (kind, code) in [("clicks", "click"), ("opens", "open")] {
        let expected = deeds
            .iter()
            .filter(|(_, link, _)| mail.links[*link].kind == code)
            .count();
        club.stats_with(mail, kind, u64::try_from(expected).unwrap())
            .await;
    }
}

/// All that happened, before anything is judged a scanner's, by kind and link.
fn totals(stats: &Value) -> Vec<u64> {
    let sum = |row: &Value| row["total"].as_u64().unwrap() + row["scanners"].as_u64().unwrap();
    ["clicks", "opens"].map(|kind| sum(&stats[kind])).into()
}

fn deeds(dice: &mut Dice) -> Vec<Deed> {
    let as_what = [
        None,
        None,
        None,
        Some(("user-agent", "curl/8.0")),
        Some(("sec-gpc", "1")),
        Some(("sec-purpose", "prefetch")),
    ];
    (0..40)
        .map(|_| (dice.below(6), dice.below(4), as_what[dice.below(6)]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_the_same_whether_everybody_agreed_or_refused() {
    let app = App::start();
    let mut dice = Dice::new("what people do");
    for tokens in ["shared", "distinct", "shared", "distinct"] {
        let deeds = deeds(&mut dice);
        let mut found = Vec::new();
        // Asked, agreed, refused before the mail, refused after it.
        for round in 0..4 {
            let settings = json!({
                "anonymous_tokens": tokens, "default_regime": "global",
                "interception": { "on": round == 0, "delay_hours": 0 },
            });
            let club = app.organisation(settings).await;
            let mail = club.message(MAIL).await;
            let answer = async |granted: bool| {
                for person in PEOPLE {
                    let subject = format!("contact:{person}");
                    let flags = json!({ "dc": granted, "al": granted });
                    club.decide(&subject, flags).await;
                }
            };
            match round {
                0 => {}
                2 => answer(false).await,
                _ => answer(true).await,
            }
            let minted = club.tokens(&mail, &PEOPLE).await;
            if round == 3 {
                answer(false).await;
            }
            live(&club, &app, &mail, &minted, &deeds).await;
            let stats = club.stats(&mail).await;
            if round >= 2 {
                assert_eq!(stats["clicks"]["identified"], 0, "{stats}");
                assert_eq!(stats["contacts"], json!([]));
            }
            found.push(totals(&stats));
        }
        assert!(
            found.iter().all(|one| *one == found[0]),
            "{found:?} of {deeds:?}"
        );
    }
}

/// Every table, row by row, without ids that are random and without times.
fn dump(app: &App) -> BTreeMap<String, Vec<String>> {
    const RANDOM: [&str; 14] = [
        "salt",
        "hash",
        "request_id",
        "request_hash",
        "content",
        "message_id",
        "link_id",
        "settings",
        "form_version",
        "id",
        "frontier",
        "leaf",
        "org_id",
        "actor",
    ];
    const TIMES: [&str; 16] = [
        "at",
        "created_at",
        "changed_at",
        "decided_at",
        "grants_at",
        "received_at",
        "first_seen",
        "latest_at",
        "refused_at",
        "hour",
        "marked_at",
        "applied_at",
        "sealed_at",
        "last_at",
        "decisions",
        "updated_at",
    ];
    let database = app.host().database();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'log_%' \
      AND name NOT IN ('unprojected', 'schema_version')";
    let mut statement = database.prepare(names).unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut tables = BTreeMap::new();
    for name in names {
        let mut statement = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        // Of an organisation, a message, a link and a key the id is random; of a subject it is a number.
        let left_out = |column: &str| {
            (RANDOM.contains(&column) && !(column == "id" && name == "subject"))
                || TIMES.contains(&column)
        };
        let rows = statement
            .query_map([], |row| {
                let values = columns
                    .iter()
                    .enumerate()
                    .filter(|(_, column)| !left_out(column));
                let values: Vec<String> = values
                    .map(|(place, column)| format!("{column}={}", shown(row, place)))
                    .collect();
                Ok(values.join(" "))
            })
            .unwrap();
        let mut rows: Vec<String> = rows.map(Result::unwrap).collect();
        rows.sort();
        tables.insert(name, rows);
    }
    tables
}

fn shown(row: &rusqlite::Row<'_>, place: usize) -> String {
    match row.get(place).unwrap() {
        rusqlite::types::Value::Text(text) => text.replace(' ', "_"),
        other => format!("{other:?}").replace(' ', "_"),
    }
}

/// Anna and Ben do in one world what Dora and Emil do in the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_does_not_say_which_of_the_refusing_did_it() {
    for tokens in ["shared", "distinct"] {
        for sent_before in [false, true] {
            let mut dumps = Vec::new();
            for actors in [[0, 1], [3, 4]] {
                let secret = "the same secret in both worlds, 32";
                let setup = Setup::default().variable("SPIN_VARIABLE_HASH_SECRET", secret);
                let Some(app) = App::start_own(setup) else {
                    return;
                };
                let settings = json!({ "anonymous_tokens": tokens });
                let body =
                    json!({ "id": "45e0a0b2-7f30-456c-875c-1cfa507d72b6", "settings": settings });
                app.admin("POST", "/v1/organisations", &body).await;
                let club = app.existing("45e0a0b2-7f30-456c-875c-1cfa507d72b6").await;
                let mail = club.message(MAIL).await;
                for person in PEOPLE {
                    club.grant(&format!("contact:{person}")).await;
                }
                let early = club.tokens(&mail, &PEOPLE).await;
                for person in PEOPLE {
                    club.refuse(&format!("contact:{person}")).await;
                }
                let late = club.tokens(&mail, &PEOPLE).await;
                let minted = if sent_before { early } else { late };
                let did = [(0, 0), (0, 0), (1, 1), (0, 3), (1, 3)];
                let did = did.map(|(who, link): (usize, usize)| (actors[who], link, None));
                live(&club, &app, &mail, &minted, &did).await;
                let mut tables = dump(&app);
                // A hash of a random number.
                for name in ["anonymous_person", "recent_click"] {
                    let rows = tables.get_mut(name).unwrap();
                    for row in rows.iter_mut() {
                        *row = row
                            .split(' ')
                            .filter(|part| !part.starts_with("person="))
                            .collect();
                    }
                    rows.sort();
                }
                dumps.push(tables);
            }
            let [one, other] = dumps.as_slice() else {
                unreachable!()
            };
            assert!(one["interaction_count"].len() >= 3, "{one:?}");
            for (name, rows) in one {
                assert_eq!(
                    rows, &other[name],
                    "{name}, {tokens}, sent before: {sent_before}"
                );
            }
        }
    }
}
