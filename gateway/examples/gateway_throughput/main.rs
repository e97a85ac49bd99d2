//! Requests a second through the whole gateway, what a request waits longer than without it, and its
//! memory; beside LiteLLM's proxy in front of the same engine, in the same run.
//!
//! The engine computes nothing: an HTTP server that says the same four words to everybody. Three ways
//! to it are asked by one load generator, with one body:
//!
//! * `engine`: straight;
//! * `gateway`: doors, key, voucher, SQLite, worker's stream, receipt, batches. The workers say the same
//!   words and sign what workers sign; the chain is the table of the gateway's tests. Its store is synced
//!   before each step, every second, or in memory;
//! * `litellm`: its proxy, with one process and with two.
//!
//! Then more is asked than can be answered, and clients leave in the middle of answers.
//!
//! Each is a process of its own, on this machine's cores. Prints one JSON object a line and asserts
//! nothing but that all requests are answered.
//!
//! ```text
//! gateway_throughput [--dir DIR] [--litellm PROGRAM] [--rounds N] [--seconds N] [--clients N] [--at RATE]
//! ```

#[path = "../../tests/common/mod.rs"]
mod common;
mod litellm;
mod load;
mod process;
mod roles;

use clap::{Parser, Subcommand};
use load::{Paced, Target};
use process::Process;
use reckon_gateway_store::SyncPolicy;
use serde_json::{json, Map, Value};
use std::{
	io::Write,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::task::JoinSet;

const KIB: f64 = 1024.0;

/// Lanes of the one channel: as many requests at once.
const LANES: usize = 64;
const WORKERS: u8 = 16;
/// What is asked, of all alike.
const BODY: &str =
	r#"{"model":"acme/words","messages":[{"role":"user","content":"speak"}],"max_tokens":16}"#;

/// An answer that nobody waits for the end of.
const LONG_BODY: &str = r#"{"model":"acme/words","messages":[{"role":"user","content":"speak"}],"max_tokens":2000,
	"stream":true}"#;
/// So many times what can be answered is asked.
const OVERLOADS: [f64; 2] = [2.0, 4.0];
/// Connections that ask then: those that wait for an answer leave enough to be turned away.
const CROWD: usize = 512;
/// Answers that are written beside the one whose client leaves.
const OTHERS: [usize; 2] = [0, 31];
/// Clients that leave, one after the other: it takes less than the answers beside theirs do.
const HANG_UPS: usize = 550;
/// The first of them warm up.
const WARM: usize = 50;

#[derive(Parser)]
struct Options {
	#[command(subcommand)]
	role: Option<Role>,
	/// Where the gateway's store is made, and removed again [default: the system's temporary folder]
	#[arg(long)]
	dir: Option<PathBuf>,
	/// LiteLLM's program; without it there is no comparison
	#[arg(long)]
	litellm: Option<PathBuf>,
	/// How often each way is measured, in turn
	#[arg(long, default_value_t = 5)]
	rounds: usize,
	/// How long each time
	#[arg(long, default_value_t = 4)]
	seconds: u64,
	/// Requests at once
	#[arg(long, default_value_t = 48)]
	clients: usize,
	/// Measures nothing but what a request waits when so many are asked a second
	#[arg(long)]
	at: Option<f64>,
}

/// What this program is when it has started itself.
#[derive(Clone, Subcommand)]
enum Role {
	#[command(hide = true)]
	Engine,
	#[command(hide = true)]
	Gateway {
		dir: PathBuf,
		/// With a store that is synced every second
		#[arg(long)]
		every_second: bool,
	},
	#[command(hide = true)]
	Workers { url: String },
	#[command(hide = true)]
	Writers { url: String },
}

/// A gateway with its workers.
struct Gateway {
	gateway: Process,
	workers: Process,
	/// Resident memory before the first request.
	idle_kib: u64,
	target: Target,
	_dir: TempDir,
}

impl Gateway {
	/// With workers that answer at once.
	fn start(dir: &Path, options: &[&str]) -> Self {
		Self::start_with(dir, options, "workers", BODY)
	}

	/// With workers of this kind, which are asked this.
	fn start_with(dir: &Path, options: &[&str], kind: &str, body: &str) -> Self {
		let dir = tempfile::tempdir_in(dir).expect("a folder for the store");
		let place = dir.path().to_str().expect("a path in UTF-8");
		let log = dir.path().join("gateway.log");
		let mut gateway = Process::own(&[&["gateway", place][..], options].concat(), &log);
		let line = gateway.line();
		let said: Vec<_> = line.split_whitespace().collect();
		let [http, grpc, secret] = said[..] else { panic!("the gateway said: {line}") };
		let mut workers = Process::own(&[kind, grpc], &dir.path().join("workers.log"));
		workers.line();
		let idle_kib = gateway.resident_kib();
		let target = Target::new(http, body, Some(secret));
		Self { gateway, workers, idle_kib, target, _dir: dir }
	}
}

/// A way to the engine, and the processes that are in it.
struct Way<'a> {
	name: &'a str,
	target: Target,
	processes: Vec<(&'a str, &'a Process)>,
	per_second: Vec<f64>,
	/// Processors' milliseconds for a request, in the order of `processes`, this program's last.
	cpu: Vec<f64>,
	asked: u64,
}

impl<'a> Way<'a> {
	fn new(name: &'a str, target: Target, processes: Vec<(&'a str, &'a Process)>) -> Self {
		let cpu = vec![0.0; processes.len() + 1];
		Self { name, target, processes, per_second: Vec::new(), cpu, asked: 0 }
	}

	fn cpu_millis(&self) -> Vec<f64> {
		let others = self.processes.iter().map(|(_, process)| process.cpu_millis());
		others.chain([process::own_cpu_millis()]).collect()
	}

	async fn at_full_load(&mut self, options: &Options) {
		let before = self.cpu_millis();
		let span = Duration::from_secs(options.seconds);
		let begun = Instant::now();
		let asked = self.target.as_fast_as_it_goes(options.clients, span).await;
		self.per_second.push(asked as f64 / begun.elapsed().as_secs_f64());
		self.asked += asked;
		let after = self.cpu_millis();
		for ((sum, after), before) in self.cpu.iter_mut().zip(after).zip(before) {
			*sum += after - before;
		}
	}

	fn cpu_of_each(&self) -> Map<String, Value> {
		let names = self.processes.iter().map(|(name, _)| *name).chain(["clients"]);
		let each = names.zip(&self.cpu);
		each.map(|(name, sum)| (name.into(), rounded(sum / self.asked as f64))).collect()
	}
}

#[tokio::main]
async fn main() {
	let options = Options::parse();
	match options.role.clone() {
		Some(Role::Engine) => roles::engine().await,
		Some(Role::Gateway { dir, every_second }) => {
			let sync = match every_second {
				true => SyncPolicy::EverySecond,
				false => SyncPolicy::Always,
			};
			roles::gateway(&dir, sync, LANES).await;
		},
		Some(Role::Writers { url }) => roles::writers(&url, WORKERS).await,
		Some(Role::Workers { url }) => roles::workers(&url, WORKERS).await,
		None => measure(&options).await,
	}
}

async fn measure(options: &Options) {
	assert!(options.clients <= LANES, "a lane has one request at a time");
	let dir = options.dir.clone().unwrap_or_else(std::env::temp_dir);
	let own = tempfile::tempdir_in(&dir).expect("a folder");
	let mut engine = Process::own(&["engine"], &own.path().join("engine.log"));
	let engine_at = engine.line();
	let gateway = Gateway::start(&dir, &[]);
	let relaxed = Gateway::start(&dir, &["--every-second"]);
	// What of the gateway's time is its disk's: the same once more without one.
	let memory = Path::new("/dev/shm");
	let in_memory = memory.is_dir().then(|| Gateway::start(memory, &[]));
	let mut proxies = Vec::new();
	for (name, workers) in [("litellm", 1), ("litellm, two processes", 2)] {
		if let Some(program) = &options.litellm {
			let (proxy, target) = litellm::start(program, own.path(), &engine_at, workers).await;
			proxies.push((name, proxy, target));
		}
	}

	let straight = Target::new(&engine_at, BODY, None);
	let mut ways = vec![Way::new("engine", straight, vec![("engine", &engine)])];
	for (name, gateway) in [
		("gateway", Some(&gateway)),
		("gateway, synced every second", Some(&relaxed)),
		("gateway, store in memory", in_memory.as_ref()),
	] {
		let Some(gateway) = gateway else { continue };
		let processes = vec![("gateway", &gateway.gateway), ("workers", &gateway.workers)];
		ways.push(Way::new(name, gateway.target.clone(), processes));
	}
	for (name, proxy, target) in &proxies {
		let processes = vec![("litellm", proxy), ("engine", &engine)];
		ways.push(Way::new(name, target.clone(), processes));
	}

	if let Some(rate) = options.at {
		return latency(options, &ways, rate, own.path()).await;
	}
	// The first round warms up.
	for round in 0..=options.rounds {
		for way in &mut ways {
			way.at_full_load(options).await;
			if round == 0 {
				let (name, target) = (way.name, way.target.clone());
				*way = Way::new(name, target, std::mem::take(&mut way.processes));
			}
		}
	}
	let of = |name: &str| ways.iter().find(|way| way.name == name);
	let highest = |name: &str| of(name).map(|way| median(&way.per_second));
	let ours = highest("gateway").unwrap_or_default();
	let others = ways.iter().filter(|way| way.name != "gateway");
	say(json!({
		"measure": "gateway, requests a second",
		"clients": options.clients,
		"lanes": LANES,
		"workers": WORKERS,
		"rounds": options.rounds,
		"seconds": options.seconds,
		"load": load_average(),
		"per_second": each(&ways, |way| rounded(median(&way.per_second))),
		"ratio": others
			.map(|way| (format!("to {}", way.name), rounded(ours / median(&way.per_second))))
			.collect::<Map<_, _>>(),
		"spread": each(&ways, |way| rounded(spread(&way.per_second))),
		"cpu_ms_per_request": each(&ways, |way| way.cpu_of_each().into()),
	}));

	latency(options, &ways, ours / 2.0, own.path()).await;
	say(json!({
		"measure": "gateway, resident memory, MiB",
		"idle": rounded(gateway.idle_kib as f64 / KIB),
		"after": rounded(gateway.gateway.resident_kib() as f64 / KIB),
		"requests": of("gateway").map(|way| way.asked),
	}));
	for times in OVERLOADS {
		overload(options, &gateway, ours, times).await;
	}
	for others in OTHERS {
		hang_up(&dir, others).await;
	}
}

/// What a request waits when so many are asked a second, each way.
async fn latency(options: &Options, ways: &[Way<'_>], rate: f64, dir: &Path) {
	let sync = sync_millis(dir);
	let mut heard: Vec<(&str, Paced)> =
		ways.iter().map(|way| (way.name, Paced::default())).collect();
	let mut rates = Map::new();
	for _ in 0..options.rounds {
		for (way, (name, paced)) in ways.iter().zip(&mut heard) {
			// Ours and the engine at one rate, so that they can be compared; a proxy at half of its own.
			let rate = match name.starts_with("litellm") && options.at.is_none() {
				true => median(&way.per_second) / 2.0,
				false => rate,
			};
			rates.insert((*name).into(), rounded(rate));
			let span = Duration::from_secs(options.seconds);
			way.target.at_a_rate(options.clients, rate, span, paced).await;
		}
	}
	let at = |paced: &Paced, part| paced.at(part).as_secs_f64() * 1e3;
	let all = |part| -> Map<String, Value> {
		heard.iter().map(|(name, paced)| ((*name).into(), rounded(at(paced, part)))).collect()
	};
	let engine_took = &heard[0].1;
	let added = |part| -> Map<String, Value> {
		let gateways = heard.iter().filter(|(name, _)| name.starts_with("gateway"));
		let added = |paced| rounded(at(paced, part) - at(engine_took, part));
		gateways.map(|(name, paced)| ((*name).into(), added(paced))).collect()
	};
	say(json!({
		"measure": match options.at {
			Some(_) => "gateway, latency, milliseconds",
			None => "gateway, latency at half of its highest rate, milliseconds",
		},
		"rates": rates,
		"load": load_average(),
		"p50": all(0.5),
		"p99": all(0.99),
		"added_p50": added(0.5),
		"added_p99": added(0.99),
		"sync_of_the_disk": { "p50": rounded(sync.0), "p99": rounded(sync.1) },
	}));
}

/// Asks so many times what can be answered, and says what those who are answered wait.
async fn overload(options: &Options, gateway: &Gateway, highest: f64, times: f64) {
	let span = Duration::from_secs(options.seconds * options.rounds as u64);
	let told = gateway.target.too_many(CROWD, highest * times, span).await;
	let at = |paced: &Paced, part| rounded(paced.at(part).as_secs_f64() * 1e3);
	let per_second = |paced: &Paced| rounded(paced.count() as f64 / told.took.as_secs_f64());
	let asked = (told.accepted.count() + told.refused.count()) as f64 / told.took.as_secs_f64();
	say(json!({
		"measure": "gateway, more requests than it can answer; latency in milliseconds",
		"times": times,
		"wanted_per_second": rounded(highest * times),
		"asked_per_second": rounded(asked),
		"connections": CROWD,
		"load": load_average(),
		"answered_per_second": per_second(&told.accepted),
		"refused_per_second": per_second(&told.refused),
		"answered": { "p50": at(&told.accepted, 0.5), "p99": at(&told.accepted, 0.99),
			"highest": at(&told.accepted, 1.0) },
		"answered_since_due": { "p50": at(&told.since_due, 0.5), "p99": at(&told.since_due, 0.99) },
		"resident_mib": rounded(gateway.gateway.resident_kib() as f64 / KIB),
		"refused": { "p50": at(&told.refused, 0.5), "p99": at(&told.refused, 0.99) },
	}));
}

/// How long a worker writes on when its client has left, with so many other answers being written.
async fn hang_up(dir: &Path, others: usize) {
	let mut gateway = Gateway::start_with(dir, &[], "writers", LONG_BODY);
	let mut crowd = JoinSet::new();
	for _ in 0..others {
		let target = gateway.target.clone();
		crowd.spawn(async move { target.stay().await });
	}
	let mut took = Vec::new();
	for number in 0..HANG_UPS {
		let left = gateway.target.leave(Duration::from_millis(rand::random_range(0..20))).await;
		let stopped = tokio::task::block_in_place(|| gateway.workers.line());
		let stopped = Duration::from_micros(stopped.parse().expect("a time"));
		if number >= WARM {
			took.push(stopped.saturating_sub(left).as_secs_f64() * 1e3);
		}
	}
	assert!(crowd.try_join_next().is_none(), "a stream has ended while others were measured");
	let sorted = sorted(&took);
	let at = |part: f64| rounded(sorted[(part * (sorted.len() - 1) as f64) as usize]);
	say(json!({
		"measure": "gateway, from a client's hang-up to the worker's stop, milliseconds",
		"other_streams": others,
		"hang_ups": sorted.len(),
		"load": load_average(),
		"p50": at(0.5),
		"p99": at(0.99),
		"highest": at(1.0),
	}));
}

fn each(ways: &[Way<'_>], what: impl Fn(&Way<'_>) -> Value) -> Map<String, Value> {
	ways.iter().map(|way| (way.name.into(), what(way))).collect()
}

fn say(line: Value) {
	println!("{line}");
}

fn rounded(value: f64) -> Value {
	format!("{value:.4}").parse::<f64>().map_or(Value::Null, |value| match value.abs() >= 100.0 {
		true => json!(value.round()),
		false => json!((value * 1e3).round() / 1e3),
	})
}

fn sorted(values: &[f64]) -> Vec<f64> {
	let mut sorted = values.to_vec();
	sorted.sort_by(f64::total_cmp);
	sorted
}

fn median(values: &[f64]) -> f64 {
	let sorted = sorted(values);
	let half = sorted.len() / 2;
	match sorted.len() % 2 {
		0 => (sorted[half - 1] + sorted[half]) / 2.0,
		_ => sorted[half],
	}
}

fn spread(values: &[f64]) -> f64 {
	let sorted = sorted(values);
	(sorted[sorted.len() - 1] - sorted[0]) / median(values)
}

fn load_average() -> Value {
	let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
	let first = text.split(' ').next().and_then(|first| first.parse::<f64>().ok());
	first.map_or(Value::Null, |load| json!(load))
}

/// How long a write of four pages takes until it is on disk: p50 and p99.
fn sync_millis(dir: &Path) -> (f64, f64) {
	let mut file = std::fs::File::create(dir.join("sync")).expect("a file");
	let took: Vec<_> = (0..200)
		.map(|_| {
			let begun = Instant::now();
			file.write_all(&[7; 16_384]).expect("a write");
			file.sync_data().expect("a write on disk");
			begun.elapsed().as_secs_f64() * 1e3
		})
		.collect();
	let sorted = sorted(&took);
	(sorted[100], sorted[198])
}
