//! The workers that are here, what they have in memory, and whom to ask next.

use crate::{
	desk::{Logprob, SealingWorker, WorkerInfo},
	standing::{self, Standing, Unasked},
};
use codec::DecodeAll;
use rand::seq::IteratorRandom;
use reckon_gateway_protocol::v1::{self, to_worker, ToWorker};
use reckon_gateway_store::RequestId;
use reckon_primitives::{AccountId, Balance, ModelId, Price};
use reckon_sealed::SignedWorkerKey;
use sp_core::sr25519;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::{
	sync::{mpsc, watch},
	time::timeout,
};

/// What a worker can say about a request before the request is slowed down.
const SAID: usize = 256;
/// Models that one worker can have.
const MAX_MODELS: usize = 256;
/// Places that one worker can have for a model: what it says does not decide how much is sent to it.
const MAX_SLOTS: u32 = 1_024;
/// Providers of a worse name, in millionths, are asked as often as one of this.
const LEAST_SCORE: u32 = 50_000;
/// How long a provider rests when one of its workers was expelled, the first time and at most.
const RESTS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(3_600)];
/// The most providers of which it is known that they rest.
const MAX_RESTS: usize = 10_000;
/// How long what a worker is told may wait for it to read.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// What a worker says about a request that it was handed.
#[derive(Clone, Debug)]
pub enum Said {
	/// It has a place for it until then, in Unix milliseconds.
	Leased(u64),
	/// It goes on.
	Text {
		/// Follows what came before.
		text: String,
		/// Where they were asked for.
		logprobs: Vec<Logprob>,
	},
	/// It has ended.
	Finished(v1::Finished),
	/// It will not answer.
	Refused(v1::Refused),
}

/// A model in a worker's memory.
#[derive(Clone, Copy, Debug)]
struct Loaded {
	context: u32,
	slots: u32,
	/// Requests that it has, as it said last.
	load: u32,
	/// Tokens a second that it writes; 0 when nobody has measured it.
	write: f32,
}

/// What the chain says of a provider, in this gateway's subnet.
#[derive(Clone, Default, Debug)]
pub struct Offering {
	/// What it asks for.
	pub prices: BTreeMap<ModelId, Price<Balance>>,
	/// How far it can be relied on, in millionths: of its jobs, by value, those that came to a good end.
	pub score: u32,
}

#[derive(Debug)]
struct Worker {
	provider: AccountId,
	/// Which of its streams this is: an older one that ends must not take this away.
	session: u64,
	outbox: mpsc::Sender<ToWorker>,
	offering: Offering,
	models: BTreeMap<ModelId, Loaded>,
	/// What it has besides, and its provider does not offer here.
	unoffered: BTreeSet<ModelId>,
	/// For which models it gets no requests, as it was told last.
	told: Standing,
	/// What clients seal requests to. They check it themselves, so it is not checked here.
	sealing: Option<SignedWorkerKey>,
	draining: bool,
	software: String,
	since: u64,
	tasks: BTreeMap<RequestId, (ModelId, mpsc::Sender<Said>)>,
}

impl Worker {
	/// Requests for a model for each place, and by its speed; `None` when it takes no more. One whose speed
	/// nobody knows is taken for as fast as `fastest`, so that it is asked, and measured.
	fn pressure(&self, model: &ModelId, fastest: f32) -> Option<f32> {
		let loaded = self.models.get(model).filter(|_| !self.draining)?;
		let ours = self.tasks.values().filter(|(of, _)| of == model).count();
		// What it said last has some of ours in it, and not yet the newest.
		let load = (loaded.load as f32).max(ours as f32);
		let slots = loaded.slots.max(1) as f32;
		// As many may wait as are computed: more would only wait longer than elsewhere.
		let speed = if loaded.write > 0.0 { loaded.write } else { fastest };
		(load < 2.0 * slots).then(|| (load + 1.0) / slots / speed.max(1.0))
	}

	/// How dear it is to ask this one: the time that it takes by what it has to do, the money, and how
	/// often it would have to be asked. One that is twice as slow is as good at half of the price.
	fn burden(&self, model: &ModelId, fastest: f32) -> Option<f64> {
		let pressure = f64::from(self.pressure(model, fastest)?);
		let price = self.offering.prices.get(model)?;
		let score = f64::from(self.offering.score.clamp(LEAST_SCORE, 1_000_000)) / 1_000_000.0;
		Some(pressure * weight(price).max(1) as f64 / score)
	}

	/// For which models it gets no requests, where requests pay so much at most.
	fn standing(&self, most: &BTreeMap<ModelId, Price<Balance>>) -> Standing {
		let dear = self.models.keys().filter_map(|model| {
			let (ours, most) = (self.offering.prices.get(model)?, most.get(model)?);
			(!within(ours, most)).then_some((*model, Unasked::TooDear(*most)))
		});
		let unoffered = self.unoffered.iter().map(|model| (*model, Unasked::NotOffered));
		unoffered.chain(dear).collect()
	}

	/// Tells it where it stands, if that is news.
	fn tell_standing(&mut self, most: &BTreeMap<ModelId, Price<Balance>>) {
		let standing = self.standing(most);
		if standing == self.told {
			return;
		}
		let message = Some(standing::message(&standing));
		// Where there is no room it is told the next time.
		if self.outbox.try_send(ToWorker { message }).is_ok() {
			self.told = standing;
		}
	}

	fn take(&mut self, key: sr25519::Public, request: RequestId, model: ModelId) -> Picked {
		let (sender, said) = mpsc::channel(SAID);
		self.tasks.insert(request, (model, sender));
		Picked {
			worker: key,
			provider: self.provider.clone(),
			price: self.offering.prices.get(&model).copied().unwrap_or_default(),
			said,
			outbox: self.outbox.clone(),
		}
	}
}

/// Who joins.
#[derive(Debug)]
pub struct Joining {
	/// The hot key, proved.
	pub worker: sr25519::Public,
	/// Whose it is, as the chain has it.
	pub provider: AccountId,
	/// What the chain says of the provider.
	pub offering: Offering,
	/// Where tasks go.
	pub outbox: mpsc::Sender<ToWorker>,
	/// Program and version.
	pub software: String,
	/// Unix milliseconds.
	pub since: u64,
}

/// A worker that has been picked for a request. What it says comes through `said`; when that ends
/// without an end of the request, the worker is lost.
#[derive(Debug)]
pub struct Picked {
	/// Its hot key.
	pub worker: sr25519::Public,
	/// Who has its earnings.
	pub provider: AccountId,
	/// What the provider asks for.
	pub price: Price<Balance>,
	/// What it says.
	pub said: mpsc::Receiver<Said>,
	outbox: mpsc::Sender<ToWorker>,
}

impl Picked {
	/// Tells the worker something; false when it is gone, or does not read.
	pub async fn tell(&self, message: to_worker::Message) -> bool {
		let told = self.outbox.send(ToWorker { message: Some(message) });
		matches!(timeout(TAKEN_WITHIN, told).await, Ok(Ok(())))
	}
}

/// Why no worker was picked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoneFree {
	/// None has the model at this price.
	NoneThere,
	/// All that have it are busy.
	AllBusy,
}

/// All workers that are here.
#[derive(Debug)]
pub struct Workers {
	state: Mutex<State>,
	/// Counts what may free a request that waits.
	changes: watch::Sender<u64>,
	/// Counts what may end a stream. Apart, since each answer changes the other one and there may be
	/// thousands of streams.
	ends: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
	workers: BTreeMap<sr25519::Public, Worker>,
	sessions: u64,
	/// Providers whose workers took nothing up, or lied. Of one model those that rest are asked only where no
	/// other one is free, and their prices count only where all rest: coming back is free, and each time it costs
	/// a request some seconds to find that they take nothing up.
	rests: BTreeMap<AccountId, Rest>,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
	until: Instant,
	pause: Duration,
}

/// Providers with their prices for a model: one price, and one voice, for each, since places are what a worker
/// says that it has.
type Prices<'a> = BTreeMap<&'a AccountId, Price<Balance>>;

impl State {
	/// What a request for a model pays at most.
	fn most_of(&self, model: &ModelId) -> Option<Price<Balance>> {
		let having = self.workers.values().filter(|worker| !worker.draining);
		let having = having.filter(|worker| worker.models.contains_key(model));
		let prices = having.filter_map(|worker| {
			let price = worker.offering.prices.get(model)?;
			Some((&worker.provider, *price))
		});
		most(self.voices(prices.collect(), Instant::now()))
	}

	/// The same of each model that is here.
	fn most(&self) -> BTreeMap<ModelId, Price<Balance>> {
		let mut prices = BTreeMap::<ModelId, Prices<'_>>::new();
		for worker in self.workers.values().filter(|worker| !worker.draining) {
			for model in worker.models.keys() {
				let Some(price) = worker.offering.prices.get(model) else { continue };
				prices.entry(*model).or_default().insert(&worker.provider, *price);
			}
		}
		let now = Instant::now();
		let each = prices.into_iter();
		each.filter_map(|(model, of)| Some((model, most(self.voices(of, now))?))).collect()
	}

	/// The prices that count.
	fn voices(&self, of: Prices<'_>, now: Instant) -> Vec<Price<Balance>> {
		let awake = of.iter().filter(|(provider, _)| !self.rests(provider, now));
		let awake: Vec<_> = awake.map(|(_, price)| *price).collect();
		match awake.is_empty() {
			true => of.into_values().collect(),
			false => awake,
		}
	}

	fn rests(&self, provider: &AccountId, now: Instant) -> bool {
		self.rests.get(provider).is_some_and(|rest| now < rest.until)
	}

	/// Has a provider rest, twice as long as the last time unless that was long ago. Whatever else it does while it
	/// rests is one thing with what it rests for: its connection, say, that all of its workers have.
	fn rest(&mut self, provider: AccountId, now: Instant) {
		if self.rests(&provider, now) {
			return;
		}
		let [first, longest] = RESTS;
		self.rests.retain(|_, rest| now.saturating_duration_since(rest.until) < longest);
		let known = self.rests.get(&provider).map(|rest| rest.pause.saturating_mul(2).min(longest));
		if known.is_some() || self.rests.len() < MAX_RESTS {
			let pause = known.unwrap_or(first);
			self.rests.insert(provider, Rest { until: now + pause, pause });
		}
	}
}

impl Default for Workers {
	fn default() -> Self {
		let (changes, ends) = (watch::Sender::new(0), watch::Sender::new(0));
		Self { state: Mutex::default(), changes, ends }
	}
}

impl Workers {
	/// Takes a worker in; returns the number of its stream. An older stream of the same worker ends.
	pub fn join(&self, joining: Joining) -> u64 {
		let mut state = self.lock();
		state.sessions += 1;
		let session = state.sessions;
		let Joining { worker, provider, offering, outbox, software, since } = joining;
		let (models, unoffered) = (BTreeMap::new(), BTreeSet::new());
		let (told, tasks) = (Standing::new(), BTreeMap::new());
		let worker_record = Worker {
			provider,
			session,
			outbox,
			offering,
			models,
			unoffered,
			told,
			sealing: None,
			draining: false,
			software,
			since,
			tasks,
		};
		// Dropping the old one's tasks tells their requests that it is lost.
		let old = state.workers.insert(worker, worker_record);
		drop(state);
		if old.is_some() {
			count(&self.ends);
		}
		session
	}

	/// Whether this is the worker's newest stream.
	pub fn is_current(&self, worker: &sr25519::Public, session: u64) -> bool {
		self.lock().workers.get(worker).is_some_and(|known| known.session == session)
	}

	/// A stream has ended.
	pub fn leave(&self, worker: &sr25519::Public, session: u64) {
		let mut state = self.lock();
		if state.workers.get(worker).is_some_and(|known| known.session == session) {
			state.workers.remove(worker);
		}
		drop(state);
		self.changed();
	}

	/// A worker says what it has. Models of which its provider has no offer are left out. It is told when it
	/// gets no requests for one.
	pub fn status(&self, worker: &sr25519::Public, status: &v1::Status) {
		let mut state = self.lock();
		let Some(known) = state.workers.get_mut(worker) else { return };
		known.draining = status.draining;
		let key = SignedWorkerKey::decode_all(&mut &status.sealing_key[..]).ok();
		known.sealing = key.filter(|signed| signed.key.worker == *worker);
		let (mut models, mut unoffered) = (BTreeMap::new(), BTreeSet::new());
		for loaded in status.models.iter().take(MAX_MODELS) {
			let Ok(id) = <[u8; 32]>::try_from(loaded.model.as_slice()) else { continue };
			let id = ModelId::from(id);
			if !known.offering.prices.contains_key(&id) {
				unoffered.insert(id);
				continue;
			}
			let load = loaded.active.saturating_add(loaded.waiting);
			let write = if loaded.write.is_finite() { loaded.write } else { 0.0 };
			let (context, slots) = (loaded.context, loaded.slots.min(MAX_SLOTS));
			models.insert(id, Loaded { context, slots, load, write });
		}
		// A status comes with each request, other models seldom.
		let is_news = unoffered != known.unoffered || !models.keys().eq(known.models.keys());
		(known.models, known.unoffered) = (models, unoffered);
		if is_news {
			let models: Vec<_> = known.models.keys().copied().collect();
			let most = models.into_iter().filter_map(|id| Some((id, state.most_of(&id)?)));
			let most = most.collect();
			if let Some(known) = state.workers.get_mut(worker) {
				known.tell_standing(&most);
			}
		}
		drop(state);
		self.changed();
	}

	/// What the chain says of these providers now. Workers are told when they get no requests for a model.
	pub fn update(&self, offerings: &BTreeMap<AccountId, Offering>) {
		let mut state = self.lock();
		for worker in state.workers.values_mut() {
			// One that has joined since they were asked for knows its own.
			let Some(offering) = offerings.get(&worker.provider) else { continue };
			worker.offering = offering.clone();
			let is_offered = |model: &ModelId| worker.offering.prices.contains_key(model);
			let withdrawn = worker.models.keys().filter(|model| !is_offered(model)).copied();
			worker.unoffered.extend(withdrawn);
			worker.models.retain(|model, _| is_offered(model));
		}
		let most = state.most();
		for worker in state.workers.values_mut() {
			worker.tell_standing(&most);
		}
		drop(state);
		self.changed();
	}

	/// The providers that have a worker here.
	pub fn providers(&self) -> BTreeSet<AccountId> {
		self.lock().workers.values().map(|worker| worker.provider.clone()).collect()
	}

	/// The worker for a request, and hands it the ear: of two drawn ones, the one that has less to do for
	/// its speed, asks for less, and can be relied on more. Not those of `but`, and
	/// none but `only` where the request is sealed to it.
	///
	/// # Errors
	/// When there is none.
	pub fn pick(
		&self,
		request: RequestId,
		model: ModelId,
		most: &Price<Balance>,
		but: &BTreeSet<sr25519::Public>,
		only: Option<sr25519::Public>,
	) -> Result<Picked, NoneFree> {
		let mut state = self.lock();
		let now = Instant::now();
		let fits = |worker: &Worker| {
			worker.models.contains_key(&model)
				&& worker.offering.prices.get(&model).is_some_and(|price| within(price, most))
		};
		let speeds = state.workers.values().filter_map(|worker| worker.models.get(&model));
		let fastest = speeds.map(|loaded| loaded.write).fold(0.0, f32::max);
		let may = |key| !but.contains(key) && only.as_ref().is_none_or(|only| only == key);
		let there = || state.workers.iter().filter(|(key, worker)| may(key) && fits(worker));
		let best = [false, true].into_iter().find_map(|rests| {
			let those = there().filter(|(_, worker)| state.rests(&worker.provider, now) == rests);
			let free = those.filter_map(|(key, w)| Some((w.burden(&model, fastest)?, *key)));
			let drawn = free.choose_multiple(&mut rand::rng(), 2);
			drawn.into_iter().min_by(|one, other| one.0.total_cmp(&other.0))
		});
		let (_, key) = best.ok_or_else(|| match there().next() {
			Some(_) => NoneFree::AllBusy,
			None => NoneFree::NoneThere,
		})?;
		let worker = state.workers.get_mut(&key).ok_or(NoneFree::NoneThere)?;
		Ok(worker.take(key, request, model))
	}

	/// The workers that requests for a model can be sealed to, whom to ask first before the others.
	pub fn sealing(&self, model: &ModelId) -> Vec<SealingWorker> {
		let state = self.lock();
		let now = Instant::now();
		let speeds = state.workers.values().filter_map(|worker| worker.models.get(model));
		let fastest = speeds.map(|loaded| loaded.write).fold(0.0, f32::max);
		let able = state.workers.values().filter_map(|worker| {
			let burden = worker.burden(model, fastest)?;
			let (key, price) = (worker.sealing.clone()?, *worker.offering.prices.get(model)?);
			let rests = state.rests(&worker.provider, now);
			let worker = SealingWorker { provider: worker.provider.clone(), key, price };
			Some((rests, burden, worker))
		});
		let mut able: Vec<_> = able.collect();
		able.sort_by(|(one_rests, one, _), (other_rests, other, _)| {
			one_rests.cmp(other_rests).then(one.total_cmp(other))
		});
		able.into_iter().map(|(.., worker)| worker).collect()
	}

	/// The worker that a request was with before a stop, if it is here: however much it has to do, it has
	/// this one already, or its answer.
	pub fn back(
		&self,
		request: RequestId,
		model: ModelId,
		worker: &sr25519::Public,
	) -> Option<Picked> {
		let mut state = self.lock();
		let known = state.workers.get_mut(worker).filter(|known| !known.models.is_empty())?;
		Some(known.take(*worker, request, model))
	}

	/// The request does not need this worker any more.
	pub fn release(&self, worker: &sr25519::Public, request: &RequestId) {
		if let Some(known) = self.lock().workers.get_mut(worker) {
			known.tasks.remove(request);
		}
		self.changed();
	}

	/// Who listens to what a worker says about a request.
	pub fn ear(&self, worker: &sr25519::Public, request: &RequestId) -> Option<mpsc::Sender<Said>> {
		let state = self.lock();
		state.workers.get(worker)?.tasks.get(request).map(|(_, sender)| sender.clone())
	}

	/// Tells a worker something, if it is here and listens.
	pub fn tell(&self, worker: &sr25519::Public, message: to_worker::Message) {
		let outbox = self.lock().workers.get(worker).map(|known| known.outbox.clone());
		if let Some(outbox) = outbox {
			// One that does not read is lost anyway.
			let _ = outbox.try_send(ToWorker { message: Some(message) });
		}
	}

	/// Has a provider's workers be asked after the others for a while, and the longer the more often that has
	/// happened of late: one of them has not taken a request up that it was handed.
	pub fn rest(&self, provider: &AccountId) {
		self.lock().rest(provider.clone(), Instant::now());
	}

	/// Ends a worker's stream.
	pub fn expel(&self, worker: &sr25519::Public) {
		self.lock().workers.remove(worker);
		count(&self.ends);
		self.changed();
	}

	/// Of a model: how many workers have it, their requests and places, the smallest context and the
	/// most that a request pays.
	pub fn of(&self, model: &ModelId) -> Serving {
		let state = self.lock();
		let mut serving = Serving::default();
		for worker in state.workers.values().filter(|worker| !worker.draining) {
			let Some(loaded) = worker.models.get(model) else { continue };
			serving.workers += 1;
			serving.active = serving.active.saturating_add(loaded.load);
			serving.slots = serving.slots.saturating_add(loaded.slots);
			let context = serving.context.get_or_insert(loaded.context);
			*context = loaded.context.min(*context);
		}
		serving.price = state.most_of(model);
		serving
	}

	/// All workers.
	pub fn list(&self, name: impl Fn(&ModelId) -> String) -> Vec<WorkerInfo> {
		let state = self.lock();
		let list = state.workers.iter().map(|(key, worker)| WorkerInfo {
			worker: *key,
			provider: worker.provider.clone(),
			software: worker.software.clone(),
			models: worker.models.keys().map(&name).collect(),
			active: u32::try_from(worker.tasks.len()).unwrap_or(u32::MAX),
			since: worker.since,
		});
		list.collect()
	}

	/// How many workers are here.
	pub fn count(&self) -> usize {
		self.lock().workers.len()
	}

	/// Changes whenever a request that waits may find a worker.
	pub fn changes(&self) -> watch::Receiver<u64> {
		self.changes.subscribe()
	}

	/// Changes whenever a stream may not be its worker's any more.
	pub fn ends(&self) -> watch::Receiver<u64> {
		self.ends.subscribe()
	}

	fn changed(&self) {
		count(&self.changes);
	}

	fn lock(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn count(changes: &watch::Sender<u64>) {
	changes.send_modify(|count| *count = count.wrapping_add(1));
}

/// What workers have of a model.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Serving {
	/// How many have it.
	pub workers: u32,
	/// Requests that they have.
	pub active: u32,
	/// Requests that they compute at once.
	pub slots: u32,
	/// The smallest context of theirs.
	pub context: Option<u32>,
	/// What a request pays at most: workers that ask for more get none.
	pub price: Option<Price<Balance>>,
}

/// The highest of the providers' prices that are not much above the one in their middle: so that there is
/// a choice of workers, and neither one that is dear makes all requests dear, nor one that is cheap, and
/// has few places or does not answer, takes the model from the others. Of two the cheaper one is in the
/// middle.
fn most(mut prices: Vec<Price<Balance>>) -> Option<Price<Balance>> {
	prices.sort_by_key(weight);
	let middle = prices.len().saturating_sub(1) / 2;
	let limit = weight(prices.get(middle)?).saturating_mul(3) / 2;
	let fair = prices.into_iter().filter(|price| weight(price) <= limit);
	fair.reduce(|one, other| Price {
		base: one.base.max(other.base),
		per_input: one.per_input.max(other.per_input),
		per_output: one.per_output.max(other.per_output),
	})
}

/// Whether a price is nowhere above another one.
pub fn within(price: &Price<Balance>, most: &Price<Balance>) -> bool {
	price.base <= most.base
		&& price.per_input <= most.per_input
		&& price.per_output <= most.per_output
}

/// What a middling request costs: to compare prices by.
fn weight(price: &Price<Balance>) -> Balance {
	let units = reckon_primitives::Units { input: 1_000, output: 250 };
	reckon_receipts::charge(price, units)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use reckon_sealed::WorkerKey;

	fn key(number: u8) -> sr25519::Public {
		sr25519::Public::from_raw([number; 32])
	}

	fn model() -> ModelId {
		ModelId::repeat_byte(5)
	}

	fn price(amount: Balance) -> Price<Balance> {
		Price { base: amount, per_input: amount, per_output: amount }
	}

	fn offering(amount: Balance, score: u32) -> Offering {
		Offering { prices: [(model(), price(amount))].into(), score }
	}

	fn joined(workers: &Workers, number: u8, amount: Balance) -> (u64, mpsc::Receiver<ToWorker>) {
		let (outbox, inbox) = mpsc::channel(8);
		let session = workers.join(Joining {
			worker: key(number),
			provider: AccountId::new([number; 32]),
			offering: offering(amount, 500_000),
			outbox,
			software: "test".into(),
			since: 0,
		});
		(session, inbox)
	}

	fn has(workers: &Workers, number: u8, slots: u32, active: u32) {
		let loaded = v1::Loaded {
			model: model().0.to_vec(),
			context: 2048,
			slots,
			active,
			write: 10.0,
			..Default::default()
		};
		let foreign = v1::Loaded { model: vec![1; 31], ..loaded.clone() };
		let status = v1::Status { models: vec![loaded, foreign], ..Default::default() };
		workers.status(&key(number), &status);
	}

	fn pick(workers: &Workers, request: u8) -> Result<Picked, NoneFree> {
		let request = RequestId::repeat_byte(request);
		workers.pick(request, model(), &price(5), &BTreeSet::new(), None)
	}

	#[test]
	fn pick_should_take_the_less_busy_of_two_that_are_not_too_dear() {
		let workers = Workers::default();
		assert_eq!(pick(&workers, 1).unwrap_err(), NoneFree::NoneThere);
		let _one = joined(&workers, 1, 5);
		assert_eq!(pick(&workers, 1).unwrap_err(), NoneFree::NoneThere);
		let _two = joined(&workers, 2, 5);
		let _dear = joined(&workers, 3, 6);
		has(&workers, 1, 2, 3);
		has(&workers, 2, 2, 1);
		has(&workers, 3, 9, 0);
		assert_eq!(pick(&workers, 1).unwrap().worker, key(2));
		assert_eq!(workers.of(&model()).workers, 3);
		assert_eq!(workers.of(&model()).price, Some(price(6)));
	}

	#[test]
	fn pick_should_weigh_speed_money_and_reliability() {
		let workers = Workers::default();
		let (_one, _two) = (joined(&workers, 1, 4), joined(&workers, 2, 4));
		// What each has to do, of four places, and its price and score; and who is asked.
		let cases = [
			([(1, 4, 500_000), (0, 4, 500_000)], 2),
			([(0, 3, 500_000), (0, 4, 500_000)], 1),
			([(0, 4, 400_000), (0, 4, 500_000)], 2),
			// Half as free, and less than half as dear.
			([(1, 1, 500_000), (0, 4, 500_000)], 1),
			([(1, 4, 900_000), (0, 4, 300_000)], 1),
			// However bad a name is, it is no division by nothing.
			([(0, 4, 0), (3, 4, 1_000_000)], 2),
		];
		for (nth, (both, best)) in (0_u8..).zip(cases) {
			let mut offerings = BTreeMap::new();
			for (number, (active, amount, score)) in (1..).zip(both) {
				offerings.insert(AccountId::new([number; 32]), offering(amount, score));
				has(&workers, number, 4, active);
			}
			workers.update(&offerings);
			let picked = pick(&workers, nth).unwrap().worker;
			assert_eq!(picked, key(best), "{both:?}");
			workers.release(&picked, &RequestId::repeat_byte(nth));
		}
	}

	#[test]
	fn worker_should_be_asked_when_nobody_knows_how_fast_it_is() {
		let workers = Workers::default();
		let (_one, _two) = (joined(&workers, 1, 5), joined(&workers, 2, 5));
		// The first one writes ten tokens a second, and the second one has written none yet.
		has(&workers, 1, 4, 1);
		let unmeasured =
			v1::Loaded { model: model().0.to_vec(), context: 2048, slots: 4, ..Default::default() };
		let status = v1::Status { models: vec![unmeasured], ..Default::default() };
		workers.status(&key(2), &status);
		assert_eq!(pick(&workers, 1).unwrap().worker, key(2));
		// It has one to do by now, and a second is no more to it than to the other.
		has(&workers, 1, 4, 0);
		assert_eq!(pick(&workers, 2).unwrap().worker, key(1));
	}

	#[test]
	fn pick_should_take_the_worker_that_a_request_is_sealed_to_and_no_other() {
		let workers = Workers::default();
		let (_one, _two) = (joined(&workers, 1, 5), joined(&workers, 2, 5));
		has(&workers, 1, 1, 0);
		has(&workers, 2, 1, 0);
		let pick = |request: u8, only, but: &[sr25519::Public]| {
			let (id, but) = (RequestId::repeat_byte(request), but.iter().copied().collect());
			workers.pick(id, model(), &price(5), &but, Some(key(only))).map(|picked| picked.worker)
		};
		assert_eq!(pick(1, 1, &[]), Ok(key(1)));
		assert_eq!(pick(2, 1, &[]), Ok(key(1)));
		assert_eq!(pick(3, 1, &[]), Err(NoneFree::AllBusy));
		assert_eq!(pick(3, 2, &[key(2)]), Err(NoneFree::NoneThere));
		assert_eq!(pick(3, 9, &[]), Err(NoneFree::NoneThere));
	}

	#[test]
	fn requests_should_be_sealed_to_those_who_say_their_own_key_the_best_first() {
		let workers = Workers::default();
		let (_one, _two) = (joined(&workers, 1, 5), joined(&workers, 2, 4));
		let _three = joined(&workers, 3, 1);
		for (number, named) in [(1, 1), (2, 2), (3, 2)] {
			let key = WorkerKey { worker: key(named), key: [named; 32], until: 7 };
			let signature = sr25519::Signature::from_raw([0; 64]);
			let sealing_key = SignedWorkerKey { key, signature }.encode();
			let loaded = v1::Loaded {
				model: model().0.to_vec(),
				slots: 4,
				write: 1.0,
				..Default::default()
			};
			let status = v1::Status { models: vec![loaded], draining: false, sealing_key };
			workers.status(&self::key(number), &status);
		}
		let able = workers.sealing(&model());
		let found: Vec<_> = able.iter().map(|one| (one.key.key.worker, one.price)).collect();
		assert_eq!(found, [(key(2), price(4)), (key(1), price(5))]);
		assert!(workers.sealing(&ModelId::repeat_byte(99)).is_empty());
	}

	#[test]
	fn pick_should_say_that_all_are_busy_when_their_queues_are_full() {
		let workers = Workers::default();
		let _one = joined(&workers, 1, 5);
		has(&workers, 1, 1, 0);
		let first = pick(&workers, 1).unwrap();
		let _second = pick(&workers, 2).unwrap();
		assert_eq!(pick(&workers, 3).unwrap_err(), NoneFree::AllBusy);
		workers.release(&first.worker, &RequestId::repeat_byte(1));
		assert!(pick(&workers, 3).is_ok());
	}

	#[test]
	fn price_should_follow_neither_one_that_is_dear_nor_one_that_is_cheap() {
		let of = |prices: &[Balance]| most(prices.iter().copied().map(price).collect());
		assert_eq!(of(&[]), None);
		assert_eq!(of(&[10]), Some(price(10)));
		assert_eq!(of(&[16, 15, 10]), Some(price(16)));
		assert_eq!(of(&[10, 1_000, 12]), Some(price(12)), "one is dear");
		assert_eq!(of(&[10, 1, 14]), Some(price(14)), "one is cheap");
		assert_eq!(of(&[10, 10, 15, 16]), Some(price(15)));
		assert_eq!(of(&[1_000, 10]), Some(price(10)), "of two, the cheaper one");
	}

	#[test]
	fn dearer_workers_should_be_asked_when_a_cheap_one_is_full_or_does_not_answer() {
		let workers = Workers::default();
		let _joined: Vec<_> = [(1, 1), (2, 10), (3, 12)]
			.map(|(number, amount)| joined(&workers, number, amount))
			.into();
		// What it says that it can do has no weight.
		has(&workers, 1, 1_000, 0);
		has(&workers, 2, 1, 0);
		has(&workers, 3, 1, 0);
		let most = workers.of(&model()).price.unwrap();
		assert_eq!(most, price(12));
		let silent = [key(1)].into();
		let picked = workers.pick(RequestId::repeat_byte(1), model(), &most, &silent, None);
		assert!(picked.is_ok());
	}

	#[test]
	fn provider_should_be_asked_last_for_a_while_when_it_has_taken_nothing_up() {
		let workers = Workers::default();
		let mut inboxes = vec![joined(&workers, 1, 1), joined(&workers, 2, 5)];
		has(&workers, 1, 1_000, 0);
		has(&workers, 2, 1, 0);
		assert_eq!(workers.of(&model()).price, Some(price(1)), "of two, the cheaper one");
		let ask = |request: u8| pick(&workers, request).map(|picked| picked.worker);
		assert_eq!(ask(1), Ok(key(1)));
		workers.rest(&AccountId::new([1; 32]));
		workers.expel(&key(1));
		inboxes.push(joined(&workers, 1, 1));
		has(&workers, 1, 1_000, 0);
		assert_eq!(workers.of(&model()).price, Some(price(5)), "its price does not count");
		assert_eq!([ask(2), ask(3)], [Ok(key(2)), Ok(key(2))]);
		assert_eq!(ask(4), Ok(key(1)), "the other one has as many as it takes");
		workers.expel(&key(2));
		assert_eq!(workers.of(&model()).price, Some(price(1)), "there is no other one");
		assert_eq!(ask(5), Ok(key(1)));

		// Longer each time, up to the longest, and from the beginning when that was long ago.
		let provider = AccountId::new([7; 32]);
		let [first, longest] = RESTS;
		let mut state = State::default();
		let (mut now, mut pause) = (Instant::now(), first);
		for _ in 0..12 {
			state.rest(provider.clone(), now);
			state.rest(provider.clone(), now + pause / 2);
			assert!(state.rests(&provider, now + pause - Duration::from_millis(1)));
			now += pause;
			assert!(!state.rests(&provider, now));
			pause = (pause * 2).min(longest);
		}
		assert_eq!(pause, longest);
		now += longest;
		state.rest(provider.clone(), now);
		assert!(!state.rests(&provider, now + first));
	}

	#[test]
	fn provider_should_have_one_voice_however_many_workers_it_has() {
		let workers = Workers::default();
		let mut inboxes = Vec::new();
		for (number, provider, amount) in [(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 2, 10), (5, 3, 12)]
		{
			let (outbox, inbox) = mpsc::channel(8);
			inboxes.push(inbox);
			workers.join(Joining {
				worker: key(number),
				provider: AccountId::new([provider; 32]),
				offering: offering(amount, 500_000),
				outbox,
				software: "test".into(),
				since: 0,
			});
			has(&workers, number, 4, 0);
		}
		assert_eq!(workers.of(&model()).price, Some(price(12)));
	}

	#[test]
	fn request_should_hear_that_its_worker_is_lost() {
		let workers = Workers::default();
		let (session, _inbox) = joined(&workers, 1, 5);
		has(&workers, 1, 1, 0);
		let mut picked = pick(&workers, 1).unwrap();
		// The worker comes back; its old stream ends later.
		let (again, _inbox) = joined(&workers, 1, 5);
		assert!(picked
			.said
			.try_recv()
			.is_err_and(|error| error == mpsc::error::TryRecvError::Disconnected));
		workers.leave(&key(1), session);
		assert!(workers.is_current(&key(1), again));
	}

	#[test]
	fn worker_should_get_nothing_when_its_provider_withdraws_its_offer() {
		let workers = Workers::default();
		let _one = joined(&workers, 1, 5);
		has(&workers, 1, 1, 0);
		// Nothing was asked about its provider.
		workers.update(&BTreeMap::new());
		workers.release(&pick(&workers, 1).unwrap().worker, &RequestId::repeat_byte(1));
		workers.update(&[(AccountId::new([1; 32]), Offering::default())].into());
		assert_eq!(pick(&workers, 1).unwrap_err(), NoneFree::NoneThere);
	}

	/// What a worker was told last of where it stands.
	fn standing_of(inbox: &mut mpsc::Receiver<ToWorker>) -> Option<v1::Standing> {
		let mut told = None;
		while let Ok(ToWorker { message: Some(message) }) = inbox.try_recv() {
			if let to_worker::Message::Standing(standing) = message {
				told = Some(standing);
			}
		}
		told
	}

	#[test]
	fn worker_should_be_told_once_why_it_is_not_asked_and_when_it_is_again() {
		let workers = Workers::default();
		let (_, mut fair) = joined(&workers, 1, 10);
		let (_, mut dear) = joined(&workers, 2, 16);
		has(&workers, 1, 4, 0);
		has(&workers, 2, 4, 0);
		let unasked = |most: Option<Balance>| v1::Standing {
			unasked: vec![v1::Unasked {
				model: model().0.to_vec(),
				most: most.map(|amount| price(amount).encode()),
			}],
		};
		assert_eq!(standing_of(&mut dear), Some(unasked(Some(10))));
		assert_eq!(standing_of(&mut fair), None, "there is nothing to say");
		has(&workers, 2, 4, 3);
		assert_eq!(standing_of(&mut dear), None, "it knows");

		let now = |offers: &[(u8, Balance)]| {
			let of = |&(number, amount)| (AccountId::new([number; 32]), offering(amount, 500_000));
			workers.update(&offers.iter().map(of).collect());
		};
		now(&[(1, 10), (2, 15)]);
		assert_eq!(standing_of(&mut dear), Some(v1::Standing::default()), "it is asked again");
		workers.update(&[(AccountId::new([2; 32]), Offering::default())].into());
		assert_eq!(standing_of(&mut dear), Some(unasked(None)));
		has(&workers, 2, 4, 0);
		assert_eq!(standing_of(&mut dear), None, "it knows");
		// It is asked again once it has said again that it has the model.
		now(&[(1, 10), (2, 10)]);
		assert_eq!(standing_of(&mut dear), None);
		has(&workers, 2, 4, 0);
		assert_eq!(standing_of(&mut dear), Some(v1::Standing::default()));
		assert_eq!(standing_of(&mut fair), None);
	}
}
