//! A site of its own, with a page on which a tag runs.

use std::io::{Read, Write};
use std::net::TcpListener;

/// What the tag brings along: functions that remember what they were called with, and ways to ask.
const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A shop</title></head><body><h1>A shop</h1>
<script>
window.calls = {};
window.Krux = { ns: { _default: {} } };
for (const name of ['optOutCheck', 'consent_get_0', 'consent_set_1', 'consent_get_2', 'tmp_cookie_3', 'tmp_cookie_4', 'portability_5', 'remove_6'])
  Krux.ns._default['kxjsonp_' + name] = (...given) => { window.calls[name] = given; };
// As the tag does: a script for each request, and its function is called.
window.script = (address, name) => new Promise((done) => {
  delete window.calls[name];
  const element = document.createElement('script');
  element.src = address;
  element.onload = () => done(window.calls[name] ?? 'not called');
  element.onerror = () => done('not loaded');
  document.head.append(element);
});
window.fetched = (address, options) =>
  fetch(address, { credentials: 'include', ...options })
    .then(async (answer) => [answer.status, await answer.json()])
    .catch(() => 'not readable');
window.prefetched = (address) => new Promise((done) => {
  const element = document.createElement('link');
  element.rel = 'prefetch';
  element.href = address;
  element.onload = () => done('loaded');
  element.onerror = () => done('not loaded');
  document.head.append(element);
});
</script></body></html>"#;

/// Serves the page and gives the port. It works as long as the process does.
pub fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut bytes = [0; 1024];
                while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                    match stream.read(&mut bytes) {
                        Ok(length @ 1..) => head.extend_from_slice(&bytes[..length]),
                        _ => return,
                    }
                }
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}",
                    PAGE.len()
                );
            });
        }
    });
    port
}
