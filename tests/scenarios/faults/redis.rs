//! Redis as the key-value store: stopped, cut off by a network that swallows everything, killed and empty.

use std::sync::Arc;

use assent_tests::{Redis, Setup};

use crate::scene::Scene;

/// A Redis that something is done to until this is dropped.
struct Broken(Arc<Redis>, fn(&Redis));

impl Drop for Broken {
    fn drop(&mut self) {
        (self.1)(&self.0);
    }
}

async fn broken(name: &'static str, setup: Setup, breaks: fn(&Redis), heals: fn(&Redis)) {
    let Some(mut scene) = Scene::start(name, setup).await else {
        return;
    };
    scene
        .under(async |scene| {
            let redis = scene.app.host().redis().unwrap().clone();
            breaks(&redis);
            Broken(redis, heals)
        })
        .await;
    assert!(
        scene.ledger.decisions().of("503") > 0,
        "nobody missed Redis"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_stopped() {
    broken(
        "Redis stopped",
        Setup::default().redis(),
        Redis::stop,
        Redis::go_on,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_to_redis_swallows_everything() {
    let setup = Setup::default().redis_through_wire();
    broken(
        "Redis cut off",
        setup,
        |redis| redis.wire().cut(),
        |redis| redis.wire().mend(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_killed_and_comes_back_empty() {
    broken(
        "Redis killed, then empty",
        Setup::default().redis(),
        Redis::kill,
        Redis::start_again,
    )
    .await;
}
