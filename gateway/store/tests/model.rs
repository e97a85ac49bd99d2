//! Any sequence of calls does to a store what it does to a few lists in memory.

mod common;

use common::*;
use proptest::prelude::*;
use reckon_gateway_store::*;
use reckon_primitives::Balance;
use sp_core::H256;
use std::{collections::BTreeMap, sync::Arc};

#[derive(Clone, Debug)]
enum Op {
	Bind(u64),
	Admit {
		n: u64,
		key: Option<u8>,
		repeat: Option<u64>,
		cumulative: Balance,
		after: u64,
		to: Option<(u8, u64)>,
	},
	Dispatch(u64, u8, u64),
	Interrupted(u64),
	Finish {
		n: u64,
		charge: Balance,
		at: u64,
	},
	Fail(u64, u64),
	Batch(u64, Vec<u64>, u64),
	Committed(u64, u64),
	Settled(u64, Option<u8>, u64),
	Dissolve(u64),
	PutKey(u8, u8),
	Revoke(u8, u8, u64),
	Limit(u8, Balance),
	Session(u8, u8),
	Prune(u64),
	Reopen,
}

fn op() -> impl Strategy<Value = Op> {
	let (n, at, root) = (0..12_u64, 0..50_u64, 0..3_u64);
	let amount = prop_oneof![4 => 0..2_000_u128, 1 => any::<u128>()];
	let admit = (
		n.clone(),
		proptest::option::of(0..3_u8),
		proptest::option::of(0..4_u64),
		amount.clone(),
		990..1_020_u64,
		proptest::option::of((0..4_u8, at.clone())),
	);
	let admit = admit.prop_map(|(n, key, repeat, cumulative, after, to)| Op::Admit {
		n,
		key,
		repeat,
		cumulative,
		after,
		to,
	});
	prop_oneof![
		1 => (0..2_u64).prop_map(Op::Bind),
		16 => admit,
		6 => (n.clone(), 0..4_u8, at.clone()).prop_map(|(n, w, at)| Op::Dispatch(n, w, at)),
		2 => at.clone().prop_map(Op::Interrupted),
		16 => (n.clone(), amount.clone(), at.clone())
			.prop_map(|(n, charge, at)| Op::Finish { n, charge, at }),
		4 => (n.clone(), at.clone()).prop_map(|(n, at)| Op::Fail(n, at)),
		12 => (root.clone(), proptest::collection::vec(n, 0..3), at.clone())
			.prop_map(|(root, some, at)| Op::Batch(root, some, at)),
		6 => (root.clone(), 100..102_u64).prop_map(|(root, id)| Op::Committed(root, id)),
		6 => (root.clone(), proptest::option::of(0..2_u8), at.clone())
			.prop_map(|(root, reason, at)| Op::Settled(root, reason, at)),
		4 => root.prop_map(Op::Dissolve),
		4 => (0..3_u8, 0..2_u8).prop_map(|(key, owner)| Op::PutKey(key, owner)),
		2 => (0..3_u8, 0..2_u8, at.clone()).prop_map(|(key, owner, at)| Op::Revoke(key, owner, at)),
		2 => (0..3_u8, amount).prop_map(|(key, limit)| Op::Limit(key, limit)),
		2 => (0..3_u8, 0..3_u8).prop_map(|(owner, key)| Op::Session(owner, key)),
		2 => at.prop_map(Op::Prune),
		1 => Just(Op::Reopen),
	]
}

/// What a call returned, as far as both can say it.
#[derive(PartialEq, Debug)]
enum Outcome {
	Done,
	Is(bool),
	Repeats(RequestId),
	Session(Session),
	Count(u64),
	Refused,
	Foreign,
}

fn done(result: Result<(), StoreError>) -> Outcome {
	outcome(result.map(|()| Outcome::Done))
}

fn outcome(result: Result<Outcome, StoreError>) -> Outcome {
	match result {
		Ok(outcome) => outcome,
		Err(StoreError::Refused(_)) => Outcome::Refused,
		Err(StoreError::Foreign { .. }) => Outcome::Foreign,
		Err(other) => panic!("{other}"),
	}
}

fn admitted(op: &Op) -> (Admission, u64) {
	let Op::Admit { n, key, repeat, cumulative, after, .. } = op else { unreachable!() };
	let admission = Admission {
		key: key.map(|n| common::key(n).id),
		repeat: repeat.map(hash),
		..paid(*n, hash(*n % 2), (*n % 3) as u16, *cumulative)
	};
	(admission, *after)
}

/// Any admission of this request makes the same receipt.
fn answer_to(n: u64, charge: Balance) -> Answer {
	answer(&paid(n, hash(n % 2), (n % 3) as u16, 0), charge)
}

fn reason(n: u8) -> String {
	format!("reason {n}")
}

fn session(owner: u8, key: u8) -> Session {
	Session { owner: account(owner), public: public(key), seed: [key; 32] }
}

async fn call(store: &dyn Store, op: &Op) -> Outcome {
	match op {
		Op::Bind(genesis) => done(store.bind(hash(*genesis), "5Gate").await),
		Op::Admit { to, .. } => {
			let (admission, after) = admitted(op);
			let admitted = match *to {
				Some((to, at)) => store.admit_to(&admission, after, public(to), at).await,
				None => store.admit(&admission, after).await,
			};
			outcome(admitted.map(|admitted| match admitted {
				Admitted::New => Outcome::Done,
				Admitted::Repeats(there) => Outcome::Repeats(there.admission.request.hash()),
			}))
		},
		Op::Dispatch(n, worker, at) => done(store.dispatch(id(*n), public(*worker), *at).await),
		Op::Interrupted(at) => done(store.interrupted(*at).await),
		Op::Finish { n, charge, at } => {
			outcome(store.finish(id(*n), &answer_to(*n, *charge), 0, *at).await.map(Outcome::Is))
		},
		Op::Fail(n, at) => outcome(store.fail(id(*n), "late", *at).await.map(Outcome::Is)),
		Op::Batch(root, some, at) => {
			let some: Vec<_> = some.iter().map(|n| id(*n)).collect();
			done(store.batch(hash(*root), &some, *at).await)
		},
		Op::Committed(root, batch) => done(store.committed(hash(*root), hash(*batch), 7).await),
		Op::Settled(root, why, at) => {
			let why = why.map(reason);
			done(store.settled(hash(*root), why.as_deref(), *at).await)
		},
		Op::Dissolve(root) => done(store.dissolve(hash(*root)).await),
		Op::PutKey(n, owner) => {
			done(store.put_key(&Key { owner: account(*owner), ..key(*n) }).await)
		},
		Op::Revoke(n, owner, at) => {
			outcome(store.revoke(key(*n).id, &account(*owner), *at).await.map(Outcome::Is))
		},
		Op::Limit(n, limit) => outcome(store.limit(key(*n).id, *limit).await.map(Outcome::Is)),
		Op::Session(owner, key) => {
			outcome(store.session(&session(*owner, *key)).await.map(Outcome::Session))
		},
		Op::Prune(before) => outcome(store.prune(*before).await.map(Outcome::Count)),
		Op::Reopen => Outcome::Done,
	}
}

/// The store as anybody would write it who need not keep anything.
#[derive(Default)]
struct Model {
	owner: Option<u64>,
	requests: Vec<Record>,
	lanes: BTreeMap<(H256, u16), Lane>,
	keys: Vec<Key>,
	sessions: Vec<Session>,
	batches: Vec<(Batch, Vec<RequestId>, Option<u64>)>,
}

fn name(record: &Record) -> RequestId {
	record.admission.request.hash()
}

fn is_open(record: &Record) -> bool {
	matches!(record.state, State::Authorised | State::Dispatched)
}

impl Model {
	fn find(&mut self, id: RequestId) -> Option<&mut Record> {
		self.requests.iter_mut().find(|record| name(record) == id)
	}

	fn open(&mut self, id: RequestId) -> Option<&mut Record> {
		self.find(id).filter(|record| is_open(record))
	}

	fn key(&mut self, n: u8) -> Option<&mut Key> {
		self.keys.iter_mut().find(|there| there.id == key(n).id)
	}

	fn call(&mut self, op: &Op) -> Outcome {
		match op {
			Op::Bind(genesis) => match *self.owner.get_or_insert(*genesis) == *genesis {
				true => Outcome::Done,
				false => Outcome::Foreign,
			},
			Op::Admit { n, to, .. } => {
				let outcome = self.admit(op);
				match to {
					Some((worker, at)) if outcome == Outcome::Done => {
						self.call(&Op::Dispatch(*n, *worker, *at))
					},
					_ => outcome,
				}
			},
			Op::Dispatch(n, worker, at) => match self.open(id(*n)) {
				Some(record) => {
					record.state = State::Dispatched;
					record.worker = Some(public(*worker));
					record.times.dispatched = Some(*at);
					record.times.interrupted = None;
					Outcome::Done
				},
				None => Outcome::Refused,
			},
			Op::Interrupted(at) => {
				let handed_out = |record: &&mut Record| record.state == State::Dispatched;
				for record in self.requests.iter_mut().filter(handed_out) {
					record.times.interrupted.get_or_insert(*at);
				}
				Outcome::Done
			},
			Op::Finish { n, charge, at } => self.finish(*n, *charge, *at),
			Op::Fail(n, at) => Outcome::Is(match self.open(id(*n)) {
				Some(record) => {
					record.state = State::Failed("late".into());
					record.times.failed = Some(*at);
					true
				},
				None => false,
			}),
			Op::Batch(root, some, at) => self.batch(hash(*root), some, *at),
			Op::Committed(root, batch) => self.committed(hash(*root), hash(*batch)),
			Op::Settled(root, why, at) => self.settled(hash(*root), why.map(reason), *at),
			Op::Dissolve(root) => self.dissolve(hash(*root)),
			Op::PutKey(n, owner) => {
				if self.key(*n).is_some() {
					return Outcome::Refused;
				}
				self.keys.push(Key { owner: account(*owner), ..key(*n) });
				Outcome::Done
			},
			Op::Revoke(n, owner, at) => {
				let key = self.key(*n).filter(|key| key.owner == account(*owner));
				Outcome::Is(match key {
					Some(key) => {
						key.revoked.get_or_insert(*at);
						true
					},
					None => false,
				})
			},
			Op::Limit(n, limit) => Outcome::Is(match self.key(*n) {
				Some(key) => {
					key.limit = *limit;
					true
				},
				None => false,
			}),
			Op::Session(owner, key) => {
				let session = session(*owner, *key);
				if let Some(there) = self.sessions.iter().find(|s| s.owner == session.owner) {
					return Outcome::Session(there.clone());
				}
				if self.sessions.iter().any(|there| there.public == session.public) {
					return Outcome::Refused;
				}
				self.sessions.push(session.clone());
				Outcome::Session(session)
			},
			Op::Prune(before) => self.prune(*before),
			Op::Reopen => Outcome::Done,
		}
	}

	fn admit(&mut self, op: &Op) -> Outcome {
		let (admission, after) = admitted(op);
		let id = admission.request.hash();
		if self.find(id).is_some() {
			return Outcome::Repeats(id);
		}
		let repeats = |there: &&Record| {
			admission.repeat.is_some()
				&& there.admission.repeat == admission.repeat
				&& !matches!(there.state, State::Failed(_))
				&& there.times.received >= after
		};
		if let Some(there) = self.requests.iter().rev().find(repeats) {
			return Outcome::Repeats(name(there));
		}
		if admission.key.is_some_and(|id| self.keys.iter().all(|key| key.id != id)) {
			return Outcome::Refused;
		}
		self.requests.push(record(&admission));
		Outcome::Done
	}

	fn finish(&mut self, n: u64, charge: Balance, at: u64) -> Outcome {
		let Some(record) = self.open(id(n)).cloned() else { return Outcome::Is(false) };
		let voucher = record.admission.voucher.clone();
		let place = (voucher.voucher.channel, voucher.voucher.lane);
		let before = self.lanes.get(&place).cloned();
		let newest = match &before {
			Some(lane) if lane.voucher.voucher.cumulative > voucher.voucher.cumulative => {
				lane.voucher.clone()
			},
			_ => voucher,
		};
		let spent = before.map_or(0, |lane| lane.spent).checked_add(charge);
		let Some(spent) = spent.filter(|spent| *spent <= newest.voucher.cumulative) else {
			return Outcome::Refused;
		};
		self.lanes.insert(place, Lane { lane: place.1, spent, voucher: newest });
		if let Some(key) = self.keys.iter_mut().find(|key| Some(key.id) == record.admission.key) {
			key.spent = key.spent.saturating_add(charge);
		}
		let record = self.find(id(n)).unwrap();
		record.state = State::Receipted;
		record.answer = Some(answer_to(n, charge));
		record.times.answered = Some(at);
		Outcome::Is(true)
	}

	fn batch(&mut self, root: H256, some: &[u64], at: u64) -> Outcome {
		let ids: Vec<_> = some.iter().map(|n| id(*n)).collect();
		let mut distinct = ids.clone();
		distinct.sort();
		distinct.dedup();
		let is_there = self.batches.iter().any(|(batch, ..)| batch.root == root);
		let waits = |id: &RequestId| {
			self.requests.iter().any(|there| name(there) == *id && there.state == State::Receipted)
		};
		if ids.is_empty() || distinct.len() < ids.len() || is_there || !ids.iter().all(waits) {
			return Outcome::Refused;
		}
		for id in &ids {
			let record = self.find(*id).unwrap();
			record.state = State::Batched;
			record.batch = Some(root);
			record.times.batched = Some(at);
		}
		self.batches.push((Batch { root, state: BatchState::Prepared, created: at }, ids, None));
		Outcome::Done
	}

	fn state_of(&mut self, root: H256) -> Option<&mut BatchState> {
		let found = self.batches.iter_mut().find(|(batch, ..)| batch.root == root);
		found.map(|(batch, ..)| &mut batch.state)
	}

	fn committed(&mut self, root: H256, batch: H256) -> Outcome {
		match self.state_of(root) {
			Some(state @ BatchState::Prepared) => {
				*state = BatchState::Committed(batch);
				Outcome::Done
			},
			Some(BatchState::Committed(there))
			| Some(BatchState::Settled(there))
			| Some(BatchState::Rejected(there, _))
				if *there == batch =>
			{
				Outcome::Done
			},
			_ => Outcome::Refused,
		}
	}

	fn settled(&mut self, root: H256, why: Option<String>, at: u64) -> Outcome {
		match (self.state_of(root).cloned(), &why) {
			(Some(BatchState::Settled(_)), None) => return Outcome::Done,
			(Some(BatchState::Rejected(_, there)), Some(why)) if there == *why => {
				return Outcome::Done;
			},
			(Some(BatchState::Committed(id)), _) => {
				*self.state_of(root).unwrap() = match &why {
					None => BatchState::Settled(id),
					Some(why) => BatchState::Rejected(id, why.clone()),
				};
			},
			_ => return Outcome::Refused,
		}
		self.batches.iter_mut().find(|(batch, ..)| batch.root == root).unwrap().2 = Some(at);
		for record in self.requests.iter_mut().filter(|record| record.batch == Some(root)) {
			match &why {
				None => {
					record.state = State::Settled;
					record.times.settled = Some(at);
				},
				Some(why) => {
					record.state = State::Failed(why.clone());
					record.times.failed = Some(at);
				},
			}
		}
		Outcome::Done
	}

	fn dissolve(&mut self, root: H256) -> Outcome {
		if self.state_of(root) != Some(&mut BatchState::Prepared) {
			return Outcome::Refused;
		}
		self.batches.retain(|(batch, ..)| batch.root != root);
		for record in self.requests.iter_mut().filter(|record| record.batch == Some(root)) {
			record.state = State::Receipted;
			record.batch = None;
			record.times.batched = None;
		}
		Outcome::Done
	}

	fn prune(&mut self, before: u64) -> Outcome {
		let there = self.requests.len();
		let ended = |record: &Record| match record.state {
			State::Settled => record.times.settled,
			State::Failed(_) => record.times.failed,
			_ => None,
		};
		self.requests.retain(|record| ended(record).is_none_or(|at| at >= before));
		self.batches.retain(|(.., ended)| ended.is_none_or(|at| at >= before));
		Outcome::Count((there - self.requests.len()) as u64)
	}

	async fn agrees(&self, store: &dyn Store) {
		let some = |of: &dyn Fn(&Record) -> bool| -> Vec<Record> {
			self.requests.iter().filter(|record| of(record)).cloned().collect()
		};
		assert_eq!(store.unfinished().await.unwrap(), some(&is_open));
		for n in 0..12 {
			let found = self.requests.iter().find(|record| name(record) == id(n)).cloned();
			assert_eq!(store.request(id(n)).await.unwrap(), found);
		}
		let mut waiting = some(&|record| record.state == State::Receipted);
		waiting.sort_by_key(|record| record.times.answered);
		let receipts = waiting.into_iter().map(|record| record.answer.unwrap().receipt);
		assert_eq!(store.unbatched(u32::MAX).await.unwrap(), receipts.collect::<Vec<_>>());
		for n in 0..3 {
			let mut newest = some(&|record| record.admission.key == Some(key(n).id));
			newest.reverse();
			newest.truncate(4);
			assert_eq!(store.requests_of(key(n).id, 4).await.unwrap(), newest);
			let there = self.keys.iter().find(|there| there.id == key(n).id).cloned();
			assert_eq!(store.key(key(n).id).await.unwrap(), there);
			let session = self.sessions.iter().find(|there| there.public == public(n)).cloned();
			assert_eq!(store.session_of(public(n)).await.unwrap(), session);
			let mut keys: Vec<_> =
				self.keys.iter().filter(|key| key.owner == account(n)).cloned().collect();
			keys.sort_by_key(|key| key.created);
			assert_eq!(store.keys_of(&account(n)).await.unwrap(), keys);
		}
		for channel in 0..3 {
			let lanes = self.lanes.iter().filter(|((there, _), _)| *there == hash(channel));
			let lanes: Vec<_> = lanes.map(|(_, lane)| lane.clone()).collect();
			assert_eq!(store.lanes(hash(channel)).await.unwrap(), lanes);
		}
		for root in (0..3).map(hash) {
			let found = self.batches.iter().find(|(batch, ..)| batch.root == root);
			let batch = found.map(|(batch, ..)| batch.clone());
			assert_eq!(store.batch_of(root).await.unwrap(), batch);
			let of = |id| self.requests.iter().find(|record| name(record) == id);
			let receipts: Vec<_> = found
				.iter()
				.flat_map(|(_, ids, _)| ids)
				.filter_map(|id| Some(of(*id)?.answer.clone()?.receipt))
				.collect();
			assert_eq!(store.receipts_of(root).await.unwrap(), receipts);
		}
		let open =
			self.batches.iter().map(|(batch, ..)| batch.clone()).filter(|batch| {
				matches!(batch.state, BatchState::Prepared | BatchState::Committed(_))
			});
		assert_eq!(store.open_batches().await.unwrap(), open.collect::<Vec<_>>());
	}
}

async fn follow(target: &str, ops: Vec<Op>) {
	let mut store: Arc<dyn Store> = open(target).await.unwrap();
	let mut model = Model::default();
	for (at, op) in ops.iter().enumerate() {
		if let Op::Reopen = op {
			drop(store);
			store = open(target).await.unwrap();
		}
		assert_eq!(call(&*store, op).await, model.call(op), "{op:?}, number {at}");
		model.agrees(&*store).await;
	}
}

fn sequences(length: usize) -> impl Strategy<Value = Vec<Op>> {
	proptest::collection::vec(op(), 1..length)
}

fn run(cases: u32, length: usize, case: impl Fn(Vec<Op>)) {
	let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
	let mut runner = proptest::test_runner::TestRunner::new(config);
	let outcome = runner.run(&sequences(length), |ops| {
		case(ops);
		Ok(())
	});
	outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn runtime() -> tokio::runtime::Runtime {
	tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn sqlite_should_do_what_the_model_does() {
	run(64, 80, |ops| {
		let place = Place::sqlite();
		runtime().block_on(follow(&place.target(), ops));
	});
}

#[test]
fn postgres_should_do_what_the_model_does() {
	let Place::Postgres(server) = Place::postgres() else { unreachable!() };
	let case = std::cell::Cell::new(0);
	run(16, 80, |ops| {
		let name = format!("case_{}", case.replace(case.get() + 1));
		runtime().block_on(async {
			let (client, connection) =
				tokio_postgres::connect(&server.url("postgres"), tokio_postgres::NoTls)
					.await
					.unwrap();
			tokio::spawn(connection);
			client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
			follow(&server.url(&name), ops).await;
		});
	});
}
