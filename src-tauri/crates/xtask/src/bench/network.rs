//! The network: streams through the keeper beside a port that the engine publishes and beside `docker exec … cat`, what a round trip costs, many
//! connections at once and one after the other, how soon a new server is here, and what it all costs while nothing happens.
//!
//! Everything is measured by this very program: it is the client on this side and the server in the container's network, so that both ways
//! are measured with the same ends. In each round every way has its turn.

mod bare;
mod client;
mod ground;
mod server;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wharf_test_support::engines::Engine;
use wharf_test_support::ports::free_port;

use super::process;
use super::table::Cell;
use ground::{Baseline, Ground, Kept};
use table::{Bound, Row, Unit};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// How much passes in a second.
    Streams,
    /// What a round trip takes.
    RoundTrips,
    /// Connections at once, and one after the other; the keeper's memory.
    Many,
    /// How soon a new server is here.
    Detection,
    /// What is used while nothing happens.
    Idle,
}

impl Part {
    pub(super) const ALL: [Part; 5] =
        [Part::Streams, Part::RoundTrips, Part::Many, Part::Detection, Part::Idle];
}

/// Bytes of one stream.
const STREAM: u64 = 512 * 1024 * 1024;
/// Round trips of one connection in one round.
const PINGS: usize = 400;
/// Connections that are open at once.
const AT_ONCE: usize = 500;
/// Connections that say little and end.
const SHORT: usize = 10_000;
/// Environments that are kept while nothing happens; each has two forwards.
const ENVIRONMENTS: usize = 10;
/// How long they are watched.
const WATCHED: Duration = Duration::from_secs(60);
/// How long they are left alone before that.
const SETTLING: Duration = Duration::from_secs(5);

/// Measures the network of one engine.
pub(super) fn measure(wharf: &Path, engine: &Engine, parts: &[Part], rounds: u32) -> Result<Vec<Row>> {
    let ground = Ground::make(wharf, engine)?;
    let baseline = Baseline::make(&ground)?;
    let kept = Kept::make(&ground, "kept")?;
    let mut rows = Vec::new();
    for part in parts {
        eprintln!("{} {}: {part:?}", engine.kind, engine.version);
        match part {
            Part::Streams => rows.extend(streams(&baseline, &kept, rounds)),
            Part::RoundTrips => rows.extend(round_trips(&baseline, &kept, rounds)),
            Part::Many => rows.extend(many(&ground, &kept)?),
            Part::Detection => rows.push(detection(&kept, rounds)?),
            Part::Idle => rows.push(idle(&ground, &kept)?),
        }
    }
    Ok(rows)
}

/// One way of moving bytes or of asking for an answer; what it answers goes into the row's cell.
type Way<'a> = Box<dyn Fn() -> Result<f64> + 'a>;

/// Gives each way its turn in each round; the first turn of each is not counted. One that fails takes no further part.
fn in_turns(ways: Vec<Way<'_>>, rounds: u32) -> Vec<Cell> {
    let mut cells: Vec<Cell> = ways.iter().map(|_| Cell::Measured(Vec::new())).collect();
    for round in 0..=rounds {
        for (way, cell) in ways.iter().zip(&mut cells) {
            if let Cell::Measured(samples) = cell {
                match way() {
                    Ok(value) if round > 0 => samples.push(value),
                    Ok(_) => {}
                    Err(error) => *cell = Cell::Failed(format!("{error:#}")),
                }
            }
        }
    }
    cells
}

/// A row whose first way is the engine's and whose second is ours.
struct Pair<'a> {
    title: &'static str,
    baseline_name: &'static str,
    unit: Unit,
    bound: Bound,
    ways: [Way<'a>; 2],
}

fn rows_of(pairs: Vec<Pair<'_>>, rounds: u32) -> Vec<Row> {
    let mut ways = Vec::new();
    let mut rows = Vec::new();
    for Pair { title, baseline_name, unit, bound, ways: pair } in pairs {
        ways.extend(pair);
        rows.push(Row { title, baseline_name, unit, bound, baseline: Cell::Absent, wharf: Cell::Absent });
    }
    let mut cells = in_turns(ways, rounds).into_iter();
    for row in &mut rows {
        if let (Some(baseline), Some(wharf)) = (cells.next(), cells.next()) {
            (row.baseline, row.wharf) = (baseline, wharf);
        }
    }
    rows
}

fn streams(baseline: &Baseline, kept: &Kept, rounds: u32) -> Vec<Row> {
    let down = |port: u16| -> Way<'_> { Box::new(move || client::download(port, STREAM)) };
    let up = |port: u16| -> Way<'_> { Box::new(move || client::upload(port, STREAM)) };
    let pair = |title, baseline_name, bound, ways| Pair {
        title,
        baseline_name,
        unit: Unit::MebibytesASecond,
        bound: Bound::AtLeastTimes(bound),
        ways,
    };
    let [everywhere, loopback] = kept.forwards;
    let (near, near_name) = match baseline.bare {
        Some(port) => (port, "bare relay"),
        None => (baseline.published, "published port"),
    };
    let cat_out: Way<'_> = Box::new(|| baseline.cat_out(STREAM));
    let cat_in: Way<'_> = Box::new(|| baseline.cat_in(STREAM));
    let pairs = vec![
        pair("stream from any address", near_name, 0.9, [down(near), down(everywhere)]),
        pair("stream to any address", near_name, 0.9, [up(near), up(everywhere)]),
        pair("stream from loopback", "docker exec cat", 0.8, [cat_out, down(loopback)]),
        pair("stream to loopback", "docker exec -i cat", 0.8, [cat_in, up(loopback)]),
    ];
    rows_of(pairs, rounds)
}

fn round_trips(baseline: &Baseline, kept: &Kept, rounds: u32) -> Vec<Row> {
    let ping = |port: u16| -> Way<'_> { Box::new(move || client::round_trip(port, PINGS)) };
    let pair = |title, forward| Pair {
        title,
        baseline_name: "published port",
        unit: Unit::Milliseconds,
        bound: Bound::More(0.3),
        ways: [ping(baseline.published), ping(forward)],
    };
    let [everywhere, loopback] = kept.forwards;
    rows_of(vec![pair("round trip, any address", everywhere), pair("round trip, loopback", loopback)], rounds)
}

fn many(ground: &Ground, kept: &Kept) -> Result<Vec<Row>> {
    let [everywhere, loopback] = kept.forwards;
    let mut rows = Vec::new();
    for (title, port) in [("500 at once, any address", everywhere), ("500 at once, loopback", loopback)] {
        rows.push(Row::ours(title, Unit::Lost, Bound::AtMost(0.0), client::at_once(port, AT_ONCE)));
    }
    for (title, port) in
        [("10,000 short ones, any address", everywhere), ("10,000 short ones, loopback", loopback)]
    {
        rows.push(Row::ours(title, Unit::Lost, Bound::AtMost(0.0), client::one_after_another(port, SHORT)));
    }
    let peak = process::peak_mebibytes(ground.keeper()?)?;
    rows.push(Row::ours("the keeper's memory, at most", Unit::Mebibytes, Bound::AtMost(40.0), vec![peak]));
    Ok(rows)
}

/// From listening inside to the first answer through the forward.
fn detection(kept: &Kept, rounds: u32) -> Result<Row> {
    let mut samples = Vec::new();
    for _ in 0..rounds {
        let port = free_port();
        // Not in step with whoever looks from time to time.
        std::thread::sleep(Duration::from_millis(300 + u64::from(port) % 211));
        let server = kept.listen(([127, 0, 0, 1], port).into())?;
        let begin = Instant::now();
        client::first_answer(port, Duration::from_secs(10))?;
        samples.push(begin.elapsed().as_secs_f64() * 1000.0);
        drop(server);
    }
    Ok(Row::ours("a new server is here", Unit::Milliseconds, Bound::AtMost(300.0), samples))
}

fn idle(ground: &Ground, first: &Kept) -> Result<Row> {
    let mut others = Vec::new();
    for number in 1..ENVIRONMENTS {
        others.push(Kept::make(ground, &format!("idle-{number}"))?);
    }
    let all: Vec<&Kept> = std::iter::once(first).chain(&others).collect();
    for port in all.iter().flat_map(|kept| kept.forwards) {
        client::first_answer(port, Duration::from_secs(10))
            .with_context(|| format!("nothing answers at the forward {port}"))?;
    }
    let mut processes = vec![ground.keeper()?];
    for kept in &all {
        processes.extend(kept.agents()?);
    }
    std::thread::sleep(SETTLING);
    let before = process::ticks(&processes);
    std::thread::sleep(WATCHED);
    let percent = (process::ticks(&processes) - before) / WATCHED.as_secs_f64();
    Ok(Row::ours("idle, 10 environments, 20 forwards", Unit::Percent, Bound::AtMost(0.5), vec![percent]))
}

/// Prints what was measured.
pub(super) fn print(tables: &[(Engine, Vec<Row>)], as_json: bool) -> Result<()> {
    if as_json {
        println!("{}", serde_json::to_string_pretty(&table::json(tables))?);
    } else {
        print!("{}", table::text(tables));
    }
    Ok(())
}
