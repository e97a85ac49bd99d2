//! The rooms in their order: what happens to a request from its door to its answer.

use crate::{
	batches,
	bulk::Shelf,
	clock::now_millis,
	desk::{
		Answering, Ask, ChannelInfo, Desk, Lanes, ModelInfo, NewKey, Overview, Payer, Piece,
		Refusal, SealingWorker,
	},
	dispatch::Errand,
	finalisation::{self, TEMPLATE_ALLOWANCE},
	keys::{self, SessionKey},
	payment,
	rooms::Rooms,
	transcript::Transcript,
	workers::Picked,
};
use reckon_gateway_store::{
	Admission, Admitted, Finish, Key, KeyId, Record, RequestId, State, StoreError, Times,
};
use reckon_openai::Spoken;
use reckon_primitives::{AccountId, Balance, TaskKind};
use reckon_receipts::{BatchProof, ReceiptFile};
use reckon_sealed::worker_of;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::watch;

/// The longest name of a key, in characters.
const MAX_KEY_NAME: usize = 64;
/// How often what a client repeats may have been cut off before its retries have no name any more.
const MAX_CUT_OFF: usize = 8;
/// The most keys of one owner.
const MAX_KEYS: usize = 100;

/// What comes of asking.
enum Asked {
	/// This is the answer.
	Answer(Box<dyn Answering>),
	/// It repeats one whose answer was cut off.
	CutOff,
	/// It repeats one that has failed meanwhile, and has cost nothing.
	Failed(Refusal),
}

impl Asked {
	fn hears(transcript: &Arc<Transcript>) -> Self {
		Self::Answer(Box::new(transcript.listen()))
	}
}

/// The gateway.
#[derive(Clone)]
pub struct Gateway {
	rooms: Arc<Rooms>,
}

fn unavailable(error: StoreError) -> Refusal {
	tracing::error!(%error, "the store does not answer");
	Refusal::Unavailable("its database does not answer".into())
}

/// What is asked in place of what had this name.
fn anew(name: H256) -> H256 {
	H256(blake2_256(&[b"anew".as_slice(), name.as_bytes()].concat()))
}

fn cut_off() -> Refusal {
	Refusal::Unavailable("its answer was cut off".into())
}

fn task_name(task: TaskKind) -> &'static str {
	match task {
		TaskKind::Chat => "chat",
		TaskKind::Complete => "complete",
		TaskKind::Embed => "embed",
	}
}

impl Gateway {
	/// The rooms.
	pub(crate) fn rooms(&self) -> &Rooms {
		&self.rooms
	}

	/// What answers to this name: an answer that comes, or one that is noted, whatever has cut it off.
	pub(crate) async fn heard(&self, name: H256) -> Result<Option<Box<dyn Answering>>, StoreError> {
		// No request has this hash.
		if let Some(transcript) = self.rooms.running(name, Some(name)) {
			return Ok(Some(Box::new(transcript.listen())));
		}
		let record = self.rooms.store.repeated(name).await?;
		let noted = record.filter(|record| record.answer.is_some());
		Ok(noted.map(|record| Box::new(self.rooms.told_again(&record).listen()) as _))
	}

	/// Over these rooms.
	pub fn new(rooms: Arc<Rooms>) -> Self {
		Self { rooms }
	}

	async fn session(&self, owner: &AccountId) -> Result<Arc<SessionKey>, Refusal> {
		let session = self.rooms.keys.session(&*self.rooms.store, owner).await;
		session.map_err(unavailable)
	}

	/// Takes a request through the rooms.
	async fn asked(&self, ask: Ask) -> Result<Asked, Refusal> {
		let Ask { payer, order, repeat, first: is_first, whole, received } = ask;
		let rooms = &self.rooms;
		tracing::debug!(step = "received", model = order.model, task = task_name(order.task));
		let span = u64::try_from(rooms.bounds.repeat_for.as_millis()).unwrap_or(u64::MAX);
		let repeat_after = received.saturating_sub(span);

		if let (Payer::Key(_), Some(name), false) = (&payer, repeat, is_first) {
			// What was answered needs no worker, money or lane, which there may be none of any more.
			if let Some(told) = self.named(name, repeat_after).await? {
				tracing::debug!(step = "repeated", ?name);
				return Ok(told);
			}
		}

		let (model, listed) = rooms.model(&order.model)?;
		if !listed.tasks.contains(order.task) {
			let task = task_name(order.task);
			return Err(Refusal::TaskNotSupported { model: listed.name, task });
		}
		let serving = rooms.workers.of(&model);
		let none =
			|| Refusal::NoWorker { model: listed.name.clone(), offered: listed.offered.is_some() };
		tracing::debug!(step = "discovered", ?model, workers = serving.workers);

		let request = match &payer {
			Payer::Key(_) => {
				let price = serving.price.ok_or_else(none)?;
				order.request(model, H256(rand::random()), price)
			},
			Payer::Voucher { request, .. } => {
				let understood = order.request(model, request.nonce, request.price);
				if understood != **request {
					let why = "the body makes another request than the one it was signed for";
					return Err(Refusal::Voucher { code: "voucher_request", why: why.into() });
				}
				understood
			},
		};
		let id = request.hash();
		if let Some(transcript) = rooms.running(id, repeat) {
			if is_first {
				return Err(Refusal::AskedBefore);
			}
			tracing::debug!(step = "repeated", ?id);
			return self.joined(&transcript, matches!(payer, Payer::Key(_))).await;
		}
		if let Payer::Voucher { .. } = &payer {
			// Its lane has gone on since: what was answered is told again before it is asked for money.
			if let Some(record) = rooms.store.request(id).await.map_err(unavailable)? {
				return self.repeats(&record).await;
			}
		}
		if serving.workers == 0 {
			return Err(none());
		}

		let amount = request.most(request.payload.length.saturating_add(TEMPLATE_ALLOWANCE));
		let (place, hold, session, key) = match &payer {
			Payer::Key(key) => {
				let session = self.session(&key.owner).await?;
				let hold = rooms.keys.hold(key, amount)?;
				let place = rooms.channels.reserve(&key.owner, session.public(), id, amount)?;
				(place, Some(hold), Some(session), Some(key.id))
			},
			Payer::Voucher { voucher, .. } => {
				let lane = (voucher.voucher.channel, voucher.voucher.lane);
				(rooms.channels.reserve_lane(lane, id, amount)?, None, None, None)
			},
		};
		let reserved = now_millis();
		tracing::debug!(step = "reserved", ?id, channel = ?place.channel, lane = place.lane, %amount);

		let genesis = &rooms.identity.genesis;
		if let Payer::Voucher { voucher, .. } = &payer {
			payment::check(voucher, genesis, &place)?;
		}
		tracing::debug!(step = "validated", ?id, spent = %place.spent);
		let voucher = match (&payer, session) {
			(Payer::Voucher { voucher, .. }, _) => (**voucher).clone(),
			(Payer::Key(_), Some(session)) => payment::sign(&session, genesis, &place),
			(Payer::Key(_), None) => return Err(Refusal::InvalidKey),
		};
		tracing::debug!(step = "paid", ?id, cumulative = %voucher.voucher.cumulative);

		let authorised = now_millis();
		let admission = Admission {
			request,
			payload: order.payload,
			instructed: order.instructed,
			key,
			repeat,
			voucher,
			session_key: place.session_key,
			reserved: amount,
			times: Times { received, reserved, authorised, ..Times::default() },
		};
		// What is told of it waits for the disk; who works on it does not.
		let transcript = Transcript::held(id);
		// From here on whoever repeats this request hears this answer.
		let late = rooms.begin(&admission, &transcript);
		let listener = transcript.listen();
		// Where a worker is free, one write is enough before it has the request.
		let nobody = BTreeSet::new();
		let only = worker_of(&admission.payload);
		let price = &admission.request.price;
		let first = rooms.workers.pick(id, model, price, &nobody, only).ok();
		let admitted = match &first {
			Some(Picked { worker, .. }) => {
				rooms.store.admit_to(&admission, repeat_after, *worker, now_millis()).await
			},
			None => rooms.store.admit(&admission, repeat_after).await,
		};
		let ended = |refusal: Refusal| {
			if let Some(Picked { worker, .. }) = &first {
				rooms.workers.release(worker, &id);
			}
			transcript.push(Piece::End(Err(refusal)));
		};
		match admitted {
			Ok(Admitted::New) => {},
			Ok(Admitted::Repeats(record)) => {
				tracing::debug!(step = "repeated", ?id, of = ?record.admission.request.hash());
				rooms.end(&admission);
				ended(Refusal::WorkerLost);
				if is_first {
					return Err(Refusal::AskedBefore);
				}
				rooms.store.synced().await.map_err(unavailable)?;
				return self.repeats(&record).await;
			},
			Err(error) => {
				let refusal = unavailable(error);
				ended(refusal.clone());
				// It may be there all the same: until the store says that it has failed, its lane is not
				// another one's.
				let rooms = rooms.clone();
				tokio::spawn(async move {
					finalisation::fail(&rooms, id, "not_admitted").await;
					rooms.end(&admission);
					drop((place, hold));
				});
				return Err(refusal);
			},
		}
		rooms.metrics.admitted();
		tracing::debug!(step = "confirmed", ?id);

		let (leased, mut taken) = watch::channel(false);
		let errand = Errand {
			rooms: rooms.clone(),
			admission,
			model: listed.name,
			logprobs: order.logprobs,
			whole,
			transcript,
			late,
			leased,
			before: None,
		};
		tokio::spawn(errand.run(place, hold, first));
		// A refusal is a status, not the end of a stream: a worker has it, or there is a reason.
		let _ = taken.wait_for(|taken| *taken).await;
		Ok(Asked::Answer(Box::new(listener)))
	}

	/// What a client hears that repeats what has this name and is not older than this; `None` when there is
	/// no such request.
	async fn named(&self, name: H256, after: u64) -> Result<Option<Asked>, Refusal> {
		// No request has this hash.
		if let Some(transcript) = self.rooms.running(name, Some(name)) {
			return self.joined(&transcript, true).await.map(Some);
		}
		let record = self.rooms.store.repeated(name).await.map_err(unavailable)?;
		match record.filter(|record| record.admission.times.received >= after) {
			Some(record) => self.repeats(&record).await.map(Some),
			None => Ok(None),
		}
	}

	/// The answer that another one listens to. Where nobody did any more it is waited for, since it may be
	/// cut off.
	async fn joined(&self, transcript: &Arc<Transcript>, by_key: bool) -> Result<Asked, Refusal> {
		if let Some(listener) = transcript.join() {
			return Ok(Asked::Answer(Box::new(listener)));
		}
		let mut rest = transcript.listen();
		let end = loop {
			match rest.next().await {
				Some(Piece::End(end)) => break end,
				Some(Piece::Text { .. }) => {},
				None => return Err(cut_off()),
			}
		};
		Ok(match end {
			Err(refusal) => Asked::Failed(refusal),
			Ok(end) if by_key && end.answer.finish == Finish::Cancelled => Asked::CutOff,
			// What a client has signed for is told as far as it was paid.
			Ok(_) => Asked::hears(transcript),
		})
	}

	/// The answer that a client has had before, or is about to have.
	async fn repeats(&self, record: &Record) -> Result<Asked, Refusal> {
		let id = record.admission.request.hash();
		if let Some(transcript) = self.rooms.running(id, None) {
			return self.joined(&transcript, record.admission.key.is_some()).await;
		}
		match &record.answer {
			Some(answer)
				if answer.finish == Finish::Cancelled && record.admission.key.is_some() =>
			{
				Ok(Asked::CutOff)
			},
			Some(_) => Ok(Asked::hears(&self.rooms.told_again(record))),
			None if matches!(record.state, State::Authorised | State::Dispatched) => {
				Err(Refusal::Unavailable("this request is about to end: ask again".into()))
			},
			None => Err(Refusal::Voucher {
				code: "voucher_used",
				why: "this request has failed before: sign for one with another nonce".into(),
			}),
		}
	}
}

#[async_trait::async_trait]
impl Desk for Gateway {
	async fn key(&self, secret: &str) -> Result<Key, Refusal> {
		self.rooms.keys.find(&*self.rooms.store, secret).await
	}

	async fn ask(&self, ask: Ask) -> Result<Box<dyn Answering>, Refusal> {
		// In a task of its own: a client that leaves while this is written must not tear it.
		let gateway = self.clone();
		let asked = tokio::spawn(async move {
			let (mut ask, mut failed) = (ask, false);
			for _ in 0..MAX_CUT_OFF {
				match gateway.asked(ask.clone()).await? {
					Asked::Answer(answering) => return Ok(answering),
					// What it repeats was cut off when its client had left: it is asked anew, by a name
					// that the next retry finds in the same way.
					Asked::CutOff => ask.repeat = ask.repeat.map(anew),
					// Its name is free again; unless the database does not take that it has failed.
					Asked::Failed(refusal) if failed || ask.repeat.is_none() => {
						return Err(refusal)
					},
					Asked::Failed(_) => failed = true,
				}
			}
			match gateway.asked(Ask { repeat: None, first: false, ..ask }).await? {
				Asked::Answer(answering) => Ok(answering),
				Asked::CutOff => Err(cut_off()),
				Asked::Failed(refusal) => Err(refusal),
			}
		});
		asked.await.unwrap_or_else(|error| Err(Refusal::Unavailable(error.to_string())))
	}

	fn models(&self) -> Vec<ModelInfo> {
		let market = self.rooms.market();
		let mut models: Vec<_> = market
			.models
			.iter()
			.filter_map(|(id, listed)| {
				let serving = self.rooms.workers.of(id);
				let price = serving.price.or(listed.offered)?;
				Some(ModelInfo {
					name: listed.name.clone(),
					id: *id,
					tasks: listed.tasks,
					context: serving.context.unwrap_or(listed.context).min(listed.context),
					profile: listed.profile,
					licence: listed.licence.clone(),
					workers: serving.workers,
					price: Some(price),
					known_since: listed.known_since,
					active: serving.active,
					slots: serving.slots,
				})
			})
			.collect();
		models.sort_by(|one, other| one.name.cmp(&other.name));
		models
	}

	fn sealing(&self, model: &str) -> Result<Vec<SealingWorker>, Refusal> {
		let (model, _) = self.rooms.model(model)?;
		Ok(self.rooms.workers.sealing(&model))
	}

	fn overview(&self) -> Overview {
		let rooms = &self.rooms;
		let market = rooms.market();
		let name = |id: &H256| match market.models.get(id) {
			Some(listed) => listed.name.clone(),
			None => format!("{id:?}"),
		};
		let queued = rooms.bounds.queue.saturating_sub(rooms.queue.available_permits());
		let running = rooms.count().saturating_sub(queued);
		Overview {
			gateway: rooms.identity.account.clone(),
			subnet: rooms.identity.subnet,
			genesis: rooms.identity.genesis,
			block: *rooms.chain.finalized().borrow(),
			models: self.models(),
			workers: rooms.workers.list(name),
			queued: u32::try_from(queued).unwrap_or(u32::MAX),
			running: u32::try_from(running).unwrap_or(u32::MAX),
		}
	}

	async fn request(&self, id: RequestId) -> Result<Record, Refusal> {
		let record = self.rooms.store.request(id).await.map_err(unavailable)?;
		record.ok_or(Refusal::UnknownRequest)
	}

	async fn said(&self, key: &Key, id: RequestId) -> Result<Option<Spoken>, Refusal> {
		let store = &self.rooms.store;
		let Some(record) = store.request(id).await.map_err(unavailable)? else { return Ok(None) };
		// Who signs vouchers has what was answered: nobody can show that it is the same client.
		let Admission { key: by, request, payload, instructed, .. } = record.admission;
		let (Some(by), Some(answer)) = (by, record.answer) else {
			return Ok(None);
		};
		let is_theirs = by == key.id || {
			let asked = store.key(by).await.map_err(unavailable)?;
			asked.is_some_and(|asked| asked.owner == key.owner)
		};
		let is_said = is_theirs && request.task != TaskKind::Embed;
		Ok(is_said.then(|| Spoken {
			payload,
			instructed,
			answer: String::from_utf8_lossy(&answer.output).into_owned(),
		}))
	}

	async fn receipt(&self, id: RequestId) -> Result<ReceiptFile, Refusal> {
		let record = self.request(id).await?;
		let answer = record.answer.as_ref().ok_or(Refusal::UnknownRequest)?;
		let mut file = self.rooms.receipt_file(&record.admission, answer);
		// Anybody may ask here, and short prompts can be guessed by the payload's hash.
		file.request = None;
		if let Some(root) = record.batch {
			let tree = self.rooms.tree(root).await.map_err(unavailable)?;
			file.batch = tree.and_then(|tree| {
				let proof = batches::proof(&tree, &id)?;
				Some(BatchProof::new(tree.root(), proof))
			});
		}
		Ok(file)
	}

	async fn leaves(&self, root: H256) -> Result<Vec<u8>, Refusal> {
		let leaves = batches::leaves(&*self.rooms.store, root).await.map_err(unavailable)?;
		leaves.ok_or(Refusal::UnknownRequest)
	}

	async fn challenge(&self, owner: &AccountId) -> Result<String, Refusal> {
		Ok(self.rooms.keys.challenge(&self.rooms.identity.account, owner, now_millis()))
	}

	async fn issue(
		&self,
		owner: &AccountId,
		challenge: &str,
		signature: &[u8],
		name: &str,
		limit: Balance,
	) -> Result<NewKey, Refusal> {
		let created = now_millis();
		self.rooms.keys.answered(owner, challenge, signature, created)?;
		let store = &self.rooms.store;
		let owned = store.keys_of(owner).await.map_err(unavailable)?;
		if owned.iter().filter(|key| key.revoked.is_none()).count() >= MAX_KEYS {
			return Err(Refusal::SignIn(format!("an account has at most {MAX_KEYS} keys")));
		}
		let session = self.session(owner).await?;
		let secret = keys::new_secret();
		let name = name.chars().filter(|char| !char.is_control()).take(MAX_KEY_NAME).collect();
		let key = Key {
			id: keys::key_id(&secret),
			name,
			owner: owner.clone(),
			limit,
			spent: 0,
			created,
			revoked: None,
		};
		store.put_key(&key).await.map_err(unavailable)?;
		Ok(NewKey { secret, key, session_key: session.public() })
	}

	async fn keys(&self, key: &Key) -> Result<Vec<Key>, Refusal> {
		self.rooms.store.keys_of(&key.owner).await.map_err(unavailable)
	}

	async fn revoke(&self, key: &Key, id: KeyId) -> Result<(), Refusal> {
		let at = now_millis();
		match self.rooms.store.revoke(id, &key.owner, at).await.map_err(unavailable)? {
			true => {
				self.rooms.keys.revoked(&id, at);
				Ok(())
			},
			false => Err(Refusal::UnknownRequest),
		}
	}

	async fn channel(&self, id: H256) -> Result<ChannelInfo, Refusal> {
		self.rooms.channels.info(id).ok_or_else(|| {
			Refusal::ChannelUnusable("it is not to this gateway, or not finalized yet".into())
		})
	}

	async fn lanes(&self, payer: &Payer) -> Lanes {
		let channels = &self.rooms.channels;
		match payer {
			Payer::Key(key) => match self.session(&key.owner).await {
				Ok(session) => channels.lanes_of(&key.owner, session.public()),
				Err(_) => Lanes::default(),
			},
			Payer::Voucher { voucher, .. } => channels.lanes_in(voucher.voucher.channel),
		}
	}

	async fn can_pay(&self, key: &Key) -> Result<(), Refusal> {
		let session = self.session(&key.owner).await?;
		self.rooms.channels.can_pay(&key.owner, session.public())
	}

	fn shelf(&self) -> &Shelf {
		&self.rooms.shelf
	}

	async fn ready(&self) -> Result<(), String> {
		if self.rooms.chain.finalized().borrow().is_none() {
			return Err("no block of the chain was seen yet".into());
		}
		self.rooms.store.check().await.map_err(|error| error.to_string())?;
		match self.rooms.workers.count() {
			0 => Err("no worker is here".into()),
			_ => Ok(()),
		}
	}

	fn metrics(&self) -> String {
		let overview = self.overview();
		let gauges = [
			("workers", "Workers that are here.", overview.workers.len() as f64),
			("requests_running", "Requests that workers have.", f64::from(overview.running)),
			("requests_queued", "Requests that wait for a worker.", f64::from(overview.queued)),
			("bulks_running", "Bulks that are worked on.", self.rooms.shelf.running() as f64),
			("block", "The newest finalized block.", f64::from(overview.block.unwrap_or(0))),
		];
		self.rooms.metrics.text(&gauges)
	}
}
