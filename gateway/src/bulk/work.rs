//! Working through bulks.

use super::{
	lines::{parse, validate, Line, Lines},
	millis,
};
use crate::{
	api::{line, AnsweredLine},
	clock::now_millis,
	desk::Refusal,
	gateway::Gateway,
	rooms::Rooms,
};
use futures::future::try_join_all;
use reckon_gateway_store::{Bulk, BulkEnd, BulkId, BulkState, StoreError};
use reckon_openai::{Endpoint, Problem};
use serde_json::{json, Value};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::{
	collections::{BTreeMap, HashSet},
	sync::{
		atomic::{AtomicUsize, Ordering::Relaxed},
		Arc,
	},
	time::Duration,
};
use tokio::{
	sync::watch,
	task::JoinSet,
	time::{sleep, sleep_until, Instant},
};

/// How often a bulk looks whether there is room for its next line.
const LOOK: Duration = Duration::from_millis(200);
/// How often it is looked for bulks that nobody works on.
const LOOK_AROUND: Duration = Duration::from_secs(10);
/// How often what has expired is looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Lines of a bulk that wait to be asked again; more are not read.
const MAX_LATER: usize = 64;
/// How often a line is asked whose workers are lost: it may be what they are lost by.
const MAX_LOST: u32 = 5;
/// The longest that a line waits before it is asked again.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// Lines that are noted together as expired.
const NOTED_TOGETHER: usize = 256;

/// Works through all bulks, until `stop`; then what has begun is answered.
pub async fn run(gateway: Gateway, mut stop: watch::Receiver<bool>) {
	let mut changes = gateway.rooms().shelf.changes();
	let busy = Arc::new(AtomicUsize::new(0));
	let mut tasks = JoinSet::new();
	let mut running = BTreeMap::new();
	let mut swept = None;
	while !*stop.borrow() {
		changes.mark_unchanged();
		let rooms = gateway.rooms();
		if swept.is_none_or(|at: Instant| at.elapsed() >= SWEEP_EVERY) {
			swept = Some(Instant::now());
			let now = now_millis();
			let before = now.saturating_sub(millis(rooms.bounds.bulk.keep));
			if let Err(error) = rooms.store.sweep(now, before).await {
				tracing::warn!(%error, "old files can't be removed");
			}
		}
		let open = rooms.store.open_bulks().await.unwrap_or_else(|error| {
			tracing::warn!(%error, "bulks wait");
			Vec::new()
		});
		let most = rooms.bounds.bulk.at_once.max(1);
		for bulk in open {
			let of_owner = running.values().filter(|owner| **owner == bulk.owner).count();
			if running.len() >= most
				|| of_owner >= (most / 4).max(1)
				|| running.contains_key(&bulk.id)
			{
				continue;
			}
			running.insert(bulk.id, bulk.owner.clone());
			busy.store(running.len(), Relaxed);
			let clerk = Clerk {
				gateway: gateway.clone(),
				changes: rooms.shelf.changes(),
				stop: stop.clone(),
				busy: busy.clone(),
				bulk,
			};
			tasks.spawn(clerk.run());
		}
		tokio::select! {
			_ = changes.changed() => {},
			Some(done) = tasks.join_next() => match done {
				Ok(id) => {
					running.remove(&id);
					busy.store(running.len(), Relaxed);
				},
				Err(error) => tracing::error!(%error, "a bulk waits for the next start"),
			},
			_ = stop.wait_for(|stop| *stop) => {},
			() = sleep(LOOK_AROUND) => {},
		}
	}
	while tasks.join_next().await.is_some() {}
}

/// Why a bulk is not gone on with.
enum Over {
	/// The gateway stops.
	Stopped,
	/// Nothing more of it is to be begun.
	Ended(BulkEnd),
}

/// A line on its way, and how often it was asked.
struct Asked {
	line: Line,
	tries: u32,
}

/// Who works on a bulk.
struct Clerk {
	gateway: Gateway,
	changes: watch::Receiver<()>,
	stop: watch::Receiver<bool>,
	/// How many bulks are worked on.
	busy: Arc<AtomicUsize>,
	bulk: Bulk,
}

/// The lines of a bulk that are to be asked.
struct Queue {
	lines: Lines,
	endpoint: String,
	/// Those that nothing is to be done for.
	skipped: HashSet<u64>,
	/// Those that were asked, by when they are asked again.
	later: BTreeMap<(Instant, u64), Asked>,
	read: bool,
}

impl Queue {
	/// The next line, if there is one that may be asked now.
	async fn next(&mut self) -> Result<Option<Asked>, StoreError> {
		if let Some(first) = self.later.first_entry() {
			if first.key().0 <= Instant::now() {
				return Ok(Some(first.remove()));
			}
		}
		while self.later.len() < MAX_LATER && !self.read {
			match self.lines.next().await? {
				None => self.read = true,
				Some((number, _)) if self.skipped.contains(&number) => {},
				Some((number, bytes)) => match parse(number, &bytes, &self.endpoint) {
					Ok(line) => return Ok(Some(Asked { line, tries: 0 })),
					// It was good when the bulk began, and a file does not change.
					Err(fault) => tracing::error!(?fault, "a line can't be read any more"),
				},
			}
		}
		Ok(None)
	}

	fn again(&mut self, asked: Asked, at: Instant) {
		self.later.insert((at, asked.line.number), asked);
	}

	fn is_empty(&self) -> bool {
		self.read && self.later.is_empty()
	}
}

impl Clerk {
	async fn run(mut self) -> BulkId {
		if let Err(error) = self.work().await {
			tracing::warn!(bulk = ?self.bulk.id, %error, "a bulk waits");
			sleep(LOOK_AROUND).await;
		}
		self.bulk.id
	}

	fn rooms(&self) -> &Rooms {
		self.gateway.rooms()
	}

	fn lines(&self) -> Lines {
		Lines::new(self.rooms().store.clone(), self.bulk.input)
	}

	async fn work(&mut self) -> Result<(), StoreError> {
		let store = self.rooms().store.clone();
		let id = self.bulk.id;
		if self.bulk.state == BulkState::Validating {
			match validate(self.lines(), &self.bulk.endpoint).await? {
				Ok(total) => store.begin_bulk(id, total, now_millis()).await?,
				Err(faults) => {
					let faults = serde_json::to_string(&faults).unwrap_or_default();
					return self.end(BulkEnd::Failed(faults)).await;
				},
			};
		}
		let mut queue = Queue {
			lines: self.lines(),
			endpoint: self.bulk.endpoint.clone(),
			skipped: store.lines_of(id).await?.into_iter().collect(),
			later: BTreeMap::new(),
			read: false,
		};
		let mut tasks = JoinSet::new();
		// Answers that a stop has left under way wait for who asks again.
		for asked in self.left(&queue.skipped).await? {
			queue.skipped.insert(asked.line.number);
			tasks.spawn(ask(self.gateway.clone(), self.bulk.clone(), asked));
		}
		let mut over = None;
		loop {
			if over.is_none() {
				over = self.over().await?;
			}
			while over.is_none() && tasks.len() < self.share() {
				let Some(asked) = queue.next().await? else { break };
				if !self.has_room(&asked.line.model).await {
					queue.again(asked, Instant::now() + LOOK);
					break;
				}
				tasks.spawn(ask(self.gateway.clone(), self.bulk.clone(), asked));
			}
			if tasks.is_empty() && (over.is_some() || queue.is_empty()) {
				break;
			}
			let wake = Instant::now() + LOOK;
			let stopping = over.is_some();
			let (mut changes, mut stop) = (self.changes.clone(), self.stop.clone());
			let stopped = async { stop.wait_for(|stop| *stop).await.is_ok() };
			tokio::select! {
				Some(done) = tasks.join_next() => match done {
					Ok((asked, outcome)) => self.note(&mut queue, asked, outcome).await?,
					Err(error) => return Err(StoreError::Database(error.to_string())),
				},
				_ = changes.changed(), if !stopping => {},
				_ = stopped, if !stopping => {},
				() = sleep_until(wake) => {},
			}
		}
		match over {
			Some(Over::Stopped) => Ok(()),
			Some(Over::Ended(end)) => {
				self.close(&end).await?;
				self.end(end).await
			},
			None => self.end(BulkEnd::Completed).await,
		}
	}

	/// How many lines this bulk may ask at once.
	fn share(&self) -> usize {
		(self.rooms().bounds.bulk.at_once / self.busy.load(Relaxed).max(1)).max(1)
	}

	/// Whether nothing more is to be begun.
	async fn over(&mut self) -> Result<Option<Over>, StoreError> {
		if *self.stop.borrow() {
			return Ok(Some(Over::Stopped));
		}
		if self.bulk.expires <= now_millis() {
			return Ok(Some(Over::Ended(BulkEnd::Expired)));
		}
		if self.changes.has_changed().unwrap_or_default()
			|| self.bulk.state == BulkState::Validating
		{
			self.changes.mark_unchanged();
			if let Some(bulk) = self.rooms().store.bulk(self.bulk.id).await? {
				self.bulk = bulk;
			}
		}
		Ok((self.bulk.state == BulkState::Cancelling).then_some(Over::Ended(BulkEnd::Cancelled)))
	}

	/// Whether a line would keep nobody waiting who can't wait. Where something is missing, asking says
	/// what.
	async fn has_room(&self, model: &str) -> bool {
		let rooms = self.rooms();
		let Ok((model, _)) = rooms.model(model) else { return true };
		let serving = rooms.workers.of(&model);
		if rooms.is_queued() || (serving.workers > 0 && serving.active >= serving.slots) {
			return false;
		}
		match rooms.keys.session(&*rooms.store, &self.bulk.owner).await {
			Ok(session) => rooms.channels.has_spare(&self.bulk.owner, session.public()),
			Err(_) => true,
		}
	}

	/// Lines whose answers are under way, though nobody here has asked.
	async fn left(&self, done: &HashSet<u64>) -> Result<Vec<Asked>, StoreError> {
		if self.bulk.state == BulkState::Validating {
			return Ok(Vec::new());
		}
		let (mut lines, mut left) = (self.lines(), Vec::new());
		while let Some((number, bytes)) = lines.next().await? {
			let name = name(&self.bulk, number);
			if !done.contains(&number) && self.rooms().running(name, Some(name)).is_some() {
				left.extend(parse(number, &bytes, &self.bulk.endpoint).ok());
			}
		}
		Ok(left.into_iter().map(|line| Asked { line, tries: 0 }).collect())
	}

	/// Notes what came of a line, or that it is to be asked again.
	async fn note(
		&self,
		queue: &mut Queue,
		mut asked: Asked,
		outcome: Result<AnsweredLine, Problem>,
	) -> Result<(), StoreError> {
		if let Err(problem) = &outcome {
			asked.tries = asked.tries.saturating_add(1);
			let is_lost = problem.code == Some("worker_lost") && asked.tries >= MAX_LOST;
			if matches!(problem.status, 402 | 429 | 503) && !is_lost {
				let pause = self.rooms().bounds.bulk.pause;
				let pause = pause.saturating_mul(1_u32 << asked.tries.min(10)).min(MAX_PAUSE);
				let after = Duration::from_millis(problem.retry_after_ms.unwrap_or_default());
				queue.again(asked, Instant::now() + pause.max(after));
				return Ok(());
			}
		}
		self.put(&asked.line, outcome).await
	}

	async fn put(
		&self,
		line: &Line,
		outcome: Result<AnsweredLine, Problem>,
	) -> Result<(), StoreError> {
		let failed = outcome.is_err();
		let (status, request, body) = match outcome {
			Ok(AnsweredLine { id, body }) => (200, format!("{id:?}"), body),
			Err(problem) => {
				(problem.status, format!("req_{:x}", name(&self.bulk, line.number)), problem.body())
			},
		};
		// Both are JSON of ours.
		let body: Value = serde_json::from_str(&body).unwrap_or_default();
		let response = json!({ "status_code": status, "request_id": request, "body": body });
		let told = self.told(line, response, Value::Null);
		let store = &self.rooms().store;
		store.put_line(self.bulk.id, line.number, failed, &told).await.map(drop)
	}

	/// A line of an output.
	fn told(&self, line: &Line, response: Value, error: Value) -> Vec<u8> {
		let told = json!({
			"id": format!("batch_req_{:x}", name(&self.bulk, line.number)),
			"custom_id": line.custom_id,
			"response": response,
			"error": error,
		});
		format!("{told}\n").into_bytes()
	}

	/// Notes what lines that were not done come to, as nothing more is begun: what is paid is told, and
	/// the rest of an expired bulk is said to have expired.
	async fn close(&self, end: &BulkEnd) -> Result<(), StoreError> {
		let store = &self.rooms().store;
		let done: HashSet<_> = store.lines_of(self.bulk.id).await?.into_iter().collect();
		let mut lines = self.lines();
		let mut expired = Vec::new();
		let expire = async |expired: &mut Vec<(u64, Vec<u8>)>| {
			let noted = expired
				.iter()
				.map(|(number, told)| store.put_line(self.bulk.id, *number, true, told));
			let noted = try_join_all(noted).await.map(drop);
			expired.clear();
			noted
		};
		while let Some((number, bytes)) = lines.next().await? {
			if done.contains(&number) {
				continue;
			}
			let Ok(line) = parse(number, &bytes, &self.bulk.endpoint) else { continue };
			let paid = store.repeated(name(&self.bulk, number)).await?;
			if paid.is_some_and(|record| record.answer.is_some()) {
				let asked = Asked { line, tries: 0 };
				let (asked, outcome) = ask(self.gateway.clone(), self.bulk.clone(), asked).await;
				self.put(&asked.line, outcome).await?;
			} else if *end == BulkEnd::Expired {
				let error = json!({
					"code": "batch_expired",
					"message": "This request could not be executed before the completion window expired.",
				});
				expired.push((number, self.told(&line, Value::Null, error)));
				if expired.len() >= NOTED_TOGETHER {
					expire(&mut expired).await?;
				}
			}
		}
		expire(&mut expired).await
	}

	async fn end(&self, end: BulkEnd) -> Result<(), StoreError> {
		let now = now_millis();
		let keep = now.saturating_add(millis(self.rooms().bounds.bulk.keep));
		self.rooms().store.end_bulk(self.bulk.id, &end, now, keep).await?;
		tracing::info!(bulk = ?self.bulk.id, ?end, "a bulk has ended");
		Ok(())
	}
}

/// What a line's request is known by, whoever asks it when.
fn name(bulk: &Bulk, line: u64) -> H256 {
	H256(blake2_256(&[b"bulk", bulk.id.as_bytes(), &line.to_le_bytes()].concat()))
}

/// Asks a line, as its key would.
async fn ask(gateway: Gateway, bulk: Bulk, asked: Asked) -> (Asked, Result<AnsweredLine, Problem>) {
	let rooms = gateway.rooms();
	let outcome = async {
		let endpoint = Endpoint::of_path(&bulk.endpoint)
			.ok_or_else(|| Refusal::Unavailable("it does not know the endpoint".into()))?;
		let key = rooms.keys.named(&*rooms.store, bulk.key).await?;
		let name = name(&bulk, asked.line.number);
		// It came in with its bulk: so it repeats what was asked since, however long ago.
		line(&gateway, key, endpoint, &asked.line.body, name, bulk.created).await
	};
	let outcome = outcome.await;
	(asked, outcome)
}
