//! A click or an open: the answer leaves at once, what happened is recorded afterwards.

use std::cell::Cell;

use domain::{ClickToken, Kind, Machine};
use spin_sdk::wasip3::http::types::{ErrorCode, Headers, Method, Request, Response};

use crate::address::Hit;
use crate::interception::{Asker, Click};
use crate::kept;
use crate::recorder::{self, Event};

/// A transparent picture of one pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// Answers a hit: a valid link always leads on, whatever its token says and whichever store is away.
pub async fn answer(request: &Request, hit: Hit<'_>) -> Result<Response, ErrorCode> {
    let is_head = match request.get_method() {
        Method::Get => false,
        Method::Head => true,
        _ if hit.kind == Kind::Click => return plain(405, &[("allow", "GET, HEAD, POST")]),
        _ => return plain(405, &[("allow", "GET, HEAD")]),
    };
    let now = web::now();
    let Ok(kept) = kept::configuration(now).await else {
        return plain(503, &[("retry-after", "1")]);
    };
    let link = match kept.config.store.link(hit.link, now).await {
        Ok(Some(link)) if link.kind == hit.kind => link,
        Ok(_) => return plain(404, &[]),
        Err(error) => {
            web::log_line(format_args!("status=503 inside={:?}", error.to_string()));
            return plain(503, &[("retry-after", "1")]);
        }
    };
    let headers = request.get_headers();
    // The last one is the proxy's own: a client can send others.
    let region = kept.region_header.as_ref().and_then(|name| {
        let value = headers.get(name).pop()?;
        Some(String::from_utf8_lossy(&value).into_owned())
    });
    let machine = if is_head || is_prefetch(&headers) {
        Some(Machine::Scanner)
    } else {
        machine_behind(hit.kind, &headers)
    };
    let token = hit.token.filter(|_| machine.is_none());
    let token = token.and_then(|token| kept.open(link.organisation, link.message, token));
    let mut event = Event {
        link_id: hit.link,
        link: link.clone(),
        token,
        asked: false,
        at: now,
        machine,
        // Several headers count as one if at least one is exactly `1` (Global Privacy Control, §3.2).
        gpc: headers.get("sec-gpc").iter().any(|value| value == b"1"),
        region,
    };
    if link.kind == Kind::Click
        && let Some(person) = event.token.as_ref().and_then(ClickToken::asks)
    {
        let asker = Asker {
            accept_language: web::raw_header(&headers, "accept-language"),
            gpc: event.gpc,
            region: event.region.clone(),
        };
        let click = Click {
            id: hit.link,
            link: &link,
            person,
            asker: &asker,
            now,
        };
        if let Some(page) = click.question(&kept).await {
            event.asked = true;
            recorder::note(event);
            return web::serve_raw(async |_| Ok(page)).await;
        }
    }
    recorder::note(event);
    match link.kind {
        Kind::Click => plain(302, &[("location", &link.destination)]),
        Kind::Open => pixel(is_head),
    }
}

/// Whether the browser says that it fetches what nobody has clicked yet (`Sec-Purpose`; before that was there, `Purpose`
/// and `X-Moz`).
fn is_prefetch(headers: &Headers) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .any(|name| headers.has(name))
}

/// The machine whose user agent this is. The same few come again and again, so the last one is kept.
fn machine_behind(kind: Kind, headers: &Headers) -> Option<Machine> {
    type Judged = (Kind, Vec<u8>, Option<Machine>);
    thread_local! {
        static LAST: Cell<Option<Judged>> = const { Cell::new(None) };
    }
    let user_agent = headers
        .get("user-agent")
        .into_iter()
        .next()
        .unwrap_or_default();
    match LAST.take() {
        Some((last_kind, last, found)) if last_kind == kind && last == user_agent => {
            LAST.set(Some((kind, last, found)));
            found
        }
        _ => {
            let found = domain::machine(kind, std::str::from_utf8(&user_agent).ok());
            LAST.set(Some((kind, user_agent, found)));
            found
        }
    }
}

/// An id for the answer: random for the instance, counted within it, so that it costs no call of the host.
fn request_id() -> Vec<u8> {
    thread_local! {
        static INSTANCE: Cell<u64> = const { Cell::new(0) };
        static NUMBER: Cell<u32> = const { Cell::new(0) };
    }
    if INSTANCE.get() == 0 {
        INSTANCE.set(u64::from_le_bytes(web::random()) | 1);
    }
    NUMBER.set(NUMBER.get().wrapping_add(1));
    format!("{:016x}-{:08x}", INSTANCE.get(), NUMBER.get()).into_bytes()
}

fn headers(extra: &[(&str, &str)], length: usize) -> Vec<(String, Vec<u8>)> {
    let mut list: Vec<(String, Vec<u8>)> = Vec::with_capacity(8);
    list.push(("content-length".to_owned(), length.to_string().into_bytes()));
    list.push(("cache-control".to_owned(), b"no-store".to_vec()));
    // The address of this page names a person: it must not be told to where it leads.
    list.push(("referrer-policy".to_owned(), b"no-referrer".to_vec()));
    list.push(("x-robots-tag".to_owned(), b"noindex, nofollow".to_vec()));
    list.push(("x-request-id".to_owned(), request_id()));
    for (name, value) in extra {
        list.push(((*name).to_owned(), value.as_bytes().to_vec()));
    }
    list
}

fn plain(status: u16, extra: &[(&str, &str)]) -> Result<Response, ErrorCode> {
    web::raw_response(status, &headers(extra, 0), None)
}

fn pixel(is_head: bool) -> Result<Response, ErrorCode> {
    let headers = headers(
        &[
            ("content-type", "image/gif"),
            ("x-content-type-options", "nosniff"),
        ],
        PIXEL.len(),
    );
    web::raw_response(200, &headers, (!is_head).then(|| PIXEL.to_vec()))
}
