//! How long an answer takes, for `docs/benchmarks.md`: `make bench-tag`.

use assent_tests::App;
use serde_json::json;

use crate::shop::{Options, Shop};

const RUNS: usize = 50;

/// Prints medians and worst cases of fifty; asserts nothing about time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn accept_to_done() {
    let app = App::start();
    let settings = json!({ "display_name": "Fernhill Garden Club" });
    let Some(shop) = Shop::open(&app, settings, Options::default()).await else {
        return;
    };
    // From the click to the first frame without the banner, with what waited woken; and until the answer is durable.
    let script = "new Promise((done) => {
        const root = document.querySelector('assent-consent').shadowRoot;
        const button = [...root.querySelectorAll('button')].find((one) => one.textContent === 'Accept all');
        let frame, saved;
        const both = () => frame && saved && done([frame, saved]);
        addEventListener('click', ({ timeStamp }) => {
          requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => { frame = performance.now() - timeStamp; both(); }; channel.port2.postMessage(0); });
          const look = () => { if (/\"queue\":\\[\\]/.test(Object.values(localStorage).join())) { saved = performance.now() - timeStamp; both(); } else setTimeout(look, 1); };
          look();
        }, { once: true, capture: true });
        button.click();
      }).then(([frame, saved]) => [frame, saved, root_is_empty(), document.querySelectorAll('script[type=\"text/plain\"]').length])";
    let script = script.replace(
        "root_is_empty()",
        "document.querySelector('assent-consent').shadowRoot.childElementCount",
    );
    let mut times: [Vec<f64>; 2] = Default::default();
    for _ in 0..RUNS {
        shop.browser.page.goto(&shop.site.origin()).await.unwrap();
        shop.run("localStorage.clear()").await;
        shop.browser.cdp("Storage.clearCookies", json!({})).await;
        shop.visit().await;
        shop.words_with("Accept all").await;
        let found = shop.done(&script).await;
        assert_eq!((&found[2], &found[3]), (&json!(0), &json!(0)), "{found}");
        for (times, found) in times.iter_mut().zip([&found[0], &found[1]]) {
            times.push(found.as_f64().unwrap());
        }
    }
    for (name, times) in [
        "banner gone and tags woken, painted",
        "answer durable in the service",
    ]
    .into_iter()
    .zip(&mut times)
    {
        times.sort_by(f64::total_cmp);
        println!(
            "{name}: median {:.1} ms, worst {:.1} ms of {RUNS}",
            times[RUNS / 2],
            times[RUNS - 1]
        );
    }
    shop.browser.close().await;
}
