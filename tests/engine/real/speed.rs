//! Bounds that say "no needless call": far above what is measured, far below what one more call to `/version` would cost.

use std::time::{Duration, Instant};

use wharf_engine::Engine;

use super::{on_each_engine, sleeper, unique, with_container};

on_each_engine!(a_warm_inspection_is_quick);

async fn a_warm_inspection_is_quick(engine: Engine) {
    with_container(&engine, sleeper(&unique("speed")), |engine, id| async move {
        engine.inspect_container(&id).await.unwrap();
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..50 {
            let started = Instant::now();
            engine.inspect_container(&id).await.unwrap();
            times.push(started.elapsed());
        }
        times.sort();
        let median = times[times.len() / 2];
        eprintln!("median of an inspection on {}: {median:?}", engine.address());
        assert!(median < Duration::from_millis(50), "{median:?}");
    })
    .await;
}
