//! The load generator: HTTP/1.1 over connections that stay, without a library, since what it costs is
//! taken from the cores that are measured.

use crate::roles::{since_1970, PIECE};
use std::{
	sync::{
		atomic::{AtomicU64, Ordering::Relaxed},
		Arc,
	},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	task::JoinSet,
	time::{sleep, sleep_until, timeout, Instant},
};

/// A server that listens already may not serve yet.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What is asked, and where.
#[derive(Clone)]
pub struct Target {
	address: String,
	request: Arc<[u8]>,
}

/// How long answers took.
#[derive(Default)]
pub struct Paced {
	took: Vec<Duration>,
}

impl Paced {
	/// What this part of the answers took at most.
	pub fn at(&self, part: f64) -> Duration {
		let last = self.took.len().saturating_sub(1);
		self.took.get((part * last as f64) as usize).copied().unwrap_or_default()
	}
}

impl Paced {
	/// How many there were.
	pub fn count(&self) -> usize {
		self.took.len()
	}
}

/// What came of more requests than can be answered.
#[derive(Default)]
pub struct Overload {
	/// From the first request to the last answer.
	pub took: Duration,
	/// How long the answers took, from the sending of each request.
	pub accepted: Paced,
	/// The same, from when it was to be sent: what no connection was free for waits here, and not in
	/// the gateway.
	pub since_due: Paced,
	/// How long 429 and 503 took.
	pub refused: Paced,
}

struct Client {
	stream: TcpStream,
	request: Arc<[u8]>,
	read: Vec<u8>,
}

impl Client {
	/// Asks and waits for the whole answer, which must be one.
	async fn ask(&mut self) {
		let status = self.hear().await;
		assert_eq!(status, 200, "{}", String::from_utf8_lossy(&self.read));
	}

	/// Asks and waits for all that is said; its status.
	async fn hear(&mut self) -> u16 {
		self.stream.write_all(&self.request).await.expect("the server listens");
		self.read.clear();
		let (status, body, length) = loop {
			self.more().await;
			if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
				let head = String::from_utf8_lossy(&self.read[..at]).to_ascii_lowercase();
				let mut lines = head.lines();
				let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
				let length = lines.find_map(|line| line.strip_prefix("content-length:"));
				let length = length.and_then(|length| length.trim().parse::<usize>().ok());
				let length = length.expect("an answer that says how long it is");
				break (status.expect("HTTP"), at + 4, length);
			}
		};
		while self.read.len() < body + length {
			self.more().await;
		}
		status
	}

	async fn more(&mut self) {
		let read = self.stream.read_buf(&mut self.read).await.expect("an answer");
		assert!(read > 0, "the server has closed: {}", String::from_utf8_lossy(&self.read));
	}
}

impl Target {
	/// Asks for a conversation's next words.
	pub fn new(address: &str, body: &str, key: Option<&str>) -> Self {
		let key = key.map_or(String::new(), |key| format!("Authorization: Bearer {key}\r\n"));
		let request = format!(
			"POST /v1/chat/completions HTTP/1.1\r\nHost: {address}\r\n{key}\
			 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
			body.len()
		);
		Self { address: address.into(), request: request.into_bytes().into() }
	}

	/// Whether it answers.
	pub async fn is_there(&self) -> bool {
		if TcpStream::connect(&self.address).await.is_err() {
			return false;
		}
		let answered = async { self.client().await.ask().await };
		timeout(ANSWER_WITHIN, answered).await.is_ok()
	}

	async fn client(&self) -> Client {
		let stream = TcpStream::connect(&self.address).await.expect("the server is there");
		stream.set_nodelay(true).expect("a connection");
		Client { stream, request: self.request.clone(), read: Vec::new() }
	}

	/// Each client asks again as soon as it is answered; how many answers there were.
	pub async fn as_fast_as_it_goes(&self, clients: usize, span: Duration) -> u64 {
		let end = Instant::now() + span;
		let mut tasks = JoinSet::new();
		for _ in 0..clients {
			let mut client = self.client().await;
			tasks.spawn(async move {
				let mut answers = 0_u64;
				while Instant::now() < end {
					client.ask().await;
					answers += 1;
				}
				answers
			});
		}
		tasks.join_all().await.into_iter().sum()
	}

	/// Asks for an answer in pieces, and leaves so long after the first one; when that was, since 1970.
	pub async fn leave(&self, after: Duration) -> Duration {
		let mut client = self.listen().await;
		sleep(after).await;
		// What came meanwhile is read, as a client does that reads.
		let _ = client.stream.try_read_buf(&mut client.read);
		let left = since_1970();
		drop(client);
		left
	}

	/// Listens to an answer in pieces for as long as it comes.
	pub async fn stay(&self) {
		let mut client = self.listen().await;
		while client.stream.read_buf(&mut client.read).await.is_ok_and(|read| read > 0) {
			client.read.clear();
		}
	}

	/// Asks, and has the first piece.
	async fn listen(&self) -> Client {
		let mut client = self.client().await;
		client.stream.write_all(&client.request).await.expect("the server listens");
		let piece = PIECE.as_bytes();
		while !client.read.windows(piece.len()).any(|part| part == piece) {
			client.more().await;
		}
		client
	}

	/// More than can be done: so many requests a second, evenly, of whom most must be turned away.
	pub async fn too_many(&self, clients: usize, rate: f64, span: Duration) -> Overload {
		let mut all = Vec::new();
		for _ in 0..clients {
			all.push(self.client().await);
		}
		let (begun, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
		let requests = (rate * span.as_secs_f64()) as u64;
		let mut tasks = JoinSet::new();
		for mut client in all {
			let next = next.clone();
			tasks.spawn(async move {
				let mut heard = Vec::new();
				loop {
					let number = next.fetch_add(1, Relaxed);
					if number >= requests {
						return heard;
					}
					let due = begun + Duration::from_secs_f64(number as f64 / rate);
					sleep_until(due).await;
					let sent = Instant::now();
					let status = client.hear().await;
					heard.push((status, sent.elapsed(), due.elapsed()));
				}
			});
		}
		let heard = tasks.join_all().await.into_iter().flatten();
		let mut overload = Overload { took: begun.elapsed(), ..Overload::default() };
		for (status, since_sent, since_due) in heard {
			match status {
				200 => {
					overload.accepted.took.push(since_sent);
					overload.since_due.took.push(since_due);
				},
				429 | 503 => overload.refused.took.push(since_sent),
				other => panic!("status {other}"),
			}
		}
		for paced in [&mut overload.accepted, &mut overload.since_due, &mut overload.refused] {
			paced.took.sort_unstable();
		}
		overload
	}

	/// So many requests a second, evenly. One that no client was free for is late, and that counts.
	pub async fn at_a_rate(&self, clients: usize, rate: f64, span: Duration, into: &mut Paced) {
		let mut all = Vec::new();
		for _ in 0..clients {
			all.push(self.client().await);
		}
		let (begun, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
		let requests = (rate * span.as_secs_f64()) as u64;
		let mut tasks = JoinSet::new();
		for mut client in all {
			let next = next.clone();
			tasks.spawn(async move {
				let mut took = Vec::new();
				loop {
					let number = next.fetch_add(1, Relaxed);
					if number >= requests {
						return took;
					}
					let due = begun + Duration::from_secs_f64(number as f64 / rate);
					let is_late = Instant::now() > due;
					// The timer's millisecond is not the server's.
					let asked = if is_late {
						due
					} else {
						sleep_until(due).await;
						Instant::now()
					};
					client.ask().await;
					took.push(asked.elapsed());
				}
			});
		}
		into.took.extend(tasks.join_all().await.into_iter().flatten());
		into.took.sort_unstable();
	}
}
