//! Bodies: what cannot be read whole is not stored in part, and nothing decides what nobody decided.

use super::{api, request};
use crate::dice::Dice;
use crate::line::{Shot, Then};
use crate::world::{CANARY, World};

/// A decision.
pub fn decision(subject: &str, flags: &str) -> String {
    format!(r#"{{"subject":"{subject}","flags":{flags}}}"#)
}

pub fn shot(dice: &mut Dice, world: &World) -> Shot {
    match dice.below(12) {
        0..4 => json(dice, world),
        4..6 => damaged(dice, world),
        6 => unicode(dice, world),
        7 => bomb(dice, world),
        8 => batch(dice, world),
        9 => mail(dice, world),
        _ => form(dice, world),
    }
}

fn post(world: &World, target: &str, body: &[u8]) -> Shot {
    Shot::new(request("POST", target, &api(world), body), Then::Read(1))
}

/// Documents that say something else than it seems, each to be refused.
fn json(dice: &mut Dice, world: &World) -> Shot {
    let number = dice.of(&[
        "1e999",
        "-0",
        "1.0",
        "18446744073709551616",
        "0x1",
        "NaN",
        "01",
        "1e-400",
        "9e9999999999",
    ]);
    let deep = "[".repeat(1 << dice.below(15));
    let object = "{\"a\":".repeat(1 << dice.below(12));
    let body = match dice.below(16) {
        0 => decision("contact:twice", r#"{"dc":true,"dc":false}"#),
        1 => r#"{"subject":"contact:a","subject":"contact:b","flags":{"dc":true}}"#.to_owned(),
        2 => decision("contact:number", &format!("{{\"dc\":{number}}}")),
        3 => decision("contact:deep", &deep),
        4 => object,
        5 => format!("{deep}1"),
        6 => decision(CANARY, r#"{"dc":true}"#),
        7 => decision("contact:x", &format!(r#"{{"{CANARY}":true}}"#)),
        8 => format!(r#"{{"subject":"contact:x","flags":{{"dc":true}},"{CANARY}":1}}"#),
        9 => format!(r#"{{"subject":"contact:x","flags":{{"dc":true}},"at":{number}}}"#),
        10 => format!(r#"{{"subject":"contact:x","flags":{{"dc":true}},"at":"{CANARY}"}}"#),
        11 => r#"{"subject":"contact:\ud800","flags":{"dc":true}}"#.to_owned(),
        12 => r#"{"subject":"contact:a\u0000b","flags":{"dc":true}}"#.to_owned(),
        13 => {
            r#"{"subject":"contact:x","flags":{"dc":true},"at":"2999-01-01T00:00:00Z"}"#.to_owned()
        }
        14 => format!("\u{feff}{}", decision("contact:x", r#"{"dc":true}"#)),
        _ => decision("contact:x", r#"{"dc":true} "#) + "trailing",
    };
    post(world, "/v1/consent", body.as_bytes()).refused()
}

/// A good document after an accident: recorded as what it says then, or refused.
fn damaged(dice: &mut Dice, world: &World) -> Shot {
    let subject = format!("contact:damaged-{:x}", dice.number());
    let (target, body) = match dice.below(4) {
        0 => (
            "/v1/consent",
            decision(&subject, r#"{"dc":true,"al":false,"tg":false}"#),
        ),
        1 => (
            "/v1/consent/query",
            format!(r#"{{"subject":"{subject}","regime":"gdpr"}}"#),
        ),
        2 => (
            "/v1/consent/check",
            format!(r#"{{"gate":"track","subjects":["{subject}"]}}"#),
        ),
        _ => (
            "/v1/consent",
            format!(
                r#"{{"subject":"{subject}","flags":{{"dc":false}},"at":"2026-01-01T00:00:00Z","tier":"direct","shown":{{"form":"f","version":"v","language":"fr"}}}}"#
            ),
        ),
    };
    let mut body = body.into_bytes();
    dice.damage(&mut body);
    post(world, target, &body)
}

/// Keys that look like others.
fn unicode(dice: &mut Dice, world: &World) -> Shot {
    let invisible = dice.of(&[
        "\u{200b}",
        "\u{202e}",
        "\u{feff}",
        "\u{ad}",
        "\u{2060}",
        "\u{fe0f}",
        "\u{e0041}",
        "^",
        "\u{2028}",
        "\u{7f}",
    ]);
    let subject = format!("contact:{}{invisible}{}", world.victim, dice.below(100));
    post(
        world,
        "/v1/consent",
        decision(&subject, r#"{"dc":true,"al":true}"#).as_bytes(),
    )
    .refused()
}

/// Compressed, or said to be.
fn bomb(dice: &mut Dice, world: &World) -> Shot {
    // 10 MiB of zeros in 10 KiB would be the least of it; nothing here inflates anything.
    let mut body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03".to_vec();
    body.extend(
        std::iter::repeat_n(
            *b"\xec\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\x0a",
            700,
        )
        .flatten(),
    );
    let encoding = dice.of(&[
        "gzip",
        "deflate",
        "br",
        "zstd",
        "gzip, gzip, gzip",
        "identity",
    ]);
    let headers = format!("{}content-encoding: {encoding}\r\n", api(world));
    Shot::new(
        request("POST", "/v1/consent", &headers, &body),
        Then::Read(1),
    )
    .refused()
}

fn batch(dice: &mut Dice, world: &World) -> Shot {
    let items: Vec<String> = (0..dice.below(30))
        .map(|item| match dice.below(4) {
            0 => decision(
                &format!("contact:batch-{:x}-{item}", dice.number()),
                r#"{"dc":false}"#,
            ),
            1 => decision("contact:", r#"{"dc":true}"#),
            2 => format!("\"{CANARY}\""),
            _ => "[[[[]]]]".to_owned(),
        })
        .collect();
    post(
        world,
        "/v1/consent",
        format!("[{}]", items.join(",")).as_bytes(),
    )
}

fn mail(dice: &mut Dice, world: &World) -> Shot {
    let content = dice.of(&[
        "<a href='javascript:alert(1)'>",
        "<a href=\\\"https://evil.example\\\">",
        "<plaintext>",
        "\\u0000",
        "<a href=https://[::1]:99999/>",
    ]);
    let tag = dice.of(&[
        "*|CLICK|*",
        "\\\"><script>",
        "\\r\\nx: y",
        "",
        "*|PREFS|*",
        "?x=",
        "../..",
    ]);
    let body = match dice.below(3) {
        0 => format!(
            r#"{{"name":"x","content":"{content}","click_tag":"{tag}","preferences_tag":"*|PREFS|*","base_url":"javascript:x"}}"#
        ),
        1 => format!(r#"{{"contacts":["{CANARY}\u0000"],"name":"{content}"}}"#),
        _ => format!(
            r#"{{"name":"","content":"{content}","click_tag":"{tag}","preferences_tag":"{tag}"}}"#
        ),
    };
    let target = if dice.one_in(2) {
        "/v1/messages".to_owned()
    } else {
        format!("/v1/messages/{}/tokens", world.message)
    };
    post(world, &target, body.as_bytes()).refused()
}

/// Forms that this person did not send: nothing makes her agree. A refusal needs no proof, so none is sent
/// under her own address.
fn form(dice: &mut Dice, world: &World) -> Shot {
    let answer = dice.of(&[
        "answer=grant",
        "answer=grant&shown=",
        "answer=grant&answer=grant",
        "answer=GRANT",
        "%61nswer=grant",
        "answer=grant%00",
        "shown=x",
        "answer[]=grant",
    ]);
    let shown = dice.of(&["", "&shown=AAAA", "&shown=%ff%fe", "&shown=\u{202e}"]);
    let shown = match dice.below(3) {
        0 => format!("&shown={}", world.foreign_form),
        1 => format!("&shown={}", world.preferences_token),
        _ => shown.to_owned(),
    };
    let kind = dice.of(&[
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded; charset=utf-7",
    ]);
    let headers =
        format!("content-type: {kind}\r\norigin: https://evil.example\r\ncookie: answer=grant\r\n");
    let target = format!(
        "/p/{}/{}/tracking?saved=granted&answer=grant",
        world.organisation, world.preferences_token
    );
    let long = if dice.one_in(30) {
        "x".repeat(20_000)
    } else {
        String::new()
    };
    let body = format!("{answer}{shown}&x={long}");
    Shot::new(
        request("POST", &target, &headers, body.as_bytes()),
        Then::Read(1),
    )
    .refused()
}
