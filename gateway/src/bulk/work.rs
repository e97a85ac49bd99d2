//! Working through bulks.

use super::{
	line_name,
	lines::{parse, validate, Line, Lines},
	millis,
};
use crate::{
	api::{line, AnsweredLine},
	clock::now_millis,
	desk::{Ask, Desk, Payer},
	gateway::Gateway,
	rooms::Rooms,
};
use futures::future::{ready, try_join_all};
use reckon_gateway_store::{Bulk, BulkEnd, BulkId, BulkState, KeyId, OpenBulk, StoreError};
use reckon_openai::{Endpoint, Order, Problem};
use reckon_primitives::AccountId;
use serde_json::{json, Value};
use std::{
	collections::{BTreeMap, HashSet},
	future::pending,
	sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
	time::Duration,
};
use tokio::{
	sync::{oneshot, watch},
	task::JoinSet,
	time::{sleep, sleep_until, Instant},
};

/// How often a bulk looks whether there is room for its next line.
const LOOK: Duration = Duration::from_millis(200);
/// How often it is looked for bulks that nobody works on.
const LOOK_AROUND: Duration = Duration::from_secs(10);
/// How often what has expired is looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Lines of a bulk that wait to be asked again, and their bytes; beyond that no others are read.
const MAX_LATER: usize = 64;
const MAX_LATER_BYTES: usize = 4 << 20;
/// How often a line is asked whose workers are lost: it may be what they are lost by.
const MAX_LOST: u32 = 5;
/// The longest that a line waits before it is asked again.
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// Lines that are noted together as expired.
const NOTED_TOGETHER: usize = 256;

/// How the places are used in which bulks are worked on.
#[derive(Debug, Default)]
pub(super) struct Places {
	/// How many are taken.
	pub taken: AtomicUsize,
	/// Whether there are bulks that have none.
	waited_for: AtomicBool,
}

/// Who has the places, and whose turn is next.
#[derive(Default)]
struct Turns {
	running: BTreeMap<BulkId, AccountId>,
	/// In which order those that wait have given their places up.
	waiting: BTreeMap<BulkId, u64>,
	count: u64,
}

impl Turns {
	/// Those of the open bulks that get the places that are free, and whether others get none.
	fn next(&mut self, mut open: Vec<OpenBulk>, places: usize) -> (Vec<BulkId>, bool) {
		open.retain(|bulk| !self.running.contains_key(&bulk.id));
		let ids: HashSet<_> = open.iter().map(|bulk| bulk.id).collect();
		self.waiting.retain(|id, _| ids.contains(id));
		// Those that are to end need no worker. Then who has not had a turn, the oldest first.
		open.sort_by_key(|bulk| (!bulk.cancelling, self.waiting.get(&bulk.id).copied()));
		let of_owner = (places / 4).max(1);
		let mut next = Vec::new();
		for bulk in &open {
			let has = self.running.values().filter(|owner| **owner == bulk.owner).count();
			if self.running.len() < places && has < of_owner {
				self.running.insert(bulk.id, bulk.owner.clone());
				next.push(bulk.id);
			}
		}
		let others = open.len() > next.len();
		(next, others)
	}

	/// A bulk has given its place up.
	fn ended(&mut self, id: BulkId) {
		self.running.remove(&id);
		self.count = self.count.saturating_add(1);
		self.waiting.insert(id, self.count);
	}
}

/// Works through all bulks, until `stop`; then what has begun is answered.
pub async fn run(gateway: Gateway, mut stop: watch::Receiver<bool>) {
	let rooms = gateway.rooms();
	let mut changes = rooms.shelf.changes();
	let places = &rooms.shelf.places;
	let (mut tasks, mut turns) = (JoinSet::new(), Turns::default());
	let mut swept = None;
	while !*stop.borrow() {
		changes.mark_unchanged();
		if swept.is_none_or(|at: Instant| at.elapsed() >= SWEEP_EVERY) {
			swept = Some(Instant::now());
			let now = now_millis();
			let before = now.saturating_sub(millis(rooms.bounds.bulk.keep));
			if let Err(error) = rooms.store.sweep(now, before).await {
				tracing::warn!(%error, "old files can't be removed");
			}
		}
		match rooms.store.open_bulks().await {
			Ok(open) => {
				let (next, others) = turns.next(open, rooms.bounds.bulk.at_once.max(1));
				places.waited_for.store(others, Relaxed);
				places.taken.store(turns.running.len(), Relaxed);
				for id in next {
					let turn = tokio::spawn(turn(gateway.clone(), id, stop.clone()));
					tasks.spawn(async move {
						if let Err(error) = turn.await {
							tracing::error!(bulk = ?id, %error, "a bulk waits");
							sleep(LOOK_AROUND).await;
						}
						id
					});
				}
			},
			Err(error) => tracing::warn!(%error, "bulks wait"),
		}
		tokio::select! {
			_ = changes.changed() => {},
			Some(done) = tasks.join_next() => {
				if let Ok(id) = done {
					turns.ended(id);
					places.taken.store(turns.running.len(), Relaxed);
				}
			},
			_ = stop.wait_for(|stop| *stop) => {},
			() = sleep(LOOK_AROUND) => {},
		}
	}
	while tasks.join_next().await.is_some() {}
}

/// Works on a bulk until it has ended, the gateway stops, or it is another one's turn.
async fn turn(gateway: Gateway, id: BulkId, stop: watch::Receiver<bool>) {
	let mut tasks = JoinSet::new();
	let worked = async {
		let rooms = gateway.rooms();
		// Looked at from before it is read: no change is missed.
		let changes = rooms.shelf.changes();
		let bulk = rooms.store.bulk(id).await?;
		let Some(bulk) = bulk.filter(|bulk| bulk.ended.is_none()) else { return Ok(()) };
		let endpoint = Endpoint::of_path(&bulk.endpoint)
			.ok_or_else(|| StoreError::Corrupt(format!("a bulk for {}", bulk.endpoint)))?;
		let origin = Origin { bulk: id, key: bulk.key, endpoint, created: bulk.created };
		let began = Instant::now();
		let clerk = Clerk { gateway: gateway.clone(), changes, stop, began, bulk, origin };
		clerk.work(&mut tasks).await
	};
	let worked: Result<(), StoreError> = worked.await;
	if let Err(error) = worked {
		tracing::warn!(bulk = ?id, %error, "a bulk waits");
		// An answer that nobody hears would be cut off. It is noted when it is asked for again.
		while tasks.join_next().await.is_some() {}
		sleep(LOOK_AROUND).await;
	}
}

/// Why a bulk is not gone on with.
enum Over {
	/// The gateway stops, or others wait for the place.
	Paused,
	/// Nothing more of it is to be begun.
	Ended(BulkEnd),
}

/// What all requests of a bulk have in common.
#[derive(Clone, Copy)]
struct Origin {
	bulk: BulkId,
	key: KeyId,
	endpoint: Endpoint,
	created: u64,
}

/// A line on its way.
struct Asked {
	line: Line,
	/// How often it was asked, and how often its workers were lost.
	tries: u32,
	lost: u32,
}

impl Asked {
	fn new(line: Line) -> Self {
		Self { line, tries: 0, lost: 0 }
	}

	/// It was refused: how long it waits until it is asked again, if that may help.
	fn refused(&mut self, problem: &Problem, pause: Duration) -> Option<Duration> {
		self.tries = self.tries.saturating_add(1);
		if problem.code == Some("worker_lost") {
			self.lost = self.lost.saturating_add(1);
		}
		if !passes(problem) || self.lost >= MAX_LOST {
			return None;
		}
		let pause = pause.saturating_mul(1_u32 << self.tries.min(10)).min(MAX_PAUSE);
		Some(pause.max(Duration::from_millis(problem.retry_after_ms.unwrap_or_default())))
	}
}

type Outcome = Result<AnsweredLine, Problem>;

/// Who works on a bulk.
struct Clerk {
	gateway: Gateway,
	changes: watch::Receiver<()>,
	stop: watch::Receiver<bool>,
	began: Instant,
	bulk: Bulk,
	origin: Origin,
}

/// The lines of a bulk that are to be asked.
struct Queue {
	lines: Lines,
	endpoint: String,
	/// Those that there is something for.
	done: HashSet<u64>,
	/// Those that wait, by when they are asked.
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
		while !self.read && !self.is_full() {
			match self.lines.next().await? {
				None => self.read = true,
				Some((number, _)) if self.done.contains(&number) => {},
				Some((number, bytes)) => match parse(number, &bytes, &self.endpoint) {
					Ok(line) => return Ok(Some(Asked::new(line))),
					// It was good when the bulk began, and a file does not change.
					Err(fault) => tracing::error!(?fault, "a line can't be read any more"),
				},
			}
		}
		Ok(None)
	}

	fn is_full(&self) -> bool {
		let bytes: usize = self.later.values().map(|asked| asked.line.body.len()).sum();
		self.later.len() >= MAX_LATER || bytes >= MAX_LATER_BYTES
	}

	fn again(&mut self, asked: Asked, at: Instant) {
		self.later.insert((at, asked.line.number), asked);
	}

	fn is_empty(&self) -> bool {
		self.read && self.later.is_empty()
	}
}

impl Clerk {
	fn rooms(&self) -> &Rooms {
		self.gateway.rooms()
	}

	fn lines(&self) -> Lines {
		let rooms = self.rooms();
		Lines::new(rooms.store.clone(), self.bulk.input, rooms.bounds.bulk.line_bytes)
	}

	async fn work(mut self, tasks: &mut JoinSet<(Asked, Outcome)>) -> Result<(), StoreError> {
		let store = self.rooms().store.clone();
		let id = self.bulk.id;
		if self.bulk.state == BulkState::Validating {
			match validate(self.lines(), &self.bulk.endpoint).await? {
				Ok(total) => drop(store.begin_bulk(id, total, now_millis()).await?),
				Err(faults) => {
					let faults = serde_json::to_string(&faults).unwrap_or_default();
					return self.end(BulkEnd::Failed(faults)).await;
				},
			};
			self.look().await?;
		}
		let mut queue = Queue {
			lines: self.lines(),
			endpoint: self.bulk.endpoint.clone(),
			done: store.lines_of(id).await?.into_iter().collect(),
			later: BTreeMap::new(),
			read: false,
		};
		let mut over = None;
		// One after another: whether there is room for a line is known when the one before has its place.
		let mut beginning: Option<oneshot::Receiver<()>> = None;
		loop {
			if over.is_none() {
				over = self.over().await?;
			}
			while over.is_none() && beginning.is_none() && tasks.len() < self.share() {
				let Some(asked) = queue.next().await? else { break };
				if !self.has_room(&asked.line.model).await {
					queue.again(asked, Instant::now() + LOOK);
					continue;
				}
				let (begun, begins) = oneshot::channel();
				beginning = Some(begins);
				tasks.spawn(ask(self.gateway.clone(), self.origin, asked, begun));
			}
			if tasks.is_empty() && (over.is_some() || queue.is_empty()) {
				break;
			}
			let wake = Instant::now() + LOOK;
			let stopping = over.is_some();
			let (mut changes, mut stop) = (self.changes.clone(), self.stop.clone());
			let stopped = async { stop.wait_for(|stop| *stop).await.is_ok() };
			let begun = async {
				match &mut beginning {
					Some(begins) => drop(begins.await),
					None => pending().await,
				}
			};
			tokio::select! {
				Some(done) = tasks.join_next() => match done {
					Ok((asked, outcome)) => self.note(&mut queue, asked, outcome).await?,
					Err(error) => return Err(StoreError::Database(error.to_string())),
				},
				() = begun => beginning = None,
				_ = changes.changed(), if !stopping => {},
				_ = stopped, if !stopping => {},
				() = sleep_until(wake) => {},
			}
		}
		match over {
			Some(Over::Paused) => Ok(()),
			Some(Over::Ended(end)) => {
				self.close(&end).await?;
				self.end(end).await
			},
			None => self.end(BulkEnd::Completed).await,
		}
	}

	/// How many lines this bulk may ask at once.
	fn share(&self) -> usize {
		let rooms = self.rooms();
		(rooms.bounds.bulk.at_once / rooms.shelf.places.taken.load(Relaxed).max(1)).max(1)
	}

	/// Reads what has become of the bulk.
	async fn look(&mut self) -> Result<(), StoreError> {
		self.changes.mark_unchanged();
		if let Some(bulk) = self.rooms().store.bulk(self.bulk.id).await? {
			self.bulk = bulk;
		}
		Ok(())
	}

	/// Whether nothing more is to be begun.
	async fn over(&mut self) -> Result<Option<Over>, StoreError> {
		if *self.stop.borrow() {
			return Ok(Some(Over::Paused));
		}
		if self.changes.has_changed().unwrap_or_default() {
			self.look().await?;
		}
		if self.bulk.state == BulkState::Cancelling {
			return Ok(Some(Over::Ended(BulkEnd::Cancelled)));
		}
		if self.bulk.expires <= now_millis() {
			return Ok(Some(Over::Ended(BulkEnd::Expired)));
		}
		let rooms = self.rooms();
		let is_others = rooms.shelf.places.waited_for.load(Relaxed)
			&& self.began.elapsed() >= rooms.bounds.bulk.turn;
		Ok(is_others.then_some(Over::Paused))
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

	/// Notes what came of a line, or that it is to be asked again.
	async fn note(
		&self,
		queue: &mut Queue,
		mut asked: Asked,
		outcome: Outcome,
	) -> Result<(), StoreError> {
		if let Err(problem) = &outcome {
			if let Some(wait) = asked.refused(problem, self.rooms().bounds.bulk.pause) {
				queue.again(asked, Instant::now() + wait);
				return Ok(());
			}
		}
		self.put(&asked.line, outcome).await
	}

	/// Notes what came of a line.
	async fn put(&self, line: &Line, outcome: Outcome) -> Result<(), StoreError> {
		let failed = outcome.is_err();
		let (status, request, body) = match outcome {
			Ok(AnsweredLine { id, body }) => (200, format!("{id:?}"), body),
			Err(problem) => {
				let name = line_name(self.bulk.id, line.number);
				(problem.status, format!("req_{name:x}"), problem.body())
			},
		};
		// Both are JSON of ours.
		let body: Value = serde_json::from_str(&body).unwrap_or_default();
		let response = json!({ "status_code": status, "request_id": request, "body": body });
		let told = self.told(line, response, Value::Null);
		let rooms = self.rooms();
		if rooms.store.put_line(self.bulk.id, line.number, failed, &told).await? {
			rooms.metrics.line(failed);
		}
		Ok(())
	}

	/// A line of an output.
	fn told(&self, line: &Line, response: Value, error: Value) -> Vec<u8> {
		let told = json!({
			"id": format!("batch_req_{:x}", line_name(self.bulk.id, line.number)),
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
			if let Some(outcome) = self.heard(&line).await? {
				self.put(&line, outcome).await?;
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

	/// The answer to a line that was asked before a stop, if it is paid.
	async fn heard(&self, asked: &Line) -> Result<Option<Outcome>, StoreError> {
		let name = line_name(self.bulk.id, asked.number);
		let Some(answering) = self.gateway.heard(name).await? else { return Ok(None) };
		let Origin { key, endpoint, created, .. } = self.origin;
		let told = |_| ready(Ok(answering));
		let outcome = line(&self.gateway, key, endpoint, &asked.body, created, told).await;
		Ok(Some(outcome).filter(|outcome| !outcome.as_ref().is_err_and(passes)))
	}

	async fn end(&self, end: BulkEnd) -> Result<(), StoreError> {
		let now = now_millis();
		let keep = now.saturating_add(millis(self.rooms().bounds.bulk.keep));
		self.rooms().store.end_bulk(self.bulk.id, &end, now, keep).await?;
		tracing::info!(bulk = ?self.bulk.id, ?end, "a bulk has ended");
		Ok(())
	}
}

/// Whether it may help to ask again.
fn passes(problem: &Problem) -> bool {
	// One that was answered and could not be noted runs for the store until the next start.
	matches!(problem.status, 402 | 429 | 503) || problem.code == Some("voucher_used")
}

/// Asks a line, as its key would; lets `begun` go when it has its place, or gets none.
async fn ask(
	gateway: Gateway,
	origin: Origin,
	asked: Asked,
	begun: oneshot::Sender<()>,
) -> (Asked, Outcome) {
	let Origin { bulk, key, endpoint, created } = origin;
	let name = line_name(bulk, asked.line.number);
	let rooms = gateway.rooms();
	let hand_in = |order: Order| async {
		let answering = match gateway.heard(name).await {
			Ok(Some(answering)) => Ok(answering),
			Ok(None) => {
				let key = rooms.keys.named(&*rooms.store, key).await?;
				let payer = Payer::Key(Box::new(key));
				// It came in with its bulk.
				let (repeat, received) = (Some(name), created);
				gateway.ask(Ask { payer, order, repeat, first: false, whole: true, received }).await
			},
			Err(error) => Err(super::shelf::unavailable(error)),
		};
		drop(begun);
		answering
	};
	let outcome = line(&gateway, key, endpoint, &asked.line.body, created, hand_in).await;
	(asked, outcome)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::desk::Refusal;
	use sp_core::H256;

	fn open(id: u8, owner: u8) -> OpenBulk {
		let owner = AccountId::new([owner; 32]);
		OpenBulk { id: H256([id; 32]), owner, cancelling: false }
	}

	fn ids(ids: &[u8]) -> Vec<BulkId> {
		ids.iter().map(|id| H256([*id; 32])).collect()
	}

	#[test]
	fn line_should_be_asked_again_until_its_workers_were_lost_too_often() {
		let problem = |refusal: Refusal| Problem::from(refusal);
		let pause = Duration::from_millis(10);
		let line = Line { number: 1, custom_id: "a".into(), model: "m".into(), body: vec![] };
		let mut asked = Asked::new(line);
		let busy = problem(Refusal::Busy { model: "m".into(), after_ms: 30 });
		let waits: Vec<_> = (0..20).map(|_| asked.refused(&busy, pause).unwrap()).collect();
		assert_eq!(waits[..4], [30, 40, 80, 160].map(Duration::from_millis));
		assert_eq!(waits[19], Duration::from_millis(10_240));
		assert_eq!(asked.refused(&busy, Duration::from_secs(1)), Some(MAX_PAUSE));
		let lost = problem(Refusal::WorkerLost);
		let again = (0..9).filter(|_| asked.refused(&lost, pause).is_some()).count();
		assert_eq!(again, 4);
		let unknown = problem(Refusal::ModelNotFound { name: "m".into(), known: vec![] });
		assert_eq!(asked.refused(&unknown, pause), None);
	}

	#[test]
	fn places_should_go_round_when_there_are_too_few() {
		let mut turns = Turns::default();
		let all: Vec<_> = (1..=6).map(|id| open(id, id)).collect();
		assert_eq!(turns.next(all.clone(), 4), (ids(&[1, 2, 3, 4]), true));
		assert_eq!(turns.next(all.clone(), 4), (vec![], true));
		turns.ended(H256([2; 32]));
		assert_eq!(turns.next(all.clone(), 4), (ids(&[5]), true));
		turns.ended(H256([1; 32]));
		turns.ended(H256([5; 32]));
		let cancelled = OpenBulk { cancelling: true, ..open(5, 5) };
		let all: Vec<_> = all.into_iter().filter(|bulk| bulk.id != cancelled.id).collect();
		let all = [all, vec![cancelled]].concat();
		assert_eq!(turns.next(all, 4), (ids(&[5, 6]), true), "what is to end, then who had none");
		turns.ended(H256([3; 32]));
		let all: Vec<_> = (1..=6).map(|id| open(id, id)).collect();
		assert_eq!(turns.next(all[..5].to_vec(), 4), (ids(&[2]), true), "who waits the longest");
	}

	#[test]
	fn places_should_be_left_for_others_when_one_owner_has_many_bulks() {
		let mut turns = Turns::default();
		let all = [open(1, 1), open(2, 1), open(3, 1), open(4, 2)];
		assert_eq!(turns.next(all.to_vec(), 8), (ids(&[1, 2, 4]), true));
		turns.ended(H256([1; 32]));
		assert_eq!(turns.next(all[1..].to_vec(), 8), (ids(&[3]), false));
	}
}
