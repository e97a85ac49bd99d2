//! The task that owns a key's nonce.

use super::{
	dispatch_error,
	pool::{verdict, Verdict},
	Outcome, Reply, Request, Until,
};
use crate::{
	calls::{Call, Wire},
	chain::Chain,
	error::{Error, SubmitError},
	events::{chain_event, channel_event, job_event},
	follow::Heads,
	signer::Signer,
	types::{BlockRef, H256},
};
use std::time::Duration;
use subxt::{
	config::{DefaultExtrinsicParamsBuilder, Hasher},
	events::Phase,
	SubstrateConfig,
};
use tokio::{
	sync::{mpsc, watch},
	time::Instant,
};

/// How many blocks a transaction lives.
const LIFE: u32 = 64;
/// How often a call is signed anew before it is given up.
const MAX_SIGNATURES: u32 = 5;
/// How long to wait between two tries to reach the pool.
const RETRY_EVERY: Duration = Duration::from_secs(3);
/// How long the node may be away while a call waits to be signed.
const AWAY_FOR: Duration = Duration::from_secs(120);

struct Pending {
	call: Call,
	until: Until,
	reply: Reply,
	signatures: u32,
	since: Instant,
	signed: Option<Signed>,
	retry_at: Instant,
}

struct Signed {
	bytes: Vec<u8>,
	hash: H256,
	nonce: u64,
	/// The finalized block from which its life counts: it can only be included above it.
	birth: u32,
	/// Finalized blocks up to here were searched for it.
	searched: u32,
	/// Best blocks up to here were searched for it.
	glanced: Option<BlockRef>,
	/// Whether the pool took it.
	taken: bool,
}

struct Actor {
	chain: Chain,
	signer: Signer,
	pending: Vec<Pending>,
	/// The next nonce to hand out; `None` when it must be asked for.
	next_nonce: Option<u64>,
}

pub(super) async fn run(chain: Chain, signer: Signer, mut inbox: mpsc::Receiver<Request>) {
	let mut heads = chain.heads();
	let mut actor = Actor { chain, signer, pending: Vec::new(), next_nonce: None };
	let mut open = true;
	while open || !actor.pending.is_empty() {
		let wake = actor.pending.iter().map(|pending| pending.retry_at).min();
		let wake = wake.unwrap_or_else(|| Instant::now() + RETRY_EVERY);
		tokio::select! {
			request = inbox.recv(), if open => match request {
				Some(request) => actor.pending.push(Pending::new(request)),
				None => open = false,
			},
			changed = heads.changed(), if !actor.pending.is_empty() => if changed.is_err() {
				return;
			},
			() = tokio::time::sleep_until(wake), if !actor.pending.is_empty() => {},
		}
		actor.advance(&mut heads).await;
	}
}

impl Pending {
	fn new(request: Request) -> Self {
		let Request { call, until, reply } = request;
		let now = Instant::now();
		Self { call, until, reply, signatures: 0, since: now, signed: None, retry_at: now }
	}
}

/// What a look at one call found.
enum Step {
	Wait,
	Done(Result<Outcome, SubmitError>),
}

impl Actor {
	async fn advance(&mut self, heads: &mut watch::Receiver<Heads>) {
		let now = *heads.borrow_and_update();
		let mut waiting = Vec::with_capacity(self.pending.len());
		for mut pending in std::mem::take(&mut self.pending) {
			match self.step(&mut pending, now).await {
				Ok(Step::Wait) => waiting.push(pending),
				Ok(Step::Done(result)) => {
					// Whoever asked may have gone; the call is done all the same.
					let _ = pending.reply.send(result);
				},
				Err(error) => {
					tracing::debug!(call = %pending.call, %error, "the node does not help, trying again");
					pending.retry_at = Instant::now() + RETRY_EVERY;
					if pending.signed.is_none() && pending.since.elapsed() > AWAY_FOR {
						let _ = pending.reply.send(Err(SubmitError::Away(error.to_string())));
					} else {
						waiting.push(pending);
					}
				},
			}
		}
		self.pending = waiting;
	}

	async fn step(&mut self, pending: &mut Pending, heads: Heads) -> Result<Step, Error> {
		if pending.signed.is_none() {
			if pending.signatures >= MAX_SIGNATURES {
				let attempts = pending.signatures;
				return Ok(Step::Done(Err(SubmitError::NeverIncluded { attempts })));
			}
			match self.sign(&pending.call).await? {
				Ok(signed) => {
					pending.signed = Some(signed);
					pending.signatures += 1;
					pending.retry_at = Instant::now();
				},
				Err(error) => return Ok(Step::Done(Err(error))),
			}
		}
		if Instant::now() >= pending.retry_at {
			if let Some(refusal) = self.send(pending).await? {
				return Ok(Step::Done(Err(refusal)));
			}
		}
		let Some(signed) = &mut pending.signed else { return Ok(Step::Wait) };
		if let Some(result) = self.search(signed, pending.until, heads).await? {
			return Ok(Step::Done(result));
		}
		// Its life is over and no finalized block has it: it can never be executed.
		if signed.searched > signed.birth.saturating_add(LIFE) {
			tracing::info!(call = %pending.call, "the transaction expired, signing it anew");
			pending.signed = None;
			pending.retry_at = Instant::now();
			self.next_nonce = None;
		}
		Ok(Step::Wait)
	}

	/// Signs with the next nonce.
	async fn sign(&mut self, call: &Call) -> Result<Result<Signed, SubmitError>, Error> {
		let nonce = match self.next_nonce {
			Some(nonce) => nonce,
			None => self.chain.next_nonce(&self.signer.account()).await?,
		};
		// From a finalized block, so that no fork takes the birth block away.
		let birth = self.chain.finalized().await?;
		let at = self.chain.link().client;
		let reference = subxt::backend::BlockRef::from_hash(birth.hash);
		let at = at
			.at_block_hash_and_number(reference, birth.number.into())
			.await
			.map_err(|error| Error::rpc("Core_version", error))?;
		let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
			.mortal_from_unchecked(LIFE.into(), birth.number.into(), birth.hash)
			.nonce(nonce)
			.build();
		let made = at
			.tx()
			.create_signable_offline(&Wire(call), params)
			.and_then(|mut signable| signable.sign(self.signer.pair()));
		Ok(match made {
			Ok(transaction) => {
				self.next_nonce = Some(nonce + 1);
				let bytes = transaction.into_encoded();
				Ok(Signed {
					hash: blake2(&bytes),
					bytes,
					nonce,
					birth: birth.number,
					searched: birth.number,
					glanced: None,
					taken: false,
				})
			},
			Err(error) => Err(SubmitError::Encode(error.to_string())),
		})
	}

	/// Hands the bytes to the pool, for the first time or again. The error is final.
	async fn send(&mut self, pending: &mut Pending) -> Result<Option<SubmitError>, Error> {
		pending.retry_at = Instant::now() + RETRY_EVERY;
		let Some(signed) = &mut pending.signed else { return Ok(None) };
		let methods = self.chain.link().methods;
		let account = self.signer.account().to_string();
		let verdict = match methods.author_submit_extrinsic(&signed.bytes).await {
			Ok(_) => Verdict::Taken,
			Err(error) => verdict(&error, &account),
		};
		match verdict {
			Verdict::Taken => {
				signed.taken = true;
				// Again some blocks later: a pool forgets what it dropped.
				pending.retry_at = Instant::now() + 4 * RETRY_EVERY;
			},
			Verdict::NonceUsed | Verdict::NonceContested if !signed.taken => {
				// Somebody else's transaction has the nonce, and ours was never in a pool.
				tracing::debug!(nonce = signed.nonce, "the nonce is taken, asking for another");
				self.next_nonce = None;
				pending.signed = None;
				pending.signatures = pending.signatures.saturating_sub(1);
				if pending.since.elapsed() > AWAY_FOR {
					return Ok(Some(SubmitError::Pool(
						"the nonce is always taken: is another \
						program using this key?"
							.into(),
					)));
				}
				pending.retry_at = Instant::now() + Duration::from_millis(500);
			},
			// It may be ours that used the nonce: the blocks tell.
			Verdict::NonceUsed | Verdict::NonceContested => {},
			Verdict::Never(error) if !signed.taken => {
				self.next_nonce = None;
				return Ok(Some(error));
			},
			Verdict::Never(error) => tracing::debug!(%error, "refused when sent again"),
			Verdict::Later(reason) => tracing::debug!(reason, "the pool does not want it now"),
			// It may have got there: from here on only the blocks tell.
			Verdict::Unknown(reason) => {
				signed.taken = true;
				tracing::debug!(reason, "no answer from the pool");
			},
		}
		Ok(None)
	}

	/// Looks for the transaction in the blocks that are new since the last look.
	async fn search(
		&self,
		signed: &mut Signed,
		until: Until,
		heads: Heads,
	) -> Result<Option<Result<Outcome, SubmitError>>, Error> {
		let (Some(best), Some(finalized)) = (heads.best, heads.finalized) else {
			return Ok(None);
		};
		while signed.searched < finalized.number {
			let block = self.chain.block_at(signed.searched + 1).await?;
			if let Some(index) = self.find(block, signed.hash).await? {
				return self.outcome(block, index, signed.hash, true).await.map(Some);
			}
			signed.searched = block.number;
		}
		if until == Until::InBlock && signed.glanced != Some(best) {
			let first = signed.glanced.map_or(signed.searched, |block| block.number);
			// One height lower, in case of a fork.
			for number in first.max(signed.searched + 1)..=best.number {
				let block = self.chain.block_at(number).await?;
				if let Some(index) = self.find(block, signed.hash).await? {
					return self.outcome(block, index, signed.hash, false).await.map(Some);
				}
			}
			signed.glanced = Some(best);
		}
		Ok(None)
	}

	/// The number of the transaction in the block, when it is there.
	async fn find(&self, block: BlockRef, hash: H256) -> Result<Option<u32>, Error> {
		let details = self
			.chain
			.link()
			.methods
			.chain_get_block(Some(block.hash))
			.await
			.map_err(|error| Error::rpc("chain_getBlock", error))?
			.ok_or(Error::BlockGone(block.hash))?;
		let found = details.block.extrinsics.iter().position(|bytes| blake2(&bytes.0) == hash);
		Ok(found.and_then(|index| u32::try_from(index).ok()))
	}

	/// What the block's events say about its transaction `index`.
	async fn outcome(
		&self,
		block: BlockRef,
		index: u32,
		extrinsic: H256,
		finalized: bool,
	) -> Result<Result<Outcome, SubmitError>, Error> {
		let reference = subxt::backend::BlockRef::from_hash(block.hash);
		let at = self
			.chain
			.link()
			.client
			.at_block_hash_and_number(reference, block.number.into())
			.await
			.map_err(|error| Error::rpc("Core_version", error))?;
		let events =
			at.events().fetch().await.map_err(|error| Error::rpc("System.Events", error))?;
		let mut outcome = Outcome {
			block,
			finalized,
			extrinsic,
			index,
			fee: 0,
			events: Vec::new(),
			job_events: Vec::new(),
			channel_events: Vec::new(),
		};
		for event in events.iter() {
			let event = event.map_err(|error| Error::decode("System.Events", error))?;
			if event.phase() != Phase::ApplyExtrinsic(index) {
				continue;
			}
			if event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed" {
				let error =
					subxt::error::DispatchError::decode_from(event.field_bytes(), at.metadata())
						.map_err(|error| Error::decode("a dispatch error", error))?;
				return Ok(Err(SubmitError::Refused(dispatch_error(error))));
			}
			outcome.job_events.extend(job_event(&event));
			outcome.channel_events.extend(channel_event(&event));
			let event = chain_event(&event);
			if event.name == "TransactionFeePaid" {
				outcome.fee = amount(&event.fields["actual_fee"]);
			}
			outcome.events.push(event);
		}
		Ok(Ok(outcome))
	}
}

fn amount(json: &serde_json::Value) -> u128 {
	match json {
		serde_json::Value::String(text) => text.parse().unwrap_or_default(),
		other => other.as_u64().unwrap_or_default().into(),
	}
}

fn blake2(bytes: &[u8]) -> H256 {
	subxt::config::substrate::BlakeTwo256.hash(bytes)
}
