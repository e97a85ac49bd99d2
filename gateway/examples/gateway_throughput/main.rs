//! Requests a second through the whole gateway: HTTP, key, voucher, SQLite, worker's stream, receipt. The
//! workers compute nothing; they, the clients and the gateway share this machine's cores and this
//! process.
//!
//! cargo run --release -p reckon-gateway --example gateway_throughput [REQUESTS] [CLIENTS]

use reckon_gateway::{api, desk::Desk};
use std::{
	sync::{
		atomic::{AtomicU64, Ordering::Relaxed},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::net::TcpListener;

#[path = "../tests/common/mod.rs"]
mod common;

use common::{pair, Manner, Net, CHANNEL};
use sp_core::Pair;

const WORKERS: u8 = 16;
/// Lanes of one channel: as many requests at once.
const LANES: usize = 64;

#[tokio::main]
async fn main() {
	let mut args = std::env::args().skip(1);
	let requests = args.next().map_or(20_000, |count| count.parse().expect("a number of requests"));
	let clients = args.next().map_or(48, |count| count.parse().expect("a number of clients"));
	assert!(clients <= LANES, "a lane has one request at a time");
	let dir = tempfile::tempdir().expect("a temporary directory");
	let net = Net::new(dir.path()).await;
	let owner = pair(42);
	let account = reckon_primitives::AccountId::new(owner.public().0);
	net.key(u128::MAX / 2, LANES, u128::MAX).await;
	let text = net.gateway.challenge(&account).await.expect("a challenge");
	let signature = owner.sign(text.as_bytes());
	let issued = net.gateway.issue(&account, &text, &signature.0, "bench", u128::MAX).await;
	let secret = issued.expect("a key").secret;
	let mut workers = Vec::new();
	for number in 0..WORKERS {
		workers.push(net.worker(100 + number, Manner::Honest).await);
	}
	let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
	let url = format!("http://{}/v1/chat/completions", listener.local_addr().expect("an address"));
	let desk: Arc<dyn Desk> = Arc::new(net.gateway.clone());
	let limits = api::Limits::default();
	tokio::spawn(api::serve(listener, desk, limits, std::future::pending()));

	let http = reqwest::Client::builder().pool_max_idle_per_host(clients).build().expect("HTTP");
	let body =
		r#"{"model":"acme/words","messages":[{"role":"user","content":"speak"}],"max_tokens":16}"#;
	let ask = {
		let (http, url, secret) = (http.clone(), url.clone(), secret.clone());
		move || {
			let request = http.post(&url).bearer_auth(&secret);
			request.header("content-type", "application/json").body(body)
		}
	};
	for (name, clients) in [("half load", clients.div_ceil(8)), ("full load", clients)] {
		let next = Arc::new(AtomicU64::new(0));
		let begun = Instant::now();
		let tasks: Vec<_> = (0..clients)
			.map(|_| {
				let (ask, next) = (ask.clone(), next.clone());
				tokio::spawn(async move {
					let mut took = Vec::new();
					while next.fetch_add(1, Relaxed) < requests {
						let begun = Instant::now();
						let answer = ask().send().await.expect("an answer");
						let status = answer.status();
						let text = answer.text().await.expect("a body");
						assert!(status.is_success(), "{status}: {text}");
						took.push(begun.elapsed());
					}
					took
				})
			})
			.collect();
		let mut took: Vec<Duration> = Vec::new();
		for task in tasks {
			took.extend(task.await.expect("no request fails"));
		}
		let seconds = begun.elapsed().as_secs_f64();
		took.sort_unstable();
		let at = |part: f64| took[(part * (took.len() - 1) as f64) as usize].as_secs_f64() * 1e3;
		println!(
			"{name}: {clients} clients, {:.0} requests a second, p50 {:.2} ms, p99 {:.2} ms",
			took.len() as f64 / seconds,
			at(0.5),
			at(0.99),
		);
	}
	let channel = net.gateway.channel(CHANNEL).await.expect("the channel");
	println!("charged {} in {} lanes", channel.lanes.iter().sum::<u128>(), channel.lanes.len());
}
